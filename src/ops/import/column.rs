//! The columns of a file of accounts: those of the table, and a password in plain text.

/// The columns of a file of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the names are the columns' names
pub enum Column {
    Id,
    Username,
    Email,
    FullName,
    Role,
    IsActive,
    IsVerified,
    CreatedAt,
    LastLogin,
    FailedLoginAttempts,
    LockedUntil,
    CustomerId,
    PasswordHash,
    Salt,
    Password,
    State,
}

/// What a cell of a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// true or false.
    Flag,
    /// A whole number.
    Number,
    /// Written by an export, and of no use to an import.
    Ignored,
}

impl Column {
    /// All of them, in the order in which an export writes them.
    pub const ALL: [Self; 16] = [
        Self::Id,
        Self::Username,
        Self::Email,
        Self::FullName,
        Self::Role,
        Self::IsActive,
        Self::IsVerified,
        Self::CreatedAt,
        Self::LastLogin,
        Self::FailedLoginAttempts,
        Self::LockedUntil,
        Self::CustomerId,
        Self::PasswordHash,
        Self::Salt,
        Self::Password,
        Self::State,
    ];

    /// Its name in a header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Email => "email",
            Self::FullName => "full_name",
            Self::Role => "role",
            Self::IsActive => "is_active",
            Self::IsVerified => "is_verified",
            Self::CreatedAt => "created_at",
            Self::LastLogin => "last_login",
            Self::FailedLoginAttempts => "failed_login_attempts",
            Self::LockedUntil => "locked_until",
            Self::CustomerId => "customer_id",
            Self::PasswordHash => "password_hash",
            Self::Salt => "salt",
            Self::Password => "password",
            Self::State => "state",
        }
    }

    /// What its cells hold.
    pub fn kind(self) -> Kind {
        match self {
            Self::Username | Self::Email | Self::FullName | Self::Role | Self::CreatedAt | Self::LastLogin => {
                Kind::Text
            }
            Self::LockedUntil | Self::PasswordHash | Self::Salt | Self::Password => Kind::Text,
            Self::IsActive | Self::IsVerified => Kind::Flag,
            Self::FailedLoginAttempts | Self::CustomerId => Kind::Number,
            Self::Id | Self::State => Kind::Ignored,
        }
    }
}
