//! Tokens: taken apart, judged, and their JSON.

use authctl::crypto::jwt;
use authctl::model::secret::SigningKey;
use authctl::model::token::json;
use authctl::ops::token::signature;
use authctl::policy::token::{self, DefaultKey, MAX_TOKEN_BYTES, Options, Severity, Signature, SignatureFact, Verdict};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{class, text};

const KEY: &[u8] = b"an-own-key-of-more-than-32-bytes-for-tests";
/// 2026-11-25T01:30:30Z.
const NOW: i64 = 1_795_570_230;

/// An input is a token as it stands, or, behind a `!`, header and payload with a line end between, which get signed.
pub fn token(data: &[u8]) -> u64 {
    let key = SigningKey::new(KEY.to_vec());
    let given = text(data);
    let made = given.strip_prefix('!').and_then(|parts| parts.split_once('\n'));
    let given = match made {
        Some((header, payload)) => jwt::sign_compact(header, payload, &key).expose().to_owned(),
        None => given.into_owned(),
    };
    let cleaned = token::clean(&given);
    let token = cleaned.token.expose();
    // A login answer may hold anything as its token.
    if !cleaned.removed.contains(&token::Removed::LoginDocument) {
        assert_eq!(token::clean(token).token.expose(), token, "cleaning twice is cleaning once: {given:?}");
    }
    let judgement = judged(token, &key);
    let fine = judgement.problems.iter().all(|problem| problem.severity() == Severity::Warning);
    assert_eq!(judgement.verdict == Verdict::Rejected, !fine, "{judgement:?}");
    if judgement.verdict == Verdict::Accepted {
        assert_acceptable(token);
    }
    for problem in &judgement.problems {
        assert!(problem.message.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{problem:?}");
    }
    let codes: Vec<&str> = judgement.problems.iter().map(|problem| problem.code.as_str()).collect();
    class((codes, judgement.claims.is_some(), cleaned.removed.len()))
}

fn judged(token: &str, key: &SigningKey) -> token::Judgement {
    let decoded = token::decode(token);
    let fact = signature(&decoded, key);
    let state = token::appraise(Some(key.expose()), DefaultKey::Refused);
    let judgement = token::judge(decoded, state, fact, NOW * 1_000_000, Options::default());
    let decoded = token::decode(token);
    let unsigned = token::judge(decoded, state, SignatureFact::Unchecked, NOW * 1_000_000, Options::default());
    assert_ne!(unsigned.verdict, Verdict::Accepted, "nothing is accepted whose signature nobody checked: {token:?}");
    assert_eq!(judgement.signature == Signature::Valid, fact == SignatureFact::Valid);
    judgement
}

/// The rules once more, on the plain parts alone.
fn assert_acceptable(token: &str) {
    assert!(token.len() <= MAX_TOKEN_BYTES);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("not three parts: {token:?}") };
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap_or_else(|error| panic!("{error}: {token:?}"));
    let object = |part: &str| -> Value {
        serde_json::from_slice(&read(part)).unwrap_or_else(|error| panic!("{error}: {token:?}"))
    };
    assert_eq!(read(signature).len(), 32, "{token:?}");
    assert_eq!(object(header)["alg"], "HS256", "{token:?}");
    let claims = object(payload);
    let time = |name: &str| match &claims[name] {
        Value::Number(number) => number.as_f64().expect("a number"),
        Value::String(text) => text.parse().expect("digits"),
        other => panic!("{name} is {other}: {token:?}"),
    };
    assert!(time("exp") > NOW as f64, "{token:?}");
    for name in ["nbf", "iat"] {
        assert!(claims.get(name).is_none() || time(name).trunc() <= NOW as f64, "{name}: {token:?}");
    }
    assert!(["access", "refresh"].contains(&claims["type"].as_str().expect("text")), "{token:?}");
    assert!(claims["user_id"].is_i64(), "{token:?}");
    assert!(claims.get("aud").is_none(), "{token:?}");
}

/// The reader of tokens' JSON against serde_json: it takes all that this takes, reads the same, and what it reads is
/// written and read again as itself.
pub fn token_json(data: &[u8]) -> u64 {
    let given = text(data);
    let ours = json::parse(&given);
    let theirs = serde_json::from_str::<Value>(&given);
    match (&ours, &theirs) {
        (Ok(parsed), Ok(value)) => {
            let private = given.contains("private::Number") || given.contains("\\u");
            assert!(private || parsed.value == *value, "{given:?}: {parsed:?}, not {value:?}");
            assert!(parsed.inexact.is_empty(), "{given:?}");
        }
        (Ok(parsed), Err(error)) => {
            assert!(!parsed.inexact.is_empty() || is_beyond(&error.to_string()), "{given:?}: {parsed:?}, {error}");
        }
        (Err(error), Ok(_)) => {
            assert!(!matches!(error, json::JsonError::Grammar { .. }), "{given:?}: {error}");
        }
        (Err(_), Err(_)) => {}
    }
    let Ok(parsed) = ours else {
        return class((ours.err().map(|error| std::mem::discriminant(&error)), theirs.is_ok()));
    };
    let written = json::render(&parsed.value);
    assert!(written.is_ascii(), "{written:?}");
    let again = json::parse(&written).expect("what was written can be read");
    assert_eq!(again.value, parsed.value, "{given:?}");
    class((parsed.duplicate_keys.len().min(2), parsed.inexact.len().min(2), theirs.is_ok(), given.len().min(8)))
}

/// What serde_json refuses, and Python takes.
fn is_beyond(error: &str) -> bool {
    ["recursion limit", "number out of range", "expected value"].iter().any(|part| error.contains(part))
}
