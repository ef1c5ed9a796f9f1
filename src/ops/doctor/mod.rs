//! `doctor`: everything that is wrong with a file, its accounts and its surroundings, each with its check
//! (`docs/doctor.md`).
//!
//! What a newcomer would get wrong: finding and mending are apart. What is found is only data; the words and the
//! commands are made at the terminal, and mending judges each account again.

mod accounts;
mod admins;
mod check;
mod examine;
mod fault;
mod files;
mod finding;
mod look_alikes;
mod mend;

use std::path::PathBuf;

pub use check::{Check, Severity};
pub use examine::{examine, look_around};
pub use fault::Fault;
pub use finding::{
    Account, Address, AdminWay, AuditKeyFault, CellColumn, Closed, FileKind, Finding, Fixable, KeyFault, KeyPlace,
    LogForm, Node, NullColumn, Ownership, RoleReader, Share, Standing, TimeColumn, Way,
};
pub use mend::{mend_counters, mend_locks, set_mode};

use crate::store::Reader;

/// What lies around the database.
#[derive(Debug)]
pub struct Around {
    /// The database.
    pub path: PathBuf,
    /// The configuration that was read.
    pub config: Option<PathBuf>,
    /// The `.env` files that are looked at.
    pub env_files: Vec<PathBuf>,
    /// `--secret-file`.
    pub secret_file: Option<PathBuf>,
    /// What is wrong with the signing key, and where it is.
    pub key: Option<(KeyFault, KeyPlace)>,
    /// Why the configured key of the event log cannot be had, its file, and that in words.
    pub audit_key: Option<(AuditKeyFault, PathBuf, String)>,
}

/// What was found, and what was looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// By severity, then in the order of the checks.
    pub findings: Vec<Finding>,
    /// In the order of the checks.
    pub checked: Vec<Check>,
    /// Whether a username names one account.
    pub usernames: Usernames,
    /// The copies of the database beside it, the best first, as they were before it was opened.
    copies: Vec<PathBuf>,
}

/// Whether a username names one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usernames {
    /// It does.
    #[default]
    Unique,
    /// Two accounts have the same one, or may have: each customer has names of its own.
    Shared,
}

/// How the database could be opened.
pub enum Database<'a> {
    /// It can be read.
    Open(&'a Reader),
    /// A crash left a transaction that must be undone before anybody can read it.
    HotJournal,
    /// Its schema cannot be read; what SQLite said.
    Damaged(String),
}
