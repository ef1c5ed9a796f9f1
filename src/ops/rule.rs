//! A CHECK of the table as the refusal of one part of an account.
//!
//! What a newcomer would get wrong: SQLite names the condition or the constraint that failed, never the column. Where
//! a whole row is written, the column is the first one that stands in those words.

use super::error::{Error, Part, Refusal};
use crate::store::StoreError;

const PARTS: [(&str, Part); 6] = [
    ("email", Part::Email),
    ("username", Part::Username),
    ("full_name", Part::FullName),
    ("role", Part::Role),
    ("password_hash", Part::Password),
    ("salt", Part::Password),
];

/// A value that the table refuses is refused as this part.
pub(super) fn of_part(error: StoreError, part: Part) -> Error {
    match error {
        StoreError::Check(text) => Error::Refused(vec![Refusal { part, message: text }]),
        other => other.into(),
    }
}

/// The same where a whole row was written.
pub(super) fn of_row(error: StoreError) -> Error {
    match part(&error) {
        Some(part) => of_part(error, part),
        None => error.into(),
    }
}

/// The part of the row that a CHECK is about; `None` where nothing says.
pub(super) fn part(error: &StoreError) -> Option<Part> {
    let StoreError::Check(text) = error else { return None };
    let text = text.to_lowercase();
    let found = PARTS.iter().filter_map(|(column, part)| Some((text.find(column)?, *part)));
    found.min_by_key(|(at, _)| *at).map(|(_, part)| part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_column_in_the_words_is_the_part() {
        let part = |text: &str| part(&StoreError::Check(text.to_owned()));
        assert_eq!(part("CHECK constraint failed: length(email) > 5"), Some(Part::Email));
        assert_eq!(part("CHECK constraint failed: USERNAME <> email"), Some(Part::Username));
        assert_eq!(part("CHECK constraint failed: ck_users_role"), Some(Part::Role));
        assert_eq!(part("CHECK constraint failed: id < 100"), None);
    }
}
