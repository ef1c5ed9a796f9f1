//! The file as the operating system sees it: kind, owner, rights. No SQL.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::StoreError;

/// The first bytes of every SQLite file (sqlite.org/fileformat, "The Database Header").
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes 18 and 19 of the header hold 2 in a WAL database, 1 otherwise.
const WAL_VERSION: u8 = 2;
const HEADER_LENGTH: usize = 20;

/// Mode of new files: they hold the accounts.
pub(super) const OWNER_ONLY: u32 = 0o600;

/// How the file keeps its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journal {
    /// A rollback journal.
    Rollback,
    /// A write-ahead log.
    Wal,
}

/// Looks at the file before SQLite does, because SQLite has one message for all of these.
///
/// # Errors
/// Missing, a directory, empty, not readable, or not an SQLite file.
pub(super) fn inspect(path: &Path) -> Result<Journal, StoreError> {
    let unreadable =
        |error: std::io::Error| StoreError::Unreadable { path: path.to_owned(), detail: error.to_string() };
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(StoreError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(unreadable(error)),
    };
    if metadata.is_dir() {
        return Err(StoreError::Directory { path: path.to_owned() });
    }
    if !metadata.is_file() {
        return Err(StoreError::NotSqlite { path: path.to_owned() });
    }
    if metadata.len() == 0 {
        return Err(StoreError::Empty { path: path.to_owned() });
    }
    let mut header = [0_u8; HEADER_LENGTH];
    let file = File::open(path).map_err(unreadable)?;
    let length = file.take(HEADER_LENGTH as u64).read(&mut header).map_err(unreadable)?;
    if length < HEADER_LENGTH || !header.starts_with(MAGIC) {
        return Err(StoreError::NotSqlite { path: path.to_owned() });
    }
    Ok(if header[18] == WAL_VERSION { Journal::Wal } else { Journal::Rollback })
}

/// A side file of the database: `app.db-wal`, `app.db-journal`.
pub(super) fn side_file(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The owner, where the file belongs to another user than the one who acts: a name for people.
pub(super) fn other_owner(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    let uid = metadata.uid();
    (uid != rustix::process::geteuid().as_raw()).then(|| owner_name(uid))
}

fn owner_name(uid: u32) -> String {
    match nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)) {
        Ok(Some(user)) => format!("'{}' (uid {uid})", user.name),
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

/// Whether the process may write the directory of `path`: SQLite puts its journal there.
pub(super) fn directory_writable(path: &Path) -> bool {
    access(directory(path), Access::WRITE_OK).is_ok()
}

/// The directory of `path`; of a bare file name: the working directory.
pub(super) fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Why the file cannot be written: another owner, its own mode, or its directory.
pub(super) fn cannot_write(path: &Path, detail: String) -> StoreError {
    if access(path, Access::WRITE_OK).is_err() {
        if let Some(owner) = other_owner(path) {
            return StoreError::OtherOwner { path: path.to_owned(), owner };
        }
        return StoreError::ReadOnly { path: path.to_owned(), detail: "the file is read-only".into() };
    }
    if !directory_writable(path) {
        return StoreError::ReadOnly {
            path: path.to_owned(),
            detail: "its directory is read-only, and SQLite must put its journal there".into(),
        };
    }
    StoreError::ReadOnly { path: path.to_owned(), detail }
}

/// Why the file cannot be opened.
pub(super) fn cannot_open(path: &Path, detail: String) -> StoreError {
    if access(path, Access::READ_OK).is_err() {
        return StoreError::Unreadable { path: path.to_owned(), detail: "permission denied".into() };
    }
    if access(path, Access::WRITE_OK).is_err() || !directory_writable(path) {
        return cannot_write(path, detail);
    }
    StoreError::Unreadable { path: path.to_owned(), detail }
}

/// Creates a file that only its owner may read; an existing one is never opened.
pub(super) fn create_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)
}

/// Makes a new name in the directory of `path` last over a power cut.
pub(super) fn sync_directory(path: &Path) -> std::io::Result<()> {
    File::open(directory(path))?.sync_all()
}
