//! `user export`: exact values, and its way back through `user import`.

use std::path::Path;

use serde_json::{Value, json};

use crate::fixture::{self, SALT};
use crate::harness::{Desk, cells};

/// Every column but the id, each with its storage class, one row a text.
pub fn all(path: &Path) -> Vec<String> {
    let columns = cells(path, "SELECT name FROM pragma_table_info('users') WHERE name <> 'id' ORDER BY name");
    let parts: Vec<String> =
        columns.iter().map(|name| format!("typeof({name}) || ':' || coalesce({name}, '')")).collect();
    cells(path, &format!("SELECT {} FROM users ORDER BY id", parts.join(" || '|' || ")))
}

/// Exports one desk into a new one.
fn moved(from: &Desk, to: &Desk, format: &str, args: &[&str]) {
    let export = from.ok(&["user", "export", "--with-hashes", "-o", format]);
    to.ok_with(&[&["user", "import", "-", "--format", format], args].concat(), export.stdout);
}

#[test]
fn an_export_of_several_pages_lacks_no_account() {
    for accounts in [999, 1000, 1001, 2000, 2001] {
        let desk = Desk::usual();
        desk.sql(&format!(
            "WITH RECURSIVE n (i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < {accounts})
             INSERT INTO users (id, username, email) SELECT i, 'n' || i, 'n' || i || '@example.org' FROM n"
        ));
        let export = desk.ok(&["user", "export", "-o", "jsonl"]).stdout;
        assert_eq!(export.lines().count(), accounts);
        assert!(
            export.lines().last().is_some_and(|line| line.contains(&format!("n{accounts}@example.org"))),
            "{accounts}"
        );
    }
}

#[test]
fn an_export_imported_into_an_empty_database_gives_equal_rows() {
    for format in ["csv", "jsonl"] {
        let from = Desk::usual();
        // What the app cannot read comes back in no import: the one unreadable lock is mended first.
        from.sql("UPDATE users SET locked_until = NULL WHERE id = 9");
        from.sql("UPDATE users SET full_name = '' WHERE id = 3");
        from.sql("UPDATE users SET full_name = 'a \"b\", c;' || char(10) || ' d ', username = 'two' || char(10) WHERE id = 4");
        from.sql("UPDATE users SET role = 'wizard', email = 'Not Normal' WHERE id = 5");
        from.sql("UPDATE users SET username = 'BOB', email = 'BOB@example.org' WHERE id = 7");
        from.sql("DELETE FROM users WHERE id = 6");
        let to = Desk::empty();
        to.ok(&["init"]);
        moved(&from, &to, format, &[]);
        assert_eq!(all(&to.db()), all(&from.db()), "{format}");
    }
}

#[test]
fn an_export_of_two_customers_with_the_same_names_comes_back_too() {
    for format in ["csv", "jsonl"] {
        let (from, to) = (Desk::with(fixture::head), Desk::with(fixture::head));
        to.sql("DELETE FROM users");
        moved(&from, &to, format, &[]);
        assert_eq!(all(&to.db()), all(&from.db()), "{format}");
    }
}

#[test]
fn a_file_from_before_the_migration_is_exported_with_what_it_has() {
    let from = Desk::with(fixture::preauth);
    let out = from.ok(&["user", "export"]);
    assert!(
        out.stdout.starts_with("id,username,email,created_at\n1,ada.w,ada.w@example.org,2025-03-01 08:00:00\n"),
        "{out:?}"
    );
    assert!(out.stderr.contains("not migrated"), "{out:?}");
    let to = Desk::empty();
    to.ok(&["init"]);
    to.ok_with(&["user", "import", "-"], out.stdout);
    from.ok(&["migrate", "--no-backup"]);
    assert_eq!(all(&to.db()), all(&from.db()));
}

#[test]
fn csv_is_the_default_and_holds_the_exact_values() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET full_name = '=1+1', username = 'x' || char(27) || ',\"y' WHERE id = 2");
    let out = desk.ok(&["user", "export"]);
    let mut lines = out.stdout.lines();
    let header = "id,username,email,full_name,role,is_active,is_verified,created_at,last_login,failed_login_attempts,locked_until";
    assert_eq!(lines.next(), Some(header));
    let ann = "1,ann,ann@example.org,Ann Admin,admin,1,1,2025-03-01 08:00:00,2026-01-02 03:04:05.678901,0,";
    assert_eq!(lines.next(), Some(ann));
    assert_eq!(lines.next(), Some("2,\"x\u{1b},\"\"y\",bob@example.org,=1+1,patient,1,0,2025-03-01 08:05:00,,0,"));
    assert!(out.stderr.contains("10 accounts"), "{out:?}");
    let chosen = desk.ok(&["user", "export", "--columns", "email,id"]);
    assert!(chosen.stdout.starts_with("email,id\nann@example.org,1\n"), "{chosen:?}");
}

#[test]
fn a_terminal_gets_escaped_texts() {
    let mut desk = Desk::usual();
    desk.sql("UPDATE users SET full_name = 'a' || char(27) || '[2J' WHERE id = 2");
    desk.terminal.stdout = authctl::cli::Stream::Terminal;
    let out = desk.ok(&["user", "export"]);
    assert!(!out.stdout.contains('\u{1b}') && out.stderr.contains("escaped"), "{out:?}");
    let out = desk.ok(&["user", "export", "-q", "--with-hashes"]);
    assert!(out.stderr.contains("warning: ") && out.stderr.contains("umask 077"), "{out:?}");
}

#[test]
fn hashes_and_salts_are_printed_only_when_asked_for() {
    let desk = Desk::usual();
    for format in ["csv", "json", "jsonl", "table"] {
        let out = desk.ok(&["user", "export", "-o", format]);
        assert!(!out.stdout.contains("argon2") && !out.stdout.contains(SALT), "{out:?}");
        let with = desk.ok(&["user", "export", "--with-hashes", "-o", format]).stdout;
        assert!(format == "table" || with.contains("argon2") && with.contains(SALT), "{with}");
    }
    desk.refused(&["user", "export", "--columns", "salt"], 2, "usage");
}

#[test]
fn json_has_the_stored_values_in_order() {
    let desk = Desk::usual();
    let all = desk.json(&["user", "export", "--with-hashes"]);
    let cleo = json!({
        "id": 3, "username": "cleo", "email": "Cleo.M@example.org", "full_name": null, "role": "therapist",
        "is_active": true, "is_verified": true, "created_at": "2025-03-02 09:00:00.123456", "last_login": null,
        "failed_login_attempts": 2, "locked_until": null, "password_hash": fixture::hash(fixture::PASSWORD, SALT), "salt": SALT,
    });
    assert_eq!(all[2], cleo);
    let keys: Vec<&String> = all[2].as_object().expect("an object").keys().collect();
    assert_eq!(keys, cleo.as_object().expect("an object").keys().collect::<Vec<_>>());
}

#[test]
fn cells_that_have_no_form_as_text_are_marked_told_and_refused_by_an_import() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET full_name = x'ff00', last_login = 5 WHERE id = 2");
    let out = desk.run(&["user", "export", "--json"]);
    out.refusal(&["export"], 10, "partial").names(&["2 cells", "id:2 full_name", "id:2 last_login"]);
    let bob = &out.json()[1];
    assert_eq!(bob["full_name"], Value::Null);
    assert_eq!(
        bob["raw"],
        json!({"full_name": {"type": "blob", "hex": "ff00"}, "last_login": {"type": "integer", "text": "5"}})
    );
    for format in ["csv", "jsonl"] {
        let export = desk.run(&["user", "export", "-o", format]).stdout;
        let to = Desk::empty();
        to.ok(&["init"]);
        let refused = to.run_with(&["user", "import", "-", "--format", format], &export);
        assert!(refused.code == 2 && refused.stderr.contains("export could not read"), "{refused:?}");
        assert_eq!(to.cell("SELECT count(*) FROM users"), "0");
    }
}

#[test]
fn an_export_changes_no_byte_and_writes_no_event() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    desk.ok(&["user", "export", "--with-hashes"]);
    assert_eq!(desk.snapshot(), before);
}
