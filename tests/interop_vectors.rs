//! Replays the recorded verdicts against the reference app and the pinned libraries.
//!
//! Exceptions: the recordings show user 3 of the probe database with the role `user`. The newest form has that role; in
//! the seed's form, where it makes `/auth/me` answer 500, the row gets the role `patient` and only the id is compared.

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{App, AppKind, Oracle, Stage, TokenLib, make_db, sqlite, vectors};

/// The probe database: user 1 active, 2 inactive, 3 locked with a naive time, 999 absent.
fn probe_db(kind: AppKind, dir: &Path) -> PathBuf {
    let (stage, role_of_3) = match kind {
        AppKind::Seed => (Stage::Altered, "patient"),
        AppKind::Head => (Stage::Head, "user"),
    };
    let db = make_db(stage, dir);
    sqlite(&db, "UPDATE users SET role = 'patient', email = 'pat.one@example.org' WHERE id = 1");
    sqlite(&db, "UPDATE users SET is_active = 0 WHERE id = 2");
    sqlite(
        &db,
        &format!("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000', role = '{role_of_3}' WHERE id = 3"),
    );
    db
}

fn replay_tokens(kind: AppKind, lib: TokenLib, column: &str) {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let app = App::start_with(kind, lib, &probe_db(kind, dir.path()), None);
    let mut differences = Vec::new();
    let mut replayed = 0;
    for case in vectors("tokens.json", "tokens") {
        let recorded = &case[column];
        if recorded.is_null() {
            continue;
        }
        replayed += 1;
        let (status, body) = app.me(case["token"].as_str().expect("a token"));
        let answered = match status {
            200 => body["id"].clone(),
            500 => body,
            _ => body["detail"].clone(),
        };
        let wanted = recorded["detail"].get("id").unwrap_or(&recorded["detail"]);
        if recorded["status"] != json!(status) || answered != *wanted {
            differences.push(format!("{}: {status} {answered}, recorded {recorded}", case["name"]));
        }
    }
    assert!(differences.is_empty(), "{column}:\n{}", differences.join("\n"));
    assert!(replayed > 100, "{replayed} tokens replayed");
}

#[test]
fn tokens_through_the_seed_s_form_with_python_jose() {
    replay_tokens(AppKind::Seed, TokenLib::Jose, "app_jose");
}

#[test]
fn tokens_through_the_seed_s_form_with_pyjwt() {
    replay_tokens(AppKind::Seed, TokenLib::PyJwt, "app_pyjwt");
}

#[test]
fn tokens_through_the_newest_form() {
    replay_tokens(AppKind::Head, TokenLib::Jose, "app_head_jose");
}

#[test]
fn tokens_through_the_bare_libraries() {
    let cases = vectors("tokens.json", "tokens");
    let mut oracle = Oracle::start();
    for library in ["pyjwt", "jose"] {
        let questions: Vec<Value> = cases
            .iter()
            .map(|case| json!({"op": format!("{library}_decode"), "token": case["token"], "key": case["key"]}))
            .collect();
        for (case, answer) in cases.iter().zip(oracle.ask_all(&questions)) {
            let recorded = &case[library];
            assert_eq!(recorded["ok"] == json!(true), answer.get("claims").is_some(), "{library} {}", case["name"]);
            assert_eq!(recorded.get("exception"), answer.get("error"), "{library} {}", case["name"]);
        }
    }
}

#[test]
fn hashes_through_the_app_s_context() {
    let mut oracle = Oracle::start();
    for case in vectors("hashes.json", "hashes") {
        let asked =
            json!({"op": "hash_verify", "password": case["password"], "salt": case["salt"], "hash": case["hash"]});
        assert_eq!(oracle.ask(asked)["ok"], case["app_verify"], "{}", case["name"]);
        let answer = oracle.ask(json!({"op": "needs_update", "hash": case["hash"]}));
        assert_eq!(answer.get("needs_update").unwrap_or(&Value::Null), &case["needs_update"], "{}", case["name"]);
    }
}

#[test]
fn input_rules_through_the_app_s_functions() {
    let mut oracle = Oracle::start();
    for (list, kind) in [("passwords", "password"), ("usernames", "username"), ("full_names", "full_name")] {
        for case in vectors("policy.json", list) {
            let verdict = &case["fn_seed"];
            // The function wants a full name; the route asks it only where one was given.
            if verdict["message"] == json!("Full name is required") {
                continue;
            }
            let answer = oracle.ask(json!({"op": "policy", "kind": kind, "text": case[kind]}));
            let wanted = if verdict["ok"] == json!(true) { &Value::Null } else { &verdict["message"] };
            assert_eq!(&answer["problem"], wanted, "{}", case["name"]);
        }
    }
    for case in vectors("policy.json", "emails") {
        let answer = oracle.ask(json!({"op": "email", "text": case["email"]}));
        assert_eq!(answer.get("normalized"), case.get("stored"), "{}: {answer}", case["name"]);
    }
}

/// One body for each recorded field: the others are fit, and differ from case to case.
fn body_with(field: &str, case: &Value, n: usize) -> Value {
    let mut body = json!({
        "username": format!("case_{field}_{n}"), "email": format!("case.{field}.{n}@example.org"),
        "password": "Quiet-River#48Lamp",
    });
    body[field] = case[field].clone();
    body
}

#[test]
fn every_recorded_refusal_of_the_register_route() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let app = App::start(AppKind::Seed, &make_db(Stage::Altered, dir.path()), None);
    let mut refusals = 0;
    for (list, field) in
        [("passwords", "password"), ("usernames", "username"), ("full_names", "full_name"), ("emails", "email")]
    {
        for (n, case) in vectors("policy.json", list).iter().enumerate() {
            let recorded = &case["api_seed"];
            // Each acceptance costs a hash; the functions above have judged those.
            if recorded["status"] == json!(201) {
                continue;
            }
            refusals += 1;
            let (status, body) = app.post("/api/v1/auth/register", &body_with(field, case, n));
            assert_eq!(&json!(status), &recorded["status"], "{}: {body}", case["name"]);
            assert_eq!(json!(refusal_text(&body)), recorded["detail"], "{}", case["name"]);
        }
    }
    assert!(refusals > 80, "{refusals} refusals replayed");
}

/// `detail` as it was recorded: the text of a 400, `field: message` of a 422.
fn refusal_text(body: &Value) -> String {
    let detail = &body["detail"];
    let Some(first) = detail.get(0) else {
        return detail.as_str().unwrap_or_default().to_owned();
    };
    let field = first["loc"].as_array().and_then(|path| path.last()).and_then(Value::as_str).unwrap_or_default();
    format!("{field}: {}", first["msg"].as_str().unwrap_or_default())
}

#[test]
fn the_recorded_clashes_and_oddities_of_the_register_route() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let app = App::start(AppKind::Seed, &make_db(Stage::Altered, dir.path()), None);
    assert_eq!(app.register("pw_1", "pw1@example.org", "Quiet-River#48Lamp").0, 201);
    for case in vectors("policy.json", "extra") {
        let Some(input) = case.get("input") else {
            continue;
        };
        let (status, body) = app.post("/api/v1/auth/register", input);
        assert_eq!(json!(status), case["api_seed"]["status"], "{}: {body}", case["case"]);
        if let Some(recorded) = case["api_seed"].get("detail") {
            assert_eq!(&json!(refusal_text(&body)), recorded, "{}", case["case"]);
        }
    }
}

#[test]
fn the_oracle_reads_dates_dot_env_and_the_clock_it_is_given() {
    let mut oracle = Oracle::start();
    let mut date = |text: Value| oracle.ask(json!({"op": "fromisoformat", "text": text}));
    let aware = json!({"aware": true, "utc": "2026-11-25T01:55:28.000000+00:00"});
    assert_eq!(date(json!("2026-11-25 01:55:28.000000+00:00")), aware);
    assert_eq!(date(json!("2026-11-25 01:55:28"))["aware"], json!(false));
    assert_eq!(date(json!("2026-11-25T01:55:28z"))["error"], json!("ValueError"));
    assert_eq!(date(json!(1_764_034_528))["error"], json!("TypeError"));

    let dir = tempfile::tempdir().expect("a scratch directory");
    let file = dir.path().join(".env");
    std::fs::write(&file, "A=H$x\nB='${A}-${C}'\n").expect("a .env file");
    let read = oracle.ask(json!({"op": "dotenv", "path": file, "env": {"A": "outer", "C": "c"}}));
    assert_eq!(read["values"], json!({"A": "H$x", "B": "H$x-c"}));
    assert_eq!(read["environ"], json!({"A": "outer", "C": "c", "B": "outer-c"}));

    let made =
        oracle.ask(json!({"op": "jwt_make", "claims": {"user_id": 1, "exp": 1_000}, "key": "k", "lib": "pyjwt"}));
    let mut verdict = |library: &str, now: i64| {
        let asked = json!({"op": format!("{library}_decode"), "token": made["token"], "key": "k", "now": now});
        oracle.ask(asked).get("claims").is_some()
    };
    assert_eq!([999, 1_000, 1_001].map(|now| verdict("pyjwt", now)), [true, false, false]);
    assert_eq!([999, 1_000, 1_001].map(|now| verdict("jose", now)), [true, true, false]);
}
