//! `user delete`: what hangs on an account, the question, the last admin, ids that come again, and every refusal.

use serde_json::json;

use crate::fixture;
use crate::harness::{Answer, Desk};

/// References in every way in which SQLite lets a table declare them.
const REFERENCES: &str = "
CREATE TABLE Notes (id INTEGER PRIMARY KEY, Author INTEGER REFERENCES USERS);
CREATE TABLE \"odd \"\"table\" (\"who is it\" TEXT REFERENCES \"Users\" (\"username\") ON DELETE CASCADE);
CREATE TABLE pairs (a INTEGER, b TEXT, FOREIGN KEY (a, b) REFERENCES users (id, username));
CREATE TABLE logins (user_id INTEGER, at TEXT);
CREATE TABLE teams (id INTEGER PRIMARY KEY, lead INTEGER REFERENCES users (id));
CREATE TABLE lost (user_id INTEGER REFERENCES users (no_such_column));
CREATE VIEW seen AS SELECT user_id FROM logins;
INSERT INTO Notes (Author) VALUES (2), (2), (3), (77);
INSERT INTO \"odd \"\"table\" VALUES ('bob'), ('Bob');
INSERT INTO pairs VALUES (2, 'bob'), (2, 'cleo'), (3, 'bob');
INSERT INTO logins VALUES (2, 'x'), ('2', 'y'), (1, 'z');
INSERT INTO items (id, title, user_id) VALUES (3, 'Bobs', 2);";

fn delete<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["user", "delete"], more].concat()
}

#[test]
fn the_row_goes_and_nothing_else_and_the_event_keeps_what_it_said() {
    let desk = Desk::usual();
    let others = "SELECT group_concat(id || username || email || role) FROM users WHERE id <> 2";
    let (before, items) = (desk.cell(others), desk.cell("SELECT count(*) FROM items"));
    let document = desk.json(&delete(&["bob", "-y"]));
    assert_eq!(document["changed"], json!(true));
    assert_eq!(document["user"]["email"], json!("bob@example.org"));
    assert_eq!(document["dependents"], json!([]));
    assert_eq!(desk.cells("SELECT id FROM users WHERE username = 'bob'"), [""; 0]);
    assert_eq!((desk.cell(others), desk.cell("SELECT count(*) FROM items")), (before, items));
    assert_eq!(
        desk.events(),
        [concat!(
            r#"user_deleted done 2 bob {"username":"bob","email":"bob@example.org","full_name":"Bob Stone","#,
            r#""role":"patient","is_active":1,"is_verified":0,"created_at":"2025-03-01 08:05:00.000000","#,
            r#""last_login":null,"failed_login_attempts":0,"locked_until":null} - -"#
        )]
    );
    let row = desk.cell("SELECT before || coalesce(after, '') || coalesce(details, '') FROM security_events");
    assert!(!row.contains("argon2") && !row.contains(fixture::SALT), "{row}");
}

#[test]
fn every_reference_is_found_counted_and_left_as_it_is() {
    let desk = Desk::usual();
    desk.sql(REFERENCES);
    let out = desk.ok(&delete(&["bob", "-y"]));
    assert!(out.stderr.starts_with("deleted id:2 bob <bob@example.org> (patient)\n"), "{out:?}");
    for part in [
        "2 rows in Notes.Author refer to id:2; they stay as orphans\n",
        "note: foreign keys are off here, as in the app",
        "1 row in items.user_id refers to id:2; it stays as an orphan",
        "1 row in odd \"table.who is it refers to id:2",
        "1 row in pairs.(a, b) refers to id:2",
        "2 rows in logins.user_id may refer to id:2 (no foreign key says so)",
    ] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    for part in ["teams", "lost", "seen"] {
        assert!(!out.stderr.contains(part), "{part}: {out:?}");
    }
    // No CASCADE ran.
    assert_eq!(desk.cell("SELECT count(*) FROM \"odd \"\"table\""), "2");
    assert_eq!(desk.cell("SELECT count(*) FROM Notes WHERE Author = 2"), "2");
    let details = desk.cell("SELECT details ->> 'dependents' FROM security_events");
    assert_eq!(details, "Notes.Author 2, items.user_id 1, logins.user_id 2, odd \"table.who is it 1, pairs.(a, b) 1");
}

#[test]
fn the_document_lists_the_dependents() {
    let desk = Desk::usual();
    desk.sql(REFERENCES);
    let document = desk.json(&delete(&["id:3", "-n"]));
    assert_eq!(document["dependents"], json!([{"table": "Notes", "column": "Author", "rows": 1, "foreign_key": true}]));
    let both = desk.json(&delete(&["bob", "cleo", "-n"]));
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    let logins = json!({"table": "logins", "column": "user_id", "rows": 2, "foreign_key": false});
    assert!(both[0]["dependents"].as_array().is_some_and(|all| all.contains(&logins)), "{both}");
    let csv = desk.ok(&delete(&["bob", "-n", "-o", "csv", "--columns", "id,dependents"]));
    assert_eq!(csv.stdout, "id,dependents\n2,7\n");
    desk.refused(&delete(&["bob", "-y", "--columns", "id,hash"]), 2, "usage").names(&["hash"]);
}

#[test]
fn an_account_that_refers_to_another_is_a_dependent_too() {
    let desk = Desk::usual();
    desk.sql(
        "ALTER TABLE users ADD COLUMN boss INTEGER REFERENCES users (id); UPDATE users SET boss = 2 WHERE id IN (2, 3)",
    );
    let document = desk.json(&delete(&["bob", "-y"]));
    // Its own reference to itself goes with it.
    assert_eq!(document["dependents"], json!([{"table": "users", "column": "boss", "rows": 1, "foreign_key": true}]));
}

#[test]
fn each_of_two_keys_of_one_table_counts_by_itself() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TABLE plans (owner INTEGER REFERENCES users (id), approver INTEGER REFERENCES users (id));
         INSERT INTO plans VALUES (2, 3), (2, 4), (3, 2)",
    );
    let document = desk.json(&delete(&["bob", "-n"]));
    let of = |column: &str, rows: u32| json!({"table": "plans", "column": column, "rows": rows, "foreign_key": true});
    assert_eq!(document["dependents"], json!([of("approver", 1), of("owner", 2)]));
}

#[test]
fn without_a_terminal_it_wants_yes_and_names_the_gentler_way() {
    let desk = Desk::usual();
    desk.refused(&delete(&["bob"]), 2, "would_prompt")
        .names(&["id:2 bob <bob@example.org> (patient)"])
        .advises(&["--yes", "authctl user deactivate bob"]);
    let mut desk = Desk::usual();
    desk.attended(&[Answer::Text("bob")]);
    desk.refused(&delete(&["bob", "--no-input"]), 2, "would_prompt").advises(&["--yes"]);
}

#[test]
fn on_a_terminal_the_username_has_to_be_typed_and_all_is_said_before() {
    let mut desk = Desk::usual();
    desk.sql(REFERENCES);
    desk.attended(&[Answer::Text("bob"), Answer::Text("cleo")]);
    let out = desk.ok(&delete(&["bob", "email:Cleo.M@example.org", "cleo"]));
    let said = |text: &str| out.stderr.find(text).unwrap_or_else(|| panic!("{text}: {out:?}"));
    let deleted = said("deleted id:2 bob");
    assert!(said("about to delete id:2 bob <bob@example.org> (patient) for good") < deleted);
    assert!(said("Notes.Author refer to id:2") < deleted);
    assert!(said("authctl user deactivate bob cleo") < deleted);
    assert_eq!(out.stderr.matches("orphans").count(), 2, "said once: {out:?}");
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "8");
    assert_eq!(desk.events().len(), 2, "the account that was named twice is deleted once");
}

#[test]
fn another_answer_deletes_nothing() {
    for answer in [Answer::Text("Bob"), Answer::Text("y"), Answer::Text(""), Answer::Interrupt] {
        let mut desk = Desk::usual();
        desk.attended(&[answer]);
        let refusal = desk.refused(&delete(&["bob"]), 130, "interrupted");
        assert!(refusal.message == "interrupted" || refusal.message.contains("nothing was deleted"), "{refusal:?}");
    }
    let mut desk = Desk::usual();
    desk.attended(&[Answer::Text("bob"), Answer::Text("no")]);
    desk.refused(&delete(&["bob", "cleo"]), 130, "interrupted");
    // A name that cannot be typed: its id.
    let mut desk = Desk::usual();
    desk.sql(
        "UPDATE users SET username = 'b' || char(27) || 'b' WHERE id = 2; UPDATE users SET username = ' ' WHERE id = 3",
    );
    desk.attended(&[Answer::Text("id:2"), Answer::Text("id:3")]);
    desk.ok(&delete(&["id:2", "id:3"]));
}

#[test]
fn what_happens_while_the_question_stands_is_seen() {
    // The id has gone to another account.
    let mut desk = Desk::usual();
    desk.attended(&[Answer::Meanwhile(
        "DELETE FROM users WHERE id = 10; INSERT INTO users (username, email) VALUES ('new', 'new@example.org')",
        "jan",
    )]);
    let args = delete(&["jan", "--json"]);
    desk.run(&args).refusal(&args, 8, "db_busy").names(&["id:10 jan"]).advises(&["again"]);
    assert_eq!(desk.user("new", "id"), "10");
    assert!(desk.events().is_empty());
    // Another row hangs on it by now.
    let mut desk = Desk::usual();
    desk.attended(&[Answer::Meanwhile("INSERT INTO items (id, title, user_id) VALUES (9, 'late', 2)", "bob")]);
    let document = desk.json(&delete(&["bob"]));
    assert_eq!(document["dependents"][0]["rows"], json!(1));
    // The other admin is gone by now.
    let mut desk = Desk::usual();
    desk.ok(&["set-role", "bob", "admin"]);
    desk.attended(&[Answer::Meanwhile("UPDATE users SET is_active = 0 WHERE id = 2", "ann")]);
    let args = delete(&["ann", "--json"]);
    desk.run(&args).refusal(&args, 4, "last_admin");
}

#[test]
fn the_last_usable_admin_is_guarded_and_the_refusal_is_on_record() {
    let desk = Desk::usual();
    let out = desk.run(&delete(&["ann", "-y", "--json"]));
    out.refusal(&["ann"], 4, "last_admin").names(&["cannot delete id:1 ann"]).advises(&["--force", "set-role"]);
    assert_eq!(desk.events(), [r#"last_admin_refused refused 1 ann - - {"verb":"delete"}"#]);
    // Not even among others: all or nothing.
    assert_eq!(desk.run(&delete(&["bob", "ann", "-y"])).code, 4);
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "10");
    desk.ok(&delete(&["ann", "-y", "--force"]));
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "9");
    let desk = Desk::usual();
    desk.ok(&["set-role", "bob", "admin"]);
    desk.ok(&delete(&["ann", "-y"]));
}

#[test]
fn all_or_nothing_from_standard_input_too() {
    let desk = Desk::usual();
    desk.refused_with(&delete(&["-", "-y"]), "bob\nnobody\nCLEO\n", 3, "not_found").names(&["'nobody'", "'CLEO'"]);
    desk.refused_with(&delete(&["-", "-y"]), "CLEO\n", 4, "ambiguous").names(&["id:3 cleo"]);
    desk.refused_with(&delete(&["-"]), "bob\n", 2, "would_prompt");
    let out = desk.ok_with(&delete(&["-", "-y", "--json"]), "bob\r\n\nid:3\n");
    assert_eq!(out.json().as_array().map(Vec::len), Some(2));
    assert_eq!(desk.events().len(), 2);
    assert_eq!(desk.ok_with(&delete(&["-", "-y", "--json"]), "").json(), json!([]));
}

#[test]
fn wrong_uses_are_told_what_to_do() {
    let desk = Desk::usual();
    desk.refused(&delete(&["nobody", "-y"]), 3, "not_found").advises(&["user list --match"]);
    desk.refused(&delete(&["-y"]), 2, "usage").names(&["USER"]);
    desk.refused(&delete(&["57", "-y"]), 3, "not_found").names(&["'57'"]);
    desk.refused(&delete(&["id:57", "-y"]), 3, "not_found").names(&["id:57"]);
    desk.refused(&delete(&["id:two", "-y"]), 2, "usage").names(&["id:57"]);
    desk.refused(&delete(&["BOB", "-y"]), 4, "ambiguous").names(&["id:2 bob"]);
    desk.refused(&["user", "remove", "bob"], 2, "usage").names(&["remove"]);
    let desk = Desk::with(fixture::head);
    desk.refused(&delete(&["shared@example.org", "-y"]), 4, "ambiguous").names(&["id:2", "id:3"]);
    let desk = Desk::with(fixture::preauth);
    desk.refused(&delete(&["ada.w", "-y"]), 9, "pending").advises(&["authctl migrate"]);
}

#[test]
fn a_dry_run_asks_nothing_tells_all_and_changes_nothing() {
    let mut desk = Desk::usual();
    desk.sql(REFERENCES);
    desk.attended(&[]);
    let before = desk.snapshot();
    let out = desk.ok(&delete(&["bob", "jan", "-n"]));
    for part in [
        "would delete id:2 bob <bob@example.org> (patient)",
        "would delete id:10 jan",
        "2 rows in Notes.Author",
        "authctl user deactivate bob jan",
        "id:10: no account that stays has a higher id",
        "id:2: the app refuses",
    ] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    assert_eq!(desk.snapshot(), before);
    // The guard's refusal is rolled back as well.
    desk.refused(&delete(&["ann", "-n"]), 4, "last_admin");
}

#[test]
fn what_becomes_of_the_id_is_told_as_it_is() {
    let desk = Desk::usual();
    let out = desk.ok(&delete(&["ivo", "jan", "-y"]));
    assert!(out.stderr.contains("warning: id:9, id:10: no account that stays has a higher id"), "{out:?}");
    // SQLite gives the id that was free again, as was said.
    desk.ok_with(&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], fixture::PASSWORD);
    assert_eq!(desk.user("nina", "id"), "9");
    let desk = Desk::empty();
    let keyed = fixture::PREAUTH
        .replace("id INTEGER NOT NULL, username", "id INTEGER PRIMARY KEY AUTOINCREMENT, username")
        .replace(
            "DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id));\nCREATE INDEX ix_users_id",
            "DEFAULT CURRENT_TIMESTAMP);\nCREATE INDEX ix_users_id",
        );
    let rows =
        "INSERT INTO users (id, username, email) VALUES (1, 'bob', 'b@example.org'), (2, 'cleo', 'c@example.org')";
    fixture::make(&desk.db(), &[&keyed, fixture::NINE, fixture::EVENTS, rows]);
    let out = desk.ok(&delete(&["cleo", "-y"]));
    assert!(out.stderr.contains("never used again") && !out.stderr.contains("higher id"), "{out:?}");
    desk.ok_with(&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], fixture::PASSWORD);
    assert_eq!(desk.user("nina", "id"), "3");
}

#[test]
fn triggers_are_named_or_heard() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TABLE trail (who TEXT);
         CREATE TRIGGER farewell AFTER DELETE ON users BEGIN INSERT INTO trail VALUES (old.username); END;",
    );
    let out = desk.ok(&delete(&["bob", "-y"]));
    assert!(out.stderr.contains("(farewell) changed 1 more row"), "{out:?}");
    assert!(desk.events()[0].contains(r#""triggers":"farewell","trigger_rows":1"#), "{:?}", desk.events());
    desk.refused(&delete(&["cleo", "-y", "--no-triggers"]), 9, "drift").names(&["farewell"]);
    desk.sql("CREATE TRIGGER keep BEFORE DELETE ON users BEGIN SELECT RAISE(IGNORE); END;");
    desk.refused(&delete(&["cleo", "-y"]), 9, "drift").advises(&["trigger"]);
    desk.sql(
        "DROP TRIGGER keep; CREATE TRIGGER back AFTER DELETE ON users BEGIN
                INSERT INTO users (id, username, email) VALUES (old.id, old.username, old.email); END;",
    );
    desk.refused(&delete(&["cleo", "-y"]), 9, "drift").advises(&["trigger"]);
}

#[test]
fn hostile_names_of_tables_and_accounts_are_escaped() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET username = 'b' || char(27) || '[31m' WHERE id = 2");
    desk.sql(
        "CREATE TABLE \"a\u{202e}b\" (user_id INTEGER REFERENCES users (id)); INSERT INTO \"a\u{202e}b\" VALUES (2)",
    );
    let out = desk.ok(&delete(&["id:2", "-y"]));
    assert!(!out.stderr.contains('\u{1b}') && !out.stderr.contains('\u{202e}'), "{out:?}");
    assert!(out.stderr.contains(r"a\u{202e}b.user_id"), "{out:?}");
}
