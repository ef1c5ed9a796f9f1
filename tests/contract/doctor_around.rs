//! `doctor` on what lies around the file: rights, owners, room, and the signing key.

use std::fs;
use std::os::unix::fs::chown;

use serde_json::json;

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
        (
            Some("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----"),
            "key-unusable",
            "error",
            "unset SECRET_KEY; authctl secret generate --write",
        ),
    ] {
        let desk = with(key);
        let finding = only(&desk, &[], id);
        assert_eq!((&finding["severity"], command(&finding)), (&json!(severity), line));
        assert!(key.is_none_or(|key| key.is_empty() || !finding.to_string().contains(key)), "the key is shown");
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
