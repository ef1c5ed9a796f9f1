//! Which accounts the one who acts may reach.
//!
//! What a newcomer would get wrong: without a session there is no bound at all. The operating system decides
//! then who may open the file.

use super::user::{StoredUser, UserId};

/// The accounts within reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Those with exactly this role.
    Role(String),
    /// This one alone.
    Only(UserId),
}

impl Scope {
    /// Whether the account is within reach, as its row is now.
    #[must_use]
    pub fn holds(&self, user: &StoredUser) -> bool {
        match self {
            Self::All => true,
            Self::Role(role) => user.role.value().is_some_and(|stored| stored == role),
            Self::Only(id) => user.id == *id,
        }
    }
}
