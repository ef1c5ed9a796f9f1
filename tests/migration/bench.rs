//! The bench that the other modules work on: scratch directories, runs of the real binary, pictures of files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::Cell;

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails the test unless the run ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "stderr lacks {text:?}: {}", self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {:?} {:?}", self.out, self.err))
    }

    /// `error.code` of the last line of stderr.
    #[track_caller]
    pub fn error_code(&self) -> String {
        let line = self.err.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {:?}", self.err));
        assert_eq!(error["error"]["exit"], self.code);
        error["error"]["code"].as_str().expect("the code is a text").to_owned()
    }
}

/// The binary with nothing of the developer's own surroundings.
pub fn tool() -> Command {
    surroundless(Path::new(env!("CARGO_BIN_EXE_authctl")))
}

pub fn surroundless(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    command
}

/// `authctl --database DB ARGS…`.
pub fn on(db: &Path, args: &[&str]) -> Command {
    let mut command = tool();
    command.arg("--database").arg(db).args(args);
    command
}

pub fn run(db: &Path, args: &[&str]) -> Ran {
    Ran::of(on(db, args).output().expect("the binary starts"))
}

pub fn scratch() -> TempDir {
    tempfile::tempdir().expect("a scratch directory")
}

/// The bytes of a file; a failing test shows how many and their sum alone.
#[derive(Clone, PartialEq)]
pub struct Bytes(pub Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sum = self.0.iter().fold(0_u32, |sum, byte| sum.rotate_left(5) ^ u32::from(*byte));
        write!(out, "{} bytes, {sum:08x}", self.0.len())
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

pub fn bytes(path: &Path) -> Bytes {
    Bytes(std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The same path with something after its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub fn entries(dir: &Path) -> BTreeSet<std::ffi::OsString> {
    let read = std::fs::read_dir(dir).expect("the directory can be read");
    read.map(|entry| entry.expect("an entry").file_name()).collect()
}

/// Every file of a directory with its bytes and its mode: what a refusal must leave alone. `-shm` is SQLite's
/// shared memory and holds no data.
pub fn contents(dir: &Path) -> BTreeMap<std::ffi::OsString, (u32, Bytes)> {
    let names = entries(dir).into_iter().filter(|name| !name.as_encoded_bytes().ends_with(b"-shm"));
    let files = names.filter(|name| dir.join(name).is_file());
    files
        .map(|name| {
            let path = dir.join(&name);
            let mode = path.metadata().expect("metadata").permissions().mode();
            let held = Bytes(std::fs::read(&path).unwrap_or_default());
            (name, (mode, held))
        })
        .collect()
}

pub fn backups(dir: &Path) -> Vec<PathBuf> {
    let marked = |name: &OsStr| String::from_utf8_lossy(name.as_encoded_bytes()).contains(".backup-");
    entries(dir).into_iter().filter(|name| marked(name)).map(|name| dir.join(name)).collect()
}

pub fn mode(path: &Path) -> u32 {
    path.metadata().expect("the file is there").permissions().mode() & 0o7777
}

pub fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the mode can be set");
}

/// A connection with the app's settings.
pub fn connection(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    conn.busy_timeout(Duration::from_secs(20)).expect("a busy timeout can be set");
    conn.pragma_update(None, "foreign_keys", false).expect("foreign keys can be switched off");
    conn
}

pub fn execute(path: &Path, sql: &str) {
    connection(path).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Rows of a query.
pub type Rows = Vec<Vec<Cell>>;

pub fn query(conn: &Connection, sql: &str) -> Rows {
    let mut statement = conn.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let read = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .and_then(|found| found.collect());
    read.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

pub fn texts(conn: &Connection, sql: &str) -> Vec<String> {
    let text = |cell: Cell| match cell {
        Cell::Text(text) => text,
        other => format!("{other:?}"),
    };
    query(conn, sql).into_iter().map(|mut row| text(row.remove(0))).collect()
}

/// All that a file holds: the schema's texts, and every row of every table in the columns that it has now.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// type, name, table, text.
    pub schema: Vec<Vec<Cell>>,
    pub tables: BTreeMap<String, (Vec<String>, Rows)>,
}

impl Picture {
    pub fn of(path: &Path) -> Self {
        Self::through(&connection(path))
    }

    pub fn through(conn: &Connection) -> Self {
        let schema = query(conn, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
        let names = texts(conn, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        let tables = names
            .into_iter()
            .map(|name| {
                let columns = columns(conn, &name);
                let rows = rows_of(conn, &name, &columns);
                (name, (columns, rows))
            })
            .collect();
        Self { schema, tables }
    }

    /// Fails the test unless `conn` still holds every row of this picture, cell for cell.
    #[track_caller]
    pub fn assert_kept_in(&self, conn: &Connection) {
        for (name, (columns, rows)) in &self.tables {
            let mut now = rows_of(conn, name, columns);
            if name == "sqlite_sequence" {
                // SQLite's counter of our own events.
                now.retain(|row| row[0] != Cell::Text("security_events".into()));
            }
            assert_eq!(&now, rows, "rows of {name}");
        }
    }
}

fn columns(conn: &Connection, table: &str) -> Vec<String> {
    texts(conn, &format!("SELECT name FROM pragma_table_info('{}')", table.replace('\'', "''")))
}

/// With the storage class of each cell beside it, and in the table's own order.
fn rows_of(conn: &Connection, table: &str, columns: &[String]) -> Rows {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let list: Vec<String> = columns.iter().map(|name| format!("{0}, typeof({0})", quoted(name))).collect();
    query(conn, &format!("SELECT {} FROM {}", list.join(", "), quoted(table)))
}

#[track_caller]
pub fn assert_sound(conn: &Connection) {
    assert_eq!(texts(conn, "PRAGMA integrity_check"), ["ok"]);
}

/// xorshift64*: the same numbers in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// `users` of the first stage with many rows and without an index on names.
pub fn large_db(path: &Path, rows: u32) {
    let conn = connection(path);
    conn.execute_batch(
        "CREATE TABLE users (id INTEGER NOT NULL, username VARCHAR(50) NOT NULL, email VARCHAR(100) NOT NULL,
                             created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id))",
    )
    .expect("the table can be made");
    conn.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO users (username, email)
         SELECT 'user_' || (i * 7919 % 1000003), 'person.' || (i * 7919 % 1000003) || '@example.org' FROM n",
        [rows],
    )
    .expect("the rows can be made");
}

/// The bytes of a file that this process has open as a database: read by another process, since closing the
/// file here would drop our own locks on it.
pub fn bytes_from_outside(path: &Path) -> Bytes {
    let done = Command::new("cat").arg(path).output().expect("cat starts");
    assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    Bytes(done.stdout)
}
