//! The picker and the completion of bash on a pseudo-terminal, with the real binary on a real file.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Run, authctl, drive, expect, fresh_database, send};

/// A fresh file with its admin `root` (id 1) and a few more accounts.
fn accounts() -> tempfile::TempDir {
    let directory = fresh_database();
    let db = Connection::open(directory.path().join("app.db")).expect("init made it");
    db.execute_batch(
        "INSERT INTO users (id, username, email, role, is_active, locked_until) VALUES
           (2, 'bob', 'bob.k@example.org', 'patient', 1, NULL),
           (3, 'carla', 'carla@example.org', 'patient', 1, '2099-01-01 00:00:00.000000+00:00'),
           (4, 'carl', 'carl@example.org', 'therapist', 1, '2099-01-01 00:00:00.000000'),
           (5, 'dana q', 'dana@example.org', 'patient', 1, NULL),
           (6, 'e' || char(27) || '[2Jve', 'eve@example.org', 'patient', 1, NULL),
           (7, 'f;$(touch gone)', 'f@example.org', 'patient', 1, NULL);",
    )
    .expect("accounts");
    directory
}

fn cell(directory: &Path, sql: &str) -> String {
    let db = Connection::open(directory.join("app.db")).expect("it opens");
    db.query_row(sql, [], |row| row.get(0)).expect("a cell")
}

/// Runs a verb that must end without a change, with the terminal as it was.
#[track_caller]
fn gives_up(directory: &Path, verb: &[&str], steps: &[Value]) -> Run {
    let file = || std::fs::read(directory.join("app.db")).expect("the file");
    let before = file();
    let run = authctl(directory, verb, steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!((run.exit, run.stdout.as_str()), (Some(130), ""), "{run:?}");
    assert_eq!(file(), before, "{verb:?} changed the file");
    run
}

#[test]
fn a_few_letters_find_the_account_and_the_confirmation_names_it() {
    let directory = accounts();
    let steps = [
        expect("Whom to lock"),
        send("bo"),
        expect("Whom to lock bo"),
        send("\r"),
        expect("authctl lock id:2"),
        expect("Lock id:2 bob <bob.k@example.org> (patient)? [y/N]"),
        send("y"),
        expect("[Y/n]"),
        send("\r"),
    ];
    let run = authctl(directory.path(), &["lock"], &steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!((run.exit, run.stdout.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.terminal.contains("locked id:2 bob"), "{run:?}");
    let locked = "SELECT group_concat(id) FROM users WHERE locked_until IS NOT NULL";
    assert_eq!(cell(directory.path(), locked), "2,3,4");
}

#[test]
fn only_those_that_fit_are_listed_and_arrows_move() {
    let directory = accounts();
    let steps = [expect("carl@"), send("\u{1b}[B"), send("\r"), expect("Unlock id:4 carl <"), send("y\r")];
    let run = authctl(directory.path(), &["unlock"], &steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(0), "{run:?}");
    assert!(run.terminal.contains("carla") && !run.terminal.contains("bob"), "{run:?}");
    assert!(run.terminal.contains("stuck") && run.terminal.contains("never seen"), "{run:?}");
    let locked = "SELECT group_concat(id) FROM users WHERE locked_until IS NOT NULL";
    assert_eq!(cell(directory.path(), locked), "3");
}

#[test]
fn account_and_role_are_picked_one_after_the_other() {
    let directory = accounts();
    let steps = [
        expect("Whose role to change"),
        send("dana"),
        expect("change dana"),
        send("\r"),
        expect("Which role"),
        send("ther"),
        expect("role ther"),
        send("\r"),
        expect("Give id:5 dana q <dana@example.org> (patient) the role 'therapist'?"),
        send("y\r"),
    ];
    let run = authctl(directory.path(), &["set-role"], &steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(0), "{run:?}");
    assert_eq!(cell(directory.path(), "SELECT role FROM users WHERE id = 5"), "therapist");
}

#[test]
fn a_reading_verb_asks_for_no_confirmation() {
    let directory = accounts();
    let steps = [expect("Whom to show"), send("bob"), expect("show bob"), send("\r")];
    let run = authctl(directory.path(), &["--json", "user", "show"], &steps);
    run.leaves_the_terminal_as_it_was();
    let shown: Value = serde_json::from_str(&run.stdout).expect("one document");
    assert_eq!((run.exit, &shown["id"]), (Some(0), &json!(2)), "{run:?}");
}

#[test]
fn whoever_gives_up_leaves_file_and_terminal_as_they_were() {
    let directory = accounts();
    let directory = directory.path();
    for key in ["\u{3}", "\u{1b}"] {
        gives_up(directory, &["unlock"], &[expect("carla"), send(key)]);
        gives_up(directory, &["lock"], &[expect("Whom"), send("bo"), expect("lock bo"), send(key)]);
        gives_up(directory, &["user", "show"], &[expect("Whom"), send(key)]);
        gives_up(directory, &["set-role", "bob"], &[expect("Which role"), send(key)]);
    }
    let picked = || [expect("carla"), send("\r"), expect("[y/N]")];
    for answer in ["\u{3}", "\r", "n\r", "y\u{3}"] {
        gives_up(directory, &["unlock"], &[&picked()[..], &[send(answer)]].concat());
    }
}

#[test]
fn a_name_that_a_terminal_would_act_on_is_listed_harmless() {
    let directory = accounts();
    let run = gives_up(directory.path(), &["lock"], &[expect("eve@example.org"), send("\u{3}")]);
    assert!(run.terminal.contains(r"e\u{1b}[2Jve") && !run.terminal.contains("\u{1b}[2J"), "{run:?}");
}

/// An interactive bash that has read the script and knows the file, at a prompt of its own.
fn in_bash(directory: &Path, lines: &[(&str, &str)]) -> Run {
    let binary = Path::new(env!("CARGO_BIN_EXE_authctl")).parent().expect("a directory").display();
    let path = std::env::var("PATH").expect("a path");
    let mut steps = vec![expect("ready> "), send("source <(authctl completions bash)\r"), expect("ready> ")];
    for (typed, completed) in lines {
        steps.extend([send(typed), send("\t"), expect(completed), send("\r"), expect("ready> ")]);
    }
    steps.push(send("exit\r"));
    drive(&json!({
        "argv": ["bash", "--noprofile", "--norc", "-i"],
        "env": {
            "PATH": format!("{binary}:{path}"), "PS1": "ready> ", "TERM": "dumb", "NO_COLOR": "1",
            "AUTHCTL_DATABASE": directory.join("app.db"), "HOME": directory, "LC_ALL": "C.UTF-8",
        },
        "steps": steps,
        "winsize": [24, 200],
    }))
}

/// What bash inserts is what authctl then finds: the ids are printed one after the other.
#[test]
fn bash_completes_accounts_and_quotes_what_it_would_act_on() {
    let directory = accounts();
    let show = |typed: &str| format!("authctl -o csv --columns id user show {typed}");
    let typed = [
        ("bo", "bob "),
        ("bob.k@e", "xample.org "),
        ("user:dan", "a\\ q "),
        ("dana\\ ", "q "),
        ("\"dana", " q\" "),
        ("id:6", " "),
        ("f", "\\;\\$\\(touch\\ gone\\) "),
        ("email:f@", "example.org "),
    ];
    let lines: Vec<(String, &str)> = typed.iter().map(|(word, rest)| (show(word), *rest)).collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(line, rest)| (line.as_str(), *rest)).collect();
    let run = in_bash(directory.path(), &lines);
    assert_eq!(run.failed, Value::Null, "{run:?}");
    let ids: Vec<&str> = run.stdout.lines().filter(|line| line.parse::<i64>().is_ok()).collect();
    assert_eq!(ids, ["2", "2", "5", "5", "5", "6", "7", "7"], "{run:?}");
    assert!(!directory.path().join("gone").exists() && !Path::new("gone").exists());
}
