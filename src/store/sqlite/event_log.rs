//! Reading the event log: page by page in either direction, single rows, the anchors of pruned chains; and
//! removing its oldest rows.
//!
//! What a newcomer would get wrong: no statement stays open while a reader is slow, so lists read in pages;
//! inside [`super::Reader::at_once`] all pages are of one state of the file.

use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, ToSql, named_params};

use super::event_row::{stored, text};
use super::order::Order;
use super::{StoreError, Tx, View};
use crate::model::chain::{Anchor, StoredEvent};
use crate::model::event::EventRow;

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
        let page = rows.collect::<rusqlite::Result<Vec<EventTime>>>()?;
        Order::above((after > i64::MIN).then_some(after)).check(page.iter().map(|event| event.id))?;
        Ok(page)
    }

    /// The next rows in a direction.
    pub(super) fn event_page(&self, at: Direction) -> Result<Vec<StoredEvent>, StoreError> {
        let page = self.unchecked_page(at)?;
        let ids = page.iter().map(|event| event.row.id);
        // The complement of a number turns their order round.
        match at {
            Direction::Up(after) => Order::above(after).check(ids),
            Direction::Down(before) => Order::above(before.map(|id| !id)).check(ids.map(|id| !id)),
        }
        .map_err(|error| self.fail(error))?;
        Ok(page)
    }

    fn unchecked_page(&self, at: Direction) -> Result<Vec<StoredEvent>, StoreError> {
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

    /// Id of the newest event of a restore up to this id, it included.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn last_restore(&self, last_id: i64) -> Result<Option<i64>, StoreError> {
        self.conn
            .prepare_cached("SELECT max(id) FROM security_events WHERE event = 'database_restored' AND id <= :last")
            .and_then(|mut statement| statement.query_row(named_params! { ":last": last_id }, |row| row.get(0)))
            .map_err(|error| self.fail(error))
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
fn highest_id(conn: &rusqlite::Connection) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(
        "SELECT max(seq) FROM sqlite_sequence
          WHERE name = 'security_events' COLLATE NOCASE AND typeof(seq) = 'integer'",
    )?
    .query_row([], |row| row.get(0))
    .optional()
    .map(Option::flatten)
}
