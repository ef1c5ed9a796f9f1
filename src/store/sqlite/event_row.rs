//! A row of the event log, read cell by cell.
//!
//! What a newcomer would get wrong: SQLite's types are hints, and a row that another hand wrote may hold anything.
//! Each cell is judged by its storage class; what does not fit is noted and shown, and stops nothing.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use crate::model::chain::{BadCell, StoredEvent};
use crate::model::event::{Actor, EventRow};
use crate::model::user::RawCell;

/// Reads a row cell by cell and notes those that are of another kind than what is written there.
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let mut cells = Cells { row, bad: Vec::new() };
    Ok(StoredEvent {
        row: EventRow {
            id: row.get(0)?,
            at: cells.required(1, "at")?,
            event: cells.required(2, "event")?,
            outcome: cells.required(3, "outcome")?,
            target_id: cells.integer(4, "target_id")?,
            target_username: cells.text(5, "target_username")?,
            before: cells.text(6, "before")?,
            after: cells.text(7, "after")?,
            details: cells.text(8, "details")?,
            reason: cells.text(9, "reason")?,
            actor: Actor {
                uid: cells.integer(10, "actor_uid")?,
                name: cells.text(11, "actor_name")?,
                login_uid: cells.integer(12, "actor_login_uid")?,
                sudo_user: cells.text(13, "actor_sudo_user")?,
                terminal: cells.text(14, "actor_terminal")?,
                host: cells.text(15, "actor_host")?,
            },
            version: cells.required(16, "version")?,
            prev_hash: cells.required(17, "prev_hash")?,
        },
        hash: cells.required(18, "hash")?,
        bad: cells.bad,
    })
}

struct Cells<'r, 's> {
    row: &'r Row<'s>,
    bad: Vec<BadCell>,
}

impl Cells<'_, '_> {
    fn required(&mut self, index: usize, column: &'static str) -> rusqlite::Result<String> {
        let text = self.text(index, column)?;
        if text.is_none() {
            self.bad.push(BadCell { column, raw: None });
        }
        Ok(text.unwrap_or_default())
    }

    fn text(&mut self, index: usize, column: &'static str) -> rusqlite::Result<Option<String>> {
        let raw = match self.row.get_ref(index)? {
            ValueRef::Null => return Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => return Ok(Some(text.to_owned())),
                Err(_) => RawCell::BrokenText(bytes.to_vec()),
            },
            ValueRef::Integer(number) => RawCell::Integer(number),
            ValueRef::Real(number) => RawCell::Real(number),
            ValueRef::Blob(bytes) => RawCell::Blob(bytes.to_vec()),
        };
        self.bad.push(BadCell { column, raw: Some(raw) });
        text(self.row, index)
    }

    fn integer(&mut self, index: usize, column: &'static str) -> rusqlite::Result<Option<i64>> {
        let raw = match self.row.get_ref(index)? {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(number) => return Ok(Some(number)),
            ValueRef::Real(number) => RawCell::Real(number),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => RawCell::Text(text.to_owned()),
                Err(_) => RawCell::BrokenText(bytes.to_vec()),
            },
            ValueRef::Blob(bytes) => RawCell::Blob(bytes.to_vec()),
        };
        self.bad.push(BadCell { column, raw: Some(raw) });
        Ok(None)
    }
}

/// A text for people; a cell of another kind, which only another hand can have written, as far as it can be read.
pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
    })
}
