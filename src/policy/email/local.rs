//! The part before the `@`.
//!
//! What a newcomer would get wrong: it keeps its case, but for the mailboxes of RFC 2142: `Info@` becomes
//! `info@`. Quotes are judged in full before they are refused, so that the app's first complaint is ours.

use std::collections::BTreeSet;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup};

use super::Refusal;
use super::display::{character, failing, listed};
use super::outer::{Parts, Quoting};
use super::refusal::LOCAL_MAX;
use crate::policy::unicode14;

/// Mailboxes whose names have no case (RFC 2142 §3 to §5).
const WITHOUT_CASE: [&str; 15] = [
    "abuse",
    "ftp",
    "hostmaster",
    "info",
    "marketing",
    "news",
    "noc",
    "postmaster",
    "sales",
    "security",
    "support",
    "usenet",
    "uucp",
    "webmaster",
    "www",
];

/// Whether blanks may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blanks {
    /// They may: in quotes and in display names.
    Allowed,
    /// They may not.
    Refused,
}

/// The local part as it is stored.
pub(super) fn normal_form(parts: &Parts) -> Result<String, Refusal> {
    let local = check(&parts.local, parts.quoting)?;
    let normal = unicode14::nfc(&local);
    if normal != local {
        check(&normal, parts.quoting).map_err(|refusal| Refusal::AfterNormalization(Box::new(refusal)))?;
    }
    if parts.quoting == Quoting::Quoted {
        return Err(Refusal::QuotedLocal);
    }
    let lower = normal.to_ascii_lowercase();
    if WITHOUT_CASE.contains(&lower.as_str()) {
        return Ok(lower);
    }
    Ok(normal)
}

/// The characters of RFC 5322's atoms, §3.2.3.
pub(super) fn is_atom(c: char) -> bool {
    let is_sign = |c| {
        matches!(
            c,
            '!' | '#'
                | '$'
                | '%'
                | '&'
                | '\''
                | '*'
                | '+'
                | '-'
                | '/'
                | '='
                | '?'
                | '^'
                | '_'
                | '`'
                | '{'
                | '|'
                | '}'
                | '~'
        )
    };
    c.is_ascii_alphanumeric() || is_sign(c)
}

/// Judges a local part, and gives it back, in quotes where it needs them.
fn check(local: &str, quoting: Quoting) -> Result<String, Refusal> {
    if local.is_empty() {
        return Err(Refusal::EmptyLocal);
    }
    let length = local.chars().count();
    if length > LOCAL_MAX {
        let excess = length - LOCAL_MAX;
        return Err(Refusal::LocalTooLong { excess });
    }
    // RFC 6531 §3.3 adds everything beyond ASCII to the atoms.
    let is_international_atom = |c: char| is_atom(c) || !c.is_ascii();
    let is_dot_atom = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_international_atom));
    if is_dot_atom {
        check_unsafe(local, Blanks::Refused)?;
        return Ok(local.to_owned());
    }
    if quoting == Quoting::Quoted {
        return check_quoted(local);
    }
    if let Some(characters) = failing(local, |c| is_international_atom(c) || c == '.') {
        return Err(Refusal::LocalCharacters { characters });
    }
    // Only periods are left to be wrong.
    Err(match local {
        _ if local.ends_with('.') => Refusal::LocalEnd,
        _ if local.starts_with('.') => Refusal::LocalStart,
        _ => Refusal::TwoPeriods,
    })
}

/// Judges what stood in quotes (RFC 5321 §4.1.2, RFC 6531 §3.3), and puts it into quotes again.
fn check_quoted(local: &str) -> Result<String, Refusal> {
    if let Some(characters) = failing(local, |c| !c.is_ascii_control()) {
        return Err(Refusal::QuotedCharacters { characters });
    }
    check_unsafe(local, Blanks::Allowed)?;
    let escaped = local.replace('\\', r"\\").replace('"', r#"\""#);
    Ok(format!("\"{escaped}\""))
}

/// Refuses characters that make no sense to a reader: see [`Refusal::Unsafe`].
pub(super) fn check_unsafe(text: &str, blanks: Blanks) -> Result<(), Refusal> {
    // ASCII's letters, digits, punctuation and symbols: safe wherever they stand, and nearly all there is.
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let is_safe = |(at, c): (usize, char)| match unicode14::group(c) {
        GeneralCategoryGroup::Letter
        | GeneralCategoryGroup::Number
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => true,
        // The first one would combine with what stands before the address, or with the `@`.
        GeneralCategoryGroup::Mark => at > 0,
        GeneralCategoryGroup::Separator => {
            blanks == Blanks::Allowed && unicode14::category(c) == GeneralCategory::SpaceSeparator
        }
        GeneralCategoryGroup::Other => false,
    };
    let found: BTreeSet<char> = text.char_indices().filter(|character| !is_safe(*character)).map(|(_, c)| c).collect();
    if found.is_empty() {
        return Ok(());
    }
    let characters = listed(found.into_iter().map(character));
    Err(Refusal::Unsafe { characters })
}
