//! A thousand tamperings with the event log, plain and keyed, each found.
//!
//! What a newcomer would get wrong: an attacker who can write a plain log can write a whole new one, so the plain
//! log is tampered with as by a hand that recomputes a row at most, never the rest of the chain. On the keyed one
//! the whole rest may be recomputed: without the key that is no use.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};
use sha2::{Digest, Sha256};

use crate::harness::{Desk, NOW, open};

const COLUMNS: [&str; 19] = [
    "id",
    "at",
    "event",
    "outcome",
    "target_id",
    "target_username",
    "before",
    "after",
    "details",
    "reason",
    "actor_uid",
    "actor_name",
    "actor_login_uid",
    "actor_sudo_user",
    "actor_terminal",
    "actor_host",
    "version",
    "prev_hash",
    "hash",
];
const PREV_HASH: usize = 17;
const HASH: usize = 18;
/// Columns that may not be NULL.
const REQUIRED: [&str; 6] = ["at", "event", "outcome", "version", "prev_hash", "hash"];
const INTEGERS: [&str; 3] = ["target_id", "actor_uid", "actor_login_uid"];
const ROUNDS: u32 = 1000;

type Row = Vec<Cell>;

/// xorshift64*, seeded: the same thousand each time (Vigna, "An experimental exploration of Marsaglia's xorshift").
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).expect("31 bits") % below
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// Twenty events, in names that are not harmless.
fn log_of(desk: &mut Desk, from: i64) {
    for step in 0..10 {
        desk.micros = (NOW + (from + step) * 60) * 1_000_000;
        let name = ["bob", "cleo", "hana"][usize::try_from(step).expect("small") % 3];
        let reason = format!("a\nb=t3:x\u{202e} '{step}' Überweisung");
        desk.ok(&["lock", name, "--reason", &reason]);
        desk.ok(&["unlock", name]);
    }
}

fn rows(db: &Connection) -> Vec<Row> {
    let sql = format!("SELECT {} FROM security_events ORDER BY id", COLUMNS.join(", "));
    let mut statement = db.prepare(&sql).expect("a SELECT");
    let rows = statement.query_map([], |row| (0..COLUMNS.len()).map(|at| row.get(at)).collect()).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn insert(db: &Connection, row: &Row) {
    let marks = vec!["?"; COLUMNS.len()].join(", ");
    let sql = format!("INSERT INTO security_events ({}) VALUES ({marks})", COLUMNS.join(", "));
    db.prepare_cached(&sql).and_then(|mut insert| insert.execute(params_from_iter(row))).expect("an INSERT");
}

fn id(row: &Row) -> i64 {
    match row[0] {
        Cell::Integer(id) => id,
        ref other => panic!("an id of another kind: {other:?}"),
    }
}

/// What anybody can compute who has read the document.
fn plain_hash(row: &Row) -> String {
    let mut bytes = b"authctl-event-v1\n".to_vec();
    for (name, cell) in COLUMNS.iter().zip(row).take(HASH) {
        let text = match cell {
            Cell::Null => format!("{name}=n\n"),
            Cell::Integer(number) => format!("{name}=i{number}\n"),
            Cell::Text(text) => format!("{name}=t{}:{text}\n", text.len()),
            Cell::Real(_) | Cell::Blob(_) => String::new(),
        };
        bytes.extend_from_slice(text.as_bytes());
    }
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an attacker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// One cell, to another value or storage class.
    Cell,
    /// One cell, and the row's hash made anew.
    CellAndHash,
    /// Two rows change places.
    Swap,
    /// A row in between, those behind it renumbered.
    Insert,
    /// A row before the first.
    InsertFirst,
    /// A row behind the last, with a hash of something else.
    Append,
    /// A row behind the last that says it follows on the one before that, with the last one's hash or none.
    AppendAside,
    /// A row in the middle.
    Delete,
    /// The same, and the rows behind it close up.
    DeleteAndClose,
    /// The first row or rows.
    DeleteFirst,
    /// One id.
    Renumber,
    /// All ids from one on.
    Shift,
    /// A cell, and all hashes from there on made anew, plain.
    RecomputeRest,
    /// A plain row behind the last, well made.
    AppendPlain,
}

const DEEDS: [Deed; 12] = [
    Deed::Cell,
    Deed::CellAndHash,
    Deed::Swap,
    Deed::Insert,
    Deed::InsertFirst,
    Deed::Append,
    Deed::AppendAside,
    Deed::Delete,
    Deed::DeleteAndClose,
    Deed::DeleteFirst,
    Deed::Renumber,
    Deed::Shift,
];

/// Tampers, and says where: the id that the verdict must name, where the deed leaves no choice.
fn tamper(db: &Connection, deed: Deed, dice: &mut Dice) -> Option<i64> {
    let mut log = rows(db);
    let anchor = anchor_of(&log);
    let last = log.len() - 1;
    let named = match deed {
        Deed::Cell => {
            let at = dice.roll(log.len());
            change_cell(&mut log[at], dice);
            Some(id(&log[at]))
        }
        Deed::CellAndHash => {
            let at = dice.roll(last);
            change_text(&mut log[at], dice);
            let hash = plain_hash(&log[at]);
            log[at][HASH] = Cell::Text(hash);
            None
        }
        Deed::Swap => {
            let (one, other) = (dice.roll(last), 1 + dice.roll(last));
            let (one, other) = if one == other { (one, one + 1) } else { (one.min(other), one.max(other)) };
            log.swap(one, other);
            let id = log[one][0].clone();
            log[one][0] = log[other][0].clone();
            log[other][0] = id;
            Some(self::id(&log[one]))
        }
        Deed::Insert => {
            let at = 1 + dice.roll(last);
            let mut row = dice.pick(&log).clone();
            let place = id(&log[at]);
            // A second one of the row that stands there: the one behind is the one too many.
            let twin = i64::from(row == log[at]);
            log[at..].iter_mut().for_each(|row| row[0] = Cell::Integer(id(row) + 1));
            row[0] = Cell::Integer(place);
            if twin == 0 && dice.roll(2) == 0 {
                row[PREV_HASH] = log[at - 1][HASH].clone();
                row[HASH] = Cell::Text(plain_hash(&row));
            }
            log.insert(at, row);
            Some(place + twin)
        }
        Deed::InsertFirst => {
            let mut row = dice.pick(&log).clone();
            row[0] = Cell::Integer(id(&log[0]) - 1 - i64::try_from(dice.roll(20)).expect("small"));
            row[HASH] = Cell::Text(plain_hash(&row));
            log.insert(0, row);
            None
        }
        Deed::Append => {
            let mut row = log[last].clone();
            row[0] = Cell::Integer(id(&log[last]) + 1 + i64::try_from(dice.roll(3)).expect("small"));
            row[PREV_HASH] = log[last][HASH].clone();
            log.push(row);
            Some(id(&log[last + 1]))
        }
        Deed::AppendAside => {
            let row = aside(&log[last], dice.roll(2) == 0);
            log.push(row);
            Some(id(&log[last + 1]))
        }
        Deed::Delete => {
            let at = 1 + dice.roll(last - 1);
            log.remove(at);
            Some(id(&log[at]))
        }
        Deed::DeleteAndClose => {
            let at = dice.roll(last);
            log.remove(at);
            log[at..].iter_mut().for_each(|row| row[0] = Cell::Integer(id(row) - 1));
            Some(id(&log[at]))
        }
        Deed::DeleteFirst => {
            let count = 1 + dice.roll(3);
            log.drain(..count);
            Some(id(&log[0]))
        }
        Deed::Renumber => {
            let at = dice.roll(log.len());
            log[at][0] = Cell::Integer(id(&log[last]) + 1 + i64::try_from(dice.roll(50)).expect("small"));
            None
        }
        Deed::Shift => {
            let (at, by) = (dice.roll(log.len()), 1 + i64::try_from(dice.roll(9)).expect("small"));
            log[at..].iter_mut().for_each(|row| row[0] = Cell::Integer(id(row) + by));
            Some(id(&log[at]))
        }
        Deed::RecomputeRest => {
            let at = dice.roll(log.len());
            change_text(&mut log[at], dice);
            for at in at..log.len() {
                if at > 0 && at < log.len() {
                    log[at][PREV_HASH] = log[at - 1][HASH].clone();
                }
                log[at][HASH] = Cell::Text(plain_hash(&log[at]));
            }
            None
        }
        Deed::AppendPlain => {
            let mut row = log[last].clone();
            row[0] = Cell::Integer(id(&log[last]) + 1);
            row[PREV_HASH] = log[last][HASH].clone();
            row[HASH] = Cell::Text(plain_hash(&row));
            log.push(row);
            Some(id(&log[last + 1]))
        }
    };
    store(db, &log);
    // Without its anchor the first row of a pruned log is the first that nothing explains.
    if anchor_of(&log) == anchor { named } else { Some(id(&log[0])) }
}

/// The row again under the next id, `prev_hash` and all; with its hash, or with one of the same form that fits nothing.
fn aside(last: &Row, with_hash: bool) -> Row {
    let mut row = last.clone();
    row[0] = Cell::Integer(id(last) + 1);
    if let (Cell::Text(hash), false) = (&last[HASH], with_hash) {
        let form = &hash[..hash.len() - 64];
        row[HASH] = Cell::Text(format!("{form}{}", "0".repeat(64)));
    }
    row
}

/// The cells that make a row the anchor.
fn anchor_of(log: &[Row]) -> Option<[Cell; 2]> {
    let anchor = log.iter().find(|row| row[2] == Cell::Text("events_pruned".into()))?;
    Some([anchor[2].clone(), anchor[8].clone()])
}

fn store(db: &Connection, log: &[Row]) {
    db.execute_batch("BEGIN; DELETE FROM security_events").expect("a DELETE");
    log.iter().for_each(|row| insert(db, row));
    db.execute_batch("COMMIT").expect("a COMMIT");
}

/// Another value, or another storage class with the same bytes, in one cell but the id.
fn change_cell(row: &mut Row, dice: &mut Dice) {
    let at = 1 + dice.roll(COLUMNS.len() - 1);
    let name = COLUMNS[at];
    let is_integer = INTEGERS.contains(&name);
    let changed = match (&row[at], dice.roll(4)) {
        (Cell::Null, 0 | 1) if is_integer => Cell::Integer(0),
        (Cell::Null, 2) if is_integer => Cell::Real(0.5),
        (Cell::Null, 0 | 1) => Cell::Text(String::new()),
        (Cell::Null, _) => Cell::Blob(Vec::new()),
        (Cell::Integer(number), 0) => Cell::Integer(number + 1),
        (Cell::Integer(_), 1) => Cell::Null,
        (Cell::Integer(number), 2) => Cell::Blob(number.to_string().into_bytes()),
        (Cell::Integer(number), _) => Cell::Text(format!("{number}x")),
        (Cell::Text(text), 0) => Cell::Blob(text.clone().into_bytes()),
        (Cell::Text(text), 1) => Cell::Text(format!("{text} ")),
        (Cell::Text(_), 2) if !REQUIRED.contains(&name) => Cell::Null,
        (Cell::Text(text), _) => {
            let mut bytes = text.clone().into_bytes();
            let last = bytes.last_mut().expect("no text of this log is empty");
            *last = if *last == b'0' { b'1' } else { b'0' };
            Cell::Text(String::from_utf8_lossy(&bytes).into_owned())
        }
        (other, _) => panic!("no such cell is written: {other:?}"),
    };
    assert_ne!(row[at], changed);
    row[at] = changed;
}

/// Another value in a column that says something.
fn change_text(row: &mut Row, dice: &mut Dice) {
    let at = *dice.pick(&[1, 2, 5, 9, 11, 15]);
    row[at] = Cell::Text(format!("forged {}", dice.roll(1000)));
}

/// Tampers a thousand times with a copy, and expects each to be found.
fn found_each_time(desk: &Desk, deeds: &[Deed], seed: u64) {
    let sound = fs::read(desk.db()).expect("the database");
    let mut dice = Dice(seed);
    let before = dump(&desk.db());
    for round in 0..ROUNDS {
        fs::write(desk.db(), &sound).expect("the sound log again");
        let deed = *dice.pick(deeds);
        let named = tamper(&open(&desk.db()), deed, &mut dice);
        assert_ne!(dump(&desk.db()), before, "round {round}: {deed:?} changed nothing");
        let out = desk.run(&["audit", "verify", "--json"]);
        assert_eq!(out.code, 11, "round {round}: {deed:?}: {out:?}");
        let document = out.json();
        assert_eq!(document["ok"], false, "round {round}: {deed:?}: {out:?}");
        let bad = document["first_bad"]["id"].as_i64().expect("a first bad row");
        if let Some(named) = named {
            assert_eq!(bad, named, "round {round}: {deed:?}: {out:?}");
        }
    }
    fs::write(desk.db(), &sound).expect("the sound log again");
    desk.ok(&["audit", "verify"]);
}

fn dump(path: &Path) -> Vec<Row> {
    rows(&open(path))
}

#[test]
fn a_thousand_tamperings_with_a_plain_log_are_found() {
    let mut desk = Desk::usual();
    log_of(&mut desk, 0);
    found_each_time(&desk, &DEEDS, 0x5EED_0001);
}

/// Begins plain, goes on keyed, was pruned once: all forms in one log.
#[test]
fn a_thousand_tamperings_with_a_keyed_and_pruned_log_are_found() {
    let mut desk = Desk::usual();
    log_of(&mut desk, 0);
    configure_key(&desk, "the quick brown fox jumps over the lazy dog");
    log_of(&mut desk, 10);
    desk.ok(&["audit", "prune", "--before", "2026-11-25 02:03"]);
    log_of(&mut desk, 20);
    let forms = desk.cells("SELECT DISTINCT length(hash) FROM security_events ORDER BY 1");
    assert_eq!(forms, ["64", "76"]);
    let deeds = [&DEEDS[..], &[Deed::RecomputeRest, Deed::AppendPlain]].concat();
    found_each_time(&desk, &deeds, 0x5EED_0002);
}

/// The product promises seconds; a debug build on a busy machine gets half a minute.
#[test]
fn a_hundred_thousand_events_are_verified_in_seconds() {
    let mut desk = Desk::usual();
    log_of(&mut desk, 0);
    let db = open(&desk.db());
    let mut row = rows(&db).pop().expect("a row");
    db.execute_batch("BEGIN").expect("a BEGIN");
    for next in 21..=100_000 {
        row[PREV_HASH] = row[HASH].clone();
        row[0] = Cell::Integer(next);
        row[HASH] = Cell::Text(plain_hash(&row));
        insert(&db, &row);
    }
    db.execute_batch("COMMIT").expect("a COMMIT");
    let since = Instant::now();
    assert_eq!(desk.json(&["audit", "verify"])["rows"], 100_000);
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
}

#[test]
fn whoever_makes_a_keyed_log_anew_without_the_key_is_found() {
    let mut desk = Desk::usual();
    configure_key(&desk, "the quick brown fox jumps over the lazy dog");
    log_of(&mut desk, 0);
    let db = open(&desk.db());
    let mut log = rows(&db);
    for at in 0..log.len() {
        log[at][PREV_HASH] = if at == 0 { Cell::Text("0".repeat(64)) } else { log[at - 1][HASH].clone() };
        log[at][11] = Cell::Text("somebody else".into());
        log[at][HASH] = Cell::Text(plain_hash(&log[at]));
    }
    store(&db, &log);
    let document = desk.run(&["audit", "verify", "--json"]).json();
    assert_eq!((&document["ok"], &document["first_bad"]["why"]), (&false.into(), &"not_keyed".into()));
}

#[test]
fn every_tail_that_is_cut_off_is_found_with_a_head() {
    for key in [None, Some("the quick brown fox jumps over the lazy dog")] {
        let mut desk = Desk::usual();
        if let Some(key) = key {
            configure_key(&desk, key);
        }
        log_of(&mut desk, 0);
        desk.write("head", desk.ok(&["audit", "head"]).stdout);
        let sound = fs::read(desk.db()).expect("the database");
        for left in 0..20 {
            fs::write(desk.db(), &sound).expect("the sound log again");
            desk.sql(&format!(
                "DELETE FROM security_events WHERE id > {left}; UPDATE sqlite_sequence SET seq = {left}"
            ));
            desk.ok(&["audit", "verify"]);
            let out = desk.run(&["audit", "verify", "--head", "head", "--json"]);
            let document = out.json();
            assert_eq!((out.code, &document["head_matches"]), (11, &false.into()), "{left}: {out:?}");
            assert_eq!(document["first_bad"]["id"], left + 1);
            assert_eq!(document["first_bad"]["why"], "cut");
        }
    }
}

/// Without the key nobody can tell which of two keyed rows is the forged one: the first that does not follow is named.
#[test]
fn a_forged_row_at_the_end_does_not_accuse_the_one_before_it() {
    let mut desk = Desk::usual();
    configure_key(&desk, "the quick brown fox jumps over the lazy dog");
    log_of(&mut desk, 0);
    let db = open(&desk.db());
    let log = rows(&db);
    insert(&db, &aside(&log[19], false));
    let why = |desk: &Desk| {
        let bad = desk.run(&["audit", "verify", "--json"]).json()["first_bad"].clone();
        (bad["id"].as_i64(), bad["why"].as_str().map(str::to_owned))
    };
    assert_eq!(why(&desk), (Some(21), Some("altered".to_owned())));
    desk.config("");
    assert_eq!(why(&desk), (Some(21), Some("replaced".to_owned())));
}

/// Writes a key file and names it in the configuration.
pub fn configure_key(desk: &Desk, key: &str) {
    let path = desk.write("audit.key", format!("{key}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("chmod");
    desk.config("audit_key_file = \"audit.key\"");
}
