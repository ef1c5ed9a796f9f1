//! What a crash leaves, and what a running app keeps beside its file: hot journals and `-wal` files.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::bench::*;
use crate::support::{Journal, Stage, make_db, make_db_in};

/// A file in the middle of a commit that never ended, as a killed app leaves it, and what it held before.
fn hot(dir: &Path) -> (PathBuf, Picture) {
    let home = scratch();
    let origin = make_db(Stage::Live, home.path());
    execute(
        &origin,
        "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                      INSERT INTO items (title, user_id) SELECT 'Item ' || i, i % 9 FROM n",
    );
    let before = Picture::of(&origin);
    let app = connection(&origin);
    app.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE items SET title = title || ' changed'; UPDATE users SET email = 'x' || id;
                       DELETE FROM items WHERE id % 3 = 0;").expect("the app writes");
    let db = dir.join("app.db");
    for suffix in ["", "-journal"] {
        std::fs::write(beside(&db, suffix), &*bytes_from_outside(&beside(&origin, suffix)))
            .expect("a copy can be made");
    }
    (db, before)
}

#[test]
fn a_hot_journal_is_undone_by_whoever_may_write() {
    for args in [&["user", "list", "--count"][..], &["migrate", "status"], &["user", "show", "pia_one"]] {
        let dir = scratch();
        let (db, before) = hot(dir.path());
        run(&db, args).expect(0).says("unfinished transaction of a crashed process: undone");
        assert!(!beside(&db, "-journal").exists());
        assert_eq!(Picture::of(&db), before);
    }
    let dir = scratch();
    let (db, before) = hot(dir.path());
    let ran = run(&db, &["migrate", "--json"]).expect(0);
    let backup = ran.json()["backup"].as_str().expect("a path").to_owned();
    assert_eq!(Picture::of(Path::new(&backup)), before);
    assert_sound(&connection(&db));
}

#[test]
fn a_dry_run_leaves_a_hot_journal_alone() {
    let dir = scratch();
    let (db, _) = hot(dir.path());
    let held = contents(dir.path());
    for args in
        [&["user", "list"][..], &["migrate", "status"], &["migrate"], &["migrate", "--no-backup"], &["unlock", "id:6"]]
    {
        let ran = run(&db, &[args, &["--dry-run", "--json"]].concat()).expect(8).says("a dry run does not undo it");
        assert_eq!(ran.error_code(), "db_unreadable");
    }
    assert_eq!(contents(dir.path()), held);
    // What the hint says.
    run(&db, &["user", "list", "--count"]).expect(0);
    run(&db, &["migrate", "--dry-run"]).expect(0);
}

#[test]
fn a_hot_journal_is_named_where_it_cannot_be_undone() {
    let dir = scratch();
    let (db, _) = hot(dir.path());
    let mut command = on(&db, &["user", "list", "--json"]);
    if rustix::process::geteuid().is_root() {
        // Another user's eyes: nothing here is theirs to write.
        use std::os::unix::process::CommandExt;
        let reachable = dir.path().join("authctl");
        crate::support::copy_program(&reachable);
        set_mode(dir.path(), 0o755);
        set_mode(&db, 0o644);
        set_mode(&beside(&db, "-journal"), 0o644);
        command = surroundless(&reachable);
        command.arg("--database").arg(&db).args(["user", "list", "--json"]).uid(65_534).gid(65_534);
    } else {
        set_mode(&db, 0o444);
        set_mode(dir.path(), 0o555);
    }
    let (file, journal) = (bytes(&db), bytes(&beside(&db, "-journal")));
    let ran = Ran::of(command.output().expect("the binary starts")).expect(8).says("without write access");
    assert_eq!(ran.error_code(), "db_unreadable");
    assert_eq!((bytes(&db), bytes(&beside(&db, "-journal"))), (file, journal));
    set_mode(dir.path(), 0o755);
}

/// An app with the file open, and one change that is only in its `-wal`.
fn wal_in_use(dir: &Path) -> (PathBuf, Connection) {
    let db = make_db_in(Stage::Live, dir, Journal::Wal);
    run(&db, &["migrate", "--no-backup"]).expect(0);
    let app = connection(&db);
    app.execute_batch(
        "PRAGMA wal_autocheckpoint = 0; UPDATE users SET full_name = 'Fresh Name' WHERE username = 'pia_one'",
    )
    .expect("the app writes");
    (db, app)
}

#[test]
fn what_is_only_in_the_wal_is_read_and_nothing_is_checkpointed() {
    let dir = scratch();
    let (db, app) = wal_in_use(dir.path());
    let (file, wal) = (bytes_from_outside(&db), bytes_from_outside(&beside(&db, "-wal")));
    assert!(!wal.is_empty());
    for args in [&["user", "show", "pia_one", "--json"][..], &["user", "list"], &["migrate", "status"], &["migrate"]] {
        let ran = run(&db, args).expect(0);
        assert!(!args.contains(&"show") || ran.json()["full_name"] == "Fresh Name");
    }
    run(&db, &["user", "deactivate", "pia_one", "--dry-run"]).expect(0);
    assert_eq!(bytes_from_outside(&db), file);
    assert_eq!(bytes_from_outside(&beside(&db, "-wal")), wal);
    for id in 6..16 {
        run(&db, &["user", "verify", &format!("id:{id}")]).expect(0);
    }
    assert_eq!(bytes_from_outside(&db), file, "a write was checkpointed");
    let grown = bytes_from_outside(&beside(&db, "-wal"));
    assert!(grown.len() > wal.len() && grown.starts_with(&wal), "the -wal was not gone on with");
    assert_eq!(texts(&app, "SELECT count(*) FROM users WHERE is_verified"), ["Integer(10)"]);
    assert_sound(&app);
}

#[test]
fn a_wal_that_a_crash_left_is_read_and_kept() {
    let dir = scratch();
    let (origin, app) = wal_in_use(dir.path());
    let crashed = scratch();
    let db = crashed.path().join("app.db");
    for suffix in ["", "-wal"] {
        std::fs::write(beside(&db, suffix), &*bytes_from_outside(&beside(&origin, suffix)))
            .expect("a copy can be made");
    }
    drop(app);
    let held = contents(crashed.path());
    let shown = run(&db, &["user", "show", "pia_one", "--json"]).expect(0);
    assert_eq!(shown.json()["full_name"], "Fresh Name");
    assert_eq!(contents(crashed.path()), held);
    run(&db, &["user", "deactivate", "pia_one"]).expect(0);
    assert_eq!(bytes(&db), held[std::ffi::OsStr::new("app.db")].1, "a write was checkpointed");
    let shown = run(&db, &["user", "show", "pia_one", "--json"]).expect(0);
    assert_eq!((&shown.json()["full_name"], &shown.json()["state"]), (&"Fresh Name".into(), &"inactive".into()));
    assert_sound(&connection(&db));
}

#[test]
fn the_journal_mode_stays_as_it_was_found() {
    for (journal, word) in [(Journal::Delete, "delete"), (Journal::Wal, "wal")] {
        let dir = scratch();
        let db = make_db_in(Stage::Preauth, dir.path(), journal);
        run(&db, &["migrate"]).expect(0);
        run(&db, &["user", "deactivate", "id:1"]).expect(0);
        let conn = connection(&db);
        assert_eq!(texts(&conn, "PRAGMA journal_mode"), [word]);
        assert_eq!(texts(&conn, "PRAGMA user_version"), ["Integer(0)"]);
        assert_eq!(texts(&conn, "PRAGMA application_id"), ["Integer(0)"]);
    }
}
