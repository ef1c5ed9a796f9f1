//! `.env` texts against python-dotenv.

use std::collections::BTreeMap;

use authctl::cli::settings::dotenv::parse;
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::Oracle;

const LISTED: [Listed; 1] =
    [("a byte order mark at the start", "it is skipped, where Python makes it a part of the first name (cli.md)")];

fn seeds() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/dotenv.json");
    let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(path).expect("the vectors")).expect("JSON");
    cases.iter().map(|case| case["text"].as_str().expect("a text").as_bytes().to_vec()).collect()
}

#[test]
fn dotenv_texts_are_read_as_python_dotenv_reads_them() {
    let count = scaled(2_000, 20_000);
    let env: BTreeMap<&str, &str> = [("A", "outer"), ("HOME", "/home/ann"), ("EMPTY", "")].into();
    let mut mutator = Mutator::new(Random::new(seed()), seeds());
    let texts: Vec<String> = (0..count).map(|_| String::from_utf8_lossy(&mutator.next()).into_owned()).collect();
    let questions: Vec<Value> =
        texts.iter().map(|text| json!({"op": "dotenv_text", "text": text, "env": env})).collect();
    let answers = Oracle::start().ask_all(&questions);
    let mut tally = Tally::new("python-dotenv 1.1.0", &LISTED);
    let mut bindings = 0;
    for (text, answer) in texts.iter().zip(&answers) {
        let read = parse(text, &|name| env.get(name).map(|value| (*value).to_owned())).expect("no text is large");
        let ours = json!(read);
        let theirs = &answer["values"];
        bindings += read.len();
        if ours != *theirs {
            let mark = text.starts_with('\u{feff}');
            let kind = if mark { LISTED[0].0.to_owned() } else { format!("other values, {}", answer["error"]) };
            tally.differ(kind, || format!("{text:?}: {ours}, Python {answer}"));
        }
    }
    assert!(bindings as u64 > count, "only {bindings} names in {count} texts");
    tally.finish(count);
}
