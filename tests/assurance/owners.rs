//! Root on the app's file, a stranger on somebody else's, odd paths, links, and a file that another process has locked:
//! every command that writes, one after the other.
//!
//! What a newcomer would get wrong: root may write everything, and so may leave files that the app cannot. After each
//! command the app's own user writes the database, which fails at once where a side file belongs to root.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rusqlite::Connection;

use crate::scale::figure;
use crate::stand::{KEY, Picture, Stand, connection, fed};
use crate::support::{Journal, PASSWORD, Stage};

/// Who the app runs as, and another ordinary user.
const APP: u32 = 65_534;
const STRANGER: u32 = 65_533;

/// Every command that writes, in an order in which each has something to do, with its standard input.
const WRITES: [(&str, &[&str]); 22] = [
    ("", &["migrate"]),
    (PASSWORD, &["user", "add", "nia-two", "--email", "nia@example.org", "--password-stdin"]),
    ("username,email\nlena,lena@example.org\n", &["user", "import", "-", "--generate", "--credentials-out", "new.csv"]),
    ("", &["user", "edit", "nia-two", "--full-name", "Nia Two"]),
    ("", &["user", "deactivate", "nia-two"]),
    ("", &["user", "activate", "nia-two"]),
    ("", &["user", "verify", "nia-two"]),
    (PASSWORD, &["user", "passwd", "nia-two", "--password-stdin"]),
    (PASSWORD, &["login", "nia-two", "--password-stdin"]),
    (PASSWORD, &["login", "nia-two", "--password-stdin", "--save"]),
    ("", &["logout"]),
    ("", &["token", "issue", "nia-two"]),
    ("", &["lock", "nia-two"]),
    ("", &["unlock", "nia-two"]),
    ("", &["unlock", "--expired"]),
    ("", &["set-role", "nia-two", "therapist"]),
    ("", &["user", "delete", "nia-two", "--yes"]),
    ("", &["db", "backup", "copy.db"]),
    ("", &["doctor", "--fix", "--yes"]),
    ("", &["secret", "generate", "--write", "--force"]),
    ("", &["audit", "prune", "--before=-1s"]),
    ("", &["db", "restore", "copy.db", "--yes"]),
];

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A copy of the binary that every user can reach.
fn reachable() -> &'static Path {
    static COPY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_dir, path) = COPY.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a scratch directory");
        open_to_all(dir.path());
        let path = dir.path().join("authctl");
        crate::support::copy_program(&path);
        (dir, path)
    });
    path
}

fn open_to_all(directory: &Path) {
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).expect("the mode can be set");
}

fn as_user(uid: u32, directory: &Path, db: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(reachable());
    command.env_clear().env("SECRET_KEY", KEY).current_dir(directory);
    command.arg("--config").arg(directory.join("authctl.toml")).arg("--database").arg(db).args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if root() {
        command.uid(uid).gid(uid);
    }
    command
}

/// The app's directory with its file, given to the app's user where we may.
fn of_the_app(stage: Stage, journal: Journal) -> Stand {
    let stand = Stand::at(stage, journal);
    open_to_all(stand.dir.path());
    stand.write(".env", "DEBUG=1\n");
    // A configuration of root's is nothing that the app's user trusts less.
    if root() {
        for path in [stand.dir.path().to_owned(), stand.db(), stand.path(".env")] {
            chown(&path, Some(APP), Some(APP)).expect("root may give files away");
        }
    }
    stand
}

/// The app's user writes, and every file of the database is still its own.
fn the_app_goes_on(stand: &Stand, owner: u32, after: &[&str]) {
    for name in ["app.db", "app.db-journal", "app.db-wal", "app.db-shm", ".env"] {
        if let Ok(found) = stand.path(name).metadata() {
            assert_eq!(found.uid(), owner, "{name} after {after:?}");
        }
    }
    let write = as_user(APP, stand.dir.path(), &stand.db(), &["user", "verify", "pia_one", "--busy-timeout", "1s"]);
    let ran = fed(write, "").expect(0);
    assert!(!ran.err.contains("not to you"), "after {after:?}: {ran:?}");
    if root() {
        let mut read = Command::new("cat");
        read.arg(stand.path(".env")).uid(APP).gid(APP).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(read.status().expect("cat starts").success(), ".env after {after:?}");
    }
}

#[test]
fn whatever_root_does_the_app_can_write_afterwards() {
    for journal in [Journal::Delete, Journal::Wal] {
        let stand = of_the_app(Stage::Live, journal);
        let owner = stand.db().metadata().expect("the file").uid();
        let mode = stand.db().metadata().expect("the file").mode();
        for (stdin, args) in WRITES {
            let ran = stand.run_with(args, stdin);
            // What is left to be found is no failure of the repair; and root trusts no .env that another user owns.
            let refused = args[0] == "secret" && root();
            let fine = ran.code == Some(if refused { 5 } else { 0 }) || args[0] == "doctor" && ran.code == Some(11);
            assert!(fine, "{args:?}: {ran:?}");
            let touches = !["secret", "logout", "doctor"].contains(&args[0]) && !args.starts_with(&["db", "backup"]);
            assert_eq!(ran.err.contains("not to you"), root() && touches, "{args:?}: {ran:?}");
            the_app_goes_on(&stand, owner, args);
        }
        assert_eq!(stand.db().metadata().expect("the file").mode(), mode);
        figure(
            &format!("commands of root after which the app could write, journal {journal:?}"),
            &format!("{} of {}", WRITES.len(), WRITES.len()),
        );
    }
}

#[test]
fn a_stranger_is_told_whose_file_it_is_and_leaves_nothing() {
    assert!(root(), "this test needs root: a file of one user is written by another");
    for (journal, directory_mode) in [(Journal::Delete, 0o755), (Journal::Delete, 0o777), (Journal::Wal, 0o777)] {
        let stand = of_the_app(Stage::Live, journal);
        stand.run(&["migrate", "--no-backup"]).expect(0);
        std::fs::set_permissions(stand.db(), std::fs::Permissions::from_mode(0o644)).expect("the mode can be set");
        std::fs::set_permissions(stand.dir.path(), std::fs::Permissions::from_mode(directory_mode)).expect("the mode");
        stand.run(&["db", "backup", "copy.db"]).expect(0);
        for name in ["copy.db", "authctl.toml"] {
            chown(stand.path(name), Some(STRANGER), Some(STRANGER)).expect("root may give files away");
        }
        let (files, picture) = (stand.files(), std::fs::read(stand.db()).expect("the file"));
        for (stdin, args) in WRITES.into_iter().filter(|(_, args)| writes_the_database(args)) {
            let args = [args, &["--json"]].concat();
            let ran = fed(as_user(STRANGER, stand.dir.path(), &stand.db(), &args), stdin);
            // A migrated file has nothing to migrate, and that is no refusal.
            let fine =
                matches!((ran.code, ran.error().as_str()), (Some(8), "db_owner")) && ran.err.contains("uid 65534");
            assert!(fine || args[0] == "migrate" && ran.code == Some(0), "{args:?}: {ran:?}");
            assert_eq!(stand.files(), files, "{args:?}");
            assert!(std::fs::read(stand.db()).expect("the file") == picture, "{args:?}");
        }
    }
}

fn writes_the_database(args: &[&str]) -> bool {
    !["secret", "logout"].contains(&args[0]) && !args.starts_with(&["db", "backup"]) && !args.contains(&"--save")
}

/// `# ? % ' "`, a newline, a name that reads as a URI, and bytes that are no text.
const ODD: [&[u8]; 5] =
    [b"a #?%'\" b.db", b"file:app.db?mode=memory", b"%41%00.db", b"\xff\xfe\xc3.db", b"two\nlines.db"];

#[test]
fn every_command_works_on_odd_paths() {
    for name in ODD {
        let stand = Stand::at(Stage::Live, Journal::Delete);
        let db = stand.dir.path().join(OsStr::from_bytes(name));
        std::fs::rename(stand.db(), &db).expect("a rename");
        stand.write(".env", "DEBUG=1\n");
        for (stdin, args) in WRITES {
            let mut command = stand.command(&[]);
            let mut operand = std::ffi::OsString::from("./");
            operand.push(OsStr::from_bytes(name));
            command.arg("--database").arg(operand).args(args);
            let ran = fed(command, stdin);
            let fine = ran.code == Some(0) || args[0] == "doctor" && ran.code == Some(11);
            assert!(fine, "{args:?} on {}: {ran:?}", name.escape_ascii());
            let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
            assert!(!ran.err.contains(forbidden), "{args:?}: {:?}", ran.err);
        }
        assert!(!stand.db().exists(), "{}", name.escape_ascii());
        let odd = String::from_utf8_lossy(name).into_owned();
        let strangers: Vec<String> = stand
            .files()
            .into_iter()
            .filter(|file| !(file.starts_with(&odd) || file.starts_with("home/")))
            .filter(|file| ![".env", "authctl.toml", "copy.db", "new.csv"].contains(&file.as_str()))
            .collect();
        assert_eq!(strangers, Vec::<String>::new(), "{}", name.escape_ascii());
    }
}

#[test]
fn every_command_works_through_a_link_and_leaves_the_link() {
    let stand = Stand::at(Stage::Live, Journal::Delete);
    let elsewhere = tempfile::tempdir().expect("a scratch directory");
    let real = elsewhere.path().join("real.db");
    std::fs::rename(stand.db(), &real).expect("a rename");
    symlink(&real, stand.db()).expect("a link");
    stand.write(".env", "DEBUG=1\n");
    for (stdin, args) in WRITES {
        let ran = stand.run_with(args, stdin);
        assert!(ran.code == Some(0) || args[0] == "doctor" && ran.code == Some(11), "{args:?}: {ran:?}");
        assert!(stand.db().symlink_metadata().expect("the link").is_symlink(), "{args:?}");
    }
    Picture::of(&real);
    let beside = stand.files().into_iter().filter(|name| name.starts_with("app.db") && name != "app.db");
    assert_eq!(beside.collect::<Vec<_>>(), Vec::<String>::new(), "side files belong beside the real one");
}

#[test]
fn a_file_that_another_process_has_locked_is_busy_for_every_command() {
    let stand = Stand::migrated(Stage::Live, Journal::Delete);
    stand.write(".env", "DEBUG=1\n");
    stand.run(&["db", "backup", "copy.db"]).expect(0);
    let before = (stand.files(), std::fs::read(stand.db()).expect("the file"));
    let holder: Connection = connection(&stand.db());
    holder.execute_batch("BEGIN EXCLUSIVE").expect("the lock is free");
    for (stdin, args) in WRITES.into_iter().filter(|(_, args)| args[0] != "logout") {
        let args = [args, &["--json", "--busy-timeout", "0"]].concat();
        let ran = stand.run_with(&args, stdin);
        assert_eq!((ran.code, ran.error().as_str()), (Some(8), "db_busy"), "{args:?}: {ran:?}");
        assert_eq!(ran.out, "", "{args:?}");
    }
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    drop(holder);
    let kept = stand.files().into_iter().filter(|name| !name.starts_with("home/")).collect::<Vec<_>>();
    let known = before.0.into_iter().filter(|name| !name.starts_with("home/")).collect::<Vec<_>>();
    assert_eq!(kept, known);
    assert!(std::fs::read(stand.db()).expect("the file") == before.1);
    assert_eq!(std::fs::read_to_string(stand.path(".env")).expect("the file"), "DEBUG=1\n");
}

#[test]
fn a_read_only_file_and_a_read_only_directory_are_named_by_every_command() {
    let user = if root() { APP } else { rustix::process::geteuid().as_raw() };
    for (file_mode, directory_mode) in [(0o444, 0o755), (0o644, 0o555)] {
        let stand = of_the_app(Stage::Live, Journal::Delete);
        stand.run(&["migrate", "--no-backup"]).expect(0);
        stand.run(&["db", "backup", "copy.db"]).expect(0);
        if root() {
            for name in ["copy.db", "authctl.toml"] {
                chown(stand.path(name), Some(APP), Some(APP)).expect("root may give files away");
            }
        }
        let set = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("the mode can be set");
        };
        set(&stand.db(), file_mode);
        set(stand.dir.path(), directory_mode);
        let before = (stand.files(), std::fs::read(stand.db()).expect("the file"));
        for (stdin, args) in WRITES.into_iter().filter(|(_, args)| writes_the_database(args) && args[0] != "migrate") {
            let args = [args, &["--json"]].concat();
            let ran = fed(as_user(user, stand.dir.path(), &stand.db(), &args), stdin);
            assert_eq!((ran.code, ran.error().as_str()), (Some(8), "db_readonly"), "{args:?}: {ran:?}");
            assert!(ran.err.contains("read-only"), "{args:?}: {ran:?}");
        }
        assert_eq!((stand.files(), std::fs::read(stand.db()).expect("the file")), before);
        set(stand.dir.path(), 0o755);
    }
}
