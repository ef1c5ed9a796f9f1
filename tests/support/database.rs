//! Fixture databases at each stage of the app's history, and raw SQL for arranging and checking rows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::python::script;

/// The password of every fixture account that has one.
pub const PASSWORD: &str = "Quiet-River#48Lamp";

/// The password of the second of the twins in [`Stage::Head`].
pub const TWIN_PASSWORD: &str = "Maple!Desk72-Robin";

/// A cell as it is stored, storage class included.
pub type Cell = rusqlite::types::Value;

/// The stages of an app database; `make_db.py` tells what each holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before accounts had passwords.
    Preauth,
    /// The migration stopped after four columns.
    Half,
    /// All nine columns, every user without a password.
    Altered,
    /// As `Altered`, with accounts that the app made.
    Live,
    /// The layout without SQL defaults.
    Later,
    /// The newest layout.
    Head,
}

/// The journal mode of a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journal {
    /// As the app's files are.
    Delete,
    /// Write-ahead log.
    Wal,
}

/// Makes `app.db` at a stage in a directory.
///
/// # Panics
/// When it cannot be made.
pub fn make_db(stage: Stage, dir: &Path) -> PathBuf {
    make_db_in(stage, dir, Journal::Delete)
}

/// As [`make_db`], with the journal mode named.
///
/// # Panics
/// When it cannot be made.
pub fn make_db_in(stage: Stage, dir: &Path, journal: Journal) -> PathBuf {
    let file = dir.join("app.db");
    let mut command = script("make_db.py");
    command
        .arg(match stage {
            Stage::Preauth => "preauth",
            Stage::Half => "half",
            Stage::Altered => "altered",
            Stage::Live => "live",
            Stage::Later => "later",
            Stage::Head => "head",
        })
        .arg(&file);
    match journal {
        Journal::Delete => {}
        Journal::Wal => {
            command.arg("--wal");
        }
    }
    let done = command.output().expect("the fixture's interpreter starts");
    assert!(done.status.success(), "no {stage:?} database: {}", String::from_utf8_lossy(&done.stderr));
    file
}

/// Runs one statement as the app's SQLite would, foreign keys off, and returns its rows.
///
/// # Panics
/// When the statement fails.
pub fn rows(path: &Path, sql: &str) -> Vec<Vec<Cell>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    db.busy_timeout(Duration::from_secs(10)).expect("a busy timeout can be set");
    db.pragma_update(None, "foreign_keys", false).expect("foreign keys can be switched off");
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let read = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .and_then(|found| found.collect());
    read.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// As [`rows`], each cell as text: NULL is `NULL`, a blob `x'…'`, text and numbers as they are.
///
/// # Panics
/// When the statement fails.
pub fn sqlite(path: &Path, sql: &str) -> Vec<Vec<String>> {
    rows(path, sql).into_iter().map(|row| row.iter().map(shown).collect()).collect()
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Blob(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{hex}'")
        }
    }
}
