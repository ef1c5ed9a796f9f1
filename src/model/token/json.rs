//! JSON of tokens: a reader that reports everything a lax one would let pass, and the app's writer.
//!
//! What a newcomer would get wrong: `serde_json` reads what Python refuses and refuses what Python reads.
//! With arbitrary precision it even takes one special object for a number, so an `exp` that is an object
//! for the app could be a valid time for us. Tokens are therefore read here, in Python's grammar.

use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

mod render;

pub use render::render;

/// Levels of arrays and objects that are followed; Python gives up at about a thousand.
const MAX_DEPTH: usize = 64;
/// Digits of an integer beyond which Python's `int()` refuses (`sys.int_info`).
pub const MAX_INTEGER_DIGITS: usize = 4300;

/// What stands for `NaN` and `Infinity`.
const BEYOND: &str = "1e999";
/// What stands for `-Infinity`.
const BELOW: &str = "-1e999";

/// A document with what was odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The value; of a key that stands twice, the last one, as in Python.
    pub value: Value,
    /// Keys that stand twice in one object.
    pub duplicate_keys: Vec<String>,
    /// Parts that Python reads and JSON cannot express; they stand in `value` as U+FFFD, or as a number beyond all
    /// floats: like infinity, and unlike null, that counts as true in Python.
    pub inexact: Vec<Inexact>,
}

/// Something that Python's reader takes and that has no place in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inexact {
    /// Half of a surrogate pair in a `\u` escape.
    LoneSurrogate,
    /// `NaN`, `Infinity` or `-Infinity`.
    NonFinite,
}

/// Why a text is not JSON for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not in the grammar.
    #[error("not JSON from byte {at}")]
    Grammar {
        /// Offset in bytes.
        at: usize,
    },
    /// Nested too deeply.
    #[error("nested more than {MAX_DEPTH} levels")]
    TooDeep,
    /// An integer that Python refuses as well.
    #[error("an integer of more than {MAX_INTEGER_DIGITS} digits")]
    IntegerTooLong,
}

/// Reads one JSON document as Python's `json.loads` does, nesting bounded.
///
/// # Errors
/// When Python refuses the text too, or it is nested more than 64 levels.
pub fn parse(text: &str) -> Result<Parsed, JsonError> {
    let mut reader = Reader { text, at: 0, duplicate_keys: Vec::new(), inexact: Vec::new() };
    let value = reader.value(0)?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.grammar());
    }
    Ok(Parsed { value, duplicate_keys: reader.duplicate_keys, inexact: reader.inexact })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    duplicate_keys: Vec<String>,
    inexact: Vec<Inexact>,
}

impl Reader<'_> {
    fn grammar(&self) -> JsonError {
        JsonError::Grammar { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.text.as_bytes()[self.at..].starts_with(token.as_bytes());
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), JsonError> {
        if self.take(token) { Ok(()) } else { Err(self.grammar()) }
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.skip_blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') if !self.text[self.at..].starts_with("-I") => self.number(),
            Some(_) => self.word(),
            None => Err(self.grammar()),
        }
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        for (word, value) in [("null", Value::Null), ("true", true.into()), ("false", false.into())] {
            if self.take(word) {
                return Ok(value);
            }
        }
        for (word, beyond) in [("NaN", BEYOND), ("Infinity", BEYOND), ("-Infinity", BELOW)] {
            if self.take(word) {
                self.inexact.push(Inexact::NonFinite);
                return Ok(Value::Number(beyond.parse().map_err(|_| self.grammar())?));
            }
        }
        Err(self.grammar())
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.expect("[")?;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.expect("{")?;
        let mut members = Map::new();
        self.skip_blanks();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.skip_blanks();
            self.expect(":")?;
            let value = self.value(depth + 1)?;
            match members.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(mut entry) => {
                    if !self.duplicate_keys.contains(entry.key()) {
                        self.duplicate_keys.push(entry.key().clone());
                    }
                    entry.insert(value);
                }
            }
            self.skip_blanks();
            if self.take("}") {
                return Ok(Value::Object(members));
            }
            self.expect(",")?;
        }
    }

    fn digits(&mut self) -> Result<usize, JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.grammar()) } else { Ok(self.at - start) }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        self.take("-");
        let whole = if self.take("0") { 1 } else { self.digits()? };
        let mut integer = true;
        if self.take(".") {
            self.digits()?;
            integer = false;
        }
        if self.take("e") || self.take("E") {
            if !self.take("+") {
                self.take("-");
            }
            self.digits()?;
            integer = false;
        }
        if integer && whole > MAX_INTEGER_DIGITS {
            return Err(JsonError::IntegerTooLong);
        }
        let number: Number = self.text[start..self.at].parse().map_err(|_| self.grammar())?;
        Ok(Value::Number(number))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.expect("\"")?;
        let mut read = String::new();
        loop {
            let rest = &self.text[self.at..];
            let ends = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
            let plain = rest.bytes().position(ends).ok_or_else(|| self.grammar())?;
            read.push_str(&rest[..plain]);
            self.at += plain;
            if self.take("\"") {
                return Ok(read);
            }
            self.expect("\\")?;
            let character = self.escape()?;
            read.push(character);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let escaped = self.peek().ok_or_else(|| self.grammar())?;
        let character = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.grammar()),
        };
        self.at += 1;
        Ok(character)
    }

    /// `u` and four digits, and the second half of a surrogate pair where one follows.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let first = self.unit()?;
        let after_first = self.at;
        if (0xd800..0xdc00).contains(&first) && self.take("\\") && self.peek() == Some(b'u') {
            let second = self.unit()?;
            if let Some(Ok(character)) = char::decode_utf16([first, second]).next() {
                return Ok(character);
            }
        }
        // What follows a lone half is read on its own.
        self.at = after_first;
        Ok(char::from_u32(u32::from(first)).unwrap_or_else(|| {
            self.inexact.push(Inexact::LoneSurrogate);
            char::REPLACEMENT_CHARACTER
        }))
    }

    fn unit(&mut self) -> Result<u16, JsonError> {
        let digits = self.text.get(self.at + 1..self.at + 5).ok_or_else(|| self.grammar())?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(self.grammar());
        }
        let unit = u16::from_str_radix(digits, 16).map_err(|_| self.grammar())?;
        self.at += 5;
        Ok(unit)
    }
}
