//! What `doctor --fix` does: the changes of the verbs that would be typed, with their events.
//!
//! What a newcomer would get wrong: a report is old as soon as it is made, and a question may stand for minutes.
//! Each account is judged again inside the transaction: one that was locked meanwhile stays locked.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::accounts::is_hair_trigger;
use super::finding::Account;
use crate::model::event::{EventName, EventValue};
use crate::model::user::UserId;
use crate::ops::each::about;
use crate::ops::error::Error;
use crate::ops::lock::{Sweep, Swept, attempts_value, lock_value, sweep};
use crate::ops::{Settings, Written};
use crate::store::{Act, Applied, Change, Changed, Store};

/// Rewrites or clears the locks that the app cannot read, as `unlock --expired` does.
///
/// # Errors
/// The file's.
pub fn mend_locks(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
) -> Result<Applied<Vec<(Written, Swept)>>, Error> {
    sweep(store, act, settings, Sweep::Expired)
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
            tx.clear_lock(before.id)?;
            let event = about(EventName::AccountUnlocked, &before)
                .change("locked_until", lock_value(&before), EventValue::Null)
                .change("failed_login_attempts", attempts_value(&before), 0);
            events.push(event);
            let gone = || Error::Unexpected("an account vanished while it was being freed".to_owned());
            let after = tx.view().user(before.id)?.ok_or_else(gone)?;
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
