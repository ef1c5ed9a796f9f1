//! `db backup` beside a busy app, under every umask, and stopped half-way; likewise `db restore` and the rehearsal.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::*;
use crate::heavy::heavy_db;
use crate::support::{Cell, Journal, Stage, make_db, make_db_in};

/// Longer than that and the app answers 500.
const APP_WAITS: Duration = Duration::from_secs(5);

/// Stops the app, whatever fails meanwhile.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An app that commits all the time; the longest that it had to wait.
fn busy_app(mut conn: Connection, stop: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).expect("the app gets its lock");
        tx.execute("INSERT INTO items (title, user_id) SELECT count(*), 1 FROM items", []).expect("the app writes");
        tx.commit().expect("the app commits");
        longest = longest.max(begun.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    longest
}

/// Every title is the number of items that were there before it, so a state between two commits shows.
fn assert_one_state(backup: &Path) -> i64 {
    let conn = connection(backup);
    assert_sound(&conn);
    let rows = query(&conn, "SELECT count(*), max(CAST(title AS INTEGER)) + 1, count(DISTINCT title) FROM items");
    let [Cell::Integer(count), Cell::Integer(last), Cell::Integer(different)] = rows[0][..] else {
        panic!("numbers: {rows:?}")
    };
    assert_eq!((last, different), (count, count));
    count
}

#[test]
fn backups_beside_a_busy_app_each_hold_one_state_and_keep_it_waiting_for_less_than_it_waits() {
    for journal in ["DELETE", "WAL"] {
        let dir = scratch();
        let db = dir.path().join("app.db");
        // Several steps of a copy.
        heavy_db(&db, 1000, 60);
        execute(&db, "CREATE TABLE items (id INTEGER PRIMARY KEY, title VARCHAR(200) NOT NULL, user_id INTEGER)");
        execute(&db, "INSERT INTO items (title, user_id) VALUES ('0', 1)");
        execute(&db, &format!("PRAGMA journal_mode = {journal}"));
        let (stop, app) = (AtomicBool::new(false), connection(&db));
        let (states, longest) = std::thread::scope(|scope| {
            let app = scope.spawn(|| busy_app(app, &stop));
            let stop = StopOnDrop(&stop);
            let states: Vec<i64> = (0..3)
                .map(|_| {
                    let made = run(&db, &["db", "backup", "--busy-timeout", "20s"]).expect(0).says("verified");
                    assert_one_state(Path::new(made.out.trim_end()))
                })
                .collect();
            drop(stop);
            (states, app.join().expect("the app ends well"))
        });
        println!("{journal}: backups at {states:?}, the app waited {longest:?} at most");
        assert!(states.is_sorted_by(|before, after| before < after), "the app wrote in between: {states:?}");
        assert!(longest < APP_WAITS, "{longest:?}");
    }
}

#[test]
fn a_backup_is_private_under_any_umask() {
    for (umask, journal) in [("000", Journal::Delete), ("777", Journal::Delete), ("027", Journal::Wal)] {
        let dir = scratch();
        let db = make_db_in(Stage::Live, dir.path(), journal);
        let script = format!("umask {umask}; exec \"$0\" \"$@\"");
        let mut command = surroundless(Path::new("/bin/sh"));
        command.args(["-c", &script, env!("CARGO_BIN_EXE_authctl"), "db", "backup", "--database"]).arg(&db);
        let made = Ran::of(command.output().expect("the shell starts")).expect(0);
        assert_eq!(mode(Path::new(made.out.trim_end())), 0o600, "{umask}");
    }
}

#[test]
fn the_name_of_a_backup_made_at_the_same_time_is_never_taken() {
    let dir = scratch();
    let db = make_db(Stage::Live, dir.path());
    let start = |_| on(&db, &["db", "backup", "-q"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let all: Vec<_> = (0..8).map(start).collect();
    let mut names: Vec<String> =
        all.into_iter().map(|child| Ran::of(child.wait_with_output().expect("it ends")).expect(0).out).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 8);
    assert_eq!(backups(dir.path()).len(), 8);
    for path in backups(dir.path()) {
        assert_sound(&connection(&path));
    }
}

/// Signals a run at several moments; how many of them stopped it, each of which must leave `dir` as it was.
fn stopped(dir: &Path, command: impl Fn() -> Command, signal: Signal, stopped: impl Fn(&Ran, i32) -> bool) -> usize {
    let before = contents(dir);
    let begun = Instant::now();
    let done = command().output().expect("the binary starts");
    let whole = begun.elapsed();
    Ran::of(done).expect(0);
    clear(dir, &before);
    let mut count = 0;
    for share in (1..10).map(|tenth| tenth * 9) {
        let child = command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        std::thread::sleep(whole * share / 100);
        // It may be through already.
        let _ = kill_process(Pid::from_child(&child), signal);
        let output = child.wait_with_output().expect("it ends");
        let by = output.status.signal().unwrap_or(0);
        let ran = Ran::of(output);
        if stopped(&ran, by) {
            count += 1;
            assert_eq!(ran.out, "");
            assert!(contents(dir) == before, "{signal:?} at {share} % left {:?}", entries(dir));
            assert!(!entries(dir).iter().any(|name| name.to_string_lossy().contains("rehearsal")));
        } else {
            assert!(ran.code == 0 || by == signal.as_raw(), "{signal:?} at {share} %: {ran:?}");
        }
        clear(dir, &before);
    }
    count
}

/// Puts a directory back to what it held.
fn clear(dir: &Path, before: &std::collections::BTreeMap<std::ffi::OsString, (u32, Bytes)>) {
    for name in entries(dir) {
        let path = dir.join(&name);
        if path.is_dir() {
            std::fs::remove_dir_all(path).expect("it can be removed");
        } else if !before.contains_key(&name) {
            std::fs::remove_file(path).expect("it can be removed");
        }
    }
    for (name, (_, held)) in before {
        if bytes(&dir.join(name)) != *held {
            std::fs::write(dir.join(name), &**held).expect("it can be put back");
        }
    }
}

fn interrupted(ran: &Ran, _by: i32) -> bool {
    ran.code == 130 && ran.err.contains("interrupted")
}

#[test]
fn an_interrupted_backup_leaves_nothing_and_ends_with_130() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 1000, 100);
    let count = stopped(dir.path(), || on(&db, &["db", "backup"]), Signal::INT, interrupted);
    assert!(count > 0, "no signal fell into the copy");
    // TERM is obeyed as a signal, once the half-made copy is gone.
    let ended = |ran: &Ran, by: i32| by == Signal::TERM.as_raw() && ran.err.contains("backup: ");
    let count = stopped(dir.path(), || on(&db, &["db", "backup"]), Signal::TERM, ended);
    assert!(count > 0, "no signal fell into the copy");
}

#[test]
fn an_interrupted_restore_leaves_the_database_as_it_was() {
    let dir = scratch();
    let (db, old) = (dir.path().join("app.db"), dir.path().join("old.db"));
    heavy_db(&db, 1000, 60);
    heavy_db(&old, 900, 60);
    let restore = || {
        let mut command = on(&db, &["db", "restore", "--yes"]);
        command.arg(&old);
        command
    };
    let count = stopped(dir.path(), restore, Signal::INT, interrupted);
    assert!(count > 0, "no signal fell into the work");
}

#[test]
fn an_interrupted_rehearsal_leaves_no_copy() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    heavy_db(&db, 1000, 20);
    let count = stopped(dir.path(), || on(&db, &["migrate", "rehearse"]), Signal::INT, interrupted);
    assert!(count > 0, "no signal fell into the work");
}
