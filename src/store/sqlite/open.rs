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

use super::files::{self, Journal};
use super::{Place, Reader, Store, StoreError, convert, schema};

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
    /// Opened without locks: a WAL file in a directory that cannot be written.
    Immutable,
    /// An unfinished transaction of a crashed process was undone.
    Recovered,
}

/// How far a reader may go to read.
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
        let place = Place { path: path.to_owned(), busy_timeout };
        let journal = files::inspect(path)?;
        match connect_reader(&place, journal) {
            Err(StoreError::HotJournal { .. }) if access == ReadAccess::MayRecover => {
                recover(&place)?;
                let mut opened = connect_reader(&place, journal)?;
                opened.notes.push(OpenNote::Recovered);
                Ok(opened)
            }
            other => other,
        }
    }
}

impl Reader {
    /// Opens a finished copy that nobody else has: no lock, no side file.
    pub(super) fn open_immutable(path: &Path) -> Result<Reader, StoreError> {
        let place = Place { path: path.to_owned(), busy_timeout: Duration::ZERO };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        connect(&place, &immutable_uri(path), flags)
    }
}

impl Store {
    /// Opens an existing, migrated file for writing.
    ///
    /// # Errors
    /// Each reason has its own [`StoreError`]: `Pending` and `Drift` for a schema that must be mended first.
    pub fn open(path: &Path, busy_timeout: Duration) -> Result<Opened<Store>, StoreError> {
        let opened = open_any(path, busy_timeout)?;
        opened.store.schema.require_writable(&opened.store.place)?;
        Ok(Opened { store: Store::new(opened.store), notes: opened.notes })
    }
}

/// Opens a file of the app for writing, migrated or not.
pub(super) fn open_any(path: &Path, busy_timeout: Duration) -> Result<Opened<Reader>, StoreError> {
    let place = Place { path: path.to_owned(), busy_timeout };
    files::inspect(path)?;
    let owner = files::other_owner(path);
    let reader = connect(&place, &plain_name(path), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let writable = !reader.conn.is_readonly(rusqlite::MAIN_DB).map_err(|error| convert(error, &place))?;
    if !writable || !files::directory_writable(path) {
        return Err(files::cannot_write(path, "permission denied".into()));
    }
    keep_wal(&reader, owner.is_some())?;
    Ok(Opened { store: reader, notes: owner.map(OpenNote::OtherOwner).into_iter().collect() })
}

/// Never checkpoint, and leave `-wal` where the app left it. As another ordinary user who opened a file
/// without `-wal`, let SQLite take its own side files away again: the app might not be able to write them.
fn keep_wal(reader: &Reader, other_owner: bool) -> Result<(), StoreError> {
    let conn = &reader.conn;
    let fail = |error| convert(error, &reader.place);
    conn.pragma_update(None, "wal_autocheckpoint", 0).map_err(fail)?;
    let had_wal = files::side_file(&reader.place.path, "-wal").exists();
    let ordinary = !rustix::process::geteuid().is_root();
    if !(other_owner && ordinary && !had_wal) {
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fail)?;
    }
    Ok(())
}

fn connect_reader(place: &Place, journal: Journal) -> Result<Opened<Reader>, StoreError> {
    let name = plain_name(&place.path);
    let has_wal = files::side_file(&place.path, "-wal").exists();
    if journal == Journal::Wal && !has_wal && !files::directory_writable(&place.path) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let reader = connect(place, &immutable_uri(&place.path), flags)?;
        return Ok(Opened { store: reader, notes: vec![OpenNote::Immutable] });
    }
    let reader = connect(place, &name, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(Opened { store: reader, notes: Vec::new() })
}

/// Lets SQLite undo the unfinished transaction: any read through a writable connection does.
fn recover(place: &Place) -> Result<(), StoreError> {
    let hot = || StoreError::HotJournal { path: place.path.clone() };
    let reader = connect(place, &plain_name(&place.path), OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|_| hot())?;
    drop(reader);
    Ok(())
}

fn connect(place: &Place, name: &Path, access: OpenFlags) -> Result<Reader, StoreError> {
    let fail = |error| convert(error, place);
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(name, flags).map_err(fail)?;
    settle(&conn, place.busy_timeout).map_err(fail)?;
    let snapshot = conn.unchecked_transaction().map_err(fail)?;
    let schema = schema::read(&snapshot).map_err(fail)?;
    snapshot.rollback().map_err(fail)?;
    schema.require_ours(place)?;
    Ok(Reader { conn, schema, place: place.clone() })
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

/// `file:…?immutable=1` with every byte that is not plain escaped.
fn immutable_uri(path: &Path) -> PathBuf {
    let mut uri = OsString::from("file:");
    for byte in plain_name(path).as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte).to_string());
            }
            other => uri.push(format!("%{other:02X}")),
        }
    }
    uri.push("?immutable=1");
    PathBuf::from(uri)
}
