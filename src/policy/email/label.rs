//! One label of a domain: the rules of IDNA 2008 (RFC 5891, 5892, 5893) as the app's idna 3.10 applies them.
//!
//! What a newcomer would get wrong: UTS 46 maps first and takes more than IDNA 2008, emoji for one. A label
//! that it let through is judged again here, character by character.

use icu_normalizer::uts46::Uts46MapperBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{JoiningType, Script};
use thiserror::Error;
use unicode_properties::GeneralCategory;
use unicode_properties::GeneralCategoryGroup;

use super::bidi::{self, BidiRefusal};
use super::display::quoted;
use super::punycode;
use super::refusal::LABEL_MAX;
use crate::policy::unicode14;

/// What a label in Punycode starts with.
const PREFIX: &str = "xn--";
const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Why a label is refused, in the words of the app's idna library.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LabelRefusal {
    /// Another spelling of the same characters is the normal one.
    #[error("Label must be in Normalization Form C")]
    NotNfc,
    /// `--` in the third and fourth place.
    #[error("Label has disallowed hyphens in 3rd and 4th position")]
    TwoHyphens,
    /// A hyphen at an edge.
    #[error("Label must not start or end with a hyphen")]
    EdgeHyphen,
    /// A combining mark has nothing to combine with.
    #[error("Label begins with an illegal combining character")]
    InitialMark,
    /// A character that no label may have (RFC 5892).
    #[error("Codepoint {} at position {position} of {} not allowed", number(*c), quoted(label))]
    Disallowed {
        /// The character.
        c: char,
        /// Its place, counted from 1.
        position: usize,
        /// The label.
        label: String,
    },
    /// A character that is not allowed where it stands, or that UTS 46 disallows.
    #[error("Codepoint {} not allowed at position {position} in {}", number(*c), quoted(text))]
    Context {
        /// The character.
        c: char,
        /// Its place, counted from 1.
        position: usize,
        /// The label, or the whole domain for UTS 46.
        text: String,
    },
    /// A joiner with nothing to join (RFC 5892, appendix A.1 and A.2); the app's words blame its neighbour,
    /// known or not.
    #[error("Unknown codepoint adjacent to joiner {} at position {position} in {}", number(*c), quoted(label))]
    Joiner {
        /// The character.
        c: char,
        /// Its place, counted from 1.
        position: usize,
        /// The label.
        label: String,
    },
    /// Left-to-right and right-to-left characters are mixed (RFC 5893).
    #[error("{0}")]
    Bidi(#[from] BidiRefusal),
    /// More than 63 bytes in ASCII form.
    #[error("Label too long")]
    TooLong,
    /// `xn--` alone.
    #[error("Malformed A-label, no Punycode eligible content found")]
    EmptyPunycode,
    /// Punycode for a label of ASCII characters only.
    #[error("A-label must not end with a hyphen")]
    PunycodeEnd,
    /// What follows `xn--` is no Punycode.
    #[error("Invalid A-label")]
    Punycode,
}

/// The ASCII form of a label that is mapped already and not empty (RFC 5891 §4).
pub(super) fn to_ascii(label: &str) -> Result<String, LabelRefusal> {
    let ascii = if label.is_ascii() {
        to_unicode(label)?;
        label.to_owned()
    } else {
        check(label)?;
        format!("{PREFIX}{}", punycode::encode(label))
    };
    if ascii.len() > LABEL_MAX {
        return Err(LabelRefusal::TooLong);
    }
    Ok(ascii)
}

/// The Unicode form of a lower-case label in ASCII that is not empty (RFC 5891 §5).
pub(super) fn to_unicode(ascii: &str) -> Result<String, LabelRefusal> {
    let Some(text) = ascii.strip_prefix(PREFIX) else {
        check(ascii)?;
        return Ok(ascii.to_owned());
    };
    if text.is_empty() {
        return Err(LabelRefusal::EmptyPunycode);
    }
    if text.ends_with('-') {
        return Err(LabelRefusal::PunycodeEnd);
    }
    let label = punycode::decode(text).ok_or(LabelRefusal::Punycode)?;
    check(&label)?;
    Ok(label)
}

fn check(label: &str) -> Result<(), LabelRefusal> {
    if !label.is_ascii() && unicode14::nfc(label) != label {
        return Err(LabelRefusal::NotNfc);
    }
    let chars: Vec<char> = label.chars().collect();
    if chars.get(2..4) == Some(&['-', '-']) {
        return Err(LabelRefusal::TwoHyphens);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(LabelRefusal::EdgeHyphen);
    }
    let first = chars.first().copied().map(unicode14::group);
    if first == Some(GeneralCategoryGroup::Mark) {
        return Err(LabelRefusal::InitialMark);
    }
    for at in 0..chars.len() {
        check_character(&chars, at)?;
    }
    Ok(bidi::check(&chars)?)
}

fn check_character(chars: &[char], at: usize) -> Result<(), LabelRefusal> {
    let c = chars[at];
    let position = at + 1;
    let label = || chars.iter().collect::<String>();
    match class(c) {
        Class::Valid => Ok(()),
        Class::Joiner if joins(chars, at) => Ok(()),
        Class::Context if fits_context(chars, at) => Ok(()),
        Class::Joiner => Err(LabelRefusal::Joiner { c, position, label: label() }),
        Class::Context => Err(LabelRefusal::Context { c, position, text: label() }),
        Class::Disallowed => Err(LabelRefusal::Disallowed { c, position, label: label() }),
    }
}

/// The derived property of RFC 5892 §3.
enum Class {
    Valid,
    Joiner,
    Context,
    Disallowed,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | '0'..='9' | '-' => Class::Valid,
        ZERO_WIDTH_NON_JOINER | ZERO_WIDTH_JOINER => Class::Joiner,
        // RFC 5892 §2.6, exceptions.
        '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}' => Class::Context,
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' => Class::Context,
        '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => Class::Valid,
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' => Class::Disallowed,
        '\u{3031}'..='\u{3035}' | '\u{303b}' => Class::Disallowed,
        // RFC 5892 §2.4, ignorable blocks: marks for symbols, and for music, old and new.
        '\u{20d0}'..='\u{20ff}' | '\u{1d100}'..='\u{1d1ff}' | '\u{1d200}'..='\u{1d24f}' => Class::Disallowed,
        // RFC 5892 §2.9, old Hangul Jamo.
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}' => Class::Disallowed,
        _ if is_letter_or_digit(c) && is_stable(c) => Class::Valid,
        _ => Class::Disallowed,
    }
}

/// RFC 5892 §2.1.
fn is_letter_or_digit(c: char) -> bool {
    matches!(
        unicode14::category(c),
        GeneralCategory::LowercaseLetter
            | GeneralCategory::UppercaseLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
    )
}

/// RFC 5892 §2.2 and §2.3, unstable and ignorable characters: just those that UTS 46 maps to something else.
fn is_stable(c: char) -> bool {
    let mapper = Uts46MapperBorrowed::new();
    let mut mapped = mapper.map_normalize(std::iter::once(c));
    mapped.next() == Some(c) && mapped.next().is_none()
}

/// RFC 5892, appendix A.1 and A.2: a joiner after a virama, or a non-joiner between two letters that join.
fn joins(chars: &[char], at: usize) -> bool {
    let (before, from) = chars.split_at(at);
    let mapper = Uts46MapperBorrowed::new();
    if before.last().is_some_and(|c| mapper.is_virama(*c)) {
        return true;
    }
    let joining = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let is_visible = |joining: &JoiningType| *joining != JoiningType::Transparent;
    let left = before.iter().rev().map(joining).find(is_visible);
    let right = from.iter().skip(1).map(joining).find(is_visible);
    chars[at] == ZERO_WIDTH_NON_JOINER
        && matches!(left, Some(JoiningType::LeftJoining | JoiningType::DualJoining))
        && matches!(right, Some(JoiningType::RightJoining | JoiningType::DualJoining))
}

/// RFC 5892, appendix A.3 to A.9: what must stand around, or elsewhere in the label.
fn fits_context(chars: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(at + 1).copied();
    match chars[at] {
        // A middle dot stands between two l (Catalan).
        '\u{b7}' => before == Some('l') && after == Some('l'),
        // A Greek numeral sign stands before Greek.
        '\u{375}' => after.is_some_and(|c| script(c) == Script::Greek),
        // Geresh and gershayim stand after Hebrew.
        '\u{5f3}' | '\u{5f4}' => before.is_some_and(|c| script(c) == Script::Hebrew),
        // A Katakana middle dot stands in a label with something Japanese.
        '\u{30fb}' => chars.iter().any(|c| {
            let found = script(*c);
            found == Script::Hiragana || found == Script::Katakana || found == Script::Han
        }),
        // The two kinds of Arabic digits are not mixed.
        '\u{660}'..='\u{669}' => !chars.iter().any(|c| ('\u{6f0}'..='\u{6f9}').contains(c)),
        _ => !chars.iter().any(|c| ('\u{660}'..='\u{669}').contains(c)),
    }
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

/// A code point as `U+200D`.
fn number(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}
