//! `user why`: the steps of a login in words and JSON, the one command that helps, refusals, and a file untouched.

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Answer, Desk};

/// The steps of an account: `id=result`.
fn steps(document: &Value) -> Vec<String> {
    let steps = document["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| format!("{}={}", step["id"].as_str().expect("an id"), step["result"].as_str().expect("a result")))
        .collect()
}

/// The ids of the steps that are in the way.
fn in_the_way(document: &Value) -> Vec<String> {
    steps(document).into_iter().filter_map(|step| step.strip_suffix("=no").map(str::to_owned)).collect()
}

fn message(document: &Value, id: &str) -> String {
    let steps = document["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id}: {document}"));
    step["message"].as_str().expect("a message").to_owned()
}

/// Asks without changing a byte.
fn why(desk: &Desk, user: &str) -> Value {
    let before = desk.snapshot();
    let document = desk.json(&["user", "why", user]);
    assert_eq!(desk.snapshot(), before, "{user}: a byte was changed");
    document
}

#[test]
fn the_document_has_the_account_every_step_in_the_apps_order_and_the_command() {
    let desk = Desk::usual();
    let document = why(&desk, "bob");
    let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["user", "can_login", "app", "steps", "command"]);
    assert_eq!(document["user"], desk.json(&["user", "list", "--match", "bob"])[0]);
    assert_eq!(
        steps(&document),
        [
            "row=ok",
            "email=ok",
            "twins=ok",
            "lock=ok",
            "active=ok",
            "hash=ok",
            "password=unknown",
            "role=ok",
            "counter=ok"
        ]
    );
    assert_eq!(
        document["steps"][0].as_object().expect("a step").keys().collect::<Vec<_>>(),
        ["id", "result", "message"]
    );
    assert_eq!((&document["can_login"], &document["command"]), (&json!(true), &json!(null)));
    assert_eq!(document["app"], json!({"login": 200, "me": 200}));
}

/// `app-facts`, Login and lockout: each status is the app's.
#[test]
fn each_account_has_its_reason_its_status_and_its_command() {
    let desk = Desk::usual();
    for (user, reason, login, me, command) in [
        ("dora", "lock", 401, 200, json!("authctl unlock dora")),
        ("emil", "lock", 500, 200, json!("authctl unlock emil")),
        ("gus", "lock", 500, 200, json!("authctl unlock gus")),
        ("ivo", "lock", 500, 500, json!("authctl unlock ivo")),
        ("finn", "active", 400, 400, json!("authctl user activate finn")),
        ("hana", "hash", 401, 200, json!("authctl user passwd hana")),
    ] {
        let document = why(&desk, user);
        assert_eq!(in_the_way(&document), [reason], "{user}: {document}");
        assert_eq!(document["app"], json!({"login": login, "me": me}), "{user}");
        assert_eq!((&document["can_login"], &document["command"]), (&json!(false), &command), "{user}");
    }
    // An expired lock that the app can read is none; its counter is one failure away from a new one.
    let jan = why(&desk, "jan");
    assert_eq!((&jan["can_login"], &jan["command"]), (&json!(true), &json!("authctl unlock jan")));
    assert!(
        message(&jan, "lock").contains("run out") && message(&jan, "counter").contains("next wrong password"),
        "{jan}"
    );
}

#[test]
fn for_people_it_ends_with_the_verdict_and_the_command_alone_on_its_line() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "why", "finn"]);
    assert!(out.stdout.starts_with("id:6 finn <finn@example.org> (patient)\n\nok       row       "), "{out:?}");
    assert!(out.stdout.contains("\nNO       active    it is inactive"), "{out:?}");
    assert!(out.stdout.contains("\nunknown  password  not tried"), "{out:?}");
    assert!(
        out.stdout.ends_with("\n\nit cannot log in: it is inactive\nthis helps:\n  authctl user activate finn\n"),
        "{out:?}"
    );
    assert_eq!(out.stderr, "");
    let out = desk.ok(&["user", "why", "bob"]);
    assert!(out.stdout.ends_with("\n\nnothing is in the way: with the right password the app lets it in\n"), "{out:?}");
    assert!(out.stderr.contains("--password-stdin") && out.stderr.contains("authctl user passwd bob"), "{out:?}");
    assert_eq!(desk.ok(&["user", "why", "bob", "-q"]).stderr, "");
}

#[test]
fn a_password_is_really_tried_and_never_counted() {
    let desk = Desk::usual();
    let tried = |user: &str, password: &str| {
        let before = desk.snapshot();
        let out = desk.ok_with(&["user", "why", user, "--password-stdin", "--json"], password);
        assert_eq!(desk.snapshot(), before, "{user}: a byte was changed");
        assert!(!out.stdout.contains(password) && !out.stderr.contains(password), "{out:?}");
        out.json()
    };
    for _ in 0..6 {
        let wrong = tried("cleo", OTHER);
        assert_eq!((in_the_way(&wrong), &wrong["can_login"]), (vec!["password".to_owned()], &json!(false)));
        assert_eq!((&wrong["app"]["login"], &wrong["command"]), (&json!(401), &json!("authctl user passwd cleo")));
    }
    assert_eq!(desk.user("cleo", "failed_login_attempts"), "2");
    let right = tried("cleo", PASSWORD);
    assert_eq!(
        (&right["can_login"], &right["command"], &right["app"]["login"]),
        (&json!(true), &json!(null), &json!(200))
    );
    assert!(steps(&right).contains(&"password=ok".to_owned()), "{right}");
    // Behind a lock it is tried too; the app would not have looked.
    let locked = tried("dora", OTHER);
    assert_eq!(
        (in_the_way(&locked), &locked["app"]["login"]),
        (vec!["lock".to_owned(), "password".to_owned()], &json!(401))
    );
    assert_eq!(locked["command"], "authctl unlock dora", "the command is the one for the first");
    let out = desk.ok_with(&["user", "why", "cleo", "--password-stdin"], PASSWORD);
    assert!(out.stdout.ends_with("with this password the app lets it in\n") && out.stderr.is_empty(), "{out:?}");
}

#[test]
fn where_several_things_are_in_the_way_one_command_mends_as_many_as_it_can() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET is_active = 0 WHERE username IN ('dora', 'emil', 'jan');
              UPDATE users SET is_active = NULL, role = 'wizard', password_hash = '' WHERE username = 'finn'",
    );
    // Locked without a failed login, with many, and with many behind a lock that is over.
    for user in ["dora", "emil", "jan"] {
        assert_eq!(why(&desk, user)["command"], format!("authctl unlock {user} --reactivate"));
    }
    let mut finn = why(&desk, "finn");
    assert_eq!(in_the_way(&finn), ["active", "hash", "role"]);
    let out = desk.ok(&["user", "why", "finn"]);
    assert!(out.stdout.contains("it cannot log in: it is inactive; it has no password; its role 'wizard'"), "{out:?}");
    // One after the other they lead to the end.
    for (command, stdin) in [("user activate finn", ""), ("user passwd finn", OTHER), ("set-role finn patient", "")] {
        assert_eq!(finn["command"], format!("authctl {command}"));
        let mut args: Vec<&str> = command.split(' ').collect();
        if !stdin.is_empty() {
            args.push("--password-stdin");
        }
        desk.ok_with(&args, stdin);
        finn = why(&desk, "finn");
    }
    assert_eq!((&finn["can_login"], &finn["command"]), (&json!(true), &json!(null)));
}

/// What the reference app answers to each of these cells is held by the interop test.
#[test]
fn a_cell_that_the_app_cannot_read_is_named_with_who_mends_it() {
    let desk = Desk::usual();
    for (cell, step, part, command) in [
        ("last_login = ''", "row", "last_login", json!(null)),
        ("created_at = 'soon'", "row", "created_at", json!(null)),
        ("full_name = CAST(x'ff' AS TEXT)", "row", "full_name", json!("authctl user edit bob --full-name ''")),
        ("email = CAST(x'ff' AS TEXT)", "row", "email", json!("authctl user edit bob --email ADDRESS")),
        ("full_name = x'ff'", "row", "full_name", json!("authctl user edit bob --full-name ''")),
        ("username = x'ff'", "row", "username", json!("authctl user edit id:2 --username NAME")),
        ("role = CAST(x'ff' AS TEXT)", "row", "role", json!("authctl set-role bob patient")),
        ("failed_login_attempts = CAST(x'ff' AS TEXT)", "row", "failed_login_attempts", json!("authctl unlock bob")),
        ("salt = CAST(x'ff' AS TEXT)", "row", "salt", json!("authctl user passwd bob")),
        ("role = NULL", "role", "no role", json!("authctl set-role bob patient")),
        ("role = 'Therapist'", "role", "'Therapist'", json!("authctl set-role bob therapist")),
        (
            "email = 'Bob@Example.ORG'",
            "email",
            "'Bob@example.org'",
            json!("authctl user edit bob --email Bob@example.org"),
        ),
        ("email = 'bob@ward.test'", "email", "'bob@ward.test'", json!("authctl user edit bob --email ADDRESS")),
        ("password_hash = 'plain'", "hash", "password_hash", json!("authctl user passwd bob")),
        ("salt = x'00'", "hash", "salt", json!("authctl user passwd bob")),
    ] {
        desk.sql(&format!("UPDATE users SET {cell} WHERE id = 2"));
        let document = why(&desk, "id:2");
        assert_eq!(in_the_way(&document), [step], "{cell}: {document}");
        assert!(message(&document, step).contains(part), "{cell}: {document}");
        assert_eq!(document["command"], command, "{cell}");
        desk.sql("DELETE FROM users WHERE id = 2");
        desk.sql("INSERT INTO users (id, username, email, created_at, password_hash, salt, is_active, is_verified,
                  failed_login_attempts, role) VALUES (2,'bob','bob@example.org','2025-03-01 08:05:00','{hash}','{salt}',1,0,0,'patient')");
    }
    desk.sql("UPDATE users SET last_login = 5 WHERE id = 2");
    let out = desk.ok(&["user", "why", "bob"]);
    assert!(out.stdout.ends_with("UPDATE users SET last_login = NULL WHERE id = 2\n"), "{out:?}");
}

#[test]
fn what_only_the_app_could_tell_is_unknown() {
    let desk = Desk::usual();
    let bcrypt = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
    let dear = fixture::hash(PASSWORD, fixture::SALT).replace("m=64,", "m=4194304,");
    for (hash, part) in [(bcrypt, "bcrypt"), (dear.as_str(), "4194304 KiB")] {
        desk.sql(&format!("UPDATE users SET password_hash = '{hash}' WHERE username = 'bob'"));
        let document = why(&desk, "bob");
        assert_eq!((&document["can_login"], &document["app"]["login"]), (&json!(null), &json!(null)));
        assert!(steps(&document).contains(&"hash=unknown".to_owned()), "{document}");
        assert_eq!(document["command"], "authctl user passwd bob");
        let out = desk.ok(&["user", "why", "bob"]);
        assert!(out.stdout.contains("nobody can tell whether it can log in") && out.stdout.contains(part), "{out:?}");
    }
    // What is in the way for certain comes first.
    desk.sql("UPDATE users SET is_active = 0 WHERE username = 'bob'");
    assert_eq!(why(&desk, "bob")["command"], "authctl user activate bob");
}

/// Behind a lock of either kind the next wrong password does nothing.
#[test]
fn many_failed_logins_are_no_risk_behind_a_lock() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET failed_login_attempts = 5 WHERE username IN ('bob', 'dora')");
    for (user, risk) in
        [("dora", false), ("emil", false), ("gus", false), ("jan", true), ("bob", true), ("cleo", false)]
    {
        let document = why(&desk, user);
        assert_eq!(message(&document, "counter").contains("the next wrong password"), risk, "{user}: {document}");
    }
}

#[test]
fn a_count_that_breaks_the_next_wrong_password_is_said_before_it_does() {
    let desk = Desk::usual();
    for (cell, wrong) in [("5", 401), ("NULL", 500), ("'many'", 500)] {
        desk.sql(&format!("UPDATE users SET failed_login_attempts = {cell} WHERE username = 'bob'"));
        let document = why(&desk, "bob");
        assert_eq!((&document["can_login"], &document["app"]["login"]), (&json!(true), &json!(200)), "{cell}");
        assert_eq!(document["command"], "authctl unlock bob", "{cell}");
        let tried = desk.ok_with(&["user", "why", "bob", "--password-stdin", "--json"], OTHER).json();
        assert_eq!(tried["app"]["login"], wrong, "{cell}");
        let out = desk.ok(&["user", "why", "bob"]);
        assert!(
            out.stdout.contains("nothing is in the way yet") && out.stdout.contains("next wrong password"),
            "{out:?}"
        );
    }
}

#[test]
fn on_a_file_that_is_not_migrated_the_command_is_migrate() {
    let desk = Desk::with(fixture::preauth);
    let document = why(&desk, "ada.w");
    assert_eq!((in_the_way(&document), &document["can_login"]), (vec!["row".to_owned()], &json!(false)));
    assert_eq!(document["app"], json!({"login": 500, "me": 500}));
    assert_eq!(document["command"], "authctl migrate");
    for column in ["password_hash", "locked_until", "role"] {
        assert!(message(&document, "row").contains(column), "{document}");
    }
    // All columns are there and the log of events is not: nothing can be written before it is.
    let desk = Desk::with(fixture::unlogged);
    assert_eq!(why(&desk, "finn")["command"], "authctl migrate && authctl user activate finn");
    assert_eq!(why(&desk, "bob")["command"], json!(null));
}

#[test]
fn customers_and_twins_of_the_newest_app_are_judged_as_it_does() {
    let desk = Desk::with(fixture::head);
    desk.sql("UPDATE users SET email = 'south@example.org' WHERE id = 3; UPDATE users SET is_active = 0 WHERE id = 5");
    for (user, reason, login, part) in
        [("twin2", "customer", 403, "customer 2 is not active"), ("late", "customer", 403, "customer 3 has run out")]
    {
        let document = why(&desk, user);
        assert_eq!((in_the_way(&document), &document["app"]["login"]), (vec![reason.to_owned()], &json!(login)));
        assert_eq!((document["command"].clone(), document["can_login"].clone()), (json!(null), json!(false)));
        assert!(message(&document, "customer").contains(part), "{document}");
        let out = desk.ok(&["user", "why", user]);
        assert!(out.stdout.contains("whoever runs the app's customers must"), "{out:?}");
    }
    let free = why(&desk, "free");
    assert_eq!((in_the_way(&free), &free["app"]), (vec!["active".to_owned()], &json!({"login": 200, "me": 400})));
    assert!(message(&free, "active").contains("lets it log in all the same"), "{free}");
    desk.sql(
        "UPDATE users SET email = 'shared@example.org', username = 'twin', customer_id = 1 WHERE id = 3;
              UPDATE customers SET subscription_expires_at = '2099-01-01 00:00:00+00:00' WHERE id = 3",
    );
    let second = why(&desk, "id:3");
    assert_eq!(in_the_way(&second), ["twins"]);
    assert_eq!(second["command"], "authctl user edit id:3 --email ADDRESS", "the name of a twin names nobody");
    let first = why(&desk, "id:2");
    assert_eq!(first["can_login"], true);
    assert!(message(&first, "twins").contains("id:3"), "{first}");
    let late = why(&desk, "late");
    assert_eq!((in_the_way(&late), &late["app"]["login"]), (vec!["customer".to_owned()], &json!(500)));
}

#[test]
fn a_customer_that_the_app_cannot_read_is_mended_by_naming_one() {
    let desk = Desk::with(fixture::head);
    desk.sql("UPDATE users SET customer_id = CAST(x'ff' AS TEXT) WHERE id = 1");
    let document = why(&desk, "root");
    assert!(message(&document, "row").contains("customer_id"), "{document}");
    assert_eq!(document["command"], "authctl user edit root --customer ID");
}

/// The newest app reads the whole row of the customer at each login, its dates with `fromisoformat`.
#[test]
fn a_date_of_a_customer_that_the_app_cannot_read_is_named() {
    let desk = Desk::with(fixture::head);
    desk.sql(
        "ALTER TABLE customers ADD COLUMN created_at DATETIME; ALTER TABLE customers ADD COLUMN updated_at DATETIME",
    );
    for (set, part) in [
        ("subscription_expires_at = 'soon'", "subscription_expires_at"),
        ("subscription_expires_at = NULL, created_at = 7, updated_at = '2025-02-30'", "created_at, updated_at"),
        ("created_at = X'32', updated_at = '2025-02-28 10:00:00'", "created_at"),
        ("created_at = 1.5", "created_at"),
    ] {
        desk.sql(&format!("UPDATE customers SET {set} WHERE id = 1"));
        let document = why(&desk, "root");
        assert_eq!((in_the_way(&document), &document["app"]["login"]), (vec!["customer".to_owned()], &json!(500)));
        let told = format!("cannot read {part} of customer 1");
        assert!(message(&document, "customer").contains(&told), "{set}: {document}");
    }
    desk.sql("UPDATE customers SET created_at = '2025-02-28', subscription_expires_at = '2099-01-01' WHERE id = 1");
    let document = why(&desk, "root");
    assert_eq!((in_the_way(&document), &document["app"]["login"]), (Vec::new(), &json!(200)), "{document}");
}

#[test]
fn hostile_names_are_escaped_and_never_stand_in_a_command() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET username = 'b;rm -rf ~' || char(27) || '[31m', role = 'x' || char(8238) || 'y' WHERE id = 2;
              UPDATE users SET username = '-n', is_active = 0 WHERE id = 6;
              UPDATE users SET email = 'A''B@Example.org' WHERE id = 3;
              UPDATE users SET username = 'dora@example.org' WHERE id = 5",
    );
    let out = desk.ok(&["user", "why", "id:2"]);
    assert!(!out.stdout.contains('\u{1b}') && !out.stdout.contains('\u{202e}'), "{out:?}");
    assert!(out.stdout.ends_with("  authctl set-role id:2 patient\n"), "{out:?}");
    assert_eq!(why(&desk, "id:6")["command"], "authctl user activate id:6");
    assert_eq!(why(&desk, "cleo")["command"], r"authctl user edit cleo --email 'A'\''B@example.org'");
    assert_eq!(why(&desk, "id:5")["command"], "authctl unlock id:5");
}

#[test]
fn the_command_names_the_database_that_the_run_was_pointed_at() {
    let desk = Desk::usual();
    std::fs::rename(desk.db(), desk.path("the app.db")).expect("another name");
    let document = desk.json(&["--database", "the app.db", "user", "why", "finn"]);
    assert_eq!(document["command"], "authctl user activate finn --database 'the app.db'");
}

#[test]
fn other_formats_hold_the_steps() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "why", "hana", "-o", "csv"]);
    assert!(out.stdout.starts_with("result,id,message\nok,row,"), "{out:?}");
    assert!(out.stdout.contains("\nno,hash,"), "{out:?}");
    assert_eq!(out.stderr, "hint: authctl user passwd hana\n");
    let line = desk.ok(&["user", "why", "hana", "-o", "jsonl"]).stdout;
    assert_eq!((line.lines().count(), line.contains(r#""command":"authctl user passwd hana""#)), (1, true));
    let some = desk.json(&["user", "why", "hana", "--columns", "can_login,command"]);
    assert_eq!(some, json!({"can_login": false, "command": "authctl user passwd hana"}));
}

#[test]
fn wrong_uses_are_refused_with_a_way_on() {
    let mut desk = Desk::usual();
    desk.refused(&["user", "why"], 2, "would_prompt").advises(&["USER"]);
    desk.refused(&["user", "why", "-"], 2, "usage").names(&["one account"]);
    desk.refused(&["user", "why", "bob", "cleo"], 2, "usage").names(&["an argument too many"]);
    desk.refused(&["user", "why", "nobody"], 3, "not_found").names(&["nobody"]);
    desk.refused(&["user", "why", "id:99"], 3, "not_found").names(&["id:99"]);
    desk.refused(&["user", "why", "id:bob"], 2, "usage").names(&["id:bob"]);
    desk.refused(&["user", "why", "BOB"], 4, "ambiguous").names(&["id:2"]);
    desk.refused(&["user", "why", "bob", "--password", "secret"], 2, "usage");
    desk.refused_with(&["user", "why", "bob", "--password-stdin"], "", 2, "usage").names(&["empty"]);
    desk.refused_with(&["user", "why", "bob", "--password-stdin"], "one\ntwo\n", 2, "usage")
        .names(&["more than one line"]);
    desk.attended(&[Answer::Interrupt]);
    assert_eq!(desk.ok(&["user", "why", "bob"]).code, 0, "a password is never asked for");
}

/// The default of the column is none of the roles that this configuration offers.
#[test]
fn the_role_that_is_advised_is_one_that_is_offered() {
    let desk = Desk::usual();
    desk.config("roles = [\"doctor\", \"admin\"]");
    for role in ["NULL", "'nurse'", "CAST(x'ff' AS TEXT)"] {
        desk.sql(&format!("UPDATE users SET role = {role} WHERE id = 2"));
        let document = why(&desk, "bob");
        let command = document["command"].as_str().unwrap_or_else(|| panic!("{document}"));
        assert_eq!(command, "authctl set-role bob doctor", "{role}");
        desk.ok(&command.split(' ').skip(1).collect::<Vec<_>>());
        assert_eq!(desk.user("bob", "role"), "doctor");
    }
}
