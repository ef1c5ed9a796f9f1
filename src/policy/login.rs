//! May this account try its password now? The app's order: lock, active; then the customer of the newest app.
//!
//! What a newcomer would get wrong: all of this is judged before the password is looked at, and a refusal here
//! is never counted.

use super::state::{Lock, lock};
use crate::model::time::{StoredTime, Timestamp};
use crate::model::user::{Customer, CustomerState, Flag, StoredUser};

/// Why an account may not try its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Locked; `None`: nobody can tell until when.
    Locked {
        /// Until when.
        until: Option<Timestamp>,
    },
    /// `is_active` is off.
    Inactive,
    /// The customer is not active, has not paid, or does not exist.
    Customer(CustomerState),
}

/// Whether a lock has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldLock {
    /// There is none.
    None,
    /// It has run out and is cleared by what comes next.
    Expired,
}

/// Judges the account before its password is looked at.
///
/// # Errors
/// Why the password is not looked at.
pub fn gate(user: &StoredUser, customer: Option<Customer>, now: Timestamp) -> Result<OldLock, Closed> {
    let old = match lock(user, now) {
        Lock::Until { until } => return Err(Closed::Locked { until: Some(until) }),
        Lock::Unreadable => return Err(Closed::Locked { until: None }),
        Lock::Expired { .. } => OldLock::Expired,
        Lock::None => OldLock::None,
    };
    if user.is_active == Flag::Off {
        return Err(Closed::Inactive);
    }
    match customer.map(|facts| customer_state(facts, now)) {
        None | Some(CustomerState::Good) => Ok(old),
        Some(bad) => Err(Closed::Customer(bad)),
    }
}

/// Judges a customer: one whose subscription has run out is unpaid (`app-facts`, HTTP face of the app).
#[must_use]
pub fn customer_state(facts: Customer, now: Timestamp) -> CustomerState {
    match (facts.state, facts.paid_until) {
        (CustomerState::Good, Some(StoredTime::Naive(end) | StoredTime::Aware(end))) if end <= now => {
            CustomerState::Unpaid
        }
        (state, _) => state,
    }
}
