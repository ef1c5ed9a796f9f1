//! The verdict on a whole log: every row, every link, its beginning, and its end as far as that can be known.
//!
//! What a newcomer would get wrong: a log may begin in the middle only where an event of its own says that the
//! rows before were pruned, and which was the last of them.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use super::chain::Walk;
use super::{diagnose, require_log};
use crate::model::chain::{Anchor, HashForm, Head, StoredEvent};
use crate::model::secret::ChainKey;
use crate::ops::error::Error;
use crate::store::{BackupFile, Direction, Reader, StoreError, View};

/// The first row that is not as it was written, or is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Its id.
    pub id: i64,
    /// What happened to it.
    pub why: Why,
}

/// What happened to a row, as far as the rest of the chain can tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Something in it was changed; the columns where that shows by itself, by their kind.
    Altered(Vec<&'static str>),
    /// It is the first keyed row, and its hash is not that of the key: it was changed, or the key is another.
    OtherKey,
    /// Rows before it are gone, from the first to the last.
    MissingBefore(i64, i64),
    /// It was not there when the row behind it was written.
    Inserted,
    /// It was written under another id.
    Moved(i64),
    /// It was written behind another row than the one with this id, which stands before it now.
    Replaced(i64),
    /// It is one of the rows that the event with this id says were pruned.
    Back(i64),
    /// It has a plain hash where only keyed ones may be.
    NotKeyed,
    /// The rows from this one to that one are gone from the end.
    Cut(i64),
    /// It is another row than the one that was the head.
    NotTheHead,
}

/// What a head that was kept says of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadCheck {
    /// The row is there, with that hash.
    Matches,
    /// It is not, or with another.
    Differs,
    /// It was pruned: nothing is left to compare with.
    Pruned,
}

/// What SQLite remembers of the highest id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// The last row's.
    Fits,
    /// More: rows are gone from the end.
    Higher,
    /// Less, or nothing: somebody changed it.
    Changed,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Rows that were good, up to the first that is not.
    pub rows: u64,
    /// How many of them are keyed.
    pub keyed: u64,
    /// How many of those could not be checked, for want of the key.
    pub unchecked: u64,
    /// The first bad row.
    pub fault: Option<Fault>,
    /// The last row of the log, good or not; [`Head::empty`] where there is none.
    pub head: Head,
    /// What the newest head given says; `None`: none was given.
    pub head_check: Option<HeadCheck>,
    /// Where a head that was kept is all that does not fit: the event of a restore since, which explains it.
    pub restored: Option<i64>,
    /// The event that says which rows were pruned, where the log begins behind them.
    pub anchor: Option<Anchor>,
    /// What SQLite remembers.
    pub sequence: Sequence,
}

impl Verdict {
    /// Whether everything could be checked and nothing is wrong.
    pub fn is_ok(&self) -> bool {
        let head = match self.head_check {
            None | Some(HeadCheck::Matches) => true,
            Some(HeadCheck::Differs | HeadCheck::Pruned) => false,
        };
        self.fault.is_none() && self.unchecked == 0 && head
    }
}

/// Verifies the whole log on one state of the file; `heads` are what was kept of earlier ends.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn verify(reader: &Reader, key: Option<&ChainKey>, heads: &[Head]) -> Result<Verdict, Error> {
    require_log(reader)?;
    reader.at_once(|view| verify_at(view, key, heads))
}

/// The log of a backup, as [`verify`]; `None` where it has none.
///
/// # Errors
/// The file's.
pub fn verify_backup(backup: &BackupFile, key: Option<&ChainKey>) -> Result<Option<Verdict>, Error> {
    if !backup.schema().has_events() {
        return Ok(None);
    }
    verify_at(backup.view(), key, &[]).map(Some)
}

/// The end of the log.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn head(reader: &Reader) -> Result<(Head, u64), Error> {
    require_log(reader)?;
    reader.at_once(|view| {
        let head = head_at(view)?;
        Ok((head.clone(), view.count_events(head.id)?))
    })
}

/// The ids of the first and the last row, where there are any.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn ends(reader: &Reader) -> Result<(Option<i64>, Option<i64>), Error> {
    require_log(reader)?;
    let id = |event: Option<StoredEvent>| event.map(|event| event.row.id);
    reader.at_once(|view| Ok((id(view.first_event()?), id(view.last_event()?))))
}

fn head_at(view: View<'_>) -> Result<Head, StoreError> {
    Ok(view.last_event()?.map_or_else(Head::empty, |last| Head { id: last.row.id, hash: last.hash }))
}

pub(super) fn verify_at(view: View<'_>, key: Option<&ChainKey>, heads: &[Head]) -> Result<Verdict, Error> {
    let first = view.first_event()?;
    let anchors = view.anchors()?;
    let anchor = first.as_ref().and_then(|first| covering(&anchors, first));
    let start = anchor.as_ref().map_or_else(Head::empty, end_of_pruned);
    let mut walk = Walk::from(start.clone(), key);
    let mut fault = first.as_ref().and_then(|first| back(&anchors, first));
    if fault.is_none() {
        fault = walk_all(view, key, &mut walk)?;
    }
    let head = head_at(view)?;
    let sequence = view.event_sequence()?;
    let fault = fault.or_else(|| at_the_end(&walk, key, sequence));
    let (head_check, head_fault) = compare_heads(view, heads, &start, &head)?;
    let restored = match (&fault, &head_fault) {
        (None, Some(differs)) => view.last_restore(differs.id)?,
        (Some(_), _) | (None, None) => None,
    };
    Ok(Verdict {
        rows: walk.rows,
        keyed: walk.keyed,
        unchecked: walk.unchecked,
        fault: fault.or(head_fault),
        head_check,
        restored,
        anchor,
        sequence: match sequence.unwrap_or(0).cmp(&head.id) {
            Ordering::Less => Sequence::Changed,
            Ordering::Equal => Sequence::Fits,
            Ordering::Greater => Sequence::Higher,
        },
        head,
    })
}

fn walk_all(view: View<'_>, key: Option<&ChainKey>, walk: &mut Walk<'_>) -> Result<Option<Fault>, Error> {
    let mut bad = None;
    view.each_event(Direction::Up(None), |event| {
        Ok::<_, StoreError>(match walk.step(&event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(problem) => {
                bad = Some((event, problem));
                ControlFlow::Break(())
            }
        })
    })?;
    let Some((event, problem)) = bad else { return Ok(None) };
    Ok(Some(diagnose::why(view, key, walk, &event, problem)?))
}

/// The event that says that all rows before this one were pruned.
fn covering(anchors: &[Anchor], first: &StoredEvent) -> Option<Anchor> {
    let fits = |anchor: &&Anchor| {
        anchor.last_id.checked_add(1) == Some(first.row.id) && anchor.last_hash == first.row.prev_hash
    };
    anchors.iter().find(fits).cloned()
}

/// A row that an event says was pruned, and is here.
fn back(anchors: &[Anchor], first: &StoredEvent) -> Option<Fault> {
    let anchor = anchors.iter().find(|anchor| anchor.last_id >= first.row.id)?;
    Some(Fault { id: first.row.id, why: Why::Back(anchor.event_id) })
}

fn end_of_pruned(anchor: &Anchor) -> Head {
    Head { id: anchor.last_id, hash: anchor.last_hash.clone() }
}

/// What only shows at the end: the last row must be keyed where there is a key, and no id was given after it.
fn at_the_end(walk: &Walk<'_>, key: Option<&ChainKey>, sequence: Option<i64>) -> Option<Fault> {
    let id = walk.end.id;
    if key.is_some() && walk.rows > 0 && HashForm::of(&walk.end.hash) != HashForm::Keyed {
        return Some(Fault { id, why: Why::NotKeyed });
    }
    match sequence {
        Some(used) if used > id => Some(Fault { id: id.saturating_add(1), why: Why::Cut(used) }),
        Some(_) | None => None,
    }
}

/// Every head must fit what is there; the newest must have something to fit.
fn compare_heads(
    view: View<'_>,
    heads: &[Head],
    start: &Head,
    end: &Head,
) -> Result<(Option<HeadCheck>, Option<Fault>), StoreError> {
    let mut newest: Option<(i64, HeadCheck)> = None;
    for kept in heads {
        let check = if kept.id == start.id {
            found(kept.hash == start.hash)
        } else if kept.id < start.id {
            HeadCheck::Pruned
        } else {
            found(view.event(kept.id)?.is_some_and(|event| event.hash == kept.hash))
        };
        if check == HeadCheck::Differs {
            let fault = if kept.id > end.id {
                Fault { id: end.id.saturating_add(1), why: Why::Cut(kept.id) }
            } else {
                Fault { id: kept.id, why: Why::NotTheHead }
            };
            return Ok((Some(check), Some(fault)));
        }
        if newest.is_none_or(|(id, _)| kept.id >= id) {
            newest = Some((kept.id, check));
        }
    }
    Ok((newest.map(|(_, check)| check), None))
}

fn found(fits: bool) -> HeadCheck {
    if fits { HeadCheck::Matches } else { HeadCheck::Differs }
}
