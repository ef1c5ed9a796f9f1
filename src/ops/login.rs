//! The app's login: look-up, lock, active, password, counters, `last_login`, tokens.
//!
//! What a newcomer would get wrong: Argon2 runs outside the transaction, so inside it the row is judged again: a
//! success computed before a lock was set does not clear it, and a hash that changed meanwhile starts over.

use super::account::same_account;
use super::each::about;
use super::error::Error;
use super::lock::{attempts_value, lock_value, time_value};
use super::settings::Settings;
use super::{password, resolve};
use crate::crypto;
use crate::crypto::password::{Unsupported, Verdict};
use crate::crypto::random::Source;
use crate::model::event::{EventDraft, EventName, EventValue};
use crate::model::secret::Password;
use crate::model::time::Timestamp;
use crate::model::user::{StoredPassword, StoredUser, UserSpec};
use crate::policy::login::{Closed, OldLock, gate};
use crate::store::{Act, Change, Failure, FailureCount, Mode, Store, Tx, View};

/// How often a login starts over because hash or salt changed while hashing.
const MAX_JUDGEMENTS: u32 = 3;

/// Whether an outdated hash is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehash {
    /// The hash stays, as in the app.
    No,
    /// `--rehash`.
    Outdated,
}

/// A successful login.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    /// The account after it.
    pub user: StoredUser,
    /// When.
    pub at: Timestamp,
    /// Whether the hash was replaced.
    pub rehashed: Rehashed,
}

/// Whether the hash was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rehashed {
    /// Not asked for, or current.
    No,
    /// A current one stands in its place.
    Yes,
    /// Somebody else changed it first: theirs stays.
    Overtaken,
}

/// What one judgement inside the transaction came to.
enum Judged {
    In(Box<StoredUser>, Timestamp),
    Wrong(Option<Timestamp>),
    Unsupported(Unsupported),
    Refused(Closed),
    Again,
}

/// Logs an account in, with the app's order and counters.
///
/// # Errors
/// `WrongCredentials` (also for an unknown name), `Ambiguous`, `Locked`, `Inactive`, `CustomerRefused`,
/// `HashUnsupported`, `ChangedMeanwhile`, the file's.
pub fn login(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    spec: &UserSpec,
    given: &Password,
    rehash: Rehash,
    random: &mut Source<'_>,
) -> Result<LoggedIn, Error> {
    let target = match resolve::one(store.view(), spec) {
        Ok(user) => user,
        Err(Error::UnknownUser { .. }) => return Err(unknown_name(store, act, settings, given)?),
        Err(other) => return Err(other),
    };
    for _ in 0..MAX_JUDGEMENTS {
        let user = same_account(store.view(), &target)?;
        let gone = || Error::UnknownUser { given: spec.to_string() };
        let stored = store.view().password(user.id)?.ok_or_else(gone)?;
        let verdict = match judge_gate(store.view(), &user, act.clock.now())? {
            Ok(_) => Some(password::verdict(&stored, given)),
            Err(_) => None,
        };
        let judged = store.change(act, |tx, now| judge(tx, settings, &target, &stored, verdict, now))?.value;
        let user = Box::new(target.clone());
        match judged {
            Judged::In(user, at) => {
                let rehashed = match rehash {
                    Rehash::No => Rehashed::No,
                    Rehash::Outdated => replace_hash(store, act, settings, &target, &stored, given, random)?,
                };
                return Ok(LoggedIn { user: *user, at, rehashed });
            }
            Judged::Wrong(locked) => {
                return Err(Error::WrongCredentials { locked: locked.map(|until| (user, until)) });
            }
            Judged::Unsupported(reason) => {
                return Err(Error::HashUnsupported { user, reason: reason.to_string() });
            }
            Judged::Refused(closed) => return Err(refusal(closed, user)),
            Judged::Again => {}
        }
    }
    Err(Error::ChangedMeanwhile { user: Box::new(target) })
}

/// The same work, the same words and an event without a name for a name that does not exist.
fn unknown_name(store: &mut Store, act: &Act<'_>, settings: &Settings, given: &Password) -> Result<Error, Error> {
    crypto::password::burn(given, settings.hash);
    let event = EventDraft::new(EventName::LoginFailed).detail("why", "unknown name");
    store.change(act, |_tx, _now| Ok::<_, Error>(Change::Done((), vec![event])))?;
    Ok(Error::WrongCredentials { locked: None })
}

/// Whether the account may have tokens now: lock, active, customer.
///
/// # Errors
/// The file's.
pub(super) fn judge_gate(view: View<'_>, user: &StoredUser, now: Timestamp) -> Result<Result<OldLock, Closed>, Error> {
    let customer = match user.customer_id.value() {
        Some(id) => view.customer(*id)?,
        None => None,
    };
    Ok(gate(user, customer, now))
}

/// Judges again inside the transaction, and writes what follows.
fn judge(
    tx: &Tx<'_>,
    settings: &Settings,
    target: &StoredUser,
    verified: &StoredPassword,
    verdict: Option<Verdict>,
    now: Timestamp,
) -> Result<Change<Judged>, Error> {
    let user = same_account(tx.view(), target)?;
    let old = match judge_gate(tx.view(), &user, now)? {
        Ok(old) => old,
        Err(closed) => {
            let event = about(EventName::LoginRefused, &user).detail("why", why(closed));
            return Ok(Change::Done(Judged::Refused(closed), vec![event]));
        }
    };
    let unchanged = tx.view().password(user.id)?.as_ref() == Some(verified);
    match verdict {
        Some(verdict) if unchanged => settle(tx, settings, &user, old, verdict, now),
        Some(_) | None => Ok(Change::Nothing(Judged::Again)),
    }
}

fn settle(
    tx: &Tx<'_>,
    settings: &Settings,
    user: &StoredUser,
    old: OldLock,
    verdict: Verdict,
    now: Timestamp,
) -> Result<Change<Judged>, Error> {
    match verdict {
        Verdict::Match => succeed(tx, user, now),
        Verdict::Mismatch => fail(tx, settings, user, old, now),
        Verdict::Unsupported(reason) => {
            let event = about(EventName::LoginRefused, user).detail("why", "unsupported hash");
            Ok(Change::Done(Judged::Unsupported(reason), vec![event]))
        }
    }
}

fn succeed(tx: &Tx<'_>, user: &StoredUser, now: Timestamp) -> Result<Change<Judged>, Error> {
    tx.record_success(user.id, now)?;
    let mut event = about(EventName::LoginSucceeded, user).change(
        "last_login",
        time_value(&user.last_login),
        now.to_app_naive().as_str(),
    );
    if attempts_value(user) != EventValue::Integer(0) {
        event = event.change("failed_login_attempts", attempts_value(user), 0);
    }
    if lock_value(user) != EventValue::Null {
        event = event.change("locked_until", lock_value(user), EventValue::Null);
    }
    let after = same_account(tx.view(), user)?;
    Ok(Change::Done(Judged::In(Box::new(after), now), vec![event]))
}

fn fail(
    tx: &Tx<'_>,
    settings: &Settings,
    user: &StoredUser,
    old: OldLock,
    now: Timestamp,
) -> Result<Change<Judged>, Error> {
    let until = now.saturating_add(settings.lockout_duration);
    let lock = settings.time_format.text(until);
    let count = match old {
        OldLock::None => FailureCount::GoOn,
        OldLock::Expired => FailureCount::Restart,
    };
    let failure = Failure { count, threshold: settings.lockout_attempts, lock: &lock };
    let attempts = tx.record_failure(user.id, failure)?.attempts;
    let locked = attempts >= settings.lockout_attempts;
    let mut event = about(EventName::LoginFailed, user)
        .change("failed_login_attempts", attempts_value(user), attempts)
        .detail("why", "wrong password");
    if locked || lock_value(user) != EventValue::Null {
        let after = if locked { EventValue::Text(lock.clone()) } else { EventValue::Null };
        event = event.change("locked_until", lock_value(user), after);
    }
    Ok(Change::Done(Judged::Wrong(locked.then_some(until)), vec![event]))
}

fn why(closed: Closed) -> &'static str {
    match closed {
        Closed::Locked { until: Some(_) } => "locked",
        Closed::Locked { until: None } => "locked, end unreadable",
        Closed::Inactive => "inactive",
        Closed::Customer(_) => "customer",
    }
}

/// The refusal of an account that may not.
pub(super) fn refusal(closed: Closed, user: Box<StoredUser>) -> Error {
    match closed {
        Closed::Locked { until } => Error::Locked { user, until },
        Closed::Inactive => Error::Inactive { user },
        Closed::Customer(state) => Error::CustomerRefused { user, state },
    }
}

/// Replaces an outdated hash, only if the verified one still stands (field report A05).
fn replace_hash(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    target: &StoredUser,
    verified: &StoredPassword,
    given: &Password,
    random: &mut Source<'_>,
) -> Result<Rehashed, Error> {
    let hash = verified.hash.as_deref().unwrap_or_default();
    if crypto::password::needs_update(hash, settings.hash) != Some(true) {
        return Ok(Rehashed::No);
    }
    let new = password::make(settings, given, random)?;
    let done = store.change(act, |tx, _now| {
        let user = same_account(tx.view(), target)?;
        if tx.view().password(user.id)?.as_ref() != Some(verified) {
            return Ok::<_, Error>(Change::Nothing(Rehashed::Overtaken));
        }
        tx.set_password(user.id, &new.hash, &new.salt)?;
        Ok(Change::Done(Rehashed::Yes, vec![about(EventName::PasswordRehashed, &user)]))
    })?;
    Ok(if act.mode == Mode::Commit { done.value } else { Rehashed::No })
}
