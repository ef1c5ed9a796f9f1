//! `db check`.
//!
//! What a newcomer would get wrong: a damaged file is an answer here, not an error; exit 11, with a document.

use super::words::counted;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::escape::{escape, quote};
use crate::cli::output::{Format, check_columns, emit_all, emit_document};
use crate::cli::view::{CheckView, CheckedView};
use crate::model::text;
use crate::ops;
use crate::ops::census::{Census, census};
use crate::ops::error::Class;
use crate::store::{FileCheck, StoreError};

/// Lines of one kind that people are shown.
const MOST_LINES: usize = 10;

/// Checks the file as a whole.
pub fn run(context: &mut Context<'_>) -> anyhow::Result<u8> {
    check_columns::<CheckedView>(&context.style).map_err(Failure::from)?;
    let (check, census) = look(context)?;
    let lines = lines(&check, &census);
    let findings = findings(&check, &census);
    let (damaged, orphans) = (!check.integrity.is_empty(), orphans(&check));
    if context.style.format == Format::Json {
        emit_document(&mut *context.world.stdout, &CheckView::new(check, &census)).map_err(Failure::from)?;
    } else {
        emit_all(&mut *context.world.stdout, &context.style, &lines).map_err(Failure::from)?;
    }
    if findings.is_empty() {
        context.console().done("the file is sound");
        return Ok(DONE);
    }
    let path = escape(&text::path(&context.database_path()?)).into_owned();
    let hint = if damaged {
        let restore = context.authctl("db restore FILE");
        format!("stop the app, then {restore}; without a backup: sqlite3 FILE .recover")
    } else if orphans == 0 {
        format!("{} says what each of these cells does to its account, and what mends it", context.authctl("doctor"))
    } else {
        "the app runs with foreign keys off, so such rows stay until somebody mends them by SQL; make a backup first"
            .to_owned()
    };
    Err(Failure::new(Class::Findings, format!("'{path}' has {}", findings.join(", "))).hint(hint).into())
}

/// What can be told of the file; one that is too damaged to be opened has nothing but its damage.
fn look(context: &mut Context<'_>) -> anyhow::Result<(FileCheck, Census)> {
    let damage = |detail: &str| FileCheck { integrity: vec![detail.to_owned()], ..FileCheck::default() };
    let reader = match context.reader() {
        Ok(reader) => reader,
        Err(error) => {
            return match error.downcast::<Refused>() {
                Ok(Refused(ops::Error::Store(StoreError::Damaged { detail }))) => {
                    Ok((damage(&detail), Census::default()))
                }
                Ok(other) => Err(other.into()),
                Err(other) => Err(other),
            };
        }
    };
    let mut check = reader.check().map_err(Refused::from)?;
    match census(&reader, &context.settings, context.now()) {
        Ok(census) => Ok((check, census)),
        Err(ops::Error::Store(StoreError::Damaged { detail } | StoreError::Unreadable { detail, .. })) => {
            check.integrity.push(detail);
            Ok((check, Census::default()))
        }
        Err(other) => Err(Refused::from(other).into()),
    }
}

fn orphans(check: &FileCheck) -> u64 {
    check.orphan_counts.iter().map(|one| one.rows).sum()
}

fn findings(check: &FileCheck, census: &Census) -> Vec<String> {
    let mut findings = Vec::new();
    if !check.integrity.is_empty() {
        findings.push(counted(check.integrity.len() as u64, "damaged place"));
    }
    let orphans = orphans(check);
    if orphans > 0 {
        findings.push(format!("{} pointing to nothing", counted(orphans, "row")));
    }
    if census.bad_rows > 0 {
        findings.push(format!("{} with unreadable cells", counted(census.bad_rows, "account")));
    }
    findings
}

fn lines(check: &FileCheck, census: &Census) -> Vec<CheckedView> {
    let mut lines = Vec::new();
    if check.integrity.is_empty() {
        lines.push(CheckedView::good("integrity", "ok"));
    }
    for complaint in check.integrity.iter().take(MOST_LINES) {
        lines.push(CheckedView::bad("integrity", complaint.as_str()));
    }
    more(&mut lines, "integrity", check.integrity.len());
    foreign_keys(&mut lines, check);
    for (id, columns) in census.first_bad.iter().take(MOST_LINES) {
        lines.push(CheckedView::bad("unreadable", format!("id:{}: {}", id.0, columns.join(", "))));
    }
    more(&mut lines, "unreadable", usize::try_from(census.bad_rows).unwrap_or(usize::MAX));
    for (table, rows) in &check.counts {
        lines.push(match rows {
            Some(rows) => CheckedView::plain("rows", format!("{}: {rows}", quote(table))),
            None => CheckedView::bad("rows", format!("{}: cannot be counted", quote(table))),
        });
    }
    lines
}

fn foreign_keys(lines: &mut Vec<CheckedView>, check: &FileCheck) {
    if check.counts.is_empty() {
        lines.push(CheckedView::bad("foreign keys", "cannot be checked"));
    } else if check.unchecked_keys > 0 {
        let tables = counted(check.unchecked_keys, "table");
        lines.push(CheckedView::bad("foreign keys", format!("cannot be checked in {tables}")));
    } else if check.orphan_counts.is_empty() {
        lines.push(CheckedView::good("foreign keys", "ok"));
    }
    for one in check.orphan_counts.iter().take(MOST_LINES) {
        let of = |orphan: &&crate::store::Orphan| orphan.table == one.table && orphan.parent == one.parent;
        let ids: Vec<String> = check
            .orphans
            .iter()
            .filter(of)
            .filter_map(|orphan| orphan.rowid)
            .take(3)
            .map(|id| id.to_string())
            .collect();
        let first = if ids.is_empty() { String::new() } else { format!(", the first with row id {}", ids.join(", ")) };
        let (table, parent, rows) = (quote(&one.table), quote(&one.parent), counted(one.rows, "row"));
        lines.push(CheckedView::bad("foreign keys", format!("{table}: {rows} without their row of {parent}{first}")));
    }
    more(lines, "foreign keys", check.orphan_counts.len());
}

/// Says that there are more than were shown.
fn more(lines: &mut Vec<CheckedView>, check: &'static str, all: usize) {
    if all > MOST_LINES {
        lines.push(CheckedView::bad(check, format!("and {} more", all - MOST_LINES)));
    }
}
