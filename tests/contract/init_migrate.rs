//! `init`, `migrate` and its read-only faces.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::fixture::{self, PASSWORD};
use crate::harness::{Desk, KEY, cells, open};

const NINE: [&str; 9] = [
    "password_hash",
    "salt",
    "is_active",
    "is_verified",
    "last_login",
    "failed_login_attempts",
    "locked_until",
    "role",
    "full_name",
];

fn mode(desk: &Desk, name: &str) -> u32 {
    fs::metadata(desk.path(name)).expect("a file").permissions().mode() & 0o777
}

/// Name, type, not null and default of each column of `users`.
fn columns(desk: &Desk) -> Vec<String> {
    desk.cells("SELECT name || '|' || type || '|' || \"notnull\" || '|' || coalesce(dflt_value, 'NULL') FROM pragma_table_info('users')")
}

#[test]
fn init_makes_a_private_file_and_refuses_an_existing_one() {
    let desk = Desk::empty();
    let document = desk.json(&["init"]);
    assert_eq!(document, json!({"database": desk.db().display().to_string(), "user": null, "password": null}));
    assert_eq!(mode(&desk, "app.db"), 0o600);
    assert_eq!(desk.events(), ["database_created done - - - - -"]);
    desk.refused(&["init"], 4, "exists").names(&["app.db"]).advises(&["authctl migrate"]);
    desk.refused(&["init", "-n"], 4, "exists");
    let directory = desk.refused(&["init", "--database", "."], 4, "exists").advises(&["a directory", "DIR/app.db"]);
    assert!(!directory.hint.contains("migrate"), "{directory:?}");
    desk.write("late.db-journal", "");
    let left = desk.refused(&["init", "--database", "late.db"], 4, "exists").names(&["late.db-journal"]);
    assert!(left.hint.contains("move it away") && !left.hint.contains("migrate"), "{left:?}");
    for name in ["empty.db", "text.db"] {
        desk.write(name, if name == "empty.db" { "" } else { "text" });
        desk.refused(&["init", "--database", name], 4, "exists");
    }
    std::os::unix::fs::symlink("nowhere", desk.path("link.db")).expect("a link");
    desk.refused(&["init", "--database", "link.db"], 4, "exists");
    desk.refused(&["init", "--database", "no/such/dir.db"], 8, "db_readonly").names(&["no/such"]);
    let out = desk.ok(&["init", "--database", "other.db"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("other.db") && out.stderr.contains("user add"), "{out:?}");
    // What the app makes of it: its own columns, in its own words (`app-facts`, stage 2).
    let of_app = Desk::with(fixture::unlogged);
    assert_eq!(columns(&desk), columns(&of_app));
    for (pragma, value) in
        [("journal_mode", "delete"), ("user_version", "0"), ("application_id", "0"), ("encoding", "UTF-8")]
    {
        assert_eq!(desk.cell(&format!("PRAGMA {pragma}")), value);
    }
}

#[test]
fn init_adds_the_first_admin_in_the_same_step() {
    let mut desk = Desk::empty();
    let admin = ["init", "--admin-username", "root1", "--admin-email", "root@example.org"];
    let out = desk.ok(&admin);
    let password = out.stdout.strip_suffix('\n').expect("a password alone");
    assert!(!password.contains('\n') && out.stderr.contains("id:1 root1 <root@example.org> (admin)"), "{out:?}");
    desk.set("SECRET_KEY", KEY);
    desk.ok_with(&["login", "root1", "--password-stdin"], password);
    assert_eq!(desk.user("root1", "role || is_active"), "admin1");
    let given = [&admin[..], &["--database", "given.db", "--password-stdin", "--json"]].concat();
    let document = desk.ok_with(&given, PASSWORD).json();
    assert_eq!((&document["user"]["role"], &document["password"]), (&json!("admin"), &Value::Null));
    let made = desk.json(&[&admin[..], &["--database", "made.db"]].concat());
    assert!(made["password"].as_str().is_some_and(|password| password.len() >= 12), "{made}");
    assert_eq!(cells(&desk.path("made.db"), "SELECT event FROM security_events"), ["database_created", "user_created"]);
}

#[test]
fn an_init_that_is_refused_leaves_no_file() {
    let desk = Desk::empty();
    for (args, stdin, exit, code) in [
        (&["--admin-username", "root1"][..], "", 2, "usage"),
        (&["--admin-email", "r@example.org"], "", 2, "usage"),
        (&["--generate"], "", 2, "usage"),
        (&["--password-stdin"], PASSWORD, 2, "usage"),
        (&["--admin-username", "a b", "--admin-email", "r@example.org"], "", 5, "policy_username"),
        (&["--admin-username", "root1", "--admin-email", "r@localhost"], "", 5, "policy_email"),
        (
            &["--admin-username", "root1", "--admin-email", "r@example.org", "--password-stdin"],
            "short",
            5,
            "policy_password",
        ),
        (&["--admin-username", "root1", "--admin-email", "r@example.org", "--password-stdin"], "", 2, "usage"),
    ] {
        desk.refused_with(&[&["init"], args].concat(), stdin, exit, code);
    }
    // Nobody typed a role: what lacks it is the configuration.
    desk.config("roles = [\"Client\", \"boss\"]");
    desk.refused(&["init", "--admin-username", "root1", "--admin-email", "r@example.org"], 5, "policy_role")
        .names(&["the configuration offers no role 'admin'", "Client, boss"])
        .advises(&["add 'admin'"]);
    assert!(!desk.db().exists());
}

/// Every stage becomes the same, whatever it had (`app-facts`, Stages of the database).
#[test]
fn migrate_brings_each_stage_up_to_date_and_keeps_what_is_there() {
    let preauth: fn(&std::path::Path) = fixture::preauth;
    let half: fn(&std::path::Path) = |path| {
        fixture::preauth(path);
        let four: Vec<&str> = fixture::NINE.split_inclusive(';').take(4).collect();
        open(path).execute_batch(&four.concat()).expect("four columns");
    };
    let unlogged: fn(&std::path::Path) = fixture::unlogged;
    for (make, steps) in [(preauth, 11), (half, 7), (unlogged, 2)] {
        let desk = Desk::with(make);
        let kept = "SELECT group_concat(id || username || email || created_at) FROM users";
        let schema = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name";
        let (rows, names, before) = (desk.cell(kept), desk.cells(schema), desk.snapshot());
        let document = desk.json(&["migrate"]);
        assert_eq!(document["up_to_date"], true);
        assert!(document["steps"].as_array().expect("steps").iter().all(|step| step["state"] == "applied"));
        assert_eq!(columns(&desk)[4..].len(), 9, "{:?}", columns(&desk));
        assert_eq!(columns(&desk), columns(&Desk::with(fixture::unlogged)));
        assert_eq!(desk.cell(kept), rows);
        assert!(names.iter().all(|name| desk.cells(schema).contains(name)), "indexes stay");
        assert_eq!(desk.cell("PRAGMA integrity_check"), "ok");
        // The way back: a verified private copy of the state before.
        let backup = document["backup"].as_str().expect("a path").to_owned();
        assert!(
            std::path::Path::new(&backup).is_absolute() && backup.starts_with(&desk.dir.path().display().to_string())
        );
        let name = std::path::Path::new(&backup).file_name().expect("a name").to_str().expect("plain").to_owned();
        assert_eq!(mode(&desk, &name), 0o600);
        assert_eq!(cells(&desk.path(&name), schema), names);
        let events = desk.events();
        assert!(events.len() == 1 && events[0].starts_with("schema_migrated done - - - - "), "{events:?}");
        assert_eq!(
            events[0].matches("users.").count() + events[0].matches("security_events").count(),
            steps,
            "{events:?}"
        );
        // A second run changes no byte and makes no backup.
        let after = desk.snapshot();
        let out = desk.ok(&["migrate"]);
        assert!(out.stderr.contains("unchanged") && out.stdout.is_empty(), "{out:?}");
        assert_eq!(desk.json(&["migrate"])["backup"], Value::Null);
        assert_eq!(desk.snapshot(), after);
        assert_ne!(after["app.db"], before["app.db"]);
    }
}

#[test]
fn migrate_prints_the_way_back_and_it_leads_back() {
    let desk = Desk::with(fixture::preauth);
    let before = columns(&desk);
    let out = desk.ok(&["migrate"]);
    let way = out.stderr.lines().find_map(|line| line.split_once("then: ")).expect("the way back").1.to_owned();
    let done = std::process::Command::new("/bin/sh")
        .arg("-c")
        .arg(&way)
        .current_dir(desk.dir.path())
        .status()
        .expect("a shell");
    assert!(done.success(), "{way}");
    assert_eq!(columns(&desk), before);
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "3");
    // Without a backup none is promised.
    let desk = Desk::with(fixture::preauth);
    let out = desk.ok(&["migrate", "--no-backup"]);
    assert!(!out.stderr.contains("then: ") && desk.snapshot().len() == 2, "{out:?}");
}

#[test]
fn migrated_rows_read_as_the_apps_own_migration_leaves_them() {
    let desk = Desk::with(fixture::preauth);
    desk.ok(&["migrate", "--no-backup"]);
    let cell = NINE.map(|name| format!("coalesce(quote({name}), 'NULL')")).join(" || ' ' || ");
    assert_eq!(desk.cell(&format!("SELECT DISTINCT {cell} FROM users")), "'' '' 1 0 NULL 0 NULL 'patient' NULL");
    assert_eq!(desk.json(&["user", "show", "bo_k"])["state"], "active");
    assert_eq!(desk.json(&["user", "list", "--no-password"]).as_array().map(Vec::len), Some(3));
}

#[test]
fn status_plan_and_check_only_look() {
    let desk = Desk::with(fixture::preauth);
    let before = desk.snapshot();
    let status = desk.json(&["migrate", "status"]);
    let keys: Vec<&String> = status.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["up_to_date", "steps", "backup"]);
    assert_eq!((&status["up_to_date"], &status["backup"]), (&json!(false), &Value::Null));
    for step in status["steps"].as_array().expect("steps") {
        let keys: Vec<&String> = step.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["name", "state", "sql"]);
        assert!(["applied", "pending"].contains(&step["state"].as_str().expect("a state")));
    }
    assert!(desk.ok(&["migrate", "status"]).stdout.contains("pending"));
    // The plan is exactly what would run.
    let plan = desk.ok(&["migrate", "plan"]).stdout;
    let copy = desk.path("copy.db");
    fs::copy(desk.db(), &copy).expect("a copy");
    open(&copy).execute_batch(&plan).expect("the plan runs");
    let out = desk.run(&["--json", "migrate", "check"]);
    out.refusal(&[], 9, "pending");
    assert_eq!(out.json()["up_to_date"], false, "the document is the verdict");
    fs::remove_file(&copy).expect("removed");
    assert_eq!(desk.snapshot(), before);
    desk.ok(&["migrate", "--no-backup"]);
    assert_eq!(desk.ok(&["migrate", "check"]).code, 0);
    assert_eq!(desk.json(&["migrate", "check"])["up_to_date"], true);
    assert_eq!(desk.ok(&["migrate", "plan"]).stdout, "");
}

/// Field report A21, and the drift of `security.md`.
#[test]
fn a_column_of_another_kind_is_named_and_nothing_changes() {
    for (sql, part) in [
        ("ALTER TABLE users ADD COLUMN role BLOB", "role"),
        ("ALTER TABLE users ADD COLUMN is_active TEXT", "is_active"),
        ("ALTER TABLE users ADD COLUMN failed_login_attempts TEXT", "failed_login_attempts"),
        ("ALTER TABLE users ADD COLUMN LOCKED_UNTIL REAL", "locked_until"),
        ("ALTER TABLE users ADD COLUMN salt TEXT GENERATED ALWAYS AS ('x') VIRTUAL", "generated"),
        ("CREATE TABLE security_events (id INTEGER PRIMARY KEY, what TEXT)", "security_events"),
        ("CREATE VIEW security_events AS SELECT 1", "security_events"),
    ] {
        let desk = Desk::with(fixture::preauth);
        desk.sql(sql);
        desk.refused(&["migrate"], 9, "drift").names(&[part]).advises(&["migrate check", "by SQL"]);
        desk.refused(&["lock", "bo_k"], 9, "drift").names(&[part]);
        for face in ["status", "plan"] {
            // Neither a table nor half a plan that somebody might run.
            desk.refused(&["migrate", face], 9, "drift").names(&[part]);
        }
        let out = desk.run(&["migrate", "check"]);
        assert!(out.code == 9 && out.stdout.contains("drifted"), "{sql}: {out:?}");
        let out = desk.run(&["--json", "migrate", "check"]);
        out.refusal(&[], 9, "drift").names(&[part]);
        assert_eq!(out.json()["up_to_date"], false);
    }
}

/// No step shows it, and no step would take it away.
#[test]
fn a_trigger_on_the_event_log_is_not_up_to_date_and_the_way_out_leads_out() {
    let desk = Desk::usual();
    desk.sql("CREATE TRIGGER tr AFTER INSERT ON security_events BEGIN SELECT 1; END");
    let out = desk.run(&["--json", "migrate", "check"]);
    out.refusal(&[], 9, "drift").names(&["trigger: tr"]).advises(&["DROP TRIGGER"]);
    assert_eq!(out.json()["up_to_date"], false);
    desk.refused(&["lock", "bob"], 9, "drift").names(&["trigger: tr"]).advises(&["DROP TRIGGER"]);
    desk.sql("DROP TRIGGER tr");
    assert_eq!(desk.json(&["migrate", "check"])["up_to_date"], true);
    desk.ok(&["lock", "bob"]);
}

#[test]
fn names_are_matched_case_blind_and_types_by_affinity() {
    let desk = Desk::with(fixture::preauth);
    desk.sql("ALTER TABLE users ADD COLUMN Password_Hash VARCHAR(255) DEFAULT ''; ALTER TABLE users ADD COLUMN LAST_LOGIN DATETIME;
              ALTER TABLE users ADD COLUMN Is_Active INTEGER DEFAULT 1");
    desk.ok(&["migrate", "--no-backup"]);
    let names: Vec<String> =
        columns(&desk).iter().map(|column| column.split('|').next().expect("a name").to_lowercase()).collect();
    for name in NINE {
        assert_eq!(names.iter().filter(|found| *found == name).count(), 1, "{name}");
    }
    desk.ok_with(&["user", "passwd", "bo_k", "--password-stdin"], PASSWORD);
}

/// Field report A22: rows, and none.
#[test]
fn migrate_works_with_and_without_rows_and_on_the_newest_form() {
    let desk = Desk::empty();
    fixture::make(&desk.db(), &[fixture::PREAUTH]);
    desk.ok(&["migrate"]);
    let desk = Desk::empty();
    fixture::make(&desk.db(), &[&fixture::HEAD.replace("CREATE INDEX ix_users_email ON users (email);", "").replace("CREATE INDEX ix_users_username ON users (username);", ""),
        "INSERT INTO users VALUES (1,NULL,'a1','a@example.org','','',NULL,'user',1,1,0,NULL,NULL,'2026-01-01 00:00:00'),
         (2,NULL,'a2','a@example.org','','',NULL,'user',1,1,0,NULL,NULL,'2026-01-01 00:00:00')"]);
    desk.ok(&["migrate"]);
    let unique = desk.cells("SELECT name FROM pragma_index_list('users') WHERE \"unique\" = 1");
    assert!(unique.is_empty(), "the newest app allows twins: {unique:?}");
    assert_eq!(
        desk.cells("SELECT name FROM pragma_index_list('users') ORDER BY name"),
        ["ix_users_email", "ix_users_username"]
    );
}

#[test]
fn what_hangs_on_the_table_stays_word_for_word() {
    let desk = Desk::with(fixture::preauth);
    desk.sql("CREATE VIEW names AS SELECT username FROM users;
              CREATE TRIGGER note AFTER UPDATE OF email ON users BEGIN UPDATE items SET title = 'x' WHERE user_id = new.id; END;
              CREATE INDEX by_day ON users (created_at, id)");
    let schema = "SELECT sql FROM sqlite_schema WHERE name IN ('names', 'note', 'by_day', 'items', 'ix_users_email') ORDER BY name";
    let before = desk.cells(schema);
    desk.ok(&["migrate"]);
    assert_eq!(desk.cells(schema), before);
}

/// Field report A19: the app holds a read, a write, or the WAL.
#[test]
fn migrate_beside_the_running_app() {
    let desk = Desk::with(fixture::preauth);
    let app = open(&desk.db());
    app.pragma_update(None, "journal_mode", "wal").expect("WAL");
    app.execute_batch("INSERT INTO users (id, username, email) VALUES (9, 'inwal', 'w@example.org')").expect("a row");
    let document = desk.json(&["migrate"]);
    let backup = Connection::open(document["backup"].as_str().expect("a path")).expect("the backup");
    let count: i64 = backup.query_row("SELECT count(*) FROM users", [], |row| row.get(0)).expect("rows");
    assert_eq!(count, 4, "the backup holds what the WAL holds");
    app.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    let desk2 = Desk::with(fixture::preauth);
    let holder = open(&desk2.db());
    holder.execute_batch("BEGIN IMMEDIATE").expect("a lock");
    desk2.refused(&["migrate", "--busy-timeout", "0"], 8, "db_busy");
    holder.execute_batch("COMMIT").expect("released");
    desk2.ok(&["migrate"]);
}

#[test]
fn a_dry_run_of_migrate_shows_what_would_be_and_makes_no_backup() {
    let desk = Desk::with(fixture::preauth);
    let before = desk.snapshot();
    let out = desk.ok(&["migrate", "-n"]);
    assert!(out.stderr.contains("would migrate"), "{out:?}");
    let document = desk.json(&["migrate", "-n"]);
    assert_eq!(document["backup"], Value::Null);
    assert_eq!(desk.snapshot(), before);
}
