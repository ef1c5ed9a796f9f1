//! Accounts whose names are near to one that is nobody's: for a hint, never to act on.
//!
//! What a newcomer would get wrong: this tells which accounts exist. It is never asked for a login, nor for somebody
//! who may not list accounts; the terminal decides that (`cli::suggest`).

use std::ops::ControlFlow;

use super::error::Error;
use crate::model::nearest::Nearest;
use crate::model::user::UserSpec;
use crate::store::Reader;

/// Rows compared at most, over all names that are looked up: below half a second of one core of 2024.
const BUDGET: usize = 1_000_000;

/// For each of these, which is nobody's, the nearest usernames and e-mails; none for an id.
///
/// # Errors
/// The file's.
pub fn users(reader: &Reader, unknown: &[UserSpec]) -> Result<Vec<Vec<String>>, Error> {
    let mut searches: Vec<Search> = unknown.iter().map(Search::new).collect();
    let mut rows = BUDGET / searches.len().max(1);
    reader.view().each_name(|username, email| {
        for search in &mut searches {
            search.offer(username, email);
        }
        rows = rows.saturating_sub(1);
        if rows == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(searches.into_iter().map(Search::found).collect())
}

/// A look-up of one name, among the names of its kind.
struct Search {
    usernames: Kind,
    emails: Kind,
    nearest: Nearest,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Compared,
    LeftOut,
}

impl Search {
    fn new(spec: &UserSpec) -> Self {
        let (text, usernames, emails) = match spec {
            UserSpec::Id(_) => ("", Kind::LeftOut, Kind::LeftOut),
            UserSpec::Username(name) => (name.as_str(), Kind::Compared, Kind::LeftOut),
            UserSpec::Email(address) => (address.as_str(), Kind::LeftOut, Kind::Compared),
            UserSpec::Either(text) => (text.as_str(), Kind::Compared, Kind::Compared),
        };
        Self { usernames, emails, nearest: Nearest::new(text) }
    }

    fn offer(&mut self, username: Option<&str>, email: Option<&str>) {
        for (kind, name) in [(self.usernames, username), (self.emails, email)] {
            if let (Kind::Compared, Some(name)) = (kind, name) {
                self.nearest.offer(name);
            }
        }
    }

    fn found(self) -> Vec<String> {
        self.nearest.found()
    }
}
