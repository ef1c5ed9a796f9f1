//! Tokens against PyJWT and python-jose: nothing that one of them refuses is accepted, and what we refuse although one
//! takes it is listed with its reason.

use authctl::crypto::jwt;
use authctl::model::secret::SigningKey;
use authctl::ops::token::signature;
use authctl::policy::token::{self, DefaultKey, Judgement, Options, ProblemCode, Severity, Verdict};
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::{Oracle, vectors};

const EMPTY_AUD: &str = "python-jose refuses it; PyJWT passes over an audience that counts as false";
const CRIT: &str = "RFC 7515 4.1.11: an extension that must be understood and is not";
const TWICE: &str = "RFC 8725 2.4: readers differ in which of two equal keys they take";
const INT: &str = "what Python's int() reads beyond JSON numbers and plain digits is nobody else's time";
const NO_EXP: &str = "a token that never expires is none that the app issues";
const AT_HASH: &str = "python-jose refuses it";
const USER: &str = "the libraries do not look at it; the app issues integers, and answers 401 where it finds no user";
const NOT_JSON: &str = "RFC 8259 knows neither NaN nor half of a surrogate pair; Python reads both";
const LAX: &str = "RFC 7515 2: base64url without padding and foreign characters, one text for one signature";
const TYPE: &str = "the libraries do not look at it; the app issues access and refresh tokens alone";
const SHARP: &str = "PyJWT refuses it: a token has expired at exp sharp";
const IAT: &str = "PyJWT refuses it: issued in the future";

#[rustfmt::skip]
const LISTED: [Listed; 38] = [
    ("PyJWT: aud: 'aud' is the token is meant for", EMPTY_AUD),
    ("PyJWT: crit: the header asks for an extension is", CRIT),
    ("PyJWT: crit: the header asks for extensions 'crit' is", CRIT),
    ("PyJWT: duplicate_key: the header has the key twice", TWICE),
    ("PyJWT: duplicate_key: the payload has the key twice", TWICE),
    ("PyJWT: exp_invalid: 'exp' is not a time", INT),
    ("PyJWT: exp_missing: there is no 'exp' the token would", NO_EXP),
    ("PyJWT: malformed: 'at_hash' belongs to another kind of token", AT_HASH),
    ("PyJWT: malformed: 'iat' is not a time", INT),
    ("PyJWT: malformed: 'nbf' is not a time", INT),
    ("PyJWT: malformed: 'user_id' is not an integer", USER),
    ("PyJWT: malformed: 'user_id' is which names no user", USER),
    ("PyJWT: malformed: the header has NaN or Infinity which", NOT_JSON),
    ("PyJWT: malformed: the payload has NaN or Infinity which", NOT_JSON),
    ("PyJWT: malformed: the payload has half of a surrogate", NOT_JSON),
    ("PyJWT: malformed: the signature is not strict strict readers", LAX),
    ("PyJWT: malformed: there is no 'user_id'", USER),
    ("PyJWT: type: 'type' is not access or refresh", TYPE),
    ("PyJWT: type: there is no 'type' access or refresh", TYPE),
    ("python-jose: crit: the header asks for an extension is", CRIT),
    ("python-jose: crit: the header asks for extensions 'crit' is", CRIT),
    ("python-jose: duplicate_key: the header has the key twice", TWICE),
    ("python-jose: duplicate_key: the payload has the key twice", TWICE),
    ("python-jose: exp_invalid: 'exp' is not a time", INT),
    ("python-jose: exp_missing: there is no 'exp' the token would", NO_EXP),
    ("python-jose: expired: expired s ago 'exp' is", SHARP),
    ("python-jose: iat_future: 'iat' is s ahead of this clock", IAT),
    ("python-jose: malformed: 'iat' is not a time", INT),
    ("python-jose: malformed: 'nbf' is not a time", INT),
    ("python-jose: malformed: 'user_id' is not an integer", USER),
    ("python-jose: malformed: 'user_id' is which names no user", USER),
    ("python-jose: malformed: the header has NaN or Infinity which", NOT_JSON),
    ("python-jose: malformed: the payload has NaN or Infinity which", NOT_JSON),
    ("python-jose: malformed: the payload has half of a surrogate", NOT_JSON),
    ("python-jose: malformed: the signature is not strict strict readers", LAX),
    ("python-jose: malformed: there is no 'user_id'", USER),
    ("python-jose: type: 'type' is not access or refresh", TYPE),
    ("python-jose: type: there is no 'type' access or refresh", TYPE),
];
const KEY: &str = "an-own-key-of-more-than-32-bytes-for-tests";
/// 2026-11-25T01:30:30Z.
const NOW: i64 = 1_795_570_230;
/// The libraries, as `app_accepts` names them, and the questions to them.
const LIBRARIES: [(&str, &str); 2] = [("PyJWT", "pyjwt_decode"), ("python-jose", "jose_decode")];

const HEADERS: [&str; 12] = [
    r#"{"alg":"HS256","typ":"JWT"}"#,
    r#"{"typ":"JWT","alg":"HS256"}"#,
    r#"{"alg":"HS256"}"#,
    r#"{"alg":"HS256","kid":"1"}"#,
    r#"{"alg":"HS256","kid":1}"#,
    r#"{"alg":"HS256","crit":["exp"]}"#,
    r#"{"alg":"HS256","b64":false}"#,
    r#"{"alg":"HS256","b64":true}"#,
    r#"{"alg":"none"}"#,
    r#"{"alg":"HS512"}"#,
    r#"{"alg":"HS256","typ":5,"x":NaN}"#,
    r#"{"alg":"none","alg":"HS256"}"#,
];
const NAMES: [&str; 12] =
    ["exp", "exp", "iat", "nbf", "user_id", "type", "sub", "jti", "aud", "iss", "at_hash", "role"];
#[rustfmt::skip]
const VALUES: [&str; 48] = [
    "1795570229", "1795570230", "1795570231", "1795570230.5", "1795570229.999999", "1795570231.5", "4102444800", "0",
    "-1", "1", "57", "1.0", "1.5", "-0", "-0.0", "1e9", "1e10", "1E+2", "1e400", "-1e400", "1e-400", "9007199254740993",
    "9223372036854775807", "9223372036854775808", "123456789012345678901234567890", "true", "false", "null", "NaN",
    "Infinity", "-Infinity", "[]", "[1]", "{}", "{\"a\":1}", "\"\"", "\"1\"", "\"4102444800\"", "\"1795570230\"",
    "\" 4102444800 \"", "\"4_102_444_800\"", "\"+4102444800\"", "\"-5\"", "\"4102444800.0\"", "\"٣\"", "\"access\"",
    "\"refresh\"", "\"\\ud800\"",
];

/// A payload that is mostly good, with some claims set to anything.
fn payload(random: &mut Random) -> String {
    let mut claims: Vec<(&str, &str)> = vec![("user_id", "1"), ("exp", "4102444800"), ("type", "\"access\"")];
    for _ in 0..random.below(3) {
        let name = NAMES[random.below(NAMES.len() as u64) as usize];
        let value = VALUES[random.below(VALUES.len() as u64) as usize];
        let twice = random.below(10) == 0;
        match claims.iter_mut().find(|(known, _)| *known == name && !twice) {
            Some(claim) => claim.1 = value,
            None => claims.push((name, value)),
        }
    }
    if random.below(8) == 0 {
        claims.remove(random.below(claims.len() as u64) as usize);
    }
    let claims: Vec<String> = claims.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", claims.join([",", ", ", " ,\n"][random.below(3) as usize]))
}

/// Signed payloads of all kinds, one in four of them damaged, and mutations of the recorded tokens.
fn tokens(count: u64) -> Vec<String> {
    let mut random = Random::new(seed());
    let key = SigningKey::new(KEY.as_bytes().to_vec());
    let recorded = vectors("tokens.json", "tokens");
    let recorded = recorded.iter().filter_map(|row| row["token"].as_str()).map(|token| token.as_bytes().to_vec());
    let mut recorded = Mutator::new(random.clone(), recorded.collect());
    let mut payloads = Mutator::new(random.clone(), vec![payload(&mut random).into_bytes()]);
    let mut all = Vec::new();
    for _ in 0..count {
        let header = HEADERS[random.below(3 * HEADERS.len() as u64) as usize % HEADERS.len()];
        let header = if random.below(2) == 0 { HEADERS[0] } else { header };
        let made = payload(&mut random);
        let token = match random.below(8) {
            0 => String::from_utf8_lossy(&recorded.next()).into_owned(),
            1 => {
                payloads.keep(made.into_bytes());
                let text = String::from_utf8_lossy(&payloads.next()).into_owned();
                jwt::sign_compact(header, &text, &key).expose().to_owned()
            }
            2 | 3 => {
                let token = jwt::sign_compact(header, &made, &key).expose().to_owned();
                let mut damaged = Mutator::new(Random::new(random.next()), vec![token.into_bytes()]);
                String::from_utf8_lossy(&damaged.next()).into_owned()
            }
            _ => jwt::sign_compact(header, &made, &key).expose().to_owned(),
        };
        all.push(token);
    }
    all
}

fn judge(token: &str, key: &SigningKey) -> Judgement {
    let decoded = token::decode(token);
    let fact = signature(&decoded, key);
    let state = token::appraise(Some(key.expose()), DefaultKey::Refused);
    token::judge(decoded, state, fact, NOW * 1_000_000, Options::default())
}

/// A message without the values that it repeats.
fn shape(message: &str) -> String {
    let is_value = |word: &str| ["true", "false", "null"].contains(&word);
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic() || b"'_".contains(&byte));
    let words = message.split([' ', ':', ',']).filter(|word| !word.is_empty() && is_word(word) && !is_value(word));
    words.take(7).collect::<Vec<_>>().join(" ")
}

fn errors(judgement: &Judgement) -> Vec<String> {
    let errors = judgement.problems.iter().filter(|problem| problem.severity() == Severity::Error);
    errors.map(|problem| format!("{}: {}", problem.code.as_str(), shape(&problem.message))).collect()
}

/// The libraries that would take the token, as we say.
fn announced(judgement: &Judgement) -> [bool; 2] {
    let said = judgement.problems.iter().find(|problem| problem.code == ProblemCode::AppAccepts);
    let said = said.and_then(|problem| problem.message.split(": ").next()).unwrap_or_default();
    LIBRARIES.map(|(library, _)| said.contains(library))
}

fn compare(token: &str, judgement: &Judgement, taken: [bool; 2], tally: &mut Tally) {
    let accepted = judgement.verdict == Verdict::Accepted;
    for ((library, _), (taken, announced)) in LIBRARIES.iter().zip(taken.into_iter().zip(announced(judgement))) {
        let example = || format!("{token:?}: {:?}", judgement.problems);
        if accepted && !taken {
            tally.differ(format!("accepted, and {library} refuses it"), example);
        } else if !accepted && taken {
            for error in errors(judgement) {
                tally.differ(format!("{library}: {error}"), example);
            }
            // The app finds no user for it.
            if !announced && judgement.user_id.is_some() {
                tally.differ(format!("{library}, unannounced: {}", errors(judgement).join("; ")), example);
            }
        } else if announced && !taken {
            tally.differ(format!("we say that {library} takes it, and it does not"), example);
        }
    }
}

#[test]
fn tokens_are_judged_as_pyjwt_and_python_jose_judge_them_or_for_a_listed_reason() {
    let count = scaled(2_000, 100_000);
    let tokens = tokens(count);
    let key = SigningKey::new(KEY.as_bytes().to_vec());
    let mut oracle = Oracle::start();
    let [pyjwt, jose] = LIBRARIES.map(|(_, op)| {
        let questions: Vec<Value> =
            tokens.iter().map(|token| json!({"op": op, "token": token, "key": KEY, "now": NOW})).collect();
        oracle.ask_all(&questions)
    });
    let mut tally = Tally::new("PyJWT 2.10.1 and python-jose 3.5.0", &LISTED);
    let (mut accepted, mut refused) = (0, 0);
    for ((token, pyjwt), jose) in tokens.iter().zip(&pyjwt).zip(&jose) {
        let judgement = judge(token, &key);
        let taken = [pyjwt, jose].map(|answer| answer.get("claims").is_some());
        accepted += u64::from(judgement.verdict == Verdict::Accepted);
        refused += u64::from(taken == [false, false]);
        compare(token, &judgement, taken, &mut tally);
    }
    assert!(accepted > count / 10 && refused > count / 10, "{accepted} accepted, {refused} refused by both");
    tally.finish(count);
}
