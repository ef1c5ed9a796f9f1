//! Somebody else works on the file at the very moment that matters: a copy tells when it is done, and there a test can act.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use authctl::model::event::Actor;
use authctl::model::time::{FixedClock, Timestamp};
use authctl::model::user::{Flag, UserId};
use authctl::store::{
    Act, BackupFile, BackupProgress, BackupWish, Change, Migration, Mode, Phase, ReadAccess, Reader, Store, StoreError,
    TriggerRule,
};
use rusqlite::Connection;

use crate::bench::*;
use crate::heavy::heavy_db;
use crate::support::{Cell, Journal, Stage, make_db_in};

const PATIENCE: Duration = Duration::from_millis(100);

fn clock() -> FixedClock {
    FixedClock(Timestamp::from_micros(1_795_572_000_000_000).expect("a time in range"))
}

fn act(clock: &FixedClock) -> Act<'_> {
    let (mode, triggers) = (Mode::Commit, TriggerRule::Fire);
    Act { clock, actor: Actor::default(), acting: None, chain_key: None, reason: None, mode, triggers }
}

/// The app, that does not wait.
fn impatient(db: &Path) -> Connection {
    let app = connection(db);
    app.busy_timeout(Duration::ZERO).expect("no time to wait");
    app
}

fn opened(db: &Path) -> Reader {
    Reader::open(db, PATIENCE, ReadAccess::MayRecover).expect("it opens").store
}

fn migrate(db: &Path, between: &mut dyn FnMut()) -> usize {
    let clock = clock();
    let mut migration = Migration::open(db, PATIENCE, ReadAccess::MayRecover).expect("it opens");
    let mut copies = 0;
    let mut watch = |progress: BackupProgress| {
        // What follows a whole copy.
        if progress.total == 0 {
            copies += 1;
            between();
        }
        ControlFlow::Continue(())
    };
    migration.run(&act(&clock), BackupWish::Make, &mut watch).expect("it migrates");
    copies
}

/// The app writes between the backup and the lock so many times; the backup must hold all of it, and be made again no
/// more often than that takes.
#[test]
fn what_the_app_writes_between_the_backup_and_the_lock_is_in_the_backup() {
    for journal in [Journal::Delete, Journal::Wal] {
        for (writes, copies) in [(0, 1), (1, 2), (2, 3), (9, 3)] {
            let dir = scratch();
            let db = make_db_in(Stage::Preauth, dir.path(), journal);
            let app = impatient(&db);
            let (mut left, mut written) = (writes, 0);
            let made = migrate(&db, &mut || {
                if left > 0 {
                    left -= 1;
                    // The last backup is made under the lock: nobody writes then.
                    written += app.execute("INSERT INTO items (title) VALUES ('late')", []).unwrap_or(0);
                }
            });
            assert_eq!(made, copies, "{journal:?}: {writes}");
            assert_eq!(written, writes.min(2), "{journal:?}: {writes}");
            let left = backups(dir.path());
            assert_eq!(left.len(), 1, "{left:?}");
            let late = query(&connection(&left[0]), "SELECT count(*) FROM items WHERE title = 'late'");
            assert_eq!(late, [[Cell::Integer(i64::try_from(written).expect("a few"))]], "{journal:?}: {writes}");
        }
    }
}

/// The third backup would be made under the lock: where that is expected to hold it for too long, nothing is done.
#[test]
fn no_backup_is_made_under_the_lock_where_that_takes_longer_than_the_app_waits() {
    let dir = scratch();
    let db = make_db_in(Stage::Preauth, dir.path(), Journal::Delete);
    let (app, clock) = (impatient(&db), clock());
    let mut copies = 0;
    let mut watch = |progress: BackupProgress| {
        if progress.total == 0 {
            copies += 1;
            app.execute("INSERT INTO items (title) VALUES ('late')", []).expect("the app is never kept out");
        }
        ControlFlow::Continue(())
    };
    let opened = Migration::open(&db, PATIENCE, ReadAccess::MayRecover).expect("it opens");
    let refused = opened.holding_less_than(Duration::from_millis(1)).run(&act(&clock), BackupWish::Make, &mut watch);
    assert!(matches!(refused, Err(StoreError::LongLock { expected }) if expected > Duration::ZERO), "{refused:?}");
    assert_eq!((copies, backups(dir.path()).len()), (2, 0));
    run(&db, &["migrate", "check"]).expect(9);
}

/// In WAL mode the copy keeps to the state that it began with; with a rollback journal it starts over.
#[test]
fn a_copy_of_many_steps_lets_the_app_write_between_them() {
    for (journal, copied) in [("DELETE", "late"), ("WAL", "early")] {
        let dir = scratch();
        let db = dir.path().join("app.db");
        heavy_db(&db, 10, 20);
        execute(&db, &format!("PRAGMA journal_mode = {journal}; UPDATE users SET username = 'early' WHERE id = 1"));
        let app = impatient(&db);
        let reader = opened(&db);
        let mut steps = Vec::new();
        let mut watch = |progress: BackupProgress| {
            if progress.done < progress.total && steps.is_empty() {
                steps.push(app.execute("UPDATE users SET username = 'late' WHERE id = 1", []));
            }
            ControlFlow::Continue(())
        };
        let made = reader.back_up(None, clock().0, &mut watch).expect("a backup");
        assert_eq!(steps, [Ok(1)], "{journal}");
        assert_eq!(texts(&connection(&made.path), "SELECT username FROM users WHERE id = 1"), [copied], "{journal}");
    }
}

#[test]
fn a_copy_that_nobody_disturbs_never_keeps_the_app_waiting_between_its_steps() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 10, 100);
    let app = impatient(&db);
    let reader = opened(&db);
    let mut free = Vec::new();
    let mut watch = |progress: BackupProgress| {
        if progress.total > 0 {
            free.push(app.execute_batch("BEGIN EXCLUSIVE; ROLLBACK").is_ok());
        }
        ControlFlow::Continue(())
    };
    reader.back_up(None, clock().0, &mut watch).expect("a backup");
    assert!(free.len() > 5 && free.iter().all(|free| *free), "{free:?}");
}

/// What the app writes once the copy is made, and before it is counted, is no damage of the copy.
#[test]
fn an_app_that_writes_after_the_last_step_of_a_copy_does_not_make_it_fail() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 10, 20);
    let app = connection(&db);
    let reader = opened(&db);
    let mut watch = |progress: BackupProgress| {
        if progress.total > 0 && progress.done == progress.total {
            app.execute("INSERT INTO users (username, email) VALUES ('late', 'late@example.org')", []).expect("a row");
        }
        ControlFlow::Continue(())
    };
    assert_eq!(reader.back_up(None, clock().0, &mut watch).expect("a backup").users, 10);
    assert_eq!(query(&app, "SELECT count(*) FROM users"), [[Cell::Integer(11)]]);
}

#[test]
fn a_copy_that_is_stopped_or_locked_out_between_two_steps_leaves_nothing() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 10, 20);
    let reader = opened(&db);
    assert_eq!(reader.writable_directory().as_deref(), Some(dir.path()));
    let stopped = reader.back_up(None, clock().0, &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(StoreError::Interrupted)), "{stopped:?}");
    let (holder, mut steps) = (connection(&db), 0);
    let locked = reader.back_up(None, clock().0, &mut |_| {
        steps += 1;
        assert!(steps < 20, "it waits without end");
        holder.execute_batch("BEGIN EXCLUSIVE").expect("nobody keeps the lock between two steps");
        ControlFlow::Continue(())
    });
    assert!(matches!(locked, Err(StoreError::Busy { .. })), "{locked:?}");
    assert_eq!(entries(dir.path()).len(), 1, "{:?}", entries(dir.path()));
}

/// One store, several changes: a session's, or those of `doctor --fix`.
#[test]
fn rows_of_triggers_are_counted_for_each_change_by_itself() {
    let dir = scratch();
    let db = make_db_in(Stage::Live, dir.path(), Journal::Delete);
    run(&db, &["migrate", "--no-backup"]).expect(0);
    let trail = "CREATE TRIGGER trail AFTER UPDATE ON users BEGIN UPDATE items SET title = title WHERE id = 1; END";
    execute(&db, trail);
    let mut store = Store::open(&db, PATIENCE, ReadAccess::MayRecover).expect("it opens").store;
    for flag in [Flag::Off, Flag::On, Flag::Off] {
        let applied = store.change(&act(&clock()), |tx, _| {
            tx.set_active(UserId(1), flag)?;
            Ok::<_, StoreError>(Change::Done((), Vec::new()))
        });
        let rows = applied.expect("a change").triggers.map(|effect| effect.rows);
        assert_eq!(rows, Some(1), "{flag:?}");
    }
}

#[test]
fn a_rehearsal_without_leave_to_write_still_migrates_its_copy() {
    let dir = scratch();
    let db = make_db_in(Stage::Preauth, dir.path(), Journal::Delete);
    let reader = Reader::open(&db, PATIENCE, ReadAccess::NeverWrite).expect("it opens").store;
    let (held, clock) = (bytes(&db), clock());
    let act = Act { mode: Mode::DryRun, ..act(&clock) };
    let rehearsal = reader.rehearse_migration(dir.path(), &act, &mut |_| ControlFlow::Continue(())).expect("it works");
    assert!(rehearsal.applied > 0 && rehearsal.grown_bytes > 0, "{rehearsal:?}");
    assert!(bytes(&db) == held && entries(dir.path()).len() == 1, "{:?}", entries(dir.path()));
}

/// Only the indexes of `users` take time by the row.
#[test]
fn the_lock_is_expected_to_last_by_the_rows_and_the_indexes_that_are_missing() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    large_db(&db, 1000);
    let expected = || Migration::open(&db, PATIENCE, ReadAccess::MayRecover).expect("it opens").expected_lock();
    assert_eq!(expected().expect("it can be read"), Duration::from_millis(56));
    execute(&db, "CREATE INDEX ix_users_email ON users (email)");
    assert_eq!(expected().expect("it can be read"), Duration::from_millis(53));
    run(&db, &["migrate", "--no-backup"]).expect(0);
    assert_eq!(expected().expect("it can be read"), Duration::from_millis(50));
}

#[test]
fn a_name_that_was_taken_while_the_backup_was_made_is_left_to_its_owner() {
    let dir = scratch();
    let db = make_db_in(Stage::Live, dir.path(), Journal::Delete);
    let target = dir.path().join("copy.db");
    let reader = opened(&db);
    let taken = reader.back_up(Some(&target), clock().0, &mut |_| {
        std::fs::write(&target, "theirs").expect("somebody else's file");
        ControlFlow::Continue(())
    });
    assert!(matches!(&taken, Err(StoreError::Exists { path }) if *path == target), "{taken:?}");
    assert_eq!((&*bytes(&target), entries(dir.path()).len()), (&b"theirs"[..], 2));

    std::fs::remove_file(&target).expect("it is free again");
    let backup = BackupFile::open(&db, PATIENCE).expect("a backup");
    let taken = backup.restore_as_new(&target, &act(&clock()), &mut |_| {
        std::fs::write(&target, "theirs").expect("somebody else's file");
        ControlFlow::Continue(())
    });
    assert!(matches!(&taken, Err(StoreError::Exists { path }) if *path == target), "{taken:?}");
    assert_eq!((&*bytes(&target), entries(dir.path()).len()), (&b"theirs"[..], 2));
}

/// After three starts the copy keeps its lock.
#[test]
fn an_app_that_writes_all_the_time_does_not_keep_a_copy_from_its_end() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 10, 20);
    let app = impatient(&db);
    let reader = opened(&db);
    let (mut steps, mut written) = (0, 0);
    let mut watch = |progress: BackupProgress| {
        if progress.done < progress.total {
            steps += 1;
            written += app.execute("UPDATE users SET username = 'n' || ?1 WHERE id = 1", [steps]).unwrap_or(0);
        }
        assert!(steps < 20, "the copy starts over without end");
        ControlFlow::Continue(())
    };
    let made = reader.back_up(None, clock().0, &mut watch).expect("a backup");
    assert!(written >= 3, "the app wrote between the steps");
    let name = "SELECT username FROM users WHERE id = 1";
    assert_eq!(texts(&connection(&made.path), name), texts(&connection(&db), name));
}

/// The last step commits: whoever interrupts it then is told that it is done, and keeps the copy of the old file.
#[test]
fn a_restore_that_is_interrupted_at_its_very_end_is_done() {
    for journal in [Journal::Delete, Journal::Wal] {
        let dir = scratch();
        let db = make_db_in(Stage::Live, dir.path(), journal);
        let backup = dir.path().join("old.db");
        execute(&db, &format!("VACUUM INTO '{}'; UPDATE users SET full_name = 'Newer'", backup.display()));
        let backup = BackupFile::open(&backup, PATIENCE).expect("a backup");
        let mut phases = Vec::new();
        let mut watch = |progress: BackupProgress| {
            phases.push(progress.phase);
            match progress.phase == Phase::Put && progress.done == progress.total {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let restored = backup.restore_over(&db, &act(&clock()), None, &mut watch).expect("it is done");
        phases.dedup();
        assert_eq!(phases, [Phase::Prepare, Phase::Keep, Phase::Put], "{journal:?}");
        let newer = |path: &Path| query(&connection(path), "SELECT count(*) > 0 FROM users WHERE full_name = 'Newer'");
        assert_eq!(newer(&db), [[Cell::Integer(0)]], "{journal:?}");
        assert_eq!(newer(&restored.kept.expect("the old file is kept")), [[Cell::Integer(1)]], "{journal:?}");
    }
}

#[test]
fn a_file_that_somebody_locked_after_it_was_opened_is_busy_and_not_damaged() {
    let dir = scratch();
    let db = make_db_in(Stage::Live, dir.path(), Journal::Delete);
    let reader = opened(&db);
    assert_eq!(reader.check().expect("it is read").integrity, Vec::<String>::new());
    let holder = connection(&db);
    holder.execute_batch("BEGIN EXCLUSIVE").expect("the lock is free");
    let refused = reader.check().expect_err("nobody can look");
    assert!(matches!(refused, StoreError::Busy { .. }), "{refused:?}");
    holder.execute_batch("ROLLBACK").expect("the lock can be released");
    reader.check().expect("it is read again");
}
