//! What can go wrong with the file, each its own case, because each has its own way out.

use std::path::PathBuf;
use std::time::Duration;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("there is no database at '{}'", crate::model::text::path(path))]
    Missing {
        /// As given.
        path: PathBuf,
    },
    /// The path names a directory.
    #[error("'{}' is a directory, not a database", crate::model::text::path(path))]
    Directory {
        /// As given.
        path: PathBuf,
    },
    /// The file has no bytes.
    #[error("'{}' is an empty file, not a database", crate::model::text::path(path))]
    Empty {
        /// As given.
        path: PathBuf,
    },
    /// The file is something else, or encrypted.
    #[error("'{}' is not an SQLite database, or it is encrypted", crate::model::text::path(path))]
    NotSqlite {
        /// As given.
        path: PathBuf,
    },
    /// An SQLite file, but not one of the app's.
    #[error("'{}' is not a database of the app: {reason}", crate::model::text::path(path))]
    Foreign {
        /// As given.
        path: PathBuf,
        /// What is missing or different, with its name.
        reason: String,
    },
    /// The file is damaged.
    #[error("the database is damaged: {detail}")]
    Damaged {
        /// What SQLite said.
        detail: String,
    },
    /// It may not be read.
    #[error("cannot read '{}': {detail}", crate::model::text::path(path))]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// A transaction was cut off by a crash, and undoing it needs write access.
    #[error(
        "'{}' holds an unfinished transaction (a crash left its journal) that cannot be undone without write access",
        crate::model::text::path(path)
    )]
    HotJournal {
        /// As given.
        path: PathBuf,
    },
    /// The same, in a dry run, which does not undo it even where it could.
    #[error(
        "'{}' holds an unfinished transaction (a crash left its journal), and a dry run does not undo it",
        crate::model::text::path(path)
    )]
    HotInDryRun {
        /// As given.
        path: PathBuf,
    },
    /// It may not be written.
    #[error("cannot write '{}': {detail}", crate::model::text::path(path))]
    ReadOnly {
        /// As given.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The device failed in the middle of a commit.
    #[error(
        "the device failed while '{}' was written, and whether the change was kept is not known: {detail}",
        crate::model::text::path(path)
    )]
    InDoubt {
        /// As given.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// It belongs to somebody else, and they did not let us write.
    #[error("cannot write '{}': it belongs to {owner}", crate::model::text::path(path))]
    OtherOwner {
        /// As given.
        path: PathBuf,
        /// Name and uid of the owner.
        owner: String,
    },
    /// Another process held the lock for longer than the busy timeout.
    #[error("the database is locked by another process (waited {})", seconds(waited))]
    Busy {
        /// The busy timeout.
        waited: Duration,
    },
    /// The backup could only be made while nobody else writes, and that would take too long.
    #[error(
        "something writes all the time, so the backup would be made under the write lock, held for about {} s; the \
         app's logins fail after 5 s",
        expected.as_secs()
    )]
    LongLock {
        /// How long the lock would be held.
        expected: Duration,
    },
    /// Another process has the file open.
    #[error("'{}' is open in {}", crate::model::text::path(path), holders.join(", "))]
    InUse {
        /// As given.
        path: PathBuf,
        /// Each process: its command and its number.
        holders: Vec<String>,
    },
    /// The file is not what it was when the operator was asked.
    #[error("'{}' was changed by another process meanwhile; nothing was done", crate::model::text::path(path))]
    Changed {
        /// As given.
        path: PathBuf,
    },
    /// What was put in place of the database reads back differently.
    #[error("the restored database could not be verified: {detail}")]
    Restored {
        /// The copy of the file that was there before.
        kept: PathBuf,
        /// What differed.
        detail: String,
    },
    /// Somebody asked to stop, by ^C.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// The schema lacks something that writing needs.
    #[error("the database is not migrated: {} missing", missing.join(", "))]
    Pending {
        /// Names of the missing columns and tables.
        missing: Vec<String>,
    },
    /// The schema has something else in the place of ours.
    #[error("the schema differs from what authctl can work with: {}", faults.join("; "))]
    Drift {
        /// Each difference, with its name.
        faults: Vec<String>,
    },
    /// `--no-triggers` was given and there are some.
    #[error("the table 'users' has triggers: {}", names.join(", "))]
    Triggers {
        /// Their names.
        names: Vec<String>,
    },
    /// A trigger does not let the change stand.
    #[error("a trigger of the table 'users' is in the way: {what} ({})", names.join(", "))]
    TriggerInTheWay {
        /// What came of it.
        what: String,
        /// The triggers of `users`.
        names: Vec<String>,
    },
    /// A unique value is taken.
    #[error("{0} is already taken")]
    Conflict(&'static str),
    /// A CHECK of the table refuses the value.
    #[error("the table refuses the value: {0}")]
    Check(String),
    /// A file of that name exists already.
    #[error("'{}' exists already", crate::model::text::path(path))]
    Exists {
        /// As given.
        path: PathBuf,
    },
    /// The backup does not hold what the database holds.
    #[error("the copy '{}' could not be made: {detail}", crate::model::text::path(path))]
    Backup {
        /// Where it was to be.
        path: PathBuf,
        /// What differed.
        detail: String,
    },
    /// The account of the session is not any more what it was when it was judged.
    #[error("the account of the session was changed meanwhile; nothing was written")]
    ActingChanged,
    /// The event log is keyed, and the key is not there: a plain row after keyed ones would break the chain.
    #[error("the event log is keyed, and no key for it is configured")]
    ChainKeyNeeded,
    /// The end of the event log is keyed, and not with the key that is there.
    #[error(
        "the key that audit_key_file names is not the one that event {last_id}, the last of the log, was written with; \
         or somebody altered that event"
    )]
    ChainKeyWrong {
        /// The last row.
        last_id: i64,
    },
    /// An update met another number of rows than it meant to.
    #[error("{what} changed {rows} rows instead of one; nothing was written")]
    WrongCount {
        /// The statement, in words.
        what: &'static str,
        /// How many rows.
        rows: usize,
    },
    /// Read back, the row is not what was written (a trigger?).
    #[error("{0} reads back differently from what was written; nothing was kept")]
    NotKept(&'static str),
    /// Anything else that SQLite reports.
    #[error("SQLite: {0}")]
    Other(String),
}

fn seconds(waited: &Duration) -> String {
    format!("{} s", waited.as_secs_f64())
}
