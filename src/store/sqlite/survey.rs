//! Looks at the file as a whole: soundness, journal, orphans, and what the event log says of an account.
//!
//! What a newcomer would get wrong: nothing here writes, and nothing is kept per row.

use rusqlite::named_params;

use super::schema::lossy;
use super::{Reader, StoreError, View};
use crate::model::user::UserId;

/// Rows of a table that belong to accounts which are not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphans {
    /// The table.
    pub table: String,
    /// Its column with the account's id.
    pub column: String,
    /// How many rows.
    pub rows: u64,
    /// Whether the rows could stay without an account.
    pub owner: Owner,
}

/// Whether a row may be nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The column takes NULL.
    Optional,
    /// It does not.
    Required,
}

/// What the log says of an account's role and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Name of the event.
    pub event: String,
    /// The account's username at that time.
    pub username: Option<String>,
    /// The event's fields after the change, JSON.
    pub after: Option<String>,
}

impl Reader {
    /// What SQLite's quick check complains of, at most five; none for a sound file.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn complaints(&self) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.conn.prepare("PRAGMA quick_check(5)")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        };
        let lines = read().map_err(|error| self.fail(error))?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// The journal mode: `delete` in the app's own files.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn journal_mode(&self) -> Result<String, StoreError> {
        self.conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(|error| self.fail(error))
    }
}

impl View<'_> {
    /// Rows of all tables that refer to accounts which are not there.
    ///
    /// # Errors
    /// `Drift` where the file's foreign keys do not fit its tables; [`StoreError`] where it cannot be read.
    pub fn orphans(&self) -> Result<Vec<Orphans>, StoreError> {
        self.query_orphans().map_err(|error| self.fail(error))
    }

    fn query_orphans(&self) -> rusqlite::Result<Vec<Orphans>> {
        let mut statement = self.conn.prepare_cached(
            r#"SELECT faults."table", list."from", count(*), max(info."notnull" OR info.pk > 0)
                 FROM pragma_foreign_key_check AS faults
                 JOIN pragma_foreign_key_list(faults."table") AS list ON list.id = faults.fkid
                 JOIN pragma_table_info(faults."table") AS info ON info.name = list."from" COLLATE NOCASE
                WHERE faults.parent = 'users' COLLATE NOCASE
             GROUP BY 1, 2 ORDER BY 1, 2"#,
        )?;
        let rows = statement.query_map([], |row| {
            let rows: i64 = row.get(2)?;
            let owner = if row.get(3)? { Owner::Required } else { Owner::Optional };
            Ok(Orphans { table: row.get(0)?, column: row.get(1)?, rows: rows.unsigned_abs(), owner })
        })?;
        rows.collect()
    }

    /// The events that gave the account a role or a name, or took the account away, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn grants(&self, id: UserId) -> Result<Vec<Grant>, StoreError> {
        self.query_grants(id).map_err(|error| self.fail(error))
    }

    fn query_grants(&self, id: UserId) -> rusqlite::Result<Vec<Grant>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT event, CAST(target_username AS TEXT), CAST(after AS TEXT) FROM security_events
              WHERE target_id = :id AND outcome = 'done'
                AND event IN ('user_created', 'role_changed', 'user_edited', 'user_deleted')
           ORDER BY id",
        )?;
        let rows = statement.query_map(named_params! { ":id": id.0 }, |row| {
            Ok(Grant { event: row.get(0)?, username: lossy(row.get_ref(1)?), after: lossy(row.get_ref(2)?) })
        })?;
        rows.collect()
    }
}
