//! Whether there is an admin who can act, and whether the log knows how each became one.
//!
//! What a newcomer would get wrong: ids are used again, so an event explains an account only where the name fits,
//! too; and anybody can register as an admin in the app, which leaves no event.

use super::accounts::Admins;
use super::fault::Fault;
use super::finding::{Account, AdminWay, Finding, Standing};
use crate::model::event::EventName;
use crate::model::user::UserId;
use crate::ops::Settings;
use crate::store::{Grant, Schema, StoreError, View};

/// Somebody must be able to act.
pub(super) fn none_active(admins: &Admins, settings: &Settings) -> Option<Finding> {
    if admins.usable > 0 {
        return None;
    }
    let (way, account) = match (&admins.locked, &admins.inactive) {
        (Some(locked), _) => (AdminWay::Unlock, Some(locked)),
        (None, Some(inactive)) => (AdminWay::Activate, Some(inactive)),
        (None, None) => (AdminWay::Appoint, None),
    };
    let fault = Fault::NoActiveAdmin { way, role: settings.admin_role().as_str().to_owned() };
    Some(Finding::new(fault, account.into_iter().cloned().collect()))
}

/// The active admins that no event explains.
///
/// # Errors
/// The file's.
pub(super) fn unexplained(
    admins: Admins,
    view: View<'_>,
    schema: &Schema,
    settings: &Settings,
) -> Result<Vec<Finding>, StoreError> {
    let admin = settings.admin_role();
    let (mut several, mut only) = (Vec::new(), Vec::new());
    for account in admins.active {
        let grants = view.grants(UserId(account.id))?;
        if explains(&grants, &account, admin.as_str()) {
            continue;
        }
        let alone = admins.usable == 1 && admins.usable_id == Some(account.id);
        if alone { only.push(account) } else { several.push(account) }
    }
    let found = [(Standing::TheOnlyOne, only), (Standing::OneOfSeveral, several)].into_iter();
    Ok(found
        .filter(|(_, accounts)| !accounts.is_empty())
        .map(|(standing, accounts)| {
            let (admin, instead) = (admin.as_str().to_owned(), settings.role_instead(schema));
            let fault = Fault::UnexplainedAdmin { standing, admin, instead: instead.as_str().to_owned() };
            Finding::new(fault, accounts)
        })
        .collect())
}

/// Whether the last word of the log on this account is that it is an admin of this name.
fn explains(grants: &[Grant], account: &Account, admin: &str) -> bool {
    let (mut role, mut name) = (None, None);
    for grant in grants {
        let after = Fields::of(grant);
        if grant.event == EventName::UserDeleted.as_str() {
            (role, name) = (None, None);
        } else if grant.event == EventName::UserEdited.as_str() {
            name = after.text("username").or(name);
        } else {
            role = after.text("role").or(role);
            name = grant.username.clone();
        }
    }
    role.as_deref() == Some(admin) && name.as_deref() == account.username.as_deref()
}

/// The fields of an event.
struct Fields(serde_json::Value);

impl Fields {
    fn of(grant: &Grant) -> Self {
        Self(grant.after.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }
}
