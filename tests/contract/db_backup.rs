//! `db backup`: what is made, under which name, what is removed by `--keep`, and what is refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use authctl::store::partial::Partial;
use serde_json::{Value, json};

use crate::fixture;
use crate::harness::{Desk, cells, open};

/// The name at the desk's time, in the scheme of `migrate`.
const NAME: &str = "app.db.backup-20261125T020000Z";

/// Every row of every table, and the schema, as text.
pub fn dump(path: &Path) -> Vec<String> {
    let schema = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name";
    let mut lines = cells(path, schema);
    for table in cells(path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
        let columns = cells(path, &format!("SELECT quote(name) FROM pragma_table_info('{table}')"));
        let quoted: Vec<String> =
            columns.iter().map(|name| format!("quote(\"{}\")", name.trim_matches('\''))).collect();
        let rows = format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || '|' || "));
        lines.extend(cells(path, &rows).into_iter().map(|row| format!("{table}: {row}")));
    }
    lines
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file").permissions().mode() & 0o7777
}

#[test]
fn a_backup_is_a_private_copy_beside_the_database_and_stdout_names_it_alone() {
    for fixture in [fixture::usual, fixture::unlogged, fixture::preauth, fixture::head] {
        let desk = Desk::with(fixture);
        let before = fs::read(desk.db()).expect("the database");
        let out = desk.ok(&["db", "backup"]);
        let path = desk.path(NAME);
        assert_eq!(out.stdout, format!("{}\n", path.display()));
        assert_eq!((dump(&path), mode(&path)), (dump(&desk.db()), 0o600));
        assert_eq!(fs::read(desk.db()).expect("the database"), before);
        let back = format!("authctl db restore {}", path.display());
        assert!(out.stderr.contains("verified") && out.stderr.contains(&back), "{out:?}");
        // The same second again: another name, and the first stays.
        let again = desk.ok(&["db", "backup", "-q"]);
        assert_eq!(again.stdout, format!("{}-2\n", path.display()));
        assert_eq!(again.stderr, "");
    }
}

#[test]
fn the_document_holds_path_size_accounts_and_the_sum_that_sha256sum_gives() {
    let desk = Desk::usual();
    let made = desk.json(&["db", "backup", "copies.db"]);
    let path = desk.path("copies.db");
    let sum = Command::new("sha256sum").arg(&path).output().expect("sha256sum starts");
    let sum = String::from_utf8(sum.stdout).expect("text");
    let sum = sum.split_whitespace().next().expect("a sum");
    let bytes = fs::metadata(&path).expect("the file").len();
    assert_eq!(
        made,
        json!({"backup": path.display().to_string(), "bytes": bytes, "users": 10, "sha256": sum, "removed": []})
    );
    let out = desk.ok(&["db", "backup", "-o", "csv", "--columns", "users,removed"]);
    assert_eq!(out.stdout.lines().collect::<Vec<_>>(), ["users,removed", "10,"]);
}

#[test]
fn what_is_still_in_the_wal_is_in_the_backup() {
    let desk = Desk::usual();
    let app = open(&desk.db());
    app.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;").expect("WAL");
    app.execute_batch("UPDATE users SET full_name = 'In The Wal' WHERE id = 2").expect("a commit");
    let path = desk.ok(&["db", "backup"]).stdout;
    let name = cells(Path::new(path.trim_end()), "SELECT full_name FROM users WHERE id = 2");
    assert_eq!(name, ["In The Wal"]);
    drop(app);
}

#[test]
fn names_that_cannot_be_a_new_file_are_refused() {
    let desk = Desk::usual();
    desk.write("taken.db", "mine");
    desk.write("half.db-journal", "an earlier file's");
    symlink("nowhere", desk.path("link.db")).expect("a link");
    fs::create_dir(desk.path("dir")).expect("a directory");
    for (file, exit, code, named, advised) in [
        ("taken.db", 4, "exists", "taken.db", "leave FILE away"),
        ("link.db", 4, "exists", "link.db", "leave FILE away"),
        ("half.db", 4, "exists", "half.db-journal", "leave FILE away"),
        ("app.db", 4, "exists", "app.db", "leave FILE away"),
        ("dir", 4, "exists", "is a directory", "dir/"),
        ("", 2, "usage", "", ""),
        ("-", 2, "usage", "'-'", "name a file"),
        ("app.db-wal", 2, "usage", "app.db-wal", "choose another"),
        ("app.db-journal", 2, "usage", "app.db-journal", "choose another"),
        ("dir/../app.db-shm", 2, "usage", "app.db-shm", "choose another"),
        ("no/such/copy.db", 8, "db_readonly", "no/such", "name a FILE in a directory"),
    ] {
        let refusal = desk.refused(&["db", "backup", file], exit, code);
        refusal.names(&[named]).advises(&[advised]);
        if !file.is_empty() && code != "usage" {
            desk.refused(&["db", "backup", file, "-n"], exit, code);
        }
    }
    desk.refused(&["db", "backup", "--keep", "0"], 2, "usage").names(&["--keep 0"]).advises(&["1 or more"]);
    desk.refused(&["db", "backup", "--keep", "few"], 2, "usage").names(&["--keep"]);
    desk.refused(&["db", "backup", "copy.db", "--keep", "3"], 2, "usage").names(&["--keep"]);
    desk.refused(&["db", "backup", "--columns", "nope"], 2, "usage").names(&["nope"]);
}

#[test]
fn a_database_that_is_missing_foreign_or_damaged_is_not_backed_up() {
    let desk = Desk::empty();
    desk.refused(&["db", "backup"], 8, "db_missing").names(&["app.db"]);
    desk.write(
        "app.db",
        "text, and more of it than a header of a hundred bytes has: text, text, text, text, text, text",
    );
    desk.refused(&["db", "backup"], 8, "db_not_sqlite").names(&["app.db"]);
    let desk = Desk::with(|path| fixture::make(path, &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]));
    desk.refused(&["db", "backup"], 8, "db_foreign").names(&["users"]);
    let desk = Desk::usual();
    damage_an_index(&desk);
    let refusal = desk.refused(&["db", "backup"], 8, "db_unreadable");
    refusal.names(&["damaged", "ix_users_email"]).advises(&["db check", "db restore"]);
}

/// A row that an index does not know: only a check of the whole file sees it.
pub fn damage_an_index(desk: &Desk) {
    let app = open(&desk.db());
    app.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX ix_users_email ON users (email) WHERE id < 0'
          WHERE name = 'ix_users_email';",
    )
    .expect("a schema that lies");
    drop(app);
    let app = open(&desk.db());
    app.execute_batch("UPDATE users SET email = 'lost@example.org' WHERE id = 3").expect("a row");
    app.execute_batch(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX ix_users_email ON users (email)'
          WHERE name = 'ix_users_email';",
    )
    .expect("the old schema");
}

#[test]
fn a_backup_that_another_run_is_making_is_left_to_it() {
    let desk = Desk::usual();
    let theirs = desk.path("copy.db.authctl-partial");
    let held = Partial::create(theirs.clone()).expect("another run makes it");
    desk.refused(&["db", "backup", "copy.db"], 4, "exists").names(&["copy.db.authctl-partial"]);
    drop(held);
    // What a killed one left is nobody's.
    fs::write(&theirs, "left").expect("a file");
    desk.ok(&["db", "backup", "copy.db"]);
    assert!(!theirs.exists());
}

/// Names that `authctl` gave, and names that only look like it.
#[test]
fn keep_removes_the_oldest_of_our_own_backups_and_nothing_else() {
    let desk = Desk::usual();
    let ours = ["20240101T000000Z", "20240101T000000Z-2", "20240101T000000Z-10", "20250101T000000Z"];
    let others = [
        "app.db.backup-mine",
        "app.db.backup-20240101T000000Z-1",
        "app.db.backup-20240101T000000Z-02",
        "app.db.backup-20240101T000000Z.old",
        "app.db.backup-20240101T000000Z-2-3",
        "app.db.backup-2024-01-01T000000Z",
        "app.db.backup-20240101T0000000Z",
        "app.db.backup-20240101T00000Z",
        "app.db.backup-202401010000000Z",
        "app.db.backup-20240101T00000aZ",
        "app.db.backup-20241301T000000Z",
        "app.db.backup-99999999T999999Z",
        "app.db.before-restore-20240101T000000Z",
        "other.db.backup-20240101T000000Z",
        "xapp.db.backup-20240101T000000Z",
    ];
    for stamp in ours {
        desk.write(&format!("app.db.backup-{stamp}"), "old");
    }
    for name in others {
        desk.write(name, "not ours");
    }
    symlink("app.db", desk.path("app.db.backup-20200101T000000Z")).expect("a link");
    fs::create_dir(desk.path("app.db.backup-20200102T000000Z")).expect("a directory");
    let there = |stamp: &str| desk.path(&format!("app.db.backup-{stamp}")).exists();

    let before = desk.snapshot();
    let plan = desk.json(&["db", "backup", "--keep", "2", "-n"]);
    assert_eq!(desk.snapshot(), before);
    let out = desk.run(&["db", "backup", "--keep", "2", "--json"]);
    let document = out.json();
    assert_eq!(document["removed"], plan["removed"]);
    let removed: Vec<&str> = document["removed"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let expected: Vec<String> =
        ours[..3].iter().map(|stamp| desk.path(&format!("app.db.backup-{stamp}")).display().to_string()).collect();
    assert_eq!(removed, expected);
    for path in &removed {
        assert!(out.stderr.contains(&format!("removed the older backup '{path}'")), "{out:?}");
    }
    assert_eq!(ours.map(there), [false, false, false, true]);
    assert!(others.iter().all(|name| desk.path(name).exists()));
    assert!(
        desk.path("app.db.backup-20200101T000000Z").is_symlink()
            && there("20200102T000000Z")
            && there("20261125T020000Z")
    );

    // One from a clock that was wrong is not newer than the one that was just made.
    desk.write("app.db.backup-20990101T000000Z", "from the future");
    desk.ok(&["db", "backup", "--keep", "1"]);
    assert!(there("20261125T020000Z-2") && !there("20261125T020000Z") && !there("20990101T000000Z"));
    desk.ok(&["db", "backup", "--keep", "4294967295"]);
    assert!(there("20261125T020000Z-2"));
}

#[test]
fn a_dry_run_makes_nothing_and_says_what_it_would_make() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    let out = desk.ok(&["db", "backup", "-n"]);
    assert_eq!(out.stdout, "");
    assert!(out.stderr.contains("would back up 10 accounts") && out.stderr.contains(NAME), "{out:?}");
    let plan = desk.json(&["db", "backup", "-n", "copy.db"]);
    let path = desk.path("copy.db").display().to_string();
    assert_eq!(plan, json!({"backup": path, "bytes": null, "users": 10, "sha256": null, "removed": []}));
    assert_eq!(desk.snapshot(), before);
}

/// Control characters are escaped for people; a script gets the name that opens the file.
#[test]
fn paths_in_json_are_exact() {
    let desk = Desk::usual();
    let made = desk.json(&["db", "backup", "odd \u{1b}[31m\nname.db"]);
    let path = made["backup"].as_str().expect("a path");
    assert!(std::path::Path::new(path).is_file(), "{path:?}");
    let table = desk.ok(&["db", "backup", "odd \u{1b}[32m.db"]).stdout;
    assert!(!table.contains('\u{1b}'), "{table:?}");
    let restored = desk.json(&["db", "restore", path, "-y"]);
    assert_eq!(restored["backup"], path);
}

/// `ulimit -f` ends most programs; here it is as a disk without room.
#[test]
fn a_limit_on_file_sizes_is_an_error_and_leaves_nothing() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    let line = "ulimit -f 8 && exec \"$0\" db backup small.db --json";
    let mut shell = Command::new("bash");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_authctl")]).current_dir(desk.dir.path());
    let out = shell.env_clear().env("HOME", "/nonexistent").output().expect("bash");
    let stderr = String::from_utf8_lossy(&out.stderr);
    assert_eq!((out.status.code(), out.stdout.as_slice()), (Some(8), &b""[..]), "{out:?}");
    assert!(stderr.contains("small.db") && stderr.contains("has room"), "{stderr}");
    assert_eq!(desk.snapshot(), before);
}
