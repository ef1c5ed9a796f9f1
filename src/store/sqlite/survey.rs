//! Looks at the file as a whole: soundness, journal, orphans, and what the event log says of an account.
//!
//! What a newcomer would get wrong: nothing here writes, and nothing is kept per row. A key may point at another
//! column of `users` than `id`, and names none where it means the primary key.

use rusqlite::named_params;

use super::schema::lossy;
use super::{Reader, StoreError, View};
use crate::model::user::UserId;

/// Rows of a table that belong to accounts which are not there, by one of its keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphans {
    /// The table.
    pub table: String,
    /// Its columns that say whose a row is; more than one in a composite key.
    pub columns: Vec<String>,
    /// The columns of `users` that they point at, in the same order.
    pub parents: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// Whether the rows could stay without an account.
    pub owner: Owner,
}

/// Whether a row may be nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The columns take NULL.
    Optional,
    /// One of them does not.
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
            r#"SELECT "table", fkid, count(*) FROM pragma_foreign_key_check
                WHERE parent = 'users' COLLATE NOCASE GROUP BY 1, 2 ORDER BY 1, 2"#,
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(2)?;
            found.push(self.key(row.get(0)?, row.get(1)?, number.unsigned_abs())?);
        }
        Ok(found)
    }

    /// The key of the table with this number.
    fn key(&self, table: String, number: i64, rows: u64) -> rusqlite::Result<Orphans> {
        let mut statement = self.conn.prepare_cached(
            r#"SELECT key."from", coalesce(key."to", 'id'), info."notnull" OR info.pk > 0
                 FROM pragma_foreign_key_list(:table) AS key
                 JOIN pragma_table_xinfo(:table) AS info ON info.name = key."from" COLLATE NOCASE
                WHERE key.id = :number ORDER BY key.seq"#,
        )?;
        let mut parts = statement.query(named_params! { ":table": table, ":number": number })?;
        let (mut columns, mut parents, mut owner) = (Vec::new(), Vec::new(), Owner::Optional);
        while let Some(part) = parts.next()? {
            columns.push(part.get(0)?);
            parents.push(part.get(1)?);
            if part.get(2)? {
                owner = Owner::Required;
            }
        }
        Ok(Orphans { table, columns, parents, rows, owner })
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
