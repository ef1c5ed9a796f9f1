//! SQLite: the connection, the one write transaction, and the conversion of its errors.
//!
//! What a newcomer would get wrong: the app runs with foreign keys off and double-quoted defaults; a bundled
//! SQLite has other defaults, so both are set at opening (`open.rs`).

pub(super) mod backup;
pub(super) mod check;
mod commit;
pub(super) mod compare;
mod convert;
pub(super) mod copy;
pub(super) mod create;
pub(super) mod event_log;
mod event_row;
mod events;
pub(super) mod facts;
mod files;
mod glance;
mod holders;
pub(super) mod migrate;
pub(super) mod open;
mod order;
mod patience;
pub(super) mod rehearse;
pub(super) mod restore;
pub(super) mod schema;
mod stage;
pub(super) mod survey;
mod turn;
pub(super) mod users;
mod wanted;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};

use self::convert::{SqlFailure, convert, convert_at_opening, failure_of};
use self::patience::Patience;
use self::schema::Schema;
use super::{Act, Applied, Change, Changed, Mode, StoreError, TriggerEffect};
use crate::model::scope::Scope;
use crate::model::time::Timestamp;

/// A database opened for reading.
pub struct Reader {
    pub(super) conn: Connection,
    pub(super) schema: Schema,
    pub(super) place: Place,
    pub(super) scope: Scope,
}

/// A migrated database opened for writing.
pub struct Store {
    reader: Reader,
}

/// Where the file is and how long to wait for it: what error messages need.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As given, for messages.
    pub(super) path: PathBuf,
    /// The file behind links: what is opened, and what side files lie beside.
    pub(super) real: PathBuf,
    pub(super) busy_timeout: Duration,
}

impl Place {
    fn new(path: &Path, busy_timeout: Duration) -> Self {
        Self { path: path.to_owned(), real: files::real(path), busy_timeout }
    }
}

/// The write transaction, as a verb sees it: reads and the few writes that exist, each counted.
pub struct Tx<'a> {
    tx: Transaction<'a>,
    schema: &'a Schema,
    place: &'a Place,
    scope: &'a Scope,
    meant: std::cell::Cell<u64>,
    /// Where `users` has triggers.
    patience: Option<Patience>,
}

/// The file as it reads now: inside a write transaction, or outside.
#[derive(Clone, Copy)]
pub struct View<'a> {
    conn: &'a Connection,
    schema: &'a Schema,
    place: &'a Place,
    scope: &'a Scope,
}

impl View<'_> {
    /// Which accounts the one who acts may reach: lists and sweeps hold no others, and whoever looks a single
    /// one up must ask.
    pub fn scope(&self) -> &Scope {
        self.scope
    }

    fn fail(&self, error: rusqlite::Error) -> StoreError {
        convert(error, self.place)
    }
}

impl Reader {
    /// Runs several reads on one state of the file, under one lock. Nothing slow may happen inside: the app
    /// cannot write meanwhile.
    ///
    /// # Errors
    /// What `read` returns, and the file's.
    pub fn at_once<T, E: From<StoreError>>(&self, read: impl FnOnce(View<'_>) -> Result<T, E>) -> Result<T, E> {
        let snapshot = self.conn.unchecked_transaction().map_err(|error| self.fail(error))?;
        let result = read(self.view());
        snapshot.rollback().map_err(|error| self.fail(error))?;
        result
    }

    /// The file as it reads now.
    pub fn view(&self) -> View<'_> {
        View { conn: &self.conn, schema: &self.schema, place: &self.place, scope: &self.scope }
    }

    /// What the file's schema is.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The same file for one who may reach only some of its accounts.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    fn fail(&self, error: rusqlite::Error) -> StoreError {
        convert(error, &self.place)
    }
}

impl std::ops::Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Store {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// The same file for one who may reach only some of its accounts.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { reader: self.reader.within(scope) }
    }

    /// The one door for writes: BEGIN IMMEDIATE, read the clock once, run `body`, add its events, commit.
    ///
    /// The schema is checked again inside the transaction when another connection may have changed it, and so are
    /// the triggers, where none may fire, and the account that acts, where one does.
    ///
    /// # Errors
    /// What `body` returns, and every [`StoreError`] of the transaction, `ActingChanged` among them; nothing is
    /// kept then, save that with `InDoubt` nobody knows.
    pub fn change<T, E: From<StoreError>>(
        &mut self,
        act: &Act<'_>,
        body: impl FnOnce(&Tx<'_>, Timestamp) -> Result<Change<T>, E>,
    ) -> Result<Applied<T>, E> {
        let Reader { conn, schema, place, scope } = &mut self.reader;
        let turn = turn::Turn::wait(place);
        let fail = |error| convert(error, place);
        let patience = Patience::watch(conn).map_err(fail)?;
        conn.busy_timeout(turn.left).map_err(fail)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        tx.busy_timeout(place.busy_timeout).map_err(fail)?;
        let now = act.clock.now();
        if schema::version(&tx).map_err(fail)? != schema.version {
            *schema = schema::read(&tx).map_err(fail)?;
            schema.require_writable(place)?;
        }
        schema.follow(act.triggers)?;
        let before = tx.total_changes();
        let patience = Some(patience).filter(|_| !schema.triggers.is_empty());
        let tx = Tx { tx, schema, place, scope, meant: std::cell::Cell::new(0), patience };
        tx.view().require_acting(act, now)?;
        match body(&tx, now)? {
            Change::Nothing(value) => Ok(Applied { value, changed: Changed::No, triggers: None }),
            Change::Done(value, drafts) => {
                let triggers = tx.trigger_effect(before);
                tx.append_events(drafts, triggers.as_ref(), act, now)?;
                match act.mode {
                    Mode::Commit => commit::commit(tx.tx, place)?,
                    Mode::DryRun => tx.tx.rollback().map_err(fail)?,
                }
                Ok(Applied { value, changed: Changed::Yes, triggers })
            }
        }
    }
}

impl View<'_> {
    /// The account that acts may have lost its role, been locked or deactivated since it was judged.
    fn require_acting(&self, act: &Act<'_>, now: Timestamp) -> Result<(), StoreError> {
        let Some(acting) = &act.acting else { return Ok(()) };
        match self.user(acting.row.id)? {
            Some(row) if acting.still_holds(&row, now) => Ok(()),
            Some(_) | None => Err(StoreError::ActingChanged),
        }
    }
}

impl Tx<'_> {
    /// The file as it reads inside this transaction.
    pub fn view(&self) -> View<'_> {
        View { conn: &self.tx, schema: self.schema, place: self.place, scope: self.scope }
    }

    /// What the file's schema is.
    pub fn schema(&self) -> &Schema {
        self.schema
    }

    fn fail(&self, error: rusqlite::Error) -> StoreError {
        let SqlFailure { code, extended, text } = match failure_of(&error) {
            Some(failure) if !self.schema.triggers.is_empty() => failure,
            Some(_) | None => return convert(error, self.place),
        };
        if code == rusqlite::ErrorCode::OperationInterrupted {
            let limit = patience::LIMIT.as_secs();
            return self.in_the_way(format!("the change was not done after {limit} s"));
        }
        if extended == ffi::SQLITE_CONSTRAINT_TRIGGER { self.in_the_way(text) } else { convert(error, self.place) }
    }

    fn in_the_way(&self, what: String) -> StoreError {
        StoreError::TriggerInTheWay { what, names: self.schema.triggers.clone() }
    }

    /// A statement met another number of rows than it meant to.
    fn wrong_count(&self, what: &'static str, rows: usize) -> StoreError {
        self.explained(&StoreError::WrongCount { what, rows })
    }

    /// Read back, the row is another.
    fn not_kept(&self, what: &'static str) -> StoreError {
        self.explained(&StoreError::NotKept(what))
    }

    /// Inside one transaction only a trigger can do that, or damage: an id that a list has and a look-up has not.
    fn explained(&self, wrong: &StoreError) -> StoreError {
        let what = wrong.to_string();
        if self.schema.triggers.is_empty() { StoreError::Damaged { detail: what } } else { self.in_the_way(what) }
    }

    /// Runs a statement that changes `users`: its triggers run inside, and only such a statement has a limit.
    fn fire<T>(&self, statement: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, StoreError> {
        self.patience.iter().for_each(Patience::begin);
        let result = statement();
        self.patience.iter().for_each(Patience::end);
        result.map_err(|error| self.fail(error))
    }

    /// Counts the rows that a statement of ours changed.
    fn count(&self, rows: usize) {
        self.meant.set(self.meant.get() + rows as u64);
    }

    fn trigger_effect(&self, before: u64) -> Option<TriggerEffect> {
        let all = self.tx.total_changes() - before;
        let rows = all.saturating_sub(self.meant.get());
        (rows > 0).then(|| TriggerEffect { names: self.schema.triggers.clone(), rows })
    }
}

/// The version of SQLite inside.
pub(super) fn version() -> &'static str {
    rusqlite::version()
}

/// The owner of a database, where that is another user than the one who acts.
pub(super) fn other_owner(path: &Path) -> Option<String> {
    files::other_owner(path)
}
