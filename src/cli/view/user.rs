//! Accounts in the JSON contract and in tables.

use std::borrow::Cow;
use std::io;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::cli::message;
use crate::cli::output::escape::escape_bytes;
use crate::cli::output::{Cell, Column, Datum, Mark, Record, push_object, serialize_object};
use crate::model::text::hex;
use crate::model::time::{StoredTime, TimeFormat, Timestamp};
use crate::model::user::{Field, Flag, RawCell, StoredUser};
use crate::policy::state::{State, state};

/// An account: `cli.md`, JSON.
#[derive(Debug)]
pub struct UserView<'a> {
    stored: Cow<'a, StoredUser>,
    judged: State,
    /// The cells that cannot be read.
    raw: Map<String, Value>,
    now: Timestamp,
}

impl Serialize for UserView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, self.keys(), &self.raw)
    }
}

/// The columns of an account.
pub(super) const COLUMNS: [Column; 13] = [
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("username", "USERNAME", Column::ALWAYS),
    Column::left("email", "EMAIL", 80),
    Column::left("full_name", "FULL NAME", 20),
    Column::left("role", "ROLE", 60),
    Column::left("is_active", "ACTIVE", Column::ON_REQUEST),
    Column::left("is_verified", "VERIFIED", Column::ON_REQUEST),
    Column::left("created_at", "CREATED", Column::ON_REQUEST),
    Column::left("last_login", "LAST LOGIN", 30),
    Column::right("failed_login_attempts", "FAILED", 40),
    Column::left("locked_until", "LOCKED UNTIL", Column::ON_REQUEST),
    Column::left("state", "STATE", 90),
    Column::right("customer_id", "CUSTOMER", 50),
];

impl UserView<'static> {
    /// The same, of an account that comes along.
    pub fn of(stored: StoredUser, now: Timestamp, format: TimeFormat) -> Self {
        Self::over(Cow::Owned(stored), now, format)
    }
}

impl<'a> UserView<'a> {
    /// The account as judged now.
    pub fn new(stored: &'a StoredUser, now: Timestamp, format: TimeFormat) -> Self {
        Self::over(Cow::Borrowed(stored), now, format)
    }

    fn over(stored: Cow<'a, StoredUser>, now: Timestamp, format: TimeFormat) -> Self {
        let judged = state(&stored, now, format);
        let raw = stored.bad_cells().map(|(name, cell)| (name.to_owned(), raw(cell))).collect();
        Self { stored, judged, raw, now }
    }

    /// The state in one word; `None` on a file that is too old to have one.
    pub fn state(&self) -> Option<&'static str> {
        (self.stored.is_active != Flag::Absent).then(|| self.judged.as_str())
    }

    /// The account as it is stored.
    pub(super) fn stored(&self) -> &StoredUser {
        &self.stored
    }

    /// Whether every cell could be read.
    pub fn is_readable(&self) -> bool {
        self.raw.is_empty()
    }

    /// What a machine reads in the column of this name.
    pub(super) fn named(&self, column: &str) -> Datum<'_> {
        let stored = &self.stored;
        match column {
            "id" => stored.id.0.into(),
            "username" => text(&stored.username),
            "email" => text(&stored.email),
            "full_name" => text(&stored.full_name),
            "role" => text(&stored.role),
            "is_active" => flag(stored.is_active),
            "is_verified" => flag(stored.is_verified),
            "created_at" => time(&stored.created_at),
            "last_login" => time(&stored.last_login),
            "failed_login_attempts" => stored.failed_login_attempts.value().copied().into(),
            "locked_until" => time(&stored.locked_until),
            "state" => self.state().into(),
            _ => stored.customer_id.value().copied().into(),
        }
    }

    /// The keys of the contract, in their order: the columns, without the customer on a file that has none.
    fn keys(&self) -> impl Iterator<Item = (&'static str, Datum<'_>)> {
        let count = if self.stored.customer_id == Field::Absent { COLUMNS.len() - 1 } else { COLUMNS.len() };
        COLUMNS[..count].iter().map(|column| (column.name, self.named(column.name)))
    }

    fn state_cell(&self) -> Cell<'_> {
        if self.state().is_none() {
            return Cell::absent();
        }
        match self.judged {
            State::Active if self.stored.password == crate::model::user::PasswordPresence::Missing => {
                Cell::marked("active, no password", Mark::Warn)
            }
            State::Active => Cell::marked("active", Mark::Good),
            State::Locked { until } => {
                Cell::marked(format!("locked {}", message::until(Some(until), self.now)), Mark::Bad)
            }
            State::Stuck { until: Some(until) } => {
                Cell::marked(format!("stuck, was locked {}", message::until(Some(until), self.now)), Mark::Bad)
            }
            State::Stuck { until: None } => Cell::marked("stuck, lock unreadable", Mark::Bad),
            State::Inactive => Cell::marked("inactive", Mark::Bad),
        }
    }

    fn failed_cell(&self) -> Cell<'_> {
        match &self.stored.failed_login_attempts {
            Field::Value(0) => Cell::marked("0", Mark::Dim),
            Field::Value(count) => Cell::marked(count.to_string(), Mark::Warn),
            other => number_cell(other),
        }
    }
}

impl Record for UserView<'_> {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        let user = &self.stored;
        match COLUMNS[index].name {
            "id" => Cell::plain(user.id.0.to_string()),
            "username" => text_cell(&user.username),
            "email" => text_cell(&user.email),
            "full_name" => text_cell(&user.full_name),
            "role" => text_cell(&user.role),
            "is_active" => flag_cell(user.is_active),
            "is_verified" => flag_cell(user.is_verified),
            "created_at" => time_cell(&user.created_at, self.now),
            "last_login" => time_cell(&user.last_login, self.now),
            "failed_login_attempts" => self.failed_cell(),
            "locked_until" => time_cell(&user.locked_until, self.now),
            "state" => self.state_cell(),
            _ => number_cell(&user.customer_id),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        self.named(COLUMNS[index].name)
    }

    fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        push_object(out, self.keys(), &self.raw)
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

fn text(field: &Field<String>) -> Datum<'_> {
    field.value().map(String::as_str).into()
}

fn flag(flag: Flag) -> Datum<'static> {
    match flag {
        Flag::On => Datum::Flag(true),
        Flag::Off => Datum::Flag(false),
        Flag::Absent => Datum::Null,
    }
}

fn time(field: &Field<StoredTime>) -> Datum<'static> {
    field.value().map_or(Datum::Null, |time| Datum::Time(time.instant()))
}

/// `{"type","text" or "hex"}` of a cell that cannot be read.
pub(super) fn raw(cell: &RawCell) -> Value {
    match cell {
        RawCell::Integer(number) => serde_json::json!({"type": "integer", "text": number.to_string()}),
        RawCell::Real(number) => serde_json::json!({"type": "real", "text": number.to_string()}),
        RawCell::Text(text) => serde_json::json!({"type": "text", "text": text}),
        RawCell::BrokenText(bytes) => serde_json::json!({"type": "text", "hex": hex(bytes)}),
        RawCell::Blob(bytes) => serde_json::json!({"type": "blob", "hex": hex(bytes)}),
    }
}

/// Longest unreadable cell that a table shows, in bytes.
const SHOWN_BYTES: usize = 40;

pub(super) fn raw_cell(cell: &RawCell) -> Cell<'static> {
    let text = match cell {
        RawCell::Integer(number) => number.to_string(),
        RawCell::Real(number) => number.to_string(),
        RawCell::Text(text) => text.chars().take(SHOWN_BYTES).collect(),
        RawCell::BrokenText(bytes) => {
            let text = escape_bytes(&bytes[..bytes.len().min(SHOWN_BYTES)]);
            return Cell::escaped(format!("{text} (unreadable)"), Mark::Bad);
        }
        RawCell::Blob(bytes) => format!("blob of {} bytes", bytes.len()),
    };
    Cell::marked(format!("{text} (unreadable)"), Mark::Bad)
}

fn text_cell(field: &Field<String>) -> Cell<'_> {
    match field {
        Field::Value(text) => Cell::plain(text.as_str()),
        Field::Null | Field::Absent => Cell::absent(),
        Field::Bad(cell) => raw_cell(cell),
    }
}

fn number_cell(field: &Field<i64>) -> Cell<'_> {
    match field {
        Field::Value(number) => Cell::plain(number.to_string()),
        Field::Null | Field::Absent => Cell::absent(),
        Field::Bad(cell) => raw_cell(cell),
    }
}

fn flag_cell(flag: Flag) -> Cell<'static> {
    match flag {
        Flag::On => Cell::plain("yes"),
        Flag::Off => Cell::plain("no"),
        Flag::Absent => Cell::absent(),
    }
}

fn time_cell(field: &Field<StoredTime>, now: Timestamp) -> Cell<'_> {
    match field {
        Field::Value(time) => Cell::plain(message::when(time.instant(), now)),
        Field::Null | Field::Absent => Cell::absent(),
        Field::Bad(cell) => raw_cell(cell),
    }
}
