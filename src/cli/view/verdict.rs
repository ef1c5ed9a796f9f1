//! What `audit verify` found, what `audit head` keeps, and what `audit prune` removed.
//!
//! What a newcomer would get wrong: a row can be named that is not there. Of a tail that was cut off, the first
//! missing id is the first bad one.

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::model::chain::{HEAD_LABEL, HashForm, Head};
use crate::ops::audit::{Fault, HeadCheck, Sequence, Verdict, Why};

/// `{"ok","rows","first_bad","head","head_matches",…}`.
#[derive(Debug, Serialize)]
pub struct VerdictView {
    ok: bool,
    rows: u64,
    keyed_rows: u64,
    unchecked_rows: u64,
    first_bad: Option<BadView>,
    head: Option<EndView>,
    head_matches: Option<bool>,
    pruned: Option<PrunedView>,
    sequence: &'static str,
}

#[derive(Debug, Serialize)]
struct BadView {
    id: i64,
    why: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct EndView {
    id: i64,
    hash: String,
}

#[derive(Debug, Serialize)]
struct PrunedView {
    event_id: i64,
    last_id: i64,
}

const COLUMNS: [Column; 9] = [
    Column::left("ok", "VERDICT", Column::ALWAYS),
    Column::right("rows", "SOUND EVENTS", Column::ALWAYS),
    Column::right("keyed_rows", "KEYED", Column::ALWAYS),
    Column::right("unchecked_rows", "UNCHECKED", Column::ALWAYS),
    Column::left("first_bad", "FIRST BAD", Column::ALWAYS),
    Column::left("head", "HEAD", Column::ALWAYS),
    Column::left("head_matches", "HEAD MATCHES", Column::ALWAYS),
    Column::left("pruned", "PRUNED UP TO", Column::ALWAYS),
    Column::left("sequence", "HIGHEST ID", Column::ALWAYS),
];

impl From<&Verdict> for VerdictView {
    fn from(verdict: &Verdict) -> Self {
        Self {
            ok: verdict.is_ok(),
            rows: verdict.rows,
            keyed_rows: verdict.keyed,
            unchecked_rows: verdict.unchecked,
            first_bad: verdict.fault.as_ref().map(|fault| BadView {
                id: fault.id,
                why: code(&fault.why),
                message: words(fault),
            }),
            head: (verdict.head.id != 0).then(|| EndView { id: verdict.head.id, hash: verdict.head.hash.clone() }),
            head_matches: match verdict.head_check {
                None | Some(HeadCheck::Pruned) => None,
                Some(HeadCheck::Matches) => Some(true),
                Some(HeadCheck::Differs) => Some(false),
            },
            pruned: verdict
                .anchor
                .as_ref()
                .map(|anchor| PrunedView { event_id: anchor.event_id, last_id: anchor.last_id }),
            sequence: match verdict.sequence {
                Sequence::Fits => "fits",
                Sequence::Higher => "higher",
                Sequence::Changed => "changed",
            },
        }
    }
}

fn code(why: &Why) -> &'static str {
    match why {
        Why::Altered(_) | Why::OtherKey => "altered",
        Why::MissingBefore(..) => "missing_before",
        Why::Inserted => "inserted",
        Why::Moved(_) => "moved",
        Why::Replaced(_) => "replaced",
        Why::Back(_) => "pruned_and_back",
        Why::NotKeyed => "not_keyed",
        Why::Cut(_) => "cut",
        Why::NotTheHead => "not_the_head",
    }
}

/// What is wrong, in one sentence.
pub fn words(fault: &Fault) -> String {
    let id = fault.id;
    match &fault.why {
        Why::Altered(columns) if columns.is_empty() => {
            format!("event {id} was altered: its hash is not that of its content")
        }
        Why::Altered(columns) => {
            format!("event {id} was altered: {} holds what authctl never writes there", columns.join(", "))
        }
        Why::OtherKey => {
            format!("event {id} was altered, or was written with another key: its hash is not that of this key")
        }
        Why::MissingBefore(1, last) => {
            format!("events 1 to {last} are missing before event {id}, and no event says that they were pruned")
        }
        Why::MissingBefore(first, last) if first == last => format!("event {first} is missing before event {id}"),
        Why::MissingBefore(first, last) => format!("events {first} to {last} are missing before event {id}"),
        Why::Inserted => format!("event {id} was inserted: the event behind it was written without it"),
        Why::Moved(from) => format!("event {id} was moved: it was written as event {from}"),
        Why::Replaced(before) => {
            format!("event {id} was written behind another event {before} than the one that stands there now")
        }
        Why::Back(anchor) => format!("event {id} is there, although event {anchor} says that it was pruned"),
        Why::NotKeyed => format!("event {id} is not keyed: it was written without the key that is configured"),
        Why::Cut(last) if *last == id => format!("event {id} is missing at the end: it was cut off"),
        Why::Cut(last) => format!("events {id} to {last} are missing at the end: they were cut off"),
        Why::NotTheHead => format!("event {id} is another one than the head that was kept"),
    }
}

impl Record for VerdictView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match (COLUMNS[index].name, self.value(index)) {
            ("ok", _) if self.ok => Cell::marked("sound", Mark::Good),
            ("ok", _) if self.first_bad.is_none() => Cell::marked("not fully checked", Mark::Warn),
            ("ok", _) => Cell::marked("NOT sound", Mark::Bad),
            (_, text) if text.is_empty() => Cell::absent(),
            ("first_bad", text) => Cell::marked(text, Mark::Bad),
            (_, text) => Cell::plain(text),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "ok" => self.ok.to_string().into(),
            "rows" => self.rows.to_string().into(),
            "keyed_rows" => self.keyed_rows.to_string().into(),
            "unchecked_rows" => self.unchecked_rows.to_string().into(),
            "first_bad" => self.first_bad.as_ref().map_or("", |bad| bad.message.as_str()).into(),
            "head" => self.head.as_ref().map(|head| format!("{} {}", head.id, head.hash)).unwrap_or_default().into(),
            "head_matches" => self.head_matches.map(|matches| matches.to_string()).unwrap_or_default().into(),
            "pruned" => self.pruned.as_ref().map(|pruned| pruned.last_id.to_string()).unwrap_or_default().into(),
            _ => self.sequence.into(),
        }
    }
}

/// `{"id","hash","rows","keyed"}`.
#[derive(Debug, Serialize)]
pub struct HeadView {
    id: i64,
    hash: String,
    rows: u64,
    keyed: bool,
}

const HEAD_COLUMNS: [Column; 4] = [
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("hash", "HASH", Column::ALWAYS),
    Column::right("rows", "EVENTS", Column::ALWAYS),
    Column::left("keyed", "KEYED", Column::ALWAYS),
];

impl HeadView {
    /// The end of the log, and how many rows there are.
    pub fn new(head: Head, rows: u64) -> Self {
        let keyed = HashForm::of(&head.hash) == HashForm::Keyed;
        Self { id: head.id, hash: head.hash, rows, keyed }
    }

    /// One line to keep.
    pub fn line(&self) -> String {
        let keyed = if self.keyed { "yes" } else { "no" };
        format!("{HEAD_LABEL} id={} hash={} rows={} keyed={keyed}", self.id, self.hash, self.rows)
    }
}

impl Record for HeadView {
    fn columns() -> &'static [Column] {
        &HEAD_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match HEAD_COLUMNS[index].name {
            "id" => self.id.to_string().into(),
            "hash" => self.hash.as_str().into(),
            "rows" => self.rows.to_string().into(),
            _ => self.keyed.to_string().into(),
        }
    }
}

/// `{"changed","rows","first_id","last_id","export"}`.
#[derive(Debug, Serialize)]
pub struct PruneView {
    /// Whether anything was removed, or would be in a dry run.
    pub changed: bool,
    /// How many events.
    pub rows: u64,
    /// The first of them.
    pub first_id: Option<i64>,
    /// The last of them.
    pub last_id: Option<i64>,
    /// Where they are now.
    pub export: Option<String>,
}

const PRUNE_COLUMNS: [Column; 5] = [
    Column::left("changed", "CHANGED", Column::ALWAYS),
    Column::right("rows", "EVENTS", Column::ALWAYS),
    Column::right("first_id", "FIRST", Column::ALWAYS),
    Column::right("last_id", "LAST", Column::ALWAYS),
    Column::left("export", "EXPORT", Column::ALWAYS),
];

impl Record for PruneView {
    fn columns() -> &'static [Column] {
        &PRUNE_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match PRUNE_COLUMNS[index].name {
            "changed" => self.changed.to_string().into(),
            "rows" => self.rows.to_string().into(),
            "first_id" => self.first_id.into(),
            "last_id" => self.last_id.into(),
            _ => self.export.as_deref().unwrap_or_default().into(),
        }
    }
}
