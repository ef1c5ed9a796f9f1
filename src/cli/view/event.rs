//! The last events of an account in the JSON contract and in tables, and the words that all tables of events share.

use serde::Serialize;
use serde_json::Value;

use super::audit::Since;
use crate::cli::output::personal::{self, Personal};
use crate::cli::output::{Cell, Column, Datum, Record};
use crate::model::event::{Actor, EventRow};
use crate::model::time::relative;
use crate::ops::audit::read_time;

/// One event, without its hashes.
#[derive(Debug, Serialize)]
pub struct EventView {
    id: i64,
    at: String,
    /// The time as people read it.
    #[serde(skip)]
    when: String,
    event: String,
    outcome: String,
    before: Option<Value>,
    after: Option<Value>,
    details: Option<Value>,
    reason: Option<String>,
    actor: Option<String>,
}

const COLUMNS: [Column; 6] = [
    Column::right("id", "EVENT", 50),
    Column::left("at", "AT", Column::ALWAYS),
    Column::left("event", "WHAT", Column::ALWAYS),
    Column::left("actor", "WHO", 60),
    Column::left("change", "CHANGE", 70),
    Column::left("reason", "WHY", 40),
];

impl From<EventRow> for EventView {
    fn from(row: EventRow) -> Self {
        let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text).unwrap_or(text.into()));
        Self {
            id: row.id,
            when: when(&row.at, Since::Unsaid),
            at: row.at,
            event: row.event,
            outcome: row.outcome,
            before: json(row.before),
            after: json(row.after),
            details: json(row.details),
            reason: row.reason,
            actor: who(&row.actor),
        }
    }
}

impl EventView {
    /// When, and what, as people read it.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.when, self.event)
    }

    /// The same for machines.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.at, self.event)
    }

    fn change(&self) -> String {
        let shown = |value: &Option<Value>| match value {
            None => Value::Null,
            Some(Value::Object(object)) => Value::Object(personal::object(object)),
            // Nobody knows what it holds.
            Some(_) if personal::of_run() == Personal::Hidden => personal::MASK.into(),
            Some(other) => other.clone(),
        };
        change(&shown(&self.before), &shown(&self.after), &shown(&self.details))
    }
}

/// When something happened, for people; the text itself where it is no time of the log.
pub(super) fn when(at: &str, since: Since) -> String {
    match (read_time(at), since) {
        (None, _) => at.to_owned(),
        (Some(at), Since::Unsaid) => at.to_table(),
        (Some(at), Since::Said(now)) => format!("{} ({})", at.to_table(), relative(at, now)),
    }
}

/// Who acted: the name, else the number.
pub(super) fn who(actor: &Actor) -> Option<String> {
    actor.name.clone().or_else(|| actor.uid.map(|uid| format!("uid {uid}")))
}

/// `role: patient -> admin; why: …`, field by field.
pub(super) fn change(before: &Value, after: &Value, details: &Value) -> String {
    let word = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "null".to_owned(),
    };
    let mut parts = Vec::new();
    for (name, value) in after.as_object().into_iter().flatten() {
        parts.push(format!("{name}: {} -> {}", word(before.get(name)), word(Some(value))));
    }
    match details {
        Value::Null => {}
        Value::Object(details) => {
            parts.extend(details.iter().map(|(name, value)| format!("{name}: {}", word(Some(value)))));
        }
        other => parts.push(word(Some(other))),
    }
    parts.join("; ")
}

impl Record for EventView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match (COLUMNS[index].name, self.value(index)) {
            ("at", _) => Cell::plain(self.when.as_str()),
            (_, text) if text.is_empty() => Cell::absent(),
            (_, text) => Cell::plain(text),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "id" => self.id.to_string().into(),
            "at" => self.at.as_str().into(),
            "event" => self.event.as_str().into(),
            "actor" => self.actor.as_deref().unwrap_or_default().into(),
            "change" => self.change().into(),
            _ => self.reason.as_deref().unwrap_or_default().into(),
        }
    }
}
