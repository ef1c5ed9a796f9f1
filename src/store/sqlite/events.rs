//! Appending to the event log, and reading its end.
//!
//! What a newcomer would get wrong: the row's own id is part of what its hash covers, so the id is chosen here
//! (inside the write transaction nobody else can take it).

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, named_params};
use sha2::{Digest, Sha256};

use super::{StoreError, Tx, View};
use crate::model::event::{Actor, EventDraft, EventFields, EventRow, EventValue, GENESIS, event_time};
use crate::model::time::Timestamp;
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
        let (mut id, mut prev_hash) = self.last_event().map_err(|error| self.fail(error))?;
        let full = || StoreError::Damaged { detail: "security_events has no ids left".into() };
        for mut draft in drafts {
            if let Some(effect) = triggers {
                draft.details.push(("triggers", EventValue::Text(effect.names.join(", "))));
                draft.details.push(("trigger_rows", EventValue::Integer(effect.rows.cast_signed())));
            }
            id = id.checked_add(1).ok_or_else(full)?;
            let row = compose(id, prev_hash, &draft, act, now);
            prev_hash = hex(&Sha256::digest(row.canonical()));
            self.insert_event(&row, &prev_hash).map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    /// The highest id ever used, and the hash of the last row, whatever somebody made of them.
    fn last_event(&self) -> rusqlite::Result<(i64, String)> {
        let used: Option<i64> = self
            .tx
            .prepare_cached(
                "SELECT max(seq) FROM sqlite_sequence
                  WHERE name = 'security_events' COLLATE NOCASE AND typeof(seq) = 'integer'",
            )?
            .query_row([], |row| row.get(0))?;
        let last: Option<(i64, String)> = self
            .tx
            .prepare_cached("SELECT id, hash FROM security_events ORDER BY id DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, text(row, 1)?.unwrap_or_default())))
            .optional()?;
        let (id, hash) = last.unwrap_or_else(|| (0, GENESIS.to_owned()));
        Ok((id.max(used.unwrap_or(0)), hash))
    }

    fn insert_event(&self, row: &EventRow, hash: &str) -> rusqlite::Result<()> {
        let mut statement = self.tx.prepare_cached(
            "INSERT INTO security_events
               (id, at, event, outcome, target_id, target_username, before, after, details, reason,
                actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host,
                version, prev_hash, hash)
             VALUES
               (:id, :at, :event, :outcome, :target_id, :target_username, :before, :after, :details, :reason,
                :actor_uid, :actor_name, :actor_login_uid, :actor_sudo_user, :actor_terminal, :actor_host,
                :version, :prev_hash, :hash)",
        )?;
        statement.execute(named_params! {
            ":id": row.id, ":at": row.at, ":event": row.event, ":outcome": row.outcome,
            ":target_id": row.target_id, ":target_username": row.target_username,
            ":before": row.before, ":after": row.after, ":details": row.details, ":reason": row.reason,
            ":actor_uid": row.actor.uid, ":actor_name": row.actor.name,
            ":actor_login_uid": row.actor.login_uid, ":actor_sudo_user": row.actor.sudo_user,
            ":actor_terminal": row.actor.terminal, ":actor_host": row.actor.host,
            ":version": row.version, ":prev_hash": row.prev_hash, ":hash": hash,
        })?;
        Ok(())
    }
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
        self.query_events(target_id, limit).map_err(|error| self.fail(error))
    }

    fn query_events(&self, target_id: i64, limit: u32) -> rusqlite::Result<Vec<EventRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, at, event, outcome, target_id, target_username, before, after, details, reason,
                    actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host,
                    version, prev_hash
               FROM security_events WHERE target_id = :target ORDER BY id DESC LIMIT :limit",
        )?;
        let rows = statement.query_map(named_params! { ":target": target_id, ":limit": limit }, row_of)?;
        rows.collect()
    }
}

/// Reads a row of the log, its columns in the order of the table; `hash` is not looked at.
pub(super) fn row_of(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        id: row.get(0)?,
        at: text(row, 1)?.unwrap_or_default(),
        event: text(row, 2)?.unwrap_or_default(),
        outcome: text(row, 3)?.unwrap_or_default(),
        target_id: integer(row, 4)?,
        target_username: text(row, 5)?,
        before: text(row, 6)?,
        after: text(row, 7)?,
        details: text(row, 8)?,
        reason: text(row, 9)?,
        actor: Actor {
            uid: integer(row, 10)?,
            name: text(row, 11)?,
            login_uid: integer(row, 12)?,
            sudo_user: text(row, 13)?,
            terminal: text(row, 14)?,
            host: text(row, 15)?,
        },
        version: text(row, 16)?.unwrap_or_default(),
        prev_hash: text(row, 17)?.unwrap_or_default(),
    })
}

/// A text for people; a cell of another kind, which only another hand can have written, as far as it can be read.
fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
    })
}

fn integer(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_) | ValueRef::Real(_) => None,
    })
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
    if fields.is_empty() {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = fields
        .iter()
        .map(|(name, value)| {
            let value = match value {
                EventValue::Null => serde_json::Value::Null,
                EventValue::Integer(number) => (*number).into(),
                EventValue::Text(text) => text.as_str().into(),
            };
            ((*name).to_owned(), value)
        })
        .collect();
    Some(serde_json::Value::Object(object).to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
