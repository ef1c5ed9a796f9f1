//! Sound files to be damaged: about 300 accounts and 300 events in each form of the app, page size and journal.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use rusqlite::Connection;

use crate::inside::{Line, fixture, scratch};

/// Bytes of a database and of the file beside it.
#[derive(Clone, Debug)]
pub struct Files {
    pub name: &'static str,
    pub db: Vec<u8>,
    /// The suffix of the file beside it, and its bytes.
    pub beside: Option<(&'static str, Vec<u8>)>,
    pub page: usize,
}

/// Seven sound files, made once.
pub fn originals() -> &'static [Files] {
    static MADE: LazyLock<Vec<Files>> = LazyLock::new(make);
    &MADE
}

fn make() -> Vec<Files> {
    vec![
        live("rollback, 4096", 4096, "auto_vacuum = NONE"),
        live("rollback, 512", 512, "auto_vacuum = NONE"),
        live("rollback, 1024, pointer maps", 1024, "auto_vacuum = FULL"),
        wal(),
        hot(),
        made("newest form", &[fixture::HEAD, fixture::EVENTS], 2048),
        made("not migrated", &[fixture::PREAUTH], 4096),
    ]
}

fn accounts(columns: &str, values: impl Fn(u32) -> String) -> String {
    let mut sql = format!("INSERT INTO users ({columns}) VALUES ");
    for id in 1..=300 {
        let comma = if id == 1 { "" } else { "," };
        // Writing into a String cannot fail.
        let _ = write!(sql, "{comma}({id},'user{id:04}','user{id:04}@example.org',{})", values(id));
    }
    sql
}

fn migrated_rows() -> String {
    accounts(
        "id, username, email, created_at, password_hash, salt, is_active, is_verified, last_login, \
         failed_login_attempts, locked_until, role, full_name",
        |id| {
            let role = if id % 50 == 1 { "admin" } else { "patient" };
            let lock = match id % 9 {
                0 => "'2099-01-01 00:00:00.000000+00:00'",
                1 => "'2025-06-07 10:00:00.000000'",
                _ => "NULL",
            };
            let name = "Long Name ".repeat(usize::try_from(id % 40).expect("small"));
            format!("'2025-03-01 08:00:00','{{hash}}','{{salt}}',1,0,NULL,{},{lock},'{role}','{name}'", id % 5)
        },
    )
}

fn build(path: &Path, page: usize, vacuum: &str) {
    let form = format!("PRAGMA page_size = {page}; PRAGMA {vacuum}; PRAGMA secure_delete = OFF;");
    fixture::make(path, &[&form, fixture::PREAUTH, fixture::NINE, fixture::EVENTS, &migrated_rows()]);
    let dir = path.parent().expect("a directory");
    let names: String = (1..=150).map(|id| format!("id:{id}\n")).collect();
    for verb in ["lock", "unlock"] {
        let ran = Line::of(&[verb, "-", "--force", "-q"][..if verb == "lock" { 4 } else { 2 }])
            .stdin(&names)
            .days_ago(3)
            .run(dir);
        assert_eq!(ran.as_ref().map(|ran| ran.code), Ok(0), "{ran:?}");
    }
    // Pages on the freelist.
    let more = "INSERT INTO items (title, description, user_id) SELECT 'note', hex(zeroblob(400)), id FROM users;
                DELETE FROM items WHERE id % 4 <> 0;";
    fixture::make(path, &[more]);
}

fn live(name: &'static str, page: usize, vacuum: &str) -> Files {
    let dir = scratch();
    let path = dir.path().join("app.db");
    build(&path, page, vacuum);
    Files { name, db: bytes(&path), beside: None, page }
}

fn made(name: &'static str, schema: &[&str], page: usize) -> Files {
    let dir = scratch();
    let path = dir.path().join("app.db");
    let rows = if name == "not migrated" {
        accounts("id, username, email, created_at", |_| "'2025-03-01 08:00:00'".to_owned())
    } else {
        accounts(
            "id, username, email, created_at, password_hash, salt, is_active, is_verified, failed_login_attempts, \
             role, customer_id",
            |id| {
                let role = if id % 50 == 1 { "admin" } else { "user" };
                format!("'2025-03-01 08:00:00','{{hash}}','{{salt}}',1,0,0,'{role}',{}", id % 3)
            },
        )
    };
    let form = format!("PRAGMA page_size = {page}");
    fixture::make(&path, &[&[form.as_str()], schema, &[rows.as_str()]].concat());
    Files { name, db: bytes(&path), beside: None, page }
}

/// A file in WAL mode with commits that are in its `-wal` alone.
fn wal() -> Files {
    let dir = scratch();
    let path = dir.path().join("app.db");
    build(&path, 1024, "auto_vacuum = NONE");
    let app = Connection::open(&path).expect("a connection");
    app.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").expect("WAL");
    for id in 1..=30 {
        app.execute("UPDATE users SET full_name = 'Changed' WHERE id % 30 = ?1", [id]).expect("a change");
    }
    let beside = Some(("-wal", bytes(&dir.path().join("app.db-wal"))));
    Files { name: "WAL, 1024", db: bytes(&path), beside, page: 1024 }
}

/// A file with the journal of a transaction that a crash cut off.
fn hot() -> Files {
    let dir = scratch();
    let path = dir.path().join("app.db");
    build(&path, 1024, "auto_vacuum = NONE");
    let app = Connection::open(&path).expect("a connection");
    app.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE users SET full_name = upper(full_name), role = 'admin'")
        .expect("a change");
    let beside = Some(("-journal", bytes(&dir.path().join("app.db-journal"))));
    Files { name: "hot journal, 1024", db: bytes(&path), beside, page: 1024 }
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a readable file")
}
