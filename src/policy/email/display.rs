//! How a refusal shows the characters that it is about: visible ones in quotes, the others by name or number.
//!
//! What a newcomer would get wrong: the app has the names of all characters, we have those that occur in
//! pasted addresses (blanks, format characters, common marks). The others show as `U+0903`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unicode_properties::GeneralCategoryGroup;

use crate::policy::unicode14;

/// Names of invisible characters, by code point (Unicode 14).
const NAMES: [(char, &str); 105] = [
    ('\u{20}', "SPACE"),
    ('\u{a0}', "NO-BREAK SPACE"),
    ('\u{ad}', "SOFT HYPHEN"),
    ('\u{300}', "COMBINING GRAVE ACCENT"),
    ('\u{301}', "COMBINING ACUTE ACCENT"),
    ('\u{302}', "COMBINING CIRCUMFLEX ACCENT"),
    ('\u{303}', "COMBINING TILDE"),
    ('\u{304}', "COMBINING MACRON"),
    ('\u{306}', "COMBINING BREVE"),
    ('\u{307}', "COMBINING DOT ABOVE"),
    ('\u{308}', "COMBINING DIAERESIS"),
    ('\u{30a}', "COMBINING RING ABOVE"),
    ('\u{30b}', "COMBINING DOUBLE ACUTE ACCENT"),
    ('\u{30c}', "COMBINING CARON"),
    ('\u{323}', "COMBINING DOT BELOW"),
    ('\u{327}', "COMBINING CEDILLA"),
    ('\u{328}', "COMBINING OGONEK"),
    ('\u{338}', "COMBINING LONG SOLIDUS OVERLAY"),
    ('\u{34f}', "COMBINING GRAPHEME JOINER"),
    ('\u{600}', "ARABIC NUMBER SIGN"),
    ('\u{601}', "ARABIC SIGN SANAH"),
    ('\u{602}', "ARABIC FOOTNOTE MARKER"),
    ('\u{603}', "ARABIC SIGN SAFHA"),
    ('\u{604}', "ARABIC SIGN SAMVAT"),
    ('\u{605}', "ARABIC NUMBER MARK ABOVE"),
    ('\u{61c}', "ARABIC LETTER MARK"),
    ('\u{6dd}', "ARABIC END OF AYAH"),
    ('\u{70f}', "SYRIAC ABBREVIATION MARK"),
    ('\u{890}', "ARABIC POUND MARK ABOVE"),
    ('\u{891}', "ARABIC PIASTRE MARK ABOVE"),
    ('\u{8e2}', "ARABIC DISPUTED END OF AYAH"),
    ('\u{1680}', "OGHAM SPACE MARK"),
    ('\u{180e}', "MONGOLIAN VOWEL SEPARATOR"),
    ('\u{2000}', "EN QUAD"),
    ('\u{2001}', "EM QUAD"),
    ('\u{2002}', "EN SPACE"),
    ('\u{2003}', "EM SPACE"),
    ('\u{2004}', "THREE-PER-EM SPACE"),
    ('\u{2005}', "FOUR-PER-EM SPACE"),
    ('\u{2006}', "SIX-PER-EM SPACE"),
    ('\u{2007}', "FIGURE SPACE"),
    ('\u{2008}', "PUNCTUATION SPACE"),
    ('\u{2009}', "THIN SPACE"),
    ('\u{200a}', "HAIR SPACE"),
    ('\u{200b}', "ZERO WIDTH SPACE"),
    ('\u{200c}', "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', "ZERO WIDTH JOINER"),
    ('\u{200e}', "LEFT-TO-RIGHT MARK"),
    ('\u{200f}', "RIGHT-TO-LEFT MARK"),
    ('\u{2028}', "LINE SEPARATOR"),
    ('\u{2029}', "PARAGRAPH SEPARATOR"),
    ('\u{202a}', "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202b}', "RIGHT-TO-LEFT EMBEDDING"),
    ('\u{202c}', "POP DIRECTIONAL FORMATTING"),
    ('\u{202d}', "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202e}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{202f}', "NARROW NO-BREAK SPACE"),
    ('\u{205f}', "MEDIUM MATHEMATICAL SPACE"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{2061}', "FUNCTION APPLICATION"),
    ('\u{2062}', "INVISIBLE TIMES"),
    ('\u{2063}', "INVISIBLE SEPARATOR"),
    ('\u{2064}', "INVISIBLE PLUS"),
    ('\u{2066}', "LEFT-TO-RIGHT ISOLATE"),
    ('\u{2067}', "RIGHT-TO-LEFT ISOLATE"),
    ('\u{2068}', "FIRST STRONG ISOLATE"),
    ('\u{2069}', "POP DIRECTIONAL ISOLATE"),
    ('\u{206a}', "INHIBIT SYMMETRIC SWAPPING"),
    ('\u{206b}', "ACTIVATE SYMMETRIC SWAPPING"),
    ('\u{206c}', "INHIBIT ARABIC FORM SHAPING"),
    ('\u{206d}', "ACTIVATE ARABIC FORM SHAPING"),
    ('\u{206e}', "NATIONAL DIGIT SHAPES"),
    ('\u{206f}', "NOMINAL DIGIT SHAPES"),
    ('\u{20e3}', "COMBINING ENCLOSING KEYCAP"),
    ('\u{3000}', "IDEOGRAPHIC SPACE"),
    ('\u{3099}', "COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK"),
    ('\u{309a}', "COMBINING KATAKANA-HIRAGANA SEMI-VOICED SOUND MARK"),
    ('\u{feff}', "ZERO WIDTH NO-BREAK SPACE"),
    ('\u{fff9}', "INTERLINEAR ANNOTATION ANCHOR"),
    ('\u{fffa}', "INTERLINEAR ANNOTATION SEPARATOR"),
    ('\u{fffb}', "INTERLINEAR ANNOTATION TERMINATOR"),
    ('\u{110bd}', "KAITHI NUMBER SIGN"),
    ('\u{110cd}', "KAITHI NUMBER SIGN ABOVE"),
    ('\u{13430}', "EGYPTIAN HIEROGLYPH VERTICAL JOINER"),
    ('\u{13431}', "EGYPTIAN HIEROGLYPH HORIZONTAL JOINER"),
    ('\u{13432}', "EGYPTIAN HIEROGLYPH INSERT AT TOP START"),
    ('\u{13433}', "EGYPTIAN HIEROGLYPH INSERT AT BOTTOM START"),
    ('\u{13434}', "EGYPTIAN HIEROGLYPH INSERT AT TOP END"),
    ('\u{13435}', "EGYPTIAN HIEROGLYPH INSERT AT BOTTOM END"),
    ('\u{13436}', "EGYPTIAN HIEROGLYPH OVERLAY MIDDLE"),
    ('\u{13437}', "EGYPTIAN HIEROGLYPH BEGIN SEGMENT"),
    ('\u{13438}', "EGYPTIAN HIEROGLYPH END SEGMENT"),
    ('\u{1bca0}', "SHORTHAND FORMAT LETTER OVERLAP"),
    ('\u{1bca1}', "SHORTHAND FORMAT CONTINUING OVERLAP"),
    ('\u{1bca2}', "SHORTHAND FORMAT DOWN STEP"),
    ('\u{1bca3}', "SHORTHAND FORMAT UP STEP"),
    ('\u{1d173}', "MUSICAL SYMBOL BEGIN BEAM"),
    ('\u{1d174}', "MUSICAL SYMBOL END BEAM"),
    ('\u{1d175}', "MUSICAL SYMBOL BEGIN TIE"),
    ('\u{1d176}', "MUSICAL SYMBOL END TIE"),
    ('\u{1d177}', "MUSICAL SYMBOL BEGIN SLUR"),
    ('\u{1d178}', "MUSICAL SYMBOL END SLUR"),
    ('\u{1d179}', "MUSICAL SYMBOL BEGIN PHRASE"),
    ('\u{1d17a}', "MUSICAL SYMBOL END PHRASE"),
    ('\u{e0001}', "LANGUAGE TAG"),
];

/// One character, safe to show on any terminal.
pub(super) fn character(c: char) -> String {
    if c == '\\' {
        return r#""\""#.to_owned();
    }
    match unicode14::group(c) {
        GeneralCategoryGroup::Letter
        | GeneralCategoryGroup::Number
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => quoted(c.encode_utf8(&mut [0; 4])),
        GeneralCategoryGroup::Mark | GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other => name(c),
    }
}

/// The characters that fail a test, each once, in the order of what is shown; `None` if all pass.
pub(super) fn failing(text: &str, passes: impl Fn(char) -> bool) -> Option<String> {
    let shown: BTreeSet<String> = text.chars().filter(|c| !passes(*c)).map(character).collect();
    (!shown.is_empty()).then(|| listed(shown))
}

/// The shown characters with commas between.
pub(super) fn listed(shown: impl IntoIterator<Item = String>) -> String {
    shown.into_iter().collect::<Vec<_>>().join(", ")
}

/// The text in quotes as Python's `repr` gives it: what is not printable is escaped.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            '\\' => shown.push_str("\\\\"),
            _ if c == quote => shown.extend(['\\', c]),
            _ if unicode14::is_printable(c) => shown.push(c),
            _ => push_escape(&mut shown, c),
        }
    }
    shown.push(quote);
    shown
}

fn push_escape(shown: &mut String, c: char) {
    let number = u32::from(c);
    let written = match number {
        0..=0xff => write!(shown, "\\x{number:02x}"),
        0x100..=0xffff => write!(shown, "\\u{number:04x}"),
        _ => write!(shown, "\\U{number:08x}"),
    };
    written.expect("writing to a String cannot fail");
}

fn name(c: char) -> String {
    if let Ok(at) = NAMES.binary_search_by_key(&c, |(named, _)| *named) {
        return NAMES[at].1.to_owned();
    }
    let number = u32::from(c);
    match number {
        0xfe00..=0xfe0f => format!("VARIATION SELECTOR-{}", number - 0xfe00 + 1),
        0xe0100..=0xe01ef => format!("VARIATION SELECTOR-{}", number - 0xe0100 + 17),
        // The app's own bound: U+FFFF is shown with eight digits.
        0..0xffff => format!("U+{number:04X}"),
        _ => format!("U+{number:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ascend() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn characters_show_by_themselves_by_name_or_by_number() {
        let cases = [
            ('(', "'('"),
            ('\'', "\"'\""),
            ('\\', "\"\\\""),
            ('é', "'é'"),
            (' ', "SPACE"),
            ('\u{200d}', "ZERO WIDTH JOINER"),
            ('\u{fe00}', "VARIATION SELECTOR-1"),
            ('\u{fe0f}', "VARIATION SELECTOR-16"),
            ('\u{e0100}', "VARIATION SELECTOR-17"),
            ('\u{e01ef}', "VARIATION SELECTOR-256"),
            ('\u{e01f0}', "U+000E01F0"),
            ('\u{301}', "COMBINING ACUTE ACCENT"),
            ('\n', "U+000A"),
            ('\u{ffff}', "U+0000FFFF"),
            ('\u{f0000}', "U+000F0000"),
            ('\u{11f00}', "U+00011F00"),
        ];
        for (c, shown) in cases {
            assert_eq!(character(c), shown);
        }
    }

    #[test]
    fn a_quoted_text_has_no_raw_control_character() {
        assert_eq!(quoted("a\u{1b}\u{202e}\u{e0001}\n\\"), "'a\\x1b\\u202e\\U000e0001\\n\\\\'");
        // Python's `repr` of the same.
        let odd = "\t\r\u{7f}\u{80}\u{ad}\u{100}\u{378}\u{ffff}\u{1000c}";
        assert_eq!(quoted(odd), "'\\t\\r\\x7f\\x80\\xad\u{100}\\u0378\\uffff\\U0001000c'");
        assert_eq!(quoted("\""), "'\"'");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted("it's \"x\""), "'it\\'s \"x\"'");
    }
}
