//! `user import` of the real binary, stopped while it works: by ^C on a pseudo-terminal, by signals, by kill -9.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::Desk;
use crate::process::Real;
use crate::pty::drive;

/// Enough that hashing takes longer than any test waits.
const MANY: usize = 2_000;

pub fn rows(count: usize) -> String {
    let rows: String = (0..count).map(|number| format!("user-{number},u{number}@example.org\n")).collect();
    format!("username,email\n{rows}")
}

/// Everything that an import may leave, byte by byte.
fn left(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    desk.snapshot().into_iter().collect()
}

/// Runs an import on a pseudo-terminal and plays the steps, as `pty_drive.py` tells them.
pub fn on_a_terminal(desk: &Desk, steps: &Value) -> Value {
    let path = |name: &str| desk.path(name).display().to_string();
    let job = json!({
        "argv": [env!("CARGO_BIN_EXE_authctl"), "--database", path("app.db"), "--config", path("authctl.toml"), "user",
                 "import", path("many.csv"), "--generate", "--credentials-out", path("out.csv")],
        "env": {"TERM": "xterm", "NO_COLOR": "1"},
        "steps": steps,
    });
    drive(&job)
}

#[test]
fn an_interrupt_on_a_terminal_leaves_it_as_it_was_and_nothing_behind() {
    let shown = json!({"expect": "/s  "});
    // Drawn again and again after it went on: the first one may still be from before.
    let goes_on = [shown.clone(), shown.clone(), shown.clone()];
    let suspended = [json!({"send": "\u{1a}"}), json!({"expect": "^Z"}), json!({"stopped": true}), json!({"fg": true})];
    for stop in [
        vec![json!({"send": "\u{3}"})],
        vec![json!({"signal": "TERM"})],
        [&suspended[..], &goes_on[..], &[json!({"send": "\u{3}"})]].concat(),
    ] {
        let desk = Desk::usual();
        desk.write("many.csv", rows(MANY));
        let before = left(&desk);
        let steps: Vec<Value> = std::iter::once(shown.clone()).chain(stop.clone()).collect();
        let run = on_a_terminal(&desk, &json!(steps));
        assert_eq!((&run["failed"], &run["exit"]), (&Value::Null, &json!(130)), "{stop:?}: {run}");
        assert_eq!((&run["restored"], &run["cursor_hidden"]), (&json!(true), &json!(false)), "{stop:?}: {run}");
        assert_ne!(run["restored_when_stopped"], json!(false), "{stop:?}: {run}");
        let terminal = run["terminal"].as_str().expect("a text");
        assert!(terminal.contains("hashing [") && terminal.contains(" left"), "{terminal}");
        assert!(terminal.contains("error: interrupted; nothing was imported\r\n"), "{terminal}");
        assert_eq!(run["stdout"], "");
        assert_eq!(left(&desk), before, "{stop:?}");
    }
}

fn start(desk: &Desk, args: &[&str]) -> Child {
    Real::new(desk).command(&[&["user", "import"], args].concat()).spawn().expect("it starts")
}

fn wait_for(what: &str, mut ready: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

#[test]
fn without_a_terminal_progress_is_plain_lines_and_a_signal_stops_it_as_cleanly() {
    let desk = Desk::usual();
    desk.write("many.csv", rows(MANY));
    let before = left(&desk);
    let mut child = start(&desk, &["many.csv", "--generate", "--credentials-out", "out.csv"]);
    let mut stderr = child.stderr.take().expect("a pipe");
    let mut first = Vec::new();
    let mut byte = [0];
    while stderr.read(&mut byte).expect("stderr") == 1 && byte[0] != b'\n' {
        first.push(byte[0]);
    }
    let first = String::from_utf8(first).expect("UTF-8");
    assert!(first.starts_with("hashing ") && first.contains(" of 2000, ") && first.ends_with(" s left"), "{first}");
    kill_process(pid(&child), Signal::INT).expect("a signal");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("stderr");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
    assert!(rest.ends_with("error: interrupted; nothing was imported\n") && !rest.contains('\u{1b}'), "{rest}");
    assert_eq!(left(&desk), before);
}

#[test]
fn killed_while_it_hashes_the_database_is_as_before() {
    let desk = Desk::usual();
    desk.write("many.csv", rows(MANY));
    let database = fs::read(desk.db()).expect("a database");
    let mut child = start(&desk, &["many.csv", "--generate", "--credentials-out", "out.csv"]);
    let complete = |path: &Path| fs::read_to_string(path).is_ok_and(|text| text.lines().count() == MANY + 1);
    wait_for("the credentials file", || complete(&desk.path("out.csv")));
    child.kill().expect("killed");
    child.wait().expect("it ends");
    assert_eq!(fs::read(desk.db()).expect("a database"), database);
    // The file that is left stands in the way of the next run, which says so.
    desk.refused(&["user", "import", "many.csv", "--generate", "--credentials-out", "out.csv"], 4, "exists");
}

#[test]
fn killed_while_it_writes_either_all_or_none_is_there() {
    let old = |count: usize| -> String {
        let row = |number: usize| format!("user-{number},u{number}@example.org,2024-02-03 04:05:06\n");
        format!("username,email,created_at\n{}", (0..count).map(row).collect::<String>())
    };
    for delay in [0, 20, 100, 300] {
        let desk = Desk::usual();
        desk.write("old.csv", old(1_500));
        let mut child = start(&desk, &["old.csv"]);
        wait_for("the transaction", || desk.path("app.db-journal").exists());
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("killed");
        child.wait().expect("it ends");
        let count = desk.cell("SELECT count(*) FROM users");
        assert!(["10", "1510"].contains(&count.as_str()), "{count}");
        assert_eq!(desk.cell("PRAGMA integrity_check"), "ok");
        let events: usize = desk.cell("SELECT count(*) FROM security_events").parse().expect("a number");
        assert_eq!(events + 10, count.parse::<usize>().expect("a number"));
        desk.ok(&["user", "import", "old.csv", "--if-missing"]);
        assert_eq!(desk.cell("SELECT count(*) FROM users"), "1510");
    }
}

/// What comes into the database while passwords are hashed is met inside the transaction.
#[test]
fn an_account_that_came_meanwhile_is_found_before_anything_is_written() {
    let rows = "username,email\nlena,lena@example.org\nmax,max@example.org\n";
    let args = ["user", "import", "two.csv", "--generate", "--credentials-out", "out.csv"];
    let run = |more: &[&str], email: &str| {
        let desk = Desk::usual();
        // Slow enough for somebody else to come first.
        desk.write("authctl.toml", "[hash]\nmemory_kib = 65536\ntime_cost = 12\n");
        desk.write("two.csv", rows);
        let child = Real::new(&desk).command(&[&args, more].concat()).spawn().expect("it starts");
        wait_for("the credentials file", || {
            fs::read_to_string(desk.path("out.csv")).is_ok_and(|text| text.contains("max"))
        });
        desk.sql(&format!("INSERT INTO users (username, email, role) VALUES ('MAX', '{email}', 'patient')"));
        let done = child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&done.stderr).into_owned();
        (desk, done.status.code(), stderr)
    };
    let (desk, code, stderr) = run(&[], "other@example.org");
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("line 3, username: ") && stderr.contains("nothing was imported"), "{stderr}");
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "11");
    assert!(!desk.path("out.csv").exists() && desk.events().is_empty());

    let (desk, code, stderr) = run(&["--partial"], "other@example.org");
    assert_eq!(code, Some(10), "{stderr}");
    assert!(stderr.contains("in the credentials file, but left out"), "{stderr}");
    assert_eq!(desk.cells("SELECT username FROM users WHERE id > 10 ORDER BY id"), ["MAX", "lena"]);
    assert!(desk.path("out.csv").exists());
}
