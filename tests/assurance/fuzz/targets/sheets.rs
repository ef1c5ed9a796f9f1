//! Files of accounts: CSV against the csv crate, JSON lines against serde_json's own values.

use authctl::cli::sheet::{Bytes, Form, Sheet, read};
use authctl::ops::import::{Column, Kind};
use serde_json::Value;

use super::rfc4180::records;
use super::{class, rough, shape, text};

fn sheet(data: &[u8], form: Form) -> Result<Sheet, String> {
    let read = read(&Bytes::new(data.to_vec()), Some(form));
    read.map_err(|failure| {
        assert!(!failure.message.is_empty() && failure.hint != Some(String::new()));
        shape(&failure.message)
    })
}

fn check(sheet: &Sheet, given: &str) {
    let lines = given.matches(['\n', '\r']).count() as u64 + 1;
    let mut before = 0;
    for candidate in &sheet.candidates {
        assert!(candidate.line > before && candidate.line <= lines, "line {} of {given:?}", candidate.line);
        before = candidate.line;
    }
    assert!(sheet.faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "{given:?}");
}

/// A file of CSV; where nothing is wrong with it, the csv crate finds the same cells.
pub fn csv(data: &[u8]) -> u64 {
    let sheet = match sheet(data, Form::Csv) {
        Ok(sheet) => sheet,
        Err(said) => return class(("refused", said)),
    };
    let given = text(data);
    let given = given.strip_prefix('\u{feff}').unwrap_or(&given);
    check(&sheet, given);
    let faults = sheet.faults.len();
    // The line that names the delimiter is Excel's own.
    let named = given.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    if faults == 0 && !named {
        compare(&sheet, given);
    }
    class(("read", rough(sheet.candidates.len()), rough(faults), named, sheet.has_passwords))
}

fn compare(sheet: &Sheet, given: &str) {
    let head = given.trim_start_matches(['\r', '\n']).split(['\r', '\n']).next().unwrap_or_default();
    let count = |delimiter: char| head.matches(delimiter).count();
    let delimiter = match [count(','), count(';'), count('\t')] {
        [commas, semicolons, tabs] if semicolons > commas && semicolons > tabs => b';',
        [commas, _, tabs] if tabs > commas => b'\t',
        _ => b',',
    };
    let mut records = records(given, delimiter).into_iter().filter(|record| record.iter().any(|cell| !cell.is_empty()));
    let header = records.next().expect("a header");
    let records: Vec<_> = records.collect();
    assert_eq!(records.len(), sheet.candidates.len(), "{given:?}");
    for (record, candidate) in records.iter().zip(&sheet.candidates) {
        assert_eq!(record.len(), header.len(), "{given:?}");
        for (name, cell) in header.iter().zip(record) {
            let name = name.trim().to_lowercase();
            // Passwords are not given out.
            if let Some(column) = Column::ALL.into_iter().find(|c| c.name() == name && *c != Column::Password) {
                assert_eq!(candidate.get(column).unwrap_or_default(), cell, "{given:?}");
            }
        }
    }
}

/// A file of JSON lines; each line is a row or has a fault, and a row holds what stands in its object.
pub fn jsonl(data: &[u8]) -> u64 {
    let sheet = match sheet(data, Form::Jsonl) {
        Ok(sheet) => sheet,
        Err(said) => return class(("refused", said)),
    };
    let given = text(data);
    let given = given.strip_prefix('\u{feff}').unwrap_or(&given);
    check(&sheet, given);
    let lines: Vec<(u64, &str)> = (1..).zip(given.split('\n')).filter(|(_, line)| !line.trim().is_empty()).collect();
    for (number, line) in &lines {
        let candidate = sheet.candidates.iter().find(|candidate| candidate.line == *number);
        let faults = sheet.faults.iter().filter(|fault| fault.line == *number).count();
        assert_eq!(candidate.is_some(), faults == 0, "line {number} of {given:?}");
        let Some(candidate) = candidate else { continue };
        let value: Value = serde_json::from_str(line).expect("a row is JSON");
        for (key, value) in value.as_object().expect("a row is an object") {
            let Some(column) = Column::ALL.into_iter().find(|column| column.name() == key) else { continue };
            if column == Column::Password || column.kind() == Kind::Ignored {
                continue;
            }
            let wanted = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            assert_eq!(candidate.get(column), wanted.as_deref(), "{key} in line {number} of {given:?}");
        }
    }
    let said = sheet.faults.first().map(|fault| shape(&fault.message));
    class(("read", rough(sheet.candidates.len()), rough(sheet.faults.len()), said, sheet.has_passwords))
}
