//! `user show` and `user list --count`.

use serde::Serialize;

use super::user::{COLUMNS as USER_COLUMNS, UserView};
use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::user::StoredUser;
use crate::ops::list::HashFacts;

/// What `user show` adds of the hash.
#[derive(Debug, Serialize)]
pub struct HashView {
    scheme: &'static str,
    current: Option<bool>,
}

impl From<HashFacts> for HashView {
    fn from(facts: HashFacts) -> Self {
        Self { scheme: facts.scheme, current: facts.current }
    }
}

/// `user show`: an account with its hash's scheme and its last events.
#[derive(Debug, Serialize)]
pub struct ShownView {
    #[serde(flatten)]
    user: UserView<'static>,
    hash: Option<HashView>,
    last_events: Vec<super::EventView>,
}

const HASH_COLUMN: Column = Column::left("hash", "HASH", 10);

/// A table has the events below the account, in a table of their own.
pub const EVENTS_COLUMN: Column = Column::left("last_events", "LAST EVENTS", Column::ON_REQUEST);

const SHOWN_COLUMNS: [Column; USER_COLUMNS.len() + 2] = {
    let mut columns = [HASH_COLUMN; USER_COLUMNS.len() + 2];
    let mut index = 0;
    while index < USER_COLUMNS.len() {
        columns[index] = USER_COLUMNS[index];
        index += 1;
    }
    columns[index + 1] = EVENTS_COLUMN;
    columns
};

impl ShownView {
    /// All that `user show` tells.
    pub fn new(user: UserView<'static>, hash: Option<HashView>, last_events: Vec<super::EventView>) -> Self {
        Self { user, hash, last_events }
    }

    /// The account as it is stored.
    pub fn stored(&self) -> &StoredUser {
        self.user.stored()
    }

    /// Its last events, newest first.
    pub fn events(&self) -> &[super::EventView] {
        &self.last_events
    }

    fn event_lines(&self, line: impl Fn(&super::EventView) -> String) -> String {
        self.last_events.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    fn hash_words(&self) -> (String, Mark) {
        match &self.hash {
            None => (String::new(), Mark::Dim),
            Some(HashView { scheme, current: Some(true) }) => (format!("{scheme}, current"), Mark::Good),
            Some(HashView { scheme: "bcrypt", current: _ }) => {
                ("bcrypt, outdated; logs in only where the app has bcrypt below 5".to_owned(), Mark::Warn)
            }
            Some(HashView { scheme, current: Some(false) }) => (format!("{scheme}, outdated"), Mark::Warn),
            Some(HashView { scheme, current: None }) => ((*scheme).to_owned(), Mark::Bad),
        }
    }
}

impl Record for ShownView {
    fn columns() -> &'static [Column] {
        &SHOWN_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        if index < USER_COLUMNS.len() {
            return self.user.cell(index);
        }
        let (words, mark) = match SHOWN_COLUMNS[index].name {
            "hash" => self.hash_words(),
            _ => (self.event_lines(super::EventView::words), Mark::Plain),
        };
        if words.is_empty() { Cell::absent() } else { Cell::marked(words, mark) }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match SHOWN_COLUMNS[index].name {
            "hash" => self.hash_words().0.into(),
            "last_events" => self.event_lines(super::EventView::line).into(),
            _ => self.user.value(index),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

/// `user list --count`.
#[derive(Debug, Serialize)]
pub struct CountView {
    /// How many.
    pub count: u64,
}

const COUNT_COLUMNS: [Column; 1] = [Column::right("count", "COUNT", Column::ALWAYS)];

impl Record for CountView {
    fn columns() -> &'static [Column] {
        &COUNT_COLUMNS
    }

    fn cell(&self, _index: usize) -> Cell<'_> {
        Cell::plain(self.count.to_string())
    }

    fn value(&self, _index: usize) -> Datum<'_> {
        self.count.to_string().into()
    }
}
