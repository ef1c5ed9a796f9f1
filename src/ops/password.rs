//! Passwords between policy and crypto: check, make, compare.
//!
//! What a newcomer would get wrong: the rules are for new passwords alone. One that is compared is taken as it is,
//! since accounts have passwords from before the rules.

use super::error::{Error, Part, Refusal};
use super::settings::Settings;
use crate::crypto::password::{self, MakeError, NewHash, Verdict};
use crate::crypto::random::Source;
use crate::model::secret::Password;
use crate::model::user::StoredPassword;
use crate::policy;

/// Checks a new password against the app's rules and ours.
///
/// # Errors
/// `Refused`, in the app's words.
pub fn check(settings: &Settings, new: &Password) -> Result<(), Error> {
    policy::password::check(new.expose(), &settings.password)
        .map_err(|refusal| Error::Refused(vec![Refusal { part: Part::Password, message: refusal.to_string() }]))
}

/// A new password that passes the rules.
///
/// # Errors
/// `Unexpected` where the operating system gives no random bytes.
pub fn generate(settings: &Settings, random: &mut Source<'_>) -> Result<Password, Error> {
    policy::generate::generate(&mut |bytes| random(bytes), &settings.password)
        .map_err(|error| Error::Unexpected(error.to_string()))
}

/// Hash and salt of a new password.
pub(super) fn make(settings: &Settings, new: &Password, random: &mut Source<'_>) -> Result<NewHash, Error> {
    password::make(new, settings.hash, random).map_err(not_made)
}

/// Why there is no hash.
pub(super) fn not_made(error: MakeError) -> Error {
    match error {
        MakeError::Random(error) => Error::Unexpected(error.to_string()),
        MakeError::Refused(reason) => Error::Unexpected(reason),
    }
}

/// What the stored hash says of a password. A hash or salt that is not text is a wrong password, as in the app.
pub(super) fn verdict(stored: &StoredPassword, given: &Password) -> Verdict {
    match (&stored.hash, &stored.salt) {
        (Some(hash), Some(salt)) => password::verify(given, salt, hash),
        (None, _) | (_, None) => Verdict::Mismatch,
    }
}

/// Whether it is the password.
pub(super) fn matches(stored: &StoredPassword, given: &Password) -> bool {
    verdict(stored, given) == Verdict::Match
}
