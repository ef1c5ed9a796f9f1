//! `secret generate`, for machines.

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Record};

/// A key that was made: `{"key"}`, or where it was written `{"changed","path","replaced"}`, which never shows it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum SecretView<'a> {
    /// For stdout.
    Printed {
        /// The key; a dry run has none to show.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<&'a str>,
    },
    /// In a file.
    Written {
        /// Whether the file was written, or would be.
        changed: bool,
        /// The file, absolute.
        path: String,
        /// Whether the file had a key.
        replaced: bool,
    },
}

const SECRET_COLUMNS: [Column; 4] = [
    Column::left("key", "KEY", Column::ALWAYS),
    Column::left("changed", "CHANGED", Column::ALWAYS),
    Column::left("path", "PATH", Column::ALWAYS),
    Column::left("replaced", "REPLACED", Column::ALWAYS),
];

impl Record for SecretView<'_> {
    fn columns() -> &'static [Column] {
        &SECRET_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match (self, SECRET_COLUMNS[index].name) {
            (Self::Printed { key }, "key") => key.unwrap_or_default().into(),
            (Self::Written { changed, .. }, "changed") => changed.to_string().into(),
            (Self::Written { path, .. }, "path") => path.as_str().into(),
            (Self::Written { replaced, .. }, "replaced") => replaced.to_string().into(),
            (Self::Printed { .. } | Self::Written { .. }, _) => "".into(),
        }
    }
}
