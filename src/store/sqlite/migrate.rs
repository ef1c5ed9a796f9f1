//! The migration: the one sibling of `Store::change`, for files that are not migrated yet.
//!
//! What a newcomer would get wrong: the backup is made before the lock is taken, so that the app can go on
//! writing; inside the transaction SQLite's counter of foreign changes tells whether it still is the state that
//! is about to be altered, and if not, it is made again.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Transaction, TransactionBehavior};

use super::open::{OpenNote, open_any};
use super::schema::{Schema, Step, StepState};
use super::{Place, Reader, StoreError, Tx, backup, convert, schema, users};
use crate::model::event::{EventDraft, EventName};
use crate::model::time::Timestamp;
use crate::store::{Act, BackupProgress, Mode};

/// How often the backup is made again before it is made under the lock.
const BACKUP_TRIES: u32 = 2;

/// What an index costs per row, and everything else together: the estimate of how long the lock is held.
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

impl Reader {
    /// The steps of the migration with their states.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn migration_steps(&self) -> Result<Vec<Step>, StoreError> {
        self.schema.steps(&self.conn).map_err(|error| self.fail(error))
    }
}

impl Migration {
    /// Opens an existing file of the app, migrated or not.
    ///
    /// # Errors
    /// As for [`crate::store::Store::open`], save `Pending`.
    pub fn open(path: &std::path::Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        let opened = open_any(path, busy_timeout)?;
        Ok(Self { reader: opened.store, notes: opened.notes })
    }

    /// Things to say on stderr before writing.
    pub fn notes(&self) -> &[OpenNote] {
        &self.notes
    }

    /// The steps with their states.
    ///
    /// # Errors
    /// `Drift`, naming every difference.
    pub fn steps(&self) -> Result<Vec<Step>, StoreError> {
        without_drift(&self.reader.schema, self.reader.migration_steps()?)
    }

    /// How long the write lock will be held, from the number of rows and the missing indexes.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn expected_lock(&self) -> Result<Duration, StoreError> {
        let rows: i64 = self
            .reader
            .conn
            .query_row("SELECT count(*) FROM users", [], |row| row.get(0))
            .map_err(|error| self.reader.fail(error))?;
        let steps = self.reader.migration_steps()?;
        let indexes = steps
            .iter()
            .filter(|step| step.state == StepState::Pending && step.name.starts_with("index users."))
            .count();
        let micros = rows.unsigned_abs() * indexes as u64 * INDEX_MICROS_PER_ROW;
        Ok(Duration::from_millis(BASE_MILLIS) + Duration::from_micros(micros))
    }

    /// Applies what is pending in one IMMEDIATE transaction, after a verified backup.
    ///
    /// # Errors
    /// `Drift`, `Backup`, `Busy` and whatever keeps the file from being written; nothing is changed then.
    pub fn run(
        &mut self,
        act: &Act<'_>,
        wish: BackupWish,
        progress: &mut dyn FnMut(BackupProgress),
    ) -> Result<MigrateOutcome, StoreError> {
        let steps = self.steps()?;
        if pending(&steps) == 0 {
            return Ok(MigrateOutcome { steps, applied: 0, backup: None });
        }
        let mut keeper = Keeper::default();
        let busy = StoreError::Busy { waited: self.reader.place.busy_timeout };
        if wish == BackupWish::Skip || act.mode == Mode::DryRun {
            return self.attempt(act, Safety::None, &mut keeper, progress)?.ok_or(busy);
        }
        for _ in 0..BACKUP_TRIES {
            let version = self.reader.view().data_version()?;
            keeper.make(&self.reader.place, act.clock.now(), progress)?;
            if let Some(outcome) = self.attempt(act, Safety::MadeAt(version), &mut keeper, progress)? {
                return Ok(outcome);
            }
        }
        self.attempt(act, Safety::UnderLock, &mut keeper, progress)?.ok_or(busy)
    }

    /// One try under the lock; `None` where the file changed since its backup was made.
    fn attempt(
        &mut self,
        act: &Act<'_>,
        safety: Safety,
        keeper: &mut Keeper,
        progress: &mut dyn FnMut(BackupProgress),
    ) -> Result<Option<MigrateOutcome>, StoreError> {
        let Reader { conn, schema, place } = &mut self.reader;
        let tx =
            conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| convert(error, place))?;
        let now = act.clock.now();
        let fail = |error| convert(error, place);
        match safety {
            Safety::None => {}
            Safety::MadeAt(version) => {
                if users::data_version(&tx).map_err(fail)? != version {
                    return Ok(None);
                }
            }
            Safety::UnderLock => keeper.make(place, now, progress)?,
        }
        *schema = schema::read(&tx).map_err(fail)?;
        schema.require_ours(place)?;
        let steps = without_drift(schema, schema.steps(&tx).map_err(fail)?)?;
        let applied = pending(&steps);
        if applied == 0 {
            return Ok(Some(MigrateOutcome { steps, applied, backup: None }));
        }
        let draft = event(&steps);
        keeper.keep();
        let steps = alter(&tx, schema, place, &steps)?;
        let tx = Tx { tx, schema, place, meant: std::cell::Cell::new(0) };
        tx.append_events(vec![draft], None, act, now)?;
        match act.mode {
            Mode::Commit => tx.tx.commit().map_err(fail)?,
            Mode::DryRun => tx.tx.rollback().map_err(fail)?,
        }
        Ok(Some(MigrateOutcome { steps, applied, backup: keeper.path.take() }))
    }
}

/// How the state before the migration is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Safety {
    /// No backup.
    None,
    /// Made when SQLite's counter of foreign changes stood here.
    MadeAt(i64),
    /// To be made under the lock: the app wrote during every earlier try.
    UnderLock,
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

/// The backup of a migration under way; a try that came to nothing is removed again.
#[derive(Default)]
struct Keeper {
    path: Option<PathBuf>,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    /// Nothing was altered: the backup would only be litter.
    #[default]
    Remove,
    /// The file is being altered: whatever happens now, the backup stays.
    Keep,
}

impl Keeper {
    fn make(
        &mut self,
        place: &Place,
        now: Timestamp,
        progress: &mut dyn FnMut(BackupProgress),
    ) -> Result<(), StoreError> {
        self.discard()?;
        let path = backup::free_name(&place.path, now);
        backup::backup(place, &path, progress)?;
        self.path = Some(path);
        Ok(())
    }

    fn keep(&mut self) {
        self.fate = Fate::Keep;
    }

    fn discard(&mut self) -> Result<(), StoreError> {
        let Some(path) = self.path.take() else { return Ok(()) };
        std::fs::remove_file(&path)
            .map_err(|error| StoreError::Backup { path, detail: format!("cannot remove it again: {error}") })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if self.fate == Fate::Remove {
            // Litter that cannot be removed is no reason to hide the error that led here.
            let _ = self.discard();
        }
    }
}

fn pending(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.state == StepState::Pending).count()
}

fn without_drift(schema: &Schema, steps: Vec<Step>) -> Result<Vec<Step>, StoreError> {
    let faults = schema.faults(&steps);
    if faults.is_empty() { Ok(steps) } else { Err(StoreError::Drift { faults }) }
}

fn event(steps: &[Step]) -> EventDraft {
    let names: Vec<&str> =
        steps.iter().filter(|step| step.state == StepState::Pending).map(|step| step.name.as_str()).collect();
    EventDraft::new(EventName::SchemaMigrated).detail("steps", names.join(", ").as_str())
}
