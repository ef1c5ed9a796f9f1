//! What changes in the row while a password is being hashed.
//!
//! A stored hash that takes four times the usual work gives the time to change something in between.

use std::path::Path;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use authctl::crypto::password::{HashParams, NewHash, make};
use authctl::crypto::random;
use authctl::model::secret::Password;
use serde_json::json;

use crate::events::{count, intact_chain};
use crate::pair::{WRONG, is_aware_with_micros};
use crate::support::{PASSWORD, Stage, make_db, sqlite};
use crate::tool::{Running, Tool};

/// Four times the app's memory and as many passes.
const SLOW: HashParams = HashParams { memory_kib: 262_144, time_cost: 3, parallelism: 1 };

/// Memory that only a process in the middle of a slow hash has, in KiB.
const HASHING_KIB: u64 = 200 * 1_024;

/// Hash and salt of a password.
fn hash(password: &str, params: HashParams) -> NewHash {
    make(&Password::new(password.to_owned()), params, &mut random::fill).expect("a hash")
}

fn store(db: &Path, username: &str, new: &NewHash) {
    let NewHash { hash, salt } = new;
    sqlite(db, &format!("UPDATE users SET password_hash = '{hash}', salt = '{salt}' WHERE username = '{username}'"));
}

/// Gives an account a hash of [`PASSWORD`] that takes long.
pub fn slow_down(db: &Path, username: &str) {
    static HASH: OnceLock<NewHash> = OnceLock::new();
    store(db, username, HASH.get_or_init(|| hash(PASSWORD, SLOW)));
}

/// Waits until a login is in the middle of a slow hash: its memory tells.
pub fn until_hashing(login: &mut Running) {
    if !Path::new("/proc/self/status").exists() {
        // Not Linux: in this time the process is up, and far from through.
        sleep(Duration::from_millis(300));
        return;
    }
    let since = Instant::now();
    while resident_kib(login.pid()).is_none_or(|kib| kib < HASHING_KIB) {
        assert!(login.is_running(), "the login ended before it was seen hashing");
        assert!(since.elapsed() < Duration::from_secs(30), "the login does not begin to hash");
        sleep(Duration::from_millis(2));
    }
}

fn resident_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn migrated() -> (tempfile::TempDir, std::path::PathBuf, Tool) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(Stage::Live, dir.path());
    let tool = Tool::on(&db);
    tool.run(&["migrate"]).done();
    (dir, db, tool)
}

fn row(db: &Path, columns: &str) -> Vec<String> {
    sqlite(db, &format!("SELECT {columns} FROM users WHERE username = 'pia_one'")).remove(0)
}

#[test]
fn a_lock_set_while_the_right_password_is_verified_survives() {
    let (_dir, db, tool) = migrated();
    slow_down(&db, "pia_one");
    let last_login = row(&db, "last_login");
    let mut login = tool.start_login("pia_one", PASSWORD);
    until_hashing(&mut login);
    tool.run(&["lock", "pia_one", "--for", "1h"]).done();
    let locked = row(&db, "locked_until, failed_login_attempts");
    assert!(is_aware_with_micros(&locked[0]), "{locked:?}");
    assert!(login.is_running(), "the lock came in between");
    login.finish().refused(7, "locked");
    assert_eq!(row(&db, "locked_until, failed_login_attempts"), locked);
    assert_eq!(row(&db, "last_login"), last_login);
    assert_eq!((count(&db, "login_succeeded"), count(&db, "login_refused")), (0, 1));
}

#[test]
fn an_account_deactivated_while_its_password_is_verified_stays_out() {
    let (_dir, db, tool) = migrated();
    slow_down(&db, "pia_one");
    for password in [PASSWORD, WRONG] {
        sqlite(&db, "UPDATE users SET is_active = 1 WHERE username = 'pia_one'");
        let mut login = tool.start_login("pia_one", password);
        until_hashing(&mut login);
        tool.run(&["user", "deactivate", "pia_one"]).done();
        login.finish().refused(7, "inactive");
    }
    assert_eq!(row(&db, "failed_login_attempts"), ["0"], "a wrong password is not counted on an inactive account");
}

#[test]
fn a_hash_changed_meanwhile_is_judged_again() {
    const NEW_PASSWORD: &str = "Copper&Cloud92Moss";
    let (_dir, db, tool) = migrated();
    let new = hash(NEW_PASSWORD, HashParams::default());

    slow_down(&db, "pia_one");
    let mut login = tool.start_login("pia_one", PASSWORD);
    until_hashing(&mut login);
    store(&db, "pia_one", &new);
    login.finish().refused(6, "wrong_credentials");
    assert_eq!(row(&db, "failed_login_attempts"), ["1"], "right when it was typed, wrong when it was judged");

    slow_down(&db, "pia_one");
    let mut login = tool.start_login("pia_one", NEW_PASSWORD);
    until_hashing(&mut login);
    store(&db, "pia_one", &new);
    login.finish().done();
    assert_eq!(row(&db, "failed_login_attempts, password_hash"), ["0".to_owned(), new.hash]);
    assert_eq!((count(&db, "login_failed"), count(&db, "login_succeeded")), (1, 1));
}

#[test]
fn a_hash_that_never_rests_ends_the_login_uncounted() {
    let (_dir, db, tool) = migrated();
    slow_down(&db, "pia_one");
    let before = intact_chain(&db).len();
    let mut login = tool.start_login("pia_one", PASSWORD);
    until_hashing(&mut login);
    let mut changes = 0;
    while login.is_running() {
        changes += 1;
        sqlite(&db, &format!("UPDATE users SET salt = '{changes:032x}' WHERE username = 'pia_one'"));
        sleep(Duration::from_millis(20));
    }
    login.finish().refused(8, "db_busy");
    assert_eq!(row(&db, "failed_login_attempts, locked_until"), ["0", "NULL"]);
    assert_eq!(intact_chain(&db).len(), before);
}

#[test]
fn an_outdated_hash_stays_unless_asked_and_a_rehash_is_overtaken_by_a_new_password() {
    let (_dir, db, tool) = migrated();
    slow_down(&db, "pia_one");
    let outdated = row(&db, "password_hash, salt");
    tool.login("pia_one", PASSWORD).done();
    assert_eq!(row(&db, "password_hash, salt"), outdated, "as in the app, no login replaces a hash (A05)");

    // The moment between the login and its rehash: the password that is set then must stand.
    let new = hash("Copper&Cloud92Moss", HashParams::default());
    sqlite(&db, "UPDATE users SET last_login = NULL WHERE username = 'pia_one'");
    let mut login = tool.start(PASSWORD, &["login", "pia_one", "--password-stdin", "--rehash"]);
    while login.is_running() && row(&db, "last_login") == ["NULL"] {
        sleep(Duration::from_millis(2));
    }
    store(&db, "pia_one", &new);
    login.finish().done();
    assert_eq!(row(&db, "password_hash, salt"), [new.hash, new.salt]);

    slow_down(&db, "pia_one");
    tool.run_with(PASSWORD, &["login", "pia_one", "--password-stdin", "--rehash"]).done();
    assert!(row(&db, "password_hash")[0].starts_with("$argon2id$v=19$m=65536,t=3,p=1$"));
    tool.login("pia_one", PASSWORD).done();
}

#[test]
fn a_hash_beyond_the_caps_is_unsupported_and_not_counted() {
    let (_dir, db, tool) = migrated();
    sqlite(
        &db,
        "UPDATE users SET password_hash = replace(password_hash, 'm=65536', 'm=2097152') WHERE username = 'pia_one'",
    );
    let before = row(&db, "password_hash, failed_login_attempts, locked_until, last_login");
    for _ in 0..6 {
        let refused = tool.login("pia_one", PASSWORD).refused(6, "hash_unsupported");
        assert!(refused.error()["message"].as_str().is_some_and(|text| text.contains("2097152")), "{refused:?}");
    }
    assert_eq!(row(&db, "password_hash, failed_login_attempts, locked_until, last_login"), before);
    assert_eq!((count(&db, "login_failed"), count(&db, "login_refused")), (0, 6));
    assert_eq!(tool.run(&["user", "show", "pia_one"]).done().document()["state"], json!("active"));
}
