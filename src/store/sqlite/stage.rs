//! The file that a restore puts in place: a copy of the backup that fits the present file, with its event.
//!
//! What a newcomer would get wrong: the event must be in the file before it is put in place, or a kill between the
//! two would leave a restored file that nothing accounts for.

use std::path::Path;
use std::time::Duration;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::backup::{STAGING, claim};
use super::copy::{Counts, Phase, Watch, copy, counts, failed, verify};
use super::restore::BackupFile;
use super::{Place, Reader, StoreError, Tx, convert, open, schema};
use crate::model::event::{EventDraft, EventName};
use crate::model::scope::Scope;
use crate::model::time::Timestamp;
use crate::store::Act;
use crate::store::partial::Partial;

/// How a file is laid out.
pub(super) struct Shape {
    pub(super) journal_mode: String,
    pub(super) page_size: i64,
}

impl Shape {
    pub(super) fn of(place: &Place) -> Result<Self, StoreError> {
        Self::read(&Reader::again(place)?.conn).map_err(|error| convert(error, place))
    }

    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            journal_mode: conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?,
            page_size: conn.query_row("PRAGMA page_size", [], |row| row.get(0))?,
        })
    }
}

/// The file that is about to be put in place, complete with its event, and verified.
pub(super) struct Staged {
    pub(super) partial: Partial,
    /// Its tables with their numbers of rows.
    pub(super) expected: Counts,
}

impl Staged {
    /// `present`: the file in whose place it goes, where there is one.
    pub(super) fn make(
        backup: &BackupFile,
        place: &Place,
        present: Option<&Shape>,
        act: &Act<'_>,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Self, StoreError> {
        let cannot = |error: std::io::Error| StoreError::ReadOnly {
            path: place.path.clone(),
            detail: format!("nothing can be put beside it: {error}"),
        };
        let (_, partial) = claim(&place.real, STAGING, now).map_err(cannot)?;
        copy(&backup.reader, &partial, &mut |progress| watch(progress.of(Phase::Prepare)))?;
        let fail = |error| failed(&partial.path, error);
        let own = &backup.shape;
        let mut conn = rewritable(&partial.path).map_err(fail)?;
        if let Some(present) = present.filter(|present| present.journal_mode == "wal")
            && present.page_size != own.page_size
        {
            // SQLite takes pages of another size into a WAL file only if they are cut anew.
            conn.pragma_update(None, "page_size", present.page_size).map_err(fail)?;
            conn.execute_batch("VACUUM").map_err(fail)?;
        }
        append_event(&mut conn, &backup.reader.place, act, now)?;
        if present.is_none() && own.journal_mode == "wal" {
            conn.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
        }
        let expected = own_tables(counts(&conn).map_err(fail)?);
        require_same(&backup.counts, &expected).map_err(|detail| failed(&partial.path, detail))?;
        conn.close().map_err(|(_, error)| fail(error))?;
        verify(&partial.path, Some(&expected))?;
        Ok(Self { partial, expected })
    }
}

/// A connection for the last changes to a copy that is thrown away if anything fails. It leaves WAL mode: the
/// mode of the file in whose place it goes is the one that stays.
fn rewritable(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let conn = Connection::open_with_flags(path, flags)?;
    open::settle(&conn, Duration::ZERO)?;
    // VACUUM attaches a file of its own.
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update(None, "journal_mode", "MEMORY")?;
    Ok(conn)
}

/// Where the backup has the event log: what was restored, from which backup.
fn append_event(conn: &mut Connection, backup: &Place, act: &Act<'_>, now: Timestamp) -> Result<(), StoreError> {
    let fail = |error| convert(error, backup);
    let schema = schema::read(conn).map_err(fail)?;
    schema.follow(act.triggers)?;
    if !schema.has_events() {
        return Ok(());
    }
    let name = backup.path.file_name().map(|name| crate::model::text::path(Path::new(name))).unwrap_or_default();
    let draft = EventDraft::new(EventName::DatabaseRestored).detail("backup", name.as_str());
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    let tx =
        Tx { tx, schema: &schema, place: backup, scope: &Scope::All, meant: std::cell::Cell::new(0), patience: None };
    tx.append_events(vec![draft], None, act, now)?;
    tx.tx.commit().map_err(fail)
}

/// Without SQLite's own tables, which follow from the others.
pub(super) fn own_tables(counts: Counts) -> Counts {
    counts.into_iter().filter(|(name, _)| !name.starts_with("sqlite_")).collect()
}

/// The same rows as the backup, and the one event more.
fn require_same(backup: &Counts, staged: &Counts) -> Result<(), String> {
    for (name, rows) in own_tables(backup.clone()) {
        let found = staged.iter().find(|(table, _)| *table == name).map_or(0, |(_, rows)| *rows);
        let event = i64::from(name.eq_ignore_ascii_case("security_events"));
        if found != rows && found != rows + event {
            return Err(format!("'{name}' should hold {rows} rows"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_lacks_rows_is_not_put_in_place() {
        let of = |users: i64, events: i64| vec![("users".to_owned(), users), ("Security_Events".to_owned(), events)];
        for (staged, same) in [
            (of(3, 5), true),
            (of(3, 6), true),
            (of(3, 7), false),
            (of(3, 4), false),
            (of(2, 5), false),
            (of(4, 6), false),
            (vec![("users".to_owned(), 3)], false),
        ] {
            assert_eq!(require_same(&of(3, 5), &staged).is_ok(), same, "{staged:?}");
        }
        // SQLite's own tables follow from the others.
        let sequence = vec![("sqlite_sequence".to_owned(), 1)];
        assert_eq!(require_same(&sequence, &[].to_vec()), Ok(()));
    }
}
