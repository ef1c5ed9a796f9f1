//! Many processes at once on one file: no count is lost, no limit passed, no rule got round.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::events::{count, intact_chain};
use crate::pair::WRONG;
use crate::support::{Cell, PASSWORD, Stage, make_db, rows, sqlite};
use crate::tool::{Ran, Running, Tool};

fn file(stage: Stage) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(stage, dir.path());
    (dir, db)
}

fn migrated(stage: Stage) -> (TempDir, PathBuf) {
    let (dir, db) = file(stage);
    Tool::on(&db).run(&["migrate"]).done();
    (dir, db)
}

fn cells(db: &Path, username: &str, columns: &str) -> Vec<Cell> {
    rows(db, &format!("SELECT {columns} FROM users WHERE username = '{username}'")).remove(0)
}

fn finished(running: Vec<Running>) -> Vec<Ran> {
    running.into_iter().map(Running::finish).collect()
}

/// Exit codes, sorted.
fn codes(ran: &[Ran]) -> Vec<i32> {
    let mut codes: Vec<i32> = ran.iter().map(|one| one.code).collect();
    codes.sort_unstable();
    codes
}

/// All of them have found the password wrong before the first of them may write.
fn twenty_wrong_logins(db: &Path, tool: &Tool) -> Vec<Ran> {
    sqlite(
        db,
        "UPDATE users SET password_hash = replace(password_hash, 'm=65536', 'm=1024') WHERE username = 'pia_one'",
    );
    let start = || (0..20).map(|_| tool.start_login("pia_one", WRONG)).collect();
    finished(under_a_lock(db, "BEGIN IMMEDIATE", Duration::from_millis(1_500), start))
}

#[test]
fn twenty_wrong_logins_at_once_are_counted_twenty_times() {
    let (_dir, db) = migrated(Stage::Live);
    let tool = Tool::on(&db).configured("[lockout]\nattempts = 100\n");
    let ran = twenty_wrong_logins(&db, &tool);
    assert_eq!(codes(&ran), [6; 20], "{ran:#?}");
    assert_eq!(cells(&db, "pia_one", "failed_login_attempts, locked_until"), [Cell::Integer(20), Cell::Null]);
    assert_eq!(count(&db, "login_failed"), 20);
}

#[test]
fn twenty_wrong_logins_at_once_do_not_slip_past_the_limit_of_five() {
    let (_dir, db) = migrated(Stage::Live);
    let tool = Tool::on(&db);
    let ran = twenty_wrong_logins(&db, &tool);
    assert_eq!(codes(&ran), [[6; 5].as_slice(), &[7; 15]].concat(), "{ran:#?}");
    assert_eq!(
        cells(&db, "pia_one", "failed_login_attempts, locked_until IS NULL"),
        [Cell::Integer(5), Cell::Integer(0)]
    );
    assert_eq!((count(&db, "login_failed"), count(&db, "login_refused")), (5, 15));
}

#[test]
fn one_of_six_adds_of_the_same_name_wins() {
    for stage in [Stage::Live, Stage::Head] {
        let (_dir, db) = migrated(stage);
        let tool = Tool::on(&db);
        let add = ["user", "add", "nia-two", "--email", "nia@example.org", "--generate"];
        let ran = finished((0..6).map(|_| tool.start("", &add)).collect());
        assert_eq!(codes(&ran), [0, 4, 4, 4, 4, 4], "{ran:#?}");
        for one in ran.into_iter().filter(|one| one.code != 0) {
            one.refused(4, "exists");
        }
        assert_eq!(sqlite(&db, "SELECT count(*) FROM users WHERE username = 'nia-two'"), [["1"]]);
        assert_eq!(count(&db, "user_created"), 1);
    }
}

#[test]
fn the_last_two_admins_cannot_be_demoted_at_once() {
    let (_dir, db) = migrated(Stage::Live);
    let tool = Tool::on(&db);
    // An inactive one does not count (A29).
    sqlite(&db, "UPDATE users SET role = 'admin' WHERE username = 'ian_off'");
    for round in 1..=5 {
        sqlite(&db, "UPDATE users SET role = 'admin' WHERE username IN ('ann_admin', 'theo_one')");
        let demote = |name: &str| tool.start("", &["set-role", name, "patient"]);
        let ran = finished(vec![demote("ann_admin"), demote("theo_one")]);
        assert_eq!(codes(&ran), [0, 4], "{ran:#?}");
        for one in ran.into_iter().filter(|one| one.code != 0) {
            one.refused(4, "last_admin");
        }
        assert_eq!(sqlite(&db, "SELECT count(*) FROM users WHERE role = 'admin' AND is_active = 1"), [["1"]]);
        assert_eq!((count(&db, "role_changed"), count(&db, "last_admin_refused")), (round, round));
    }
    let last =
        if cells(&db, "ann_admin", "role") == [Cell::Text("admin".to_owned())] { "ann_admin" } else { "theo_one" };
    for verb in [&["lock", last][..], &["user", "deactivate", last]] {
        tool.run(verb).refused(4, "last_admin");
    }
    tool.run(&["set-role", last, "patient", "--force"]).done();
}

/// Every command that writes, each on an account of its own.
fn writers(tool: &Tool) -> Vec<Running> {
    let commands: [(&str, &[&str]); 9] = [
        (PASSWORD, &["login", "pia_one", "--password-stdin"]),
        (WRONG, &["login", "uma_three", "--password-stdin"]),
        ("", &["user", "add", "nia-two", "--email", "nia@example.org", "--generate"]),
        (PASSWORD, &["user", "passwd", "ola_stuck", "--password-stdin"]),
        ("", &["lock", "Cas_Case"]),
        ("", &["unlock", "--expired"]),
        ("", &["set-role", "theo_one", "admin"]),
        ("", &["user", "activate", "ian_off"]),
        ("", &["token", "issue", "ann_admin"]),
    ];
    commands.iter().map(|(stdin, args)| tool.start(stdin, args)).collect()
}

/// Holds the lock of another process for as long as `work` takes, and at least `least`.
fn under_a_lock<T>(db: &Path, begin: &str, least: Duration, work: impl FnOnce() -> T) -> T {
    let holder = Connection::open(db).expect("the database opens");
    holder.execute_batch(begin).expect("the lock is free");
    let since = Instant::now();
    let done = work();
    sleep(least.saturating_sub(since.elapsed()));
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    done
}

#[test]
fn writers_wait_two_seconds_for_a_lock_and_succeed() {
    let (_dir, db) = migrated(Stage::Live);
    let tool = Tool::on(&db);
    let before = intact_chain(&db).len();
    let mut running = under_a_lock(&db, "BEGIN IMMEDIATE", Duration::from_secs(2), || writers(&tool));
    assert_eq!(
        running.iter_mut().filter_map(|one| one.is_running().then_some(())).count(),
        running.len(),
        "all waited"
    );
    let ran = finished(running);
    assert_eq!(codes(&ran), [0, 0, 0, 0, 0, 0, 0, 0, 6], "{ran:#?}");
    // The sweep frees or rewrites more than one account.
    assert!(intact_chain(&db).len() >= before + ran.len(), "one event each at least");
}

#[test]
fn readers_and_migrate_wait_two_seconds_for_an_exclusive_lock_and_succeed() {
    let (_dir, db) = file(Stage::Preauth);
    let tool = Tool::on(&db);
    let running = under_a_lock(&db, "BEGIN EXCLUSIVE", Duration::from_secs(2), || {
        let mut running = vec![tool.start("", &["migrate"]), tool.start("", &["user", "list"])];
        running.push(tool.start("", &["user", "show", "ada.w"]));
        running
    });
    for ran in finished(running) {
        ran.done();
    }
    tool.run(&["migrate", "check"]).done();
}

#[test]
fn past_the_busy_timeout_every_writer_gives_up_and_nothing_is_written() {
    let (dir, db) = migrated(Stage::Live);
    let unmigrated = file(Stage::Preauth);
    let before = std::fs::read(&db).expect("the file");
    let tool = Tool::on(&db).busy_timeout("1s");
    let since = Instant::now();
    let ran = under_a_lock(&db, "BEGIN IMMEDIATE", Duration::ZERO, || finished(writers(&tool)));
    assert!(since.elapsed() > Duration::from_secs(1));
    for one in ran {
        let one = one.refused(8, "db_busy");
        assert!(
            one.error()["message"].as_str().is_some_and(|text| text.contains("locked by another process")),
            "{one:?}"
        );
    }
    assert_eq!(std::fs::read(&db).expect("the file"), before);

    let untouched = std::fs::read(&unmigrated.1).expect("the file");
    let tool = Tool::on(&unmigrated.1).busy_timeout("1s");
    under_a_lock(&unmigrated.1, "BEGIN IMMEDIATE", Duration::ZERO, || tool.run(&["migrate"])).refused(8, "db_busy");
    assert_eq!(std::fs::read(&unmigrated.1).expect("the file"), untouched);
    for directory in [dir.path(), unmigrated.0.path()] {
        let journals: Vec<_> = std::fs::read_dir(directory)
            .expect("the directory")
            .map(|entry| entry.expect("an entry").file_name())
            .filter(|name| name.to_string_lossy().ends_with("-journal"))
            .collect();
        assert!(journals.is_empty(), "{journals:?}");
    }
}

#[test]
fn hashing_is_not_done_under_the_lock() {
    let (_dir, db) = migrated(Stage::Live);
    let tool = Tool::on(&db);
    crate::meanwhile::slow_down(&db, "pia_one");
    let mut login = tool.start_login("pia_one", PASSWORD);
    crate::meanwhile::until_hashing(&mut login);
    tool.run(&["lock", "theo_one", "--busy-timeout", "0"]).done();
    assert!(login.is_running(), "the other writer was done before the hash was");
    login.finish().done();
}
