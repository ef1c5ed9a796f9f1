//! Numbers on the command line.
//!
//! What a newcomer would get wrong: what the standard library says of a text that is no number is not for people.

/// A count, from zero on.
///
/// # Errors
/// Anything else than decimal digits, or too many of them.
pub fn count(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("a whole number is wanted, from 0 to {}", u64::MAX))
}

/// The id of an account.
///
/// # Errors
/// Anything else than a whole number of 64 bits.
pub fn id(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "the id of an account is wanted, a whole number".to_owned())
}

/// The id of an event.
///
/// # Errors
/// Anything else than a whole number.
pub fn event(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "the number of an event is wanted; authctl audit list shows them".to_owned())
}
