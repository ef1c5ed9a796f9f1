//! The hash chain of the event log: a row as it is stored, the forms of a hash, the end of a chain, and the
//! anchor that a pruned chain begins at.
//!
//! What a newcomer would get wrong: a row is judged by what its cells really hold. A BLOB with the bytes of the
//! text that was written reads the same and is another row ([`StoredEvent::bad`]).

use super::event::{EventName, EventRow, GENESIS};
use super::user::RawCell;

/// What a keyed hash begins with; 64 hexadecimal digits follow (`docs/events.md`, The keyed form).
pub const KEYED: &str = "hmac-sha256:";

/// What a head that was kept begins with; a later form gets another label.
pub const HEAD_LABEL: &str = "authctl-head-v1";

/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// How a hash was made, from its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashForm {
    /// SHA-256: anybody can make it.
    Plain,
    /// HMAC-SHA-256: only who has the key can.
    Keyed,
    /// Neither: no version of authctl wrote it.
    Other,
}

impl HashForm {
    /// The form of a stored hash.
    pub fn of(hash: &str) -> Self {
        match hash.strip_prefix(KEYED) {
            Some(digits) if is_digest(digits) => Self::Keyed,
            None if is_digest(hash) => Self::Plain,
            Some(_) | None => Self::Other,
        }
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A cell that no version of authctl wrote: of another storage class than its column has.
#[derive(Clone, Debug, PartialEq)]
pub struct BadCell {
    /// The column.
    pub column: &'static str,
    /// What it holds; `None`: NULL where there must be a value.
    pub raw: Option<RawCell>,
}

/// One row of `security_events` as the file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// The row; of a bad cell as much as a person can read.
    pub row: EventRow,
    /// Its hash.
    pub hash: String,
    /// The cells that are of another kind than what is written there.
    pub bad: Vec<BadCell>,
}

/// The end of a chain: what to keep elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Id of the last row; 0 for an empty log.
    pub id: i64,
    /// Its hash; 64 zeros for an empty log.
    pub hash: String,
}

impl Head {
    /// The end of a log without events.
    pub fn empty() -> Self {
        Self { id: 0, hash: GENESIS.to_owned() }
    }

    /// Reads a line that was kept, in words or as JSON; `None` where it is something else.
    pub fn parse(line: &str) -> Option<Self> {
        let (id, hash) = if line.starts_with('{') {
            let document: serde_json::Value = serde_json::from_str(line).ok()?;
            (document.get("id")?.as_i64()?, document.get("hash")?.as_str()?.to_owned())
        } else {
            let mut words = line.split_whitespace();
            (words.next()? == HEAD_LABEL).then_some(())?;
            let id = words.next()?.strip_prefix("id=")?.parse().ok()?;
            (id, words.next()?.strip_prefix("hash=")?.to_owned())
        };
        let ours = id >= 0 && HashForm::of(&hash) != HashForm::Other;
        ours.then_some(Self { id, hash })
    }
}

/// What `events_pruned` says of the rows that were removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Id of the event that says it.
    pub event_id: i64,
    /// First row that was removed.
    pub first_id: i64,
    /// Last row that was removed.
    pub last_id: i64,
    /// Its hash: the `prev_hash` of the row after it.
    pub last_hash: String,
}

impl Anchor {
    /// Reads it from the row; `None` where the row is another event or does not say it.
    pub fn of(event: &StoredEvent) -> Option<Self> {
        if event.row.event != EventName::EventsPruned.as_str() {
            return None;
        }
        let details: serde_json::Value = serde_json::from_str(event.row.details.as_deref()?).ok()?;
        Some(Self {
            event_id: event.row.id,
            first_id: details.get("first_id")?.as_i64()?,
            last_id: details.get("last_id")?.as_i64()?,
            last_hash: details.get("last_hash")?.as_str()?.to_owned(),
        })
    }
}
