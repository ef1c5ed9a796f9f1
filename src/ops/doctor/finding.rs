//! What a check found, with its facts; the words are made at the terminal.
//!
//! What a newcomer would get wrong: accounts with the same fault are one finding, however many there are, so what
//! is kept of each is its id, its name and one detail.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::fault::Fault;
use crate::model::user::{CustomerState, StoredUser};

/// An account as a finding names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Row id.
    pub id: i64,
    /// Username, where it can be read.
    pub username: Option<Box<str>>,
    /// What is its own in this finding: the role it has, the address as it should be, the name that it shares.
    pub detail: Option<Box<str>>,
    /// Whether the fixing command is about it.
    pub share: Share,
}

/// Whether the fixing command is about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// It is.
    Mended,
    /// It is the first of those that share a name: it keeps it.
    Keeps,
}

impl Account {
    pub(super) fn of(user: &StoredUser) -> Self {
        let username = user.username.value().map(|name| name.as_str().into());
        Self { id: user.id.0, username, detail: None, share: Share::Mended }
    }

    pub(super) fn with(user: &StoredUser, detail: &str) -> Self {
        Self { detail: Some(detail.into()), ..Self::of(user) }
    }
}

/// What is wrong, and the accounts that it is about.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub fault: Fault,
    /// Ascending by id, twins side by side; empty where it is not about accounts.
    pub accounts: Vec<Account>,
    /// Whether `--fix` mends it here and now.
    pub fixable: Fixable,
}

impl Finding {
    /// One that `--fix` mends where its check is safe to mend.
    pub(super) fn new(fault: Fault, accounts: Vec<Account>) -> Self {
        let fixable = if fault.check().is_safe_to_mend() { Fixable::Yes } else { Fixable::No };
        Self { fault, accounts, fixable }
    }

    /// The same where something keeps `--fix` from it.
    pub(super) fn by_hand(self) -> Self {
        Self { fixable: Fixable::No, ..self }
    }
}

/// Whether `--fix` mends a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixable {
    /// Yes.
    Yes,
    /// No: not safe, or not possible for whoever runs this.
    No,
}

/// Whether the schema can be brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Now.
    Free,
    /// Only when what stands in the place of ours is gone.
    Drifted,
}

/// A column with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeColumn {
    /// `locked_until`.
    LockedUntil,
    /// `last_login`.
    LastLogin,
    /// `created_at`.
    CreatedAt,
}

/// A column whose NULL breaks the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NullColumn {
    /// `username`: the list of all users.
    Username,
    /// `email`: the list of all users.
    Email,
    /// `role`: the account's own page.
    Role,
    /// `failed_login_attempts`: a wrong password.
    Attempts,
}

/// A column that holds something of the wrong kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellColumn {
    /// `username`.
    Username,
    /// `email`.
    Email,
    /// `full_name`.
    FullName,
    /// `role`.
    Role,
    /// `failed_login_attempts`.
    Attempts,
}

/// What is wrong with an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// It is not in the normal form: no login finds it.
    NotNormal,
    /// The app refuses it: no login, and it cannot be shown.
    Refused,
}

/// What would make an account an admin that can act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdminWay {
    /// The one named is locked.
    Unlock,
    /// The one named is inactive.
    Activate,
    /// There is no admin at all.
    Appoint,
}

/// Whether an unexplained admin is the only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Others can act as admin, too.
    OneOfSeveral,
    /// Nobody else can.
    TheOnlyOne,
}

/// The file behind a name, as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    device: u64,
    inode: u64,
    owner: u32,
    mode: u32,
}

impl Node {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let (device, inode) = (metadata.dev(), metadata.ino());
        Self { device, inode, owner: metadata.uid(), mode: metadata.mode() }
    }
}

/// A file whose rights are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// The database.
    Database,
    /// `-wal`, `-shm`, `-journal`.
    Side,
    /// A copy of the database beside it.
    Backup,
    /// `.env`.
    Env,
    /// `--secret-file`.
    Key,
    /// The configuration.
    Config,
}

/// Who should not be the owner of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ownership {
    /// It belongs to another user than the one who runs this.
    NotOurs,
    /// It belongs to root, and its directory to the user that the app runs as.
    RootInForeignDirectory,
}

/// Where the signing key was looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyPlace {
    /// `--secret-file`.
    File(PathBuf),
    /// `SECRET_KEY` in the environment.
    Environment,
    /// A `.env` file, or nowhere.
    DotEnv,
}

/// What is wrong with the signing key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyFault {
    /// There is none.
    Missing,
    /// It has no bytes.
    Empty,
    /// It is the app's built-in one.
    Default,
    /// It cannot be used; why.
    Unusable(String),
    /// Its file is not read; why.
    Unreadable(String),
    /// It has this many bytes.
    Short(usize),
}

/// Why the key of the event log cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditKeyFault {
    /// None is configured, and the log is keyed.
    NotConfigured,
    /// Its file is not there.
    Missing,
    /// Its file holds less than a key.
    Weak,
    /// Its file is open to others; the mode that would do.
    Open(u32),
    /// Its file is not read.
    Unreadable,
}

/// Whether the event log has keyed rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogForm {
    /// It has: no other key will do.
    Keyed,
    /// It has none yet.
    Plain,
    /// The log was not read.
    Unknown,
}

/// What the app does with a role that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleReader {
    /// It answers 500 when the account looks at itself.
    Fails,
    /// It shows it (the newest form).
    Shows,
}

/// Why a customer's accounts are kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closed {
    /// It is not active.
    Inactive,
    /// Its subscription has run out.
    Unpaid,
}

impl Closed {
    pub(super) fn of(state: CustomerState) -> Option<Self> {
        match state {
            CustomerState::Inactive => Some(Self::Inactive),
            CustomerState::Unpaid => Some(Self::Unpaid),
            CustomerState::Good | CustomerState::Missing => None,
        }
    }
}
