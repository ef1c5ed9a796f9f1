//! A token against the row that it speaks of.
//!
//! What a newcomer would get wrong: the app takes nothing but `user_id` from a token. Another role or
//! e-mail in the row, or a lock, does not end the token; only `is_active` does, and a row that is gone.

use serde_json::{Map, Value};

use super::problem::{Problem, ProblemCode, quote, quote_text};

/// The row of the token's user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'r> {
    /// There is none.
    Gone,
    /// As it stands now.
    Found {
        /// Inactive wins over locked.
        state: RowState,
        /// NULL is possible.
        role: Option<&'r str>,
        /// NULL is possible in odd files.
        email: Option<&'r str>,
    },
}

/// What the row says of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Neither of the others.
    Active,
    /// Locked or stuck.
    Locked,
    /// `is_active` reads as no.
    Inactive,
}

/// Compares the claims with the row; all differences at once.
#[must_use]
pub fn compare(claims: &Map<String, Value>, row: &Row<'_>) -> Vec<Problem> {
    let Row::Found { state, role, email } = row else {
        return vec![Problem::new(ProblemCode::UserGone, "there is no such user any more")];
    };
    let mut problems = Vec::new();
    match state {
        RowState::Active => {}
        RowState::Locked => {
            let message = "the user is locked; the app goes on accepting the token";
            problems.push(Problem::new(ProblemCode::UserLocked, message));
        }
        RowState::Inactive => {
            problems.push(Problem::new(ProblemCode::UserInactive, "the user is inactive"));
        }
    }
    problems.extend(difference(claims, "role", *role, ProblemCode::RoleChanged));
    problems.extend(difference(claims, "email", *email, ProblemCode::EmailChanged));
    problems
}

/// A claim that is missing claims nothing.
fn difference(claims: &Map<String, Value>, name: &str, cell: Option<&str>, code: ProblemCode) -> Option<Problem> {
    let claimed = claims.get(name)?;
    if claimed.as_str() == cell && (claimed.is_string() || claimed.is_null()) {
        return None;
    }
    let stored = cell.map_or("null".to_owned(), quote_text);
    let message = format!("the token says {name} {}, the row says {stored}", quote(claimed));
    Some(Problem::new(code, message))
}
