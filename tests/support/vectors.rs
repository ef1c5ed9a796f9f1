//! The recorded verdicts under `tests/vectors`.

use std::path::Path;

use serde_json::Value;

/// Reads one list of a recording, `vectors("tokens.json", "tokens")`; its lone surrogates read as U+FFFD.
///
/// # Panics
/// When the file cannot be read, or the list is missing or empty.
pub fn vectors(file: &str, list: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Python writes and reads these; no Rust string can hold them.
    let text = text.replace(r#""\ud800""#, r#""\ufffd""#);
    let read: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases = read[list].as_array().cloned().unwrap_or_default();
    assert!(!cases.is_empty(), "{file} has no {list}");
    cases
}
