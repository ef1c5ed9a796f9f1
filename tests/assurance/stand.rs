//! What the tests under faults stand on: a directory with a database and a configuration, runs of the binary, and
//! pictures of all that a file holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{Cell, Journal, Stage, make_db_in};

/// What the binary signs with.
pub const KEY: &str = "lantern-over-quiet-harbour-0123456789-abcdef";

/// The cheapest hashes that the configuration allows.
pub const CHEAP: &str = "[hash]\nmemory_kib = 19456\ntime_cost = 2\n";

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    /// `None`: a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Fails the test unless the run ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// `error.code` of a run with `--json`.
    pub fn error(&self) -> String {
        let line = self.err.lines().last().unwrap_or_default();
        let error: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        error["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A directory of its own: `app.db`, `authctl.toml`, and a home.
pub struct Stand {
    pub dir: TempDir,
}

impl Stand {
    /// Without a database.
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        std::fs::write(dir.path().join("authctl.toml"), CHEAP).expect("a configuration");
        std::fs::create_dir(dir.path().join("home")).expect("a home");
        Self { dir }
    }

    /// With the database of a stage.
    pub fn at(stage: Stage, journal: Journal) -> Self {
        let stand = Self::empty();
        make_db_in(stage, stand.dir.path(), journal);
        stand
    }

    /// The same, migrated.
    pub fn migrated(stage: Stage, journal: Journal) -> Self {
        let stand = Self::at(stage, journal);
        stand.run(&["migrate", "--no-backup"]).expect(0);
        stand
    }

    /// A copy of everything.
    pub fn copy(&self) -> Self {
        self.copy_in(&std::env::temp_dir())
    }

    /// The same in another directory.
    pub fn copy_in(&self, directory: &Path) -> Self {
        let dir = tempfile::tempdir_in(directory).expect("a scratch directory");
        copy_all(self.dir.path(), dir.path());
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("app.db")
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file is written");
    }

    /// `authctl ARGS…` in the directory, with nothing of the developer's own surroundings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authctl"));
        command.env_clear().env("HOME", self.path("home")).env("SECRET_KEY", KEY).current_dir(self.dir.path());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("the binary starts"))
    }

    pub fn run_with(&self, args: &[&str], stdin: &str) -> Ran {
        fed(self.command(args), stdin)
    }

    pub fn sql(&self, sql: &str) {
        connection(&self.db()).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Every file under the directory, by its path from there; the shared memory of a WAL file holds no data.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.dir.path(), "", &mut found);
        found.retain(|name| !name.ends_with("-shm"));
        found.sort();
        found
    }
}

/// Runs a command with a text on its standard input.
pub fn fed(mut command: Command, stdin: &str) -> Ran {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary starts");
    let mut input = child.stdin.take().expect("stdin is piped");
    // A process that was killed takes no more.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    Ran::of(child.wait_with_output().expect("the binary ends"))
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the directory") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().expect("a type").is_dir() {
            std::fs::create_dir(&target).expect("a directory");
            copy_all(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("a copy");
        }
    }
}

fn list(dir: &Path, before: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).expect("the directory") {
        let entry = entry.expect("an entry");
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            list(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}

/// A connection with the app's settings; an unfinished transaction is undone by it.
pub fn connection(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    conn.busy_timeout(Duration::from_secs(20)).expect("a busy timeout can be set");
    conn.pragma_update(None, "foreign_keys", false).expect("foreign keys can be switched off");
    conn
}

/// Rows of a query, each cell as it is stored.
pub fn rows(conn: &Connection, sql: &str) -> Vec<Vec<Cell>> {
    let mut statement = conn.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let read = statement
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
        .and_then(|found| found.collect());
    read.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// All that a file holds: the schema under an empty name, and every table's rows.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Picture(pub BTreeMap<String, Vec<Vec<Cell>>>);

impl Picture {
    /// Of a sound file; fails the test where `integrity_check` complains.
    #[track_caller]
    pub fn of(path: &Path) -> Self {
        let conn = connection(path);
        assert_eq!(rows(&conn, "PRAGMA integrity_check"), [[Cell::Text("ok".to_owned())]]);
        let mut tables = BTreeMap::new();
        tables.insert(String::new(), rows(&conn, "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"));
        for name in rows(&conn, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
            let Cell::Text(name) = &name[0] else { panic!("a name is text") };
            tables.insert(name.clone(), rows(&conn, &format!("SELECT * FROM \"{name}\"")));
        }
        Self(tables)
    }

    pub fn rows(&self, table: &str) -> &[Vec<Cell>] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    pub fn count(&self, table: &str) -> usize {
        self.rows(table).len()
    }

    /// The tables whose rows are not those of `other`, the event log and its counter left out.
    pub fn differs_in(&self, other: &Picture) -> Vec<String> {
        let ours = |name: &str| name == "security_events" || name == "sqlite_sequence";
        let names = self.0.keys().chain(other.0.keys()).filter(|name| !ours(name));
        let mut names: Vec<String> = names.filter(|name| self.0.get(*name) != other.0.get(*name)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}
