//! What is fuzzed, and what must hold of every input: a reader of hostile text each.
//!
//! What a newcomer would get wrong: that nothing panics is the least. Each target compares with something else: the
//! reader's own writer, another reader, or the rule said in another way. A target answers with a class, a few small
//! numbers that tell which way the input went: new classes guide the fuzzer of the tests, which sees no coverage.
//!
//! The same file is built into `fuzz/`, where libFuzzer sees the coverage; so it uses `authctl` and its crates alone.

mod accounts;
mod chain;
mod escaping;
mod files;
mod hashes;
mod rfc4180;
mod sheets;
mod times;
mod tokens;

use std::hash::{DefaultHasher, Hash, Hasher};

/// A target: its name, which is also that of its corpus, and what it does with an input.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]) -> u64,
}

/// All of them.
pub const TARGETS: [Target; 17] = [
    Target { name: "token", run: tokens::token },
    Target { name: "token_json", run: tokens::token_json },
    Target { name: "phc", run: hashes::phc },
    Target { name: "csv", run: sheets::csv },
    Target { name: "jsonl", run: sheets::jsonl },
    Target { name: "time_input", run: times::time_input },
    Target { name: "duration", run: times::duration },
    Target { name: "stored_date", run: times::stored_date },
    Target { name: "dotenv", run: files::dotenv },
    Target { name: "config", run: files::config },
    Target { name: "database_url", run: files::database_url },
    Target { name: "session_file", run: files::session_file },
    Target { name: "email", run: accounts::email },
    Target { name: "user_spec", run: accounts::user_spec },
    Target { name: "escape", run: escaping::escape },
    Target { name: "event", run: chain::event },
    Target { name: "head", run: chain::head },
];

/// The class of an outcome.
fn class(outcome: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    outcome.hash(&mut hasher);
    hasher.finish()
}

/// The text in the input; what is no UTF-8 is replaced, so that every input says something.
fn text(data: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// A count, roughly: its number of binary digits.
fn rough(count: usize) -> u32 {
    usize::BITS - count.leading_zeros()
}

/// A message without what it repeats of the input: everything between quotes, and digits.
fn shape(message: &str) -> String {
    let mut shape = String::new();
    let mut outside = true;
    for c in message.chars() {
        match c {
            '\'' | '"' => outside = !outside,
            _ if outside && !c.is_ascii_digit() && shape.len() < 60 => shape.push(c),
            _ => {}
        }
    }
    shape
}
