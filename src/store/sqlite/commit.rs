//! The end of a write transaction.
//!
//! What a newcomer would get wrong: a COMMIT that fails may have been kept all the same. A WAL whose sync failed holds
//! the whole transaction, and whoever opens the file next may play it in; and a journal that was removed stays so
//! where only the sync of its directory failed. Then "cannot write" would be a lie, and so would "done".

use rusqlite::{Connection, ErrorCode, Transaction};

use super::{Place, StoreError, convert};

/// Commits.
///
/// # Errors
/// `InDoubt` where the device failed and nobody can tell whether the change was kept; with every other one it was
/// not.
pub(super) fn commit(tx: Transaction<'_>, place: &Place) -> Result<(), StoreError> {
    let fail = |error| convert(error, place);
    let ours = last_event(&tx).map_err(fail)?;
    let Err(error) = tx.execute_batch("COMMIT") else { return Ok(()) };
    let device = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
    if !tx.is_autocommit() {
        // Where this fails, too, the journal undoes the transaction as soon as somebody opens the file.
        let _ = tx.execute_batch("ROLLBACK");
    }
    match convert(error, place) {
        StoreError::ReadOnly { path, detail } if device && may_be_kept(&tx, ours) => {
            Err(StoreError::InDoubt { path, detail })
        }
        certain => Err(certain),
    }
}

/// What a failure means after which nobody looks.
pub(super) fn unseen(error: rusqlite::Error, place: &Place) -> StoreError {
    let device = error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure);
    match convert(error, place) {
        StoreError::ReadOnly { path, detail } if device => StoreError::InDoubt { path, detail },
        certain => certain,
    }
}

/// A rollback journal that is gone has let the change stand; one that is there undoes it, as this very read does.
fn may_be_kept(conn: &Connection, ours: i64) -> bool {
    let wal = conn.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0)).is_ok_and(|mode| mode == "wal");
    wal || last_event(conn).map_or(true, |last| last >= ours)
}

/// The number of the last event.
fn last_event(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("SELECT coalesce(max(id), 0) FROM security_events", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn told(code: i32) -> StoreError {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        unseen(error, &Place::new(std::path::Path::new("app.db"), Duration::ZERO))
    }

    /// What stands in the file once the device has failed decides; in a WAL it may be anything.
    #[test]
    fn a_change_that_is_gone_for_certain_is_not_called_doubtful() {
        for (journal, before, same) in [("DELETE", false, true), ("WAL", true, true)] {
            let dir = tempfile::tempdir().expect("a scratch directory");
            let conn = Connection::open(dir.path().join("app.db")).expect("a database");
            conn.pragma_update(None, "journal_mode", journal).expect("a journal");
            conn.execute_batch("CREATE TABLE security_events (id INTEGER PRIMARY KEY)").expect("a table");
            conn.execute_batch("INSERT INTO security_events VALUES (6)").expect("the event before ours");
            assert_eq!(may_be_kept(&conn, 7), before, "{journal}");
            conn.execute_batch("INSERT INTO security_events VALUES (7)").expect("ours");
            assert_eq!(may_be_kept(&conn, 7), same, "{journal}");
            conn.execute_batch("DROP TABLE security_events").expect("nothing can be read");
            assert!(may_be_kept(&conn, 7), "{journal}: who cannot look does not know");
        }
    }

    #[test]
    fn only_a_device_that_failed_leaves_a_doubt() {
        for code in [rusqlite::ffi::SQLITE_IOERR, rusqlite::ffi::SQLITE_IOERR_FSYNC] {
            assert!(matches!(told(code), StoreError::InDoubt { .. }), "{code}");
        }
        for code in [rusqlite::ffi::SQLITE_FULL, rusqlite::ffi::SQLITE_READONLY] {
            assert!(matches!(told(code), StoreError::ReadOnly { .. }), "{code}");
        }
    }
}
