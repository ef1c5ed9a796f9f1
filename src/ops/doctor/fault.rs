//! What is wrong, with the facts that its words and its command need.
//!
//! What a newcomer would get wrong: a fault is a key. Accounts whose faults are equal are one finding, so what is an
//! account's own (the role that it has) does not belong here.

use std::path::PathBuf;

use super::check::Check;
use super::finding::{
    Address, AdminWay, AuditKeyFault, CellColumn, Closed, FileKind, KeyFault, KeyPlace, LogForm, Node, NullColumn,
    Ownership, RoleReader, Standing, TimeColumn, Way,
};
use crate::ops::audit;
use crate::store::{NameColumn, Orphans};

/// What is wrong. Accounts with equal faults are one finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each variant is the check of its name, with the facts that its words need
pub enum Fault {
    HotJournal,
    Damaged { complaints: Vec<String>, backup: Option<PathBuf> },
    SchemaPending { steps: Vec<String>, way: Way },
    SchemaDrift { faults: Vec<String>, triggers: Vec<String> },
    MissingIndex { steps: Vec<String>, way: Way },
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
    Mode { kind: FileKind, path: PathBuf, node: Node, mode: u32, wanted: u32 },
    DirectoryMode { path: PathBuf, mode: u32 },
    DatabaseOwner { path: PathBuf, owner: String, ownership: Ownership },
    SideFileOwner { path: PathBuf, database: PathBuf, owner: String, wanted: String },
    Key { fault: KeyFault, place: KeyPlace },
    AuditKey { fault: AuditKeyFault, file: Option<PathBuf>, why: String, log: LogForm },
    FreeDisk { directory: PathBuf, free: u64, wanted: u64 },
    WalMode,
    SqliteVersion { ours: &'static str },
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
            Self::AuditKey { .. } => Check::AuditKey,
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
