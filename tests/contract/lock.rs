//! `lock` and `unlock`: what is stored, what is said, what is recorded, and the last admin.

use serde_json::json;

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Answer, Desk};

/// The app's form with an offset, which its login can read (`app-facts`, Login and lockout).
#[test]
fn a_lock_is_stored_with_its_offset_and_clears_the_counter() {
    let desk = Desk::usual();
    for (args, stored) in [
        (&[][..], "2026-11-25 02:30:00.000000+00:00"),
        (&["--for", "90s"], "2026-11-25 02:01:30.000000+00:00"),
        (&["--for", "2w"], "2026-12-09 02:00:00.000000+00:00"),
        (&["--until", "2026-12-01"], "2026-12-01 00:00:00.000000+00:00"),
        (&["--until", "2026-12-01 10:20"], "2026-12-01 10:20:00.000000+00:00"),
        (&["--until", "2026-12-01 10:20:30"], "2026-12-01 10:20:30.000000+00:00"),
        (&["--until", "2026-12-01T10:20:30+02:00"], "2026-12-01 08:20:30.000000+00:00"),
        (&["--until", "+2h"], "2026-11-25 04:00:00.000000+00:00"),
        (&["--forever"], "9999-12-31 23:59:59.999999+00:00"),
    ] {
        desk.sql("UPDATE users SET failed_login_attempts = 3 WHERE id = 3");
        desk.ok(&[&["lock", "cleo"], args].concat());
        assert_eq!(desk.user("cleo", "locked_until"), stored, "{args:?}");
        assert_eq!(desk.user("cleo", "failed_login_attempts"), "0");
    }
}

/// What was changed stands in a row, too.
#[test]
fn the_row_of_a_write_says_until_when_the_account_is_locked() {
    let desk = Desk::usual();
    assert_eq!(
        desk.ok(&["lock", "bob", "-o", "csv"]).stdout,
        "changed,id,username,email,role,state,password,locked_until\n\
         true,2,bob,bob@example.org,patient,locked,,2026-11-25T02:30:00Z\n"
    );
    let one = desk.ok(&["unlock", "dora", "-o", "csv", "--columns", "id,locked_until"]).stdout;
    assert_eq!(one, "id,locked_until\n4,\n");
}

#[test]
fn times_that_make_no_sense_are_usage_errors() {
    let desk = Desk::usual();
    for (args, part) in [
        (&["--for", "30"][..], "30"),
        (&["--for", "0s"], "0s"),
        (&["--for=-5m"], "-5m"),
        (&["--for", "1 day"], "1 day"),
        (&["--for", ""], "--for"),
        (&["--until", "tomorrow"], "tomorrow"),
        (&["--until", "2026-02-30"], "2026-02-30"),
        (&["--until", "2026-11-25 01:59"], "passed"),
        (&["--until", "1795572000"], "1795572000"),
        (&["--for", "1h", "--forever"], "--forever"),
        (&["--for", "1h", "--until", "+2h"], "--until"),
    ] {
        desk.refused(&[&["lock", "bob"], args].concat(), 2, "usage").names(&[part]);
    }
}

#[test]
fn locking_says_what_survives_and_moving_a_lock_says_old_and_new() {
    let desk = Desk::usual();
    let out = desk.ok(&["lock", "bob"]);
    assert!(out.stdout.is_empty());
    for part in ["id:2 bob <bob@example.org> (patient)", "2026-11-25 02:30", "tokens", "deactivate bob"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    let out = desk.ok(&["lock", "bob", "--for", "2h"]);
    assert!(out.stderr.contains("2026-11-25 02:30") && out.stderr.contains("2026-11-25 04:00"), "{out:?}");
    let again = desk.json(&["lock", "bob", "--for", "2h"]);
    assert_eq!((&again["changed"], &again["user"]["locked_until"]), (&json!(false), &json!("2026-11-25T04:00:00Z")));
    let out = desk.ok(&["lock", "bob", "--deactivate"]);
    assert!(!out.stderr.contains("stay valid"), "{out:?}");
    assert_eq!(desk.user("bob", "is_active"), "0");
}

#[test]
fn lock_and_unlock_leave_an_event_with_before_after_reason_and_actor() {
    let desk = Desk::usual();
    desk.ok(&["lock", "cleo", "--reason", "lost phone"]);
    desk.ok(&["lock", "cleo", "--deactivate"]);
    desk.ok(&["unlock", "emil", "cleo", "--reactivate"]);
    let events = desk.events();
    let until = "2026-11-25 02:30:00.000000+00:00";
    assert_eq!(
        events,
        [
            format!(r#"account_locked done 3 cleo {{"locked_until":null,"failed_login_attempts":2}} {{"locked_until":"{until}","failed_login_attempts":0}} -"#),
            r#"account_locked done 3 cleo {"is_active":1} {"is_active":0} -"#.to_owned(),
            r#"account_unlocked done 5 emil {"locked_until":"2099-01-01 00:00:00.000000","failed_login_attempts":5} {"locked_until":null,"failed_login_attempts":0} -"#.to_owned(),
            format!(r#"account_unlocked done 3 cleo {{"locked_until":"{until}","is_active":0}} {{"locked_until":null,"is_active":1}} -"#),
        ]
    );
    let who = "SELECT coalesce(reason,'-') || '|' || actor_uid || '|' || actor_name || '|' || actor_login_uid || '|' ||
               actor_sudo_user || '|' || actor_terminal || '|' || actor_host || '|' || at FROM security_events WHERE id < 3";
    assert_eq!(
        desk.cells(who),
        [
            "lost phone|1000|olga|1001|otto|/dev/pts/7|desk|2026-11-25T02:00:00.000Z",
            "-|1000|olga|1001|otto|/dev/pts/7|desk|2026-11-25T02:00:00.000Z",
        ]
    );
    let version = "SELECT DISTINCT version FROM security_events";
    assert_eq!(desk.cell(version), env!("CARGO_PKG_VERSION"));
}

/// Field report A10.
#[test]
fn unlock_clears_lock_and_counter_together_and_says_what_still_blocks() {
    let desk = Desk::usual();
    for user in ["dora", "emil", "gus", "ivo", "jan", "cleo"] {
        let out = desk.ok(&["unlock", user]);
        assert!(out.stdout.is_empty() && out.stderr.contains(&format!(" {user} <")), "{out:?}");
        assert_eq!(desk.user(user, "coalesce(locked_until, 'none') || failed_login_attempts"), "none0", "{user}");
    }
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000+00:00' WHERE id = 6");
    let out = desk.ok(&["unlock", "finn"]);
    assert!(out.stderr.contains("inactive") && out.stderr.contains("activate"), "{out:?}");
    assert_eq!(desk.user("finn", "is_active"), "0", "never activated unless asked");
    desk.ok(&["unlock", "finn", "--reactivate"]);
    assert_eq!(desk.user("finn", "is_active"), "1");
    let count = desk.events().len();
    let out = desk.ok(&["unlock", "bob"]);
    assert!(out.stderr.contains("unchanged"), "{out:?}");
    assert_eq!(desk.events().len(), count, "a second unlock writes no event");
}

#[test]
fn expired_frees_the_past_and_rewrites_the_future_as_the_same_instant() {
    let desk = Desk::usual();
    let document = desk.json(&["unlock", "--expired"]);
    let of =
        |user: &str| document.as_array().expect("an array").iter().find(|one| one["user"]["username"] == user).cloned();
    assert_eq!(desk.user("gus", "coalesce(locked_until,'none') || failed_login_attempts"), "none0");
    assert_eq!(desk.user("jan", "coalesce(locked_until,'none') || failed_login_attempts"), "none0");
    // The protection stays: the same instant, and the counter.
    assert_eq!(desk.user("emil", "locked_until"), "2099-01-01 00:00:00.000000+00:00");
    assert_eq!(desk.user("emil", "failed_login_attempts"), "5");
    assert_eq!(desk.user("dora", "locked_until"), "2099-01-01 00:00:00.000000+00:00");
    assert_eq!(desk.user("ivo", "locked_until"), "soon", "unreadable ones only by name or --all-locked");
    assert_eq!(of("emil").expect("rewritten")["changed"], true);
    assert_eq!(of("dora"), None);
    assert_eq!(of("ivo").map_or(json!(false), |one| one["changed"].clone()), json!(false));
    let mut events = desk.events();
    events.sort();
    let names: Vec<&str> = events.iter().map(|event| event.split(' ').next().expect("a name")).collect();
    assert_eq!(names, ["account_unlocked", "account_unlocked", "lock_rewritten"]);
    assert!(events[2].contains(r#"{"locked_until":"2099-01-01 00:00:00.000000"}"#), "{events:?}");
    let before = desk.snapshot();
    let out = desk.ok(&["unlock", "--expired"]);
    assert!(out.stderr.contains("ivo") && out.stderr.contains("--all-locked"), "{out:?}");
    assert_eq!(desk.snapshot(), before, "a second run changes nothing");
    desk.sql("UPDATE users SET locked_until = NULL WHERE id = 9");
    let out = desk.ok(&["unlock", "--expired"]);
    assert!(out.stderr.contains("unchanged"), "{out:?}");
    assert_eq!(desk.json(&["unlock", "--expired"]), json!([]));
}

#[test]
fn all_locked_asks_and_yes_answers() {
    let mut desk = Desk::usual();
    desk.refused(&["unlock", "--all-locked"], 2, "would_prompt").advises(&["--yes"]);
    desk.refused(&["unlock", "--all-locked", "--no-input"], 2, "would_prompt");
    desk.attended(&[Answer::No]);
    let before = desk.snapshot();
    let out = desk.run(&["unlock", "--all-locked"]);
    assert!(out.code != 0 && desk.snapshot() == before, "{out:?}");
    desk.attended(&[]);
    let dry = desk.json(&["unlock", "--all-locked", "-n"]);
    assert_eq!(dry.as_array().map(Vec::len), Some(5), "a dry run asks nothing");
    desk.attended(&[Answer::Yes]);
    desk.ok(&["unlock", "--all-locked"]);
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE locked_until IS NOT NULL"), "0");
    desk.attended(&[]);
    let again = desk.ok(&["unlock", "--all-locked", "-y"]);
    assert!(again.stderr.contains("unchanged"), "{again:?}");
}

#[test]
fn without_a_user_the_locked_ones_are_offered_on_a_terminal() {
    let mut desk = Desk::usual();
    desk.refused(&["unlock"], 2, "would_prompt").advises(&["USER", "--expired", "--all-locked"]);
    desk.attended(&[Answer::Pick(1), Answer::Yes]);
    desk.ok(&["unlock"]);
    assert_eq!(desk.user("emil", "locked_until"), "NULL");
    desk.attended(&[Answer::Interrupt]);
    desk.refused(&["unlock"], 130, "interrupted");
    desk.refused(&["unlock", "--no-input"], 2, "would_prompt");
    desk.refused(&["unlock", "bob", "--expired"], 2, "usage");
    desk.refused(&["unlock", "--all-locked", "--expired"], 2, "usage");
}

#[test]
fn the_last_active_admin_is_guarded_everywhere() {
    let desk = Desk::usual();
    // Neither an inactive nor a locked nor a stuck admin counts (field report A29).
    desk.sql("UPDATE users SET role = 'admin' WHERE id IN (4, 5, 6, 9)");
    for (args, verb) in [
        (&["lock", "ann"][..], "lock"),
        (&["lock", "bob", "ann", "cleo"], "lock"),
        (&["lock", "ann", "--deactivate"], "lock"),
        (&["user", "deactivate", "ann"], "deactivate"),
        (&["set-role", "ann", "patient"], "role"),
    ] {
        let accounts = "SELECT group_concat(id || coalesce(locked_until,'') || is_active || role || failed_login_attempts) FROM users";
        let before = desk.cell(accounts);
        desk.refused_in_json(args, "", 4, "last_admin").names(&["id:1 ann", verb]).advises(&["--force", "set-role"]);
        assert_eq!(desk.cell(accounts), before, "{args:?}");
    }
    let events = desk.events();
    assert!(events.iter().all(|event| event.starts_with("last_admin_refused refused 1 ann ")), "{events:?}");
    assert_eq!(events.len(), 5);
    // A refusal in a dry run leaves no byte.
    desk.refused(&["lock", "ann", "-n"], 4, "last_admin");
    for args in [
        &["lock", "ann", "--force"][..],
        &["user", "deactivate", "ann", "--force"],
        &["set-role", "ann", "patient", "--force"],
    ] {
        let desk = Desk::usual();
        desk.ok(args);
        assert_eq!(desk.events().len(), 1);
    }
    // With a second usable one nothing is in the way; both at once are too many.
    desk.sql("UPDATE users SET role = 'admin' WHERE id = 2");
    // Not "no other admin is active": bob is, and is only named too.
    let refusal = desk.refused_in_json(&["lock", "ann", "bob"], "", 4, "last_admin");
    assert!(refusal.message.ends_with("no admin would be left that is active and unlocked"), "{refusal:?}");
    desk.ok(&["lock", "ann"]);
    desk.refused_in_json(&["user", "deactivate", "bob"], "", 4, "last_admin");
    desk.ok(&["set-role", "ann", "patient"]);
}

/// A lock by failed logins is no way around it without a word (field report A29).
#[test]
fn an_admin_locked_by_failures_is_told_the_way_back() {
    let desk = Desk::keyed();
    for _ in 0..4 {
        desk.refused_in_json(&["login", "ann", "--password-stdin"], OTHER, 6, "wrong_credentials");
    }
    let refusal = desk.refused_in_json(&["login", "ann", "--password-stdin"], OTHER, 6, "wrong_credentials");
    assert!(refusal.hint.contains("unlock ann"), "{refusal:?}");
    desk.ok(&["unlock", "ann"]);
    desk.ok_with(&["login", "ann", "--password-stdin"], PASSWORD);
}

#[test]
fn with_time_format_naive_locks_are_written_and_judged_in_the_apps_own_form() {
    let desk = Desk::usual();
    desk.config("[lockout]\ntime_format = \"naive\"");
    desk.ok(&["lock", "bob"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 02:30:00.000000");
    assert_eq!(desk.json(&["user", "show", "bob"])["state"], "locked");
    desk.ok(&["unlock", "--expired"]);
    assert_eq!(desk.user("dora", "locked_until"), "2099-01-01 00:00:00.000000", "rewritten the other way");
}

#[test]
fn the_configured_lockout_is_the_default_duration() {
    let desk = Desk::usual();
    desk.config("[lockout]\nduration = \"2h\"");
    desk.ok(&["lock", "bob"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 04:00:00.000000+00:00");
}

#[test]
fn a_refused_name_leaves_all_accounts_as_they_were() {
    let desk = Desk::with(fixture::head);
    // One of two that is nobody leaves the other one alone, and it is said.
    desk.refused(&["lock", "root", "ghost"], 3, "not_found").names(&["no user 'ghost'\nnothing was changed"]);
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE locked_until IS NOT NULL"), "0");
}

/// The activation is a change of its own, which stays when the lock has ended.
#[test]
fn what_lock_and_unlock_did_to_is_active_is_said() {
    let desk = Desk::usual();
    let out = desk.ok(&["lock", "bob", "--deactivate", "-n"]);
    assert!(out.stderr.contains("02:30:00 UTC (in 30 minutes); would deactivate it too\n"), "{out:?}");
    let out = desk.ok(&["lock", "bob", "--deactivate"]);
    assert!(out.stderr.contains("; deactivated it too\n"), "{out:?}");
    assert!(out.stderr.contains("while the lock holds, and then until it is activated\n"), "{out:?}");
    let out = desk.ok(&["unlock", "bob", "--reactivate"]);
    assert!(out.stderr.starts_with("unlocked id:2 bob") && out.stderr.contains("; activated it too\n"), "{out:?}");
    assert!(out.stderr.contains("tokens issued before work again"), "{out:?}");
    // Nothing to unlock: the activation is what was done.
    let out = desk.ok(&["unlock", "finn", "--reactivate"]);
    let done = "activated id:6 finn <finn@example.org> (patient); it was not locked\n";
    assert!(out.stderr.starts_with(done), "{out:?}");
    // Active all along: its tokens never stopped working.
    let out = desk.ok(&["unlock", "dora", "--reactivate"]);
    assert!(!out.stderr.contains("activated") && !out.stderr.contains("work again"), "{out:?}");
    assert!(out.stderr.contains("the lock ended no token"), "{out:?}");
    desk.sql("UPDATE users SET is_active = 0 WHERE username = 'finn'");
    let out = desk.ok(&["unlock", "finn", "emil", "--reactivate"]);
    assert!(out.stderr.contains("tokens issued before to those that were inactive work again"), "{out:?}");
}
