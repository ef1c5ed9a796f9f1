//! Acting as the account of a session: whether it counts, what has become of the account meanwhile, what is
//! recorded, and a configuration that requires one.

use serde_json::json;

use crate::fixture::{self, PASSWORD};
use crate::harness::{Desk, KEY, NOW};
use crate::session_file::{forge, saved, sign_in, signed_in, turned_away};

/// What `session_refused` and each change of a session end with.
const CLEO: &str = r#""session_user_id":3,"session_username":"cleo"}"#;

#[test]
fn whoami_names_account_end_and_rights() {
    let desk = signed_in("cleo");
    let me = desk.json(&["whoami"]);
    let keys: Vec<&String> = me.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["user", "expires_at", "rights"]);
    assert_eq!((&me["user"]["id"], &me["user"]["role"]), (&json!(3), &json!("therapist")));
    assert_eq!(me["expires_at"], json!("2026-11-25T02:30:00Z"));
    assert_eq!(me["rights"], json!(["user list", "user show", "user why", "lock", "unlock", "whoami"]));
    let words = desk.ok(&["whoami"]).stdout;
    for part in ["id:3 cleo <Cleo.M@example.org> (therapist)", "in 30 minutes", "unlock", "patients only"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    sign_in(&desk, "bob");
    assert_eq!(desk.json(&["whoami"])["rights"], json!(["user passwd", "whoami"]));
    assert!(desk.ok(&["whoami"]).stdout.contains("user passwd, whoami (the own account only)"));
    sign_in(&desk, "ann");
    assert!(desk.ok(&["whoami"]).stdout.contains("everything"));
    let rights = desk.json(&["whoami"])["rights"].as_array().expect("a list").len();
    assert!(rights > 35, "machines get the list: {rights}");
}

#[test]
fn without_a_session_whoami_finds_nobody_and_the_rest_is_not_allowed() {
    let desk = Desk::keyed();
    desk.refused(&["whoami"], 3, "not_found").names(&["nobody", "app.db"]).advises(&["authctl login NAME --save"]);
    desk.refused(&["--as-session", "whoami"], 3, "not_found");
    for args in [&["user", "list"][..], &["lock", "bob"], &["doctor"], &["migrate", "check"]] {
        desk.refused(&[&["--as-session"], args].concat(), 5, "not_allowed")
            .names(&["--as-session", "app.db"])
            .advises(&["authctl login NAME --save"]);
    }
    assert_eq!(desk.events(), Vec::<String>::new(), "nobody is known who could be named in an event");
}

/// Pasted as it is, the way on must not lead to another file.
#[test]
fn the_way_to_a_session_names_the_database_that_was_named() {
    let desk = Desk::keyed();
    desk.refused(&["--database", "app.db", "whoami"], 3, "not_found")
        .advises(&["authctl login NAME --save --database app.db"]);
    desk.refused(&["--as-session", "user", "list", "--database", "app.db"], 5, "not_allowed")
        .advises(&["authctl login NAME --save --database app.db"]);
    let out = desk.ok_with(&["login", "cleo", "--save", "--password-stdin", "--database", "app.db"], PASSWORD);
    assert!(out.stderr.contains("authctl --as-session --database app.db COMMAND"), "{out:?}");
    assert!(out.stderr.contains("authctl logout --database app.db"), "{out:?}");
}

#[test]
fn on_a_file_that_is_not_migrated_the_way_on_is_as_short_as_it_can_be() {
    let mut desk = Desk::with(fixture::preauth);
    desk.set("SECRET_KEY", KEY);
    let plain = desk.refused(&["whoami"], 9, "pending").advises(&["authctl migrate"]);
    assert!(!plain.hint.contains("--as-session"), "{plain:?}");
    desk.refused(&["--as-session", "whoami"], 9, "pending").advises(&["without --as-session"]);
}

/// The leeway is 0: at the second of `exp` it is over (`security.md`, Tokens).
#[test]
fn a_session_ends_with_its_token() {
    let mut desk = signed_in("cleo");
    desk.micros = (NOW + 30 * 60) * 1_000_000 - 1;
    desk.ok(&["--as-session", "user", "list"]);
    desk.micros += 1;
    turned_away(&desk, 6, "token_rejected").names(&["expired"]).advises(&["authctl login NAME --save"]);
    desk.micros = (NOW - 1) * 1_000_000;
    turned_away(&desk, 6, "token_rejected").names(&["iat"]);
}

#[test]
fn a_token_that_is_not_the_apps_own_access_token_opens_nothing() {
    let mut desk = signed_in("cleo");
    let mine = desk.token(&["cleo"]);
    let refresh = desk.token(&["cleo", "--type", "refresh"]);
    desk.set("SECRET_KEY", "another-key-0123456789-0123456789-abc");
    let foreign = desk.token(&["ann"]);
    desk.set("SECRET_KEY", KEY);
    let parts: Vec<&str> = mine.split('.').collect();
    // `{"alg":"none","typ":"JWT"}`
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]);
    let admin = desk.token(&["ann"]);
    let swapped = format!("{}.{}.{}", parts[0], admin.split('.').nth(1).expect("a payload"), parts[2]);
    for (token, reason) in [
        (refresh.as_str(), "type"),
        (&foreign, "the signature does not fit the key"),
        (&none, "algorithm"),
        (&swapped, "the signature does not fit the key"),
        ("", "three segments"),
        ("three.empty.parts", "base64"),
    ] {
        forge(&desk, token);
        turned_away(&desk, 6, "token_rejected").names(&[reason]).advises(&["authctl login NAME --save"]);
    }
    forge(&desk, &mine);
    desk.ok(&["--as-session", "user", "list"]);
    desk.set("SECRET_KEY", "another-key-0123456789-0123456789-abc");
    turned_away(&desk, 6, "token_rejected").names(&["signature"]);
    desk.env.clear();
    desk.refused(&["--as-session", "user", "list"], 5, "key_missing");
}

#[test]
fn an_id_that_somebody_else_has_by_now_is_another_account() {
    let desk = signed_in("cleo");
    desk.sql("DELETE FROM users WHERE id = 3");
    turned_away(&desk, 6, "token_rejected").names(&["no such user"]);
    desk.sql(
        "INSERT INTO users (id, username, email, role, is_active) VALUES (3, 'eve', 'eve@example.org', 'admin', 1)",
    );
    turned_away(&desk, 6, "token_rejected").names(&["e-mail"]);
}

#[test]
fn an_account_that_may_not_log_in_has_no_session_and_its_try_is_recorded() {
    for (sql, exit, code, rule, way_out) in [
        ("is_active = 0", 7, "inactive", "inactive", "user activate cleo"),
        ("locked_until = '2026-11-25 02:00:01.000000+00:00'", 7, "locked", "locked", "unlock cleo"),
        ("locked_until = 'soon'", 7, "locked", "locked", "unlock cleo"),
    ] {
        let desk = signed_in("cleo");
        desk.sql(&format!("UPDATE users SET {sql} WHERE id = 3"));
        let users = desk.cells("SELECT group_concat(quote(locked_until) || is_active) FROM users");
        for args in [&["--as-session", "user", "list"][..], &["whoami"], &["--as-session", "lock", "bob"]] {
            let refusal = desk.refused_in_json(args, "", exit, code);
            refusal.names(&["id:3 cleo"]).advises(&[way_out]);
        }
        assert_eq!(desk.cells("SELECT group_concat(quote(locked_until) || is_active) FROM users"), users);
        let events = desk.events();
        assert_eq!(events.len(), 4, "the login and three refusals: {events:?}");
        for (event, verb) in events[1..].iter().zip(["user list", "whoami", "lock"]) {
            let details = format!(r#"{{"verb":"{verb}","rule":"the account of the session is {rule}",{CLEO}"#);
            assert_eq!(*event, format!("session_refused refused - - - - {details}"));
        }
    }
    // A lock that has run out holds nobody.
    let desk = signed_in("cleo");
    desk.sql("UPDATE users SET locked_until = '2026-11-25 02:00:00.000000+00:00' WHERE id = 3");
    desk.ok(&["--as-session", "user", "list"]);
}

#[test]
fn the_role_of_the_row_counts_and_not_that_of_the_token() {
    let desk = signed_in("cleo");
    desk.sql("UPDATE users SET role = 'patient' WHERE id = 3");
    assert_eq!(desk.json(&["whoami"])["rights"], json!(["user passwd", "whoami"]));
    desk.refused_in_json(&["--as-session", "lock", "bob"], "", 5, "not_allowed")
        .names(&["a patient may not run 'lock'"]);
    desk.sql("UPDATE users SET role = 'admin' WHERE id = 3");
    desk.ok(&["--as-session", "user", "deactivate", "bob"]);
    for role in ["'nurse'", "'Admin'", "'therapist '", "NULL", "''", "x'ff'"] {
        desk.sql(&format!("UPDATE users SET role = {role} WHERE id = 3"));
        desk.refused_in_json(&["--as-session", "user", "list"], "", 5, "not_allowed")
            .names(&["may not run 'user list'"]);
        assert_eq!(desk.json(&["whoami"])["rights"], json!(["whoami"]), "{role}");
    }
    desk.sql("UPDATE users SET role = char(27) || '[2Jadmin' WHERE id = 3");
    let out = desk.run(&["--as-session", "user", "list"]);
    assert!(out.code == 5 && !out.stderr.contains('\u{1b}'), "{out:?}");
}

/// The operands come from standard input, which is read behind the gate and before the transaction.
#[test]
fn the_account_that_acts_is_read_again_inside_the_transaction() {
    for (sql, exit, code) in [
        ("UPDATE users SET role = 'patient' WHERE id = 3", 5, "not_allowed"),
        ("UPDATE users SET is_active = 0 WHERE id = 3", 7, "inactive"),
        ("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000+00:00' WHERE id = 3", 7, "locked"),
        ("DELETE FROM users WHERE id = 3", 6, "token_rejected"),
        ("UPDATE users SET email = 'x@example.org' WHERE id = 3", 6, "token_rejected"),
        // Still a therapist, and still not the one who was let in.
        ("UPDATE users SET username = 'clea' WHERE id = 3", 8, "db_busy"),
    ] {
        let mut desk = signed_in("cleo");
        desk.meanwhile = Some(sql);
        desk.refused_in_json(&["--as-session", "lock", "-"], "bob\nhana\n", exit, code);
        assert_eq!(
            (desk.user("bob", "locked_until"), desk.user("hana", "locked_until")),
            ("NULL".into(), "NULL".into())
        );
        let refusals = desk.cells("SELECT details FROM security_events WHERE event = 'session_refused'");
        assert_eq!(refusals.len(), usize::from(exit == 5 || exit == 7), "{sql}: {refusals:?}");
        assert_eq!(desk.cell("SELECT count(*) FROM security_events WHERE event = 'account_locked'"), "0");
    }
}

#[test]
fn a_session_that_runs_out_while_a_command_waits_changes_nothing() {
    let mut desk = signed_in("cleo");
    desk.pause = 30 * 60 * 1_000_000;
    desk.refused_with(&["--as-session", "lock", "-"], "bob\n", 6, "token_rejected").names(&["expired"]);
    desk.pause -= 1;
    desk.ok_with(&["--as-session", "lock", "-"], "bob\n");
}

#[test]
fn an_admin_who_loses_the_role_meanwhile_sets_no_password() {
    let mut desk = signed_in("ann");
    desk.meanwhile = Some("UPDATE users SET role = 'therapist' WHERE id = 1");
    let hash = desk.user("bob", "password_hash");
    let refusal = desk.refused_in_json(
        &["--as-session", "user", "passwd", "bob", "--password-stdin"],
        PASSWORD,
        5,
        "not_allowed",
    );
    refusal.names(&["a therapist may not run 'user passwd'"]);
    assert_eq!(desk.user("bob", "password_hash"), hash);
}

#[test]
fn an_account_that_is_named_is_judged_on_its_row_inside_the_transaction() {
    let mut desk = signed_in("cleo");
    desk.meanwhile = Some("UPDATE users SET role = 'admin' WHERE id = 2");
    let refusal = desk.refused_in_json(&["--as-session", "lock", "-"], "hana\nbob\n", 5, "not_allowed");
    refusal.names(&["a therapist may lock patients only; 'bob' is an admin"]);
    assert_eq!(desk.user("hana", "locked_until"), "NULL", "all or nothing");
    assert_eq!(
        desk.events().last().expect("an event"),
        &format!(
            r#"session_refused refused 2 bob - - {{"verb":"lock","rule":"a therapist may lock patients only",{CLEO}"#
        )
    );
}

#[test]
fn what_a_session_changes_names_its_account_and_the_operating_systems_user_stays_the_actor() {
    let desk = signed_in("cleo");
    desk.ok(&["--as-session", "lock", "bob", "hana", "--reason", "rang up"]);
    desk.ok(&["lock", "bob", "--for", "2h"]);
    let rows = desk.cells(
        "SELECT target_username || ' ' || coalesce(details, '-') || ' ' || actor_name || ' ' || coalesce(reason, '-')
           FROM security_events WHERE event = 'account_locked' ORDER BY id",
    );
    assert_eq!(
        rows,
        [format!(r#"bob {{{CLEO} olga rang up"#), format!(r#"hana {{{CLEO} olga rang up"#), "bob - olga -".to_owned(),]
    );
    sign_in(&desk, "ann");
    desk.ok(&["--as-session", "token", "issue", "cleo"]);
    let details = desk.cell("SELECT details FROM security_events WHERE event = 'token_issued'");
    assert!(details.ends_with(r#""session_user_id":1,"session_username":"ann"}"#), "{details}");
    assert!(details.starts_with(r#"{"jti":""#), "the event's own come first: {details}");
}

#[test]
fn a_migration_by_a_session_names_its_account() {
    let desk = signed_in("ann");
    desk.sql("DROP INDEX ix_users_email");
    desk.ok(&["--as-session", "migrate", "--no-backup"]);
    let details = desk.cell("SELECT details FROM security_events WHERE event = 'schema_migrated'");
    assert_eq!(details, r#"{"steps":"index users.email","session_user_id":1,"session_username":"ann"}"#);
}

#[test]
fn a_refusal_that_cannot_be_recorded_stands_and_says_so() {
    let desk = signed_in("cleo");
    let app = crate::harness::open(&desk.db());
    app.execute_batch("BEGIN IMMEDIATE").expect("the app writes");
    let args = ["--as-session", "--busy-timeout", "0", "user", "show", "ann"];
    let words = desk.run(&args);
    assert_eq!((words.code, words.stdout.as_str()), (5, ""), "{words:?}");
    assert!(words.stderr.contains("warning: this refusal is not in the event log"), "{words:?}");
    desk.refused_in_json(&args, "", 5, "not_allowed")
        .names(&["a therapist may look at patients only; 'ann' is an admin"]);
    let rehearsed = desk.run(&[&["-n"][..], &args].concat());
    assert!(rehearsed.code == 5 && !rehearsed.stderr.contains("warning"), "nothing was to be recorded: {rehearsed:?}");
    app.execute_batch("ROLLBACK").expect("over");
    assert_eq!(desk.events().len(), 1, "the login alone");
    // A dry run is refused as well, and leaves the file byte for byte.
    desk.refused(&["--as-session", "-n", "lock", "ann"], 5, "not_allowed");
}

#[test]
fn a_configuration_can_require_a_session() {
    let desk = Desk::keyed();
    desk.config("require_session = true");
    for args in [&["user", "list"][..], &["lock", "bob"], &["migrate", "status"], &["token", "issue", "bob"]] {
        desk.refused(args, 5, "not_allowed").names(&["require_session", "app.db"]).advises(&["login NAME --save"]);
    }
    for args in [&["completions", "bash"][..], &["man"], &["--help"], &["--version"], &["logout"]] {
        desk.ok(args);
    }
    sign_in(&desk, "ann");
    desk.ok(&["user", "list"]);
    desk.ok(&["user", "deactivate", "cleo"]);
    let details = desk.cell("SELECT details FROM security_events WHERE event = 'user_deactivated'");
    assert_eq!(details, r#"{"session_user_id":1,"session_username":"ann"}"#);
    // Signing in anew is nobody's doing but the new one's own.
    desk.ok_with(&["--as-session", "login", "bob", "--save", "--password-stdin"], PASSWORD);
    assert_eq!(desk.json(&["whoami"])["user"]["username"], json!("bob"));
    assert_eq!(
        desk.cell("SELECT count(*) FROM security_events WHERE event = 'login_succeeded' AND details IS NULL"),
        "2"
    );
}

#[test]
fn a_file_that_nobody_can_sign_in_to_says_what_to_do_first() {
    for fixture in [fixture::preauth, fixture::unlogged] {
        let mut desk = Desk::with(fixture);
        desk.set("SECRET_KEY", KEY);
        for args in [&["user", "list"][..], &["migrate"], &["whoami"]] {
            desk.refused(&[&["--as-session"], args].concat(), 9, "pending").advises(&["authctl migrate", "session"]);
        }
    }
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", KEY);
    desk.refused(&["--as-session", "init"], 5, "not_allowed").names(&["'init'"]).advises(&["--as-session"]);
    desk.refused(&["--as-session", "user", "list"], 8, "db_missing");
}

/// Only decoding is free; what the row says is an admin's to see.
#[test]
fn decoding_a_token_in_a_session_looks_at_no_account() {
    let desk = signed_in("cleo");
    let token = desk.token(&["ann"]);
    assert_eq!(desk.json(&["token", "inspect", "--no-verify", &token])["user"]["username"], json!("ann"));
    assert_eq!(desk.json(&["--as-session", "token", "inspect", "--no-verify", &token])["user"], json!(null));
    desk.refused_in_json(&["--as-session", "token", "inspect", &token], "", 5, "not_allowed");
}

#[test]
fn a_key_file_of_the_command_judges_the_session_too() {
    let mut desk = Desk::usual();
    let key = desk.write("key", KEY);
    let key = key.to_str().expect("plain");
    let out = desk.ok_with(&["login", "ann", "--save", "--password-stdin", "--secret-file", key], PASSWORD);
    assert!(out.stderr.contains("SECRET_KEY"), "{out:?}");
    desk.refused(&["whoami"], 5, "key_missing");
    desk.ok(&["whoami", "--secret-file", key]);
    desk.ok(&["--as-session", "token", "issue", "bob", "--secret-file", key]);
    desk.set("SECRET_KEY", KEY);
    desk.ok(&["--as-session", "user", "list"]);
    assert!(saved(&desk).exists());
}
