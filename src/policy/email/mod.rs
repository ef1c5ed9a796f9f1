//! The rule for e-mail addresses, and their normal form: what the app stores and what it looks for at login.
//!
//! It answers as the app does, which calls email_validator 2.2.0 through pydantic 2.11.5 and idna 3.10,
//! without DNS, on Python 3.11. The input may be a whole `Name <a@b>`; the address alone is stored.
//!
//! What a newcomer would get wrong: an address is looked up byte for byte. `pat@EXAMPLE.org` in a row can
//! never log in, since the app looks for `pat@example.org`; see [`is_normal_form`].

mod bidi;
mod display;
mod domain;
mod label;
mod local;
mod outer;
mod punycode;
mod refusal;

pub use bidi::BidiRefusal;
pub use label::LabelRefusal;
pub use refusal::{Edge, Refusal};

use domain::Domain;
use outer::{Form, Parts};
use refusal::{ADDRESS_MAX, INPUT_MAX};

/// An address in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Judges the text as the app does, and brings it into the normal form.
    ///
    /// # Errors
    /// What the app's answer 422 says.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.chars().count() > INPUT_MAX {
            return Err(Refusal::InputTooLong);
        }
        let parts = outer::split(outer::address(text))?;
        let local = local::normal_form(&parts)?;
        let domain = domain::parse(&parts.domain)?;
        check_lengths(&parts, &local, &domain)?;
        match parts.form {
            Form::Bare => Ok(Self(format!("{local}@{}", domain.unicode))),
            Form::Named => Err(Refusal::DisplayNameForm),
        }
    }

    /// The normal form, as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a stored address is its own normal form; if not, nobody can log in with it, and where
/// [`Email::parse`] refuses it, the app's `/auth/me` answers 500 (`app-facts`, Input rules).
#[must_use]
pub fn is_normal_form(stored: &str) -> bool {
    Email::parse(stored).is_ok_and(|email| email.as_str() == stored)
}

/// The address must fit as it was given, in its normal form, and with its domain in ASCII.
fn check_lengths(parts: &Parts, local: &str, domain: &Domain) -> Result<(), Refusal> {
    let excess = |local: &str, domain: &str| {
        let bytes = local.len() + "@".len() + domain.len();
        bytes.checked_sub(ADDRESS_MAX).filter(|excess| *excess > 0)
    };
    if let Some(excess) = excess(&parts.local, &parts.domain) {
        let both = parts.local.chars().chain(parts.domain.chars());
        let widest = both.map(char::len_utf8).max().unwrap_or(1);
        return Err(Refusal::TooLong { excess, widest });
    }
    if let Some(excess) = excess(local, &domain.unicode) {
        return Err(Refusal::NormalFormTooLong { excess });
    }
    if let Some(excess) = excess(local, &domain.ascii) {
        return Err(Refusal::EncodedTooLong { excess });
    }
    Ok(())
}
