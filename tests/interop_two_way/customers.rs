//! The newest form alone: customers, and names that are not unique.

use serde_json::json;

use crate::pair::{Form, Pair, free, text};
use crate::support::{PASSWORD, TWIN_PASSWORD, sqlite};
use crate::token_shape::parts;

/// The ids of the two rows that share a username and an e-mail.
const TWINS: [&str; 2] = ["id:5", "id:6"];

fn claim_names(token: &str) -> Vec<String> {
    parts(token).claims.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn twins_are_ambiguous_by_name_and_log_in_by_id() {
    let pair = Pair::start(Form::NEWEST);
    for name in ["shared", "shared@example.org", "user:shared", "email:shared@example.org"] {
        let refused = pair.tool.login(name, PASSWORD).refused(4, "ambiguous");
        let candidates = refused.error().to_string();
        assert!(TWINS.iter().all(|id| candidates.contains(id)), "the candidates are listed: {candidates}");
        pair.tool.run(&["lock", name]).refused(4, "ambiguous");
    }
    let untouched = sqlite(&pair.db, "SELECT failed_login_attempts, locked_until FROM users WHERE username = 'shared'");
    assert_eq!(untouched, [["0", "NULL"], ["0", "NULL"]]);

    for (id, password, other, customer) in [("id:5", PASSWORD, TWIN_PASSWORD, 1), ("id:6", TWIN_PASSWORD, PASSWORD, 2)]
    {
        pair.tool.login(id, other).refused(6, "wrong_credentials");
        let tokens = pair.tool.login(id, password).done().document();
        let (access, refresh) = (text(&tokens["access_token"]), text(&tokens["refresh_token"]));
        assert_eq!(claim_names(access), ["user_id", "email", "role", "customer_id", "exp", "iat", "type", "jti"],);
        assert_eq!(claim_names(refresh), ["user_id", "customer_id", "exp", "iat", "type", "jti"]);
        for token in [access, refresh] {
            assert_eq!(parts(token).claims["customer_id"], json!(customer));
            let (status, me) = pair.app.me(token);
            assert_eq!((status, &me["customer_id"]), (200, &json!(customer)), "{me}");
        }
    }
    // The app lets in only the first of them, whatever is done here.
    assert_eq!(pair.app.login("shared@example.org", PASSWORD).0, 200);
    assert_eq!(pair.app.login("shared@example.org", TWIN_PASSWORD).0, 401);
}

#[test]
fn an_inactive_or_unpaid_customer_keeps_its_users_out_on_both_sides() {
    let pair = Pair::start(Form::NEWEST);
    for (username, email) in [("late_one", "late.one@example.org"), ("closed_one", "closed.one@example.org")] {
        for password in [PASSWORD, TWIN_PASSWORD] {
            assert_eq!(pair.app.login(email, password).0, 403);
            let refused = pair.tool.login(username, password).refused(7, "inactive");
            assert!(text(&refused.error()["message"]).contains("customer"), "{refused:?}");
        }
        assert_eq!(pair.lock_cells(username), free(), "not counted");
    }
    sqlite(&pair.db, "UPDATE customers SET is_active = 1, subscription_expires_at = NULL");
    pair.tool.login("late_one", PASSWORD).done();
    pair.tool.login("closed_one", PASSWORD).done();
    assert_eq!(pair.app.login("late.one@example.org", PASSWORD).0, 200);

    assert_eq!(pair.app.login("off@example.org", PASSWORD).0, 200, "the newest app does not look at is_active");
    pair.tool.login("user_off", PASSWORD).refused(7, "inactive");
}

#[test]
fn an_account_added_for_a_customer_logs_in_there() {
    let pair = Pair::start(Form::NEWEST);
    let add = ["user", "add", "nia-two", "--email", "nia@example.org", "--password-stdin"];
    let with = |customer: &'static str| [&add[..], &["--customer", customer]].concat();
    pair.tool.run_with(PASSWORD, &with("99")).refused(3, "not_found");
    let added = pair.tool.run_with(PASSWORD, &with("2")).done().document();
    assert_eq!((&added["user"]["customer_id"], &added["user"]["role"]), (&json!(2), &json!("user")));

    let (status, theirs) = pair.app.login("nia@example.org", PASSWORD);
    assert_eq!(status, 200, "{theirs}");
    let (status, me) = pair.app.me(text(&theirs["access_token"]));
    assert_eq!((status, &me["customer_id"]), (200, &json!(2)));
    let ours = pair.tool.login("nia-two", PASSWORD).done().document();
    for kind in ["access_token", "refresh_token"] {
        assert_eq!(parts(text(&ours[kind])).masked(), parts(text(&theirs[kind])).masked());
    }

    let add = ["user", "add", "nia-none", "--email", "nia.none@example.org", "--password-stdin"];
    pair.tool.run_with(PASSWORD, &add).done();
    let theirs = pair.app.login("nia.none@example.org", PASSWORD).1;
    let ours = pair.tool.login("nia-none", PASSWORD).done().document();
    for kind in ["access_token", "refresh_token"] {
        let ours = parts(text(&ours[kind])).masked();
        assert_eq!(ours, parts(text(&theirs[kind])).masked(), "no customer is a null claim");
        assert!(ours.contains(r#""customer_id":null"#), "{ours}");
    }
    pair.set("nia-none", "customer_id = 99");
    assert_eq!(pair.app.login("nia.none@example.org", PASSWORD).0, 200, "the app lets a customer that is gone pass");
    assert_eq!(pair.register("nia-two", "nia@example.org", PASSWORD).0, 201, "another customer's name is free there");
}
