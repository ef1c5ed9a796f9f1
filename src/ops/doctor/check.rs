//! The closed list of checks (`docs/doctor.md`): stable ids that scripts may name.
//!
//! What a newcomer would get wrong: an id is never given another meaning; a check that goes leaves its id unused.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something does not work, or is open to others.
    Error,
    /// Something will go wrong, or may have.
    Warning,
    /// Merely said; it does not count as a finding.
    Notice,
}

impl Severity {
    /// The word of the JSON contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A thing that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A crash left an unfinished transaction beside the file.
    HotJournal,
    /// SQLite finds the file unsound.
    Damaged,
    /// Columns or tables are missing.
    SchemaPending,
    /// Something else stands in the place of a column or table.
    SchemaDrift,
    /// A look-up by name or e-mail reads the whole table.
    MissingIndex,
    /// Triggers on `users` change more than a command asks for.
    Triggers,
    /// The event log was altered.
    EventChain,
    /// Rows belong to accounts that are gone, whose ids are used again.
    OrphanRows,
    /// A lock on which the app answers 500 at every login.
    StuckLock,
    /// One more failed login locks, in the app's form that it cannot read.
    HairTrigger,
    /// A NULL on which the app answers 500.
    NullBreaksApp,
    /// A time on which the app answers 500.
    UnreadableDate,
    /// A cell that holds something of the wrong kind.
    UnreadableCell,
    /// A role that is not offered.
    UnknownRole,
    /// An address that no login finds, or that the app refuses to show.
    EmailCannotLogin,
    /// An active account without a password.
    LegacyNoPassword,
    /// A hash that no password fits.
    UnsupportedHash,
    /// A bcrypt hash.
    BcryptHash,
    /// A hash that is weaker than a new one.
    OutdatedHash,
    /// Two accounts with the same name or e-mail.
    ExactTwin,
    /// Two active accounts whose names differ in case alone.
    CaseTwin,
    /// Two active accounts whose names look alike.
    UnicodeTwin,
    /// Nobody can act as an admin.
    NoActiveAdmin,
    /// An admin that no event explains.
    UnexplainedAdmin,
    /// An account of a customer that is not there.
    CustomerMissing,
    /// A customer whose accounts the app keeps out.
    CustomerClosed,
    /// Others than owner and group may read or write the database.
    DatabaseMode,
    /// The database belongs to somebody who is not the one who works on it.
    DatabaseOwner,
    /// Everybody may replace the database.
    DirectoryMode,
    /// Others may read or write a side file.
    SideFileMode,
    /// A side file belongs to somebody else than the database.
    SideFileOwner,
    /// Others than its owner may read or write a copy of the database.
    BackupMode,
    /// Others may read or write a `.env` file.
    EnvFileMode,
    /// Others may read or write the file of `--secret-file`.
    KeyFileMode,
    /// The group may write the configuration.
    ConfigFileMode,
    /// No signing key was found.
    KeyMissing,
    /// The signing key is empty.
    KeyEmpty,
    /// The signing key is the app's built-in one.
    KeyDefault,
    /// The signing key cannot be used.
    KeyUnusable,
    /// The signing key is short.
    KeyShort,
    /// The key of the event log cannot be had: nothing is written without it.
    AuditKey,
    /// There is no room for a backup.
    FreeDisk,
    /// The file is in WAL mode.
    WalMode,
    /// Which SQLite works on a WAL file.
    SqliteVersion,
}

impl Check {
    /// All checks, in the order of `docs/doctor.md`.
    pub const ALL: [Self; 44] = [
        Self::HotJournal,
        Self::Damaged,
        Self::SchemaPending,
        Self::SchemaDrift,
        Self::MissingIndex,
        Self::Triggers,
        Self::EventChain,
        Self::OrphanRows,
        Self::StuckLock,
        Self::HairTrigger,
        Self::NullBreaksApp,
        Self::UnreadableDate,
        Self::UnreadableCell,
        Self::UnknownRole,
        Self::EmailCannotLogin,
        Self::LegacyNoPassword,
        Self::UnsupportedHash,
        Self::BcryptHash,
        Self::OutdatedHash,
        Self::ExactTwin,
        Self::CaseTwin,
        Self::UnicodeTwin,
        Self::NoActiveAdmin,
        Self::UnexplainedAdmin,
        Self::CustomerMissing,
        Self::CustomerClosed,
        Self::DatabaseMode,
        Self::DatabaseOwner,
        Self::DirectoryMode,
        Self::SideFileMode,
        Self::SideFileOwner,
        Self::BackupMode,
        Self::EnvFileMode,
        Self::KeyFileMode,
        Self::ConfigFileMode,
        Self::KeyMissing,
        Self::KeyEmpty,
        Self::KeyDefault,
        Self::KeyUnusable,
        Self::KeyShort,
        Self::AuditKey,
        Self::FreeDisk,
        Self::WalMode,
        Self::SqliteVersion,
    ];

    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Self::HotJournal => "hot-journal",
            Self::Damaged => "damaged",
            Self::SchemaPending => "schema-pending",
            Self::SchemaDrift => "schema-drift",
            Self::MissingIndex => "missing-index",
            Self::Triggers => "triggers",
            Self::EventChain => "event-chain",
            Self::OrphanRows => "orphan-rows",
            Self::StuckLock => "stuck-lock",
            Self::HairTrigger => "hair-trigger",
            Self::NullBreaksApp => "null-breaks-app",
            Self::UnreadableDate => "unreadable-date",
            Self::UnreadableCell => "unreadable-cell",
            Self::UnknownRole => "unknown-role",
            Self::EmailCannotLogin => "email-cannot-login",
            Self::LegacyNoPassword => "legacy-no-password",
            Self::UnsupportedHash => "unsupported-hash",
            Self::BcryptHash => "bcrypt-hash",
            Self::OutdatedHash => "outdated-hash",
            Self::ExactTwin => "exact-twin",
            Self::CaseTwin => "case-twin",
            Self::UnicodeTwin => "unicode-twin",
            Self::NoActiveAdmin => "no-active-admin",
            Self::UnexplainedAdmin => "unexplained-admin",
            Self::CustomerMissing => "customer-missing",
            Self::CustomerClosed => "customer-closed",
            Self::DatabaseMode => "database-mode",
            Self::DatabaseOwner => "database-owner",
            Self::DirectoryMode => "directory-mode",
            Self::SideFileMode => "side-file-mode",
            Self::SideFileOwner => "side-file-owner",
            Self::BackupMode => "backup-mode",
            Self::EnvFileMode => "env-file-mode",
            Self::KeyFileMode => "key-file-mode",
            Self::ConfigFileMode => "config-file-mode",
            Self::KeyMissing => "key-missing",
            Self::KeyEmpty => "key-empty",
            Self::KeyDefault => "key-default",
            Self::KeyUnusable => "key-unusable",
            Self::KeyShort => "key-short",
            Self::AuditKey => "audit-key",
            Self::FreeDisk => "free-disk",
            Self::WalMode => "wal-mode",
            Self::SqliteVersion => "sqlite-version",
        }
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            Self::HotJournal
            | Self::Damaged
            | Self::SchemaPending
            | Self::SchemaDrift
            | Self::EventChain
            | Self::StuckLock
            | Self::NullBreaksApp
            | Self::UnreadableDate
            | Self::UnreadableCell
            | Self::UnknownRole
            | Self::EmailCannotLogin
            | Self::UnsupportedHash
            | Self::NoActiveAdmin
            | Self::DatabaseMode
            | Self::DatabaseOwner
            | Self::DirectoryMode
            | Self::SideFileMode
            | Self::SideFileOwner
            | Self::BackupMode
            | Self::EnvFileMode
            | Self::KeyFileMode
            | Self::KeyEmpty
            | Self::KeyDefault
            | Self::KeyUnusable
            | Self::AuditKey => Severity::Error,
            Self::MissingIndex
            | Self::Triggers
            | Self::OrphanRows
            | Self::HairTrigger
            | Self::LegacyNoPassword
            | Self::BcryptHash
            | Self::OutdatedHash
            | Self::ExactTwin
            | Self::CaseTwin
            | Self::UnicodeTwin
            | Self::UnexplainedAdmin
            | Self::CustomerMissing
            | Self::ConfigFileMode
            | Self::KeyMissing
            | Self::KeyShort
            | Self::FreeDisk => Severity::Warning,
            Self::CustomerClosed | Self::WalMode | Self::SqliteVersion => Severity::Notice,
        }
    }

    /// Whether `doctor --fix` may mend it: that loses nothing, and is what everybody would do.
    pub fn is_safe_to_mend(self) -> bool {
        matches!(
            self,
            Self::HotJournal
                | Self::SchemaPending
                | Self::MissingIndex
                | Self::StuckLock
                | Self::HairTrigger
                | Self::DatabaseMode
                | Self::SideFileMode
                | Self::BackupMode
                | Self::EnvFileMode
                | Self::KeyFileMode
                | Self::ConfigFileMode
        )
    }
}
