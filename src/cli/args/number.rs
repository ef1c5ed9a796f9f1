//! Numbers on the command line.
//!
//! What a newcomer would get wrong: what the standard library says of a text that is no number is not for people.

/// A count, from zero on.
///
/// # Errors
/// Anything else than decimal digits, or too many of them.
pub fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a whole number is wanted, 0 or more".to_owned())
}

/// The id of an event.
///
/// # Errors
/// Anything else than a whole number.
pub fn event(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "the number of an event is wanted; authctl audit list shows them".to_owned())
}
