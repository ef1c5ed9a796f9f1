//! One change on one or many accounts: resolve all inside the transaction, guard the last admin, change each,
//! one event per account, all or nothing.
//!
//! What a newcomer would get wrong: names are resolved twice. The look before the lock reads what may take long; what
//! it found may have changed when the lock is there, and only the second look is acted on.

use super::error::Error;
use super::last_admin::LastAdmin;
use super::{Settings, resolve};
use crate::model::event::{EventDraft, EventName};
use crate::model::time::Timestamp;
use crate::model::user::{StoredUser, UserSpec};
use crate::store::{Act, Applied, Change, Changed, Store, Tx};

/// What was done to one account.
#[derive(Clone, Debug)]
pub struct Written {
    /// Before.
    pub before: StoredUser,
    /// After; in a dry run: as it would be.
    pub after: StoredUser,
    /// Whether anything was written.
    pub changed: Changed,
}

/// Whether the last usable admin is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminGuard {
    /// The change takes no admin away, or `--force` was given.
    Off,
    /// The change takes the account away as an admin; the verb for the message.
    On(&'static str),
}

enum Outcome {
    Done(Vec<Written>),
    LastAdmin(Box<StoredUser>, &'static str),
}

/// Runs `change` on every account named, in one transaction. `change` writes and returns the event, or `None`
/// where there is nothing to do.
///
/// What may read the whole table comes before the lock: a name that is nobody's, and another admin.
pub(super) fn each(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    specs: &[UserSpec],
    guard: AdminGuard,
    mut change: impl FnMut(&Tx<'_>, &StoredUser, Timestamp) -> Result<Option<EventDraft>, Error>,
) -> Result<Applied<Vec<Written>>, Error> {
    let seen = resolve::all(store.view(), specs)?;
    let guard = match guard {
        AdminGuard::Off => None,
        AdminGuard::On(verb) => Some((verb, LastAdmin::look(store.view(), settings, &seen, act.clock.now())?)),
    };
    let applied = store.change(act, |tx, now| {
        let targets = resolve::all(tx.view(), specs)?;
        if let Some((verb, guard)) = &guard
            && let Some(admin) = guard.among(tx.view(), settings, &targets, now)?
        {
            let event = about(EventName::LastAdminRefused, &admin).detail("verb", *verb);
            return Ok(Change::Done(Outcome::LastAdmin(Box::new(admin), verb), vec![event]));
        }
        let (written, events) = change_all(tx, targets, now, &mut change)?;
        let outcome = Outcome::Done(written);
        Ok::<_, Error>(if events.is_empty() { Change::Nothing(outcome) } else { Change::Done(outcome, events) })
    })?;
    match applied.value {
        Outcome::Done(value) => Ok(Applied { value, changed: applied.changed, triggers: applied.triggers }),
        Outcome::LastAdmin(user, verb) => Err(Error::LastAdmin { user, verb }),
    }
}

fn change_all(
    tx: &Tx<'_>,
    targets: Vec<StoredUser>,
    now: Timestamp,
    change: &mut impl FnMut(&Tx<'_>, &StoredUser, Timestamp) -> Result<Option<EventDraft>, Error>,
) -> Result<(Vec<Written>, Vec<EventDraft>), Error> {
    let mut written = Vec::with_capacity(targets.len());
    let mut events = Vec::new();
    for before in targets {
        let Some(event) = change(tx, &before, now)? else {
            written.push(Written { after: before.clone(), before, changed: Changed::No });
            continue;
        };
        events.push(event);
        let gone = || Error::Unexpected(format!("id:{} vanished while it was being changed", before.id.0));
        let after = tx.view().user(before.id)?.ok_or_else(gone)?;
        written.push(Written { before, after, changed: Changed::Yes });
    }
    Ok((written, events))
}

/// An event about this account.
pub(super) fn about(event: EventName, user: &StoredUser) -> EventDraft {
    let mut draft = EventDraft::new(event);
    draft.target_id = Some(user.id.0);
    draft.target_username = user.username.value().cloned();
    draft
}
