//! The file as the operating system sees it: kind, owner, rights. No SQL.
//!
//! What a newcomer would get wrong: a database must not be opened here, not even to look at its header. Closing
//! any descriptor of a file drops every POSIX lock that the process holds on it, SQLite's own among them
//! (sqlite.org/howtocorrupt §2.2).

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::{Place, StoreError};

/// Bytes 18 and 19 of the header hold 2 in a WAL database, 1 otherwise (sqlite.org/fileformat, "The Database Header").
const WAL_VERSION: [u8; 2] = [2, 2];
const VERSION_OFFSET: u64 = 18;

/// Bytes of the header.
const HEADER_LENGTH: u64 = 100;

/// Looks at the file before SQLite does, because SQLite has one message for all of these.
///
/// # Errors
/// Missing, a directory, empty, or nothing that could be a database.
pub(super) fn inspect(path: &Path) -> Result<(), StoreError> {
    let path = || path.to_owned();
    let metadata = match std::fs::metadata(path()) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(StoreError::Missing { path: path() }),
        Err(error) => return Err(StoreError::Unreadable { path: path(), detail: error.to_string() }),
    };
    if metadata.is_dir() {
        return Err(StoreError::Directory { path: path() });
    }
    if !metadata.is_file() {
        return Err(StoreError::NotSqlite { path: path() });
    }
    match metadata.len() {
        0 => Err(StoreError::Empty { path: path() }),
        // SQLite takes a file of one byte for a new database.
        1..HEADER_LENGTH => Err(StoreError::NotSqlite { path: path() }),
        HEADER_LENGTH.. => Ok(()),
    }
}

/// The file behind links: SQLite puts its side files beside that one.
pub(super) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether the header says WAL. Opens the file, see above: its descriptor is never closed again, so this is
/// for the rare case alone in which SQLite must not be let near the file before the answer is known.
pub(super) fn is_wal(path: &Path) -> bool {
    use std::os::unix::fs::FileExt;
    let Ok(file) = File::open(path) else { return false };
    let mut versions = [0_u8; 2];
    let read = file.read_exact_at(&mut versions, VERSION_OFFSET);
    // Closing it would drop the locks of a connection that this process may have.
    std::mem::forget(file);
    read.is_ok() && versions == WAL_VERSION
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

/// A user for people: the name where there is one, and the number.
pub(super) fn owner_name(uid: u32) -> String {
    match nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)) {
        Ok(Some(user)) => format!("'{}' (uid {uid})", user.name),
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

/// Whether files that SQLite makes beside this one would belong to somebody else than its owner: an ordinary
/// user's would, root's are handed over by SQLite itself.
pub(super) fn side_files_would_be_foreign(path: &Path) -> bool {
    !rustix::process::geteuid().is_root() && other_owner(path).is_some()
}

/// Whether the process may write the file.
pub(super) fn writable(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// Whether the process may write the directory of `path`: SQLite puts its journal there.
pub(super) fn directory_writable(path: &Path) -> bool {
    access(directory(path), Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The directory of `path`; of a bare file name: the working directory.
pub(super) fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Why the file cannot be written: another owner, its own mode, or its directory.
pub(super) fn cannot_write(place: &Place, detail: String) -> StoreError {
    let path = place.path.clone();
    if !writable(&path) {
        if let Some(owner) = other_owner(&path) {
            return StoreError::OtherOwner { path, owner };
        }
        return StoreError::ReadOnly { path, detail: "the file is read-only".into() };
    }
    if !directory_writable(&place.real) {
        return StoreError::ReadOnly {
            path,
            detail: "its directory is read-only, and SQLite must put its journal there".into(),
        };
    }
    StoreError::ReadOnly { path, detail }
}

/// Why the file cannot be opened.
pub(super) fn cannot_open(place: &Place, detail: String) -> StoreError {
    let path = place.path.clone();
    if access(&path, Access::READ_OK).is_err() {
        return StoreError::Unreadable { path, detail: "permission denied".into() };
    }
    if !writable(&path) || !directory_writable(&place.real) {
        return cannot_write(place, detail);
    }
    StoreError::Unreadable { path, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_lies_in_the_working_directory() {
        for (path, its) in [("app.db", "."), ("./app.db", "."), ("data/app.db", "data"), ("/app.db", "/")] {
            assert_eq!(directory(Path::new(path)), Path::new(its), "{path}");
        }
    }
}
