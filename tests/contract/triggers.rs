//! Triggers on `users` fire as they do for the app; what they do besides is named, and what they undo is noticed.

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Answer, Desk};

const AUDIT: &str = "CREATE TABLE trail (id INTEGER PRIMARY KEY, what TEXT);
    CREATE TRIGGER trail_update AFTER UPDATE ON users BEGIN INSERT INTO trail (what) VALUES (new.username); END;
    CREATE TRIGGER trail_insert AFTER INSERT ON users BEGIN INSERT INTO trail (what) VALUES (new.username); END;";

#[test]
fn what_triggers_changed_besides_is_named_counted_and_kept_in_the_event() {
    let desk = Desk::usual();
    desk.sql(AUDIT);
    let out = desk.ok(&["lock", "bob", "cleo"]);
    assert!(out.stderr.contains("trail_update") && out.stderr.contains("2 more rows"), "{out:?}");
    assert_eq!(desk.cells("SELECT what FROM trail"), ["bob", "cleo"]);
    let events = desk.events();
    assert!(
        events.iter().all(|event| event.contains(r#""trigger_rows":2"#) && event.contains("trail_update")),
        "{events:?}"
    );
    let out = desk.ok_with(&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], PASSWORD);
    assert!(out.stderr.contains("trail_insert") && out.stderr.contains("1 more row\n"), "{out:?}");
    assert!(out.stderr.contains("id:11 nina"), "the new account, not the trigger's row: {out:?}");
    // Nothing changed, nothing to name.
    let out = desk.ok(&["user", "verify", "ann"]);
    assert!(!out.stderr.contains("trail"), "{out:?}");
}

#[test]
fn a_trigger_that_changes_another_account_is_counted() {
    let desk = Desk::usual();
    desk.sql("CREATE TRIGGER crossed AFTER UPDATE OF role ON users WHEN new.id <> 8 BEGIN UPDATE users SET role = 'admin' WHERE id = 8; END");
    let out = desk.ok(&["set-role", "bob", "therapist"]);
    assert!(out.stderr.contains("crossed") && out.stderr.contains("1 more row"), "{out:?}");
    assert!(out.stderr.contains("id:2 bob"));
}

/// The schema is read again under the lock.
#[test]
fn a_trigger_that_came_while_the_command_waited_is_named() {
    let mut desk = Desk::usual();
    desk.meanwhile = Some(
        "CREATE TABLE trail (id INTEGER PRIMARY KEY, what TEXT);
         CREATE TRIGGER trail_late AFTER UPDATE ON users BEGIN INSERT INTO trail (what) VALUES (new.username); END;",
    );
    let out = desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], OTHER);
    assert!(out.stderr.contains("trail_late") && out.stderr.contains("1 more row"), "{out:?}");
}

/// Three seconds, and the lock is free again: the app gives up on it after five.
#[test]
fn a_trigger_without_end_does_not_keep_the_app_out_for_ever() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TRIGGER spin AFTER UPDATE ON users BEGIN
           INSERT INTO items (title) SELECT max(n)
             FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c); END",
    );
    let before = desk.snapshot();
    desk.refused_in_json(&["lock", "bob"], "", 9, "drift").names(&["spin", "3 s"]);
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn no_triggers_refuses_every_write_and_names_them() {
    let desk = Desk::keyed();
    desk.ok(&["lock", "bob", "--no-triggers"]);
    desk.ok(&["unlock", "bob", "--no-triggers"]);
    desk.sql(AUDIT);
    for args in [
        &["lock", "bob"][..],
        &["unlock", "emil"],
        &["unlock", "--expired"],
        &["set-role", "bob", "admin"],
        &["user", "passwd", "bob", "--generate"],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["user", "deactivate", "bob"],
        &["user", "verify", "bob"],
        &["token", "issue", "bob"],
        &["login", "bob", "--password-stdin"],
    ] {
        let args = [args, &["--no-triggers"]].concat();
        desk.refused_with(&args, PASSWORD, 9, "drift")
            .names(&["trail_insert", "trail_update"])
            .advises(&["--no-triggers"]);
    }
    // Reading is not writing.
    desk.ok(&["user", "list", "--no-triggers"]);
}

/// These open the file in their own way.
#[test]
fn no_triggers_refuses_what_no_store_writes_too() {
    let desk = Desk::with(fixture::preauth);
    desk.sql("CREATE TABLE items2 (id); CREATE TRIGGER own AFTER UPDATE ON users BEGIN DELETE FROM items2; END");
    let refused = |args: &[&str]| {
        let args = [args, &["--no-triggers"]].concat();
        desk.refused(&args, 9, "drift").names(&["own"]).advises(&["--no-triggers"]);
    };
    for args in [&["migrate"][..], &["migrate", "--no-backup"], &["migrate", "-n"], &["migrate", "rehearse"]] {
        refused(args);
    }
    refused(&["doctor", "--fix", "-y"]);
    assert!(desk.snapshot().keys().all(|name| !name.contains("backup")), "no backup of what is not done");
    desk.ok(&["db", "backup", "with.db"]);
    refused(&["db", "restore", "with.db", "-y"]);
    refused(&["db", "restore", "with.db", "-y", "-n"]);
    desk.sql("DROP TRIGGER own");
    let told = desk.refused(&["db", "restore", "with.db", "-y", "--no-triggers"], 9, "drift");
    assert!(told.message.contains("of the backup '"), "{told:?}");
    desk.ok(&["migrate", "--no-triggers"]);
    // Nothing is written where there is nothing to do.
    desk.sql("CREATE TRIGGER own AFTER UPDATE ON users BEGIN DELETE FROM items2; END");
    desk.ok(&["migrate", "--no-triggers"]);
}

/// Looked at under the lock, not only when the file is opened.
#[test]
fn no_triggers_refuses_where_one_came_while_the_command_waited() {
    let late = "CREATE TRIGGER late AFTER UPDATE ON users BEGIN DELETE FROM items; END";
    let mut desk = Desk::usual();
    desk.meanwhile = Some(late);
    let out = desk.run_with(&["user", "passwd", "bob", "--password-stdin", "--no-triggers"], OTHER);
    assert!(out.code == 9 && out.stderr.contains("late"), "{out:?}");
    assert!(desk.events().is_empty());
    let mut desk = Desk::usual();
    desk.ok(&["db", "backup", "without.db"]);
    desk.attended(&[Answer::Meanwhile(late, "")]);
    let out = desk.run(&["db", "restore", "without.db", "--no-triggers"]);
    assert!(out.code == 9 && out.stderr.contains("late"), "{out:?}");
}

#[test]
fn a_trigger_that_drops_the_change_is_noticed_and_nothing_is_kept() {
    let desk = Desk::keyed();
    desk.sql(
        "CREATE TRIGGER keep BEFORE UPDATE ON users BEGIN SELECT RAISE(IGNORE); END;
              CREATE TRIGGER keep_out BEFORE INSERT ON users BEGIN SELECT RAISE(IGNORE); END;",
    );
    for args in [
        &["lock", "bob"][..],
        &["unlock", "emil"],
        &["unlock", "--expired"],
        &["unlock", "--all-locked", "-y"],
        &["set-role", "bob", "admin"],
        &["user", "passwd", "bob", "--generate"],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["user", "deactivate", "bob"],
        &["user", "activate", "finn"],
        &["user", "verify", "bob"],
    ] {
        desk.refused(args, 9, "drift").advises(&["trigger"]);
    }
    for password in [PASSWORD, OTHER] {
        desk.refused_with(&["login", "bob", "--password-stdin"], password, 9, "drift").advises(&["trigger"]);
    }
    assert!(desk.events().is_empty());
}

#[test]
fn a_trigger_that_puts_something_else_in_the_place_of_a_password_is_noticed() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TRIGGER old AFTER UPDATE OF password_hash ON users BEGIN
                UPDATE users SET password_hash = old.password_hash WHERE id = old.id; END",
    );
    desk.refused_with(&["user", "passwd", "bob", "--password-stdin"], OTHER, 9, "drift").names(&["password"]);
    assert!(desk.events().is_empty());
}

/// The words must not say more than what is in the row in the end.
#[test]
fn a_trigger_that_undoes_a_role_or_a_lock_is_noticed() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TRIGGER undo AFTER UPDATE OF role, locked_until, is_active, is_verified ON users BEGIN
                UPDATE users SET role = old.role, locked_until = old.locked_until, is_active = old.is_active,
                       is_verified = old.is_verified WHERE id = old.id; END",
    );
    for args in [
        &["set-role", "bob", "admin"][..],
        &["lock", "bob"],
        &["unlock", "dora"],
        &["user", "deactivate", "bob"],
        &["user", "verify", "bob"],
    ] {
        desk.refused(args, 9, "drift").advises(&["trigger"]);
    }
    assert!(desk.events().is_empty());
}

#[test]
fn a_trigger_that_aborts_is_told_in_its_own_words() {
    let desk = Desk::usual();
    desk.sql("CREATE TRIGGER no BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'accounts are frozen'); END");
    desk.refused(&["lock", "bob"], 9, "drift").names(&["accounts are frozen"]);
}
