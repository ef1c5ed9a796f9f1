//! Looks at the file as a whole: soundness, journal, orphans, and the event log from end to end.
//!
//! What a newcomer would get wrong: nothing here writes, and nothing is kept per row; a log of a million events
//! goes by one by one.

use rusqlite::types::Type;
use rusqlite::{Row, named_params};

use super::events::row_of;
use super::{Reader, StoreError, View};
use crate::model::event::EventRow;
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

/// A row of the event log with what its integrity depends on.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// The row.
    pub row: EventRow,
    /// The stored hash.
    pub hash: String,
    /// Whether every cell has the type that the log writes.
    pub cells: Cells,
}

/// Whether the cells of an event are stored as the log stores them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Texts and integers where they belong.
    AsWritten,
    /// Another hand has put something else there.
    Foreign,
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

    /// The size of the database, in bytes.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let bytes: i64 = self.conn.query_row(sql, [], |row| row.get(0)).map_err(|error| self.fail(error))?;
        Ok(bytes.unsigned_abs())
    }
}

impl View<'_> {
    /// Rows of all tables that refer to accounts which are not there; `None` where the file's foreign keys do not
    /// fit its tables, and nobody can tell.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn orphans(&self) -> Result<Option<Vec<Orphans>>, StoreError> {
        match self.query_orphans().map_err(|error| self.fail(error)) {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::Other(_)) => Ok(None),
            Err(error) => Err(error),
        }
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
            Ok(Grant { event: row.get(0)?, username: lossy(row, 1)?, after: lossy(row, 2)? })
        })?;
        rows.collect()
    }

    /// Hands every event to `visit`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_event<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(LoggedEvent) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT id, at, event, outcome, target_id, target_username, before, after, details, reason,
                        actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host,
                        version, prev_hash, hash
                   FROM security_events ORDER BY id",
            )
            .map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            visit(logged(row).map_err(fail)?)?;
        }
        Ok(())
    }
}

fn lossy(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    let bytes = row.get_ref(index)?.as_bytes_or_null().ok().flatten();
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// The columns of the log that hold integers.
const INTEGERS: [usize; 4] = [0, 4, 10, 12];
/// The column of the hash.
const HASH: usize = 18;

fn logged(row: &Row<'_>) -> rusqlite::Result<LoggedEvent> {
    let mut cells = Cells::AsWritten;
    for index in 0..=HASH {
        let cell = row.get_ref(index)?;
        let wanted = if INTEGERS.contains(&index) { Type::Integer } else { Type::Text };
        let fits = match cell.data_type() {
            Type::Null => true,
            Type::Text => wanted == Type::Text && cell.as_str().is_ok(),
            other => other == wanted,
        };
        if !fits {
            cells = Cells::Foreign;
        }
    }
    let hash = row.get_ref(HASH)?.as_str().unwrap_or_default().to_owned();
    Ok(LoggedEvent { row: row_of(row)?, hash, cells })
}
