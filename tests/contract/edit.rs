//! `user edit`: the rules of adding, what stays, what it means, and every refusal.

use serde_json::json;

use crate::fixture;
use crate::harness::{Answer, Desk};

#[test]
fn each_part_is_changed_alone_and_the_rest_stays() {
    let desk = Desk::usual();
    let rest = "password_hash || salt || coalesce(last_login, '-') || role || is_active || is_verified || created_at";
    let before = desk.cell(&format!("SELECT {rest} FROM users WHERE id = 2"));
    let document = desk.json(&["user", "edit", "bob", "--full-name", "Robert Stone"]);
    assert_eq!((&document["changed"], &document["user"]["full_name"]), (&json!(true), &json!("Robert Stone")));
    assert_eq!(document["user"]["email"], json!("bob@example.org"));
    let out = desk.ok(&["user", "edit", "bob", "--username", "robert", "--email", "robert@example.org"]);
    assert!(out.stdout.is_empty(), "{out:?}");
    assert!(out.stderr.starts_with("edited id:2 robert <robert@example.org> (patient);"), "{out:?}");
    for part in ["'bob'", "'bob@example.org'", "no longer", "tokens issued before keep working", "old e-mail"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    assert_eq!(desk.cell(&format!("SELECT {rest} FROM users WHERE id = 2")), before);
    assert_eq!(
        desk.events(),
        [
            r#"user_edited done 2 bob {"full_name":"Bob Stone"} {"full_name":"Robert Stone"} -"#,
            r#"user_edited done 2 bob {"username":"bob","email":"bob@example.org"} {"username":"robert","email":"robert@example.org"} -"#,
        ]
    );
}

#[test]
fn an_empty_full_name_takes_it_away_and_what_is_there_already_is_unchanged() {
    let desk = Desk::usual();
    desk.ok(&["user", "edit", "bob", "--full-name", ""]);
    assert_eq!(desk.user("bob", "full_name"), "NULL");
    let before = desk.snapshot();
    for args in [
        &["--full-name", ""][..],
        &["--username", "bob"],
        &["--email", "bob@example.org"],
        // In normal form it is the same address.
        &["--email", " Bob S <bob@EXAMPLE.org> "],
    ] {
        let args = [&["user", "edit", "bob"], args].concat();
        assert!(desk.ok(&args).stderr.starts_with("unchanged: id:2 bob <bob@example.org> (patient)"), "{args:?}");
        assert_eq!(desk.json(&args)["changed"], json!(false));
    }
    // The app reads '' as no name, as it does NULL.
    desk.sql("UPDATE users SET full_name = '' WHERE id = 3");
    let middle = desk.snapshot();
    desk.ok(&["user", "edit", "cleo", "--full-name", ""]);
    assert_eq!(desk.snapshot(), middle);
    assert_ne!(before, middle);
    assert_eq!(desk.events().len(), 1);
}

/// Verified was the old address.
#[test]
fn after_a_new_email_the_way_to_take_the_mark_back_is_said_and_works() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "edit", "cleo", "--email", "c@example.org"]);
    assert!(out.stderr.contains("old e-mail; authctl user verify cleo --undo clears it\n"), "{out:?}");
    let document = desk.json(&["user", "verify", "cleo", "--undo"]);
    assert_eq!((&document["changed"], &document["user"]["is_verified"]), (&json!(true), &json!(false)));
    let out = desk.ok(&["user", "edit", "cleo", "--email", "c2@example.org"]);
    assert!(!out.stderr.contains("is_verified"), "{out:?}");
}

#[test]
fn the_email_is_stored_in_normal_form() {
    let desk = Desk::usual();
    desk.ok(&["user", "edit", "bob", "--email", "Bob <Bob.New@Example.ORG>"]);
    assert_eq!(desk.user("bob", "email"), "Bob.New@example.org");
}

#[test]
fn twins_are_refused_by_case_too_and_the_account_itself_is_none() {
    let desk = Desk::usual();
    for (option, value, other) in [
        ("--username", "cleo", "id:3 cleo"),
        ("--username", "CLEO", "id:3 cleo"),
        ("--email", "Cleo.M@example.org", "id:3 cleo"),
        ("--email", "cleo.m@EXAMPLE.org", "id:3 cleo"),
    ] {
        desk.refused(&["user", "edit", "bob", option, value], 4, "exists").names(&[other]).advises(&["cleo"]);
    }
    desk.ok(&["user", "edit", "bob", "--username", "Bob", "--email", "BOB@example.org"]);
    assert_eq!((desk.user("Bob", "id"), desk.user("Bob", "email")), ("2".to_owned(), "BOB@example.org".to_owned()));
}

#[test]
fn twins_are_refused_where_the_table_allows_them_and_those_that_are_there_can_be_parted() {
    let desk = Desk::with(fixture::head);
    desk.refused(&["user", "edit", "late", "--email", "shared@example.org"], 4, "exists").names(&["id:2 twin"]);
    desk.refused(&["user", "edit", "late", "--username", "TWIN"], 4, "exists").names(&["id:2 twin"]);
    // It has this address already, and so has its twin: nothing new.
    desk.ok(&["user", "edit", "id:2", "--email", "shared@example.org", "--full-name", "Twin One"]);
    desk.ok(&["user", "edit", "id:2", "--email", "first@example.org"]);
    assert_eq!(
        desk.cells("SELECT email FROM users WHERE id IN (2, 3) ORDER BY id"),
        ["first@example.org", "shared@example.org"]
    );
}

#[test]
fn all_broken_rules_are_told_at_once_in_the_order_of_adding() {
    let desk = Desk::usual();
    desk.refused(
        &["user", "edit", "bob", "--username", "b", "--email", "b@x", "--full-name", "B0b"],
        5,
        "policy_email",
    )
    .names(&["e-mail:", "Username must be between 3 and 50 characters", "Full name contains invalid characters"]);
    desk.refused(&["user", "edit", "bob", "--username", "bob\n"], 5, "policy_username");
    desk.refused(&["user", "edit", "bob", "--username", ""], 5, "policy_username");
    desk.refused(&["user", "edit", "bob", "--full-name", "B\tB"], 5, "policy_full_name");
}

#[test]
fn nothing_given_names_the_options_on_a_terminal_too() {
    let mut desk = Desk::usual();
    let names = ["--username", "--email", "--full-name", "--customer", "set-role", "passwd"];
    desk.refused(&["user", "edit", "bob"], 2, "usage").advises(&names);
    desk.attended(&[Answer::Yes]);
    desk.refused(&["user", "edit", "bob"], 2, "usage").advises(&names);
}

#[test]
fn what_other_commands_change_is_told_with_the_command() {
    let desk = Desk::usual();
    desk.refused(&["user", "edit", "bob", "--role", "admin"], 2, "usage").advises(&["authctl set-role"]);
    desk.refused(&["user", "edit", "bob", "--inactive"], 2, "usage").advises(&["user deactivate"]);
    desk.refused(&["user", "edit", "bob", "--verified"], 2, "usage").advises(&["user verify"]);
    desk.refused(&["user", "edit", "bob", "--name", "Bobby"], 2, "usage").advises(&["--username"]);
    desk.refused(&["user", "edit", "bob", "cleo", "--full-name", "Bo Bo"], 2, "usage");
    desk.refused(&["user", "edit", "--full-name", "Bo Bo"], 2, "usage").names(&["USER"]);
    desk.refused(&["user", "edit", "id:x", "--full-name", "Bo Bo"], 2, "usage");
    desk.refused(&["user", "edit", "nobody", "--full-name", "Bo Bo"], 3, "not_found");
    desk.refused(&["user", "edit", "BOB", "--full-name", "Bo Bo"], 4, "ambiguous").names(&["id:2 bob"]);
}

#[test]
fn a_customer_is_one_that_exists_on_a_file_that_has_them() {
    let desk = Desk::usual();
    desk.refused(&["user", "edit", "bob", "--customer", "1"], 2, "usage").names(&["no customers"]);
    let desk = Desk::with(fixture::head);
    desk.refused(&["user", "edit", "root", "--customer", "9"], 3, "not_found").names(&["9"]).advises(&["customers"]);
    desk.refused(&["user", "edit", "root", "--customer", "one"], 2, "usage").names(&["--customer"]);
    let out = desk.ok(&["user", "edit", "free", "--customer", "1"]);
    assert!(out.stderr.contains("customer was none") && out.stderr.contains("old customer"), "{out:?}");
    assert_eq!(desk.user("free", "customer_id"), "1");
    // The newest app keeps these out, so it is said.
    let out = desk.ok(&["user", "edit", "free", "--customer", "2"]);
    assert!(out.stderr.contains("customer was 1") && out.stderr.contains("customer 2 is not active"), "{out:?}");
    let out = desk.ok(&["user", "edit", "free", "--customer", "3"]);
    assert!(out.stderr.contains("cannot log in") && out.stderr.contains("run out"), "{out:?}");
    assert_eq!(desk.events()[1], r#"user_edited done 5 free {"customer_id":1} {"customer_id":2} -"#);
}

#[test]
fn a_dry_run_tells_all_and_changes_nothing() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    let out = desk.ok(&["user", "edit", "bob", "--email", "b2@example.org", "-n"]);
    assert!(out.stderr.starts_with("would edit id:2 bob <b2@example.org> (patient)"), "{out:?}");
    let document = desk.json(&["user", "edit", "bob", "--email", "b2@example.org", "-n"]);
    assert_eq!((&document["changed"], &document["user"]["email"]), (&json!(true), &json!("b2@example.org")));
    assert_eq!(desk.snapshot(), before);
    desk.refused(&["user", "edit", "bob", "--email", "CLEO.m@example.org", "-n"], 4, "exists");
}

#[test]
fn a_check_of_the_table_and_a_trigger_are_heard() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TRIGGER keep AFTER UPDATE OF email ON users BEGIN
           UPDATE users SET email = old.email WHERE id = new.id; END",
    );
    desk.refused(&["user", "edit", "bob", "--email", "b2@example.org"], 9, "drift").advises(&["trigger"]);
    // It watches the e-mail alone, and a full name does not touch that.
    let out = desk.ok(&["user", "edit", "bob", "--full-name", "Bo Bo"]);
    assert!(!out.stderr.contains("trigger"), "{out:?}");
    let desk = Desk::empty();
    let checked = fixture::PREAUTH.replace("VARCHAR(100) NOT NULL", "VARCHAR(100) NOT NULL CHECK (email LIKE '%.org')");
    fixture::make(
        &desk.db(),
        &[
            &checked,
            fixture::NINE,
            fixture::EVENTS,
            "INSERT INTO users (id, username, email) VALUES (1, 'bob', 'b@x.org')",
        ],
    );
    desk.refused(&["user", "edit", "bob", "--email", "b@example.com"], 5, "policy_email").names(&["CHECK"]);
    let add = ["user", "add", "ann", "--email", "ann@example.com", "--password-stdin"];
    desk.refused_with(&add, fixture::PASSWORD, 5, "policy_email").names(&["CHECK"]);
    let row = format!("username,email,password\nann,ann@example.com,{}\n", fixture::PASSWORD);
    desk.refused_with(&["user", "import", "-"], row, 5, "policy_email");
}

#[test]
fn a_cell_that_cannot_be_read_is_mended_and_hostile_text_is_escaped() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET username = x'00ff' WHERE id = 2; UPDATE users SET full_name = char(27) || '[2J' WHERE id = 3",
    );
    let out = desk.ok(&["user", "edit", "id:2", "--username", "bob"]);
    assert!(out.stderr.contains("username was unreadable"), "{out:?}");
    let out = desk.ok(&["user", "edit", "cleo", "--full-name", "Cleo"]);
    assert!(!out.stderr.contains('\u{1b}') && out.stderr.contains(r"\u{1b}[2J"), "{out:?}");
    assert_eq!(desk.user("bob", "typeof(username)"), "text");
}

#[test]
fn an_old_file_wants_migrating_first() {
    let desk = Desk::with(fixture::preauth);
    desk.refused(&["user", "edit", "ada.w", "--full-name", "Ada Wong"], 9, "pending").advises(&["authctl migrate"]);
}
