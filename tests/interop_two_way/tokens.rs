//! Tokens made on either side open the other, and cannot be told apart.

use serde_json::{Value, json};

use crate::pair::{Form, Pair, text};
use crate::support::{App, AppKind, PASSWORD, Stage, TokenLib, make_db};
use crate::token_shape::parts;
use crate::tool::Tool;

/// Letters that JSON writes as `\uXXXX` in the app's tokens.
const EMAIL: &str = "zoë.水@example.org";

/// Asserts that the tool accepts a token and names its account.
#[track_caller]
fn accepted_here(tool: &Tool, token: &str, kind: &str, username: &str) {
    let judged = tool.run(&["token", "inspect", token, "--type", kind]).done().document();
    let facts = (&judged["verdict"], &judged["signature"], &judged["type"], &judged["user"]["username"]);
    assert_eq!(facts, (&json!("accepted"), &json!("valid"), &json!(kind), &json!(username)), "{judged}");
    assert_eq!(judged["problems"], json!([]));
    let judged = tool.run(&["token", "verify", token, "--type", kind]).done().document();
    assert_eq!(judged[0]["verdict"], json!("accepted"));
}

fn keys(answer: &Value) -> Vec<&String> {
    answer.as_object().expect("an object").keys().collect()
}

fn tokens_cross(form: Form) {
    let pair = Pair::start(form);
    let (status, shown) = pair.register("zoe-two", EMAIL, PASSWORD);
    assert_eq!(status, 201, "{shown}");

    let (status, theirs) = pair.app.login(EMAIL, PASSWORD);
    assert_eq!(status, 200, "{theirs}");
    let ours = pair.tool.login(EMAIL, PASSWORD).done().document();
    assert_eq!(keys(&ours), keys(&theirs), "the same response, in the same order");
    assert_eq!((&ours["token_type"], &ours["expires_in"]), (&theirs["token_type"], &theirs["expires_in"]));

    for kind in ["access", "refresh"] {
        let (their_token, our_token) = (text(&theirs[format!("{kind}_token")]), text(&ours[format!("{kind}_token")]));
        let issued = pair.tool.run_plain(&["token", "issue", "zoe-two", "--type", kind]).done().stdout;
        let issued = issued.strip_suffix('\n').expect("the token and one line end");

        let wanted = parts(their_token).masked();
        assert_eq!(parts(our_token).masked(), wanted, "login, {kind}");
        assert_eq!(parts(issued).masked(), wanted, "token issue, {kind}");

        for token in [their_token, our_token, issued] {
            let (status, me) = pair.app.me(token);
            assert_eq!((status, &me["username"]), (200, &json!("zoe-two")), "{me}");
            accepted_here(&pair.tool, token, kind, "zoe-two");
        }
    }
    claims_of_our_own_are_ignored(&pair);
    a_foreign_key_is_refused_on_both_sides(&pair);
}

fn claims_of_our_own_are_ignored(pair: &Pair) {
    let issue =
        ["token", "issue", "zoe-two", "--ttl", "5m", "--claim", "via=ci", "--claim-json", r#"n={"a":[1,null]}"#];
    let token = pair.tool.run(&issue).done().document();
    let token = text(&token["token"]);
    assert!(parts(token).payload.ends_with(r#","via":"ci","n":{"a":[1,null]}}"#), "{}", parts(token).payload);
    assert_eq!(pair.app.me(token).0, 200);
    accepted_here(&pair.tool, token, "access", "zoe-two");
}

fn a_foreign_key_is_refused_on_both_sides(pair: &Pair) {
    let id = pair.cell("zoe-two", "id");
    let offline = ["token", "issue", "--offline", "--user-id", &id, "--email", EMAIL, "--role", "admin"];
    let token = pair.tool.run(&offline).done().document();
    assert_eq!(pair.app.me(text(&token["token"])).0, 200, "the row decides, whatever role the token names");
    let foreign = Tool::on(&pair.db).with_key("another-key-of-at-least-32-characters");
    let token = foreign.run(&offline).done().document();
    let token = text(&token["token"]);
    assert_eq!(pair.app.me(token).0, 401);
    let judged = pair.tool.run(&["token", "verify", token]);
    assert_eq!((judged.code, &judged.document()[0]["problems"][0]["code"]), (6, &json!("signature")));
}

#[test]
fn tokens_cross_on_a_live_file_with_python_jose() {
    tokens_cross(Form::LIVE.with(TokenLib::Jose));
}

#[test]
fn tokens_cross_on_a_live_file_with_pyjwt() {
    tokens_cross(Form::LIVE.with(TokenLib::PyJwt));
}

#[test]
fn tokens_cross_on_the_later_layout() {
    tokens_cross(Form::LATER);
}

#[test]
fn tokens_cross_on_the_newest_layout_with_python_jose() {
    tokens_cross(Form::NEWEST.with(TokenLib::Jose));
}

#[test]
fn tokens_cross_on_the_newest_layout_with_pyjwt() {
    tokens_cross(Form::NEWEST.with(TokenLib::PyJwt));
}

#[test]
fn a_key_in_dot_env_beside_the_database_signs_on_both_sides() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(Stage::Live, dir.path());
    std::fs::write(dir.path().join(".env"), "# keys\nexport SECRET_KEY='clé $HOME de 32 octets au moins'\n")
        .expect("a .env file");
    let tool = Tool::on(&db).without_key();
    tool.run(&["migrate"]).done();
    let app = App::start(AppKind::Seed, &db, None);
    let ours = tool.login("pia_one", PASSWORD).done().document();
    assert_eq!(app.me(text(&ours["access_token"])).0, 200);
    let theirs = app.login("pia@example.org", PASSWORD).1;
    accepted_here(&tool, text(&theirs["access_token"]), "access", "pia_one");
}
