//! What `doctor --fix` does: the changes of the verbs that would be typed, with their events.
//!
//! What a newcomer would get wrong: a report is old as soon as it is made, and a question may stand for minutes.
//! Each account is judged again inside the transaction: one that was locked meanwhile stays locked.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::accounts::is_hair_trigger;
use super::finding::Account;
use crate::model::user::UserId;
use crate::ops::error::Error;
use crate::ops::lock::{Sweep, Swept, clear, freed, sweep_these};
use crate::ops::{Settings, Written};
use crate::policy::state::stuck;
use crate::store::{Act, Applied, Change, Changed, Store};

/// Rewrites or clears the locks of those that the app still cannot read, as `unlock --expired` does. A lock that it
/// can read is left, run out or not.
///
/// # Errors
/// The file's.
pub fn mend_locks(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    accounts: &[Account],
) -> Result<Applied<Vec<(Written, Swept)>>, Error> {
    store.change(act, |tx, now| {
        let mut users = Vec::new();
        for account in accounts {
            let user = tx.view().user(UserId(account.id))?;
            users.extend(user.filter(|user| stuck(user, settings.time_format).is_some()));
        }
        sweep_these(tx, settings, users, now, Sweep::Expired)
    })
}

/// Clears the counters of those that are still a hair trigger, as `unlock` does.
///
/// # Errors
/// The file's.
pub fn mend_counters(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    accounts: &[Account],
) -> Result<Applied<Vec<Written>>, Error> {
    store.change(act, |tx, now| {
        let (mut written, mut events) = (Vec::new(), Vec::new());
        for account in accounts {
            let Some(before) = tx.view().user(UserId(account.id))? else { continue };
            if !is_hair_trigger(&before, settings, now) {
                continue;
            }
            events.push(clear(tx, &before)?);
            let after = freed(tx, &before)?;
            written.push(Written { before, after, changed: Changed::Yes });
        }
        Ok::<_, Error>(if events.is_empty() { Change::Nothing(written) } else { Change::Done(written, events) })
    })
}

/// Sets the mode of a file.
///
/// # Errors
/// The system's.
pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}
