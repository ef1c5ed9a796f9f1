//! Putting a backup in the place of the database, through SQLite itself, in one transaction of the present file.
//!
//! What a newcomer would get wrong: renaming the backup over the database would leave the old `-wal` or `-journal`
//! beside it, which SQLite then plays into the new file; and whoever has the old file open would go on writing
//! to it unseen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::backup::{BEFORE_RESTORE, claim_copy, sweep};
use super::commit::unseen;
use super::compare::Loss;
use super::copy::{BackupProgress, Counts, PAGES_PER_STEP, Phase, Watch, copy, counts, failed, step, verify};
use super::holders::{holders, identity};
use super::migrate::MigrationPlan;
use super::stage::{Shape, Staged, own_tables};
use super::{Place, Reader, StoreError, View, check, convert, convert_at_opening, create, files, open, schema, users};
use crate::model::scope::Scope;
use crate::model::time::Timestamp;
use crate::store::partial;
use crate::store::{Act, Schema};

/// A backup that was looked through: sound, and one of the app's.
pub struct BackupFile {
    pub(super) reader: Reader,
    pub(super) shape: Shape,
    pub(super) counts: Counts,
    orphans: u64,
    /// SQLite's counter of foreign changes, as it was looked through.
    version: i64,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the file lies that was there before; `None` where there was none.
    pub kept: Option<PathBuf>,
    /// What is wrong with the file that was there before, where it is damaged.
    pub damage: Option<String>,
    /// How many accounts are there now.
    pub users: i64,
}

impl BackupFile {
    /// Opens a backup and checks it as a whole; from here on it is read in one state, until [`BackupFile::let_go`].
    ///
    /// # Errors
    /// Each reason has its own [`StoreError`]: `Damaged` for an unsound one, `Foreign` for one of another program.
    pub fn open(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        files::inspect(path)?;
        let place = Place::new(path, busy_timeout);
        let has_wal = files::side_file(&place.real, "-wal").exists();
        // A finished WAL file is read as it lies there: opening it would make side files beside it.
        let finished_wal = !has_wal && files::is_wal(&place.real);
        let reader = if finished_wal { Reader::open_immutable(&place.real)? } else { Reader::again(&place)? };
        let fail = |error| convert_at_opening(error, &place);
        reader.conn.execute_batch("BEGIN").map_err(fail)?;
        let version = users::data_version(&reader.conn).map_err(fail)?;
        if let Some(detail) = check::first_complaint(&reader.conn).map_err(fail)? {
            return Err(StoreError::Damaged { detail });
        }
        let counts = counts(&reader.conn).map_err(fail)?;
        let orphans = check::orphans(&reader.conn);
        let mut shape = Shape::read(&reader.conn).map_err(fail)?;
        if finished_wal {
            // Read as it lies there it says "delete".
            shape.journal_mode = "wal".to_owned();
        }
        Ok(Self { reader, shape, counts, orphans, version })
    }

    /// Lets others write to the file while somebody is asked: it may be a live one.
    ///
    /// # Errors
    /// SQLite's.
    pub fn let_go(&self) -> Result<(), StoreError> {
        self.reader.conn.execute_batch("COMMIT").map_err(|error| self.reader.fail(error))
    }

    /// Holds it again, in the state that was looked through.
    fn hold(&self) -> Result<(), StoreError> {
        let Reader { conn, place, .. } = &self.reader;
        if conn.is_autocommit() {
            conn.execute_batch("BEGIN").map_err(|error| self.reader.fail(error))?;
        }
        match self.reader.view().data_version()? {
            same if same == self.version => Ok(()),
            _ => Err(StoreError::Changed { path: place.path.clone() }),
        }
    }

    /// What its schema is.
    pub fn schema(&self) -> &Schema {
        self.reader.schema()
    }

    /// How many accounts it holds.
    pub fn users(&self) -> i64 {
        self.counts.iter().find(|(name, _)| name.eq_ignore_ascii_case("users")).map_or(0, |(_, rows)| *rows)
    }

    /// How many of its rows point to rows that are not there.
    pub fn orphans(&self) -> u64 {
        self.orphans
    }

    /// Time of its last event, as stored.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn last_event(&self) -> Result<Option<String>, StoreError> {
        self.reader.last_event_time()
    }

    /// What stands in it in the place of ours.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        MigrationPlan::read(&self.reader.conn).map(|plan| plan.faults).map_err(|error| self.reader.fail(error))
    }

    /// Its rows, in the state that was looked through.
    pub fn view(&self) -> View<'_> {
        self.reader.view()
    }

    /// What the present file holds that would go.
    ///
    /// # Errors
    /// [`StoreError`] where either cannot be read.
    pub fn loss(&self, present: &Reader) -> Result<Loss, StoreError> {
        Loss::of(present, &self.reader)
    }

    /// Puts it in the place of an existing database, keeping a copy of that one. `shown` is what the operator
    /// agreed to lose; `None`: it could not be told.
    ///
    /// # Errors
    /// `InUse`, `Busy` and `Changed` where somebody else works on the file, `Changed` where it is the backup, and
    /// whatever keeps the file from being written; it is as it was then.
    pub fn restore_over(
        &self,
        database: &Path,
        act: &Act<'_>,
        shown: Option<&Loss>,
        watch: Watch<'_>,
    ) -> Result<Restored, StoreError> {
        let place = Place::new(database, self.reader.place.busy_timeout);
        self.hold()?;
        require_unused(database)?;
        sweep(&place.real);
        let now = act.clock.now();
        let staged = Staged::make(self, &place, Some(&Shape::of(&place)?), act, now, watch)?;
        let mut locked = Locked::take(&place)?;
        require_unused(database)?;
        locked.reader.schema.follow(act.triggers)?;
        locked.reader.view().require_acting(act, act.clock.now())?;
        if let Some(shown) = shown
            && self.loss(&locked.reader)? != *shown
        {
            return Err(StoreError::Changed { path: database.to_owned() });
        }
        let (kept, damage) = keep(&locked.reader, now, watch)?;
        locked.put(&staged, watch).map_err(|error| not_put(error, &kept))?;
        locked.require_like(&staged, &kept)?;
        // From here on it is done, whatever fails.
        let done_but = |detail: String| StoreError::Restored { kept: kept.clone(), detail };
        locked.release().map_err(|error| done_but(error.to_string()))?;
        partial::sync_directory(&place.real)
            .map_err(|error| done_but(format!("a power cut may undo it, the directory cannot be synced: {error}")))?;
        let kept = std::path::absolute(&kept).unwrap_or(kept);
        Ok(Restored { kept: Some(kept), damage, users: self.users() })
    }

    /// Whether [`BackupFile::restore_as_new`] could make the file.
    ///
    /// # Errors
    /// `Exists`, `ReadOnly`.
    pub fn require_new(&self, database: &Path) -> Result<(), StoreError> {
        create::require_free(database)
    }

    /// Makes the database anew where there is none.
    ///
    /// # Errors
    /// `Exists` where the name, or that of a journal beside it, is taken by now, `Changed` where the backup is another
    /// one; no file is left then.
    pub fn restore_as_new(&self, database: &Path, act: &Act<'_>, watch: Watch<'_>) -> Result<Restored, StoreError> {
        self.hold()?;
        create::require_free(database)?;
        let place = Place::new(database, self.reader.place.busy_timeout);
        sweep(&place.real);
        let staged = Staged::make(self, &place, None, act, act.clock.now(), watch)?;
        staged.partial.publish(database).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Exists { path: database.to_owned() },
            _ => StoreError::ReadOnly { path: database.to_owned(), detail: error.to_string() },
        })?;
        Ok(Restored { kept: None, damage: None, users: self.users() })
    }
}

/// Whether both names mean the same file, through links of every kind.
pub fn same_file(one: &Path, other: &Path) -> bool {
    matches!((identity(one), identity(other)), (Some(one), Some(other)) if one == other)
}

/// Whether the file can be written, and files be made beside it.
///
/// # Errors
/// `OtherOwner`, `ReadOnly`.
pub fn require_writable(database: &Path) -> Result<(), StoreError> {
    let place = Place::new(database, Duration::ZERO);
    if files::writable(&place.real) && files::directory_writable(&place.real) {
        return Ok(());
    }
    Err(files::cannot_write(&place, "permission denied".into()))
}

/// How many processes of other users could not be asked whether they have the file open.
///
/// # Errors
/// `InUse`, naming each process that has.
pub fn require_unused(database: &Path) -> Result<usize, StoreError> {
    let found = holders(&files::real(database));
    if found.named.is_empty() {
        return Ok(found.hidden);
    }
    Err(StoreError::InUse { path: database.to_owned(), holders: found.named })
}

/// The present file, which nobody else can use as long as this lives.
struct Locked {
    reader: Reader,
}

impl Locked {
    fn take(place: &Place) -> Result<Self, StoreError> {
        let fail = |error| convert_at_opening(error, place);
        open::require_leaving_nothing(place)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(open::plain_name(&place.real), flags).map_err(fail)?;
        open::settle(&conn, place.busy_timeout).map_err(fail)?;
        if conn.is_readonly(MAIN_DB).map_err(fail)? || !files::directory_writable(&place.real) {
            return Err(files::cannot_write(place, "permission denied".into()));
        }
        // Where the file is refused, or anything fails before it is put in place, its `-wal` stays what it is.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fail)?;
        // Before the first read: in WAL mode only this keeps those out that have the file open already.
        conn.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(fail)?;
        conn.execute_batch("BEGIN EXCLUSIVE").map_err(fail)?;
        let schema = schema::read(&conn).map_err(fail)?;
        conn.execute_batch("COMMIT").map_err(fail)?;
        schema.require_ours(place)?;
        Ok(Self { reader: Reader { conn, schema, place: place.clone(), scope: Scope::All } })
    }

    /// One transaction: whoever kills us leaves the old file or the new one.
    fn put(&mut self, staged: &Staged, watch: Watch<'_>) -> Result<(), StoreError> {
        let Reader { conn, place, .. } = &mut self.reader;
        let fail = |error| unseen(error, place);
        let source = Reader::open_immutable(&staged.partial.path)?;
        let backup = Backup::new(&source.conn, conn).map_err(fail)?;
        let mut watch = |progress: BackupProgress| watch(progress.of(Phase::Put));
        while step(&backup, PAGES_PER_STEP, place.busy_timeout, &mut watch, fail)? {}
        Ok(())
    }

    /// What is there now is what was staged.
    fn require_like(&self, staged: &Staged, kept: &Path) -> Result<(), StoreError> {
        let wrong = |detail: String| StoreError::Restored { kept: kept.to_owned(), detail };
        let fail = |error: rusqlite::Error| wrong(error.to_string());
        if let Some(complaint) = check::first_complaint(&self.reader.conn).map_err(fail)? {
            return Err(wrong(complaint));
        }
        let found = own_tables(counts(&self.reader.conn).map_err(fail)?);
        if found == staged.expected { Ok(()) } else { Err(wrong("its tables hold other numbers of rows".into())) }
    }

    /// Lets the others in again; SQLite takes its side files away.
    fn release(self) -> Result<(), StoreError> {
        let Reader { conn, place, .. } = self.reader;
        let fail = |error| convert(error, &place);
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(fail)?;
        conn.close().map_err(|(_, error)| convert(error, &place))?;
        if files::side_file(&place.real, "-shm").exists() {
            // Left by whoever read the file before; the last one out of an ordinary connection takes it along.
            let last = Connection::open_with_flags(open::plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_WRITE);
            if let Ok(last) = last {
                // In use again by now: then it is theirs.
                let _ = schema::version(&last);
            }
        }
        Ok(())
    }
}

/// Why nothing was put in place.
fn not_put(error: StoreError, kept: &Path) -> StoreError {
    match error {
        StoreError::InDoubt { detail, .. } => StoreError::Restored { kept: kept.to_owned(), detail },
        certain => {
            // The file is as it was: its copy would only be litter, and may be what fills the disk.
            let _ = std::fs::remove_file(kept);
            certain
        }
    }
}

/// A copy of the present file beside it, and what is wrong with that file where it is damaged: its copy is as
/// damaged then, page by page.
fn keep(present: &Reader, now: Timestamp, watch: Watch<'_>) -> Result<(PathBuf, Option<String>), StoreError> {
    let database = &present.place.real;
    let (target, partial) = claim_copy(database, BEFORE_RESTORE, now)?;
    let original = copy(present, &partial, &mut |progress| watch(progress.of(Phase::Keep)))?;
    let damage = match verify(&partial.path, original.as_ref()) {
        Ok(()) => None,
        Err(StoreError::Damaged { detail }) => Some(detail),
        Err(other) => return Err(other),
    };
    partial.publish(&target).map_err(|error| failed(&target, error))?;
    Ok((target, damage))
}

#[cfg(test)]
mod tests;
