//! `migrate rehearse`.

use std::path::PathBuf;
use std::time::Duration;

use super::database::words::{counted, size};
use super::long_lock::LONG_LOCK;
use crate::cli::args::RehearseArgs;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::Failure;
use crate::cli::message::explain;
use crate::cli::meter::metered;
use crate::cli::output::escape::escape;
use crate::cli::output::{Format, emit_all, emit_document};
use crate::cli::view::RehearsalView;
use crate::model::text;
use crate::ops;
use crate::ops::error::Class;
use crate::store::{Reader, Rehearsal, StoreError};

/// Migrates a copy and tells how it went.
pub fn run(context: &mut Context<'_>, _args: &RehearseArgs) -> anyhow::Result<u8> {
    let reader = context.reader()?;
    let parent = parent(context, &reader);
    let result = metered(context, "copy", |act, watch| reader.rehearse_migration(&parent, act, watch));
    let rehearsal = result.map_err(|error| refusal(context, error))?;
    say(context, &rehearsal);
    let view = RehearsalView::new(rehearsal, LONG_LOCK);
    match context.style.format {
        Format::Json | Format::Jsonl => {
            emit_document(&mut *context.world.stdout, &view).map_err(Failure::from)?;
        }
        Format::Table | Format::Csv => {
            emit_all(&mut *context.world.stdout, &context.style, view.steps()).map_err(Failure::from)?;
        }
    }
    Ok(DONE)
}

/// Where the copy lies: in `TMPDIR` where that is set, else beside the database, else in the system's directory.
fn parent(context: &Context<'_>, reader: &Reader) -> PathBuf {
    match (context.world.env)("TMPDIR") {
        Some(directory) if !directory.is_empty() => context.world.cwd.join(directory),
        Some(_) | None => reader.writable_directory().unwrap_or_else(|| PathBuf::from("/tmp")),
    }
}

fn refusal(context: &Context<'_>, error: StoreError) -> Failure {
    let hint = match &error {
        StoreError::Backup { .. } | StoreError::ReadOnly { .. } | StoreError::Exists { .. } => {
            "the copy needs room for the whole file: name another directory by TMPDIR"
        }
        StoreError::Damaged { detail } => {
            let message = format!("the database is damaged, so migrate would refuse it: {}", escape(detail));
            let (check, restore) = (context.authctl("db check"), context.authctl("db restore FILE"));
            return Failure::new(Class::DbUnreadable, message)
                .hint(format!("{check} lists the damage; {restore} goes back to a backup"));
        }
        _ => return explain(context, &ops::Error::from(error)),
    };
    Failure { hint: Some(hint.to_owned()), ..explain(context, &ops::Error::from(error)) }
}

fn say(context: &mut Context<'_>, rehearsal: &Rehearsal) {
    let path = context.database_path().map(|path| text::path(&path)).unwrap_or_default();
    if rehearsal.applied == 0 {
        context.console().done(&format!("nothing to rehearse: '{path}' is up to date"));
        return;
    }
    let steps = counted(rehearsal.applied as u64, "step");
    let rows = counted(rehearsal.rows.iter().map(|(_, rows)| rows.unsigned_abs()).sum(), "row");
    let tables = counted(rehearsal.rows.len() as u64, "table");
    context.console().done(&format!(
        "migrate would succeed: {steps}; in the copy every value of {rows} in {tables} is as before, and integrity is ok"
    ));
    context.console().done(&format!(
        "the write lock would be held for about {}; disk: {} for the backup, {} more for the file",
        seconds(rehearsal.took),
        size(rehearsal.backup_bytes),
        size(rehearsal.grown_bytes)
    ));
    if rehearsal.expected_lock >= LONG_LOCK {
        context.console().note("migrate will want --yes: the app's logins fail after waiting 5 s for the lock");
    } else if rehearsal.expected_lock + rehearsal.copy_took >= LONG_LOCK {
        context.console().note(&format!(
            "migrate will want --yes where the app writes all the while: its backup is then made under the lock, in about {}",
            seconds(rehearsal.copy_took)
        ));
    }
    let migrate = context.authctl("migrate");
    context.console().hint(&format!("the copy is gone and the database is as it was; {migrate} does it"));
}

fn seconds(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis().max(1))
    } else {
        format!("{:.1} s", took.as_secs_f64())
    }
}
