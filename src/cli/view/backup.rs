//! `db backup` in the JSON contract.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Record};
use crate::model::text;
use crate::store::BackupMade;

/// `{"backup","bytes","users","sha256","removed"}`; in a dry run `bytes` and `sha256` are null.
#[derive(Debug, Serialize)]
pub struct BackupView {
    backup: String,
    bytes: Option<u64>,
    users: i64,
    sha256: Option<String>,
    removed: Vec<String>,
}

const COLUMNS: [Column; 5] = [
    Column::left("backup", "BACKUP", Column::ALWAYS),
    Column::right("bytes", "BYTES", Column::ALWAYS),
    Column::right("users", "USERS", Column::ALWAYS),
    Column::left("sha256", "SHA256", Column::ALWAYS),
    Column::left("removed", "REMOVED", Column::ALWAYS),
];

impl BackupView {
    /// A backup that was made, and the older ones that were removed.
    pub fn made(made: &BackupMade, sha256: &str, removed: &[PathBuf]) -> Self {
        Self {
            backup: text::exact(&made.path),
            bytes: Some(made.bytes),
            users: made.users,
            sha256: Some(sha256.to_owned()),
            removed: removed.iter().map(|path| text::exact(path)).collect(),
        }
    }

    /// One that would be made.
    pub fn planned(path: &Path, users: i64, removed: &[PathBuf]) -> Self {
        let removed = removed.iter().map(|path| text::exact(path)).collect();
        Self { backup: text::exact(path), bytes: None, users, sha256: None, removed }
    }
}

impl Record for BackupView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "backup" => self.backup.as_str().into(),
            "bytes" => self.bytes.map(|bytes| bytes.to_string()).unwrap_or_default().into(),
            "users" => self.users.to_string().into(),
            "sha256" => self.sha256.as_deref().unwrap_or_default().into(),
            _ => self.removed.join(" ").into(),
        }
    }
}
