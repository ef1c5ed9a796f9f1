//! CSV that is read back: the exact values, and NULL told from an empty text.
//!
//! What a newcomer would get wrong: an empty cell is NULL, and `""` is an empty text, as in PostgreSQL's COPY. The
//! CSV for spreadsheets (`csv.rs`) has one form for both, and guards and escapes texts.

use std::borrow::Cow;
use std::io::{self, Write};

use super::record::Record;
use super::select::{Selection, select};
use super::sink::Sink;
use super::{OutputError, Style};

/// A record whose values are known exactly.
pub trait ExactRecord: Record {
    /// The value in the column with this index; `None` for NULL.
    fn exact(&self, index: usize) -> Option<Cow<'_, str>>;
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
        let mut csv = Self { sink: Sink::new(stream), selection };
        let names: Vec<_> =
            csv.selection.indexes.iter().map(|at| Some(Cow::Borrowed(R::columns()[*at].name))).collect();
        csv.line(names.into_iter())?;
        Ok(csv)
    }

    /// Writes one record.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn push<R: ExactRecord>(&mut self, record: &R) -> Result<(), OutputError> {
        let cells: Vec<_> = self.selection.indexes.iter().map(|at| record.exact(*at)).collect();
        Ok(self.line(cells.into_iter())?)
    }

    /// Writes what is left and flushes the stream.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn finish(self) -> Result<(), OutputError> {
        Ok(self.sink.finish()?)
    }

    fn line<'a>(&mut self, cells: impl Iterator<Item = Option<Cow<'a, str>>>) -> io::Result<()> {
        let mut line = String::new();
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                line.push(',');
            }
            match cell {
                None => {}
                // A blank or a mark at an end is quoted too: some spreadsheets drop it otherwise.
                Some(text)
                    if text.is_empty() || text.trim() != text || text.contains(['"', ',', ';', '\t', '\r', '\n']) =>
                {
                    line.push('"');
                    line.push_str(&text.replace('"', "\"\""));
                    line.push('"');
                }
                Some(text) => line.push_str(&text),
            }
        }
        line.push('\n');
        self.sink.write_all(line.as_bytes())
    }
}
