//! The store: the one home of SQL, and the one door for writes, [`Store::change`].
//!
//! Its signatures speak `model` and [`StoreError`] only, so that a second backend can stand beside `sqlite`.
//! What a newcomer would get wrong: a refused login is a *value* of the closure, not an error; its counter and
//! its event must be committed.

pub mod chain;
mod error;
pub mod partial;
mod sqlite;

pub use error::StoreError;
pub use sqlite::backup::{BEFORE_RESTORE, BackupMade, digest, remove_backup};
pub use sqlite::check::{FileCheck, Orphan, OrphanCount};
pub use sqlite::compare::{Accounts, Events, Loss};
pub use sqlite::copy::{BackupProgress, Phase, Watch, identifier};
pub use sqlite::create::create;
pub use sqlite::event_log::{Direction, EventTime};
pub use sqlite::facts::{EventFacts, FileFacts, Stage};
pub use sqlite::migrate::{BackupWish, MigrateOutcome, Migration, MigrationPlan};
pub use sqlite::open::{OpenNote, Opened, ReadAccess};
pub use sqlite::rehearse::Rehearsal;
pub use sqlite::restore::{BackupFile, Restored, require_unused, require_writable, same_file};
pub use sqlite::schema::{EVENT_TRIGGER, Schema, Step, StepState};
pub use sqlite::survey::{Grant, Orphans, Owner};
pub use sqlite::users::{
    Dependents, Failure, FailureCount, FailureOutcome, Filter, IdReuse, Likeness, Link, LockFilter, NameColumn,
    NameKind, Named, PasswordFilter, Sort, SortKey, SortOrder, Surveyed, Twin, Visit,
};
pub use sqlite::{Reader, Store, Tx, View};

use crate::model::event::{Acting, Actor, EventDraft};
use crate::model::secret::ChainKey;
use crate::model::time::Clock;

/// What a closure given to [`Store::change`] decided.
#[derive(Debug)]
pub enum Change<T> {
    /// Something was written: commit it with one event per account.
    Done(T, Vec<EventDraft>),
    /// Nothing to write: no event, no commit.
    Nothing(T),
}

/// Whether a change is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Commit.
    Commit,
    /// `--dry-run`: the whole transaction, then a rollback.
    DryRun,
}

/// What is done where `users` has triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriggerRule {
    /// They fire as they do for the app.
    Fire,
    /// `--no-triggers`: nothing is written.
    Refuse,
}

/// Who changes something, when, and how: the same for every verb of one run.
#[derive(Clone)]
pub struct Act<'a> {
    /// Read once inside the transaction.
    pub clock: &'a dyn Clock,
    /// Recorded in the event.
    pub actor: Actor,
    /// The account of the session, where one acts: recorded beside the actor.
    pub acting: Option<Acting>,
    /// Keys the hash chain, where `audit_key_file` is configured.
    pub chain_key: Option<&'a ChainKey>,
    /// `--reason`.
    pub reason: Option<&'a str>,
    /// Kept or rolled back.
    pub mode: Mode,
    /// Looked at under the lock of every write.
    pub triggers: TriggerRule,
}

/// Rows that triggers of the file changed besides ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerEffect {
    /// Names of the triggers on `users`.
    pub names: Vec<String>,
    /// How many rows more than ours.
    pub rows: u64,
}

/// What [`Store::change`] did.
#[derive(Debug)]
pub struct Applied<T> {
    /// The closure's value.
    pub value: T,
    /// Whether a row was written (or would have been, in a dry run).
    pub changed: Changed,
    /// What triggers did besides.
    pub triggers: Option<TriggerEffect>,
}

/// Whether something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Yes; in a dry run: would have been.
    Yes,
    /// There was nothing to do.
    No,
}

/// The owner of a database, where that is another user than the one who acts: a name for people.
pub fn other_owner(path: &std::path::Path) -> Option<String> {
    sqlite::other_owner(path)
}

/// The version of SQLite inside.
pub fn sqlite_version() -> &'static str {
    sqlite::version()
}
