//! CSV for spreadsheets and scripts.
//!
//! What a newcomer would get wrong: a cell that starts like a formula is run by spreadsheets, quotes or
//! not. Such cells get a leading `'` unless the exact value was asked for.

use std::borrow::Cow;
use std::io;

use super::CsvText;
use super::datum::{Datum, is_plain};
use super::escape::escape;
use super::personal;
use super::record::Record;
use super::select::Selection;
use super::sink::Sink;

/// What a cell that a spreadsheet runs begins with (OWASP, CSV Injection); the wide forms count where the program
/// runs in an East Asian language.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes the header, then rows.
pub(super) struct CsvWriter<'w> {
    sink: Sink<'w>,
    text: CsvText,
}

impl<'w> CsvWriter<'w> {
    /// Begins with the header, which stands even above no rows.
    pub(super) fn begin<R: Record>(mut sink: Sink<'w>, text: CsvText, selection: &Selection) -> Self {
        push_line(sink.held(), text, selection.indexes.iter().map(|index| R::columns()[*index].name.into()));
        Self { sink, text }
    }

    pub(super) fn push<R: Record>(&mut self, record: &R, selection: &Selection) {
        let Self { sink, text } = self;
        let values = selection.indexes.iter().map(|index| match (record.value(*index), *text) {
            (Datum::Text(value), CsvText::Safe) => Datum::Text(personal::value(R::columns()[*index].name, value)),
            (value, _) => value,
        });
        push_line(sink.held(), *text, values);
    }

    pub(super) fn settle(&mut self) -> io::Result<()> {
        self.sink.settle()
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.sink.finish()
    }
}

/// Appends one line of CSV to `bytes`, quoted where it must be: for files that hold secrets, whose buffer the caller
/// wipes.
pub fn csv_line(bytes: &mut Vec<u8>, text: CsvText, cells: &[&str]) {
    push_line(bytes, text, cells.iter().map(|cell| Datum::from(*cell)));
}

/// Appends a line (RFC 4180, with a line feed at its end). The one empty cell of a line is quoted: a line of nothing is
/// no row to a reader.
fn push_line<'a>(out: &mut Vec<u8>, text: CsvText, cells: impl Iterator<Item = Datum<'a>>) {
    let (begin, mut count) = (out.len(), 0);
    for cell in cells {
        if count > 0 {
            out.push(b',');
        }
        count += 1;
        push_cell(out, text, cell);
    }
    if count == 1 && out.len() == begin {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

fn push_cell(out: &mut Vec<u8>, text: CsvText, cell: Datum<'_>) {
    match cell {
        Datum::Null => {}
        Datum::Number(number) if number >= 0 => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        Datum::Time(time) => time.push_rfc3339(out),
        Datum::Text(value) if is_bare(&value) => out.extend_from_slice(value.as_bytes()),
        other => push_text(out, &self::cell(&other.into_text(), text)),
    }
}

/// Whether a text stands in CSV as it is, whatever form is wanted.
fn is_bare(text: &str) -> bool {
    let is_formula = matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@'));
    !is_formula && is_plain(text) && !text.contains(',')
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // A fold has no early end, and so is done on many bytes at once.
    if !bytes.iter().fold(false, |marks, byte| marks | matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for piece in bytes.split_inclusive(|byte| *byte == b'"') {
        out.extend_from_slice(piece);
        if piece.ends_with(b"\"") {
            out.push(b'"');
        }
    }
    out.push(b'"');
}

fn cell(value: &str, text: CsvText) -> Cow<'_, str> {
    match text {
        CsvText::Exact => Cow::Borrowed(value),
        CsvText::Safe if value.starts_with(FORMULA) => Cow::Owned(format!("'{}", escape(value))),
        CsvText::Safe => escape(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    #[test]
    fn a_cell_that_starts_like_a_formula_is_guarded() {
        for value in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(cell(value, CsvText::Safe), format!("'{value}"));
            assert_eq!(cell(value, CsvText::Exact), value);
        }
        for value in ["＝1+1", "＋1", "－1", "＠SUM(A1)"] {
            assert_eq!(cell(value, CsvText::Safe), format!("'{value}"));
        }
        assert_eq!(cell("\n=1", CsvText::Safe), r"'\n=1");
        assert_eq!(cell("\t=1", CsvText::Safe), r"'\t=1");
        assert_eq!(cell("\r=1", CsvText::Safe), r"'\r=1");
        assert_eq!(cell("a=1", CsvText::Safe), "a=1");
    }

    #[test]
    fn a_line_is_quoted_as_the_csv_crate_quotes_it() {
        let lines: [&[&str]; 4] =
            [&["plain", "a,b", "say \"hi\"", "two\nlines", "", "=1+1", "\"", "a\rb"], &[""], &["", ""], &["a"]];
        for text in [CsvText::Safe, CsvText::Exact] {
            for cells in lines {
                let mut bytes = Vec::new();
                csv_line(&mut bytes, text, cells);
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(cells.iter().map(|value| cell(value, text).into_owned())).expect("written");
                assert_eq!(bytes, writer.into_inner().expect("flushed"), "{cells:?}");
            }
        }
    }

    #[test]
    fn a_value_stands_in_csv_as_its_text_does() {
        let time = Timestamp::from_micros(1_795_571_728_001_999).expect("in range");
        for text in [CsvText::Safe, CsvText::Exact] {
            for (value, shown) in [
                (Datum::Null, ""),
                (Datum::Flag(true), "true"),
                (Datum::Flag(false), "false"),
                (Datum::Number(57), "57"),
                (Datum::Time(time), "2026-11-25T01:55:28.001999Z"),
            ] {
                let mut bytes = Vec::new();
                push_line(&mut bytes, text, ["a".into(), value.clone()].into_iter());
                assert_eq!(String::from_utf8(bytes), Ok(format!("a,{shown}\n")), "{value:?}");
            }
        }
        let mut bytes = Vec::new();
        push_line(&mut bytes, CsvText::Safe, [Datum::Number(-5)].into_iter());
        assert_eq!(bytes, b"'-5\n", "a spreadsheet takes it for a formula");
    }

    #[test]
    fn a_cell_is_escaped_unless_the_exact_value_is_wanted() {
        assert_eq!(cell("a\u{1b}[0m\n\u{202e}", CsvText::Safe), r"a\u{1b}[0m\n\u{202e}");
        assert_eq!(cell("a\u{1b}\n", CsvText::Exact), "a\u{1b}\n");
        assert_eq!(cell("", CsvText::Safe), "");
    }
}
