//! Global options and the configuration: which database, which rules, and in which order of precedence.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::fixture;
use crate::harness::Desk;

/// A database whose only account has this name, so that a list tells which file was opened.
fn marked(desk: &Desk, path: &str, name: &str) {
    let path = desk.path(path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).expect("a directory");
    }
    fixture::make(
        &path,
        &[
            fixture::PREAUTH,
            fixture::NINE,
            fixture::EVENTS,
            &format!("INSERT INTO users (username, email) VALUES ('{name}', '{name}@example.org')"),
        ],
    );
}

fn opened(desk: &Desk, args: &[&str]) -> String {
    let list = desk.json(&[&["user", "list"], args].concat());
    list[0]["username"].as_str().expect("one account").to_owned()
}

#[test]
fn the_database_is_the_option_then_the_environment_then_the_configuration_then_app_db() {
    let mut desk = Desk::empty();
    for name in ["app", "config", "url", "own", "option"] {
        marked(&desk, &format!("{name}.db"), name);
    }
    assert_eq!(opened(&desk, &[]), "app");
    desk.config("database = \"config.db\"");
    assert_eq!(opened(&desk, &[]), "config");
    desk.set("DATABASE_URL", "sqlite:///./url.db");
    assert_eq!(opened(&desk, &[]), "url");
    desk.set("AUTHCTL_DATABASE", "own.db");
    assert_eq!(opened(&desk, &[]), "own");
    assert_eq!(opened(&desk, &["--database", "option.db"]), "option");
    assert_eq!(desk.ok(&["--database", "option.db", "user", "list", "--json"]).json()[0]["username"], "option");
}

/// Field report A24: URLs as in SQLAlchemy.
#[test]
fn database_urls_are_read_as_the_app_reads_them() {
    let desk = Desk::empty();
    marked(&desk, "sub/app.db", "sub");
    marked(&desk, "a%20b.db", "percent");
    let absolute = desk.path("sub/app.db").display().to_string();
    for (url, name) in [
        ("sqlite:///sub/app.db".to_owned(), "sub"),
        ("sqlite:///./sub/app.db".to_owned(), "sub"),
        ("sqlite+aiosqlite:///sub/app.db".to_owned(), "sub"),
        ("sqlite+pysqlite:///sub/app.db?timeout=5".to_owned(), "sub"),
        (format!("sqlite:///{absolute}"), "sub"),
        (format!("sqlite+aiosqlite:///{absolute}"), "sub"),
        (absolute.clone(), "sub"),
        ("sqlite:///a%20b.db".to_owned(), "percent"),
    ] {
        assert_eq!(opened(&desk, &["--database", &url]), name, "{url}");
        let mut desk = Desk::empty();
        marked(&desk, "sub/app.db", "sub");
        marked(&desk, "a%20b.db", "percent");
        if !url.contains(&absolute) {
            desk.set("DATABASE_URL", &url);
            assert_eq!(opened(&desk, &[]), name, "{url}");
        }
    }
}

#[test]
fn a_url_of_another_kind_is_refused_by_name_and_without_its_password() {
    let mut desk = Desk::usual();
    for (url, kind) in [
        ("postgresql://ann:hunter2@db.example.org:5432/app", "postgresql"),
        ("postgresql+psycopg2://ann:hunter2@db/app", "postgresql"),
        ("postgres://ann:hunter2@db/app", "postgres"),
        ("mysql+pymysql://ann:hunter2@db/app", "mysql"),
        ("sqlite://ann:hunter2@host/app.db", "sqlite"),
    ] {
        desk.set("DATABASE_URL", url);
        let refusal = desk.refused(&["user", "list"], 2, "usage");
        assert!(refusal.message.contains(kind) && refusal.message.contains("DATABASE_URL"), "{refusal:?}");
        let out = desk.run(&["user", "list", "--database", url, "-v"]);
        assert_eq!(out.code, 2);
        for text in [&refusal.message, &refusal.hint, &out.stderr] {
            assert!(!text.contains("hunter2") && !text.contains("ann:"), "{url}: {text}");
        }
    }
    for url in ["", ":memory:", "sqlite://", "sqlite:///:memory:", "sqlite:app.db"] {
        desk.refused(&["user", "list", "--database", url], 2, "usage").names(&["--database"]);
    }
    // The one that is named decides, though another would do.
    desk.set("DATABASE_URL", "");
    desk.refused(&["user", "list"], 2, "usage");
}

/// Field report A24: four distinct messages, and nothing is created.
#[test]
fn what_is_no_database_of_the_app_is_refused_for_what_it_is() {
    let desk = Desk::empty();
    std::fs::create_dir(desk.path("dir")).expect("a directory");
    desk.write("empty.db", "");
    desk.write("text.db", "id,username\n1,ann\n");
    desk.write("magic.db", "SQLite format 3\0 and then nothing of the kind");
    fixture::make(&desk.path("other.db"), &["CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"]);
    fixture::make(
        &desk.path("strict.db"),
        &["CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, email TEXT) STRICT"],
    );
    fixture::make(&desk.path("view.db"), &["CREATE VIEW users AS SELECT 1 AS id, 'a' AS username, 'b' AS email"]);
    // The stray file of app-facts, stage 5.
    fixture::make(
        &desk.path("stray.db"),
        &["CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, created TIMESTAMP)"],
    );
    let mut messages = Vec::new();
    for (file, code, part) in [
        ("nope.db", "db_missing", "no database"),
        ("sub/nope.db", "db_missing", "no database"),
        ("dir", "db_not_sqlite", "directory"),
        ("empty.db", "db_not_sqlite", "empty"),
        ("text.db", "db_not_sqlite", "not an SQLite database"),
        ("other.db", "db_foreign", "no table 'users'"),
        ("strict.db", "db_foreign", "STRICT"),
        ("view.db", "db_foreign", "view"),
        ("stray.db", "db_foreign", "no column 'username'"),
    ] {
        for args in [
            &["user", "list"][..],
            &["lock", "bob"],
            &["migrate"],
            &["migrate", "status"],
            &["migrate", "check"],
            &["login", "bob", "--password-stdin"],
        ] {
            let mut args = args.to_vec();
            args.extend(["--database", file]);
            if args[0] == "login" {
                args.extend(["--secret-file", "key"]);
                desk.write("key", "0123456789abcdef0123456789abcdef");
            }
            let refusal = desk.refused_with(&args, fixture::PASSWORD, 8, code).names(&[part, file]);
            assert!(!refusal.hint.is_empty(), "{args:?}: {refusal:?}");
            messages.push(refusal.message.replace(file, "FILE"));
        }
    }
    messages.sort();
    messages.dedup();
    assert!(messages.len() >= 8, "each its own message: {messages:#?}");
    let out = desk.run(&["user", "list", "--database", "magic.db"]);
    assert_eq!(out.code, 8, "{out:?}");
    assert!(!desk.path("nope.db").exists() && !desk.path("sub").exists() && !desk.path("app.db").exists());
}

/// `cli.md`, rule 8: no command creates a database but `init` (and `db restore`).
#[test]
fn no_command_but_init_creates_a_database() {
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", crate::harness::KEY);
    for args in [
        &["user", "list"][..],
        &["user", "show", "bob"],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["user", "passwd", "bob", "--generate"],
        &["user", "activate", "bob"],
        &["user", "deactivate", "bob"],
        &["user", "verify", "bob"],
        &["login", "bob", "--password-stdin"],
        &["lock", "bob"],
        &["unlock", "bob"],
        &["unlock", "--expired"],
        &["unlock", "--all-locked", "-y"],
        &["set-role", "bob", "admin"],
        &["token", "issue", "bob"],
        &["migrate"],
        &["migrate", "status"],
        &["migrate", "plan"],
        &["migrate", "check"],
    ] {
        desk.refused_with(args, fixture::PASSWORD, 8, "db_missing").names(&["app.db"]).advises(&["--database", "init"]);
    }
}

#[test]
fn the_configuration_is_the_option_then_the_working_directory() {
    let desk = Desk::usual();
    desk.write("other.toml", "[lockout]\nduration = \"2h\"\n");
    desk.config("[lockout]\nduration = \"1h\"");
    desk.ok(&["lock", "bob"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 03:00:00.000000+00:00");
    desk.ok(&["lock", "bob", "--config", "other.toml"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 04:00:00.000000+00:00");
    // An option goes before the file.
    desk.ok(&["lock", "bob", "--for", "5m"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 02:05:00.000000+00:00");
    desk.refused(&["user", "list", "--config", "absent.toml"], 2, "usage").names(&["absent.toml"]);
    std::fs::remove_file(desk.path("authctl.toml")).expect("removed");
    desk.ok(&["user", "list"]);
}

#[test]
fn what_is_wrong_with_a_configuration_is_named() {
    let desk = Desk::usual();
    for (text, part) in [
        ("databse = \"x\"", "databse"),
        ("[lockout]\nattempt = 5", "attempt"),
        ("[lockout]\nattempts = 0", "attempts"),
        ("[lockout]\nattempts = 1000001", "attempts"),
        ("[lockout]\nattempts = \"5\"", "line"),
        ("[lockout]\nduration = \"30\"", "duration"),
        ("[lockout]\nduration = 30", "line"),
        ("[lockout]\ntime_format = \"utc\"", "line"),
        ("[hash]\nmemory_kib = 19455", "memory_kib"),
        ("[hash]\ntime_cost = 1", "time_cost"),
        ("[hash]\nparallelism = 0", "parallelism"),
        ("[password]\nmin_length = 20\nmax_length = 10", "min_length"),
        ("[tokens]\naccess_ttl = \"0s\"", "access_ttl"),
        ("roles = []", "roles"),
        ("roles = [\"admin\", \"Admin\"]", "roles"),
        ("require_session = 1", "line"),
        ("this is no TOML", "line 1"),
        ("[session]\nx = 1", "session"),
    ] {
        desk.write("authctl.toml", text);
        desk.refused(&["user", "list"], 2, "usage").names(&["authctl.toml", part]);
        desk.refused(&["lock", "bob"], 2, "usage");
    }
    desk.write("authctl.toml", "database = \"postgresql://ann:hunter2@db/app\"\nnonsense");
    let refusal = desk.refused(&["user", "list"], 2, "usage");
    assert!(!refusal.message.contains("hunter2"), "no line of it is repeated: {refusal:?}");
    desk.write("authctl.toml", "database = \"postgresql://ann:hunter2@db/app\"");
    let refusal = desk.refused(&["user", "list"], 2, "usage").names(&["postgresql"]);
    assert!(!refusal.message.contains("hunter2"), "{refusal:?}");
}

#[test]
fn all_keys_of_the_contract_are_taken() {
    let desk = Desk::usual();
    let text = "database = \"app.db\"\nroles = [\"patient\", \"admin\"]\n[password]\nmin_length = 14\nmax_length = 40\n\
                [lockout]\nattempts = 3\nduration = \"1h\"\ntime_format = \"offset\"\n[tokens]\naccess_ttl = \"10m\"\n\
                refresh_ttl = \"1d\"\n[hash]\nmemory_kib = 19456\ntime_cost = 2\nparallelism = 2\n";
    desk.write("authctl.toml", text);
    desk.refused_with(&["user", "passwd", "bob", "--password-stdin"], "Quiet-Rive#48", 5, "policy_password")
        .names(&["14", "40"]);
    desk.ok_with(&["user", "passwd", "bob", "--password-stdin"], "Quiet-River#48Lamp");
    assert!(desk.user("bob", "password_hash").starts_with("$argon2id$v=19$m=19456,t=2,p=2$"));
    let generated = desk.ok(&["user", "passwd", "bob", "--generate"]).stdout;
    assert!((14..=40).contains(&generated.trim_end().chars().count()), "{generated}");
}

#[test]
fn a_configuration_or_env_file_that_everybody_may_write_is_refused_by_name() {
    let desk = Desk::usual();
    let path = desk.write("authctl.toml", "");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).expect("chmod");
    desk.refused(&["user", "list"], 2, "usage").names(&["authctl.toml", "everybody"]);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let env = desk.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    desk.ok(&["token", "issue", "bob"]);
    std::fs::set_permissions(&env, std::fs::Permissions::from_mode(0o666)).expect("chmod");
    desk.refused(&["token", "issue", "bob"], 5, "key_unusable").names(&[".env", "everybody"]);
}

#[test]
fn a_configuration_or_env_file_of_another_ordinary_user_is_refused_by_name() {
    assert!(crate::process::is_root(), "this test needs root: it gives a file to another user");
    let desk = Desk::usual();
    let path = desk.write("authctl.toml", "");
    std::os::unix::fs::chown(&path, Some(65_534), None).expect("chown");
    desk.refused(&["user", "list"], 2, "usage").names(&["authctl.toml", "belongs to"]);
    std::os::unix::fs::chown(&path, Some(0), None).expect("chown");
    let path = desk.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    std::os::unix::fs::chown(&path, Some(65_534), None).expect("chown");
    desk.refused(&["token", "issue", "bob"], 5, "key_unusable").names(&[".env", "belongs to"]);
}

#[test]
fn output_options_exclude_each_other_and_json_is_short_for_one() {
    let desk = Desk::usual();
    let long = desk.ok(&["user", "list", "-o", "json"]).stdout;
    for args in [
        &["user", "list", "--json"][..],
        &["--json", "user", "list"],
        &["user", "--json", "list"],
        &["user", "list", "--output=json"],
        &["user", "list", "-ojson"],
    ] {
        assert_eq!(desk.ok(args).stdout, long, "{args:?}");
    }
    let out = desk.run(&["user", "list", "--json", "-o", "csv"]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""));
    out.refusal(&[], 2, "usage");
    for args in [&["--json", "user", "list", "-o", "csv"][..], &["-o", "table", "user", "list", "--json"]] {
        desk.run(args).refusal(args, 2, "usage");
    }
}

/// Whoever asks for JSON gets the errors of the command line itself as JSON too.
#[test]
fn errors_of_the_command_line_are_json_too() {
    let desk = Desk::usual();
    for args in [
        &["--json"][..],
        &["--json", "user"],
        &["--json", "nope"],
        &["user", "list", "--json", "--nope"],
        &["user", "list", "--json", "--limit", "many"],
        &["user", "list", "--json", "--limit", "-1"],
        &["user", "verify", "--json"],
        &["user", "list", "-o", "json", "extra"],
        &["user", "list", "-ojson", "extra"],
        &["user", "list", "--output=json", "extra"],
        &["user", "list", "--output", "jsonl", "extra"],
        &["user", "list", "-qojson", "extra"],
        &["user", "list", "-vo", "json", "extra"],
        &["user", "list", "--json", "--color", "blue"],
        &["--json", "user", "passwd"],
        &["lock", "bob", "--json", "--for", "1h", "--forever"],
    ] {
        let out = desk.run(args);
        assert_eq!(out.stdout, "", "{args:?}");
        out.refusal(args, 2, "usage");
    }
    // Behind `--` it is an operand.
    let out = desk.run(&["user", "show", "--", "--json"]);
    assert!(out.code == 3 && out.stderr.starts_with("error: "), "{out:?}");
}

#[test]
fn arguments_that_are_not_utf_8_are_a_usage_error() {
    use std::os::unix::ffi::OsStringExt;
    let desk = Desk::usual();
    let bad = std::ffi::OsString::from_vec(b"b\xffb".to_vec());
    let out = desk.run_os(vec!["user".into(), "show".into(), bad.clone()]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{out:?}");
    // A path may hold any bytes.
    std::fs::copy(desk.db(), desk.dir.path().join(&bad)).expect("a copy");
    let out = desk.run_os(vec!["user".into(), "list".into(), "--database".into(), bad]);
    assert_eq!(out.code, 0, "{out:?}");
}

#[test]
fn verbose_never_adds_to_stdout_and_quiet_keeps_warnings_and_errors() {
    let mut desk = Desk::keyed();
    desk.set("RUST_LOG", "debug");
    desk.set("RUST_BACKTRACE", "full");
    for args in [
        &["user", "list"][..],
        &["user", "show", "bob"],
        &["lock", "bob"],
        &["unlock", "--expired"],
        &["migrate", "status"],
        &["token", "issue", "ann"],
        &["user", "passwd", "bob", "--generate"],
    ] {
        let out = desk.ok(&[args, &["--json", "-v"]].concat());
        out.json();
        desk.ok(&[args, &["--json", "-vvv"]].concat()).json();
        let out = desk.ok(&[args, &["--json", "-q"]].concat());
        out.json();
        assert!(!out.stderr.contains("hint") && !out.stderr.contains("note"), "{args:?}: {out:?}");
    }
    assert!(desk.run(&["user", "show", "ghost", "-q"]).stderr.contains("error: "));
    assert!(desk.ok(&["user", "list", "-q"]).stderr.contains("warning: "), "unreadable cells");
}

#[test]
fn the_version_is_one_line_and_with_v_names_commit_and_sqlite() {
    let desk = Desk::empty();
    let out = desk.ok(&["--version"]);
    assert_eq!(out.stdout, format!("authctl {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(desk.ok(&["-V"]).stdout, out.stdout);
    let out = desk.ok(&["--version", "-v"]).stdout;
    assert!(out.contains("commit ") && out.contains("SQLite 3."), "{out}");
}

#[test]
fn help_holds_the_table_of_exit_codes_and_every_command_has_help() {
    let desk = Desk::empty();
    let help = desk.ok(&["--help"]).stdout;
    for code in crate::errors::CODES.iter().map(|case| case.code) {
        assert!(help.contains(code), "{code} is not in --help");
    }
    for args in [
        &["init"][..],
        &["migrate"],
        &["migrate", "status"],
        &["migrate", "plan"],
        &["migrate", "check"],
        &["user"],
        &["user", "add"],
        &["user", "list"],
        &["user", "show"],
        &["user", "passwd"],
        &["user", "activate"],
        &["user", "deactivate"],
        &["user", "verify"],
        &["login"],
        &["lock"],
        &["unlock"],
        &["set-role"],
        &["token"],
        &["token", "issue"],
        &["token", "inspect"],
        &["token", "verify"],
        &["completions"],
        &["man"],
    ] {
        for flag in ["--help", "-h"] {
            let out = desk.ok(&[args, &[flag]].concat());
            assert!(out.stdout.contains("Usage:") && out.stderr.is_empty(), "{args:?}: {out:?}");
        }
    }
}

#[test]
fn a_reason_goes_into_every_event_and_has_its_bounds() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob", "cleo", "--reason", "gone \u{1b}[2J away"]);
    assert_eq!(desk.cells("SELECT reason FROM security_events"), ["gone \u{1b}[2J away", "gone \u{1b}[2J away"]);
    let out = desk.ok(&["user", "show", "bob"]);
    assert!(!out.stdout.contains('\u{1b}'), "{out:?}");
    desk.refused(&["unlock", "bob", "--reason", &"x".repeat(1001)], 2, "usage").names(&["--reason"]);
    // A refused login has one too.
    let keyed = Desk::keyed();
    keyed.refused_in_json(
        &["login", "bob", "--password-stdin", "--reason", "ticket 7"],
        "wrong",
        6,
        "wrong_credentials",
    );
    assert_eq!(keyed.cell("SELECT reason FROM security_events"), "ticket 7");
}

#[test]
fn busy_timeout_takes_a_duration() {
    let desk = Desk::usual();
    for text in ["5", "-1s", "soon", ""] {
        desk.refused(&["user", "list", &format!("--busy-timeout={text}")], 2, "usage").names(&["--busy-timeout"]);
    }
    for text in ["0", "0s", "1s", "52w"] {
        desk.ok(&["user", "list", "--busy-timeout", text]);
    }
}

#[test]
fn times_are_utc_whatever_tz_says() {
    let mut desk = Desk::usual();
    desk.set("TZ", "Asia/Tokyo");
    desk.ok(&["lock", "bob", "--until", "2026-11-25 03:00"]);
    assert_eq!(desk.user("bob", "locked_until"), "2026-11-25 03:00:00.000000+00:00");
    assert_eq!(desk.json(&["user", "show", "bob"])["locked_until"], json!("2026-11-25T03:00:00Z"));
}

#[test]
fn completions_and_man_need_no_database() {
    let desk = Desk::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(desk.ok(&["completions", shell]).stdout.contains("authctl"), "{shell}");
    }
    desk.refused(&["completions", "tcsh"], 2, "usage").names(&["tcsh"]);
    assert!(desk.ok(&["man"]).stdout.contains(".TH"));
    let out = desk.ok(&["man", "--out", "pages", "-n"]);
    assert!(out.stderr.contains("would write") && !desk.path("pages").exists(), "{out:?}");
    assert!(desk.ok(&["man", "--out", "pages"]).stderr.contains("wrote"));
    assert!(desk.path("pages/authctl.1").exists() && desk.path("pages/authctl-user-add.1").exists());
}

/// A shell sources the completions in whatever directory it starts; where a file lies there is no matter of theirs.
#[test]
fn completions_and_man_need_no_configuration_and_all_else_does() {
    let desk = Desk::keyed();
    desk.write("authctl.toml", "foo = 1");
    let man = ["man", "--out", "pages"];
    for args in [&["completions", "bash"][..], &["man"], &man] {
        desk.ok(args);
    }
    // These two ask it for the database.
    for args in [&["logout"][..], &["user", "list"], &["config", "show"]] {
        desk.refused(args, 2, "usage").names(&["foo"]);
    }
}
