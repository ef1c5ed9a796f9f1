//! Prompts on a pseudo-terminal: what is asked, what is not shown, and that the terminal is as it was
//! afterwards, whatever ended the prompt.
//!
//! What a newcomer would get wrong: the prompting process is this test binary again, told by a variable to
//! ask instead of to test ([`a_child_that_asks`]). `interop/pty_drive.py` plays the shell around it.

#[path = "pty/pick.rs"]
mod pick;
#[path = "support/pty.rs"]
mod pty;

use std::process::{Command, Stdio};

use authctl::cli::output::color::Color;
use authctl::cli::prompt::{PromptError, Prompter, TerminalPrompter, new_password};
use serde::Deserialize;
use serde_json::{Value, json};

/// Names what the child asks for.
const ASK: &str = "AUTHCTL_TEST_ASK";

/// Each kind of prompt, and what shows that it is there.
const PROMPTS: [(&str, &str); 4] =
    [("password", "Password: "), ("confirm", "[y/N]"), ("line", "Role"), ("pick", "carol")];

/// How a run on the pseudo-terminal went, as `pty_drive.py` tells it.
#[derive(Debug, Deserialize)]
struct Run {
    exit: Option<i32>,
    signal: Option<i32>,
    terminal: String,
    stdout: String,
    restored: bool,
    restored_when_stopped: Option<bool>,
    cursor_hidden: bool,
    failed: Value,
}

impl Run {
    /// The terminal is as it was, and the script went through.
    #[track_caller]
    fn leaves_the_terminal_as_it_was(&self) {
        assert_eq!(self.failed, Value::Null, "{self:?}");
        assert!(self.restored, "{self:?}");
        assert!(!self.cursor_hidden, "{self:?}");
    }

    #[track_caller]
    fn answers(&self, answer: &str) {
        self.leaves_the_terminal_as_it_was();
        assert!(self.stdout.contains(&format!("answer={answer}\n")), "{self:?}");
        assert_eq!(self.exit, Some(0), "{self:?}");
    }

    #[track_caller]
    fn refuses(&self, error: &str) {
        self.answers(&format!("refused: {error}"));
    }
}

fn drive(job: &Value) -> Run {
    serde_json::from_value(pty::drive(job)).expect("the driver tells of a run")
}

/// Runs a prompt in a child, and plays the steps.
fn ask(what: &str, steps: &[Value]) -> Run {
    let this = std::env::current_exe().expect("a test binary has a path");
    drive(&json!({
        "argv": [this, "--exact", "a_child_that_asks", "--nocapture", "--test-threads=1"],
        "env": { ASK: what, "TERM": "xterm", "NO_COLOR": "1" },
        "steps": steps,
    }))
}

fn expect(text: &str) -> Value {
    json!({ "expect": text })
}

fn send(text: &str) -> Value {
    json!({ "send": text })
}

fn signal(name: &str) -> Value {
    json!({ "signal": name })
}

/// Not a test by itself: where [`ASK`] is set, it asks once and tells the answer on stdout.
#[test]
fn a_child_that_asks() {
    let Ok(what) = std::env::var(ASK) else { return };
    let mut prompter = TerminalPrompter::new(Color::Off);
    let items = ["ann\u{1b}[2J".to_owned(), "bob".to_owned(), "carol".to_owned()];
    let answer = match what.as_str() {
        "password" => prompter.password("Password").map(|password| password.expose().escape_debug().to_string()),
        "long" => prompter.password("Password").map(|password| password.expose().len().to_string()),
        "new" => new_password(&mut prompter, "New password", "Again").map(|password| password.expose().to_owned()),
        "confirm" => prompter.confirm("Delete 'ann'?").map(|yes| yes.to_string()),
        "line" => prompter.line("Role", Some("patient\u{7}")).map(|line| line.escape_debug().to_string()),
        "pick" => prompter.pick("Unlock", &items).map(|at| at.to_string()),
        other => panic!("{other} is nothing to ask for"),
    };
    println_answer(&answer);
    if matches!(answer, Err(PromptError::Interrupted)) {
        end_with(130);
    }
}

#[expect(clippy::print_stdout, reason = "the child tells its answer to the test")]
fn println_answer(answer: &Result<String, PromptError>) {
    match answer {
        Ok(answer) => println!("answer={answer}"),
        Err(error) => println!("answer=refused: {error}"),
    }
}

#[expect(clippy::exit, reason = "a test cannot choose its exit code otherwise")]
fn end_with(code: i32) {
    std::process::exit(code);
}

#[test]
fn a_password_is_read_exactly_and_not_shown() {
    let run = ask("password", &[expect("Password: "), send("  pä ss\u{a0}wörd \r")]);
    run.answers("  pä ss\\u{a0}wörd ");
    assert_eq!(run.terminal, "Password: \r\n", "{run:?}");
    assert!(!run.stdout.contains("Password:"), "{run:?}");
}

#[test]
fn editing_keys_work_in_a_password() {
    let steps = [expect("Password: "), send("wrong\u{15}aü🙂\u{7f}\u{7f}b\u{8}c\r")];
    ask("password", &steps).answers("ac");
}

#[test]
fn a_password_that_is_not_utf8_is_refused() {
    let steps = [expect("Password: "), json!({ "send_hex": "636166e90d" })];
    ask("password", &steps).refuses("what was typed is not UTF-8");
}

#[test]
fn a_long_password_is_read_whole_and_a_longer_one_refused() {
    let long = |count: usize| [expect("Password: "), json!({ "send_repeated": ["x", count] }), send("\r")];
    ask("long", &long(65_536)).answers("65536");
    ask("long", &long(65_537)).refuses("what was typed is longer than 65536 bytes");
}

#[test]
fn a_new_password_is_asked_for_again_when_the_two_differ() {
    let steps = [
        expect("New password: "),
        send("one\r"),
        expect("Again: "),
        send("two\r"),
        expect("differ; New password: "),
        send("three\r"),
        expect("Again: "),
        send("three\r"),
    ];
    ask("new", &steps).answers("three");
}

#[test]
fn interrupt_gives_up_and_restores_the_terminal() {
    for (what, prompt) in PROMPTS {
        let run = ask(what, &[expect(prompt), send("\u{3}")]);
        run.leaves_the_terminal_as_it_was();
        assert_eq!(run.exit, Some(130), "{what}: {run:?}");
    }
    let run = ask("password", &[expect("Password: "), signal("INT")]);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(130), "{run:?}");
}

#[test]
fn a_prompt_that_a_signal_does_not_wake_is_ended_from_beside_it() {
    // Under the test harness dialoguer does not wait in the main thread, so that the signal misses it.
    let run = ask("pick", &[expect("carol"), signal("INT")]);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.signal, Some(2), "{run:?}");
}

#[test]
fn end_of_input_restores_the_terminal() {
    ask("password", &[expect("Password: "), send("\u{4}")]).refuses("the input ended at the prompt");
}

#[test]
fn deadly_signals_restore_the_terminal_and_end_the_process() {
    for (what, prompt) in PROMPTS {
        for (name, number) in [("TERM", 15), ("HUP", 1), ("QUIT", 3)] {
            let run = ask(what, &[expect(prompt), signal(name)]);
            run.leaves_the_terminal_as_it_was();
            assert_eq!(run.signal, Some(number), "{what} {name}: {run:?}");
        }
    }
    let run = ask("password", &[expect("Password: "), send("\u{1c}")]);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.signal, Some(3), "{run:?}");
}

#[test]
fn a_stopped_prompt_gives_the_terminal_back_and_asks_again_in_the_foreground() {
    for stop in [send("half\u{1a}"), signal("TSTP")] {
        let steps = [
            expect("Password: "),
            stop,
            json!({ "stopped": true }),
            json!({ "fg": true }),
            expect("Password: "),
            send("whole\r"),
        ];
        let run = ask("password", &steps);
        run.answers("whole");
        assert_eq!(run.restored_when_stopped, Some(true), "{run:?}");
    }
}

#[test]
fn a_resized_window_changes_nothing() {
    let resize = || json!({ "resize": [10, 30] });
    ask("password", &[expect("Password: "), send("ab"), resize(), send("cd\r")]).answers("abcd");
    ask("pick", &[expect("carol"), resize(), send("bo"), expect("Unlock bo"), send("\r")]).answers("1");
}

#[test]
fn confirm_takes_enter_for_no_and_wants_enter_after_yes() {
    ask("confirm", &[expect("Delete 'ann'? [y/N]"), send("\r")]).answers("false");
    ask("confirm", &[expect("[y/N]"), send("y"), expect("[Y/n]"), send("\r")]).answers("true");
    ask("confirm", &[expect("[y/N]"), send("y"), expect("[Y/n]"), send("n"), expect("[y/N]"), send("\r")])
        .answers("false");
}

#[test]
fn a_line_has_a_default_that_is_shown_harmless_and_returned_exact() {
    let run = ask("line", &[expect("Role [patient\\u{7}]"), send("\r")]);
    run.answers("patient\\u{7}");
    assert!(!run.terminal.contains('\u{7}'), "{run:?}");
    ask("line", &[expect("Role"), send("admim\u{7f}n\r")]).answers("admin");
}

#[test]
fn a_picked_item_is_told_by_its_index_and_shown_harmless() {
    let run = ask("pick", &[expect("carol"), send("car"), expect("Unlock car"), send("\r")]);
    run.answers("2");
    let run = ask("pick", &[expect("carol"), send("\r")]);
    run.answers("0");
    assert!(run.terminal.contains("ann\\u{1b}[2J"), "{run:?}");
    let run = ask("pick", &[expect("carol"), send("\u{1b}")]);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(130), "{run:?}");
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    for what in ["password", "new", "confirm", "line", "pick"] {
        let output = Command::new(std::env::current_exe().expect("a test binary has a path"))
            .args(["--exact", "a_child_that_asks", "--nocapture"])
            .env(ASK, what)
            .stdin(Stdio::null())
            .output()
            .expect("the child ends");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("answer=refused: there is no terminal to ask on\n"), "{what}: {stdout}");
    }
}

/// The real binary on a fresh database with one admin.
fn authctl(directory: &std::path::Path, arguments: &[&str], steps: &[Value]) -> Run {
    let database = directory.join("app.db");
    let mut argv = vec![env!("CARGO_BIN_EXE_authctl"), "--database", database.to_str().expect("a plain path")];
    argv.extend(arguments);
    drive(&json!({ "argv": argv, "env": { "TERM": "xterm", "NO_COLOR": "1" }, "steps": steps }))
}

fn fresh_database() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a scratch directory");
    let run =
        authctl(directory.path(), &["init", "--admin-username", "root", "--admin-email", "root@example.org"], &[]);
    assert_eq!(run.exit, Some(0), "{run:?}");
    directory
}

#[test]
fn user_add_asks_for_the_password_twice_and_shows_it_nowhere() {
    let directory = fresh_database();
    let secret = "Correct-Horse#9 battery";
    let steps =
        [expect("assword"), send(&format!("{secret}\r")), expect("The same again"), send(&format!("{secret}\r"))];
    let run = authctl(directory.path(), &["user", "add", "ann", "--email", "ann@example.org"], &steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(0), "{run:?}");
    assert!(!run.terminal.contains(secret) && !run.stdout.contains(secret), "{run:?}");
}

#[test]
fn interrupting_user_add_writes_nothing_and_exits_130() {
    let directory = fresh_database();
    let database = || std::fs::read(directory.path().join("app.db")).expect("init made it");
    let before = database();
    let add = ["user", "add", "ann", "--email", "ann@example.org"];
    let run = authctl(directory.path(), &add, &[expect("assword"), send("half\u{3}")]);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(130), "{run:?}");
    assert_eq!(database(), before);
}

#[test]
fn unlock_without_a_user_picks_from_the_locked_ones() {
    let directory = fresh_database();
    let run = authctl(directory.path(), &["lock", "root", "--force"], &[]);
    assert_eq!(run.exit, Some(0), "{run:?}");
    let steps = [expect("root"), send("\r"), expect("[y/N]"), send("y\r")];
    let run = authctl(directory.path(), &["unlock"], &steps);
    run.leaves_the_terminal_as_it_was();
    assert_eq!(run.exit, Some(0), "{run:?}");
}
