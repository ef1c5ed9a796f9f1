//! Changes made here that the app sees at its next request.

use serde_json::json;

use crate::pair::{Form, INACTIVE, Pair, REFUSED, WRONG, detail, text};
use crate::support::{AppKind, PASSWORD};

const NEW_PASSWORD: &str = "Copper&Cloud92Moss";

fn deactivating_ends_a_token_at_once(pair: &Pair) {
    let email = pair.account("mia-off");
    let token = pair.token(&email);
    let off = pair.tool.run(&["user", "deactivate", "mia-off"]).done().document();
    assert_eq!((&off["changed"], &off["user"]["state"]), (&json!(true), &json!("inactive")));
    assert_eq!(pair.app.me(&token), (400, detail(INACTIVE)));
    match pair.form.kind {
        AppKind::Seed => {
            for password in [PASSWORD, WRONG] {
                assert_eq!(pair.app.login(&email, password), (400, detail(INACTIVE)));
            }
        }
        // The newest app's login does not look; its tokens open nothing all the same.
        AppKind::Head => assert_eq!(pair.app.me(&pair.token(&email)).0, 400),
    }
    for password in [PASSWORD, WRONG] {
        pair.tool.login("mia-off", password).refused(7, "inactive");
    }
    assert_eq!(pair.cell("mia-off", "failed_login_attempts"), "0");
    pair.tool.run(&["token", "issue", "mia-off"]).refused(7, "inactive");
    let judged = pair.tool.run(&["token", "verify", &token]);
    assert_eq!((judged.code, &judged.document()[0]["problems"][0]["code"]), (6, &json!("user_inactive")));

    pair.tool.run(&["user", "activate", "mia-off"]).done();
    let (status, me) = pair.app.me(&token);
    assert_eq!((status, &me["is_active"]), (200, &json!(true)), "activating revives the token");
    assert_eq!(pair.app.login(&email, PASSWORD).0, 200);
    pair.tool.run(&["token", "verify", &token]).done();
}

fn a_role_shows_in_me(pair: &Pair) {
    let email = pair.account("mia-role");
    let token = pair.token(&email);
    for role in pair.form.roles().into_iter().rev() {
        pair.tool.run(&["set-role", "mia-role", role]).done();
        let (status, me) = pair.app.me(&token);
        assert_eq!((status, &me["role"]), (200, &json!(role)), "the row decides, also for an older token");
    }
    let judged = pair.tool.run(&["token", "inspect", &token]).done().document();
    assert_eq!(judged["problems"], json!([]), "back to the role that the token names");
    pair.tool.run(&["set-role", "mia-role", pair.form.roles()[1], "--expect", "admin"]).refused(4, "expect_unmet");
    pair.tool.run(&["set-role", "mia-role", "wizard"]).refused(5, "policy_role");
    assert_eq!(pair.app.me(&token).1["role"], json!(pair.form.roles()[0]));
}

fn a_new_password_replaces_the_old_one(pair: &Pair) {
    let email = pair.account("mia-pass");
    let token = pair.token(&email);
    let old = (pair.cell("mia-pass", "password_hash"), pair.cell("mia-pass", "salt"));
    pair.tool.run_with(NEW_PASSWORD, &["user", "passwd", &email, "--password-stdin"]).done();
    let new = (pair.cell("mia-pass", "password_hash"), pair.cell("mia-pass", "salt"));
    assert!(old.0 != new.0 && old.1 != new.1, "hash and salt change together");

    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(REFUSED)));
    assert_eq!(pair.app.me(&token).0, 200, "a new password ends no token");
    let (status, tokens) = pair.app.login(&email, NEW_PASSWORD);
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(pair.app.me(text(&tokens["access_token"])).0, 200);
    pair.tool.login(&email, PASSWORD).refused(6, "wrong_credentials");
    pair.tool.login(&email, NEW_PASSWORD).done();
}

fn a_verified_e_mail_shows_in_me(pair: &Pair) {
    let token = pair.token(&pair.account("mia-mail"));
    assert_eq!(pair.app.me(&token).1["is_verified"], json!(false));
    pair.tool.run(&["user", "verify", "mia-mail"]).done();
    assert_eq!(pair.app.me(&token).1["is_verified"], json!(true));
}

fn changes_are_seen_there(form: Form) {
    let pair = Pair::start(form);
    deactivating_ends_a_token_at_once(&pair);
    a_role_shows_in_me(&pair);
    a_new_password_replaces_the_old_one(&pair);
    a_verified_e_mail_shows_in_me(&pair);
}

#[test]
fn changes_are_seen_there_on_a_live_file() {
    changes_are_seen_there(Form::LIVE);
}

#[test]
fn changes_are_seen_there_on_the_later_layout() {
    changes_are_seen_there(Form::LATER);
}

#[test]
fn changes_are_seen_there_on_the_newest_layout() {
    changes_are_seen_there(Form::NEWEST);
}
