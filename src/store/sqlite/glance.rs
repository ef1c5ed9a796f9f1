//! A glance at a file: for a hint or a completion, which must neither wait, nor write, nor fail loudly.
//!
//! What a newcomer would get wrong: reading a WAL file may write beside it. SQLite makes the `-shm` file, and mends it
//! after a crash; here it is only ever read, and where that does not do, nothing is seen.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rusqlite::OpenFlags;

use super::open::{connect, immutable, plain_name, uri};
use super::{Place, Reader, StoreError, View, files};

/// How long a glance waits for a lock of another process.
const PATIENCE: Duration = Duration::from_millis(10);

impl Reader {
    /// Opens a file for a glance; no byte is written, neither to it nor beside it, and an unfinished transaction is not
    /// undone.
    ///
    /// # Errors
    /// Those of [`Reader::open`], and every file that could only be read by writing beside it.
    pub fn glance(path: &Path) -> Result<Self, StoreError> {
        files::inspect(path)?;
        let place = Place::new(path, PATIENCE);
        let exists = |suffix| files::side_file(&place.real, suffix).exists();
        match (files::is_wal(&place.real), exists("-wal"), exists("-shm")) {
            (false, ..) => connect(&place, &plain_name(&place.real), OpenFlags::SQLITE_OPEN_READ_ONLY),
            (true, false, _) => immutable(&place),
            (true, true, true) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                connect(&place, &uri(&place.real, "readonly_shm=1"), flags)
            }
            (true, true, false) => {
                Err(StoreError::Unreadable { path: place.path.clone(), detail: "its '-wal' has no '-shm'".into() })
            }
        }
    }

    /// Reads for at most so long; a read that takes longer ends with an error.
    pub fn for_at_most<T>(&self, limit: Duration, read: impl FnOnce(View<'_>) -> T) -> T {
        let handle = self.conn.get_interrupt_handle();
        let (running, ended) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                if ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                    handle.interrupt();
                }
            });
            let result = read(self.view());
            drop(running);
            result
        })
    }
}
