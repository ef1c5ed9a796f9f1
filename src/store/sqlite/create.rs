//! A new file, all at once: built in memory, written to a file without a name, and then given its name.
//!
//! What a newcomer would get wrong: a process that is killed half-way must leave nothing that looks like a
//! database, so the name appears last, and only if it is still free.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, MAIN_DB};
use rustix::fs::{AtFlags, CWD, Mode as FileMode, OFlags};

use super::{Place, Reader, Store, StoreError, convert, files, open, schema};
use crate::model::scope::Scope;
use crate::store::Mode;
use crate::store::partial::{self, Partial};

/// What a name that somebody chose has after it until the file is complete: a `.partial` there may be theirs.
const CHOSEN_PARTIAL: &str = ".authctl-partial";

/// The schema of a new file.
const SCHEMA: &str = include_str!("../../../schema.sql");

/// Makes a new database at `path`, mode 0600, and runs `fill` on it before it gets its name.
///
/// # Errors
/// `Exists` where the name is taken, `ReadOnly` where the directory cannot be written, and what `fill` returns;
/// no file is left then.
pub fn create<T, E: From<StoreError>>(
    path: &Path,
    mode: Mode,
    fill: impl FnOnce(&mut Store) -> Result<T, E>,
) -> Result<T, E> {
    if mode == Mode::Commit {
        sweep(path);
    }
    require_free(path)?;
    let place = Place::new(path, Duration::ZERO);
    let fail = |error| convert(error, &place);
    let conn = Connection::open_in_memory().map_err(fail)?;
    open::settle(&conn, Duration::ZERO).map_err(fail)?;
    conn.execute_batch(SCHEMA).map_err(fail)?;
    let schema = schema::read(&conn).map_err(fail)?;
    let mut store = Store::new(Reader { conn, schema, place: place.clone(), scope: Scope::All });
    let value = fill(&mut store)?;
    let image = store.reader.conn.serialize(MAIN_DB).map_err(fail)?;
    match mode {
        Mode::Commit => write_new(path, &image)?,
        Mode::DryRun => {}
    }
    Ok(value)
}

/// No file of this name, nor a journal that an earlier one left.
///
/// # Errors
/// `Exists`, `ReadOnly`.
pub(super) fn require_free(path: &Path) -> Result<(), StoreError> {
    // A journal that an earlier file left behind would be played back into the new one.
    for name in [path.to_owned(), files::side_file(path, "-journal"), files::side_file(path, "-wal")] {
        if std::fs::symlink_metadata(&name).is_ok() {
            return Err(StoreError::Exists { path: name });
        }
    }
    let directory = files::directory(path);
    if !directory.is_dir() {
        let detail = format!("there is no directory '{}'", crate::model::text::path(&directory));
        return Err(StoreError::ReadOnly { path: path.to_owned(), detail });
    }
    if !files::directory_writable(path) {
        let detail = "its directory cannot be written".to_owned();
        return Err(StoreError::ReadOnly { path: path.to_owned(), detail });
    }
    Ok(())
}

/// Removes what a killed run left beside a name that somebody chose.
pub(super) fn sweep(path: &Path) {
    drop(Partial::dead(unfinished(path)));
}

/// Makes the file that is to get a name that somebody chose.
///
/// # Errors
/// `Exists` where somebody else has made one of its name, `ReadOnly`.
pub(super) fn begin(path: &Path) -> Result<Partial, StoreError> {
    let unfinished = unfinished(path);
    Partial::create(unfinished.clone()).map_err(|error| not_made(error, path, &unfinished))
}

fn unfinished(path: &Path) -> PathBuf {
    files::side_file(path, CHOSEN_PARTIAL)
}

/// Why the file of the name `path` was not made; `taken` is the name that may have been.
fn not_made(error: std::io::Error, path: &Path, taken: &Path) -> StoreError {
    match error.kind() {
        ErrorKind::AlreadyExists => StoreError::Exists { path: taken.to_owned() },
        _ => StoreError::ReadOnly { path: path.to_owned(), detail: error.to_string() },
    }
}

/// Writes the bytes and gives them their name in one step; an existing name is never replaced.
fn write_new(path: &Path, image: &[u8]) -> Result<(), StoreError> {
    write_after(write_nameless(path, image), path, image)
}

/// What is left to do once it was tried without a name.
fn write_after(nameless: rustix::io::Result<()>, path: &Path, image: &[u8]) -> Result<(), StoreError> {
    let failed = |error| not_made(error, path, path);
    match nameless {
        Ok(()) => partial::sync_directory(path).map_err(|error| {
            // The error that is told is the first one.
            let _ = std::fs::remove_file(path);
            failed(error)
        }),
        Err(error) if nameless_unsupported(error) => {
            let partial = begin(path)?;
            partial.file().write_all(image).and_then(|()| partial.publish(path)).map_err(failed)
        }
        Err(error) => Err(failed(error.into())),
    }
}

#[cfg(target_os = "linux")]
fn write_nameless(path: &Path, image: &[u8]) -> rustix::io::Result<()> {
    use std::os::fd::AsRawFd;
    let mode = FileMode::from_raw_mode(partial::OWNER_ONLY);
    let directory = files::directory(path);
    let handle = rustix::fs::open(&directory, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, mode)?;
    let mut file = File::from(handle);
    file.write_all(image).and_then(|()| file.sync_all()).map_err(raw_error)?;
    rustix::fs::fchmod(&file, mode)?;
    let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(CWD, &itself, CWD, path, AtFlags::SYMLINK_FOLLOW)
}

#[cfg(not(target_os = "linux"))]
fn write_nameless(_path: &Path, _image: &[u8]) -> rustix::io::Result<()> {
    Err(rustix::io::Errno::OPNOTSUPP)
}

fn raw_error(error: std::io::Error) -> rustix::io::Errno {
    rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO)
}

/// File systems without nameless files (and kernels without `/proc`) say so in one of these ways.
fn nameless_unsupported(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;
    [Errno::OPNOTSUPP, Errno::ISDIR, Errno::INVAL, Errno::NOENT].contains(&error)
}

impl schema::Schema {
    /// The schema of a new file.
    ///
    /// # Errors
    /// [`StoreError`] where SQLite cannot build it in memory.
    pub fn of_new_file() -> Result<Self, StoreError> {
        let other = |error: rusqlite::Error| StoreError::Other(error.to_string());
        let conn = Connection::open_in_memory().map_err(other)?;
        conn.execute_batch(SCHEMA).map_err(other)?;
        schema::read(&conn).map_err(other)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rustix::io::Errno;

    use super::*;

    fn names(directory: &Path) -> Vec<std::ffi::OsString> {
        std::fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").file_name()).collect()
    }

    #[test]
    fn where_nameless_files_are_unknown_the_file_is_made_all_the_same() {
        for unknown in [Errno::OPNOTSUPP, Errno::ISDIR, Errno::INVAL, Errno::NOENT] {
            let directory = tempfile::tempdir().expect("a scratch directory");
            let path = directory.path().join("app.db");
            write_after(Err(unknown), &path, b"image").expect("it is written beside");
            assert_eq!(std::fs::read(&path).expect("the file"), b"image");
            assert_eq!(path.metadata().expect("the file").permissions().mode() & 0o777, partial::OWNER_ONLY);
            assert_eq!(names(directory.path()), ["app.db"], "{unknown}");
        }
    }

    #[test]
    fn a_name_that_was_taken_meanwhile_is_never_replaced() {
        for nameless in [Errno::OPNOTSUPP, Errno::EXIST] {
            let directory = tempfile::tempdir().expect("a scratch directory");
            let path = directory.path().join("app.db");
            std::fs::write(&path, "theirs").expect("somebody else's file");
            let refused = write_after(Err(nameless), &path, b"image").expect_err("the name is taken");
            assert!(matches!(&refused, StoreError::Exists { path: named } if *named == path), "{refused:?}");
            assert_eq!(std::fs::read(&path).expect("the file"), b"theirs");
            assert_eq!(names(directory.path()), ["app.db"], "{nameless}");
        }
    }

    /// What stands in the way is named, and what is not ours stays.
    #[test]
    fn a_file_of_the_unfinished_name_is_named_and_left_alone() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let path = directory.path().join("app.db");
        std::fs::write(directory.path().join("app.db.partial"), "theirs").expect("somebody else's file");
        write_after(Err(Errno::OPNOTSUPP), &path, b"image").expect("it does not stand in the way");
        std::fs::remove_file(&path).expect("it was made");
        std::fs::create_dir(unfinished(&path)).expect("a directory");
        let refused = write_after(Err(Errno::OPNOTSUPP), &path, b"image").expect_err("the name is taken");
        assert!(matches!(&refused, StoreError::Exists { path: named } if *named == unfinished(&path)), "{refused:?}");
        assert_eq!(std::fs::read(directory.path().join("app.db.partial")).expect("the file"), b"theirs");
        assert!(unfinished(&path).is_dir() && !path.exists());
    }

    #[test]
    fn what_a_killed_run_left_is_in_nobodys_way() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let path = directory.path().join("app.db");
        std::fs::write(unfinished(&path), "half").expect("a file");
        for (mode, left) in [(Mode::DryRun, true), (Mode::Commit, false)] {
            create(&path, mode, |_| Ok::<_, StoreError>(())).expect("it is made");
            assert_eq!((unfinished(&path).exists(), path.exists()), (left, !left), "{mode:?}");
        }
    }

    #[test]
    fn where_nothing_may_be_written_nothing_is_tried_again() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let path = directory.path().join("app.db");
        for error in [Errno::ACCESS, Errno::NOSPC, Errno::IO] {
            let refused = write_after(Err(error), &path, b"image").expect_err("it failed");
            assert!(matches!(&refused, StoreError::ReadOnly { path: named, .. } if *named == path), "{refused:?}");
            assert_eq!(names(directory.path()), Vec::<std::ffi::OsString>::new(), "{error}");
        }
    }
}
