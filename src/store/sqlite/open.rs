//! Opening an existing file: never creating it, never taking its name for a URI, with the settings of the app.
//!
//! What a newcomer would get wrong: reading a file with a hot journal or a WAL may need to write beside it.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::{Place, Reader, Store, StoreError, convert, convert_at_opening, files, schema};
use crate::model::scope::Scope;

/// An opened file and what the operator should know about it.
pub struct Opened<T> {
    /// The store.
    pub store: T,
    /// Things to say on stderr.
    pub notes: Vec<OpenNote>,
}

/// Something about the file that the operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenNote {
    /// The file belongs to another user (its name).
    OtherOwner(String),
    /// Opened without locks: a WAL file that nobody has open, beside which no side file can be made or left.
    Immutable,
    /// An unfinished transaction of a crashed process was undone.
    Recovered,
}

/// How far opening may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAccess {
    /// A hot journal is recovered by opening read-write where permitted.
    MayRecover,
    /// A dry run: the file stays byte for byte as it is.
    NeverWrite,
}

impl Reader {
    /// Opens an existing file for reading.
    ///
    /// # Errors
    /// Each reason has its own [`StoreError`]; a file without the app's `users` table is `Foreign`.
    pub fn open(path: &Path, busy_timeout: Duration, access: ReadAccess) -> Result<Opened<Reader>, StoreError> {
        files::inspect(path)?;
        let place = Place::new(path, busy_timeout);
        match (connect_reader(&place), access) {
            (Err(StoreError::HotJournal { .. }), ReadAccess::MayRecover) => {
                recover(&place)?;
                let mut opened = connect_reader(&place)?;
                opened.notes.push(OpenNote::Recovered);
                Ok(opened)
            }
            (other, ReadAccess::MayRecover) => other,
            (other, ReadAccess::NeverWrite) => other.map_err(not_undone),
        }
    }

    /// A second connection to a file that this process has open already.
    pub(super) fn again(place: &Place) -> Result<Reader, StoreError> {
        connect(place, &plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens a finished copy that nobody else has: no lock, no side file.
    pub(super) fn open_immutable(path: &Path) -> Result<Reader, StoreError> {
        immutable(&Place::new(path, Duration::ZERO))
    }
}

impl Store {
    /// Opens an existing, migrated file for writing.
    ///
    /// # Errors
    /// Each reason has its own [`StoreError`]: `Pending` and `Drift` for a schema that must be mended first.
    pub fn open(path: &Path, busy_timeout: Duration, access: ReadAccess) -> Result<Opened<Store>, StoreError> {
        let opened = open_any(path, busy_timeout, access)?;
        opened.store.schema.require_writable(&opened.store.place)?;
        Ok(Opened { store: Store::new(opened.store), notes: opened.notes })
    }
}

/// Opens a file of the app for writing, migrated or not.
pub(super) fn open_any(path: &Path, busy_timeout: Duration, access: ReadAccess) -> Result<Opened<Reader>, StoreError> {
    files::inspect(path)?;
    let place = Place::new(path, busy_timeout);
    let owner = files::other_owner(path);
    let closing = closing(&place)?;
    if access == ReadAccess::NeverWrite {
        // SQLite would undo a hot journal as soon as it may write.
        drop(Reader::again(&place).map_err(not_undone)?);
    }
    let reader = connect(&place, &plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let writable = !reader.conn.is_readonly(rusqlite::MAIN_DB).map_err(|error| convert(error, &place))?;
    if !writable || !files::directory_writable(&place.real) {
        return Err(files::cannot_write(&place, "permission denied".into()));
    }
    settle_writer(&reader, closing).map_err(|error| convert(error, &place))?;
    Ok(Opened { store: reader, notes: owner.map(OpenNote::OtherOwner).into_iter().collect() })
}

/// A dry run may be able to write, and does not.
fn not_undone(error: StoreError) -> StoreError {
    match error {
        StoreError::HotJournal { path } => StoreError::HotInDryRun { path },
        other => other,
    }
}

/// What happens to the side files of a WAL database when the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Closing {
    /// They stay: never checkpoint, and leave `-wal` where the app left it.
    Leave,
    /// SQLite takes those away again that it made itself: the app might not be able to write them.
    TakeAway,
}

/// Decided before SQLite opens the file, because opening makes the side files.
///
/// # Errors
/// `OtherOwner` where a `-shm` that the owner may not be able to write would have to stay, or where the file
/// could only be read: SQLite would leave its side files then.
fn closing(place: &Place) -> Result<Closing, StoreError> {
    if !files::side_files_would_be_foreign(&place.real) {
        return Ok(Closing::Leave);
    }
    if !files::writable(&place.real) {
        return Err(files::cannot_write(place, "permission denied".into()));
    }
    let exists = |suffix| files::side_file(&place.real, suffix).exists();
    match (exists("-wal"), exists("-shm")) {
        (false, _) => Ok(Closing::TakeAway),
        (true, true) => Ok(Closing::Leave),
        (true, false) => {
            let owner = files::other_owner(&place.real).unwrap_or_default();
            Err(StoreError::OtherOwner { path: place.path.clone(), owner })
        }
    }
}

/// What a writing connection needs on top.
fn settle_writer(reader: &Reader, closing: Closing) -> rusqlite::Result<()> {
    let conn = &reader.conn;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    // Readers of the app are kept out for the commit alone, not from the moment when the cache is full; and a
    // dry run never touches the file.
    conn.pragma_update(None, "cache_spill", false)?;
    // The directory is synced as well after the journal was removed: what was said to be done outlasts a power cut.
    conn.pragma_update(None, "synchronous", "EXTRA")?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, closing == Closing::Leave)?;
    if schema::any_trigger(conn)? {
        // Theirs may hold double-quoted strings, and must do for us what they do for the app.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, true)?;
    }
    Ok(())
}

/// For a writer that leaves no side file behind: whether it can.
///
/// # Errors
/// As for [`closing`].
pub(super) fn require_leaving_nothing(place: &Place) -> Result<(), StoreError> {
    closing(place).map(|_| ())
}

fn connect_reader(place: &Place) -> Result<Opened<Reader>, StoreError> {
    if files::side_files_would_be_foreign(&place.real)
        && files::directory_writable(&place.real)
        && let Some(opened) = connect_as_stranger(place)?
    {
        return Ok(opened);
    }
    match Reader::again(place) {
        Ok(reader) => Ok(Opened { store: reader, notes: Vec::new() }),
        Err(error @ (StoreError::ReadOnly { .. } | StoreError::OtherOwner { .. } | StoreError::Unreadable { .. }))
            if !files::directory_writable(&place.real) =>
        {
            connect_in_readonly_directory(place, error)
        }
        Err(error) => Err(error),
    }
}

/// Reading a WAL file makes side files, which its owner might not be able to write: where nobody has it open
/// it is read without locks, and where only a crash can have left a `-wal`, not at all.
fn connect_as_stranger(place: &Place) -> Result<Option<Opened<Reader>>, StoreError> {
    let exists = |suffix| files::side_file(&place.real, suffix).exists();
    match (exists("-wal"), exists("-shm")) {
        (true, true) => Ok(None),
        (false, _) if !files::is_wal(&place.real) => Ok(None),
        (false, _) => Ok(Some(Opened { store: immutable(place)?, notes: vec![OpenNote::Immutable] })),
        (true, false) => Err(StoreError::Unreadable {
            path: place.path.clone(),
            detail: "reading its '-wal' makes a '-shm' file that its owner might not be able to write".into(),
        }),
    }
}

/// Without a `-wal` nobody writes a WAL file, and it can be read as it lies there. Any other file that cannot be
/// opened here would not be read either.
fn connect_in_readonly_directory(place: &Place, error: StoreError) -> Result<Opened<Reader>, StoreError> {
    let exists = |suffix| files::side_file(&place.real, suffix).exists();
    if exists("-wal") {
        return Err(StoreError::Unreadable {
            path: place.path.clone(),
            detail: "it is in WAL mode, and its directory is read-only: its '-wal' needs a '-shm' file there".into(),
        });
    }
    // A journal that cannot be looked at may be hot.
    if exists("-journal") {
        return Err(error);
    }
    match immutable(place) {
        Ok(reader) => Ok(Opened { store: reader, notes: vec![OpenNote::Immutable] }),
        Err(StoreError::ReadOnly { .. } | StoreError::OtherOwner { .. } | StoreError::Unreadable { .. }) => Err(error),
        Err(other) => Err(other),
    }
}

/// Lets SQLite undo the unfinished transaction: any read through a writable connection does.
fn recover(place: &Place) -> Result<(), StoreError> {
    let recovered = closing(place).and_then(|closing| {
        let reader = connect(place, &plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        settle_writer(&reader, closing).map_err(|error| convert(error, place))
    });
    match recovered {
        Err(StoreError::ReadOnly { .. } | StoreError::OtherOwner { .. } | StoreError::Unreadable { .. }) => {
            Err(StoreError::HotJournal { path: place.path.clone() })
        }
        other => other,
    }
}

pub(super) fn immutable(place: &Place) -> Result<Reader, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    connect(place, &uri(&place.real, "immutable=1"), flags)
}

pub(super) fn connect(place: &Place, name: &Path, access: OpenFlags) -> Result<Reader, StoreError> {
    let fail = |error| convert_at_opening(error, place);
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(name, flags).map_err(fail)?;
    settle(&conn, place.busy_timeout).map_err(fail)?;
    // Before the first look: a connection that finds the file damaged must not move its `-wal` into it when it closes.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fail)?;
    let snapshot = conn.unchecked_transaction().map_err(fail)?;
    let schema = schema::read(&snapshot).map_err(fail)?;
    snapshot.rollback().map_err(fail)?;
    schema.require_ours(place)?;
    Ok(Reader { conn, schema, place: place.clone(), scope: Scope::All })
}

/// The settings of every connection (`security.md`, SQLite): defensive, nothing trusted from the schema, no
/// double-quoted strings in our own statements, foreign keys off as in the app, nothing attached.
pub(super) fn settle(conn: &Connection, busy_timeout: Duration) -> rusqlite::Result<()> {
    conn.busy_timeout(busy_timeout)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    // Plans do not depend on the values, or each statement would be prepared again at its first step.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(())
}

/// The name for SQLite: one that starts with `file:` would be taken for a URI.
pub(super) fn plain_name(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// `file:…?option` with every byte of the path that is not plain escaped.
pub(super) fn uri(path: &Path, option: &str) -> PathBuf {
    let mut uri = OsString::from("file:");
    for byte in plain_name(path).as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte).to_string());
            }
            other => uri.push(format!("%{other:02X}")),
        }
    }
    uri.push("?");
    uri.push(option);
    PathBuf::from(uri)
}
