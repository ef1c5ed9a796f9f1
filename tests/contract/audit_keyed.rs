//! The keyed chain: where the key comes from, what is refused without it, and what is said about it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::audit_tampering::configure_key;
use crate::harness::{Desk, KEY};

const AUDIT_KEY: &str = "0123456789abcdef0123456789abcdef";

fn keyed() -> Desk {
    let mut desk = Desk::keyed();
    configure_key(&desk, AUDIT_KEY);
    desk.set("SECRET_KEY", KEY);
    desk
}

fn forms(desk: &Desk) -> Vec<String> {
    desk.cells("SELECT substr(hash, 1, length(hash) - 64) || ' <- ' || substr(prev_hash, 1, length(prev_hash) - 64) FROM security_events ORDER BY id")
}

#[test]
fn every_write_is_keyed_where_a_key_is_configured() {
    let desk = keyed();
    desk.ok(&["lock", "bob"]);
    desk.run_with(&["login", "cleo", "--password-stdin"], "Wrong-Password-1");
    desk.ok(&["token", "issue", "ann"]);
    assert_eq!(forms(&desk), ["hmac-sha256: <- ", "hmac-sha256: <- hmac-sha256:", "hmac-sha256: <- hmac-sha256:"]);
    let verdict = desk.json(&["audit", "verify"]);
    assert_eq!((&verdict["ok"], &verdict["keyed_rows"]), (&json!(true), &json!(3)));
    let head = desk.ok(&["audit", "head"]).stdout;
    assert!(head.contains("hash=hmac-sha256:") && head.ends_with("keyed=yes\n"), "{head}");
    desk.write("head", head);
    assert_eq!(desk.json(&["audit", "verify", "--head", "head"])["head_matches"], true);

    let fresh = Desk::empty();
    configure_key(&fresh, AUDIT_KEY);
    fresh.ok(&["init"]);
    let old = Desk::with(crate::fixture::preauth);
    configure_key(&old, AUDIT_KEY);
    old.ok(&["migrate"]);
    for desk in [fresh, old] {
        assert_eq!(forms(&desk), ["hmac-sha256: <- "]);
        desk.ok(&["audit", "verify"]);
    }
}

#[test]
fn a_log_may_begin_plain_and_goes_on_keyed() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    configure_key(&desk, AUDIT_KEY);
    let out = desk.run(&["audit", "verify"]);
    assert_eq!(out.code, 11, "a plain last row: {out:?}");
    assert!(out.stderr.contains("not keyed") && out.stderr.contains("the next write begins"), "{out:?}");
    desk.ok(&["unlock", "bob"]);
    let verdict = desk.json(&["audit", "verify"]);
    assert_eq!((&verdict["rows"], &verdict["keyed_rows"]), (&json!(2), &json!(1)));
}

#[test]
fn a_keyed_log_is_not_continued_plain() {
    let desk = keyed();
    desk.ok(&["lock", "bob"]);
    desk.config("");
    for args in [
        &["unlock", "bob"][..],
        &["token", "issue", "ann"],
        &["user", "add", "zoe", "--email", "zoe@example.org", "--generate"],
        &["lock", "cleo", "-n"],
    ] {
        desk.refused(args, 5, "key_missing").names(&["keyed"]).advises(&["audit_key_file"]);
    }
    desk.ok(&["user", "list"]);
    desk.ok(&["audit", "list"]);
}

/// A restore puts another log in the place of the keyed one.
#[test]
fn a_keyed_log_is_not_replaced_by_a_plain_one_without_the_key() {
    let desk = keyed();
    desk.config("");
    desk.ok(&["lock", "bob"]);
    desk.ok(&["db", "backup", "plain.db"]);
    configure_key(&desk, AUDIT_KEY);
    desk.ok(&["unlock", "bob"]);
    desk.config("");
    for args in [&["db", "restore", "plain.db", "-y"][..], &["db", "restore", "plain.db", "-n"]] {
        desk.refused(args, 5, "key_missing").names(&["keyed"]).advises(&["audit_key_file"]);
    }
    configure_key(&desk, AUDIT_KEY);
    desk.ok(&["db", "restore", "plain.db", "-y"]);
    assert_eq!(forms(&desk), [" <- ", "hmac-sha256: <- "]);
}

#[test]
fn without_the_key_the_links_are_checked_and_the_rows_are_not() {
    let desk = keyed();
    desk.ok(&["lock", "bob"]);
    desk.ok(&["unlock", "bob"]);
    desk.config("");
    let args = ["--json", "audit", "verify"];
    let out = desk.run(&args);
    let document = out.json();
    assert_eq!((&document["ok"], &document["unchecked_rows"]), (&json!(false), &json!(2)));
    assert_eq!(document["first_bad"], json!(null));
    out.refusal(&args, 5, "key_missing").names(&["2 keyed events"]).advises(&["audit_key_file"]);
    desk.sql("DELETE FROM security_events WHERE id = 1");
    crate::audit::unsound(&desk, &[]);
}

#[test]
fn only_sound_rows_count_as_unchecked() {
    let desk = keyed();
    for verb in ["lock", "unlock", "lock", "unlock", "lock", "unlock"] {
        desk.ok(&[verb, "bob"]);
    }
    desk.config("");
    for (sql, id) in [
        ("UPDATE security_events SET prev_hash = hash WHERE id = 5", 5),
        ("DELETE FROM security_events WHERE id = 3", 4),
        ("DELETE FROM security_events WHERE id = 1", 2),
    ] {
        desk.sql(sql);
        let document = crate::audit::unsound(&desk, &[]);
        assert_eq!(document["first_bad"]["id"], id, "{document}");
        assert_eq!(document["unchecked_rows"], document["keyed_rows"], "{document}");
        assert_eq!(document["rows"], document["keyed_rows"], "{document}");
    }
}

#[test]
fn another_key_is_told_from_an_altered_row_as_far_as_that_goes() {
    let desk = keyed();
    desk.ok(&["lock", "bob"]);
    configure_key(&desk, "another key, that is long enough too");
    let bad = crate::audit::unsound(&desk, &[])["first_bad"].clone();
    assert_eq!((&bad["id"], &bad["why"]), (&json!(1), &json!("altered")));
    assert!(bad["message"].as_str().is_some_and(|text| text.contains("another key")), "{bad}");
}

/// Whatever writes refuses before it writes; whatever reads goes on.
#[test]
fn a_configured_key_that_cannot_be_used_stops_every_write() {
    for (content, mode, code, part) in [
        (None, 0o600, "key_missing", "there is no file"),
        (Some(""), 0o600, "key_empty", "is empty"),
        (Some("\n"), 0o600, "key_empty", "is empty"),
        (Some("0123456789abcdef0123456789abcde\n"), 0o600, "key_unusable", "31 bytes"),
        (Some(AUDIT_KEY), 0o604, "key_unusable", "mode 0604"),
        (Some(AUDIT_KEY), 0o622, "key_unusable", "mode 0622"),
    ] {
        let desk = keyed();
        desk.ok(&["lock", "bob"]);
        let path = desk.path("audit.key");
        match content {
            None => fs::remove_file(&path).expect("removed"),
            Some(text) => fs::write(&path, text).expect("written"),
        }
        if content.is_some() {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("chmod");
        }
        for args in [
            &["unlock", "bob"][..],
            &["lock", "cleo", "--dry-run"],
            &["init", "--database", "new.db"],
            &["migrate"],
            &["audit", "prune", "--before=-1s"],
            &["audit", "verify"],
        ] {
            desk.refused(args, 5, code).names(&[part]);
        }
        desk.refused_with(&["login", "cleo", "--password-stdin"], "Wrong-Password-1", 5, code);
        let out = desk.ok(&["audit", "list"]);
        assert!(!out.stdout.contains(AUDIT_KEY) && !out.stderr.contains(AUDIT_KEY));
        desk.ok(&["user", "list"]);
        desk.ok(&["audit", "head"]);
    }
}

#[test]
fn the_key_file_is_looked_for_beside_the_configuration_that_names_it() {
    let desk = keyed();
    fs::create_dir(desk.path("etc")).expect("a directory");
    for name in ["audit.key", "authctl.toml"] {
        fs::rename(desk.path(name), desk.path(&format!("etc/{name}"))).expect("moved");
    }
    desk.ok(&["--config", "etc/authctl.toml", "lock", "bob"]);
    assert_eq!(forms(&desk), ["hmac-sha256: <- "]);
}

#[test]
fn a_pruned_keyed_log_stays_keyed_and_sound() {
    let mut desk = keyed();
    for _ in 0..3 {
        desk.ok(&["lock", "bob"]);
        desk.ok(&["unlock", "bob"]);
    }
    desk.micros += 60_000_000;
    desk.ok(&["audit", "prune", "--before", "-1s", "--export", "old.jsonl"]);
    assert_eq!(forms(&desk).len(), 2);
    desk.ok(&["audit", "verify"]);
    desk.config("");
    desk.refused(&["audit", "prune", "--before", "-1s"], 5, "key_missing");
}

/// Each way to a row of another key: the file's content, the file's name, a backup of another log.
#[test]
fn a_keyed_log_is_not_continued_with_another_key() {
    let mut desk = keyed();
    desk.ok(&["lock", "bob"]);
    desk.ok(&["db", "backup", "bk.db"]);
    desk.micros += 60_000_000;
    desk.ok(&["unlock", "bob"]);
    let before = forms(&desk);
    configure_key(&desk, "another key, that is long enough too");
    for args in [
        &["lock", "bob"][..],
        &["lock", "cleo", "-n"],
        &["user", "add", "zoe", "--email", "zoe@example.org", "--generate"],
        &["db", "restore", "bk.db", "--yes"],
    ] {
        desk.refused(args, 5, "key_unusable")
            .names(&["not the one", "altered"])
            .advises(&["bring the key of this log back", "audit verify"]);
    }
    desk.refused_with(&["login", "cleo", "--password-stdin"], "Wrong-Password-1", 5, "key_unusable");
    assert_eq!(desk.run(&["audit", "prune", "--before=-1s"]).code, 11);
    desk.sql("DROP INDEX ix_users_email");
    desk.refused(&["migrate"], 5, "key_unusable");
    assert_eq!(forms(&desk), before);
    let left: Vec<String> = desk.snapshot().into_keys().filter(|name| name.starts_with("app.db.")).collect();
    assert_eq!(left, Vec::<String>::new(), "no backup and no copy stays");
    configure_key(&desk, AUDIT_KEY);
    desk.ok(&["audit", "verify"]);
    desk.ok(&["migrate"]);
}

#[test]
fn an_altered_last_event_is_told_from_another_key_where_an_earlier_one_fits() {
    let desk = keyed();
    desk.ok(&["lock", "bob"]);
    desk.sql("UPDATE security_events SET reason = 'forged' WHERE id = 1");
    desk.refused(&["unlock", "bob"], 5, "key_unusable").names(&["event 1", "altered"]);
    desk.sql("UPDATE security_events SET reason = NULL WHERE id = 1");
    desk.ok(&["unlock", "bob"]);
    desk.sql("UPDATE security_events SET reason = 'forged' WHERE id = 2");
    desk.ok(&["lock", "bob"]);
    let bad = crate::audit::unsound(&desk, &[])["first_bad"].clone();
    assert_eq!((&bad["id"], &bad["why"]), (&json!(2), &json!("altered")));
}

/// A new key in the place of the old one ends the log for good: no hint may lead there.
#[test]
fn no_hint_about_a_key_that_cannot_be_used_leads_to_another_key_in_a_keyed_log() {
    for (content, mode) in [("", 0o600), ("short", 0o600), (AUDIT_KEY, 0o604)] {
        let desk = keyed();
        desk.ok(&["lock", "bob"]);
        let path = desk.path("audit.key");
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("chmod");
        let out = desk.run(&["unlock", "bob"]);
        let hint = out.stderr.rsplit("hint: ").next().unwrap_or_default().to_owned();
        let careful = hint.contains("bring the key of this log back, no other will do") || !hint.contains("new");
        assert!(careful, "{content:?} {mode:o}: {out:?}");
    }
}
