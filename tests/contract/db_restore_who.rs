//! `db restore`: who puts a backup in place, and with which key the event of it is written.

use std::fs;

use crate::audit_tampering::configure_key;
use crate::harness::{Answer, Desk, KEY};
use crate::session_file::signed_in;

#[test]
fn without_the_configured_key_nothing_is_even_looked_at() {
    let desk = Desk::usual();
    configure_key(&desk, KEY);
    desk.ok(&["user", "verify", "bob"]);
    desk.ok(&["db", "backup", "old.db"]);
    fs::remove_file(desk.path("audit.key")).expect("removed");
    for args in [&["db", "restore", "old.db", "-y"][..], &["db", "restore", "old.db", "-n"], &["db", "restore", "none"]]
    {
        desk.refused(args, 5, "key_missing").names(&["audit.key"]).advises(&["bring the key back"]);
    }
    desk.refused(&["db", "restore", "none", "--database", "new.db"], 5, "key_missing").names(&["audit.key"]);
}

#[test]
fn the_event_of_a_restore_is_keyed_and_the_chain_goes_on() {
    let desk = Desk::usual();
    configure_key(&desk, KEY);
    desk.ok(&["user", "verify", "bob"]);
    desk.ok(&["db", "backup", "old.db"]);
    desk.ok(&["lock", "bob"]);
    desk.ok(&["db", "restore", "old.db", "-y"]);
    desk.ok(&["unlock", "emil"]);
    let verdict = desk.json(&["audit", "verify"]);
    assert_eq!((&verdict["ok"], &verdict["keyed_rows"]), (&true.into(), &3.into()), "{verdict:#}");
}

#[test]
fn in_a_session_the_event_names_its_account() {
    let desk = signed_in("ann");
    desk.ok(&["db", "backup", "old.db"]);
    desk.ok(&["--as-session", "db", "restore", "old.db", "-y"]);
    let last = desk.events().pop().expect("an event");
    assert_eq!(
        last,
        r#"database_restored done - - - - {"backup":"old.db","session_user_id":1,"session_username":"ann"}"#
    );
}

#[test]
fn a_session_that_lost_its_rights_at_the_question_puts_nothing_in_place() {
    let mut desk = signed_in("ann");
    desk.ok(&["db", "backup", "old.db"]);
    let taken = "UPDATE users SET role = 'patient' WHERE username = 'ann'";
    desk.attended(&[Answer::Meanwhile(taken, "yes")]);
    let out = desk.run(&["--as-session", "db", "restore", "old.db"]);
    assert_eq!((out.code, out.stdout.as_str()), (5, ""), "{out:?}");
    assert!(out.stderr.contains("authctl whoami"), "{out:?}");
    assert_eq!(desk.user("ann", "role"), "patient");
    assert!(!desk.snapshot().keys().any(|name| name.contains("restor")), "{:?}", desk.snapshot().keys());
}

#[test]
fn a_database_that_could_not_be_made_is_refused_in_a_dry_run_too() {
    let desk = Desk::usual();
    desk.ok(&["db", "backup", "old.db"]);
    for run in ["-y", "-n"] {
        let args = ["db", "restore", "old.db", run, "--database", "none/app.db"];
        desk.refused(&args, 8, "db_readonly").names(&["none", "there is no directory"]);
    }
}
