//! A session in the JSON contract and in words.

use serde::Serialize;

use super::UserView;
use crate::cli::output::{Cell, Column, Datum, Record};
use crate::model::time::{Timestamp, relative};

/// `whoami`.
#[derive(Debug, Serialize)]
pub struct SessionView {
    user: UserView<'static>,
    expires_at: String,
    rights: Vec<&'static str>,
    #[serde(skip)]
    words: SessionWords,
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

/// What people read in the place of the machine's cells, unescaped.
#[derive(Debug)]
pub struct SessionWords {
    /// The account.
    pub whom: String,
    /// What it may do, and on whom.
    pub rights: String,
}

impl SessionView {
    /// The account, the end of its session, and the commands that it may run.
    pub fn new(
        user: UserView<'static>,
        until: Timestamp,
        rights: Vec<&'static str>,
        words: SessionWords,
        now: Timestamp,
    ) -> Self {
        Self { user, expires_at: until.to_rfc3339(), rights, words, until, now }
    }
}

impl Record for SessionView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match COLUMNS[index].name {
            "expires_at" => Cell::plain(format!("{} ({})", self.until.to_table(), relative(self.until, self.now))),
            "rights" => Cell::plain(self.words.rights.as_str()),
            _ => Cell::plain(self.value(index)),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "user" => self.words.whom.as_str().into(),
            "expires_at" => self.expires_at.as_str().into(),
            _ => self.rights.join(", ").into(),
        }
    }
}
