//! Appending to the event log; `event_log` reads it.
//!
//! What a newcomer would get wrong: the row's own id is part of what its hash covers, so the id is chosen here
//! (inside the write transaction nobody else can take it); and a key that can be read need not be the key of this log.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Serialize, Serializer};

use super::event_log::Direction;
use super::event_row::text;
use super::{Reader, StoreError, Tx};
use crate::model::chain::{HashForm, StoredEvent};
use crate::model::event::{Acting, EventDraft, EventFields, EventRow, EventValue, GENESIS, event_time};
use crate::model::secret::ChainKey;
use crate::model::time::Timestamp;
use crate::store::chain::row_hash;
use crate::store::{Act, TriggerEffect};

impl Tx<'_> {
    /// Appends one row per draft, each with the hash of the row before.
    pub(super) fn append_events(
        &self,
        drafts: Vec<EventDraft>,
        triggers: Option<&TriggerEffect>,
        act: &Act<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut id, mut prev_hash) = self.end_of_log(act.chain_key)?;
        let full = || StoreError::Damaged { detail: "security_events has no ids left".into() };
        for mut draft in drafts {
            draft.details.extend(act.acting.iter().flat_map(|acting| Acting::details(&acting.row)));
            if let Some(effect) = triggers {
                draft.details.push(("triggers", EventValue::Text(effect.names.join(", "))));
                draft.details.push(("trigger_rows", EventValue::Integer(effect.rows.cast_signed())));
            }
            id = id.checked_add(1).ok_or_else(full)?;
            let row = compose(id, prev_hash, &draft, act, now);
            prev_hash = row_hash(&row, act.chain_key);
            self.insert_event(&row, &prev_hash).map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    /// The highest id ever used, and the hash of the last row, whatever somebody made of them.
    fn end_of_log(&self, key: Option<&ChainKey>) -> Result<(i64, String), StoreError> {
        let used = self.view().event_sequence()?.unwrap_or(0);
        let Some(last) = self.view().last_event()? else { return Ok((used, GENESIS.to_owned())) };
        self.require_key(&last, key)?;
        Ok((last.row.id.max(used), last.hash))
    }

    /// A row without the key of the log, or with another, would break the chain for good. Where the last row does not
    /// fit the key, one before it that does shows that the key is right and the row was altered: `audit verify` says
    /// that, and nobody is locked out by it.
    fn require_key(&self, last: &StoredEvent, key: Option<&ChainKey>) -> Result<(), StoreError> {
        if HashForm::of(&last.hash) != HashForm::Keyed {
            return Ok(());
        }
        let Some(key) = key else { return Err(StoreError::ChainKeyNeeded) };
        let fits = |event: &StoredEvent| row_hash(&event.row, Some(key)) == event.hash;
        if fits(last) || self.view().event_page(Direction::Down(Some(last.row.id)))?.iter().any(fits) {
            return Ok(());
        }
        Err(StoreError::ChainKeyWrong { last_id: last.row.id })
    }

    /// Values by place, not by name: SQLite looks a name up among all of them, for each of 100,000 rows.
    fn insert_event(&self, row: &EventRow, hash: &str) -> rusqlite::Result<()> {
        let mut statement = self.tx.prepare_cached(
            "INSERT INTO security_events
               (id, at, event, outcome, target_id, target_username, before, after, details, reason,
                actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host,
                version, prev_hash, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let actor = &row.actor;
        statement.execute(params![
            row.id,
            row.at,
            row.event,
            row.outcome,
            row.target_id,
            row.target_username,
            row.before,
            row.after,
            row.details,
            row.reason,
            actor.uid,
            actor.name,
            actor.login_uid,
            actor.sudo_user,
            actor.terminal,
            actor.host,
            row.version,
            row.prev_hash,
            hash,
        ])?;
        Ok(())
    }
}

/// Id and hash of the last row.
fn last_row(conn: &Connection) -> rusqlite::Result<Option<(i64, String)>> {
    conn.prepare_cached("SELECT id, hash FROM security_events ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, text(row, 1)?.unwrap_or_default())))
        .optional()
}

impl Reader {
    /// Whether the last event is keyed, so that nothing may be written without the key.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn needs_chain_key(&self) -> Result<bool, StoreError> {
        if !self.schema.has_events() {
            return Ok(false);
        }
        let last = last_row(&self.conn).map_err(|error| self.fail(error))?;
        Ok(last.is_some_and(|(_, hash)| HashForm::of(&hash) == HashForm::Keyed))
    }

    /// Time of the last event, as stored; `None` without any.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn last_event_time(&self) -> Result<Option<String>, StoreError> {
        if !self.schema.has_events() {
            return Ok(None);
        }
        self.conn
            .prepare_cached("SELECT at FROM security_events ORDER BY id DESC LIMIT 1")
            .and_then(|mut statement| statement.query_row([], |row| text(row, 0)).optional())
            .map(Option::flatten)
            .map_err(|error| self.fail(error))
    }
}

fn compose(id: i64, prev_hash: String, draft: &EventDraft, act: &Act<'_>, now: Timestamp) -> EventRow {
    EventRow {
        id,
        at: event_time(now),
        event: draft.event.as_str().to_owned(),
        outcome: draft.event.outcome().to_owned(),
        target_id: draft.target_id,
        target_username: draft.target_username.clone(),
        before: json(&draft.before),
        after: json(&draft.after),
        details: json(&draft.details),
        reason: act.reason.map(str::to_owned),
        actor: act.actor.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        prev_hash,
    }
}

/// A JSON object in the order given; NULL for no fields.
fn json(fields: &EventFields) -> Option<String> {
    struct Object<'a>(&'a EventFields);
    impl Serialize for Object<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
        }
    }
    let is_new = |(at, (name, _)): (usize, &(&str, EventValue))| fields[..at].iter().all(|(before, _)| before != name);
    debug_assert!(fields.iter().enumerate().all(is_new), "a field stands twice in {fields:?}");
    let text = || serde_json::to_string(&Object(fields)).expect("words, numbers and NULL have a JSON form");
    (!fields.is_empty()).then(text)
}
