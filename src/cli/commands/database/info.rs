//! `db info`.

use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::shell;
use crate::cli::output::{check_columns, emit_one};
use crate::cli::view::InfoView;
use crate::ops::census::census;
use crate::store::{MigrationPlan, StepState};

/// Shows what the file is.
pub fn run(context: &mut Context<'_>) -> anyhow::Result<u8> {
    check_columns::<InfoView>(&context.style).map_err(Failure::from)?;
    let path = context.database_path()?;
    let reader = context.reader()?;
    let MigrationPlan { steps, faults } = reader.migration_plan().map_err(Refused::from)?;
    let pending = steps.into_iter().filter(|step| step.state == StepState::Pending).map(|step| step.name);
    let pending: Vec<String> = pending.collect();
    let facts = reader.facts().map_err(Refused::from)?;
    let census = census(&reader, &context.settings, context.now()).map_err(Refused::from)?;
    let (mode, waiting, bad_rows) = (facts.mode, !pending.is_empty(), census.bad_rows);
    let view = InfoView::new(&path, facts, pending, census);
    emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
    if InfoView::open_to_others(mode) {
        let path = shell(&path);
        context.console().hint(&format!("others on this machine may read or write it: chmod 600 {path}"));
    }
    if waiting {
        let (migrate, rehearse) = (context.authctl("migrate"), context.authctl("migrate rehearse"));
        context.console().hint(&format!("{migrate} applies what is pending; {rehearse} tries it on a copy"));
    }
    if !faults.is_empty() {
        context.console().warn(&format!("the schema differs from what authctl can work with: {}", faults.join("; ")));
    }
    if bad_rows > 0 {
        let check = context.authctl("db check");
        context.console().hint(&format!("some accounts have cells that cannot be read; {check} names them"));
    }
    Ok(DONE)
}
