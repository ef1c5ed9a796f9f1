//! What is wrong with a file: its pages, its foreign keys, its numbers of rows.
//!
//! What a newcomer would get wrong: the app runs with foreign keys off, so rows that point to nothing are usual,
//! and SQLite itself never complains of them.

use rusqlite::{Connection, Row, named_params};

use super::copy::{count, tables};
use super::{Reader, StoreError};

/// Rows without their parent that are kept one by one; all of them are counted.
const MOST_ORPHANS: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCheck {
    /// What SQLite says of its pages and indexes; empty where all is well.
    pub integrity: Vec<String>,
    /// Rows that point to rows that are not there, the first of them.
    pub orphans: Vec<Orphan>,
    /// Tables with such rows, and how many.
    pub orphan_counts: Vec<OrphanCount>,
    /// How many tables there are whose foreign keys cannot be checked.
    pub unchecked_keys: u64,
    /// Tables with their numbers of rows; `None` where they cannot be counted.
    pub counts: Vec<(String, Option<i64>)>,
}

/// A row that points to a row that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its table.
    pub table: String,
    /// Its row id; `None` in a table without row ids.
    pub rowid: Option<i64>,
    /// The table that it points to.
    pub parent: String,
}

/// How many rows of a table point to nothing in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanCount {
    /// Their table.
    pub table: String,
    /// The table that they point to.
    pub parent: String,
    /// How many.
    pub rows: u64,
}

impl Reader {
    /// Checks the file as a whole. Damage is part of the answer, not an error.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read at all: busy, not permitted.
    pub fn check(&self) -> Result<FileCheck, StoreError> {
        let snapshot = self.conn.unchecked_transaction().map_err(|error| self.fail(error))?;
        let mut check = FileCheck { integrity: self.damage(integrity(&snapshot))?, ..FileCheck::default() };
        let names = match tables(&snapshot) {
            Ok(names) => names,
            Err(error) => {
                check.integrity.extend(self.damage(Err(error))?);
                Vec::new()
            }
        };
        for table in names {
            check.counts.push((table.clone(), count(&snapshot, &table).ok()));
            if let Err(error) = foreign_keys(&snapshot, &table, &mut check) {
                check.unchecked_keys += 1;
                check.integrity.push(format!("the foreign keys of '{table}' cannot be checked: {error}"));
            }
        }
        Ok(check)
    }

    /// An error that says that the file is damaged is a finding.
    fn damage(&self, found: rusqlite::Result<Vec<String>>) -> Result<Vec<String>, StoreError> {
        match found.map_err(|error| super::convert_at_opening(error, &self.place)) {
            Ok(complaints) => Ok(complaints),
            Err(StoreError::Damaged { detail } | StoreError::Unreadable { detail, .. }) => Ok(vec![detail]),
            Err(other) => Err(other),
        }
    }
}

/// The first hundred lines of what SQLite says of its pages; nothing where it says "ok". An error half-way is the
/// last line.
fn integrity(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare("PRAGMA integrity_check(100)")?;
    let mut rows = statement.query([])?;
    let mut lines = Vec::new();
    loop {
        match rows.next() {
            Ok(Some(row)) => lines.extend(complaints(row)?),
            Ok(None) => return Ok(lines),
            Err(error) if lines.is_empty() => return Err(error),
            Err(error) => {
                lines.push(error.to_string());
                return Ok(lines);
            }
        }
    }
}

/// The first thing that SQLite has to say of the pages; `None`: they are sound.
pub(super) fn first_complaint(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.query_row("PRAGMA integrity_check(1)", [], complaints).map(|lines| lines.into_iter().next())
}

/// The lines of one answer, without "ok" and without the headings.
fn complaints(row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
    let (_, bytes) = super::compare::cell(row.get_ref(0)?);
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter(|line| *line != "ok" && !line.starts_with("*** in database")).map(str::to_owned).collect())
}

/// Adds what one table has of rows that point to nothing.
fn foreign_keys(conn: &Connection, table: &str, check: &mut FileCheck) -> rusqlite::Result<()> {
    let mut statement = conn.prepare(r#"SELECT "rowid", "parent" FROM pragma_foreign_key_check(:table)"#)?;
    let mut rows = statement.query(named_params! { ":table": table })?;
    while let Some(row) = rows.next()? {
        let orphan = Orphan { table: table.to_owned(), rowid: row.get(0)?, parent: row.get(1)? };
        match check.orphan_counts.iter_mut().find(|one| one.table == table && one.parent == orphan.parent) {
            Some(one) => one.rows += 1,
            None => {
                let parent = orphan.parent.clone();
                check.orphan_counts.push(OrphanCount { table: table.to_owned(), parent, rows: 1 });
            }
        }
        if check.orphans.len() < MOST_ORPHANS {
            check.orphans.push(orphan);
        }
    }
    Ok(())
}

/// How many rows point to rows that are not there, as far as it can be told.
pub(super) fn orphans(conn: &Connection) -> u64 {
    let mut check = FileCheck::default();
    for table in tables(conn).unwrap_or_default() {
        // A key that cannot be checked counts for nothing here: `db check` names it.
        let _ = foreign_keys(conn, &table, &mut check);
    }
    check.orphan_counts.iter().map(|one| one.rows).sum()
}
