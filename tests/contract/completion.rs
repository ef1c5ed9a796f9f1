//! Completion: what the scripts ask, and what they are answered, from a file that stays as it is.
//!
//! What a newcomer would get wrong: the answers are for a shell in the middle of a line. Whatever is wrong, there is
//! nothing on stderr and the exit is 0.

use std::fs;
use std::process::Command;

use authctl::cli::complete::VARIABLE;

use crate::files::crashed;
use crate::fixture;
use crate::harness::{Desk, Out, open};

/// What a shell is answered for a line that ends with the word being typed; the directory stays as it is.
fn asked(desk: &mut Desk, shell: &str, words: &[&str]) -> Out {
    desk.set(VARIABLE, shell);
    let before = desk.snapshot();
    let out = desk.run(&[&["--", "authctl"], words].concat());
    desk.env.remove(VARIABLE);
    assert_eq!((out.code, out.stderr.as_str()), (0, ""), "{words:?}: {out:?}");
    assert_eq!(desk.snapshot(), before, "{words:?} left the directory changed");
    out
}

/// The candidates, without their descriptions.
fn offered(desk: &mut Desk, words: &[&str]) -> Vec<String> {
    let out = asked(desk, "fish", words);
    out.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// The same from a process of its own: SQLite shares what it knows of a file inside one process.
fn asked_beside(desk: &Desk, typed: &str) -> Vec<String> {
    let out = Command::new(env!("CARGO_BIN_EXE_authctl"))
        .args(["--", "authctl", "lock", typed])
        .current_dir(desk.dir.path())
        .env_clear()
        .env(VARIABLE, "fish")
        .output()
        .expect("the binary runs");
    assert!(out.status.success() && out.stderr.is_empty(), "{out:?}");
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    text.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

/// And no file changes. Looking at the files ends the locks that this process has on them.
fn glanced(desk: &Desk, typed: &str) -> Vec<String> {
    let before = desk.snapshot();
    let found = asked_beside(desk, typed);
    let after = desk.snapshot();
    let changed: Vec<&String> =
        after.iter().filter(|(name, now)| before.get(*name) != Some(now)).map(|(name, _)| name).collect();
    assert!(changed.is_empty() && after.len() == before.len(), "{typed} changed {changed:?}");
    found
}

#[test]
fn accounts_are_offered_where_a_user_is_due() {
    let mut desk = Desk::usual();
    for verb in [
        &["lock"][..],
        &["unlock"],
        &["set-role"],
        &["login"],
        &["lock", "ann", "--for", "2h"],
        &["lock", "--", "ann"],
        &["user", "show", "ann"],
        &["user", "passwd"],
        &["user", "why"],
        &["token", "issue"],
        &["audit", "list", "--user"],
    ] {
        assert_eq!(offered(&mut desk, &[verb, &["d"]].concat()), ["dora"], "{verb:?}");
    }
    let all = ["ann", "bob", "cleo", "dora", "emil", "finn", "gus", "hana", "ivo", "jan"];
    assert_eq!(offered(&mut desk, &["lock", ""]), all);
    assert_eq!(offered(&mut desk, &["audit", "list", "--user=do"]), ["--user=dora"]);
}

/// Each account once: by its username where that fits, else by its e-mail. Case counts, as it does when it is looked up.
#[test]
fn what_is_offered_begins_with_what_was_typed() {
    let mut desk = Desk::usual();
    assert_eq!(offered(&mut desk, &["lock", "c"]), ["cleo"]);
    assert_eq!(offered(&mut desk, &["lock", "C"]), ["Cleo.M@example.org"]);
    assert_eq!(offered(&mut desk, &["lock", "bob@"]), ["bob@example.org"]);
    assert_eq!(offered(&mut desk, &["lock", "user:e"]), ["user:emil"]);
    assert_eq!(offered(&mut desk, &["lock", "email:f"]), ["email:finn@example.org"]);
    assert_eq!(offered(&mut desk, &["lock", "email:C"]), ["email:Cleo.M@example.org"]);
    assert_eq!(offered(&mut desk, &["lock", "id:1"]), ["id:1", "id:10"]);
    assert_eq!(offered(&mut desk, &["lock", "id:"]).len(), 10);
    for none in ["x", "user:x", "id:7x", "id:0", "id:+1", "id:-1", "id:99999999999999999999", "DORA"] {
        assert_eq!(offered(&mut desk, &["lock", none]), [""; 0], "{none}");
    }
    // Whatever stands for one character in a pattern of SQL means itself.
    desk.sql("UPDATE users SET username = 'a_b%' WHERE id = 2; UPDATE users SET username = 'axb' WHERE id = 3");
    assert_eq!(offered(&mut desk, &["lock", "a_"]), ["a_b%"]);
    let mut head = Desk::with(fixture::head);
    assert_eq!(offered(&mut head, &["lock", "shared"]), ["shared@example.org"], "twins are one word");
}

#[test]
fn roles_events_and_sort_keys_are_offered() {
    let mut desk = Desk::usual();
    assert_eq!(offered(&mut desk, &["set-role", "bob", ""]), ["patient", "therapist", "admin"]);
    assert_eq!(offered(&mut desk, &["user", "list", "--role", "t"]), ["therapist"]);
    assert_eq!(offered(&mut desk, &["set-role", "bob", "admin", "--expect", "p"]), ["patient"]);
    assert_eq!(
        offered(&mut desk, &["audit", "list", "--event", "login_"]),
        ["login_succeeded", "login_failed", "login_refused"]
    );
    assert_eq!(offered(&mut desk, &["user", "list", "--sort", "em"]), ["email", "email:desc"]);
    desk.config("roles = [\"Nurse\", \"ADMIN\"]");
    assert_eq!(offered(&mut desk, &["set-role", "bob", ""]), ["Nurse", "ADMIN"]);
    let mut head = Desk::with(fixture::head);
    assert_eq!(offered(&mut head, &["set-role", "twin", ""]), ["user", "moderator", "admin"]);
    // Commands and options come from the same place.
    assert_eq!(offered(&mut desk, &["mig"]), ["migrate"]);
    assert_eq!(offered(&mut desk, &["user", "wh"]), ["why"]);
    assert_eq!(offered(&mut desk, &["lock", "bob", "--fore"]), ["--forever"]);
    assert_eq!(offered(&mut desk, &["completions", "z"]), ["zsh"]);
}

#[test]
fn the_file_is_the_one_that_the_command_would_take() {
    let mut desk = Desk::usual();
    let other = desk.path("other.db");
    fixture::head(&other);
    let absolute = other.to_str().expect("a plain path").to_owned();
    let url = format!("--database=sqlite:///{absolute}");
    for words in [
        &["--database", "other.db", "lock", "tw"][..],
        &["lock", "--database", &absolute, "tw"],
        &[&url, "lock", "tw"],
        &["lock", "--database='other.db'", "tw"],
        &["--database", "nope.db", "lock", "--database", "other.db", "tw"],
    ] {
        assert_eq!(offered(&mut desk, words), ["twin", "twin2"], "{words:?}");
    }
    desk.write("other.toml", "database = \"other.db\"\nroles = [\"one\"]\n");
    assert_eq!(offered(&mut desk, &["--config", "other.toml", "lock", "tw"]), ["twin", "twin2"]);
    assert_eq!(offered(&mut desk, &["--config", "other.toml", "set-role", "x", ""]), ["one"]);
    for variable in ["AUTHCTL_DATABASE", "DATABASE_URL"] {
        desk.set(variable, &format!("sqlite:///{absolute}"));
        assert_eq!(offered(&mut desk, &["lock", "tw"]), ["twin", "twin2"], "{variable}");
        assert_eq!(offered(&mut desk, &["--database", "app.db", "lock", "d"]), ["dora"], "{variable}");
        desk.env.remove(variable);
    }
    let home = desk.dir.path().to_str().expect("a plain path").to_owned();
    desk.set("HOME", &home);
    assert_eq!(offered(&mut desk, &["--database", "~/other.db", "lock", "tw"]), ["twin", "twin2"]);
    // Only the shell knows which file that is, and nothing is run to find out.
    desk.set("X", "app.db");
    for unknown in ["$X", "\"${X}\"", "$(touch gone; echo app.db)", "`echo app.db`"] {
        assert_eq!(offered(&mut desk, &["--database", unknown, "lock", "d"]), [""; 0], "{unknown}");
    }
    assert!(!desk.path("gone").exists());
}

#[test]
fn whatever_is_wrong_nothing_is_said_and_nothing_offered() {
    let mut desk = Desk::empty();
    desk.write("garbage.db", "x".repeat(4096));
    desk.write("empty.db", "");
    desk.write("broken.toml", "database = ");
    open_new(&desk, "foreign.db").execute_batch("CREATE TABLE t (x)").expect("a foreign file");
    for words in [
        &["lock", "b"][..],
        &["--database", "garbage.db", "lock", "b"],
        &["--database", "empty.db", "lock", "b"],
        &["--database", "foreign.db", "lock", "b"],
        &["--database", ".", "lock", "b"],
        &["--database", "", "lock", "b"],
        &["--database", "postgresql://u:secret@h/d", "lock", "b"],
        &["--config", "broken.toml", "lock", "b"],
        &["--config", "none.toml", "lock", "b"],
        &["nonsense", "b"],
        &["lock", "$b"],
        &["lock", "'b"],
    ] {
        assert_eq!(asked(&mut desk, "fish", words).stdout, "", "{words:?}");
    }
    // The roles need no file.
    assert_eq!(offered(&mut desk, &["set-role", "x", ""]), ["patient", "therapist", "admin"]);
    assert_eq!(asked(&mut desk, "bash", &[]).stdout, "");
}

fn open_new(desk: &Desk, name: &str) -> rusqlite::Connection {
    fs::write(desk.path(name), "").expect("an empty file");
    open(&desk.path(name))
}

/// The names of a hostile file: what a terminal would act on is not offered, nor what would mean something else.
#[test]
fn hostile_names_are_not_offered() {
    let mut desk = Desk::usual();
    let names =
        ["h\u{1b}[2Jx", "h\nx", "h\u{202e}x", "h\u{b}x", "h\tx", "--force", "-h", "id:1", "user:h", "email:h", ""];
    for (at, name) in names.iter().enumerate() {
        open(&desk.db())
            .execute(
                "INSERT INTO users (id, username, email, role) VALUES (?1, ?2, ?3, 'patient')",
                (100 + i64::try_from(at).expect("small"), name, format!("h\u{1b}{at}@example.org")),
            )
            .expect("an odd row");
    }
    assert_eq!(offered(&mut desk, &["lock", "h"]), ["hana"]);
    let all = offered(&mut desk, &["lock", ""]);
    assert_eq!(all.len(), 10, "{all:?}");
    assert_eq!(offered(&mut desk, &["lock", "user:i"]), ["user:id:1", "user:ivo"]);
    // An account whose name cannot be offered is there under its id, described harmlessly.
    let out = asked(&mut desk, "fish", &["lock", "id:100"]);
    assert_eq!(out.stdout, "id:100\th\\u{1b}[2Jx\n");
    // A shell's own characters are quoted by the shell.
    desk.sql("UPDATE users SET username = 'h;$(id) \"x' WHERE id = 2");
    assert_eq!(offered(&mut desk, &["lock", "h;"]), ["h;$(id) \"x"]);
    assert_eq!(offered(&mut desk, &["lock", "h\\;\\$"]), ["h;$(id) \"x"]);
    // Cells that are no text are no names.
    desk.sql("UPDATE users SET username = x'68ff', email = 7 WHERE id = 3");
    assert_eq!(offered(&mut desk, &["lock", "h"]), ["h;$(id) \"x", "hana"]);
}

/// A shell inserts what all candidates have in common, so the last one is among them.
#[test]
fn a_bound_does_not_make_the_common_part_longer_than_it_is() {
    let mut desk = Desk::usual();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
         INSERT INTO users (id, username, email, role)
         SELECT 1000 + i, printf('zoe-a%03d', i), printf('zoe-a%03d@example.org', i), 'patient' FROM n;
         INSERT INTO users (id, username, email, role) VALUES (5000, 'zoe-b', 'yoe@example.org', 'patient')",
    );
    let found = offered(&mut desk, &["lock", "zo"]);
    assert_eq!((found.len(), found[0].as_str(), found[100].as_str()), (101, "zoe-a001", "zoe-b"));
    let found = offered(&mut desk, &["lock", "email:"]);
    assert_eq!(found.last().map(String::as_str), Some("email:zoe-a900@example.org"));
    assert_eq!(offered(&mut desk, &["lock", "id:1"]).len(), 100);
    assert_eq!(offered(&mut desk, &["lock", "id:500"]), ["id:5000"]);
}

/// A file without an index, or with one without regard to case, is read as well.
#[test]
fn other_indexes_find_the_same() {
    let mut desk = Desk::usual();
    desk.sql("DROP INDEX ix_users_username; DROP INDEX ix_users_email");
    assert_eq!(offered(&mut desk, &["lock", "d"]), ["dora"]);
    assert_eq!(offered(&mut desk, &["lock", "C"]), ["Cleo.M@example.org"]);
    let mut desk = Desk::empty();
    let nocase = fixture::PREAUTH.replace("username VARCHAR(50) NOT NULL", "username TEXT NOT NULL COLLATE NOCASE");
    fixture::make(
        &desk.db(),
        &[&nocase, "INSERT INTO users (id, username, email) VALUES (1,'Bob','x@x.org'), (2,'bobby','y@x.org')"],
    );
    assert_eq!(offered(&mut desk, &["user", "show", "bo"]), ["bobby"]);
    assert_eq!(offered(&mut desk, &["user", "show", "B"]), ["Bob"]);
}

/// Nobody waits for the scan of a large file.
#[test]
fn a_large_file_without_an_index_offers_nothing() {
    let mut desk = Desk::usual();
    desk.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
         INSERT INTO users (id, username, email, role) SELECT 1000 + i, 'u' || i, i || '@x.org', 'patient' FROM n",
    );
    assert_eq!(offered(&mut desk, &["lock", "do"]), ["dora"]);
    assert_eq!(offered(&mut desk, &["lock", "u299999"]), ["u299999"]);
    desk.sql("DROP INDEX ix_users_username; DROP INDEX ix_users_email");
    assert_eq!(offered(&mut desk, &["lock", "do"]), [""; 0]);
    assert_eq!(offered(&mut desk, &["lock", "id:30099"]).len(), 11, "ids need none");
}

/// The file is only looked at: beside the running app, after a crash, locked by a writer.
#[test]
fn a_file_in_use_or_after_a_crash_stays_as_it_is() {
    let desk = Desk::usual();
    crashed(&desk);
    assert!(desk.path("app.db-journal").exists());
    assert_eq!(glanced(&desk, "d"), [""; 0], "its transaction is not undone");

    let desk = Desk::usual();
    let app = open(&desk.db());
    app.execute_batch("BEGIN EXCLUSIVE").expect("a writer");
    let start = std::time::Instant::now();
    assert_eq!(asked_beside(&desk, "d"), [""; 0], "the writer locks the file");
    assert!(start.elapsed() < std::time::Duration::from_secs(4), "and nobody waits for it as long as the app does");
    app.execute_batch("ROLLBACK").expect("no writer");
    assert_eq!(glanced(&desk, "d"), ["dora"]);

    app.pragma_update(None, "journal_mode", "wal").expect("WAL");
    app.execute("UPDATE users SET username = 'dorothea' WHERE id = 4", []).expect("a change");
    assert!(desk.path("app.db-wal").exists() && desk.path("app.db-shm").exists());
    assert_eq!(glanced(&desk, "do"), ["dorothea"], "the newest state of a live file");
    let (file, wal) = (fs::read(desk.db()).expect("the file"), fs::read(desk.path("app.db-wal")).expect("its WAL"));
    drop(app);
    assert!(!desk.path("app.db-wal").exists());
    assert_eq!(glanced(&desk, "do"), ["dorothea"], "a WAL file that nobody has open");
    desk.write("app.db", file);
    desk.write("app.db-wal", wal);
    assert_eq!(glanced(&desk, "do"), [""; 0], "its WAL is not recovered");
}

#[test]
fn a_session_is_not_told_who_there_is() {
    let mut desk = Desk::usual();
    assert_eq!(offered(&mut desk, &["lock", "--as-session", "d"]), [""; 0]);
    desk.config("require_session = true");
    assert_eq!(offered(&mut desk, &["lock", "d"]), [""; 0]);
    assert_eq!(offered(&mut desk, &["set-role", "bob", "t"]), ["therapist"]);
}

/// Nothing but the scripts' own call is touched by the variable.
#[test]
fn other_runs_do_not_see_the_variable() {
    let mut desk = Desk::usual();
    let plain = desk.ok(&["user", "list"]);
    for shell in ["bash", "zsh", "fish", "", "0", "tcsh"] {
        desk.set(VARIABLE, shell);
        assert_eq!(desk.ok(&["user", "list"]).stdout, plain.stdout);
        desk.refused(&["lock", "ghost"], 3, "not_found");
    }
    desk.set(VARIABLE, "tcsh");
    desk.refused(&["--", "authctl", "lock", "b"], 2, "usage");
    desk.env.remove(VARIABLE);
    desk.refused(&["--", "authctl", "lock", "b"], 2, "usage");
}

/// The forms in which the three scripts read their answers.
#[test]
fn each_shell_is_answered_in_its_own_form() {
    let mut desk = Desk::usual();
    desk.sql("UPDATE users SET username = 'id\\:7' WHERE id = 4");
    let mut answer = |shell| asked(&mut desk, shell, &["lock", "i"]).stdout;
    assert_eq!(answer("fish"), "id\\:7\tdora@example.org\nivo\tivo@example.org\n");
    assert_eq!(answer("zsh"), "id\\\\\\:7:dora@example.org\nivo:ivo@example.org\n");
    assert_eq!(answer("bash"), "id\\:7\u{b}ivo\u{b}");
    assert_eq!(asked(&mut desk, "zsh", &["set-role", "x", "t"]).stdout, "therapist\n");
}

#[test]
fn the_scripts_ask_authctl_and_set_the_variable_for_that_alone() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.ok(&["completions", shell]).stdout;
        assert_eq!(script.matches(&format!("{VARIABLE}={shell} ")).count(), 1, "{script}");
        assert!(!script.contains("export") && script.contains("2>/dev/null"), "{script}");
    }
    for shell in ["elvish", "powershell"] {
        assert!(desk.ok(&["completions", shell]).stdout.contains("set-role"), "{shell}");
    }
}
