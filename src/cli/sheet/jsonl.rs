//! Rows of JSON lines: one object a line.
//!
//! What a newcomer would get wrong: a JSON reader keeps the last of two equal keys without a word, and the error of
//! a reader may repeat what it read. Here a double key is refused, and a broken line is named by its place alone.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{Sheet, header};
use crate::cli::failure::Failure;
use crate::ops::import::{Candidate, Column, Kind};

/// The keys and values of an object, double ones too.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Reads all rows.
pub(super) fn read(text: &str) -> Result<Sheet, Failure> {
    if text.trim_start().starts_with('[') {
        return Err(Failure::usage("the file is a JSON array, not JSON lines")
            .hint("jq -c '.[]' FILE makes one object a line of it"));
    }
    let mut sheet = Sheet::default();
    for (line, row) in (1..).zip(text.split('\n')) {
        if row.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Pairs>(row) {
            Ok(pairs) => object(line, pairs.0, &mut sheet)?,
            Err(error) => {
                let text = format!("is not one JSON object: something is wrong at character {}", error.column());
                sheet.fault(line, None, text)?;
            }
        }
    }
    Ok(sheet)
}

fn object(line: u64, pairs: Vec<(String, Value)>, sheet: &mut Sheet) -> Result<(), Failure> {
    let before = sheet.faults.len();
    let mut candidate = Candidate::new(line);
    let mut seen = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        if key == "raw" {
            sheet.fault(
                line,
                None,
                "the export could not read the cells under \"raw\"; put their values in and drop it",
            )?;
            continue;
        }
        let column = match header::column(&key) {
            Ok(column) => column,
            Err(nearest) => {
                sheet.fault(line, None, header::unknown("key", &key, nearest))?;
                continue;
            }
        };
        if let Some(heading) = header::heading(&key).filter(|heading| !sheet.headings.contains(heading)) {
            sheet.headings.push(heading);
        }
        if seen.contains(&column) {
            sheet.fault(line, Some(column), "the key is there twice")?;
        }
        seen.push(column);
        match text(column, value) {
            Ok(Some(text)) => {
                sheet.has_passwords |= column == Column::Password && !text.is_empty();
                candidate.set(column, text);
            }
            Ok(None) => {}
            Err(message) => sheet.fault(line, Some(column), message)?,
        }
    }
    if sheet.faults.len() == before {
        sheet.push(candidate)?;
    }
    Ok(())
}

/// The cell's text; `None` for null.
fn text(column: Column, value: Value) -> Result<Option<String>, &'static str> {
    match (column.kind(), value) {
        (_, Value::Null) | (Kind::Ignored, _) => Ok(None),
        (Kind::Text | Kind::Flag | Kind::Number, Value::String(text)) => Ok(Some(text)),
        (Kind::Flag, Value::Bool(flag)) => Ok(Some(flag.to_string())),
        (Kind::Flag | Kind::Number, Value::Number(number)) => Ok(Some(number.to_string())),
        (Kind::Text, _) => Err("must be a text, in double quotes"),
        (Kind::Flag, _) => Err("is neither true nor false"),
        (Kind::Number, _) => Err("is not a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(u64, Option<&'static str>, String)> {
        let sheet = read(text).expect("readable as a whole");
        sheet.faults.into_iter().map(|fault| (fault.line, fault.column.map(Column::name), fault.message)).collect()
    }

    #[test]
    fn each_broken_line_is_named_and_never_repeated() {
        let text = "{\"username\":\"a\",\"email\":\"a@x.org\"}\n\n{\"password\":\"Quiet-River#48Lamp\n[1]\n{\"username\":\"a\"} x\n";
        let found = faults(text);
        assert_eq!(found.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [3, 4, 5]);
        assert!(found.iter().all(|(_, _, message)| !message.contains("Quiet")), "{found:?}");
    }

    #[test]
    fn double_and_unknown_keys_and_wrong_kinds_are_refused() {
        let text =
            r#"{"username":"a","username":"b","emial":"x","role":1,"verified":"yes","customer_id":[2],"id":{"any":1}}"#;
        let found = faults(text);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[0], (1, Some("username"), "the key is there twice".to_owned()));
        assert_eq!(found[1].2, "there is no key 'emial'; did you mean 'email'?");
        assert_eq!((found[2].1, found[3].1), (Some("role"), Some("customer_id")));
    }

    #[test]
    fn an_array_is_refused_with_the_way_to_lines() {
        let failure = read("[{\"username\":\"a\"}]").expect_err("an array");
        assert!(failure.hint.is_some_and(|hint| hint.contains("jq -c")));
    }
}
