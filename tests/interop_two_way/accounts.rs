//! Accounts made on either side log in on the other.

use serde_json::json;

use crate::pair::{Form, Pair, REFUSED, WRONG, detail, free, is_naive_with_micros, text};
use crate::support::{PASSWORD, sqlite};

/// Letters that the rules do not count, and what they do count.
const UNICODE_PASSWORD: &str = "Žluťoučký kůň#48 Řeka-Aa 水";

/// The app shows the account that the token belongs to.
#[track_caller]
fn opens_me(pair: &Pair, token: &serde_json::Value, username: &str) {
    let (status, me) = pair.app.me(text(token));
    assert_eq!((status, &me["username"]), (200, &json!(username)), "{me}");
}

fn registered_there_logs_in_here(pair: &Pair) {
    let (username, email) = ("rosa_there", "rosa_there@example.org");
    let (status, shown) = pair.register(username, email, UNICODE_PASSWORD);
    assert_eq!(status, 201, "{shown}");

    pair.tool.login(email, WRONG).refused(6, "wrong_credentials");
    assert_eq!(pair.lock_cells(username), ("1".to_owned(), "NULL".to_owned()));
    let tokens = pair.tool.login(username, UNICODE_PASSWORD).done().document();
    assert_eq!(pair.lock_cells(username), free());
    let last_login = pair.cell(username, "last_login");
    assert!(is_naive_with_micros(&last_login), "{last_login}");
    assert_eq!(pair.cell(username, "typeof(last_login)"), "text");

    opens_me(pair, &tokens["access_token"], username);
    opens_me(pair, &tokens["refresh_token"], username);
    assert_eq!(pair.app.users().0, 200, "the app reads the last_login that was written here");
    assert_eq!(pair.app.login(email, UNICODE_PASSWORD).0, 200);

    let taken = ["user", "add", "rosa_there", "--email", "other@example.org", "--generate"];
    pair.tool.run(&taken).refused(4, "exists");
    let taken = ["user", "add", "other", "--email", "rosa_there@example.org", "--generate"];
    pair.tool.run(&taken).refused(4, "exists");
}

fn added_here_logs_in_there(pair: &Pair) {
    for role in pair.form.roles() {
        let (username, email) = (format!("{role}-here"), format!("{role}.here@example.org"));
        let add = ["user", "add", &username, "--email", &email, "--role", role, "--full-name", "Ida O'Neil-Frey"];
        let added = pair.tool.run_with(UNICODE_PASSWORD, &[&add[..], &["--password-stdin"]].concat()).done();
        assert_eq!(added.document()["user"]["role"], json!(role));
        let (status, tokens) = pair.app.login(&email, UNICODE_PASSWORD);
        assert_eq!(status, 200, "{tokens}");
        let (status, me) = pair.app.me(text(&tokens["access_token"]));
        let shown = (status, &me["username"], &me["role"], &me["full_name"], &me["is_active"]);
        assert_eq!(shown, (200, &json!(username), &json!(role), &json!("Ida O'Neil-Frey"), &json!(true)));
    }

    // Alone on stdout, ready for a pipe.
    let generated =
        pair.tool.run_plain(&["user", "add", "gen-here", "--email", "gen@Example.ORG", "--generate"]).done();
    let password = generated.stdout.strip_suffix('\n').expect("one line");
    assert_eq!(pair.app.login("gen@example.org", password).0, 200);
    assert_eq!(pair.cell("gen-here", "role"), pair.form.roles()[0]);
    let generated = pair.tool.run(&["user", "passwd", "gen-here", "--generate"]).done().document();
    assert_eq!(pair.app.login("gen@example.org", password), (401, detail(REFUSED)));
    assert_eq!(pair.app.login("gen@example.org", text(&generated["password"])).0, 200);

    assert_eq!(pair.register("gen-here", "gen.other@example.org", PASSWORD).0 / 100, taken_class(pair));
    assert_eq!(pair.app.users().0, 200);
}

/// Clashes count within one customer in the newest app, and the account added here belongs to none.
fn taken_class(pair: &Pair) -> u16 {
    match pair.form.kind {
        crate::support::AppKind::Seed => 4,
        crate::support::AppKind::Head => 2,
    }
}

/// Storage class and length of every cell; of `created_at` the class alone, since both lengths occur in one column.
const SHAPE: &str = "SELECT typeof(created_at), typeof(username), typeof(email), typeof(full_name), \
     typeof(role), typeof(is_active), is_active, typeof(is_verified), is_verified, typeof(failed_login_attempts), \
     failed_login_attempts, typeof(locked_until), typeof(last_login), typeof(password_hash), length(password_hash), \
     typeof(salt), length(salt), salt = lower(salt) FROM users";

fn a_row_from_here_has_the_shape_of_one_from_there(pair: &Pair) {
    assert_eq!(pair.register("shape-there", "shape.there@example.org", PASSWORD).0, 201);
    let add = ["user", "add", "shape-here", "--email", "shape.here@example.org", "--generate"];
    pair.tool.run(&add).done();
    let shape = |username: &str| sqlite(&pair.db, &format!("{SHAPE} WHERE username = '{username}'"));
    assert_eq!(shape("shape-here"), shape("shape-there"));
}

fn accounts_cross(form: Form) {
    let pair = Pair::start(form);
    registered_there_logs_in_here(&pair);
    added_here_logs_in_there(&pair);
    a_row_from_here_has_the_shape_of_one_from_there(&pair);
}

#[test]
fn accounts_cross_on_a_live_file() {
    accounts_cross(Form::LIVE);
}

#[test]
fn accounts_cross_on_the_later_layout() {
    accounts_cross(Form::LATER);
}

#[test]
fn accounts_cross_on_the_newest_layout() {
    accounts_cross(Form::NEWEST);
}

#[test]
fn accounts_cross_on_a_file_from_before_auth_and_legacy_ones_do_once_they_have_a_password() {
    let pair = Pair::start(Form::FROM_PREAUTH);
    registered_there_logs_in_here(&pair);
    a_row_from_here_has_the_shape_of_one_from_there(&pair);

    pair.tool.login("ada.w", PASSWORD).refused(6, "wrong_credentials");
    assert_eq!(pair.app.login("ada.w@example.org", PASSWORD), (401, detail(REFUSED)));
    assert_eq!(pair.cell("ada.w", "failed_login_attempts"), "2", "both count in one counter");

    for (username, email) in
        [("ada.w", "ada.w@example.org"), ("dan q", "dan+intake@example.org"), ("Élise", "elise@example.org")]
    {
        pair.tool.run_with(PASSWORD, &["user", "passwd", username, "--password-stdin"]).done();
        let (status, tokens) = pair.app.login(email, PASSWORD);
        assert_eq!(status, 200, "{tokens}");
        opens_me(&pair, &tokens["access_token"], username);
        let tokens = pair.tool.login(username, PASSWORD).done().document();
        opens_me(&pair, &tokens["access_token"], username);
    }
}

#[test]
fn composed_and_decomposed_letters_are_two_passwords_on_both_sides() {
    let (decomposed, composed) = ("Zoe\u{308}-Harbour#48", "Zo\u{eb}-Harbour#48");
    let pair = Pair::start(Form::LIVE);
    let add = ["user", "add", "zoe-here", "--email", "zoe.here@example.org", "--password-stdin"];
    let added = pair.tool.run_with(decomposed, &add).done();
    assert!(added.stderr.contains("normal form C"), "{}", added.stderr);
    assert_eq!(pair.app.login("zoe.here@example.org", composed), (401, detail(REFUSED)));
    assert_eq!(pair.app.login("zoe.here@example.org", decomposed).0, 200);
    pair.tool.login("zoe-here", composed).refused(6, "wrong_credentials");
    pair.tool.login("zoe-here", decomposed).done();
}
