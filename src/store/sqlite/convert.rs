//! From what SQLite says to the cases that have a way out of their own.
//!
//! What a newcomer would get wrong: our statements are whole and tested, so what SQLite finds wrong with one of them is
//! in the file: its schema, its pages, its rights.

use rusqlite::ffi;

use super::{Place, StoreError, files};

/// What SQLite said, without the statement.
pub(super) struct SqlFailure {
    pub(super) code: rusqlite::ErrorCode,
    pub(super) extended: std::ffi::c_int,
    pub(super) text: String,
}

pub(super) fn failure_of(error: &rusqlite::Error) -> Option<SqlFailure> {
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
pub(super) fn convert_at_opening(error: rusqlite::Error, place: &Place) -> StoreError {
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use rusqlite::Connection;

    use super::*;

    /// The name of the case, as `Debug` gives it.
    fn case(error: &StoreError) -> String {
        format!("{error:?}").split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
    }

    fn failure(code: std::ffi::c_int) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("what SQLite said".to_owned()))
    }

    #[test]
    fn each_failure_of_sqlite_has_the_way_out_that_helps() {
        let file = tempfile::NamedTempFile::new().expect("a file that can be read and written");
        let place = Place::new(file.path(), Duration::ZERO);
        for (codes, expected, at_opening) in [
            (&[ffi::SQLITE_ERROR, ffi::SQLITE_CONSTRAINT_NOTNULL][..], "Drift", "Damaged"),
            (&[ffi::SQLITE_READONLY_ROLLBACK, ffi::SQLITE_READONLY_RECOVERY], "HotJournal", "HotJournal"),
            (&[ffi::SQLITE_READONLY_CANTINIT], "HotJournal", "HotJournal"),
            (&[ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY], "Conflict", "Conflict"),
            (&[ffi::SQLITE_CONSTRAINT_CHECK], "Check", "Check"),
            (&[ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ], "Unreadable", "Unreadable"),
            (&[ffi::SQLITE_IOERR_CORRUPTFS, ffi::SQLITE_NOMEM], "Unreadable", "Unreadable"),
            (&[ffi::SQLITE_BUSY, ffi::SQLITE_LOCKED, ffi::SQLITE_PROTOCOL], "Busy", "Busy"),
            (&[ffi::SQLITE_CORRUPT, ffi::SQLITE_TOOBIG], "Damaged", "Damaged"),
            (&[ffi::SQLITE_NOTADB], "NotSqlite", "NotSqlite"),
            (&[ffi::SQLITE_CANTOPEN, ffi::SQLITE_PERM], "Unreadable", "Unreadable"),
            (&[ffi::SQLITE_READONLY, ffi::SQLITE_FULL, ffi::SQLITE_IOERR], "ReadOnly", "ReadOnly"),
            (&[ffi::SQLITE_MISUSE], "Other", "Damaged"),
        ] {
            for code in codes {
                assert_eq!(case(&convert(failure(*code), &place)), expected, "{code}");
                assert_eq!(case(&convert_at_opening(failure(*code), &place)), at_opening, "{code}");
            }
        }
    }

    #[test]
    fn a_statement_that_does_not_fit_the_file_tells_of_its_schema() {
        let conn = Connection::open_in_memory().expect("a database");
        let error = conn.prepare("SELECT nope").expect_err("there is no such column");
        let told = convert(error, &Place::new(Path::new("app.db"), Duration::ZERO));
        assert!(matches!(&told, StoreError::Drift { faults } if faults == &["no such column: nope"]), "{told:?}");
        let error = conn.query_row("SELECT 'x'", [], |row| row.get::<_, i64>(0)).expect_err("a text is no number");
        assert_eq!(case(&convert(error, &Place::new(Path::new("app.db"), Duration::ZERO))), "Damaged");
    }

    #[test]
    fn what_cannot_be_written_is_told_in_the_words_that_fit() {
        let file = tempfile::NamedTempFile::new().expect("a file that can be read and written");
        for (path, code, words) in [
            (file.path(), ffi::SQLITE_READONLY, "what SQLite said"),
            (file.path(), ffi::SQLITE_FULL, "the disk is full"),
            (file.path(), ffi::SQLITE_IOERR, "what SQLite said"),
            (Path::new("/nowhere/app.db"), ffi::SQLITE_READONLY, "the file is read-only"),
        ] {
            let told = convert(failure(code), &Place::new(path, Duration::ZERO));
            assert!(matches!(&told, StoreError::ReadOnly { detail, .. } if detail == words), "{code}: {told:?}");
        }
    }

    #[test]
    fn a_value_that_is_taken_is_named_by_its_column() {
        let conn = Connection::open_in_memory().expect("a database");
        let schema =
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, Email TEXT UNIQUE, code UNIQUE);
                      INSERT INTO users VALUES (1, 'bob', 'bob@example.org', 7)";
        conn.execute_batch(schema).expect("a table");
        for (values, field) in [
            ("2, 'bob', 'new@example.org', 8", "the username"),
            ("2, 'new', 'bob@example.org', 8", "the e-mail"),
            ("2, 'new', 'new@example.org', 7", "a unique value"),
            ("1, 'new', 'new@example.org', 8", "a unique value"),
        ] {
            let error = conn.execute_batch(&format!("INSERT INTO users VALUES ({values})")).expect_err("it is taken");
            let told = convert(error, &Place::new(Path::new("app.db"), Duration::ZERO));
            assert!(matches!(&told, StoreError::Conflict(named) if *named == field), "{values}: {told:?}");
        }
    }
}
