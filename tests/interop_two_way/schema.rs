//! `migrate` under a running app, and `init` before its first start.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::json;

use crate::pair::{REFUSED, detail, text};
use crate::support::{App, AppKind, Journal, PASSWORD, Stage, make_db_in, sqlite};
use crate::tool::{KEY, Tool};

/// Asks again and again until `work` is done, and once more afterwards; the answers in order.
fn asked_during(ask: impl Fn() -> u16 + Sync, work: impl FnOnce()) -> Vec<u16> {
    let over = AtomicBool::new(false);
    scope(|threads| {
        let asking = threads.spawn(|| {
            let mut answers = Vec::new();
            while !over.load(Ordering::Acquire) {
                answers.push(ask());
            }
            answers.push(ask());
            answers
        });
        sleep(Duration::from_millis(100));
        work();
        over.store(true, Ordering::Release);
        asking.join().expect("the asking thread")
    })
}

fn migrated(tool: &Tool, db: &Path, journal: Journal) {
    let mode = || sqlite(db, "PRAGMA journal_mode")[0][0].clone();
    let before = mode();
    assert_eq!(before == "wal", journal == Journal::Wal, "{before}");
    let done = tool.run(&["migrate"]).done().document();
    assert_eq!(done["up_to_date"], json!(true), "{done}");
    let backup = Path::new(text(&done["backup"])).to_owned();
    assert_eq!(sqlite(&backup, "PRAGMA integrity_check"), [["ok"]]);
    assert_eq!(mode(), before, "the journal mode is the app's business");
    tool.run(&["migrate", "check"]).done();
}

fn a_live_file_migrates_while_the_app_serves(journal: Journal) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db_in(Stage::Live, dir.path(), journal);
    let (app, tool) = (App::start(AppKind::Seed, &db, Some(KEY)), Tool::on(&db));
    tool.login("pia_one", PASSWORD).refused(9, "pending");
    let token = text(&app.login("pia@example.org", PASSWORD).1["access_token"]).to_owned();

    // Reading and writing requests: the lock is held for less than the five seconds that the app waits.
    let answers = asked_during(
        || app.me(&token).0.max(app.users().0).max(app.login("theo@example.org", PASSWORD).0),
        || migrated(&tool, &db, journal),
    );
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}\n{}", app.log());

    assert_eq!(app.me(&token).0, 200, "the old session goes on");
    tool.run(&["token", "verify", &token]).done();
    assert_eq!(app.register("pia-two", "pia.two@example.org", PASSWORD).0, 201);
    tool.login("pia-two", PASSWORD).done();
    assert_eq!(app.login("pia.two@example.org", PASSWORD).0, 200);
}

fn a_file_from_before_auth_migrates_while_the_app_serves(journal: Journal) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db_in(Stage::Preauth, dir.path(), journal);
    let (app, tool) = (App::start(AppKind::Seed, &db, Some(KEY)), Tool::on(&db));

    let answers = asked_during(|| app.users().0, || migrated(&tool, &db, journal));
    let served = answers.iter().position(|status| *status == 200).expect("the app serves in the end");
    assert!(served > 0 && answers[..served].iter().all(|status| *status == 500), "{answers:?}");
    assert!(answers[served..].iter().all(|status| *status == 200), "{answers:?}\n{}", app.log());

    assert_eq!(app.login("ada.w@example.org", PASSWORD), (401, detail(REFUSED)), "no password yet");
    tool.run_with(PASSWORD, &["user", "passwd", "ada.w", "--password-stdin"]).done();
    assert_eq!(app.login("ada.w@example.org", PASSWORD).0, 200);
    assert_eq!(app.register("new-one", "new.one@example.org", PASSWORD).0, 201);
    tool.login("new-one", PASSWORD).done();
}

#[test]
fn a_live_file_migrates_while_the_app_serves_in_rollback_mode() {
    a_live_file_migrates_while_the_app_serves(Journal::Delete);
}

#[test]
fn a_live_file_migrates_while_the_app_serves_in_wal_mode() {
    a_live_file_migrates_while_the_app_serves(Journal::Wal);
}

#[test]
fn a_file_from_before_auth_migrates_while_the_app_serves_in_rollback_mode() {
    a_file_from_before_auth_migrates_while_the_app_serves(Journal::Delete);
}

#[test]
fn a_file_from_before_auth_migrates_while_the_app_serves_in_wal_mode() {
    a_file_from_before_auth_migrates_while_the_app_serves(Journal::Wal);
}

#[test]
fn the_app_starts_and_works_on_a_database_made_by_init() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = dir.path().join("app.db");
    let tool = Tool::on(&db);
    let init = ["init", "--admin-username", "root-admin", "--admin-email", "Admin@Example.org"];
    let made = tool.run(&init).done().document();
    let password = text(&made["password"]);

    let app = App::start(AppKind::Seed, &db, Some(KEY));
    let (status, tokens) = app.login("Admin@example.org", password);
    assert_eq!(status, 200, "{tokens}");
    let (status, me) = app.me(text(&tokens["access_token"]));
    assert_eq!((status, &me["username"], &me["role"]), (200, &json!("root-admin"), &json!("admin")));
    let (status, shown) = app.register("pia-two", "pia.two@example.org", PASSWORD);
    assert_eq!(status, 201, "{shown}");
    assert_eq!(app.users().1.as_array().map(Vec::len), Some(2));

    let list = tool.run(&["user", "list"]).done().document();
    let shown: Vec<_> =
        list.as_array().expect("an array").iter().map(|u| (text(&u["username"]), text(&u["role"]))).collect();
    assert_eq!(shown, [("root-admin", "admin"), ("pia-two", "patient")]);
    tool.login("pia-two", PASSWORD).done();
    tool.login("root-admin", password).done();
    tool.run(&["migrate", "check"]).done();
}
