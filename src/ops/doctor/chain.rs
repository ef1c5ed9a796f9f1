//! Whether the event log is the one that was written: each row's hash, and its link to the row before
//! (`docs/events.md`).
//!
//! What a newcomer would get wrong: a log whose beginning was pruned starts with a link to a row that is gone; the
//! event of the pruning says which.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::finding::ChainFault;
use crate::model::event::{EventName, GENESIS};
use crate::store::{Cells, LoggedEvent, StoreError, View};

/// The first row on which the chain breaks, and how; `None` for a chain that holds.
///
/// # Errors
/// [`StoreError`] where the file cannot be read.
pub(super) fn check(view: View<'_>) -> Result<Option<(i64, ChainFault)>, StoreError> {
    let mut walk = Walk::default();
    view.each_event(|event| {
        walk.step(event);
        Ok::<_, StoreError>(())
    })?;
    Ok(walk.end())
}

#[derive(Default)]
struct Walk {
    /// Id and link of the first row.
    first: Option<(i64, String)>,
    previous: Option<String>,
    broken: Option<(i64, ChainFault)>,
    /// The last hashes of what was pruned.
    anchors: HashSet<String>,
}

impl Walk {
    fn step(&mut self, event: LoggedEvent) {
        if self.broken.is_some() {
            return;
        }
        let LoggedEvent { row, hash, cells } = event;
        if cells == Cells::Foreign || hex(&Sha256::digest(row.canonical())) != hash {
            self.broken = Some((row.id, ChainFault::Row));
            return;
        }
        match &self.previous {
            Some(previous) if *previous != row.prev_hash => self.broken = Some((row.id, ChainFault::Link)),
            Some(_) => {}
            None => self.first = Some((row.id, row.prev_hash)),
        }
        if row.event == EventName::EventsPruned.as_str() {
            self.anchors.extend(row.details.as_deref().and_then(last_hash));
        }
        self.previous = Some(hash);
    }

    fn end(self) -> Option<(i64, ChainFault)> {
        let Self { first, broken, anchors, .. } = self;
        match first {
            Some((id, link)) if link != GENESIS && !anchors.contains(&link) => Some((id, ChainFault::Link)),
            Some(_) | None => broken,
        }
    }
}

fn last_hash(details: &str) -> Option<String> {
    let details: serde_json::Value = serde_json::from_str(details).ok()?;
    details.get("last_hash")?.as_str().map(str::to_owned)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
