//! `migrate rehearse`: what it tells, what it leaves (nothing), and how it ends.

use std::fs;

use serde_json::json;

use crate::db_backup::damage_an_index;
use crate::fixture;
use crate::harness::Desk;

/// Names in the directory, directories too.
fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.dir.path()).expect("the directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_rehearsal_tells_what_migrate_would_do_and_leaves_no_trace() {
    let desk = Desk::with(fixture::preauth);
    let (before, there) = (desk.snapshot(), names(&desk));
    let document = desk.json(&["migrate", "rehearse"]);
    assert_eq!((desk.snapshot(), names(&desk)), (before, there));
    assert_eq!(document["rows"], json!({"items": 0, "users": 3}));
    assert_eq!((&document["integrity"], &document["would_need_yes"]), (&json!("ok"), &json!(false)));
    assert!(document["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{document}");
    assert_eq!(document["backup_bytes"], json!(fs::metadata(desk.db()).expect("the file").len()));
    // The same steps as `plan` names, and the same file in the end.
    let plan = desk.json(&["migrate", "plan"]);
    assert_eq!(document["steps"], plan["steps"]);
    desk.ok(&["migrate", "--no-backup"]);
    let grown = fs::metadata(desk.db()).expect("the file").len() - document["backup_bytes"].as_u64().expect("bytes");
    assert_eq!(document["grown_bytes"], json!(grown));
}

/// The migration's own event is the one row more that an old log may have.
#[test]
fn a_file_with_a_log_is_rehearsed_as_it_is_migrated() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    desk.sql("DROP INDEX ix_users_email");
    let document = desk.json(&["migrate", "rehearse"]);
    assert_eq!(document["rows"]["security_events"], json!(1), "{document}");
    let out = desk.ok(&["migrate", "rehearse"]);
    assert!(out.stderr.contains("would succeed: 1 step;"), "{out:?}");
    desk.sql("DELETE FROM security_events");
    desk.ok(&["migrate", "rehearse"]);
    desk.ok(&["migrate"]);
    assert_eq!(desk.events().len(), 1);
}

#[test]
fn words_say_that_it_would_succeed_and_what_it_costs() {
    let desk = Desk::with(fixture::preauth);
    let out = desk.ok(&["migrate", "rehearse"]);
    for part in ["would succeed: 11 steps", "3 rows in 2 tables", "the write lock would be held", "for the backup"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    assert!(out.stdout.contains("users.role") && out.stdout.contains("pending"), "{out:?}");
    let desk = Desk::usual();
    let out = desk.ok(&["migrate", "rehearse"]);
    assert!(out.stderr.contains("nothing to rehearse"), "{out:?}");
}

#[test]
fn drift_damage_and_foreign_files_end_as_migrate_itself_would() {
    let drifted = |path: &std::path::Path| {
        fixture::make(path, &[fixture::PREAUTH, "ALTER TABLE users ADD COLUMN role BLOB"]);
    };
    let desk = Desk::with(drifted);
    desk.refused(&["migrate", "rehearse"], 9, "drift").names(&["users.role"]);
    let desk = Desk::with(|path| fixture::make(path, &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]));
    desk.refused(&["migrate", "rehearse"], 8, "db_foreign");
    let desk = Desk::with(fixture::unlogged);
    damage_an_index(&desk);
    let there = names(&desk);
    desk.refused(&["migrate", "rehearse"], 8, "db_unreadable").names(&["damaged"]).advises(&["db check"]);
    assert_eq!(names(&desk), there);
    let desk = Desk::empty();
    desk.refused(&["migrate", "rehearse"], 8, "db_missing");
}

#[test]
fn the_copy_lies_in_tmpdir_where_that_is_set() {
    let mut desk = Desk::with(fixture::preauth);
    fs::create_dir(desk.path("tmp")).expect("a directory");
    desk.set("TMPDIR", "tmp");
    desk.ok(&["migrate", "rehearse"]);
    assert_eq!(fs::read_dir(desk.path("tmp")).expect("the directory").count(), 0);
    desk.set("TMPDIR", "no/such");
    desk.refused(&["migrate", "rehearse"], 8, "db_readonly").names(&["no/such"]).advises(&["TMPDIR"]);
}
