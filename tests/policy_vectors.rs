//! The rules against the app's own verdicts: `vectors/policy.json` was answered by the app itself,
//! `vectors/email_more.json` by the libraries that judge e-mails for it.
//!
//! What a newcomer would get wrong: a message is part of a verdict. Where ours differs, the case stands in
//! [`EXCEPTIONS`] with its reason, and an exception that is none any more fails.

use std::collections::HashSet;
use std::path::Path;

use authctl::policy::email::{self, Email};
use authctl::policy::full_name;
use authctl::policy::password::{self, Limits};
use authctl::policy::role::Roles;
use authctl::policy::username::Username;
use serde_json::Value;

/// What is stored, or the message of the refusal.
type Verdict = Result<String, String>;

/// A case that we answer otherwise than the app.
struct Exception {
    table: &'static str,
    case: &'static str,
    ours: &'static str,
    reason: &'static str,
}

const CONTROL: &str = "control characters are refused when a value is set, though the app takes them";
const NAMES: &str = "the app knows the names of all characters, we know those of common invisible ones";
const LITERAL: &str = "refused either way; the words about what is wrong inside the brackets are Python's own";
const SCOPE: &str = "refused either way; Python takes a zone after an IPv6 address, Rust does not";
const NEWER: &str = "refused either way; idna knows this letter of Unicode 15 and stumbles over its direction";
const SURROGATE: &str = "refused either way; no Rust text holds a surrogate";

const EXCEPTIONS: [Exception; 15] = [
    Exception {
        table: "passwords",
        case: "nul_inside_ok",
        ours: "Password contains control characters",
        reason: CONTROL,
    },
    Exception {
        table: "passwords",
        case: "repeat_newline_ok",
        ours: "Password contains control characters",
        reason: CONTROL,
    },
    Exception {
        table: "passwords",
        case: "trailing_newline",
        ours: "Password contains control characters",
        reason: CONTROL,
    },
    Exception {
        table: "usernames",
        case: "trail_newline",
        ours: "Username must not end with a line break",
        reason: CONTROL,
    },
    Exception {
        table: "full_names",
        case: "inner_newline",
        ours: "Full name contains control characters",
        reason: CONTROL,
    },
    Exception {
        table: "full_names",
        case: "x1c_inner",
        ours: "Full name contains control characters",
        reason: CONTROL,
    },
    Exception { table: "full_names", case: "x1c_pad", ours: "Full name contains control characters", reason: CONTROL },
    Exception {
        table: "full_names",
        case: "x85_inner",
        ours: "Full name contains control characters",
        reason: CONTROL,
    },
    Exception {
        table: "email_more",
        case: "mark_without_listed_name",
        ours: "The email address contains unsafe characters: U+093E.",
        reason: NAMES,
    },
    Exception {
        table: "email_more",
        case: "tag_without_listed_name",
        ours: "The email address contains unsafe characters: U+000E0041.",
        reason: NAMES,
    },
    Exception {
        table: "email_more",
        case: "literal_v4_short",
        ours: "The address in brackets after the @-sign is not valid: It is not an IPv4 address or is missing an address literal tag.",
        reason: LITERAL,
    },
    Exception {
        table: "email_more",
        case: "literal_v6_bad",
        ours: "The IPv6 address in brackets after the @-sign is not valid.",
        reason: LITERAL,
    },
    Exception {
        table: "email_more",
        case: "literal_v6_scope",
        ours: "The IPv6 address in brackets after the @-sign is not valid.",
        reason: SCOPE,
    },
    Exception {
        table: "email_more",
        case: "punycode_newer",
        ours: "The part after the @-sign is not valid IDNA (Codepoint U+11F04 at position 1 of '\\U00011f04' not allowed).",
        reason: NEWER,
    },
    Exception {
        table: "email_more",
        case: "punycode_surrogate",
        ours: "The part after the @-sign is not valid IDNA (Invalid A-label).",
        reason: SURROGATE,
    },
];

/// Compares every case of a table with ours, save the exceptions, each of which must differ as listed.
fn compare(table: &str, count: usize, cases: impl Iterator<Item = (String, Verdict, Verdict)>) {
    let mut listed: Vec<&Exception> = EXCEPTIONS.iter().filter(|e| e.table == table).collect();
    let mut seen = HashSet::new();
    for (case, app, ours) in cases {
        assert!(seen.insert(case.clone()), "{table}: two cases '{case}'");
        match listed.iter().position(|exception| exception.case == case) {
            None => assert_eq!(ours, app, "{table}: '{case}' (ours left, the app's right)"),
            Some(at) => {
                let exception = listed.remove(at);
                let reason = exception.reason;
                assert_eq!(ours, Err(exception.ours.to_owned()), "{table}: '{case}'");
                assert_ne!(ours, app, "{table}: '{case}' is no exception, yet listed: {reason}");
            }
        }
    }
    assert_eq!(seen.len(), count, "{table}: cases");
    let unknown: Vec<&str> = listed.iter().map(|exception| exception.case).collect();
    assert!(unknown.is_empty(), "{table}: exceptions without a case: {unknown:?}");
}

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).expect("the vectors are committed");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn rows(document: &Value, table: &str) -> Vec<Value> {
    document[table].as_array().expect("a table is an array").clone()
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_else(|| panic!("no text '{field}' in {row}"))
}

/// What the app's own function said; what it takes is stored as it is.
fn by_function(row: &Value, input: &str) -> Verdict {
    let said = &row["fn_seed"];
    match said["ok"].as_bool().expect("ok is a bool") {
        true => Ok(input.to_owned()),
        false => Err(text(said, "message").to_owned()),
    }
}

/// What the app answered to a registration.
fn by_answer(row: &Value) -> Verdict {
    let answer = &row["api_seed"];
    match answer["status"].as_u64() {
        Some(201) => Ok(row["stored"].as_str().unwrap_or_default().to_owned()),
        _ => {
            let detail = text(answer, "detail");
            let prefix = "email: value is not a valid email address: ";
            Err(detail.strip_prefix(prefix).unwrap_or(detail).to_owned())
        }
    }
}

fn our_password(input: &str) -> Verdict {
    let verdict = password::check(input, &Limits::default());
    verdict.map(|()| input.to_owned()).map_err(|refusal| refusal.to_string())
}

fn our_username(input: &str) -> Verdict {
    let parsed = Username::parse(input).map_err(|refusal| refusal.to_string())?;
    Ok(parsed.as_str().to_owned())
}

fn our_full_name(input: Option<&str>) -> Verdict {
    let verdict = full_name::check(input);
    verdict.map(|()| input.unwrap_or_default().to_owned()).map_err(|refusal| refusal.to_string())
}

fn our_email(input: &str) -> Verdict {
    let parsed = Email::parse(input).map_err(|refusal| refusal.to_string())?;
    Ok(parsed.as_str().to_owned())
}

#[test]
fn passwords_are_judged_as_the_app_judges_them() {
    let rows = rows(&read("policy.json"), "passwords");
    let judge = |row: &Value| {
        let input = text(row, "password");
        let name = text(row, "name").to_owned();
        (name, by_function(row, input), our_password(input))
    };
    compare("passwords", 93, rows.iter().map(judge));
}

#[test]
fn usernames_are_judged_as_the_app_judges_them() {
    let rows = rows(&read("policy.json"), "usernames");
    let judge = |row: &Value| {
        let input = text(row, "username");
        let name = text(row, "name").to_owned();
        (name, by_function(row, input), our_username(input))
    };
    compare("usernames", 25, rows.iter().map(judge));
}

#[test]
fn full_names_are_judged_and_stored_as_the_app_does() {
    let rows = rows(&read("policy.json"), "full_names");
    let judge = |row: &Value| {
        let input = row["full_name"].as_str();
        let name = text(row, "name").to_owned();
        (name, by_answer(row), our_full_name(input))
    };
    compare("full_names", 26, rows.iter().map(judge));
}

#[test]
fn emails_are_judged_and_stored_as_the_app_does() {
    let rows = rows(&read("policy.json"), "emails");
    let judge = |row: &Value| {
        let name = text(row, "name").to_owned();
        (name, by_answer(row), our_email(text(row, "email")))
    };
    compare("emails", 45, rows.iter().map(judge));
}

#[test]
fn more_emails_are_judged_as_the_apps_libraries_judge_them() {
    let rows = rows(&read("email_more.json"), "emails");
    let judge = |row: &Value| {
        let app = match row["stored"].as_str() {
            Some(stored) => Ok(stored.to_owned()),
            None => Err(text(row, "message").to_owned()),
        };
        let name = text(row, "name").to_owned();
        (name, app, our_email(text(row, "email")))
    };
    compare("email_more", 377, rows.iter().map(judge));
}

#[test]
fn whole_registrations_are_refused_with_the_apps_first_word() {
    let document = read("policy.json");
    let mut judged = Vec::new();
    for row in rows(&document, "extra") {
        let (input, answer) = (&row["input"], &row["api_seed"]);
        let is_about_rows = |detail: &str| detail.ends_with("already registered");
        let status = answer["status"].as_u64();
        if !matches!(status, Some(201 | 400)) || answer["detail"].as_str().is_some_and(is_about_rows) {
            continue;
        }
        let ours = our_email(text(input, "email"))
            .and_then(|_| our_username(text(input, "username")))
            .and_then(|_| our_full_name(input["full_name"].as_str()))
            .and_then(|_| our_password(text(input, "password")))
            .map(|_| ());
        let case = text(&row, "case");
        judged.push(case.to_owned());
        let expected = match case {
            // The app takes the newline; see the exception 'trail_newline'.
            "dup_username_nl" => Err("Username must not end with a line break".to_owned()),
            _ if status == Some(201) => Ok(()),
            _ => Err(text(answer, "detail").to_owned()),
        };
        assert_eq!(ours, expected, "{case}");
    }
    let expected = [
        "dup_email_case",
        "dup_username_case",
        "dup_username_nl",
        "bad name and weak pw",
        "extra fields ignored",
        "role admin self-registered",
    ];
    assert_eq!(judged, expected);
}

#[test]
fn the_roles_offered_are_those_that_the_app_answers_with() {
    let document = read("policy.json");
    let rows = rows(&document, "extra");
    let refused = rows.iter().find(|row| row["case"] == "role null").expect("the case is there");
    let offered: Vec<String> = Roles::of_app().iter().map(|role| format!("'{role}'")).collect();
    let [first, second, third] = offered.as_slice() else {
        panic!("three roles, not {offered:?}");
    };
    let expected = format!("role: Input should be {first}, {second} or {third}");
    assert_eq!(refused["api_seed"]["detail"], expected);
}

#[test]
fn a_stored_address_is_its_own_normal_form_and_another_spelling_is_not() {
    for (file, table) in [("policy.json", "emails"), ("email_more.json", "emails")] {
        for row in rows(&read(file), table) {
            let Some(stored) = row["stored"].as_str() else {
                assert!(!email::is_normal_form(text(&row, "email")), "{row}");
                continue;
            };
            let given = text(&row, "email");
            assert_eq!(email::is_normal_form(given), given == stored, "{row}");
            // A joiner that came out of Punycode is stored, and refused when it is read again.
            let is_unreadable = stored.contains(['\u{200c}', '\u{200d}']);
            assert_eq!(email::is_normal_form(stored), !is_unreadable, "{row}");
        }
    }
}
