//! The app's stored times against CPython's `datetime.fromisoformat`.

use authctl::model::time::{StoredTime, parse_python};
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::Oracle;

const LISTED: [Listed; 0] = [];

fn seeds() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/fromisoformat.json");
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(path).expect("the vectors")).expect("JSON");
    cases.iter().map(|case| case["text"].as_str().expect("a text").as_bytes().to_vec()).collect()
}

/// What Python says, in our words; an instant outside the calendar is at the end that it is moved to.
fn python(answer: &Value) -> Option<(bool, Option<String>)> {
    match answer["error"].as_str() {
        None => Some((answer["aware"].as_bool().expect("aware"), answer["utc"].as_str().map(str::to_owned))),
        Some("ValueError") => None,
        Some(other) => panic!("{other}: {answer}"),
    }
}

#[test]
fn stored_times_are_read_as_python_reads_them() {
    let count = scaled(2_000, 50_000);
    let mut mutator = Mutator::new(Random::new(seed()), seeds());
    let texts: Vec<String> =
        (0..count).map(|_| String::from_utf8_lossy(&mutator.next()).chars().take(60).collect()).collect();
    let questions: Vec<Value> = texts.iter().map(|text| json!({"op": "fromisoformat", "text": text})).collect();
    let answers = Oracle::start().ask_all(&questions);
    let mut tally = Tally::new("datetime.fromisoformat of CPython 3.11", &LISTED);
    let mut taken = 0;
    for (text, answer) in texts.iter().zip(&answers) {
        let theirs = python(answer);
        let ours = parse_python(text).map(|read| {
            let utc = read.instant().to_app_offset().replace(' ', "T");
            (matches!(read, StoredTime::Aware(_)), utc)
        });
        taken += u64::from(theirs.is_some());
        let same = match (&ours, &theirs) {
            (None, None) => true,
            (Some((aware, _)), Some((python, None))) => aware == python,
            (Some((aware, utc)), Some((python, Some(theirs)))) => aware == python && utc == theirs,
            (None, Some(_)) | (Some(_), None) => false,
        };
        if !same {
            let kind = format!("{} by us, {} by Python", said(ours.is_some()), said(theirs.is_some()));
            tally.differ(kind, || format!("{text:?}: {ours:?}, Python {theirs:?}"));
        }
    }
    assert!(taken > count / 50, "Python takes only {taken} of {count}");
    tally.finish(count);
}

fn said(taken: bool) -> &'static str {
    if taken { "taken" } else { "refused" }
}
