//! Accounts that are edited or deleted here, as the running app sees them.

use serde_json::json;

use crate::pair::{Form, Pair, REFUSED, detail};
use crate::support::PASSWORD;

fn a_deleted_account_is_unknown_and_its_id_comes_again(form: Form) {
    let pair = Pair::start(form);
    let email = pair.account("mia-gone");
    let (token, id) = (pair.token(&email), pair.cell("mia-gone", "id"));
    assert_eq!(pair.app.me(&token).0, 200);
    let ran = pair.tool.run(&["user", "delete", "mia-gone", "--yes"]).done();
    assert!(ran.stderr.contains("new accounts get it again"), "{ran:#?}");
    assert_eq!(pair.app.me(&token).0, 401, "no row, no access");
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(REFUSED)));

    // What was said of the id: the next account that the app makes gets it, and the old token opens that.
    let (status, answer) = pair.register("nia-next", "nia-next@example.org", "Copper&Cloud92Moss");
    assert_eq!(status, 201, "{answer}");
    assert_eq!(pair.cell("nia-next", "id"), id);
    let (status, me) = pair.app.me(&token);
    assert_eq!((status, &me["email"]), (200, &json!("nia-next@example.org")));
}

fn an_edited_account_logs_in_with_its_new_email_alone(form: Form) {
    let pair = Pair::start(form);
    let email = pair.account("mia-edit");
    let token = pair.token(&email);
    pair.tool
        .run(&[
            "user",
            "edit",
            "mia-edit",
            "--email",
            "Mia.New@Example.ORG",
            "--username",
            "mia_new",
            "--full-name",
            "Mia New",
        ])
        .done();
    assert_eq!(pair.app.login(&email, PASSWORD), (401, detail(REFUSED)));
    assert_eq!(pair.app.login("Mia.New@example.org", PASSWORD).0, 200);
    let (status, me) = pair.app.me(&token);
    assert_eq!(
        (status, &me["email"], &me["username"], &me["full_name"]),
        (200, &json!("Mia.New@example.org"), &json!("mia_new"), &json!("Mia New")),
        "a token from before opens the account under its new name"
    );
    let judged = pair.tool.run(&["token", "inspect", &token]).done().document();
    assert_eq!(judged["problems"][0]["code"], json!("email_changed"));
    pair.tool.run(&["user", "edit", "mia_new", "--full-name", ""]).done();
    assert_eq!(pair.app.me(&token).1["full_name"], json!(null));
}

#[test]
fn deleted_accounts_are_unknown_there_on_a_live_file() {
    a_deleted_account_is_unknown_and_its_id_comes_again(Form::LIVE);
}

#[test]
fn deleted_accounts_are_unknown_there_on_the_newest_layout() {
    a_deleted_account_is_unknown_and_its_id_comes_again(Form::NEWEST);
}

#[test]
fn edited_accounts_log_in_there_on_a_live_file() {
    an_edited_account_logs_in_with_its_new_email_alone(Form::LIVE);
}

#[test]
fn edited_accounts_log_in_there_on_the_later_layout() {
    an_edited_account_logs_in_with_its_new_email_alone(Form::LATER);
}

#[test]
fn edited_accounts_log_in_there_on_the_newest_layout() {
    an_edited_account_logs_in_with_its_new_email_alone(Form::NEWEST);
}
