//! A verified copy of the whole file, made with SQLite's backup API: it sees the WAL, a plain copy does not.
//!
//! What a newcomer would get wrong: the copy is read under a shared lock, so it goes in steps that let the app
//! write in between; SQLite then starts over, and after some starts the rest is done in one step.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Mode, OFlags};

use super::{Place, Reader, StoreError, convert, files, users};
use crate::model::time::Timestamp;

/// Pages copied under one lock (16 MiB of 4 KiB pages).
const PAGES_PER_STEP: i32 = 4096;

/// How often the copy may start over before it is done in one step.
const MAX_RESTARTS: u32 = 3;

/// How long to wait for a reader of our own process.
const RETRY_PAUSE: Duration = Duration::from_millis(20);

/// What a backup's name has after the database's, before the time.
const MARK: &str = ".backup-";

/// What the name has until the copy is verified: nobody takes that for a database.
const PARTIAL: &str = ".partial";

/// How far a backup has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied.
    pub done: i32,
    /// Pages in all.
    pub total: i32,
}

/// Copies the database to a new file beside it, mode 0600, and verifies the copy before it gets its name.
///
/// # Errors
/// `Backup` where the copy cannot be written or differs, `Damaged` where the database itself is unsound; no
/// backup is left then.
pub(super) fn backup(
    place: &Place,
    now: Timestamp,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<PathBuf, StoreError> {
    let database = &place.real;
    sweep(database);
    let (target, partial) = claim(database, now).map_err(|error| failed(database, error))?;
    let fail = |error: io::Error| failed(&target, error);
    copy_and_verify(place, &partial, progress)?;
    std::fs::hard_link(&partial.path, &target).map_err(fail)?;
    drop(partial);
    files::sync_directory(&target).map_err(fail)?;
    Ok(target)
}

fn failed(target: &Path, error: impl std::fmt::Display) -> StoreError {
    StoreError::Backup { path: target.to_owned(), detail: error.to_string() }
}

/// Finds a name that is free: the database's with the time, and a number where that is taken.
fn claim(database: &Path, now: Timestamp) -> io::Result<(PathBuf, Partial)> {
    let stamp: String =
        now.to_rfc3339().chars().take_while(|c| *c != '.' && *c != 'Z').filter(|c| *c != '-' && *c != ':').collect();
    for number in 1_u32.. {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let target = files::side_file(database, &format!("{MARK}{stamp}Z{again}"));
        match Partial::create(files::side_file(&target, PARTIAL)) {
            // Looked at while the partial name is ours: nobody else can be about to give this name away.
            Ok(partial) if std::fs::symlink_metadata(&target).is_err() => return Ok((target, partial)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A copy in the making, locked as long as its maker lives and removed with it.
struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    fn create(path: PathBuf) -> io::Result<Self> {
        let file = files::create_private(&path)?;
        file.lock()?;
        let partial = Self { path, file };
        // Between the two a sweep may have taken it for a dead one.
        if partial.is_there() { Ok(partial) } else { Err(io::ErrorKind::AlreadyExists.into()) }
    }

    fn is_there(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let named = std::fs::symlink_metadata(&self.path).map(identity);
        matches!((named, self.file.metadata().map(identity)), (Ok(named), Ok(ours)) if named == ours)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.is_there() {
            // What cannot be removed is swept by the next migration.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Removes what a killed migration left: partial copies of ours that no living process has locked.
fn sweep(database: &Path) {
    let Some(name) = database.file_name() else { return };
    let Ok(entries) = std::fs::read_dir(files::directory(database)) else { return };
    let mut start = name.as_encoded_bytes().to_vec();
    start.extend_from_slice(MARK.as_bytes());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.starts_with(&start) && bytes.ends_with(PARTIAL.as_bytes()) {
            drop(dead_partial(entry.path()));
        }
    }
}

/// The partial copy, where it is ours and its maker is gone; dropping it removes it.
fn dead_partial(path: PathBuf) -> Option<Partial> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(&path, flags, Mode::empty()).ok()?);
    let metadata = file.metadata().ok()?;
    let ours = metadata.is_file() && metadata.uid() == rustix::process::geteuid().as_raw();
    if !ours || file.try_lock().is_err() {
        return None;
    }
    Some(Partial { path, file })
}

fn copy_and_verify(
    place: &Place,
    partial: &Partial,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), StoreError> {
    let source = Reader::again(place)?;
    let version = source.view().data_version()?;
    copy(&source, place, &partial.path, progress)?;
    partial.file.sync_all().map_err(|error| failed(&partial.path, error))?;
    verify(&source, version, &partial.path)
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
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut target = Connection::open_with_flags(partial, flags).map_err(fail)?;
    target.pragma_update(None, "journal_mode", "OFF").map_err(fail)?;
    target.pragma_update(None, "synchronous", "OFF").map_err(fail)?;
    let backup = Backup::new(&source.conn, &mut target).map_err(fail)?;
    let mut watch = Restarts::default();
    loop {
        let pages = if watch.restarts < MAX_RESTARTS { PAGES_PER_STEP } else { -1 };
        match backup.step(pages).map_err(fail)? {
            StepResult::Done => return Ok(()),
            // The busy timeout of the source has passed.
            StepResult::Busy => return Err(StoreError::Busy { waited: place.busy_timeout }),
            StepResult::More => {}
            // Another connection of this process, which will not take long.
            _ => std::thread::sleep(RETRY_PAUSE),
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

/// The copy is sound and every table has as many rows as its original; where somebody has written since
/// `version`, the copy is outdated anyway, and whoever asked for it will see that under the lock.
fn verify(source: &Reader, version: i64, partial: &Path) -> Result<(), StoreError> {
    let copy = Reader::open_immutable(partial)?;
    let fail = |error| failed(partial, error);
    let complaint: String = copy.conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(fail)?;
    if complaint != "ok" {
        return Err(StoreError::Damaged { detail: complaint });
    }
    let copied = counts(&copy.conn).map_err(fail)?;
    let snapshot = source.conn.unchecked_transaction().map_err(|error| convert(error, &source.place))?;
    let original = counts(&snapshot).map_err(|error| convert(error, &source.place))?;
    let unchanged = users::data_version(&snapshot).map_err(|error| convert(error, &source.place))? == version;
    match original.iter().find(|table| !copied.contains(table)) {
        Some((table, rows)) if unchanged => Err(failed(partial, format!("'{table}' should hold {rows} rows"))),
        Some(_) | None => Ok(()),
    }
}

/// Tables with their numbers of rows; a name that is not UTF-8 cannot be asked for.
fn counts(conn: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut statement = conn.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| Ok(row.get_ref(0)?.as_str().ok().map(str::to_owned)))?;
    let names: Vec<Option<String>> = names.collect::<rusqlite::Result<_>>()?;
    names.into_iter().flatten().map(|name| count(conn, &name).map(|rows| (name, rows))).collect()
}

fn count(conn: &Connection, table: &str) -> rusqlite::Result<i64> {
    let mut sql = String::from("SELECT count(*) FROM \"");
    sql.push_str(&table.replace('"', "\"\""));
    sql.push('"');
    conn.query_row(&sql, [], |row| row.get(0))
}
