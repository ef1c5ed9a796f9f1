//! Reading the event log: page by page in either direction, single rows, the anchors of pruned chains; and
//! removing its oldest rows.
//!
//! What a newcomer would get wrong: no statement stays open while a reader is slow, so lists read in pages;
//! inside [`super::Reader::at_once`] all pages are of one state of the file.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, ToSql, named_params};

use super::{StoreError, Tx, View};
use crate::model::chain::{Anchor, BadCell, StoredEvent};
use crate::model::event::{Actor, EventRow};
use crate::model::user::RawCell;

/// Rows read under one lock.
const PAGE: u32 = 1000;

/// A SELECT of whole rows, with what follows FROM.
macro_rules! events {
    ($rest:literal) => {
        concat!(
            "SELECT id, at, event, outcome, target_id, target_username, before, after, details, reason,
                    actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host,
                    version, prev_hash, hash
               FROM security_events ",
            $rest
        )
    };
}

/// The little that tells how old an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// Row id.
    pub id: i64,
    /// When, as stored.
    pub at: String,
    /// Its name.
    pub event: String,
}

/// From which end the log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The oldest first, above the id.
    Up(Option<i64>),
    /// The newest first, below the id.
    Down(Option<i64>),
}

impl View<'_> {
    /// The last events of one account, newest first; none on a file without the event log.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn events_of(&self, target_id: i64, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        if !self.schema.has_events() {
            return Ok(Vec::new());
        }
        let sql = events!("WHERE target_id = :target ORDER BY id DESC LIMIT :limit");
        let rows = self.events(sql, &[(":target", &target_id), (":limit", &limit)])?;
        Ok(rows.into_iter().map(|event| event.row).collect())
    }

    /// Hands every row to `visit`, page by page; stops when it returns `Break`.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_event<E: From<StoreError>>(
        &self,
        direction: Direction,
        mut visit: impl FnMut(StoredEvent) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut at = direction;
        loop {
            let page = self.event_page(at)?;
            let full = page.len() == PAGE as usize;
            let last = page.last().map(|event| event.row.id);
            at = match at {
                Direction::Up(after) => Direction::Up(last.or(after)),
                Direction::Down(before) => Direction::Down(last.or(before)),
            };
            for event in page {
                if visit(event)?.is_break() {
                    return Ok(());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Hands the times of all rows to `visit`, the oldest first; stops when it returns `Break`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn each_event_time(&self, mut visit: impl FnMut(EventTime) -> ControlFlow<()>) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            let page = self.time_page(after).map_err(|error| self.fail(error))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            if page.into_iter().any(|event| visit(event).is_break()) {
                return Ok(());
            }
        }
    }

    fn time_page(&self, after: i64) -> rusqlite::Result<Vec<EventTime>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, at, event FROM security_events WHERE id > :after ORDER BY id LIMIT :page")?;
        let rows = statement.query_map(named_params! { ":after": after, ":page": PAGE }, |row| {
            let (at, event) = (text(row, 1)?.unwrap_or_default(), text(row, 2)?.unwrap_or_default());
            Ok(EventTime { id: row.get(0)?, at, event })
        })?;
        rows.collect()
    }

    fn event_page(&self, at: Direction) -> Result<Vec<StoredEvent>, StoreError> {
        match at {
            Direction::Up(None) => self.events(events!("ORDER BY id LIMIT :page"), &[(":page", &PAGE)]),
            Direction::Up(Some(after)) => self
                .events(events!("WHERE id > :after ORDER BY id LIMIT :page"), &[(":after", &after), (":page", &PAGE)]),
            Direction::Down(None) => self.events(events!("ORDER BY id DESC LIMIT :page"), &[(":page", &PAGE)]),
            Direction::Down(Some(before)) => self.events(
                events!("WHERE id < :before ORDER BY id DESC LIMIT :page"),
                &[(":before", &before), (":page", &PAGE)],
            ),
        }
    }

    /// One row.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn event(&self, id: i64) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.events(events!("WHERE id = :id"), &[(":id", &id)])?.pop())
    }

    /// The first row behind this id.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn event_after(&self, id: i64) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.events(events!("WHERE id > :id ORDER BY id LIMIT 1"), &[(":id", &id)])?.pop())
    }

    /// The first row.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn first_event(&self) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.events(events!("ORDER BY id LIMIT 1"), &[])?.pop())
    }

    /// The last row.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn last_event(&self) -> Result<Option<StoredEvent>, StoreError> {
        Ok(self.events(events!("ORDER BY id DESC LIMIT 1"), &[])?.pop())
    }

    /// What the events of pruning say, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn anchors(&self) -> Result<Vec<Anchor>, StoreError> {
        let rows = self.events(events!("WHERE event = 'events_pruned' ORDER BY id"), &[])?;
        Ok(rows.iter().filter_map(Anchor::of).collect())
    }

    /// How many rows there are up to this id, it included.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn count_events(&self, last_id: i64) -> Result<u64, StoreError> {
        self.conn
            .prepare_cached("SELECT count(*) FROM security_events WHERE id <= :last")
            .and_then(|mut statement| {
                statement.query_row(named_params! { ":last": last_id }, |row| row.get::<_, i64>(0))
            })
            .map(i64::unsigned_abs)
            .map_err(|error| self.fail(error))
    }

    /// The highest id that SQLite remembers to have given; `None` where it remembers none.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn event_sequence(&self) -> Result<Option<i64>, StoreError> {
        highest_id(self.conn).map_err(|error| self.fail(error))
    }

    /// Whether an event is about the account with this id, or with this name.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn is_recorded(&self, id: Option<i64>, username: Option<&str>) -> Result<bool, StoreError> {
        self.conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM security_events WHERE target_id = :id OR target_username = :username)",
            )
            .and_then(|mut statement| {
                statement.query_row(named_params! { ":id": id, ":username": username }, |row| row.get(0))
            })
            .map_err(|error| self.fail(error))
    }

    fn events(&self, sql: &str, values: &[(&str, &dyn ToSql)]) -> Result<Vec<StoredEvent>, StoreError> {
        let read = || {
            let mut statement = self.conn.prepare_cached(sql)?;
            let rows = statement.query_map(values, stored)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.fail(error))
    }
}

impl Tx<'_> {
    /// Removes the rows up to this id, it included; gives their number.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be written.
    pub fn delete_events(&self, last_id: i64) -> Result<u64, StoreError> {
        let rows = self
            .tx
            .prepare_cached("DELETE FROM security_events WHERE id <= :last")
            .and_then(|mut statement| statement.execute(named_params! { ":last": last_id }))
            .map_err(|error| self.fail(error))?;
        self.count(rows);
        Ok(rows as u64)
    }
}

/// The highest id ever used, as SQLite's own table says it.
pub(super) fn highest_id(conn: &rusqlite::Connection) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(
        "SELECT max(seq) FROM sqlite_sequence
          WHERE name = 'security_events' COLLATE NOCASE AND typeof(seq) = 'integer'",
    )?
    .query_row([], |row| row.get(0))
    .optional()
    .map(Option::flatten)
}

/// Reads a row cell by cell and notes those that are of another kind than what is written there.
fn stored(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let mut cells = Cells { row, bad: Vec::new() };
    Ok(StoredEvent {
        row: EventRow {
            id: row.get(0)?,
            at: cells.required(1, "at")?,
            event: cells.required(2, "event")?,
            outcome: cells.required(3, "outcome")?,
            target_id: cells.integer(4, "target_id")?,
            target_username: cells.text(5, "target_username")?,
            before: cells.text(6, "before")?,
            after: cells.text(7, "after")?,
            details: cells.text(8, "details")?,
            reason: cells.text(9, "reason")?,
            actor: Actor {
                uid: cells.integer(10, "actor_uid")?,
                name: cells.text(11, "actor_name")?,
                login_uid: cells.integer(12, "actor_login_uid")?,
                sudo_user: cells.text(13, "actor_sudo_user")?,
                terminal: cells.text(14, "actor_terminal")?,
                host: cells.text(15, "actor_host")?,
            },
            version: cells.required(16, "version")?,
            prev_hash: cells.required(17, "prev_hash")?,
        },
        hash: cells.required(18, "hash")?,
        bad: cells.bad,
    })
}

struct Cells<'r, 's> {
    row: &'r Row<'s>,
    bad: Vec<BadCell>,
}

impl Cells<'_, '_> {
    fn required(&mut self, index: usize, column: &'static str) -> rusqlite::Result<String> {
        let text = self.text(index, column)?;
        if text.is_none() {
            self.bad.push(BadCell { column, raw: None });
        }
        Ok(text.unwrap_or_default())
    }

    fn text(&mut self, index: usize, column: &'static str) -> rusqlite::Result<Option<String>> {
        let raw = match self.row.get_ref(index)? {
            ValueRef::Null => return Ok(None),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => return Ok(Some(text.to_owned())),
                Err(_) => RawCell::BrokenText(bytes.to_vec()),
            },
            ValueRef::Integer(number) => RawCell::Integer(number),
            ValueRef::Real(number) => RawCell::Real(number),
            ValueRef::Blob(bytes) => RawCell::Blob(bytes.to_vec()),
        };
        self.bad.push(BadCell { column, raw: Some(raw) });
        text(self.row, index)
    }

    fn integer(&mut self, index: usize, column: &'static str) -> rusqlite::Result<Option<i64>> {
        let raw = match self.row.get_ref(index)? {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(number) => return Ok(Some(number)),
            ValueRef::Real(number) => RawCell::Real(number),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => RawCell::Text(text.to_owned()),
                Err(_) => RawCell::BrokenText(bytes.to_vec()),
            },
            ValueRef::Blob(bytes) => RawCell::Blob(bytes.to_vec()),
        };
        self.bad.push(BadCell { column, raw: Some(raw) });
        Ok(None)
    }
}

/// A text for people; a cell of another kind, which only another hand can have written, as far as it can be read.
pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
    })
}
