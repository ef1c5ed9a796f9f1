//! What is wrong with a file: its pages, its foreign keys, its numbers of rows.
//!
//! What a newcomer would get wrong: the app runs with foreign keys off, so rows that point to nothing are usual,
//! and SQLite itself never complains of them.

use rusqlite::{Connection, named_params};

use super::copy::{count, tables};
use super::{Reader, StoreError};

/// Lines of SQLite's own check that are kept.
const MOST_COMPLAINTS: u32 = 100;

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

/// What SQLite says of its pages; nothing where it says "ok".
fn integrity(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare("SELECT integrity_check FROM pragma_integrity_check(:most)")?;
    let rows = statement.query_map(named_params! { ":most": MOST_COMPLAINTS }, |row| {
        Ok(String::from_utf8_lossy(&super::compare::cell(row.get_ref(0)?).1).into_owned())
    })?;
    let complaints: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
    Ok(complaints.into_iter().filter(|line| line != "ok").collect())
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
