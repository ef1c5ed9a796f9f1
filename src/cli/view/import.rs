//! What an import did, for machines.

use serde::Serialize;

use crate::cli::failure::RowFault;
use crate::cli::output::{Cell, Column, Datum, Record};
use crate::model::user::StoredUser;

/// The document of `user import`.
#[derive(Debug, Serialize)]
pub struct ImportView {
    /// Whether anything was written; in a dry run: would have been.
    pub changed: bool,
    /// Accounts added.
    pub imported: usize,
    /// Rows whose account was there already.
    pub unchanged: usize,
    /// Rows that were left out.
    pub failed: usize,
    /// Where the generated passwords are; `null` where none were written.
    pub credentials: Option<String>,
    /// Each account, in the order of the file.
    pub users: Vec<ImportedView>,
    /// What is wrong with the rows that were left out.
    pub errors: Vec<RowFault>,
}

/// One account of an import.
#[derive(Debug, Serialize)]
pub struct ImportedView {
    line: u64,
    changed: bool,
    id: i64,
    username: Option<String>,
    email: Option<String>,
}

const COLUMNS: [Column; 5] = [
    Column::right("line", "LINE", Column::ALWAYS),
    Column::left("changed", "CHANGED", Column::ALWAYS),
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("username", "USERNAME", Column::ALWAYS),
    Column::left("email", "EMAIL", 80),
];

impl ImportedView {
    /// An account that was added.
    pub fn added(line: u64, user: &StoredUser) -> Self {
        Self { changed: true, ..Self::present(line, user) }
    }

    /// An account that was there already.
    pub fn present(line: u64, user: &StoredUser) -> Self {
        Self {
            line,
            changed: false,
            id: user.id.0,
            username: user.username.value().cloned(),
            email: user.email.value().cloned(),
        }
    }

    /// The line of its row.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl Record for ImportedView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "line" => self.line.to_string().into(),
            "changed" => self.changed.to_string().into(),
            "id" => self.id.to_string().into(),
            "username" => self.username.as_deref().unwrap_or_default().into(),
            _ => self.email.as_deref().unwrap_or_default().into(),
        }
    }
}
