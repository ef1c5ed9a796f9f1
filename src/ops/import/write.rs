//! The write: one transaction for all rows, with one event per account.
//!
//! What a newcomer would get wrong: hashing takes minutes, and the app goes on meanwhile. So existence is looked at
//! again inside, where the file changed since.

use super::{About, Fault, LookedAt, Planned, Source, clash};
use crate::crypto::password::NewHash;
use crate::model::event::EventDraft;
use crate::model::time::Timestamp;
use crate::model::user::{NewUser, StoredUser};
use crate::ops::add::{IfPresent, created};
use crate::ops::error::{Class, Error, part_class};
use crate::ops::rule;
use crate::store::{Act, Applied, Change, Store, StoreError, Tx};

/// A row with its hash.
#[derive(Debug)]
pub struct Ready {
    /// The row.
    pub row: Planned,
    /// Its hash, where one was made; else that of the file, or none at all.
    pub hash: Option<NewHash>,
}

/// What is done about rows that cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Nothing is written.
    AllOrNothing,
    /// `--partial`: the others are.
    Partial,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Line and account of each that was written.
    pub imported: Vec<(u64, StoredUser)>,
    /// Line and account of each that had come meanwhile, with `--if-missing`.
    pub present: Vec<(u64, StoredUser)>,
    /// What was found only now.
    pub faults: Vec<Fault>,
    /// Whether it was given up for a signal.
    pub stopped: bool,
}

/// Writes the rows. With [`Ending::AllOrNothing`] a fault leaves `imported` empty.
///
/// # Errors
/// The file's.
pub fn write(
    store: &mut Store,
    act: &Act<'_>,
    looked_at: LookedAt,
    rows: Vec<Ready>,
    if_present: IfPresent,
    ending: Ending,
    stopped: &dyn Fn() -> bool,
) -> Result<Applied<Outcome>, Error> {
    store.change(act, |tx, now| {
        let mut outcome = Outcome::default();
        if LookedAt(tx.view().data_version()?) != looked_at {
            let names = clash::names_of(tx.schema(), rows.iter().map(|ready| &ready.row));
            let meeting = clash::against(tx.view(), &names, if_present)?;
            (outcome.present, outcome.faults) = (meeting.present, meeting.faults);
        }
        if ending == Ending::AllOrNothing && !outcome.faults.is_empty() {
            return Ok(Change::Nothing(outcome));
        }
        let events = insert_all(tx, now, &rows, ending, stopped, &mut outcome)?;
        outcome.stopped = outcome.stopped || stopped();
        if outcome.stopped || (ending == Ending::AllOrNothing && !outcome.faults.is_empty()) {
            outcome.imported.clear();
        }
        if outcome.imported.is_empty() {
            return Ok(Change::Nothing(outcome));
        }
        Ok(Change::Done(outcome, events))
    })
}

fn insert_all(
    tx: &Tx<'_>,
    now: Timestamp,
    rows: &[Ready],
    ending: Ending,
    stopped: &dyn Fn() -> bool,
    outcome: &mut Outcome,
) -> Result<Vec<EventDraft>, Error> {
    let skipped: std::collections::HashSet<u64> =
        outcome.present.iter().map(|(line, _)| *line).chain(outcome.faults.iter().map(|fault| fault.line)).collect();
    let mut events = Vec::with_capacity(rows.len());
    for ready in rows.iter().filter(|ready| !skipped.contains(&ready.row.line)) {
        if stopped() {
            outcome.stopped = true;
            break;
        }
        let user = new_user(ready);
        match tx.insert_user(&user, now) {
            Ok(added) => {
                events.push(created(&user, &added));
                outcome.imported.push((ready.row.line, added));
            }
            Err(error) => {
                outcome.faults.push(fault(ready.row.line, error)?);
                if ending == Ending::AllOrNothing {
                    break;
                }
            }
        }
    }
    Ok(events)
}

/// What the table itself refuses is the row's fault; anything else ends the run.
fn fault(line: u64, error: StoreError) -> Result<Fault, Error> {
    let part = rule::part(&error);
    let (class, message) = match error {
        StoreError::Conflict(field) => (Class::Exists, format!("{field} is already taken")),
        StoreError::Check(text) => (part.map_or(Class::PolicyRole, part_class), text),
        other => return Err(Error::Store(other)),
    };
    Ok(Fault { line, column: None, class, message, about: About::Nothing })
}

fn new_user(ready: &Ready) -> NewUser {
    let row = &ready.row;
    let (password_hash, salt) = match (&ready.hash, &row.source) {
        (Some(made), _) => (made.hash.clone(), made.salt.clone()),
        (None, Source::Ready { hash, salt }) => (hash.clone(), salt.clone()),
        (None, Source::Missing | Source::Password(_) | Source::Generated(_)) => (String::new(), String::new()),
    };
    NewUser {
        username: row.username.clone(),
        email: row.email.clone(),
        full_name: row.full_name.clone(),
        role: row.role.clone(),
        is_active: row.is_active,
        is_verified: row.is_verified,
        customer_id: row.customer_id,
        password_hash,
        salt,
        history: row.history.clone(),
    }
}
