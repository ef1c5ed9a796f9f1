//! Every stage of the app's file, in both journal modes, with rows and without, plain and with everything that
//! people add: what `migrate` and its read-only faces make of it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::bench::*;
use crate::fixtures::{Case, Filling, every_case, make};
use crate::support::{Cell, Stage};

/// The app's own migration (app-facts, stage 2).
const NINE: [(&str, &str); 9] = [
    ("password_hash", r#"TEXT DEFAULT """#),
    ("salt", r#"TEXT DEFAULT """#),
    ("is_active", "BOOLEAN DEFAULT 1"),
    ("is_verified", "BOOLEAN DEFAULT 0"),
    ("last_login", "TIMESTAMP NULL"),
    ("failed_login_attempts", "INTEGER DEFAULT 0"),
    ("locked_until", "TIMESTAMP NULL"),
    ("role", r#"TEXT DEFAULT "patient""#),
    ("full_name", "TEXT NULL"),
];

/// Type and default as `pragma_table_info` gives them where the nine were added.
const TYPES: [(&str, &str, Option<&str>); 9] = [
    ("password_hash", "TEXT", Some(r#""""#)),
    ("salt", "TEXT", Some(r#""""#)),
    ("is_active", "BOOLEAN", Some("1")),
    ("is_verified", "BOOLEAN", Some("0")),
    ("last_login", "TIMESTAMP", None),
    ("failed_login_attempts", "INTEGER", Some("0")),
    ("locked_until", "TIMESTAMP", None),
    ("role", "TEXT", Some(r#""patient""#)),
    ("full_name", "TEXT", None),
];

const STEPS: [&str; 13] = [
    "users.password_hash",
    "users.salt",
    "users.is_active",
    "users.is_verified",
    "users.last_login",
    "users.failed_login_attempts",
    "users.locked_until",
    "users.role",
    "users.full_name",
    "security_events",
    "index users.email",
    "index users.username",
    "index security_events.target_id",
];

fn copy_into(db: &Path, dir: &Path) -> PathBuf {
    let copy = dir.join("app.db");
    std::fs::copy(db, &copy).expect("the file can be copied");
    copy
}

#[test]
fn preauth_files_are_migrated() {
    all(Stage::Preauth);
}

#[test]
fn half_altered_files_are_migrated() {
    all(Stage::Half);
}

#[test]
fn altered_files_are_migrated() {
    all(Stage::Altered);
}

#[test]
fn live_files_are_migrated() {
    all(Stage::Live);
}

#[test]
fn files_of_a_later_app_are_migrated() {
    all(Stage::Later);
}

#[test]
fn files_of_the_newest_app_are_migrated() {
    all(Stage::Head);
}

fn all(stage: Stage) {
    for case in every_case(stage) {
        println!("{case:?}");
        let dir = scratch();
        let db = make(case, dir.path());
        let before = Picture::of(&db);
        faces_before(&db);
        dry_run(&db);
        let planned = plan(&db);
        let migrated = migrate(&db);
        let conn = connection(&db);
        schema_is_the_app_s(&before, &conn, case);
        before.assert_kept_in(&conn);
        old_rows_read_as_the_app_has_them(&conn, case);
        only_ours_is_new(&before, &conn);
        assert_sound(&conn);
        plan_makes_the_same(&planned, &conn);
        drop(conn);
        second_run(&db);
        way_back(&db, &before, &migrated);
    }
}

/// `status`, `plan` and `check` look, and only look.
fn faces_before(db: &Path) {
    let held = bytes(db);
    for (face, code) in [("status", 0), ("plan", 0), ("check", 9)] {
        let ran = run(db, &["migrate", face, "--json"]).expect(code);
        let document = ran.json();
        assert_shape(&document, &json!(false));
        assert!(states(&document).contains(&"pending"), "{document}");
        run(db, &["migrate", face]).expect(code).says("authctl migrate");
    }
    assert_eq!(bytes(db), held);
}

/// The fields of the contract, no more; the backup is null unless named.
fn assert_shape(document: &Value, up_to_date: &Value) {
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(document), ["up_to_date", "steps", "backup"]);
    assert_eq!(&document["up_to_date"], up_to_date);
    let steps = document["steps"].as_array().expect("an array");
    let names: Vec<&str> = steps.iter().filter_map(|step| step["name"].as_str()).collect();
    assert_eq!(names, STEPS);
    for step in steps {
        assert_eq!(keys(step), ["name", "state", "sql"]);
        assert!(step["sql"].is_string());
    }
}

fn states(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().expect("an array");
    steps.iter().map(|step| step["state"].as_str().expect("a state")).collect()
}

fn dry_run(db: &Path) {
    let dir = db.parent().expect("a directory");
    let held = bytes(db);
    let names = backups(dir);
    let ran = run(db, &["migrate", "--dry-run", "--json"]).expect(0).says("would migrate");
    assert_shape(&ran.json(), &json!(true));
    assert_eq!(ran.json()["backup"], Value::Null);
    assert_eq!(bytes(db), held);
    assert_eq!(backups(dir), names);
    let wal = beside(db, "-wal");
    assert!(!wal.exists() || bytes(&wal).is_empty(), "a dry run wrote into the -wal");
    assert!(!beside(db, "-journal").exists());
}

/// The plan, run on a copy without any help of ours.
fn plan(db: &Path) -> Picture {
    let elsewhere = scratch();
    let copy = copy_into(db, elsewhere.path());
    let plan = run(db, &["migrate", "plan"]).expect(0).out;
    assert!(plan.starts_with("BEGIN IMMEDIATE;\n") && plan.ends_with("COMMIT;\n"), "{plan}");
    execute(&copy, &plan);
    Picture::of(&copy)
}

fn plan_makes_the_same(planned: &Picture, migrated: &Connection) {
    let made = Picture::through(migrated);
    assert_eq!(planned.schema, made.schema);
    for (name, table) in &planned.tables {
        if name != "security_events" && name != "sqlite_sequence" {
            assert_eq!(Some(table), made.tables.get(name), "{name}");
        }
    }
}

fn migrate(db: &Path) -> Ran {
    let ran = run(db, &["migrate", "--json"]).expect(0).says("migrated");
    assert_shape(&ran.json(), &json!(true));
    assert!(states(&ran.json()).iter().all(|state| *state == "applied"));
    assert!(!beside(db, "-journal").exists());
    assert_eq!(backups(db.parent().expect("a directory")).len(), 1);
    ran
}

/// The text of `users` is word for word what the app's own ALTER TABLE would have left; all else is untouched.
fn schema_is_the_app_s(before: &Picture, conn: &Connection, case: Case) {
    let reference = Connection::open_in_memory().expect("a database in memory");
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        other => panic!("no text: {other:?}"),
    };
    let users =
        before.schema.iter().find(|row| row[0] == Cell::Text("table".into()) && row[1] == Cell::Text("users".into()));
    let users = text(&users.expect("the table 'users'")[3]);
    reference.execute_batch(&users).expect("the text of 'users' is SQL");
    let had = &before.tables["users"].0;
    for (name, declared) in NINE.iter().filter(|(name, _)| !had.iter().any(|column| column == name)) {
        reference.execute_batch(&format!("ALTER TABLE users ADD COLUMN {name} {declared}")).expect("it can be altered");
    }
    let of_users = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'users'";
    assert_eq!(texts(conn, of_users), texts(&reference, of_users));
    for row in &before.schema {
        let name = text(&row[1]);
        if name != "users" {
            let same = format!(
                "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name = '{name}' AND type = '{}'",
                text(&row[0])
            );
            assert_eq!(query(conn, &same), std::slice::from_ref(row), "{name}");
        }
    }
    if !matches!(case.stage, Stage::Later | Stage::Head) {
        for (name, declared, default) in TYPES {
            let found = query(
                conn,
                &format!(
                    "SELECT type, dflt_value, \"notnull\", pk, hidden FROM pragma_table_xinfo('users') WHERE name = '{name}'"
                ),
            );
            let default = default.map_or(Cell::Null, |text| Cell::Text(text.into()));
            let zero = Cell::Integer(0);
            assert_eq!(
                found,
                [[Cell::Text(declared.into()), default, zero.clone(), zero.clone(), zero].to_vec()],
                "{name}"
            );
        }
    }
}

fn old_rows_read_as_the_app_has_them(conn: &Connection, case: Case) {
    if !matches!(case.stage, Stage::Preauth | Stage::Half | Stage::Altered) {
        return;
    }
    let wrong = "SELECT count(*) FROM users WHERE NOT (password_hash IS '' AND salt IS '' AND is_active IS 1 AND is_verified IS 0
        AND last_login IS NULL AND failed_login_attempts IS 0 AND locked_until IS NULL AND role IS 'patient' AND full_name IS NULL
        AND typeof(password_hash) = 'text' AND typeof(is_active) = 'integer' AND typeof(failed_login_attempts) = 'integer')";
    assert_eq!(query(conn, wrong), [[Cell::Integer(0)]]);
    let rows = if case.filling == Filling::Rows { 5 } else { 0 };
    assert_eq!(query(conn, "SELECT count(*) FROM users"), [[Cell::Integer(rows)]]);
}

/// Our table with one event, our indexes where none led, and SQLite's own counter of ids.
fn only_ours_is_new(before: &Picture, conn: &Connection) {
    let names = |schema: &Rows| schema.iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    let old = names(&before.schema);
    let new: Vec<Cell> = names(&Picture::through(conn).schema).into_iter().filter(|name| !old.contains(name)).collect();
    let allowed =
        ["security_events", "ix_security_events_target_id", "ix_users_email", "ix_users_username", "sqlite_sequence"];
    for name in &new {
        assert!(matches!(name, Cell::Text(text) if allowed.contains(&text.as_str())), "{name:?} is new");
    }
    for column in ["email", "username"] {
        let plans = query(conn, &format!("EXPLAIN QUERY PLAN SELECT id FROM users WHERE {column} = 'x'"));
        assert!(format!("{plans:?}").contains("USING"), "{column} is not looked up by an index: {plans:?}");
    }
    let events = query(conn, "SELECT id, event, outcome, target_id FROM security_events");
    let text = |text: &str| Cell::Text(text.into());
    assert_eq!(events, [[Cell::Integer(1), text("schema_migrated"), text("done"), Cell::Null]]);
}

fn second_run(db: &Path) {
    let dir = db.parent().expect("a directory");
    let held = contents(dir);
    let ran = run(db, &["migrate", "--json"]).expect(0).says("unchanged");
    assert_shape(&ran.json(), &json!(true));
    assert_eq!(ran.json()["backup"], Value::Null);
    for face in ["status", "plan", "check"] {
        let ran = run(db, &["migrate", face, "--json"]).expect(0).says("up to date");
        assert_shape(&ran.json(), &json!(true));
    }
    assert_eq!(run(db, &["migrate", "plan"]).expect(0).out, "");
    let mut now = contents(dir);
    // Looking at a WAL file makes an empty one.
    now.retain(|name, (_, held)| !(name.as_encoded_bytes().ends_with(b"-wal") && held.is_empty()));
    assert_eq!(now, held);
}

/// The backup is whole, private and the state before; the printed command brings that state back.
fn way_back(db: &Path, before: &Picture, migrated: &Ran) {
    let backup = PathBuf::from(migrated.json()["backup"].as_str().expect("a path"));
    assert!(backup.is_absolute());
    assert_eq!(mode(&backup), 0o600);
    let command = migrated.err.lines().find_map(|line| line.split_once("then: ")).expect("the way back is printed").1;
    let done = surroundless(Path::new("sh")).arg("-c").arg(command).current_dir("/").output().expect("sh starts");
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(&Picture::of(db), before);
    assert_sound(&connection(db));
    assert_eq!(&Picture::of(&backup), before);
    run(db, &["migrate", "check"]).expect(9);
    run(db, &["migrate", "--no-backup", "--json"]).expect(0);
    assert_eq!(backups(db.parent().expect("a directory")), [backup]);
    run(db, &["migrate", "check"]).expect(0);
}
