//! `db check` in the JSON contract.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::output::{Cell, Column, Datum, Mark, Record};
use crate::ops::census::Census;
use crate::store::FileCheck;

/// `{"ok","integrity","foreign_keys","foreign_key_count","unreadable","unreadable_count","counts"}`: the lists hold
/// the first hundred, the counts all.
#[derive(Debug, Serialize)]
pub struct CheckView {
    ok: bool,
    integrity: Vec<String>,
    foreign_keys: Vec<OrphanView>,
    foreign_key_count: u64,
    unreadable: Vec<UnreadableView>,
    unreadable_count: u64,
    counts: BTreeMap<String, Option<i64>>,
}

/// A row that points to a row that is not there.
#[derive(Debug, Serialize)]
struct OrphanView {
    table: String,
    rowid: Option<i64>,
    parent: String,
}

/// An account with cells that cannot be read.
#[derive(Debug, Serialize)]
struct UnreadableView {
    id: i64,
    columns: Vec<&'static str>,
}

impl CheckView {
    /// What was found; `ok` where there is nothing to mend.
    pub fn new(check: FileCheck, census: &Census) -> Self {
        let foreign_key_count = check.orphan_counts.iter().map(|one| one.rows).sum();
        let ok = check.integrity.is_empty() && foreign_key_count == 0 && census.bad_rows == 0;
        let orphan = |one: crate::store::Orphan| OrphanView { table: one.table, rowid: one.rowid, parent: one.parent };
        let unreadable =
            census.first_bad.iter().map(|(id, columns)| UnreadableView { id: id.0, columns: columns.clone() });
        Self {
            ok,
            integrity: check.integrity,
            foreign_keys: check.orphans.into_iter().map(orphan).collect(),
            foreign_key_count,
            unreadable: unreadable.collect(),
            unreadable_count: census.bad_rows,
            counts: check.counts.into_iter().collect(),
        }
    }
}

/// One thing that was looked at, for people and for CSV.
#[derive(Debug, Serialize)]
pub struct CheckedView {
    check: &'static str,
    result: String,
    #[serde(skip)]
    mark: Mark,
}

const COLUMNS: [Column; 2] =
    [Column::left("check", "CHECK", Column::ALWAYS), Column::left("result", "RESULT", Column::ALWAYS)];

impl CheckedView {
    /// As it should be.
    pub fn good(check: &'static str, result: impl Into<String>) -> Self {
        Self { check, result: result.into(), mark: Mark::Good }
    }

    /// A finding.
    pub fn bad(check: &'static str, result: impl Into<String>) -> Self {
        Self { check, result: result.into(), mark: Mark::Bad }
    }

    /// Neither.
    pub fn plain(check: &'static str, result: impl Into<String>) -> Self {
        Self { check, result: result.into(), mark: Mark::Plain }
    }
}

impl Record for CheckedView {
    fn columns() -> &'static [Column] {
        &COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match COLUMNS[index].name {
            "check" => Cell::plain(self.check),
            _ => Cell::marked(self.result.as_str(), self.mark),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match COLUMNS[index].name {
            "check" => self.check.into(),
            _ => self.result.as_str().into(),
        }
    }
}
