//! `--fix`: what is safe is mended, after one question.
//!
//! What a newcomer would get wrong: the order. A journal is undone before anything is read, the schema is brought up
//! to date before a lock is written, and files lose their rights last, when the new ones are there.

use std::io::ErrorKind;

use super::{of_checks, words};
use crate::cli::commands::database::words::counted;
use crate::cli::commands::{lock, migrate};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::personal;
use crate::model::text;
use crate::ops::doctor::{self, Check, Fault, Fixable, Report};
use crate::ops::error::Class;
use crate::store::{BackupWish, Opened, ReadAccess, Reader};

/// Asks, and mends what is safe; the checks whose findings were mended.
///
/// # Errors
/// Would prompt, the answer no, and whatever keeps one of them from being mended.
pub fn run(context: &mut Context<'_>, report: &Report) -> anyhow::Result<Vec<Check>> {
    let mut checks: Vec<Check> = fixable(report).map(|finding| finding.fault.check()).collect();
    checks.dedup();
    if checks.is_empty() {
        context.console().done("unchanged: nothing that can be mended safely");
        return Ok(checks);
    }
    for finding in fixable(report) {
        let plan = format!("to mend: {}: {}", finding.fault.check().id(), words::subject(finding, personal::of_run()));
        context.console().done(&plan);
    }
    let count = counted(fixable(report).count() as u64, "finding");
    context.confirm(&format!("Mend {count}?"))?;
    if checks.contains(&Check::HotJournal) {
        recover(context)?;
    }
    let pending = [Check::SchemaPending, Check::MissingIndex];
    if of_checks(report, &pending).next().is_some_and(|finding| finding.fixable == Fixable::Yes) {
        migrate::apply(context, BackupWish::Make)?;
    }
    if checks.contains(&Check::StuckLock) || checks.contains(&Check::HairTrigger) {
        free(context, report)?;
    }
    rights(context, report)?;
    Ok(checks)
}

fn fixable(report: &Report) -> impl Iterator<Item = &doctor::Finding> {
    report.findings.iter().filter(|finding| finding.fixable == Fixable::Yes)
}

/// Any read through a connection that may write undoes what a crash left.
fn recover(context: &mut Context<'_>) -> anyhow::Result<()> {
    let path = context.database_path()?;
    if context.global.dry_run {
        context.console().done(&format!("would undo the unfinished transaction of '{}'", text::path(&path)));
        return Ok(());
    }
    let opened = Reader::open(&path, context.busy_timeout, ReadAccess::MayRecover).map_err(Refused::from)?;
    let Opened { store, notes } = opened;
    drop(store);
    context.say_notes(&notes, &path);
    Ok(())
}

fn free(context: &mut Context<'_>, report: &Report) -> anyhow::Result<()> {
    if context.global.dry_run && of_checks(report, &[Check::SchemaPending]).next().is_some() {
        for finding in of_checks(report, &[Check::StuckLock, Check::HairTrigger]) {
            context
                .console()
                .done(&format!("would free or rewrite the locks of {}", words::subject(finding, personal::of_run())));
        }
        return Ok(());
    }
    let mut store = context.store()?;
    for finding in of_checks(report, &[Check::StuckLock]) {
        let swept = doctor::mend_locks(&mut store, &context.act(), &context.settings, &finding.accounts);
        let swept = swept.map_err(Refused)?;
        lock::say_swept(context, swept.value);
        context.say_triggers(swept.triggers.as_ref());
    }
    for finding in of_checks(report, &[Check::HairTrigger]) {
        let freed = doctor::mend_counters(&mut store, &context.act(), &context.settings, &finding.accounts);
        let freed = freed.map_err(Refused)?;
        for one in &freed.value {
            let text = lock::freed_words(context, one);
            context.console().done(&text);
        }
        context.say_triggers(freed.triggers.as_ref());
    }
    Ok(())
}

fn rights(context: &mut Context<'_>, report: &Report) -> anyhow::Result<()> {
    for finding in fixable(report) {
        let Fault::Mode { path, node, mode, wanted, .. } = &finding.fault else { continue };
        let did = context.would("set", "set");
        if !context.global.dry_run {
            match doctor::set_mode(path, *node, *wanted) {
                Ok(()) => {}
                // SQLite has taken a side file away while the rest was mended, or another file has its name: the
                // look afterwards says what is there.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    let message = format!("cannot set the mode of '{}': {error}", text::path(path));
                    return Err(Failure::new(Class::Unexpected, message).into());
                }
            }
        }
        context.console().done(&format!("{did} the mode of '{}' to {wanted:04o}, was {mode:04o}", text::path(path)));
    }
    Ok(())
}
