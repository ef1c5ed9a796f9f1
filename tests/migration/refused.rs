//! Files that are not ours, or not as ours must be: each refused with its name, nothing changed.

use std::path::Path;

use crate::bench::*;
use crate::support::{Stage, make_db};

const GOOD: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT);";

/// The stray file of another program (app-facts, stage 5).
const STRAY: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, password_hash TEXT NOT NULL, salt TEXT NOT NULL,
                        role TEXT NOT NULL, created TEXT NOT NULL, last_login TEXT, active INTEGER DEFAULT 1);
    CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id INTEGER, expires TEXT);";

/// Files that are not the app's: 8, whatever is asked.
const FOREIGN: [(&str, &str); 12] = [
    ("CREATE TABLE items (id INTEGER PRIMARY KEY)", "no table 'users'"),
    (
        "CREATE TABLE t (id INTEGER PRIMARY KEY, username, email); CREATE VIEW users AS SELECT * FROM t",
        "'users' is a view",
    ),
    ("CREATE VIRTUAL TABLE users USING fts5(id, username, email)", "'users' is a virtual table"),
    ("CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT) STRICT", "STRICT"),
    ("CREATE TABLE users (username TEXT, email TEXT)", "no column 'id'"),
    ("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)", "no column 'username'"),
    ("CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT)", "no column 'email'"),
    ("CREATE TABLE users (id INTEGER, username TEXT, email TEXT)", "'users.id' is not an INTEGER primary key"),
    ("CREATE TABLE users (id TEXT PRIMARY KEY, username TEXT, email TEXT)", "'users.id' is not an INTEGER primary key"),
    (
        "CREATE TABLE users (id BIGINT PRIMARY KEY, username TEXT, email TEXT)",
        "'users.id' is not an INTEGER primary key",
    ),
    ("CREATE TABLE users (id INTEGER, username TEXT, email TEXT, PRIMARY KEY (id, username))", "'users.id' is not"),
    (STRAY, "no column 'username'"),
];

/// Files of the app with something else in the place of ours: 9.
const DRIFTED: [(&str, &str); 22] = [
    ("ALTER TABLE users ADD COLUMN password_hash BLOB", "users.password_hash is declared as BLOB"),
    ("ALTER TABLE users ADD COLUMN salt", "users.salt is declared as no type"),
    ("ALTER TABLE users ADD COLUMN is_active TEXT", "users.is_active is declared as TEXT"),
    ("ALTER TABLE users ADD COLUMN Is_Verified REAL", "users.is_verified is declared as REAL"),
    ("ALTER TABLE users ADD COLUMN last_login INTEGER", "users.last_login is declared as INTEGER"),
    ("ALTER TABLE users ADD COLUMN failed_login_attempts TEXT", "users.failed_login_attempts is declared as TEXT"),
    ("ALTER TABLE users ADD COLUMN locked_until BIGINT", "users.locked_until is declared as BIGINT"),
    ("ALTER TABLE users ADD COLUMN role INTEGER", "users.role is declared as INTEGER"),
    ("ALTER TABLE users ADD COLUMN full_name NUMERIC", "users.full_name is declared as NUMERIC"),
    ("ALTER TABLE users ADD COLUMN role TEXT AS ('admin')", "users.role is a generated column"),
    ("ALTER TABLE users ADD COLUMN created_at DATETIME AS ('2026')", "users.created_at is a generated column"),
    (
        "CREATE TABLE security_events (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT)",
        "security_events has other columns",
    ),
    ("CREATE VIEW security_events AS SELECT 1 AS id", "security_events is a view"),
    ("CREATE VIRTUAL TABLE security_events USING fts5(id)", "security_events is a virtual table"),
    ("CREATE TABLE security_events (id INTEGER PRIMARY KEY) STRICT", "security_events is STRICT"),
    ("CREATE INDEX security_events ON users (id)", "the name security_events is taken by another index"),
    (
        "CREATE INDEX ix_users_email ON users (id, email)",
        "the name ix_users_email is taken by another index of the table 'users'",
    ),
    ("CREATE INDEX ix_users_email ON users (email) WHERE id > 1", "the name ix_users_email is taken by another index"),
    ("CREATE TABLE t (x); CREATE INDEX IX_Users_Username ON t (x)", "taken by another index of the table 't'"),
    ("CREATE TABLE ix_users_username (x)", "the name ix_users_username is taken by a table"),
    ("CREATE VIEW ix_users_email AS SELECT 1", "the name ix_users_email is taken by a view"),
    ("CREATE TABLE t (x); CREATE INDEX ix_security_events_target_id ON t (x)", "ix_security_events_target_id is taken"),
];

/// Runs every face of `migrate` and a write: code, name of the reason, and an untouched directory.
#[track_caller]
fn refused(db: &Path, code: i32, error: &str, reason: &str) {
    let dir = db.parent().expect("a directory");
    let held = contents(dir);
    for verb in [&["migrate"][..], &["migrate", "--no-backup", "--yes"], &["migrate", "--dry-run"]] {
        run(db, verb).expect(code).says(reason);
        let ran = run(db, &[verb, &["--json"]].concat()).expect(code);
        assert_eq!((ran.error_code().as_str(), ran.out.as_str()), (error, ""));
    }
    for face in ["status", "plan", "check"] {
        run(db, &["migrate", face]).expect(code).says(reason);
    }
    assert_eq!(contents(dir), held);
}

#[test]
fn a_foreign_file_is_refused_by_name() {
    for (sql, reason) in FOREIGN {
        let dir = scratch();
        let db = dir.path().join("app.db");
        execute(&db, sql);
        refused(&db, 8, "db_foreign", reason);
        run(&db, &["user", "list"]).expect(8).says(reason);
        run(&db, &["unlock", "id:1"]).expect(8).says(reason);
    }
}

#[test]
fn a_log_of_which_one_column_is_another_is_not_ours() {
    let schema = "UPDATE sqlite_schema SET sql = replace(sql,";
    for change in [
        "ALTER TABLE security_events RENAME COLUMN reason TO why".to_owned(),
        format!("PRAGMA writable_schema = ON; {schema} 'reason TEXT', 'reason BLOB')"),
        format!("PRAGMA writable_schema = ON; {schema} 'reason TEXT', 'reason TEXT AS (''x'')')"),
        format!("PRAGMA writable_schema = ON; {schema} 'reason TEXT,', 'reason TEXT, more TEXT,')"),
    ] {
        let dir = scratch();
        let db = dir.path().join("app.db");
        execute(&db, &format!("{GOOD} INSERT INTO users (id) VALUES (1)"));
        run(&db, &["migrate", "--no-backup"]).expect(0);
        execute(&db, &change);
        refused(&db, 9, "drift", "security_events has other columns");
    }
}

#[test]
fn a_file_with_two_faults_names_each_of_them_once() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    execute(&db, &format!("{GOOD} ALTER TABLE users ADD COLUMN salt; CREATE VIEW ix_users_email AS SELECT 1"));
    let ran = run(&db, &["migrate"]).expect(9);
    for fault in ["users.salt is declared as no type", "the name ix_users_email is taken by a view"] {
        assert_eq!(ran.err.matches(fault).count(), 1, "{}", ran.err);
    }
}

#[test]
fn something_else_in_the_place_of_ours_is_named() {
    for (sql, reason) in DRIFTED {
        let dir = scratch();
        let db = dir.path().join("app.db");
        execute(&db, &format!("{GOOD} INSERT INTO users (id) VALUES (1); {sql}"));
        refused(&db, 9, "drift", reason);
        let document = run(&db, &["migrate", "check", "--json"]).expect(9).json();
        assert_eq!(document["up_to_date"], false);
    }
}

#[test]
fn our_table_without_its_autoincrement_is_drift() {
    let dir = scratch();
    let db = make_db(Stage::Live, dir.path());
    run(&db, &["migrate", "--no-backup"]).expect(0);
    let sql = texts(&connection(&db), "SELECT sql FROM sqlite_schema WHERE name = 'security_events'").remove(0);
    execute(&db, &format!("DROP TABLE security_events; {}", sql.replace(" AUTOINCREMENT", "")));
    refused(&db, 9, "drift", "security_events.id is not AUTOINCREMENT");
    run(&db, &["unlock", "id:6"]).expect(9);
}

#[test]
fn every_difference_is_named_at_once() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    execute(
        &db,
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, role BLOB, salt INTEGER);
         CREATE TABLE security_events (x);",
    );
    run(&db, &["migrate"]).expect(9).says("users.role").says("users.salt").says("security_events has other columns");
}

/// Bytes that are no database, each with its own words.
#[test]
fn what_is_no_database_is_told_apart() {
    let dir = scratch();
    let good = make_db(Stage::Preauth, dir.path());
    let held = bytes(&good);
    let mut encrypted = held.to_vec();
    let mut dice = Dice::new(7);
    encrypted.iter_mut().for_each(|byte| *byte ^= dice.next().to_le_bytes()[3] | 1);
    let mut broken_root = held.to_vec();
    broken_root[100..160].fill(0xff);
    let mut odd_format = held.to_vec();
    odd_format[44..48].copy_from_slice(&9_u32.to_be_bytes());
    let cases: [(&[u8], &str, &str); 9] = [
        (b"", "db_not_sqlite", "is an empty file"),
        (b"x", "db_not_sqlite", "is not an SQLite database"),
        (b"username,email\nann,ann@example.org\n", "db_not_sqlite", "is not an SQLite database"),
        (&[0; 8192], "db_not_sqlite", "is not an SQLite database"),
        (&encrypted, "db_not_sqlite", "or it is encrypted"),
        (&held[..100], "db_unreadable", "damaged"),
        (&held[..held.len() - 5000], "db_unreadable", "damaged"),
        (&broken_root, "db_unreadable", "damaged"),
        (&odd_format, "db_unreadable", "unsupported file format"),
    ];
    for (held, error, reason) in cases {
        std::fs::write(&good, held).expect("the file can be written");
        refused(&good, 8, error, reason);
    }
}

#[test]
fn a_missing_file_is_not_made_and_a_directory_is_called_one() {
    let dir = scratch();
    refused(&dir.path().join("nope.db"), 8, "db_missing", "there is no database at");
    std::fs::create_dir(dir.path().join("app.db")).expect("a directory can be made");
    refused(&dir.path().join("app.db"), 8, "db_not_sqlite", "is a directory");
    run(&dir.path().join("none/app.db"), &["migrate"]).expect(8).says("there is no database at");
}
