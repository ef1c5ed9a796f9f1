//! What the file is: its pages, its modes, its schema in a word, its side files, its event log.
//!
//! What a newcomer would get wrong: size and number of pages differ while commits are still in the `-wal`.

use std::os::unix::fs::MetadataExt;

use rusqlite::OptionalExtension;

use super::wanted::WANTED;
use super::{Reader, StoreError, files};
use crate::model::time::Timestamp;

/// What the file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Size of the file alone.
    pub bytes: u64,
    /// Permission bits.
    pub mode: u32,
    /// `'app' (uid 1000)`.
    pub owner: String,
    /// Last written to.
    pub modified: Option<Timestamp>,
    /// Files of SQLite beside it: `-wal`, `-shm`, `-journal`, with their sizes.
    pub side_files: Vec<(&'static str, u64)>,
    /// Pages.
    pub pages: i64,
    /// Bytes of a page.
    pub page_size: i64,
    /// Pages without content.
    pub free_pages: i64,
    /// `delete`, `wal`, …
    pub journal_mode: String,
    /// `UTF-8`, …
    pub encoding: String,
    /// The app's own number, 0 so far.
    pub user_version: i64,
    /// Which of the app's forms it has.
    pub stage: Stage,
    /// The event log; `None` where there is none.
    pub events: Option<EventFacts>,
}

/// The event log in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// Rows.
    pub count: i64,
    /// Time of the first, as stored.
    pub first: Option<String>,
    /// Time of the last, as stored.
    pub last: Option<String>,
}

/// The forms of the app's database (`app-facts`, Stages of the database).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before accounts had passwords.
    BeforeAuth,
    /// Some of the nine columns.
    HalfAltered,
    /// The nine columns as the migration adds them.
    Migrated,
    /// Made by a later version of the app: no defaults.
    Later,
    /// Made by the newest version: users belong to customers.
    Customers,
}

impl Reader {
    /// What the file is.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be read.
    pub fn facts(&self) -> Result<FileFacts, StoreError> {
        let snapshot = self.conn.unchecked_transaction().map_err(|error| self.fail(error))?;
        let fail = |error| self.fail(error);
        let number = |sql: &'static str| snapshot.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(fail);
        let word = |sql: &'static str| snapshot.query_row(sql, [], |row| row.get::<_, String>(0)).map_err(fail);
        let path = self.place.path.clone();
        let unreadable = |error: std::io::Error| StoreError::Unreadable { path, detail: error.to_string() };
        let metadata = std::fs::metadata(&self.place.real).map_err(unreadable)?;
        let micros = metadata.mtime().saturating_mul(1_000_000).saturating_add(metadata.mtime_nsec() / 1000);
        Ok(FileFacts {
            bytes: metadata.len(),
            mode: metadata.mode() & 0o7777,
            owner: files::owner_name(metadata.uid()),
            modified: Timestamp::from_micros(micros),
            side_files: self.side_files(),
            pages: number("PRAGMA page_count")?,
            page_size: number("PRAGMA page_size")?,
            free_pages: number("PRAGMA freelist_count")?,
            journal_mode: word("PRAGMA journal_mode")?,
            encoding: word("PRAGMA encoding")?,
            user_version: number("PRAGMA user_version")?,
            stage: self.schema.stage(),
            events: self.event_facts()?,
        })
    }

    fn side_files(&self) -> Vec<(&'static str, u64)> {
        ["-wal", "-shm", "-journal"]
            .into_iter()
            .filter_map(|suffix| {
                let metadata = std::fs::metadata(files::side_file(&self.place.real, suffix)).ok()?;
                Some((suffix, metadata.len()))
            })
            .collect()
    }

    fn event_facts(&self) -> Result<Option<EventFacts>, StoreError> {
        if !self.schema.has_events() {
            return Ok(None);
        }
        let read = || -> rusqlite::Result<EventFacts> {
            let count = self.conn.query_row("SELECT count(*) FROM security_events", [], |row| row.get(0))?;
            let first = self
                .conn
                .query_row("SELECT at FROM security_events ORDER BY id LIMIT 1", [], |row| {
                    super::event_row::text(row, 0)
                })
                .optional()?
                .flatten();
            Ok(EventFacts { count, first, last: None })
        };
        let facts = read().map_err(|error| self.fail(error))?;
        Ok(Some(EventFacts { last: self.last_event_time()?, ..facts }))
    }
}

impl super::schema::Schema {
    /// Which of the app's forms the file has.
    pub fn stage(&self) -> Stage {
        let present = WANTED.iter().filter(|wanted| self.has(wanted.name)).count();
        if self.has_customers() {
            return Stage::Customers;
        }
        match present {
            0 => Stage::BeforeAuth,
            all if all < WANTED.len() => Stage::HalfAltered,
            // The migration adds the columns with their defaults; a table that the app makes at once has none.
            _ if self.default_role().is_some() => Stage::Migrated,
            _ => Stage::Later,
        }
    }
}
