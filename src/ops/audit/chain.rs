//! One step along the chain: does this row follow on the one before, and is it what its hash was made of?
//!
//! What a newcomer would get wrong: ids without a gap are part of the chain. Each row gets the highest id ever
//! used plus one, inside the transaction that writes it, so a gap means that rows were there and are gone.

use crate::model::chain::{HashForm, Head, StoredEvent};
use crate::model::event::GENESIS;
use crate::model::secret::ChainKey;
use crate::store::chain::row_hash;

/// What is wrong with a row, before it is known why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Cells of another kind than is written there.
    Cells(Vec<&'static str>),
    /// The hash is none of ours.
    Form,
    /// The hash is not that of the row.
    Hash,
    /// `prev_hash` is not the hash of the row before.
    Link,
    /// Row and link fit, but ids are missing between the two.
    Gap,
    /// A plain hash behind a keyed one.
    Unkeyed,
}

/// Walks along the chain.
pub(super) struct Walk<'k> {
    key: Option<&'k ChainKey>,
    /// What the next row must follow on.
    pub(super) end: Head,
    /// `prev_hash` of the last good row, where there is one.
    pub(super) before_end: Option<String>,
    /// Rows that were good.
    pub(super) rows: u64,
    /// How many of them are keyed.
    pub(super) keyed: u64,
    /// How many of those could not be checked for want of the key.
    pub(super) unchecked: u64,
}

impl<'k> Walk<'k> {
    /// Begins behind `start`: the head of what was pruned, or [`Head::empty`].
    pub(super) fn from(start: Head, key: Option<&'k ChainKey>) -> Self {
        Self { key, end: start, before_end: None, rows: 0, keyed: 0, unchecked: 0 }
    }

    /// Takes the next row, or says what is wrong with it.
    pub(super) fn step(&mut self, event: &StoredEvent) -> Result<(), Problem> {
        if !event.bad.is_empty() {
            return Err(Problem::Cells(event.bad.iter().map(|cell| cell.column).collect()));
        }
        let form = HashForm::of(&event.hash);
        match (form, self.key) {
            (HashForm::Other, _) => return Err(Problem::Form),
            (HashForm::Keyed | HashForm::Plain, _) if !is_sound(event, self.key) => return Err(Problem::Hash),
            (HashForm::Keyed | HashForm::Plain, _) => {}
        }
        if event.row.prev_hash != self.end.hash {
            return Err(Problem::Link);
        }
        if Some(event.row.id) != self.end.id.checked_add(1) {
            return Err(Problem::Gap);
        }
        match form {
            HashForm::Keyed => {
                self.keyed += 1;
                self.unchecked += u64::from(self.key.is_none());
            }
            HashForm::Plain | HashForm::Other if self.keyed > 0 => return Err(Problem::Unkeyed),
            HashForm::Plain | HashForm::Other => {}
        }
        self.rows += 1;
        self.before_end = Some(event.row.prev_hash.clone());
        self.end = Head { id: event.row.id, hash: event.hash.clone() };
        Ok(())
    }

    /// Whether nothing was there before the first row.
    pub(super) fn began_at_genesis(&self) -> bool {
        self.end.hash == GENESIS
    }
}

/// Whether the hash is that of the row; a keyed one without the key cannot be told.
pub(super) fn is_sound(event: &StoredEvent, key: Option<&ChainKey>) -> bool {
    match (HashForm::of(&event.hash), key) {
        (HashForm::Plain, _) => row_hash(&event.row, None) == event.hash,
        (HashForm::Keyed, Some(key)) => row_hash(&event.row, Some(key)) == event.hash,
        (HashForm::Keyed, None) => true,
        (HashForm::Other, _) => false,
    }
}
