//! The migration: the one sibling of `Store::change`, for files that are not migrated yet.
//!
//! What a newcomer would get wrong: the backup is made before the lock is taken, so that the app can go on
//! writing; inside the transaction SQLite's counter of foreign changes tells whether it still is the state that
//! is about to be altered, and if not, it is made again; where the app never pauses, under the lock in the end.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::open::{OpenNote, ReadAccess, open_any};
use super::schema::{Schema, Step, StepState};
use super::{Place, Reader, StoreError, Tx, backup, commit, convert, schema, users};
use crate::model::event::{EventDraft, EventName};
use crate::model::scope::Scope;
use crate::model::time::Timestamp;
use crate::store::{Act, Mode, Watch};

/// How often the backup is made again before it is made under the lock.
const BACKUP_TRIES: u32 = 2;

/// What an index costs per row, and everything else together: the estimate of how long the lock is held.
/// Measured with 700,000 rows on an SSD: 0.7 µs per row and index on a quiet machine, 1.9 µs with its two cores
/// shared by five builds; the rest is for slower disks, since a `--yes` too many is better than a stopped app.
const INDEX_MICROS_PER_ROW: u64 = 3;
const BASE_MILLIS: u64 = 50;

/// Whether a backup is made first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupWish {
    /// Beside the file.
    Make,
    /// `--no-backup`.
    Skip,
}

/// A file that may need migrating, opened for writing.
pub struct Migration {
    reader: Reader,
    notes: Vec<OpenNote>,
    most: Duration,
    left: Option<PathBuf>,
}

/// What the migration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrateOutcome {
    /// The steps; those that were pending are applied now (in a dry run: would be).
    pub steps: Vec<Step>,
    /// How many of them were pending.
    pub applied: usize,
    /// Where the backup lies.
    pub backup: Option<PathBuf>,
}

/// What a file lacks, and what stands in the way of giving it that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    /// The steps with their states.
    pub steps: Vec<Step>,
    /// Everything that stands in the place of ours; with any, nothing can be migrated.
    pub faults: Vec<String>,
}

impl Reader {
    /// The migration as the file needs it now: schema and names are read again, in one snapshot, since another
    /// process may have migrated the file after it was opened.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn migration_plan(&self) -> Result<MigrationPlan, StoreError> {
        self.at_once(|view| MigrationPlan::read(view.conn).map_err(|error| view.fail(error)))
    }
}

impl MigrationPlan {
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let schema = schema::read(conn)?;
        let steps = schema.steps(conn)?;
        Ok(Self { faults: schema.faults(&steps), steps })
    }

    /// The steps, where nothing stands in the way.
    pub(super) fn without_faults(self) -> Result<Vec<Step>, StoreError> {
        if self.faults.is_empty() { Ok(self.steps) } else { Err(StoreError::Drift { faults: self.faults }) }
    }
}

impl Migration {
    /// Opens an existing file of the app, migrated or not.
    ///
    /// # Errors
    /// As for [`crate::store::Store::open`], save `Pending`.
    pub fn open(path: &Path, busy_timeout: Duration, access: ReadAccess) -> Result<Self, StoreError> {
        let opened = open_any(path, busy_timeout, access)?;
        Ok(Self { reader: opened.store, notes: opened.notes, most: Duration::MAX, left: None })
    }

    /// The same, that makes no backup under the lock where that is expected to hold it for so long.
    #[must_use]
    pub fn holding_less_than(self, most: Duration) -> Self {
        Self { most, ..self }
    }

    /// Things to say on stderr before writing.
    pub fn notes(&self) -> &[OpenNote] {
        &self.notes
    }

    /// The backup that a run left though it failed: it may hold what the file does not any more.
    pub fn left(&self) -> Option<&Path> {
        self.left.as_deref()
    }

    /// The steps with their states.
    ///
    /// # Errors
    /// `Drift`, naming every difference.
    pub fn steps(&self) -> Result<Vec<Step>, StoreError> {
        self.reader.migration_plan()?.without_faults()
    }

    /// How long the write lock will be held, from the number of rows and the missing indexes; without a backup that
    /// must be made under it.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn expected_lock(&self) -> Result<Duration, StoreError> {
        let steps = self.reader.migration_plan()?.steps;
        let indexes = steps
            .iter()
            .filter(|step| step.state == StepState::Pending && step.name.starts_with("index users."))
            .count();
        let base = Duration::from_millis(BASE_MILLIS);
        // A count reads a whole index, and a column is added without touching a row.
        if indexes == 0 {
            return Ok(base);
        }
        let rows: i64 = self
            .reader
            .conn
            .query_row("SELECT count(*) FROM users", [], |row| row.get(0))
            .map_err(|error| self.reader.fail(error))?;
        let micros = rows.unsigned_abs() * indexes as u64 * INDEX_MICROS_PER_ROW;
        Ok(base + Duration::from_micros(micros))
    }

    /// Applies what is pending in one IMMEDIATE transaction, after a verified backup.
    ///
    /// # Errors
    /// `Drift`, `Backup`, `Busy`, `LongLock` and whatever keeps the file from being written; nothing is changed then.
    pub fn run(&mut self, act: &Act<'_>, wish: BackupWish, watch: Watch<'_>) -> Result<MigrateOutcome, StoreError> {
        let steps = self.steps()?;
        if pending(&steps) == 0 {
            return Ok(MigrateOutcome::unchanged(steps));
        }
        // Before a backup is made that would only be removed again.
        self.reader.schema.follow(act.triggers)?;
        if wish == BackupWish::Skip || act.mode == Mode::DryRun {
            let under = self.begin(act)?;
            return under.finish(act, None);
        }
        let mut took = Duration::ZERO;
        for _ in 0..BACKUP_TRIES {
            let version = self.reader.view().data_version()?;
            let begun = Instant::now();
            let backup = Kept::make(&self.reader.place, act.clock.now(), watch)?;
            took = begun.elapsed();
            let under = self.begin(act)?;
            // Still what was copied; or somebody else has done all there was to do.
            if under.data_version()? == version || pending(&under.steps) == 0 {
                return under.finish(act, Some(backup));
            }
        }
        let expected = took + self.expected_lock()?;
        if expected >= self.most {
            return Err(StoreError::LongLock { expected });
        }
        let under = self.begin(act)?;
        let backup = Kept::make(under.place, under.now, watch)?;
        under.finish(act, Some(backup))
    }

    /// Takes the write lock and reads the schema again.
    fn begin(&mut self, act: &Act<'_>) -> Result<UnderLock<'_>, StoreError> {
        let Reader { conn, schema, place, .. } = &mut self.reader;
        let fail = |error| convert(error, place);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let now = act.clock.now();
        *schema = schema::read(&tx).map_err(fail)?;
        schema.require_ours(place)?;
        schema.follow(act.triggers)?;
        let steps = MigrationPlan::read(&tx).map_err(fail)?.without_faults()?;
        Ok(UnderLock { tx, schema, place, steps, now, left: &mut self.left })
    }
}

impl MigrateOutcome {
    fn unchanged(steps: Vec<Step>) -> Self {
        Self { steps, applied: 0, backup: None }
    }
}

/// The file under our write lock: nobody else changes it now.
struct UnderLock<'a> {
    tx: Transaction<'a>,
    schema: &'a mut Schema,
    place: &'a Place,
    steps: Vec<Step>,
    now: Timestamp,
    left: &'a mut Option<PathBuf>,
}

impl UnderLock<'_> {
    fn data_version(&self) -> Result<i64, StoreError> {
        users::data_version(&self.tx).map_err(|error| convert(error, self.place))
    }

    /// Applies the pending steps and commits; a backup that turns out not to be needed is removed again.
    fn finish(self, act: &Act<'_>, backup: Option<Kept>) -> Result<MigrateOutcome, StoreError> {
        let Self { tx, schema, place, steps, now, left } = self;
        let applied = pending(&steps);
        if applied == 0 {
            return Ok(MigrateOutcome::unchanged(steps));
        }
        let draft = event(&steps);
        let steps = alter(&tx, schema, place, &steps)?;
        let tx = Tx { tx, schema, place, scope: &Scope::All, meant: std::cell::Cell::new(0), patience: None };
        tx.view().require_acting(act, now)?;
        tx.append_events(vec![draft], None, act, now)?;
        let ended = match act.mode {
            Mode::Commit => commit::commit(tx.tx, place),
            Mode::DryRun => tx.tx.rollback().map_err(|error| convert(error, place)),
        };
        match ended {
            Ok(()) => Ok(MigrateOutcome { steps, applied, backup: backup.and_then(Kept::keep) }),
            // A reader kept us from committing: rolled back for certain.
            Err(error @ StoreError::Busy { .. }) => Err(error),
            Err(error) => {
                // Who knows what the disk did: this backup stays.
                *left = backup.and_then(Kept::keep);
                Err(error)
            }
        }
    }
}

/// Runs the pending statements and checks that nothing is pending any more.
fn alter(tx: &Transaction<'_>, schema: &mut Schema, place: &Place, steps: &[Step]) -> Result<Vec<Step>, StoreError> {
    let fail = |error| convert(error, place);
    for step in steps.iter().filter(|step| step.state == StepState::Pending) {
        tx.execute_batch(&step.sql).map_err(fail)?;
    }
    *schema = schema::read(tx).map_err(fail)?;
    schema.require_writable(place)?;
    let done = schema.steps(tx).map_err(fail)?;
    if pending(&done) > 0 { Err(StoreError::NotKept("the migrated schema")) } else { Ok(done) }
}

/// The backup of a migration under way; unless it is kept it is removed again.
struct Kept {
    path: Option<PathBuf>,
}

impl Kept {
    fn make(place: &Place, now: Timestamp, watch: Watch<'_>) -> Result<Self, StoreError> {
        backup::backup(place, now, watch).map(|path| Self { path: Some(path) })
    }

    fn keep(mut self) -> Option<PathBuf> {
        self.path.take()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Litter that cannot be removed is no reason to hide the error that led here.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn pending(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.state == StepState::Pending).count()
}

fn event(steps: &[Step]) -> EventDraft {
    let names: Vec<&str> =
        steps.iter().filter(|step| step.state == StepState::Pending).map(|step| step.name.as_str()).collect();
    EventDraft::new(EventName::SchemaMigrated).detail("steps", names.join(", ").as_str())
}
