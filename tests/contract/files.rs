//! Rules 6 to 8: what happens to the file, its side files and its directory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fixture;
use crate::harness::{Desk, Refusal, open};
use crate::process::{Real, is_root};

/// Another process holds the write lock for longer than the command waits.
pub fn busy(exit: u8, code: &'static str) -> Refusal {
    let desk = Desk::usual();
    let app = open(&desk.db());
    app.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let refusal = desk.refused(&["lock", "bob", "--busy-timeout", "0"], exit, code);
    app.execute_batch("COMMIT").expect("released");
    refusal.names(&["locked by another process"]).advises(&["--busy-timeout"])
}

pub fn damaged(exit: u8, code: &'static str) -> Refusal {
    let desk = Desk::usual();
    let mut bytes = fs::read(desk.db()).expect("the file");
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    bytes[100..page].fill(0xa5);
    desk.write("app.db", bytes);
    desk.refused(&["user", "list"], exit, code).names(&["damaged"])
}

/// As an ordinary user in a directory that cannot be written.
pub fn read_only_directory(exit: u8, code: &'static str) -> Refusal {
    let desk = Desk::usual();
    let real = Real::ordinary(&desk);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
    let before = desk.snapshot();
    let args = ["--json", "lock", "bob"];
    let out = real.run(&args, "");
    assert_eq!(desk.snapshot(), before);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
    out.refusal(&args, exit, code).names(&["app.db", "directory"])
}

/// As an ordinary user on root's file.
pub fn of_another_owner(exit: u8, code: &'static str) -> Refusal {
    assert!(is_root(), "this test needs root: a file of one user is opened by another");
    let desk = Desk::usual();
    let real = Real::ordinary(&desk);
    std::os::unix::fs::chown(desk.db(), Some(0), Some(0)).expect("chown");
    let args = ["--json", "lock", "bob"];
    let before = desk.snapshot();
    let out = real.run(&args, "");
    assert_eq!(desk.snapshot(), before);
    out.refusal(&args, exit, code).names(&["app.db", "root"]).advises(&["sudo -u"])
}

#[test]
fn a_lock_of_the_app_is_waited_for() {
    let desk = Desk::usual();
    let path = desk.db();
    let (locked, ready) = std::sync::mpsc::channel();
    let app = std::thread::spawn(move || {
        let app = open(&path);
        app.execute_batch("BEGIN IMMEDIATE").expect("a lock");
        locked.send(()).expect("the test waits");
        std::thread::sleep(Duration::from_millis(700));
        app.execute_batch("COMMIT").expect("released");
    });
    ready.recv().expect("locked");
    let begun = Instant::now();
    desk.ok(&["lock", "bob"]);
    assert!(begun.elapsed() >= Duration::from_millis(500));
    app.join().expect("the app");
    let begun = Instant::now();
    let holder = open(&desk.db());
    holder.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    desk.refused(&["unlock", "bob", "--busy-timeout", "1s"], 8, "db_busy").names(&["1 s"]);
    assert!(begun.elapsed() < Duration::from_secs(10));
    // Reading goes on, and so does a command that finds out before it writes that there is nothing to resolve.
    desk.ok(&["user", "list"]);
}

/// Rule 8: reading needs only the columns that are shown.
#[test]
fn an_unmigrated_file_reads_with_nulls_and_a_hint() {
    let desk = Desk::with(fixture::preauth);
    let before = desk.snapshot();
    let out = desk.ok(&["user", "list", "--json"]);
    let list = out.json();
    assert_eq!((&list[1]["username"], &list[1]["created_at"]), (&json!("bo_k"), &json!("2025-03-01T08:05:00Z")));
    for key in [
        "full_name",
        "role",
        "is_active",
        "is_verified",
        "last_login",
        "failed_login_attempts",
        "locked_until",
        "state",
    ] {
        assert_eq!(list[1][key], Value::Null, "{key}");
    }
    assert!(out.stderr.contains("authctl migrate") && out.stderr.contains("users.role"), "{out:?}");
    let out = desk.ok(&["user", "show", "bo_k", "--json"]);
    assert_eq!(out.json()["hash"], Value::Null);
    assert!(out.stderr.contains("authctl migrate"), "{out:?}");
    for args in [
        &["user", "list"][..],
        &["user", "list", "-o", "csv"],
        &["user", "list", "--locked"],
        &["user", "list", "--stuck"],
        &["user", "list", "--role", "patient"],
        &["user", "list", "--no-password"],
        &["user", "list", "--inactive"],
        &["user", "list", "--unverified"],
        &["user", "list", "--count"],
        &["user", "list", "--sort", "last_login:desc"],
        &["user", "list", "--match", "cleo"],
    ] {
        desk.ok(args);
    }
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn writes_login_and_tokens_on_an_unmigrated_file_are_refused() {
    let unlogged: fn(&std::path::Path) = fixture::unlogged;
    for (make, user) in [(fixture::preauth as fn(&std::path::Path), "bo_k"), (unlogged, "bob")] {
        let mut desk = Desk::with(make);
        desk.set("SECRET_KEY", crate::harness::KEY);
        for args in [
            &["lock", user][..],
            &["unlock", user],
            &["unlock", "--expired"],
            &["set-role", user, "admin"],
            &["user", "passwd", user, "--generate"],
            &["user", "activate", user],
            &["user", "deactivate", user],
            &["user", "verify", user],
            &["user", "add", "nina", "--email", "n@example.org", "--generate"],
            &["login", user, "--password-stdin"],
            &["token", "issue", user],
            &["lock", user, "-n"],
        ] {
            desk.refused_with(args, fixture::PASSWORD, 9, "pending")
                .names(&["security_events"])
                .advises(&["authctl migrate"]);
        }
    }
    // A token that needs no row is judged without one.
    let mut desk = Desk::with(fixture::preauth);
    desk.set("SECRET_KEY", crate::harness::KEY);
    desk.ok(&["token", "issue", "--offline", "--user-id", "1", "--email", "a@example.org", "--role", "admin"]);
}

#[test]
fn a_dry_run_runs_the_whole_and_leaves_every_byte() {
    let desk = Desk::keyed();
    for args in [
        &["lock", "bob"][..],
        &["unlock", "emil"],
        &["unlock", "--expired"],
        &["unlock", "--all-locked"],
        &["set-role", "bob", "admin"],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["user", "passwd", "bob", "--generate"],
        &["user", "activate", "finn"],
        &["user", "deactivate", "bob"],
        &["user", "verify", "bob"],
        &["token", "issue", "bob"],
        &["init", "--database", "new.db"],
    ] {
        let before = desk.snapshot();
        for flag in ["-n", "--dry-run"] {
            let out = desk.ok(&[args, &[flag]].concat());
            assert!(out.stderr.contains("would"), "{args:?}: {out:?}");
        }
        if args[0] != "token" {
            desk.json(&[args, &["-n"]].concat());
        }
        assert_eq!(desk.snapshot(), before, "{args:?}");
    }
    // What would be.
    let would = desk.json(&["lock", "bob", "-n"]);
    assert_eq!((&would["changed"], &would["user"]["state"]), (&json!(true), &json!("locked")));
    let would = desk.json(&["set-role", "bob", "admin", "-n"]);
    assert_eq!(would["user"]["role"], "admin");
    let would = desk.json(&["user", "add", "nina", "--email", "n@example.org", "--generate", "-n"]);
    assert_eq!((&would["changed"], &would["user"]["username"]), (&json!(true), &json!("nina")));
    let would = desk.json(&["user", "verify", "ann", "-n"]);
    assert_eq!(would["changed"], false);
    // Refusals are the same.
    desk.refused(&["lock", "ghost", "-n"], 3, "not_found");
    desk.refused(&["user", "add", "bob", "--email", "n@example.org", "--generate", "-n"], 4, "exists");
}

#[test]
fn a_dry_run_leaves_a_wal_file_as_it_is() {
    let desk = Desk::keyed();
    let app = open(&desk.db());
    app.pragma_update(None, "journal_mode", "wal").expect("WAL");
    app.execute_batch("UPDATE users SET full_name = 'In The WAL' WHERE id = 2").expect("in the WAL");
    let files = |desk: &Desk| {
        let mut files = desk.snapshot();
        // The index of the WAL is rebuilt by whoever opens the file; it holds nothing of its own.
        files.remove("app.db-shm");
        files
    };
    let before = files(&desk);
    assert!(before["app.db-wal"].len() > 32);
    desk.ok(&["lock", "bob", "-n"]);
    desk.ok(&["migrate", "-n"]);
    assert_eq!(desk.json(&["user", "show", "bob"])["full_name"], "In The WAL");
    assert_eq!(files(&desk), before);
    // A write keeps the mode, and the app sees it.
    desk.ok(&["lock", "bob"]);
    let mode: String = app.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
    let until: String =
        app.query_row("SELECT locked_until FROM users WHERE id = 2", [], |row| row.get(0)).expect("a lock");
    assert_eq!((mode.as_str(), until.as_str()), ("wal", "2026-11-25 02:30:00.000000+00:00"));
}

#[test]
fn unchanged_writes_no_byte_and_exits_0() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    for args in [
        &["unlock", "bob"][..],
        &["set-role", "bob", "patient"],
        &["user", "activate", "bob"],
        &["user", "deactivate", "finn"],
        &["user", "verify", "ann"],
        &["user", "add", "bob", "--email", "bob@example.org", "--if-missing"],
        &["lock", "dora", "--until", "2099-01-01"],
        &["migrate"],
    ] {
        let out = desk.ok(args);
        assert!(out.stderr.contains("unchanged") && out.stdout.is_empty(), "{args:?}: {out:?}");
    }
    assert_eq!(desk.snapshot(), before);
}

/// A copy of the file in the middle of a big transaction, with its journal: what a crash leaves.
pub fn crashed(desk: &Desk) {
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
              INSERT INTO users (id, username, email) SELECT i, 'user' || i, 'user' || i || '@example.org' FROM n",
    );
    let app = open(&desk.db());
    app.execute_batch(
        "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE users SET full_name = 'Half Done', role = 'admin'",
    )
    .expect("begun");
    let (file, journal) =
        (fs::read(desk.db()).expect("the file"), fs::read(desk.path("app.db-journal")).expect("its journal"));
    app.execute_batch("ROLLBACK").expect("rolled back");
    drop(app);
    assert!(String::from_utf8_lossy(&file).contains("Half Done"), "the pages were spilled");
    desk.write("app.db", file);
    desk.write("app.db-journal", journal);
}

#[test]
fn a_hot_journal_is_recovered_where_permitted() {
    let desk = Desk::usual();
    crashed(&desk);
    let before = desk.snapshot();
    // A dry run may not write, not even to mend.
    desk.refused(&["user", "list", "-n"], 8, "db_unreadable").names(&["unfinished transaction"]);
    assert_eq!(desk.snapshot(), before);
    let out = desk.ok(&["user", "list", "--json", "--role", "admin"]);
    assert_eq!(out.json().as_array().map(Vec::len), Some(1), "undone: {}", out.stdout.len());
    assert!(out.stderr.contains("unfinished"), "and said: {}", out.stderr);
    assert!(!desk.path("app.db-journal").exists());
    let desk = Desk::usual();
    crashed(&desk);
    desk.ok(&["lock", "bob"]);
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE role = 'admin'"), "1");
}

#[test]
fn a_hot_journal_that_cannot_be_recovered_is_named() {
    let desk = Desk::usual();
    crashed(&desk);
    let real = Real::ordinary(&desk);
    fs::set_permissions(desk.db(), Permissions::from_mode(0o444)).expect("chmod");
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
    let before = desk.snapshot();
    for args in [&["--json", "user", "list"][..], &["--json", "user", "show", "bob"]] {
        real.run(args, "")
            .refusal(args, 8, "db_unreadable")
            .names(&["unfinished transaction"])
            .advises(&["write access"]);
    }
    assert_eq!(desk.snapshot(), before);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
}

/// Field report A20.
#[test]
fn a_read_only_directory_reads_and_wal_too_without_a_wal_file() {
    for wal in [false, true] {
        let desk = Desk::usual();
        if wal {
            let app = open(&desk.db());
            app.pragma_update(None, "journal_mode", "wal").expect("WAL");
        }
        assert!(!desk.path("app.db-wal").exists(), "closed cleanly");
        let real = Real::ordinary(&desk);
        fs::set_permissions(desk.db(), Permissions::from_mode(0o444)).expect("chmod");
        fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
        let before = desk.snapshot();
        let out = real.run(&["user", "list", "--json"], "");
        assert_eq!(out.code, 0, "wal {wal}: {out:?}");
        assert_eq!(out.json().as_array().map(Vec::len), Some(10));
        assert_eq!(out.stderr.contains("WAL"), wal, "{out:?}");
        let args = ["--json", "lock", "bob"];
        let refusal = real.run(&args, "").refusal(&args, 8, "db_readonly");
        assert!(refusal.message.contains("read-only"), "{refusal:?}");
        assert_eq!(desk.snapshot(), before);
        fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
    }
}

/// With a `-wal` file the directory would have to be written; that is said, and nothing old is shown for new.
#[test]
fn a_wal_file_in_a_read_only_directory_is_named() {
    let desk = Desk::usual();
    let app = open(&desk.db());
    app.pragma_update(None, "journal_mode", "wal").expect("WAL");
    app.execute_batch("UPDATE users SET full_name = 'In The WAL' WHERE id = 2").expect("in the WAL");
    let (file, wal) = (fs::read(desk.db()).expect("the file"), fs::read(desk.path("app.db-wal")).expect("its WAL"));
    drop(app);
    desk.write("app.db", file);
    desk.write("app.db-wal", wal);
    let real = Real::ordinary(&desk);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
    let before = desk.snapshot();
    let out = real.run(&["--json", "user", "show", "bob"], "");
    assert_eq!(desk.snapshot(), before);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
    if out.code == 0 {
        assert_eq!(out.json()["full_name"], "In The WAL");
    } else {
        assert_eq!((out.code, out.stdout.as_str()), (8, ""), "{out:?}");
        assert!(out.stderr.contains("app.db") && out.stderr.contains("directory"), "{out:?}");
    }
}

#[test]
fn a_file_that_may_not_be_read_or_written_is_named() {
    let desk = Desk::usual();
    let real = Real::ordinary(&desk);
    fs::set_permissions(desk.db(), Permissions::from_mode(0o444)).expect("chmod");
    let args = ["--json", "lock", "bob"];
    real.run(&args, "").refusal(&args, 8, "db_readonly").names(&["app.db", "read-only"]);
    assert_eq!(real.run(&["user", "list"], "").code, 0);
    fs::set_permissions(desk.db(), Permissions::from_mode(0o000)).expect("chmod");
    let args = ["--json", "user", "list"];
    real.run(&args, "").refusal(&args, 8, "db_unreadable").names(&["app.db", "ermission denied"]);
    fs::set_permissions(desk.db(), Permissions::from_mode(0o644)).expect("chmod");
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
    let args = ["--json", "init", "--database", "new.db"];
    real.run(&args, "").refusal(&args, 8, "db_readonly").names(&["new.db"]);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
}

/// Field report A20: root works on the app's file and leaves it to the app.
#[test]
fn as_another_user_the_owner_is_named_and_side_files_stay_the_owners() {
    assert!(is_root(), "this test needs root: it works on another user's file");
    for wal in [false, true] {
        let desk = Desk::usual();
        let owner = 65_534;
        let app = open(&desk.db());
        if wal {
            app.pragma_update(None, "journal_mode", "wal").expect("WAL");
            app.execute_batch("UPDATE users SET full_name = 'x y' WHERE id = 8").expect("a row");
        }
        for entry in fs::read_dir(desk.dir.path()).expect("the directory") {
            std::os::unix::fs::chown(entry.expect("an entry").path(), Some(owner), Some(owner)).expect("chown");
        }
        std::os::unix::fs::chown(desk.dir.path(), Some(owner), Some(owner)).expect("chown");
        std::os::unix::fs::chown(desk.path("authctl.toml"), Some(0), Some(0)).expect("chown");
        let out = desk.ok(&["lock", "bob"]);
        assert!(out.stderr.contains("warning") && out.stderr.contains("belongs to"), "{out:?}");
        desk.ok(&["user", "list"]);
        for name in ["app.db", "app.db-wal", "app.db-shm", "app.db-journal"] {
            if let Ok(metadata) = fs::metadata(desk.path(name)) {
                assert_eq!(metadata.uid(), owner, "{name}, wal {wal}");
            }
        }
        let real = Real::ordinary(&desk);
        assert_eq!(real.run(&["unlock", "bob"], "").code, 0, "the app's user still writes, wal {wal}");
    }
}
