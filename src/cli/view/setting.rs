//! `config show`: settings in the JSON contract and in tables.

use serde::Serialize;
use serde_json::Value;

use crate::cli::output::{Cell, Column, Datum, Mark, Record};

/// One setting: `{"key","value","origin"}`, and `problem` where it cannot be used.
#[derive(Debug, Serialize)]
pub struct SettingView {
    /// The name in the configuration file, or of what else is decided there: `database`, `signing_key`.
    pub key: &'static str,
    /// What holds; `null`: none, or left to the database.
    pub value: Value,
    /// Who said so.
    pub origin: String,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

const SETTING_COLUMNS: [Column; 4] = [
    Column::left("key", "KEY", Column::ALWAYS),
    Column::left("value", "VALUE", Column::ALWAYS),
    Column::left("origin", "ORIGIN", Column::ALWAYS),
    Column::left("problem", "PROBLEM", Column::ON_REQUEST),
];

impl SettingView {
    fn text(&self) -> Option<String> {
        match &self.value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Array(parts) => Some(parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Some(other.to_string()),
        }
    }
}

impl Record for SettingView {
    fn columns() -> &'static [Column] {
        &SETTING_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match (SETTING_COLUMNS[index].name, &self.problem) {
            ("value", Some(problem)) => {
                let parts = [self.text(), Some(problem.clone())];
                Cell::marked(parts.into_iter().flatten().collect::<Vec<_>>().join("; "), Mark::Bad)
            }
            ("value", None) => self.text().map_or_else(Cell::absent, Cell::plain),
            ("problem", None) => Cell::absent(),
            _ => Cell::plain(self.value(index)),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match SETTING_COLUMNS[index].name {
            "key" => self.key.into(),
            "value" => self.text().unwrap_or_default().into(),
            "origin" => self.origin.as_str().into(),
            _ => self.problem.as_deref().unwrap_or_default().into(),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["problem"]
    }
}
