//! A new file, with its first admin in the same step.

use std::path::Path;

use super::add::{self, AddRequest, Added, IfPresent, ValidUser};
use super::error::Error;
use super::settings::Settings;
use crate::crypto::random::Source;
use crate::model::event::{EventDraft, EventName};
use crate::model::secret::Password;
use crate::model::user::StoredUser;
use crate::store::{self, Act, Change, Mode, Schema};

/// The first admin of a new file.
pub struct FirstAdmin<'a> {
    /// Who.
    pub user: &'a ValidUser,
    /// With which password.
    pub password: &'a Password,
}

/// Checks the first admin before there is a file.
///
/// # Errors
/// `Refused`.
pub fn check_admin(settings: &Settings, request: &AddRequest) -> Result<ValidUser, Error> {
    add::check(settings, &Schema::of_new_file()?, request).map_err(Error::Refused)
}

/// Makes a new database at `path`; nothing is left where anything fails.
///
/// # Errors
/// `Exists` where the name is taken; those of adding; the file's.
pub fn init(
    path: &Path,
    act: &Act<'_>,
    settings: &Settings,
    admin: Option<&FirstAdmin<'_>>,
    random: &mut Source<'_>,
) -> Result<Option<StoredUser>, Error> {
    // The transactions inside belong to a file that nobody sees yet; a dry run only leaves it without a name.
    let inside = Act { mode: Mode::Commit, ..act.clone() };
    store::create(path, act.mode, |store| {
        let event = EventDraft::new(EventName::DatabaseCreated);
        store.change(&inside, |_tx, _now| Ok::<_, Error>(Change::Done((), vec![event])))?;
        let Some(admin) = admin else { return Ok(None) };
        let applied = add::add(store, &inside, settings, admin.user, admin.password, IfPresent::Refuse, random)?;
        Ok(match applied.value {
            Added::New(user) | Added::Present(user) => Some(user),
        })
    })
}
