//! Characters as the app sees them: Python 3.11, whose tables are those of Unicode 14.
//!
//! What a newcomer would get wrong: the crates here have newer tables. A letter that Unicode 16 added is
//! unassigned to the app, which refuses it in an e-mail and sees neither digit nor case in it. Everything
//! that was assigned in Unicode 14 kept the properties that matter here; the few that changed stand below.

mod newer;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use zeroize::Zeroizing;

use newer::NEWER;

/// Whether the code point was assigned after Unicode 14, which makes it unassigned to the app.
pub(super) fn is_newer(c: char) -> bool {
    let after = NEWER.partition_point(|(first, _)| *first <= c);
    after > 0 && c <= NEWER[after - 1].1
}

/// The general category in Unicode 14.
///
/// Two that changed since are given as they are now, U+0295 (a letter then and now) and U+1171E (a mark then
/// and now): nothing here asks which kind of letter or mark.
pub(super) fn category(c: char) -> GeneralCategory {
    if is_newer(c) { GeneralCategory::Unassigned } else { c.general_category() }
}

/// The first letter of the category in Unicode 14: letter, mark, number, punctuation, symbol, separator, other.
pub(super) fn group(c: char) -> GeneralCategoryGroup {
    if is_newer(c) { GeneralCategoryGroup::Other } else { c.general_category_group() }
}

/// Whether Python's `\d` matches: a decimal digit of any script.
pub(super) fn is_decimal_digit(c: char) -> bool {
    category(c) == GeneralCategory::DecimalNumber
}

/// What a decimal digit of any script is worth. The digits of a script stand in a row from 0 to 9, and rows that touch
/// are whole (Unicode Standard, 4.6).
pub(super) fn decimal_value(c: char) -> Option<u8> {
    let is_digit = |code: u32| char::from_u32(code).is_some_and(is_decimal_digit);
    is_decimal_digit(c).then(|| {
        let before = (0..u32::from(c)).rev().take_while(|code| is_digit(*code)).count();
        (before % 10) as u8
    })
}

/// Whether Python's `\w` matches: a letter, a number or `_`, but no mark.
pub(super) fn is_word(c: char) -> bool {
    match group(c) {
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => true,
        GeneralCategoryGroup::Mark
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol
        | GeneralCategoryGroup::Separator
        | GeneralCategoryGroup::Other => c == '_',
    }
}

/// Whether Python's `\s` matches and `strip()` strips: as in Rust, and U+001C to U+001F.
pub fn is_white_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Whether Python's `repr` leaves the character as it is.
pub(super) fn is_printable(c: char) -> bool {
    match group(c) {
        GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other => c == ' ',
        GeneralCategoryGroup::Letter
        | GeneralCategoryGroup::Mark
        | GeneralCategoryGroup::Number
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => true,
    }
}

/// Python's `lower()`, final sigma included.
///
/// One difference is left: `Σ` before U+0295, a small letter in Unicode 14 and without case since, is final
/// here and not there, so that `ΣΣΣʕ` is a run to the app alone.
///
/// The result is wiped on drop, since the text may be a password.
pub(super) fn lower_case(text: &str) -> Zeroizing<String> {
    map_runs(text, |run| run.to_lowercase())
}

/// Normalization Form C.
pub(super) fn nfc(text: &str) -> String {
    // Nothing composes within ASCII.
    if text.is_ascii() {
        return text.to_owned();
    }
    map_runs(text, |run| run.nfc().collect()).to_string()
}

/// The first character of the text's Normalization Form C; `None` for the empty text.
pub(super) fn first_of_nfc(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let within_ascii = first.is_ascii() && chars.next().is_none_or(|second| second.is_ascii());
    if within_ascii || is_newer(first) {
        return Some(first);
    }
    text.chars().take_while(|c| !is_newer(*c)).nfc().next()
}

/// Maps each run of characters that the app knows, and leaves the newer ones between them alone.
///
/// To the app those have no case and combine with nothing, so that a run ends there as a text ends.
fn map_runs(text: &str, map: impl Fn(&str) -> String) -> Zeroizing<String> {
    let mut mapped = Zeroizing::new(String::with_capacity(2 * text.len()));
    let mut run_start = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_newer(*c)) {
        mapped.push_str(&Zeroizing::new(map(&text[run_start..at])));
        mapped.push(c);
        run_start = at + c.len_utf8();
    }
    mapped.push_str(&Zeroizing::new(map(&text[run_start..])));
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_char() -> impl Iterator<Item = char> {
        ('\0'..='\u{d7ff}').chain('\u{e000}'..=char::MAX)
    }

    #[test]
    fn newer_ranges_ascend_and_hold_assigned_characters_only() {
        assert!(NEWER.iter().all(|(first, last)| first <= last));
        assert!(NEWER.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for (first, last) in NEWER {
            for c in [first, last] {
                assert_ne!(c.general_category(), GeneralCategory::Unassigned, "{c:?}");
            }
        }
    }

    #[test]
    fn exactly_the_144_697_characters_of_unicode_14_are_assigned() {
        let is_character = |c: &char| {
            !matches!(
                category(*c),
                GeneralCategory::Unassigned | GeneralCategory::PrivateUse | GeneralCategory::Control
            )
        };
        assert_eq!(every_char().filter(is_character).count(), 144_697);
    }

    #[test]
    fn the_digits_that_do_not_count_are_those_of_ten_newer_blocks() {
        let is_newer_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber && is_newer(c);
        let starts_run = |c: &char| {
            let before = char::from_u32(u32::from(*c).saturating_sub(1));
            is_newer_digit(*c) && !before.is_some_and(is_newer_digit)
        };
        let found: Vec<char> = every_char().filter(starts_run).collect();
        // Garay, Myanmar Extended-C, Sunuwar, Tolong Siki, Kawi, Gurung Khema, Kirat Rai, outlined digits,
        // Nag Mundari, Ol Onal.
        let starts = [
            '\u{10d40}',
            '\u{116d0}',
            '\u{11bf0}',
            '\u{11de0}',
            '\u{11f50}',
            '\u{16130}',
            '\u{16d70}',
            '\u{1ccf0}',
            '\u{1e4f0}',
            '\u{1e5f1}',
        ];
        assert_eq!(found, starts);
    }

    /// `unicodedata.decimal` of Python 3.11.
    #[test]
    fn a_digit_is_worth_what_python_takes_it_for() {
        for (c, value) in [('0', 0), ('9', 9), ('\u{663}', 3), ('\u{96f}', 9), ('\u{1d7ce}', 0), ('\u{1d7ff}', 9)] {
            assert_eq!(decimal_value(c), Some(value), "{c:?}");
        }
        for c in ['a', '\u{b2}', '\u{2460}', '\u{11f50}'] {
            assert_eq!(decimal_value(c), None, "{c:?}");
        }
        let all: Vec<u8> = every_char().filter_map(decimal_value).collect();
        assert_eq!(all.len(), 660);
        assert!(all.chunks(10).all(|row| row == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }

    #[test]
    fn a_newer_character_ends_a_word_and_a_combining_run() {
        // Σ before a newer mark (Kawi sign, Unicode 15) is final to the app, which does not know the mark.
        assert_eq!(lower_case("aΣ\u{11f00}b").as_str(), "aς\u{11f00}b");
        assert_eq!(lower_case("aΣ\u{301}b").as_str(), "aσ\u{301}b");
        assert_eq!(nfc("e\u{301}\u{11f00}e\u{301}"), "é\u{11f00}é");
        assert_eq!(first_of_nfc("<\u{338}x"), Some('≮'));
        assert_eq!(first_of_nfc("<x\u{338}"), Some('<'));
        assert_eq!(first_of_nfc("\u{11f00}x"), Some('\u{11f00}'));
        assert_eq!(first_of_nfc(""), None);
    }

    #[test]
    fn white_space_is_pythons() {
        let white: Vec<char> = every_char().filter(|c| is_white_space(*c)).collect();
        let count = white.len();
        assert_eq!(count, 29);
        for c in ['\u{b}', '\u{1c}', '\u{1f}', '\u{85}', '\u{a0}', '\u{2028}', '\u{3000}'] {
            assert!(white.contains(&c), "{c:?}");
        }
        assert!(!white.contains(&'\u{200b}') && !white.contains(&'\u{feff}'));
    }
}
