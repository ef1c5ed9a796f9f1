//! An account in an export: each cell as it is stored.
//!
//! What a newcomer would get wrong: times are the texts in the file, not RFC 3339. An import must be able to write
//! the same text again.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::user::{raw, raw_cell};
use crate::cli::output::escape::escape_bytes;
use crate::cli::output::{Cell, Column, Datum, ExactRecord, Record};
use crate::model::user::{Flag, RawCell, RawUser};
use crate::ops::import::UNREADABLE;

/// An account as it is stored.
#[derive(Debug)]
pub struct ExportView {
    id: i64,
    /// In the order of [`COLUMNS`], without the id.
    cells: Vec<Stored>,
    lacking: Vec<&'static str>,
}

/// What a cell holds.
#[derive(Debug)]
enum Stored {
    Null,
    Text(String),
    Number(i64),
    Flag(Flag),
    Unreadable(RawCell),
}

const COLUMNS: [Column; 14] = [
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("username", "USERNAME", Column::ALWAYS),
    Column::left("email", "EMAIL", 80),
    Column::left("full_name", "FULL NAME", 20),
    Column::left("role", "ROLE", 60),
    Column::left("is_active", "ACTIVE", 50),
    Column::left("is_verified", "VERIFIED", 40),
    Column::left("created_at", "CREATED", 30),
    Column::left("last_login", "LAST LOGIN", 30),
    Column::right("failed_login_attempts", "FAILED", 30),
    Column::left("locked_until", "LOCKED UNTIL", 30),
    Column::right("customer_id", "CUSTOMER", 50),
    Column::left("password_hash", "PASSWORD HASH", 10),
    Column::left("salt", "SALT", 10),
];

impl ExportView {
    /// The columns that an export may leave out.
    pub fn optional() -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().map(|column| column.name).skip(3)
    }

    /// The account; JSON leaves out the columns that are `lacking`.
    pub fn new(user: RawUser, lacking: &[&'static str]) -> Self {
        let RawUser { id, cells, is_active, is_verified } = user;
        let mut named: Vec<(&str, Option<RawCell>)> = RawUser::COLUMNS.into_iter().zip(cells).collect();
        let mut take =
            |name: &str| named.iter_mut().find(|(found, _)| *found == name).and_then(|(_, cell)| cell.take());
        let cells = COLUMNS[1..]
            .iter()
            .map(|column| match column.name {
                "is_active" => Stored::Flag(is_active),
                "is_verified" => Stored::Flag(is_verified),
                name @ ("failed_login_attempts" | "customer_id") => number(take(name)),
                name => text(take(name)),
            })
            .collect();
        Self { id: id.0, cells, lacking: lacking.to_vec() }
    }

    /// The id of the account.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The names of the shown columns whose cells have no form as text.
    pub fn unreadable(&self) -> Vec<&'static str> {
        let cells = COLUMNS[1..].iter().zip(&self.cells);
        let bad = cells.filter(|(column, cell)| matches!(cell, Stored::Unreadable(_)) && self.shows(column.name));
        bad.map(|(column, _)| column.name).collect()
    }

    fn shows(&self, column: &str) -> bool {
        !self.lacking.contains(&column)
    }
}

fn text(cell: Option<RawCell>) -> Stored {
    match cell {
        None => Stored::Null,
        Some(RawCell::Text(text)) => Stored::Text(text),
        Some(other @ (RawCell::Integer(_) | RawCell::Real(_) | RawCell::BrokenText(_) | RawCell::Blob(_))) => {
            Stored::Unreadable(other)
        }
    }
}

fn number(cell: Option<RawCell>) -> Stored {
    match cell {
        None => Stored::Null,
        Some(RawCell::Integer(number)) => Stored::Number(number),
        Some(other @ (RawCell::Text(_) | RawCell::Real(_) | RawCell::BrokenText(_) | RawCell::Blob(_))) => {
            Stored::Unreadable(other)
        }
    }
}

/// In the place of a cell that has no form as text; import refuses it.
fn mark(cell: &RawCell) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match cell {
        RawCell::Integer(number) => format!("{UNREADABLE}integer {number})"),
        RawCell::Real(number) => format!("{UNREADABLE}real {number})"),
        RawCell::Text(text) => format!("{UNREADABLE}text {})", escape_bytes(text.as_bytes())),
        RawCell::BrokenText(bytes) => format!("{UNREADABLE}text 0x{})", hex(bytes)),
        RawCell::Blob(bytes) => format!("{UNREADABLE}blob 0x{})", hex(bytes)),
    }
}

impl Serialize for ExportView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = || COLUMNS[1..].iter().zip(&self.cells).filter(|(column, _)| self.shows(column.name));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        for (column, cell) in shown() {
            match cell {
                Stored::Null | Stored::Flag(Flag::Absent) | Stored::Unreadable(_) => {
                    map.serialize_entry(column.name, &())?;
                }
                Stored::Text(text) => map.serialize_entry(column.name, text)?,
                Stored::Number(number) => map.serialize_entry(column.name, number)?,
                Stored::Flag(flag) => map.serialize_entry(column.name, &flag.is_on())?,
            }
        }
        let unreadable: Map<String, Value> = shown()
            .filter_map(|(column, cell)| match cell {
                Stored::Unreadable(cell) => Some((column.name.to_owned(), raw(cell))),
                Stored::Null | Stored::Text(_) | Stored::Number(_) | Stored::Flag(_) => None,
            })
            .collect();
        if !unreadable.is_empty() {
            map.serialize_entry("raw", &unreadable)?;
        }
        map.end()
    }
}

impl Record for ExportView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        let Some(at) = index.checked_sub(1) else { return Cell::plain(self.id.to_string()) };
        match &self.cells[at] {
            Stored::Null | Stored::Flag(Flag::Absent) => Cell::absent(),
            Stored::Text(text) => Cell::plain(text.as_str()),
            Stored::Number(number) => Cell::plain(number.to_string()),
            Stored::Flag(flag) => Cell::plain(if flag.is_on() { "yes" } else { "no" }),
            Stored::Unreadable(cell) => raw_cell(cell),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        self.exact(index)
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

impl ExactRecord for ExportView {
    fn exact(&self, index: usize) -> Datum<'_> {
        let Some(at) = index.checked_sub(1) else { return self.id.into() };
        match &self.cells[at] {
            Stored::Null | Stored::Flag(Flag::Absent) => Datum::Null,
            Stored::Text(text) => text.as_str().into(),
            Stored::Number(number) => (*number).into(),
            // Not true and false: a spreadsheet would save those in its own language.
            Stored::Flag(flag) => Datum::Number(i64::from(flag.is_on())),
            Stored::Unreadable(cell) => mark(cell).into(),
        }
    }
}
