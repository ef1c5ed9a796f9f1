//! JSON that gives the exact value back and is safe to look at.
//!
//! What a newcomer would get wrong: serde_json leaves DEL, U+009B and U+202E as they are. Here every such
//! character is written as `\u202e`, which any reader turns back into the same character.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value};

use super::datum::Datum;
use super::escape::is_hostile;
use super::record::Record;
use super::select::{Origin, Selection};

/// Compact JSON with every hostile character escaped.
struct SafeFormatter;

impl Formatter for SafeFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly every text is ASCII without controls; the walk over its characters is saved. A fold has no early end,
        // and so is done on many bytes at once.
        if fragment.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (start, c) in fragment.char_indices().filter(|(_, c)| is_hostile(*c)) {
            writer.write_all(&fragment.as_bytes()[plain..start])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = start + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

/// Writes any value as one compact line without a line end, safe to look at.
///
/// # Errors
/// When the stream fails, or the value has no JSON form.
pub fn write_json<W: Write + ?Sized, T: Serialize + ?Sized>(out: &mut W, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, SafeFormatter);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Appends one record, with only the chosen keys where `--columns` chose some.
pub(super) fn push_record<R: Record>(out: &mut Vec<u8>, record: &R, selection: &Selection) -> io::Result<()> {
    match selection.origin {
        Origin::All => record.push_json(out),
        Origin::Named => write_json(out, &chosen_keys(record, selection)?),
    }
}

/// The object of these keys for serde, where it is a part of a document; `raw` as in [`push_object`].
///
/// # Errors
/// The serializer's.
pub fn serialize_object<'a, S: serde::Serializer>(
    serializer: S,
    pairs: impl Iterator<Item = (&'static str, Datum<'a>)>,
    raw: &Map<String, Value>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (key, value) in pairs {
        map.serialize_entry(key, &value)?;
    }
    if !raw.is_empty() {
        map.serialize_entry("raw", raw)?;
    }
    map.end()
}

/// Appends an object of these keys, which are words of our own; `raw` behind them where there are cells that cannot be
/// read.
///
/// # Errors
/// None that a text in memory could make.
pub fn push_object<'a>(
    out: &mut Vec<u8>,
    pairs: impl Iterator<Item = (&'static str, Datum<'a>)>,
    raw: &Map<String, Value>,
) -> io::Result<()> {
    out.push(b'{');
    for (at, (key, value)) in pairs.enumerate() {
        out.extend_from_slice(if at == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        value.push_json(out)?;
    }
    if !raw.is_empty() {
        out.extend_from_slice(b",\"raw\":");
        write_json(out, raw)?;
    }
    out.push(b'}');
    Ok(())
}

fn chosen_keys<R: Record>(record: &R, selection: &Selection) -> io::Result<Value> {
    let whole = serde_json::to_value(record).map_err(io::Error::from)?;
    let Value::Object(mut whole) = whole else {
        return Ok(whole);
    };
    let names = selection.indexes.iter().map(|index| R::columns()[*index].name);
    let mut chosen = Map::new();
    for name in names.chain(R::kept_keys().iter().copied()) {
        if let Some((key, value)) = whole.remove_entry(name) {
            chosen.insert(key, value);
        }
    }
    Ok(Value::Object(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written<T: Serialize>(value: &T) -> String {
        let mut out = Vec::new();
        write_json(&mut out, value).expect("memory does not fail");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn every_character_there_is_comes_back_exactly_and_none_is_hostile() {
        let text: String = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
        let line = written(&text);
        assert!(!line.chars().any(is_hostile));
        assert_eq!(serde_json::from_str::<String>(&line).ok(), Some(text));
    }

    #[test]
    fn keys_are_escaped_too() {
        let mut map = Map::new();
        map.insert("a\u{9b}b".to_owned(), Value::from("x\u{7f}\u{e0041}\n\"\\"));
        assert_eq!(written(&map), r#"{"a\u009bb":"x\u007f\udb40\udc41\n\"\\"}"#);
    }
}
