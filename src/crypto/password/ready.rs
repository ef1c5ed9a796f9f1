//! Hashes that were made elsewhere and are to be stored as they are.
//!
//! What a newcomer would get wrong: the app's hash covers the password **and** the text of the `salt` column, so
//! a hash that another system made of the password alone never lets anybody in, however valid it looks.

use super::compute::check_caps;
use super::{SALT_BYTES, Unsupported};
use crate::crypto::phc::{self, Argon2Text, Scheme};

/// Why a ready hash is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// bcrypt.
    #[error("is a bcrypt hash: the app's own hashes are Argon2")]
    Bcrypt,
    /// Not in the PHC form that the app's readers take.
    #[error("is no Argon2 hash in the PHC form: $argon2id$v=19$m=65536,t=3,p=1$<salt>$<hash>")]
    Form,
    /// Beyond what a login computes.
    #[error("{0}")]
    Unsupported(#[from] Unsupported),
    /// The `salt` column.
    #[error("is not 32 hexadecimal characters")]
    Salt,
}

/// Checks a ready hash strictly: Argon2 in the PHC form that all of the app's readers take, within the caps.
///
/// # Errors
/// Why it is not taken.
pub fn check_ready(hash: &str) -> Result<(), NotReady> {
    match (Scheme::of(hash), phc::read(hash)) {
        (Scheme::Bcrypt | Scheme::BcryptX, _) => Err(NotReady::Bcrypt),
        (Scheme::Argon2(_), Some(Argon2Text::Exact(read))) => {
            check_caps(&read)?;
            Ok(())
        }
        (Scheme::Argon2(_) | Scheme::Empty | Scheme::Unknown, _) => Err(NotReady::Form),
    }
}

/// Checks the text of the `salt` column that goes with a ready hash.
///
/// # Errors
/// [`NotReady::Salt`].
pub fn check_ready_salt(salt: &str) -> Result<(), NotReady> {
    let fits = salt.len() == 2 * SALT_BYTES && salt.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(()) } else { Err(NotReady::Salt) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ";

    #[test]
    fn only_argon2_in_its_strict_form_and_within_the_caps_is_taken() {
        let of = |head: &str| check_ready(&format!("{head}${TAIL}"));
        assert_eq!(of("$argon2id$v=19$m=65536,t=3,p=1"), Ok(()));
        assert_eq!(of("$argon2i$v=16$m=1024,t=1,p=1"), Ok(()));
        assert_eq!(of("$argon2id$v=19$t=3,m=65536,p=1"), Err(NotReady::Form));
        assert_eq!(of("$argon2id$v=19$m=065536,t=3,p=1"), Err(NotReady::Form));
        assert_eq!(of("$argon2id$v=19$m=2097152,t=1,p=1"), Err(Unsupported::Memory(2_097_152).into()));
        assert_eq!(of("$argon2id$v=19$m=65536,t=21,p=1"), Err(Unsupported::TimeCost(21).into()));
        let bcrypt = "$2b$12$abcdefghijklmnopqrstuuJ8Wv1Hf4ZSsT8pCzDIvJd0o4yNn8oXW";
        assert_eq!(check_ready(bcrypt), Err(NotReady::Bcrypt));
        for other in ["", "5f4dcc3b5aa765d61d8327deb882cf99", "pbkdf2:sha256:260000$x$y"] {
            assert_eq!(check_ready(other), Err(NotReady::Form), "{other}");
        }
    }

    #[test]
    fn a_salt_is_thirty_two_hexadecimal_characters() {
        assert_eq!(check_ready_salt("0f1e2d3c4b5a69788796a5b4c3d2e1f0"), Ok(()));
        assert_eq!(check_ready_salt("0F1E2D3C4B5A69788796A5B4C3D2E1F0"), Ok(()));
        for wrong in ["", "0f1e", "0f1e2d3c4b5a69788796a5b4c3d2e1fg", " f1e2d3c4b5a69788796a5b4c3d2e1f0"] {
            assert_eq!(check_ready_salt(wrong), Err(NotReady::Salt), "{wrong}");
        }
    }
}
