//! `doctor --fix`: what is safe is mended after one question, with the events of the verbs, and the rest is left.

use serde_json::json;

use crate::doctor_desk::{chmod, document, healthy, ids, ill, look, mode, well};
use crate::fixture;
use crate::harness::{Answer, Desk};

/// One of everything that is safe, and one thing that is not.
fn sick() -> Desk {
    let desk = ill(
        "INSERT INTO users (id, username, email, password_hash, salt, locked_until, failed_login_attempts)
           SELECT 3, 'past', 'past@example.org', password_hash, salt, '2020-06-07 10:00:00.000000', 5 FROM users WHERE id = 2
           UNION ALL
           SELECT 4, 'future', 'future@example.org', password_hash, salt, '2099-01-01 00:00:00.000000', 5 FROM users WHERE id = 2
           UNION ALL
           SELECT 5, 'hair', 'hair@example.org', password_hash, salt, NULL, 5 FROM users WHERE id = 2
           UNION ALL
           SELECT 6, 'held', 'held@example.org', password_hash, salt, '2099-01-01 00:00:00.000000+00:00', 5 FROM users WHERE id = 2;
         DROP INDEX ix_users_email;
         UPDATE users SET role = 'nurse' WHERE username = 'bob'",
    );
    chmod(&desk.db(), 0o644);
    desk
}

const MENDED: [&str; 4] = ["stuck-lock", "database-mode", "missing-index", "hair-trigger"];

#[test]
fn what_is_safe_is_mended_and_what_remains_is_said() {
    let desk = sick();
    let out = desk.run(&["doctor", "--fix", "--yes", "--json"]);
    let found = document(&out, &[]);
    assert_eq!((ids(&found), &found["mended"]), (vec!["unknown-role"], &json!(MENDED)), "{found:#}");
    let locks =
        "SELECT coalesce(locked_until, '-') || ' ' || failed_login_attempts FROM users WHERE id > 2 ORDER BY id";
    let rewritten = "2099-01-01 00:00:00.000000+00:00 5";
    assert_eq!(desk.cells(locks), ["- 0", rewritten, "- 0", rewritten], "a lock that holds is kept");
    assert_eq!(mode(&desk.db()), 0o600);
    let events: Vec<String> =
        desk.cells("SELECT event || ' ' || coalesce(target_username, '-') FROM security_events WHERE id > 3");
    let expected = ["schema_migrated -", "account_unlocked past", "lock_rewritten future", "account_unlocked hair"];
    assert_eq!(events, expected);
    let backup = desk.snapshot().into_keys().find(|name| name.contains(".backup-")).expect("a backup");
    assert_eq!(mode(&desk.path(&backup)), 0o600);
    // Nothing is left to mend.
    let before = desk.snapshot();
    let out = desk.run(&["doctor", "--fix"]);
    assert!(out.code == 11 && out.stderr.contains("unchanged: nothing that can be mended safely"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
}

/// A lock that has run out and that the app can read is no finding, so nobody was asked about it.
#[test]
fn accounts_that_the_plan_does_not_name_stay_as_they_are() {
    let run_out = "UPDATE users SET locked_until = '2020-06-07 10:00:00.000000+00:00', failed_login_attempts = 2
         WHERE username = 'ann';";
    for (fault, event) in [
        ("failed_login_attempts = 9", "account_unlocked bob"),
        ("locked_until = '2020-06-07 10:00:00.000000'", "account_unlocked bob"),
        ("locked_until = '2099-01-01 00:00:00.000000'", "lock_rewritten bob"),
    ] {
        let desk = ill(&format!("{run_out} UPDATE users SET {fault} WHERE username = 'bob'"));
        desk.ok(&["doctor", "--fix", "-y"]);
        let events = desk.cells("SELECT event || ' ' || target_username FROM security_events WHERE id > 3");
        assert_eq!(events, [event], "{fault}");
        assert_eq!(desk.user("ann", "locked_until"), "2020-06-07 10:00:00.000000+00:00", "{fault}");
        assert_eq!(desk.user("ann", "failed_login_attempts"), "2", "{fault}");
    }
}

#[test]
fn one_question_is_asked_and_no_means_no() {
    let mut desk = sick();
    let before = desk.snapshot();
    desk.attended(&[Answer::No]);
    let out = desk.run(&["doctor", "--fix"]);
    assert_eq!((out.code, out.stdout.as_str()), (130, ""), "{out:?}");
    assert!(out.stderr.contains("to mend: stuck-lock: 2 accounts") && out.stderr.contains("nothing was changed"));
    assert_eq!((desk.snapshot(), mode(&desk.db())), (before.clone(), 0o644));
    desk.attended(&[Answer::Interrupt]);
    assert_eq!(desk.run(&["doctor", "--fix"]).code, 130);
    assert_eq!(desk.snapshot(), before);
    desk.attended(&[Answer::Yes]);
    let out = desk.run(&["doctor", "--fix"]);
    assert_eq!(out.code, 11, "{out:?}");
    assert!(out.stdout.contains("unknown-role") && !out.stdout.contains("stuck-lock"), "{out:?}");
    assert_ne!(desk.snapshot(), before);
}

#[test]
fn nobody_to_ask_is_a_refusal_that_changes_nothing() {
    let desk = sick();
    desk.refused(&["doctor", "--fix"], 2, "would_prompt").names(&["Mend 4 findings?"]).advises(&["--yes"]);
    desk.refused(&["doctor", "--fix", "--no-input"], 2, "would_prompt");
    assert_eq!(mode(&desk.db()), 0o644);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_leaves_every_byte() {
    let desk = sick();
    let before = desk.snapshot();
    let out = desk.run(&["doctor", "--fix", "-n"]);
    assert_eq!(out.code, 11);
    for would in [
        "would migrate",
        "would unlock id:3 past",
        "would rewrite the lock of id:4",
        "would unlock id:5 hair",
        "would set the mode",
    ] {
        assert!(out.stderr.contains(would), "{would}: {out:?}");
    }
    assert!(out.stdout.contains("stuck-lock"), "{out:?}");
    assert_eq!((desk.snapshot(), mode(&desk.db())), (before, 0o644));
    // On a file that would be migrated first.
    let desk = Desk::with(fixture::unlogged);
    let before = desk.snapshot();
    let out = desk.run(&["doctor", "--fix", "-n"]);
    assert!(out.code == 11 && out.stderr.contains("would free or rewrite the locks of"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn a_file_that_is_not_migrated_is_migrated_first() {
    let desk = Desk::with(fixture::unlogged);
    let out = desk.run(&["doctor", "--fix", "-y", "--json"]);
    let found = document(&out, &[]);
    for id in ["schema-pending", "stuck-lock", "hair-trigger", "database-mode"] {
        assert!(!ids(&found).contains(&id), "{id}: {found:#}");
    }
    assert_eq!(desk.cells("SELECT event FROM security_events LIMIT 1"), ["schema_migrated"]);
    // The lock whose end nobody can tell is left, and named.
    assert_eq!(desk.user("ivo", "locked_until"), "soon");
    assert!(ids(&found).contains(&"unreadable-date"), "{found:#}");
}

#[test]
fn triggers_are_refused_where_that_is_asked_for() {
    let desk = sick();
    desk.sql(
        "CREATE TRIGGER trail AFTER UPDATE ON users BEGIN SELECT 1; END; CREATE INDEX ix_users_email ON users (email)",
    );
    let before = desk.cells("SELECT locked_until FROM users");
    let out = desk.run(&["doctor", "--fix", "-y", "--no-triggers", "--json"]);
    out.refusal(&[], 9, "drift").names(&["trail"]);
    assert_eq!(desk.cells("SELECT locked_until FROM users"), before);
}

#[test]
fn the_reason_goes_into_the_events() {
    let desk = ill("UPDATE users SET failed_login_attempts = 9 WHERE username = 'bob'");
    desk.ok(&["doctor", "--fix", "-y", "--reason", "Monday"]);
    assert_eq!(desk.cell("SELECT reason FROM security_events ORDER BY id DESC LIMIT 1"), "Monday");
    well(&desk, &[]);
}

#[test]
fn nothing_to_mend_asks_nothing() {
    let desk = healthy();
    let before = desk.snapshot();
    let out = desk.ok(&["doctor", "--fix"]);
    assert!(out.stderr.contains("unchanged"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
    assert_eq!(look(&desk, &["--fix", "-n"])["mended"], json!([]));
}
