//! Accounts that the app itself has broken are found and mended here, without weakening the protection.

use serde_json::{Value, json};

use crate::pair::{Form, LOCKED, Pair, REFUSED, WRONG, detail, free, text};
use crate::support::{Oracle, PASSWORD};

const NAIVE_PAST: &str = "2025-06-07 10:00:00.000000";
const NAIVE_FUTURE: &str = "2099-01-01 00:00:00.000000";

fn listed(pair: &Pair, filter: &str) -> Vec<String> {
    let list = pair.tool.run(&["user", "list", filter]).done().document();
    let users = list.as_array().expect("an array").iter();
    users.map(|user| text(&user["username"]).to_owned()).collect()
}

fn state(pair: &Pair, username: &str) -> Value {
    pair.tool.run(&["user", "show", username]).done().document()["state"].take()
}

/// Five wrong passwords there: from then on the app answers 500.
fn stick(pair: &Pair, username: &str) -> String {
    let email = pair.account(username);
    for _ in 0..5 {
        assert_eq!(pair.app.login(&email, WRONG), (401, detail(REFUSED)));
    }
    assert_eq!(pair.app.login(&email, PASSWORD).0, 500);
    email
}

fn unlock_frees_one_by_name(pair: &Pair) {
    let email = stick(pair, "sam-stuck");
    assert!(listed(pair, "--stuck").contains(&"sam-stuck".to_owned()));
    assert!(listed(pair, "--locked").contains(&"sam-stuck".to_owned()));
    assert_eq!(state(pair, "sam-stuck"), json!("stuck"));
    pair.tool.run(&["unlock", "sam-stuck"]).done();
    assert_eq!(pair.lock_cells("sam-stuck"), free());
    assert_eq!(state(pair, "sam-stuck"), json!("active"));
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
}

fn the_sweep_frees_the_past_and_rewrites_the_future(pair: &Pair) {
    let fresh = stick(pair, "sam-fresh");
    let (past, future) = (pair.account("sam-past"), pair.account("sam-future"));
    pair.set("sam-past", &format!("locked_until = '{NAIVE_PAST}', failed_login_attempts = 5"));
    pair.set("sam-future", &format!("locked_until = '{NAIVE_FUTURE}', failed_login_attempts = 7"));
    assert_eq!((pair.app.login(&past, PASSWORD).0, pair.app.login(&future, PASSWORD).0), (500, 500));

    let until = pair.cell("sam-fresh", "locked_until");
    let swept = pair.tool.run(&["unlock", "--expired"]).done().document();
    assert!(swept.as_array().is_some_and(|swept| swept.len() >= 3), "{swept}");
    assert_eq!(listed(pair, "--stuck"), Vec::<String>::new());

    assert_eq!(pair.lock_cells("sam-past"), free());
    assert_eq!(pair.app.login(&past, PASSWORD).0, 200);
    for (username, email, attempts, naive) in
        [("sam-fresh", &fresh, "5", until.as_str()), ("sam-future", &future, "7", NAIVE_FUTURE)]
    {
        let rewritten = (attempts.to_owned(), format!("{naive}+00:00"));
        assert_eq!(pair.lock_cells(username), rewritten, "the same instant, the same counter");
        for password in [PASSWORD, WRONG] {
            assert_eq!(pair.app.login(email, password), (401, detail(LOCKED)));
        }
        assert_eq!(pair.lock_cells(username), rewritten, "a guess during the lock is not even counted");
        assert_eq!(state(pair, username), json!("locked"));
    }
    assert_eq!(pair.app.users().0, 200);
    let again = pair.tool.run(&["unlock", "--expired"]).done().document();
    assert_eq!(again, json!([]), "a second sweep has nothing to do");

    pair.tool.run(&["unlock", "--all-locked", "--yes"]).done();
    assert_eq!(listed(pair, "--locked"), Vec::<String>::new());
    assert_eq!(pair.app.login(&future, PASSWORD).0, 200);
}

/// What the app cannot even load breaks its whole list; by name it can be freed.
fn an_unreadable_lock_is_left_by_the_sweep_and_freed_by_name(pair: &Pair) {
    let email = pair.account("sam-words");
    pair.set("sam-words", "locked_until = 'soon'");
    assert_eq!((pair.app.login(&email, PASSWORD).0, pair.app.users().0), (500, 500));
    assert_eq!(listed(pair, "--stuck"), ["sam-words"]);
    pair.tool.login("sam-words", PASSWORD).refused(7, "locked");
    pair.tool.run(&["unlock", "--expired"]).done();
    assert_eq!(pair.cell("sam-words", "locked_until"), "soon");
    pair.tool.run(&["unlock", "sam-words"]).done();
    assert_eq!((pair.app.login(&email, PASSWORD).0, pair.app.users().0), (200, 200));
}

fn stuck_accounts_are_mended(form: Form) {
    let pair = Pair::start(form);
    unlock_frees_one_by_name(&pair);
    the_sweep_frees_the_past_and_rewrites_the_future(&pair);
    an_unreadable_lock_is_left_by_the_sweep_and_freed_by_name(&pair);
}

#[test]
fn stuck_accounts_are_mended_on_a_live_file() {
    stuck_accounts_are_mended(Form::LIVE);
}

#[test]
fn stuck_accounts_are_mended_on_the_later_layout() {
    stuck_accounts_are_mended(Form::LATER);
}

#[test]
fn stuck_accounts_are_mended_on_the_newest_layout() {
    stuck_accounts_are_mended(Form::NEWEST);
}

/// `password + None` raises in the app, which it takes for a wrong password: so a hash of the bare password opens
/// nothing there, and must not here.
#[test]
fn a_null_salt_fits_no_password_on_either_side() {
    let pair = Pair::start(Form::LIVE);
    let email = pair.account("sam-null");
    let bare = Oracle::start().ask(json!({"op": "hash_make", "password": PASSWORD, "salt": ""}));
    pair.set("sam-null", &format!("password_hash = '{}', salt = NULL", text(&bare["hash"])));
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(REFUSED)));
    pair.tool.login("sam-null", PASSWORD).refused(6, "wrong_credentials");
    assert_eq!(pair.cell("sam-null", "failed_login_attempts"), "2", "both count it");
    // With an empty salt the same hash opens both.
    pair.set("sam-null", "salt = ''");
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
    pair.tool.login("sam-null", PASSWORD).done();
}
