//! `db check` and `db info`: what is found, what is told, and how it ends.

use std::fs;

use serde_json::{Value, json};

use crate::db_backup::damage_an_index;
use crate::fixture;
use crate::harness::{Desk, Out};

/// The document with exit 11, and the error behind it.
fn found(desk: &Desk, args: &[&str]) -> (Value, String) {
    let before = desk.snapshot();
    let out: Out = desk.run(&[&["--json"], args].concat());
    assert_eq!(desk.snapshot(), before, "a check writes nothing");
    let refusal = out.refusal(args, 11, "findings");
    (out.json(), refusal.message)
}

#[test]
fn a_sound_file_is_ok_with_its_counts() {
    let desk = Desk::with(fixture::preauth);
    let document = desk.json(&["db", "check"]);
    assert_eq!(
        document,
        json!({
            "ok": true, "integrity": [], "foreign_keys": [], "foreign_key_count": 0, "unreadable": [],
            "unreadable_count": 0, "counts": {"items": 0, "users": 3}
        })
    );
    let out = desk.ok(&["db", "check"]);
    assert!(out.stdout.contains("'users': 3") && out.stderr.contains("sound"), "{out:?}");
    desk.ok(&["db", "check", "-o", "csv"]);
    desk.ok(&["db", "check", "-o", "jsonl"]);
}

/// The fixture has an item of nobody, and a lock until "soon".
#[test]
fn rows_that_point_to_nothing_and_cells_that_cannot_be_read_are_findings() {
    let desk = Desk::usual();
    let (document, message) = found(&desk, &["db", "check"]);
    assert_eq!(document["foreign_keys"], json!([{"table": "items", "rowid": 2, "parent": "users"}]));
    assert_eq!(document["unreadable"], json!([{"id": 9, "columns": ["locked_until"]}]));
    assert_eq!((&document["ok"], &document["integrity"]), (&json!(false), &json!([])));
    assert_eq!(document["counts"], json!({"items": 2, "security_events": 0, "sqlite_sequence": 0, "users": 10}));
    assert!(message.contains("1 row pointing to nothing") && message.contains("1 account"), "{message}");
    let out = desk.run(&["db", "check"]);
    assert_eq!(out.code, 11);
    for part in ["'items': 1 row without their row of 'users'", "id:9: locked_until", "integrity"] {
        assert!(out.stdout.contains(part), "{part}: {out:?}");
    }
    desk.sql("DELETE FROM items WHERE id = 2; UPDATE users SET locked_until = NULL WHERE id = 9");
    desk.ok(&["db", "check"]);
}

#[test]
fn rows_without_their_parents_are_counted_by_table_and_parent() {
    let desk = Desk::usual();
    desk.sql(
        "CREATE TABLE plans (id INTEGER PRIMARY KEY);
         CREATE TABLE notes (author REFERENCES users (id), plan REFERENCES plans (id));
         INSERT INTO notes VALUES (98, 1), (99, NULL), (2, 3), (2, 4)",
    );
    let out = desk.run(&["db", "check"]);
    for part in ["'notes': 3 rows without their row of 'plans'", "'notes': 2 rows without", "'items': 1 row without"] {
        assert!(out.stdout.contains(part), "{part}: {out:?}");
    }
}

#[test]
fn a_thousand_orphans_are_counted_and_a_hundred_of_them_listed() {
    let desk = Desk::usual();
    desk.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
         INSERT INTO items (title, user_id) SELECT 'lost', 5000 + i FROM n",
    );
    let (document, _) = found(&desk, &["db", "check"]);
    assert_eq!(document["foreign_key_count"], json!(1000));
    assert_eq!(document["foreign_keys"].as_array().map(Vec::len), Some(100));
    let out = desk.run(&["db", "check"]);
    assert!(out.stdout.lines().count() < 20 && out.stdout.contains("1000 rows"), "{out:?}");
}

#[test]
fn damage_is_a_finding_however_deep_it_sits() {
    let desk = Desk::usual();
    damage_an_index(&desk);
    let (document, message) = found(&desk, &["db", "check"]);
    assert!(document["integrity"].to_string().contains("ix_users_email"), "{document}");
    assert!(message.contains("damaged"), "{message}");

    let bytes = fs::read(Desk::usual().db()).expect("the file");
    let page = 4096;
    for (from, to) in [(100, page), (page, 2 * page), (2 * page, 3 * page), (bytes.len() - page, bytes.len())] {
        let mut damaged = bytes.clone();
        damaged[from..to].fill(0xa5);
        desk.write("app.db", damaged);
        let (document, _) = found(&desk, &["db", "check"]);
        assert_eq!(document["ok"], json!(false), "{from}");
        assert_ne!(document["integrity"], json!([]), "{from}");
    }
    desk.write("app.db", &bytes[..bytes.len() / 2]);
    found(&desk, &["db", "check"]);
}

/// An index lacks the third account, and the ninth has a head that is longer than its row.
#[test]
fn what_was_found_before_the_check_broke_off_is_told() {
    let desk = Desk::usual();
    damage_an_index(&desk);
    let mut bytes = fs::read(desk.db()).expect("the file");
    let name = b"ivoivo@example.org";
    let row = bytes.windows(name.len()).position(|window| window == name).expect("the ninth account");
    let is_head = |length: &usize| bytes[row - length] == u8::try_from(*length).expect("a short head");
    let head = row - (10..40).find(is_head).expect("the length of its head");
    bytes[head] = 0xff;
    desk.write("app.db", bytes);
    let (document, _) = found(&desk, &["db", "check"]);
    let lines = document["integrity"].as_array().expect("a list");
    assert!(lines.len() > 1 && lines[0].to_string().contains("ix_users_email"), "{document}");
    assert!(lines[lines.len() - 1].to_string().contains("malformed"), "{document}");
}

/// What keeps one table from being looked at is not "ok" for all of them.
#[test]
fn foreign_keys_that_cannot_be_checked_are_not_said_to_be_ok() {
    let desk = Desk::usual();
    let root: usize = desk.cell("SELECT rootpage FROM sqlite_schema WHERE name = 'items'").parse().expect("a page");
    let mut bytes = fs::read(desk.db()).expect("the file");
    bytes[(root - 1) * 4096..root * 4096].fill(0xa5);
    desk.write("app.db", bytes);
    let out = desk.run(&["db", "check"]);
    assert!(out.code == 11 && out.stdout.contains("the foreign keys of 'items' cannot be checked"), "{out:?}");
    let line = out.stdout.lines().find(|line| line.starts_with("foreign keys")).expect("the line").to_owned();
    assert!(line.ends_with("cannot be checked in 1 table"), "{line}");
}

/// Rows that point to nothing are one thing, cells that cannot be read another.
#[test]
fn the_way_out_is_that_of_what_was_found() {
    let desk = Desk::usual();
    desk.sql("DELETE FROM items WHERE id = 2");
    let args = ["--json", "db", "check"];
    let refusal = desk.run(&args).refusal(&args, 11, "findings").advises(&["authctl doctor"]);
    assert!(!refusal.hint.contains("foreign keys"), "{refusal:?}");
    let found = desk.run(&["doctor"]);
    assert!(found.stdout.contains("ivo") && found.stdout.contains("authctl unlock ivo"), "{found:?}");
}

#[test]
fn what_is_no_database_of_the_app_is_not_checked() {
    let desk = Desk::empty();
    desk.refused(&["db", "check"], 8, "db_missing");
    desk.refused(&["db", "info"], 8, "db_missing");
    desk.write("app.db", "text ".repeat(50));
    desk.refused(&["db", "check"], 8, "db_not_sqlite");
    desk.refused(&["db", "info"], 8, "db_not_sqlite");
    let desk = Desk::with(|path| fixture::make(path, &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]));
    desk.refused(&["db", "check"], 8, "db_foreign");
    desk.refused(&["db", "info"], 8, "db_foreign");
    let desk = Desk::usual();
    desk.refused(&["db", "check", "--columns", "nope"], 2, "usage").names(&["nope"]);
    desk.refused(&["db", "check", "app.db"], 2, "usage");
    desk.refused(&["db"], 2, "usage");
}

#[test]
fn info_tells_the_stage_in_words_and_the_accounts_by_kind() {
    let half = |path: &std::path::Path| {
        let columns: Vec<&str> = fixture::NINE.split_inclusive(';').take(4).collect();
        fixture::make(path, &[fixture::PREAUTH, &columns.concat()]);
    };
    let later = |path: &std::path::Path| {
        fixture::make(
            path,
            &[&fixture::HEAD
                .replace("customer_id INTEGER,", "")
                .replace(",\n  FOREIGN KEY(customer_id) REFERENCES customers (id)", "")],
        );
    };
    for (desk, words, pending) in [
        (Desk::with(fixture::preauth), "before accounts had passwords", 11),
        (Desk::with(half), "half altered: some of the nine columns are missing", 7),
        (Desk::with(fixture::unlogged), "with the nine columns", 2),
        (Desk::usual(), "with the nine columns", 0),
        (Desk::with(later), "of a later version of the app", 2),
        (Desk::with(fixture::head), "of the newest version of the app, with customers", 0),
    ] {
        let before = desk.snapshot();
        let info = desk.json(&["db", "info"]);
        assert_eq!(desk.snapshot(), before);
        assert_eq!(info["schema"], json!(words));
        assert_eq!(info["migrations_pending"].as_array().map(Vec::len), Some(pending), "{words}: {info}");
    }
    let desk = Desk::usual();
    desk.ok(&["user", "verify", "bob"]);
    let info = desk.json(&["db", "info"]);
    assert_eq!(info["roles"], json!({"admin": 1, "patient": 8, "therapist": 1}));
    // emil's and gus's locks have no offset, ivo's is no time: the app answers 500 (`app-facts`, Login and lockout).
    assert_eq!(info["states"], json!({"active": 5, "inactive": 1, "locked": 1, "stuck": 3}));
    assert_eq!((&info["users"], &info["events"]), (&json!(10), &json!(1)));
    assert_eq!((&info["first_event"], &info["last_event"]), (&json!("2026-11-25T02:00:00.000Z"), &info["first_event"]));
    let bytes = fs::metadata(desk.db()).expect("the file").len();
    assert_eq!(info["bytes"], json!(bytes));
    assert_eq!(info["pages"].as_u64().zip(info["page_size"].as_u64()).map(|(pages, size)| pages * size), Some(bytes));
    for (name, value) in [
        ("journal_mode", json!("delete")),
        ("encoding", json!("UTF-8")),
        ("user_version", json!(0)),
        ("free_pages", json!(0)),
        ("side_files", json!({})),
        ("database", json!(desk.db().display().to_string())),
        ("sqlite_version", json!(rusqlite::version())),
    ] {
        assert_eq!(info[name], value, "{name}");
    }
}

#[test]
fn info_tells_when_the_file_was_written_and_what_lies_beside_it() {
    let desk = Desk::usual();
    // 2020-01-02T03:04:05.678Z in seconds, as Python's calendar.timegm has it.
    let written = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_577_934_245_678);
    fs::File::options().append(true).open(desk.db()).and_then(|file| file.set_modified(written)).expect("a time");
    assert_eq!(desk.json(&["db", "info"])["modified"], json!("2020-01-02T03:04:05.678000Z"));
    let app = crate::harness::open(&desk.db());
    app.execute_batch("PRAGMA journal_mode = wal; UPDATE users SET full_name = 'Bob' WHERE username = 'bob'")
        .expect("sql");
    let info = desk.json(&["db", "info"]);
    for suffix in ["-wal", "-shm"] {
        let bytes = fs::metadata(format!("{}{suffix}", desk.db().display())).expect("it is there").len();
        assert_eq!(info["side_files"][suffix], json!(bytes), "{info:#}");
    }
    assert_eq!((&info["side_files"]["-journal"], &info["journal_mode"]), (&Value::Null, &json!("wal")));
}

#[test]
fn info_for_people_says_what_to_do_next() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(fixture::preauth);
    fs::set_permissions(desk.db(), fs::Permissions::from_mode(0o644)).expect("chmod");
    let out = desk.ok(&["db", "info"]);
    for part in ["chmod 600", "authctl migrate"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    assert!(out.stdout.contains("0644") && out.stdout.contains("(none) 3"), "{out:?}");
    fs::set_permissions(desk.db(), fs::Permissions::from_mode(0o600)).expect("chmod");
    desk.ok(&["migrate", "--no-backup"]);
    let out = desk.ok(&["db", "info", "-q"]);
    assert_eq!(out.stderr, "");
}
