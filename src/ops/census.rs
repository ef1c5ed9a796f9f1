//! How many accounts there are of each kind, and which of their rows cannot be read.
//!
//! What a newcomer would get wrong: the state of an account is judged in one place alone, so the rows are read one
//! by one, in pages that let the app write in between.

use std::collections::BTreeMap;

use super::error::Error;
use super::list::{ListQuery, list};
use super::settings::Settings;
use crate::model::time::Timestamp;
use crate::model::user::{StoredUser, UserId};
use crate::policy::state::state;
use crate::store::Reader;

/// Rows with unreadable cells that are kept one by one; all of them are counted.
const MOST_BAD_ROWS: usize = 100;

/// Roles that are told apart; what comes after goes to [`Census::other_roles`].
const MOST_ROLES: usize = 50;

/// Accounts by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// All of them.
    pub users: u64,
    /// By role as stored; `None`: no role, or one that cannot be read.
    pub roles: BTreeMap<Option<String>, u64>,
    /// With roles beyond the first fifty.
    pub other_roles: u64,
    /// By state, in the words of the JSON contract.
    pub states: BTreeMap<&'static str, u64>,
    /// How many rows have cells that cannot be read.
    pub bad_rows: u64,
    /// The first of them, each with the names of those columns.
    pub first_bad: Vec<(UserId, Vec<&'static str>)>,
}

/// Counts the accounts.
///
/// # Errors
/// The file's.
pub fn census(reader: &Reader, settings: &Settings, now: Timestamp) -> Result<Census, Error> {
    let mut census = Census::default();
    let mut count = |user: &StoredUser| {
        census.users += 1;
        *census.states.entry(state(user, now, settings.time_format).as_str()).or_default() += 1;
        let bad: Vec<&'static str> = user.bad_cells().map(|(column, _)| column).collect();
        if !bad.is_empty() {
            census.bad_rows += 1;
            if census.first_bad.len() < MOST_BAD_ROWS {
                census.first_bad.push((user.id, bad));
            }
        }
        let role = user.role.value().cloned();
        if census.roles.len() < MOST_ROLES || census.roles.contains_key(&role) {
            *census.roles.entry(role).or_default() += 1;
        } else {
            census.other_roles += 1;
        }
        Ok::<_, Error>(())
    };
    list(reader, settings, now, &ListQuery::default(), &mut count)?;
    Ok(census)
}
