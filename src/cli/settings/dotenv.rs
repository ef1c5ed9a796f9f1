//! The grammar of `.env` files, as python-dotenv 1.1.0's `load_dotenv` reads them.
//!
//! What a newcomer would get wrong: this is no shell. A bare `$x` is literal, `${x}` is expanded even inside
//! single quotes, the real environment beats the file, and a line that does not parse is skipped while the
//! next is read. A key signed with another text than the app's makes every token invalid, so
//! `tests/vectors/dotenv.json` holds python-dotenv's values. One exception is meant: a byte order mark at the
//! start is skipped here (`cli.md`, the signing key), where Python makes it a part of the first name.

mod edit;

pub use edit::with_value;

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::policy::is_white_space;

/// The byte order mark.
const BOM: char = '\u{feff}';

/// All values together; `${a}${a}` line upon line would otherwise double without end.
const EXPANDED_LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// The expanded values are larger than 16 MiB together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its expanded values are larger than 16 MiB")]
pub struct TooLarge;

/// A name and its value; `None` is a name without `=`.
pub type Binding = (String, Option<String>);

/// The names of a `.env` file in the order in which each first occurs, with the last value of each.
///
/// `env` is the real environment for `${name}`. The values are not wiped: that is left to the caller.
///
/// # Errors
/// The values multiply beyond any sense.
pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Binding>, TooLarge> {
    // Python opens the file as text, which turns every line end into \n before the parser sees it.
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let text = Zeroizing::new(text.replace("\r\n", "\n").replace('\r', "\n"));
    let mut known = Known { bindings: Vec::new(), at: HashMap::new(), env };
    let mut budget = EXPANDED_LIMIT_BYTES;
    let mut reader = Reader { rest: &text };
    while !reader.rest.is_empty() {
        let Some(Written { key, value: raw, .. }) = reader.next_line() else {
            continue;
        };
        let value = raw.map(|raw| known.expand(&raw, &mut budget)).transpose()?;
        known.set(key, value);
    }
    Ok(known.bindings)
}

/// The bindings read so far, and the environment that comes before them.
struct Known<'a> {
    bindings: Vec<Binding>,
    at: HashMap<String, usize>,
    env: &'a dyn Fn(&str) -> Option<String>,
}

impl Known<'_> {
    fn set(&mut self, key: &str, value: Option<String>) {
        match self.at.get(key) {
            Some(at) => self.bindings[*at].1 = value,
            None => {
                self.at.insert(key.to_owned(), self.bindings.len());
                self.bindings.push((key.to_owned(), value));
            }
        }
    }

    /// Expands `${name}` and `${name:-default}`; anything else with a `$` stays.
    fn expand(&self, raw: &str, budget: &mut usize) -> Result<String, TooLarge> {
        let mut out = String::with_capacity(raw.len());
        // Behind the last brace nothing can be a variable.
        let (mut rest, tail) = raw.split_at(raw.rfind('}').map_or(0, |at| at + 1));
        while let Some(at) = rest.find("${") {
            out.push_str(&rest[..at]);
            rest = &rest[at + 2..];
            match Variable::read(rest) {
                Some(variable) => {
                    out.push_str(&self.value(&variable));
                    rest = variable.rest;
                }
                None => out.push_str("${"),
            }
            if out.len() > *budget {
                return Err(TooLarge);
            }
        }
        out.push_str(rest);
        out.push_str(tail);
        *budget = budget.checked_sub(out.len()).ok_or(TooLarge)?;
        Ok(out)
    }

    /// The environment's value, else the file's so far, else the default; a name without value is empty.
    fn value(&self, variable: &Variable<'_>) -> Zeroizing<String> {
        let of_file = self.at.get(variable.name).map(|at| &self.bindings[*at].1);
        Zeroizing::new(match ((self.env)(variable.name), of_file) {
            (Some(value), _) => value,
            (None, Some(value)) => value.clone().unwrap_or_default(),
            (None, None) => variable.default.to_owned(),
        })
    }
}

fn is_blank(c: char) -> bool {
    is_white_space(c) && c != '\n'
}

/// A value as written, escapes resolved, `${…}` not yet expanded; wiped on drop.
type Raw = Zeroizing<String>;

struct Reader<'a> {
    rest: &'a str,
}

/// A binding as it stands in the text; the places are counted in bytes from the end of the text.
struct Written<'a> {
    key: &'a str,
    value: Option<Raw>,
    /// From the end of the text back to the start of the key.
    from: usize,
    /// The same to the end of the key, where `=` is missing, else to the start of the value.
    value_from: usize,
    /// The same to the end of the value, which may have a comment behind it.
    value_to: usize,
}

impl<'a> Reader<'a> {
    /// The binding that starts here; `None` for a comment, for nothing, and for a line that was skipped.
    fn next_line(&mut self) -> Option<Written<'a>> {
        self.take_while(is_white_space);
        if self.rest.is_empty() {
            return None;
        }
        let binding = self.binding();
        if binding.is_none() {
            // Not the whole binding is given up, only what is left of the line where it went wrong.
            self.take_while(|c| c != '\n');
            self.eat("\n");
        }
        binding?
    }

    /// A whole binding up to its line end, `Some(None)` for a comment; `None` where it does not parse.
    fn binding(&mut self) -> Option<Option<Written<'a>>> {
        self.skip_export();
        let from = self.rest.len();
        let key = self.key()?;
        let (mut value_from, mut value_to, mut value) = (self.rest.len(), self.rest.len(), None);
        self.take_while(is_blank);
        if self.eat("=") {
            self.take_while(is_blank);
            value_from = self.rest.len();
            let (raw, length) = self.value()?;
            (value_to, value) = (value_from - length, Some(raw));
        }
        let written = key.map(|key| Written { key, value, from, value_from, value_to });
        self.line_end().then_some(written)
    }

    fn skip_export(&mut self) {
        let before = self.rest;
        if self.eat("export") && self.take_while(is_blank).is_empty() {
            self.rest = before;
        }
    }

    fn key(&mut self) -> Option<Option<&'a str>> {
        if self.rest.starts_with('#') {
            return Some(None);
        }
        if let Some(quoted) = self.rest.strip_prefix('\'') {
            let (key, rest) = quoted.split_once('\'')?;
            self.rest = rest;
            return (!key.is_empty()).then_some(Some(key));
        }
        let key = self.take_while(|c| !is_white_space(c) && c != '=' && c != '#');
        (!key.is_empty()).then_some(Some(key))
    }

    /// The value, and how many bytes of the text it takes, its quotes with it.
    fn value(&mut self) -> Option<(Raw, usize)> {
        let before = self.rest.len();
        let raw = match self.rest.chars().next() {
            Some('\'') => unescape(self.quoted('\'')?, "\\'"),
            Some('"') => unescape(self.quoted('"')?, "\\'\"abfnrtv"),
            _ => {
                let line = before_comment(self.take_while(|c| c != '\n'));
                return Some((Zeroizing::new(line.to_owned()), line.len()));
            }
        };
        Some((raw, before - self.rest.len()))
    }

    /// What stands between two quotes, over several lines where need be.
    fn quoted(&mut self, quote: char) -> Option<&'a str> {
        let inner = self.rest.strip_prefix(quote)?;
        let end = closing(inner, quote)?;
        self.rest = &inner[end + 1..];
        Some(&inner[..end])
    }

    /// A comment, blanks and the line end; whether that is all there was.
    fn line_end(&mut self) -> bool {
        let before = self.rest;
        self.take_while(is_blank);
        if self.eat("#") {
            self.take_while(|c| c != '\n');
        }
        let ended = self.rest.is_empty() || self.eat("\n");
        if !ended {
            self.rest = before;
        }
        ended
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn eat(&mut self, word: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(word) else {
            return false;
        };
        self.rest = rest;
        true
    }
}

/// Where a quoted text ends: at the first quote without a backslash before it, else at the last with one.
///
/// A backslash counts for the quote right after it whatever stands before: `\\"` is still an escaped quote.
fn closing(inner: &str, quote: char) -> Option<usize> {
    let is_escaped = |at: usize| inner[..at].ends_with('\\');
    let mut quotes = inner.match_indices(quote).map(|(at, _)| at);
    quotes.find(|at| !is_escaped(*at)).or_else(|| inner.rfind(quote))
}

/// Resolves a backslash before one of `special`; every other backslash stays.
fn unescape(text: &str, special: &str) -> Raw {
    let mut out = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let next = chars.as_str().chars().next().filter(|next| c == '\\' && special.contains(*next));
        let Some(next) = next else {
            out.push(c);
            continue;
        };
        chars.next();
        out.push(match next {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            itself => itself,
        });
    }
    out
}

/// An unquoted value without its comment, which needs white space before the `#`, and without trailing space.
fn before_comment(line: &str) -> &str {
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| line[..*at].ends_with(is_white_space));
    line[..comment.unwrap_or(line.len())].trim_end_matches(is_white_space)
}

struct Variable<'a> {
    name: &'a str,
    default: &'a str,
    rest: &'a str,
}

impl<'a> Variable<'a> {
    /// Reads on behind `${`.
    fn read(text: &'a str) -> Option<Self> {
        let end = text.find(['}', ':'])?;
        let (name, tail) = text.split_at(end);
        if let Some(rest) = tail.strip_prefix('}') {
            return Some(Self { name, default: "", rest });
        }
        let (default, rest) = tail.strip_prefix(":-")?.split_once('}')?;
        Some(Self { name, default, rest })
    }
}

#[cfg(test)]
mod tests;
