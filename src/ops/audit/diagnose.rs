//! Why a row does not fit: altered, moved, inserted, or rows before it gone.
//!
//! What a newcomer would get wrong: one change can be told in several ways. The row that is named is the first
//! that cannot be as it was written; what is said of it is the simplest that explains its neighbours too.

use super::chain::{Problem, Walk, is_sound};
use super::verify::{Fault, Why};
use crate::model::chain::{HashForm, StoredEvent};
use crate::model::event::GENESIS;
use crate::model::secret::ChainKey;
use crate::store::{StoreError, View};

/// How far away, in ids, the place is looked for from which a row may have been moved.
const REACH: i64 = 10_000;

/// Says what happened, looking at the rows around.
pub(super) fn why(
    view: View<'_>,
    key: Option<&ChainKey>,
    walk: &Walk<'_>,
    event: &StoredEvent,
    problem: Problem,
) -> Result<Fault, StoreError> {
    let fault = |why| Ok(Fault { id: event.row.id, why });
    let expected = walk.end.id.saturating_add(1);
    let gap = event.row.id > expected;
    match problem {
        Problem::Cells(columns) => return fault(Why::Altered(columns)),
        Problem::Form => return fault(Why::Altered(vec!["hash"])),
        Problem::Unkeyed => return fault(Why::NotKeyed),
        Problem::Gap if gap => return fault(Why::MissingBefore(expected, event.row.id - 1)),
        Problem::Gap => return fault(Why::Inserted),
        Problem::Hash | Problem::Link => {}
    }
    // The next one was written without it.
    let next = view.event_after(event.row.id)?;
    if next.is_some_and(|next| next.row.prev_hash == walk.end.hash) {
        return fault(Why::Inserted);
    }
    let written_as = if problem == Problem::Hash { written_as(view, key, event)? } else { None };
    if came_between(key, walk, event, &problem, written_as) {
        return Ok(Fault { id: walk.end.id, why: Why::Inserted });
    }
    if problem == Problem::Hash {
        return fault(match written_as {
            Some(id) => Why::Moved(id),
            None if walk.keyed == 0 && HashForm::of(&event.hash) == HashForm::Keyed => Why::OtherKey,
            None => Why::Altered(Vec::new()),
        });
    }
    fault(if gap && event.row.prev_hash != GENESIS {
        Why::MissingBefore(expected, event.row.id - 1)
    } else if event.row.id < expected {
        Why::Inserted
    } else if walk.began_at_genesis() {
        Why::Altered(vec!["prev_hash"])
    } else {
        Why::Replaced(walk.end.id)
    })
}

/// Whether the last good row came between this one and the row that this one was written behind. Only a row whose own
/// hash holds can say so, here or in the place of that row; and not of a keyed row, which proves itself.
fn came_between(
    key: Option<&ChainKey>,
    walk: &Walk<'_>,
    event: &StoredEvent,
    problem: &Problem,
    written_as: Option<i64>,
) -> bool {
    let was_checked = key.is_some() || HashForm::of(&event.hash) == HashForm::Plain;
    let holds = match problem {
        Problem::Link => was_checked,
        _ => written_as == Some(walk.end.id) && event.hash != walk.end.hash,
    };
    holds
        && HashForm::of(&walk.end.hash) == HashForm::Plain
        && walk.before_end.as_deref() == Some(event.row.prev_hash.as_str())
}

/// The id under which the row's hash is right.
fn written_as(view: View<'_>, key: Option<&ChainKey>, event: &StoredEvent) -> Result<Option<i64>, StoreError> {
    let highest = view.last_event()?.map_or(0, |last| last.row.id).max(view.event_sequence()?.unwrap_or(0));
    let mut candidate = event.clone();
    let (lowest, highest) =
        (event.row.id.saturating_sub(REACH).max(1), event.row.id.saturating_add(REACH).min(highest));
    for id in lowest..=highest {
        candidate.row.id = id;
        if is_sound(&candidate, key) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}
