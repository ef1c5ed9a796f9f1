//! A thousand hostile names in every place where a name can stand: no byte that a terminal acts on reaches a person,
//! and JSON and raw CSV give the exact value back.
//!
//! What a newcomer would get wrong: a line end is such a byte, too. One row is one line, whatever the row holds.

mod made;
mod places;

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use self::made::{is_forbidden, names};
use crate::handmade::ACCOUNTS;
use crate::inside::fixture::{self, EVENTS, NINE, PREAUTH};
use crate::inside::{Line, Ran, no_panics, scratch, watch_panics};
use crate::scale::{figure, scaled, seed};

/// The id of the first hostile account.
const FIRST: usize = 10;
/// How many names.
const COUNT: usize = 1000;

/// A database with every name as username, e-mail, full name and role.
fn database(dir: &Path, names: &[Vec<u8>]) {
    let db = dir.join("app.db");
    fixture::make(&db, &[PREAUTH, NINE, EVENTS, ACCOUNTS]);
    let conn = Connection::open(&db).expect("a connection");
    let fill = "INSERT INTO users (id, username, email, full_name, role, is_active, created_at, password_hash, salt)
                SELECT ?1, CAST(?2 AS TEXT), CAST(?2 AS TEXT), CAST(?2 AS TEXT), CAST(?2 AS TEXT), 1,
                       '2026-01-01 00:00:00', password_hash, salt FROM users WHERE id = 1";
    conn.execute_batch("PRAGMA synchronous = OFF; BEGIN").expect("a transaction");
    for (at, name) in names.iter().enumerate() {
        conn.execute(fill, rusqlite::params![i64::try_from(FIRST + at).expect("small"), name]).expect("a row");
    }
    conn.execute_batch("COMMIT").expect("committed");
}

/// What of a run no person may see; line ends are judged by their number.
fn forbidden(ran: &Ran) -> Option<String> {
    let streams = [("stdout", &ran.stdout), ("stderr", &ran.stderr)].map(|(name, bytes)| (name, bytes.clone()));
    let asked = ran.asked.iter().map(|text| ("question", text.clone().into_bytes()));
    for (place, bytes) in streams.into_iter().chain(asked) {
        let Ok(text) = String::from_utf8(bytes) else { return Some(format!("{place} is not UTF-8")) };
        if let Some((at, c)) = text.char_indices().find(|(_, c)| *c != '\n' && is_forbidden(*c)) {
            let around: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            return Some(format!("{place} has {c:?} after {around:?}"));
        }
        // What begins a line is ours: a name in the middle of one would have been escaped.
        if let Some(line) = text.lines().find(|line| line.starts_with('z') && line[1..].parse::<u32>().is_ok()) {
            return Some(format!("{place} has the line {line:?}, which is the end of a name"));
        }
    }
    None
}

/// Between the columns of `token verify`, which scripts cut, stands a tab of ours.
fn untabbed(mut ran: Ran) -> Ran {
    for line in ran.stdout.split_mut(|byte| *byte == b'\n') {
        line.iter_mut().filter(|byte| **byte == b'\t').take(2).for_each(|tab| *tab = b' ');
    }
    ran
}

#[derive(Default)]
struct Tally {
    runs: u64,
    codes: BTreeMap<u8, u64>,
    wrong: Vec<String>,
}

impl Tally {
    fn run(&mut self, dir: &Path, line: &Line) -> Ran {
        let ran = line.run(dir);
        self.runs += 1;
        let words = format!("{:?}", line.args).chars().take(300).collect::<String>();
        match ran {
            Err(panic) => {
                self.wrong.push(format!("{words} panicked: {panic}"));
                Ran::default()
            }
            Ok(ran) => {
                *self.codes.entry(ran.code).or_default() += 1;
                let ran = if words.contains(r#""token", "verify""#) { untabbed(ran) } else { ran };
                if let Some(what) = forbidden(&ran) {
                    self.wrong.push(format!("{words}: {what}"));
                }
                if let Err(what) = ran.error_code() {
                    self.wrong.push(format!("{words}: {what}"));
                }
                if ran.code == 1 {
                    self.wrong.push(format!("{words}: {}", ran.words()));
                }
                ran
            }
        }
    }

    fn lines(&mut self, ran: &Ran, expected: usize, what: &str) {
        let lines = ran.stdout.iter().filter(|byte| **byte == b'\n').count();
        if lines != expected {
            self.wrong.push(format!("{what}: {lines} lines for {expected}"));
        }
    }

    fn end(self, claim: &str) {
        figure(claim, &format!("{} command lines, exit codes {:?}", self.runs, self.codes));
        let shown: Vec<&String> = self.wrong.iter().take(40).collect();
        assert!(shown.is_empty(), "{}:\n{shown:#?}", self.wrong.len());
        no_panics();
    }
}

#[test]
fn every_list_stays_a_list() {
    watch_panics();
    let names = names(COUNT, seed());
    let dir = scratch();
    database(dir.path(), &names);
    let ids: String = (0..COUNT).map(|at| format!("id:{}\n", FIRST + at)).collect();
    let mut tally = Tally::default();
    let verbs: [&[&str]; 4] = [&["lock", "-", "--forever"], &["unlock", "-"], &["user", "verify", "-"], &["lock", "-"]];
    for args in verbs {
        assert_eq!(tally.run(dir.path(), &Line::of(args).stdin(&ids)).code, 0, "{args:?}");
    }
    for columns in [&["user", "list"][..], &["user", "list", "--locked"], &["user", "list", "--sort", "email"]] {
        for format in [&[][..], &["-o", "csv"], &["--mask-personal"], &["--columns", "full_name,role,id"]] {
            let ran = tally.run(dir.path(), &Line::of(&[columns, format].concat()));
            let rows = if columns.contains(&"--locked") { COUNT } else { COUNT + 3 };
            tally.lines(&ran, rows + 1, &format!("{columns:?} {format:?}"));
        }
    }
    for format in [&["audit", "list"][..], &["audit", "list", "-o", "csv"]] {
        let ran = tally.run(dir.path(), &Line::of(format));
        tally.lines(&ran, 4 * COUNT + 1, &format!("{format:?}"));
    }
    for args in [
        &["user", "show", "-"][..],
        &["user", "show", "-", "-o", "csv"],
        &["user", "export", "-o", "table"],
        &["doctor", "-v"],
        &["doctor", "-o", "csv"],
        &["db", "check"],
        &["db", "check", "-o", "csv"],
        &["audit", "verify"],
        &["unlock", "--all-locked", "-n", "-y"],
        &["user", "delete", "-", "-n"],
        &["user", "deactivate", "-", "-v"],
        &["user", "list", "--match", "\u{1b}"],
        &["user", "list", "--role", "\u{202e}nimdaz28", "-v"],
    ] {
        tally.run(dir.path(), &Line::of(args).stdin(&ids));
    }
    // The pickers show them all.
    for args in [&["user", "show"][..], &["user", "why"], &["unlock"], &["lock"], &["set-role"]] {
        let ran = tally.run(dir.path(), &Line::of(args).attended("z"));
        let all = args[0] == "user";
        assert!(!all || ran.asked.len() > COUNT * 8 / 10, "{args:?}: {} items", ran.asked.len());
    }
    for shell in ["bash", "zsh", "fish"] {
        for typed in ["", "a", "\u{1b}", "=", "\u{202e}", "i"] {
            let mut line = Line::of(&["--", "authctl", "lock", typed]);
            line.env.insert("AUTHCTL_COMPLETE", shell.into());
            let mut ran = line.run(dir.path()).expect("no panic");
            // Between two candidates for bash stands a character that is in none.
            ran.stdout.iter_mut().filter(|byte| [b'\x0b', b'\t'].contains(byte)).for_each(|byte| *byte = b'\n');
            if let Some(what) = forbidden(&ran) {
                tally.wrong.push(format!("{shell}, {typed:?}: {what}"));
            }
        }
    }
    tally.end("1,000 hostile names in every list");
}

#[test]
fn every_verb_names_them_escaped() {
    watch_panics();
    let names = names(COUNT, seed());
    let dir = scratch();
    database(dir.path(), &names);
    let mut tally = Tally::default();
    let verbs: [&[&str]; 14] = [
        &["user", "show"],
        &["user", "why"],
        &["user", "delete", "-n"],
        &["lock"],
        &["unlock"],
        &["lock", "--json"],
        &["user", "edit", "--full-name", "New Name"],
        &["user", "passwd", "--generate"],
        &["user", "deactivate"],
        &["user", "activate", "--mask-personal"],
        &["token", "issue", "--force"],
        &["audit", "list", "--user"],
        &["login", "--password-stdin"],
        &["user", "delete"],
    ];
    let step = usize::try_from(scaled(25, 1)).expect("small");
    for (at, name) in names.iter().enumerate() {
        let id = format!("id:{}", FIRST + at);
        for (turn, verb) in verbs.iter().enumerate() {
            // In the short form each account meets one verb, in the long one all.
            if step == 1 || at % step == turn {
                let args = [verb, &[id.as_str()][..]].concat();
                let attended = verb.contains(&"delete").then_some("y");
                let mut line = Line::of(&args).stdin(fixture::PASSWORD);
                line.attended = attended;
                tally.run(dir.path(), &line);
            }
        }
        // The name itself, as an operand and as a reason, where an argument can hold it.
        if let Ok(text) = std::str::from_utf8(name)
            && at.is_multiple_of(step)
        {
            for args in [
                &["user", "show", &format!("user:{text}")][..],
                &["user", "show", &format!("email:{text}x")],
                &["lock", "ann", "--force", "--reason", text],
                &["audit", "list", "--limit", "1", "--columns", "reason"],
            ] {
                tally.run(dir.path(), &Line::of(args));
            }
        }
    }
    tally.end("1,000 hostile names in every verb");
}

#[test]
fn json_and_raw_csv_give_the_exact_value_back() {
    watch_panics();
    let names = names(COUNT, seed());
    let dir = scratch();
    database(dir.path(), &names);
    let ids: String = (0..COUNT).map(|at| format!("id:{}\n", FIRST + at)).collect();
    assert_eq!(Line::of(&["lock", "-"]).stdin(&ids).run(dir.path()).expect("no panic").code, 0);
    let texts: Vec<Option<&str>> = names.iter().map(|name| std::str::from_utf8(name).ok()).collect();
    let documents = |args: &[&str]| -> Vec<Value> {
        let ran = Line::of(args).run(dir.path()).expect("no panic");
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        if args.contains(&"--json") {
            return serde_json::from_str(&text).expect("an array");
        }
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
    };
    for args in [&["user", "list", "--json"][..], &["user", "list", "-o", "jsonl"], &["user", "export", "-o", "jsonl"]]
    {
        let rows = documents(args);
        for (row, (name, text)) in rows[3..].iter().zip(names.iter().zip(&texts)) {
            for column in ["username", "email", "full_name", "role"] {
                assert_eq!(row[column].as_str(), *text, "{args:?}");
                let hex: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
                assert!(text.is_some() || row["raw"][column]["hex"] == hex.as_str(), "{args:?}: {row}");
            }
        }
    }
    for args in [&["audit", "list", "--json"][..], &["audit", "export"]] {
        let mut events = documents(args);
        events.sort_by_key(|event| event["id"].as_i64());
        for (event, text) in events.iter().zip(&texts) {
            assert!(text.is_none() || event["target_username"].as_str() == *text, "{args:?}: {event}");
        }
        assert_eq!(events.len(), COUNT);
    }
    for args in [&["user", "list", "-o", "csv", "--csv-raw"][..], &["user", "export"]] {
        let ran = Line::of(args).run(dir.path()).expect("no panic");
        let rows: Vec<csv::ByteRecord> =
            csv::Reader::from_reader(&ran.stdout[..]).byte_records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), COUNT + 3, "{args:?}");
        for (row, text) in rows[3..].iter().zip(&texts) {
            assert!(text.is_none_or(|text| row[1] == *text.as_bytes() && row[2] == row[1]), "{args:?}: {row:?}");
        }
    }
    figure("hostile names given back exactly", &format!("{COUNT} in 4 columns and 7 forms"));
    no_panics();
}
