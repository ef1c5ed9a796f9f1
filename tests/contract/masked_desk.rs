//! `--mask-personal` at the operator's desk: findings, the event log, sessions, and what a restore would lose.

use serde_json::json;

use crate::fixture::PASSWORD;
use crate::harness::Answer;
use crate::masked::{TRACE, desk, masked};

/// In this order: each line finds what those before it left.
const LINES: [&[&str]; 38] = [
    &["user", "edit", "zqxbob", "--username", "zqxrob", "--full-name", "Zqx Rob"],
    &["user", "edit", "zqxrob", "--username", "zqxbob"],
    &["user", "why", "zqxbob", "-o", "csv"],
    &["user", "why", "zqxhana"],
    &["user", "why", "id:9"],
    &["doctor"],
    &["doctor", "-v"],
    &["doctor", "-o", "table"],
    &["doctor", "-o", "csv"],
    &["doctor", "--fix", "-y", "-n"],
    &["lock", "zqxboB", "zqxbbo"],
    &["lock", "zqxbob"],
    &["unlock", "zqxbob"],
    &["audit", "list"],
    &["audit", "list", "-o", "csv"],
    &["audit", "list", "--user", "zqxbob"],
    &["audit", "list", "--user", "zqxnobody"],
    &["audit", "show", "1"],
    &["audit", "show", "1", "-o", "csv"],
    &["audit", "verify"],
    &["audit", "head"],
    &["login", "zqxbob", "--save", "--password-stdin"],
    &["login", "zqxbob", "--save", "--password-stdin", "-o", "csv"],
    &["whoami"],
    &["whoami", "-o", "csv"],
    &["--as-session", "user", "list"],
    &["--as-session", "user", "passwd", "zqxcleo", "--password-stdin"],
    &["audit", "list", "--event", "session_refused"],
    &["user", "deactivate", "zqxbob"],
    &["whoami"],
    &["user", "activate", "zqxbob"],
    &["logout"],
    &["db", "info"],
    &["db", "check"],
    &["db", "backup", "copy.db"],
    &["user", "add", "zqxlost", "--email", "zqxlost@example.org", "--password-stdin"],
    &["db", "restore", "copy.db", "-n"],
    &["db", "restore", "copy.db", "-y"],
];

#[test]
fn no_name_is_in_what_the_desk_reads() {
    let desk = desk();
    for args in LINES {
        masked(&desk, args, PASSWORD);
    }
    // The traces are there to be found: the same lines without the option show them.
    let plain = crate::masked::desk();
    let shown = LINES.iter().filter(|args| {
        let out = plain.run_with(args, PASSWORD);
        format!("{}{}", out.stdout, out.stderr).to_lowercase().contains(TRACE)
    });
    assert!(shown.count() >= 26, "the fixture hides nothing");
}

#[test]
fn a_session_hides_whom_it_may_not_reach() {
    let desk = desk();
    desk.ok_with(&["login", "zqxcleo", "--save", "--password-stdin"], PASSWORD);
    let out = masked(&desk, &["--as-session", "lock", "zqxann"], "");
    assert!(out.code == 5 && out.stderr.contains("'p••••••' is an admin"), "{out:?}");
}

#[test]
fn twins_and_addresses_that_a_finding_is_about_are_names_too() {
    let mut desk = desk();
    desk.sql(
        "UPDATE users SET email = 'Zqx <zqxivo@example.org>' WHERE id = 9;
         UPDATE users SET username = 'ZQXBOB' WHERE id = 4;
         UPDATE users SET failed_login_attempts = 7 WHERE id = 2",
    );
    let out = masked(&desk, &["doctor"], "");
    for part in ["email-cannot-login", "authctl user edit id:3 --email ADDRESS", "case-twin"] {
        assert!(out.stdout.contains(part), "{part}: {out:?}");
    }
    masked(&desk, &["doctor", "-o", "csv"], "");
    desk.attended(&[Answer::Yes]);
    masked(&desk, &["doctor", "--fix"], "");
}

#[test]
fn an_event_that_somebody_tampered_with_shows_nothing_that_could_be_a_name() {
    let desk = desk();
    desk.ok(&["lock", "zqxbob"]);
    desk.sql("UPDATE security_events SET details = 'zqxbob was here', before = '[\"zqxbob\"]', after = '{\"email\":[\"zqx\"]}'");
    masked(&desk, &["audit", "list"], "");
    masked(&desk, &["audit", "show", "1"], "");
    masked(&desk, &["user", "show", "id:2"], "");
}

#[test]
fn what_machines_read_of_the_desk_stays_exact() {
    let desk = desk();
    desk.ok(&["lock", "zqxbob"]);
    desk.ok_with(&["login", "zqxcleo", "--save", "--password-stdin"], PASSWORD);
    let hidden = |args: &[&str]| desk.json(&[args, &["--mask-personal"]].concat());
    assert_eq!(hidden(&["audit", "show", "1"])["target_username"], json!("zqxbob"));
    assert_eq!(hidden(&["whoami"])["user"]["username"], json!("zqxcleo"));
    let raw = |args: &[&str]| desk.run(&[args, &["--csv-raw", "-o", "csv", "--mask-personal"]].concat()).stdout;
    assert!(raw(&["audit", "show", "1"]).contains("id:2 zqxbob"));
    assert!(raw(&["whoami"]).contains("id:3 zqxcleo"));
    assert!(raw(&["doctor"]).contains("id:8 zqxhana"));
}
