//! `db restore`: what is put in place, what is shown and asked before, what stays, and what is refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::db_backup::{damage_an_index, dump};
use crate::fixture;
use crate::harness::{Answer, Desk, cells, open};

/// The copy of the file that was there, at the desk's time.
const KEPT: &str = "app.db.before-restore-20261125T020000Z";

/// A desk with a backup, and a database that has gone on since.
pub fn gone_on() -> Desk {
    let desk = Desk::usual();
    desk.ok(&["user", "verify", "bob"]);
    desk.ok(&["db", "backup", "old.db"]);
    desk.ok(&["lock", "bob"]);
    desk.ok(&["user", "deactivate", "cleo"]);
    desk.sql(
        "INSERT INTO users (id, username, email) VALUES (11, 'kim', 'kim@example.org'), (12, 'lea', 'lea@example.org');
         DELETE FROM users WHERE id = 4;
         UPDATE users SET username = 'mia', email = 'mia@example.org' WHERE id = 6;
         INSERT INTO items (id, title, user_id) VALUES (3, 'new', 11);",
    );
    desk
}

/// Every table but the log and SQLite's counter of it.
fn without_log(path: &Path) -> Vec<String> {
    let ours = |line: &String| !line.starts_with("security_events: ") && !line.starts_with("sqlite_sequence: ");
    dump(path).into_iter().filter(ours).collect()
}

#[test]
fn the_restored_file_is_the_backup_table_by_table_and_its_log_says_so() {
    let desk = gone_on();
    fs::set_permissions(desk.db(), Permissions::from_mode(0o640)).expect("chmod");
    let (inode, present) = (fs::metadata(desk.db()).expect("the file").ino(), dump(&desk.db()));
    let out = desk.ok(&["db", "restore", "old.db", "-y"]);
    assert_eq!(out.stdout, "");
    assert_eq!(without_log(&desk.db()), without_log(&desk.path("old.db")));
    assert_eq!(
        desk.events(),
        [
            r#"user_verified done 2 bob {"is_verified":0} {"is_verified":1} -"#.to_owned(),
            r#"database_restored done - - - - {"backup":"old.db"}"#.to_owned(),
        ]
    );
    let chained = "SELECT count(*) FROM security_events AS later JOIN security_events AS earlier
                    ON later.prev_hash = earlier.hash AND later.id = earlier.id + 1";
    assert_eq!(desk.cell(chained), "1");
    // The file is the same file, with its mode; what was in it is kept.
    let metadata = fs::metadata(desk.db()).expect("the file");
    assert_eq!((metadata.ino(), metadata.mode() & 0o7777), (inode, 0o640));
    let kept = desk.path(KEPT);
    assert_eq!((dump(&kept), fs::metadata(&kept).expect("kept").mode() & 0o7777), (present, 0o600));
    let files: Vec<String> = desk.snapshot().into_keys().collect();
    assert_eq!(files, ["app.db", KEPT, "authctl.toml", "old.db"]);
    let back = format!("authctl db restore {}", kept.display());
    assert!(out.stderr.contains(&back) && out.stderr.contains("restored"), "{out:?}");
    // The way back is a way back.
    desk.ok(&["db", "restore", KEPT, "-y"]);
    assert_eq!(without_log(&desk.db()), without_log(&kept));
}

#[test]
fn what_would_be_lost_is_shown_before_anybody_is_asked() {
    let mut desk = gone_on();
    desk.attended(&[Answer::No]);
    let before = desk.snapshot();
    let out = desk.run(&["db", "restore", "old.db"]);
    assert_eq!((out.code, out.stdout.as_str()), (130, ""), "{out:?}");
    assert_eq!(desk.snapshot(), before);
    for part in [
        "not in the backup: 3 accounts: 'mia', 'kim', 'lea'",
        "back to the state in the backup: 2 accounts: 'bob', 'cleo'",
        "come back from the backup: 2 accounts: 'dora', 'finn'",
        "2 events of the log",
        "last event '2026-11-25T02:00:00.000Z'",
        "'items': 3 rows now, 2 rows in the backup",
        "10 accounts",
        "it holds 1 row that point",
    ] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    let refusal = Desk { terminal: Desk::empty().terminal, ..desk };
    refusal.refused(&["db", "restore", "old.db"], 2, "would_prompt").advises(&["--yes"]);
    let mut desk = refusal;
    desk.attended(&[Answer::Yes]);
    assert_eq!(desk.run(&["db", "restore", "old.db"]).code, 0);
    assert_eq!(without_log(&desk.db()), without_log(&desk.path("old.db")));
}

#[test]
fn a_dry_run_shows_the_same_numbers_and_changes_no_byte() {
    let desk = gone_on();
    let before = desk.snapshot();
    let would = desk.json(&["db", "restore", "old.db", "-n"]);
    assert_eq!(desk.snapshot(), before);
    let path = |name: &str| desk.path(name).display().to_string();
    let expected = json!({
        "database": path("app.db"), "backup": path("old.db"), "kept": null, "users": 10, "lost_users": 3,
        "changed_users": 2, "returned_users": 2, "lost_events": 2, "migrations_pending": false
    });
    assert_eq!(would, expected);
    let mut done = desk.json(&["db", "restore", "old.db", "-y"]);
    assert_eq!(done["kept"].take(), json!(path(KEPT)));
    assert_eq!(done, expected);
}

#[test]
fn names_from_the_files_are_escaped() {
    let desk = gone_on();
    desk.sql("UPDATE users SET username = 'k' || char(27) || '[31m' || char(8238) WHERE id = 11");
    let out = desk.ok(&["db", "restore", "old.db", "-n"]);
    assert!(
        !out.stderr.contains('\u{1b}') && !out.stderr.contains('\u{202e}') && out.stderr.contains("u{1b}"),
        "{out:?}"
    );
}

#[test]
fn an_older_backup_is_allowed_and_migrate_is_next() {
    let desk = Desk::usual();
    fixture::preauth(&desk.path("old.db"));
    let out = desk.ok(&["db", "restore", "old.db", "-y"]);
    assert!(out.stderr.contains("authctl migrate") && out.stderr.contains("'password_hash'"), "{out:?}");
    assert_eq!(dump(&desk.db()), dump(&desk.path("old.db")));
    assert_eq!(desk.run(&["migrate", "check"]).code, 9);
    desk.ok(&["migrate"]);
    desk.ok(&["migrate", "check"]);
}

#[test]
fn a_missing_database_is_made_with_its_mode_and_its_event() {
    let desk = Desk::empty();
    fixture::usual(&desk.path("old.db"));
    let plan = desk.json(&["db", "restore", "old.db", "-n"]);
    assert_eq!((&plan["kept"], &plan["lost_users"]), (&Value::Null, &Value::Null));
    desk.refused(&["db", "restore", "old.db"], 2, "would_prompt");
    let out = desk.ok(&["db", "restore", "old.db", "-y"]);
    assert!(out.stderr.contains("the file is new"), "{out:?}");
    assert_eq!(without_log(&desk.db()), without_log(&desk.path("old.db")));
    assert_eq!(desk.events(), [r#"database_restored done - - - - {"backup":"old.db"}"#]);
    assert_eq!(fs::metadata(desk.db()).expect("the file").permissions().mode() & 0o7777, 0o600);
    let files: Vec<String> = desk.snapshot().into_keys().collect();
    assert_eq!(files, ["app.db", "authctl.toml", "old.db"]);
    assert_eq!(desk.cells("PRAGMA journal_mode"), ["delete"]);
    // A WAL backup makes a WAL file where there is none to keep the mode of.
    open(&desk.path("old.db")).execute_batch("PRAGMA journal_mode = WAL").expect("WAL");
    desk.ok(&["db", "restore", "old.db", "-y", "--database", "new.db"]);
    assert_eq!(cells(&desk.path("new.db"), "PRAGMA journal_mode"), ["wal"]);
}

#[test]
fn rows_that_point_to_nothing_are_told_where_there_are_some() {
    let desk = gone_on();
    for (more, told) in [
        ("DELETE FROM items WHERE id = 2", None),
        ("UPDATE items SET user_id = 99", Some("it holds 2 rows that point")),
    ] {
        fs::remove_file(desk.path("old.db")).expect("the backup");
        fixture::usual(&desk.path("old.db"));
        pragma(&desk.path("old.db"), more);
        let out = desk.ok(&["db", "restore", "old.db", "-n"]);
        assert_eq!(out.stderr.contains("point to nothing"), told.is_some(), "{out:?}");
        assert!(out.stderr.contains(told.unwrap_or_default()), "{out:?}");
    }
}

fn pragma(path: &Path, sql: &str) {
    open(path).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Journal modes and page sizes of both files in every pairing.
#[test]
fn the_journal_mode_of_the_database_stays_whatever_the_backup_has() {
    for present in ["delete", "wal"] {
        for backup in ["delete", "wal"] {
            for page_size in [512, 4096, 65536] {
                let desk = gone_on();
                pragma(&desk.path("old.db"), &format!("PRAGMA page_size = {page_size}; VACUUM"));
                pragma(&desk.path("old.db"), &format!("PRAGMA journal_mode = {backup}"));
                pragma(&desk.db(), &format!("PRAGMA journal_mode = {present}"));
                let what = format!("{backup} of {page_size} into {present}");
                desk.ok(&["db", "restore", "old.db", "-y"]);
                let left = ["-wal", "-shm", "-journal"].map(|suffix| desk.path(&format!("app.db{suffix}")).exists());
                assert_eq!(left, [false; 3], "{what}");
                assert_eq!(desk.cell("PRAGMA journal_mode"), present, "{what}");
                assert_eq!(desk.cell("PRAGMA integrity_check"), "ok", "{what}");
                assert_eq!(without_log(&desk.db()), without_log(&desk.path("old.db")), "{what}");
                assert_eq!(cells(&desk.path("old.db"), "PRAGMA journal_mode"), [backup], "{what}");
                assert_eq!(desk.events().len(), 2, "{what}");
            }
        }
    }
}

#[test]
fn a_damaged_database_is_replaced_and_its_copy_said_to_be_damaged() {
    let desk = gone_on();
    damage_an_index(&desk);
    let damaged = fs::read(desk.db()).expect("the file");
    let out = desk.ok(&["db", "restore", "old.db", "-y"]);
    assert!(out.stderr.contains("as damaged as the file was"), "{out:?}");
    assert_eq!(without_log(&desk.db()), without_log(&desk.path("old.db")));
    let kept = fs::read(desk.path(KEPT)).expect("kept");
    assert_eq!(kept.len(), damaged.len());
    assert_ne!(cells(&desk.path(KEPT), "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn operands_that_are_no_backup_are_refused_each_with_its_reason() {
    let desk = gone_on();
    fs::create_dir(desk.path("dir")).expect("a directory");
    desk.write("empty.db", "");
    desk.write("text.db", "text ".repeat(50));
    fixture::make(&desk.path("foreign.db"), &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]);
    symlink("app.db", desk.path("link.db")).expect("a link");
    fs::hard_link(desk.db(), desk.path("hard.db")).expect("a hard link");
    let mut bytes = fs::read(desk.path("old.db")).expect("the backup");
    let end = bytes.len();
    bytes[end - 3000..].fill(0xa5);
    desk.write("damaged.db", &bytes);
    bytes.truncate(end - 6000);
    desk.write("short.db", &bytes);
    for (file, exit, code, named, advised) in [
        ("missing.db", 8, "db_missing", "no backup at", "db backup"),
        ("dir", 8, "db_not_sqlite", "is a directory", "the file in it"),
        ("empty.db", 8, "db_not_sqlite", "empty", "another backup"),
        ("text.db", 8, "db_not_sqlite", "text.db", "another backup"),
        ("foreign.db", 8, "db_foreign", "foreign.db", "another backup"),
        ("damaged.db", 8, "db_unreadable", "damaged", "another backup"),
        ("short.db", 8, "db_unreadable", "damaged", "another backup"),
        ("app.db", 2, "usage", "the database itself", "--database"),
        ("link.db", 2, "usage", "the database itself", "--database"),
        ("hard.db", 2, "usage", "the database itself", "--database"),
        ("-", 2, "usage", "'-'", "name a file"),
    ] {
        for extra in ["-y", "-n"] {
            desk.refused(&["db", "restore", file, extra], exit, code).names(&[named]).advises(&[advised]);
        }
    }
    desk.refused(&["db", "restore"], 2, "usage");
    desk.refused(&["db", "restore", "old.db", "app.db"], 2, "usage");
    // A link to a backup is a name for it.
    symlink("old.db", desk.path("latest")).expect("a link");
    desk.ok(&["db", "restore", "latest", "-y"]);
}

#[test]
fn a_file_that_is_none_of_the_apps_is_never_written_over() {
    let desk = gone_on();
    desk.write("text.db", "text ".repeat(50));
    desk.write("empty.db", "");
    fixture::make(&desk.path("foreign.db"), &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]);
    symlink("nowhere", desk.path("link.db")).expect("a link");
    desk.write("gone.db-journal", "an earlier file's");
    for (database, exit, code, advised) in [
        ("text.db", 8, "db_not_sqlite", "mv "),
        ("empty.db", 8, "db_not_sqlite", "mv "),
        ("foreign.db", 8, "db_foreign", "mv "),
        ("link.db", 8, "db_missing", ""),
        ("gone.db", 4, "exists", "mv "),
        (".", 8, "db_not_sqlite", ""),
        ("no/such/app.db", 8, "db_readonly", ""),
    ] {
        desk.refused(&["db", "restore", "old.db", "-y", "--database", database], exit, code).advises(&[advised]);
    }
}

/// Something that holds the file open and does nothing with it, as an app that waits for requests.
fn holder(path: &PathBuf) -> std::process::Child {
    // Opened by a process of its own: a child that another test is about to start would hold a file of ours, too.
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec sleep 60 < \"$0\""]).arg(path);
    let child = shell.spawn().expect("sleep starts");
    let name = PathBuf::from(format!("/proc/{}/comm", child.id()));
    while std::fs::read_to_string(&name).is_ok_and(|name| name.trim() != "sleep") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child
}

#[test]
fn a_database_that_another_process_has_open_is_refused_with_its_name_and_number() {
    let desk = gone_on();
    let mut sleep = holder(&desk.db());
    let named = format!("sleep (pid {})", sleep.id());
    for extra in ["-y", "-n"] {
        let refusal = desk.refused(&["db", "restore", "old.db", extra], 8, "db_busy");
        refusal.names(&["is open in", &named]).advises(&["stop the app"]);
    }
    sleep.kill().expect("it can be ended");
    sleep.wait().expect("it is gone");
    desk.ok(&["db", "restore", "old.db", "-y"]);
}

#[test]
fn a_lock_on_the_database_is_refused_too_and_a_backup_may_be_open_elsewhere() {
    for mode in ["delete", "wal"] {
        let desk = gone_on();
        pragma(&desk.db(), &format!("PRAGMA journal_mode = {mode}"));
        let app = open(&desk.db());
        app.execute_batch("BEGIN; SELECT count(*) FROM users").expect("a read lock");
        let args = ["--json", "db", "restore", "old.db", "-y", "--busy-timeout", "0"];
        let before = dump(&desk.path("old.db"));
        let out = desk.run(&args);
        out.refusal(&args, 8, "db_busy").names(&["locked by another process"]);
        app.execute_batch("COMMIT").expect("released");
        drop(app);
        assert_eq!(desk.user("bob", "locked_until IS NOT NULL"), "1");
        let files: Vec<String> = desk.snapshot().into_keys().filter(|name| name.contains("restor")).collect();
        assert_eq!((files, dump(&desk.path("old.db"))), (Vec::<String>::new(), before), "{mode}");
        let mut sleep = holder(&desk.path("old.db"));
        desk.ok(&["db", "restore", "old.db", "-y"]);
        sleep.kill().expect("it can be ended");
        sleep.wait().expect("it is gone");
    }
}

/// A live database of the app, too, can be the operand: its writers do not wait for an answer.
#[test]
fn a_backup_is_not_locked_while_the_question_stands_and_one_that_changed_is_not_put_in_place() {
    let mut desk = gone_on();
    let sql = |statement: &str| -> &'static str {
        format!("ATTACH '{}' AS live; {statement}", desk.path("old.db").display()).leak()
    };
    let (looked_at, written) = (sql("SELECT 1"), sql("DELETE FROM live.users WHERE username = 'bob'"));
    desk.attended(&[Answer::Meanwhile(written, "")]);
    let before = dump(&desk.db());
    let args = ["db", "restore", "old.db"];
    let told = desk.run(&args);
    assert!(told.code == 8 && told.stderr.contains("old.db' was changed by another process"), "{told:?}");
    assert_eq!(dump(&desk.db()), before);
    desk.attended(&[Answer::Meanwhile(looked_at, "")]);
    desk.ok(&args);
    assert_eq!(desk.cell("SELECT count(*) FROM users WHERE username = 'bob'"), "0");
}

#[test]
fn a_restore_that_cannot_keep_the_present_file_changes_nothing() {
    let desk = gone_on();
    let real = crate::process::Real::ordinary(&desk);
    fs::set_permissions(desk.path("old.db"), Permissions::from_mode(0o644)).expect("chmod");
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o555)).expect("chmod");
    let before = desk.snapshot();
    let args = ["--json", "db", "restore", "old.db", "-y"];
    let out = real.run(&args, "");
    assert_eq!(desk.snapshot(), before);
    fs::set_permissions(desk.dir.path(), Permissions::from_mode(0o755)).expect("chmod");
    out.refusal(&args, 8, "db_readonly").names(&["app.db"]);
}
