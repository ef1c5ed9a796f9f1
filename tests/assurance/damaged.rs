//! Damaged files under every command: no panic, no hang, a code of the contract, and no write that was not asked for.
//!
//! What a newcomer would get wrong: a refused login and a refused change of the last admin are on record, so they
//! write; and a read may undo the transaction of a hot journal. Everything else that fails leaves every byte.

mod lines;
mod original;
mod wounds;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc;

use rusqlite::{Connection, OpenFlags};

use self::lines::{Given, READS, SWEEPS, WRITES};
use self::original::{Files, originals};
use self::wounds::WOUNDS;
use crate::inside::{LIMIT, Line, Ran, fixture, no_panics, scratch, snapshot, watch_panics};
use crate::scale::{Random, figure, scaled, seed};

/// Threads that judge.
const JUDGES: u64 = 2;

/// Accounts and events as one text; `None`: the file does not read to its end, or SQLite finds it damaged.
fn others(db: &Path) -> Option<String> {
    let conn = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let sound: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).ok()?;
    if sound != "ok" {
        return None;
    }
    let mut statement = conn.prepare("SELECT * FROM users WHERE id <> 7 AND id <= 300 ORDER BY id").ok()?;
    let columns = statement.column_count();
    let rows = statement
        .query_map([], |row| {
            (0..columns).map(|at| row.get_ref(at).map(|cell| format!("{cell:?}"))).collect::<Result<Vec<_>, _>>()
        })
        .ok()?;
    rows.collect::<Result<Vec<_>, _>>().ok().map(|rows| format!("{rows:?}"))
}

/// What a run may leave changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    Nothing,
    IdSeven,
    Anything,
}

/// Codes with which a refusal is on record.
const ON_RECORD: [&str; 5] = ["wrong_credentials", "hash_unsupported", "locked", "inactive", "last_admin"];

/// The files whose bytes count: the index of a WAL is SQLite's own, and is made by looking.
fn counted(dir: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let mut files = snapshot(dir);
    files.remove(&OsString::from("app.db-shm"));
    if files.get(&OsString::from("app.db-wal")).is_some_and(|bytes| bytes.len() == 8) {
        files.remove(&OsString::from("app.db-wal"));
    }
    files
}

/// What is wrong with a run, beside its bytes.
fn fault(ran: &Ran, json: bool) -> Result<(), String> {
    if ran.took > LIMIT {
        return Err(format!("took {:?}", ran.took));
    }
    let code = ran.error_code()?;
    // 1 is documented, but for failures that nobody foresaw: damage is foreseen.
    if ![0, 3, 4, 5, 6, 7, 8, 9, 10, 11].contains(&ran.code) {
        return Err("a code that damage does not have".into());
    }
    // Where the document is the verdict there is no error document.
    if json && ran.code != 0 && code.is_none() && ran.stdout.is_empty() {
        return Err("no error document".into());
    }
    match std::str::from_utf8(&ran.stderr) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("stderr is not UTF-8: {error}")),
    }
}

/// One command on one file; its exit code.
fn judge(dir: &Path, given: Given, line: &Line, may: May, hot: bool) -> Result<u8, String> {
    let json = line.args.iter().any(|arg| arg == "--json");
    let db = dir.join("app.db");
    let before = counted(dir);
    let rows = if may == May::IdSeven { others(&db) } else { None };
    let ran = line.run(dir).map_err(|panic| format!("{:?} panicked: {panic}", given.0))?;
    let wrong = |what: &str| format!("{:?}: {what}: {}", given.0, ran.words());
    fault(&ran, json).map_err(|what| wrong(&what))?;
    let recorded = ON_RECORD.iter().any(|name| ran.error_code() == Ok(Some(name)))
        || (given.0[0] == "login" && [6, 7].contains(&ran.code))
        || ([4, 10].contains(&ran.code) && may != May::Nothing);
    // What `doctor --fix` mended stays mended, whatever else it found.
    let done = ran.code == 0 || (ran.code == 11 && may == May::Anything);
    let free = done && may != May::Nothing || recorded;
    if !free && !hot {
        let mut after = counted(dir);
        // Where a damaged log cannot tell whether its rows are there, the file with them stays, and is named.
        let said = String::from_utf8_lossy(&ran.stderr);
        after.retain(|name, _| before.contains_key(name) || !said.contains(&format!("{}' alone", name.display())));
        if after != before {
            let keys: Vec<_> = after.iter().filter(|(name, now)| before.get(*name) != Some(now)).collect();
            let names: Vec<_> = keys.iter().map(|(name, now)| (name, now.len())).collect();
            return Err(wrong(&format!("it changed {names:?} or took something away")));
        }
    }
    if let Some(rows) = rows
        && others(&db).as_ref() != Some(&rows)
    {
        return Err(wrong("other accounts changed, or the sound file is damaged now"));
    }
    Ok(ran.code)
}

/// Everything a thread tells of a file.
struct Verdict {
    wound: &'static str,
    codes: Vec<u8>,
    wrong: Vec<String>,
}

/// The lines for a file: three that read, two that write, and a sweep at the end, each its turn.
fn turn(number: u64, token: &str) -> Vec<(Given, Line, May)> {
    let at = |list: &[Given], step: u64| list[usize::try_from(step).expect("small") % list.len()];
    let mut turn: Vec<(Given, May)> = (0..3).map(|step| (at(&READS, number * 3 + step), May::Nothing)).collect();
    turn.extend((0..2).map(|step| (at(&WRITES, number * 2 + step), May::IdSeven)));
    turn.push((at(&SWEEPS, number), May::Anything));
    turn.into_iter()
        .enumerate()
        .map(|(step, (given, may))| {
            let mut line = lines::line(given, token);
            let format = given.0.contains(&"-o");
            if (number + step as u64).is_multiple_of(2) && !format {
                line.args.push("--json".into());
            }
            (given, line, may)
        })
        .collect()
}

fn examine(number: u64, originals: &[Files], good: &[u8], token: &str) -> Verdict {
    let mut dice = Random::new(seed() ^ number.wrapping_mul(0x0100_0000_01b3));
    let mut files = originals[usize::try_from(number).expect("small") % originals.len()].clone();
    let (wound, make) = WOUNDS[usize::try_from(dice.below(WOUNDS.len() as u64)).expect("small")];
    make(&mut files, &mut dice);
    let dir = scratch();
    std::fs::write(dir.path().join("app.db"), &files.db).expect("the file");
    std::fs::write(dir.path().join("good.db"), good).expect("a backup");
    if let Some((suffix, bytes)) = &files.beside {
        std::fs::write(dir.path().join(format!("app.db{suffix}")), bytes).expect("the file beside it");
    }
    let mut verdict = Verdict { wound, codes: Vec::new(), wrong: Vec::new() };
    for (given, line, may) in turn(number, token) {
        let hot = dir.path().join("app.db-journal").exists();
        match judge(dir.path(), given, &line, may, hot) {
            Ok(code) => verdict.codes.push(code),
            Err(what) => {
                verdict.wrong.push(format!("file {number} ({}, {wound}, {:?}): {what}", files.name, line.args));
            }
        }
    }
    verdict
}

#[test]
fn damaged_files_are_survived_by_every_command() {
    watch_panics();
    let count = scaled(120, 10_000);
    let only = std::env::var("AUTHCTL_FILE").ok().map(|text| text.parse::<u64>().expect("a number"));
    let originals = originals();
    let good = originals[0].db.clone();
    let home = scratch();
    std::fs::write(home.path().join("app.db"), &good).expect("a file");
    let issued = Line::of(&["token", "issue", "id:7", "-q"]).run(home.path()).expect("no panic");
    let token = String::from_utf8(issued.stdout).expect("UTF-8").trim().to_owned();
    let (results, judged) = mpsc::channel();
    for judge in 0..JUDGES {
        let results = results.clone();
        let (good, token) = (good.clone(), token.clone());
        std::thread::spawn(move || {
            for number in (judge..count).step_by(usize::try_from(JUDGES).expect("small")) {
                if only.is_none_or(|only| only == number)
                    && results.send(examine(number, originals, &good, &token)).is_err()
                {
                    return;
                }
            }
        });
    }
    drop(results);
    let mut tally = Tally::default();
    for _ in 0..if only.is_some() { 1 } else { count } {
        match judged.recv_timeout(LIMIT * 12) {
            Ok(verdict) => tally.add(verdict),
            Err(error) => panic!("{error}: a hang, after {} files", tally.files),
        }
    }
    tally.end(only.is_some());
    no_panics();
}

#[derive(Default)]
struct Tally {
    files: u64,
    codes: BTreeMap<u8, u64>,
    refused: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        self.files += 1;
        for code in &verdict.codes {
            *self.codes.entry(*code).or_default() += 1;
        }
        if verdict.codes.contains(&8) {
            *self.refused.entry(verdict.wound).or_default() += 1;
        }
        self.wrong.extend(verdict.wrong);
    }

    fn end(self, one: bool) {
        let runs: u64 = self.codes.values().sum();
        figure("damaged databases", &format!("{} files, {runs} command lines", self.files));
        figure("exit codes on damaged databases", &format!("{:?}", self.codes));
        figure("files refused with exit 8, by wound", &format!("{:?}", self.refused));
        assert!(self.wrong.is_empty(), "{} of {}:\n{}", self.wrong.len(), self.files, self.wrong.join("\n"));
        assert!(one || self.codes[&0] > self.files && self.codes[&8] > self.files, "{:?}", self.codes);
    }
}

#[test]
fn the_files_are_sound_before_they_are_damaged() {
    for files in originals() {
        let dir = scratch();
        let db = dir.path().join("app.db");
        std::fs::write(&db, &files.db).expect("the file");
        if let Some((suffix, bytes)) = &files.beside {
            std::fs::write(dir.path().join(format!("app.db{suffix}")), bytes).expect("the file beside it");
        }
        fixture::make(&db, &["PRAGMA user_version"]);
        let conn = Connection::open(&db).expect("a connection");
        let sound: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).expect("a verdict");
        assert_eq!(sound, "ok", "{}", files.name);
        assert!(others(&db).is_some_and(|rows| rows.len() > 10_000), "{}", files.name);
        let free: i64 = conn.query_row("PRAGMA freelist_count", [], |row| row.get(0)).expect("a number");
        assert!(free > 0 || !files.name.starts_with("rollback, 4096"), "{}: {free}", files.name);
    }
}
