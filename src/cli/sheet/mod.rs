//! A file of accounts: its bytes, its form, its header, and its rows.
//!
//! What a newcomer would get wrong: the file may hold passwords in plain text. It is read into one buffer that is
//! wiped; what is said about a row never repeats a cell that could be one.

mod csv;
mod header;
mod jsonl;
mod text;

pub use text::{Bytes, read_bytes};

use super::failure::Failure;
use crate::ops::error::Class;
use crate::ops::import::{About, Candidate, Column, Fault};

/// Most rows of one file: beyond that nobody reads what is said about them.
const MAX_ROWS: usize = 1_000_000;

/// How the rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A header, then one account a line.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Names of columns that stand for their own.
pub type Headings = Vec<(Column, &'static str)>;

/// The rows of a file.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Those that could be read.
    pub candidates: Vec<Candidate>,
    /// What is wrong with the others.
    pub faults: Vec<Fault>,
    /// Whether there is a password in plain text among them.
    pub has_passwords: bool,
    /// How the file calls a column, where that is another name than its own.
    pub headings: Headings,
}

/// Reads all rows.
///
/// # Errors
/// Usage: what makes the file as a whole unreadable, and a file without rows.
pub fn read(bytes: &Bytes, form: Option<Form>) -> Result<Sheet, Failure> {
    let text = text::text(bytes)?;
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let sheet = match form.unwrap_or(if looks_like_json { Form::Jsonl } else { Form::Csv }) {
        Form::Csv => csv::read(text)?,
        Form::Jsonl => jsonl::read(text)?,
    };
    if sheet.candidates.is_empty() && sheet.faults.is_empty() {
        return Err(Failure::usage("there are no rows in the file, so there is nothing to import")
            .hint("write one account a line below the header"));
    }
    Ok(sheet)
}

impl Sheet {
    fn push(&mut self, candidate: Candidate) -> Result<(), Failure> {
        self.candidates.push(candidate);
        self.count()
    }

    fn fault(&mut self, line: u64, column: Option<Column>, message: impl Into<String>) -> Result<(), Failure> {
        self.faults.push(Fault { line, column, class: Class::Usage, message: message.into(), about: About::Nothing });
        self.count()
    }

    fn count(&self) -> Result<(), Failure> {
        if self.candidates.len() + self.faults.len() > MAX_ROWS {
            return Err(Failure::usage(format!("the file holds more than {MAX_ROWS} rows"))
                .hint("import it in parts; each part is one transaction"));
        }
        Ok(())
    }
}
