//! Removing the oldest events, and leaving the anchor that the rest of the chain begins at.
//!
//! What a newcomer would get wrong: what is removed is always a beginning of the log. An event behind one that
//! stays would leave a hole, and every hole is a fault.

use std::ops::ControlFlow;
use std::time::Duration;

use super::chain::Walk;
use super::list::read_time;
use super::require_log;
use crate::model::chain::{Head, StoredEvent};
use crate::model::event::{EventDraft, EventName};
use crate::model::secret::ChainKey;
use crate::model::time::Timestamp;
use crate::ops::error::Error;
use crate::ops::stop::Stop;
use crate::store::{Act, Applied, Change, Direction, EventTime, Reader, Store, StoreError, View};

/// What a row costs while the lock is held, and everything else together. Measured with 1,000,000 rows of 300 bytes:
/// 3.5 to 4.8 µs per row on an SSD whose two cores were shared by several builds; the rest is for slower disks, since
/// a `--yes` too many is better than a stopped app.
const ROW_MICROS: u64 = 8;
const BASE_MILLIS: u64 = 50;

/// What would be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// First row.
    pub first_id: i64,
    /// Last row.
    pub last_id: i64,
    /// How many.
    pub rows: u64,
    /// The hash of the last row.
    pub last_hash: String,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruned {
    /// The rows are removed.
    Done,
    /// The log is another than the one that was planned for; nothing was changed.
    ChangedMeanwhile,
}

/// The events at the beginning of the log that are older than `before`. The last event of the log stays: the
/// anchor's own hash is made from its. `None` where there is nothing to remove but anchors of earlier prunings.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn plan(reader: &Reader, before: Timestamp) -> Result<Option<Plan>, Error> {
    require_log(reader)?;
    let (mut first_id, mut last_id, mut rows, mut worth) = (None, None, 0, false);
    // Counted only when another event is seen behind it.
    let mut held: Option<EventTime> = None;
    reader.view().each_event_time(|event| {
        if let Some(old) = held.take() {
            first_id = first_id.or(Some(old.id));
            last_id = Some(old.id);
            rows += 1;
            worth |= old.event != EventName::EventsPruned.as_str();
        }
        if read_time(&event.at).is_none_or(|at| at >= before) {
            return ControlFlow::Break(());
        }
        held = Some(event);
        ControlFlow::Continue(())
    })?;
    let (Some(first_id), Some(last_id), true) = (first_id, last_id, worth) else { return Ok(None) };
    let last = reader.view().event(last_id)?;
    Ok(last.map(|last| Plan { first_id, last_id, rows, last_hash: last.hash }))
}

/// The first event from `before` or later, where older ones stand behind it: those stay with it.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn in_the_way(reader: &Reader, before: Timestamp) -> Result<Option<i64>, Error> {
    require_log(reader)?;
    let (mut younger, mut found) = (None, None);
    reader.view().each_event_time(|event| {
        if read_time(&event.at).is_none_or(|at| at >= before) {
            younger = younger.or(Some(event.id));
        } else if younger.is_some() {
            found = younger;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Until when events may be gone because the log was pruned; `None` where it was not.
///
/// # Errors
/// The file's.
pub fn pruned_until(view: View<'_>) -> Result<Option<Timestamp>, StoreError> {
    if view.anchors()?.is_empty() {
        return Ok(None);
    }
    // What happened later has its event still. Nobody can tell where the time is not to be read.
    Ok(view.first_event()?.map(|first| read_time(&first.row.at).unwrap_or(Timestamp::MAX)))
}

/// How long the write lock will be held.
pub fn expected_lock(plan: &Plan) -> Duration {
    Duration::from_millis(BASE_MILLIS) + Duration::from_micros(plan.rows.saturating_mul(ROW_MICROS))
}

/// Hands the rows of the plan to `write`, and says whether they are those of the plan, each following on the one
/// before.
///
/// # Errors
/// The file's, or what `write` returns.
pub fn check_export<E: From<Error>>(
    reader: &Reader,
    key: Option<&ChainKey>,
    plan: &Plan,
    mut write: impl FnMut(StoredEvent) -> Result<(), E>,
) -> Result<bool, E> {
    let mut walk: Option<Walk<'_>> = None;
    let mut sound = true;
    let result = reader.view().each_event(Direction::Up(None), |event| {
        if event.row.id > plan.last_id {
            return Ok(ControlFlow::Break(()));
        }
        let start = || Head { id: plan.first_id - 1, hash: event.row.prev_hash.clone() };
        sound &= walk.get_or_insert_with(|| Walk::from(start(), key)).step(&event).is_ok();
        write(event).map_err(Stop::Show)?;
        Ok(ControlFlow::Continue(()))
    });
    result.map_err(Stop::into_error)?;
    let planned = Head { id: plan.last_id, hash: plan.last_hash.clone() };
    Ok(sound && walk.is_some_and(|walk| walk.end == planned && walk.rows == plan.rows))
}

/// Whether the rows of the plan are all there still.
///
/// # Errors
/// The file's.
pub fn is_whole(reader: &Reader, plan: &Plan) -> Result<bool, Error> {
    Ok(matches(reader.view(), plan)?)
}

fn matches(view: View<'_>, plan: &Plan) -> Result<bool, StoreError> {
    Ok(view.first_event()?.map(|event| event.row.id) == Some(plan.first_id)
        && view.event(plan.last_id)?.map(|event| event.hash).as_ref() == Some(&plan.last_hash)
        && view.count_events(plan.last_id)? == plan.rows)
}

/// Removes the rows of the plan and appends the anchor, in one transaction.
///
/// # Errors
/// The file's.
pub fn prune(store: &mut Store, act: &Act<'_>, plan: &Plan) -> Result<Applied<Pruned>, Error> {
    store.change(act, |tx, _now| {
        if !matches(tx.view(), plan)? || tx.delete_events(plan.last_id)? != plan.rows {
            return Ok(Change::Nothing(Pruned::ChangedMeanwhile));
        }
        let draft = EventDraft::new(EventName::EventsPruned)
            .detail("first_id", plan.first_id)
            .detail("last_id", plan.last_id)
            .detail("rows", plan.rows.cast_signed())
            .detail("last_hash", plan.last_hash.as_str());
        Ok(Change::Done(Pruned::Done, vec![draft]))
    })
}
