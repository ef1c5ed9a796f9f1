//! `secret generate`: a key on stdout, or in the `.env` file and nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;

use crate::fixture;
use crate::harness::{Desk, KEY};
use crate::process::is_root;

const WRITE: [&str; 3] = ["secret", "generate", "--write"];

fn force(more: &[&'static str]) -> Vec<&'static str> {
    [&WRITE[..], &["--force"], more].concat()
}

fn mode(desk: &Desk, name: &str) -> u32 {
    fs::metadata(desk.path(name)).expect("a file").permissions().mode() & 0o7777
}

fn text(desk: &Desk) -> String {
    fs::read_to_string(desk.path(".env")).expect("a file")
}

/// What stands behind the last `SECRET_KEY=` of the file.
fn key(desk: &Desk) -> String {
    let text = text(desk);
    let line = text.lines().rev().find_map(|line| line.strip_prefix("SECRET_KEY="));
    line.unwrap_or_else(|| panic!("no key in {text:?}")).to_owned()
}

fn is_key(text: &str) -> bool {
    // 32 bytes in base64 without padding.
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[test]
fn a_key_stands_alone_on_stdout_and_needs_no_database() {
    let desk = Desk::empty();
    let before = desk.snapshot();
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let out = desk.ok(&["secret", "generate"]);
        let key = out.stdout.strip_suffix('\n').expect("a line end");
        assert!(is_key(key) && !out.stderr.contains(key), "{out:?}");
        seen.insert(key.to_owned());
    }
    assert_eq!(seen.len(), 20);
    let document = desk.json(&["secret", "generate"]);
    assert!(document["key"].as_str().is_some_and(is_key) && document.as_object().map(serde_json::Map::len) == Some(1));
    let out = desk.ok(&["secret", "generate", "-n"]);
    assert!(out.stdout.is_empty() && out.stderr.contains("would print"), "{out:?}");
    assert_eq!(desk.json(&["secret", "generate", "-n"]), serde_json::json!({}), "one document, without a key");
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn a_new_file_is_private_and_the_key_is_shown_nowhere() {
    let desk = Desk::usual();
    let out = desk.ok(&WRITE);
    let key = key(&desk);
    assert!(is_key(&key) && mode(&desk, ".env") == 0o600, "{key}");
    assert_eq!(text(&desk), format!("SECRET_KEY={key}\n"));
    assert!(out.stdout.is_empty() && !out.stderr.contains(&key), "{out:?}");
    // Nine of the ten are active.
    for part in ["made '", ".env'", "restart it", "all 9 active accounts must log in again"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
    // And it is the key of every other command.
    let token = desk.token(&["bob"]);
    desk.ok(&["token", "verify", &token]);
}

#[test]
fn only_the_value_changes_and_mode_and_links_stay() {
    let desk = Desk::usual();
    desk.write(
        ".env",
        "# app\r\nDATABASE_URL=sqlite:///./app.db\r\n  export SECRET_KEY = 'old'  # rotate\r\nX=\"1\n2\"\r\n",
    );
    fs::set_permissions(desk.path(".env"), fs::Permissions::from_mode(0o640)).expect("a mode");
    let document = desk.json(&force(&[]));
    assert_eq!((&document["changed"], &document["replaced"]), (&json!(true), &json!(true)));
    assert!(document["path"].as_str().is_some_and(|path| path.ends_with("/.env") && path.starts_with('/')));
    let after = text(&desk);
    let (head, tail) = after.split_once("SECRET_KEY = ").expect("the key's line");
    assert_eq!(head, "# app\r\nDATABASE_URL=sqlite:///./app.db\r\n  export ");
    assert!(is_key(&tail[..43]), "{tail:?}");
    assert_eq!(&tail[43..], "  # rotate\r\nX=\"1\n2\"\r\n");
    assert_eq!(mode(&desk, ".env"), 0o640);
    assert!(!document.to_string().contains(&tail[..43]));

    // A link stays one, and what it leads to is edited.
    fs::rename(desk.path(".env"), desk.path("real.env")).expect("moved");
    symlink("real.env", desk.path(".env")).expect("a link");
    desk.ok(&force(&[]));
    assert!(fs::symlink_metadata(desk.path(".env")).is_ok_and(|file| file.is_symlink()));
    assert_ne!(text(&desk), after);
    assert_eq!(mode(&desk, "real.env"), 0o640);
    let left: Vec<String> = desk.snapshot().into_keys().filter(|name| name.contains(".new")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_key_that_is_there_is_replaced_only_by_force() {
    let desk = Desk::usual();
    desk.write(".env", format!("SECRET_KEY={KEY}\n"));
    let refusal = desk.refused(&WRITE, 4, "exists").names(&[".env", "SECRET_KEY"]).advises(&["--force", "9 active"]);
    assert!(!refusal.message.contains(KEY) && !refusal.hint.contains(KEY));
    let token = desk.token(&["bob"]);
    let out = desk.ok(&force(&[]));
    assert!(out.stderr.contains("replaced the SECRET_KEY in") && !out.stderr.contains(KEY), "{out:?}");
    assert_eq!(desk.run(&["token", "verify", &token]).code, 6, "signed with the old key");
    // No key, or an empty one, is nobody's.
    for none in ["SECRET_KEY=\n", "SECRET_KEY\n", "# SECRET_KEY=x\n", "OTHER=1"] {
        desk.write(".env", none);
        let out = desk.ok(&WRITE);
        assert!(out.stderr.contains("added a SECRET_KEY to"), "{none:?}: {out:?}");
    }
}

#[test]
fn the_file_lies_beside_the_database_and_the_environment_wins_over_it() {
    let mut desk = Desk::empty();
    fs::create_dir(desk.path("data")).expect("a directory");
    fixture::usual(&desk.path("data/app.db"));
    desk.set("SECRET_KEY", KEY);
    let out = desk.ok(&[&WRITE[..], &["--database", "data/app.db"]].concat());
    assert!(desk.path("data/.env").is_file() && !desk.path(".env").exists());
    assert!(out.stderr.contains("warning: SECRET_KEY is set in the environment"), "{out:?}");
    // Before there is a database: beside the place where it will be.
    let desk = Desk::empty();
    let out = desk.ok(&WRITE);
    assert!(desk.path(".env").is_file() && !out.stderr.contains("accounts"), "{out:?}");
    // A name that leads nowhere may be a slip.
    desk.refused(&[&WRITE[..], &["--database", "data/app.db"]].concat(), 8, "db_missing");
}

#[test]
fn a_dry_run_says_what_would_be_and_writes_nothing() {
    let desk = Desk::usual();
    let before = desk.snapshot();
    let out = desk.ok(&[&WRITE[..], &["-n"]].concat());
    assert!(out.stderr.contains("would make '") && out.stderr.contains("9 active accounts"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
    desk.write(".env", "SECRET_KEY=old\n");
    let before = desk.snapshot();
    desk.refused(&[&WRITE[..], &["-n"]].concat(), 4, "exists");
    let out = desk.ok(&force(&["-n"]));
    assert!(out.stderr.contains("would replace the SECRET_KEY"), "{out:?}");
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn what_cannot_be_edited_safely_is_left_alone() {
    let desk = Desk::usual();
    desk.write(".env", b"SECRET_KEY=\xff\n");
    desk.refused(&force(&[]), 5, "key_unusable").names(&[".env", "UTF-8"]);
    desk.write(".env", "A=1\n");
    fs::set_permissions(desk.path(".env"), fs::Permissions::from_mode(0o666)).expect("a mode");
    desk.refused(&WRITE, 5, "key_unusable").names(&["everybody may write it"]).advises(&["chmod o-w"]);
    fs::set_permissions(desk.path(".env"), fs::Permissions::from_mode(0o600)).expect("a mode");
    fs::hard_link(desk.path(".env"), desk.path("other")).expect("a link");
    desk.refused(&WRITE, 1, "output_failed").names(&["2 hard links"]).advises(&["by hand"]);
    fs::remove_file(desk.path("other")).expect("removed");
    fs::remove_file(desk.path(".env")).expect("removed");
    symlink("nowhere", desk.path(".env")).expect("a link");
    desk.refused(&WRITE, 5, "key_unusable").names(&["regular file"]);
    fs::remove_file(desk.path(".env")).expect("removed");
    fs::create_dir(desk.path(".env")).expect("a directory");
    desk.refused(&WRITE, 5, "key_unusable").names(&["regular file"]);
}

#[test]
fn wrong_uses_are_told_what_to_do() {
    let desk = Desk::usual();
    desk.refused(&["secret"], 2, "usage").advises(&["authctl secret --help"]);
    desk.refused(&["secret", "generate", "--force"], 2, "usage").names(&["--write"]);
    desk.refused(&["secret", "generate", ".env"], 2, "usage");
    desk.refused(&["secret", "show"], 2, "usage").names(&["show"]);
    desk.refused(&["secret", "generate", "--length", "64"], 2, "usage").names(&["--length"]);
}

#[test]
fn the_app_stays_able_to_read_its_file() {
    use std::os::unix::fs::{MetadataExt, chown};
    assert!(is_root(), "this test needs root: it gives files to others");
    let desk = Desk::usual();
    chown(desk.db(), Some(12_345), Some(12_345)).expect("chown");
    desk.refused(&WRITE, 8, "db_owner").names(&["12345"]).advises(&["sudo -u"]);
    chown(desk.db(), Some(0), Some(0)).expect("chown");
    desk.write(".env", "SECRET_KEY=old\n");
    chown(desk.path(".env"), Some(0), Some(12_345)).expect("chown");
    fs::set_permissions(desk.path(".env"), fs::Permissions::from_mode(0o640)).expect("a mode");
    desk.ok(&force(&[]));
    let file = fs::metadata(desk.path(".env")).expect("a file");
    assert_eq!((file.gid(), file.mode() & 0o7777), (12_345, 0o640));
    chown(desk.path(".env"), Some(12_345), Some(0)).expect("chown");
    desk.refused(&force(&[]), 5, "key_unusable").names(&["another user (uid 12345)"]);
}

#[test]
fn a_wrong_column_is_refused_before_a_key_is_replaced() {
    let desk = Desk::usual();
    desk.write(".env", "SECRET_KEY=old-0123456789-0123456789-0123456789\n");
    desk.refused(&["secret", "generate", "--write", "--force", "--columns", "nope"], 2, "usage").names(&["'nope'"]);
}
