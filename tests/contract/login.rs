//! `login`: the app's order, counters and answers.

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Desk, KEY, NOW};

fn login(user: &str) -> [&str; 3] {
    ["login", user, "--password-stdin"]
}

fn claims(token: &str) -> Vec<(String, Value)> {
    use base64::Engine;
    let part = token.split('.').nth(1).expect("three segments");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("unpadded base64url");
    let claims: serde_json::Map<String, Value> = serde_json::from_slice(&bytes).expect("JSON");
    claims.into_iter().collect()
}

/// The app cannot put NULL behind a password, and answers 401: a hash of the bare password fits nobody.
#[test]
fn a_null_salt_fits_no_password_and_a_new_password_mends_it() {
    let desk = Desk::keyed();
    let bare = fixture::hash(PASSWORD, "");
    desk.sql(&format!("UPDATE users SET password_hash = '{bare}', salt = NULL WHERE username = 'bob'"));
    let out = desk.run_with(&["login", "bob", "--password-stdin"], PASSWORD);
    assert_eq!((out.code, desk.user("bob", "failed_login_attempts").as_str()), (6, "1"), "{out:?}");
    desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], OTHER);
    desk.ok_with(&["login", "bob", "--password-stdin"], OTHER);
}

#[test]
fn the_answer_is_the_apps_token_response_in_every_format() {
    let desk = Desk::keyed();
    for format in ["table", "json", "jsonl", "csv"] {
        let out = desk.ok_with(&[&login("bob")[..], &["-o", format]].concat(), PASSWORD);
        assert_eq!(out.stdout.lines().count(), 1, "{format}: {out:?}");
        let document = out.json();
        let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["access_token", "refresh_token", "token_type", "expires_in"], "{format}");
        assert_eq!((&document["token_type"], &document["expires_in"]), (&json!("bearer"), &json!(1800)));
    }
    let document = desk.ok_with(&login("bob"), PASSWORD).json();
    let access = claims(document["access_token"].as_str().expect("a token"));
    let names: Vec<&str> = access.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["user_id", "email", "role", "exp", "iat", "type", "jti"]);
    let values: Vec<&Value> = access.iter().take(6).map(|(_, value)| value).collect();
    assert_eq!(
        values,
        [&json!(2), &json!("bob@example.org"), &json!("patient"), &json!(NOW + 1800), &json!(NOW), &json!("access")]
    );
    let refresh = claims(document["refresh_token"].as_str().expect("a token"));
    let names: Vec<&str> = refresh.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["user_id", "exp", "iat", "type", "jti"]);
    assert_eq!(refresh[1].1, json!(NOW + 604_800));
}

#[test]
fn success_writes_last_login_and_clears_what_had_gathered() {
    let mut desk = Desk::keyed();
    desk.micros += 123_456;
    for user in ["bob", "cleo", "gus", "jan"] {
        let out = desk.ok_with(&login(user), PASSWORD);
        assert!(out.stderr.contains(&format!(" {user} <")), "{out:?}");
        let row = desk.user(user, "last_login || '|' || failed_login_attempts || '|' || coalesce(locked_until,'none')");
        assert_eq!(row, "2026-11-25 02:00:00.123456|0|none", "{user}");
        assert_eq!(desk.user(user, "password_hash"), fixture::hash(PASSWORD, fixture::SALT), "the hash is left alone");
    }
    assert!(desk.events().iter().all(|event| event.starts_with("login_succeeded done ")));
}

/// What stood there, in whatever form, is in the event.
#[test]
fn the_event_keeps_the_login_before_as_it_was_stored() {
    let desk = Desk::keyed();
    for stored in ["2026-01-01 10:00:00.000000", "2026-01-01 10:00:00.000000+00:00", "soon"] {
        desk.sql(&format!("UPDATE users SET last_login = '{stored}' WHERE username = 'bob'"));
        desk.ok_with(&login("bob"), PASSWORD);
        let before = desk.cell("SELECT before ->> 'last_login' FROM security_events ORDER BY id DESC LIMIT 1");
        assert_eq!(before, stored);
    }
}

#[test]
fn the_fifth_failure_locks_for_half_an_hour_in_a_form_that_the_app_reads() {
    let desk = Desk::keyed();
    for count in 1..=4 {
        desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials");
        assert_eq!(desk.user("bob", "failed_login_attempts"), count.to_string());
        assert_eq!(desk.user("bob", "locked_until"), "NULL");
    }
    desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials").advises(&["02:30"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 02:30:00.000000+00:00");
    let events = desk.events();
    assert_eq!(events.len(), 5, "one event for each failure");
    assert!(events[4].starts_with("login_failed refused 2 bob ") && events[4].contains("02:30:00"), "{events:?}");
}

/// Field report A09.
#[test]
fn a_lock_is_neither_counted_nor_moved() {
    let desk = Desk::keyed();
    for user in ["dora", "emil"] {
        let row = "coalesce(locked_until,'') || failed_login_attempts || coalesce(last_login,'-')";
        let before = desk.user(user, row);
        for password in [PASSWORD, OTHER] {
            desk.refused_in_json(&login(user), password, 7, "locked")
                .names(&[user, "2099-01-01", "UTC"])
                .advises(&["unlock"]);
        }
        assert_eq!(desk.user(user, row), before);
    }
    desk.refused_in_json(&login("ivo"), PASSWORD, 7, "locked").advises(&["unlock ivo"]);
    assert!(desk.events().iter().all(|event| event.starts_with("login_refused refused ")), "{:?}", desk.events());
    assert_eq!(desk.events().len(), 5);
}

#[test]
fn after_a_lock_has_run_out_the_count_starts_again_at_one() {
    let desk = Desk::keyed();
    for user in ["gus", "jan"] {
        desk.refused_in_json(&login(user), OTHER, 6, "wrong_credentials");
        assert_eq!(desk.user(user, "failed_login_attempts || coalesce(locked_until,'none')"), "1none", "{user}");
    }
}

#[test]
fn an_inactive_account_is_refused_before_the_password_is_looked_at() {
    let desk = Desk::keyed();
    for password in [PASSWORD, OTHER] {
        desk.refused_in_json(&login("finn"), password, 7, "inactive").names(&["finn"]).advises(&["user activate finn"]);
    }
    assert_eq!(desk.user("finn", "failed_login_attempts"), "0");
    assert_eq!(desk.events()[0], r#"login_refused refused 6 finn - - {"why":"inactive"}"#);
    // The lock goes first, as in the app.
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000+00:00' WHERE id = 6");
    desk.refused_in_json(&login("finn"), PASSWORD, 7, "locked");
}

#[test]
fn an_unknown_name_gets_the_words_of_a_wrong_password_and_is_not_stored() {
    let desk = Desk::keyed();
    let wrong = desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials");
    let unknown = desk.refused_in_json(&login("hunter2typo"), OTHER, 6, "wrong_credentials");
    assert_eq!((wrong.message, wrong.hint), (unknown.message, unknown.hint));
    assert_eq!(desk.events()[1], r#"login_failed refused - - - - {"why":"unknown name"}"#);
    assert!(!String::from_utf8_lossy(&desk.snapshot()["app.db"]).contains("hunter2typo"));
}

#[test]
fn a_row_without_a_password_fails_and_is_counted_as_in_the_app() {
    let desk = Desk::keyed();
    desk.refused_in_json(&login("hana"), PASSWORD, 6, "wrong_credentials");
    assert_eq!(desk.user("hana", "failed_login_attempts"), "1");
}

#[test]
fn a_counter_that_is_null_or_text_counts_from_one() {
    let desk = Desk::keyed();
    for stored in ["NULL", "'many'"] {
        desk.sql(&format!("UPDATE users SET failed_login_attempts = {stored} WHERE id = 2"));
        desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials");
        assert_eq!(desk.user("bob", "failed_login_attempts"), "1", "{stored}");
    }
}

#[test]
fn the_key_is_resolved_before_anything_else() {
    let desk = Desk::usual();
    for user in ["bob", "ghost", "dora"] {
        desk.refused_with(&login(user), OTHER, 5, "key_missing").advises(&["SECRET_KEY", "--secret-file"]);
    }
    assert!(desk.events().is_empty());
}

#[test]
fn an_unsupported_hash_is_no_wrong_password_and_not_counted() {
    let desk = Desk::keyed();
    let hash = fixture::hash(PASSWORD, fixture::SALT).replace("m=64", "m=2097152");
    desk.sql(&format!("UPDATE users SET password_hash = '{hash}' WHERE id = 2"));
    desk.refused_in_json(&login("bob"), PASSWORD, 6, "hash_unsupported").names(&["bob"]).advises(&["user passwd bob"]);
    assert_eq!(desk.user("bob", "failed_login_attempts"), "0");
    assert_eq!(desk.events()[0], r#"login_refused refused 2 bob - - {"why":"unsupported hash"}"#);
}

/// Field report A04; the vectors hold many more (`hash_vectors`).
#[test]
fn bcrypt_of_three_prefixes_logs_in_and_2x_does_not() {
    let desk = Desk::keyed();
    // The 72 bytes of `password + salt` that bcrypt looks at.
    let made = bcrypt::hash_with_salt(format!("{PASSWORD}{}", fixture::SALT), 4, *b"sixteen-byte-slt").expect("a hash");
    for (prefix, exit) in [("2a", 0), ("2b", 0), ("2y", 0), ("2x", 6)] {
        let hash = made.format_for_version(match prefix {
            "2a" => bcrypt::Version::TwoA,
            "2y" => bcrypt::Version::TwoY,
            "2x" => bcrypt::Version::TwoX,
            _ => bcrypt::Version::TwoB,
        });
        assert!(hash.starts_with(&format!("${prefix}$")));
        desk.sql(&format!("UPDATE users SET password_hash = '{hash}', failed_login_attempts = 0 WHERE id = 2"));
        let out = desk.run_with(&login("bob"), PASSWORD);
        assert_eq!(out.code, exit, "{prefix}: {out:?}");
        assert_eq!(desk.user("bob", "password_hash"), hash, "a login leaves the hash alone (field report A05)");
        desk.ok_with(&login("cleo"), PASSWORD);
    }
}

#[test]
fn rehash_upgrades_an_outdated_hash_once() {
    let desk = Desk::keyed();
    let args = [&login("bob")[..], &["--rehash"]].concat();
    desk.ok_with(&args, PASSWORD);
    let hash = desk.user("bob", "password_hash");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_ne!(desk.user("bob", "salt"), fixture::SALT);
    desk.ok_with(&args, PASSWORD);
    assert_eq!(desk.user("bob", "password_hash"), hash, "a current one stays");
    let events = desk.events();
    assert_eq!(
        events.iter().filter(|event| event.starts_with("password_rehashed done 2 bob")).count(),
        1,
        "{events:?}"
    );
    // Not with a wrong password.
    desk.sql("UPDATE users SET password_hash = '{hash}', salt = '{salt}' WHERE id = 2");
    desk.refused_in_json(&args, OTHER, 6, "wrong_credentials");
    assert_eq!(desk.user("bob", "password_hash"), fixture::hash(PASSWORD, fixture::SALT));
}

#[test]
fn attempts_and_duration_come_from_the_configuration() {
    let desk = Desk::keyed();
    desk.config("[lockout]\nattempts = 2\nduration = \"7d\"\n[tokens]\naccess_ttl = \"10m\"");
    desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials");
    desk.refused_in_json(&login("bob"), OTHER, 6, "wrong_credentials");
    assert_eq!(desk.user("bob", "locked_until"), "2026-12-02 02:00:00.000000+00:00");
    assert_eq!(desk.ok_with(&login("ann"), PASSWORD).json()["expires_in"], 600);
}

#[test]
fn without_a_terminal_or_a_source_nothing_is_asked() {
    let desk = Desk::keyed();
    desk.refused(&["login", "bob"], 2, "would_prompt").advises(&["--password-stdin", "--password-file"]);
    desk.refused_with(&["login", "bob"], PASSWORD, 2, "would_prompt");
}

#[test]
fn a_dry_run_shows_the_verdict_and_keeps_nothing() {
    let desk = Desk::keyed();
    let before = desk.snapshot();
    let out = desk.ok_with(&[&login("bob")[..], &["-n"]].concat(), PASSWORD);
    assert!(!out.stdout.contains("ey") && out.stderr.contains("would"), "no token without an event: {out:?}");
    let out = desk.ok_with(&[&login("bob")[..], &["-n", "--json"]].concat(), PASSWORD);
    assert_eq!(out.json(), serde_json::json!({"token_type": "bearer", "expires_in": 1800}));
    desk.refused_with(&[&login("bob")[..], &["-n"]].concat(), OTHER, 6, "wrong_credentials");
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn customers_are_checked_and_in_the_tokens() {
    let mut desk = Desk::with(fixture::head);
    desk.set("SECRET_KEY", KEY);
    let out = desk.ok_with(&login("root"), PASSWORD);
    let document = out.json();
    let names = |field: &str| -> Vec<String> {
        claims(document[field].as_str().expect("a token")).into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names("access_token"), ["user_id", "email", "role", "customer_id", "exp", "iat", "type", "jti"]);
    assert_eq!(names("refresh_token"), ["user_id", "customer_id", "exp", "iat", "type", "jti"]);
    assert!(out.stderr.contains("customer"), "and it is said: {out:?}");
    desk.refused_in_json(&login("twin2"), PASSWORD, 7, "inactive").names(&["customer"]);
    desk.refused_in_json(&login("late"), PASSWORD, 7, "inactive").names(&["subscription"]);
    desk.refused_in_json(&login("shared@example.org"), PASSWORD, 4, "ambiguous").names(&["id:2", "id:3"]);
}
