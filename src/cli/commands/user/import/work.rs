//! The work of an import: passwords made, kept, hashed, and the rows written.
//!
//! What a newcomer would get wrong: whatever ends this early takes the credentials file along, since [`Credentials`]
//! removes it on drop unless it is kept.

use std::ops::ControlFlow;

use super::Wishes;
use super::report::{Finished, fault_rows};
use crate::cli::console::Console;
use crate::cli::context::Context;
use crate::cli::credentials::{Credentials, Line};
use crate::cli::failure::{Failure, Refused};
use crate::cli::meter::Meter;
use crate::cli::prompt::LongWork;
use crate::model::text;
use crate::ops;
use crate::ops::error::Class;
use crate::ops::import::{self, Generate, Outcome, Plan, Planned, Ready};
use crate::store::{Store, StoreError};

/// Rows that can be written, and what was made for them.
struct Prepared {
    rows: Vec<Ready>,
    credentials: Option<Credentials>,
    /// How many passwords were made; in a dry run: would be.
    generated: usize,
}

/// Makes, keeps and hashes the passwords, then writes the rows.
///
/// # Errors
/// Interrupted; what keeps the credentials file or the database from being written.
pub(super) fn run(
    context: &mut Context<'_>,
    store: &mut Store,
    mut plan: Plan,
    wishes: Wishes,
) -> anyhow::Result<Finished> {
    let odd = plan.rows.iter().filter(|row| !row.odd().is_empty()).map(|row| (row.line, row.odd().to_vec())).collect();
    let retyped = plan.rows.iter().filter(|row| row.is_typed_differently()).count();
    let work = LongWork::begin();
    let rows = std::mem::take(&mut plan.rows);
    let Prepared { rows, credentials, generated } = match context.global.dry_run {
        true => rehearse(rows, &wishes),
        false => prepare(context, rows, &wishes, &work)?,
    };
    let must_end = || work.must_stop_under_lock();
    let written =
        import::write(store, &context.act(), plan.looked_at, rows, wishes.if_present, wishes.ending, &must_end);
    let written = match written {
        Err(error @ ops::Error::Store(StoreError::InDoubt { .. })) => {
            keep_in_doubt(context, credentials);
            return Err(Refused(error).into());
        }
        other => other.map_err(Refused)?,
    };
    if written.value.stopped {
        return Err(stopped().into());
    }
    context.say_triggers(written.triggers.as_ref());
    let Outcome { imported, mut present, mut faults, stopped: _ } = written.value;
    let left_out = fault_rows(&faults) + present.len();
    plan.failed += fault_rows(&faults);
    plan.faults.append(&mut faults);
    plan.present.append(&mut present);
    let kept = credentials.filter(|_| !imported.is_empty()).map(Credentials::keep);
    Ok(Finished { plan, imported, credentials: kept, generated, odd, retyped, left_out })
}

/// Nobody knows whether the accounts are there; if they are, these are the only copies of their passwords.
fn keep_in_doubt(context: &mut Context<'_>, credentials: Option<Credentials>) {
    let Some(credentials) = credentials else { return };
    let path = credentials.keep();
    let shown = text::path(&path);
    let list = context.authctl("user list");
    context.console().warn(&format!(
        "the passwords in '{shown}' may be in use: keep that file until {list} shows whether the accounts are there"
    ));
}

/// A dry run makes nothing and hashes nothing.
fn rehearse(rows: Vec<Planned>, wishes: &Wishes) -> Prepared {
    let generated = match wishes.generate {
        Generate::Missing => rows.iter().filter(|row| row.is_without_password()).count(),
        Generate::Never => 0,
    };
    Prepared { rows: import::unhashed(rows), credentials: None, generated }
}

/// Generated passwords into their file, then hashes.
fn prepare(
    context: &mut Context<'_>,
    mut rows: Vec<Planned>,
    wishes: &Wishes,
    work: &LongWork,
) -> anyhow::Result<Prepared> {
    let mut random = context.world.random;
    if wishes.generate == Generate::Missing {
        import::generate(&context.settings, &mut rows, &mut random).map_err(Refused)?;
    }
    let lines = rows
        .iter()
        .filter_map(|row| Some(Line { username: &row.username, email: &row.email, password: row.generated()? }));
    let generated = lines.clone().count();
    let credentials = match &wishes.credentials {
        Some(path) if generated > 0 => Some(Credentials::write(path, context.style.csv, lines)?),
        Some(_) | None => None,
    };
    let rows = hash(context, rows, work)?;
    Ok(Prepared { rows, credentials, generated })
}

fn hash(context: &mut Context<'_>, rows: Vec<Planned>, work: &LongWork) -> anyhow::Result<Vec<Ready>> {
    let total = rows.iter().filter(|row| row.has_password_to_hash()).count();
    let mut meter = Meter::begin("hashing", total, context.world.terminal.stderr, context.voice);
    let mut random = context.world.random;
    let mut console = Console::new(&mut *context.world.stderr, context.voice);
    let mut tick = |done| {
        meter.show(done, &mut console);
        if work.must_stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let hashed = import::hash(&context.settings, rows, &mut random, &mut tick).map_err(Refused)?;
    Ok(hashed.ok_or_else(stopped)?)
}

fn stopped() -> Failure {
    Failure::new(Class::Interrupted, "interrupted; nothing was imported")
}
