//! A saved session beside the running app: its token is the app's own, and what the app's admin undoes is undone.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::pair::{Form, Pair, text};
use crate::support::PASSWORD;

/// The one session that is saved in the tool's home.
fn saved(pair: &Pair) -> PathBuf {
    let directory = pair.tool.home().join(".local/state/authctl/sessions");
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).expect("a session was saved").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn sign_in(pair: &Pair, name: &str) {
    let out = pair.tool.run_with(PASSWORD, &["login", name, "--save", "--password-stdin"]).done();
    assert!(!out.stdout.contains("eyJ"), "the token is kept, not printed");
    assert_eq!(out.document()["user"]["username"], json!(name));
}

fn a_session_beside_the_app(form: Form) {
    let pair = Pair::start(form);
    let [patient, therapist, _] = form.roles();
    let email = pair.account("desk-one");
    let theirs = pair.account("pat-desk");
    pair.set("desk-one", &format!("role = '{therapist}'"));
    sign_in(&pair, "desk-one");

    let session: Value = serde_json::from_slice(&fs::read(saved(&pair)).expect("a session")).expect("JSON");
    let token = text(&session["token"]);
    let (status, me) = pair.app.me(token);
    assert_eq!((status, &me["username"], &me["role"]), (200, &json!("desk-one"), &json!(therapist)), "{me}");
    assert_eq!(pair.tool.run(&["whoami"]).done().document()["user"]["email"], json!(email));

    // What a therapist does at the desk is what the app's login sees.
    assert_eq!(pair.app.login(&theirs, PASSWORD).0, 200);
    pair.tool.run(&["--as-session", "lock", "pat-desk"]).done();
    assert_eq!(pair.app.login(&theirs, PASSWORD).0, 401);
    pair.tool.run(&["--as-session", "unlock", "pat-desk"]).done();
    assert_eq!(pair.app.login(&theirs, PASSWORD).0, 200);
    pair.tool.run(&["--as-session", "set-role", "pat-desk", "admin"]).refused(5, "not_allowed");
    assert_eq!(pair.cell("pat-desk", "role"), patient);

    // The token of a login in the app serves as well: it is the same token.
    let mut forged = session.clone();
    forged["token"] = json!(pair.token(&email));
    fs::write(saved(&pair), forged.to_string()).expect("the app's own token");
    pair.tool.run(&["--as-session", "user", "list"]).done();

    pair.tool.run(&["user", "deactivate", "desk-one"]).done();
    pair.tool.run(&["--as-session", "user", "list"]).refused(7, "inactive");
    pair.tool.run(&["whoami"]).refused(7, "inactive");
    pair.tool.run(&["user", "activate", "desk-one"]).done();
    pair.tool.run(&["--as-session", "user", "list"]).done();
    pair.tool.run(&["logout"]).done();
    pair.tool.run(&["--as-session", "user", "list"]).refused(5, "not_allowed");
}

#[test]
fn a_session_is_the_apps_token_and_ends_with_the_account() {
    a_session_beside_the_app(Form::LIVE);
}

#[test]
fn a_session_is_the_newest_apps_token_too() {
    a_session_beside_the_app(Form::NEWEST);
}
