//! The word before a write that keeps the app out for long.
//!
//! What a newcomer would get wrong: it is said before anything is locked, so it goes by an estimate; one that is too
//! high costs a `--yes`, one that is too low stops the app's logins.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::user::UserSpec;
use crate::ops::error::Class;

/// The app gives up on a lock after 5 s (`app-facts`, Login and lockout): longer than this wants a word.
pub const LONG_LOCK: Duration = Duration::from_secs(4);

/// How long the lock is held for one account that is written: its row, its event and the reading back.
///
/// Measured in a release build, as CPU time with the lock held: 21 µs for an account of an import, among 100,000 as among
/// a million, about 30 µs for one of a sweep, about 90 µs for one of a list of names. A slower disk, and a machine that
/// does other things too, are in it.
const LOCK_PER_ACCOUNT: Duration = Duration::from_micros(100);

/// The word before a write to that many accounts; as [`announce`].
///
/// # Errors
/// Would prompt.
pub fn accounts(context: &mut Context<'_>, count: usize, instead: &str) -> Result<(), Failure> {
    announce(context, LOCK_PER_ACCOUNT.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)), instead)
}

/// The word before a write to all the accounts of a list, which is one transaction; as [`announce`].
///
/// # Errors
/// Would prompt.
pub fn list(context: &mut Context<'_>, specs: &[UserSpec]) -> Result<(), Failure> {
    accounts(context, specs.len(), "give the list in parts, or stop the app or choose a quiet hour, then give --yes")
}

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
