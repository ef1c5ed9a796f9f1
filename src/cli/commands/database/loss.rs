//! What a restore would take away, in words.
//!
//! What a newcomer would get wrong: names come from two files that anybody may have written, so each is quoted
//! and escaped.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::words::counted;
use crate::cli::context::Context;
use crate::cli::failure::Refused;
use crate::cli::message::when;
use crate::cli::output::escape::quote;
use crate::cli::output::personal;
use crate::cli::view::fault_words;
use crate::model::text;
use crate::model::time::Timestamp;
use crate::ops::audit::{self, Verdict, Why};
use crate::store::{Accounts, BackupFile, Loss};

/// Which backup it is.
///
/// # Errors
/// The file's.
pub fn say_backup(context: &mut Context<'_>, file: &Path, backup: &BackupFile) -> anyhow::Result<()> {
    let last = backup.last_event().map_err(Refused::from)?;
    let parts = [
        format!("the backup '{}'", text::path(file)),
        counted(backup.users().unsigned_abs(), "account"),
        written(context, file),
        last.map(|at| format!("last event {}", quote(&at))).unwrap_or_default(),
    ];
    context.console().note(&joined(&parts));
    if backup.orphans() > 0 {
        let rows = counted(backup.orphans(), "row");
        context.console().note(&format!("it holds {rows} that point to nothing (the app runs with foreign keys off)"));
    }
    say_wrong(context, backup)
}

/// What would be wrong with the database afterwards, though every page of the backup is sound.
fn say_wrong(context: &mut Context<'_>, backup: &BackupFile) -> anyhow::Result<()> {
    let faults = backup.faults().map_err(Refused::from)?;
    if !faults.is_empty() {
        let faults = faults.join("; ");
        context.console().warn(&format!("its schema differs, and authctl would not write to it: {faults}"));
    }
    let triggers = backup.schema().triggers();
    if !triggers.is_empty() {
        context.console().warn(&format!("its table 'users' has triggers: {}", triggers.join(", ")));
    }
    let verdict = audit::verify_backup(backup, context.chain_key()?).map_err(Refused)?;
    let fault = verdict.filter(|verdict| !begins_keyed(verdict)).and_then(|verdict| verdict.fault);
    if let Some(fault) = fault {
        context.console().warn(&format!("its event log is not as authctl wrote it: {}", fault_words(&fault)));
    }
    Ok(())
}

/// Whether all that is wrong is that no event is keyed yet: the one of the restore will be the first.
fn begins_keyed(verdict: &Verdict) -> bool {
    verdict.keyed == 0 && verdict.fault.as_ref().is_some_and(|fault| fault.why == Why::NotKeyed)
}

/// What would be lost of the present file.
///
/// # Errors
/// Never by itself.
pub fn say(context: &mut Context<'_>, database: &Path, loss: Option<&Loss>) -> anyhow::Result<()> {
    let parts = [format!("the database '{}'", text::path(database)), written(context, database)];
    context.console().note(&joined(&parts));
    let Some(loss) = loss else {
        context.console().warn("the database is damaged: what would be lost cannot be told; a copy of it is kept");
        return Ok(());
    };
    let lines = lines(loss);
    if lines.is_empty() {
        context.console().note("the backup holds the accounts and events that the database holds");
    }
    for line in lines {
        context.console().warn(&line);
    }
    Ok(())
}

fn lines(loss: &Loss) -> Vec<String> {
    let mut lines = Vec::new();
    let mut accounts = |what: &str, accounts: &Accounts| {
        if accounts.count > 0 {
            lines.push(format!("{what} {}: {}", counted(accounts.count, "account"), names(accounts)));
        }
    };
    accounts("would be lost, not in the backup:", &loss.gone);
    accounts("would go back to the state in the backup:", &loss.changed);
    accounts("would come back from the backup:", &loss.back);
    if !loss.columns.is_empty() {
        let columns: Vec<String> = loss.columns.iter().map(|name| quote(name)).collect();
        lines.push(format!("would be lost with all they hold: the columns {} of 'users'", columns.join(", ")));
    }
    if loss.events.count > 0 {
        let at = |time: &Option<String>| quote(time.as_deref().unwrap_or_default());
        let (from, to) = (at(&loss.events.from), at(&loss.events.to));
        lines.push(format!("would be lost: {} of the log, from {from} to {to}", counted(loss.events.count, "event")));
    }
    for (name, now, then) in &loss.tables {
        let rows = |rows: &Option<i64>| match rows {
            Some(rows) => counted(rows.unsigned_abs(), "row"),
            None => "no such table".to_owned(),
        };
        lines.push(format!("the table {}: {} now, {} in the backup", quote(name), rows(now), rows(then)));
    }
    lines
}

fn names(accounts: &Accounts) -> String {
    let names: Vec<String> = accounts.first.iter().map(|name| quote(&personal::name(name))).collect();
    let more = accounts.count - names.len() as u64;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", names.join(", "))
}

/// When the file was last written to.
fn written(context: &Context<'_>, path: &Path) -> String {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let micros = modified
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_micros()).ok());
    match micros.and_then(Timestamp::from_micros) {
        Some(at) => format!("written {}", when(at, context.now())),
        None => String::new(),
    }
}

fn joined(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" · ")
}
