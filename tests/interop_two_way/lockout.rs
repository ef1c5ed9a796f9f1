//! Locks set and lifted here hold and fall there, and five failures here are a lock that the app can read.

use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::pair::{Form, LOCKED, Pair, REFUSED, WRONG, detail, free, is_aware_with_micros, is_naive_with_micros};
use crate::support::PASSWORD;

fn a_lock_holds_until_its_time_is_over(pair: &Pair) {
    let email = pair.account("lou-short");
    pair.tool.login("lou-short", WRONG).refused(6, "wrong_credentials");
    pair.tool.run(&["lock", "lou-short", "--for", "2s"]).done();
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(LOCKED)));
    let (attempts, until) = pair.lock_cells("lou-short");
    assert!(attempts == "0" && is_aware_with_micros(&until), "{attempts} {until}");

    sleep(Duration::from_millis(2_100));
    assert_eq!(pair.app.login(&email, WRONG), (401, detail(REFUSED)), "over: the password is looked at again");
    assert_eq!(pair.cell("lou-short", "failed_login_attempts"), "1");
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
    assert_eq!(pair.lock_cells("lou-short"), free());
}

fn an_expired_lock_is_cleared_by_a_login_here(pair: &Pair) {
    pair.account("lou-over");
    pair.set("lou-over", "locked_until = '2025-06-07 10:00:00.000000+00:00', failed_login_attempts = 5");
    pair.tool.login("lou-over", WRONG).refused(6, "wrong_credentials");
    let (attempts, until) = pair.lock_cells("lou-over");
    assert_eq!((attempts.as_str(), until.as_str()), ("1", "NULL"), "the count begins anew (A10)");
    pair.tool.login("lou-over", PASSWORD).done();
    assert_eq!(pair.lock_cells("lou-over"), free());
}

fn nothing_is_counted_or_moved_during_a_lock(pair: &Pair) {
    let email = pair.account("lou-long");
    pair.tool.run(&["lock", "lou-long"]).done();
    let before = pair.lock_cells("lou-long");
    for password in [PASSWORD, WRONG] {
        assert_eq!(pair.app.login(&email, password), (401, detail(LOCKED)));
        pair.tool.login("lou-long", password).refused(7, "locked");
    }
    pair.tool.run(&["token", "issue", "lou-long"]).refused(7, "locked");
    assert_eq!(pair.lock_cells("lou-long"), before, "a try during the lock does not move its end (A09)");
    assert_eq!(pair.app.users().0, 200, "a lock with an offset does not break the app's list (A12)");

    pair.tool.run(&["unlock", "lou-long"]).done();
    assert_eq!(pair.lock_cells("lou-long"), free());
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
    let again = pair.tool.run(&["unlock", "lou-long"]).done();
    assert_eq!(again.document()["changed"], json!(false));
}

fn a_lock_without_end_lasts_until_unlock(pair: &Pair) {
    let email = pair.account("lou-ever");
    let token = pair.token(&email);
    pair.tool.run(&["lock", "lou-ever", "--forever"]).done();
    assert_eq!(pair.cell("lou-ever", "locked_until"), "9999-12-31 23:59:59.999999+00:00");
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(LOCKED)));
    assert_eq!((pair.app.me(&token).0, pair.app.users().0), (200, 200), "a lock ends no token, and breaks no list");
    pair.tool.run(&["unlock", "lou-ever"]).done();
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);

    pair.tool.run(&["lock", "lou-ever", "--deactivate"]).done();
    assert_eq!(pair.app.me(&token).0, 400, "deactivated too: the token is dead");
    let unlocked = pair.tool.run(&["unlock", "lou-ever"]).done();
    assert!(unlocked.stderr.contains("inactive"), "{}", unlocked.stderr);
    pair.tool.run(&["unlock", "lou-ever", "--reactivate"]).done();
    assert_eq!(pair.app.me(&token).0, 200);
}

fn five_wrong_passwords_here_are_a_lock_that_the_app_reads(pair: &Pair) {
    let email = pair.account("lou-five");
    for failures in 1..=5 {
        pair.tool.login("lou-five", WRONG).refused(6, "wrong_credentials");
        assert_eq!(pair.cell("lou-five", "failed_login_attempts"), failures.to_string());
    }
    let minutes = pair.cell("lou-five", "(julianday(locked_until) - julianday('now')) * 1440");
    assert!((28.0..=30.1).contains(&minutes.parse::<f64>().expect("minutes")), "{minutes}");
    let locked = pair.lock_cells("lou-five");
    pair.tool.login("lou-five", PASSWORD).refused(7, "locked");
    for password in [PASSWORD, WRONG] {
        assert_eq!(pair.app.login(&email, password), (401, detail(LOCKED)), "locked, not stuck");
    }
    assert_eq!(pair.lock_cells("lou-five"), locked);

    pair.tool.run(&["unlock", "lou-five"]).done();
    assert_eq!(pair.app.login(&email, WRONG), (401, detail(REFUSED)), "no hair trigger: one failure does not lock");
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
}

fn failures_on_both_sides_add_up(pair: &Pair) {
    let email = pair.account("lou-both");
    for _ in 0..2 {
        pair.tool.login("lou-both", WRONG).refused(6, "wrong_credentials");
        assert_eq!(pair.app.login(&email, WRONG), (401, detail(REFUSED)));
    }
    assert_eq!(pair.lock_cells("lou-both"), ("4".to_owned(), "NULL".to_owned()));
    pair.tool.login("lou-both", WRONG).refused(6, "wrong_credentials");
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(LOCKED)));
    pair.tool.run(&["unlock", "lou-both"]).done();

    for _ in 0..4 {
        pair.tool.login("lou-both", WRONG).refused(6, "wrong_credentials");
    }
    assert_eq!(pair.app.login(&email, WRONG), (401, detail(REFUSED)));
    let (attempts, until) = pair.lock_cells("lou-both");
    assert!(attempts == "5" && is_naive_with_micros(&until), "{attempts} {until}");
    pair.tool.login("lou-both", PASSWORD).refused(7, "locked");
}

fn locks_cross(form: Form) {
    let pair = Pair::start(form);
    a_lock_holds_until_its_time_is_over(&pair);
    an_expired_lock_is_cleared_by_a_login_here(&pair);
    nothing_is_counted_or_moved_during_a_lock(&pair);
    a_lock_without_end_lasts_until_unlock(&pair);
    five_wrong_passwords_here_are_a_lock_that_the_app_reads(&pair);
    failures_on_both_sides_add_up(&pair);
}

#[test]
fn locks_cross_on_a_live_file() {
    locks_cross(Form::LIVE);
}

#[test]
fn locks_cross_on_the_later_layout() {
    locks_cross(Form::LATER);
}

#[test]
fn locks_cross_on_the_newest_layout() {
    locks_cross(Form::NEWEST);
}
