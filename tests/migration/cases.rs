//! Names in other spellings, and what else a schema may hold that must not confuse the migration.

use std::path::Path;

use crate::bench::*;
use crate::support::{Cell, Stage, make_db};

fn migrated(sql: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = scratch();
    let db = dir.path().join("app.db");
    execute(&db, sql);
    let before = Picture::of(&db);
    run(&db, &["migrate"]).expect(0);
    let conn = connection(&db);
    before.assert_kept_in(&conn);
    assert_sound(&conn);
    drop(conn);
    run(&db, &["migrate", "check"]).expect(0);
    (dir, db)
}

fn count_of(db: &Path, sql: &str) -> Cell {
    query(&connection(db), sql).remove(0).remove(0)
}

#[test]
fn names_are_known_whatever_their_case_and_keep_their_spelling() {
    let (_dir, db) = migrated(
        r#"CREATE TABLE "Users" ("ID" integer primary key, "UserName" varchar(50), [EMAIL] text, `Password_Hash` TEXT DEFAULT "",
                                 "SALT" text, Is_Active BOOL, "Locked_Until" datetime, "ROLE" varchar(20) default 'therapist');
           CREATE UNIQUE INDEX "UX_Mail" ON "Users" ("Email");
           INSERT INTO "Users" VALUES (7, 'ann', 'ann@example.org', 'x', 'y', 1, NULL, 'admin');"#,
    );
    let conn = connection(&db);
    let columns = texts(&conn, "SELECT name FROM pragma_table_info('users')");
    let old = ["ID", "UserName", "EMAIL", "Password_Hash", "SALT", "Is_Active", "Locked_Until", "ROLE"];
    let new = ["is_verified", "last_login", "failed_login_attempts", "full_name"];
    assert_eq!(columns, [&old[..], &new[..]].concat());
    let indexes = texts(&conn, "SELECT name FROM pragma_index_list('users') ORDER BY name");
    assert_eq!(indexes, ["UX_Mail", "ix_users_username"]);
    drop(conn);
    let shown = run(&db, &["user", "show", "ANN@example.org", "--json"]);
    assert_eq!(shown.code, 4, "only the case differs: {}", shown.err);
    assert_eq!(run(&db, &["user", "show", "ann", "--json"]).expect(0).json()["role"], "admin");
    run(&db, &["user", "add", "bea", "--email", "bea@example.org", "--generate"]).expect(0);
    assert_eq!(count_of(&db, "SELECT Role FROM Users WHERE USERNAME = 'bea'"), Cell::Text("therapist".into()));
    run(&db, &["user", "add", "cat", "--email", "bea@example.org", "--generate"]).expect(4).says("e-mail");
}

#[test]
fn tables_and_columns_with_words_of_sql_for_names_are_left_alone() {
    migrated(
        r#"CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, "order" TEXT, "hashed password" TEXT, "we""ird" TEXT);
           CREATE TABLE "order" ("group" TEXT, "select" TEXT);
           INSERT INTO users VALUES (1, 'a', 'b', 'c', 'd', 'e'); INSERT INTO "order" VALUES ('f', 'g');"#,
    );
}

#[test]
fn a_table_without_rowid_is_migrated_with_rows_and_without() {
    for rows in
        ["", "INSERT INTO users VALUES (1, 'a', 'a@b.example'), (2, 'b', 'b@b.example'), (9, 'c', 'c@b.example');"]
    {
        let sql = format!(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL, email TEXT NOT NULL) WITHOUT ROWID; {rows}"
        );
        let (_dir, db) = migrated(&sql);
        let odd = "SELECT count(*) FROM users WHERE failed_login_attempts IS NOT 0 OR is_active IS NOT 1 OR role IS NOT 'patient'";
        assert_eq!(count_of(&db, odd), Cell::Integer(0));
    }
}

#[test]
fn a_column_that_ignores_case_has_an_index_of_its_own_order() {
    let (_dir, db) = migrated(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT COLLATE NOCASE UNIQUE, email TEXT COLLATE NOCASE);",
    );
    let indexes = texts(&connection(&db), "SELECT name FROM pragma_index_list('users') ORDER BY name");
    assert_eq!(indexes, ["ix_users_email", "sqlite_autoindex_users_1"]);
}

#[test]
fn an_index_that_no_look_up_can_use_does_not_count() {
    let (_dir, db) = migrated(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT);
         CREATE INDEX partial ON users (email) WHERE id > 5;
         CREATE INDEX second ON users (id, email);
         CREATE INDEX lowered ON users (lower(email));
         CREATE INDEX other_order ON users (email COLLATE NOCASE);
         CREATE INDEX leads ON users (username DESC, id);",
    );
    let ours = "SELECT name FROM sqlite_schema WHERE name LIKE 'ix!_users!_%' ESCAPE '!'";
    assert_eq!(texts(&connection(&db), ours), ["ix_users_email"]);
}

#[test]
fn fitting_types_in_other_words_are_taken_as_they_are() {
    migrated(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username VARCHAR, email NVARCHAR(10), password_hash CLOB, salt CHARACTER(32),
                             is_active INT, is_verified DECIMAL(1), last_login TEXT, failed_login_attempts BIGINT, locked_until VARCHAR(40),
                             role NCHAR(5), full_name TEXT);",
    );
}

#[test]
fn triggers_do_for_us_what_they_do_for_the_app() {
    let dir = scratch();
    let db = make_db(Stage::Live, dir.path());
    execute(
        &db,
        r#"CREATE TABLE log (said TEXT);
           CREATE VIRTUAL TABLE names USING fts5(name);
           CREATE TRIGGER t_log AFTER UPDATE OF is_active ON users WHEN new.role = "patient"
             BEGIN INSERT INTO log VALUES ("off"); INSERT INTO names VALUES (new.username); END;"#,
    );
    run(&db, &["migrate"]).expect(0);
    run(&db, &["user", "deactivate", "pia_one"]).expect(0).says("t_log");
    assert_eq!(texts(&connection(&db), "SELECT said FROM log"), ["off"]);
    assert_eq!(texts(&connection(&db), "SELECT name FROM names"), ["pia_one"]);
    run(&db, &["user", "activate", "pia_one", "--no-triggers"]).expect(9).says("t_log");
}

#[test]
fn a_schema_with_names_that_are_not_utf8_is_no_obstacle() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    execute(
        &db,
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT, odd_col TEXT DEFAULT 'odd_dfl');
         CREATE TABLE odd_tab (x); INSERT INTO odd_tab VALUES (1);
         CREATE TRIGGER odd_trg AFTER DELETE ON users BEGIN SELECT 1; END;
         INSERT INTO users VALUES (1, 'ann', 'ann@example.org', NULL);",
    );
    let mut held = bytes(&db);
    for name in ["odd_col", "odd_dfl", "odd_tab", "odd_trg"] {
        let places: Vec<usize> =
            held.windows(7).enumerate().filter(|(_, part)| part == &name.as_bytes()).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "{name}");
        places.iter().for_each(|at| held.0[*at] = 0xff);
    }
    std::fs::write(&db, &*held).expect("the file can be written");
    run(&db, &["migrate"]).expect(0);
    run(&db, &["user", "deactivate", "ann"]).expect(0);
    run(&db, &["user", "show", "ann"]).expect(0);
}
