//! Holds the reference app itself to the contract: a mirror that shows another app would prove nothing about the tool.

mod support;

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{App, AppKind, FALLBACK_KEY, Oracle, PASSWORD, Stage, TWIN_PASSWORD, make_db, sqlite};
use tempfile::TempDir;

const WRONG: &str = "Garnet*Leaf37/Wolf";
const REFUSED: &str = "Invalid email or password";
const LOCKED: &str = "Account is temporarily locked due to multiple failed login attempts";
const INACTIVE: &str = "Account is inactive";

fn running(kind: AppKind, stage: Stage) -> (TempDir, std::path::PathBuf, App) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(stage, dir.path());
    let app = App::start(kind, &db, None);
    (dir, db, app)
}

fn cell(db: &Path, username: &str, column: &str) -> String {
    sqlite(db, &format!("SELECT {column} FROM users WHERE username = '{username}'"))[0][0].clone()
}

fn set(db: &Path, username: &str, assignments: &str) {
    sqlite(db, &format!("UPDATE users SET {assignments} WHERE username = '{username}'"));
}

fn detail(text: &str) -> Value {
    json!({ "detail": text })
}

/// `YYYY-MM-DD HH:MM:SS.ffffff`: six digits always, never an offset.
fn is_naive_with_micros(text: &str) -> bool {
    text.len() == 26
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b' ',
            13 | 16 => byte == b':',
            19 => byte == b'.',
            _ => byte.is_ascii_digit(),
        })
}

fn segment(token: &str, at: usize) -> String {
    let part = token.split('.').nth(at).expect("a token has three segments");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("segments are unpadded base64url");
    String::from_utf8(bytes).expect("segments are UTF-8")
}

fn names(claims: &str) -> Vec<String> {
    let claims: Value = serde_json::from_str(claims).expect("claims are JSON");
    claims.as_object().expect("claims are an object").keys().cloned().collect()
}

#[test]
fn a_fresh_file_gets_the_later_layout_and_rows_in_the_app_s_form() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = dir.path().join("app.db");
    let app = App::start(AppKind::Seed, &db, None);

    let (status, shown) = app.register("pia_two", "pia.two@EXAMPLE.org", PASSWORD);
    assert_eq!(status, 201, "{shown}");
    assert_eq!((&shown["id"], &shown["email"]), (&json!(1), &json!("pia.two@example.org")));

    let row = &sqlite(
        &db,
        "SELECT salt, password_hash, role, is_active, is_verified, failed_login_attempts, locked_until, last_login, \
         full_name, typeof(is_active), created_at FROM users",
    )[0];
    assert!(row[0].len() == 32 && row[0].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{row:?}");
    assert!(row[1].starts_with("$argon2id$v=19$m=65536,t=3,p=1$") && row[1].len() == 97, "{row:?}");
    assert_eq!(row[2..10], ["patient", "1", "0", "0", "NULL", "NULL", "NULL", "integer"]);
    assert!(is_naive_with_micros(&row[10]), "{row:?}");

    assert_eq!(app.register("pia_two", "other@example.org", PASSWORD), (400, detail("Username already registered")));
    assert_eq!(app.register("other", "pia.two@example.org", PASSWORD), (400, detail("Email already registered")));

    let (status, tokens) = app.login("pia.two@example.org", PASSWORD);
    assert_eq!(status, 200, "{tokens}");
    assert!(is_naive_with_micros(&cell(&db, "pia_two", "last_login")));
    let (status, me) = app.me(tokens["access_token"].as_str().expect("an access token"));
    assert_eq!((status, &me["username"], &me["role"]), (200, &json!("pia_two"), &json!("patient")));
    assert_eq!(app.me("word").0, 401);
    assert_eq!(app.get("/api/v1/auth/me", None).0, 403);
    assert_eq!(app.login("Pia.Two@example.org", PASSWORD), (401, detail(REFUSED)), "look-ups are case-sensitive");

    assert_eq!(schema(&db), schema(&make_db(Stage::Later, tempfile::tempdir().expect("a directory").path())));
}

fn schema(db: &Path) -> Vec<Vec<String>> {
    sqlite(db, "SELECT type, name, sql FROM sqlite_master ORDER BY name")
}

#[test]
fn on_a_migrated_file_the_schema_fills_in_created_at_and_stays_as_it_is() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    let before = schema(&db);
    let (status, shown) = app.register("pia_two", "pia.two@example.org", PASSWORD);
    assert_eq!((status, &shown["id"]), (201, &json!(16)), "{shown}");
    assert_eq!(cell(&db, "pia_two", "created_at").len(), "2026-11-25 01:38:55".len());
    assert_eq!(schema(&db), before);
}

#[test]
fn the_fifth_wrong_password_sticks_the_account_until_null_frees_it() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    for failures in 1..=5 {
        assert_eq!(app.login("pia@example.org", WRONG), (401, detail(REFUSED)));
        assert_eq!(cell(&db, "pia_one", "failed_login_attempts"), failures.to_string());
    }
    assert!(is_naive_with_micros(&cell(&db, "pia_one", "locked_until")));
    let minutes = cell(&db, "pia_one", "(julianday(locked_until) - julianday('now')) * 1440");
    assert!((28.0..=30.1).contains(&minutes.parse::<f64>().expect("minutes")), "{minutes}");

    for _ in 0..2 {
        assert_eq!(app.login("pia@example.org", PASSWORD), (500, json!("Internal Server Error")));
    }
    assert!(app.log().contains("can't compare offset-naive and offset-aware datetimes"));
    assert_eq!(app.login("ola@example.org", PASSWORD).0, 500, "a naive lock in the past sticks as well");

    // NULL alone leaves a hair trigger.
    set(&db, "pia_one", "locked_until = NULL");
    assert_eq!(app.login("pia@example.org", WRONG).0, 401);
    assert_eq!(app.login("pia@example.org", PASSWORD).0, 500);
    set(&db, "pia_one", "locked_until = NULL, failed_login_attempts = 0");
    assert_eq!(app.login("pia@example.org", PASSWORD).0, 200);
}

#[test]
fn a_lock_with_an_offset_refuses_cleanly_and_expires() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    assert_eq!(app.login("zoe@example.org", PASSWORD), (401, detail(LOCKED)));
    assert_eq!(cell(&db, "zoe_locked", "failed_login_attempts"), "0", "nothing is counted during a lock");
    for forever in ["9999-12-31 23:59:59+00:00", "9999-12-31 23:59:59.999999+00:00"] {
        set(&db, "zoe_locked", &format!("locked_until = '{forever}'"));
        assert_eq!(app.login("zoe@example.org", PASSWORD), (401, detail(LOCKED)), "{forever}");
    }
    assert_eq!(app.login("max@example.org", PASSWORD).0, 200);
    assert_eq!(cell(&db, "max_expired", "locked_until"), "NULL");
    assert_eq!(cell(&db, "max_expired", "failed_login_attempts"), "0");
}

#[test]
fn counters_rise_and_fall_as_observed() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    assert_eq!(app.login("uma@example.org", PASSWORD).0, 200);
    assert_eq!(cell(&db, "uma_three", "failed_login_attempts"), "0");

    set(&db, "uma_three", "failed_login_attempts = NULL");
    assert_eq!(app.login("uma@example.org", WRONG).0, 500);
    assert_eq!(app.login("uma@example.org", PASSWORD).0, 200);
    assert_eq!(cell(&db, "uma_three", "failed_login_attempts"), "0");

    // A legacy row has no hash: every login is a counted failure.
    for _ in 0..5 {
        assert_eq!(app.login("bo.k@example.org", PASSWORD), (401, detail(REFUSED)));
    }
    assert_eq!(app.login("bo.k@example.org", PASSWORD).0, 500);
    assert_eq!(app.login("nobody@example.org", PASSWORD), (401, detail(REFUSED)));
}

#[test]
fn inactive_is_refused_before_the_password_and_not_counted() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    for stored in ["0", "NULL", "''"] {
        set(&db, "ian_off", &format!("is_active = {stored}"));
        assert_eq!(app.login("ian@example.org", WRONG), (400, detail(INACTIVE)), "{stored}");
    }
    assert_eq!(cell(&db, "ian_off", "failed_login_attempts"), "0");
    for stored in ["'false'", "2"] {
        set(&db, "ian_off", &format!("is_active = {stored}"));
        assert_eq!(app.login("ian@example.org", PASSWORD).0, 200, "{stored}");
    }
}

#[test]
fn a_role_or_address_that_the_app_does_not_know_breaks_me() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    for stored in ["NULL", "'wizard'", "'user'", "'Admin'"] {
        set(&db, "pia_one", &format!("role = {stored}"));
        let (status, tokens) = app.login("pia@example.org", PASSWORD);
        assert_eq!(status, 200, "{stored}");
        assert_eq!(app.me(tokens["access_token"].as_str().expect("a token")).0, 500, "{stored}");
    }

    let token = app.login("theo@example.org", PASSWORD).1["access_token"].clone();
    set(&db, "theo_one", "email = 'theo@clinic.local'");
    assert_eq!(app.login("theo@clinic.local", PASSWORD).0, 422);
    assert_eq!(app.me(token.as_str().expect("a token")).0, 500, "an address that the validator refuses");
}

#[test]
fn an_unmigrated_file_answers_500_on_every_auth_route() {
    for stage in [Stage::Preauth, Stage::Half] {
        let (_dir, _db, app) = running(AppKind::Seed, stage);
        assert_eq!(app.login("ada.w@example.org", PASSWORD).0, 500, "{stage:?}");
        assert_eq!(app.register("pia_two", "pia.two@example.org", PASSWORD).0, 500, "{stage:?}");
    }
}

#[test]
fn one_unreadable_date_breaks_the_whole_user_list() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    let unreadable = [
        "''",
        "'soon'",
        "1764034528",
        "1764034528.5",
        "x'3230'",
        "'2026-11-25T01:55:28z'",
        "' 2026-11-25 01:55:28'",
        "'2026-11-25 01:55:28 '",
        "'2026-1-25 01:55:28'",
        "'2026/11/25 01:55:28'",
        "'2026-11-25 24:00:00'",
        "'2026-11-25 01:55:60'",
        "'10000-01-01 00:00:00'",
    ];
    for stored in unreadable {
        set(&db, "pia_one", &format!("last_login = {stored}"));
        assert_eq!(app.users().0, 500, "{stored}");
    }
    let readable = [
        "NULL",
        "'2026-11-25'",
        "'2026-11-25 01:55:28'",
        "'2026-11-25 01:55:28.123'",
        "'2026-11-25T01:55:28Z'",
        "'2026-11-25 01:55:28.000000+00:00'",
        "'2026-11-25 01:55:28+0530'",
        "'20261125T015528'",
    ];
    for stored in readable {
        set(&db, "pia_one", &format!("last_login = {stored}"));
        assert_eq!(app.users().0, 200, "{stored}");
    }
}

#[test]
fn the_user_routes_are_open_and_anybody_may_register_as_admin() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    let (status, users) = app.users();
    assert_eq!((status, users.as_array().map(Vec::len)), (200, Some(15)));
    let (status, made) = app.post("/api/v1/users/", &json!({"username": "old way", "email": "old@example.org"}));
    assert_eq!(status, 201, "{made}");
    assert_eq!(cell(&db, "old way", "password_hash || salt || role || is_active"), "patient1");

    let body = json!({"username": "mal", "email": "mal@example.org", "password": PASSWORD, "role": "admin"});
    assert_eq!(app.post("/api/v1/auth/register", &body).0, 201);
    assert_eq!(cell(&db, "mal", "role"), "admin");
}

#[test]
fn tokens_have_the_exact_header_claims_order_and_life() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    set(&db, "pia_one", "email = 'zoë@example.org'");
    let (status, answer) = app.login("zoë@example.org", PASSWORD);
    assert_eq!(status, 200, "{answer}");
    let keys: Vec<_> = answer.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(keys, ["access_token", "refresh_token", "token_type", "expires_in"]);
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(1800)));

    let access = answer["access_token"].as_str().expect("an access token");
    let refresh = answer["refresh_token"].as_str().expect("a refresh token");
    for token in [access, refresh] {
        assert!(token.starts_with("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."), "{token}");
    }
    let claims = segment(access, 1);
    assert!(claims.starts_with(r#"{"user_id":6,"email":"zo\u00eb@example.org","role":"patient","exp":"#), "{claims}");
    assert_eq!(names(&claims), ["user_id", "email", "role", "exp", "iat", "type", "jti"]);
    assert_eq!(names(&segment(refresh, 1)), ["user_id", "exp", "iat", "type", "jti"]);
    for (token, kind, seconds) in [(access, "access", 1_800), (refresh, "refresh", 604_800)] {
        let claims: Value = serde_json::from_str(&segment(token, 1)).expect("claims are JSON");
        let life = claims["exp"].as_i64().expect("an int") - claims["iat"].as_i64().expect("an int");
        assert_eq!((claims["type"].as_str(), life), (Some(kind), seconds));
        let jti = claims["jti"].as_str().expect("a jti");
        assert!(jti.len() == 32 && jti.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{jti}");
    }

    assert_eq!(app.me(refresh).0, 200, "a refresh token opens the door");
    set(&db, "pia_one", "locked_until = '2099-01-01 00:00:00', role = 'admin', password_hash = 'x'");
    assert_eq!(app.me(access).1["role"], json!("admin"), "the row decides, and a lock ends no token");
    set(&db, "pia_one", "is_active = 0");
    assert_eq!(app.me(access), (400, detail(INACTIVE)));
}

#[test]
fn the_id_of_a_deleted_user_is_used_again_and_so_is_the_token() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    let token = app.login("Cas.Case@example.org", PASSWORD).1["access_token"].clone();
    sqlite(&db, "DELETE FROM users WHERE username = 'Cas_Case'");
    assert_eq!(app.me(token.as_str().expect("a token")), (401, detail("User not found")));
    assert_eq!(app.register("heir", "heir@example.org", PASSWORD).0, 201);
    assert_eq!(app.me(token.as_str().expect("a token")).1["username"], json!("heir"));
}

#[test]
fn the_key_comes_from_the_environment_then_from_dot_env_then_from_the_source() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(Stage::Live, dir.path());
    let mut oracle = Oracle::start();
    let mut token = |key: &str| {
        let made = oracle.ask(json!({"op": "jwt_make", "claims": {"user_id": 6}, "key": key}));
        made["token"].as_str().expect("a token").to_owned()
    };
    let accepts = |app: &App, token: &str| app.me(token).0 == 200;

    assert!(accepts(&App::start(AppKind::Seed, &db, None), &token(FALLBACK_KEY)));
    assert!(accepts(&App::start(AppKind::Seed, &db, Some("")), &token("")));
    std::fs::write(dir.path().join(".env"), "SECRET_KEY='clé $a'\n").expect("a .env file");
    assert!(accepts(&App::start(AppKind::Seed, &db, None), &token("clé $a")));
    assert!(accepts(&App::start(AppKind::Seed, &db, Some("named")), &token("named")));
}

#[test]
fn a_write_lock_of_more_than_five_seconds_is_a_500() {
    let (_dir, db, app) = running(AppKind::Seed, Stage::Live);
    let holder = Connection::open(&db).expect("the database opens");
    holder.execute_batch("BEGIN IMMEDIATE").expect("the write lock is free");
    assert_eq!(app.login("pia@example.org", WRONG).0, 500);
    assert!(app.log().contains("database is locked"));
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    assert_eq!(app.login("pia@example.org", PASSWORD).0, 200);
}

#[test]
fn the_newest_form_takes_the_first_row_and_asks_for_a_paying_customer() {
    let (_dir, db, app) = running(AppKind::Head, Stage::Head);
    assert_eq!(app.login("shared@example.org", PASSWORD).0, 200);
    assert_eq!(app.login("shared@example.org", TWIN_PASSWORD), (401, detail(REFUSED)));
    let counted = sqlite(&db, "SELECT failed_login_attempts FROM users WHERE username = 'shared' ORDER BY id");
    assert_eq!(counted, [["1"], ["0"]]);

    assert_eq!(app.login("off@example.org", PASSWORD).0, 200, "is_active is not looked at");
    assert_eq!(app.login("late.one@example.org", PASSWORD).0, 403);
    assert_eq!(app.login("closed.one@example.org", PASSWORD).0, 403);

    let answer = app.login("mod@example.org", PASSWORD).1;
    let access = answer["access_token"].as_str().expect("a token");
    let claims = names(&segment(access, 1));
    assert_eq!(claims, ["user_id", "email", "role", "customer_id", "exp", "iat", "type", "jti"]);
    let refresh = segment(answer["refresh_token"].as_str().expect("a token"), 1);
    assert_eq!(names(&refresh), ["user_id", "customer_id", "exp", "iat", "type", "jti"]);
    assert_eq!(app.me(access).1["role"], json!("moderator"));
}

#[test]
fn the_newest_form_makes_the_newest_layout() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = dir.path().join("fresh.db");
    let app = App::start(AppKind::Head, &db, None);
    for customer in [1, 2] {
        let body =
            json!({"username": "twin", "email": "twin@example.org", "password": "quietriver", "customer_id": customer});
        assert_eq!(app.post("/api/v1/auth/register", &body).0, 201, "the same e-mail in two customers is legal");
    }
    assert_eq!(cell(&db, "twin", "role"), "user");
    assert_eq!(schema(&db), schema(&make_db(Stage::Head, dir.path())));
}
