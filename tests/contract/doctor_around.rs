//! `doctor` on what lies around the file: rights, owners, room, and the signing key.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use serde_json::json;

use crate::audit_tampering::configure_key;
use crate::doctor_desk::{chmod, command, document, findings, healthy, ids, look, mode, only, paste, well};
use crate::harness::{Desk, KEY};
use crate::process::{Real, is_root};

/// Whoever is neither root nor the one who runs the tests.
const NOBODY: u32 = 65_534;

#[test]
fn a_database_that_everybody_may_read_is_found_and_closed() {
    for (before, after) in [(0o644, 0o600), (0o604, 0o600), (0o666, 0o660), (0o664, 0o660)] {
        let desk = healthy();
        chmod(&desk.db(), before);
        let finding = only(&desk, &[], "database-mode");
        assert_eq!((&finding["severity"], &finding["fixable"]), (&json!("error"), &json!(true)));
        assert_eq!(command(&finding), format!("chmod {after:o} {}", desk.db().display()));
        paste(&desk, command(&finding));
        well(&desk, &[]);
        assert_eq!(mode(&desk.db()), after);
    }
    // A group that may read or write it is there on purpose.
    for kept in [0o640, 0o660] {
        let desk = healthy();
        chmod(&desk.db(), kept);
        well(&desk, &[]);
    }
}

#[test]
fn a_link_is_followed_to_the_file() {
    let desk = healthy();
    fs::create_dir(desk.path("data")).expect("a directory");
    let real = desk.path("data/real.db");
    fs::rename(desk.db(), &real).expect("moved");
    std::os::unix::fs::symlink(&real, desk.db()).expect("a link");
    chmod(&real, 0o644);
    assert_eq!(command(&only(&desk, &[], "database-mode")), format!("chmod 600 {}", real.display()));
}

#[test]
fn side_files_copies_and_the_directory_are_looked_at() {
    let desk = healthy();
    desk.write("app.db-journal", "");
    chmod(&desk.path("app.db-journal"), 0o644);
    let finding = only(&desk, &[], "side-file-mode");
    paste(&desk, command(&finding));
    well(&desk, &[]);

    let desk = healthy();
    fs::copy(desk.db(), desk.path("app.db.backup-20261125T020000Z")).expect("a copy");
    fs::copy(desk.db(), desk.path("app.db~")).expect("a copy");
    desk.write("app.db.md", "notes");
    for name in ["app.db.backup-20261125T020000Z", "app.db~", "app.db.md"] {
        chmod(&desk.path(name), 0o640);
    }
    let document = look(&desk, &[]);
    assert_eq!(ids(&document), ["backup-mode", "backup-mode"], "{document:#}");
    for finding in findings(&document) {
        paste(&desk, command(finding));
    }
    well(&desk, &[]);
    assert_eq!((mode(&desk.path("app.db~")), mode(&desk.path("app.db.md"))), (0o600, 0o640));

    let desk = healthy();
    chmod(desk.dir.path(), 0o777);
    let finding = only(&desk, &[], "directory-mode");
    assert_eq!(finding["fixable"], false);
    paste(&desk, command(&finding));
    well(&desk, &[]);
    // As in /tmp: nobody can replace the files of others there.
    chmod(desk.dir.path(), 0o1777);
    well(&desk, &[]);
}

#[test]
fn files_that_are_believed_are_looked_at() {
    let mut desk = healthy();
    desk.env.remove("SECRET_KEY");
    desk.write(".env", format!("SECRET_KEY={KEY}\n"));
    chmod(&desk.path(".env"), 0o644);
    let finding = only(&desk, &[], "env-file-mode");
    paste(&desk, command(&finding));
    well(&desk, &[]);

    let desk = healthy();
    desk.write("key", KEY);
    chmod(&desk.path("key"), 0o604);
    let args = ["--secret-file", "key"];
    let finding = only(&desk, &args, "key-file-mode");
    paste(&desk, command(&finding));
    well(&desk, &args);

    let desk = healthy();
    chmod(&desk.path("authctl.toml"), 0o664);
    let finding = only(&desk, &[], "config-file-mode");
    assert_eq!(finding["severity"], "warning");
    paste(&desk, command(&finding));
    well(&desk, &[]);
    assert_eq!(mode(&desk.path("authctl.toml")), 0o644);
}

/// Such a file is not believed, so there is no key either.
#[test]
fn an_env_file_that_everybody_may_write_is_found_with_what_it_costs() {
    let mut desk = healthy();
    desk.env.remove("SECRET_KEY");
    desk.write(".env", format!("SECRET_KEY={KEY}\n"));
    chmod(&desk.path(".env"), 0o666);
    let document = look(&desk, &[]);
    assert_eq!(ids(&document), ["env-file-mode", "key-unusable"], "{document:#}");
    assert_eq!(findings(&document)[1]["command"], json!(null));
    paste(&desk, command(&findings(&document)[0]));
    well(&desk, &[]);
}

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----";

#[test]
fn the_signing_key_is_looked_at() {
    let with = |key: Option<&str>| {
        let mut desk = healthy();
        desk.env.remove("SECRET_KEY");
        if let Some(key) = key {
            desk.set("SECRET_KEY", key);
        }
        desk
    };
    let fallback = "your-secret-key-change-in-production-mental-health-app";
    for (key, id, severity, line) in [
        (None, "key-missing", "warning", "authctl secret generate --write"),
        (Some(""), "key-empty", "error", "unset SECRET_KEY; authctl secret generate --write"),
        (Some(fallback), "key-default", "error", "unset SECRET_KEY; authctl secret generate --write"),
        (Some("kq9-zx"), "key-short", "warning", "unset SECRET_KEY; authctl secret generate --write"),
        (Some(PEM), "key-unusable", "error", "unset SECRET_KEY; authctl secret generate --write"),
    ] {
        let desk = with(key);
        let finding = only(&desk, &[], id);
        assert_eq!((&finding["severity"], command(&finding)), (&json!(severity), line));
        assert!(key.is_none_or(|key| key.is_empty() || !finding.to_string().contains(key)), "the key is shown");
    }
    // What stands in the file is replaced, and only on purpose.
    for (key, id) in [("", "key-empty"), (fallback, "key-default"), ("kq9-zx", "key-short"), (PEM, "key-unusable")] {
        let desk = with(None);
        desk.write(".env", format!("SECRET_KEY='{key}'\n"));
        chmod(&desk.path(".env"), 0o600);
        let finding = only(&desk, &[], id);
        let force = if key.is_empty() { "" } else { " --force" };
        assert_eq!(command(&finding), format!("authctl secret generate --write{force}"));
        paste(&desk, &format!("unset SECRET_KEY; {}", command(&finding)));
        well(&desk, &[]);
    }
    // Allowed is not the same as in order.
    only(&with(Some(fallback)), &["--insecure-default-key"], "key-default");
    let desk = with(None);
    desk.write("key", "short\n");
    chmod(&desk.path("key"), 0o600);
    let finding = only(&desk, &["--secret-file", "key"], "key-short");
    assert_eq!(command(&finding), format!("(umask 077; authctl secret generate >{})", desk.path("key").display()));
    let finding = only(&desk, &["--secret-file", "none"], "key-unusable");
    assert_eq!(finding["command"], json!(null));
}

#[test]
fn owners_that_do_not_fit_are_found() {
    assert!(is_root(), "this test needs root: files get other owners");
    let desk = healthy();
    desk.write("app.db-journal", "");
    chmod(&desk.path("app.db-journal"), 0o600);
    chown(desk.path("app.db-journal"), Some(NOBODY), Some(NOBODY)).expect("chown");
    let finding = only(&desk, &[], "side-file-owner");
    assert_eq!(command(&finding), format!("chown root {}", desk.path("app.db-journal").display()));
    paste(&desk, command(&finding));
    well(&desk, &[]);

    // Made by root in the directory of the app's user, which cannot write it then.
    let desk = healthy();
    chown(desk.dir.path(), Some(NOBODY), Some(NOBODY)).expect("chown");
    let finding = only(&desk, &[], "database-owner");
    assert_eq!(finding["fixable"], false);
    paste(&desk, command(&finding));
    fs::remove_file(desk.path("authctl.toml")).expect("removed");
    assert!(!ids(&look(&desk, &[])).contains(&"database-owner"));
}

#[test]
fn somebody_elses_database_is_found_and_its_modes_are_left_to_its_owner() {
    assert!(is_root(), "this test needs root: a file of one user is looked at by another");
    let desk = healthy();
    let real = Real::ordinary(&desk);
    let daemon = 1;
    chown(desk.db(), Some(daemon), Some(daemon)).expect("chown");
    chmod(&desk.db(), 0o644);
    let out = real.run(&["doctor", "--json"], "");
    let found = document(&out, &[]);
    assert_eq!(ids(&found), ["database-mode", "database-owner"], "{found:#}");
    assert!(findings(&found).iter().all(|finding| finding["fixable"] == false), "{found:#}");
    let line = format!("sudo -u daemon authctl doctor --database {}", desk.db().display());
    assert_eq!(command(&findings(&found)[1]), line);
}

/// The room that a file claims, not the one that it takes: a sparse file.
#[test]
fn a_disk_without_room_for_a_backup_is_found() {
    let desk = healthy();
    let volume = rustix::fs::statvfs(desk.dir.path()).expect("a volume");
    let free = volume.f_bavail * volume.f_frsize;
    let size = fs::metadata(desk.db()).expect("the file").len();
    fs::File::options().write(true).open(desk.db()).and_then(|file| file.set_len(free)).expect("a sparse file");
    let out = desk.run(&["doctor", "--json"]);
    let found = document(&out, &[]);
    let room = findings(&found).iter().find(|finding| finding["id"] == "free-disk").expect("found");
    assert_eq!(command(room), format!("df -h {}", desk.dir.path().display()));
    fs::File::options().write(true).open(desk.db()).and_then(|file| file.set_len(size)).expect("as it was");
    well(&desk, &[]);
}

#[test]
fn a_key_of_the_environment_is_not_judged_by_an_env_file_and_the_other_way_round() {
    let desk: Desk = healthy();
    desk.write(".env", "SECRET_KEY=short\n");
    chmod(&desk.path(".env"), 0o600);
    well(&desk, &[]);
}

/// A healthy file whose log is keyed, or is yet to be.
fn with_audit_key(keyed: bool) -> Desk {
    let desk = healthy();
    configure_key(&desk, KEY);
    if keyed {
        paste(&desk, "authctl user verify bob");
        well(&desk, &[]);
    }
    desk
}

#[test]
fn a_key_of_the_log_that_cannot_be_had_is_found_and_the_log_is_not_called_broken() {
    let made = |desk: &Desk| format!("(umask 077; authctl secret generate >{})", desk.path("audit.key").display());
    let looked_for = |_: &Desk| "authctl config show".to_owned();
    let closed = |desk: &Desk| format!("chmod 600 {}", desk.path("audit.key").display());
    type Case = (bool, fn(&Path), fn(&Desk) -> String);
    let cases: [Case; 7] = [
        (false, |key| fs::remove_file(key).expect("removed"), made),
        (false, |key| fs::write(key, "").expect("written"), made),
        (true, |key| fs::remove_file(key).expect("removed"), looked_for),
        (true, |key| fs::write(key, "\n").expect("written"), looked_for),
        (true, |key| fs::write(key, "short\n").expect("written"), looked_for),
        (true, |key| chmod(key, 0o644), closed),
        (true, |key| chmod(key, 0o606), closed),
    ];
    for (keyed, harm, line) in cases {
        let desk = with_audit_key(keyed);
        let key = fs::read(desk.path("audit.key")).expect("a key");
        harm(&desk.path("audit.key"));
        let document = look(&desk, &[]);
        assert_eq!(ids(&document), ["audit-key"], "{document:#}");
        let finding = &findings(&document)[0];
        assert_eq!((&finding["severity"], command(finding)), (&json!("error"), line(&desk).as_str()));
        assert!(finding["message"].as_str().expect("words").contains("writes nothing"), "{finding:#}");
        let checked = document["checked"].as_array().expect("ids");
        assert_eq!(checked.contains(&"event-chain".into()), !keyed, "{document:#}");
        paste(&desk, command(finding));
        if command(finding) == looked_for(&desk) {
            assert_eq!(ids(&look(&desk, &[])), ["audit-key"]);
            fs::write(desk.path("audit.key"), key).expect("brought back");
            chmod(&desk.path("audit.key"), 0o600);
        }
        if !keyed {
            // The first row that is written with the new key begins the keyed part.
            let pending = only(&desk, &[], "event-chain");
            assert!(pending["message"].as_str().expect("words").contains("the next write begins"), "{pending:#}");
            paste(&desk, "authctl user verify bob");
        }
        well(&desk, &[]);
    }
}

#[test]
fn a_keyed_log_without_a_configured_key_is_found() {
    let desk = with_audit_key(true);
    let configured = fs::read(desk.path("authctl.toml")).expect("a configuration");
    desk.write("authctl.toml", crate::harness::CHEAP);
    let finding = only_of(&desk, "audit-key");
    assert_eq!((&finding["subject"], command(&finding)), (&json!("audit_key_file"), "authctl config show"));
    assert!(finding["message"].as_str().expect("words").contains("is keyed"), "{finding:#}");
    paste(&desk, command(&finding));
    // Also where no row before the first bad one is keyed.
    desk.sql(
        "CREATE TABLE kept AS SELECT * FROM security_events; UPDATE security_events SET prev_hash = hash WHERE id = 1",
    );
    assert_eq!(only_of(&desk, "audit-key"), finding);
    desk.sql("DELETE FROM security_events; INSERT INTO security_events SELECT * FROM kept; DROP TABLE kept");
    desk.write("authctl.toml", configured);
    well(&desk, &[]);
}

/// The finding of this id, whatever else there is.
fn only_of(desk: &Desk, id: &str) -> serde_json::Value {
    let document = look(desk, &[]);
    findings(&document).iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("{document:#}")).clone()
}

#[test]
fn nothing_in_the_file_is_mended_without_the_key_of_its_log() {
    let desk = with_audit_key(true);
    desk.sql("UPDATE users SET locked_until = '2020-06-07 10:00:00.000000' WHERE username = 'bob'");
    desk.sql("DROP INDEX ix_users_email");
    chmod(&desk.db(), 0o644);
    fs::remove_file(desk.path("audit.key")).expect("removed");
    let document = look(&desk, &[]);
    assert_eq!(ids(&document), ["stuck-lock", "database-mode", "audit-key", "missing-index"], "{document:#}");
    let fixable: Vec<&serde_json::Value> = findings(&document).iter().map(|finding| &finding["fixable"]).collect();
    assert_eq!(fixable, [false, true, false, false]);
    let before = fs::read(desk.db()).expect("the file");
    let out = desk.run(&["doctor", "--fix", "-y", "--json"]);
    assert_eq!(out.json()["mended"], json!(["database-mode"]));
    out.refusal(&[], 11, "findings").names(&["3 findings"]);
    assert_eq!((fs::read(desk.db()).expect("the file"), mode(&desk.db())), (before, 0o600));
}
