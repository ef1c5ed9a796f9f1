//! The reader of `.env` against the values of python-dotenv 1.1.0.
//!
//! What a newcomer would get wrong: the values are those of a file that Python opened as text, so line ends
//! are already `\n` in them; and `env` of a case is the whole environment that Python had.

use std::collections::BTreeMap;

use authctl::cli::settings::dotenv::parse;
use serde_json::Value;

const VALUES: &str = include_str!("vectors/dotenv.json");

fn expected(case: &Value) -> Vec<(String, Option<String>)> {
    let pairs = case["values"].as_array().expect("values");
    pairs
        .iter()
        .map(|pair| (pair[0].as_str().expect("a name").to_owned(), pair[1].as_str().map(str::to_owned)))
        .collect()
}

#[test]
fn every_file_is_read_as_python_dotenv_reads_it() {
    let cases: Vec<Value> = serde_json::from_str(VALUES).expect("the table is JSON");
    assert!(cases.len() >= 200, "the table has {} cases", cases.len());
    let differing: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let env: BTreeMap<String, String> = serde_json::from_value(case["env"].clone()).expect("an environment");
            let text = case["text"].as_str().expect("a text");
            let ours = parse(text, &|name| env.get(name).cloned()).expect("no case is large");
            let python = expected(case);
            (ours != python).then(|| format!("{text:?}:\n  ours   {ours:?}\n  python {python:?}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}
