//! The oracle for CSV: the csv crate's own automaton, built once for each delimiter.
//!
//! What a newcomer would get wrong: `csv::Reader` builds that automaton anew for every input, which takes longer than
//! everything that is fuzzed.

use std::cell::RefCell;
use std::collections::HashMap;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

thread_local! {
    static READERS: RefCell<HashMap<u8, Reader>> = RefCell::default();
}

/// The records of a text, each with its cells; empty lines are none.
pub fn records(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    READERS.with_borrow_mut(|readers| {
        let reader = readers.entry(delimiter).or_insert_with(|| ReaderBuilder::new().delimiter(delimiter).build());
        reader.reset();
        // No cell is longer than the text, and there are no more cells than bytes and ends.
        let mut cells = vec![0; text.len() + 1];
        let mut ends = vec![0; text.len() + 2];
        let (mut rest, mut filled, mut ended) = (text.as_bytes(), 0, 0);
        let mut records = Vec::new();
        loop {
            let (result, read, wrote, count) = reader.read_record(rest, &mut cells[filled..], &mut ends[ended..]);
            rest = &rest[read..];
            match result {
                ReadRecordResult::Record => {
                    records.push(record(&cells, &ends[..ended + count]));
                    (filled, ended) = (0, 0);
                }
                // The text ends within a record: the next call, without input, closes it.
                ReadRecordResult::InputEmpty => (filled, ended) = (filled + wrote, ended + count),
                ReadRecordResult::End => return records,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => unreachable!("{text:?}"),
            }
        }
    })
}

fn record(cells: &[u8], ends: &[usize]) -> Vec<String> {
    let mut start = 0;
    let cell = |end: &usize| {
        let cell = &cells[start..*end];
        start = *end;
        String::from_utf8(cell.to_vec()).expect("the delimiter is ASCII")
    };
    ends.iter().map(cell).collect()
}
