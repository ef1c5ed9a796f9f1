//! Rules 1 and 5: what goes where, and when a person is asked.

use authctl::cli::{Stream, Terminal};

use crate::fixture::PASSWORD;
use crate::harness::{Answer, Desk, KEY};

/// Commands that report on stderr alone, and what they say there.
const REPORTS: [(&[&str], &str); 12] = [
    (&["lock", "bob"], "locked id:2 bob"),
    (&["unlock", "emil"], "unlocked id:5 emil"),
    (&["unlock", "--expired"], "id:7 gus"),
    (&["unlock", "bob"], "unchanged"),
    (&["set-role", "bob", "admin"], "id:2 bob <bob@example.org> (admin)"),
    (&["user", "activate", "finn"], "activated id:6 finn"),
    (&["user", "deactivate", "bob"], "deactivated id:2 bob"),
    (&["user", "verify", "bob"], "id:2 bob"),
    (&["user", "passwd", "bob", "--password-stdin"], "id:2 bob"),
    (&["user", "add", "nina", "--email", "n@example.org", "--password-stdin"], "id:11 nina <n@example.org> (patient)"),
    (&["migrate"], "unchanged"),
    (&["init", "--database", "new.db"], "created"),
];

#[test]
fn confirmations_go_to_stderr_and_stdout_stays_empty() {
    for (args, said) in REPORTS {
        let desk = Desk::usual();
        let out = desk.ok_with(args, PASSWORD);
        assert!(out.stdout.is_empty() && out.stderr.contains(said), "{args:?}: {out:?}");
        let desk = Desk::usual();
        let out = desk.ok_with(&[args, &["-q"]].concat(), PASSWORD);
        assert!(out.stdout.is_empty() && !out.stderr.contains(said), "{args:?}: {out:?}");
    }
}

#[test]
fn every_write_gives_one_document_with_json() {
    for (args, said) in REPORTS {
        let desk = Desk::usual();
        let out = desk.ok_with(&[args, &["--json"]].concat(), PASSWORD);
        let document = out.json();
        assert_eq!(
            out.stdout.trim_end().lines().count(),
            if document.is_array() { out.stdout.lines().count() } else { 1 }
        );
        assert!(out.stderr.contains(said), "{args:?}: {out:?}");
    }
}

#[test]
fn results_stand_alone_on_stdout() {
    let desk = Desk::keyed();
    for args in [
        &["user", "list"][..],
        &["user", "show", "bob"],
        &["user", "list", "--count"],
        &["migrate", "status"],
        &["migrate", "plan"],
        &["token", "issue", "bob"],
    ] {
        let loud = desk.ok(&[args, &["-v"]].concat());
        let quiet = desk.ok(&[args, &["-q"]].concat());
        let same = args[0] == "token" || loud.stdout == quiet.stdout;
        assert!(same && !loud.stdout.contains("hint:") && !loud.stdout.contains("note:"), "{args:?}: {loud:?}");
        assert_eq!(quiet.stderr.lines().filter(|line| !line.starts_with("warning: ")).count(), 0, "{quiet:?}");
    }
}

/// A terminal means that stdin **and** stderr are terminals.
#[test]
fn nothing_is_asked_unless_both_ends_are_terminals() {
    let (on, off) = (Stream::Terminal, Stream::Other);
    let mut desk = Desk::keyed();
    for (stdin, stdout, stderr) in [(off, off, off), (on, off, off), (off, off, on), (on, on, off), (off, on, on)] {
        desk.terminal = Terminal { stdin, stdout, stderr, width: None };
        for args in [
            &["user", "passwd", "bob"][..],
            &["user", "add"],
            &["user", "add", "nina", "--email", "n@example.org"],
            &["login", "bob"],
            &["unlock"],
            &["unlock", "--all-locked"],
        ] {
            let refusal = desk.refused(args, 2, "would_prompt");
            assert!(refusal.hint.contains("--") || refusal.hint.contains("USERNAME"), "names the option: {refusal:?}");
        }
    }
    // With stdout in a file both ends are there; the prompt does not get into it.
    desk.attended(&[Answer::Text(PASSWORD), Answer::Text(PASSWORD)]);
    assert_eq!(desk.ok(&["user", "passwd", "bob"]).stdout, "");
    desk.refused(&["user", "passwd", "bob", "--no-input"], 2, "would_prompt").advises(&["--password-stdin"]);
}

/// Rule 5: only a few verbs ask; the others act at once, also before a person.
#[test]
fn the_other_verbs_act_at_once() {
    for (args, _) in REPORTS {
        let mut desk = Desk::usual();
        // Any question would fail the test.
        desk.attended(&[]);
        desk.ok_with(args, PASSWORD);
        let mut desk = Desk::usual();
        desk.attended(&[]);
        desk.ok_with(&[args, &["-n"]].concat(), PASSWORD);
    }
}

/// Rule 6: what a dry run needs must be given, as without a terminal.
#[test]
fn a_dry_run_asks_nothing_of_a_person_either() {
    let mut desk = Desk::keyed();
    // Any question would fail the test.
    desk.attended(&[]);
    for (args, way) in [
        (&["user", "passwd", "bob"][..], "--generate"),
        (&["user", "add"], "USERNAME"),
        (&["user", "add", "nina"], "--email"),
        (&["user", "add", "nina", "--email", "n@example.org"], "--generate"),
        (&["login", "bob"], "--password-stdin"),
        (&["lock"], "USER"),
        (&["unlock"], "--all-locked"),
        (&["set-role"], "ROLE"),
        (&["set-role", "bob"], "therapist"),
        (&["user", "show"], "USER"),
        (&["user", "why"], "USER"),
    ] {
        desk.refused(&[args, &["-n"]].concat(), 2, "would_prompt").advises(&[way]);
    }
    let said = desk.refused(&["user", "passwd", "bob", "-n"], 2, "would_prompt");
    assert_eq!(said.message, "a password is needed, and a dry run asks nothing");
    let before = desk.snapshot();
    for args in [
        &["user", "passwd", "bob", "--generate"][..],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["user", "delete", "bob"],
        &["unlock", "--all-locked"],
    ] {
        desk.ok(&[args, &["-n"]].concat());
    }
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn an_interrupt_at_a_prompt_is_130_and_changes_nothing() {
    let mut desk = Desk::keyed();
    for args in [
        &["user", "passwd", "bob"][..],
        &["user", "add"],
        &["user", "add", "nina", "--email", "n@example.org"],
        &["login", "bob"],
        &["unlock"],
        &["unlock", "--all-locked"],
    ] {
        desk.attended(&[Answer::Interrupt]);
        desk.refused(args, 130, "interrupted");
    }
    assert!(desk.events().is_empty());
}

#[test]
fn neither_key_nor_password_is_ever_said() {
    let mut desk = Desk::usual();
    for key in ["", "short-key", KEY, "-----BEGIN PRIVATE KEY-----\nQ0FOQVJZ\n-----END PRIVATE KEY-----"] {
        desk.set("SECRET_KEY", key);
        for args in [
            &["token", "issue", "ann"][..],
            &["login", "ann", "--password-stdin"],
            &["token", "inspect", "x"],
            &["token", "verify", "x"],
        ] {
            for more in [&["-v"][..], &["--json", "-v"]] {
                let out = desk.run_with(&[args, more].concat(), PASSWORD);
                for secret in ["short-key", KEY, "Q0FOQVJZ", PASSWORD] {
                    assert!(!out.stderr.contains(secret) && !out.stdout.contains(secret), "{args:?}: {out:?}");
                }
            }
        }
    }
    let file = String::from_utf8_lossy(&desk.snapshot()["app.db"]).into_owned();
    assert!(!file.contains(KEY) && !file.contains(PASSWORD));
}
