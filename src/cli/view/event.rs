//! Events in the JSON contract and in tables.

use serde::Serialize;
use serde_json::Value;

use crate::cli::output::{Cell, Column, Datum, Record, personal};
use crate::model::event::EventRow;

/// One event, without its hashes.
#[derive(Debug, Serialize)]
pub struct EventView {
    id: i64,
    at: String,
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
        let actor = match (row.actor.name, row.actor.uid) {
            (Some(name), _) => Some(name),
            (None, Some(uid)) => Some(format!("uid {uid}")),
            (None, None) => None,
        };
        Self {
            id: row.id,
            at: row.at,
            event: row.event,
            outcome: row.outcome,
            before: json(row.before),
            after: json(row.after),
            details: json(row.details),
            reason: row.reason,
            actor,
        }
    }
}

impl EventView {
    /// `role: patient → admin`, field by field.
    fn change(&self) -> String {
        let object = |value: &Option<Value>| value.as_ref().and_then(Value::as_object).map(personal::object);
        let (Some(before), Some(after)) = (object(&self.before), object(&self.after)) else {
            return match (object(&self.details), &self.details) {
                (Some(details), _) => Value::Object(details).to_string(),
                // Nobody knows what it holds.
                (None, Some(details)) => personal::name(&details.to_string()).into_owned(),
                (None, None) => String::new(),
            };
        };
        let word = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "null".to_owned(),
        };
        let fields =
            after.iter().map(|(name, value)| format!("{name}: {} -> {}", word(before.get(name)), word(Some(value))));
        fields.collect::<Vec<_>>().join("; ")
    }
}

impl Record for EventView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match self.value(index) {
            text if text.is_empty() => Cell::absent(),
            text => Cell::plain(text),
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
