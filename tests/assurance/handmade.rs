//! Files made by hand, each with the codes that its commands must end with, and why.
//!
//! What a newcomer would get wrong: the codes follow from the contract and from what the app does with such a file,
//! not from what the tool did with it yesterday.

mod files;
mod rows;
mod schemas;

use std::path::{Path, PathBuf};
use std::sync::mpsc;

use crate::inside::fixture::{self, EVENTS, NINE, PASSWORD, PREAUTH};
use crate::inside::{LIMIT, Line, Ran, no_panics, scratch, snapshot, watch_panics};
use crate::scale::figure;

/// The commands of every case; those behind [`READERS`] write.
const COMMANDS: [&[&str]; 10] = [
    &["user", "list"],
    &["user", "show", "id:2"],
    &["user", "export"],
    &["migrate", "check"],
    &["db", "info"],
    &["db", "check"],
    &["doctor"],
    &["user", "why", "id:2"],
    &["lock", "id:2"],
    &["login", "bob@example.org", "--password-stdin"],
];
const READERS: usize = 8;

/// A file that the app could have made: all is well, but for what `doctor` says of its cheap hashes and its mode, and
/// that the account is locked when the login comes.
pub const WELL: Codes = [0, 0, 0, 0, 0, 0, 11, 0, 0, 7];
/// The same where nothing can be locked, and the login comes through.
pub const UNWRITTEN: Codes = [0, 0, 0, 0, 0, 0, 11, 0, 8, 8];
/// What is no database of the app's.
pub const REFUSED: Codes = [8; 10];
/// An SQLite file that cannot be read: for `db check` and `doctor` that is the verdict.
pub const DAMAGED: Codes = [8, 8, 8, 8, 8, 11, 11, 8, 8, 8];
/// Readable, with something else in the place of ours.
pub const DRIFTED: Codes = [0, 0, 0, 9, 0, 0, 11, 0, 9, 9];

/// One exit code for each of [`COMMANDS`].
pub type Codes = [u8; 10];

/// How a file is made.
pub enum Made {
    /// From this SQL on top of a migrated file with three accounts.
    On(&'static str),
    /// From this SQL alone, and the three accounts where `users` has the nine columns.
    From(&'static [&'static str]),
    /// In any way; the migrated file is there.
    By(fn(&Path)),
}

/// A file made by hand.
pub struct Case {
    pub name: &'static str,
    /// Why these codes.
    pub why: &'static str,
    pub made: Made,
    pub codes: Codes,
    /// What both streams of a command must hold: its place in [`COMMANDS`], and the text.
    pub says: &'static [(usize, &'static str)],
}

pub const ACCOUNTS: &str = "
INSERT INTO users (id, username, email, created_at, password_hash, salt, is_active, is_verified, last_login,
                   failed_login_attempts, locked_until, role, full_name) VALUES
 (1,'ann','ann@example.org','2025-03-01 08:00:00','{hash}','{salt}',1,1,NULL,0,NULL,'admin','Ann Admin'),
 (2,'bob','bob@example.org','2025-03-01 08:05:00','{hash}','{salt}',1,0,NULL,0,NULL,'patient','Bob Stone'),
 (3,'cleo','cleo@example.org','2025-03-02 09:00:00','{hash}','{salt}',1,1,NULL,0,NULL,'therapist',NULL);";

fn make(case: &Case, db: &Path) {
    let base = [PREAUTH, NINE, EVENTS, ACCOUNTS];
    match &case.made {
        Made::On(sql) => fixture::make(db, &[&base[..], &[sql]].concat()),
        Made::From(statements) => fixture::make(db, statements),
        Made::By(by) => {
            fixture::make(db, &base);
            by(db);
        }
    }
}

/// One command; what is wrong with it.
fn judge(dir: &Path, at: usize, case: &Case) -> Result<(), String> {
    let args = COMMANDS[at];
    let line = Line::of(args).stdin(PASSWORD);
    let before = snapshot(dir);
    let ran = line.run(dir).map_err(|panic| format!("{args:?} panicked: {panic}"))?;
    let wrong = |what: &str| format!("{args:?}: {what}: {}", ran.words());
    if ran.code != case.codes[at] {
        return Err(wrong(&format!("{} was due", case.codes[at])));
    }
    if ran.took > LIMIT {
        return Err(wrong(&format!("took {:?}", ran.took)));
    }
    if (at < READERS || [8, 9].contains(&ran.code)) && snapshot(dir) != before {
        return Err(wrong("it changed a file"));
    }
    let said = format!("{}{}", text(&ran.stdout), text(&ran.stderr));
    for (_, text) in case.says.iter().filter(|(place, _)| *place == at) {
        if !said.contains(text) {
            return Err(wrong(&format!("nothing of {text:?}")));
        }
    }
    in_json(dir, at, &ran).map_err(|what| wrong(&what))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A refusal has the same exit code as JSON, with a code of the contract.
fn in_json(dir: &Path, at: usize, words: &Ran) -> Result<(), String> {
    if ![8, 9].contains(&words.code) || !words.stdout.is_empty() {
        return Ok(());
    }
    let line = Line::of(&[&["--json"], COMMANDS[at]].concat()).stdin(PASSWORD);
    let ran = line.run(dir).map_err(|panic| format!("with --json it panicked: {panic}"))?;
    match ran.error_code()? {
        Some(_) if ran.code == words.code => Ok(()),
        other => Err(format!("with --json: {other:?} {}", ran.words())),
    }
}

fn cases() -> Vec<&'static Case> {
    files::CASES.iter().chain(&schemas::CASES).chain(&rows::CASES).collect()
}

#[test]
fn files_made_by_hand_end_with_the_codes_that_are_due() {
    watch_panics();
    let cases = cases();
    let count = cases.len();
    let only = std::env::var("AUTHCTL_CASE").ok();
    let (results, judged) = mpsc::channel();
    std::thread::spawn(move || {
        for case in cases {
            if only.as_ref().is_some_and(|only| !case.name.contains(only.as_str())) {
                let _ = results.send(Vec::new());
                continue;
            }
            let dir = scratch();
            make(case, &dir.path().join("app.db"));
            let wrong: Vec<String> = (0..COMMANDS.len())
                .filter_map(|at| judge(dir.path(), at, case).err())
                .map(|what| format!("{} ({}): {what}", case.name, case.why))
                .collect();
            if results.send(wrong).is_err() {
                return;
            }
        }
    });
    let mut wrong = Vec::new();
    for done in 0..count {
        match judged.recv_timeout(LIMIT * 12) {
            Ok(more) => wrong.extend(more),
            Err(error) => panic!("{error}: a hang in {}", self::cases()[done].name),
        }
    }
    figure("databases made by hand", &format!("{count} files, {} command lines", count * COMMANDS.len()));
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    no_panics();
}

#[test]
fn a_side_file_that_a_repair_takes_away_needs_no_other_mode() {
    let dir = scratch();
    fixture::make(&dir.path().join("app.db"), &[PREAUTH]);
    std::fs::write(dir.path().join("app.db-journal"), [0; 700]).expect("a cold journal");
    let ran = Line::of(&["doctor", "--fix", "-y"]).run(dir.path()).expect("no panic");
    assert!([0, 11].contains(&ran.code), "{}", ran.words());
    assert!(!dir.path().join("app.db-journal").exists(), "SQLite removes the journal after the migration");
}

#[test]
fn a_name_like_a_uri_names_a_file() {
    let names = ["file:app.db?mode=memory", "app.db?immutable=1", "a#b%00.db", "-x.db", "quo'te\".db", "line\nend.db"];
    for name in [":memory:", "file::memory:?cache=shared", ""] {
        let dir = scratch();
        let memory = Line::of(&["user", "list", "--database"]).run_on(name, dir.path());
        assert!([2, 8].contains(&memory.code), "{name}: {}", memory.words());
        assert_eq!(snapshot(dir.path()).len(), 1, "{name}: something was created");
    }
    for name in names {
        let dir = scratch();
        let db: PathBuf = dir.path().join(name);
        let missing = Line::of(&["user", "list", "--database"]).run_on(name, dir.path());
        assert_eq!(missing.code, 8, "{name}: {}", missing.words());
        assert_eq!(snapshot(dir.path()).len(), 1, "{name}: something was created");
        fixture::make(&dir.path().join("plain.db"), &[PREAUTH, NINE, EVENTS, ACCOUNTS]);
        std::fs::rename(dir.path().join("plain.db"), &db).expect("a file of that name");
        for args in [&["user", "list", "--database"][..], &["lock", "bob", "--database"]] {
            let ran = Line::of(args).run_on(name, dir.path());
            assert_eq!(ran.code, 0, "{name}: {}", ran.words());
        }
        assert_eq!(snapshot(dir.path()).len(), 2, "{name}: something was left");
    }
}

impl Line {
    /// With one more word, a path, in the form that no `-` in front can be mistaken for an option.
    fn run_on(mut self, name: &str, dir: &Path) -> Ran {
        let last = self.args.pop().expect("an option").into_string().expect("UTF-8");
        self.args.push(format!("{last}={name}").into());
        self.run(dir).expect("no panic")
    }
}
