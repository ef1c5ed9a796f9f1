//! The rules for `exp`, `nbf` and `iat`.
//!
//! What a newcomer would get wrong: PyJWT and python-jose both read times with Python's `int()`, which
//! takes floats (cut off), booleans, and text with blanks and underscores. Times are compared in whole
//! seconds against a clock with fractions: at `exp` sharp a token has expired.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::problem::{Findings, ProblemCode, TakenBy, quote};
use crate::model::token::json::MAX_INTEGER_DIGITS;
use crate::policy::unicode14::decimal_value;

const MICROS: i128 = 1_000_000;

/// The instant of the judgement, and how far it may be stretched.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) micros: i128,
    pub(super) leeway_micros: i128,
}

/// The claim as whole seconds since 1970, where it is a time that we accept and that fits.
#[must_use]
pub fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    i64::try_from(own_time(claims.get(name)?)?).ok()
}

pub(super) fn check_times(claims: &Map<String, Value>, now: Now, findings: &mut Findings) {
    match claims.get("exp") {
        Some(exp) => check_exp(exp, now, findings),
        None => {
            let message = "there is no 'exp': the token would never expire";
            findings.add_unless_app(ProblemCode::ExpMissing, message, TakenBy::Both, "it does not ask for 'exp'");
        }
    }
    if let Some(nbf) = claims.get("nbf") {
        check_begin(nbf, &NBF, now, findings);
    }
    if let Some(iat) = claims.get("iat") {
        check_begin(iat, &IAT, now, findings);
    }
}

fn check_exp(exp: &Value, now: Now, findings: &mut Findings) {
    let taken_by = python_int(exp).map_or(TakenBy::Neither, |time| exp_taken_by(time, now));
    let Some(time) = own_time(exp) else {
        let message = format!("'exp' is {}, not a time", quote(exp));
        let because = format!("it reads 'exp' {} as a time", quote(exp));
        return findings.add_unless_app(ProblemCode::ExpInvalid, message, taken_by, because);
    };
    if time.saturating_mul(MICROS) <= now.micros.saturating_sub(now.leeway_micros) {
        let ago = now.micros.div_euclid(MICROS).saturating_sub(time);
        let message = format!("expired {ago} s ago: 'exp' is {}", quote(exp));
        let because = "it goes on until the second of 'exp' has passed";
        return findings.add_unless_app(ProblemCode::Expired, message, taken_by, because);
    }
    if time.saturating_mul(MICROS) <= now.micros {
        findings.by_leeway.push("exp");
    }
    findings.limit(taken_by);
    note_text("exp", exp, findings);
}

/// PyJWT: expired at `exp` sharp. python-jose: when the second of `exp` has passed.
fn exp_taken_by(time: i128, now: Now) -> TakenBy {
    if time.saturating_mul(MICROS) > now.micros {
        TakenBy::Both
    } else if time >= now.micros.div_euclid(MICROS) {
        TakenBy::Jose
    } else {
        TakenBy::Neither
    }
}

/// A claim before whose time a token is not good.
struct Begin {
    name: &'static str,
    code: ProblemCode,
    /// Why python-jose takes the token before that time; PyJWT never does.
    jose_takes: Option<&'static str>,
}

const NBF: Begin = Begin { name: "nbf", code: ProblemCode::NotYetValid, jose_takes: None };
const IAT: Begin = Begin {
    name: "iat",
    code: ProblemCode::IatFuture,
    jose_takes: Some("python-jose does not compare 'iat' with the clock"),
};

fn check_begin(value: &Value, claim: &Begin, now: Now, findings: &mut Findings) {
    let early = |time: i128| time.saturating_mul(MICROS) > now.micros;
    let taken_by = match python_int(value) {
        Some(time) if early(time) => claim.jose_takes.map_or(TakenBy::Neither, |_| TakenBy::Jose),
        Some(_) => TakenBy::Both,
        None => TakenBy::Neither,
    };
    let name = claim.name;
    let Some(time) = own_time(value) else {
        let message = format!("'{name}' is {}, not a time", quote(value));
        let because = format!("it reads '{name}' {} as a time", quote(value));
        return findings.add_unless_app(ProblemCode::Malformed, message, taken_by, because);
    };
    if time.saturating_mul(MICROS) > now.micros.saturating_add(now.leeway_micros) {
        let ahead = time.saturating_sub(now.micros.div_euclid(MICROS));
        let message = format!("'{name}' is {}, {ahead} s ahead of this clock: clock skew?", quote(value));
        return match claim.jose_takes {
            Some(because) => findings.add_unless_app(claim.code, message, taken_by, because),
            None => findings.add(claim.code, message),
        };
    }
    if early(time) {
        findings.by_leeway.push(name);
    }
    findings.limit(taken_by);
    note_text(name, value, findings);
}

fn note_text(name: &str, value: &Value, findings: &mut Findings) {
    if value.is_string() {
        findings.note(format!("it reads '{name}' {} as a number, and so do we", quote(value)));
    }
}

/// Times that we take: any finite number, cut off to seconds, and plain decimal text.
fn own_time(value: &Value) -> Option<i128> {
    match value {
        Value::Number(_) => python_int(value),
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain { python_int(value) } else { None }
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Python's `int()`, saturating; `None` where it raises.
fn python_int(value: &Value) -> Option<i128> {
    match value {
        Value::Bool(flag) => Some(i128::from(*flag)),
        Value::Number(number) => {
            let text = number.as_str();
            if is_integer(text) {
                return saturating(text);
            }
            let float: f64 = text.parse().ok()?;
            // `as` cuts the fraction off and saturates, which is what is wanted.
            float.is_finite().then_some(float as i128)
        }
        Value::String(text) => {
            let text = in_ascii(text);
            // The blanks of all scripts, and of the control characters just those that `int()` skips.
            let text = text.trim();
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            if !digits.split('_').all(|group| !group.is_empty()) {
                return None;
            }
            let counted = digits.len() - digits.matches('_').count();
            if counted > MAX_INTEGER_DIGITS { None } else { saturating(&text.replace('_', "")) }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text with the digits of all scripts in ASCII, as `int()` sees it; one of ASCII stays as it is.
fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |c| decimal_value(c).map_or(c, |value| char::from(b'0' + value));
    Cow::Owned(text.chars().map(ascii).collect())
}

/// Whether a JSON number has neither fraction nor exponent.
pub(super) fn is_integer(text: &str) -> bool {
    !text.contains(['.', 'e', 'E'])
}

fn saturating(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    Some(text.parse().unwrap_or(limit))
}
