//! CSV that is read back: the exact values, and NULL told from an empty text.
//!
//! What a newcomer would get wrong: an empty cell is NULL, and `""` is an empty text, as in PostgreSQL's COPY. The
//! CSV for spreadsheets (`csv.rs`) has one form for both, and guards and escapes texts.

use std::io::Write;

use super::datum::Datum;
use super::record::Record;
use super::select::{Selection, select};
use super::sink::Sink;
use super::{OutputError, Style};

/// A record whose values are known exactly.
pub trait ExactRecord: Record {
    /// The value in the column with this index; [`Datum::Null`] for NULL.
    fn exact(&self, index: usize) -> Datum<'_>;
}

/// Writes the header, then rows; dropping it leaves out what was not yet written.
pub struct ExactCsv<'w> {
    sink: Sink<'w>,
    selection: Selection,
}

impl<'w> ExactCsv<'w> {
    /// Begins with the header.
    ///
    /// # Errors
    /// When `--columns` names a column that there is not, or one twice; when the stream fails.
    pub fn begin<R: ExactRecord>(stream: &'w mut dyn Write, style: &Style) -> Result<Self, OutputError> {
        let selection = select::<R>(style)?;
        let mut sink = Sink::new(stream);
        push_line(sink.held(), selection.indexes.iter().map(|at| R::columns()[*at].name.into()));
        Ok(Self { sink, selection })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn push<R: ExactRecord>(&mut self, record: &R) -> Result<(), OutputError> {
        push_line(self.sink.held(), self.selection.indexes.iter().map(|at| record.exact(*at)));
        Ok(self.sink.settle()?)
    }

    /// Writes what is left and flushes the stream.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn finish(self) -> Result<(), OutputError> {
        Ok(self.sink.finish()?)
    }
}

fn push_line<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = Datum<'a>>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        match cell {
            Datum::Null => {}
            Datum::Number(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
            other => push_text(out, &other.into_text()),
        }
    }
    out.push(b'\n');
}

/// A blank or a mark at an end is quoted too: some spreadsheets drop it otherwise.
fn push_text(out: &mut Vec<u8>, text: &str) {
    if text.is_empty() || text.trim() != text || text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}
