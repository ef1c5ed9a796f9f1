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
use crate::model::text::hex;
use crate::model::user::{Flag, RawCell, RawUser};
use crate::ops::import::UNREADABLE;

/// An account as it is stored.
#[derive(Debug)]
pub struct ExportView<'a> {
    user: RawUser,
    lacking: &'a [&'static str],
}

/// What a cell holds.
#[derive(Clone, Copy, Debug)]
enum Stored<'a> {
    Null,
    Text(&'a str),
    Number(i64),
    Flag(Flag),
    Unreadable(&'a RawCell),
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

/// Where the two flags stand in [`COLUMNS`]; the other columns but the id are those of [`RawUser::COLUMNS`].
const FLAGS: [usize; 2] = [5, 6];

impl ExportView<'_> {
    /// The columns that an export may leave out.
    pub fn optional() -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().map(|column| column.name).skip(3)
    }
}

impl<'a> ExportView<'a> {
    /// The account; JSON leaves out the columns that are `lacking`.
    pub fn new(user: RawUser, lacking: &'a [&'static str]) -> Self {
        Self { user, lacking }
    }

    /// The id of the account.
    pub fn id(&self) -> i64 {
        self.user.id.0
    }

    /// The names of the shown columns whose cells have no form as text.
    pub fn unreadable(&self) -> impl Iterator<Item = &'static str> {
        self.shown().filter(|(_, cell)| matches!(cell, Stored::Unreadable(_))).map(|(name, _)| name)
    }

    /// The columns that are shown behind the id, with what they hold.
    fn shown(&self) -> impl Iterator<Item = (&'static str, Stored<'_>)> {
        let shown = (1..COLUMNS.len()).filter(|index| !self.lacking.contains(&COLUMNS[*index].name));
        shown.map(|index| (COLUMNS[index].name, self.stored(index)))
    }

    /// What stands in the column with this index, which is not the id.
    fn stored(&self, index: usize) -> Stored<'_> {
        let [active, verified] = FLAGS;
        let at = match index {
            _ if index == active => return Stored::Flag(self.user.is_active),
            _ if index == verified => return Stored::Flag(self.user.is_verified),
            _ if index < active => index - 1,
            _ => index - 1 - FLAGS.len(),
        };
        let is_number = matches!(COLUMNS[index].name, "failed_login_attempts" | "customer_id");
        match &self.user.cells[at] {
            None => Stored::Null,
            Some(RawCell::Integer(number)) if is_number => Stored::Number(*number),
            Some(RawCell::Text(text)) if !is_number => Stored::Text(text),
            Some(other) => Stored::Unreadable(other),
        }
    }
}

/// In the place of a cell that has no form as text; import refuses it.
fn mark(cell: &RawCell) -> String {
    match cell {
        RawCell::Integer(number) => format!("{UNREADABLE}integer {number})"),
        RawCell::Real(number) => format!("{UNREADABLE}real {number})"),
        RawCell::Text(text) => format!("{UNREADABLE}text {})", escape_bytes(text.as_bytes())),
        RawCell::BrokenText(bytes) => format!("{UNREADABLE}text 0x{})", hex(bytes)),
        RawCell::Blob(bytes) => format!("{UNREADABLE}blob 0x{})", hex(bytes)),
    }
}

impl Serialize for ExportView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id())?;
        for (name, cell) in self.shown() {
            match cell {
                Stored::Null | Stored::Flag(Flag::Absent) | Stored::Unreadable(_) => map.serialize_entry(name, &())?,
                Stored::Text(text) => map.serialize_entry(name, text)?,
                Stored::Number(number) => map.serialize_entry(name, &number)?,
                Stored::Flag(flag) => map.serialize_entry(name, &flag.is_on())?,
            }
        }
        let unreadable = self.shown().filter_map(|(name, cell)| match cell {
            Stored::Unreadable(cell) => Some((name.to_owned(), raw(cell))),
            Stored::Null | Stored::Text(_) | Stored::Number(_) | Stored::Flag(_) => None,
        });
        let unreadable: Map<String, Value> = unreadable.collect();
        if !unreadable.is_empty() {
            map.serialize_entry("raw", &unreadable)?;
        }
        map.end()
    }
}

impl Record for ExportView<'_> {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        if index == 0 {
            return Cell::plain(self.id().to_string());
        }
        match self.stored(index) {
            Stored::Null | Stored::Flag(Flag::Absent) => Cell::absent(),
            Stored::Text(text) => Cell::plain(text),
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

impl ExactRecord for ExportView<'_> {
    fn exact(&self, index: usize) -> Datum<'_> {
        if index == 0 {
            return self.id().into();
        }
        match self.stored(index) {
            Stored::Null | Stored::Flag(Flag::Absent) => Datum::Null,
            Stored::Text(text) => text.into(),
            Stored::Number(number) => number.into(),
            // Not true and false: a spreadsheet would save those in its own language.
            Stored::Flag(flag) => Datum::Number(i64::from(flag.is_on())),
            Stored::Unreadable(cell) => mark(cell).into(),
        }
    }
}
