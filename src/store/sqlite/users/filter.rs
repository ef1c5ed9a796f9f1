//! Which accounts a list holds, and in which order.
//!
//! What a newcomer would get wrong: only what SQLite can decide stands here. Whether a lock still holds depends on the
//! clock and on the app's form of times, and is judged row by row.

/// Which rows a list starts from; what needs the judge of state is left to the caller.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Exactly this role.
    pub role: Option<String>,
    /// Only rows with a non-NULL `locked_until`.
    pub with_lock: LockFilter,
    /// Only rows without a password.
    pub password: PasswordFilter,
    /// Only ids above this one.
    pub after: Option<i64>,
}

/// Whether only rows with a lock are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockFilter {
    /// All rows.
    #[default]
    Any,
    /// `locked_until` is not NULL.
    Set,
    /// `locked_until` is not NULL, or there are at least this many failed logins.
    SetOrFailed(i64),
}

/// Whether only rows without a password are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordFilter {
    /// All rows.
    #[default]
    Any,
    /// `password_hash` is empty, NULL or not there yet.
    Missing,
}

/// Order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which end first.
    pub order: SortOrder,
}

/// What a list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Row id.
    Id,
    /// Username.
    Username,
    /// E-mail.
    Email,
    /// Role.
    Role,
    /// Creation.
    CreatedAt,
    /// Last login.
    LastLogin,
    /// Failed logins.
    FailedLoginAttempts,
    /// End of the lock.
    LockedUntil,
}

impl SortKey {
    /// All keys, as `--sort` offers them.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::Username,
        Self::Email,
        Self::Role,
        Self::CreatedAt,
        Self::LastLogin,
        Self::FailedLoginAttempts,
        Self::LockedUntil,
    ];

    /// The column's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Email => "email",
            Self::Role => "role",
            Self::CreatedAt => "created_at",
            Self::LastLogin => "last_login",
            Self::FailedLoginAttempts => "failed_login_attempts",
            Self::LockedUntil => "locked_until",
        }
    }
}

/// Which end of a list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}
