//! Migrations beside other migrations, beside a busy app, and beside somebody who holds the lock.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use authctl::store::{Migration, ReadAccess, Reader, StepState};
use rusqlite::{Connection, TransactionBehavior};

use crate::bench::*;
use crate::support::{Cell, Journal, Stage, make_db, make_db_in};

#[test]
fn of_two_migrations_at_once_one_does_it_and_the_other_says_unchanged() {
    let dir = scratch();
    let original = dir.path().join("original.db");
    large_db(&original, 20_000);
    for round in 0..8 {
        let dir = scratch();
        let db = dir.path().join("app.db");
        std::fs::copy(&original, &db).expect("the file can be copied");
        let start = |_| on(&db, &["migrate"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let both: Vec<_> = (0..2).map(start).collect();
        let both: Vec<Ran> =
            both.into_iter().map(|child| Ran::of(child.wait_with_output().expect("it ends")).expect(0)).collect();
        let saying = |text: &str| both.iter().filter(|ran| ran.err.contains(text)).count();
        assert_eq!((saying("migrated"), saying("unchanged")), (1, 1), "round {round}: {both:?}");
        assert_eq!(backups(dir.path()).len(), 1, "round {round}: {:?}", backups(dir.path()));
        let conn = connection(&db);
        assert_eq!(query(&conn, "SELECT count(*) FROM security_events"), [[Cell::Integer(1)]]);
        assert_sound(&conn);
    }
}

#[test]
fn a_file_that_was_migrated_after_it_was_opened_is_up_to_date_and_not_drifted() {
    let dir = scratch();
    let db = make_db_in(Stage::Preauth, dir.path(), Journal::Delete);
    let patience = Duration::from_secs(5);
    let waiting = Migration::open(&db, patience, ReadAccess::MayRecover).expect("it opens");
    let looking = Reader::open(&db, patience, ReadAccess::MayRecover).expect("it opens").store;
    run(&db, &["migrate"]).expect(0);
    let steps = waiting.steps().expect("what the other migration made is ours");
    assert!(steps.iter().all(|step| step.state == StepState::Applied), "{steps:?}");
    let plan = looking.migration_plan().expect("it can be read");
    assert_eq!((plan.steps, plan.faults), (steps, Vec::new()));
}

/// An app that commits all the time, and notes up to which commit it saw the file unmigrated.
fn busy_app(mut conn: Connection, stop: &AtomicBool) -> i64 {
    let mut last_before = 0;
    for tick in 1.. {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).expect("the app gets its lock");
        let migrated = query(&tx, "SELECT 1 FROM sqlite_schema WHERE name = 'security_events'");
        if migrated.is_empty() {
            last_before = tick;
        }
        let name = format!("name{tick}");
        tx.execute("UPDATE users SET username = ?1 WHERE id = 1 + ?2 % 5", (&name, tick)).expect("the app writes");
        tx.execute("INSERT INTO items (title, user_id) VALUES (?1, ?2)", (&name, tick)).expect("the app writes");
        tx.commit().expect("the app commits");
        if stop.load(Ordering::Relaxed) {
            return last_before;
        }
        std::thread::sleep(Duration::from_micros(1500));
    }
    unreachable!("the app runs until it is stopped")
}

#[test]
fn the_backup_is_the_very_state_that_was_migrated_while_the_app_writes() {
    for journal in [Journal::Delete, Journal::Wal] {
        let dir = scratch();
        let db = make_db_in(Stage::Preauth, dir.path(), journal);
        let first_item = 6; // the fixture has five
        let (stop, app) = (AtomicBool::new(false), connection(&db));
        let (ran, last_before) = std::thread::scope(|scope| {
            let app = scope.spawn(|| busy_app(app, &stop));
            std::thread::sleep(Duration::from_millis(50));
            let ran = run(&db, &["migrate", "--json", "--busy-timeout", "20s"]);
            std::thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
            (ran, app.join().expect("the app ends well"))
        });
        let document = ran.expect(0).json();
        let backup = connection(std::path::Path::new(document["backup"].as_str().expect("a path")));
        assert_sound(&backup);
        let items = query(&backup, "SELECT max(title), max(id) FROM items WHERE id = (SELECT max(id) FROM items)");
        let expected = [Cell::Text(format!("name{last_before}")), Cell::Integer(first_item - 1 + last_before)];
        assert!(last_before > 5, "the app did write before");
        assert_eq!(items, [expected], "{journal:?}");
        let newest = format!("SELECT id FROM users WHERE username = 'name{last_before}'");
        assert_eq!(query(&backup, &newest), [[Cell::Integer(1 + last_before % 5)]]);
        drop(backup);
        assert_eq!(backups(dir.path()).len(), 1);
        // No commit of the app is lost.
        let conn = connection(&db);
        let all = query(&conn, "SELECT count(*) = max(id) AND max(id) > 5 FROM items");
        assert_eq!(all, [[Cell::Integer(1)]]);
        assert_sound(&conn);
    }
}

/// Starts a verb while `lock` is held, and lets go after `held`.
fn while_locked(db: &std::path::Path, lock: &str, held: Duration, args: &[&str]) -> (Ran, Duration) {
    let holder = connection(db);
    holder.execute_batch(lock).expect("the lock is free");
    let begun = Instant::now();
    let child = on(db, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let waiter = std::thread::spawn(move || (child.wait_with_output().expect("it ends"), begun.elapsed()));
    std::thread::sleep(held);
    holder.execute_batch("ROLLBACK").expect("the lock can be released");
    let (output, took) = waiter.join().expect("the waiter ends");
    (Ran::of(output), took)
}

#[test]
fn a_lock_held_for_a_while_is_waited_for() {
    for (journal, lock) in [
        (Journal::Delete, "BEGIN IMMEDIATE"),
        (Journal::Delete, "BEGIN EXCLUSIVE"),
        (Journal::Delete, "BEGIN; SELECT count(*) FROM users"),
        (Journal::Wal, "BEGIN IMMEDIATE"),
    ] {
        let dir = scratch();
        let db = make_db_in(Stage::Preauth, dir.path(), journal);
        let (ran, took) = while_locked(&db, lock, Duration::from_millis(1200), &["migrate"]);
        ran.expect(0).says("migrated");
        assert!(took >= Duration::from_millis(1200), "{lock}: {took:?}");
        assert_eq!(backups(dir.path()).len(), 1);
        let (ran, _) = while_locked(&db, "BEGIN IMMEDIATE", Duration::from_millis(600), &["user", "verify", "id:1"]);
        ran.expect(0);
    }
}

#[test]
fn a_lock_held_longer_than_the_busy_timeout_is_named_and_nothing_is_left() {
    for (journal, lock) in [
        (Journal::Delete, "BEGIN IMMEDIATE"),
        (Journal::Delete, "BEGIN EXCLUSIVE"),
        // A reader lets us begin, but not commit.
        (Journal::Delete, "BEGIN; SELECT count(*) FROM users"),
        (Journal::Wal, "BEGIN IMMEDIATE"),
    ] {
        let dir = scratch();
        let db = make_db_in(Stage::Preauth, dir.path(), journal);
        let before = Picture::of(&db);
        let args = ["migrate", "--json", "--busy-timeout", "1s"];
        let (ran, took) = while_locked(&db, lock, Duration::from_secs(4), &args);
        let ran = ran.expect(8).says("locked by another process (waited 1 s)");
        assert_eq!((ran.error_code().as_str(), ran.out.as_str()), ("db_busy", ""));
        assert!(took < Duration::from_millis(3900), "{lock}: {took:?}");
        assert_eq!(backups(dir.path()), Vec::<std::path::PathBuf>::new(), "{lock}");
        assert_eq!(Picture::of(&db), before);
    }
}

#[test]
fn a_reader_in_wal_mode_keeps_nobody_waiting() {
    let dir = scratch();
    let db = make_db_in(Stage::Preauth, dir.path(), Journal::Wal);
    let lock = "BEGIN; SELECT count(*) FROM users";
    let (ran, took) = while_locked(&db, lock, Duration::from_secs(2), &["migrate", "--busy-timeout", "0"]);
    ran.expect(0);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_dry_run_of_a_large_file_writes_no_page_anywhere() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    large_db(&db, 80_000);
    execute(&db, "PRAGMA journal_mode = WAL");
    let held = bytes(&db);
    run(&db, &["migrate", "--dry-run"]).expect(0).says("would migrate");
    assert!(bytes(&db) == held, "the file changed");
    let wal = beside(&db, "-wal");
    assert!(!wal.exists() || bytes(&wal).is_empty(), "pages went into the -wal");
}

#[test]
fn a_long_lock_wants_yes() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    large_db(&db, 700_000);
    let held = contents(dir.path());
    let ran = run(&db, &["migrate", "--json"]).expect(2).says("--yes");
    assert_eq!(ran.error_code(), "would_prompt");
    run(&db, &["migrate", "--dry-run"]).expect(0).says("would migrate");
    run(&db, &["migrate", "check"]).expect(9);
    assert!(contents(dir.path()) == held, "the file changed");
    let begun = Instant::now();
    run(&db, &["migrate", "--yes", "--no-backup"]).expect(0).says("will be held for about");
    println!("700,000 rows: {:?}", begun.elapsed());
    run(&db, &["migrate", "check"]).expect(0);
}

#[test]
fn a_long_wait_ends_without_hashing_inside_the_lock() {
    let dir = scratch();
    let db = make_db(Stage::Live, dir.path());
    run(&db, &["migrate", "--no-backup"]).expect(0);
    let args = ["user", "add", "newcomer", "--email", "new@example.org", "--generate"];
    let (ran, _) = while_locked(&db, "BEGIN IMMEDIATE", Duration::from_millis(1500), &args);
    ran.expect(0);
    let args = ["user", "deactivate", "newcomer", "--busy-timeout", "1s"];
    let (ran, took) = while_locked(&db, "BEGIN EXCLUSIVE", Duration::from_secs(3), &args);
    ran.expect(8).says("locked by another process");
    assert!(took < Duration::from_millis(2900), "{took:?}");
}
