//! Makes text from outside harmless and unmistakable where a person reads it.
//!
//! What a newcomer would get wrong: a backslash is doubled only where it could be taken for one of our
//! escapes, so `CORP\ann` stays readable, and yet two different texts never look the same.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

pub use crate::model::text::{defuse, is_hostile};

/// What an absent value shows; a text that is just this is put in quotes.
pub const ABSENT: &str = "-";

/// A blank that looks like the ordinary one, or like nothing, and is neither. The ideographic space is
/// ordinary inside Japanese names.
fn is_odd_blank(c: char) -> bool {
    c != ' ' && c != '\u{3000}' && (c.is_whitespace() || c == '\u{2800}')
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\u{3000}' || is_odd_blank(c)
}

/// How much of a text is written as escapes, and what stands around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// Nothing around it, blanks as they are: CSV.
    Bare,
    /// Nothing around it, odd blanks escaped: table cells.
    Cell,
    /// Between two of these characters.
    Quoted(char),
}

impl Frame {
    fn escapes(self, c: char) -> bool {
        match self {
            Self::Bare => is_hostile(c),
            Self::Cell => is_hostile(c) || is_odd_blank(c),
            Self::Quoted(mark) => is_hostile(c) || is_odd_blank(c) || c == mark,
        }
    }
}

/// Escapes what a terminal may act on or hide; everything else, blanks too, stays as it is. For CSV.
///
/// `\n`, `\t`, `\r` are short, the rest is `\u{202e}`. A backslash is doubled only before one of
/// `\ n r t u x` or before an escape, so that the text can be told from an escaped one.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_in(text, Frame::Bare)
}

/// A text as a table cell or a list item: escaped, odd blanks too, and in double quotes where it would
/// mislead otherwise (empty, a blank at an edge, a quote at the start, or like the mark for "absent").
pub fn show(text: &str) -> Cow<'_, str> {
    if needs_quotes(text) {
        return Cow::Owned(framed(text, '"'));
    }
    escape_in(text, Frame::Cell)
}

/// A text inside a message: `'ann'`, escaped.
pub fn quote(text: &str) -> String {
    framed(text, '\'')
}

/// Bytes that need not be UTF-8: valid runs as by [`escape`], other bytes as `\xff`.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let invalid = chunk.invalid();
        push_escaped(&mut out, chunk.valid(), Frame::Bare, after_chunk(invalid));
        for byte in invalid {
            push_hex(&mut out, *byte);
        }
    }
    out
}

fn needs_quotes(text: &str) -> bool {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
        return true;
    };
    is_blank(first) || is_blank(last) || first == '"' || text == ABSENT || leans_left(first)
}

/// A combining mark: at the start of a text it would sit on whatever stands before it.
fn leans_left(c: char) -> bool {
    !is_hostile(c) && c.width() == Some(0)
}

fn framed(text: &str, mark: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    let mut rest = text.chars();
    if let Some(first) = rest.next().filter(|first| leans_left(*first)) {
        push_char_escape(&mut out, first);
    } else {
        rest = text.chars();
    }
    push_escaped(&mut out, rest.as_str(), Frame::Quoted(mark), Next::Escape);
    out.push(mark);
    out
}

fn escape_in(text: &str, frame: Frame) -> Cow<'_, str> {
    let is_plain = match frame {
        Frame::Bare | Frame::Cell => text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\\'),
        Frame::Quoted(_) => false,
    };
    if is_plain || !text.chars().any(|c| c == '\\' || frame.escapes(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text, frame, Next::Nothing);
    Cow::Owned(out)
}

/// What follows a piece of text; decides whether a backslash at its end is ambiguous.
#[derive(Clone, Copy)]
enum Next {
    Nothing,
    Escape,
}

fn after_chunk(invalid: &[u8]) -> Next {
    if invalid.is_empty() { Next::Nothing } else { Next::Escape }
}

fn push_escaped(out: &mut String, text: &str, frame: Frame, after: Next) {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            let ambiguous = match rest.clone().next() {
                Some(next) => matches!(next, '\\' | 'n' | 'r' | 't' | 'u' | 'x') || frame.escapes(next),
                None => matches!(after, Next::Escape),
            };
            out.push_str(if ambiguous { r"\\" } else { r"\" });
        } else if frame.escapes(c) {
            push_char_escape(out, c);
        } else {
            out.push(c);
        }
    }
}

fn push_char_escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str(r"\n"),
        '\t' => out.push_str(r"\t"),
        '\r' => out.push_str(r"\r"),
        '"' => out.push_str("\\\""),
        '\'' => out.push_str(r"\'"),
        other => {
            // Writing into a String cannot fail.
            let _ = write!(out, r"\u{{{:x}}}", u32::from(other));
        }
    }
}

fn push_hex(out: &mut String, byte: u8) {
    let _ = write!(out, r"\x{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_or_hides_is_written_as_an_escape() {
        let cases = [
            ("plain O'Brien", "plain O'Brien"),
            ("a\nb\tc\rd", r"a\nb\tc\rd"),
            ("\u{1b}[2J\u{7}\u{0}\u{7f}", r"\u{1b}[2J\u{7}\u{0}\u{7f}"),
            ("\u{9b}31m\u{85}", r"\u{9b}31m\u{85}"),
            ("a\u{202e}b\u{2066}c\u{200e}\u{61c}", r"a\u{202e}b\u{2066}c\u{200e}\u{61c}"),
            ("\u{200b}eve\u{feff}\u{ad}\u{2060}", r"\u{200b}eve\u{feff}\u{ad}\u{2060}"),
            ("x\u{e0041}\u{fff9}\u{2028}\u{ffff}\u{fdd0}", r"x\u{e0041}\u{fff9}\u{2028}\u{ffff}\u{fdd0}"),
            ("漢字 ü é 🙂", "漢字 ü é 🙂"),
            ("a\u{a0}b ", "a\u{a0}b "),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_backslash_is_doubled_only_where_it_is_ambiguous() {
        let cases = [
            (r"CORP\ann", r"CORP\ann"),
            (r"CORP\tom", r"CORP\\tom"),
            ("end\\", "end\\"),
            ("a\\\nb", r"a\\\nb"),
            (r"\\", r"\\\"),
        ];
        for (text, expected) in cases {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn misleading_edges_are_shown_in_double_quotes() {
        let cases = [
            ("eve", "eve"),
            ("eve ", r#""eve ""#),
            (" eve", r#"" eve""#),
            ("eve\u{a0}", r#""eve\u{a0}""#),
            ("\u{3000}eve", "\"\u{3000}eve\""),
            ("", r#""""#),
            (" ", r#"" ""#),
            ("-", r#""-""#),
            ("\"a\" b", r#""\"a\" b""#),
            ("a \"b\"", r#"a "b""#),
            ("\u{301}a", r#""\u{301}a""#),
            ("an\u{a0}n", r"an\u{a0}n"),
            ("山田\u{3000}太郎", "山田\u{3000}太郎"),
            ("\u{200b}eve", r"\u{200b}eve"),
        ];
        for (text, expected) in cases {
            assert_eq!(show(text), expected, "{text:?}");
        }
    }

    #[test]
    fn messages_quote_and_escape() {
        assert_eq!(quote("ann"), "'ann'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("O'Brien\\"), r"'O\'Brien\\'");
        assert_eq!(quote("a\u{1b}b\u{a0}"), r"'a\u{1b}b\u{a0}'");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_as_hex() {
        assert_eq!(escape_bytes(b"caf\xe9\n\xff!"), r"caf\xe9\n\xff!");
        assert_eq!(escape_bytes(b"a\\\xff"), r"a\\\xff");
        assert_eq!(escape_bytes("ü".as_bytes()), "ü");
    }

    #[test]
    fn defusing_twice_changes_nothing() {
        let once = defuse("a\u{1b}\\n\u{202e}").into_owned();
        assert_eq!(once, r"a\u{1b}\n\u{202e}");
        assert_eq!(defuse(&once), once);
    }

    #[test]
    fn different_texts_never_look_the_same() {
        let alphabet = ['\\', 'n', 'x', 'u', '{', '}', 'a', '"', '\n', '\u{a}', '\u{a0}', ' ', '-', '\u{b}', 'b', '\''];
        let mut shown = std::collections::HashMap::new();
        let mut quoted = std::collections::HashMap::new();
        let mut texts = vec![String::new()];
        for _ in 0..3 {
            let longer: Vec<String> =
                texts.iter().flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}"))).collect();
            texts.extend(longer);
        }
        for text in texts {
            if let Some(other) = shown.insert(show(&text).into_owned(), text.clone()) {
                assert_eq!(other, text);
            }
            if let Some(other) = quoted.insert(quote(&text), text.clone()) {
                assert_eq!(other, text);
            }
        }
    }

    #[test]
    fn no_hostile_character_is_left_of_any_character_there_is() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = format!("a{c}b");
            for out in [escape(&text).into_owned(), show(&text).into_owned(), quote(&text), defuse(&text).into_owned()]
            {
                assert!(!out.chars().any(is_hostile), "{c:?}");
                assert!(out.len() >= 3);
            }
        }
    }
}
