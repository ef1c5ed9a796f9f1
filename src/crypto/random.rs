//! Randomness of the operating system, and the shape in which it is handed on.
//!
//! What a newcomer would get wrong: nothing in this crate calls [`fill`] by itself. Whoever needs random
//! bytes takes a [`Source`] as an argument, so that a test can say which bytes come.

/// Something that fills a buffer with random bytes.
pub type Source<'a> = dyn FnMut(&mut [u8]) -> Result<(), RandomError> + 'a;

/// The source gave no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no randomness: {reason}")]
pub struct RandomError {
    reason: String,
}

impl RandomError {
    /// An error with the source's own words.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Fills the buffer from the operating system.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn fill(buffer: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(buffer).map_err(|error| RandomError::new(error.to_string()))
}
