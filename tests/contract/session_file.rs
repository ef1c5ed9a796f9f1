//! The saved session: what is in the file, whose it is, and which files are not believed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Desk, Refusal};

/// Signs somebody in to `app.db`.
pub fn sign_in(desk: &Desk, who: &str) {
    desk.ok_with(&["login", who, "--save", "--password-stdin"], PASSWORD);
}

/// A desk at which somebody is signed in.
pub fn signed_in(who: &str) -> Desk {
    let desk = Desk::keyed();
    sign_in(&desk, who);
    desk
}

fn sessions(desk: &Desk) -> PathBuf {
    desk.path("state/sessions")
}

/// The names in the directory of the sessions, hidden ones too.
fn names(desk: &Desk) -> Vec<String> {
    let Ok(entries) = fs::read_dir(sessions(desk)) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name")).collect()
}

/// The one saved session.
pub fn saved(desk: &Desk) -> PathBuf {
    let names = names(desk);
    assert_eq!(names.len(), 1, "{names:?}");
    sessions(desk).join(&names[0])
}

fn document(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).expect("a session")).expect("JSON")
}

/// Puts another token into the saved session.
pub fn forge(desk: &Desk, token: &str) {
    let file = saved(desk);
    let mut session = document(&file);
    session["token"] = json!(token);
    fs::write(file, session.to_string()).expect("a forged session");
}

/// Every way to use a session that does not count ends alike, and writes nothing.
pub fn turned_away(desk: &Desk, exit: u8, code: &str) -> Refusal {
    for args in [&["whoami"][..], &["--as-session", "user", "passwd", "cleo", "--generate"]] {
        desk.refused(args, exit, code);
    }
    desk.refused(&["--as-session", "user", "list"], exit, code)
}

#[test]
fn saving_prints_no_token_and_keeps_the_access_token_alone() {
    let desk = Desk::keyed();
    let out = desk.ok_with(&["login", "cleo", "--save", "--password-stdin"], PASSWORD);
    assert_eq!(out.stdout, "");
    for part in ["id:3 cleo <Cleo.M@example.org> (therapist)", "2026-11-25 02:30:00 UTC", "app.db", "authctl logout"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    let session = document(&saved(&desk));
    let keys: Vec<&String> = session.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["form", "database", "binding", "token"]);
    let text = session.to_string();
    assert_eq!(text.matches("eyJ").count(), 2, "header and payload of one token: {text}");
    let token = session["token"].as_str().expect("a token");
    assert!(!out.stderr.contains(token), "the token is nobody's to read");
    let judged = desk.json(&["token", "inspect", token]);
    assert_eq!((&judged["verdict"], &judged["type"]), (&json!("accepted"), &json!("access")));
}

#[test]
fn the_file_is_the_owners_alone_and_nothing_else_lies_beside_it() {
    let desk = Desk::keyed();
    fs::create_dir_all(sessions(&desk)).expect("a directory");
    fs::set_permissions(sessions(&desk), Permissions::from_mode(0o777)).expect("chmod");
    sign_in(&desk, "cleo");
    let mode = |path: &Path| fs::metadata(path).expect("there").mode() & 0o7777;
    assert_eq!((mode(&saved(&desk)), mode(&sessions(&desk))), (0o600, 0o700));
    sign_in(&desk, "ann");
    assert_eq!(mode(&saved(&desk)), 0o600, "the second takes the place of the first");
    assert_eq!(desk.json(&["whoami"])["user"]["username"], json!("ann"));
}

/// The name is the SHA-256 of the path, as `sha256sum` gives it.
#[test]
fn the_name_of_the_file_comes_from_the_path_with_its_links_resolved() {
    let desk = signed_in("cleo");
    let real = fs::canonicalize(desk.db()).expect("the database");
    let sum = std::process::Command::new("sh")
        .args(["-c", "printf %s \"$1\" | sha256sum | cut -d' ' -f1", "sh"])
        .arg(&real)
        .output()
        .expect("sha256sum");
    let sum = String::from_utf8(sum.stdout).expect("hexadecimal");
    assert_eq!(names(&desk), [format!("{}.json", sum.trim_end())]);
    assert_eq!(document(&saved(&desk))["database"], json!(real.to_str()));
    symlink(desk.db(), desk.path("link.db")).expect("a link");
    for name in ["./app.db", "link.db", "sqlite:///app.db", real.to_str().expect("plain")] {
        assert_eq!(desk.json(&["--database", name, "whoami"])["user"]["username"], json!("cleo"), "{name}");
    }
}

/// One JSON document on stdout, as of every command (`cli.md`, ground rule 1).
#[test]
fn saving_tells_machines_what_whoami_tells() {
    let desk = Desk::keyed();
    let line = ["login", "cleo", "--save", "--password-stdin"];
    let would = desk.ok_with(&[&line[..], &["--json", "-n"]].concat(), PASSWORD).json();
    let out = desk.ok_with(&[&line[..], &["--json"]].concat(), PASSWORD);
    assert!(!out.stdout.contains("eyJ"), "{out:?}");
    assert_eq!(out.json(), desk.json(&["whoami"]));
    assert_eq!(would, out.json(), "a dry run says what would be");
    let csv = |args: &[&str]| desk.ok_with(&[args, &["-o", "csv"]].concat(), PASSWORD).stdout;
    assert_eq!(csv(&line), csv(&["whoami"]));
    desk.refused_with(&[&line[..], &["--columns", "nope"]].concat(), PASSWORD, 2, "usage").names(&["'nope'", "rights"]);
}

#[test]
fn a_login_that_fails_or_is_rehearsed_leaves_the_session_as_it_was() {
    let desk = Desk::keyed();
    let out = desk.ok_with(&["login", "ann", "--save", "--password-stdin", "-n"], PASSWORD);
    assert!(out.stderr.contains("would save") && out.stdout.is_empty(), "{out:?}");
    assert!(!desk.path("state").exists(), "a dry run makes no directory");
    sign_in(&desk, "cleo");
    let before = fs::read(saved(&desk)).expect("a session");
    desk.ok_with(&["login", "ann", "--save", "--password-stdin", "-n"], PASSWORD);
    let out = desk.run_with(&["login", "ann", "--save", "--password-stdin"], OTHER);
    assert_eq!(out.code, 6, "{out:?}");
    // Without --save the tokens are printed, and the session is another matter.
    assert!(desk.ok_with(&["login", "ann", "--password-stdin"], PASSWORD).stdout.contains("refresh_token"));
    assert_eq!(fs::read(saved(&desk)).expect("a session"), before);
}

#[test]
fn a_place_that_cannot_be_had_is_said_before_the_password_is_looked_at() {
    let desk = Desk::keyed();
    desk.write("state", "in the way");
    let refusal = desk.refused_with(&["login", "cleo", "--save", "--password-stdin"], PASSWORD, 1, "output_failed");
    refusal.names(&["cannot be saved", "state/sessions"]);
    assert_eq!(desk.user("cleo", "last_login"), "NULL");
    fs::remove_file(desk.path("state")).expect("removed");
    fs::create_dir(desk.path("state")).expect("a directory");
    symlink(desk.dir.path(), desk.path("state/sessions")).expect("a link");
    desk.refused_with(&["login", "cleo", "--save", "--password-stdin"], PASSWORD, 1, "output_failed")
        .names(&["not a directory of yours"]);
}

#[test]
fn a_save_that_fails_leaves_nothing_half_written() {
    let desk = signed_in("cleo");
    let file = saved(&desk);
    fs::remove_file(&file).expect("removed");
    fs::create_dir(&file).expect("a directory in the way");
    let refusal = desk.refused_in_json(&["login", "ann", "--save", "--password-stdin"], PASSWORD, 1, "output_failed");
    refusal.names(&["though the login was made"]);
    assert_eq!((saved(&desk), fs::read_dir(&file).expect("still it").count()), (file, 0));
    assert_eq!(desk.events().len(), 2, "both logins are on record");
}

#[test]
fn logging_out_removes_the_file_whatever_it_is_and_a_second_time_changes_nothing() {
    let desk = signed_in("cleo");
    assert_eq!(desk.json(&["logout", "-n"]), json!({"changed": true}));
    assert!(saved(&desk).exists(), "a dry run");
    let out = desk.ok(&["logout"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("until it expires"), "{out:?}");
    assert_eq!(names(&desk), Vec::<String>::new());
    assert_eq!(desk.json(&["logout"]), json!({"changed": false}));
    assert!(desk.ok(&["logout"]).stderr.contains("unchanged"));
    sign_in(&desk, "cleo");
    let file = saved(&desk);
    fs::write(&file, "not a session").expect("damaged");
    desk.ok(&["logout"]);
    symlink(desk.db(), &file).expect("a link");
    desk.ok(&["logout"]);
    assert!(!file.exists() && desk.db().exists(), "the link goes, not what it points to");
    sign_in(&desk, "cleo");
    fs::rename(desk.db(), desk.path("away.db")).expect("moved away");
    assert_eq!(desk.json(&["logout"]), json!({"changed": true}), "the database need not be there any more");
}

#[test]
fn a_file_that_others_may_touch_is_not_used() {
    let desk = signed_in("cleo");
    let chmod = |mode| fs::set_permissions(saved(&desk), Permissions::from_mode(mode)).expect("chmod");
    for mode in [0o644, 0o640, 0o604, 0o660, 0o602, 0o700, 0o666] {
        chmod(mode);
        turned_away(&desk, 6, "token_rejected").names(&[&format!("{mode:04o}")]).advises(&["logout", "login"]);
    }
    chmod(0o400);
    desk.ok(&["whoami"]);
}

#[test]
fn what_is_no_regular_file_is_not_used_and_not_waited_for() {
    let desk = signed_in("cleo");
    let file = saved(&desk);
    let elsewhere = desk.path("state/copy");
    fs::rename(&file, &elsewhere).expect("moved");
    symlink(&elsewhere, &file).expect("a link");
    turned_away(&desk, 6, "token_rejected").names(&["symbolic link"]);
    fs::remove_file(&file).expect("removed");
    let pipe = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&file).status().expect("mkfifo");
    assert!(pipe.success());
    turned_away(&desk, 6, "token_rejected").names(&["not a regular file"]);
    fs::remove_file(&file).expect("removed");
    fs::create_dir(&file).expect("a directory");
    turned_away(&desk, 6, "token_rejected").names(&["not a regular file"]);
}

#[test]
fn a_damaged_file_is_not_used() {
    let desk = signed_in("cleo");
    let file = saved(&desk);
    let good = fs::read_to_string(&file).expect("a session");
    let long = good.replace("\"form\":1", &format!("\"form\":1,\"x\":\"{}\"", "y".repeat(70_000)));
    let value: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    let array = serde_json::json!([value["form"], value["database"], value["binding"], value["token"]]).to_string();
    let other_form = good.replace("\"form\":1", "\"form\":2");
    for text in ["", "{}", "null", "\u{0}", &good[..good.len() / 2], &other_form, &array, &long] {
        fs::write(&file, text).expect("damaged");
        turned_away(&desk, 6, "token_rejected").names(&["damaged"]);
    }
    fs::write(&file, &good).expect("mended");
    desk.ok(&["whoami"]);
}

/// The same command on another file.
fn other<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["--database", "other.db"], args].concat()
}

#[test]
fn each_database_has_its_own_session_and_none_serves_another() {
    let desk = signed_in("cleo");
    fixture::usual(&desk.path("other.db"));
    desk.refused(&other(&["whoami"]), 3, "not_found");
    let first = saved(&desk);
    desk.ok_with(&other(&["login", "ann", "--save", "--password-stdin"]), PASSWORD);
    assert_eq!(desk.json(&["whoami"])["user"]["username"], json!("cleo"));
    assert_eq!(desk.json(&other(&["whoami"]))["user"]["username"], json!("ann"));
    let second = names(&desk).into_iter().map(|name| sessions(&desk).join(name)).find(|file| *file != first);
    fs::copy(second.expect("two sessions"), &first).expect("copied");
    turned_away(&desk, 6, "token_rejected").names(&["another database", "other.db"]).advises(&["login"]);
    desk.ok(&other(&["logout"]));
    desk.refused(&other(&["whoami"]), 3, "not_found");
}

#[test]
fn a_session_does_not_pass_over_to_another_file_of_the_same_name() {
    let desk = signed_in("cleo");
    fs::rename(desk.db(), desk.path("old.db")).expect("moved");
    fixture::usual(&desk.db());
    turned_away(&desk, 6, "token_rejected").names(&["another file"]).advises(&["login"]);
    fs::rename(desk.path("old.db"), desk.db()).expect("moved back");
    desk.ok(&["whoami"]);
}

/// Where a directory of its path is a file there is no session, and none can be kept: the way out is another place.
#[test]
fn a_place_that_cannot_hold_sessions_holds_none_and_the_hint_names_another() {
    let desk = Desk::keyed();
    desk.write("state", "no directory");
    desk.refused(&["whoami"], 3, "not_found").names(&["nobody is signed in"]);
    assert!(desk.ok(&["logout"]).stderr.contains("nobody was signed in"));
    desk.refused(&["--as-session", "user", "list"], 5, "not_allowed").names(&["there is none"]);
    desk.refused_with(&["login", "ann", "--save", "--password-stdin"], PASSWORD, 1, "output_failed")
        .names(&["cannot be saved"])
        .advises(&["HOME", "XDG_STATE_HOME"]);
}
