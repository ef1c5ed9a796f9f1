//! A `.env` text with another value for one name, everything else byte for byte as it was.
//!
//! What a newcomer would get wrong: the name may stand in the file more than once, and readers differ in which one
//! they take, so each gets the new value. And Python takes a byte order mark for a part of the first name, so a
//! binding right behind it is none to the app: another one is added at the end.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{BOM, Reader, Written};

/// The text with `value` for `name`: put in the place of each value that it has, else added at the end.
///
/// The value is written as it is: it must need no quotes.
pub fn with_value(text: &str, name: &str, value: &str) -> Zeroizing<String> {
    let places = places(text, name);
    let mut out = Zeroizing::new(String::with_capacity(text.len() + name.len() + value.len() + 4));
    let mut done = 0;
    for place in &places {
        out.push_str(&text[done..place.value.start]);
        if place.kind == Kind::Bare {
            out.push('=');
        }
        out.push_str(value);
        done = place.value.end;
        // Right behind a bare value it would be a part of it.
        if text[done..].starts_with('#') {
            out.push(' ');
        }
    }
    out.push_str(&text[done..]);
    if places.iter().all(|place| place.seen_by == SeenBy::UsAlone) {
        append(&mut out, name, value);
    }
    out
}

/// Adds a line with the line end that the file has.
fn append(out: &mut String, name: &str, value: &str) {
    let line_end = if out.contains("\r\n") { "\r\n" } else { "\n" };
    let open = !out.is_empty() && !out.ends_with(['\n', '\r']) && out.as_str() != BOM.encode_utf8(&mut [0; 4]);
    if open {
        out.push_str(line_end);
    }
    for part in [name, "=", value, line_end] {
        out.push_str(part);
    }
}

/// Where a binding of the name has its value.
struct Place {
    value: Range<usize>,
    kind: Kind,
    seen_by: SeenBy,
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// With `=` and a value, which may be empty.
    Valued,
    /// The name alone.
    Bare,
}

#[derive(PartialEq, Eq)]
enum SeenBy {
    Everybody,
    /// It stands right behind a byte order mark.
    UsAlone,
}

fn places(text: &str, name: &str) -> Vec<Place> {
    let (plain, starts) = normalised(text);
    let at = |from_end: usize| starts[plain.len() - from_end];
    let mut reader = Reader { rest: &plain };
    let mut places = Vec::new();
    while !reader.rest.is_empty() {
        let Some(written) = reader.next_line() else { continue };
        let Written { key, value, from, value_from, value_to } = written;
        if key == name {
            let first = text.starts_with(BOM) && from == plain.len();
            places.push(Place {
                value: at(value_from)..at(value_to),
                kind: if value.is_some() { Kind::Valued } else { Kind::Bare },
                seen_by: if first { SeenBy::UsAlone } else { SeenBy::Everybody },
            });
        }
    }
    places
}

/// The text as the reader wants it, without byte order mark and with `\n` alone, and where each of its bytes, and
/// its end, lies in the file's.
fn normalised(text: &str) -> (Zeroizing<String>, Vec<usize>) {
    let skipped = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut starts = Vec::with_capacity(text.len() + 1);
    let mut chars = text.char_indices().skip_while(|(at, _)| *at < skipped).peekable();
    while let Some((at, c)) = chars.next() {
        let c = match c {
            '\r' => {
                chars.next_if(|(_, next)| *next == '\n');
                '\n'
            }
            other => other,
        };
        starts.extend(at..at + c.len_utf8());
        plain.push(c);
    }
    starts.push(text.len());
    (plain, starts)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn edited(text: &str) -> String {
        let out = with_value(text, "KEY", "NEW");
        let bindings = parse(&out, &|_| None).expect("small");
        let value = bindings.iter().find(|(name, _)| name == "KEY").and_then(|(_, value)| value.clone());
        assert_eq!(value.as_deref(), Some("NEW"), "{text:?} became {out:?}");
        (*out).clone()
    }

    #[test]
    fn only_the_value_changes() {
        for (before, after) in [
            ("KEY=old\n", "KEY=NEW\n"),
            ("KEY=old", "KEY=NEW"),
            ("KEY=\n", "KEY=NEW\n"),
            ("KEY\n", "KEY=NEW\n"),
            ("KEY  # none\n", "KEY=NEW  # none\n"),
            ("A=1\r\nKEY=old\r\nB=2\r\n", "A=1\r\nKEY=NEW\r\nB=2\r\n"),
            ("A=1\rKEY=old\rB=2", "A=1\rKEY=NEW\rB=2"),
            ("# KEY=no\n  export  KEY = 'o l d'   # why\nB=ü\n", "# KEY=no\n  export  KEY = NEW   # why\nB=ü\n"),
            ("KEY=\"a\nb\\\"c\"\nB=2\n", "KEY=NEW\nB=2\n"),
            ("KEY=o # p # q\n", "KEY=NEW # p # q\n"),
            ("KEY=o#p\n", "KEY=NEW\n"),
            ("KEY#c\nA=1\n", "KEY=NEW #c\nA=1\n"),
            ("KEY='o'#c\n", "KEY=NEW #c\n"),
            ("KEY=a\nA=1\n'KEY'='b'\n", "KEY=NEW\nA=1\n'KEY'=NEW\n"),
            ("MYKEY=a\nKEY_2=b\nKEY=ž\n", "MYKEY=a\nKEY_2=b\nKEY=NEW\n"),
        ] {
            assert_eq!(edited(before), after, "{before:?}");
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_added_with_the_line_end_of_the_file() {
        for (before, after) in [
            ("", "KEY=NEW\n"),
            ("A=1", "A=1\nKEY=NEW\n"),
            ("A=1\n", "A=1\nKEY=NEW\n"),
            ("A=1\r\nB=2", "A=1\r\nB=2\r\nKEY=NEW\r\n"),
            ("# KEY=old\n", "# KEY=old\nKEY=NEW\n"),
            ("\u{feff}", "\u{feff}KEY=NEW\n"),
            // A line that does not parse is none.
            ("KEY='old\n", "KEY='old\nKEY=NEW\n"),
            ("KEY='a' b\n", "KEY='a' b\nKEY=NEW\n"),
        ] {
            let out = with_value(before, "KEY", "NEW");
            assert_eq!(*out, after, "{before:?}");
        }
    }

    #[test]
    fn a_binding_right_behind_a_byte_order_mark_is_none_to_the_app() {
        assert_eq!(edited("\u{feff}KEY=old\nA=1\n"), "\u{feff}KEY=NEW\nA=1\nKEY=NEW\n");
        assert_eq!(edited("\u{feff}A=1\nKEY=old\n"), "\u{feff}A=1\nKEY=NEW\n");
        assert_eq!(edited("\u{feff}\nKEY=old\n"), "\u{feff}\nKEY=NEW\n");
    }
}
