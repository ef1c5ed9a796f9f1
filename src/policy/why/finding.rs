//! What each step found.

use super::Tried;
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::policy::email;

/// What a step found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// The file lacks the column, so there is nothing to judge.
    NoColumn,
    /// The row's own step tells that nobody can read it.
    SeeRow,
    /// The row, as the app's query reads it.
    Row(RowFinding),
    /// The e-mail.
    Email(EmailFinding),
    /// Other accounts with the same e-mail.
    Twins(TwinsFinding),
    /// The lock.
    Lock(LockFinding),
    /// `is_active`.
    Active(ActiveFinding),
    /// The customer.
    Customer(CustomerFinding),
    /// Hash and salt.
    Hash(HashFinding),
    /// The password that was given.
    Password(Tried),
    /// The role.
    Role(RoleFinding),
    /// The counter of failed logins.
    Counter(CounterFinding),
}

/// The row, as the app's query reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowFinding {
    /// Every cell can be read.
    Readable,
    /// The file lacks columns that every query of the app names.
    Lacking(Vec<String>),
    /// Cells on which the app's query fails.
    Unreadable(Vec<&'static str>),
    /// Cells that the app's answer cannot hold.
    Refused(Vec<&'static str>),
}

/// The e-mail, by which the app looks accounts up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailFinding {
    /// In the form in which the app looks it up.
    Normal,
    /// NULL, or no text.
    Missing,
    /// What is typed becomes another text.
    Other {
        /// As it is stored.
        stored: String,
        /// As it is looked up.
        normal: String,
        /// Who is found then.
        owner: Option<UserId>,
    },
    /// The app takes no such address.
    Refused {
        /// As it is stored.
        stored: String,
        /// Why.
        why: email::Refusal,
    },
}

/// Other accounts with the same e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwinsFinding {
    /// There are none.
    None,
    /// They come later.
    First(Vec<UserId>),
    /// One comes first.
    Behind(UserId),
}

/// The lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockFinding {
    /// There is none.
    None,
    /// It has run out.
    Expired(Timestamp),
    /// It holds.
    Holds(Timestamp),
    /// The app can read it and not compare it; its end.
    Stuck(Timestamp),
    /// Nobody can read it.
    Unreadable,
}

/// `is_active`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActiveFinding {
    /// Active.
    On,
    /// Inactive: login refuses.
    Off,
    /// Inactive: login does not look, every request does (newest app).
    OffAfterLogin,
}

/// The customer, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomerFinding {
    /// The row names none.
    None,
    /// Active and paid.
    Good(i64),
    /// Not active.
    Inactive(i64),
    /// Its subscription has run out; when.
    Unpaid(i64, Option<Timestamp>),
    /// There is no such row, which the app lets pass.
    Gone(i64),
    /// Dates of its row that the app cannot read or compare.
    Unreadable(i64, Vec<&'static str>),
    /// `customer_id` is no number.
    IdRefused,
}

/// Hash and salt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashFinding {
    /// Argon2 with today's parameters.
    Current(&'static str),
    /// Argon2 with others.
    Outdated(&'static str),
    /// bcrypt.
    Bcrypt,
    /// No password.
    Missing,
    /// No password ever fits.
    Useless,
    /// Stored as bytes.
    Bytes,
    /// Too costly; why.
    TooCostly(String),
    /// The salt is empty.
    NoSalt,
    /// The salt is NULL, or stored as bytes.
    SaltBytes,
}

/// The role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleFinding {
    /// One that the app knows.
    Known(String),
    /// One that the app does not know: the account's requests answer 500.
    Unknown(String),
    /// One that is not offered, and that the newest app shows as it is.
    NotOffered(String),
    /// NULL.
    Missing,
    /// No text.
    Unreadable,
}

/// The counter of failed logins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterFinding {
    /// Below the threshold.
    Low(i64),
    /// At or above it, behind a lock: nothing is counted, and an unlock clears both.
    BehindLock(i64),
    /// At or above it, without a lock that holds: the next wrong password locks.
    AtThreshold(i64),
    /// NULL or no number: the next wrong password makes the app answer 500.
    Unreadable,
}
