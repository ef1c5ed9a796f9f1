//! The guard of the last admin who can log in (`cli.md`, ground rules).
//!
//! What a newcomer would get wrong: to look for another admin may read the whole table, and nobody can log in while
//! that happens under the write lock. So it is done before; inside, the one that was found is looked at again, and the
//! table is read only where somebody has written in between.

use std::collections::HashSet;

use super::Settings;
use super::error::Error;
use crate::model::time::Timestamp;
use crate::model::user::{StoredUser, UserId};
use crate::policy::admin::is_usable_admin;
use crate::store::View;

/// What was found before the lock was taken.
pub(super) struct LastAdmin {
    looked_at: i64,
    other: Other,
}

/// An admin besides those that are to be changed.
enum Other {
    /// None of those to be changed is one, so nobody looked.
    Unasked,
    Nobody,
    Found(UserId),
}

impl LastAdmin {
    /// Looks for another usable admin, where one of `targets` is one.
    ///
    /// # Errors
    /// The file's.
    pub(super) fn look(
        view: View<'_>,
        settings: &Settings,
        targets: &[StoredUser],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let looked_at = view.data_version()?;
        let other = match targets.iter().any(|user| is_usable(user, settings, now)) {
            true => other(view, settings, targets, now)?.map_or(Other::Nobody, |user| Other::Found(user.id)),
            false => Other::Unasked,
        };
        Ok(Self { looked_at, other })
    }

    /// The first of the targets that is a usable admin, where no other usable admin remains; for inside the transaction.
    ///
    /// # Errors
    /// The file's.
    pub(super) fn among(
        &self,
        view: View<'_>,
        settings: &Settings,
        targets: &[StoredUser],
        now: Timestamp,
    ) -> Result<Option<StoredUser>, Error> {
        let Some(admin) = targets.iter().find(|user| is_usable(user, settings, now)) else { return Ok(None) };
        let remains = match self.other {
            Other::Found(id) if still(view, settings, targets, id, now)? => true,
            Other::Nobody if view.data_version()? == self.looked_at => false,
            Other::Found(_) | Other::Nobody | Other::Unasked => other(view, settings, targets, now)?.is_some(),
        };
        Ok(if remains { None } else { Some(admin.clone()) })
    }
}

fn is_usable(user: &StoredUser, settings: &Settings, now: Timestamp) -> bool {
    is_usable_admin(user, settings.admin_role().as_str(), now, settings.time_format)
}

fn other(
    view: View<'_>,
    settings: &Settings,
    targets: &[StoredUser],
    now: Timestamp,
) -> Result<Option<StoredUser>, Error> {
    let changed: HashSet<UserId> = targets.iter().map(|target| target.id).collect();
    let remains = |user: &StoredUser| is_usable(user, settings, now) && !changed.contains(&user.id);
    Ok(view.find_with_role(settings.admin_role().as_str(), remains)?)
}

/// Whether the one that was found is what it was, and not to be changed itself.
fn still(
    view: View<'_>,
    settings: &Settings,
    targets: &[StoredUser],
    id: UserId,
    now: Timestamp,
) -> Result<bool, Error> {
    let usable = view.user(id)?.is_some_and(|user| is_usable(&user, settings, now));
    Ok(usable && !targets.iter().any(|target| target.id == id))
}
