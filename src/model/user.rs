//! An account as the file holds it.
//!
//! What a newcomer would get wrong: any cell of the app's table may hold anything (SQLite types are hints, and
//! the app's own rules changed over time). A bad cell is a value here, [`Field::Bad`]: it is shown as it is,
//! and the account stays addressable.

use std::fmt;

use super::time::StoredTime;

/// The row id of an account. Ids are used again after a delete (`app-facts`, stage 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// One cell as SQLite stores it, for cells that cannot be read as what they should be.
#[derive(Clone, Debug, PartialEq)]
pub enum RawCell {
    /// INTEGER storage.
    Integer(i64),
    /// REAL storage.
    Real(f64),
    /// TEXT storage, valid UTF-8.
    Text(String),
    /// TEXT storage that is not UTF-8.
    BrokenText(Vec<u8>),
    /// BLOB storage.
    Blob(Vec<u8>),
}

/// One cell of a row, read as a `T` where that is possible.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<T> {
    /// It reads as what it should be.
    Value(T),
    /// NULL.
    Null,
    /// The table does not have the column yet.
    Absent,
    /// It holds something else.
    Bad(RawCell),
}

impl<T> Field<T> {
    /// The value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Null | Self::Absent | Self::Bad(_) => None,
        }
    }

    /// What the cell holds, where that could not be read.
    pub fn bad(&self) -> Option<&RawCell> {
        match self {
            Self::Bad(raw) => Some(raw),
            Self::Value(_) | Self::Null | Self::Absent => None,
        }
    }
}

/// A truth value as the app reads it: NULL, 0 and `''` are false, everything else is true, the text `'false'`
/// too (`app-facts`, Login and lockout).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Read as true.
    On,
    /// Read as false.
    Off,
    /// The table does not have the column yet.
    Absent,
}

impl Flag {
    /// Whether the app reads it as true.
    pub fn is_on(self) -> bool {
        match self {
            Self::On => true,
            Self::Off | Self::Absent => false,
        }
    }
}

/// Whether the row has a password at all; a row from before the migration has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordPresence {
    /// `password_hash` is not empty.
    Set,
    /// `password_hash` is `''`, NULL or not there yet.
    Missing,
}

/// An account as read: everything but hash and salt.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredUser {
    /// Row id.
    pub id: UserId,
    /// Login name.
    pub username: Field<String>,
    /// E-mail, by which the app looks accounts up.
    pub email: Field<String>,
    /// Full name; NULL where none was given.
    pub full_name: Field<String>,
    /// Role; any text, also one that is not offered.
    pub role: Field<String>,
    /// Whether the account may log in.
    pub is_active: Flag,
    /// Whether the e-mail was verified.
    pub is_verified: Flag,
    /// When it was created.
    pub created_at: Field<StoredTime>,
    /// Last successful login.
    pub last_login: Field<StoredTime>,
    /// Failed logins since the last success or unlock.
    pub failed_login_attempts: Field<i64>,
    /// End of the lock.
    pub locked_until: Field<StoredTime>,
    /// The customer, where the table has `customer_id` (newest app).
    pub customer_id: Field<i64>,
    /// Whether there is a password.
    pub password: PasswordPresence,
}

impl StoredUser {
    /// An account of which nothing is known, to be filled.
    pub fn blank() -> Self {
        Self {
            id: UserId(0),
            username: Field::Absent,
            email: Field::Absent,
            full_name: Field::Absent,
            role: Field::Absent,
            is_active: Flag::Absent,
            is_verified: Flag::Absent,
            created_at: Field::Absent,
            last_login: Field::Absent,
            failed_login_attempts: Field::Absent,
            locked_until: Field::Absent,
            customer_id: Field::Absent,
            password: PasswordPresence::Missing,
        }
    }

    /// The names of the columns that could not be read, with what they hold.
    pub fn bad_cells(&self) -> impl Iterator<Item = (&'static str, &RawCell)> {
        let cells = [
            ("username", self.username.bad()),
            ("email", self.email.bad()),
            ("full_name", self.full_name.bad()),
            ("role", self.role.bad()),
            ("created_at", self.created_at.bad()),
            ("last_login", self.last_login.bad()),
            ("failed_login_attempts", self.failed_login_attempts.bad()),
            ("locked_until", self.locked_until.bad()),
            ("customer_id", self.customer_id.bad()),
        ];
        cells.into_iter().filter_map(|(name, raw)| raw.map(|raw| (name, raw)))
    }
}

/// The stored secret of an account, for verifying.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// `password_hash`; empty for a row without password. `None`: not readable as text.
    pub hash: Option<String>,
    /// `salt`, as text. `None`: NULL, or not readable as text; no password fits then, as in the app.
    pub salt: Option<String>,
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredPassword").finish_non_exhaustive()
    }
}

/// A new account, ready to be stored: every column of the table has its value.
#[derive(Clone)]
pub struct NewUser {
    /// Valid username.
    pub username: String,
    /// E-mail in normal form.
    pub email: String,
    /// Full name as given; NULL where none was given.
    pub full_name: Option<String>,
    /// Role in the offered spelling.
    pub role: String,
    /// Active or not.
    pub is_active: Flag,
    /// Verified or not.
    pub is_verified: Flag,
    /// The customer, on a file that has customers.
    pub customer_id: Option<i64>,
    /// PHC string.
    pub password_hash: String,
    /// 32 hex characters.
    pub salt: String,
    /// What the account brings along from another file; `None`: it begins now.
    pub history: Option<History>,
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("username", &self.username).finish_non_exhaustive()
    }
}

/// What an account that existed before brings along, in the app's own texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// When it was created.
    pub created_at: String,
    /// Last successful login.
    pub last_login: Option<String>,
    /// Failed logins since the last success or unlock.
    pub failed_login_attempts: i64,
    /// End of the lock.
    pub locked_until: Option<String>,
}

/// A row of `users` with each cell as it is stored.
#[derive(Clone, PartialEq)]
pub struct RawUser {
    /// Row id.
    pub id: UserId,
    /// The cells, in the order of [`RawUser::COLUMNS`]; `None` for NULL and for a column that is not there yet.
    pub cells: [Option<RawCell>; Self::COLUMNS.len()],
    /// Active or not, as the app reads it.
    pub is_active: Flag,
    /// Verified or not, as the app reads it.
    pub is_verified: Flag,
}

impl fmt::Debug for RawUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawUser").field("id", &self.id).finish_non_exhaustive()
    }
}

impl RawUser {
    /// All columns but the id and the two flags.
    pub const COLUMNS: [&'static str; 11] = [
        "username",
        "email",
        "full_name",
        "role",
        "created_at",
        "last_login",
        "failed_login_attempts",
        "locked_until",
        "customer_id",
        "password_hash",
        "salt",
    ];
}

/// What a customer's row says about the logins of its users (newest app).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerState {
    /// Active and paid.
    Good,
    /// Not active.
    Inactive,
    /// The subscription has run out.
    Unpaid,
    /// No such customer.
    Missing,
}

/// What the newest app reads of a customer before it lets its users in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer {
    /// `is_active`, as the app reads it.
    pub state: CustomerState,
    /// End of the subscription; `None`: none stored, or not readable.
    pub paid_until: Option<StoredTime>,
}

/// How an account is named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserSpec {
    /// `id:57`.
    Id(UserId),
    /// `user:NAME`.
    Username(String),
    /// `email:ADDRESS`.
    Email(String),
    /// Anything else: a username or an e-mail. A bare number is a username.
    Either(String),
}

impl UserSpec {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `id:` without a whole number behind it.
    pub fn parse(given: &str) -> Result<Self, BadUserSpec> {
        if let Some(id) = given.strip_prefix("id:") {
            return match id.parse() {
                Ok(id) => Ok(Self::Id(UserId(id))),
                Err(_) => Err(BadUserSpec(given.to_owned())),
            };
        }
        if let Some(name) = given.strip_prefix("user:") {
            return Ok(Self::Username(name.to_owned()));
        }
        if let Some(address) = given.strip_prefix("email:") {
            return Ok(Self::Email(address.to_owned()));
        }
        Ok(Self::Either(given.to_owned()))
    }
}

/// `id:` must be followed by a whole number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{}' names no id: 'id:' is followed by a whole number, as in id:57", super::text::defuse(.0))]
pub struct BadUserSpec(pub String);

impl fmt::Display for UserSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "id:{}", id.0),
            Self::Username(name) => write!(f, "user:{name}"),
            Self::Email(address) => write!(f, "email:{address}"),
            Self::Either(text) => f.write_str(text),
        }
    }
}
