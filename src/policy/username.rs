//! The rule for usernames: 3 to 50 of ASCII letters, digits, `-` and `_`.
//!
//! What a newcomer would get wrong: the app also takes one newline at the end, and stores it. We refuse to
//! write such a name, but rows that have one exist, so a look-up must not go through [`Username`].

use thiserror::Error;

/// The fewest characters of a username (`app-facts`, Input rules).
pub const MIN_LENGTH: usize = 3;
/// The most characters of a username (`app-facts`, Input rules).
pub const MAX_LENGTH: usize = 50;

/// A username that the app would take, and we too.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// Why a text is no username; the words are the app's but for [`Refusal::TrailingNewline`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The text is empty.
    #[error("Username is required")]
    Required,
    /// Too few or too many code points.
    #[error("Username must be between {MIN_LENGTH} and {MAX_LENGTH} characters")]
    Length,
    /// Something else than ASCII letters, digits, `-`, `_`.
    #[error("Username can only contain letters, numbers, hyphens, and underscores")]
    Characters,
    /// One newline at the end, which the app would store.
    #[error("Username must not end with a line break")]
    TrailingNewline,
}

impl Username {
    /// Judges the text as the app does, and refuses a newline at the end on top.
    ///
    /// # Errors
    /// The first rule, in the app's order, that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Err(Refusal::Required);
        }
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.chars().count()) {
            return Err(Refusal::Length);
        }
        if text.chars().all(is_allowed) {
            return Ok(Self(text.to_owned()));
        }
        // `$` in the app's pattern also matches before one newline at the end.
        match text.strip_suffix('\n') {
            Some(name) if name.chars().all(is_allowed) => Err(Refusal::TrailingNewline),
            Some(_) | None => Err(Refusal::Characters),
        }
    }

    /// The text, as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The first character that no username holds.
pub fn misfit(text: &str) -> Option<char> {
    text.chars().find(|c| !is_allowed(*c))
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newline_counts_as_a_character_before_it_is_refused() {
        assert_eq!(Username::parse("ab\n"), Err(Refusal::TrailingNewline));
        assert_eq!(Username::parse("a\n"), Err(Refusal::Length));
        assert_eq!(Username::parse("a b\n"), Err(Refusal::Characters));
    }

    #[test]
    fn blanks_at_an_edge_are_not_trimmed() {
        for text in ["eve ", "eve\u{a0}", "\u{200b}eve", "   "] {
            assert_eq!(Username::parse(text), Err(Refusal::Characters), "{text:?}");
        }
    }
}
