//! Whether there is an admin who can act, and whether the log knows how each became one.
//!
//! What a newcomer would get wrong: ids are used again, so an event explains an account only where the name fits,
//! too; anybody can register as an admin in the app, which leaves no event; and of an account that is older than a
//! pruned log, the event may be gone.

use super::accounts::Admins;
use super::fault::Fault;
use super::finding::{Account, AdminWay, Finding, Standing};
use crate::model::event::EventName;
use crate::model::user::UserId;
use crate::ops::{Settings, audit};
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
    let pruned = audit::pruned_until(view)?;
    let (mut several, mut only) = (Vec::new(), Vec::new());
    for (account, since) in admins.active {
        let grants = view.grants(UserId(account.id))?;
        let is_gone = || pruned.is_some_and(|until| since.is_none_or(|since| since <= until));
        match said(&grants, &account, admin.as_str()) {
            Said::Admin => continue,
            Said::Nothing if is_gone() => continue,
            Said::Nothing | Said::Otherwise => {}
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

/// The last word of the log on an account.
enum Said {
    /// It is an admin of this name.
    Admin,
    /// It has another role, or another name, or is gone.
    Otherwise,
    /// Nothing of its role.
    Nothing,
}

fn said(grants: &[Grant], account: &Account, admin: &str) -> Said {
    let (mut role, mut name) = (None, None);
    let mut gone = false;
    for grant in grants {
        let after = Fields::of(grant);
        if grant.event == EventName::UserDeleted.as_str() {
            (role, name, gone) = (None, None, true);
        } else if grant.event == EventName::UserEdited.as_str() {
            name = after.text("username").or(name);
        } else {
            role = after.text("role").or(role);
            name = grant.username.clone();
        }
    }
    match role {
        Some(role) if role == admin && name.as_deref() == account.username.as_deref() => Said::Admin,
        None if !gone => Said::Nothing,
        Some(_) | None => Said::Otherwise,
    }
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
