//! Events for `audit list` and `audit show`, and rows in exact form for `audit export`.
//!
//! What a newcomer would get wrong: in an export `before`, `after` and `details` are texts, since the hash covers
//! their very bytes; in a list they are opened as the JSON that they hold.

use std::io;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::event::{change, when, who};
use super::user::raw;
use crate::cli::output::personal::{self, Personal};
use crate::cli::output::{Cell, Column, Datum, Mark, Record, push_object, serialize_object};
use crate::model::chain::StoredEvent;
use crate::model::time::Timestamp;

/// One event, its texts opened.
#[derive(Debug)]
pub struct AuditView {
    event: StoredEvent,
    at: String,
    change: String,
}

/// Whether a time is said from now, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// No: there are many in a list.
    Unsaid,
    /// Yes.
    Said(Timestamp),
}

const COLUMNS: [Column; 22] = [
    Column::right("id", "EVENT", Column::ALWAYS),
    Column::left("at", "AT", Column::ALWAYS),
    Column::left("event", "WHAT", Column::ALWAYS),
    Column::left("outcome", "OUTCOME", 30),
    Column::left("target", "WHOM", 90),
    Column::left("actor", "WHO", 60),
    Column::left("change", "CHANGE", 70),
    Column::left("reason", "WHY", 40),
    Column::right("target_id", "WHOM ID", Column::ON_REQUEST),
    Column::left("target_username", "WHOM NAME", Column::ON_REQUEST),
    Column::left("before", "BEFORE", Column::ON_REQUEST),
    Column::left("after", "AFTER", Column::ON_REQUEST),
    Column::left("details", "DETAILS", Column::ON_REQUEST),
    Column::right("actor_uid", "UID", Column::ON_REQUEST),
    Column::left("actor_name", "NAME", Column::ON_REQUEST),
    Column::right("actor_login_uid", "LOGIN UID", Column::ON_REQUEST),
    Column::left("actor_sudo_user", "SUDO USER (CLAIMED)", Column::ON_REQUEST),
    Column::left("actor_terminal", "TERMINAL", Column::ON_REQUEST),
    Column::left("actor_host", "HOST", Column::ON_REQUEST),
    Column::left("version", "VERSION", Column::ON_REQUEST),
    Column::left("prev_hash", "HASH BEFORE", Column::ON_REQUEST),
    Column::left("hash", "HASH", Column::ON_REQUEST),
];

impl AuditView {
    /// The event for people and machines; machines get it with nothing hidden.
    pub fn new(event: StoredEvent, since: Since, personal: Personal) -> Self {
        let event = match personal {
            Personal::Shown => event,
            Personal::Hidden => hidden(event),
        };
        let at = when(&event.row.at, since);
        let row = &event.row;
        let change = change(&opened(&row.before), &opened(&row.after), &opened(&row.details));
        Self { at, change, event }
    }

    fn target(&self) -> String {
        let row = &self.event.row;
        let id = row.target_id.map(|id| format!("id:{id}"));
        [id, row.target_username.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn actor(&self) -> String {
        who(&self.event.row.actor).unwrap_or_default()
    }

    fn is_refused(&self) -> bool {
        self.event.row.outcome == "refused"
    }
}

/// The event without personal data.
fn hidden(mut event: StoredEvent) -> StoredEvent {
    let row = &mut event.row;
    row.target_username = row.target_username.take().map(|_| personal::MASK.to_owned());
    for text in [&mut row.before, &mut row.after, &mut row.details] {
        *text = match opened(text) {
            Value::Null => None,
            Value::Object(object) => Some(Value::Object(personal::object(&object)).to_string()),
            // Nobody knows what it holds.
            _ => Some(personal::MASK.to_owned()),
        };
    }
    event
}

/// The JSON in a text; the text itself where it holds none.
fn opened(text: &Option<String>) -> Value {
    text.as_deref().map_or(Value::Null, read)
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

impl Serialize for AuditView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in keys(&self.event) {
            match (name, value) {
                ("before" | "after" | "details", Datum::Text(text)) => map.serialize_entry(name, &read(&text))?,
                (name, value) => map.serialize_entry(name, &value)?,
            }
        }
        if !self.event.bad.is_empty() {
            map.serialize_entry("raw", &unreadable(&self.event))?;
        }
        map.end()
    }
}

impl Record for AuditView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match (COLUMNS[index].name, self.value(index)) {
            (_, text) if text.is_empty() => Cell::absent(),
            ("at", _) => Cell::plain(self.at.as_str()),
            ("outcome", text) => Cell::marked(text, if self.is_refused() { Mark::Warn } else { Mark::Plain }),
            (_, text) => Cell::plain(text),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "target" => self.target().into(),
            "actor" => self.actor().into(),
            "change" => self.change.as_str().into(),
            name => stored(&self.event, name),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

/// One row in exact form: the columns of the table in their order, texts as they are stored.
#[derive(Debug)]
pub struct EventRowView(pub StoredEvent);

const EXPORTED: [Column; 19] = [
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("at", "AT", Column::ALWAYS),
    Column::left("event", "EVENT", Column::ALWAYS),
    Column::left("outcome", "OUTCOME", Column::ALWAYS),
    Column::right("target_id", "TARGET_ID", Column::ALWAYS),
    Column::left("target_username", "TARGET_USERNAME", Column::ALWAYS),
    Column::left("before", "BEFORE", Column::ALWAYS),
    Column::left("after", "AFTER", Column::ALWAYS),
    Column::left("details", "DETAILS", Column::ALWAYS),
    Column::left("reason", "REASON", Column::ALWAYS),
    Column::right("actor_uid", "ACTOR_UID", Column::ALWAYS),
    Column::left("actor_name", "ACTOR_NAME", Column::ALWAYS),
    Column::right("actor_login_uid", "ACTOR_LOGIN_UID", Column::ALWAYS),
    Column::left("actor_sudo_user", "ACTOR_SUDO_USER", Column::ALWAYS),
    Column::left("actor_terminal", "ACTOR_TERMINAL", Column::ALWAYS),
    Column::left("actor_host", "ACTOR_HOST", Column::ALWAYS),
    Column::left("version", "VERSION", Column::ALWAYS),
    Column::left("prev_hash", "PREV_HASH", Column::ALWAYS),
    Column::left("hash", "HASH", Column::ALWAYS),
];

impl Serialize for EventRowView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, keys(&self.0), &unreadable(&self.0))
    }
}

impl Record for EventRowView {
    fn columns() -> &'static [Column] {
        &EXPORTED
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        stored(&self.0, EXPORTED[index].name)
    }

    fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        push_object(out, keys(&self.0), &unreadable(&self.0))
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

/// All columns of the table in their order.
fn keys(event: &StoredEvent) -> impl Iterator<Item = (&'static str, Datum<'_>)> {
    EXPORTED.iter().map(|column| (column.name, stored(event, column.name)))
}

/// What the columns that hold another kind than is written there hold.
fn unreadable(event: &StoredEvent) -> Map<String, Value> {
    let cells = event.bad.iter();
    cells.map(|cell| (cell.column.to_owned(), cell.raw.as_ref().map_or(Value::Null, raw))).collect()
}

/// The column of this name; nothing where it holds another kind than is written there.
fn stored<'e>(event: &'e StoredEvent, name: &str) -> Datum<'e> {
    let (row, actor) = (&event.row, &event.row.actor);
    if event.bad.iter().any(|cell| cell.column == name) {
        return Datum::Null;
    }
    match name {
        "id" => row.id.into(),
        "at" => row.at.as_str().into(),
        "event" => row.event.as_str().into(),
        "outcome" => row.outcome.as_str().into(),
        "target_id" => row.target_id.into(),
        "target_username" => row.target_username.as_deref().into(),
        "before" => row.before.as_deref().into(),
        "after" => row.after.as_deref().into(),
        "details" => row.details.as_deref().into(),
        "reason" => row.reason.as_deref().into(),
        "actor_uid" => actor.uid.into(),
        "actor_name" => actor.name.as_deref().into(),
        "actor_login_uid" => actor.login_uid.into(),
        "actor_sudo_user" => actor.sudo_user.as_deref().into(),
        "actor_terminal" => actor.terminal.as_deref().into(),
        "actor_host" => actor.host.as_deref().into(),
        "version" => row.version.as_str().into(),
        "prev_hash" => row.prev_hash.as_str().into(),
        _ => event.hash.as_str().into(),
    }
}
