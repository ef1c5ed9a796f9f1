//! SQLite: the connection, the one write transaction, and the conversion of its errors.
//!
//! What a newcomer would get wrong: the app runs with foreign keys off and double-quoted defaults; a bundled
//! SQLite has other defaults, so both are set at opening (`open.rs`).

pub(super) mod backup;
pub(super) mod check;
mod commit;
pub(super) mod compare;
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
    /// The schema is checked again inside the transaction when another connection may have changed it, and so is
    /// the account that acts, where one does.
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
        let _turn = turn::Turn::wait(place);
        let patience = Patience::watch(conn).map_err(|error| convert(error, place))?;
        let tx =
            conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| convert(error, place))?;
        let now = act.clock.now();
        if schema::version(&tx).map_err(|error| convert(error, place))? != schema.version {
            *schema = schema::read(&tx).map_err(|error| convert(error, place))?;
            schema.require_writable(place)?;
        }
        let before = tx.total_changes();
        let patience = Some(patience).filter(|_| !schema.triggers.is_empty());
        patience.iter().for_each(Patience::again);
        let tx = Tx { tx, schema, place, scope, meant: std::cell::Cell::new(0), patience };
        tx.view().require_acting(act, now)?;
        match body(&tx, now)? {
            Change::Nothing(value) => Ok(Applied { value, changed: Changed::No, triggers: None }),
            Change::Done(value, drafts) => {
                let triggers = tx.trigger_effect(before);
                tx.append_events(drafts, triggers.as_ref(), act, now)?;
                match act.mode {
                    Mode::Commit => commit::commit(tx.tx, place)?,
                    Mode::DryRun => tx.tx.rollback().map_err(|error| convert(error, place))?,
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

    /// Counts the rows that a statement of ours changed.
    fn count(&self, rows: usize) {
        self.meant.set(self.meant.get() + rows as u64);
        self.patience.iter().for_each(Patience::again);
    }

    fn trigger_effect(&self, before: u64) -> Option<TriggerEffect> {
        let all = self.tx.total_changes() - before;
        let rows = all.saturating_sub(self.meant.get());
        (rows > 0).then(|| TriggerEffect { names: self.schema.triggers.clone(), rows })
    }
}

/// What SQLite said, without the statement.
struct SqlFailure {
    code: rusqlite::ErrorCode,
    extended: std::ffi::c_int,
    text: String,
}

fn failure_of(error: &rusqlite::Error) -> Option<SqlFailure> {
    let (failure, message) = match error {
        rusqlite::Error::SqliteFailure(failure, message) => (failure, message.as_ref()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error, Some(msg)),
        _ => return None,
    };
    let text = message.cloned().unwrap_or_else(|| failure.to_string());
    Some(SqlFailure { code: failure.code, extended: failure.extended_code, text })
}

/// Turns SQLite's codes into the cases that have a way out of their own.
pub(super) fn convert(error: rusqlite::Error, place: &Place) -> StoreError {
    let Some(SqlFailure { code, extended, text }) = failure_of(&error) else {
        return unlike_its_column(&error);
    };
    let path = place.path.clone();
    match extended {
        // Our own statements are whole: what SQLite finds wrong with one is in the file's schema, as an index with a
        // collation that nobody has, or a trigger on a table that is gone.
        other if other & 0xff == ffi::SQLITE_ERROR => return StoreError::Drift { faults: vec![text] },
        ffi::SQLITE_READONLY_ROLLBACK | ffi::SQLITE_READONLY_RECOVERY | ffi::SQLITE_READONLY_CANTINIT => {
            return StoreError::HotJournal { path };
        }
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            return StoreError::Conflict(conflicting_field(&text));
        }
        ffi::SQLITE_CONSTRAINT_CHECK => return StoreError::Check(text),
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            return StoreError::Drift { faults: vec![text] };
        }
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS => {
            return StoreError::Unreadable { path, detail: text };
        }
        _ => {}
    }
    match code {
        rusqlite::ErrorCode::DatabaseBusy
        | rusqlite::ErrorCode::DatabaseLocked
        | rusqlite::ErrorCode::FileLockingProtocolFailed => StoreError::Busy { waited: place.busy_timeout },
        // A record that claims to be larger than anything SQLite can hold is damage, too.
        rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::TooBig => StoreError::Damaged { detail: text },
        rusqlite::ErrorCode::OutOfMemory => StoreError::Unreadable { path, detail: text },
        rusqlite::ErrorCode::NotADatabase => StoreError::NotSqlite { path },
        rusqlite::ErrorCode::ReadOnly => files::cannot_write(place, text),
        rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::PermissionDenied => files::cannot_open(place, text),
        rusqlite::ErrorCode::DiskFull => StoreError::ReadOnly { path, detail: "the disk is full".into() },
        rusqlite::ErrorCode::SystemIoFailure => StoreError::ReadOnly { path, detail: text },
        _ => StoreError::Other(text),
    }
}

/// A cell that is not what its column must hold, as an id that is a text: only damage makes such a one.
fn unlike_its_column(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => StoreError::Damaged { detail: error.to_string() },
        other => StoreError::Other(other.to_string()),
    }
}

/// The same for the first look at a file: whatever else SQLite says of a schema, it is the file's fault.
fn convert_at_opening(error: rusqlite::Error, place: &Place) -> StoreError {
    match convert(error, place) {
        StoreError::Other(detail) => StoreError::Damaged { detail },
        StoreError::Drift { faults } => StoreError::Damaged { detail: faults.join("; ") },
        other => other,
    }
}

/// Which field a unique constraint guards, from SQLite's text (`UNIQUE constraint failed: users.email`).
fn conflicting_field(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    if text.ends_with("users.email") {
        "the e-mail"
    } else if text.ends_with("users.username") {
        "the username"
    } else {
        "a unique value"
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
