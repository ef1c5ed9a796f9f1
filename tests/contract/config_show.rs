//! `config show`: each setting with its origin; what is wrong is a row, and no secret is shown.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{CHEAP, Desk, KEY, Out};

fn shown(out: &Out) -> Vec<Value> {
    let Value::Array(rows) = out.json() else { panic!("an array: {out:?}") };
    for row in &rows {
        let keys: Vec<&String> = row.as_object().expect("an object").keys().collect();
        assert!(keys == ["key", "value", "origin"] || keys == ["key", "value", "origin", "problem"], "{row}");
    }
    rows
}

fn row<'a>(rows: &'a [Value], key: &str) -> &'a Value {
    rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("no {key} in {rows:?}"))
}

fn fact(rows: &[Value], key: &str) -> (Value, String) {
    let row = row(rows, key);
    (row["value"].clone(), row["origin"].as_str().expect("an origin").to_owned())
}

fn settings(desk: &Desk, more: &[&str]) -> Vec<Value> {
    shown(&desk.ok(&[&["config", "show", "--json"], more].concat()))
}

#[test]
fn without_a_file_everything_is_the_default_of_the_contract() {
    let desk = Desk::usual();
    fs::remove_file(desk.path("authctl.toml")).expect("removed");
    let rows = settings(&desk, &[]);
    let default = |value: Value| (value, "default".to_owned());
    for (key, value) in [
        ("busy_timeout", json!("5s")),
        ("require_session", json!(false)),
        ("audit_key_file", json!(null)),
        ("roles", json!(null)),
        ("password.min_length", json!(12)),
        ("password.max_length", json!(128)),
        ("lockout.attempts", json!(5)),
        ("lockout.duration", json!("30m")),
        ("lockout.time_format", json!("offset")),
        ("tokens.access_ttl", json!("30m")),
        ("tokens.refresh_ttl", json!("7d")),
        ("hash.memory_kib", json!(65536)),
        ("hash.time_cost", json!(3)),
        ("hash.parallelism", json!(1)),
        ("database", json!(desk.db())),
    ] {
        assert_eq!(fact(&rows, key), default(value), "{key}");
    }
    assert_eq!(fact(&rows, "config_file"), (json!(null), "none found".to_owned()));
}

#[test]
fn what_a_file_says_names_the_file_and_what_it_leaves_out_is_a_default() {
    let desk = Desk::usual();
    desk.config(
        "database = \"sqlite:///other.db\"\nroles = [\"chef\", \"waiter\"]\naudit_key_file = \"keys/audit\"\n\
         require_session = false\n[lockout]\nduration = \"90s\"\n[tokens]\naccess_ttl = \"36h\"",
    );
    let rows = settings(&desk, &[]);
    let file = format!("file {}", desk.path("authctl.toml").display());
    for (key, value) in [
        ("database", json!(desk.path("other.db"))),
        ("roles", json!(["chef", "waiter"])),
        ("audit_key_file", json!(desk.path("keys/audit"))),
        ("require_session", json!(false)),
        ("lockout.duration", json!("90s")),
        ("tokens.access_ttl", json!("36h")),
        ("hash.time_cost", json!(2)),
    ] {
        assert_eq!(fact(&rows, key), (value, file.clone()), "{key}");
    }
    assert_eq!(fact(&rows, "config_file"), (json!(desk.path("authctl.toml")), "found".to_owned()));
    assert_eq!(fact(&rows, "lockout.attempts").1, "default");
    assert_eq!(fact(&rows, "hash.parallelism").1, "default");
    assert_eq!(row(&rows, "database")["problem"], json!("there is no such file"));
    desk.write("mine.toml", CHEAP);
    let rows = settings(&desk, &["--config", "mine.toml"]);
    assert_eq!(fact(&rows, "config_file"), (json!(desk.path("mine.toml")), "option --config".to_owned()));
    assert_eq!(fact(&rows, "roles"), (json!(null), "default".to_owned()));
}

#[test]
fn options_and_the_environment_are_named() {
    let mut desk = Desk::usual();
    let rows = settings(&desk, &["--database", "sqlite:///x/../app.db", "--busy-timeout", "2m"]);
    assert_eq!(fact(&rows, "database").1, "option --database");
    assert_eq!(fact(&rows, "busy_timeout"), (json!("2m"), "option --busy-timeout".to_owned()));
    desk.set("DATABASE_URL", "sqlite:///./app.db");
    assert_eq!(fact(&settings(&desk, &[]), "database").1, "environment DATABASE_URL");
    desk.set("AUTHCTL_DATABASE", "app.db");
    assert_eq!(fact(&settings(&desk, &[]), "database").1, "environment AUTHCTL_DATABASE");
}

#[test]
fn a_password_in_a_url_is_not_shown_and_the_rest_is() {
    let mut desk = Desk::usual();
    desk.set("DATABASE_URL", "postgresql://olga:hush-hush@db.example.org/app");
    for more in [&["--json"][..], &[], &["-o", "csv"], &["-v"]] {
        let out = desk.ok(&[&["config", "show"], more].concat());
        let all = format!("{}{}", out.stdout, out.stderr);
        assert!(all.contains("postgresql") && all.contains("lockout.attempts"), "{all}");
        assert!(!all.contains("hush") && !all.contains("olga"), "{all}");
    }
    let rows = settings(&desk, &[]);
    assert_eq!(fact(&rows, "database"), (json!(null), "environment DATABASE_URL".to_owned()));
}

#[test]
fn the_key_is_never_shown_only_where_it_comes_from() {
    let mut desk = Desk::usual();
    let rows = settings(&desk, &[]);
    assert_eq!(fact(&rows, "signing_key"), (json!(null), "none found".to_owned()));
    assert!(row(&rows, "signing_key")["problem"].as_str().is_some_and(|text| text.contains("no signing key")));
    desk.write(".env", format!("SECRET_KEY={KEY}\n"));
    let (value, origin) = fact(&settings(&desk, &[]), "signing_key");
    assert!(value == json!("set (not shown)") && origin.contains(".env"), "{value} {origin}");
    desk.set("SECRET_KEY", KEY);
    assert_eq!(fact(&settings(&desk, &[]), "signing_key").1, "SECRET_KEY in the environment");
    for more in [&["--json"][..], &[], &["-o", "csv"], &["-v"]] {
        let out = desk.ok(&[&["config", "show"], more].concat());
        assert!(!out.stdout.contains(KEY) && !out.stderr.contains(KEY), "{out:?}");
    }
    desk.set("SECRET_KEY", "tiny-hush");
    let rows = settings(&desk, &[]);
    assert_eq!(row(&rows, "signing_key")["value"], json!("set (not shown)"));
    assert!(row(&rows, "signing_key")["problem"].as_str().is_some_and(|text| text.contains("9 bytes")));
    desk.set("SECRET_KEY", "");
    assert!(desk.ok(&["config", "show"]).stdout.contains("the signing key is empty"));
}

#[test]
fn a_broken_configuration_and_wrong_uses_are_refused_by_name() {
    let desk = Desk::usual();
    desk.refused(&["config"], 2, "usage").advises(&["authctl config --help"]);
    desk.refused(&["config", "set", "roles"], 2, "usage").names(&["set"]);
    desk.refused(&["config", "show", "roles"], 2, "usage");
    desk.refused(&["config", "show", "--columns", "name"], 2, "usage").names(&["name"]).names(&["key", "origin"]);
    desk.refused(&["config", "show", "--config", "none.toml"], 2, "usage").names(&["none.toml"]);
    desk.write("authctl.toml", "colour = true\n");
    desk.refused(&["config", "show"], 2, "usage").names(&["authctl.toml", "colour"]);
}

/// Every write is refused with it: the place where one looks must say so.
#[test]
fn an_audit_key_that_cannot_be_had_is_a_problem_of_its_row() {
    let desk = Desk::usual();
    desk.config("audit_key_file = \"audit.key\"");
    let rows = settings(&desk, &[]);
    let found = row(&rows, "audit_key_file");
    assert!(found["problem"].as_str().is_some_and(|text| text.contains("there is no file")), "{found}");
    assert!(desk.ok(&["config", "show"]).stdout.contains("there is no file"));
    let key = desk.write("audit.key", KEY);
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("chmod");
    assert_eq!(row(&settings(&desk, &[]), "audit_key_file").get("problem"), None);
}
