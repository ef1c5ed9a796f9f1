//! The words of a command line that is still being typed, as the shell would read them.
//!
//! What a newcomer would get wrong: nothing is expanded but `~/`. A variable or a command in a word makes it unknown:
//! it is not for a completion to run anything.

use std::ffi::{OsStr, OsString};

/// What the word means; `None` where only the shell can tell.
pub fn meant(word: &OsStr, home: Option<&OsStr>) -> Option<OsString> {
    // Bytes that are no UTF-8 were not typed with quotes by anybody.
    let Some(text) = word.to_str() else { return Some(word.to_owned()) };
    let mut meant = OsString::new();
    let mut rest = text;
    if let Some(behind) = text.strip_prefix("~/") {
        meant.push(home?);
        rest = &text[text.len() - behind.len() - 1..];
    }
    meant.push(unquoted(rest)?);
    Some(meant)
}

/// Quotes and backslashes taken away; a quote that is still open ends with the word.
fn unquoted(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\'', None) | ('"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('$' | '`', None | Some('"')) => return None,
            ('\\', None) => out.extend(chars.next()),
            ('\\', Some('"')) => match chars.next() {
                Some(next @ ('"' | '\\' | '$' | '`')) => out.push(next),
                next => out.extend(std::iter::once('\\').chain(next)),
            },
            (c, _) => out.push(c),
        }
    }
    Some(out)
}

/// The value of a global option among the words, the last one given.
pub fn option<'a>(words: &'a [Option<OsString>], name: &str) -> Given<'a> {
    let mut given = Given::No;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(text) = word.as_deref().and_then(OsStr::to_str) else { continue };
        if text == "--" {
            break;
        }
        if text == name {
            given = match words.next() {
                Some(Some(value)) => Given::As(value),
                Some(None) => Given::Unknown,
                None => given,
            };
        } else if let Some(value) = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            given = Given::As(OsStr::new(value));
        }
    }
    given
}

/// An option that may have been given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// It was not.
    No,
    /// With this value.
    As(&'a OsStr),
    /// With a value that only the shell knows.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_a_shell_reads_them() {
        let home = Some(OsStr::new("/home/olga"));
        for (typed, expected) in [
            ("bob", Some("bob")),
            ("dana\\ q", Some("dana q")),
            ("'dana q", Some("dana q")),
            ("\"dana q\"", Some("dana q")),
            ("a\"b\\\"c\\d\"e", Some("ab\"c\\de")),
            ("'a\\$b'", Some("a\\$b")),
            ("~/app.db", Some("/home/olga/app.db")),
            ("'~/app.db'", Some("~/app.db")),
            ("--database=~/x", Some("--database=~/x")),
            ("$HOME/app.db", None),
            ("\"$(rm -rf x)\"", None),
            ("`id`", None),
            ("\\$x", Some("$x")),
            ("", Some("")),
        ] {
            assert_eq!(meant(OsStr::new(typed), home).as_deref(), expected.map(OsStr::new), "{typed}");
        }
        assert_eq!(meant(OsStr::new("~/app.db"), None), None);
    }

    #[test]
    fn the_last_value_of_an_option_counts_and_nothing_behind_two_dashes() {
        let words = |text: &str| -> Vec<Option<OsString>> {
            text.split(' ').map(|word| meant(OsStr::new(word), None)).collect()
        };
        let given = |text: &str| format!("{:?}", option(&words(text), "--database"));
        assert_eq!(given("authctl lock"), "No");
        assert_eq!(given("authctl --database a lock --database=b"), "As(\"b\")");
        assert_eq!(given("authctl lock -- --database a"), "No");
        assert_eq!(given("authctl lock --database"), "No");
        assert_eq!(given("authctl --database $X lock"), "Unknown");
        assert_eq!(given("authctl --database= lock"), "As(\"\")");
    }
}
