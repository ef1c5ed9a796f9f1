//! Everything that is shown: no byte left that a terminal or a spreadsheet acts on, and every text told from another.

use authctl::cli::output::escape::{defuse, escape as escaped, escape_bytes, is_hostile, quote, show};
use authctl::cli::output::{CsvText, csv_line};

use super::rfc4180::records;
use super::{class, rough, text};

/// The forms of one text: each can be undone, none holds a hostile character.
pub fn escape(data: &[u8]) -> u64 {
    let given = text(data);
    let bare = escaped(&given);
    let shown = show(&given);
    let quoted = quote(&given);
    let defused = defuse(&given);
    let of_bytes = escape_bytes(data);
    for form in [bare.as_ref(), shown.as_ref(), quoted.as_str(), defused.as_ref(), of_bytes.as_str()] {
        assert!(!form.chars().any(is_hostile), "{given:?} is shown {form:?}");
        assert_eq!(defuse(form), form, "the last net changes nothing that was escaped");
    }
    assert_eq!(undone(&bare, None), given.as_bytes(), "{bare:?}");
    assert_eq!(undone(&of_bytes, None), data, "{of_bytes:?}");
    let inner = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("quotes");
    assert_eq!(undone(inner, Some('\'')), given.as_bytes(), "{quoted:?}");
    assert!(closes_at_its_end(inner, '\''), "{quoted:?}");
    let framed = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match framed.filter(|_| shown.len() > 1) {
        Some(inner) => {
            assert_eq!(undone(inner, Some('"')), given.as_bytes(), "{shown:?}");
            assert!(closes_at_its_end(inner, '"'), "{shown:?}");
        }
        None => assert_eq!(undone(&shown, None), given.as_bytes(), "{shown:?}"),
    }
    cells(&given);
    class((bare == given, shown == given, framed.is_some(), of_bytes == *bare, rough(given.len())))
}

/// A line of CSV in both forms, as the csv crate reads it.
fn cells(given: &str) {
    let halves: Vec<&str> = given.splitn(2, '|').collect();
    for form in [CsvText::Exact, CsvText::Safe] {
        let mut line = Vec::new();
        csv_line(&mut line, form, &[&["first"], halves.as_slice()].concat());
        let read = records(str::from_utf8(&line).expect("UTF-8"), b',');
        let [read] = read.as_slice() else { panic!("{given:?} is one line, not {read:?}") };
        assert_eq!(read.len(), 1 + halves.len(), "{given:?}");
        for (cell, half) in read.iter().skip(1).zip(&halves) {
            match form {
                CsvText::Exact => assert_eq!(cell, half),
                CsvText::Safe => {
                    assert!(!cell.chars().any(is_hostile), "{cell:?}");
                    assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
                }
            }
        }
    }
}

/// Whether no mark inside stands bare, and no backslash at the end swallows the mark behind it.
fn closes_at_its_end(inner: &str, mark: char) -> bool {
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.clone().next() {
                None => return false,
                Some(next) if next == mark || next == '\\' => {
                    rest.next();
                }
                Some(_) => {}
            },
            c if c == mark => return false,
            _ => {}
        }
    }
    true
}

/// The bytes that an escaped text stands for, by the rule in the module's own words; `mark` stands around it.
fn undone(escaped: &str, mark: Option<char>) -> Vec<u8> {
    let mut out = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        rest = match (c, behind.chars().next()) {
            ('\\', Some('x')) => {
                out.push(u8::from_str_radix(&behind[1..3], 16).expect("two digits"));
                &behind[3..]
            }
            ('\\', Some('u')) => {
                let (digits, next) = behind[1..].strip_prefix('{').and_then(|t| t.split_once('}')).expect("braces");
                let code = u32::from_str_radix(digits, 16).expect("hexadecimal digits");
                put(&mut out, char::from_u32(code).expect("a character"));
                next
            }
            ('\\', Some(next)) if matches!(next, '\\' | 'n' | 'r' | 't') || Some(next) == mark => {
                put(&mut out, meant(next));
                &behind[1..]
            }
            _ => {
                put(&mut out, c);
                behind
            }
        };
    }
    out
}

/// What a short escape means.
fn meant(letter: char) -> char {
    match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

fn put(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
