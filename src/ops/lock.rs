//! Lock and unlock.
//!
//! What a newcomer would get wrong: `unlock` clears the lock **and** the counter, and `lock` clears the counter
//! too: at 5 the next failure would make the app write a lock that breaks its login (`app-facts`, Lockout).

use super::each::{AdminGuard, Written, about, each};
use super::edit::number_value;
use super::error::Error;
use super::settings::Settings;
use crate::model::event::{EventDraft, EventName, EventValue};
use crate::model::time::{Span, StoredTime, Timestamp};
use crate::model::user::{Field, Flag, RawCell, StoredUser, UserSpec};
use crate::policy::state::{self, Lock};
use crate::store::{Act, Applied, Change, Changed, Store, Tx, View};

/// Until when to lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// For this long from now on.
    For(Span),
    /// Until this instant; `FOREVER` for no end.
    At(Timestamp),
}

/// Whether `lock` also deactivates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokensToo {
    /// Tokens live on.
    Keep,
    /// `--deactivate`: the app refuses them at the next request.
    End,
}

/// Whether `unlock` also activates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reactivate {
    /// `is_active` stays.
    No,
    /// `--reactivate`.
    Yes,
}

/// Which accounts a sweep frees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// `--expired`: those whose time has passed; future ones that the app cannot read are rewritten.
    Expired,
    /// `--all-locked`: all of them.
    All,
}

/// What a sweep did to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swept {
    /// The lock is gone.
    Freed,
    /// The same instant, in the form that the app can read.
    Rewritten,
    /// Nobody can tell its end: left as it is.
    Unreadable,
}

/// Locks accounts; the last usable admin is guarded unless `--force`.
///
/// # Errors
/// Those of resolving; `LastAdmin`; the file's.
pub fn lock(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    specs: &[UserSpec],
    until: Until,
    tokens: TokensToo,
    force: Force,
) -> Result<Applied<Vec<Written>>, Error> {
    let guard = match force {
        Force::No => AdminGuard::On("lock"),
        Force::Yes => AdminGuard::Off,
    };
    each(store, act, settings, specs, guard, |tx, user, now| {
        let end = match until {
            Until::For(span) => now.saturating_add(span),
            Until::At(end) => end,
        };
        lock_one(tx, settings, user, end, tokens)
    })
}

/// Whether a guard is overruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// The guard holds.
    No,
    /// `--force`.
    Yes,
}

fn lock_one(
    tx: &Tx<'_>,
    settings: &Settings,
    user: &StoredUser,
    end: Timestamp,
    tokens: TokensToo,
) -> Result<Option<EventDraft>, Error> {
    let text = settings.time_format.text(end);
    let deactivate = tokens == TokensToo::End && user.is_active.is_on();
    let is_stored = user.locked_until.value().is_some() && lock_value(user) == EventValue::Text(text.clone());
    let same = is_stored && user.failed_login_attempts == Field::Value(0);
    if same && !deactivate {
        return Ok(None);
    }
    let mut event = about(EventName::AccountLocked, user)
        .change("locked_until", lock_value(user), text.as_str())
        .change("failed_login_attempts", attempts_value(user), 0);
    tx.set_lock(user.id, &text)?;
    if deactivate {
        tx.set_active(user.id, Flag::Off)?;
        event = event.change("is_active", 1, 0);
    }
    Ok(Some(event))
}

/// Frees accounts: lock and counter together. Never reactivates unless asked.
///
/// # Errors
/// Those of resolving; the file's.
pub fn unlock(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    specs: &[UserSpec],
    reactivate: Reactivate,
) -> Result<Applied<Vec<Written>>, Error> {
    each(store, act, settings, specs, AdminGuard::Off, |tx, user, _now| {
        let activate = reactivate == Reactivate::Yes && user.is_active == Flag::Off;
        let free = user.locked_until == Field::Null && user.failed_login_attempts == Field::Value(0);
        if free && !activate {
            return Ok(None);
        }
        let mut event = if free { about(EventName::AccountUnlocked, user) } else { clear(tx, user)? };
        if activate {
            tx.set_active(user.id, Flag::On)?;
            event = event.change("is_active", 0, 1);
        }
        Ok(Some(event))
    })
}

/// How many accounts a sweep would write, as far as can be told before the lock.
///
/// # Errors
/// The file's.
pub fn swept(view: View<'_>, settings: &Settings, now: Timestamp, sweep: Sweep) -> Result<usize, Error> {
    let is_meant = |user: &StoredUser| match (sweep, state::lock(user, now)) {
        (_, Lock::None) | (Sweep::Expired, Lock::Unreadable) => false,
        (Sweep::All, _) | (Sweep::Expired, Lock::Expired { .. }) => true,
        (Sweep::Expired, Lock::Until { .. }) => state::stuck(user, settings.time_format).is_some(),
    };
    Ok(view.users_with_lock()?.iter().filter(|user| is_meant(user)).count())
}

/// Frees all accounts that a sweep means, in one transaction with one event each.
///
/// # Errors
/// The file's.
pub fn sweep(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    sweep: Sweep,
) -> Result<Applied<Vec<(Written, Swept)>>, Error> {
    store.change(act, |tx, now| sweep_these(tx, settings, tx.view().users_with_lock()?, now, sweep))
}

/// Frees those of these accounts that a sweep means, inside the transaction.
pub(super) fn sweep_these(
    tx: &Tx<'_>,
    settings: &Settings,
    users: Vec<StoredUser>,
    now: Timestamp,
    sweep: Sweep,
) -> Result<Change<Vec<(Written, Swept)>>, Error> {
    let mut results = Vec::new();
    let mut events = Vec::new();
    for before in users {
        let Some((swept, event)) = sweep_one(tx, settings, &before, now, sweep)? else { continue };
        let changed = if event.is_some() { Changed::Yes } else { Changed::No };
        events.extend(event);
        let after = freed(tx, &before)?;
        results.push((Written { before, after, changed }, swept));
    }
    Ok(if events.is_empty() { Change::Nothing(results) } else { Change::Done(results, events) })
}

/// The account after its lock was written.
pub(super) fn freed(tx: &Tx<'_>, before: &StoredUser) -> Result<StoredUser, Error> {
    let gone = || Error::Unexpected("an account vanished while it was being freed".to_owned());
    tx.view().user(before.id)?.ok_or_else(gone)
}

/// Clears lock and counter, with the event that says so.
pub(super) fn clear(tx: &Tx<'_>, user: &StoredUser) -> Result<EventDraft, Error> {
    tx.clear_lock(user.id)?;
    Ok(about(EventName::AccountUnlocked, user).change("locked_until", lock_value(user), EventValue::Null).change(
        "failed_login_attempts",
        attempts_value(user),
        0,
    ))
}

fn sweep_one(
    tx: &Tx<'_>,
    settings: &Settings,
    user: &StoredUser,
    now: Timestamp,
    sweep: Sweep,
) -> Result<Option<(Swept, Option<EventDraft>)>, Error> {
    let lock = state::lock(user, now);
    match (sweep, lock) {
        (_, Lock::None) => Ok(None),
        (Sweep::All, _) | (Sweep::Expired, Lock::Expired { .. }) => Ok(Some((Swept::Freed, Some(clear(tx, user)?)))),
        (Sweep::Expired, Lock::Unreadable) => Ok(Some((Swept::Unreadable, None))),
        (Sweep::Expired, Lock::Until { until }) => {
            if state::stuck(user, settings.time_format).is_none() {
                return Ok(None);
            }
            let text = settings.time_format.text(until);
            tx.rewrite_lock(user.id, &text)?;
            let event = about(EventName::LockRewritten, user).change("locked_until", lock_value(user), text.as_str());
            Ok(Some((Swept::Rewritten, Some(event))))
        }
    }
}

/// The lock for an event: what is stored.
pub(super) fn lock_value(user: &StoredUser) -> EventValue {
    time_value(&user.locked_until)
}

/// A time for an event: what is stored, in the form in which it is stored.
pub(super) fn time_value(field: &Field<StoredTime>) -> EventValue {
    match field {
        Field::Null | Field::Absent => EventValue::Null,
        Field::Value(StoredTime::Naive(at)) => EventValue::Text(at.to_app_naive()),
        Field::Value(StoredTime::Aware(at)) => EventValue::Text(at.to_app_offset()),
        Field::Bad(raw) => raw_value(raw),
    }
}

/// The counter for an event: what is stored.
pub(super) fn attempts_value(user: &StoredUser) -> EventValue {
    number_value(&user.failed_login_attempts)
}

/// An unreadable cell for an event: its text, or what kind of bytes it holds.
pub(super) fn raw_value(raw: &RawCell) -> EventValue {
    match raw {
        RawCell::Integer(number) => EventValue::Integer(*number),
        RawCell::Real(number) => EventValue::Text(number.to_string()),
        RawCell::Text(text) => EventValue::Text(text.clone()),
        RawCell::BrokenText(bytes) => EventValue::Text(format!("(text, {} bytes, not UTF-8)", bytes.len())),
        RawCell::Blob(bytes) => EventValue::Text(format!("(blob, {} bytes)", bytes.len())),
    }
}
