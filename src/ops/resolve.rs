//! From what was typed to one account: exact first, never the wrong one (`cli.md`, ground rule 2).
//!
//! What a newcomer would get wrong: a match that differs only in case is not a match; the candidates are listed
//! and nothing is done.

use std::collections::HashSet;

use super::error::{Ambiguity, Error};
use crate::model::user::{StoredUser, UserSpec};
use crate::store::{NameKind, View};

/// The one account that is meant, where it is within reach of the one who acts.
///
/// # Errors
/// `UnknownUser`, `Ambiguous`, `OutOfReach`, or the file's.
pub fn one(view: View<'_>, spec: &UserSpec) -> Result<StoredUser, Error> {
    match meant(view, spec) {
        Ok(user) => reachable(view, user),
        // The others are nobody's business.
        Err(Error::Ambiguous { given, why, mut candidates }) => {
            candidates.retain(|user| view.scope().holds(user));
            let shown = !candidates.is_empty();
            Err(if shown { Error::Ambiguous { given, why, candidates } } else { Error::UnknownUser { given } })
        }
        Err(other) => Err(other),
    }
}

/// The account, where it is within reach of the one who acts. Whoever finds an account in another way than
/// [`one`] asks here.
///
/// # Errors
/// `OutOfReach`.
pub fn reachable(view: View<'_>, user: StoredUser) -> Result<StoredUser, Error> {
    if view.scope().holds(&user) { Ok(user) } else { Err(Error::OutOfReach { user: Box::new(user) }) }
}

fn meant(view: View<'_>, spec: &UserSpec) -> Result<StoredUser, Error> {
    let (kind, text) = match spec {
        UserSpec::Id(id) => {
            return view.user(*id)?.ok_or_else(|| Error::UnknownUser { given: spec.to_string() });
        }
        UserSpec::Username(name) => (NameKind::Username, name),
        UserSpec::Email(address) => (NameKind::Email, address),
        UserSpec::Either(text) => (NameKind::Either, text),
    };
    let mut exact = view.users_named(kind, text)?;
    let given = spec.to_string();
    match (exact.pop(), exact.is_empty()) {
        (Some(user), true) => Ok(user),
        (Some(last), false) => {
            exact.push(last);
            Err(Error::Ambiguous { given, why: Ambiguity::Several, candidates: exact })
        }
        (None, _) => {
            let candidates = view.users_named_case_blind(kind, text)?;
            if candidates.is_empty() {
                Err(Error::UnknownUser { given })
            } else {
                Err(Error::Ambiguous { given, why: Ambiguity::CaseOnly, candidates })
            }
        }
    }
}

/// All accounts that are meant, each once, in the order typed.
///
/// # Errors
/// The error of the only name; `Unresolved` with those of several that do not resolve; the file's errors at once.
pub fn all(view: View<'_>, specs: &[UserSpec]) -> Result<Vec<StoredUser>, Error> {
    let mut users: Vec<StoredUser> = Vec::with_capacity(specs.len());
    let mut known = HashSet::with_capacity(specs.len());
    let mut errors = Vec::new();
    for spec in specs {
        match one(view, spec) {
            Ok(user) if known.insert(user.id) => users.push(user),
            Ok(_) => {}
            Err(error @ (Error::UnknownUser { .. } | Error::Ambiguous { .. })) => errors.push(error),
            Err(other) => return Err(other),
        }
    }
    match (errors.pop(), specs) {
        (None, _) => Ok(users),
        (Some(error), [_]) => Err(error),
        // Whoever named others too must hear that nothing was done to them.
        (Some(error), _) => {
            errors.push(error);
            Err(Error::Unresolved(errors))
        }
    }
}
