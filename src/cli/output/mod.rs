//! Output, once for all commands: records go in, a table, JSON, JSON lines or CSV come out.
//!
//! What a newcomer would get wrong: rows stream. Nothing may be kept per row but a hundred rows of a table, and the text
//! of the page that is being read, so that a million accounts need no more memory than a thousand.

pub mod color;
mod csv;
mod datum;
pub mod escape;
mod exact;
mod json;
mod layout;
pub mod personal;
mod record;
mod select;
mod sink;
mod table;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use color::Color;
use csv::CsvWriter;
pub use csv::csv_line;
pub use datum::Datum;
pub use exact::{ExactCsv, ExactRecord};
pub use json::{push_object, serialize_object, write_json};
pub(super) use layout::truncate;
use personal::Personal;
pub use record::{Cell, Column, Mark, Record};
use select::{Selection, select};
use serde::Serialize;
use sink::Sink;
use table::TableWriter;

/// What `-o` chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// CSV with a header.
    Csv,
}

/// How texts stand in CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvText {
    /// Escaped, and guarded against being run as a formula.
    #[default]
    Safe,
    /// The exact value: `--csv-raw`.
    Exact,
}

/// How results are written to stdout.
#[derive(Clone, Debug)]
pub struct Style {
    /// The format.
    pub format: Format,
    /// Columns of the terminal behind stdout; `None` (or 0) where there is none: nothing is cut then.
    pub width: Option<u16>,
    /// Whether marks are coloured.
    pub color: Color,
    /// How texts stand in CSV.
    pub csv: CsvText,
    /// The names that `--columns` gave, in order.
    pub columns: Option<Vec<String>>,
    /// Columns that this database does not have: never shown, and unknown to `--columns`.
    pub lacking: Vec<&'static str>,
}

impl Style {
    /// Whether results hide personal data: what machines read stays exact.
    pub fn personal(&self) -> Personal {
        match (self.format, self.csv) {
            (Format::Json | Format::Jsonl, _) | (Format::Csv, CsvText::Exact) => Personal::Shown,
            (Format::Table, _) | (Format::Csv, CsvText::Safe) => personal::of_run(),
        }
    }
}

/// Why nothing (more) was written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// `--columns` names a column that there is not: a usage error.
    #[error("unknown column {}; the columns are {}", escape::quote(name), valid.join(", "))]
    UnknownColumn {
        /// What was given.
        name: String,
        /// The names that there are.
        valid: Vec<&'static str>,
    },
    /// `--columns` names a column twice: a usage error.
    #[error("column {} is named twice", escape::quote(name))]
    ColumnTwice {
        /// What was given.
        name: String,
    },
    /// The stream failed; a closed pipe arrives here as `BrokenPipe`.
    #[error("cannot write the output: {0}")]
    Io(#[from] io::Error),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub rows: u64,
    /// Names of columns that did not fit the terminal.
    pub hidden: Vec<&'static str>,
}

/// Writes records one by one in constant memory; every text is escaped here.
///
/// Dropping it without [`Emitter::finish`] leaves out what was not yet written (64 KiB, and what [`Emitter::hold`] held).
pub struct Emitter<'w> {
    body: Body<'w>,
    selection: Selection,
    rows: u64,
}

enum Body<'w> {
    Json(Sink<'w>),
    Jsonl(Sink<'w>),
    Csv(CsvWriter<'w>),
    Table(TableWriter<'w>),
}

impl<'w> Emitter<'w> {
    /// Prepares to write records of one kind to the stream, which needs no buffer of its own.
    ///
    /// # Errors
    /// When `--columns` names a column that there is not, or one twice.
    pub fn new<R: Record>(stream: &'w mut dyn Write, style: &Style) -> Result<Self, OutputError> {
        Self::over::<R>(Sink::new(stream), style)
    }

    /// The same for a list that somebody watches grow: [`Emitter::flush`] shows what there is.
    ///
    /// # Errors
    /// When `--columns` names a column that there is not, or one twice.
    pub fn live<R: Record>(stream: &'w mut dyn Write, style: &Style) -> Result<Self, OutputError> {
        Self::over::<R>(Sink::live(stream), style)
    }

    fn over<R: Record>(sink: Sink<'w>, style: &Style) -> Result<Self, OutputError> {
        let selection = select::<R>(style)?;
        let body = match style.format {
            Format::Json => Body::Json(sink),
            Format::Jsonl => Body::Jsonl(sink),
            Format::Csv => Body::Csv(CsvWriter::begin::<R>(sink, style.csv, &selection)),
            Format::Table => Body::Table(TableWriter::list::<R>(sink, style, &selection)),
        };
        Ok(Self { body, selection, rows: 0 })
    }

    /// Writes one record, of the kind for which it was made.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn push<R: Record>(&mut self, record: &R) -> Result<(), OutputError> {
        self.hold(record)?;
        self.settle()
    }

    /// The same, and keeps it from the stream until [`Emitter::settle`]: whoever has a lock on the file must not wait
    /// for a slow reader.
    ///
    /// # Errors
    /// When the record has no JSON form.
    pub fn hold<R: Record>(&mut self, record: &R) -> Result<(), OutputError> {
        match &mut self.body {
            Body::Json(sink) => {
                sink.held().extend_from_slice(if self.rows == 0 { b"[\n" } else { b",\n" });
                json::push_record(sink.held(), record, &self.selection)?;
            }
            Body::Jsonl(sink) => {
                json::push_record(sink.held(), record, &self.selection)?;
                sink.held().push(b'\n');
            }
            Body::Csv(csv) => csv.push(record, &self.selection),
            Body::Table(table) => table.push(record),
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes what is held once it is 64 KiB.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn settle(&mut self) -> Result<(), OutputError> {
        match &mut self.body {
            Body::Json(sink) | Body::Jsonl(sink) => sink.settle()?,
            Body::Csv(csv) => csv.settle()?,
            Body::Table(table) => table.settle()?,
        }
        Ok(())
    }

    /// Writes what a live list holds back.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        match &mut self.body {
            Body::Json(sink) | Body::Jsonl(sink) => sink.flush()?,
            Body::Csv(csv) => csv.flush()?,
            Body::Table(table) => table.flush()?,
        }
        Ok(())
    }

    /// Writes what is left, closes the document and flushes the stream. Without rows: `[]` in JSON, the
    /// header in CSV, nothing in a table.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn finish(self) -> Result<Summary, OutputError> {
        let mut hidden = Vec::new();
        match self.body {
            Body::Json(mut sink) => {
                sink.held().extend_from_slice(if self.rows == 0 { b"[]\n" } else { b"\n]\n" });
                sink.finish()?;
            }
            Body::Jsonl(sink) => sink.finish()?,
            Body::Csv(csv) => csv.finish()?,
            Body::Table(table) => hidden = table.finish()?,
        }
        Ok(Summary { rows: self.rows, hidden })
    }
}

/// Refuses wrong names in `--columns` before any work is done.
///
/// # Errors
/// When `--columns` names a column that there is not, or one twice.
pub fn check_columns<R: Record>(style: &Style) -> Result<(), OutputError> {
    select::<R>(style).map(|_| ())
}

/// Writes records that are at hand, or come one by one: an array, lines, rows or a table.
///
/// # Errors
/// When `--columns` is wrong, or the stream fails.
pub fn emit_all<R: Record>(
    stream: &mut dyn Write,
    style: &Style,
    records: impl IntoIterator<Item = R>,
) -> Result<(), OutputError> {
    let mut emitter = Emitter::new::<R>(stream, style)?;
    records.into_iter().try_for_each(|record| emitter.push(&record))?;
    emitter.finish().map(|_| ())
}

/// Writes a value that is a document of its own: JSON and a line feed.
///
/// # Errors
/// When the stream fails.
pub fn emit_document<T: Serialize + ?Sized>(stream: &mut dyn Write, document: &T) -> Result<(), OutputError> {
    write_json(stream, document)?;
    stream.write_all(b"\n")?;
    Ok(stream.flush()?)
}

/// Writes a single record: a JSON object, a CSV header and row, or for people a line for each column.
///
/// # Errors
/// When `--columns` is wrong, or the stream fails.
pub fn emit_one<R: Record>(stream: &mut dyn Write, style: &Style, record: &R) -> Result<(), OutputError> {
    match style.format {
        Format::Json | Format::Jsonl => {
            let selection = select::<R>(style)?;
            let mut sink = Sink::new(stream);
            json::push_record(sink.held(), record, &selection)?;
            sink.held().push(b'\n');
            sink.finish()?;
        }
        Format::Csv => {
            let mut emitter = Emitter::new::<R>(stream, style)?;
            emitter.push(record)?;
            emitter.finish()?;
        }
        Format::Table => {
            let selection = select::<R>(style)?;
            table::write_fields(Sink::new(stream), style.color, record, &selection)?;
        }
    }
    Ok(())
}
