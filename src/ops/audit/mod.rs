//! The event log: lists, verification of its chain, its head, and pruning.
//!
//! What a newcomer would get wrong: a chain says nothing about its own end. What was cut off there is found with
//! a head that was kept elsewhere, or by SQLite's memory of the highest id.

mod chain;
mod diagnose;
mod list;
mod prune;
mod verify;

pub use list::{About, By, EventQuery, ListedEnd, about, each, read_time, show};
pub use prune::{Plan, Pruned, check_export, expected_lock, in_the_way, is_whole, plan, prune, pruned_until};
pub use verify::{Fault, HeadCheck, Sequence, Verdict, Why, ends, head, verify, verify_backup};

use super::error::Error;
use crate::store::{Reader, StoreError};

/// A file without the table has no log to look at.
///
/// # Errors
/// `Pending`, or `Drift` where something else stands in its place.
pub fn require_log(reader: &Reader) -> Result<(), Error> {
    let schema = reader.schema();
    if schema.has_events() {
        return Ok(());
    }
    let faults = reader.migration_plan()?.faults;
    let of_the_log: Vec<String> = faults.into_iter().filter(|fault| fault.contains("security_events")).collect();
    Err(Error::Store(if of_the_log.is_empty() {
        StoreError::Pending { missing: vec!["security_events".to_owned()] }
    } else {
        StoreError::Drift { faults: of_the_log }
    }))
}
