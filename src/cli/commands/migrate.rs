//! `migrate` and its read-only faces.

use std::path::Path;
use std::time::Duration;

use super::long_lock::{self, LONG_LOCK};
use crate::cli::args::{MigrateArgs, MigrateView};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::shell;
use crate::cli::meter::metered;
use crate::cli::output::{Format, emit_all, emit_document};
use crate::cli::view::MigrationView;
use crate::model::text;
use crate::store::{BackupWish, MigrateOutcome, Migration, MigrationPlan, Step, StepState, StoreError};

/// Migrates, or looks.
pub fn run(context: &mut Context<'_>, args: &MigrateArgs) -> anyhow::Result<u8> {
    let face = match &args.view {
        None => return migrate(context, args),
        Some(MigrateView::Status(_)) => Face::Status,
        Some(MigrateView::Plan(_)) => Face::Plan,
        Some(MigrateView::Check(_)) => Face::Check,
        Some(MigrateView::Rehearse(args)) => return super::rehearse::run(context, args),
    };
    if args.no_backup {
        return Err(Failure::usage("--no-backup goes with migrate itself, which writes").hint("leave it away").into());
    }
    look(context, face)
}

/// What is only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    /// Each step.
    Status,
    /// The SQL.
    Plan,
    /// Up to date or not.
    Check,
}

fn migrate(context: &mut Context<'_>, args: &MigrateArgs) -> anyhow::Result<u8> {
    let wish = if args.no_backup { BackupWish::Skip } else { BackupWish::Make };
    let outcome = apply(context, wish)?;
    print(context, outcome)
}

/// Brings the file up to date and says what was done.
///
/// # Errors
/// The file's; `WouldPrompt` where the lock would be held for long.
pub(super) fn apply(context: &mut Context<'_>, wish: BackupWish) -> anyhow::Result<MigrateOutcome> {
    context.chain_key()?;
    let path = context.database_path()?;
    let most = if context.global.yes { Duration::MAX } else { LONG_LOCK };
    let opened = Migration::open(&path, context.busy_timeout, context.access()).map_err(Refused::from)?;
    let mut migration = opened.holding_less_than(most);
    let notes = migration.notes().to_vec();
    context.say_notes(&notes, &path);
    let pending = pending(&migration.steps().map_err(Refused::from)?);
    if pending > 0 {
        let lock = migration.expected_lock().map_err(Refused::from)?;
        long_lock::announce(context, lock, "stop the app or choose a quiet hour, then give --yes")?;
    }
    let result = metered(context, "backup", |act, watch| migration.run(act, wish, watch));
    if let Some(left) = migration.left() {
        let left = text::path(left);
        context.console().warn(&format!(
            "the backup '{left}' was left there: it holds the state before; remove it once the database is seen to be sound"
        ));
    }
    let outcome = result.map_err(Refused::from)?;
    say(context, &outcome, &path);
    Ok(outcome)
}

fn pending(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.state == StepState::Pending).count()
}

fn say(context: &mut Context<'_>, outcome: &MigrateOutcome, path: &Path) {
    if outcome.applied == 0 {
        context.console().done(&format!("unchanged: '{}' is up to date", text::path(path)));
        return;
    }
    let did = context.would("migrated", "migrate");
    let steps = if outcome.applied == 1 { "step" } else { "steps" };
    context.console().done(&format!("{did} '{}': {} {steps}", text::path(path), outcome.applied));
    if let Some(backup) = &outcome.backup {
        context.console().done(&format!("the state before is in '{}'", text::path(backup)));
        // Side files lie beside the file itself, not beside a link to it.
        let file = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (backup, file) = (shell(backup), shell(&file));
        context.console().hint(&format!(
            "the way back: stop the app, then: rm -f {file}-wal {file}-shm {file}-journal && cp {backup} {file}"
        ));
    }
}

fn print(context: &mut Context<'_>, outcome: MigrateOutcome) -> anyhow::Result<u8> {
    let backup = outcome.backup.as_deref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let view = MigrationView::new(outcome.steps, true, backup.as_deref());
    if context.style.format != Format::Table {
        document(context, &view)?;
    }
    Ok(DONE)
}

fn look(context: &mut Context<'_>, face: Face) -> anyhow::Result<u8> {
    let reader = context.reader()?;
    let MigrationPlan { steps, faults } = reader.migration_plan().map_err(Refused::from)?;
    let waiting = || steps.iter().filter(|step| step.state == StepState::Pending);
    let missing: Vec<String> = waiting().map(|step| step.name.clone()).collect();
    let plan: Vec<String> = waiting().map(|step| format!("{};", step.sql)).collect();
    let refusal = (!faults.is_empty()).then(|| Refused::from(StoreError::Drift { faults }));
    // What would be refused has no plan; only for `check` the document is the verdict.
    if face != Face::Check
        && let Some(refusal) = refusal
    {
        return Err(refusal.into());
    }
    let view = MigrationView::new(steps, refusal.is_none(), None);
    match (context.style.format, face) {
        (Format::Table, Face::Plan) => print_plan(context, &plan)?,
        (Format::Table, Face::Status | Face::Check) | (Format::Csv, _) => table(context, &view)?,
        (Format::Json | Format::Jsonl, _) => document(context, &view)?,
    }
    if let Some(refusal) = refusal {
        return Err(refusal.into());
    }
    match (face, missing.is_empty()) {
        (_, true) => context.console().done("up to date"),
        (Face::Status | Face::Plan, false) => {
            let migrate = context.authctl("migrate");
            context.console().hint(&format!("{migrate} applies what is pending"));
        }
        (Face::Check, false) => return Err(Refused::from(StoreError::Pending { missing }).into()),
    }
    Ok(DONE)
}

fn print_plan(context: &mut Context<'_>, plan: &[String]) -> anyhow::Result<()> {
    if plan.is_empty() {
        return Ok(());
    }
    let lines: Vec<&str> = std::iter::once("BEGIN IMMEDIATE;")
        .chain(plan.iter().map(String::as_str))
        .chain(std::iter::once("COMMIT;"))
        .collect();
    context.print(&lines.join("\n"))
}

fn table(context: &mut Context<'_>, view: &MigrationView) -> anyhow::Result<()> {
    Ok(emit_all(&mut *context.world.stdout, &context.style, view.steps()).map_err(Failure::from)?)
}

fn document(context: &mut Context<'_>, view: &MigrationView) -> anyhow::Result<()> {
    if context.style.format == Format::Csv {
        return table(context, view);
    }
    Ok(emit_document(&mut *context.world.stdout, view).map_err(Failure::from)?)
}
