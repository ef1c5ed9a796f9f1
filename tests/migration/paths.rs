//! Names of files that a shell, a URI or UTF-8 would trip over.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::bench::*;
use crate::support::{Journal, Stage, make_db, make_db_in};

const NAMES: [&[u8]; 14] = [
    b"app.db",
    b"with blank.db",
    b"#hash.db",
    b"what?.db",
    b"100%25.db",
    b"quo'te.db",
    b"dou\"ble.db",
    b"dollar$HOME`id`.db",
    b"back\\slash;&|.db",
    b"file:app.db?mode=ro",
    b":memory:x",
    b"-dash.db",
    b"not utf8 \xff\xc3.db",
    b"\xc3\xa9t\xc3\xa9 \xe6\x96\x87.db",
];

/// Migrates, works, and goes the printed way back.
fn works(dir: &Path, named: &OsStr, real: &Path) {
    let before = Picture::of(real);
    let there = |args: &[&str]| {
        let mut option = std::ffi::OsString::from("--database=");
        option.push(named);
        Ran::of(tool().arg(option).args(args).current_dir(dir).output().expect("the binary starts"))
    };
    let name = named.as_bytes().escape_ascii().to_string();
    there(&["migrate", "status"]).expect(0);
    let ran = there(&["migrate"]).expect(0);
    there(&["user", "deactivate", "id:1"]).expect(0);
    there(&["user", "list", "--count"]).expect(0);
    there(&["migrate"]).expect(0).says("unchanged");
    let found = backups(real.parent().expect("a directory"));
    assert_eq!(found.len(), 1, "{name}");
    let command = ran.err.lines().find_map(|line| line.split_once("then: ")).expect("the way back is printed").1;
    // Bytes that nobody can type need a shell with $'…'.
    let shell = if command.contains("$'") { "bash" } else { "sh" };
    let done =
        surroundless(Path::new(shell)).arg("-c").arg(command).current_dir("/").output().expect("the shell starts");
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(Picture::of(real), before, "{name}");
    there(&["migrate", "check"]).expect(9);
    std::fs::remove_file(&found[0]).expect("the backup can be removed");
}

#[test]
fn odd_names_are_names() {
    let home = scratch();
    let original = make_db(Stage::Preauth, home.path());
    for name in NAMES {
        let dir = scratch();
        let name = OsStr::from_bytes(name);
        let db = dir.path().join(name);
        std::fs::copy(&original, &db).expect("the file can be copied");
        works(dir.path(), name, &db);
        works(Path::new("/"), db.as_os_str(), &db);
        assert_eq!(entries(dir.path()).len(), 1, "{:?}", entries(dir.path()));
    }
}

#[test]
fn long_paths_are_paths() {
    let home = scratch();
    let original = make_db(Stage::Preauth, home.path());
    let dir = scratch();
    for long in [PathBuf::from("d".repeat(120)).join("e".repeat(70)).join("app.db"), PathBuf::from("n".repeat(200))] {
        let db = dir.path().join(&long);
        std::fs::create_dir_all(db.parent().expect("a directory")).expect("directories can be made");
        std::fs::copy(&original, &db).expect("the file can be copied");
        works(dir.path(), long.as_os_str(), &db);
    }
    let too_long = dir.path().join("x".repeat(300));
    run(&too_long, &["migrate"]).expect(8);
    run(&too_long, &["init"]).expect(8);
}

#[test]
fn behind_a_link_lies_the_file_with_everything_beside_it() {
    for journal in [Journal::Delete, Journal::Wal] {
        let (links, files) = (scratch(), scratch());
        let db = make_db_in(Stage::Preauth, files.path(), journal);
        let link = links.path().join("link.db");
        std::os::unix::fs::symlink(&db, &link).expect("a link can be made");
        let app = connection(&db);
        app.execute_batch("UPDATE users SET email = 'fresh@example.org' WHERE id = 1").expect("the app writes");
        let shown = run(&link, &["user", "show", "id:1", "--json"]).expect(0);
        assert_eq!(shown.json()["email"], "fresh@example.org");
        run(&link, &["migrate", "--dry-run"]).expect(0);
        drop(app);
        works(links.path(), OsStr::new("link.db"), &db);
        assert_eq!(entries(links.path()).len(), 1, "{:?}", entries(links.path()));
        run(&link, &["init"]).expect(4);
    }
}

#[test]
fn a_link_to_nowhere_and_a_link_to_itself_are_no_database() {
    let dir = scratch();
    for (target, code, error) in [("nowhere", 8, "db_missing"), ("link.db", 8, "db_unreadable")] {
        let link = dir.path().join("link.db");
        std::os::unix::fs::symlink(dir.path().join(target), &link).expect("a link can be made");
        assert_eq!(run(&link, &["migrate", "--json"]).expect(code).error_code(), error);
        assert_eq!(run(&link, &["init", "--json"]).expect(4).error_code(), "exists");
        assert_eq!(entries(dir.path()).len(), 1);
        std::fs::remove_file(&link).expect("the link can be removed");
    }
}
