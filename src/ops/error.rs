//! What a verb can refuse or fail at, and its class. The message says what is wrong, the hint the way out.
//!
//! What a newcomer would get wrong: [`Class`] is the contract (one per `error.code`); the match from variant to
//! class is total, so a new variant does not compile until it has one.

use crate::model::time::Timestamp;
use crate::model::user::{CustomerState, Field, StoredUser};
use crate::store::StoreError;

/// One class per `error.code` of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the codes; `cli.md`, Exit codes
pub enum Class {
    Usage,
    WouldPrompt,
    NotFound,
    Exists,
    Ambiguous,
    LastAdmin,
    ExpectUnmet,
    PolicyPassword,
    PolicyUsername,
    PolicyEmail,
    PolicyFullName,
    PolicyRole,
    KeyMissing,
    KeyEmpty,
    KeyDefault,
    KeyUnusable,
    NotAllowed,
    WrongCredentials,
    HashUnsupported,
    TokenRejected,
    Locked,
    Inactive,
    DbMissing,
    DbNotSqlite,
    DbForeign,
    DbBusy,
    DbUnreadable,
    DbReadonly,
    DbOwner,
    Pending,
    Drift,
    Partial,
    Findings,
    OutputFailed,
    Unexpected,
    Interrupted,
}

/// Why a name does not name one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ambiguity {
    /// Only accounts whose name differs in case.
    CaseOnly,
    /// Two or more accounts have exactly this name.
    Several,
}

/// Which part of a new account was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The e-mail.
    Email,
    /// The username.
    Username,
    /// The full name.
    FullName,
    /// The role.
    Role,
    /// The password.
    Password,
}

/// One refusal by a rule, in the app's words where it is the app's rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which part.
    pub part: Part,
    /// What is wrong with it.
    pub message: String,
}

/// A refusal or a failure of a verb.
#[derive(Debug)]
pub enum Error {
    /// The file.
    Store(StoreError),
    /// A combination of arguments that makes no sense.
    Usage(String),
    /// The app, or `token verify`, would refuse the token that was asked for.
    TokenUnsound {
        /// Each reason.
        reasons: Vec<String>,
    },
    /// No such account.
    UnknownUser {
        /// As typed.
        given: String,
    },
    /// No such customer.
    UnknownCustomer {
        /// Its id.
        id: i64,
    },
    /// The name fits no account exactly, or more than one.
    Ambiguous {
        /// As typed.
        given: String,
        /// Why.
        why: Ambiguity,
        /// Whom it could mean.
        candidates: Vec<StoredUser>,
    },
    /// Of several names these do not resolve; the first one's class is given.
    Unresolved(Vec<Error>),
    /// The name or e-mail is taken.
    Exists {
        /// `username`, `e-mail` or `role`.
        field: &'static str,
        /// By whom; `None` where only the table's constraint said so.
        existing: Option<Box<StoredUser>>,
        /// Whether it is the same or differs by case.
        why: Clash,
    },
    /// The change would leave no admin who can log in.
    LastAdmin {
        /// The admin.
        user: Box<StoredUser>,
        /// What was to be done, as in "cannot lock".
        verb: &'static str,
    },
    /// `--expect` names another role than the account has.
    ExpectUnmet {
        /// The account.
        user: Box<StoredUser>,
        /// The role that was expected.
        expected: String,
    },
    /// Rules of the app, or ours on top.
    Refused(Vec<Refusal>),
    /// The name, or the password: which one is not said.
    WrongCredentials {
        /// Where this failure locked the account: until when, and whom.
        locked: Option<(Box<StoredUser>, Timestamp)>,
    },
    /// The stored hash is beyond what we compute.
    HashUnsupported {
        /// The account.
        user: Box<StoredUser>,
        /// Which parameter.
        reason: String,
    },
    /// The account is locked.
    Locked {
        /// The account.
        user: Box<StoredUser>,
        /// Until when; `None`: unreadable.
        until: Option<Timestamp>,
    },
    /// The account is not active.
    Inactive {
        /// The account.
        user: Box<StoredUser>,
    },
    /// Its customer keeps the account out.
    CustomerRefused {
        /// The account.
        user: Box<StoredUser>,
        /// Why.
        state: CustomerState,
    },
    /// The account is not one of those that the session's account may reach.
    OutOfReach {
        /// The account that was meant.
        user: Box<StoredUser>,
    },
    /// The account changed again and again while its password was being checked.
    ChangedMeanwhile {
        /// The account.
        user: Box<StoredUser>,
    },
    /// The operating system gave no random bytes, or another thing that should not happen.
    Unexpected(String),
}

/// How a new name meets an old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// The same, byte for byte.
    Same,
    /// The same but for upper and lower case.
    CaseOnly,
    /// The same account, but with another role than the one that was given.
    OtherRole,
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(field) => Self::Exists { field, existing: None, why: Clash::Same },
            other => Self::Store(other),
        }
    }
}

impl Error {
    /// The class of the contract.
    pub fn class(&self) -> Class {
        match self {
            Self::Store(error) => store_class(error),
            Self::Usage(_) | Self::TokenUnsound { .. } => Class::Usage,
            Self::UnknownUser { .. } | Self::UnknownCustomer { .. } => Class::NotFound,
            Self::Ambiguous { .. } => Class::Ambiguous,
            Self::Unresolved(errors) => errors.first().map_or(Class::Unexpected, Self::class),
            Self::Exists { .. } => Class::Exists,
            Self::LastAdmin { .. } => Class::LastAdmin,
            Self::ExpectUnmet { .. } => Class::ExpectUnmet,
            Self::Refused(refusals) => refusals.first().map_or(Class::Unexpected, |refusal| part_class(refusal.part)),
            Self::WrongCredentials { .. } => Class::WrongCredentials,
            Self::HashUnsupported { .. } => Class::HashUnsupported,
            Self::Locked { .. } => Class::Locked,
            Self::Inactive { .. } | Self::CustomerRefused { .. } => Class::Inactive,
            Self::OutOfReach { .. } => Class::NotAllowed,
            Self::ChangedMeanwhile { .. } => Class::DbBusy,
            Self::Unexpected(_) => Class::Unexpected,
        }
    }
}

/// The class of a refusal that is about this part.
pub(super) fn part_class(part: Part) -> Class {
    match part {
        Part::Email => Class::PolicyEmail,
        Part::Username => Class::PolicyUsername,
        Part::FullName => Class::PolicyFullName,
        Part::Role => Class::PolicyRole,
        Part::Password => Class::PolicyPassword,
    }
}

fn store_class(error: &StoreError) -> Class {
    match error {
        StoreError::Missing { .. } => Class::DbMissing,
        StoreError::Directory { .. } | StoreError::Empty { .. } | StoreError::NotSqlite { .. } => Class::DbNotSqlite,
        StoreError::Foreign { .. } => Class::DbForeign,
        StoreError::Damaged { .. }
        | StoreError::Unreadable { .. }
        | StoreError::HotJournal { .. }
        | StoreError::HotInDryRun { .. } => Class::DbUnreadable,
        StoreError::ReadOnly { .. } | StoreError::InDoubt { .. } => Class::DbReadonly,
        StoreError::OtherOwner { .. } => Class::DbOwner,
        StoreError::Busy { .. } | StoreError::InUse { .. } | StoreError::Changed { .. } => Class::DbBusy,
        StoreError::Restored { .. } => Class::DbUnreadable,
        StoreError::LongLock { .. } => Class::WouldPrompt,
        StoreError::Interrupted => Class::Interrupted,
        StoreError::Pending { .. } => Class::Pending,
        StoreError::Drift { .. } | StoreError::Triggers { .. } | StoreError::TriggerInTheWay { .. } => Class::Drift,
        StoreError::Conflict(_) | StoreError::Exists { .. } => Class::Exists,
        StoreError::Check(_) => Class::PolicyRole,
        StoreError::Backup { .. } => Class::DbReadonly,
        StoreError::ActingChanged => Class::NotAllowed,
        StoreError::ChainKeyNeeded => Class::KeyMissing,
        StoreError::ChainKeyWrong { .. } => Class::KeyUnusable,
        StoreError::WrongCount { .. } | StoreError::NotKept(_) | StoreError::Other(_) => Class::Unexpected,
    }
}

/// Whom a message is about: id, username, e-mail, role.
pub fn naming(user: &StoredUser) -> String {
    let part = |field: &Field<String>| match field {
        Field::Value(text) => text.clone(),
        Field::Null | Field::Absent => "-".to_owned(),
        Field::Bad(_) => "(unreadable)".to_owned(),
    };
    format!("id:{} {} <{}> ({})", user.id.0, part(&user.username), part(&user.email), part(&user.role))
}
