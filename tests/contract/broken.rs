//! `token issue --broken`, `--count` and `--mask`: tokens for the tests of an API.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Desk, KEY, NOW};
use crate::tokens::signed;

/// What each kind is refused for, and nothing else.
const KINDS: [(&str, &str); 7] = [
    ("expired", "expired"),
    ("not-yet", "not_yet_valid"),
    ("signature", "signature"),
    ("alg-none", "alg"),
    ("type", "type"),
    ("no-user", "user_gone"),
    ("future-iat", "iat_future"),
];

/// Kinds that the app lets in, with one of its libraries at least (`app-facts`, Tokens).
const LET_IN: [&str; 2] = ["type", "future-iat"];

fn segments(token: &str) -> (Value, serde_json::Map<String, Value>) {
    let part = |at: usize| URL_SAFE_NO_PAD.decode(token.split('.').nth(at).expect("a segment")).expect("base64url");
    let parse = |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).expect("JSON");
    let Value::Object(claims) = parse(part(1)) else { panic!("claims are an object") };
    (parse(part(0)), claims)
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn each_kind_is_refused_for_its_reason_alone() {
    let desk = Desk::keyed();
    for (kind, code) in KINDS {
        let token = desk.token(&["bob", "--broken", kind]);
        let out = desk.run(&["token", "verify", &token, "--json"]);
        assert_eq!(out.code, 6, "{kind}: {out:?}");
        let problems = &out.json()[0]["problems"];
        let of = |severity: &str| -> Vec<String> {
            let all = problems.as_array().expect("problems").iter();
            all.filter(|one| one["severity"] == severity)
                .map(|one| one["code"].as_str().unwrap_or("-").into())
                .collect()
        };
        assert_eq!(of("error"), [code], "{kind}: {problems}");
        let app_accepts = of("warning") == ["app_accepts"];
        assert_eq!(app_accepts, LET_IN.contains(&kind), "{kind}: {problems}");
    }
}

#[test]
fn everything_else_is_as_in_a_sound_token() {
    let desk = Desk::keyed();
    let sound = segments(&desk.token(&["bob", "--ttl", "5m"]));
    for (kind, changed) in [
        ("expired", &["exp", "iat"][..]),
        ("not-yet", &["nbf"]),
        ("signature", &[]),
        ("alg-none", &[]),
        ("type", &["type"]),
        ("no-user", &["user_id"]),
        ("future-iat", &["iat"]),
    ] {
        let token = desk.token(&["bob", "--broken", kind]);
        let (header, claims) = segments(&token);
        let differ: Vec<&str> = claims
            .iter()
            .filter(|(name, value)| *name != "jti" && sound.1.get(*name) != Some(value))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(differ, changed, "{kind}: {claims:?}");
        let own = sound.1.keys().all(|name| claims.contains_key(name));
        assert!(own && (header == sound.0) == (kind != "alg-none"), "{kind}: {header} {claims:?}");
        let signed_by_key = token == signed(&header.to_string(), &Value::Object(claims).to_string(), KEY.as_bytes());
        assert_eq!(signed_by_key, !["signature", "alg-none"].contains(&kind), "{kind}: {token}");
        assert_eq!(token.ends_with('.'), kind == "alg-none", "{token}");
    }
}

#[test]
fn none_lives_longer_than_five_minutes_and_none_turns_good() {
    let desk = Desk::keyed();
    desk.config("[tokens]\naccess_ttl = \"1d\"");
    for (kind, _) in KINDS {
        let claims = segments(&desk.token(&["bob", "--broken", kind])).1;
        let (exp, iat) = (number(&claims["exp"]), number(&claims["iat"]));
        assert!(exp <= NOW + 300, "{kind}: {claims:?}");
        if kind == "expired" {
            assert!(exp < NOW && iat < exp, "{claims:?}");
        }
        // Not before the end.
        assert!(kind != "future-iat" || iat >= exp, "{claims:?}");
        assert!(kind != "not-yet" || number(&claims["nbf"]) >= exp, "{claims:?}");
        assert!(kind != "no-user" || number(&claims["user_id"]) > 1 << 53, "{claims:?}");
        desk.refused(&["token", "issue", "bob", "--broken", kind, "--ttl", "301s"], 2, "usage")
            .names(&["--ttl", "5 minutes"])
            .advises(&["5m"]);
        desk.refused(&["token", "issue", "bob", "--broken", kind, "--ttl", "1h", "--allow-long-ttl"], 2, "usage");
        let claims = segments(&desk.token(&["bob", "--broken", kind, "--ttl", "2m"])).1;
        assert!(number(&claims["exp"]) <= NOW + 120, "{kind}: {claims:?}");
    }
    desk.config("[tokens]\naccess_ttl = \"1m\"");
    assert_eq!(number(&segments(&desk.token(&["bob", "--broken", "type"])).1["exp"]), NOW + 60);
}

#[test]
fn an_id_that_somebody_has_is_not_taken_for_no_user() {
    let desk = Desk::keyed();
    desk.sql("INSERT INTO users (id, username, email) VALUES (9007199254740993, 'far', 'far@example.org')");
    let id = number(&segments(&desk.token(&["bob", "--broken", "no-user"])).1["user_id"]);
    assert_eq!(desk.cell(&format!("SELECT count(*) FROM users WHERE id = {id}")), "0");
    assert!(id > 1 << 53);
}

#[test]
fn it_is_on_record_and_in_the_document() {
    let desk = Desk::keyed();
    let document = desk.json(&["token", "issue", "bob", "--broken", "expired"]);
    assert_eq!(
        (&document["broken"], &document["type"], &document["expires_at"]),
        (&json!("expired"), &json!("access"), &json!("2026-11-25T01:00:00Z"))
    );
    let jti = document["jti"].as_str().expect("an id");
    assert_eq!(
        desk.events(),
        [format!(
            r#"token_issued done 2 bob - - {{"jti":"{jti}","type":"access","ttl_seconds":300,"broken":"expired"}}"#
        )]
    );
    let out = desk.ok(&["token", "issue", "bob", "--broken", "type"]);
    assert!(
        out.stderr.contains("issued broken token (type) for id:2 bob") && out.stderr.contains("lets this token in")
    );
    // Who may not have a token may not have a broken one: some of them open the app.
    desk.refused(&["token", "issue", "finn", "--broken", "type"], 7, "inactive");
}

#[test]
fn offline_and_refresh_tokens_are_broken_as_well() {
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", KEY);
    let whose = ["token", "issue", "--offline", "--user-id", "2", "--email", "bob@example.org", "--role", "patient"];
    for (kind, code) in KINDS.into_iter().filter(|(kind, _)| *kind != "no-user") {
        let token = desk.ok(&[&whose[..], &["--broken", kind]].concat()).stdout;
        let judged = desk.run(&["token", "verify", token.trim_end(), "--json"]).json();
        assert_eq!(judged[0]["problems"][0]["code"], code, "{kind}: {judged}");
    }
    let token = desk.ok(&[&whose[..], &["--broken", "no-user"]].concat()).stdout;
    assert!(number(&segments(token.trim_end()).1["user_id"]) > 1 << 53);
    let desk = Desk::keyed();
    let token = desk.token(&["bob", "--broken", "type", "--type", "refresh"]);
    let claims = segments(&token).1;
    assert_eq!((&claims["type"], claims.get("email")), (&json!("access"), None));
    assert_eq!(desk.run(&["token", "verify", &token, "--type", "refresh"]).code, 6);
}

#[test]
fn many_tokens_are_issued_at_once_each_with_an_id_and_an_event() {
    let desk = Desk::keyed();
    let out = desk.ok(&["token", "issue", "bob", "--count", "3"]);
    let lines: Vec<&str> = out.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(out.stderr.contains("issued 3 access tokens for id:2 bob"), "{out:?}");
    let ids: Vec<String> = lines.iter().map(|token| segments(token).1["jti"].to_string()).collect();
    let recorded = desk.cells("SELECT '\"' || (details ->> 'jti') || '\"' FROM security_events ORDER BY id");
    assert_eq!(ids, recorded);
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    desk.ok_with(&["token", "verify", "-"], &out.stdout);
    assert_eq!(desk.json(&["token", "issue", "bob", "--count", "2"]).as_array().map(Vec::len), Some(2));
    assert_eq!(desk.json(&["token", "issue", "bob", "--count", "1"]).as_array().map(Vec::len), Some(1));
    let before = desk.snapshot();
    let out = desk.ok(&["token", "issue", "bob", "--count", "2", "-n"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("would issue 2 access tokens"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
    assert_eq!(desk.ok(&["token", "issue", "bob", "--count", "1000", "-q"]).stdout.lines().count(), 1000);
}

#[test]
fn wrong_uses_are_told_what_is_possible() {
    let desk = Desk::keyed();
    for count in ["0", "1001", "-1", "many", "1.5"] {
        desk.refused(&["token", "issue", "bob", &format!("--count={count}")], 2, "usage").names(&["--count"]);
    }
    desk.refused(&["token", "issue", "bob", "--broken", "exp"], 2, "usage").names(&["expired", "future-iat"]);
    desk.refused(&["token", "issue", "bob", "--broken"], 2, "usage").names(&["--broken", "alg-none"]);
    desk.refused(&["token", "issue", "bob", "--broken", "not-yet", "--claim", "nbf=1"], 2, "usage").names(&["nbf"]);
    desk.refused(&["token", "issue", "--broken", "expired"], 2, "usage");
}

#[test]
fn the_mask_goes_to_stderr_under_github_actions_alone() {
    let mut desk = Desk::keyed();
    let out = desk.ok(&["token", "issue", "bob", "--mask"]);
    let token = out.stdout.trim_end();
    assert!(!out.stderr.contains(token) && !out.stderr.contains("::"), "a token on a terminal: {out:?}");
    assert!(out.stderr.contains("GITHUB_ACTIONS"), "{out:?}");
    desk.set("GITHUB_ACTIONS", "false");
    assert!(!desk.ok(&["token", "issue", "bob", "--mask"]).stderr.contains("::"));
    desk.set("GITHUB_ACTIONS", "true");
    for more in [&[][..], &["-q"], &["--count", "2"], &["--json"]] {
        let out = desk.ok(&[&["token", "issue", "bob", "--mask"], more].concat());
        let masks: Vec<&str> = out.stderr.lines().filter_map(|line| line.strip_prefix("::add-mask::")).collect();
        assert!(!masks.is_empty() && masks.iter().all(|token| out.stdout.contains(token)), "{out:?}");
        if more.is_empty() {
            assert_eq!(out.stdout, format!("{}\n", masks[0]), "stdout holds the token alone");
        }
    }
    assert!(!desk.ok(&["token", "issue", "bob"]).stderr.contains("::"), "only where it was asked for");
    assert!(!desk.ok(&["token", "issue", "bob", "--mask", "-n"]).stderr.contains("::"));
}
