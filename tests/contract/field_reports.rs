//! The 29 faults that people met in tools like this one: which test shows that ours does not have it, and those
//! that have no better home.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Desk, KEY, open};
use crate::process::Real;

/// One report, and the test functions that show the right behaviour.
struct Tests(&'static str, &'static [&'static str]);

const REPORTS: [Tests; 29] = [
    Tests(
        "A01",
        &[
            "exactly_one_line_end_is_removed_and_blanks_are_data",
            "input_that_is_no_password_is_a_usage_error_when_setting",
        ],
    ),
    Tests(
        "A02",
        &[
            "without_a_terminal_nothing_is_asked_and_nothing_is_written",
            "user_add_asks_for_the_password_twice_and_shows_it_nowhere",
        ],
    ),
    Tests(
        "A03",
        &["bcrypt_looks_at_72_bytes_of_password_and_salt", "a03_a_new_password_is_argon2_whatever_its_length"],
    ),
    Tests(
        "A04",
        &["bcrypt_of_three_prefixes_logs_in_and_2x_does_not", "a_new_hash_has_the_shape_of_the_app_and_verifies"],
    ),
    Tests(
        "A05",
        &["rehash_upgrades_an_outdated_hash_once", "a05_a_hash_that_changes_while_hashing_is_never_overwritten"],
    ),
    Tests(
        "A06",
        &[
            "an_existing_name_or_e_mail_is_refused_and_named_whatever_its_case",
            "a_case_blind_match_changes_nothing_and_lists_the_candidates",
            "a06_existing_pairs_do_not_stop_a_migration",
        ],
    ),
    Tests(
        "A07",
        &[
            "a07_names_with_blanks_at_an_edge_are_refused_and_nothing_is_trimmed",
            "odd_names_stay_addressable_and_are_shown_escaped",
        ],
    ),
    Tests("A08", &["a08_e_mails_are_kept_byte_for_byte_or_refused", "emails_are_judged_and_stored_as_the_app_does"]),
    Tests("A09", &["a_lock_is_neither_counted_nor_moved"]),
    Tests(
        "A10",
        &[
            "unlock_clears_lock_and_counter_together_and_says_what_still_blocks",
            "a10_after_an_unlock_or_an_expired_lock_there_are_four_tries_again",
        ],
    ),
    Tests(
        "A11",
        &[
            "a11_parallel_failures_are_all_counted",
            "an_unknown_name_costs_about_what_a_wrong_password_costs",
            "an_unknown_name_gets_the_words_of_a_wrong_password_and_is_not_stored",
        ],
    ),
    Tests(
        "A12",
        &[
            "a12_every_form_of_a_time_is_read_and_ours_are_the_apps",
            "a_lock_is_stored_with_its_offset_and_clears_the_counter",
            "every_text_is_read_as_python_reads_it",
        ],
    ),
    Tests(
        "A13",
        &[
            "a_check_of_the_table_is_respected",
            "rows_in_another_spelling_without_a_check",
            "a_role_that_is_not_offered_is_refused_with_the_list",
        ],
    ),
    Tests("A14", &["times_and_names_are_judged_without_leeway", "our_tokens_are_the_app_s_byte_for_byte"]),
    Tests(
        "A15",
        &[
            "times_and_names_are_judged_without_leeway",
            "leeway_stretches_the_times_and_is_zero_unless_given",
            "odd_times_neither_panic_nor_pass",
            "iat_is_the_second_that_has_begun",
        ],
    ),
    Tests(
        "A16",
        &[
            "what_people_paste_around_a_token_is_taken_away_and_said",
            "a16_padded_or_foreign_segments_are_shown_and_refused",
            "a_token_stands_alone_on_stdout_with_one_line_end",
        ],
    ),
    Tests("A17", &["the_key_is_the_text_as_it_stands", "a_decoded_key_is_named_as_the_reason"]),
    Tests("A18", &["the_key_is_the_text_as_it_stands", "every_file_is_read_as_python_dotenv_reads_it"]),
    Tests("A19", &["a_lock_of_the_app_is_waited_for", "migrate_beside_the_running_app"]),
    Tests(
        "A20",
        &[
            "as_another_user_the_owner_is_named_and_side_files_stay_the_owners",
            "a_read_only_directory_reads_and_wal_too_without_a_wal_file",
        ],
    ),
    Tests(
        "A21",
        &[
            "a21_a_killed_migration_leaves_the_old_or_the_new_schema",
            "a21_two_migrations_at_once_are_one",
            "a_column_of_another_kind_is_named_and_nothing_changes",
            "migrate_brings_each_stage_up_to_date_and_keeps_what_is_there",
        ],
    ),
    Tests(
        "A22",
        &[
            "migrate_works_with_and_without_rows_and_on_the_newest_form",
            "a22_a_table_without_rowid_is_migrated",
            "migrated_rows_read_as_the_apps_own_migration_leaves_them",
        ],
    ),
    Tests("A23", &["a23_mixed_case_and_odd_neighbours_work"]),
    Tests(
        "A24",
        &[
            "database_urls_are_read_as_the_app_reads_them",
            "what_is_no_database_of_the_app_is_refused_for_what_it_is",
            "no_command_but_init_creates_a_database",
        ],
    ),
    Tests("A25", &["a_closed_pipe_ends_quietly", "a_committed_write_stays_reported_when_the_reader_is_gone"]),
    Tests(
        "A26",
        &[
            "no_escape_byte_unless_stdout_is_a_terminal_or_colour_is_forced",
            "json_is_one_document_whatever_the_environment_says",
            "an_empty_result_is_an_empty_document",
        ],
    ),
    Tests(
        "A27",
        &[
            "a27_scripts_can_tell_the_outcomes_apart",
            "every_code_of_the_contract_is_shown_with_its_exit_and_says_what_to_do",
        ],
    ),
    Tests(
        "A28",
        &[
            "a_spreadsheet_with_a_mark_semicolons_and_other_line_ends_is_read_in_any_order",
            "files_that_cannot_be_read_are_refused_with_the_way_out",
        ],
    ),
    Tests("A29", &["the_last_active_admin_is_guarded_everywhere", "an_admin_locked_by_failures_is_told_the_way_back"]),
];

#[test]
fn all_29_reports_have_their_tests() {
    let mut sources = String::new();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("the tests") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                sources.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    for (at, Tests(id, tests)) in REPORTS.iter().enumerate() {
        assert_eq!(*id, format!("A{:02}", at + 1));
        for test in *tests {
            assert!(sources.contains(&format!("#[test]\nfn {test}()")), "{id}: there is no test {test}");
        }
    }
}

/// 73 ASCII bytes and 75 bytes of `漢`: Argon2 takes all of them.
#[test]
fn a03_a_new_password_is_argon2_whatever_its_length() {
    let desk = Desk::keyed();
    let (ascii, wide) = (format!("Qr#48-{}", "xw".repeat(34)), format!("Qr#48-{}", "漢字".repeat(13)));
    for (given, cut) in [(&ascii, ascii.len() - 1), (&wide, wide.len() - 3)] {
        assert!(given.len() > 72);
        desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], given);
        assert!(desk.user("bob", "password_hash").starts_with("$argon2id$"));
        desk.ok_with(&["login", "bob", "--password-stdin"], given);
        desk.refused_in_json(&["login", "bob", "--password-stdin"], &given[..cut], 6, "wrong_credentials");
        assert!(given.is_char_boundary(cut));
    }
}

#[test]
fn a05_a_hash_that_changes_while_hashing_is_never_overwritten() {
    let desk = Desk::keyed();
    // Dear enough that the other writer comes in between each time; the salt is judged with the hash.
    let dear = fixture::hash(PASSWORD, fixture::SALT).replace("m=64,t=1", "m=65536,t=3");
    desk.sql(&format!("UPDATE users SET password_hash = '{dear}' WHERE id = 2"));
    let salt = |n: u32| format!("{n:032x}");
    let over = std::sync::atomic::AtomicBool::new(false);
    let last = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let db = open(&desk.db());
            db.busy_timeout(Duration::from_secs(5)).expect("patience");
            let mut n = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                n += 1;
                db.execute("UPDATE users SET salt = ?1 WHERE id = 2", [salt(n)]).expect("another salt");
                std::thread::sleep(Duration::from_millis(5));
            }
            salt(n)
        });
        let out = desk.run_with(&["--json", "login", "bob", "--password-stdin", "--rehash"], PASSWORD);
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        // Judged again, three times, then given up.
        out.refusal(&[], 8, "db_busy").names(&["bob"]);
        writer.join().expect("the writer")
    });
    assert_eq!((desk.user("bob", "password_hash"), desk.user("bob", "salt")), (dear, last));
    assert_eq!(desk.user("bob", "failed_login_attempts"), "0");
    assert!(desk.events().is_empty());
}

#[test]
fn a06_existing_pairs_do_not_stop_a_migration() {
    let desk = Desk::with(fixture::preauth);
    desk.sql(
        "INSERT INTO users (id, username, email) VALUES (7, 'Dave', 'D@example.org'), (8, 'dave', 'd@example.org')",
    );
    desk.ok(&["migrate"]);
    assert_eq!(desk.json(&["user", "show", "dave"])["id"], 8);
    desk.refused(&["lock", "DAVE"], 4, "ambiguous").names(&["id:7", "id:8"]);
    let mut keyed = Desk::usual();
    keyed.set("SECRET_KEY", KEY);
    for (name, mail) in [("Dave", "X@Ex.org"), ("dave", "y@ex.org"), ("dora2", "x@ex.ORG")] {
        let out = keyed.run_with(&["user", "add", name, "--email", mail, "--password-stdin"], PASSWORD);
        assert_eq!(out.code, if name == "Dave" { 0 } else { 4 }, "{name}: {out:?}");
    }
}

#[test]
fn a07_names_with_blanks_at_an_edge_are_refused_and_nothing_is_trimmed() {
    let desk = Desk::usual();
    for name in ["eve ", " eve", "eve\u{a0}", "\u{200b}eve", "", " ", "eve\n", "ève", "e\u{301}ve", "e.ve", "e@ve"] {
        desk.refused_with(
            &["user", "add", name, "--email", "eve@example.org", "--password-stdin"],
            PASSWORD,
            5,
            "policy_username",
        );
    }
}

#[test]
fn a08_e_mails_are_kept_byte_for_byte_or_refused() {
    let desk = Desk::usual();
    for (at, (given, stored)) in [
        ("me+tag@example.com", "me+tag@example.com"),
        ("me@example.com", "me@example.com"),
        ("Me.Two@EXAMPLE.com", "Me.Two@example.com"),
        ("  me3@example.com ", "me3@example.com"),
        ("Me <me4@example.com>", "me4@example.com"),
        ("ü@bücher.example.com", "ü@bücher.example.com"),
        ("me5@xn--bcher-kva.example.com", "me5@bücher.example.com"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("name{at}");
        desk.ok_with(&["user", "add", &name, "--email", given, "--password-stdin"], PASSWORD);
        assert_eq!(desk.user(&name, "email"), stored, "{given}");
    }
    let long = format!("{}@example.org", "a".repeat(300));
    for given in [
        "admin@localhost",
        "a@b.local",
        "a@b.test",
        "a@b.invalid",
        "a@[127.0.0.1]",
        "\"a b\"@example.org",
        "a@b",
        "a",
        "@example.org",
        "a@example..org",
        "a..b@example.org",
        "a@-example.org",
        "a b@example.org",
        "a@example.org\nb",
        "",
        &long,
    ] {
        desk.refused_with(&["user", "add", "nina", "--email", given, "--password-stdin"], PASSWORD, 5, "policy_email")
            .names(&["e-mail"]);
    }
}

#[test]
fn a10_after_an_unlock_or_an_expired_lock_there_are_four_tries_again() {
    let mut desk = Desk::keyed();
    let wrong =
        |desk: &Desk| _ = desk.refused_in_json(&["login", "bob", "--password-stdin"], OTHER, 6, "wrong_credentials");
    for _ in 0..5 {
        wrong(&desk);
    }
    desk.ok(&["unlock", "bob"]);
    wrong(&desk);
    desk.ok_with(&["login", "bob", "--password-stdin"], PASSWORD);
    for _ in 0..5 {
        wrong(&desk);
    }
    desk.micros += 31 * 60 * 1_000_000;
    for _ in 0..4 {
        wrong(&desk);
    }
    assert_eq!(desk.user("bob", "failed_login_attempts || coalesce(locked_until, 'none')"), "4none");
    desk.ok_with(&["login", "bob", "--password-stdin"], PASSWORD);
    // It does lock again.
    for _ in 0..5 {
        wrong(&desk);
    }
    desk.refused_in_json(&["login", "bob", "--password-stdin"], PASSWORD, 7, "locked");
}

#[test]
fn a11_parallel_failures_are_all_counted() {
    for (limit, count) in [(100, "20"), (5, "5")] {
        let desk = Desk::keyed();
        desk.config(&format!("[lockout]\nattempts = {limit}"));
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let out = desk.run_with(&["login", "bob", "--password-stdin", "--busy-timeout", "30s"], OTHER);
                    assert!(matches!(out.code, 6 | 7), "{out:?}");
                });
            }
        });
        assert_eq!(desk.user("bob", "failed_login_attempts"), count);
        assert_eq!(desk.user("bob", "locked_until IS NULL"), if limit == 5 { "0" } else { "1" });
        assert_eq!(desk.events().len(), 20, "one event each");
        let chained = "SELECT count(*) FROM security_events AS a JOIN security_events AS b ON b.id = a.id + 1 AND b.prev_hash = a.hash";
        assert_eq!(desk.cell(chained), "19", "no event is lost or doubled");
    }
}

/// Python's `fromisoformat` decides what a time is (`app-facts`, Login and lockout).
#[test]
fn a12_every_form_of_a_time_is_read_and_ours_are_the_apps() {
    let desk = Desk::usual();
    for (stored, read) in [
        ("'2026-11-25 01:02:03'", json!("2026-11-25T01:02:03Z")),
        ("'2026-11-25 01:02:03.123456'", json!("2026-11-25T01:02:03.123456Z")),
        ("'2026-11-25 01:02:03.123'", json!("2026-11-25T01:02:03.123000Z")),
        ("'2026-11-25T01:02:03Z'", json!("2026-11-25T01:02:03Z")),
        ("'2026-11-25 01:02:03+00:00'", json!("2026-11-25T01:02:03Z")),
        ("'2026-11-25T03:02:03+02:00'", json!("2026-11-25T01:02:03Z")),
        ("'2026-11-25'", json!("2026-11-25T00:00:00Z")),
        ("NULL", Value::Null),
        ("''", Value::Null),
        ("'soon'", Value::Null),
        ("1700000000", Value::Null),
        ("x'00'", Value::Null),
        ("'2026-11-25 24:00:01'", Value::Null),
        ("'2026-11-25 23:59:60'", Value::Null),
        ("'10000-01-01 00:00:00'", Value::Null),
        ("' 2026-11-25 01:02:03'", Value::Null),
        ("'2026/11/25'", Value::Null),
        ("'2026-11-25T01:02:03z'", Value::Null),
    ] {
        desk.sql(&format!("UPDATE users SET last_login = {stored}, created_at = {stored} WHERE id = 2"));
        let bob = desk.json(&["user", "show", "bob"]);
        let fraction = |value: &Value| value.as_str().map(|text| text.replace(".123000", ".123"));
        assert_eq!(fraction(&bob["last_login"]), fraction(&read), "{stored}");
        assert_eq!(bob.get("raw").is_some(), read.is_null() && stored != "NULL", "{stored}: {bob}");
        desk.ok(&["user", "list"]);
    }
    let mut keyed = Desk::keyed();
    keyed.micros += 7;
    keyed.ok_with(&["login", "bob", "--password-stdin"], PASSWORD);
    assert_eq!(keyed.user("bob", "last_login"), "2026-11-25 02:00:00.000007");
}

#[test]
fn a16_padded_or_foreign_segments_are_shown_and_refused() {
    let desk = Desk::keyed();
    let token = desk.token(&["bob", "--claim", "pad=?>?>"]);
    let parts: Vec<&str> = token.split('.').collect();
    let padded = |part: &str| format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4));
    for (what, odd) in [
        ("padding", format!("{}.{}.{}", padded(parts[0]), padded(parts[1]), padded(parts[2]))),
        ("padding", format!("{token}=")),
    ] {
        let out = desk.run(&["--json", "token", "inspect", &odd]);
        let document = out.json();
        let text = document["problems"].to_string();
        assert!(out.code == 6 && text.contains("malformed"), "{what}: {document}");
        assert_eq!(desk.run(&["token", "verify", &odd]).code, 6);
    }
}

/// Ended anywhere by `kill -9`, it leaves the old schema or the new one, all rows, and a rerun converges.
#[test]
fn a21_a_killed_migration_leaves_the_old_or_the_new_schema() {
    for round in 0..12_u64 {
        let desk = Desk::with(fixture::preauth);
        desk.sql(
            "WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                  INSERT INTO users (id, username, email) SELECT i, 'user' || i, 'user' || i || '@example.org' FROM n",
        );
        let mut child = Real::new(&desk).command(&["migrate"]).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(round * 2));
        child.kill().expect("a signal");
        child.wait().expect("it ends");
        assert_eq!(desk.cell("PRAGMA integrity_check"), "ok");
        assert_eq!(desk.cell("SELECT count(*) FROM users"), "1993");
        let columns = desk.cell("SELECT count(*) FROM pragma_table_info('users')");
        assert!(columns == "4" || columns == "13", "round {round}: {columns} columns");
        desk.ok(&["migrate"]);
        desk.ok(&["migrate", "check"]);
    }
}

#[test]
fn a21_two_migrations_at_once_are_one() {
    let desk = Desk::with(fixture::preauth);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| desk.ok(&["migrate", "--no-backup", "--busy-timeout", "30s"]));
        }
    });
    assert_eq!(desk.events().len(), 1);
    assert_eq!(desk.ok(&["migrate", "check"]).code, 0);
}

#[test]
fn a22_a_table_without_rowid_is_migrated() {
    let desk = Desk::empty();
    let table = "CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(50) NOT NULL, email VARCHAR(100) NOT NULL,
                 created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id)) WITHOUT ROWID;
                 INSERT INTO users (id, username, email) VALUES (1, 'ann', 'a@example.org'), (2, 'bob', 'b@example.org'), (3, 'cleo', 'c@example.org')";
    fixture::make(&desk.db(), &[table]);
    desk.ok(&["migrate"]);
    assert_eq!(desk.json(&["user", "list"]).as_array().map(Vec::len), Some(3));
    desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], PASSWORD);
    desk.ok(&["lock", "bob"]);
    // The table gives no id of its own, to the app as little as to us.
    let out = desk.run_with(&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], PASSWORD);
    assert!(out.code != 0 && out.stderr.contains("users.id"), "{out:?}");
}

/// `cli.md` names no table option: the table is `users`; its case and its neighbours are the file's own.
#[test]
fn a23_mixed_case_and_odd_neighbours_work() {
    let desk = Desk::empty();
    let table = r#"CREATE TABLE "Users" ("Id" INTEGER NOT NULL, "UserName" VARCHAR(50) NOT NULL, "EMail" VARCHAR(100) NOT NULL,
                   "Created_At" DATETIME DEFAULT CURRENT_TIMESTAMP, "order" TEXT, "hashed password" TEXT, "we""ird" TEXT, PRIMARY KEY ("Id"));
                   CREATE TABLE "order" ("group" TEXT);"#;
    let table = table.replace("EMail", "Email");
    fixture::make(
        &desk.db(),
        &[&table, r#"INSERT INTO "Users" ("UserName", "Email") VALUES ('bob', 'bob@example.org')"#],
    );
    desk.ok(&["migrate"]);
    let bob = desk.json(&["user", "show", "bob"]);
    assert_eq!((&bob["id"], &bob["username"], &bob["role"]), (&json!(1), &json!("bob"), &json!("patient")));
    desk.ok(&["set-role", "bob", "admin"]);
    desk.ok_with(&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], PASSWORD);
    let names = desk.cells("SELECT name FROM pragma_table_info('users') LIMIT 4");
    assert_eq!(names, ["Id", "UserName", "Email", "Created_At"], "the original spelling stays");
}

#[test]
fn a27_scripts_can_tell_the_outcomes_apart() {
    let desk = Desk::keyed();
    let code = |args: &[&str], stdin: &str| {
        let out = desk.run_with(args, stdin);
        assert!(out.code == 0 || out.stderr.contains("error: "), "{args:?}: {out:?}");
        out.code
    };
    let add = ["user", "add", "nina", "--email", "n@example.org", "--password-stdin"];
    let login = |user: &'static str| ["login", user, "--password-stdin"];
    let expired = crate::tokens::signed(
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"user_id":2,"exp":1,"type":"access"}"#,
        KEY.as_bytes(),
    );
    let forged = crate::tokens::signed(
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"user_id":2,"exp":9999999999,"type":"access"}"#,
        b"another key of thirty-two bytes!",
    );
    for (args, stdin, exit) in [
        (&["lock", "ghost"][..], "", 3),
        (&["user", "show", "ghost"], "", 3),
        (&["set-role", "ghost", "admin"], "", 3),
        (&add, PASSWORD, 0),
        (&add, PASSWORD, 4),
        (&login("nina"), OTHER, 6),
        (&login("nina"), PASSWORD, 0),
        (&login("dora"), PASSWORD, 7),
        (&login("finn"), PASSWORD, 7),
        (&["token", "verify", &expired], "", 6),
        (&["token", "verify", &forged], "", 6),
        (&["user", "show", "bob", "ghost"], "", 10),
        (&["user", "lits"], "", 2),
    ] {
        assert_eq!(code(args, stdin), exit, "{args:?}");
    }
    let verdict = |token: &str| desk.run(&["token", "verify", token]).stdout;
    assert!(
        verdict(&expired).contains("expired") && verdict(&forged).contains("signature"),
        "told apart by their codes"
    );
}
