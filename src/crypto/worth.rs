//! What a stored hash is worth, without computing one: current, outdated, or such that no password fits.
//!
//! What a newcomer would get wrong: outdated here means weaker. The app calls a hash outdated that is stronger than
//! its own, too, but nobody need do anything about that one.

use super::password::{HashParams, MAX_BCRYPT_COST, MIN_BCRYPT_COST, TAG_BYTES, check_caps};
use super::phc::{self, Argon2Hash, Argon2Text, Scheme, Variant};

/// What a stored hash is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// At least as strong as a new one.
    Current,
    /// An attacker who has it needs less work than for a new one.
    Outdated,
    /// bcrypt: logs in only where the app has the package bcrypt below 5.0 (`app-facts`, Passwords).
    Bcrypt,
    /// No password fits; why.
    Unusable(String),
    /// There is none.
    Missing,
}

/// Judges a hash beside the parameters of new ones.
#[must_use]
pub fn worth(hash: &str, params: HashParams) -> Worth {
    let unreadable = || Worth::Unusable("the hash cannot be read".to_owned());
    match Scheme::of(hash) {
        Scheme::Empty => Worth::Missing,
        Scheme::Unknown => Worth::Unusable("the hash is of no kind that the app knows".to_owned()),
        Scheme::BcryptX => Worth::Unusable("the hash is of the kind $2x$, which the app refuses".to_owned()),
        Scheme::Bcrypt => match phc::read_bcrypt(hash) {
            Some(found) if (MIN_BCRYPT_COST..=MAX_BCRYPT_COST).contains(&found.cost) => Worth::Bcrypt,
            Some(found) => Worth::Unusable(format!("the hash has bcrypt cost {}", found.cost)),
            None => unreadable(),
        },
        Scheme::Argon2(_) => match phc::read(hash) {
            Some(Argon2Text::Exact(found)) => match check_caps(&found) {
                Err(reason) => Worth::Unusable(reason.to_string()),
                Ok(_) if is_weaker(&found, params) => Worth::Outdated,
                Ok(_) => Worth::Current,
            },
            Some(Argon2Text::Loose) | None => unreadable(),
        },
    }
}

fn is_weaker(found: &Argon2Hash, params: HashParams) -> bool {
    found.variant != Variant::Id
        || found.version != 19
        || found.memory_kib < params.memory_kib
        || found.time_cost < params.time_cost
        || found.tag.len() < TAG_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "c2FsdHNhbHRzYWx0c2FsdA";
    const TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const BCRYPT_TAIL: &str = "KK5nrrbFEiyPqSrlHYpUFeYgeyzfBqdRxbhzCyrhJh0mfm3NLbMG2";

    fn judged(hash: &str) -> Worth {
        worth(hash, HashParams::default())
    }

    #[test]
    fn only_what_is_weaker_is_outdated() {
        for (start, expected) in [
            ("argon2id$v=19$m=65536,t=3,p=1", Worth::Current),
            ("argon2id$v=19$m=131072,t=4,p=4", Worth::Current),
            ("argon2id$v=19$m=65535,t=3,p=1", Worth::Outdated),
            ("argon2id$v=19$m=65536,t=2,p=1", Worth::Outdated),
            ("argon2id$v=16$m=65536,t=3,p=1", Worth::Outdated),
            ("argon2i$v=19$m=65536,t=3,p=1", Worth::Outdated),
        ] {
            assert_eq!(judged(&format!("${start}${SALT}${TAG}")), expected, "{start}");
        }
        assert_eq!(judged(&format!("$argon2id$v=19$m=65536,t=3,p=1${SALT}$AAAAAAAA")), Worth::Outdated);
    }

    #[test]
    fn what_no_password_fits_is_told_from_what_costs_an_old_price() {
        assert_eq!(judged(""), Worth::Missing);
        assert_eq!(judged(&format!("$2b$12${BCRYPT_TAIL}")), Worth::Bcrypt);
        for hash in [
            "plain".to_owned(),
            format!("$2x$12${BCRYPT_TAIL}"),
            format!("$2b$31${BCRYPT_TAIL}"),
            "$2b$12$short".to_owned(),
            "$argon2id$".to_owned(),
            format!("$argon2id$v=19$m=65536,t=03,p=1${SALT}${TAG}"),
            format!("$argon2id$v=19$m=2097152,t=3,p=1${SALT}${TAG}"),
        ] {
            assert!(matches!(judged(&hash), Worth::Unusable(_)), "{hash}");
        }
    }
}
