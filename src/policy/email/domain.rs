//! The part after the `@`: a domain name in Unicode form, judged by UTS 46, IDNA 2008 and the rules for hosts.
//!
//! What a newcomer would get wrong: the order. Mapping makes periods and hyphens out of other characters
//! (`。`, `－`), so that the rules about those come after it, and the special names come after decoding.

use std::net::{Ipv4Addr, Ipv6Addr};

use icu_normalizer::uts46::Uts46MapperBorrowed;

use super::display::failing;
use super::label::{self, LabelRefusal};
use super::local::{Blanks, check_unsafe};
use super::refusal::{DOMAIN_MAX, LABEL_MAX};
use super::{Edge, Refusal};
use crate::policy::unicode14;

/// Names under which nobody can be reached from everywhere (RFC 6761, 6762, 7686; `arpa` as a whole).
/// The `example` names are not among them.
const SPECIAL_USE: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// Characters that UTS 46 takes since Unicode 16 and that the app's table, Unicode 15.1, disallows: capitals
/// without a small letter in Unicode 3.2, fillers, and five ideographs that Unicode 3.2 mapped otherwise.
/// (Some format characters were freed too; they are unsafe anyway.)
const DISALLOWED_BEFORE_UNICODE_16: [(char, char); 14] = [
    ('\u{4c0}', '\u{4c0}'),
    ('\u{10a0}', '\u{10c5}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{1806}', '\u{1806}'),
    ('\u{2132}', '\u{2132}'),
    ('\u{2183}', '\u{2183}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{2f868}', '\u{2f868}'),
    ('\u{2f874}', '\u{2f874}'),
    ('\u{2f91f}', '\u{2f91f}'),
    ('\u{2f95f}', '\u{2f95f}'),
    ('\u{2f9bf}', '\u{2f9bf}'),
];

/// A domain in both forms.
pub(super) struct Domain {
    /// Lower case, with Punycode where needed.
    pub(super) ascii: String,
    /// Lower case, without Punycode.
    pub(super) unicode: String,
}

/// Judges what stands after the `@`.
pub(super) fn parse(given: &str) -> Result<Domain, Refusal> {
    if given.is_empty() {
        return Err(Refusal::EmptyDomain);
    }
    if let Some(literal) = given.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Err(refuse_literal(literal));
    }
    if let Some(characters) = failing(given, is_host_character) {
        return Err(Refusal::DomainCharacters { characters });
    }
    check_unsafe(given, Blanks::Refused)?;
    let mapped = map(given)?;
    if let Some(characters) = failing(&mapped, is_host_character) {
        return Err(Refusal::MappedCharacters { characters });
    }
    check_periods_and_hyphens(&mapped)?;
    let ascii = to_ascii(&mapped)?;
    check_lengths(&ascii, given)?;
    check_reachable(&ascii)?;
    let labels: Result<Vec<String>, LabelRefusal> = ascii.split('.').map(label::to_unicode).collect();
    let unicode = labels.map_err(Refusal::Punycode)?.join(".");
    Ok(Domain { ascii, unicode })
}

/// RFC 952 and RFC 1123 §2.1, with what RFC 6531 adds.
fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.' || !c.is_ascii()
}

/// The mapping of UTS 46 §4, step 1 and 2, without transitional processing: one character after the other,
/// so that the refusal can name the one that is disallowed.
fn map(given: &str) -> Result<String, Refusal> {
    // Of the characters of hosts, ASCII's capitals are mapped to small letters and the others to themselves.
    if given.is_ascii() {
        return Ok(given.to_ascii_lowercase());
    }
    let mapper = Uts46MapperBorrowed::new();
    let mut mapped = String::with_capacity(given.len());
    for (at, c) in given.chars().enumerate() {
        let start = mapped.len();
        mapped.extend(mapper.map_normalize(std::iter::once(c)));
        let is_disallowed = mapped[start..].contains(char::REPLACEMENT_CHARACTER)
            || DISALLOWED_BEFORE_UNICODE_16.iter().any(|(first, last)| (*first..=*last).contains(&c));
        if is_disallowed {
            return Err(Refusal::Unmappable(LabelRefusal::Context { c, position: at + 1, text: given.to_owned() }));
        }
    }
    Ok(unicode14::nfc(&mapped))
}

fn check_periods_and_hyphens(domain: &str) -> Result<(), Refusal> {
    let check_edges = |sign: char, edge: Edge| match domain {
        _ if domain.ends_with(sign) => Err(Refusal::DomainEnd(edge)),
        _ if domain.starts_with(sign) => Err(Refusal::DomainStart(edge)),
        _ => Ok(()),
    };
    check_edges('.', Edge::Period)?;
    if domain.contains("..") {
        return Err(Refusal::TwoPeriods);
    }
    check_edges('-', Edge::Hyphen)?;
    if domain.contains(".-") || domain.contains("-.") {
        return Err(Refusal::PeriodAndHyphen);
    }
    // RFC 5890 §2.3.1: reserved, save for Punycode.
    let is_reserved = |label: &str| {
        let mut from_third = label.char_indices().skip(2).map(|(at, _)| &label[at..]);
        !label.starts_with("xn") && from_third.next().is_some_and(|rest| rest.starts_with("--"))
    };
    if domain.split('.').any(is_reserved) {
        return Err(Refusal::TwoHyphens);
    }
    Ok(())
}

fn to_ascii(mapped: &str) -> Result<String, Refusal> {
    if mapped.is_ascii() {
        return Ok(mapped.to_owned());
    }
    let labels: Result<Vec<String>, LabelRefusal> = mapped.split('.').map(label::to_ascii).collect();
    Ok(labels.map_err(Refusal::Label)?.join("."))
}

fn check_lengths(ascii: &str, given: &str) -> Result<(), Refusal> {
    if ascii.len() > DOMAIN_MAX {
        let excess = ascii.len() - DOMAIN_MAX;
        return Err(if ascii == given {
            Refusal::DomainTooLong { excess }
        } else {
            Refusal::EncodedDomainTooLong { excess }
        });
    }
    match ascii.split('.').find(|label| label.len() > LABEL_MAX) {
        Some(label) => Err(Refusal::LabelTooLong { excess: label.len() - LABEL_MAX }),
        None => Ok(()),
    }
}

fn check_reachable(ascii: &str) -> Result<(), Refusal> {
    let Some((_, top_level)) = ascii.rsplit_once('.') else {
        return Err(Refusal::NoPeriod);
    };
    if !top_level.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Refusal::TopLevel);
    }
    if SPECIAL_USE.contains(&top_level) {
        return Err(Refusal::SpecialUse);
    }
    Ok(())
}

/// An address in brackets is refused in any case; a wrong one for what is wrong with it.
fn refuse_literal(literal: &str) -> Refusal {
    let is_dotted = |c: char| c.is_ascii_digit() || c == '.';
    if !literal.is_empty() && literal.trim_end_matches('\n').chars().all(is_dotted) {
        return match literal.parse::<Ipv4Addr>() {
            Ok(_) => Refusal::Literal,
            Err(_) => Refusal::LiteralIpv4,
        };
    }
    if let Some(address) = literal.strip_prefix("IPv6:") {
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Refusal::Literal,
            Err(_) => Refusal::LiteralIpv6,
        };
    }
    if !literal.contains(':') {
        return Refusal::LiteralNoTag;
    }
    match failing(literal, |c| ('!'..='ú').contains(&c)) {
        Some(characters) => Refusal::LiteralCharacters { characters },
        None => Refusal::LiteralTag,
    }
}
