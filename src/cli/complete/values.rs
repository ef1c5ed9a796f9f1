//! Values that depend on the file: accounts, roles; and the closed lists that clap does not know.
//!
//! What a newcomer would get wrong: a name comes from the database and may hold anything. One that a terminal would
//! act on is not offered, nor one that means something else when it is typed.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::CompletionCandidate;

use crate::cli::output::escape::{defuse, is_hostile};
use crate::model::event::EventName;
use crate::model::role::RoleName;
use crate::policy::role::Roles;
use crate::store::{Named, Reader, SortKey, StoreError, View};

/// The most accounts offered at once.
const MOST: usize = 100;
/// Decimal digits of the largest id.
const DIGITS: u32 = 19;

/// Where values come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file; `None` where none is known.
    pub database: Option<PathBuf>,
    /// The roles of the configuration.
    pub roles: Option<Roles>,
    /// Whether accounts may be told.
    pub accounts: Accounts,
}

/// Whether accounts may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// They may.
    Told,
    /// Not to a session, whose account need not be allowed to list them.
    Kept,
}

impl Source {
    fn reader(&self) -> Option<Reader> {
        Reader::glance(self.database.as_deref()?).ok()
    }

    /// Accounts that begin with what was typed, each once: by its username, else by its e-mail.
    pub fn users(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        if self.accounts == Accounts::Kept {
            return Vec::new();
        }
        let Some(reader) = self.reader() else { return Vec::new() };
        users(reader.view(), typed).unwrap_or_default()
    }

    /// The roles that are offered.
    pub fn roles(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let roles = match (&self.roles, self.reader()) {
            (Some(roles), _) => roles.clone(),
            (None, Some(reader)) if reader.schema().has("customer_id") => Roles::of_app_with_customers(),
            (None, _) => Roles::of_app(),
        };
        beginning(typed, roles.iter().map(RoleName::as_str))
    }
}

/// The names of events.
pub fn events(typed: &OsStr) -> Vec<CompletionCandidate> {
    beginning(typed, EventName::ALL.into_iter().map(EventName::as_str))
}

/// The keys of `--sort`, each way round.
pub fn sort_keys(typed: &OsStr) -> Vec<CompletionCandidate> {
    let keys = SortKey::ALL.into_iter().map(SortKey::as_str);
    let keys: Vec<String> = keys.flat_map(|key| [key.to_owned(), format!("{key}:desc")]).collect();
    beginning(typed, keys.iter().map(String::as_str))
}

fn beginning<'a>(typed: &OsStr, words: impl Iterator<Item = &'a str>) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    let fits = |word: &&str| word.starts_with(typed) && !word.contains(is_hostile);
    words.filter(fits).map(CompletionCandidate::new).collect()
}

fn users(view: View<'_>, typed: &str) -> Result<Vec<CompletionCandidate>, StoreError> {
    if let Some(digits) = typed.strip_prefix("id:") {
        return ids(view, digits);
    }
    if let Some(prefix) = typed.strip_prefix("user:") {
        return Ok(candidates("user:", &view.usernames_beginning(prefix, MOST)?, by_username));
    }
    if let Some(prefix) = typed.strip_prefix("email:") {
        return Ok(candidates("email:", &view.emails_beginning(prefix, MOST)?, by_email));
    }
    let named = view.usernames_beginning(typed, MOST)?;
    let mut found = candidates("", &named, by_username);
    if named.len() < MOST && !typed.is_empty() {
        let mut others = view.emails_beginning(typed, 2 * MOST)?;
        others.retain(|other| named.iter().all(|known| known.id != other.id));
        found.append(&mut candidates("", &others, by_email));
    }
    found.retain(|candidate| is_plain_operand(&candidate.get_value().to_string_lossy()));
    Ok(found)
}

/// A dash in front makes an option of it, a kind another look-up.
fn is_plain_operand(name: &str) -> bool {
    !["-", "id:", "user:", "email:"].iter().any(|prefix| name.starts_with(prefix))
}

type Both<'a> = (Option<&'a str>, Option<&'a str>);

fn by_username(named: &Named) -> Both<'_> {
    (named.username.as_deref(), named.email.as_deref())
}

fn by_email(named: &Named) -> Both<'_> {
    (named.email.as_deref(), named.username.as_deref())
}

fn candidates(kind: &str, named: &[Named], names: impl Fn(&Named) -> Both<'_>) -> Vec<CompletionCandidate> {
    let mut found: Vec<CompletionCandidate> = Vec::with_capacity(named.len());
    for (name, other) in named.iter().map(names) {
        let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(is_hostile)) else { continue };
        let value = format!("{kind}{name}");
        // Two accounts of the newest app may have one e-mail.
        if found.last().is_none_or(|last| last.get_value() != value.as_str()) {
            let help = other.map(|other| defuse(other).into_owned().into());
            found.push(CompletionCandidate::new(value).help(help));
        }
    }
    found
}

/// Ids whose decimal form begins with these digits: of each length one range.
fn ids(view: View<'_>, digits: &str) -> Result<Vec<CompletionCandidate>, StoreError> {
    let mut found: Vec<Named> = Vec::new();
    let ranges = match (digits, digits.parse::<u64>()) {
        ("", _) => vec![(1, i64::MAX)],
        (_, Ok(number)) if !digits.starts_with(['0', '+']) => ranges(number),
        _ => Vec::new(),
    };
    for (low, high) in ranges {
        if found.len() < MOST {
            found.append(&mut view.ids_between(low, high, MOST - found.len())?);
        }
    }
    Ok(found
        .iter()
        .map(|named| {
            let help = named.username.as_deref().or(named.email.as_deref());
            let help = help.map(|name| defuse(name).into_owned().into());
            CompletionCandidate::new(format!("id:{}", named.id.0)).help(help)
        })
        .collect())
}

fn ranges(number: u64) -> Vec<(i64, i64)> {
    let powers = (0..DIGITS).map_while(|length| 10_u64.checked_pow(length));
    let range = |power: u64| {
        let low = i64::try_from(number.checked_mul(power)?).ok()?;
        let high = i64::try_from(number.checked_mul(power)?.checked_add(power - 1)?).unwrap_or(i64::MAX);
        Some((low, high))
    };
    powers.map_while(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_of_ids_hold_exactly_those_that_begin_with_the_digits() {
        let held = ranges(57);
        for id in [57_i64, 570, 579, 5_700, 5_799, 57_000_000] {
            assert!(held.iter().any(|(low, high)| (low..=high).contains(&&id)), "{id}");
        }
        for id in [5_i64, 56, 58, 569, 580, 157] {
            assert!(!held.iter().any(|(low, high)| (low..=high).contains(&&id)), "{id}");
        }
        let largest = ranges(9_223_372_036_854_775_807);
        assert_eq!(largest, [(i64::MAX, i64::MAX)]);
        assert_eq!(ranges(922).last(), Some(&(9_220_000_000_000_000_000, i64::MAX)));
    }
}
