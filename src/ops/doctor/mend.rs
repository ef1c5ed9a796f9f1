//! What `doctor --fix` does: the changes of the verbs that would be typed, with their events.
//!
//! What a newcomer would get wrong: a report is old as soon as it is made, and a question may stand for minutes.
//! Each account is judged again inside the transaction: one that was locked meanwhile stays locked.

use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::accounts::is_hair_trigger;
use super::finding::{Account, Node};
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

/// Sets the mode of the file that was looked at, through its descriptor: its name may have been given to another one
/// meanwhile. To be done while the database is not open here: closing one of its files drops its locks.
///
/// # Errors
/// `NotFound` where that file, as it was, does not stand there any more; the system's.
pub fn set_mode(path: &Path, node: Node, mode: u32) -> io::Result<()> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(std::fs::canonicalize(path)?)?;
    if Node::of(&file.metadata()?) != node {
        return Err(io::ErrorKind::NotFound.into());
    }
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_that_took_the_name_meanwhile_keeps_its_mode() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let (path, other) = (dir.path().join("app.db"), dir.path().join("other"));
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o7777;
        for name in [&path, &other] {
            fs::write(name, "").expect("written");
            fs::set_permissions(name, Permissions::from_mode(0o644)).expect("a mode");
        }
        let node = Node::of(&fs::metadata(&path).expect("a file"));
        set_mode(&path, node, 0o644).expect("the same file");
        fs::rename(&path, dir.path().join("away")).expect("renamed");
        symlink(&other, &path).expect("a link");
        let refused = set_mode(&path, node, 0o600).expect_err("a link to another file");
        assert_eq!(refused.kind(), io::ErrorKind::NotFound);
        fs::remove_file(&path).expect("removed");
        fs::hard_link(&other, &path).expect("a link");
        assert!(set_mode(&path, node, 0o600).is_err(), "another file");
        assert_eq!((mode(&other), mode(&dir.path().join("away"))), (0o644, 0o644));
        // The same one behind a link, as an .env file may be.
        fs::remove_file(&path).expect("removed");
        symlink("away", &path).expect("a link");
        set_mode(&path, node, 0o600).expect("the same file");
        assert_eq!(mode(&path), 0o600);
        assert!(set_mode(&path, node, 0o644).is_err(), "it is not as it was");
    }
}
