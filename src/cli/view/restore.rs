//! `db restore` in the JSON contract.

use std::path::Path;

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Record};
use crate::model::text;
use crate::store::{BackupFile, Loss};

/// What was restored (in a dry run: would be), and what was lost by it; the counts of what was lost are null where
/// there was no file, or none that could be read.
#[derive(Debug, Serialize)]
pub struct RestoreView {
    database: String,
    backup: String,
    kept: Option<String>,
    users: i64,
    lost_users: Option<u64>,
    changed_users: Option<u64>,
    returned_users: Option<u64>,
    lost_events: Option<u64>,
    migrations_pending: bool,
}

const COLUMNS: [Column; 9] = [
    Column::left("database", "DATABASE", Column::ALWAYS),
    Column::left("backup", "BACKUP", Column::ALWAYS),
    Column::left("kept", "KEPT", Column::ALWAYS),
    Column::right("users", "USERS", Column::ALWAYS),
    Column::right("lost_users", "LOST USERS", Column::ALWAYS),
    Column::right("changed_users", "CHANGED USERS", Column::ALWAYS),
    Column::right("returned_users", "RETURNED USERS", Column::ALWAYS),
    Column::right("lost_events", "LOST EVENTS", Column::ALWAYS),
    Column::left("migrations_pending", "MIGRATIONS PENDING", Column::ALWAYS),
];

impl RestoreView {
    /// Puts it together; `kept` is the copy of the file that was there before.
    pub fn new(database: &Path, file: &Path, backup: &BackupFile, loss: Option<&Loss>, kept: Option<&Path>) -> Self {
        let absolute = |path: &Path| text::exact(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        Self {
            database: absolute(database),
            backup: absolute(file),
            kept: kept.map(absolute),
            users: backup.users(),
            lost_users: loss.map(|loss| loss.gone.count),
            changed_users: loss.map(|loss| loss.changed.count),
            returned_users: loss.map(|loss| loss.back.count),
            lost_events: loss.map(|loss| loss.events.count),
            migrations_pending: !backup.schema().missing().is_empty(),
        }
    }
}

impl Record for RestoreView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
        match COLUMNS[index].name {
            "database" => self.database.as_str().into(),
            "backup" => self.backup.as_str().into(),
            "kept" => self.kept.as_deref().unwrap_or_default().into(),
            "users" => self.users.to_string().into(),
            "lost_users" => count(self.lost_users).into(),
            "changed_users" => count(self.changed_users).into(),
            "returned_users" => count(self.returned_users).into(),
            "lost_events" => count(self.lost_events).into(),
            _ => self.migrations_pending.to_string().into(),
        }
    }
}
