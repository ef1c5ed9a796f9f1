//! The one judge of an account's state, used by list, show, login and JSON alike.
//!
//! What a newcomer would get wrong: the app compares a naive `locked_until` with an aware now and answers 500
//! for ever, so a lock whose text has no offset is *stuck*, past or future (`app-facts`, Login and lockout).

use crate::model::time::{StoredTime, TimeFormat, Timestamp};
use crate::model::user::{Field, Flag, StoredUser};

/// What `locked_until` means for us: naive text is read as UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// NULL.
    None,
    /// Its time has run out.
    Expired {
        /// When.
        until: Timestamp,
    },
    /// It still holds.
    Until {
        /// Until when.
        until: Timestamp,
    },
    /// Nobody can tell until when: it holds.
    Unreadable,
}

/// What the account is, in the words of the JSON contract; inactive wins over the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// May log in.
    Active,
    /// Locked for a time.
    Locked {
        /// Until when.
        until: Timestamp,
    },
    /// The app answers 500 on every login, whatever the time.
    Stuck {
        /// Until when it was meant to be locked, where that can be read.
        until: Option<Timestamp>,
    },
    /// `is_active` is off.
    Inactive,
}

impl State {
    /// The word of the JSON contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Locked { .. } => "locked",
            Self::Stuck { .. } => "stuck",
            Self::Inactive => "inactive",
        }
    }
}

/// Judges `locked_until` alone.
#[must_use]
pub fn lock(user: &StoredUser, now: Timestamp) -> Lock {
    match &user.locked_until {
        Field::Null | Field::Absent => Lock::None,
        Field::Bad(_) => Lock::Unreadable,
        Field::Value(StoredTime::Naive(until) | StoredTime::Aware(until)) => {
            if *until > now {
                Lock::Until { until: *until }
            } else {
                Lock::Expired { until: *until }
            }
        }
    }
}

/// Whether the app can read the lock: `Some` with its end (where readable) for one that it cannot.
#[must_use]
pub fn stuck(user: &StoredUser, format: TimeFormat) -> Option<Option<Timestamp>> {
    match (&user.locked_until, format) {
        (Field::Null | Field::Absent, _)
        | (Field::Value(StoredTime::Aware(_)), TimeFormat::Offset)
        | (Field::Value(StoredTime::Naive(_)), TimeFormat::Naive) => None,
        (Field::Value(StoredTime::Naive(until)), TimeFormat::Offset)
        | (Field::Value(StoredTime::Aware(until)), TimeFormat::Naive) => Some(Some(*until)),
        (Field::Bad(_), _) => Some(None),
    }
}

/// Whether the account's `locked_until` puts it on the list of locked ones: stuck, or locked now.
#[must_use]
pub fn is_locked_or_stuck(user: &StoredUser, now: Timestamp, format: TimeFormat) -> bool {
    stuck(user, format).is_some() || matches!(lock(user, now), Lock::Until { .. })
}

/// Judges the account as a whole.
#[must_use]
pub fn state(user: &StoredUser, now: Timestamp, format: TimeFormat) -> State {
    if user.is_active == Flag::Off {
        return State::Inactive;
    }
    if let Some(until) = stuck(user, format) {
        return State::Stuck { until };
    }
    match lock(user, now) {
        Lock::Until { until } => State::Locked { until },
        Lock::Unreadable => State::Stuck { until: None },
        Lock::None | Lock::Expired { .. } => State::Active,
    }
}
