//! A glance at a file: for a hint or a completion, which must neither wait, nor write, nor fail loudly.
//!
//! What a newcomer would get wrong: reading a WAL file may write beside it. SQLite makes the `-shm` file, and mends it
//! after a crash; here it is only ever read, and where that does not do, nothing is seen.

use std::ffi::c_int;
use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;

use super::open::{connect, immutable, plain_name, uri};
use super::{Place, Reader, StoreError, convert, files};

/// How long a glance waits for a lock of another process.
const PATIENCE: Duration = Duration::from_millis(10);
/// How many steps of SQLite's machine one statement may take: some 20 ms, the scan of 150,000 rows. Counted, and not
/// timed, so that a busy machine gives the same answer.
const STEPS: c_int = 1_000_000;

impl Reader {
    /// Opens a file for a glance; no byte is written, neither to it nor beside it, and an unfinished transaction is not
    /// undone. A statement that takes long, for want of an index, ends with an error.
    ///
    /// # Errors
    /// Those of [`Reader::open`], and every file that could only be read by writing beside it.
    pub fn glance(path: &Path) -> Result<Self, StoreError> {
        files::inspect(path)?;
        let place = Place::new(path, PATIENCE);
        let mut reader = connect_to_look(&place)?;
        reader.conn.progress_handler(STEPS, Some(|| true)).map_err(|error| convert(error, &place))?;
        Ok(reader)
    }
}

fn connect_to_look(place: &Place) -> Result<Reader, StoreError> {
    let exists = |suffix| files::side_file(&place.real, suffix).exists();
    match (files::is_wal(&place.real), exists("-wal"), exists("-shm")) {
        (false, ..) => connect(place, &plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_ONLY),
        (true, false, _) => immutable(place),
        (true, true, true) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            connect(place, &uri(&place.real, "readonly_shm=1"), flags)
        }
        (true, true, false) => {
            Err(StoreError::Unreadable { path: place.path.clone(), detail: "its '-wal' has no '-shm'".into() })
        }
    }
}
