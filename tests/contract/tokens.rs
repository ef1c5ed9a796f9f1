//! `token issue`, `inspect` and `verify`: options, documents, verdicts and exits.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixture;
use crate::harness::{Desk, KEY, NOW};

/// The app's key where none is set (`app-facts`, Tokens).
const FALLBACK: &str = "your-secret-key-change-in-production-mental-health-app";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----";

/// A token signed here, not by the tool.
pub fn signed(header: &str, claims: &str, key: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.update(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn of_bob(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let claims = json!({"user_id": 2, "email": "bob@example.org", "role": "patient", "exp": NOW + 60, "iat": NOW,
        "type": "access", "jti": "00112233445566778899aabbccddeeff"});
    let Value::Object(mut claims) = claims else { unreachable!("an object") };
    change(&mut claims);
    signed(HEADER, &Value::Object(claims).to_string(), KEY.as_bytes())
}

fn decoded(token: &str) -> (String, Value) {
    let part = |at: usize| URL_SAFE_NO_PAD.decode(token.split('.').nth(at).expect("a segment")).expect("base64url");
    let header = String::from_utf8(part(0)).expect("UTF-8");
    (header, serde_json::from_slice(&part(1)).expect("JSON"))
}

/// The document of a verdict, with its exit and, unless accepted, the error at the end of stderr.
fn inspected(desk: &Desk, args: &[&str], stdin: &str, exit: u8) -> Value {
    let args = [&["--json", "token", "inspect"], args].concat();
    let out = desk.run_with(&args, stdin);
    assert_eq!(out.code, exit, "{args:?}: {out:?}");
    if exit != 0 {
        out.refusal(&args, exit, "token_rejected");
    }
    out.json()
}

fn codes(document: &Value) -> Vec<&str> {
    document["problems"].as_array().expect("problems").iter().map(|p| p["code"].as_str().expect("a code")).collect()
}

#[test]
fn a_token_stands_alone_on_stdout_with_one_line_end() {
    let desk = Desk::keyed();
    let out = desk.ok(&["token", "issue", "bob"]);
    let token = out.stdout.strip_suffix('\n').expect("a line end");
    assert!(token.split('.').count() == 3 && !token.contains(char::is_whitespace), "{out:?}");
    assert!(!out.stderr.contains(token) && out.stderr.contains("id:2 bob"), "{out:?}");
    let (header, claims) = decoded(token);
    assert_eq!(header, HEADER);
    let names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["user_id", "email", "role", "exp", "iat", "type", "jti"]);
    assert_eq!((&claims["exp"], &claims["iat"], &claims["user_id"]), (&json!(NOW + 1800), &json!(NOW), &json!(2)));
    let refresh = desk.token(&["bob", "--type", "refresh"]);
    let claims = decoded(&refresh).1;
    let names: Vec<&String> = claims.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["user_id", "exp", "iat", "type", "jti"]);
    assert_eq!(claims["exp"], json!(NOW + 604_800));
}

#[test]
fn an_issued_token_is_the_document_of_the_contract_and_leaves_an_event() {
    let desk = Desk::keyed();
    let document = desk.json(&["token", "issue", "bob", "--ttl", "5m"]);
    let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["token", "type", "expires_at", "jti"]);
    assert_eq!((&document["type"], &document["expires_at"]), (&json!("access"), &json!("2026-11-25T02:05:00Z")));
    let jti = document["jti"].as_str().expect("an id");
    assert_eq!(decoded(document["token"].as_str().expect("a token")).1["jti"], jti);
    assert_eq!(
        desk.events(),
        [format!(r#"token_issued done 2 bob - - {{"jti":"{jti}","type":"access","ttl_seconds":300}}"#)]
    );
    let file = desk.snapshot()["app.db"].clone();
    let token = document["token"].as_str().expect("a token");
    assert!(!file.windows(token.len()).any(|bytes| bytes == token.as_bytes()), "events keep the id, never the token");
}

#[test]
fn a_long_lifetime_needs_a_word() {
    let desk = Desk::keyed();
    desk.ok(&["token", "issue", "bob", "--ttl", "24h"]);
    desk.refused(&["token", "issue", "bob", "--ttl", "25h"], 2, "usage").advises(&["--allow-long-ttl"]);
    desk.ok(&["token", "issue", "bob", "--ttl", "25h", "--allow-long-ttl"]);
    // Above 24 h, but not above the configured lifetime.
    desk.ok(&["token", "issue", "bob", "--ttl", "7d", "--type", "refresh"]);
    desk.refused(&["token", "issue", "bob", "--ttl", "8d", "--type", "refresh"], 2, "usage");
    desk.config("[tokens]\naccess_ttl = \"3d\"");
    desk.ok(&["token", "issue", "bob", "--ttl", "2d"]);
    assert_eq!(decoded(&desk.token(&["bob"])).1["exp"], json!(NOW + 3 * 86_400));
    for ttl in ["0s", "5", "-5m", "soon"] {
        desk.refused(&["token", "issue", "bob", &format!("--ttl={ttl}")], 2, "usage").names(&["--ttl"]);
    }
}

#[test]
fn claims_are_added_and_the_apps_own_are_kept() {
    let desk = Desk::keyed();
    let token = desk.token(&["bob", "--claim", "tenant=a=b", "--claim-json", r#"scope=["x",1]"#, "--claim", "n=5"]);
    let claims = decoded(&token).1;
    assert_eq!((&claims["tenant"], &claims["scope"], &claims["n"]), (&json!("a=b"), &json!(["x", 1]), &json!("5")));
    for own in ["user_id", "email", "role", "exp", "iat", "type", "jti"] {
        desk.refused(&["token", "issue", "bob", "--claim", &format!("{own}=1")], 2, "usage").names(&[own]);
        desk.refused(&["token", "issue", "bob", "--claim-json", &format!("{own}=1")], 2, "usage").names(&[own]);
    }
    for (option, text) in [
        ("--claim", "novalue"),
        ("--claim", "=x"),
        ("--claim-json", "a={"),
        ("--claim-json", r#"a={"b":1,"b":2}"#),
        ("--claim-json", "a=NaN"),
    ] {
        desk.refused(&["token", "issue", "bob", option, text], 2, "usage").names(&[option]);
    }
    desk.refused(&["token", "issue", "bob", "--claim", "a=1", "--claim", "a=2"], 2, "usage").names(&["a"]);
}

/// What the tool hands out is what the app takes; a flaw has `--broken`, with its five minutes and its event.
#[test]
fn a_claim_that_makes_the_token_useless_is_refused_and_leaves_no_event() {
    let mut desk = Desk::keyed();
    let long = format!("pad={}", "x".repeat(9000));
    let far = format!("nbf={}", NOW + 1);
    let cases = [
        ("--claim", "aud=x", "'aud'"),
        ("--claim-json", "sub=5", "'sub'"),
        ("--claim-json", far.as_str(), "'nbf'"),
        ("--claim-json", "nbf=null", "'nbf'"),
        ("--claim", "at_hash=x", "'at_hash'"),
        ("--claim", long.as_str(), "bytes"),
    ];
    let offline = ["--offline", "--user-id", "2", "--email", "bob@example.org", "--role", "patient"];
    for (option, claim, named) in cases {
        for whose in [&["bob"][..], &["bob", "--force"], &["bob", "--count", "2"], &offline] {
            let args = [&["token", "issue", option, claim], whose].concat();
            desk.refused(&args, 2, "usage").names(&[named, "would be refused"]).advises(&["--broken"]);
        }
        assert_eq!(desk.events(), [""; 0]);
    }
    // All of them at once.
    desk.refused(&["token", "issue", "bob", "--claim", "aud=x", "--claim-json", "sub=5"], 2, "usage")
        .names(&["'aud'", "'sub'"]);
    desk.ok(&["token", "issue", "bob", "--broken", "type", "--claim", "aud=x"]);
    desk.ok(&["token", "issue", "bob", "--claim-json", &format!("nbf={NOW}"), "--claim", "sub=5"]);
    // The key's own warnings are no matter of the token's.
    desk.set("SECRET_KEY", "short");
    desk.ok(&["token", "issue", "bob"]);
    desk.set("SECRET_KEY", FALLBACK);
    desk.ok(&["token", "issue", "bob", "--insecure-default-key"]);
}

/// As a login would have it (`app-facts`, HTTP face of the app).
#[test]
fn the_customer_is_checked_and_an_unreadable_role_is_said() {
    let mut desk = Desk::with(fixture::head);
    desk.set("SECRET_KEY", KEY);
    desk.sql("UPDATE users SET customer_id = 99 WHERE id = 2");
    for (user, named) in [("id:2", "does not exist"), ("id:3", "not active"), ("id:4", "run out")] {
        desk.refused(&["token", "issue", user], 7, "inactive").names(&["customer", named]);
        desk.ok(&["token", "issue", user, "--force"]);
    }
    for user in ["root", "free"] {
        let out = desk.ok(&["token", "issue", user]);
        assert!(out.stderr.contains("this database has customers"), "{out:?}");
        assert!(decoded(out.stdout.trim_end()).1.get("customer_id").is_some());
    }
    let desk = Desk::keyed();
    assert!(!desk.ok(&["token", "issue", "bob"]).stderr.contains("role"), "nothing to say of a good one");
    desk.sql("UPDATE users SET role = NULL WHERE username = 'bob'");
    let out = desk.ok(&["token", "issue", "bob"]);
    assert!(out.stderr.contains("answers 500") && out.stderr.contains("authctl set-role"), "{out:?}");
}

#[test]
fn inactive_and_locked_users_get_a_token_only_by_force() {
    let desk = Desk::keyed();
    for (user, code) in [("finn", "inactive"), ("dora", "locked"), ("emil", "locked"), ("ivo", "locked")] {
        desk.refused(&["token", "issue", user], 7, code).names(&[user]);
        desk.ok(&["token", "issue", user, "--force"]);
    }
    desk.ok(&["token", "issue", "gus"]);
    desk.refused(&["token", "issue", "ghost"], 3, "not_found");
    desk.refused(&["token", "issue"], 2, "usage");
}

#[test]
fn offline_looks_at_no_database_and_leaves_no_event() {
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", KEY);
    let args = ["token", "issue", "--offline", "--user-id", "7", "--email", "o@example.org", "--role", "admin"];
    let claims = decoded(desk.ok(&args).stdout.trim_end()).1;
    assert_eq!(
        (&claims["user_id"], &claims["email"], &claims["role"]),
        (&json!(7), &json!("o@example.org"), &json!("admin"))
    );
    assert!(!desk.db().exists());
    for without in [3, 5, 7] {
        let mut args = args.to_vec();
        args.drain(without..without + 2);
        desk.refused(&args, 2, "usage");
    }
    desk.refused(&[&args[..], &["bob"]].concat(), 2, "usage");
    desk.refused(&["token", "issue", "bob", "--user-id", "7"], 2, "usage");
    let desk = Desk::keyed();
    let before = desk.snapshot();
    desk.ok(&args);
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn a_dry_run_issues_nothing() {
    let desk = Desk::keyed();
    let before = desk.snapshot();
    let out = desk.ok(&["token", "issue", "bob", "-n"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("would"), "{out:?}");
    // The document without what will never be.
    let document = desk.json(&["token", "issue", "bob", "-n", "--ttl", "5m"]);
    assert_eq!(document, json!({"type": "access", "expires_at": "2026-11-25T02:05:00Z"}));
    let document = desk.json(&["token", "issue", "bob", "-n", "--count", "2", "--mask"]);
    assert_eq!(document.as_array().map(|all| all.iter().all(|one| one.get("token").is_none())), Some(true));
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn each_key_that_cannot_sign_has_its_own_refusal() {
    let mut desk = Desk::usual();
    let issue = ["token", "issue", "bob"];
    desk.refused(&issue, 5, "key_missing").advises(&["SECRET_KEY", "--secret-file"]);
    desk.set("SECRET_KEY", "");
    desk.refused(&issue, 5, "key_empty").names(&["SECRET_KEY"]);
    desk.set("SECRET_KEY", FALLBACK);
    desk.refused(&issue, 5, "key_default").advises(&["--insecure-default-key"]);
    desk.ok(&[&issue[..], &["--insecure-default-key"]].concat());
    desk.set("SECRET_KEY", PEM);
    desk.refused(&issue, 5, "key_unusable").names(&["PEM"]);
    desk.set("SECRET_KEY", "ssh-rsa AAAAB3NzaC1yc2EAAA ann@desk");
    desk.refused(&issue, 5, "key_unusable");
    desk.set("SECRET_KEY", "short");
    let out = desk.ok(&issue);
    assert!(out.stderr.contains("warning") && out.stderr.contains("32"), "{out:?}");
    desk.refused(&[&issue[..], &["--secret-file", "absent"]].concat(), 5, "key_unusable").names(&["absent"]);
}

/// `cli.md`: `--secret-file`, the environment, `.env` beside the database, `.env` in the working directory.
#[test]
fn the_key_comes_from_the_first_place_that_has_one() {
    let mut desk = Desk::usual();
    std::fs::create_dir(desk.path("data")).expect("a directory");
    fixture::usual(&desk.path("data/app.db"));
    let uses = |desk: &Desk, key: &str, more: &[&str]| {
        let token = desk.token(&[&["bob", "--database", "data/app.db"], more].concat());
        assert_eq!(token, signed(HEADER, &payload(&token), key.as_bytes()), "not signed with {key:?}");
    };
    let key = |name: &str| format!("{name}-key-of-thirty-two-bytes-or-more");
    desk.write(".env", format!("SECRET_KEY={}\n", key("cwd")));
    uses(&desk, &key("cwd"), &[]);
    desk.write("data/.env", format!("SECRET_KEY=\"{}\"\n", key("beside")));
    uses(&desk, &key("beside"), &[]);
    desk.set("SECRET_KEY", &key("env"));
    uses(&desk, &key("env"), &[]);
    desk.write("k", format!("{}\n", key("file")));
    uses(&desk, &key("file"), &["--secret-file", "k"]);
    desk.write("k", format!("{}\r\n", key("file")));
    uses(&desk, &key("file"), &["--secret-file", "k"]);
    desk.write("k", format!(" {} ", key("file")));
    uses(&desk, &format!(" {} ", key("file")), &["--secret-file", "k"]);
    // An empty one is set: the next place is not asked.
    desk.set("SECRET_KEY", "");
    desk.refused(&["token", "issue", "bob"], 5, "key_empty");
}

fn payload(token: &str) -> String {
    let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("a payload")).expect("base64url");
    String::from_utf8(bytes).expect("UTF-8")
}

/// Field reports A17 and A18: the text as it stands, read as python-dotenv reads it.
#[test]
fn the_key_is_the_text_as_it_stands() {
    let mut desk = Desk::usual();
    for (line, key) in [
        ("SECRET_KEY=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw=="),
        ("SECRET_KEY=\"H$ello$World-and-twenty-more-bytes\"", "H$ello$World-and-twenty-more-bytes"),
        ("A=xy\nSECRET_KEY='${A}-and-thirty-more-bytes-of-a-key'", "xy-and-thirty-more-bytes-of-a-key"),
        (
            "SECRET_KEY=first\nexport SECRET_KEY=last-one-wins-and-is-long-enough-now # note",
            "last-one-wins-and-is-long-enough-now",
        ),
        ("\u{feff}SECRET_KEY=after-a-byte-order-mark-32-bytes-long", "after-a-byte-order-mark-32-bytes-long"),
    ] {
        desk.write(".env", line);
        let token = desk.token(&["bob"]);
        assert_eq!(token, signed(HEADER, &payload(&token), key.as_bytes()), "{line}");
    }
    // Signed with the decoded bytes: refused, and the reason is named.
    let base64 = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw==";
    desk.set("SECRET_KEY", base64);
    let claims = payload(&of_bob(|_| ()));
    let token = signed(HEADER, &claims, b"secret-secret-secret-secret-sec");
    let document = inspected(&desk, &[&token], "", 6);
    assert_eq!(codes(&document), ["signature"]);
    assert!(document["problems"][0]["message"].as_str().expect("text").contains("base64"), "{document}");
}

#[test]
fn an_accepted_token_is_the_document_of_the_contract() {
    let desk = Desk::keyed();
    let document = inspected(&desk, &[&of_bob(|_| ())], "", 0);
    for key in ["verdict", "type", "header", "claims", "signature", "problems", "user"] {
        assert!(document.get(key).is_some(), "{key}");
    }
    assert_eq!((&document["verdict"], &document["signature"]), (&json!("accepted"), &json!("valid")));
    assert_eq!((&document["type"], &document["header"]["alg"]), (&json!("access"), &json!("HS256")));
    assert_eq!((&document["claims"]["exp"], &document["user"]["username"]), (&json!(NOW + 60), &json!("bob")));
    assert_eq!(document["problems"], json!([]));
    let words = desk.ok(&["token", "inspect", &of_bob(|_| ())]).stdout;
    assert!(words.starts_with("verdict    accepted\n") && words.contains("id:2 bob"), "{words}");
}

#[test]
fn all_problems_come_at_once_each_with_a_code_and_a_severity() {
    let desk = Desk::keyed();
    let token = of_bob(|claims| {
        claims.insert("exp".into(), json!(NOW - 30));
        claims.insert("nbf".into(), json!(NOW + 10));
        claims.insert("iat".into(), json!(NOW + 5));
        claims.insert("aud".into(), json!("x"));
        claims.insert("sub".into(), json!(4));
        claims.insert("jti".into(), json!(1));
        claims.insert("role".into(), json!("admin"));
        claims.insert("email".into(), json!("old@example.org"));
    });
    let document = inspected(&desk, &[&token], "", 6);
    let mut found = codes(&document);
    found.retain(|code| *code != "app_accepts");
    found.sort_unstable();
    assert_eq!(found, ["aud", "email_changed", "expired", "iat_future", "jti", "not_yet_valid", "role_changed", "sub"]);
    for problem in document["problems"].as_array().expect("problems") {
        let warning = ["role_changed", "email_changed"].contains(&problem["code"].as_str().expect("a code"));
        assert_eq!(problem["severity"], if warning { "warning" } else { "error" }, "{problem}");
    }
    assert_eq!(document["verdict"], "rejected");
}

/// Field report A15, and A14 for `sub`.
#[test]
fn times_and_names_are_judged_without_leeway() {
    let desk = Desk::keyed();
    for (claim, value, exit, code) in [
        ("exp", json!(NOW as f64 + 60.5), 0, ""),
        ("exp", json!(NOW), 6, "expired"),
        ("exp", json!(NOW - 30), 6, "expired"),
        ("exp", json!(1), 6, "expired"),
        ("exp", json!((NOW + 60).to_string()), 0, ""),
        ("exp", json!("123"), 6, "expired"),
        ("exp", Value::Null, 6, "exp_invalid"),
        ("exp", json!([]), 6, "exp_invalid"),
        ("iat", json!(NOW + 5), 6, "iat_future"),
        ("iat", json!(NOW), 0, ""),
        ("nbf", json!(NOW + 1), 6, "not_yet_valid"),
        ("sub", json!(4), 6, "sub"),
        ("sub", json!("4"), 0, ""),
        ("aud", json!("x"), 6, "aud"),
        ("type", json!("other"), 6, "type"),
    ] {
        let token = of_bob(|claims| {
            claims.insert(claim.into(), value.clone());
        });
        let document = inspected(&desk, &[&token], "", exit);
        if !code.is_empty() {
            assert!(codes(&document).contains(&code), "{claim} {value}: {document}");
        }
    }
    let document = inspected(&desk, &[&of_bob(|claims| _ = claims.remove("exp"))], "", 6);
    assert!(codes(&document).contains(&"exp_missing"));
    let document = inspected(&desk, &[&of_bob(|claims| _ = claims.insert("sub".into(), json!(4)))], "", 6);
    let text = document["problems"].to_string();
    assert!(text.contains("PyJWT") && text.contains('4'), "the numeric 'sub' is named, and who refuses it: {text}");
    let document = inspected(&desk, &[&of_bob(|claims| _ = claims.insert("iat".into(), json!(NOW + 5)))], "", 6);
    assert!(document["problems"].to_string().contains("5 s"), "the skew is named: {document}");
}

#[test]
fn leeway_stretches_the_times_and_is_zero_unless_given() {
    let desk = Desk::keyed();
    let late = of_bob(|claims| _ = claims.insert("exp".into(), json!(NOW - 30)));
    inspected(&desk, &[&late], "", 6);
    inspected(&desk, &[&late, "--leeway", "30s"], "", 6);
    inspected(&desk, &[&late, "--leeway", "31s"], "", 0);
    assert_eq!(desk.run(&["token", "verify", &late, "--leeway", "1m"]).code, 0);
    let early = of_bob(|claims| _ = claims.insert("iat".into(), json!(NOW + 5)));
    inspected(&desk, &[&early, "--leeway", "5s"], "", 0);
    // What the app refuses is said, and where nothing was stretched nothing is.
    let said = "by --leeway alone";
    for (token, claim) in [(&late, "exp"), (&early, "iat")] {
        let out = desk.ok(&["token", "inspect", token, "--leeway", "5m", "--json"]);
        assert!(out.stderr.contains(&format!("accepted {said} ({claim}): the app has none")), "{out:?}");
        assert_eq!(out.json()["by_leeway"], json!([claim]));
    }
    let out = desk.ok(&["token", "verify", &late, &of_bob(|_| ()), "--leeway", "5m", "--json"]);
    assert!(out.stderr.contains(&format!("accepted {said}: 1 of 2; the app has none")), "{out:?}");
    assert_eq!((&out.json()[0]["by_leeway"], out.json()[1].get("by_leeway")), (&json!(["exp"]), None));
    for (token, leeway) in [(&of_bob(|_| ()), "5m"), (&late, "5s")] {
        let out = desk.run(&["token", "inspect", token, "--leeway", leeway, "--json"]);
        assert!(!out.stderr.contains(said) && out.json().get("by_leeway").is_none(), "{out:?}");
    }
    for leeway in ["5", "-1s", "x"] {
        desk.refused(&["token", "verify", &early, &format!("--leeway={leeway}")], 2, "usage").names(&["--leeway"]);
    }
}

/// Field report A16.
#[test]
fn what_people_paste_around_a_token_is_taken_away_and_said() {
    let desk = Desk::keyed();
    let token = of_bob(|_| ());
    for (pasted, named) in [
        (format!("Bearer  {token}"), "'Bearer', white space"),
        (format!("bearer {token}\n"), "'Bearer'"),
        (format!("Authorization: Bearer {token}\r\n"), "'Authorization:', white space, 'Bearer'"),
        (format!("AUTHORIZATION: BEARER {token}"), "'Authorization:', white space, 'Bearer'"),
        (format!("\"{token}\""), "quotation marks"),
        (format!("'{token}'\n"), "quotation marks"),
        (format!("  {token}  \n\n"), "white space"),
        (
            format!(r#"{{"access_token":"{token}","refresh_token":"x","token_type":"bearer","expires_in":1800}}"#),
            "the login answer around the access token",
        ),
        (
            format!(r#"{{"token":"{token}","type":"access","expires_at":"x","jti":"x"}}"#),
            "the document of 'token issue' around the token",
        ),
    ] {
        for args in [&["-"][..], &["--file", "t"], &[pasted.as_str()]] {
            desk.write("t", &pasted);
            let out = desk.run_with(&[&["--json", "token", "inspect"], args].concat(), &pasted);
            assert_eq!((out.code, &out.json()["verdict"]), (0, &json!("accepted")), "{pasted:?} {args:?}: {out:?}");
            assert!(out.stderr.contains("taken away") && out.stderr.contains(named), "{pasted:?}: {out:?}");
        }
        assert_eq!(desk.run(&["token", "verify", &pasted]).code, 0, "{pasted:?}");
    }
    // One line end, as a pipe adds, is not worth a word.
    let out = desk.run_with(&["token", "inspect", "-"], format!("{token}\n"));
    assert!(out.code == 0 && !out.stderr.contains("taken away"), "{out:?}");
}

#[test]
fn minus_reads_all_of_stdin_as_one_token() {
    let desk = Desk::keyed();
    let token = of_bob(|_| ());
    let document = inspected(&desk, &["-"], &format!("{token}\n{token}\n"), 6);
    assert_eq!((&document["header"], &document["claims"]), (&Value::Null, &Value::Null));
    desk.refused(&["token", "inspect"], 2, "usage");
    desk.refused(&["token", "inspect", "x", "--file", "y"], 2, "usage");
    desk.refused(&["token", "inspect", "--file", "absent"], 2, "usage").names(&["absent"]);
}

#[test]
fn undecodable_or_too_long_is_rejected_with_nothing_to_show() {
    let desk = Desk::keyed();
    let long = of_bob(|claims| _ = claims.insert("pad".into(), json!("x".repeat(9000))));
    for (token, code) in
        [("no token", "malformed"), ("a.b.c", "malformed"), (".", "malformed"), (long.as_str(), "too_long")]
    {
        let document = inspected(&desk, &["-"], token, 6);
        assert_eq!(document["verdict"], "rejected");
        assert_eq!(
            (&document["header"], &document["claims"], &document["user"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        assert!(codes(&document).contains(&code), "{token:.20}: {document}");
        // Not even then.
        inspected(&desk, &["-", "--no-verify"], token, 6);
    }
    // Bytes that are no text.
    let out = desk.run_with(&["--json", "token", "inspect", "-"], b"\xff\xfe\x00");
    assert_eq!((out.code, &out.json()["verdict"]), (6, &json!("rejected")));
}

#[test]
fn without_a_usable_key_a_token_is_unverified() {
    let mut desk = Desk::usual();
    let token = of_bob(|_| ());
    for (key, problem) in [
        (None, None),
        (Some(""), Some("key_refused")),
        (Some(FALLBACK), Some("key_refused")),
        (Some(PEM), Some("key_refused")),
    ] {
        if let Some(key) = key {
            desk.set("SECRET_KEY", key);
        }
        let document = inspected(&desk, &[&token], "", 6);
        assert_eq!(
            (&document["verdict"], &document["signature"]),
            (&json!("unverified"), &json!("unchecked")),
            "{key:?}"
        );
        assert_eq!(codes(&document), problem.into_iter().collect::<Vec<_>>());
        // Shown all the same, the row too.
        assert_eq!((&document["claims"]["user_id"], &document["user"]["username"]), (&json!(2), &json!("bob")));
        let document = inspected(&desk, &[&token, "--no-verify"], "", 0);
        assert_eq!(document["verdict"], "unverified");
        let code = match key {
            None => "key_missing",
            Some("") => "key_empty",
            Some(FALLBACK) => "key_default",
            Some(_) => "key_unusable",
        };
        desk.refused(&["token", "verify", &token], 5, code);
    }
    // What has run out is rejected whoever signed it.
    let expired = of_bob(|claims| _ = claims.insert("exp".into(), json!(1)));
    assert_eq!(inspected(&desk, &[&expired], "", 6)["verdict"], "rejected");
}

#[test]
fn the_default_key_is_used_only_on_request_and_warned_of() {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", FALLBACK);
    let token = signed(HEADER, &payload(&of_bob(|_| ())), FALLBACK.as_bytes());
    let document = inspected(&desk, &[&token, "--insecure-default-key"], "", 0);
    assert_eq!(codes(&document), ["default_key"]);
    let out = desk.run(&["token", "verify", &token, "--insecure-default-key"]);
    assert_eq!(out.code, 0);
    assert!(out.stdout.starts_with("accepted"), "{out:?}");
    desk.env.remove("SECRET_KEY");
    inspected(&desk, &[&token, "--insecure-default-key"], "", 0);
}

#[test]
fn a_short_key_is_a_warning() {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", "short");
    let token = signed(HEADER, &payload(&of_bob(|_| ())), b"short");
    let document = inspected(&desk, &[&token], "", 0);
    assert_eq!(codes(&document), ["weak_key"]);
    assert_eq!(document["problems"][0]["severity"], "warning");
}

#[test]
fn a_token_is_compared_with_its_row() {
    let desk = Desk::keyed();
    let of = |id: i64| of_bob(|claims| _ = claims.insert("user_id".into(), json!(id)));
    for (id, exit, code) in
        [(4711, 6, "user_gone"), (6, 6, "user_inactive"), (4, 0, "user_locked"), (5, 0, "user_locked")]
    {
        let document = inspected(&desk, &[&of(id)], "", exit);
        assert!(codes(&document).contains(&code), "{id}: {document}");
        assert_eq!(document["user"].is_null(), code == "user_gone");
        let out = desk.run(&["token", "verify", &of(id)]);
        assert!(out.code == exit && out.stdout.contains(code), "{out:?}");
    }
}

#[test]
fn a_missing_database_is_said_and_a_named_one_is_required() {
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", KEY);
    let token = of_bob(|_| ());
    let out = desk.ok(&["token", "inspect", &token, "--json"]);
    assert!(out.stderr.contains("not compared") && out.stderr.contains("./app.db"), "{out:?}");
    assert_eq!((&out.json()["verdict"], &out.json()["user"]), (&json!("accepted"), &Value::Null));
    let out = desk.ok(&["token", "verify", &token, &token]);
    assert_eq!(out.stderr.matches("not compared with an account").count(), 1, "{out:?}");
    for (name, value) in [("AUTHCTL_DATABASE", "gone.db"), ("DATABASE_URL", "sqlite:///gone.db")] {
        let mut desk = Desk::empty();
        desk.set("SECRET_KEY", KEY);
        desk.set(name, value);
        desk.refused(&["token", "inspect", &token], 8, "db_missing").names(&["gone.db"]);
    }
    desk.refused(&["token", "inspect", &token, "--database", "gone.db"], 8, "db_missing").names(&["gone.db"]);
    desk.refused(&["token", "verify", &token, "--database", "gone.db"], 8, "db_missing");
    desk.config("database = \"gone.db\"");
    desk.refused(&["token", "inspect", &token], 8, "db_missing");
    assert!(!desk.path("gone.db").exists());
}

#[test]
fn verify_gives_one_line_each_and_6_if_any_is_bad() {
    let desk = Desk::keyed();
    let (good, bad) = (of_bob(|_| ()), of_bob(|claims| _ = claims.insert("exp".into(), json!(1))));
    let out = desk.ok(&["token", "verify", &good]);
    assert_eq!(out.stdout, "accepted\n");
    let out = desk.run_with(&["token", "verify", "-"], format!("{good}\n\n{bad}\n"));
    assert_eq!(out.code, 6);
    let lines: Vec<&str> = out.stdout.lines().collect();
    assert_eq!(lines, ["accepted", "rejected\texpired"]);
    let out = desk.run(&["--json", "token", "verify", &bad, &good]);
    out.refusal(&[], 6, "token_rejected");
    let document = out.json();
    assert_eq!((&document[0]["verdict"], &document[1]["verdict"]), (&json!("rejected"), &json!("accepted")));
    assert!(document[0].get("claims").is_none() && document[0].get("header").is_some(), "inspect's without claims");
    assert!(desk.json(&["token", "verify", &good]).is_array());
    desk.refused_with(&["token", "verify", "-"], "\n", 2, "usage");
    desk.refused(&["token", "verify"], 2, "usage");
}

#[test]
fn the_type_must_fit_the_purpose() {
    let desk = Desk::keyed();
    let (access, refresh) = (desk.token(&["bob"]), desk.token(&["bob", "--type", "refresh"]));
    assert_eq!(desk.run(&["token", "verify", &access]).code, 0);
    let out = desk.run(&["token", "verify", &refresh]);
    assert!(out.code == 6 && out.stdout.contains("type"), "{out:?}");
    assert_eq!(desk.run(&["token", "verify", &refresh, "--type", "refresh"]).code, 0);
    assert_eq!(desk.run(&["token", "verify", &access, "--type", "refresh"]).code, 6);
    // inspect judges either of the app's two, and says where the app would take more.
    inspected(&desk, &[&refresh], "", 0);
    let document = inspected(&desk, &[&refresh, "--type", "access"], "", 6);
    assert_eq!(codes(&document), ["type", "app_accepts"]);
}

#[test]
fn a_token_from_the_tool_is_accepted_through_a_pipe() {
    let desk = Desk::keyed();
    let issued = desk.ok(&["token", "issue", "bob"]).stdout;
    assert_eq!(inspected(&desk, &["-"], &issued, 0)["user"]["username"], "bob");
    let login = desk.ok_with(&["login", "bob", "--password-stdin"], fixture::PASSWORD).stdout;
    assert_eq!(inspected(&desk, &["-"], &login, 0)["user"]["username"], "bob");
    // And as a document, or several of them.
    let one = desk.ok(&["token", "issue", "bob", "--json"]).stdout;
    assert_eq!(inspected(&desk, &["-"], &one, 0)["user"]["username"], "bob");
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(&login).expect("JSON")).expect("JSON");
    for (printed, count) in [
        (one, 1),
        (pretty, 1),
        (desk.ok(&["token", "issue", "bob", "--count", "3", "-o", "jsonl"]).stdout, 3),
        (desk.ok(&["token", "issue", "bob", "--count", "3", "--json"]).stdout, 3),
    ] {
        assert_eq!(desk.ok_with(&["token", "verify", "-"], &printed).stdout, "accepted\n".repeat(count), "{printed}");
    }
}

/// A variable that is not set is no bad token; and what does not belong into one is named.
#[test]
fn nothing_is_a_mistake_in_the_call_and_a_torn_token_says_where() {
    let desk = Desk::keyed();
    for args in
        [&["token", "inspect", ""][..], &["token", "verify", ""], &["token", "inspect", "Bearer ", "--no-verify"]]
    {
        desk.refused(args, 2, "usage").names(&["there is no token in the argument"]).advises(&["not set"]);
    }
    for verb in ["inspect", "verify"] {
        for nothing in ["", "\n", " \r\n"] {
            desk.refused_with(&["token", verb, "-"], nothing, 2, "usage")
                .names(&["there is no token on standard input"])
                .advises(&["not set"]);
        }
    }
    desk.write("empty", "");
    desk.refused(&["token", "inspect", "--file", "empty"], 2, "usage").names(&["in the file"]);
    let token = of_bob(|_| ());
    for (inside, named) in [("\n", "a line end"), ("\r\n", "a line end"), (" ", "a blank"), ("é", "\"\\u00e9\"")] {
        let torn = format!("{}{inside}{}", &token[..60], &token[60..]);
        let document = inspected(&desk, &[&torn], "", 6);
        let text = document["problems"][0]["message"].as_str().expect("text");
        assert!(text.contains("the payload is not") && text.contains(&format!("there is {named} in it")), "{document}");
    }
}

/// It shows what is in a token, whatever lies about (`cli.md`, token inspect).
#[test]
fn no_verify_fails_over_no_key_and_over_no_database_that_nobody_named() {
    let mut desk = Desk::empty();
    let token = of_bob(|_| ());
    desk.write(".env", format!("SECRET_KEY={KEY}\n"));
    std::fs::set_permissions(desk.path(".env"), std::os::unix::fs::PermissionsExt::from_mode(0o666)).expect("chmod");
    desk.write("app.db", "no database");
    let out = desk.ok(&["token", "inspect", &token, "--no-verify", "--json"]);
    assert_eq!((&out.json()["verdict"], &out.json()["user"]), (&json!("unverified"), &Value::Null));
    for said in ["everybody may write it", "not compared with an account"] {
        assert!(out.stderr.contains(said), "{out:?}");
    }
    desk.ok(&["token", "inspect", &token, "--no-verify", "--secret-file", "none"]);
    desk.refused(&["token", "inspect", &token], 5, "key_unusable");
    desk.refused(&["token", "inspect", &token, "--no-verify", "--database", "app.db"], 8, "db_not_sqlite");
    desk.set("SECRET_KEY", KEY);
    desk.refused(&["token", "inspect", &token], 8, "db_not_sqlite");
}

#[test]
fn the_way_out_fits_the_verdict() {
    let mut desk = Desk::usual();
    let (good, bad) = (of_bob(|_| ()), of_bob(|claims| _ = claims.insert("exp".into(), json!(1))));
    let hint = |desk: &Desk, token: &str| {
        desk.run(&["--json", "token", "inspect", token]).refusal(&[], 6, "token_rejected").hint
    };
    for rejected in [bad.as_str(), "x"] {
        assert_eq!(hint(&desk, rejected), "what stands on stdout says why");
    }
    assert!(hint(&desk, &good).contains("--secret-file") && !hint(&desk, &good).contains("default"));
    desk.set("SECRET_KEY", FALLBACK);
    assert!(hint(&desk, &good).contains("--insecure-default-key"));
    assert_eq!(hint(&desk, &bad), "what stands on stdout says why");
}

/// `cli.md`, rule 8: what the file does not have yet is null, with a hint.
#[test]
fn a_file_that_is_not_migrated_is_said_and_no_account_in_it_is_active() {
    let mut desk = Desk::with(fixture::preauth);
    desk.set("SECRET_KEY", KEY);
    let token = of_bob(|_| ());
    for verb in ["inspect", "verify"] {
        let out = desk.ok(&["token", verb, &token]);
        assert!(out.stderr.contains("not migrated") && out.stderr.contains("authctl migrate"), "{out:?}");
        assert!(!out.stdout.contains("active"), "{out:?}");
    }
    let document = inspected(&desk, &[&token], "", 0);
    assert_eq!((&document["user"]["is_active"], &document["user"]["state"]), (&Value::Null, &Value::Null));
}

#[test]
fn words_of_a_token_are_escaped() {
    let desk = Desk::keyed();
    let token = of_bob(|claims| _ = claims.insert("note\u{1b}".into(), json!("\u{202e}\u{9b}2J\n")));
    let out = desk.ok(&["token", "inspect", &token]);
    assert!(!out.stdout.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{out:?}");
    let document = inspected(&desk, &[&token], "", 0);
    assert_eq!(document["claims"]["note\u{1b}"], "\u{202e}\u{9b}2J\n", "JSON gives the exact value");
}
