//! Addresses against email_validator, called as the app calls it.

use std::path::Path;

use authctl::policy::email::Email;
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::Oracle;

#[rustfmt::skip]
const LISTED: [Listed; 5] = [
    ("other words for a character", "refused either way; Python knows the names of all characters, we know those of common invisible ones"),
    ("other words for an address in brackets", "refused either way; what is wrong inside the brackets is told in Python's own words"),
    ("other words for a letter of Unicode 15", "refused either way; idna knows the letter and stumbles over its direction"),
    ("other words for half of a surrogate pair", "refused either way; no Rust text holds one"),
    ("other words for an IPv6 address with a zone", "refused either way; Python takes a zone for a part of the address"),
];

fn seeds() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in ["policy.json", "email_more.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
        let text = std::fs::read_to_string(path).expect("the vectors");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let cases = document["emails"].as_array().expect("a list");
        all.extend(cases.iter().filter_map(|case| case["email"].as_str()).map(|input| input.as_bytes().to_vec()));
    }
    assert!(all.len() > 100, "{} addresses", all.len());
    all
}

/// The kind of a disagreement in words; one that is none of the known kinds is told by both messages.
fn other_words(ours: &str, theirs: &str) -> String {
    let both = |start: &str| ours.starts_with(start) && theirs.starts_with(start);
    let same_rule = |one: &str, other: &str| one.split('(').next() == other.split('(').next();
    let known = if ours.contains("U+") && ours.contains(": ") && ours.split(": ").next() == theirs.split(": ").next() {
        LISTED[0].0
    } else if both("The address in brackets after the @-sign is not valid") || both("The IPv6 address in brackets") {
        LISTED[1].0
    } else if ours.ends_with("not allowed).") && same_rule(ours, theirs) && theirs.contains("(Unknown directionality") {
        LISTED[2].0
    } else if ours.ends_with("(Invalid A-label).") && same_rule(ours, theirs) && theirs.contains("(Codepoint U+D") {
        LISTED[3].0
    } else if ours.starts_with("The IPv6 address in brackets") && theirs.starts_with("A bracketed IP address") {
        LISTED[4].0
    } else {
        return format!("other words: {ours} | {theirs}");
    };
    known.to_owned()
}

#[test]
fn addresses_are_judged_as_email_validator_judges_them() {
    let count = scaled(2_000, 20_000);
    let mut mutator = Mutator::new(Random::new(seed()), seeds());
    let texts: Vec<String> = (0..count).map(|_| String::from_utf8_lossy(&mutator.next()).into_owned()).collect();
    let questions: Vec<Value> = texts.iter().map(|text| json!({"op": "email_said", "text": text})).collect();
    let answers = Oracle::start().ask_all(&questions);
    let mut tally = Tally::new("email_validator 2.2.0", &LISTED);
    let mut taken = 0;
    for (text, answer) in texts.iter().zip(&answers) {
        let ours = Email::parse(text).map(|email| email.as_str().to_owned()).map_err(|refusal| refusal.to_string());
        taken += u64::from(ours.is_ok());
        let kind = match (&ours, answer["normalized"].as_str(), answer["refused"].as_str()) {
            (Ok(ours), Some(theirs), _) if ours == theirs => continue,
            (Err(ours), None, Some(theirs)) if ours == theirs => continue,
            (Ok(_), Some(_), _) => "another normal form".to_owned(),
            (Err(ours), Some(_), _) => format!("refused by us alone: {}", ours),
            (Ok(_), None, theirs) => format!("taken by us alone: {}", theirs.unwrap_or("a crash")),
            (Err(ours), None, Some(theirs)) => other_words(ours, theirs),
            (Err(_), None, None) => format!("refused by us, Python raises {}", answer["error"]),
        };
        tally.differ(kind, || format!("{text:?}: {ours:?}, Python {answer}"));
    }
    assert!(taken > count / 20, "only {taken} of {count} are addresses");
    tally.finish(count);
}
