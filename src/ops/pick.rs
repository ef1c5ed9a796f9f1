//! Accounts to choose from: those that fit what is to be done, up to a bound.
//!
//! What a newcomer would get wrong: ids are used again, and a person takes minutes to choose; before a write the
//! account is compared with the one that was shown ([`same`]).

use std::ops::ControlFlow;

use super::account::same_account;
use super::error::Error;
use super::list::names_hold;
use super::settings::Settings;
use crate::model::time::Timestamp;
use crate::model::user::{Flag, StoredUser};
use crate::policy::state::is_locked_or_stuck;
use crate::store::{Filter, LockFilter, Reader, StoreError};

/// What is to be done with the account, as far as it decides who fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Something for everybody.
    All,
    /// Freeing: locked, stuck, or so many failed logins that the next one locks.
    Locked,
    /// Locking: neither locked nor inactive.
    Lockable,
}

/// The accounts that fit.
#[derive(Debug, Default)]
pub struct Fitting {
    /// At most as many as were asked for, in the order of their ids.
    pub users: Vec<StoredUser>,
    /// Whether there are more.
    pub cut: Cut,
}

/// Whether a bound cut what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// These are all.
    #[default]
    No,
    /// There is at least one more.
    Yes,
}

/// The accounts that fit, at most `most` of them; with a text only those that `user list --match` finds by it.
///
/// # Errors
/// The file's.
pub fn fitting(
    reader: &Reader,
    settings: &Settings,
    now: Timestamp,
    fit: Fit,
    text: Option<&str>,
    most: usize,
) -> Result<Fitting, Error> {
    let with_lock = match fit {
        Fit::All | Fit::Lockable => LockFilter::Any,
        Fit::Locked => LockFilter::SetOrFailed(settings.lockout_attempts),
    };
    let needle = text.map(str::to_lowercase);
    let mut found = Fitting::default();
    let mut visit = |user: &StoredUser| {
        let named = needle.as_deref().is_none_or(|needle| names_hold(user, needle));
        if !named || !fits(user, settings, now, fit) {
            return Ok(ControlFlow::Continue(()));
        }
        if found.users.len() == most {
            found.cut = Cut::Yes;
            return Ok(ControlFlow::Break(()));
        }
        found.users.push(user.clone());
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    };
    reader.view().each_user(&Filter { with_lock, ..Filter::default() }, &mut visit)?;
    Ok(found)
}

fn fits(user: &StoredUser, settings: &Settings, now: Timestamp, fit: Fit) -> bool {
    let locked = || is_locked_or_stuck(user, now, settings.time_format);
    match fit {
        Fit::All => true,
        Fit::Locked => locked() || hair_trigger(user, settings),
        Fit::Lockable => user.is_active != Flag::Off && !locked(),
    }
}

/// Whether so many logins have failed that the next failure locks the account: the app does not clear the counter
/// when a lock runs out (`app-facts`, Login and lockout).
#[must_use]
pub fn hair_trigger(user: &StoredUser, settings: &Settings) -> bool {
    user.failed_login_attempts.value().is_some_and(|failed| *failed >= settings.lockout_attempts)
}

/// The account as it is now, which must still be the one that was chosen.
///
/// # Errors
/// `ChangedMeanwhile`; `UnknownUser` where it is gone; the file's.
pub fn same(reader: &Reader, chosen: &StoredUser) -> Result<StoredUser, Error> {
    same_account(reader.view(), chosen)
}
