//! Hostile names of tables, columns, triggers, files, claims, settings and options.

use std::path::Path;

use super::Tally;
use super::made::names;
use crate::handmade::ACCOUNTS;
use crate::inside::fixture::{self, EVENTS, NINE, PASSWORD, PREAUTH};
use crate::inside::{KEY, Line, scratch, watch_panics};
use crate::scale::{scaled, seed};

/// Names that are texts without NUL: nothing else can stand in a schema, an argument or a path.
fn some() -> Vec<String> {
    let all = names(usize::try_from(scaled(40, 1000)).expect("small"), seed());
    let texts = all.into_iter().filter_map(|name| String::from_utf8(name).ok());
    texts.filter(|name| !name.contains('\0') && name.len() < 5000).collect()
}

fn base(dir: &Path, more: &str) {
    fixture::make(&dir.join("app.db"), &[PREAUTH, NINE, EVENTS, ACCOUNTS, more]);
}

#[test]
fn names_in_a_schema_are_escaped() {
    watch_panics();
    let mut tally = Tally::default();
    for name in some() {
        let word = format!("\"{}\"", name.replace('"', "\"\""));
        let text = format!("'{}'", name.replace('\'', "''"));
        let dir = scratch();
        base(
            dir.path(),
            &format!(
                "CREATE TABLE {word} (id INTEGER PRIMARY KEY, {word} INTEGER REFERENCES users (id), user_id INTEGER);
                 INSERT INTO {word} VALUES (1, 2, 99);
                 CREATE TABLE child (id INTEGER PRIMARY KEY, up INTEGER REFERENCES {word} (id)); INSERT INTO child VALUES (1, 7);
                 CREATE VIEW \"v{inner}\" AS SELECT 1; CREATE INDEX \"i{inner}\" ON users (full_name);
                 CREATE TRIGGER \"t{inner}\" AFTER UPDATE ON users BEGIN UPDATE users SET full_name = 'x' WHERE id = 3; END;",
                inner = name.replace('"', "\"\"")
            ),
        );
        for args in [
            &["doctor", "-v"][..],
            &["db", "check"],
            &["db", "check", "-o", "csv"],
            &["db", "info"],
            &["migrate", "status"],
            &["migrate", "plan"],
            &["user", "delete", "bob", "-n"],
            &["lock", "bob"],
            &["lock", "bob", "--no-triggers"],
            &["lock", "bob", "--no-triggers", "--json"],
            &["audit", "list"],
            &["audit", "show", "1"],
            &["migrate", "rehearse"],
        ] {
            tally.run(dir.path(), &Line::of(args).attended("y"));
        }
        let dir = scratch();
        base(
            dir.path(),
            &format!(
                "ALTER TABLE users ADD COLUMN {word} INTEGER NOT NULL DEFAULT 1 CONSTRAINT {word} CHECK ({word} <> 5);
                 CREATE TRIGGER no BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, {text}); END;
                 CREATE TRIGGER nope BEFORE INSERT ON users BEGIN SELECT RAISE(FAIL, {text}); END;
                 CREATE TRIGGER {word} AFTER INSERT ON security_events BEGIN SELECT 1; END"
            ),
        );
        for args in [
            &["lock", "bob"][..],
            &["lock", "bob", "--json"],
            &["migrate", "check"],
            &["migrate", "status", "-o", "csv"],
            &["doctor"],
            &["user", "add", "newone", "--email", "n@example.org", "--generate"],
        ] {
            tally.run(dir.path(), &Line::of(args));
        }
    }
    tally.end("hostile names in schemas");
}

#[test]
fn names_in_arguments_files_and_settings_are_escaped() {
    watch_panics();
    let mut tally = Tally::default();
    for (at, name) in some().into_iter().enumerate() {
        let dir = scratch();
        base(dir.path(), "");
        let rows = format!("username,email,full_name\n\"{0}\",\"{0}\",\"{0}\"\n", name.replace('"', "\"\""));
        let header = format!("username,email,\"{}\"\na,b,c\n", name.replace('"', "\"\""));
        let json = serde_json::json!({ "username": name, "email": name, &name: name }).to_string();
        let long = format!("--{name}=1");
        let claim = format!("{name}={name}");
        for (args, stdin) in [
            (&["user", "import", "-"][..], rows.as_str()),
            (&["user", "import", "-", "--partial"], &rows),
            (&["user", "import", "-"], &header),
            (&["user", "import", "-"], &json),
            (&["user", "import", "-", "--json"], &rows),
            (&["user", "add", &name, "--email", &name, "--full-name", &name, "--role", &name, "--generate"], ""),
            (&["set-role", "bob", &name], ""),
            (&["set-role", "bob", "therapist", "--expect", &name], ""),
            (&["user", "list", "--role", &name], ""),
            (&["user", "list", "--sort", &name], ""),
            (&["user", "list", "--columns", &name], ""),
            (&["user", "list", "-o", &name], ""),
            (&["user", "list", "--busy-timeout", &name], ""),
            (&["user", &name], ""),
            (&[&name], ""),
            (&["user", "list", &long], ""),
            (&["user", "list", "--database", &name], ""),
            (&["user", "list", "--database", &format!("sqlite:///{name}")], ""),
            (&["user", "list", "--database", &format!("mysql://u:p@{name}/x")], ""),
            (&["user", "list", "--config", &name], ""),
            (&["audit", "list", "--since", &name], ""),
            (&["audit", "list", "--event", &name], ""),
            (&["audit", "list", "--user", &name], ""),
            (&["audit", "verify", "--head", "-"], &name),
            (&["user", "edit", "bob", "--username", &name], ""),
            (&["user", "edit", "bob", "--email", &name], ""),
            (&["user", "show", "-"], &name),
            (&["lock", "bob", "--until", &name], ""),
            (&["lock", "bob", "--for", &name], ""),
            (&["login", &name, "--password-stdin"], PASSWORD),
            (&["token", "inspect", &name], ""),
            (&["token", "verify", &name], ""),
            (&["token", "issue", "bob", "--claim", &claim], ""),
            (&["token", "issue", "bob", "--claim-json", &claim], ""),
            (&["db", "backup", &name], ""),
            (&["db", "restore", &name, "-y"], ""),
            (&["token", "issue", "bob", "--secret-file", &name], ""),
            (&["user", "import", &name], ""),
            (&["audit", "prune", "--before", &name], ""),
        ] {
            tally.run(dir.path(), &Line::of(args).stdin(stdin));
        }
        token(&mut tally, dir.path(), &name);
        if at.is_multiple_of(4) {
            settings(&mut tally, dir.path(), &name);
            files(&mut tally, &name);
        }
    }
    tally.end("hostile names in arguments, files and settings");
}

/// A token that says such things of itself.
fn token(tally: &mut Tally, dir: &Path, name: &str) {
    let args = ["token", "issue", "--offline", "--user-id=2"].map(str::to_owned);
    let claims = [format!("--email={name}"), format!("--role={name}"), format!("--claim=note={name}")];
    let issued = Line::of(&[&args[..], &claims].concat()).run(dir).expect("no panic");
    assert_eq!(issued.code, 0, "{}", issued.words());
    let token = String::from_utf8(issued.stdout).expect("UTF-8");
    for args in [
        &["token", "inspect", "-"][..],
        &["token", "inspect", "-", "--no-verify", "-o", "csv"],
        &["token", "verify", "-"],
        &["token", "verify", "-", "-o", "csv"],
    ] {
        tally.run(dir, &Line::of(args).stdin(&token));
    }
}

fn settings(tally: &mut Tally, dir: &Path, name: &str) {
    let word = serde_json::Value::from(name).to_string().replace("\\u007f", "\\u007F");
    for text in [format!("roles = [{word}]"), format!("{word} = 1"), format!("database = {word}"), name.to_owned()] {
        std::fs::write(dir.join("x.toml"), text).expect("a file");
        for args in [
            &["config", "show"][..],
            &["user", "list"],
            &["set-role", "bob", "nobody"],
            &["config", "show", "-o", "csv"],
        ] {
            tally.run(dir, &Line::of(&[&["--config", "x.toml"], args].concat()));
        }
    }
    std::fs::write(dir.join(".env"), format!("SECRET_KEY={name}\n{name}=1\n")).expect("a file");
    let mut line = Line::of(&["token", "issue", "bob"]);
    line.env.clear();
    tally.run(dir, &line);
    for (variable, value) in [("DATABASE_URL", name), ("AUTHCTL_DATABASE", name), ("NO_COLOR", name)] {
        let mut line = Line::of(&["user", "list"]);
        line.env.insert(variable, value.into());
        tally.run(dir, &line);
    }
}

/// Files of such a name, and a saved session of an account of such a name.
fn files(tally: &mut Tally, name: &str) {
    let short: String = name.chars().filter(|c| *c != '/').take(60).collect();
    let dir = scratch();
    let path = |end: &str| format!("{short}{end}");
    base(dir.path(), "");
    std::fs::rename(dir.path().join("app.db"), dir.path().join(path(".db"))).expect("renamed");
    std::fs::write(dir.path().join(path(".csv")), "username,email\nx,y\n").expect("a file");
    let database = format!("--database={}", path(".db"));
    let db = database.as_str();
    let backup = path(".bak");
    for args in [
        &["user", "list", db][..],
        &["db", "info", db],
        &["db", "check", db],
        &["doctor", db],
        &["db", "backup", db],
        &["db", "backup", db, &format!("./{backup}")],
        &["db", "restore", db, &format!("./{backup}"), "-y"],
        &["audit", "list", db],
        &["user", "import", db, &format!("./{}", path(".csv"))],
        &["audit", "prune", db, "--before", "2026-11-26"],
        &["migrate", "status", db],
        &["config", "show", db],
        &["init", db],
    ] {
        tally.run(dir.path(), &Line::of(args));
    }
    let words = ["", short.as_str()];
    for typed in words {
        let mut line = Line::of(&["--", "authctl", "user", "import", typed]);
        line.env.insert("AUTHCTL_COMPLETE", "fish".into());
        let mut ran = line.run(dir.path()).expect("no panic");
        ran.stdout.iter_mut().filter(|byte| **byte == b'\t').for_each(|byte| *byte = b'\n');
        if let Some(what) = super::forbidden(&ran) {
            tally.wrong.push(format!("completion of {typed:?}: {what}"));
        }
    }
    let dir = scratch();
    base(dir.path(), "");
    let conn = rusqlite::Connection::open(dir.path().join("app.db")).expect("a connection");
    conn.execute("UPDATE users SET username = ?1, full_name = ?1, role = ?1 WHERE id = 2", [name]).expect("a row");
    let mut login = Line::of(&["login", "bob@example.org", "--save", "--password-stdin"]).stdin(PASSWORD);
    login.env.insert("SECRET_KEY", KEY.into());
    tally.run(dir.path(), &login);
    for args in
        [&["whoami"][..], &["whoami", "-o", "csv"], &["user", "list", "--as-session"], &["lock", "ann", "--as-session"]]
    {
        tally.run(dir.path(), &Line::of(args));
    }
    tally.run(dir.path(), &Line::of(&["logout"]));
}
