//! `--mask-personal`: no name, e-mail or full name in what people read, whatever the command; JSON stays exact.

use serde_json::json;

use crate::fixture::{self, PASSWORD};
use crate::harness::{Answer, Desk, Out};

/// Stands in every username, e-mail and full name of the file, and in no word of the tool.
pub const TRACE: &str = "zqx";

pub fn desk() -> Desk {
    let desk = Desk::keyed();
    desk.sql(
        "UPDATE users SET username = 'zqx' || username, email = 'Zqx.' || email, full_name = 'Zqx ' || full_name;
         UPDATE users SET username = 'ZQXann2', email = 'zqx2@example.org' WHERE id = 10;
         UPDATE users SET email = 'Zqx.Ann@EXAMPLE.org' WHERE id = 3; UPDATE users SET email = 'Zqx gus' WHERE id = 7;
         CREATE TABLE notes (user_id INTEGER REFERENCES users (id)); INSERT INTO notes VALUES (2);",
    );
    desk.write("rows.csv", ROWS);
    desk.write("rows.jsonl", LINE);
    desk
}

pub fn masked(desk: &Desk, args: &[&str], stdin: &str) -> Out {
    let out = desk.run_with(&[args, &["--mask-personal"]].concat(), stdin);
    let all = format!("{}{}", out.stdout, out.stderr);
    // The letters of a token are chance: three of them can make the trace.
    let words = all.split(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
    let tokens = words.filter(|word| word.starts_with("eyJ"));
    let read = tokens.fold(all.clone(), |text, token| text.replace(token, "TOKEN"));
    assert!(!read.to_lowercase().contains(TRACE), "{args:?}: {out:?}");
    assert!(!out.stderr.contains("unexpected argument"), "{args:?}: {out:?}");
    out
}

/// Command lines of every kind, those that are refused among them.
const LINES: [&[&str]; 61] = [
    &["user", "list"],
    &["user", "list", "-o", "csv"],
    &["user", "list", "--sort", "email", "--columns", "username,full_name,email,id"],
    &["user", "list", "--match", "zqx"],
    &["user", "show", "id:1", "id:2", "id:9"],
    &["user", "show", "zqxbob"],
    &["user", "show", "zqxbob", "zqxnobody"],
    &["user", "show", "zqxann2"],
    &["user", "show", "Zqx.BOB@example.org"],
    &["user", "add", "zqxbob", "--email", "new@example.org", "--password-stdin"],
    &["user", "add", "zqxann2", "--email", "new@example.org", "--password-stdin"],
    &["user", "add", "zqxnew", "--email", "zqxnew@example.org", "--full-name", "Zqx", "--password-stdin"],
    &["user", "add", "zqxnew", "--email", "zqxnew@example.org", "--if-missing", "--password-stdin"],
    &["user", "edit", "zqxnew", "--username", "zqxnewer", "--email", "zqx3@example.org", "--full-name", "Zqx Q"],
    &["user", "edit", "zqxnewer", "--email", "ZQX2@example.org"],
    &["user", "edit", "zqxnewer", "--email", "zqx3@example.org"],
    &["user", "edit", "zqxnewer", "--full-name", ""],
    &["user", "edit", "zqxnewer", "--full-name", "Zqx", "-o", "csv"],
    &["user", "show", "zqxnewer", "-v"],
    &["user", "passwd", "zqxbob", "--password-stdin"],
    &["user", "deactivate", "zqxbob", "zqxcleo"],
    &["user", "deactivate", "zqxann"],
    &["user", "activate", "zqxbob"],
    &["user", "verify", "zqxbob", "zqxnobody", "ZQXbob"],
    &["user", "verify", "zqxbob"],
    &["set-role", "zqxbob", "therapist"],
    &["set-role", "zqxbob", "patient", "--expect", "admin"],
    &["set-role", "zqxann", "patient"],
    &["lock", "zqxbob", "--for", "1h"],
    &["lock", "zqxann"],
    &["unlock", "zqxbob", "-o", "csv"],
    &["unlock", "--expired"],
    &["unlock", "--all-locked", "-y"],
    &["login", "zqxnobody", "--password-stdin"],
    &["login", "zqxfinn", "--password-stdin"],
    &["login", "zqxemil", "--password-stdin", "--quiet"],
    &["token", "issue", "zqxfinn", "--ttl", "2m"],
    &["user", "delete", "zqxnewer"],
    &["user", "delete", "zqxnewer", "zqxbob", "-n"],
    &["user", "delete", "zqxnewer", "-y", "-o", "csv"],
    &["user", "delete", "zqxann", "-y"],
    &["secret", "generate", "--write"],
    &["config", "show"],
    &["migrate", "status"],
    &["user", "why", "zqxbob"],
    &["user", "why", "zqxbob", "--password-stdin"],
    &["user", "why", "ZQXANN2"],
    &["user", "why", "zqxnobody"],
    &["user", "why", "id:8"],
    &["user", "why", "id:10", "-o", "csv"],
    &["user", "why", "id:3"],
    &["user", "why", "id:7"],
    &["user", "export"],
    &["user", "export", "-o", "table"],
    &["user", "import", "rows.csv"],
    &["user", "import", "rows.csv", "--if-missing"],
    &["user", "import", "rows.csv", "--partial", "-o", "csv"],
    &["user", "import", "rows.jsonl", "--partial"],
    &["user", "delete", "zqxbob", "zqxnobody", "-y"],
    &["unlock", "zqxdora", "zqxgus", "--reactivate"],
    &["doctor"],
];

/// Rows that are taken, that differ by case, that break a rule, and that are good.
const ROWS: &str = "username,email,full_name,password\n\
    zqxbob,Zqx.bob@example.org,,\nZQXBOB,zqx4@example.org,,Quiet-River#48Lamp\n\
    zqx!,Zqx@@example.org,Zqx1,Quiet-River#48Lamp\nzqxgood,zqxgood@example.org,Zqx Good,Quiet-River#48Lamp\n";
/// The same as JSON lines.
const LINE: &str = "{\"username\":\"zqxbob\",\"email\":\"zqx5@example.org\",\"password\":\"Quiet-River#48Lamp\"}\n\
    {\"username\":\"zqxlast\",\"email\":\"zqx6@example.org\",\"password\":\"Quiet-River#48Lamp\"}\n";

#[test]
fn no_name_or_email_is_in_what_people_read() {
    let desk = desk();
    for args in LINES {
        masked(&desk, args, PASSWORD);
    }
    // The traces are there to be found: the same lines without the option show them.
    let plain = self::desk();
    let shown = LINES.iter().filter(|args| {
        let out = plain.run_with(args, PASSWORD);
        format!("{}{}", out.stdout, out.stderr).to_lowercase().contains(TRACE)
    });
    assert!(shown.count() >= 33, "the fixture hides nothing");
}

#[test]
fn ids_and_roles_stay_and_every_mask_is_as_long() {
    let desk = desk();
    let out = masked(&desk, &["lock", "zqxbob", "zqxcleo"], "");
    assert!(out.stderr.contains("id:2 p•••••• <p••••••> (patient)"), "{out:?}");
    assert!(out.stderr.contains("id:3 p•••••• <p••••••> (therapist)"), "{out:?}");
    let out = masked(&desk, &["user", "list", "-o", "csv", "--columns", "id,username,email,full_name,role"], "");
    assert!(out.stdout.contains("\n2,p••••••,p••••••,p••••••,patient\n"), "{out:?}");
    // That there is none is not hidden.
    assert!(out.stdout.contains("\n3,p••••••,p••••••,,therapist\n"), "{out:?}");
    let out = masked(&desk, &["user", "show", "id:99"], "");
    assert!(out.stderr.contains("'id:99'"), "an id is nobody's name: {out:?}");
    // The way on is one that can be typed.
    let out = masked(&desk, &["user", "show", "zqxann2"], "");
    assert!(out.stderr.contains("as in id:10"), "{out:?}");
    let out = masked(&desk, &["user", "activate", "zqxhana"], "");
    assert!(out.stderr.contains("authctl user passwd id:8"), "{out:?}");
}

#[test]
fn documents_for_machines_stay_exact() {
    let desk = desk();
    let document = desk.json(&["user", "show", "id:2", "--mask-personal"]);
    assert_eq!((&document["username"], &document["full_name"]), (&json!("zqxbob"), &json!("Zqx Bob Stone")));
    let raw =
        desk.ok(&["user", "list", "--csv-raw", "-o", "csv", "--columns", "email", "--limit", "1", "--mask-personal"]);
    assert_eq!(raw.stdout, "email\nZqx.ann@example.org\n");
    let lines = desk.ok(&["user", "list", "-o", "jsonl", "--mask-personal"]);
    // Nine usernames and one e-mail.
    assert_eq!(lines.stdout.matches("zqx").count(), 10);
    // An error is read by people, in whatever form.
    masked(&desk, &["user", "show", "zqxnobody", "--json"], "");
    masked(&desk, &["user", "show", "zqxann2", "--json"], "");
    // And a new run on the same thread hides nothing.
    assert!(desk.ok(&["user", "list"]).stdout.contains("zqxbob"));
}

#[test]
fn questions_hide_names_too_and_an_id_is_typed_instead() {
    let mut desk = desk();
    desk.attended(&[Answer::Text("id:2")]);
    let out = masked(&desk, &["user", "delete", "zqxbob"], "");
    assert!(out.code == 0 && out.stderr.contains("about to delete id:2 p••••••"), "{out:?}");
    desk.attended(&[Answer::Text("zqxcleo")]);
    let out = masked(&desk, &["user", "delete", "zqxcleo"], "");
    assert_eq!(out.code, 130);
    desk.attended(&[Answer::Pick(0), Answer::Yes]);
    assert_eq!(masked(&desk, &["unlock"], "").code, 0);
    desk.attended(&[Answer::Text("zqxnina"), Answer::Text("zqxn@example.org"), Answer::Text(""), Answer::Text("")]);
    masked(&desk, &["user", "add", "--generate", "-n"], "");
    desk.attended(&[Answer::Text(PASSWORD), Answer::Text(PASSWORD)]);
    assert_eq!(masked(&desk, &["user", "passwd", "zqxjan"], "").code, 3);
    assert_eq!(masked(&desk, &["user", "passwd", "ZQXann2"], "").code, 0);
}

#[test]
fn a_token_in_words_hides_the_email_that_it_claims() {
    let desk = desk();
    let token = desk.token(&["zqxbob"]);
    desk.ok(&["user", "edit", "zqxbob", "--email", "zqxother@example.org"]);
    let out = masked(&desk, &["token", "inspect", &token], "");
    assert!(out.stdout.contains("email_changed") && out.stdout.contains("user_id"), "{out:?}");
    masked(&desk, &["token", "inspect", &token, "-o", "csv"], "");
    masked(&desk, &["token", "verify", &token], "");
    assert!(desk.ok(&["token", "inspect", &token]).stdout.contains("zqxother@example.org"));
}

#[test]
fn files_of_the_newest_app_and_old_ones_are_no_exception() {
    let desk = Desk::with(fixture::head);
    desk.sql("UPDATE users SET username = 'zqx' || username, email = 'zqx' || email");
    masked(&desk, &["user", "show", "zqxshared@example.org"], "");
    masked(&desk, &["user", "edit", "zqxfree", "--customer", "2"], "");
    let desk = Desk::with(fixture::preauth);
    desk.sql("UPDATE users SET username = 'zqx' || username, email = 'zqx' || email");
    masked(&desk, &["user", "list"], "");
    masked(&desk, &["user", "show", "zqxbo_k"], "");
    masked(&desk, &["migrate"], "");
}
