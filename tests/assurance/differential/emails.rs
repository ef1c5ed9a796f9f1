//! Addresses against email_validator, called as the app calls it.

use std::path::Path;

use authctl::policy::email::Email;
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::Oracle;

const LISTED: [Listed; 0] = [];

fn seeds() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for file in ["policy.json", "email_more.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
        let text = std::fs::read_to_string(path).expect("the vectors");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let cases = document["emails"].as_array().expect("a list");
        all.extend(cases.iter().filter_map(|case| case["input"].as_str()).map(|input| input.as_bytes().to_vec()));
    }
    assert!(all.len() > 100, "{} addresses", all.len());
    all
}

/// What a message says, without the words that it repeats of the input.
fn shape(message: &str) -> String {
    let words = message.split(' ').filter(|word| word.chars().all(|c| c.is_ascii_alphabetic() || ".,".contains(c)));
    words.take(9).collect::<Vec<_>>().join(" ")
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
            (Err(ours), Some(_), _) => format!("refused by us alone: {}", shape(ours)),
            (Ok(_), None, theirs) => format!("taken by us alone: {}", shape(theirs.unwrap_or("a crash"))),
            (Err(ours), None, Some(theirs)) => format!("other words: {} | {}", shape(ours), shape(theirs)),
            (Err(_), None, None) => format!("refused by us, Python raises {}", answer["error"]),
        };
        tally.differ(kind, || format!("{text:?}: {ours:?}, Python {answer}"));
    }
    assert!(taken > count / 20, "only {taken} of {count} are addresses");
    tally.finish(count);
}
