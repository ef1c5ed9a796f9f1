//! Another owner, missing rights, read-only directories.
//!
//! As root the files are given to an ordinary user and both sides are played; as an ordinary user the one side that
//! can be: one's own files, with rights taken away. What needs two users fails without root, and says so.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::bench::*;
use crate::support::{Journal, Stage, copy_program, make_db_in};

/// Who the app runs as, and another ordinary user.
const APP: u32 = 65_534;
const STRANGER: u32 = 65_533;

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A copy of the binary that every user can reach.
fn reachable() -> &'static Path {
    static COPY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_dir, path) = COPY.get_or_init(|| {
        let dir = scratch();
        set_mode(dir.path(), 0o755);
        let path = dir.path().join("authctl");
        copy_program(&path);
        (dir, path)
    });
    path
}

/// `authctl --database DB ARGS…` as this user; as ourselves where we may not choose.
fn as_user(uid: u32, db: &Path, args: &[&str]) -> Command {
    let mut command = surroundless(reachable());
    command.arg("--database").arg(db).args(args);
    if root() {
        command.uid(uid).gid(uid);
    }
    command
}

fn run_as(uid: u32, db: &Path, args: &[&str]) -> Ran {
    Ran::of(as_user(uid, db, args).output().expect("the binary starts"))
}

fn give(path: &Path) {
    if root() {
        std::os::unix::fs::chown(path, Some(APP), Some(APP)).expect("root may give files away");
    }
}

/// A directory of the app with its file in it.
fn app_db(stage: Stage, journal: Journal) -> (TempDir, PathBuf) {
    let dir = scratch();
    set_mode(dir.path(), 0o755);
    let db = make_db_in(stage, dir.path(), journal);
    set_mode(&db, 0o644);
    give(dir.path());
    give(&db);
    (dir, db)
}

/// The owner of every side file must be the database's own.
#[track_caller]
fn side_files_belong_to_the_owner(db: &Path) {
    let owner = db.metadata().expect("the file is there").uid();
    for suffix in ["-wal", "-shm", "-journal"] {
        if let Ok(metadata) = beside(db, suffix).metadata() {
            assert_eq!(metadata.uid(), owner, "{suffix}");
        }
    }
}

#[test]
fn root_warns_and_leaves_nothing_that_the_app_cannot_write() {
    for journal in [Journal::Delete, Journal::Wal] {
        let (_dir, db) = app_db(Stage::Live, journal);
        run(&db, &["user", "list"]).expect(0);
        side_files_belong_to_the_owner(&db);
        let ran = run(&db, &["migrate"]).expect(0);
        assert_eq!(ran.err.contains("warning"), root(), "{}", ran.err);
        assert!(!root() || ran.err.contains("(uid 65534), not to you"), "{}", ran.err);
        side_files_belong_to_the_owner(&db);
        run(&db, &["user", "deactivate", "pia_one"]).expect(0);
        side_files_belong_to_the_owner(&db);
        // And the app's own user goes on as before.
        let ran = run_as(APP, &db, &["user", "activate", "pia_one"]).expect(0);
        assert!(!ran.err.contains("warning"), "{}", ran.err);
        run_as(APP, &db, &["user", "list"]).expect(0);
        assert_eq!(
            db.metadata().expect("the file is there").uid(),
            if root() { APP } else { rustix::process::geteuid().as_raw() }
        );
        assert_eq!(mode(&db), 0o644);
    }
}

#[test]
fn a_stranger_who_may_not_write_is_told_whose_it_is_and_leaves_nothing() {
    assert!(root(), "this test needs root: a file of one user is written by another");
    for journal in [Journal::Delete, Journal::Wal] {
        let (dir, db) = app_db(Stage::Live, journal);
        // The worst case: the directory lets the stranger make files there.
        for directory_mode in [0o755, 0o777] {
            set_mode(dir.path(), directory_mode);
            let held = contents(dir.path());
            let ran = run_as(STRANGER, &db, &["migrate", "--json"]).expect(8).says("(uid 65534)");
            assert_eq!(ran.error_code(), "db_owner");
            let ran = run_as(STRANGER, &db, &["unlock", "id:1", "--json"]);
            assert_eq!(ran.expect(8).error_code(), "db_owner");
            let ran = run_as(STRANGER, &db, &["user", "list"]).expect(0);
            assert_eq!(ran.err.contains("read without locks"), journal == Journal::Wal, "{}", ran.err);
            run_as(STRANGER, &db, &["migrate", "check"]).expect(9);
            assert_eq!(entries(dir.path()).len(), 1, "{:?}", entries(dir.path()));
            assert_eq!(contents(dir.path()), held);
        }
    }
}

#[test]
fn a_stranger_who_may_write_is_warned_and_leaves_nothing() {
    assert!(root(), "this test needs root: a file of one user is written by another");
    for journal in [Journal::Delete, Journal::Wal] {
        let (dir, db) = app_db(Stage::Live, journal);
        set_mode(dir.path(), 0o777);
        set_mode(&db, 0o666);
        run_as(STRANGER, &db, &["user", "list"]).expect(0);
        run_as(STRANGER, &db, &["migrate", "--no-backup"]).expect(0).says("(uid 65534), not to you");
        run_as(STRANGER, &db, &["user", "deactivate", "pia_one"]).expect(0).says("not to you");
        assert_eq!(entries(dir.path()).len(), 1, "{:?}", entries(dir.path()));
        run_as(APP, &db, &["user", "activate", "pia_one"]).expect(0);
    }
}

#[test]
fn a_stranger_reads_a_wal_file_in_use_and_not_what_a_crash_left() {
    assert!(root(), "this test needs root: a file of one user is read by another");
    let (dir, db) = app_db(Stage::Live, Journal::Wal);
    set_mode(dir.path(), 0o777);
    set_mode(&db, 0o666);
    let app = connection(&db);
    app.execute_batch("UPDATE users SET full_name = 'Fresh' WHERE username = 'pia_one'").expect("the app writes");
    let shown = run_as(STRANGER, &db, &["user", "show", "pia_one", "--json"]).expect(0);
    assert_eq!(shown.json()["full_name"], "Fresh");
    side_files_belong_to_the_owner(&db);
    let crashed = dir.path().join("crashed.db");
    for suffix in ["", "-wal"] {
        std::fs::write(beside(&crashed, suffix), &*bytes_from_outside(&beside(&db, suffix)))
            .expect("a copy can be made");
        give(&beside(&crashed, suffix));
        set_mode(&beside(&crashed, suffix), 0o666);
    }
    let ran = run_as(STRANGER, &crashed, &["user", "list", "--json"]).expect(8).says("'-shm'");
    assert_eq!(ran.error_code(), "db_unreadable");
    assert_eq!(run_as(STRANGER, &crashed, &["unlock", "id:1", "--json"]).expect(8).error_code(), "db_owner");
    assert!(!beside(&crashed, "-shm").exists());
    let shown = run_as(APP, &crashed, &["user", "show", "pia_one", "--json"]).expect(0);
    assert_eq!(shown.json()["full_name"], "Fresh");
}

#[test]
fn missing_rights_are_named() {
    for journal in [Journal::Delete, Journal::Wal] {
        let (dir, db) = app_db(Stage::Preauth, journal);
        let held = contents(dir.path());
        let refused = |args: &[&str], code: &str, reason: &str| {
            let ran = run_as(APP, &db, &[args, &["--json"]].concat()).expect(8).says(reason);
            assert_eq!((ran.error_code().as_str(), ran.out.as_str()), (code, ""));
        };
        set_mode(&db, 0o444);
        refused(&["migrate"], "db_readonly", "the file is read-only");
        run_as(APP, &db, &["migrate", "status"]).expect(0);
        set_mode(&db, 0o000);
        refused(&["migrate"], "db_unreadable", "permission denied");
        refused(&["user", "list"], "db_unreadable", "permission denied");
        set_mode(&db, 0o644);
        set_mode(dir.path(), 0o555);
        // What reading a WAL file made before belongs to the same user and may stay.
        refused(&["migrate"], "db_readonly", "its directory is read-only");
        run_as(APP, &db, &["user", "list"]).expect(0);
        set_mode(dir.path(), 0o755);
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(beside(&db, suffix));
        }
        assert_eq!(contents(dir.path()), held);
        set_mode(dir.path(), 0o555);
        let ran = run_as(APP, &db, &["user", "list"]).expect(0);
        assert_eq!(ran.err.contains("read without locks"), journal == Journal::Wal, "{}", ran.err);
        assert_eq!(entries(dir.path()).len(), 1);
        set_mode(dir.path(), 0o000);
        refused(&["migrate"], "db_unreadable", "ermission denied");
        set_mode(dir.path(), 0o755);
    }
}

#[test]
fn a_wal_that_needs_files_in_a_read_only_directory_says_so() {
    let (dir, db) = app_db(Stage::Live, Journal::Wal);
    let crashed = dir.path().join("sub");
    std::fs::create_dir(&crashed).expect("a directory can be made");
    let copy = crashed.join("app.db");
    let app = connection(&db);
    app.execute_batch("UPDATE users SET full_name = 'Fresh' WHERE username = 'pia_one'").expect("the app writes");
    for suffix in ["", "-wal"] {
        std::fs::write(beside(&copy, suffix), &*bytes_from_outside(&beside(&db, suffix))).expect("a copy can be made");
        give(&beside(&copy, suffix));
    }
    give(&crashed);
    set_mode(&crashed, 0o555);
    let ran = run_as(APP, &copy, &["user", "list", "--json"]).expect(8).says("its '-wal' needs a '-shm' file there");
    assert_eq!(ran.error_code(), "db_unreadable");
    set_mode(&crashed, 0o755);
    let shown = run_as(APP, &copy, &["user", "show", "pia_one", "--json"]).expect(0);
    assert_eq!(shown.json()["full_name"], "Fresh");
}

/// Before anything is asked: no answer would help.
#[test]
fn a_restore_over_a_file_that_cannot_be_replaced_is_refused_at_once() {
    let (dir, db) = app_db(Stage::Live, Journal::Delete);
    let old = dir.path().join("old.db");
    std::fs::copy(&db, &old).expect("a copy can be made");
    give(&old);
    let restore = ["db", "restore", old.to_str().expect("a plain path")];
    for (path, mode, reason) in
        [(&db, 0o444, "the file is read-only"), (&dir.path().to_owned(), 0o555, "its directory")]
    {
        set_mode(path, mode);
        let ran = run_as(APP, &db, &[&restore[..], &["--json"]].concat()).expect(8).says(reason);
        assert_eq!(ran.error_code(), "db_readonly");
        set_mode(path, 0o755);
    }
    let ran = run_as(APP, &db, &[&restore[..], &["--yes"]].concat()).expect(0).says("restored");
    // Whether root has the file open cannot be seen by the app's user.
    assert_eq!(ran.err.contains("the processes of other users cannot be looked at"), root(), "{}", ran.err);
}

#[test]
fn a_new_file_needs_a_directory_that_can_be_written() {
    let (dir, db) = app_db(Stage::Preauth, Journal::Delete);
    set_mode(dir.path(), 0o555);
    run_as(APP, &db, &["db", "backup"]).expect(8).says("ermission denied");
    let ran = run_as(APP, &dir.path().join("new.db"), &["init", "--json"]).expect(8);
    assert_eq!(ran.error_code(), "db_readonly");
    set_mode(dir.path(), 0o755);
    assert_eq!(entries(dir.path()).len(), 1);
}

/// Whoever may read the file and not write beside it: the copy that fails is named, and a dry run fails as well.
#[test]
fn a_backup_beside_a_file_in_a_directory_that_cannot_be_written_is_named_by_its_own_name() {
    let (dir, db) = app_db(Stage::Live, Journal::Delete);
    set_mode(dir.path(), 0o555);
    for args in [&["db", "backup"][..], &["db", "backup", "--dry-run"]] {
        let ran = run_as(STRANGER, &db, args).expect(8).says("app.db.backup-").says("name a FILE");
        assert!(!ran.err.contains(&format!("'{}'", db.display())) && ran.out.is_empty(), "{args:?}: {ran:?}");
    }
    set_mode(dir.path(), 0o755);
    assert_eq!(backups(dir.path()), Vec::<PathBuf>::new());
}
