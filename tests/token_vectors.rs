//! Our verdict on every token that the app's libraries were asked about, and why it differs where it does.

use authctl::crypto::jwt;
use authctl::model::secret::SigningKey;
use authctl::model::token::{Claims, CustomerClaim, ExtraClaims, HEADER, Holder, Lifetime, TokenId, TokenType, json};
use authctl::ops::token::signature;
use authctl::policy::token::{
    self, DefaultKey, Judgement, KeyState, Options, ProblemCode, Removed, Row, RowState, Signature, SignatureFact,
    Verdict,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

const VECTORS: &str = include_str!("vectors/tokens.json");
/// 2026-11-25T01:30:30Z, when the libraries were asked.
const NOW: i64 = 1_795_570_230;
const KEY: &[u8] = b"an-own-key-of-more-than-32-bytes-for-tests";

/// Name, verdict without a purpose, problem codes save `default_key`, and why we are stricter than a library.
#[rustfmt::skip]
const EXPECTED: [(&str, Verdict, &str, &str); 109] = [
    ("good_access", Verdict::Accepted, "", ""),
    ("good_refresh", Verdict::Accepted, "", ""),
    ("good_typ_first_header", Verdict::Accepted, "", ""),
    ("good_pretty_json", Verdict::Accepted, "", ""),
    ("no_typ_header", Verdict::Accepted, "", ""),
    ("typ_other", Verdict::Accepted, "", ""),
    ("kid_string", Verdict::Accepted, "", ""),
    ("crit_unknown", Verdict::Rejected, "crit app_accepts", "RFC 7515 §4.1.11: an extension that must be understood and is not"),
    ("b64_false", Verdict::Rejected, "crit app_accepts", "PyJWT refuses it, python-jose signs something else than RFC 7797 says"),
    ("alg_lowercase", Verdict::Rejected, "alg", ""),
    ("alg_null", Verdict::Rejected, "alg", ""),
    ("alg_int", Verdict::Rejected, "alg", ""),
    ("alg_none_empty_sig", Verdict::Rejected, "alg", ""),
    ("alg_HS512_right_key", Verdict::Rejected, "alg", ""),
    ("alg_HS384_right_key", Verdict::Rejected, "alg", ""),
    ("alg_RS256_header_with_hmac", Verdict::Rejected, "alg", ""),
    ("expired", Verdict::Rejected, "expired", ""),
    ("wrong_key", Verdict::Rejected, "signature", ""),
    ("wrong_key_expired", Verdict::Rejected, "signature expired", ""),
    ("empty_key", Verdict::Unverified, "key_refused", "everybody can sign with the empty key"),
    ("short_key", Verdict::Accepted, "weak_key", ""),
    ("unicode_key", Verdict::Accepted, "weak_key", ""),
    ("ssh_like_key", Verdict::Unverified, "key_refused", ""),
    ("missing_exp", Verdict::Rejected, "exp_missing app_accepts", "a token that never expires is none that the app issues"),
    ("exp_null", Verdict::Rejected, "exp_invalid", ""),
    ("exp_float_past", Verdict::Rejected, "expired", ""),
    ("exp_string_int", Verdict::Accepted, "app_accepts", ""),
    ("exp_string_int_past", Verdict::Rejected, "expired", ""),
    ("exp_string_float", Verdict::Rejected, "exp_invalid", ""),
    ("exp_string_iso", Verdict::Rejected, "exp_invalid", ""),
    ("exp_string_underscore", Verdict::Rejected, "exp_invalid app_accepts", "underscores are Python's way to write numbers, nobody else's"),
    ("exp_list", Verdict::Rejected, "exp_invalid", ""),
    ("exp_object", Verdict::Rejected, "exp_invalid", ""),
    ("exp_negative", Verdict::Rejected, "expired", ""),
    ("exp_huge_1e18", Verdict::Accepted, "", ""),
    ("exp_huge_40digits", Verdict::Accepted, "", ""),
    ("exp_1e400_Infinity", Verdict::Rejected, "exp_invalid type", ""),
    ("exp_NaN_literal", Verdict::Rejected, "malformed exp_invalid type", ""),
    ("exp_exponent_form", Verdict::Rejected, "type app_accepts", "no type: the app issues access and refresh tokens alone"),
    ("dup_exp_last_past", Verdict::Rejected, "duplicate_key expired type", ""),
    ("iat_future", Verdict::Rejected, "iat_future app_accepts", "PyJWT refuses it"),
    ("iat_string", Verdict::Accepted, "app_accepts", ""),
    ("iat_string_word", Verdict::Rejected, "malformed", ""),
    ("iat_null", Verdict::Rejected, "malformed", ""),
    ("iat_true", Verdict::Rejected, "malformed app_accepts", "true is a time for Python's int() alone"),
    ("iat_missing", Verdict::Accepted, "", ""),
    ("nbf_past", Verdict::Accepted, "", ""),
    ("nbf_string_future", Verdict::Rejected, "not_yet_valid", ""),
    ("nbf_word", Verdict::Rejected, "malformed", ""),
    ("sub_int", Verdict::Rejected, "sub", ""),
    ("sub_string", Verdict::Accepted, "", ""),
    ("sub_null", Verdict::Rejected, "sub", ""),
    ("jti_null", Verdict::Rejected, "jti", ""),
    ("jti_missing", Verdict::Accepted, "", ""),
    ("aud_present", Verdict::Rejected, "aud", ""),
    ("aud_list", Verdict::Rejected, "aud", ""),
    ("aud_null", Verdict::Rejected, "aud app_accepts", "python-jose refuses it"),
    ("iss_present", Verdict::Accepted, "", ""),
    ("at_hash_present", Verdict::Rejected, "malformed app_accepts", "python-jose refuses it"),
    ("type_missing", Verdict::Rejected, "type app_accepts", "the app issues access and refresh tokens alone"),
    ("type_refresh_user1", Verdict::Accepted, "", ""),
    ("user_id_missing", Verdict::Rejected, "malformed", "the app answers 401"),
    ("user_id_null", Verdict::Rejected, "malformed", "the app answers 401"),
    ("user_id_string", Verdict::Rejected, "malformed app_accepts", "the app issues integers; SQLite makes a number of it"),
    ("user_id_float", Verdict::Rejected, "malformed app_accepts", "the app issues integers; SQLite makes one of it"),
    ("user_id_float_frac", Verdict::Rejected, "malformed", "the app answers 401"),
    ("user_id_true", Verdict::Rejected, "malformed app_accepts", "the app issues integers; Python hands true on as 1"),
    ("user_id_negative", Verdict::Accepted, "", ""),
    ("user_id_huge", Verdict::Rejected, "malformed", "the app answers 500"),
    ("user_id_i64max", Verdict::Accepted, "", ""),
    ("user_id_object", Verdict::Rejected, "malformed", "the app answers 500"),
    ("user_id_word", Verdict::Rejected, "malformed", "the app answers 401"),
    ("user_id_unknown", Verdict::Accepted, "", ""),
    ("user_id_locked", Verdict::Accepted, "", ""),
    ("role_forged_admin", Verdict::Accepted, "", ""),
    ("role_missing_email_missing", Verdict::Accepted, "", ""),
    ("unicode_claims_escaped", Verdict::Accepted, "", ""),
    ("lone_surrogate_claim", Verdict::Rejected, "malformed type app_accepts", "not text: other readers refuse or replace it"),
    ("nul_in_claim", Verdict::Rejected, "type app_accepts", "no type: the app issues access and refresh tokens alone"),
    ("payload_bom", Verdict::Rejected, "malformed app_accepts", "python-jose refuses it, RFC 8259 §8.1 forbids it"),
    ("payload_utf16", Verdict::Rejected, "malformed app_accepts", "python-jose refuses it, RFC 8259 §8.1 forbids it"),
    ("payload_trailing_comma", Verdict::Rejected, "malformed", ""),
    ("payload_array", Verdict::Rejected, "malformed", ""),
    ("payload_string", Verdict::Rejected, "malformed", ""),
    ("payload_number", Verdict::Rejected, "malformed", ""),
    ("payload_empty_object", Verdict::Rejected, "exp_missing type malformed", "the app answers 401"),
    ("payload_empty_bytes", Verdict::Rejected, "malformed", ""),
    ("payload_not_json", Verdict::Rejected, "malformed", ""),
    ("header_array", Verdict::Rejected, "malformed", ""),
    ("header_not_json", Verdict::Rejected, "malformed", ""),
    ("header_dup_alg_last_none", Verdict::Rejected, "duplicate_key alg", ""),
    ("tampered_payload", Verdict::Rejected, "signature", ""),
    ("tampered_sig_last_bits", Verdict::Rejected, "malformed app_accepts", "one signature, several texts: strict readers refuse it (RFC 4648 §3.5)"),
    ("sig_first_char_changed", Verdict::Rejected, "signature", ""),
    ("sig_empty", Verdict::Rejected, "signature", ""),
    ("sig_missing_two_parts", Verdict::Rejected, "malformed", ""),
    ("extra_dot_end", Verdict::Rejected, "malformed", ""),
    ("leading_dot", Verdict::Rejected, "malformed malformed", ""),
    ("sig_padding", Verdict::Rejected, "malformed app_accepts", "padding: strict readers refuse it (RFC 7515 §2)"),
    ("sig_padding_2", Verdict::Rejected, "malformed app_accepts", "padding: strict readers refuse it (RFC 7515 §2)"),
    ("payload_padded_3", Verdict::Rejected, "malformed app_accepts", "padding: strict readers refuse it (RFC 7515 §2)"),
    ("payload_padded_2", Verdict::Rejected, "malformed app_accepts", "padding: strict readers refuse it (RFC 7515 §2)"),
    ("standard_base64_alphabet_payload", Verdict::Rejected, "malformed app_accepts", "the other alphabet: strict readers refuse it (RFC 7515 §2)"),
    ("newline_end", Verdict::Accepted, "", ""),
    ("space_lead", Verdict::Accepted, "", ""),
    ("empty", Verdict::Rejected, "malformed", ""),
    ("word", Verdict::Rejected, "malformed", ""),
    ("non_ascii_token", Verdict::Rejected, "malformed app_accepts", "foreign characters: strict readers refuse it (RFC 7515 §2)"),
    ("bearer_prefix", Verdict::Accepted, "", ""),
];

/// The vectors hold half a surrogate pair, which `serde_json` does not read.
fn vectors() -> Vec<Value> {
    let document = json::parse(VECTORS).expect("the vectors are JSON").value;
    document["tokens"].as_array().expect("a list of tokens").clone()
}

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} of {row} is text"))
}

fn taken_by_both(row: &Value) -> bool {
    row["pyjwt"]["ok"] == true && row["jose"]["ok"] == true
}

fn taken_by_one(row: &Value) -> bool {
    row["pyjwt"]["ok"] == true || row["jose"]["ok"] == true
}

fn judge_at(token: &str, key: &[u8], now_micros: i64, options: Options) -> Judgement {
    let decoded = token::decode(token);
    let state = token::appraise(Some(key), DefaultKey::Allowed);
    let fact = signature(&decoded, &SigningKey::new(key.to_vec()));
    token::judge(decoded, state, fact, now_micros, options)
}

fn judge(token: &str, key: &[u8]) -> Judgement {
    judge_at(token, key, NOW * 1_000_000, Options::default())
}

/// Signs any payload with our own key.
fn signed(payload: &str) -> String {
    let key = SigningKey::new(KEY.to_vec());
    jwt::sign_compact(HEADER, payload, &key).expose().to_owned()
}

fn codes(judgement: &Judgement) -> String {
    let codes = judgement.problems.iter().map(|problem| problem.code);
    let codes: Vec<_> = codes.filter(|code| *code != ProblemCode::DefaultKey).map(ProblemCode::as_str).collect();
    codes.join(" ")
}

fn message(judgement: &Judgement, code: ProblemCode) -> &str {
    let problem = judgement.problems.iter().find(|problem| problem.code == code);
    &problem.unwrap_or_else(|| panic!("{code:?} in {:?}", judgement.problems)).message
}

#[test]
fn every_vector_has_the_verdict_of_the_table() {
    let vectors = vectors();
    assert_eq!(vectors.len(), EXPECTED.len());
    for (row, (name, verdict, expected, _)) in vectors.iter().zip(EXPECTED) {
        assert_eq!(text(row, "name"), name);
        let cleaned = token::clean(text(row, "token"));
        let judgement = judge(cleaned.token.expose(), text(row, "key").as_bytes());
        assert_eq!((judgement.verdict, codes(&judgement).as_str()), (verdict, expected), "{name}");
    }
}

#[test]
fn nothing_that_a_library_refuses_is_accepted_and_every_stricter_case_has_a_reason() {
    let vectors = vectors();
    for (row, (name, verdict, _, reason)) in vectors.iter().zip(EXPECTED) {
        let cleaned = token::clean(text(row, "token"));
        // What the libraries say of the token that is left; a cleaned one is another vector.
        let judged = vectors
            .iter()
            .find(|other| text(other, "token") == cleaned.token.expose() && other["key"] == row["key"])
            .unwrap_or_else(|| panic!("no library was asked about {name} without what stands around it"));
        let accepted = verdict == Verdict::Accepted;
        assert!(!accepted || taken_by_both(judged), "{name}: laxer than the app's libraries");
        let stricter = !accepted && taken_by_one(judged);
        assert_eq!(stricter, !reason.is_empty(), "{name}: the reason is missing or stale");
    }
}

#[test]
fn app_accepts_tells_what_the_app_answered() {
    for (row, (name, verdict, expected, _)) in vectors().iter().zip(EXPECTED) {
        let answered = row["app_pyjwt"]["status"] == 200 || row["app_jose"]["status"] == 200;
        let cleaned = token::clean(text(row, "token")).removed.is_empty();
        if verdict == Verdict::Rejected && cleaned {
            assert_eq!(expected.contains("app_accepts"), answered, "{name}");
        }
    }
}

#[test]
fn claims_are_shown_in_the_token_s_order_or_not_at_all() {
    for row in &vectors() {
        let judgement = judge(token::clean(text(row, "token")).token.expose(), text(row, "key").as_bytes());
        assert_eq!(judgement.header.is_some(), judgement.claims.is_some());
        let (Some(claims), Some(expected)) = (&judgement.claims, row["pyjwt"]["claims"].as_object()) else {
            continue;
        };
        assert!(claims.keys().eq(expected.keys()), "{}", text(row, "name"));
    }
}

const CLAIMS: &str = r#""user_id":1,"type":"access""#;

fn with_times(times: &str) -> String {
    signed(&format!("{{{CLAIMS},{times}}}"))
}

#[test]
fn a_token_has_expired_at_exp_sharp() {
    let token = with_times(&format!(r#""exp":{NOW}"#));
    for (micros, expected) in [
        (NOW * 1_000_000 - 1, ""),
        (NOW * 1_000_000, "expired app_accepts"),
        (NOW * 1_000_000 + 999_999, "expired app_accepts"),
        (NOW * 1_000_000 + 1_000_000, "expired"),
    ] {
        let judgement = judge_at(&token, KEY, micros, Options::default());
        assert_eq!(codes(&judgement), expected, "{micros}");
    }
    let at_exp = judge(&token, KEY);
    assert!(message(&at_exp, ProblemCode::AppAccepts).contains("token with python-jose:"));
}

#[test]
fn leeway_stretches_all_three_times_and_says_which_the_app_refuses() {
    let options = Options { leeway_seconds: 60, ..Options::default() };
    for (times, expected, stretched) in [
        (format!(r#""exp":{}"#, NOW - 59), "", &["exp"][..]),
        (format!(r#""exp":{}"#, NOW - 60), "expired", &[]),
        (format!(r#""exp":{}"#, NOW), "", &["exp"]),
        (format!(r#""exp":{},"nbf":{NOW},"iat":{NOW}"#, NOW + 1), "", &[]),
        (format!(r#""exp":{},"nbf":{}"#, NOW + 9, NOW + 60), "", &["nbf"]),
        (format!(r#""exp":{},"nbf":{}"#, NOW + 9, NOW + 61), "not_yet_valid", &[]),
        (format!(r#""exp":{},"iat":{}"#, NOW + 9, NOW + 60), "", &["iat"]),
        (format!(r#""exp":{},"iat":{}"#, NOW + 9, NOW + 61), "iat_future app_accepts", &[]),
        (format!(r#""exp":"{}""#, NOW - 59), "", &["exp"]),
    ] {
        let judgement = judge_at(&with_times(&times), KEY, NOW * 1_000_000, options);
        assert_eq!((codes(&judgement).as_str(), judgement.by_leeway.as_slice()), (expected, stretched), "{times}");
    }
}

/// As text, so that a word is said of who takes it.
#[test]
fn a_token_is_good_from_nbf_sharp_on() {
    let token = with_times(&format!(r#""exp":4102444800,"nbf":"{NOW}""#));
    for (micros, expected) in [(NOW * 1_000_000 - 1, "not_yet_valid"), (NOW * 1_000_000, "app_accepts")] {
        assert_eq!(codes(&judge_at(&token, KEY, micros, Options::default())), expected, "{micros}");
    }
}

#[test]
fn odd_times_neither_panic_nor_pass() {
    for (times, expected) in [
        (format!(r#""exp":{}.5"#, NOW + 60), ""),
        (format!(r#""exp":{}.9"#, NOW), "expired app_accepts"),
        (r#""exp":1"#.to_owned(), "expired"),
        (r#""exp":-1e300"#.to_owned(), "expired"),
        (r#""exp":1e300"#.to_owned(), ""),
        (r#""exp":"123""#.to_owned(), "expired"),
        (format!(r#""exp":"{}""#, "9".repeat(200)), "app_accepts"),
        (format!(r#""exp":"{}""#, "9".repeat(4301)), "exp_invalid"),
        (format!(r#""exp":{}"#, "9".repeat(4301)), "malformed"),
        (r#""exp":" 4102444800""#.to_owned(), "exp_invalid app_accepts"),
        (r#""exp":"+4102444800""#.to_owned(), "exp_invalid app_accepts"),
        (r#""exp":"4__1""#.to_owned(), "exp_invalid"),
        (r#""exp":true"#.to_owned(), "exp_invalid"),
        (r#""exp":{"$serde_json::private::Number":"4102444800"}"#.to_owned(), "exp_invalid"),
        (format!(r#""exp":{},"iat":{}"#, NOW + 60, NOW + 5), "iat_future app_accepts"),
    ] {
        let judgement = judge(&with_times(&times), KEY);
        assert_eq!(codes(&judgement), expected, "{times}");
    }
    for now in [i64::MIN, 0, i64::MAX] {
        let options = Options { leeway_seconds: u32::MAX, ..Options::default() };
        let judgement = judge_at(&with_times(r#""exp":0,"nbf":-1e300,"iat":1e300"#), KEY, now, options);
        assert_eq!(judgement.verdict, Verdict::Rejected);
    }
}

#[test]
fn a_future_iat_is_named_as_clock_skew_with_the_difference() {
    let judgement = judge(&with_times(&format!(r#""exp":{},"iat":{}"#, NOW + 60, NOW + 5)), KEY);
    let message = message(&judgement, ProblemCode::IatFuture);
    assert!(message.contains("5 s ahead of this clock: clock skew?"), "{message}");
}

#[test]
fn the_type_must_fit_the_purpose() {
    for (kind, expected, codes_expected) in [
        ("\"access\"", None, ""),
        ("\"refresh\"", None, ""),
        ("\"access\"", Some(TokenType::Access), ""),
        ("\"refresh\"", Some(TokenType::Access), "type app_accepts"),
        ("\"access\"", Some(TokenType::Refresh), "type app_accepts"),
        ("\"mfa\"", None, "type app_accepts"),
        ("1", Some(TokenType::Access), "type app_accepts"),
    ] {
        let token = signed(&format!(r#"{{"user_id":1,"exp":4102444800,"type":{kind}}}"#));
        let options = Options { expected, ..Options::default() };
        let judgement = judge_at(&token, KEY, NOW * 1_000_000, options);
        assert_eq!(codes(&judgement), codes_expected, "{kind} for {expected:?}");
    }
}

/// Half a surrogate pair is no text, and NaN no number of JSON.
#[test]
fn a_token_that_json_cannot_express_is_not_shown_by_half() {
    let key = SigningKey::new(KEY.to_vec());
    for (odd, shown) in [(r#""\u0041""#, true), (r#""\ud800""#, false), ("NaN", false)] {
        for (header, claims) in [(odd, "1"), ("1", odd)] {
            let header = format!(r#"{{"alg":"HS256","x":{header}}}"#);
            let token = jwt::sign_compact(&header, &format!(r#"{{{CLAIMS},"x":{claims}}}"#), &key);
            let judgement = judge(token.expose(), KEY);
            assert_eq!((judgement.header.is_some(), judgement.claims.is_some()), (shown, shown), "{odd}");
        }
    }
}

#[test]
fn a_signature_is_nothing_without_a_key_that_counts() {
    let token = with_times(r#""exp":4102444800"#);
    for key in [token::appraise(None, DefaultKey::Allowed), token::appraise(Some(b""), DefaultKey::Allowed)] {
        for fact in [SignatureFact::Valid, SignatureFact::Invalid, SignatureFact::FitsDecodedKey] {
            let judgement = token::judge(token::decode(&token), key, fact, NOW * 1_000_000, Options::default());
            assert_eq!(
                (judgement.signature, judgement.verdict),
                (Signature::Unchecked, Verdict::Unverified),
                "{fact:?}"
            );
        }
    }
}

#[test]
fn all_problems_come_at_once() {
    let payload =
        r#"{"user_id":"x","exp":1,"exp":2,"nbf":4102444800,"iat":4102444800,"sub":1,"jti":2,"aud":"a","type":3}"#;
    let key = SigningKey::new(b"another key".to_vec());
    let header = r#"{"alg":"HS256","crit":["x"],"b64":false}"#;
    let token = jwt::sign_compact(header, payload, &key);
    let judgement = judge(token.expose(), b"short");
    let expected =
        "duplicate_key crit crit signature expired not_yet_valid iat_future sub jti aud type malformed weak_key";
    assert_eq!(codes(&judgement), expected);
}

#[test]
fn an_empty_aud_is_refused_as_python_jose_refuses_it() {
    for (aud, pyjwt_takes) in
        [("null", true), ("\"\"", true), ("[]", true), ("{}", true), ("0", true), ("false", true), ("[1]", false)]
    {
        let token = with_times(&format!(r#""exp":4102444800,"aud":{aud}"#));
        let expected = if pyjwt_takes { "aud app_accepts" } else { "aud" };
        assert_eq!(codes(&judge(&token, KEY)), expected, "{aud}");
    }
}

/// Not a number counts as true in Python, so that PyJWT compares it with the audience that it was not given.
#[test]
fn an_aud_that_is_no_number_is_no_empty_one() {
    for aud in ["NaN", "Infinity", "-Infinity"] {
        let token = with_times(&format!(r#""exp":4102444800,"aud":{aud}"#));
        assert_eq!(codes(&judge(&token, KEY)), "malformed aud", "{aud}");
    }
}

/// Python's `int()` reads the digits and blanks of all scripts.
#[test]
fn a_time_in_digits_of_another_script_is_refused_and_the_app_takes_it() {
    for (time, expected) in [
        ("\u{663}", "malformed app_accepts"),
        ("\u{a0}\u{ff11}_\u{1d7d0}\u{2003}", "malformed app_accepts"),
        ("\u{b2}", "malformed"),
        ("\u{663}__\u{663}", "malformed"),
        // A blank to `str.isspace()`, and none to `int()`.
        ("\\u001c\u{661}", "malformed"),
        ("\u{661}\\u001f", "malformed"),
    ] {
        let token = with_times(&format!(r#""exp":4102444800,"nbf":"{time}""#));
        assert_eq!(codes(&judge(&token, KEY)), expected, "{time:?}");
    }
}

/// The limit of Python's `int()` is on digits alone.
#[test]
fn underscores_do_not_count_among_the_digits_of_a_time() {
    for (digits, expected) in [(4300, "malformed app_accepts"), (4301, "malformed")] {
        let time = format!("{}_1", "0".repeat(digits - 1));
        let token = with_times(&format!(r#""exp":4102444800,"nbf":"{time}""#));
        assert_eq!(codes(&judge(&token, KEY)), expected, "{digits}");
    }
}

/// PyJWT refuses `false` alone: it wants the payload given beside the token.
#[test]
fn an_unencoded_payload_is_taken_by_python_jose_alone() {
    let key = SigningKey::new(KEY.to_vec());
    for (b64, takers) in
        [("false", "token with python-jose:"), ("true", "with PyJWT and with python-jose:"), ("0", "with PyJWT and")]
    {
        let header = format!(r#"{{"alg":"HS256","b64":{b64}}}"#);
        let token = jwt::sign_compact(&header, &format!(r#"{{{CLAIMS},"exp":4102444800}}"#), &key);
        let judgement = judge(token.expose(), KEY);
        assert!(message(&judgement, ProblemCode::AppAccepts).contains(takers), "{b64}: {:?}", judgement.problems);
    }
}

/// Both libraries skip foreign characters, and complete the padding by the length that the text has with them.
#[test]
fn foreign_characters_that_the_app_s_libraries_skip_are_told_from_those_that_break_the_token() {
    for (filler, skipped) in [("", 2..=4), ("x", 1..=4), ("xx", 3..=4)] {
        for count in 1..=4 {
            let payload = format!(r#"{{{CLAIMS},"exp":4102444800,"x":"{filler}"}}"#);
            let text = [HEADER, &payload].map(|part| URL_SAFE_NO_PAD.encode(part));
            let foreign = format!("{}.{}{}{}", text[0], &text[1][..8], "!".repeat(count), &text[1][8..]);
            let hmac = Hmac::<Sha256>::new_from_slice(KEY).expect("a key of any length");
            let signature = hmac.chain_update(&foreign).finalize().into_bytes();
            let judgement = judge(&format!("{foreign}.{}", URL_SAFE_NO_PAD.encode(signature)), KEY);
            let taken = judgement.problems.iter().any(|problem| problem.code == ProblemCode::AppAccepts);
            assert_eq!(taken, skipped.contains(&count), "{filler:?} {count}: {}", codes(&judgement));
            assert_eq!(judgement.verdict, Verdict::Rejected);
        }
    }
}

/// PyJWT 2.10.1 and python-jose 3.5.0 read each of these as a time to come: neither takes an `nbf`, python-jose takes
/// an `iat`.
#[test]
fn an_odd_nbf_that_has_not_come_is_never_said_to_be_taken_by_the_app() {
    let far = format!("+1{}", "0".repeat(60));
    for time in [" 4102444800", "4_102_444_800", "+4102444800", "\u{664}102444800", &far] {
        for (name, expected) in [("nbf", "malformed"), ("iat", "malformed app_accepts")] {
            let judgement = judge(&with_times(&format!(r#""exp":4102444800,"{name}":"{time}""#)), KEY);
            assert_eq!(codes(&judgement), expected, "{name} {time:?}");
            let warned = judgement.problems.iter().any(|problem| problem.message.contains("PyJWT"));
            assert!(!warned, "{name} {time:?}: {:?}", judgement.problems);
        }
    }
}

#[test]
fn long_and_deep_tokens_are_refused_without_being_followed() {
    let fits = "x".repeat(token::MAX_TOKEN_BYTES);
    assert_eq!(codes(&judge(&fits, KEY)), "malformed");
    let long = judge(&format!("{fits}x"), KEY);
    assert_eq!((codes(&long).as_str(), long.header, long.claims), ("too_long", None, None));
    let deep = with_times(&format!(r#""exp":4102444800,"x":{}{}"#, "[".repeat(2000), "]".repeat(2000)));
    assert_eq!(codes(&judge(&deep, KEY)), "malformed");
}

#[test]
fn a_decoded_key_is_named_as_the_reason() {
    let text = b"c2VjcmV0LXNlY3JldA==";
    let token = jwt::sign_compact(
        HEADER,
        &format!(r#"{{{CLAIMS},"exp":4102444800}}"#),
        &SigningKey::new(b"secret-secret".to_vec()),
    );
    let judgement = judge(token.expose(), text);
    assert_eq!((judgement.verdict, judgement.signature), (Verdict::Rejected, Signature::Invalid));
    assert!(message(&judgement, ProblemCode::Signature).contains("base64"));
}

#[test]
fn without_a_usable_key_a_good_token_is_unverified_and_a_bad_one_rejected() {
    let good = with_times(r#""exp":4102444800"#);
    let expired = with_times(r#""exp":1"#);
    for (key, default) in [
        (None, DefaultKey::Allowed),
        (Some(&b""[..]), DefaultKey::Allowed),
        (Some(token::APP_FALLBACK_KEY.as_bytes()), DefaultKey::Refused),
        (Some(&b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"[..]), DefaultKey::Allowed),
        (Some(&b"my ssh-rsa AAAA"[..]), DefaultKey::Allowed),
        (Some(&b"ssh-ed25519 AAAA"[..]), DefaultKey::Allowed),
    ] {
        let state = token::appraise(key, default);
        for (token, verdict) in [(&good, Verdict::Unverified), (&expired, Verdict::Rejected)] {
            let decoded = token::decode(token);
            // A fact about an unusable key counts for nothing.
            let judgement = token::judge(decoded, state, SignatureFact::Valid, NOW * 1_000_000, Options::default());
            assert_eq!((judgement.verdict, judgement.signature), (verdict, Signature::Unchecked), "{state:?}");
            assert_eq!(codes(&judgement).contains("key_refused"), state != KeyState::Missing);
        }
    }
}

#[test]
fn keys_are_text_and_never_mistaken_for_ssh() {
    for key in ["sk-0123456789012345678901234567890123456789", "my-ssh-key-of-32-bytes-or-more-0123"] {
        assert!(matches!(token::appraise(Some(key.as_bytes()), DefaultKey::Refused), KeyState::Usable { .. }));
    }
}

#[test]
fn the_row_is_compared_claim_by_claim() {
    let payload = r#"{"user_id":1,"email":"a@x.org","role":"admin","exp":4102444800,"type":"access"}"#;
    let found = |state, role, email| Row::Found { state, role, email };
    for (row, verdict, expected) in [
        (found(RowState::Active, Some("admin"), Some("a@x.org")), Verdict::Accepted, ""),
        (found(RowState::Active, Some("user"), Some("b@x.org")), Verdict::Accepted, "role_changed email_changed"),
        (found(RowState::Active, None, None), Verdict::Accepted, "role_changed email_changed"),
        (found(RowState::Locked, Some("admin"), Some("a@x.org")), Verdict::Accepted, "user_locked"),
        (found(RowState::Inactive, Some("admin"), Some("a@x.org")), Verdict::Rejected, "user_inactive"),
        (Row::Gone, Verdict::Rejected, "user_gone"),
    ] {
        let judgement = judge(&signed(payload), KEY).with_row(&row);
        assert_eq!((judgement.verdict, codes(&judgement).as_str()), (verdict, expected), "{row:?}");
    }
}

#[test]
fn the_row_takes_back_what_the_app_would_accept() {
    let lax = signed(r#"{"user_id":"1","exp":4102444800,"type":"access"}"#);
    let judgement = judge(&lax, KEY);
    assert_eq!(codes(&judgement), "malformed app_accepts");
    assert_eq!(judgement.user_id, Some(1));
    let row = Row::Found { state: RowState::Inactive, role: None, email: None };
    assert_eq!(codes(&judgement.with_row(&row)), "malformed user_inactive");
    // Also where the claims cannot be shown.
    for odd in ["NaN", r#""\ud800""#] {
        let token = signed(&format!(r#"{{"user_id":1,"exp":4102444800,"type":"access","x":{odd}}}"#));
        let judged = |row| codes(&judge(&token, KEY).with_row(row));
        assert_eq!(judged(&Row::Found { state: RowState::Active, role: None, email: None }), "malformed app_accepts");
        assert_eq!(judged(&row), "malformed user_inactive", "{odd}");
        assert_eq!(judged(&Row::Gone), "malformed user_gone", "{odd}");
    }
}

#[test]
fn a_login_answer_is_looked_into_up_to_64_kib() {
    let answer = r#"{"access_token":"ey1.ey2.s3","pad":""}"#;
    for (bytes, looked_into) in [(65_536, true), (65_537, false)] {
        let padded = answer.replace(r#""""#, &format!(r#""{}""#, "x".repeat(bytes - answer.len())));
        let cleaned = token::clean(&padded);
        assert_eq!(cleaned.removed == [Removed::LoginDocument], looked_into, "{bytes}");
        assert_eq!(cleaned.token.expose() == "ey1.ey2.s3", looked_into, "{bytes}");
    }
}

#[test]
fn what_people_paste_around_a_token_is_taken_away() {
    let token = "ey1.ey2.s3";
    let document = format!(r#"{{"access_token": "{token}", "refresh_token": "r", "token_type": "bearer"}}"#);
    for (pasted, removed) in [
        (token.to_owned(), &[][..]),
        (format!("{token}\n"), &[Removed::LineEnd]),
        (format!("{token}\r\n"), &[Removed::LineEnd]),
        (format!("{token}\n\n"), &[Removed::LineEnd, Removed::WhiteSpace]),
        (format!("\u{a0} {token}\t"), &[Removed::WhiteSpace]),
        (format!("\u{feff}{token}"), &[Removed::WhiteSpace]),
        (format!("\"{token}\""), &[Removed::Quotes]),
        (format!("'Bearer  {token}'"), &[Removed::Quotes, Removed::BearerPrefix, Removed::WhiteSpace]),
        (format!("bEARER\t{token}"), &[Removed::BearerPrefix, Removed::WhiteSpace]),
        (
            format!("AUTHORIZATION:bearer {token}"),
            &[Removed::AuthorizationHeader, Removed::BearerPrefix, Removed::WhiteSpace],
        ),
        (format!("{document}\n"), &[Removed::LineEnd, Removed::LoginDocument]),
    ] {
        let cleaned = token::clean(&pasted);
        assert_eq!(cleaned.token.expose(), token, "{pasted:?}");
        assert_eq!(cleaned.removed, removed, "{pasted:?}");
    }
}

#[test]
fn what_stands_inside_a_token_stays() {
    for pasted in ["ey1.ey 2.s3", "ey1.\ney2.s3", "Bearerey1.ey2.s3", "{\"access_token\":1}", "{", ""] {
        assert_eq!(token::clean(pasted).token.expose(), pasted);
    }
    let split = with_times(r#""exp":4102444800"#).replacen('.', ".\n", 1);
    let judgement = judge(&split, KEY);
    assert_eq!(judgement.verdict, Verdict::Rejected);
    assert!(codes(&judgement).starts_with("malformed"));
}

#[test]
fn a_token_of_four_segments_is_malformed_even_where_it_decodes() {
    let token = with_times(r#""exp":4102444800"#);
    let (signing_input, _) = token.rsplit_once('.').expect("a signature");
    let (head, tail) = signing_input.split_at(signing_input.len() - 4);
    let key = SigningKey::new(KEY.to_vec());
    let forged_input = format!("{head}.{tail}");
    let signature = sign(&forged_input, &key);
    let judgement = judge(&format!("{forged_input}.{signature}"), KEY);
    assert_eq!(judgement.verdict, Verdict::Rejected);
    assert!(codes(&judgement).starts_with("malformed"));
}

/// A signature over any text.
fn sign(signing_input: &str, key: &SigningKey) -> String {
    jwt::install();
    let secret = jsonwebtoken::EncodingKey::from_secret(key.expose());
    jsonwebtoken::crypto::sign(signing_input.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).expect("a signature")
}

#[test]
fn only_hs256_can_be_signed() {
    jwt::install();
    jwt::install();
    let secret = jsonwebtoken::EncodingKey::from_secret(KEY);
    for algorithm in [jsonwebtoken::Algorithm::HS384, jsonwebtoken::Algorithm::HS512, jsonwebtoken::Algorithm::RS256] {
        assert!(jsonwebtoken::crypto::sign(b"x", &secret, algorithm).is_err(), "{algorithm:?}");
    }
}

fn claims(holder: Holder, customer: CustomerClaim) -> Claims {
    let jti = match &holder {
        Holder::Access { .. } => 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128,
        Holder::Refresh => 0xfedc_ba98_7654_3210_fedc_ba98_7654_3210,
    };
    Claims {
        user_id: 1,
        holder,
        customer,
        lifetime: Lifetime { issued_at_seconds: 1_748_736_000, expires_at_seconds: 4_102_444_800 },
        jti: TokenId::from_random(jti.to_be_bytes()),
        extra: ExtraClaims::default(),
    }
}

fn access() -> Holder {
    Holder::Access { email: "pat.one@example.org".to_owned(), role: Some("patient".to_owned()) }
}

#[test]
fn our_tokens_are_the_app_s_byte_for_byte() {
    for (name, holder) in [("good_access", access()), ("good_refresh", Holder::Refresh)] {
        let vectors = vectors();
        let row = vectors.iter().find(|row| text(row, "name") == name).expect("the vector");
        let key = SigningKey::new(text(row, "key").as_bytes().to_vec());
        let payload = claims(holder, CustomerClaim::NoColumn).payload_json();
        assert_eq!(jwt::sign_compact(HEADER, &payload, &key).expose(), text(row, "token"), "{name}");
    }
}

#[test]
fn the_customer_stands_where_the_newest_app_puts_it() {
    let payload = claims(access(), CustomerClaim::Id(7)).payload_json();
    assert!(payload.contains(r#""role":"patient","customer_id":7,"exp":"#), "{payload}");
    let payload = claims(Holder::Refresh, CustomerClaim::Null).payload_json();
    assert!(payload.starts_with(r#"{"user_id":1,"customer_id":null,"exp":"#), "{payload}");
}

#[test]
fn extra_claims_come_last_and_replace_nothing() {
    let mut extra = ExtraClaims::default();
    extra.add_text("note=a=b").expect("text");
    extra.add_json(r#"list= [1.50, 1e400, {"a":null}] "#).expect("JSON");
    let payload = Claims { extra: extra.clone(), ..claims(Holder::Refresh, CustomerClaim::NoColumn) }.payload_json();
    assert!(payload.ends_with(r#"3210","note":"a=b","list":[1.50,1e+400,{"a":null}]}"#), "{payload}");
    for (refused, error) in [
        ("note=1", "claim 'note' is given twice"),
        ("exp=1", "claim 'exp' is set by the token itself"),
        ("=1", "claim '=1' is not of the form name=value"),
        ("x", "claim 'x' is not of the form name=value"),
        ("x=", "the value of claim 'x' is not JSON: not JSON from byte 0"),
        ("x=NaN", "the value of claim 'x' is not JSON: NaN and Infinity are not JSON"),
        (r#"x={"a":1,"a":2}"#, "the value of claim 'x' is not JSON: key 'a' stands twice"),
        (r#"x="\ud800""#, "the value of claim 'x' is not JSON: half of a surrogate pair"),
    ] {
        assert_eq!(extra.add_json(refused).expect_err(refused).to_string(), error);
    }
}

#[test]
fn text_is_escaped_as_python_escapes_it() {
    let text = "\0\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} !\"\\/\u{7f}\u{80}é\u{2028}\u{ffff}😀";
    let expected = r#""\u0000\u0001\b\t\n\u000b\f\r\u001f !\"\\/\u007f\u0080\u00e9\u2028\uffff\ud83d\ude00""#;
    assert_eq!(json::render(&Value::String(text.to_owned())), expected);
    let read = json::parse(expected).expect("what we write is JSON").value;
    assert_eq!(read, Value::String(text.to_owned()));
}

#[test]
fn iat_is_the_second_that_has_begun() {
    for (micros, seconds) in [(1_999_999, 1), (2_000_000, 2), (0, 0), (-1, -1)] {
        let lifetime = Lifetime::starting(micros, 1800);
        assert_eq!((lifetime.issued_at_seconds, lifetime.expires_at_seconds), (seconds, seconds + 1800));
    }
    assert_eq!(Lifetime::starting(0, i64::MAX).expires_at_seconds, i64::MAX);
}

#[test]
fn what_we_issue_is_accepted_at_once() {
    let now_micros = NOW * 1_000_000 + 999_999;
    for holder in [access(), Holder::Refresh] {
        let lifetime = Lifetime::starting(now_micros, 60);
        let payload = Claims { lifetime, ..claims(holder, CustomerClaim::Id(3)) }.payload_json();
        let judgement = judge_at(&signed(&payload), KEY, now_micros, Options::default());
        assert_eq!((judgement.verdict, codes(&judgement).as_str()), (Verdict::Accepted, ""));
        let claims = judgement.claims.expect("claims");
        assert_eq!(token::seconds(&claims, "exp"), Some(NOW + 60));
        assert_eq!(token::seconds(&claims, "nbf"), None);
    }
}
