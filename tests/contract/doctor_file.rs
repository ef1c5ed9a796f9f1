//! `doctor` on the file: schema, soundness, journal, event log; files that are none of ours; and that it only looks.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::doctor_desk::{chmod, command, findings, healthy, ids, ill, look, only, paste, paste_out, well};
use crate::fixture;
use crate::harness::{Desk, open};

#[track_caller]
fn mended_by(sql: &str, id: &str, severity: &str, line: &str) {
    let desk = ill(sql);
    let finding = only(&desk, &[], id);
    assert_eq!((&finding["severity"], command(&finding)), (&json!(severity), line), "{finding:#}");
    paste(&desk, line);
    for backup in backups(&desk) {
        fs::remove_file(desk.path(&backup)).expect("removed");
    }
    well(&desk, &[]);
}

fn backups(desk: &Desk) -> Vec<String> {
    desk.snapshot().into_keys().filter(|name| name.contains(".backup-")).collect()
}

#[test]
fn what_the_schema_lacks_is_found_and_migrated() {
    mended_by("ALTER TABLE users DROP COLUMN full_name", "schema-pending", "error", "authctl migrate");
    mended_by("DROP INDEX ix_users_email", "missing-index", "warning", "authctl migrate");
    let of_the_log = "DROP INDEX ix_security_events_target_id";
    mended_by(of_the_log, "missing-index", "warning", "authctl migrate");
    let message = |sql: &str| only(&ill(sql), &[], "missing-index")["message"].as_str().expect("words").to_owned();
    assert!(message("DROP INDEX ix_users_email").contains("logins read the whole table"));
    assert!(!message(of_the_log).contains("login"), "{}", message(of_the_log));
}

#[test]
fn a_file_without_the_columns_is_told_what_the_app_does_and_one_without_the_log_is_not() {
    let desk = Desk::with(fixture::preauth);
    let document = look(&desk, &[]);
    let pending = findings(&document).iter().find(|finding| finding["id"] == "schema-pending").expect("found");
    assert!(pending["message"].as_str().expect("words").contains("500"), "{pending:#}");
    let checked = document["checked"].as_array().expect("ids");
    for id in
        ["stuck-lock", "hair-trigger", "legacy-no-password", "no-active-admin", "unexplained-admin", "event-chain"]
    {
        assert!(!checked.contains(&id.into()), "{id} needs what this file lacks: {document:#}");
    }
    let desk = Desk::with(fixture::unlogged);
    let document = look(&desk, &[]);
    let pending = findings(&document).iter().find(|finding| finding["id"] == "schema-pending").expect("found");
    assert!(!pending["message"].as_str().expect("words").contains("500"), "{pending:#}");
    assert!(ids(&document).contains(&"stuck-lock"), "{document:#}");
}

#[test]
fn drift_is_named_and_nothing_can_be_mended_then() {
    let desk = ill("ALTER TABLE security_events ADD COLUMN note TEXT");
    let finding = only(&desk, &[], "schema-drift");
    assert_eq!(command(&finding), "authctl migrate status");
    assert!(finding["message"].as_str().expect("words").contains("security_events has other columns"), "{finding:#}");
    desk.sql("UPDATE users SET failed_login_attempts = 9 WHERE username = 'bob'; DROP INDEX ix_users_email");
    let document = look(&desk, &[]);
    assert_eq!(ids(&document), ["schema-drift", "missing-index", "hair-trigger"]);
    assert!(findings(&document).iter().all(|finding| finding["fixable"] == false), "{document:#}");
    desk.refused(&["migrate"], 9, "drift");
    assert_eq!(command(&findings(&document)[1]), "authctl migrate status");
    desk.sql("ALTER TABLE users DROP COLUMN full_name");
    let document = look(&desk, &[]);
    assert_eq!(ids(&document)[..2], ["schema-pending", "schema-drift"]);
    let pending = &findings(&document)[0];
    assert_eq!(command(pending), "authctl migrate status");
    assert!(pending["message"].as_str().expect("words").contains("schema-drift"), "{pending:#}");
}

#[test]
fn a_trigger_on_the_event_log_is_dropped_by_the_command() {
    let desk = ill("CREATE TRIGGER echo AFTER INSERT ON security_events BEGIN SELECT 1; END");
    desk.refused(&["lock", "bob"], 9, "drift");
    let finding = only(&desk, &[], "schema-drift");
    assert!(finding["message"].as_str().expect("words").contains("a trigger: echo"), "{finding:#}");
    assert_eq!(command(&finding), format!("sqlite3 {} 'DROP TRIGGER \"echo\"'", desk.db().display()));
    paste(&desk, command(&finding));
    well(&desk, &[]);
}

#[test]
fn triggers_are_listed() {
    let desk = ill(r#"CREATE TRIGGER trail AFTER UPDATE ON users BEGIN SELECT 1; END;
           CREATE TRIGGER "it's ""odd""" AFTER UPDATE ON users BEGIN SELECT 1; END"#);
    let finding = only(&desk, &[], "triggers");
    assert_eq!(finding["subject"], r#"it's "odd", trail"#);
    paste(&desk, command(&finding));
    well(&desk, &[]);
}

#[test]
fn rows_of_accounts_that_are_gone_are_found_and_made_nobodys() {
    let desk =
        ill("INSERT INTO items (id, title, user_id) VALUES (1, 'kept', 2), (2, 'left', 77), (3, 'left too', 78)");
    let finding = only(&desk, &[], "orphan-rows");
    assert_eq!((&finding["severity"], &finding["subject"]), (&json!("warning"), &json!("items.user_id")));
    assert!(finding["message"].as_str().expect("words").starts_with("2 rows"), "{finding:#}");
    let line = r#"UPDATE "items" SET "user_id" = NULL WHERE "items"."user_id" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users WHERE users."id" = "items"."user_id")"#;
    assert_eq!(command(&finding), format!("sqlite3 {} '{line}'", desk.db().display()));
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(desk.cells("SELECT user_id FROM items ORDER BY id"), ["2", "NULL", "NULL"]);
}

#[test]
fn rows_that_cannot_be_nobodys_are_taken_away() {
    let desk = ill("CREATE TABLE awards (user_id INTEGER NOT NULL REFERENCES users (id), title TEXT);
         INSERT INTO awards VALUES (2, 'kept'), (77, 'left')");
    let finding = only(&desk, &[], "orphan-rows");
    assert!(command(&finding).contains(r#"DELETE FROM "awards""#), "{finding:#}");
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(desk.cells("SELECT title FROM awards"), ["kept"]);
}

/// What the printed command leaves of a table whose rows a key compares in its own way.
#[track_caller]
fn healthy_rows_stay(sql: &str, table: &str, kept: &[&str]) {
    let desk = ill(sql);
    let finding = only(&desk, &[], "orphan-rows");
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(desk.cells(&format!("SELECT text FROM \"{table}\" ORDER BY text")), kept);
}

#[test]
fn rows_of_accounts_that_are_there_stay_whatever_the_key_points_at() {
    let insert = "VALUES ('ann', '1'), ('bob', '2'), ('gone', '3')";
    healthy_rows_stay(
        &format!(
            "CREATE TABLE notes (author TEXT NOT NULL REFERENCES users (username), text TEXT);
             INSERT INTO notes {insert}"
        ),
        "notes",
        &["1", "2"],
    );
    // A key that names no column means the id, and compares as with a number.
    healthy_rows_stay(
        "CREATE TABLE notes (author NOT NULL REFERENCES Users, text TEXT);
         INSERT INTO notes VALUES (1, '1'), ('2', '2'), (77, '3')",
        "notes",
        &["1", "2"],
    );
    // It compares with the collation of the name, not with that of the note.
    healthy_rows_stay(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'username VARCHAR(50)', 'username VARCHAR(50) COLLATE NOCASE');
         PRAGMA writable_schema = RESET; REINDEX;
         CREATE TABLE notes (author TEXT NOT NULL REFERENCES users (username), text TEXT);
         INSERT INTO notes VALUES ('Ann', '1'), ('BOB', '2'), ('gone', '3')",
        "notes",
        &["1", "2"],
    );
    // A row that was nobody's before is none of them.
    healthy_rows_stay(
        "CREATE TABLE notes (author TEXT REFERENCES users (username), text TEXT, PRIMARY KEY (author));
         INSERT INTO notes VALUES ('ann', '1'), (NULL, '2'), ('gone', '3')",
        "notes",
        &["1", "2"],
    );
    // One account was made by another.
    let desk =
        ill("ALTER TABLE users ADD COLUMN made_by INTEGER REFERENCES users (id); UPDATE users SET made_by = id + 1");
    paste(&desk, command(&only(&desk, &[], "orphan-rows")));
    assert_eq!(desk.cells("SELECT made_by FROM users ORDER BY id"), ["2", "NULL"]);
}

#[test]
fn tables_and_triggers_may_be_called_like_words_of_sql() {
    for table in ["order", "group", "a b", "it's \"odd\""] {
        let quoted = table.replace('"', "\"\"");
        healthy_rows_stay(
            &format!(
                "CREATE TABLE \"{quoted}\" (\"select\" INTEGER NOT NULL REFERENCES users (id), text TEXT);
                 INSERT INTO \"{quoted}\" VALUES (2, 'kept'), (77, 'left')"
            ),
            &quoted,
            &["kept"],
        );
    }
    let desk = ill("CREATE TRIGGER \"table\" AFTER UPDATE ON users BEGIN SELECT 1; END");
    paste(&desk, command(&only(&desk, &[], "triggers")));
    well(&desk, &[]);
}

#[test]
fn accounts_that_refer_to_an_account_that_is_gone_are_not_deleted_by_sql() {
    let desk = ill("ALTER TABLE users ADD COLUMN made_by INTEGER NOT NULL DEFAULT 99 REFERENCES users (id)");
    assert_eq!(only(&desk, &[], "orphan-rows")["command"], Value::Null);
}

#[test]
fn rows_of_a_key_of_several_columns_are_one_finding_and_left_to_the_operator() {
    let desk = ill("CREATE UNIQUE INDEX both ON users (id, username);
         CREATE TABLE pairs (a INTEGER NOT NULL, b TEXT NOT NULL, FOREIGN KEY (a, b) REFERENCES users (id, username));
         INSERT INTO pairs VALUES (1, 'ann'), (1, 'bob'), (77, 'bob')");
    let finding = only(&desk, &[], "orphan-rows");
    assert_eq!((&finding["subject"], &finding["command"]), (&json!("pairs.(a, b)"), &Value::Null));
    assert!(finding["message"].as_str().expect("words").starts_with("2 rows"), "{finding:#}");
}

#[test]
fn every_change_of_the_log_is_found() {
    for (sql, subject) in [
        ("UPDATE security_events SET reason = 'none' WHERE id = 2", "event 2"),
        ("UPDATE security_events SET target_username = 'anna' WHERE id = 2", "event 2"),
        ("UPDATE security_events SET target_id = NULL WHERE id = 3", "event 3"),
        ("UPDATE security_events SET reason = x'' WHERE id = 2", "event 2"),
        ("UPDATE security_events SET hash = replace(hash, 'a', 'b') WHERE id = 1", "event 1"),
        ("DELETE FROM security_events WHERE id = 1", "event 2"),
        ("DELETE FROM security_events WHERE id = 2", "event 3"),
        ("UPDATE security_events SET id = 9 WHERE id = 2", "event 3"),
    ] {
        let desk = ill(sql);
        let document = look(&desk, &[]);
        let broken = findings(&document).iter().find(|finding| finding["id"] == "event-chain");
        let broken = broken.unwrap_or_else(|| panic!("{sql}: {document:#}"));
        assert_eq!((&broken["severity"], &broken["subject"]), (&json!("error"), &json!(subject)), "{sql}");
        assert_eq!(command(broken), "authctl audit verify");
        // It says more of the same row; nothing can bring a row back.
        let out = paste_out(&desk, command(broken));
        assert_eq!(out.status.code(), Some(11), "{sql}: {out:?}");
        assert!(String::from_utf8_lossy(&out.stderr).contains(subject), "{sql}: {out:?}");
    }
}

/// The beginning may be pruned: an event at the end says up to where.
#[test]
fn a_log_without_its_beginning_is_whole_where_an_event_says_so() {
    let desk = healthy();
    let last = desk.cell("SELECT hash FROM security_events WHERE id = 2");
    desk.sql("DELETE FROM security_events WHERE id <= 2");
    assert!(ids(&look(&desk, &[])).contains(&"event-chain"));
    let row = |sql: &str| desk.cell(sql);
    let previous = row("SELECT hash FROM security_events WHERE id = 3");
    let details = format!(r#"{{"first_id":1,"last_id":2,"rows":2,"last_hash":"{last}"}}"#);
    let columns = [
        ("at", "2026-11-25T02:00:00.000Z"),
        ("event", "events_pruned"),
        ("outcome", "done"),
        ("details", &details),
        ("version", "0.1.0"),
        ("prev_hash", &previous),
    ];
    let hash = canonical_hash(4, &columns);
    desk.sql(&format!(
        "INSERT INTO security_events (id, at, event, outcome, details, version, prev_hash, hash)
         VALUES (4, '{}', 'events_pruned', 'done', '{details}', '0.1.0', '{previous}', '{hash}')",
        columns[0].1
    ));
    assert!(!ids(&look(&desk, &[])).contains(&"event-chain"));
}

/// The bytes of `docs/events.md`, put together by hand.
fn canonical_hash(id: i64, set: &[(&str, &str)]) -> String {
    use sha2::{Digest, Sha256};
    let mut text = format!("authctl-event-v1\nid=i{id}\n");
    for name in [
        "at",
        "event",
        "outcome",
        "target_id",
        "target_username",
        "before",
        "after",
        "details",
        "reason",
        "actor_uid",
        "actor_name",
        "actor_login_uid",
        "actor_sudo_user",
        "actor_terminal",
        "actor_host",
        "version",
        "prev_hash",
    ] {
        match set.iter().find(|(column, _)| *column == name) {
            Some((_, value)) => text.push_str(&format!("{name}=t{}:{value}\n", value.len())),
            None => text.push_str(&format!("{name}=n\n")),
        }
    }
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Overwrites a page of the file, found by the table or index that starts with it.
fn damage(desk: &Desk, name: &str) {
    let page: usize =
        desk.cell(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'")).parse().expect("a page");
    let size: usize = desk.cell("PRAGMA page_size").parse().expect("a size");
    let mut bytes = fs::read(desk.db()).expect("the file");
    bytes[(page - 1) * size..page * size].fill(0xa5);
    fs::write(desk.db(), bytes).expect("written");
}

#[test]
fn damage_is_a_finding_and_the_other_checks_go_on() {
    let desk = ill("UPDATE users SET failed_login_attempts = 9 WHERE username = 'bob'");
    damage(&desk, "ix_items_id");
    let document = look(&desk, &[]);
    assert_eq!(ids(&document), ["damaged", "hair-trigger"], "{document:#}");
    assert_eq!(command(&findings(&document)[0]), "authctl db check");
    let out = paste_out(&desk, command(&findings(&document)[0]));
    assert_eq!(out.status.code(), Some(11), "{out:?}");
    assert!(String::from_utf8_lossy(&out.stdout).contains("integrity"), "{out:?}");
    // The table of the accounts itself: what needs it is not checked, and the rest is.
    damage(&desk, "users");
    let document = look(&desk, &[]);
    assert_eq!(ids(&document).iter().filter(|id| **id == "damaged").count(), 1, "{document:#}");
    let checked = document["checked"].as_array().expect("ids");
    assert!(!checked.contains(&"hair-trigger".into()) && checked.contains(&"event-chain".into()), "{document:#}");
}

#[test]
fn a_damaged_schema_is_a_finding_and_the_newest_copy_is_offered() {
    let desk = healthy();
    for (name, minutes) in [("app.db.backup-1", 10), ("app.db.old", 5)] {
        fs::copy(desk.db(), desk.path(name)).expect("a copy");
        let file = fs::File::options().write(true).open(desk.path(name)).expect("the copy");
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(60 * minutes);
        file.set_modified(then).expect("a time");
    }
    let mut bytes = fs::read(desk.db()).expect("the file");
    bytes[100..4096].fill(0xa5);
    fs::write(desk.db(), bytes).expect("written");
    let finding = only(&desk, &[], "damaged");
    assert_eq!(command(&finding), format!("authctl db restore {}", desk.path("app.db.old").display()));
}

/// A restore keeps the damaged file under a name of its own, and that copy is the newest one.
#[test]
fn a_copy_that_a_restore_would_refuse_is_not_offered() {
    let desk = healthy();
    let backup = desk.json(&["db", "backup"])["backup"].as_str().expect("a path").to_owned();
    damage(&desk, "ix_items_id");
    desk.ok(&["db", "restore", &backup, "--yes"]);
    damage(&desk, "ix_items_id");
    chmod(&desk.db(), 0o600);
    let sound = format!("authctl db restore {backup}");
    assert_eq!(command(&only(&desk, &[], "damaged")), sound);
    // Sound as well, and newer: it was replaced for a reason.
    let kept = desk.snapshot().into_keys().find(|name| name.contains(".before-restore-")).expect("a copy");
    fs::copy(&backup, desk.path(&kept)).expect("a copy");
    assert_eq!(command(&only(&desk, &[], "damaged")), sound);
    paste(&desk, &format!("{sound} --yes"));
    well(&desk, &[]);
}

/// A lock of this process on the file, as the system has it.
#[cfg(target_os = "linux")]
fn is_locked(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (ours, inode) = (std::process::id().to_string(), fs::metadata(path).expect("a file").ino());
    let locks = fs::read_to_string("/proc/locks").expect("the locks");
    let words = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words
        .filter(|words| words.contains(&"POSIX") && words.contains(&ours.as_str()))
        .any(|words| words.iter().any(|word| word.split(':').count() == 3 && word.ends_with(&format!(":{inode}"))))
}

/// A copy may be a hard link to the file: to open it and close it again drops the locks of whoever has the file open.
#[cfg(target_os = "linux")]
#[test]
fn copies_are_not_looked_into_while_the_file_is_open() {
    use authctl::crypto::password::HashParams;
    use authctl::model::time::{Span, TimeFormat, Timestamp};
    use authctl::ops::Settings;
    use authctl::ops::doctor::{Around, Database, Fault, examine, look_around};
    use authctl::store::{ReadAccess, Reader};
    let desk = healthy();
    damage(&desk, "ix_items_id");
    open(&desk.db()).pragma_update(None, "journal_mode", "wal").expect("WAL");
    fs::hard_link(desk.db(), desk.path("app.db.link")).expect("a link");
    let (config, env_files, secret_file) = (None, Vec::new(), None);
    let around = Around { path: desk.db(), config, env_files, secret_file, key: None, audit_key: None };
    let settings = Settings {
        roles: None,
        password: authctl::policy::password::Limits::default(),
        lockout_attempts: 5,
        lockout_duration: Span::from_seconds(1_800),
        time_format: TimeFormat::Offset,
        access_ttl: Span::from_seconds(1_800),
        refresh_ttl: Span::from_seconds(1_800),
        hash: HashParams::default(),
    };
    let report = look_around(&around);
    let reader = Reader::open(&desk.db(), std::time::Duration::ZERO, ReadAccess::NeverWrite).expect("it opens").store;
    assert!(is_locked(&desk.db()));
    let now = Timestamp::from_micros(0).expect("a time");
    let report = examine(report, Database::Open(&reader), &settings, None, now).expect("a report");
    assert!(is_locked(&desk.db()), "the locks were dropped");
    let offered = |fault: &Fault| matches!(fault, Fault::Damaged { backup: None, .. });
    assert!(report.findings.iter().any(|finding| offered(&finding.fault)), "a link is no copy: {report:?}");
}

#[test]
fn wal_mode_is_said_and_does_not_count() {
    let desk = healthy();
    open(&desk.db()).pragma_update(None, "journal_mode", "wal").expect("WAL");
    chmod(&desk.db(), 0o600);
    let out = desk.ok(&["doctor", "--json"]);
    let document = out.json();
    assert_eq!(ids(&document), ["wal-mode", "sqlite-version"], "{document:#}");
    assert!(findings(&document).iter().all(|finding| finding["severity"] == "notice"));
    let ours = document["sqlite_version"].as_str().expect("a version");
    assert_eq!(ours, rusqlite::version());
    assert!(findings(&document)[1]["message"].as_str().expect("words").contains(ours), "{document:#}");
    let words = desk.ok(&["doctor"]);
    assert!(words.stdout.contains("nothing found, 2 notices"), "{words:?}");
}

/// A file in the middle of a commit that never ended.
fn crashed() -> Desk {
    let desk = healthy();
    desk.sql(
        "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
           INSERT INTO items (title, user_id) SELECT 'Item ' || i, 2 FROM n",
    );
    let app = open(&desk.db());
    app.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE items SET title = title || ' changed'")
        .expect("the app writes");
    let copies: Vec<(&str, Vec<u8>)> =
        ["app.db", "app.db-journal"].into_iter().map(|name| (name, read_from_outside(&desk.path(name)))).collect();
    drop(app);
    for (name, bytes) in copies {
        desk.write(name, bytes);
        chmod(&desk.path(name), 0o600);
    }
    desk
}

/// By another process: closing a descriptor here would drop the locks of the connection.
fn read_from_outside(path: &Path) -> Vec<u8> {
    std::process::Command::new("cat").arg(path).output().expect("cat").stdout
}

#[test]
fn what_a_crash_left_is_found_not_undone_and_undone_by_its_command() {
    let desk = crashed();
    let finding = only(&desk, &[], "hot-journal");
    assert_eq!((command(&finding), &finding["fixable"]), ("authctl user list --count", &json!(true)));
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(desk.cell("SELECT count(*) FROM items WHERE title LIKE '%changed'"), "0");
    let desk = crashed();
    let out = desk.run(&["doctor", "--fix", "-y"]);
    assert_eq!(out.code, 0, "{out:?}");
    assert!(!desk.path("app.db-journal").exists());
}

#[test]
fn what_is_no_file_of_the_app_is_refused() {
    let desk = healthy();
    desk.refused(&["doctor", "--database", "none.db"], 8, "db_missing");
    desk.write("text.db", "x".repeat(4096));
    desk.refused(&["doctor", "--database", "text.db"], 8, "db_not_sqlite");
    open_new(&desk.path("other.db")).execute_batch("CREATE TABLE t (x)").expect("a table");
    desk.refused(&["doctor", "--database", "other.db"], 8, "db_foreign").names(&["users"]);
    desk.refused(&["doctor", "--fix", "-y", "--database", "other.db"], 8, "db_foreign");
    desk.refused(&["doctor", "--columns", "nonsense"], 2, "usage").names(&["nonsense"]);
    let app = open(&desk.db());
    app.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let out = desk.run(&["doctor", "--busy-timeout", "0", "--json"]);
    out.refusal(&[], 8, "db_busy");
}

fn open_new(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).expect("a new file")
}

#[test]
fn commands_name_the_file_and_the_configuration_that_were_named() {
    let desk = ill("UPDATE users SET failed_login_attempts = 9 WHERE username = 'bob'");
    fs::rename(desk.db(), desk.path("the app.db")).expect("renamed");
    fs::rename(desk.path("authctl.toml"), desk.path("our.toml")).expect("renamed");
    let args = ["--database", "the app.db", "--config", "our.toml"];
    let finding = only(&desk, &args, "hair-trigger");
    assert_eq!(command(&finding), "authctl unlock bob --database 'the app.db' --config our.toml");
    let out = desk.run(&[&["doctor"], &args[..]].concat());
    assert!(out.stderr.contains("authctl doctor --fix --database 'the app.db' --config our.toml mends 1"), "{out:?}");
    paste(&desk, command(&finding));
    well(&desk, &args);
}

#[test]
fn every_format_has_the_findings() {
    let desk = ill("UPDATE users SET failed_login_attempts = 9, role = 'nurse' WHERE username = 'bob'");
    let document = look(&desk, &[]);
    let lines = desk.run(&["doctor", "-o", "jsonl"]);
    let rows: Vec<Value> = lines.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((lines.code, &rows), (11, findings(&document)));
    let csv = desk.run(&["doctor", "-o", "csv", "--columns", "id,accounts,command"]);
    let expected =
        "id,accounts,command\nunknown-role,1,authctl set-role bob patient\nhair-trigger,1,authctl unlock bob\n";
    assert_eq!((csv.code, csv.stdout.replace("\r\n", "\n").as_str()), (11, expected));
    let table = desk.run(&["doctor", "-o", "table"]);
    assert!(table.stdout.starts_with("CHECK") && table.stdout.contains("unknown-role"), "{table:?}");
    let words = desk.run(&["doctor"]);
    let first = words.stdout.lines().next().expect("a verdict");
    assert!(first.contains(" checks, 1 error, 1 warning: "), "{words:?}");
    let (errors, warnings) = (words.stdout.find("\nErrors\n"), words.stdout.find("\nWarnings\n"));
    assert!(errors.is_some() && errors < warnings, "{words:?}");
}
