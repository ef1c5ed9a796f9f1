//! `kill -9` at any moment: the old state or the new one, never between, and the next run goes on from there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::bench::*;
use crate::support::Cell;

const ROWS: u32 = 30_000;

/// In each journal mode.
const KILLS: u32 = 32;

/// What a kill left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    /// It fell before the commit, and no copy was under way.
    Old,
    /// The same, with a partial copy.
    OldWithPartial,
    /// The same, with a whole backup: inside the transaction.
    OldWithBackup,
    /// The same, with the journal of the transaction.
    OldWithJournal,
    /// It fell after the commit.
    New,
}

fn new_schema(conn: &Connection) -> bool {
    let ours = query(
        conn,
        "SELECT count(*) FROM sqlite_schema
          WHERE name IN ('security_events', 'ix_users_email', 'ix_users_username', 'ix_security_events_target_id')",
    );
    let nine = query(conn, "SELECT count(*) FROM pragma_table_info('users')");
    match (&ours[0][0], &nine[0][0]) {
        (Cell::Integer(0), Cell::Integer(4)) => false,
        (Cell::Integer(4), Cell::Integer(13)) => {
            assert_eq!(query(conn, "SELECT count(*) FROM security_events"), [[Cell::Integer(1)]]);
            true
        }
        between => panic!("between old and new: {between:?}"),
    }
}

/// Every name that is left is known, and what looks like a backup is one.
fn no_half_files(dir: &Path) -> (bool, bool) {
    let (mut partial, mut backup) = (false, false);
    for name in entries(dir) {
        let name = name.into_string().expect("a name in UTF-8");
        match name.as_str() {
            "app.db" | "app.db-journal" | "app.db-wal" | "app.db-shm" => {}
            name if name.starts_with("app.db.backup-") && name.ends_with(".partial") => partial = true,
            name if name.starts_with("app.db.backup-")
                && name[14..].bytes().all(|b| b.is_ascii_digit() || b"TZ-".contains(&b)) =>
            {
                backup = true;
                let path = dir.join(name);
                assert_eq!(mode(&path), 0o600);
                let conn = connection(&path);
                assert!(!new_schema(&conn));
                whole(&conn);
            }
            other => panic!("a kill left {other:?}"),
        }
    }
    (partial, backup)
}

fn whole(conn: &Connection) {
    assert_sound(conn);
    let rows = i64::from(ROWS);
    let found = query(conn, "SELECT count(*), sum(id), sum(length(email)) > count(*) FROM users");
    assert_eq!(found, [[rows, rows * (rows + 1) / 2, 1].map(Cell::Integer)]);
}

fn kill_after(db: &Path, pause: Duration) {
    let mut child =
        on(db, &["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
    std::thread::sleep(pause);
    child.kill().expect("it can be killed");
    child.wait().expect("it is gone");
}

fn look(dir: &Path, db: &Path) -> Left {
    let journal = beside(db, "-journal");
    let hot = journal.exists() && !bytes(&journal).is_empty();
    let (partial, backup) = no_half_files(dir);
    let conn = connection(db);
    whole(&conn);
    match (new_schema(&conn), hot, partial, backup) {
        (true, ..) => Left::New,
        (false, true, ..) => Left::OldWithJournal,
        (false, false, true, _) => Left::OldWithPartial,
        (false, false, false, true) => Left::OldWithBackup,
        (false, false, false, false) => Left::Old,
    }
}

#[test]
fn a_killed_migration_leaves_the_old_state_or_the_new_one() {
    kill_many("DELETE", 20_261_125);
}

#[test]
fn a_killed_migration_in_wal_mode_leaves_the_old_state_or_the_new_one() {
    kill_many("WAL", 20_261_126);
}

fn kill_many(journal: &str, seed: u64) {
    let home = scratch();
    let original = home.path().join("original.db");
    large_db(&original, ROWS);
    execute(&original, &format!("PRAGMA journal_mode = {journal}"));
    let mut dice = Dice::new(seed);
    let mut whole_run = timed(&original);
    let mut seen: BTreeMap<Left, u32> = BTreeMap::new();
    for kill in 0..KILLS {
        if kill % 8 == 7 {
            // The machine may be busier by now.
            whole_run = timed(&original);
        }
        let dir = scratch();
        let db = dir.path().join("app.db");
        std::fs::copy(&original, &db).expect("the file can be copied");
        let share = u32::try_from(20 + dice.below(100)).expect("small");
        kill_after(&db, whole_run * share / 100);
        *seen.entry(look(dir.path(), &db)).or_default() += 1;
        goes_on(dir.path(), &db);
    }
    println!("{journal}: {KILLS} kills left {seen:?}");
    let new = seen.remove(&Left::New).unwrap_or(0);
    assert!(new > 0, "no kill fell after the commit");
    assert!(seen.values().sum::<u32>() > 0, "no kill fell before the commit");
}

fn timed(original: &Path) -> Duration {
    let dir = scratch();
    let db = dir.path().join("app.db");
    std::fs::copy(original, &db).expect("the file can be copied");
    let begun = Instant::now();
    run(&db, &["migrate"]).expect(0);
    begun.elapsed()
}

/// The next run migrates, or finds it done; and takes partial copies away.
fn goes_on(dir: &Path, db: &Path) {
    run(db, &["migrate"]).expect(0);
    run(db, &["migrate", "check"]).expect(0);
    let (partial, _) = no_half_files(dir);
    let conn = connection(db);
    assert!(new_schema(&conn));
    whole(&conn);
    if partial {
        // Only where there was nothing left to do, and so no backup to make.
        assert_eq!(query(&conn, "SELECT count(*) FROM security_events"), [[Cell::Integer(1)]]);
    }
}

#[test]
fn partial_copies_of_the_dead_are_swept_and_those_of_the_living_are_not() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    large_db(&db, 10);
    let dead = beside(&db, ".backup-20260101T000000Z.partial");
    let living = beside(&db, ".backup-20260101T000001Z.partial");
    let foreign = beside(&db, ".backup-mine");
    let linked = beside(&db, ".backup-20260101T000002Z.partial");
    for path in [&dead, &living, &foreign] {
        std::fs::write(path, "some pages").expect("a file can be written");
    }
    std::os::unix::fs::symlink(&foreign, &linked).expect("a link can be made");
    let held = std::fs::File::open(&living).expect("it can be opened");
    held.lock().expect("it can be locked");
    run(&db, &["migrate"]).expect(0);
    assert!(!dead.exists());
    assert!(living.exists() && foreign.exists() && linked.exists());
}
