//! The reader of the app's times against the verdicts of CPython 3.11's `datetime.fromisoformat`.
//!
//! What a newcomer would get wrong: `micros` was computed by Python, with an instant outside the years 1 to
//! 9999 moved to the nearest end, since Python itself holds such a value without naming its instant.

use authctl::model::time::{Clock, FixedClock, StoredTime, Timestamp, parse_input, parse_python};
use serde_json::Value;

const VERDICTS: &str = include_str!("vectors/fromisoformat.json");

fn expected(case: &Value) -> Option<StoredTime> {
    let kind = case["kind"].as_str()?;
    let micros = case["micros"].as_i64().expect("a readable case has micros");
    let instant = Timestamp::from_micros(micros).expect("Python's calendar is ours");
    match kind {
        "naive" => Some(StoredTime::Naive(instant)),
        "aware" => Some(StoredTime::Aware(instant)),
        other => panic!("unknown kind {other}"),
    }
}

#[test]
fn every_text_is_read_as_python_reads_it() {
    let cases: Vec<Value> = serde_json::from_str(VERDICTS).expect("the table is JSON");
    assert!(cases.len() >= 300, "the table has {} cases", cases.len());
    let differing: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let text = case["text"].as_str().expect("a text");
            let (ours, python) = (parse_python(text), expected(case));
            (ours != python).then(|| format!("{text:?}: {ours:?}, Python {python:?}"))
        })
        .collect();
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn every_instant_survives_being_written_and_read() {
    let clock = FixedClock(Timestamp::MIN);
    // A prime number of microseconds, some 36 days: all months, leap years and fractions come by.
    let step = 3_141_592_653_589;
    for micros in (Timestamp::MIN.micros()..=Timestamp::MAX.micros()).step_by(step) {
        let ts = Timestamp::from_micros(micros).expect("in range");
        assert_eq!(parse_python(&ts.to_app_naive()), Some(StoredTime::Naive(ts)));
        assert_eq!(parse_python(&ts.to_app_offset()), Some(StoredTime::Aware(ts)));
        assert_eq!(parse_python(&ts.to_rfc3339()), Some(StoredTime::Aware(ts)));
        assert_eq!(parse_input(&ts.to_rfc3339(), clock.now()), Ok(ts));
    }
}
