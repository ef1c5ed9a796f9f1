//! `kill -9` at any moment of `db restore`: the old rows or the new ones, never between, and the next run goes on.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::bench::*;
use crate::heavy::heavy_db;
use crate::support::Cell;

/// Rows of the database before, and of the backup.
const OLD_ROWS: u32 = 2000;
const NEW_ROWS: u32 = 1500;

/// Of each file: enough for a commit that takes a while.
const MEGABYTES: u32 = 24;

/// In each journal mode.
const KILLS: u32 = 32;

/// What a kill left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    /// It fell before the present file was kept.
    Old,
    /// The same, with the copy of the present file.
    OldAndKept,
    /// The same, in the middle of the transaction.
    OldWithJournal,
    /// It fell after the commit.
    New,
}

fn make(path: &Path, rows: u32, journal: &str) {
    heavy_db(path, rows, MEGABYTES);
    run(path, &["migrate", "--no-backup"]).expect(0);
    execute(path, &format!("PRAGMA journal_mode = {journal}"));
}

/// How many accounts there are, and that the log fits them.
fn rows(conn: &Connection) -> u32 {
    assert_sound(conn);
    let found = query(conn, "SELECT count(*), sum(id) FROM users");
    let events = texts(conn, "SELECT event FROM security_events ORDER BY id");
    let whole = |rows: u32| [[i64::from(rows), i64::from(rows) * (i64::from(rows) + 1) / 2].map(Cell::Integer)];
    if found == whole(OLD_ROWS) {
        assert_eq!(events, ["schema_migrated"]);
        OLD_ROWS
    } else {
        assert_eq!(found, whole(NEW_ROWS), "between old and new");
        assert_eq!(events, ["schema_migrated", "database_restored"]);
        NEW_ROWS
    }
}

/// Every name that is left is known, and what looks like a kept file is one.
fn kept(dir: &Path) -> usize {
    let mut kept = 0;
    for name in entries(dir) {
        let name = name.into_string().expect("a name in UTF-8");
        match name.as_str() {
            "app.db" | "app.db-journal" | "app.db-wal" | "app.db-shm" | "old.db" => {}
            name if name.contains(".partial") => {
                assert!(name.starts_with("app.db.before-restore-") || name.starts_with("app.db.restoring-"), "{name}");
            }
            name if name.starts_with("app.db.before-restore-") => {
                let path = dir.join(name);
                assert_eq!(mode(&path), 0o600);
                rows(&connection(&path));
                kept += 1;
            }
            other => panic!("a kill left {other:?}"),
        }
    }
    kept
}

fn restore(db: &Path, old: &Path) -> std::process::Command {
    let mut command = on(db, &["db", "restore", "--yes"]);
    command.arg(old).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn look(dir: &Path, db: &Path) -> Left {
    let journal = |suffix| beside(db, suffix).exists() && !bytes(&beside(db, suffix)).is_empty();
    let hot = journal("-journal") || journal("-wal");
    let kept = kept(dir);
    match (rows(&connection(db)), hot, kept) {
        (NEW_ROWS, ..) => Left::New,
        (_, true, _) => Left::OldWithJournal,
        (_, false, 0) => Left::Old,
        (_, false, _) => Left::OldAndKept,
    }
}

#[test]
fn a_killed_restore_leaves_the_old_rows_or_the_new_ones() {
    kill_many("DELETE", 20_261_127);
}

#[test]
fn a_killed_restore_into_a_wal_file_leaves_the_old_rows_or_the_new_ones() {
    kill_many("WAL", 20_261_128);
}

fn kill_many(journal: &str, seed: u64) {
    let home = scratch();
    let (present, backup) = (home.path().join("present.db"), home.path().join("backup.db"));
    make(&present, OLD_ROWS, journal);
    make(&backup, NEW_ROWS, "DELETE");
    let held = bytes(&backup);
    let mut dice = Dice::new(seed);
    let mut seen: BTreeMap<Left, u32> = BTreeMap::new();
    let mut times = Times::default();
    for kill in 0..KILLS {
        let dir = scratch();
        let (db, old) = (dir.path().join("app.db"), dir.path().join("old.db"));
        if kill % 8 == 0 {
            // The machine may be busier by now.
            times = Times::of(&present, &backup);
        }
        std::fs::copy(&present, &db).expect("the file can be copied");
        std::fs::copy(&backup, &old).expect("the file can be copied");
        let mut child = restore(&db, &old).spawn().expect("the binary starts");
        let share = u32::try_from(dice.below(140)).expect("small");
        // Every second one falls into the end: the transaction and the last check.
        match kill % 2 {
            0 => std::thread::sleep(times.whole * share / 100),
            _ => {
                until_kept(&mut child, dir.path());
                std::thread::sleep(times.end * share / 100);
            }
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it is gone");
        *seen.entry(look(dir.path(), &db)).or_default() += 1;
        assert!(bytes(&old) == held, "the backup was changed");
        goes_on(dir.path(), &db, &old);
    }
    println!("{journal}: {KILLS} kills left {seen:?}");
    let new = seen.remove(&Left::New).unwrap_or(0);
    assert!(new > 0, "no kill fell after the commit");
    assert!(seen.values().sum::<u32>() > 0, "no kill fell before the commit");
    assert!(seen.contains_key(&Left::OldWithJournal), "no kill fell into the transaction");
}

/// How long a restore takes, and how long its end from the moment when the present file is kept.
#[derive(Clone, Copy, Default)]
struct Times {
    whole: Duration,
    end: Duration,
}

impl Times {
    fn of(present: &Path, backup: &Path) -> Self {
        let dir = scratch();
        let db = dir.path().join("app.db");
        std::fs::copy(present, &db).expect("the file can be copied");
        let begun = Instant::now();
        let mut child = restore(&db, backup).spawn().expect("the binary starts");
        until_kept(&mut child, dir.path());
        let before = begun.elapsed();
        assert!(child.wait().expect("it ends").success());
        let whole = begun.elapsed();
        Self { whole, end: whole - before }
    }
}

fn until_kept(child: &mut Child, dir: &Path) {
    let is_kept = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        name.starts_with("app.db.before-restore-") && !name.contains(".partial")
    };
    while !entries(dir).iter().any(is_kept) && child.try_wait().expect("it is ours").is_none() {
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// The next run restores, and takes partial copies away.
fn goes_on(dir: &Path, db: &Path, old: &Path) {
    assert!(restore(db, old).status().expect("the binary starts").success());
    assert_eq!(rows(&connection(db)), NEW_ROWS);
    let partial = entries(dir).into_iter().find(|name| name.to_string_lossy().contains(".partial"));
    assert_eq!(partial, None);
}
