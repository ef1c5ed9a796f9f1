//! A migration on a copy: what it would do, how long it takes, and whether every old value is still there.
//!
//! What a newcomer would get wrong: the copy holds every account, so it lies in a directory of its own that nobody
//! else may enter, and goes away with it whatever happens. A log that is there already has one event more afterwards.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Row, named_params};
use sha2::{Digest, Sha256};

use super::compare::cell;
use super::copy::{BackupProgress, Watch, copy_and_verify, failed, identifier, tables};
use super::migrate::{BackupWish, Migration};
use super::open::ReadAccess;
use super::{Reader, StoreError, files};
use crate::model::event::EventName;
use crate::store::partial::Partial;
use crate::store::{Act, Mode, Step, StepState};

/// What the directory's name has after the database's.
const MARK: &str = ".rehearsal-";

/// The copy inside.
const COPY: &str = "copy.db";

/// How a rehearsal went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// The steps as they are in the file; those that are pending were applied to the copy.
    pub steps: Vec<Step>,
    /// How many of them were pending.
    pub applied: usize,
    /// How long the migration of the copy took: as long as the lock would be held.
    pub took: Duration,
    /// How long making the copy took: as long as a backup takes.
    pub copy_took: Duration,
    /// How long `migrate` itself expects to hold the lock.
    pub expected_lock: Duration,
    /// Tables with their numbers of rows, the same before and after.
    pub rows: Vec<(String, i64)>,
    /// Size of the backup that would be made first.
    pub backup_bytes: u64,
    /// How much the file would grow.
    pub grown_bytes: u64,
}

impl Reader {
    /// Migrates a copy of the file in a directory made for it below `parent`.
    ///
    /// # Errors
    /// `Drift`, `Damaged`, `Interrupted`, whatever keeps the copy from being made or migrated, and `NotKept` where
    /// a value of an old row is another one afterwards. The file itself is only read.
    pub fn rehearse_migration(&self, parent: &Path, act: &Act<'_>, watch: Watch<'_>) -> Result<Rehearsal, StoreError> {
        let steps = self.migration_plan()?.without_faults()?;
        if steps.iter().all(|step| step.state == StepState::Applied) {
            return self.nothing_to_do(steps);
        }
        let room = Room::make(parent, &self.place.real)?;
        let path = room.path.join(COPY);
        let partial = Partial::create(path.clone()).map_err(|error| failed(&path, error))?;
        let begun = Instant::now();
        copy_and_verify(self, &partial, watch)?;
        let copy_took = begun.elapsed();
        let size = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.len()).unwrap_or_default();
        let backup_bytes = size(&path);
        let before = Reader::open_immutable(&path)?;
        let old = Values::of(&before, watch)?;
        drop(before);
        let mut migration = Migration::open(&path, self.place.busy_timeout, ReadAccess::MayRecover)?;
        let expected_lock = migration.expected_lock()?;
        let begun = Instant::now();
        let act = Act { mode: Mode::Commit, ..act.clone() };
        let outcome = migration.run(&act, BackupWish::Skip, watch)?;
        let took = begun.elapsed();
        drop(migration);
        let grown_bytes = check(&path, &old, watch)?.saturating_sub(backup_bytes);
        let rows = old.tables.into_iter().map(|table| (table.name, table.rows)).collect();
        let applied = outcome.applied;
        Ok(Rehearsal { steps, applied, took, copy_took, expected_lock, rows, backup_bytes, grown_bytes })
    }

    /// The directory of the file, where something can be put into it.
    pub fn writable_directory(&self) -> Option<PathBuf> {
        files::directory_writable(&self.place.real).then(|| files::directory(&self.place.real))
    }

    fn nothing_to_do(&self, steps: Vec<Step>) -> Result<Rehearsal, StoreError> {
        let rows = super::copy::counts(&self.conn).map_err(|error| self.fail(error))?;
        let none = Duration::ZERO;
        let (took, copy_took, expected_lock) = (none, none, none);
        Ok(Rehearsal { steps, applied: 0, took, copy_took, expected_lock, rows, backup_bytes: 0, grown_bytes: 0 })
    }
}

/// The migrated copy is sound and holds every old value; its size in the end.
fn check(path: &Path, old: &Values, watch: Watch<'_>) -> Result<u64, StoreError> {
    let after = Reader::again(&super::Place::new(path, Duration::ZERO))?;
    // Commits that are still in a -wal belong to the file.
    let fail = |error| failed(path, error);
    if let Some(complaint) = super::check::first_complaint(&after.conn).map_err(fail)? {
        return Err(StoreError::Damaged { detail: format!("after the migration: {complaint}") });
    }
    for table in &old.tables {
        if Table::of(&after, &table.name, table.columns.clone(), table.last_event, watch)? != *table {
            return Err(StoreError::NotKept("a row of the migrated copy"));
        }
        if let Some(last) = table.last_event
            && new_events(&after.conn, last).map_err(fail)? != (1, 1)
        {
            return Err(StoreError::NotKept("the event of the migration"));
        }
    }
    let number = |sql: &'static str| after.conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    let pages = number("PRAGMA page_count").map_err(fail)?;
    let page_size = number("PRAGMA page_size").map_err(fail)?;
    Ok(pages.unsigned_abs() * page_size.unsigned_abs())
}

/// The directory of the copy; removed when dropped.
struct Room {
    path: PathBuf,
}

impl Room {
    fn make(parent: &Path, database: &Path) -> Result<Self, StoreError> {
        sweep(parent, database);
        let name = database.file_name().unwrap_or_default();
        let ours = std::process::id();
        for number in 1_u32.. {
            let mut name = name.to_owned();
            name.push(format!("{MARK}{ours}-{number}"));
            let path = parent.join(name);
            // Never one that is there already, nor through a link.
            match std::fs::DirBuilder::new().mode(PRIVATE).create(&path) {
                Ok(()) => {
                    let room = Self { path };
                    // A umask may have taken away our own rights, too.
                    std::fs::set_permissions(&room.path, std::fs::Permissions::from_mode(PRIVATE))
                        .map_err(|error| failed(&room.path, error))?;
                    return Ok(room);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(StoreError::ReadOnly { path, detail: error.to_string() }),
            }
        }
        Err(StoreError::Exists { path: parent.to_owned() })
    }
}

/// Mode of the directory.
const PRIVATE: u32 = 0o700;

impl Drop for Room {
    fn drop(&mut self) {
        // What cannot be removed is swept by the next rehearsal.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes what killed rehearsals left: directories with a copy of ours that no living process has locked.
fn sweep(parent: &Path, database: &Path) {
    let mut start = database.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
    start.extend_from_slice(MARK.as_bytes());
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_room = entry.file_type().is_ok_and(|kind| kind.is_dir())
            && entry.file_name().as_encoded_bytes().starts_with(&start);
        if is_room && let Some(dead) = Partial::dead(entry.path().join(COPY)) {
            drop(dead);
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// All that a file holds, boiled down.
struct Values {
    tables: Vec<Table>,
}

/// One table: its columns, its number of rows, and a sum over all cells.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    name: String,
    columns: Vec<String>,
    /// Of the event log: the id of its last row; what comes after it is not looked at.
    last_event: Option<i64>,
    rows: i64,
    sum: u128,
}

impl Values {
    fn of(copy: &Reader, watch: Watch<'_>) -> Result<Self, StoreError> {
        let fail = |error| copy.fail(error);
        let names = tables(&copy.conn).map_err(fail)?.into_iter().filter(|name| !name.starts_with("sqlite_"));
        let mut all = Vec::new();
        for name in names {
            let is_log = name.eq_ignore_ascii_case("security_events") && copy.schema.has_events();
            let last = if is_log { Some(last_event(&copy.conn).map_err(fail)?) } else { None };
            all.push(Table::of(copy, &name, columns(&copy.conn, &name).map_err(fail)?, last, watch)?);
        }
        Ok(Self { tables: all })
    }
}

/// Bytes that are read before somebody may stop the work, and what a row costs besides.
const BYTES_PER_LOOK: usize = 1 << 20;
const BYTES_PER_ROW: usize = 256;

impl Table {
    fn of(
        copy: &Reader,
        name: &str,
        columns: Vec<String>,
        last_event: Option<i64>,
        watch: Watch<'_>,
    ) -> Result<Self, StoreError> {
        let fail = |error| copy.fail(error);
        let quoted: Vec<String> = columns.iter().map(|column| identifier(column)).collect();
        let mut sql = String::from("SELECT ");
        sql.push_str(&quoted.join(", "));
        sql.push_str(" FROM ");
        sql.push_str(&identifier(name));
        if last_event.is_some() {
            sql.push_str(" WHERE id <= ?");
        }
        let mut statement = copy.conn.prepare(&sql).map_err(fail)?;
        let mut cursor = statement.query(rusqlite::params_from_iter(last_event)).map_err(fail)?;
        let (mut rows, mut sum, mut unseen) = (0_i64, 0_u128, 0_usize);
        while let Some(row) = cursor.next().map_err(fail)? {
            let (digest, bytes) = digest(row, columns.len()).map_err(fail)?;
            // A sum, since another index may give the rows in another order.
            sum = sum.wrapping_add(digest);
            rows += 1;
            unseen += bytes + BYTES_PER_ROW;
            if unseen > BYTES_PER_LOOK {
                unseen = 0;
                if watch(BackupProgress::PAUSE).is_break() {
                    return Err(StoreError::Interrupted);
                }
            }
        }
        Ok(Self { name: name.to_owned(), columns, last_event, rows, sum })
    }
}

/// The first half of the SHA-256 of a row's cells, each with its storage class and its length; and their bytes.
fn digest(row: &Row<'_>, columns: usize) -> rusqlite::Result<(u128, usize)> {
    let (mut hash, mut read) = (Sha256::new(), 0);
    for index in 0..columns {
        let (class, bytes) = cell(row.get_ref(index)?);
        hash.update([class]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
        read += bytes.len();
    }
    let digest: [u8; 32] = hash.finalize().into();
    let half = digest.iter().take(size_of::<u128>()).fold(0, |number, byte| number << 8 | u128::from(*byte));
    Ok((half, read))
}

/// The id of the last event; one below all ids where there is none.
fn last_event(conn: &Connection) -> rusqlite::Result<i64> {
    let last: Option<i64> = conn.query_row("SELECT max(id) FROM security_events", [], |row| row.get(0))?;
    Ok(last.unwrap_or(i64::MIN))
}

/// How many events came after that one, and how many of them are a migration's.
fn new_events(conn: &Connection, last: i64) -> rusqlite::Result<(i64, i64)> {
    let values = named_params! { ":last": last, ":event": EventName::SchemaMigrated.as_str() };
    conn.query_row(
        "SELECT count(*), count(*) FILTER (WHERE event = :event) FROM security_events WHERE id > :last",
        values,
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

fn columns(conn: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(:table)")?;
    let names = statement.query_map(named_params! { ":table": table }, |row| row.get(0))?;
    names.collect()
}

#[cfg(test)]
mod tests;
