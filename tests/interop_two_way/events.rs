//! Reads the event log and recomputes its chain.

use std::path::Path;

use authctl::model::event::{Actor, EventRow, GENESIS};
use sha2::{Digest, Sha256};

use crate::support::{Cell, rows};

const EVENTS: &str = "SELECT id, at, event, outcome, target_id, target_username, before, after, details, reason, \
     actor_uid, actor_name, actor_login_uid, actor_sudo_user, actor_terminal, actor_host, version, prev_hash, hash \
     FROM security_events ORDER BY id";

/// All events; asserts that each carries the hash of the one before it, and its own.
#[track_caller]
pub fn intact_chain(db: &Path) -> Vec<EventRow> {
    let mut last = GENESIS.to_owned();
    let mut events = Vec::new();
    for cells in rows(db, EVENTS) {
        let (row, hash) = event(&cells);
        assert_eq!(row.prev_hash, last, "event {} does not follow the one before it", row.id);
        let digest: String = Sha256::digest(row.canonical()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, digest, "event {} does not have its own hash", row.id);
        last = hash;
        events.push(row);
    }
    events
}

/// How many events of a name there are; asserts the chain.
#[track_caller]
pub fn count(db: &Path, event: &str) -> usize {
    intact_chain(db).iter().filter(|row| row.event == event).count()
}

fn event(cells: &[Cell]) -> (EventRow, String) {
    let text = |at: usize| match &cells[at] {
        Cell::Text(text) => Some(text.clone()),
        Cell::Null => None,
        other => panic!("column {at} of an event holds {other:?}"),
    };
    let number = |at: usize| match &cells[at] {
        Cell::Integer(number) => Some(*number),
        Cell::Null => None,
        other => panic!("column {at} of an event holds {other:?}"),
    };
    let must = |at: usize| text(at).expect("a column that is never NULL");
    let row = EventRow {
        id: number(0).expect("an id"),
        at: must(1),
        event: must(2),
        outcome: must(3),
        target_id: number(4),
        target_username: text(5),
        before: text(6),
        after: text(7),
        details: text(8),
        reason: text(9),
        actor: Actor {
            uid: number(10),
            name: text(11),
            login_uid: number(12),
            sudo_user: text(13),
            terminal: text(14),
            host: text(15),
        },
        version: must(16),
        prev_hash: must(17),
    };
    (row, must(18))
}
