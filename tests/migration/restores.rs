//! `db restore` beside the reference app: refused while it runs; after that it logs its users in again.

use std::path::Path;

use crate::bench::*;
use crate::support::{App, AppKind, Journal, PASSWORD, Stage, make_db_in, sqlite};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const EMAIL: &str = "pia@example.org";

fn logs_in(db: &Path) -> u16 {
    App::start(AppKind::Seed, db, Some(KEY)).login(EMAIL, PASSWORD).0
}

#[test]
fn the_running_app_keeps_a_restore_out_and_the_restored_file_lets_its_users_in() {
    for journal in [Journal::Delete, Journal::Wal] {
        let dir = scratch();
        let db = make_db_in(Stage::Live, dir.path(), journal);
        run(&db, &["migrate", "--no-backup"]).expect(0);
        let app = App::start(AppKind::Seed, &db, Some(KEY));
        assert_eq!(app.login(EMAIL, PASSWORD).0, 200);
        let backup = run(&db, &["db", "backup"]).expect(0).out.trim_end().to_owned();
        sqlite(&db, "UPDATE users SET password_hash = 'gone', salt = '' WHERE id > 0");
        assert_ne!(app.login(EMAIL, PASSWORD).0, 200);
        let (held, there) = (Picture::of(&db), entries(dir.path()));

        let ran = run(&db, &["db", "restore", &backup, "--yes", "--json"]).expect(8).says("is open in");
        assert_eq!((ran.error_code().as_str(), ran.out.as_str()), ("db_busy", ""), "{journal:?}");
        assert!(ran.err.contains("python") || ran.err.contains("uvicorn"), "{ran:?}");
        assert_eq!((Picture::of(&db), entries(dir.path())), (held, there), "{journal:?}");

        drop(app);
        run(&db, &["db", "restore", &backup, "--yes"]).expect(0).says("restored");
        let (restored, backed_up) = (Picture::of(&db), Picture::of(Path::new(&backup)));
        for (name, table) in &backed_up.tables {
            if name != "security_events" && name != "sqlite_sequence" {
                assert_eq!(restored.tables.get(name), Some(table), "{name}");
            }
        }
        assert_eq!(restored.schema, backed_up.schema);
        assert_eq!(logs_in(&db), 200, "{journal:?}");
    }
}

#[test]
fn a_new_file_made_from_a_backup_lets_its_users_in() {
    let dir = scratch();
    let db = make_db_in(Stage::Live, dir.path(), Journal::Delete);
    let backup = run(&db, &["db", "backup"]).expect(0).out.trim_end().to_owned();
    std::fs::remove_file(&db).expect("it can be removed");
    run(&db, &["db", "restore", &backup, "--yes"]).expect(0).says("run authctl migrate --database ");
    assert_eq!(mode(&db), 0o600);
    assert_eq!(logs_in(&db), 200);
}

/// A file that the app left in the middle of a transaction: its journal must not be played into the new rows.
#[test]
fn a_journal_that_a_crash_left_does_not_reach_the_restored_file() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    large_db(&db, 20_000);
    run(&db, &["migrate", "--no-backup"]).expect(0);
    let backup = run(&db, &["db", "backup"]).expect(0).out.trim_end().to_owned();
    let app = connection(&db);
    app.execute_batch("PRAGMA cache_size = 5; BEGIN; UPDATE users SET email = email || '.crashed'").expect("a change");
    let crashed = dir.path().join("crashed.db");
    for suffix in ["", "-journal"] {
        std::fs::write(beside(&crashed, suffix), &*bytes_from_outside(&beside(&db, suffix))).expect("a copy");
    }
    app.execute_batch("ROLLBACK").expect("undone");
    assert!(!bytes(&beside(&crashed, "-journal")).is_empty());
    run(&crashed, &["db", "restore", &backup, "--yes"]).expect(0).says("unfinished transaction");
    let conn = connection(&crashed);
    assert_sound(&conn);
    assert_eq!(texts(&conn, "SELECT count(*) || ' ' || sum(email LIKE '%.crashed') FROM users"), ["20000 0"]);
}
