//! What a check found, with its facts; the words are made at the terminal.
//!
//! What a newcomer would get wrong: accounts with the same fault are one finding, however many there are, so what
//! is kept of each is its id, its name and one detail.

use std::path::PathBuf;

use super::check::Check;
use crate::model::user::{CustomerState, StoredUser};
use crate::ops::audit;
use crate::store::{NameColumn, Orphans};

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

/// Whether `--fix` mends a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixable {
    /// Yes.
    Yes,
    /// No: not safe, or not possible for whoever runs this.
    No,
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

/// What is wrong. Accounts with equal faults are one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each variant is the check of its name, with the facts that its words need
pub enum Fault {
    HotJournal,
    Damaged { complaints: Vec<String>, backup: Option<PathBuf> },
    SchemaPending { steps: Vec<String> },
    SchemaDrift { faults: Vec<String> },
    MissingIndex { steps: Vec<String> },
    Triggers { names: Vec<String> },
    EventChain(audit::Fault),
    OrphanRows(Orphans),
    StuckLock,
    HairTrigger { threshold: i64 },
    NullBreaksApp { column: NullColumn, instead: String },
    UnreadableDate { column: TimeColumn },
    UnreadableCell { column: CellColumn, instead: String },
    UnknownRole { instead: String, app: RoleReader },
    EmailCannotLogin(Address),
    LegacyNoPassword,
    UnsupportedHash,
    BcryptHash,
    OutdatedHash,
    ExactTwin { column: NameColumn },
    CaseTwin { column: NameColumn },
    UnicodeTwin { column: NameColumn },
    NoActiveAdmin { way: AdminWay, role: String },
    UnexplainedAdmin { standing: Standing, admin: String, instead: String },
    CustomerMissing { customer: i64 },
    CustomerClosed { customer: i64, state: Closed },
    Mode { kind: FileKind, path: PathBuf, mode: u32, wanted: u32 },
    DirectoryMode { path: PathBuf, mode: u32 },
    DatabaseOwner { path: PathBuf, owner: String, ownership: Ownership },
    SideFileOwner { path: PathBuf, database: PathBuf, owner: String, wanted: String },
    Key { fault: KeyFault, place: KeyPlace },
    FreeDisk { directory: PathBuf, free: u64, wanted: u64 },
    WalMode,
    SqliteVersion { ours: &'static str },
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

impl Fault {
    /// The check that found it.
    pub fn check(&self) -> Check {
        match self {
            Self::HotJournal => Check::HotJournal,
            Self::Damaged { .. } => Check::Damaged,
            Self::SchemaPending { .. } => Check::SchemaPending,
            Self::SchemaDrift { .. } => Check::SchemaDrift,
            Self::MissingIndex { .. } => Check::MissingIndex,
            Self::Triggers { .. } => Check::Triggers,
            Self::EventChain(_) => Check::EventChain,
            Self::OrphanRows(_) => Check::OrphanRows,
            Self::StuckLock => Check::StuckLock,
            Self::HairTrigger { .. } => Check::HairTrigger,
            Self::NullBreaksApp { .. } => Check::NullBreaksApp,
            Self::UnreadableDate { .. } => Check::UnreadableDate,
            Self::UnreadableCell { .. } => Check::UnreadableCell,
            Self::UnknownRole { .. } => Check::UnknownRole,
            Self::EmailCannotLogin(_) => Check::EmailCannotLogin,
            Self::LegacyNoPassword => Check::LegacyNoPassword,
            Self::UnsupportedHash => Check::UnsupportedHash,
            Self::BcryptHash => Check::BcryptHash,
            Self::OutdatedHash => Check::OutdatedHash,
            Self::ExactTwin { .. } => Check::ExactTwin,
            Self::CaseTwin { .. } => Check::CaseTwin,
            Self::UnicodeTwin { .. } => Check::UnicodeTwin,
            Self::NoActiveAdmin { .. } => Check::NoActiveAdmin,
            Self::UnexplainedAdmin { .. } => Check::UnexplainedAdmin,
            Self::CustomerMissing { .. } => Check::CustomerMissing,
            Self::CustomerClosed { .. } => Check::CustomerClosed,
            Self::Mode { kind, .. } => kind.check(),
            Self::DirectoryMode { .. } => Check::DirectoryMode,
            Self::DatabaseOwner { .. } => Check::DatabaseOwner,
            Self::SideFileOwner { .. } => Check::SideFileOwner,
            Self::Key { fault, .. } => fault.check(),
            Self::FreeDisk { .. } => Check::FreeDisk,
            Self::WalMode => Check::WalMode,
            Self::SqliteVersion { .. } => Check::SqliteVersion,
        }
    }
}

impl FileKind {
    fn check(self) -> Check {
        match self {
            Self::Database => Check::DatabaseMode,
            Self::Side => Check::SideFileMode,
            Self::Backup => Check::BackupMode,
            Self::Env => Check::EnvFileMode,
            Self::Key => Check::KeyFileMode,
            Self::Config => Check::ConfigFileMode,
        }
    }
}

impl KeyFault {
    fn check(&self) -> Check {
        match self {
            Self::Missing => Check::KeyMissing,
            Self::Empty => Check::KeyEmpty,
            Self::Default => Check::KeyDefault,
            Self::Unusable(_) | Self::Unreadable(_) => Check::KeyUnusable,
            Self::Short(_) => Check::KeyShort,
        }
    }
}
