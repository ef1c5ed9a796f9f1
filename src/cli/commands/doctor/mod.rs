//! `doctor`: look at everything, say what is wrong and what mends it, and mend what is safe.
//!
//! What a newcomer would get wrong: without `--fix` not a byte changes, not even where opening the file could undo
//! what a crash left; that, too, is a finding.

mod command;
mod fix;
mod print;
mod words;

use std::path::PathBuf;

use crate::cli::args::{DoctorArgs, KeyArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::check_columns;
use crate::cli::settings::config;
use crate::cli::settings::key::{KeyError, KeyWarning};
use crate::cli::view::FindingView;
use crate::ops::doctor::{self, Around, Check, Database, Finding, Fixable, KeyFault, KeyPlace, Report};
use crate::ops::error::Class;
use crate::store::{Opened, ReadAccess, Reader, StoreError};

pub use command::Typed;

/// Looks, mends where asked to, and says what remains.
pub fn run(context: &mut Context<'_>, args: &DoctorArgs) -> anyhow::Result<u8> {
    check_columns::<FindingView<'_>>(&context.style).map_err(Failure::from)?;
    let mut report = examine(context, args)?;
    let mut mended = None;
    if args.fix {
        mended = Some(fix::run(context, &report)?);
        report = examine(context, args)?;
    }
    let typed = Typed::new(context)?;
    print::print(context, &report, &typed, mended.as_deref())?;
    match report.counted() {
        0 => Ok(DONE),
        counted => Err(failure(args, &report, counted).into()),
    }
}

fn failure(args: &DoctorArgs, report: &Report, counted: usize) -> Failure {
    let findings = if counted == 1 { "finding" } else { "findings" };
    let failure = Failure::new(Class::Findings, format!("{counted} {findings}"));
    match report.findings.iter().filter(|finding| finding.fixable == Fixable::Yes).count() {
        0 => failure.hint("each finding names the command that mends it"),
        _ if args.fix => failure.hint("what is left needs the command that it names"),
        fixable => failure.hint(format!("authctl doctor --fix mends {fixable} of them, after asking")),
    }
}

/// The whole look, before and after mending.
fn examine(context: &mut Context<'_>, args: &DoctorArgs) -> anyhow::Result<Report> {
    let around = around(context, args)?;
    let report = doctor::look_around(&around);
    let (now, path) = (context.now(), &around.path);
    let opened = match Reader::open(path, context.busy_timeout, ReadAccess::NeverWrite) {
        Ok(Opened { store, notes }) => {
            context.say_notes(&notes, path);
            Ok(store)
        }
        Err(StoreError::HotJournal { .. }) => Err(Database::HotJournal),
        Err(StoreError::Damaged { detail }) => Err(Database::Damaged(detail)),
        Err(error) => return Err(Refused::from(error).into()),
    };
    let database = match &opened {
        Ok(reader) => Database::Open(reader),
        Err(Database::Damaged(detail)) => Database::Damaged(detail.clone()),
        Err(Database::HotJournal | Database::Open(_)) => Database::HotJournal,
    };
    Ok(doctor::examine(report, database, &context.settings, now, path).map_err(Refused)?)
}

fn around(context: &Context<'_>, args: &DoctorArgs) -> anyhow::Result<Around> {
    let path = context.database_path()?;
    let cwd = &context.world.cwd;
    let config = config::load(context.global.config.as_deref(), cwd, context.world.config_directory.as_deref());
    let mut env_files: Vec<PathBuf> =
        [path.parent(), Some(cwd.as_path())].into_iter().flatten().map(|directory| directory.join(".env")).collect();
    env_files.retain(|file| file.is_file());
    env_files.dedup_by_key(|file| std::fs::canonicalize(file).ok());
    Ok(Around {
        env_files,
        config: config.ok().and_then(|(_, file)| file),
        secret_file: args.key.secret_file.as_ref().map(|file| cwd.join(file)),
        key: key(context, args),
        path,
    })
}

/// What is wrong with the signing key. The built-in one is a finding also where it is allowed.
fn key(context: &Context<'_>, args: &DoctorArgs) -> Option<(KeyFault, KeyPlace)> {
    let wanted = KeyArgs { secret_file: args.key.secret_file.clone(), insecure_default_key: false };
    let fault = match context.try_key(&wanted) {
        Ok(resolved) => resolved.warnings.iter().find_map(|warning| match warning {
            KeyWarning::Weak { bytes } => Some(KeyFault::Short(*bytes)),
            KeyWarning::BuiltIn => Some(KeyFault::Default),
        })?,
        Err(KeyError::Missing) => KeyFault::Missing,
        Err(KeyError::Empty { .. }) => KeyFault::Empty,
        Err(KeyError::Default { .. }) => KeyFault::Default,
        Err(error @ (KeyError::Unusable { .. } | KeyError::Unreadable { .. } | KeyError::Expansion { .. })) => {
            KeyFault::Unusable(error.to_string())
        }
    };
    let place = match (&args.key.secret_file, (context.world.env)("SECRET_KEY")) {
        (Some(file), _) => KeyPlace::File(context.world.cwd.join(file)),
        (None, Some(_)) => KeyPlace::Environment,
        (None, None) => KeyPlace::DotEnv,
    };
    Some((fault, place))
}

/// The findings of these checks.
fn of_checks<'r>(report: &'r Report, checks: &'r [Check]) -> impl Iterator<Item = &'r Finding> {
    report.findings.iter().filter(|finding| checks.contains(&finding.fault.check()))
}
