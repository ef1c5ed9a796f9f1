//! A healthy file for the doctor's tests, and a shell to paste its commands into.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Desk, KEY, Out, open};

/// A file in which nothing is wrong: an admin and a patient whom the log knows, mode 0600, a key.
pub fn healthy() -> Desk {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let desk = Desk::empty();
        desk.ok(&["init", "--admin-username", "ann", "--admin-email", "ann@example.org"]);
        desk.ok(&["user", "add", "bob", "--email", "bob@example.org", "--generate"]);
        fs::read(desk.db()).expect("the file")
    });
    let mut desk = Desk::empty();
    desk.write("app.db", &*FILE);
    chmod(&desk.db(), 0o600);
    chmod(&desk.path("authctl.toml"), 0o644);
    chmod(desk.dir.path(), 0o755);
    desk.set("SECRET_KEY", KEY);
    desk
}

/// The same with something wrong.
pub fn ill(sql: &str) -> Desk {
    let desk = healthy();
    desk.sql(sql);
    desk
}

pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("chmod");
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

/// The document of a look that changes no byte: exit 11 and an error where something counts, else 0.
pub fn look(desk: &Desk, args: &[&str]) -> Value {
    let before = desk.snapshot();
    let args = [&["doctor", "--json"], args].concat();
    let out = desk.run(&args);
    assert_eq!(desk.snapshot(), before, "{args:?} changed something");
    document(&out, &args)
}

/// The document, whatever was done to the file; it and the exit code say the same.
pub fn document(out: &Out, args: &[&str]) -> Value {
    let document = out.json();
    let counted = findings(&document).iter().filter(|finding| finding["severity"] != "notice").count();
    if counted == 0 {
        assert_eq!(out.code, 0, "{out:?}");
    } else {
        out.refusal(args, 11, "findings").names(&[&format!("{counted} finding")]);
    }
    document
}

pub fn findings(document: &Value) -> &Vec<Value> {
    document["findings"].as_array().expect("findings")
}

pub fn ids(document: &Value) -> Vec<&str> {
    findings(document).iter().map(|finding| finding["id"].as_str().expect("an id")).collect()
}

/// The one finding of a file, which is this one.
#[track_caller]
pub fn only(desk: &Desk, args: &[&str], id: &str) -> Value {
    let document = look(desk, args);
    assert_eq!(ids(&document), [id], "{document:#}");
    assert!(document["checked"].as_array().expect("ids").contains(&id.into()), "{document:#}");
    findings(&document)[0].clone()
}

pub fn command(finding: &Value) -> &str {
    finding["command"].as_str().unwrap_or_else(|| panic!("no command: {finding:#}"))
}

/// Nothing is wrong any more.
#[track_caller]
pub fn well(desk: &Desk, args: &[&str]) {
    let document = look(desk, args);
    assert_eq!(ids(&document), Vec::<&str>::new(), "{document:#}");
}

/// Pastes a command into a shell in the directory of the desk.
#[track_caller]
pub fn paste(desk: &Desk, command: &str) -> Output {
    let out = paste_out(desk, command);
    assert!(out.status.success(), "{command}: {out:?}");
    if let Ok(words) = fs::read_to_string(desk.path("pasted.sql")) {
        fs::remove_file(desk.path("pasted.sql")).expect("removed");
        let (file, sql) = words.trim_end().split_once('\n').expect("a file and a statement");
        open(Path::new(file)).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    out
}

/// The same for a command that only says more: it may end with findings.
pub fn paste_out(desk: &Desk, command: &str) -> Output {
    let bin = bin();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").expect("PATH"));
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(desk.dir.path()).env_clear().env("PATH", path).env("SECRET_KEY", KEY);
    shell.env("SQL", desk.path("pasted.sql")).env("HOME", "/nonexistent").output().expect("a shell")
}

/// A directory with the binary, and a `sqlite3` that hands its two arguments over to the test.
fn bin() -> TempDir {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let link = dir.path().join("authctl");
    std::os::unix::fs::symlink(PathBuf::from(env!("CARGO_BIN_EXE_authctl")), link).expect("a link");
    let shim = dir.path().join("sqlite3");
    fs::write(&shim, "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$SQL\"\n").expect("a script");
    chmod(&shim, 0o755);
    dir
}
