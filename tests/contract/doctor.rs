//! `doctor` on accounts: each fault in a file that has it and nothing else, and its command pasted into a shell.

use serde_json::{Value, json};

use crate::doctor_desk::{command, findings, healthy, ids, ill, look, only, paste, well};
use crate::fixture;
use crate::harness::Desk;

/// A hash that the app's bcrypt reads (from the tests of OpenBSD's bcrypt, cost 12).
const BCRYPT: &str = "$2b$12$KK5nrrbFEiyPqSrlHYpUFeYgeyzfBqdRxbhzCyrhJh0mfm3NLbMG2";

/// The fault is the only finding; its command is this one, and after it nothing is wrong.
#[track_caller]
fn mended_by(sql: &str, id: &str, severity: &str, line: &str) {
    let desk = ill(sql);
    let finding = only(&desk, &[], id);
    assert_eq!((&finding["severity"], command(&finding)), (&json!(severity), line), "{finding:#}");
    paste(&desk, line);
    well(&desk, &[]);
}

/// Pastes the command of a finding with its word in capitals filled in.
#[track_caller]
fn paste_with(desk: &Desk, finding: &Value, word: &str) {
    let value = match word {
        "ADDRESS" => "new@example.org",
        "NAME" => "newt",
        "ID" => "1",
        other => panic!("nobody knows what to write for {other}"),
    };
    assert_eq!(command(finding).matches(word).count(), 1, "{finding:#}");
    paste(desk, &command(finding).replace(word, value));
}

fn set(assignment: &str) -> String {
    format!("UPDATE users SET {assignment} WHERE username = 'bob'")
}

#[test]
fn nothing_is_found_in_a_healthy_file() {
    let desk = healthy();
    let out = desk.ok(&["doctor"]);
    let checked = look(&desk, &[])["checked"].as_array().expect("ids").len();
    assert_eq!(out.stdout, format!("{checked} checks, nothing found: {}\n", desk.db().display()));
    assert_eq!(out.stderr, "");
    assert_eq!(look(&desk, &[])["findings"], json!([]));
}

#[test]
fn locks_and_counters_are_found_and_mended() {
    for lock in ["2020-06-07 10:00:00.000000", "2099-01-01 00:00:00.000000"] {
        mended_by(&set(&format!("locked_until = '{lock}'")), "stuck-lock", "error", "authctl unlock --expired");
    }
    mended_by(&set("failed_login_attempts = 5"), "hair-trigger", "warning", "authctl unlock bob");
    let run_out = "failed_login_attempts = 5, locked_until = '2020-06-07 10:00:00.000000+00:00'";
    mended_by(&set(run_out), "hair-trigger", "warning", "authctl unlock bob");
    // A lock that holds, and a counter below the limit, are as they should be.
    let desk = ill(&set("failed_login_attempts = 5, locked_until = '2099-01-01 00:00:00.000000+00:00'"));
    desk.sql("UPDATE users SET failed_login_attempts = 4 WHERE username = 'ann'");
    well(&desk, &[]);
}

#[test]
fn the_limit_and_the_form_of_the_lock_are_those_of_the_configuration() {
    let desk = ill(&set("failed_login_attempts = 5, locked_until = '2099-01-01 00:00:00.000000+00:00'"));
    desk.config("[lockout]\ntime_format = \"naive\"");
    assert_eq!(only(&desk, &[], "stuck-lock")["subject"], "id:2 bob");
    let desk = ill(&set("failed_login_attempts = 5"));
    desk.config("[lockout]\nattempts = 6");
    well(&desk, &[]);
}

#[test]
fn nulls_that_break_the_app_are_found_and_mended() {
    mended_by(&set("failed_login_attempts = NULL"), "null-breaks-app", "error", "authctl unlock bob");
    mended_by(&set("role = NULL"), "null-breaks-app", "error", "authctl set-role bob patient");
    // These may be NULL.
    well(&ill(&set("full_name = NULL, last_login = NULL, is_verified = NULL, created_at = NULL")), &[]);
}

/// The table without its NOT NULL and its uniqueness, the indexes there all the same.
const LAX: &str = "DROP INDEX ix_users_username; DROP INDEX ix_users_email; DROP INDEX ix_users_id;
    ALTER TABLE users RENAME TO strict_users;
    CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(50), email VARCHAR(100), created_at DATETIME,
      password_hash TEXT, salt TEXT, is_active BOOLEAN, is_verified BOOLEAN, last_login TIMESTAMP,
      failed_login_attempts INTEGER, locked_until TIMESTAMP, role TEXT DEFAULT 'patient', full_name TEXT,
      PRIMARY KEY (id));
    INSERT INTO users (id, username, email, created_at, password_hash, salt, is_active, is_verified, last_login,
      failed_login_attempts, locked_until, role, full_name)
    SELECT id, username, email, created_at, password_hash, salt, is_active, is_verified, last_login,
      failed_login_attempts, locked_until, role, full_name FROM strict_users;
    DROP TABLE items; DROP TABLE strict_users;
    CREATE INDEX ix_users_username ON users (username); CREATE INDEX ix_users_email ON users (email);";

/// How bob is named where this column cannot be read.
fn who(column: &str) -> &'static str {
    if column == "username" { "id:2" } else { "bob" }
}

#[test]
fn a_name_or_an_address_that_is_null_is_found() {
    for (column, placeholder) in [("username", "NAME"), ("email", "ADDRESS")] {
        let desk = ill(LAX);
        desk.sql(&set(&format!("{column} = NULL")));
        let finding = only(&desk, &[], "null-breaks-app");
        assert_eq!(command(&finding), format!("authctl user edit {} --{column} {placeholder}", who(column)));
        paste_with(&desk, &finding, placeholder);
        well(&desk, &[]);
    }
}

#[test]
fn times_that_cannot_be_read_are_found_and_mended() {
    mended_by(&set("locked_until = 'soon'"), "unreadable-date", "error", "authctl unlock bob");
    for (column, value) in [("last_login", "NULL"), ("created_at", "CURRENT_TIMESTAMP")] {
        for text in ["", "2026-1-1", "yesterday"] {
            let desk = ill(&set(&format!("{column} = '{text}'")));
            let finding = only(&desk, &[], "unreadable-date");
            let line = format!("sqlite3 {} 'UPDATE users SET {column} = {value} WHERE id = 2'", desk.db().display());
            assert_eq!(command(&finding), line);
            paste(&desk, &line);
            well(&desk, &[]);
        }
    }
}

#[test]
fn cells_of_the_wrong_kind_are_found_and_mended() {
    mended_by(&set("failed_login_attempts = 'many'"), "unreadable-cell", "error", "authctl unlock bob");
    mended_by(&set("role = x'ff'"), "unreadable-cell", "error", "authctl set-role bob patient");
    for (column, option, value) in
        [("username", "username", "NAME"), ("email", "email", "ADDRESS"), ("full_name", "full-name", "NAME")]
    {
        let desk = ill(&set(&format!("{column} = x'ff00'")));
        let finding = only(&desk, &[], "unreadable-cell");
        assert_eq!(command(&finding), format!("authctl user edit {} --{option} {value}", who(column)));
        paste_with(&desk, &finding, value);
        well(&desk, &[]);
    }
}

#[test]
fn roles_that_are_not_offered_are_found_and_mended() {
    mended_by(&set("role = 'Therapist'"), "unknown-role", "error", "authctl set-role bob therapist");
    mended_by(&set("role = 'nurse'"), "unknown-role", "error", "authctl set-role bob patient");
    mended_by(&set("role = ''"), "unknown-role", "error", "authctl set-role bob patient");
    let desk = ill(&set("role = 'nurse'"));
    assert_eq!(only(&desk, &[], "unknown-role")["subject"], "id:2 bob ('nurse')");
    desk.config("roles = [\"nurse\", \"admin\"]");
    well(&desk, &[]);
}

#[test]
fn addresses_that_no_login_finds_are_found_with_the_one_that_it_would() {
    let desk = ill(&set("email = 'Bob@EXAMPLE.org'"));
    let finding = only(&desk, &[], "email-cannot-login");
    assert_eq!(command(&finding), "authctl user edit bob --email Bob@example.org");
    assert_eq!(finding["subject"], "id:2 bob (should be 'Bob@example.org')");
    paste(&desk, command(&finding));
    well(&desk, &[]);
    let desk = ill(&set("email = 'bob@localhost'"));
    let finding = only(&desk, &[], "email-cannot-login");
    assert_eq!(command(&finding), "authctl user edit bob --email ADDRESS");
    assert!(finding["message"].as_str().expect("words").contains("refuses"), "{finding:#}");
    paste_with(&desk, &finding, "ADDRESS");
    well(&desk, &[]);
}

#[test]
fn hashes_are_told_apart_and_mended_by_a_new_password() {
    let passwd = "authctl user passwd bob --generate";
    mended_by(&set("password_hash = '', salt = ''"), "legacy-no-password", "warning", passwd);
    mended_by(&set("password_hash = NULL, salt = NULL"), "legacy-no-password", "warning", passwd);
    mended_by(&set(&format!("password_hash = '{BCRYPT}'")), "bcrypt-hash", "warning", passwd);
    mended_by(&set("password_hash = '{hash}', salt = '{salt}'"), "outdated-hash", "warning", passwd);
    for hash in [format!("'{}'", BCRYPT.replace("$2b$", "$2x$")), "'secret'".to_owned(), "x'00'".to_owned()] {
        mended_by(&set(&format!("password_hash = {hash}")), "unsupported-hash", "error", passwd);
    }
    mended_by(&set("salt = NULL"), "unsupported-hash", "error", passwd);
    // Somebody who is kept out anyway needs no password.
    well(&ill(&set("password_hash = '', salt = '', is_active = 0")), &[]);
}

#[test]
fn a_hash_that_is_stronger_than_the_configured_one_is_not_outdated() {
    let strong = "$argon2id$v=19$m=131072,t=4,p=2$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    well(&ill(&set(&format!("password_hash = '{strong}'"))), &[]);
}

fn add(username: &str, email: &str) -> String {
    format!(
        "INSERT INTO users (username, email, password_hash, salt) SELECT '{username}', '{email}', password_hash, salt
           FROM users WHERE username = 'bob'"
    )
}

#[test]
fn twins_are_found_and_the_younger_one_is_taken_away() {
    let other = "other@example.org";
    mended_by(&add("Bob", other), "case-twin", "warning", "authctl user deactivate Bob");
    mended_by(&add("rob", "BOB@example.org"), "case-twin", "warning", "authctl user deactivate rob");
    mended_by(&add("b\u{43e}b", other), "unicode-twin", "warning", "authctl user deactivate id:3");
    mended_by(&add("ｂｏｂ", other), "unicode-twin", "warning", "authctl user deactivate id:3");
    mended_by(&add("rob", "b\u{43e}b@example.org"), "unicode-twin", "warning", "authctl user deactivate rob");
    well(&ill(&add("bob2", "b\u{f6}b@example.org")), &[]);
}

#[test]
fn the_oldest_of_those_that_look_alike_keeps_its_name() {
    let desk = ill(&add("r\u{e9}mi", "a@example.org"));
    desk.sql(&add("re\u{301}mi", "b@example.org"));
    desk.sql(&add("REMI", "c@example.org"));
    let finding = only(&desk, &[], "unicode-twin");
    let accounts: Vec<(Option<i64>, &Value)> = finding["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|one| (one["id"].as_i64(), &one["command"]))
        .collect();
    assert_eq!(accounts, [(Some(3), &Value::Null), (Some(4), &json!("authctl user deactivate id:4"))]);
}

#[test]
fn exact_twins_are_found_where_the_table_lets_them_in() {
    let desk = ill(LAX);
    well(&desk, &[]);
    desk.sql(
        "INSERT INTO users SELECT 3, 'rob', email, created_at, password_hash, salt, is_active, is_verified, NULL, 0,
                NULL, role, full_name FROM users WHERE id = 2",
    );
    let finding = only(&desk, &[], "exact-twin");
    assert_eq!(command(&finding), "authctl user edit rob --email ADDRESS");
    paste_with(&desk, &finding, "ADDRESS");
    well(&desk, &[]);
    desk.sql("UPDATE users SET username = 'bob', email = 'rob@example.org' WHERE id = 3");
    let finding = only(&desk, &[], "exact-twin");
    // A username names nobody here.
    assert_eq!(command(&finding), "authctl user edit id:3 --username NAME");
    paste_with(&desk, &finding, "NAME");
    well(&desk, &[]);
}

#[test]
fn two_customers_may_share_a_name_but_not_an_address() {
    let desk = Desk::with(fixture::head);
    let document = look(&desk, &[]);
    let twins = findings(&document).iter().find(|finding| finding["id"] == "exact-twin").expect("found");
    assert_eq!(twins["subject"], "2 accounts");
    assert_eq!(command(twins), "authctl user edit id:3 --email ADDRESS");
    let shared = desk.cell("SELECT email FROM users WHERE id = 3");
    paste(&desk, "authctl migrate");
    paste_with(&desk, twins, "ADDRESS");
    assert!(!ids(&look(&desk, &[])).contains(&"exact-twin"));
    desk.sql(&format!("UPDATE users SET email = '{shared}' WHERE id = 3"));
    assert!(ids(&look(&desk, &[])).contains(&"exact-twin"));
    desk.sql("UPDATE users SET username = 'twin', email = 'other@example.org' WHERE id = 3");
    assert!(!ids(&look(&desk, &[])).contains(&"exact-twin"));
    desk.sql("UPDATE users SET customer_id = 1 WHERE id = 3");
    assert!(ids(&look(&desk, &[])).contains(&"exact-twin"));
}

#[test]
fn somebody_must_be_able_to_act_as_admin() {
    let ann = |assignment: &str| format!("UPDATE users SET {assignment} WHERE username = 'ann'");
    mended_by(&ann("is_active = 0"), "no-active-admin", "error", "authctl unlock --reactivate ann");
    let locked = "locked_until = '2099-01-01 00:00:00.000000+00:00'";
    mended_by(&ann(locked), "no-active-admin", "error", "authctl unlock ann");
    let both = format!("is_active = 0, {locked}");
    mended_by(&ann(&both), "no-active-admin", "error", "authctl unlock --reactivate ann");
    let desk = ill(&ann("role = 'patient'"));
    assert_eq!(command(&only(&desk, &[], "no-active-admin")), "authctl set-role USER admin");
    paste(&desk, "authctl set-role bob admin");
    well(&desk, &[]);
}

#[test]
fn an_admin_whom_no_event_made_one_is_found() {
    mended_by(&set("role = 'admin'"), "unexplained-admin", "warning", "authctl set-role bob patient");
    // Made one by the log, whatever was before.
    let desk = ill(&set("role = 'admin'"));
    paste(&desk, "authctl set-role bob patient");
    paste(&desk, "authctl set-role bob admin");
    well(&desk, &[]);
    // Taken away by the log, and given by another hand.
    paste(&desk, "authctl set-role bob patient");
    desk.sql(&set("role = 'admin'"));
    only(&desk, &[], "unexplained-admin");
    // One who is kept out can do no harm.
    desk.sql(&set("is_active = 0"));
    well(&desk, &[]);
}

/// What made them admins is in the file that `audit prune` wrote; those who came since are looked at as ever.
#[test]
fn an_admin_from_before_a_pruned_log_is_not_accused() {
    let mut desk = healthy();
    desk.ok(&["set-role", "bob", "admin"]);
    desk.ok(&["lock", "bob"]);
    desk.ok(&["unlock", "bob"]);
    desk.micros += 60_000_000;
    desk.ok(&["lock", "bob"]);
    desk.ok(&["unlock", "bob"]);
    desk.ok(&["audit", "prune", "--before=-1s", "--export", "old.jsonl"]);
    assert_eq!(desk.cell("SELECT count(*) FROM security_events WHERE event IN ('user_created', 'role_changed')"), "0");
    well(&desk, &[]);
    let register = |name: &str, at: &str| {
        format!(
            "INSERT INTO users (username, email, password_hash, salt, role, created_at)
             SELECT '{name}', '{name}@example.org', password_hash, salt, 'admin', {at} FROM users WHERE id = 1"
        )
    };
    desk.sql(&register("mallory", "'2026-11-25 02:30:00'"));
    assert_eq!(command(&only(&desk, &[], "unexplained-admin")), "authctl set-role mallory patient");
    desk.sql("DELETE FROM users WHERE username = 'mallory'");
    // The log took the role away, and another hand gave it back.
    paste(&desk, "authctl set-role bob patient");
    desk.sql(&set("role = 'admin'"));
    assert_eq!(command(&only(&desk, &[], "unexplained-admin")), "authctl set-role bob patient");
}

/// Ids are used again (`app-facts`, stage 1).
#[test]
fn an_event_about_somebody_else_with_the_same_id_explains_nothing() {
    let desk = healthy();
    paste(&desk, "authctl set-role bob admin");
    well(&desk, &[]);
    desk.sql("DELETE FROM users WHERE id = 2");
    desk.sql(
        "INSERT INTO users (id, username, email, password_hash, salt, role)
         SELECT 2, 'mallory', 'm@example.org', password_hash, salt, 'admin' FROM users WHERE id = 1",
    );
    assert_eq!(command(&only(&desk, &[], "unexplained-admin")), "authctl set-role mallory patient");
}

#[test]
fn the_only_admin_is_confirmed_and_not_taken_away() {
    let desk = ill("DELETE FROM security_events; DELETE FROM sqlite_sequence WHERE name = 'security_events'");
    let finding = only(&desk, &[], "unexplained-admin");
    assert_eq!(command(&finding), "authctl set-role ann patient --force && authctl set-role ann admin");
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(desk.user("ann", "role"), "admin");
}

#[test]
fn customers_are_looked_at() {
    let desk = Desk::with(fixture::head);
    desk.sql("DELETE FROM users WHERE id = 3; UPDATE users SET customer_id = 9 WHERE id = 5");
    let document = look(&desk, &[]);
    let about = |id: &str| -> Vec<(Value, Value, Value)> {
        let of_id = findings(&document).iter().filter(|finding| finding["id"] == id);
        of_id.map(|one| (one["severity"].clone(), one["subject"].clone(), one["command"].clone())).collect()
    };
    let edit = json!("authctl user edit id:5 --customer ID");
    assert_eq!(about("customer-missing"), [(json!("warning"), json!("id:5 free"), edit)]);
    assert_eq!(about("customer-closed"), [(json!("notice"), json!("id:4 late"), Value::Null)]);
    desk.sql("UPDATE users SET customer_id = 2 WHERE id = 5; UPDATE users SET customer_id = NULL WHERE id = 4");
    let document = look(&desk, &[]);
    let closed = findings(&document).iter().find(|finding| finding["id"] == "customer-closed").expect("found");
    assert!(closed["message"].as_str().expect("words").contains("customer 2 is not active"), "{closed:#}");
}

#[test]
fn many_accounts_are_one_finding_that_names_five_and_gives_all_to_machines() {
    let desk = ill("WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 69)
           INSERT INTO users (id, username, email, password_hash, salt, failed_login_attempts)
           SELECT i, 'user' || i, 'user' || i || '@example.org', bob.password_hash, bob.salt, 7 FROM n, users AS bob
            WHERE bob.username = 'bob'");
    let finding = only(&desk, &[], "hair-trigger");
    assert_eq!((&finding["subject"], finding["accounts"].as_array().map(Vec::len)), (&json!("60 accounts"), Some(60)));
    assert_eq!(finding["accounts"][1], json!({"id": 11, "username": "user11", "command": "authctl unlock user11"}));
    assert_eq!(command(&finding).split(' ').count(), 2 + 50, "a command names fifty at most");
    let words = desk.run(&["doctor"]);
    let named = "60 accounts: id:10 user10, id:11 user11, id:12 user12, id:13 user13, id:14 user14, and 55 more\n";
    assert!(words.stdout.contains(named), "{words:?}");
    assert!(words.stdout.contains("(and so on: --json has a command for each)"), "{words:?}");
    paste(&desk, command(&finding));
    paste(&desk, command(&only(&desk, &[], "hair-trigger")));
    well(&desk, &[]);
}

/// Names are the file's; nothing of them may reach a shell or a terminal.
#[test]
fn a_hostile_name_is_an_id_in_commands_and_escaped_in_words() {
    let desk = ill(&set("username = 'x; rm -rf ~' || char(27) || '[2J', failed_login_attempts = 9"));
    let finding = only(&desk, &[], "hair-trigger");
    assert_eq!(command(&finding), "authctl unlock id:2");
    for args in [&["doctor"][..], &["doctor", "-o", "table"], &["doctor", "-o", "csv"]] {
        let out = desk.run(args);
        assert!(!out.stdout.contains('\u{1b}') && out.stdout.contains("u{1b}"), "{args:?}: {out:?}");
    }
    let desk = ill(&set("email = 'o''brien$x@EXAMPLE.org'"));
    let line = command(&only(&desk, &[], "email-cannot-login")).to_owned();
    assert_eq!(line, r"authctl user edit bob --email 'o'\''brien$x@example.org'");
}
