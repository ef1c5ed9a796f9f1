//! Verbs on existing accounts: active, verified, role, password.
//!
//! What a newcomer would get wrong: the flags of the file are not only 0 and 1; all but 0, NULL and '' is "on" for the
//! app. A flag that reads as it should is left as it is stored: "unchanged", and no event.

use super::each::{AdminGuard, Written, about, each};
use super::edit::text_value;
use super::error::{Error, Part, Refusal};
use super::lock::Force;
use super::settings::Settings;
use super::{password, resolve};
use crate::crypto::random::Source;
use crate::model::event::EventName;
use crate::model::role::RoleName;
use crate::model::secret::Password;
use crate::model::user::{Flag, StoredPassword, StoredUser, UserSpec};
use crate::store::{Act, Applied, Change, Changed, Mode, Schema, Store, View};

/// Sets or clears `is_active`; clearing guards the last usable admin unless `--force`.
///
/// # Errors
/// Those of resolving; `LastAdmin`; the file's.
pub fn set_active(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    specs: &[UserSpec],
    active: Flag,
    force: Force,
) -> Result<Applied<Vec<Written>>, Error> {
    let (event, guard) = match (active.is_on(), force) {
        (true, _) => (EventName::UserActivated, AdminGuard::Off),
        (false, Force::Yes) => (EventName::UserDeactivated, AdminGuard::Off),
        (false, Force::No) => (EventName::UserDeactivated, AdminGuard::On("deactivate")),
    };
    each(store, act, settings, specs, guard, |tx, user, _now| {
        if user.is_active.is_on() == active.is_on() {
            return Ok(None);
        }
        tx.set_active(user.id, active)?;
        let after = i64::from(active.is_on());
        Ok(Some(about(event, user).change("is_active", 1 - after, after)))
    })
}

/// Sets or clears `is_verified`.
///
/// # Errors
/// Those of resolving; the file's.
pub fn verify(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    specs: &[UserSpec],
    verified: Flag,
) -> Result<Applied<Vec<Written>>, Error> {
    let event = if verified.is_on() { EventName::UserVerified } else { EventName::UserUnverified };
    each(store, act, settings, specs, AdminGuard::Off, |tx, user, _now| {
        if user.is_verified.is_on() == verified.is_on() {
            return Ok(None);
        }
        tx.set_verified(user.id, verified)?;
        let after = i64::from(verified.is_on());
        Ok(Some(about(event, user).change("is_verified", 1 - after, after)))
    })
}

/// Sets the role to one of those offered.
///
/// # Errors
/// `Refused` for a role that is not offered or that the table's CHECK refuses; `ExpectUnmet`; `LastAdmin`.
pub fn set_role(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    spec: &UserSpec,
    role: &str,
    expect: Option<&str>,
    force: Force,
) -> Result<Applied<Vec<Written>>, Error> {
    let role = offered_role(settings, store.schema(), role).map_err(|refusal| Error::Refused(vec![refusal]))?;
    // Exactly as typed first: a spelling that is not offered may stand in a row.
    let mapped = expect.and_then(|old| settings.roles(store.schema()).map(old).ok().map(|old| old.as_str().to_owned()));
    let guard = match force {
        Force::No if role != settings.admin_role() => AdminGuard::On("change the role of"),
        Force::No | Force::Yes => AdminGuard::Off,
    };
    each(store, act, settings, std::slice::from_ref(spec), guard, |tx, user, _now| {
        let current = user.role.value().map(String::as_str);
        if let Some(expected) = expect
            && current != Some(expected)
            && (current.is_none() || current != mapped.as_deref())
        {
            return Err(Error::ExpectUnmet { user: Box::new(user.clone()), expected: expected.to_owned() });
        }
        if current == Some(role.as_str()) {
            return Ok(None);
        }
        tx.set_role(user.id, role.as_str())?;
        Ok(Some(about(EventName::RoleChanged, user).change("role", text_value(&user.role), role.as_str())))
    })
}

/// The offered spelling of a role.
///
/// # Errors
/// The refusal, listing what is offered.
pub(super) fn offered_role(settings: &Settings, schema: &Schema, role: &str) -> Result<RoleName, Refusal> {
    let offered = settings.roles(schema);
    offered.map(role).cloned().map_err(|refusal| Refusal { part: Part::Role, message: refusal.to_string() })
}

/// Sets a new password with a new salt, reads both back, and verifies the password against what is stored.
///
/// # Errors
/// `Refused` by the password rules; those of resolving; the file's.
pub fn set_password(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    target: &StoredUser,
    new: &Password,
    random: &mut Source<'_>,
) -> Result<Applied<Written>, Error> {
    password::check(settings, new)?;
    let hash = password::make(settings, new, random)?;
    let applied = store.change(act, |tx, _now| {
        let before = same_account(tx.view(), target)?;
        tx.set_password(before.id, &hash.hash, &hash.salt)?;
        let event = about(EventName::PasswordChanged, &before);
        let after = same_account(tx.view(), target)?;
        let written = Written { before, after, changed: Changed::Yes };
        Ok::<_, Error>(Change::Done(written, vec![event]))
    })?;
    // What was read back inside the transaction is this hash, whatever somebody else has written since.
    let stored = StoredPassword { hash: Some(hash.hash), salt: Some(hash.salt) };
    if act.mode == Mode::Commit && !password::matches(&stored, new) {
        return Err(Error::Unexpected("the new password does not verify against what is stored".to_owned()));
    }
    Ok(applied)
}

/// The account as it is now; ids are used again, so it must still be the one that was meant.
pub(super) fn same_account(view: View<'_>, target: &StoredUser) -> Result<StoredUser, Error> {
    let spec = UserSpec::Id(target.id);
    let now = resolve::one(view, &spec)?;
    if now.username == target.username && now.email == target.email {
        Ok(now)
    } else {
        Err(Error::ChangedMeanwhile { user: Box::new(target.clone()) })
    }
}
