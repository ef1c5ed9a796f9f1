//! The Bidi rule of RFC 5893 §2: a label reads either left to right or right to left.
//!
//! What a newcomer would get wrong: the rule is applied to each label alone, and only to one that has a
//! right-to-left character. `שלום.example.org` passes, its labels being of one direction each.

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;
use thiserror::Error;

use super::display::quoted;

/// Vowel signs that Unicode 16 made left-to-right: to the app, whose tables are older, they are marks.
const MARKS_IN_UNICODE_14: [char; 4] = ['\u{1b3a}', '\u{1b3c}', '\u{1b42}', '\u{1171e}'];

/// Why a label is refused, in the words of the app's idna library.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BidiRefusal {
    /// Rule 1: the first character is a letter.
    #[error("First codepoint in label {} must be directionality L, R or AL", quoted(label))]
    First {
        /// The label.
        label: String,
    },
    /// Rule 2: what a right-to-left label may have.
    #[error("Invalid direction for codepoint at position {position} in a right-to-left label")]
    RightToLeft {
        /// The place of the character, counted from 1.
        position: usize,
    },
    /// Rule 4: European and Arabic digits are not mixed.
    #[error("Can not mix numeral types in a right-to-left label")]
    Digits,
    /// Rule 5: what a left-to-right label may have.
    #[error("Invalid direction for codepoint at position {position} in a left-to-right label")]
    LeftToRight {
        /// The place of the character, counted from 1.
        position: usize,
    },
    /// Rules 3 and 6: the last character, marks aside, is a letter or a digit.
    #[error("Label ends with illegal codepoint directionality")]
    End,
}

/// Judges a label that has only characters that IDNA 2008 allows.
pub(super) fn check(label: &[char]) -> Result<(), BidiRefusal> {
    // Nothing in ASCII reads right to left.
    if label.iter().all(char::is_ascii) {
        return Ok(());
    }
    let classes: Vec<BidiClass> = label.iter().copied().map(class).collect();
    let is_rtl = |class: &BidiClass| {
        matches!(*class, BidiClass::RightToLeft | BidiClass::ArabicLetter | BidiClass::ArabicNumber)
    };
    if !classes.iter().any(is_rtl) {
        return Ok(());
    }
    match classes.first() {
        Some(&(BidiClass::RightToLeft | BidiClass::ArabicLetter)) => check_right_to_left(&classes)?,
        Some(&BidiClass::LeftToRight) => check_left_to_right(&classes)?,
        Some(_) | None => {
            return Err(BidiRefusal::First { label: label.iter().collect() });
        }
    }
    Ok(())
}

fn class(c: char) -> BidiClass {
    if MARKS_IN_UNICODE_14.contains(&c) {
        return BidiClass::NonspacingMark;
    }
    CodePointMapData::<BidiClass>::new().get(c)
}

fn is_neutral(class: BidiClass) -> bool {
    matches!(
        class,
        BidiClass::EuropeanSeparator
            | BidiClass::CommonSeparator
            | BidiClass::EuropeanTerminator
            | BidiClass::OtherNeutral
            | BidiClass::BoundaryNeutral
            | BidiClass::NonspacingMark
    )
}

fn check_right_to_left(classes: &[BidiClass]) -> Result<(), BidiRefusal> {
    let is_letter_or_digit = |class: BidiClass| {
        matches!(
            class,
            BidiClass::RightToLeft | BidiClass::ArabicLetter | BidiClass::ArabicNumber | BidiClass::EuropeanNumber
        )
    };
    let mut digits = None;
    for (at, class) in classes.iter().enumerate() {
        if !is_letter_or_digit(*class) && !is_neutral(*class) {
            return Err(BidiRefusal::RightToLeft { position: at + 1 });
        }
        if matches!(*class, BidiClass::ArabicNumber | BidiClass::EuropeanNumber)
            && *digits.get_or_insert(*class) != *class
        {
            return Err(BidiRefusal::Digits);
        }
    }
    check_end(classes, is_letter_or_digit)
}

fn check_left_to_right(classes: &[BidiClass]) -> Result<(), BidiRefusal> {
    let is_letter_or_digit = |class: BidiClass| matches!(class, BidiClass::LeftToRight | BidiClass::EuropeanNumber);
    let fits = |class: &BidiClass| is_letter_or_digit(*class) || is_neutral(*class);
    if let Some(at) = classes.iter().position(|class| !fits(class)) {
        return Err(BidiRefusal::LeftToRight { position: at + 1 });
    }
    check_end(classes, is_letter_or_digit)
}

fn check_end(classes: &[BidiClass], is_end: impl Fn(BidiClass) -> bool) -> Result<(), BidiRefusal> {
    let mut backwards = classes.iter().rev();
    let last = backwards.find(|class| **class != BidiClass::NonspacingMark);
    if last.is_some_and(|class| is_end(*class)) { Ok(()) } else { Err(BidiRefusal::End) }
}
