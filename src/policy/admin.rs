//! The last admin: one that is active and not locked must remain.
//!
//! What a newcomer would get wrong: a locked or inactive admin cannot help anybody, so it does not count.

use super::state::{State, state};
use crate::model::time::{TimeFormat, Timestamp};
use crate::model::user::StoredUser;

/// Whether this account is an admin who can log in now.
#[must_use]
pub fn is_usable_admin(user: &StoredUser, admin_role: &str, now: Timestamp, format: TimeFormat) -> bool {
    user.role.value().is_some_and(|role| role == admin_role) && state(user, now, format) == State::Active
}
