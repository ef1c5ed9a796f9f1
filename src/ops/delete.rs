//! Deleting accounts for good.
//!
//! What a newcomer would get wrong: while somebody answers a question, an id may have gone to another account, so
//! the accounts that were shown are looked at again inside the transaction; and rows of other tables are counted
//! before the lock is taken, since that may read whole tables.

use super::account::same_account;
use super::each::about;
use super::edit::{number_value, text_value};
use super::error::Error;
use super::last_admin::LastAdmin;
use super::lock::{Force, attempts_value, lock_value, time_value};
use super::resolve;
use super::settings::Settings;
use crate::model::event::{EventDraft, EventName, EventValue};
use crate::model::user::{Field, Flag, StoredUser, UserSpec};
use crate::store::{Act, Applied, Change, Changed, Dependents, IdReuse, Store, View};

/// An account that is to be deleted, or was, and what hangs on it.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// The account as it was.
    pub user: StoredUser,
    /// Rows of other tables that refer to it and stay.
    pub dependents: Vec<Dependents>,
    /// When its id is used again.
    pub id_reuse: IdReuse,
}

enum Outcome {
    Done(Vec<Doomed>),
    LastAdmin(Box<StoredUser>),
}

/// The accounts named, each once, with what hangs on them.
///
/// # Errors
/// Those of resolving; the file's.
pub fn look(view: View<'_>, specs: &[UserSpec]) -> Result<Vec<Doomed>, Error> {
    doomed(view, resolve::all(view, specs)?)
}

fn doomed(view: View<'_>, users: Vec<StoredUser>) -> Result<Vec<Doomed>, Error> {
    let deletion = view.deletion(&users.iter().map(|user| user.id).collect())?;
    let one = |user: StoredUser| {
        let (dependents, id_reuse) = (deletion.dependents(user.id)?, deletion.id_reuse(user.id));
        Ok(Doomed { user, dependents, id_reuse })
    };
    users.into_iter().map(one).collect()
}

/// Deletes the accounts that were shown, all or none, one event each; the last usable admin is guarded unless
/// `--force`.
///
/// # Errors
/// `ChangedMeanwhile` where one of them is another account by now; `LastAdmin`; the file's.
pub fn delete(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    targets: &[StoredUser],
    force: Force,
) -> Result<Applied<Vec<Doomed>>, Error> {
    let looked_at = store.view().data_version()?;
    let seen = same_accounts(store.view(), targets).and_then(|users| doomed(store.view(), users))?;
    let guard = match force {
        Force::Yes => None,
        Force::No => Some(LastAdmin::look(store.view(), settings, targets, act.clock.now())?),
    };
    let applied = store.change(act, |tx, now| {
        let view = tx.view();
        let unchanged = view.data_version()? == looked_at;
        let doomed = if unchanged { seen } else { doomed(view, same_accounts(view, targets)?)? };
        let users: Vec<StoredUser> = doomed.iter().map(|one| one.user.clone()).collect();
        if let Some(guard) = &guard
            && let Some(admin) = guard.among(view, settings, &users, now)?
        {
            let event = about(EventName::LastAdminRefused, &admin).detail("verb", "delete");
            return Ok(Change::Done(Outcome::LastAdmin(Box::new(admin)), vec![event]));
        }
        let mut events = Vec::with_capacity(doomed.len());
        for one in &doomed {
            tx.delete_user(one.user.id)?;
            events.push(event(one));
        }
        let outcome = Outcome::Done(doomed);
        Ok::<_, Error>(if events.is_empty() { Change::Nothing(outcome) } else { Change::Done(outcome, events) })
    })?;
    match applied.value {
        Outcome::Done(value) => Ok(Applied { value, changed: applied.changed, triggers: applied.triggers }),
        Outcome::LastAdmin(user) => Err(Error::LastAdmin { user, verb: "delete" }),
    }
}

fn same_accounts(view: View<'_>, targets: &[StoredUser]) -> Result<Vec<StoredUser>, Error> {
    targets.iter().map(|target| same_account(view, target)).collect()
}

/// The event keeps what the row said, save hash and salt.
fn event(doomed: &Doomed) -> EventDraft {
    let user = &doomed.user;
    let mut event = about(EventName::UserDeleted, user);
    event.before = vec![
        ("username", text_value(&user.username)),
        ("email", text_value(&user.email)),
        ("full_name", text_value(&user.full_name)),
        ("role", text_value(&user.role)),
        ("is_active", flag_value(user.is_active)),
        ("is_verified", flag_value(user.is_verified)),
        ("created_at", time_value(&user.created_at)),
        ("last_login", time_value(&user.last_login)),
        ("failed_login_attempts", attempts_value(user)),
        ("locked_until", lock_value(user)),
    ];
    if user.customer_id != Field::Absent {
        event.before.push(("customer_id", number_value(&user.customer_id)));
    }
    if !doomed.dependents.is_empty() {
        let parts = doomed.dependents.iter().map(|one| format!("{} {}", column(&one.table, &one.columns), one.rows));
        event = event.detail("dependents", parts.collect::<Vec<_>>().join(", ").as_str());
    }
    event
}

/// `table.column`, or `table.(a, b)` for a key of several columns.
pub fn column(table: &str, columns: &[String]) -> String {
    match columns {
        [one] => format!("{table}.{one}"),
        several => format!("{table}.({})", several.join(", ")),
    }
}

/// Whether anything was deleted.
pub fn changed(doomed: &[Doomed]) -> Changed {
    if doomed.is_empty() { Changed::No } else { Changed::Yes }
}

fn flag_value(flag: Flag) -> EventValue {
    match flag {
        Flag::On => EventValue::Integer(1),
        Flag::Off => EventValue::Integer(0),
        Flag::Absent => EventValue::Null,
    }
}
