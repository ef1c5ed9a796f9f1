//! `user add`, `show`, `passwd`, `activate`, `deactivate`, `verify`: their documents, words and events.

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Answer, Desk};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// `cli.md`, JSON: a user, in order.
const USER_KEYS: [&str; 12] = [
    "id",
    "username",
    "email",
    "full_name",
    "role",
    "is_active",
    "is_verified",
    "created_at",
    "last_login",
    "failed_login_attempts",
    "locked_until",
    "state",
];

#[test]
fn a_user_is_the_document_of_the_contract() {
    let desk = Desk::usual();
    let ann = desk.json(&["user", "show", "ann"]);
    assert_eq!(keys(&ann)[..12], USER_KEYS);
    for (key, value) in [
        ("id", json!(1)),
        ("username", json!("ann")),
        ("email", json!("ann@example.org")),
        ("full_name", json!("Ann Admin")),
        ("role", json!("admin")),
        ("is_active", json!(true)),
        ("is_verified", json!(true)),
        ("created_at", json!("2025-03-01T08:00:00Z")),
        ("last_login", json!("2026-01-02T03:04:05.678901Z")),
        ("failed_login_attempts", json!(0)),
        ("locked_until", json!(null)),
        ("state", json!("active")),
    ] {
        assert_eq!(ann[key], value, "{key}");
    }
    assert!(ann.get("customer_id").is_none() && ann.get("raw").is_none());
    let all = desk.json(&["user", "list"]);
    assert!(all.as_array().expect("an array").iter().all(|user| keys(user)[..12] == USER_KEYS));
    assert_eq!(keys(&Desk::with(fixture::head).json(&["user", "show", "root"]))[12], "customer_id");
}

#[test]
fn hash_and_salt_are_never_shown() {
    let desk = Desk::usual();
    let hash = fixture::hash(PASSWORD, fixture::SALT);
    for format in ["table", "json", "jsonl", "csv"] {
        for args in [&["user", "show", "ann", "-o", format][..], &["user", "list", "-v", "-o", format]] {
            let out = desk.ok(args);
            for secret in [&hash[26..], fixture::SALT] {
                assert!(!out.stdout.contains(secret) && !out.stderr.contains(secret), "{args:?}: {out:?}");
            }
        }
    }
    desk.refused(&["user", "list", "--columns", "id,password_hash"], 2, "usage").names(&["password_hash"]);
}

#[test]
fn show_tells_the_hash_scheme_and_whether_it_is_current() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET password_hash = '$2b$12$abcdefghijklmnopqrstuuJ8Wv1Hf4ZSsT8pCzDIvJd0o4yNn8oXW' WHERE id = 3",
    );
    let hash = |user: &str| desk.json(&["user", "show", user])["hash"].clone();
    assert_eq!(hash("ann"), json!({"scheme": "argon2id", "current": false}));
    assert_eq!(hash("cleo")["scheme"], "bcrypt");
    desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], OTHER);
    assert_eq!(hash("bob"), json!({"scheme": "argon2id", "current": true}));
    let words = desk.ok(&["user", "show", "cleo"]).stdout;
    assert!(words.contains("bcrypt") && words.contains("below 5"), "{words}");
}

#[test]
fn show_of_one_is_an_object_of_several_an_array_and_lists_the_last_events() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob", "--reason", "lost phone"]);
    let bob = desk.json(&["user", "show", "bob"]);
    assert!(bob.is_object());
    assert_eq!(bob["last_events"][0]["event"], "account_locked");
    assert_eq!(bob["last_events"][0]["reason"], "lost phone");
    let both = desk.json(&["user", "show", "bob", "id:1"]);
    assert_eq!((both[0]["id"].as_i64(), both[1]["id"].as_i64()), (Some(2), Some(1)));
    let one = desk.ok_with(&["user", "show", "-", "--json"], "bob\n").json();
    assert_eq!(one.as_array().map(Vec::len), Some(1));
    let words = desk.ok(&["user", "show", "bob"]).stdout;
    assert!(words.contains("lost phone") && words.contains("locked until 2026-11-25 02:30"), "{words}");
    // The events look as in the list of all events.
    let listed = desk.ok(&["audit", "list", "-o", "table", "--columns", "at,event,actor,change"]).stdout;
    let row = listed.lines().nth(1).expect("an event");
    for part in row.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(row.starts_with("2026-11-25 02:00:00 UTC"), "{row}");
    assert!(!words.contains("LAST EVENTS"), "once is enough: {words}");
    // In JSON they are a key like any other.
    let chosen = desk.json(&["user", "show", "bob", "--columns", "id,last_events"]);
    assert_eq!(chosen, json!({"id": 2, "last_events": bob["last_events"]}));
    let chosen = desk.ok(&["user", "show", "bob", "--columns", "last_events"]).stdout;
    assert!(chosen.contains("2026-11-25 02:00:00 UTC account_locked"), "{chosen}");
    let csv = desk.ok(&["user", "show", "bob", "-o", "csv", "--columns", "last_events"]).stdout;
    assert!(csv.contains("2026-11-25T02:00:00.000Z account_locked"), "{csv}");
}

#[test]
fn add_writes_every_column_in_the_apps_form() {
    let desk = Desk::usual();
    let args = [
        "user",
        "add",
        "dr-lena",
        "--email",
        "Lena <Lena@EXAMPLE.org>",
        "--role",
        "THERAPIST",
        "--full-name",
        "Lena O'Neil",
        "--verified",
        "--password-stdin",
    ];
    let out = desk.ok_with(&args, PASSWORD);
    assert_eq!(out.stdout, "");
    for part in ["id:11", "dr-lena", "Lena@example.org", "therapist"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    let column = |name: &str| desk.user("dr-lena", name);
    for (name, value) in [
        ("email", "Lena@example.org"),
        ("role", "therapist"),
        ("full_name", "Lena O'Neil"),
        ("typeof(is_active) || is_active", "integer1"),
        ("typeof(is_verified) || is_verified", "integer1"),
        ("failed_login_attempts", "0"),
        ("locked_until", "NULL"),
        ("last_login", "NULL"),
        ("created_at", "2026-11-25 02:00:00.000000"),
        ("length(salt)", "32"),
    ] {
        assert_eq!(column(name), value, "{name}");
    }
    assert!(column("salt").bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    assert!(column("password_hash").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(desk.events().len(), 1);
    assert!(desk.events()[0].starts_with("user_created done 11 dr-lena "));
}

#[test]
fn the_hash_has_the_apps_parameters_by_default() {
    let desk = Desk::usual();
    desk.write("authctl.toml", "");
    desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], OTHER);
    let hash = desk.user("bob", "password_hash");
    assert!(hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$") && hash.len() == 97, "{hash}");
}

#[test]
fn the_default_role_is_the_columns_default_else_the_first() {
    let add = ["user", "add", "nina", "--email", "nina@example.org", "--generate"];
    let desk = Desk::usual();
    assert_eq!(desk.json(&add)["user"]["role"], "patient");
    let desk = Desk::with(fixture::head);
    assert_eq!(desk.json(&add)["user"]["role"], "user");
    // The column's default goes before the configured roles.
    let desk = Desk::usual();
    desk.config("roles = [\"nurse\", \"admin\"]");
    assert_eq!(desk.json(&add)["user"]["role"], "patient");
    let desk = Desk::with(fixture::head);
    desk.config("roles = [\"nurse\", \"admin\"]");
    assert_eq!(desk.json(&add)["user"]["role"], "nurse");
}

#[test]
fn all_problems_of_a_new_account_are_listed_at_once_the_e_mail_first() {
    let desk = Desk::usual();
    let args = [
        "user",
        "add",
        "x",
        "--email",
        "nobody@localhost",
        "--full-name",
        "4711",
        "--role",
        "wizard",
        "--password-stdin",
    ];
    let refusal = desk.refused_with(&args, "short", 5, "policy_email");
    let at = |part: &str| refusal.message.find(part).unwrap_or_else(|| panic!("{part}: {refusal:?}"));
    let order = [at("e-mail"), at("sername"), at("ame must"), at("wizard"), at("Password must be")];
    assert!(order.is_sorted(), "{refusal:?}");
    let add = |name: &str, more: &[&str]| {
        let args = [&["user", "add", name, "--email", "n@example.org", "--password-stdin"], more].concat();
        args.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    for (args, code, words) in [
        (add("ab", &[]), "policy_username", "3"),
        (add("nina neu", &[]), "policy_username", "letters"),
        (add("nina\n", &[]), "policy_username", ""),
        (add("nina", &["--full-name", "X"]), "policy_full_name", "2"),
        (add("nina", &["--role", "wizard"]), "policy_role", "patient, therapist, admin"),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        desk.refused_with(&args, PASSWORD, 5, code).names(&[words]);
    }
}

#[test]
fn an_existing_name_or_e_mail_is_refused_and_named_whatever_its_case() {
    let desk = Desk::usual();
    for (name, mail, whom) in [
        ("bob", "new@example.org", "id:2 bob"),
        ("newname", "bob@example.org", "id:2 bob"),
        ("BOB", "new@example.org", "id:2 bob"),
        ("newname", "BOB@Example.ORG", "id:2 bob"),
        ("newname", "cleo.m@example.org", "id:3 cleo"),
    ] {
        let args = ["user", "add", name, "--email", mail, "--password-stdin"];
        desk.refused_with(&args, PASSWORD, 4, "exists").names(&[whom]).advises(&["user show"]);
    }
    // In the newest app's files too, though they allow twins.
    let desk = Desk::with(fixture::head);
    let args = ["user", "add", "newname", "--email", "Shared@example.org", "--password-stdin"];
    desk.refused_with(&args, PASSWORD, 4, "exists").names(&["id:2"]);
}

#[test]
fn the_password_is_judged_before_existence() {
    let desk = Desk::usual();
    let args = ["user", "add", "bob", "--email", "bob@example.org", "--password-stdin"];
    desk.refused_with(&args, "short", 5, "policy_password");
}

#[test]
fn if_missing_takes_the_same_account_as_unchanged_and_needs_no_password() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    let same = ["user", "add", "bob", "--email", "bob@example.org", "--if-missing"];
    for args in [&same[..], &[&same[..], &["--role", "patient"]].concat(), &[&same[..], &["--generate"]].concat()] {
        let out = desk.ok(args);
        assert_eq!(out.stdout, "");
        assert!(out.stderr.contains("unchanged") && out.stderr.contains("id:2 bob"), "{out:?}");
        let document = desk.json(args);
        assert_eq!((&document["changed"], &document["user"]["id"]), (&json!(false), &json!(2)));
        assert!(document.get("password").is_none());
    }
    assert_eq!(desk.snapshot(), before);
    desk.refused(&[&same[..], &["--role", "admin"]].concat(), 4, "exists").names(&["id:2 bob"]);
    for (name, mail) in [("bob", "other@example.org"), ("other", "bob@example.org"), ("bob", "ann@example.org")] {
        desk.refused(&["user", "add", name, "--email", mail, "--if-missing"], 4, "exists");
    }
    desk.refused_with(
        &["user", "add", "BOB", "--email", "bob@example.org", "--if-missing", "--password-stdin"],
        PASSWORD,
        4,
        "exists",
    );
    // A missing one is added, and needs a password.
    let new = ["user", "add", "nina", "--email", "nina@example.org", "--if-missing"];
    desk.refused(&new, 2, "would_prompt").advises(&["--password-stdin", "--generate"]);
    desk.ok(&[&new[..], &["--generate"]].concat());
}

#[test]
fn without_a_terminal_each_missing_part_is_named_by_its_option() {
    let desk = Desk::usual();
    desk.refused(&["user", "add"], 2, "would_prompt").advises(&["USERNAME"]);
    desk.refused(&["user", "add", "nina"], 2, "would_prompt").advises(&["--email"]);
    desk.refused(&["user", "add", "nina", "--email", "n@example.org"], 2, "would_prompt")
        .advises(&["--password-stdin"]);
    desk.refused(&["user", "passwd", "bob"], 2, "would_prompt").advises(&["--password-stdin", "--generate"]);
}

#[test]
fn on_a_terminal_missing_parts_are_asked_for_and_the_equivalent_command_is_printed() {
    let mut desk = Desk::usual();
    let typed = Answer::Text(PASSWORD);
    desk.attended(&[
        Answer::Text("nina"),
        Answer::Text("nina@example.org"),
        Answer::Text(""),
        Answer::Text(""),
        typed.clone(),
        typed,
    ]);
    let out = desk.ok(&["user", "add"]);
    assert_eq!(out.stdout, "");
    assert!(out.stderr.contains("authctl user add nina --email nina@example.org --role patient"), "{out:?}");
    assert_eq!(desk.user("nina", "role"), "patient");
    assert!(out.stderr.contains("the same, which asks for the password alone: authctl user add nina"), "{out:?}");
    // --no-input asks nothing even there.
    desk.refused(&["user", "add", "--no-input"], 2, "would_prompt");
}

/// Pasted, it does what was done: every option is there, and a name that begins with `-` is a name.
#[test]
fn the_equivalent_command_of_user_add_is_equivalent() {
    let mut desk = Desk::usual();
    let typed = [Answer::Text("-foo"), Answer::Text("foo@example.org"), Answer::Text("therapist"), Answer::Text("-F")];
    desk.attended(&typed);
    let options = ["user", "add", "--inactive", "--verified", "--if-missing", "--generate", "--reason", "ticket 7"];
    let out = desk.ok(&options);
    let same = out.stderr.lines().find_map(|line| line.strip_prefix("hint: the same without questions: authctl "));
    let same = same.unwrap_or_else(|| panic!("{out:?}"));
    assert_eq!(
        same,
        "user add --email foo@example.org --role therapist --full-name=-F --inactive --verified --if-missing \
         --generate --reason 'ticket 7' -- -foo"
    );
    let columns = "username || email || role || full_name || is_active || is_verified || 'ticket 7'";
    let added = desk.user("-foo", columns);
    let again = Desk::usual();
    let words: Vec<&str> = same.split(' ').filter(|word| !word.starts_with("7'")).collect();
    again.ok(&words.iter().map(|word| if *word == "'ticket" { "ticket 7" } else { word }).collect::<Vec<_>>());
    assert_eq!(again.user("-foo", columns), added);
}

/// What is refused is not offered again.
#[test]
fn a_refused_user_add_prints_no_equivalent() {
    let mut desk = Desk::usual();
    for name in ["no such name", "bob"] {
        let texts = [name, "fresh@example.org", "", "", fixture::PASSWORD, fixture::PASSWORD];
        desk.attended(&texts.map(Answer::Text));
        let out = desk.run(&["user", "add"]);
        assert!(out.code != 0 && !out.stderr.contains("the same"), "{out:?}");
    }
}

/// A second `user add` would be refused, since the account is there.
#[test]
fn an_account_without_a_customer_gets_one_by_user_edit() {
    let desk = Desk::with(fixture::head);
    let add = ["user", "add", "nina", "--email", "nina@example.org", "--generate"];
    let out = desk.ok(&[&add[..], &["-n"]].concat());
    assert!(out.stderr.contains("it belongs to no customer; --customer ID names one\n"), "{out:?}");
    let out = desk.ok(&add);
    assert!(out.stderr.contains("no customer; authctl user edit nina --customer ID names one\n"), "{out:?}");
    desk.ok(&["user", "edit", "nina", "--customer", "1"]);
}

/// The account is the same; what differs is the role.
#[test]
fn if_missing_says_that_it_is_the_role_that_differs() {
    let desk = Desk::usual();
    let add = ["user", "add", "bob", "--email", "bob@example.org", "--if-missing", "--role", "admin"];
    let refusal =
        desk.refused(&add, 4, "exists").names(&["the role", "id:2 bob"]).advises(&["authctl set-role bob ROLE"]);
    assert!(!refusal.message.contains("taken"), "{refusal:?}");
}

#[test]
fn passwd_says_which_tokens_survive_and_what_still_blocks() {
    let desk = Desk::usual();
    for (user, words) in [("bob", "tokens"), ("finn", "inactive"), ("dora", "locked"), ("emil", "locked")] {
        let out = desk.ok_with(&["user", "passwd", user, "--password-stdin"], OTHER);
        assert!(out.stderr.contains(words) && out.stderr.contains("tokens issued before"), "{user}: {out:?}");
    }
    let salt = desk.user("bob", "salt");
    assert_ne!(salt, fixture::SALT, "a new salt goes with a new password");
    assert_eq!(desk.events()[0], "password_changed done 2 bob - - -");
}

#[test]
fn activate_deactivate_and_verify_change_their_column_alone() {
    let desk = Desk::usual();
    let whole = "SELECT group_concat(id || username || email || role || coalesce(locked_until,'') ||
                 failed_login_attempts || password_hash || salt) FROM users";
    let before = desk.cell(whole);
    for (verb, user, column, value) in [
        ("deactivate", "bob", "is_active", "0"),
        ("activate", "finn", "is_active", "1"),
        ("verify", "bob", "is_verified", "1"),
        ("verify --undo", "bob", "is_verified", "0"),
    ] {
        let words = |more: &[&'static str]| -> Vec<&'static str> {
            [&["user"], verb.split(' ').collect::<Vec<_>>().as_slice(), &[user], more].concat()
        };
        let would = desk.ok(&words(&["-n"]));
        assert!(would.stderr.contains("would ") && desk.user(user, column) != value, "{would:?}");
        let out = desk.ok(&words(&[]));
        assert!(
            out.stdout.is_empty() && out.stderr.contains(&format!(" {user} <{user}@example.org> (patient)")),
            "{out:?}"
        );
        assert_eq!(desk.user(user, &format!("typeof({column}) || {column}")), format!("integer{value}"));
        let again = desk.json(&words(&[]));
        assert_eq!((&again["changed"], &again["user"]["username"]), (&json!(false), &json!(user)));
        let again = desk.ok(&words(&[]));
        assert!(again.stderr.contains("unchanged"), "{again:?}");
    }
    assert_eq!(desk.cell(whole), before);
    assert_eq!(
        desk.events(),
        [
            r#"user_deactivated done 2 bob {"is_active":1} {"is_active":0} -"#,
            r#"user_activated done 6 finn {"is_active":0} {"is_active":1} -"#,
            r#"user_verified done 2 bob {"is_verified":0} {"is_verified":1} -"#,
            r#"user_unverified done 2 bob {"is_verified":1} {"is_verified":0} -"#,
        ]
    );
}

#[test]
fn activating_and_deactivating_say_what_becomes_of_tokens() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "deactivate", "bob"]);
    assert!(out.stderr.contains("tokens"), "{out:?}");
    let out = desk.ok(&["user", "activate", "bob"]);
    assert!(out.stderr.contains("tokens"), "{out:?}");
}

/// `is_active` as the app reads it (`app-facts`, Login and lockout).
#[test]
fn is_active_is_read_as_the_app_reads_it() {
    let desk = Desk::usual();
    for (stored, active) in [("0", false), ("NULL", false), ("''", false), ("1", true), ("2", true), ("'false'", true)]
    {
        desk.sql(&format!("UPDATE users SET is_active = {stored} WHERE id = 2"));
        let bob = desk.json(&["user", "show", "bob"]);
        assert_eq!(bob["is_active"], json!(active), "{stored}");
        assert_eq!(bob["state"], if active { "active" } else { "inactive" }, "{stored}");
    }
}

#[test]
fn state_has_the_four_words_and_inactive_wins() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000' WHERE id = 6");
    for (user, state) in [
        ("ann", "active"),
        ("dora", "locked"),
        ("emil", "stuck"),
        ("gus", "stuck"),
        ("ivo", "stuck"),
        ("finn", "inactive"),
        ("jan", "active"),
        ("hana", "active"),
    ] {
        assert_eq!(desk.json(&["user", "show", user])["state"], state, "{user}");
    }
    desk.config("[lockout]\ntime_format = \"naive\"");
    for (user, state) in [("dora", "stuck"), ("emil", "locked"), ("gus", "active"), ("ivo", "stuck"), ("jan", "stuck")]
    {
        assert_eq!(desk.json(&["user", "show", user])["state"], state, "{user}, naive");
    }
}

#[test]
fn a_cell_that_cannot_be_read_is_null_and_its_storage_stands_under_raw() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET email = x'ff00', full_name = CAST(x'c328' AS TEXT), created_at = 12.5, last_login = 1700000000,
              failed_login_attempts = 'many' WHERE id = 2");
    let bob = desk.json(&["user", "show", "bob"]);
    for key in ["email", "full_name", "created_at", "last_login", "failed_login_attempts"] {
        assert_eq!(bob[key], Value::Null, "{key}");
    }
    assert_eq!(
        bob["raw"],
        json!({
            "email": {"type": "blob", "hex": "ff00"},
            "full_name": {"type": "text", "hex": "c328"},
            "created_at": {"type": "real", "text": "12.5"},
            "last_login": {"type": "integer", "text": "1700000000"},
            "failed_login_attempts": {"type": "text", "text": "many"},
        })
    );
    assert_eq!(desk.json(&["user", "show", "ivo"])["raw"], json!({"locked_until": {"type": "text", "text": "soon"}}));
    let out = desk.ok(&["user", "list", "--json"]);
    assert_eq!(out.json().as_array().map(Vec::len), Some(10));
    assert!(out.stderr.contains("2 of them"), "counted on stderr: {out:?}");
}

#[test]
fn customers_are_shown_asked_for_and_checked() {
    let desk = Desk::with(fixture::head);
    let add = |customer: &'static str| {
        ["user", "add", "nina", "--email", "n@example.org", "--generate", "--customer", customer]
    };
    desk.refused(&add("9"), 3, "not_found").names(&["customer", "9"]);
    let document = desk.json(&add("1"));
    assert_eq!(document["user"]["customer_id"], 1);
    assert_eq!(desk.json(&["user", "show", "free"])["customer_id"], Value::Null);
    let out = desk.ok(&["user", "add", "olga", "--email", "o@example.org", "--generate"]);
    assert!(out.stderr.contains("--customer"), "{out:?}");
    Desk::usual().refused(&add("1"), 2, "usage").names(&["customers"]);
}
