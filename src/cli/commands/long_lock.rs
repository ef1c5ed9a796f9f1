//! The word before a write that keeps the app out for long.
//!
//! What a newcomer would get wrong: it is said before anything is locked, so it goes by an estimate; one that is too
//! high costs a `--yes`, one that is too low stops the app's logins.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::error::Class;

/// The app gives up on a lock after 5 s (`app-facts`, Login and lockout): longer than this wants a word.
pub const LONG_LOCK: Duration = Duration::from_secs(4);

/// Says how long the write lock will be held; more than the app waits for wants `--yes`. `instead` is the other way.
///
/// # Errors
/// Would prompt.
pub fn announce(context: &mut Context<'_>, lock: Duration, instead: &str) -> Result<(), Failure> {
    if lock < LONG_LOCK || context.global.dry_run {
        return Ok(());
    }
    let seconds = lock.as_secs();
    if context.global.yes {
        context.console().note(&format!("the write lock will be held for about {seconds} s"));
        return Ok(());
    }
    let message = format!("the write lock would be held for about {seconds} s; the app's logins fail after 5 s");
    Err(Failure::new(Class::WouldPrompt, message).hint(instead))
}
