//! `db restore`: what is said of a backup that is sound and not as it should be, and of heads that were kept.

use crate::db_restore::gone_on;
use crate::harness::{Desk, open};

/// What a restore of this backup says, the same in a dry run before.
fn told(desk: &Desk, backup: &str) -> String {
    let planned = desk.ok(&["db", "restore", backup, "-n"]).stderr;
    let done = desk.ok(&["db", "restore", backup, "-y"]).stderr;
    for warning in planned.lines().filter(|line| line.starts_with("warning: its ")) {
        assert!(done.contains(warning), "{warning}: {done}");
    }
    planned
}

#[test]
fn a_backup_that_authctl_could_not_write_to_or_did_not_write_is_told_before_it_is_put_in_place() {
    for (sql, part) in [
        ("CREATE TRIGGER tr AFTER INSERT ON security_events BEGIN SELECT 1; END", "security_events has a trigger: tr"),
        (
            "ALTER TABLE users RENAME COLUMN role TO old; ALTER TABLE users ADD COLUMN role BLOB",
            "users.role is declared",
        ),
        ("CREATE TRIGGER mark AFTER UPDATE ON users BEGIN SELECT 1; END", "'users' has triggers: mark"),
        ("UPDATE security_events SET reason = 'none' WHERE id = 1", "event 1 was altered"),
    ] {
        let desk = gone_on();
        open(&desk.path("old.db")).execute_batch(sql).expect("the backup can be changed");
        let said = told(&desk, "old.db");
        let warnings: Vec<&str> = said.lines().filter(|line| line.starts_with("warning: its ")).collect();
        assert!(warnings.len() == 1 && warnings[0].contains(part), "{sql}: {said}");
    }
    assert!(!told(&gone_on(), "old.db").contains("warning: its "));
}

/// The log may have been plain when the backup was made.
#[test]
fn a_backup_from_before_the_key_is_as_it_should_be() {
    let desk = gone_on();
    crate::audit_tampering::configure_key(&desk, "0123456789abcdef0123456789abcdef");
    assert!(!told(&desk, "old.db").contains("warning: its "));
    desk.ok(&["audit", "verify"]);
}

#[test]
fn a_head_of_what_went_is_told_to_be_kept_anew_and_the_restore_explains_why_it_does_not_fit() {
    let desk = gone_on();
    desk.write("head", desk.ok(&["audit", "head"]).stdout);
    let out = desk.ok(&["db", "restore", "old.db", "-y"]);
    assert!(out.stderr.contains("keep a new one by authctl audit head"), "{out:?}");
    let args = ["--json", "audit", "verify", "--head", "head"];
    desk.run(&args).refusal(&args, 11, "findings").advises(&["event 2", "a backup was put in place", "audit show 2"]);
    // What is wrong besides is not explained by it.
    desk.sql("DELETE FROM security_events WHERE id = 2");
    let refusal = desk.run(&args).refusal(&args, 11, "findings");
    assert!(!refusal.hint.contains("a backup was put"), "{refusal:?}");
    // Where no event went, every head still fits.
    let desk = gone_on();
    desk.ok(&["db", "backup", "newest.db"]);
    let out = desk.ok(&["db", "restore", "newest.db", "-y"]);
    assert!(!out.stderr.contains("audit head"), "{out:?}");
}
