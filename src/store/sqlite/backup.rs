//! A verified copy of the whole file, made with SQLite's backup API: it sees the WAL, a plain copy does not.
//!
//! What a newcomer would get wrong: the copy is read under a shared lock, so it goes in steps that let the app
//! write in between; SQLite then starts over, and after some starts the rest is done in one step.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{Place, Reader, StoreError, convert, files, open};
use crate::model::time::Timestamp;

/// Pages copied under one lock (16 MiB of 4 KiB pages).
const PAGES_PER_STEP: i32 = 4096;

/// How often the copy may start over before it is done in one step.
const MAX_RESTARTS: u32 = 3;

/// How long to wait where another process holds the lock.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// How far a backup has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied.
    pub done: i32,
    /// Pages in all.
    pub total: i32,
}

/// Where the backup goes: beside the file, with the time in its name, and a number where that is taken.
pub(super) fn free_name(path: &Path, now: Timestamp) -> PathBuf {
    let stamp: String =
        now.to_rfc3339().chars().take_while(|c| *c != '.' && *c != 'Z').filter(|c| *c != '-' && *c != ':').collect();
    let first = files::side_file(path, &format!(".backup-{stamp}Z"));
    let numbered = (2_u32..).map(|n| files::side_file(path, &format!(".backup-{stamp}Z-{n}")));
    let mut names = std::iter::once(first.clone()).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or(first)
}

/// Copies the database to `target`, mode 0600, and verifies the copy before it gets that name.
///
/// # Errors
/// `Backup` where the copy cannot be written or differs; nothing is left under `target` then.
pub(super) fn backup(place: &Place, target: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<(), StoreError> {
    let partial = files::side_file(target, ".partial");
    let result = copy_and_verify(place, &partial, progress)
        .and_then(|()| std::fs::hard_link(&partial, target).map_err(|error| failed(target, error)));
    let removed = std::fs::remove_file(&partial);
    result?;
    removed.and_then(|()| files::sync_directory(target)).map_err(|error| failed(target, error))
}

fn failed(target: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::Backup { path: target.to_owned(), detail: error.to_string() }
}

fn copy_and_verify(place: &Place, partial: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<(), StoreError> {
    let source = Reader::open(&place.path, place.busy_timeout, super::open::ReadAccess::MayRecover)?.store;
    let file = files::create_private(partial).map_err(|error| failed(partial, error))?;
    copy(&source, place, partial, progress)?;
    file.sync_all().map_err(|error| failed(partial, error))?;
    verify(&source, partial)
}

fn copy(
    source: &Reader,
    place: &Place,
    partial: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), StoreError> {
    let fail = |error| match convert(error, place) {
        StoreError::Busy { waited } => StoreError::Busy { waited },
        other => failed(partial, other),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags(open::plain_name(partial), flags).map_err(fail)?;
    target.pragma_update(None, "journal_mode", "OFF").map_err(fail)?;
    target.pragma_update(None, "synchronous", "OFF").map_err(fail)?;
    let backup = Backup::new(&source.conn, &mut target).map_err(fail)?;
    let mut watch = Restarts::default();
    let mut waited = Duration::ZERO;
    loop {
        let pages = if watch.restarts < MAX_RESTARTS { PAGES_PER_STEP } else { -1 };
        match backup.step(pages).map_err(fail)? {
            StepResult::Done => return Ok(()),
            StepResult::More => waited = Duration::ZERO,
            StepResult::Busy | StepResult::Locked if waited >= place.busy_timeout => {
                return Err(StoreError::Busy { waited: place.busy_timeout });
            }
            _ => {
                std::thread::sleep(RETRY_PAUSE);
                waited += RETRY_PAUSE;
            }
        }
        let now = backup.progress();
        watch.see(now.remaining);
        progress(BackupProgress { done: now.pagecount - now.remaining, total: now.pagecount });
    }
}

/// Counts how often the copy started over: the remaining pages grew.
#[derive(Default)]
struct Restarts {
    remaining: Option<i32>,
    restarts: u32,
}

impl Restarts {
    fn see(&mut self, remaining: i32) {
        if self.remaining.is_some_and(|before| remaining > before) {
            self.restarts += 1;
        }
        self.remaining = Some(remaining);
    }
}

/// The copy is sound and every table has as many rows as its original.
fn verify(source: &Reader, partial: &Path) -> Result<(), StoreError> {
    let copy = Reader::open_immutable(partial)?;
    let complaint: String = copy
        .conn
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| failed(partial, error))?;
    if complaint != "ok" {
        return Err(failed(partial, complaint));
    }
    let original = counts(&source.conn).map_err(|error| failed(partial, error))?;
    let copied = counts(&copy.conn).map_err(|error| failed(partial, error))?;
    let lost = original.iter().find(|(table, rows)| !copied.iter().any(|(name, count)| name == table && count >= rows));
    match lost {
        None => Ok(()),
        Some((table, rows)) => Err(failed(partial, format!("'{table}' should hold {rows} rows"))),
    }
}

/// Tables with their numbers of rows.
fn counts(conn: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut statement = conn.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    names.into_iter().map(|name| count(conn, &name).map(|rows| (name, rows))).collect()
}

fn count(conn: &Connection, table: &str) -> rusqlite::Result<i64> {
    let mut sql = String::from("SELECT count(*) FROM \"");
    sql.push_str(&table.replace('"', "\"\""));
    sql.push('"');
    conn.query_row(&sql, [], |row| row.get(0))
}
