//! A value as machines read it, and how it stands in JSON and in CSV.
//!
//! What a newcomer would get wrong: a list of a million rows has thirteen million values. None of them may cost a
//! text of its own, so that a number or a time is written straight into the row.

use std::borrow::Cow;
use std::io;

use serde::{Serialize, Serializer};

use super::json::write_json;
use crate::model::time::Timestamp;

/// What stands in one column of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum<'a> {
    /// No value: `null` in JSON, the empty text in CSV.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text, not yet escaped.
    Text(Cow<'a, str>),
    /// RFC 3339 in UTC.
    Time(Timestamp),
}

impl<'a> Datum<'a> {
    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::Flag(_) | Self::Number(_) | Self::Time(_) => false,
        }
    }

    /// As a text of its own.
    pub fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Flag(flag) => Cow::Borrowed(word(flag)),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => text,
            Self::Time(time) => Cow::Owned(time.to_rfc3339()),
        }
    }

    /// Appends the JSON of the value, safe to look at.
    pub(super) fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Flag(flag) => out.extend_from_slice(word(*flag).as_bytes()),
            Self::Number(number) => out.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes()),
            Self::Text(text) if is_plain(text) => {
                out.push(b'"');
                out.extend_from_slice(text.as_bytes());
                out.push(b'"');
            }
            Self::Text(text) => write_json(out, text)?,
            Self::Time(time) => {
                out.push(b'"');
                time.push_rfc3339(out);
                out.push(b'"');
            }
        }
        Ok(())
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// ASCII without controls, quotes and backslashes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ' as usize;
    while byte <= b'~' as usize {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

/// Whether a text stands between the quotes of JSON as it is.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & PLAIN[usize::from(byte)])
}

impl<'a> From<Datum<'a>> for Cow<'a, str> {
    fn from(datum: Datum<'a>) -> Self {
        datum.into_text()
    }
}

impl<'a> From<&'a str> for Datum<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Datum<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Datum<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Datum<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a, T: Into<Datum<'a>>> From<Option<T>> for Datum<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl Serialize for Datum<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(time) => serializer.serialize_str(&time.to_rfc3339()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_written_by_itself_is_the_json_that_serde_makes_of_it() {
        let time = Timestamp::from_micros(1_795_571_728_001_999).expect("in range");
        let texts = ["", "plain", "a\"b", "a\\b", "\u{7f}\u{9b}\u{202e}", "müde", "two\nlines", "a,b"];
        let mut values: Vec<Datum<'_>> = texts.into_iter().map(Datum::from).collect();
        values.extend([Datum::Null, Datum::Flag(true), Datum::Flag(false), Datum::Time(time)]);
        values.extend([0, -1, i64::MIN, i64::MAX].map(Datum::Number));
        for value in values {
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            value.push_json(&mut fast).expect("memory does not fail");
            write_json(&mut slow, &value).expect("memory does not fail");
            assert_eq!(String::from_utf8(fast), String::from_utf8(slow), "{value:?}");
        }
    }
}
