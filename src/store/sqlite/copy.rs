//! Copying a whole file with SQLite's backup API, which sees the WAL (a plain copy does not), and verifying the copy.
//!
//! What a newcomer would get wrong: the copy is read under a shared lock, so a large file goes in steps that let
//! the app write in between; SQLite then starts over, and after some starts the lock is held until the end.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{Reader, StoreError, check, convert, users};
use crate::store::partial::Partial;

/// Pages copied under one lock (16 MiB of 4 KiB pages).
pub(super) const PAGES_PER_STEP: i32 = 4096;

/// How often the copy may start over before the lock is kept from its start to its end.
const MAX_RESTARTS: u32 = 3;

/// How long to wait for a reader of our own process.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied.
    pub done: i32,
    /// Pages in all.
    pub total: i32,
    /// Which copy it is.
    pub phase: Phase,
}

/// Which copy of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The only one.
    Copy,
    /// The file that is about to be put in place.
    Prepare,
    /// The file that is there now.
    Keep,
    /// The one into the database.
    Put,
}

impl BackupProgress {
    /// Nothing to tell; a chance to be stopped.
    pub(super) const PAUSE: Self = Self { done: 0, total: 0, phase: Phase::Copy };

    /// The same of another copy.
    pub(super) fn of(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }
}

/// Told after each step how far a copy has come; `Break` ends it, and nothing is left of it.
pub type Watch<'a> = &'a mut dyn FnMut(BackupProgress) -> ControlFlow<()>;

/// Tables with their numbers of rows.
pub(super) type Counts = Vec<(String, i64)>;

/// A copy that cannot be written, or differs from what was copied.
pub(super) fn failed(target: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::Backup { path: target.to_owned(), detail: error.to_string() }
}

/// Copies all of `source` and verifies the copy.
///
/// # Errors
/// `Backup` where the copy cannot be written or differs, `Damaged` where the source itself is unsound,
/// `Interrupted`.
pub(super) fn copy_and_verify(source: &Reader, partial: &Partial, watch: Watch<'_>) -> Result<(), StoreError> {
    let original = copy(source, partial, watch)?;
    verify(&partial.path, original.as_ref())?;
    // The check takes a while, and nobody has the copy yet.
    match watch(BackupProgress::PAUSE) {
        ControlFlow::Break(()) => Err(StoreError::Interrupted),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Copies all of `source`; gives the numbers of rows that it held at that very state, where that can be told.
///
/// # Errors
/// As [`copy_and_verify`]; `Damaged` only where a page cannot even be read.
pub(super) fn copy(source: &Reader, partial: &Partial, watch: Watch<'_>) -> Result<Option<Counts>, StoreError> {
    let fail = |error| match convert(error, &source.place) {
        StoreError::Busy { waited } => StoreError::Busy { waited },
        // The source is only read: what cannot be written, or has no room, is the copy.
        StoreError::ReadOnly { detail, .. } => failed(&partial.path, detail),
        // And what is damaged is the source: the copy is new.
        damaged @ StoreError::Damaged { .. } => damaged,
        other => failed(&partial.path, other),
    };
    let mut pin = Pin { conn: &source.conn, held: false };
    let version = users::data_version(&source.conn).map_err(fail)?;
    if small_or_wal(&source.conn).map_err(fail)? {
        pin.hold().map_err(fail)?;
    }
    let mut target = scratch(&partial.path).map_err(fail)?;
    let backup = Backup::new(&source.conn, &mut target).map_err(fail)?;
    let mut restarts = Restarts::default();
    let mut more = true;
    while more {
        more = step(&backup, PAGES_PER_STEP, source.place.busy_timeout, watch, fail)?;
        restarts.see(backup.progress().remaining);
        if restarts.restarts >= MAX_RESTARTS {
            pin.hold().map_err(fail)?;
        }
    }
    let pinned_before = pin.held;
    pin.hold().map_err(fail)?;
    // Where somebody wrote meanwhile, what the file holds now says nothing about the copy.
    let comparable = pinned_before || users::data_version(&source.conn).map_err(fail)? == version;
    // Damage that keeps rows from being counted is in the copy, too: whoever verifies that will find it.
    Ok(if comparable { counts(&source.conn).ok() } else { None })
}

/// One step of a copy; whether there are more.
///
/// # Errors
/// `Busy`, `Interrupted`, and what `fail` makes of SQLite's.
pub(super) fn step(
    backup: &Backup<'_, '_>,
    pages: i32,
    busy_timeout: Duration,
    watch: Watch<'_>,
    fail: impl Fn(rusqlite::Error) -> StoreError,
) -> Result<bool, StoreError> {
    let more = match backup.step(pages).map_err(fail)? {
        StepResult::Done => false,
        // The busy timeout of the source has passed.
        StepResult::Busy => return Err(StoreError::Busy { waited: busy_timeout }),
        StepResult::More => true,
        // Another connection of this process, which will not take long.
        _ => {
            std::thread::sleep(RETRY_PAUSE);
            true
        }
    };
    let now = backup.progress();
    match watch(BackupProgress { done: now.pagecount - now.remaining, total: now.pagecount, phase: Phase::Copy }) {
        // The last step may have been a commit, which is not undone.
        ControlFlow::Break(()) if more => Err(StoreError::Interrupted),
        ControlFlow::Break(()) | ControlFlow::Continue(()) => Ok(more),
    }
}

/// A connection to a file of ours that is thrown away if anything fails: no journal, no sync.
pub(super) fn scratch(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update(None, "journal_mode", "OFF")?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    Ok(conn)
}

/// One read transaction from here on: the state that is copied is the state that is counted.
struct Pin<'a> {
    conn: &'a Connection,
    held: bool,
}

impl Pin<'_> {
    fn hold(&mut self) -> rusqlite::Result<()> {
        if !self.held && self.conn.is_autocommit() {
            self.conn.execute_batch("BEGIN")?;
            self.held = true;
            self.conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        }
        Ok(())
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        if self.held {
            // A read transaction that cannot be ended ends with its connection.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }
}

/// Whether the read lock may be kept: nobody waits for it in WAL mode, nor long for a file of one step.
fn small_or_wal(conn: &Connection) -> rusqlite::Result<bool> {
    let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let journal: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    Ok(pages <= i64::from(PAGES_PER_STEP) || journal == "wal")
}

/// Counts how often the copy started over: a step that went on has left fewer pages than before. One that began
/// anew leaves as many where every step does.
#[derive(Default)]
struct Restarts {
    remaining: Option<i32>,
    restarts: u32,
}

impl Restarts {
    fn see(&mut self, remaining: i32) {
        if self.remaining.is_some_and(|before| remaining >= before) {
            self.restarts += 1;
        }
        self.remaining = Some(remaining);
    }
}

/// The copy is sound, and every table has as many rows as its original.
///
/// # Errors
/// `Damaged`, `Backup`.
pub(super) fn verify(path: &Path, original: Option<&Counts>) -> Result<(), StoreError> {
    let copy = Reader::open_immutable(path)?;
    let fail = |error| failed(path, error);
    if let Some(detail) = check::first_complaint(&copy.conn).map_err(fail)? {
        return Err(StoreError::Damaged { detail });
    }
    let Some(original) = original else { return Ok(()) };
    let copied = counts(&copy.conn).map_err(fail)?;
    match original.iter().find(|table| !copied.contains(table)) {
        Some((table, rows)) => Err(failed(path, format!("'{table}' should hold {rows} rows"))),
        None => Ok(()),
    }
}

/// Names of the tables that hold rows of their own; a name that is not UTF-8 cannot be asked for.
pub(super) fn tables(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| Ok(row.get_ref(0)?.as_str().ok().map(str::to_owned)))?;
    let names: Vec<Option<String>> = names.collect::<rusqlite::Result<_>>()?;
    Ok(names.into_iter().flatten().collect())
}

/// Tables with their numbers of rows.
pub(super) fn counts(conn: &Connection) -> rusqlite::Result<Counts> {
    tables(conn)?.into_iter().map(|name| count(conn, &name).map(|rows| (name, rows))).collect()
}

/// The number of rows of one table.
pub(super) fn count(conn: &Connection, table: &str) -> rusqlite::Result<i64> {
    let mut sql = String::from("SELECT count(*) FROM ");
    sql.push_str(&identifier(table));
    conn.query_row(&sql, [], |row| row.get(0))
}

/// A name of the schema as SQL takes it, whatever it holds.
pub fn identifier(name: &str) -> String {
    let mut quoted = String::from("\"");
    quoted.push_str(&name.replace('"', "\"\""));
    quoted.push('"');
    quoted
}
