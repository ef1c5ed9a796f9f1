//! A session in the JSON contract and in words.

use std::borrow::Cow;

use serde::Serialize;

use super::UserView;
use crate::cli::output::{Cell, Column, Record};
use crate::model::time::{Timestamp, relative};

/// `whoami`.
#[derive(Debug, Serialize)]
pub struct SessionView {
    user: UserView,
    expires_at: String,
    rights: Vec<&'static str>,
    #[serde(skip)]
    whom: String,
    #[serde(skip)]
    bound: &'static str,
    #[serde(skip)]
    until: Timestamp,
    #[serde(skip)]
    now: Timestamp,
}

const COLUMNS: [Column; 3] = [
    Column::left("user", "USER", Column::ALWAYS),
    Column::left("expires_at", "EXPIRES", 90),
    Column::left("rights", "RIGHTS", 80),
];

impl SessionView {
    /// The account (`whom` in words, unescaped), the end of its session, and the commands that it may run.
    pub fn new(user: UserView, whom: String, until: Timestamp, rights: Vec<&'static str>, now: Timestamp) -> Self {
        Self { user, expires_at: until.to_rfc3339(), rights, whom, bound: "", until, now }
    }

    /// Whom the commands may touch, for people.
    #[must_use]
    pub fn bound(self, bound: &'static str) -> Self {
        Self { bound, ..self }
    }
}

impl Record for SessionView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match COLUMNS[index].name {
            "expires_at" => Cell::plain(format!("{} ({})", self.until.to_table(), relative(self.until, self.now))),
            "rights" => Cell::plain(format!("{}{}", self.value(index), self.bound)),
            _ => Cell::plain(self.value(index)),
        }
    }

    fn value(&self, index: usize) -> Cow<'_, str> {
        match COLUMNS[index].name {
            "user" => self.whom.as_str().into(),
            "expires_at" => self.expires_at.as_str().into(),
            _ => self.rights.join(", ").into(),
        }
    }
}
