//! CSV for spreadsheets and scripts.
//!
//! What a newcomer would get wrong: a cell that starts like a formula is run by spreadsheets, quotes or
//! not. Such cells get a leading `'` unless the exact value was asked for.

use std::borrow::Cow;
use std::io;

use super::CsvText;
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
    rows: csv::Writer<Sink<'w>>,
    text: CsvText,
}

impl<'w> CsvWriter<'w> {
    /// Begins with the header, which stands even above no rows.
    pub(super) fn begin<R: Record>(sink: Sink<'w>, text: CsvText, selection: &Selection) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(sink);
        rows.write_record(selection.indexes.iter().map(|index| R::columns()[*index].name)).map_err(io_error)?;
        Ok(Self { rows, text })
    }

    pub(super) fn push<R: Record>(&mut self, record: &R, selection: &Selection) -> io::Result<()> {
        for index in &selection.indexes {
            let value = match self.text {
                CsvText::Exact => record.value(*index),
                CsvText::Safe => personal::value(R::columns()[*index].name, record.value(*index)),
            };
            self.rows.write_field(cell(&value, self.text).as_bytes()).map_err(io_error)?;
        }
        self.rows.write_record(None::<&[u8]>).map_err(io_error)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.rows.into_inner().map_err(csv::IntoInnerError::into_error)?.finish()
    }
}

/// Appends one line of CSV to `bytes`, quoted where it must be: for files that hold secrets, whose buffer the caller
/// wipes.
pub fn csv_line(bytes: &mut Vec<u8>, text: CsvText, cells: &[&str]) {
    for (at, value) in cells.iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        let value = cell(value, text);
        if value.contains(['"', ',', '\r', '\n']) {
            bytes.push(b'"');
            for byte in value.bytes() {
                bytes.extend_from_slice(if byte == b'"' { b"\"\"" } else { std::slice::from_ref(&byte) });
            }
            bytes.push(b'"');
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    bytes.push(b'\n');
}

/// The stream's own error, with its kind: a closed pipe must be told from a full disk.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
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
        let cells = ["plain", "a,b", "say \"hi\"", "two\nlines", "", "=1+1"];
        for text in [CsvText::Safe, CsvText::Exact] {
            let mut bytes = Vec::new();
            csv_line(&mut bytes, text, &cells);
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(cells.map(|value| cell(value, text).into_owned())).expect("written");
            assert_eq!(bytes, writer.into_inner().expect("flushed"));
        }
    }

    #[test]
    fn a_cell_is_escaped_unless_the_exact_value_is_wanted() {
        assert_eq!(cell("a\u{1b}[0m\n\u{202e}", CsvText::Safe), r"a\u{1b}[0m\n\u{202e}");
        assert_eq!(cell("a\u{1b}\n", CsvText::Exact), "a\u{1b}\n");
        assert_eq!(cell("", CsvText::Safe), "");
    }
}
