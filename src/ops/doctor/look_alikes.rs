//! Names that look alike although their bytes differ: those beyond ASCII against all others.
//!
//! What a newcomer would get wrong: only names beyond ASCII are kept in memory. ASCII names are compared in a second
//! pass, and only where there are others at all.

use std::collections::HashMap;

use super::fault::Fault;
use super::finding::{Account, Finding, Share};
use crate::model::user::{Field, StoredUser};
use crate::policy::twin::seen_as;
use crate::store::{NameColumn, StoreError, View};

/// Names beyond ASCII of active accounts, by what a person takes them for.
#[derive(Default)]
pub(super) struct LookAlikes {
    usernames: HashMap<String, Vec<Account>>,
    emails: HashMap<String, Vec<Account>>,
}

impl LookAlikes {
    pub(super) fn note(&mut self, user: &StoredUser) {
        if !user.is_active.is_on() {
            return;
        }
        for (name, kept) in [(&user.username, &mut self.usernames), (&user.email, &mut self.emails)] {
            if let Field::Value(name) = name
                && !name.is_ascii()
            {
                kept.entry(seen_as(name)).or_default().push(Account::with(user, name));
            }
        }
    }

    /// The findings, after a look at the ASCII names where there is anything to compare them with.
    ///
    /// # Errors
    /// The file's.
    pub(super) fn find(mut self, view: View<'_>) -> Result<Vec<Finding>, StoreError> {
        if !(self.usernames.is_empty() && self.emails.is_empty()) {
            view.survey_users(|row| {
                self.note_ascii(&row.user);
                Ok::<_, StoreError>(())
            })?;
        }
        let Self { usernames, emails } = self;
        let found = [(NameColumn::Username, usernames), (NameColumn::Email, emails)];
        Ok(found.into_iter().filter_map(|(column, names)| finding(column, names)).collect())
    }

    fn note_ascii(&mut self, user: &StoredUser) {
        if !user.is_active.is_on() {
            return;
        }
        for (name, kept) in [(&user.username, &mut self.usernames), (&user.email, &mut self.emails)] {
            if let Field::Value(name) = name
                && name.is_ascii()
                && let Some(alike) = kept.get_mut(&name.to_ascii_lowercase())
            {
                alike.push(Account::with(user, name));
            }
        }
    }
}

fn finding(column: NameColumn, names: HashMap<String, Vec<Account>>) -> Option<Finding> {
    let mut groups: Vec<Vec<Account>> = names.into_values().filter(|group| differ(group)).collect();
    for group in &mut groups {
        group.sort_by_key(|account| account.id);
        if let Some(first) = group.first_mut() {
            first.share = Share::Keeps;
        }
    }
    groups.sort_by_key(|group| group.first().map(|account| account.id));
    let accounts: Vec<Account> = groups.into_iter().flatten().collect();
    let fault = Fault::UnicodeTwin { column };
    (!accounts.is_empty()).then(|| Finding::new(fault, accounts))
}

/// Whether they differ in more than the case of ASCII letters, which is another check's.
fn differ(group: &[Account]) -> bool {
    let mut names = group.iter().map(|account| account.detail.as_deref().unwrap_or_default().to_ascii_lowercase());
    let first = names.next();
    names.any(|name| Some(name) != first)
}
