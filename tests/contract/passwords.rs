//! Rule 4: where passwords come from, and which bytes of the input are the password.

use crate::fixture::{OTHER, PASSWORD};
use crate::harness::{Answer, Desk};

const ADD: [&str; 6] = ["user", "add", "nina", "--email", "nina@example.org", "--password-stdin"];

fn logs_in(desk: &Desk, user: &str, password: &str) -> u8 {
    desk.run_with(&["login", user, "--password-stdin"], password).code
}

/// Field report A01.
#[test]
fn exactly_one_line_end_is_removed_and_blanks_are_data() {
    let blank = format!("{PASSWORD} ");
    for end in ["", "\n", "\r\n"] {
        let desk = Desk::keyed();
        desk.ok_with(&ADD, format!("{blank}{end}"));
        assert_eq!(logs_in(&desk, "nina", &blank), 0, "{end:?}");
        assert_eq!(logs_in(&desk, "nina", &format!("{blank}\r\n")), 0, "{end:?}");
        assert_eq!(logs_in(&desk, "nina", PASSWORD), 6, "{end:?}: trimmed");
        assert_eq!(logs_in(&desk, "nina", &format!(" {blank}")), 6, "{end:?}");
    }
}

#[test]
fn a_password_file_is_read_as_standard_input_is() {
    let desk = Desk::keyed();
    for (at, end) in ["", "\n", "\r\n"].into_iter().enumerate() {
        let path = desk.write("secret.txt", format!("{PASSWORD} {end}"));
        let (name, mail) = (format!("nina{at}"), format!("nina{at}@example.org"));
        let path = path.to_str().expect("a plain path");
        desk.ok(&["user", "add", &name, "--email", &mail, "--password-file", path]);
        assert_eq!(desk.run(&["login", &name, "--password-file", path]).code, 0);
        // Relative names count from the working directory.
        assert_eq!(desk.run(&["login", &name, "--password-file", "secret.txt"]).code, 0);
        assert_eq!(logs_in(&desk, &name, PASSWORD), 6);
    }
}

fn malformed() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("a second line", text(&format!("{PASSWORD}\n{OTHER}\n")), "line"),
        ("a second line without its end", text(&format!("{PASSWORD}\r\n{OTHER}")), "line"),
        ("an empty second line", text(&format!("{PASSWORD}\n\n")), "line"),
        ("an empty second line of Windows", text(&format!("{PASSWORD}\r\n\r\n")), "line"),
        ("nothing", Vec::new(), "empty"),
        ("a line end alone", text("\n"), "empty"),
        ("a line end of Windows alone", text("\r\n"), "empty"),
        ("a NUL", text("Quiet\0River#48Lamp\n"), "NUL"),
        ("Latin-1", b"Quiet-R\xefver#48Lamp\n".to_vec(), "UTF-8"),
        ("UTF-16", b"\xff\xfeQ\0u\0".to_vec(), "UTF-8"),
        ("a cut UTF-8 sequence", b"Quiet-River#48Lamp\xe6\xbc".to_vec(), "UTF-8"),
        ("64 KiB and more", vec![b'a'; 64 * 1024 + 1], "65536"),
    ]
}

#[test]
fn input_that_is_no_password_is_a_usage_error_when_setting() {
    let desk = Desk::usual();
    for (what, bytes, word) in malformed() {
        desk.refused_with(&ADD, &bytes, 2, "usage").names(&[word]);
        desk.refused_with(&["user", "passwd", "bob", "--password-stdin"], &bytes, 2, "usage").names(&[word]);
        desk.write("p", &bytes);
        let refusal = desk.refused(&["user", "passwd", "bob", "--password-file", "p"], 2, "usage");
        assert!(refusal.message.contains(word), "{what}: {refusal:?}");
    }
}

#[test]
fn input_that_is_no_password_is_not_counted_at_login() {
    let desk = Desk::keyed();
    for (what, bytes, word) in malformed() {
        let refusal = desk.refused_with(&["login", "bob", "--password-stdin"], &bytes, 2, "usage");
        assert!(refusal.message.contains(word), "{what}: {refusal:?}");
    }
    assert_eq!(desk.user("bob", "failed_login_attempts"), "0");
    assert!(desk.events().is_empty());
}

#[test]
fn exactly_64_kib_are_still_a_password() {
    let desk = Desk::keyed();
    let most = vec![b'a'; 64 * 1024];
    desk.refused_with(&ADD, &most, 5, "policy_password").names(&["Password must be between 12 and 128 characters"]);
    // The app refuses a password of that length at login as a wrong one.
    desk.refused_in_json(&["login", "bob", "--password-stdin"], &most, 6, "wrong_credentials");
}

/// Unicode category Cc, and nothing else.
#[test]
fn control_characters_are_refused_when_setting_and_only_they() {
    let desk = Desk::keyed();
    for control in ['\t', '\r', '\u{1}', '\u{1b}', '\u{7f}', '\u{80}', '\u{85}', '\u{9f}'] {
        let given = format!("Quiet-River{control}#48Lamp");
        desk.refused_with(&ADD, &given, 5, "policy_password").names(&["control character"]);
        desk.refused_with(&["user", "passwd", "bob", "--password-stdin"], &given, 5, "policy_password");
    }
    // A lone carriage return is no line end.
    desk.refused_with(&ADD, format!("{PASSWORD}\r"), 5, "policy_password");
    for (at, other) in ['\u{200b}', '\u{202e}', '\u{a0}', '\u{ad}', '\u{2028}', '\u{e000}'].into_iter().enumerate() {
        let (name, mail) = (format!("nina{at}"), format!("nina{at}@example.org"));
        let given = format!("Quiet-River{other}#48Lamp");
        desk.ok_with(&["user", "add", &name, "--email", &mail, "--password-stdin"], &given);
        assert_eq!(logs_in(&desk, &name, &given), 0, "{other:?}");
    }
    // At login they are a password like any other: a wrong one.
    desk.refused_in_json(&["login", "bob", "--password-stdin"], "Quiet\tRiver", 6, "wrong_credentials");
}

/// The app's words (`app-facts`, Messages).
#[test]
fn the_rules_speak_the_apps_words() {
    let desk = Desk::usual();
    for (given, words) in [
        ("Short#1a", "Password must be between 12 and 128 characters"),
        ("quiet-river#48lamp", "Password must contain at least one uppercase letter"),
        ("QUIET-RIVER#48LAMP", "Password must contain at least one lowercase letter"),
        ("Quiet-River#Lamp", "Password must contain at least one digit"),
        ("QuietRiver48Lamp", "Password must contain at least one special character"),
        ("Quiet-Riverrr#48Lamp", "Password contains repeated characters"),
        ("Quiet-River#123Lamp", "Password contains sequential numbers"),
        ("Quiet-Defg#48Lamp", "Password contains sequential letters"),
    ] {
        desk.refused_with(&ADD, given, 5, "policy_password").names(&[words]);
        desk.refused_with(&["user", "passwd", "bob", "--password-stdin"], given, 5, "policy_password").names(&[words]);
    }
}

#[test]
fn a_generated_password_stands_alone_on_stdout_and_passes_the_rules() {
    let desk = Desk::keyed();
    for args in [
        &["user", "add", "nina", "--email", "nina@example.org", "--generate"][..],
        &["user", "passwd", "nina", "--generate"],
    ] {
        let out = desk.ok(args);
        let password = out.stdout.strip_suffix('\n').expect("one line end");
        assert!(!password.contains('\n') && password.chars().count() >= 12, "{out:?}");
        assert!(!out.stderr.contains(password), "{out:?}");
        assert_eq!(logs_in(&desk, "nina", password), 0);
        // It would pass as a given one, too.
        desk.ok_with(&["user", "passwd", "nina", "--password-stdin"], password);
    }
    let document = desk.json(&["user", "passwd", "bob", "--generate"]);
    let password = document["password"].as_str().expect("a password");
    assert_eq!((document["changed"].as_bool(), document["user"]["username"].as_str()), (Some(true), Some("bob")));
    assert_eq!(logs_in(&desk, "bob", password), 0);
    assert!(!desk.snapshot()["app.db"].windows(password.len()).any(|bytes| bytes == password.as_bytes()));
}

#[test]
fn a_dry_run_never_prints_a_generated_password() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    for args in [
        &["user", "add", "nina", "--email", "nina@example.org", "--generate", "-n"][..],
        &["user", "passwd", "bob", "--generate", "--dry-run"],
        &["init", "--database", "new.db", "--admin-username", "root1", "--admin-email", "r@example.org", "-n"],
    ] {
        let out = desk.ok(args);
        assert_eq!(out.stdout, "", "{args:?}");
        assert!(out.stderr.contains("would"), "{out:?}");
        let document = desk.json(args);
        assert!(document.get("password").is_none_or(serde_json::Value::is_null), "{document}");
    }
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn there_is_no_option_that_takes_a_password_and_none_is_echoed() {
    let desk = Desk::keyed();
    let secret = "hunter2-Very#Secret";
    for args in [
        vec!["user", "add", "nina", "--email", "n@example.org", "--password", secret],
        vec!["user", "add", "nina", "--email", "n@example.org", "--password=hunter2-Very#Secret"],
        vec!["user", "add", "nina", "--email", "n@example.org", "--password-stdin=hunter2-Very#Secret"],
        vec!["user", "add", "nina", "--email", "n@example.org", "--generate=hunter2-Very#Secret"],
        vec!["user", "add", "nina", "--email", "n@example.org", "--passwd=hunter2-Very#Secret"],
        vec!["user", "add", "nina", secret, "--email", "n@example.org", "--generate"],
        vec!["user", "passwd", "bob", secret],
        vec!["user", "passwd", "bob", "-phunter2-Very#Secret"],
        vec!["login", "bob", secret],
        vec!["login", "bob", "-p", secret],
        vec!["login", "bob", "--password", secret],
        vec!["login", "bob", "--password=hunter2-Very#Secret"],
        vec!["login", "bob", "--pass=hunter2-Very#Secret", "--password-stdin"],
        vec!["token", "issue", "bob", "--key=hunter2-Very#Secret"],
        vec!["token", "issue", "bob", secret],
        vec!["token", "issue", "bob", "--insecure-default-key=hunter2-Very#Secret"],
        vec!["init", "--admin-username", "root1", "--admin-email", "r@example.org", "--password", secret],
        vec!["init", secret],
    ] {
        let before = desk.snapshot();
        let words = desk.run(&args);
        assert_eq!((words.code, words.stdout.as_str()), (2, ""), "{args:?}: {words:?}");
        let refusal = desk.refused_in_json(&args, "", 2, "usage");
        for text in [&words.stderr, &refusal.message, &refusal.hint] {
            assert!(!text.contains("hunter2"), "{args:?}: echoed: {text}");
        }
        assert_eq!(desk.snapshot(), before);
    }
    desk.refused(&["login", "bob", "--password", secret], 2, "usage").advises(&["--password-stdin"]);
}

#[test]
fn only_one_source_at_a_time() {
    let desk = Desk::usual();
    desk.refused(&["user", "passwd", "bob", "--generate", "--password-stdin"], 2, "usage").names(&["--generate"]);
    desk.refused(&["user", "passwd", "bob", "--password-file", "x", "--password-stdin"], 2, "usage");
    desk.refused(&["user", "passwd", "bob", "--password-file", "absent"], 2, "usage").names(&["absent"]);
}

#[test]
fn on_a_terminal_a_new_password_is_typed_twice_and_one_to_try_once() {
    let mut desk = Desk::keyed();
    desk.attended(&[Answer::Text("Quiet-River#48Lamp "), Answer::Text("Quiet-River#48Lamp ")]);
    let out = desk.ok(&["user", "passwd", "bob"]);
    assert_eq!(out.stdout, "");
    desk.attended(&[Answer::Text("Quiet-River#48Lamp ")]);
    desk.ok(&["login", "bob"]);
    desk.attended(&[Answer::Text(OTHER), Answer::Text(PASSWORD), Answer::Text(OTHER), Answer::Text(OTHER)]);
    desk.ok(&["user", "passwd", "bob"]);
    desk.attended(&[Answer::Text(OTHER)]);
    desk.ok(&["login", "bob"]);
    // What is typed is held to the same rules.
    desk.attended(&[Answer::Text(""), Answer::Text("")]);
    desk.refused(&["user", "passwd", "bob"], 2, "usage").names(&["empty"]);
    desk.attended(&[Answer::Text("Quiet\u{1b}River#48"), Answer::Text("Quiet\u{1b}River#48")]);
    desk.refused(&["user", "passwd", "bob"], 5, "policy_password");
}
