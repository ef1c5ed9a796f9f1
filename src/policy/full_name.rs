//! The rule for full names: ASCII letters, white space, `-`, `'`, `.`, 2 to 100 of them without the edges.
//!
//! What a newcomer would get wrong: the length is counted after trimming, yet the app stores the name with
//! its blanks; and no name at all (NULL or the empty text) is not judged.

use thiserror::Error;

use super::unicode14::is_white_space;

/// The fewest characters, white space at the edges not counted (`app-facts`, Input rules).
pub const MIN_LENGTH: usize = 2;
/// The most characters, white space at the edges not counted (`app-facts`, Input rules).
pub const MAX_LENGTH: usize = 100;

/// Why a full name is refused; the words are the app's but for [`Refusal::ControlCharacter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Too few or too many code points between the blanks at the edges.
    #[error("Full name must be between {MIN_LENGTH} and {MAX_LENGTH} characters")]
    Length,
    /// Something else than ASCII letters, white space, `-`, `'`, `.`.
    #[error("Full name contains invalid characters")]
    Characters,
    /// White space that is a control character (line breaks, tabs, U+001C to U+001F, U+0085).
    #[error("Full name contains control characters")]
    ControlCharacter,
}

/// Judges a full name as the app does, and refuses control characters on top, last.
///
/// A name that passes is stored as it was given, with its blanks.
///
/// # Errors
/// The first rule, in the app's order, that the name breaks.
pub fn check(full_name: Option<&str>) -> Result<(), Refusal> {
    let Some(name) = full_name.filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    let length = name.trim_matches(is_white_space).chars().count();
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&length) {
        return Err(Refusal::Length);
    }
    if !name.chars().all(is_allowed) {
        return Err(Refusal::Characters);
    }
    if name.chars().any(char::is_control) {
        return Err(Refusal::ControlCharacter);
    }
    Ok(())
}

/// The first character that no full name holds.
pub fn misfit(text: &str) -> Option<char> {
    text.chars().find(|c| !is_allowed(*c))
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '-' | '\'' | '.') || is_white_space(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_not_judged() {
        assert_eq!(check(None), Ok(()));
        assert_eq!(check(Some("")), Ok(()));
        assert_eq!(check(Some(" ")), Err(Refusal::Length));
    }

    #[test]
    fn the_apps_refusals_win_over_ours() {
        assert_eq!(check(Some("A\n")), Err(Refusal::Length));
        assert_eq!(check(Some("Al\n2nd")), Err(Refusal::Characters));
        assert_eq!(check(Some("Al\nBo")), Err(Refusal::ControlCharacter));
    }
}
