//! The rules for header members and for the claims that are not times.
//!
//! What a newcomer would get wrong: the app hands `user_id` on to SQLite as it stands, which finds user 1
//! for `"1"`, `1.0` and `true` alike. We refuse those forms, and still say whom the app would find.

use serde_json::{Map, Value};

use super::decode::ALGORITHM;
use super::problem::{Findings, ProblemCode, TakenBy, quote};
use super::times::is_integer;
use crate::model::token::TokenType;

pub(super) fn check_header(header: &Map<String, Value>, findings: &mut Findings) {
    match header.get("alg") {
        Some(Value::String(alg)) if alg == ALGORITHM => {}
        Some(alg) => findings.add(ProblemCode::Alg, format!("the algorithm is {}, not {ALGORITHM}", quote(alg))),
        None => findings.add(ProblemCode::Alg, format!("the header names no algorithm, only {ALGORITHM} is accepted")),
    }
    if let Some(crit) = header.get("crit") {
        let message = format!("the header asks for extensions: 'crit' is {}", quote(crit));
        findings.add_unless_app(ProblemCode::Crit, message, TakenBy::Both, "it does not look at 'crit'");
    }
    if let Some(b64) = header.get("b64") {
        let taken_by = if *b64 == Value::Bool(false) { TakenBy::Jose } else { TakenBy::Both };
        let message = format!("the header asks for an extension: 'b64' is {}", quote(b64));
        findings.add_unless_app(ProblemCode::Crit, message, taken_by, "it does not act on 'b64'");
    }
}

pub(super) fn check_names(claims: &Map<String, Value>, findings: &mut Findings) {
    for (name, code) in [("sub", ProblemCode::Sub), ("jti", ProblemCode::Jti)] {
        match claims.get(name) {
            None | Some(Value::String(_)) => {}
            Some(value) => {
                let message =
                    format!("'{name}' is {}, not a string: PyJWT 2.10 and python-jose refuse it", quote(value));
                findings.add(code, message);
            }
        }
    }
    check_audience(claims, findings);
}

fn check_audience(claims: &Map<String, Value>, findings: &mut Findings) {
    if let Some(aud) = claims.get("aud") {
        let taken_by = if is_falsy(aud) { TakenBy::PyJwt } else { TakenBy::Neither };
        let message = format!("'aud' is {}: the token is meant for another audience", quote(aud));
        findings.add_unless_app(ProblemCode::Aud, message, taken_by, "PyJWT passes over an empty 'aud'");
    }
    if claims.contains_key("at_hash") {
        let message = "'at_hash' belongs to another kind of token, python-jose refuses it";
        findings.add_unless_app(ProblemCode::Malformed, message, TakenBy::PyJwt, "PyJWT does not look at 'at_hash'");
    }
}

/// What counts as false in Python.
fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

pub(super) fn check_type(claims: &Map<String, Value>, expected: Option<TokenType>, findings: &mut Findings) {
    let claimed = claims.get("type");
    let found = claimed.and_then(Value::as_str).and_then(TokenType::from_claim);
    let fits = match (found, expected) {
        (Some(found), Some(expected)) => found == expected,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if fits {
        return;
    }
    let wanted = expected.map_or("access or refresh", TokenType::as_str);
    let message = match claimed {
        Some(claimed) => format!("'type' is {}, not {wanted}", quote(claimed)),
        None => format!("there is no 'type', {wanted} is wanted"),
    };
    findings.add_unless_app(ProblemCode::Type, message, TakenBy::Both, "it does not look at 'type'");
}

/// Judges `user_id`, and gives the user that the app would look up.
pub(super) fn check_user(claims: &Map<String, Value>, findings: &mut Findings) -> Option<i64> {
    let Some(value) = claims.get("user_id") else {
        findings.add(ProblemCode::Malformed, "there is no 'user_id'");
        return None;
    };
    let user = sqlite_integer(value);
    let plain = matches!(value, Value::Number(number) if is_integer(number.as_str()));
    match user {
        Some(_) if plain => {}
        Some(user) => {
            let message = format!("'user_id' is {}, not an integer", quote(value));
            let because = format!("it reads 'user_id' {} as user {user}", quote(value));
            findings.add_unless_app(ProblemCode::Malformed, message, TakenBy::Both, because);
        }
        None => {
            let message = format!("'user_id' is {}, which names no user", quote(value));
            findings.add(ProblemCode::Malformed, message);
        }
    }
    user
}

/// The id that the value equals in a comparison with an INTEGER column (SQLite, Datatypes §4.2).
fn sqlite_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Number(number) => number_id(number.as_str()),
        Value::String(text) => {
            let text = text.trim_ascii();
            let numeric = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
            if text.bytes().all(numeric) { number_id(text) } else { None }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number_id(text: &str) -> Option<i64> {
    if is_integer(text) {
        return text.parse().ok();
    }
    /// 2^53: beyond it not every integer is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float: f64 = text.parse().ok()?;
    (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
}
