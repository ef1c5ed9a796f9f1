//! `doctor`: look at everything, say what is wrong and what mends it, and mend what is safe.
//!
//! What a newcomer would get wrong: without `--fix` not a byte changes, not even where opening the file could undo
//! what a crash left; that, too, is a finding.

mod command;
mod fix;
mod meaning;
mod print;
mod sql;
mod words;

use std::path::PathBuf;

use crate::cli::args::{DoctorArgs, KeyArgs};
use crate::cli::commands::database::words::counted;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::check_columns;
use crate::cli::settings::audit_key::AuditKeyError;
use crate::cli::settings::config;
use crate::cli::settings::key::{KeyError, KeyWarning};
use crate::cli::view::FindingView;
use crate::ops::doctor::{self, Around, AuditKeyFault, Check, Database, Finding, Fixable, KeyFault, KeyPlace, Report};
use crate::ops::error::Class;
use crate::store::{Opened, ReadAccess, Reader, StoreError};

pub use command::Typed;

/// What the owner of a key may keep: reading and writing.
const OWNERS: u32 = 0o600;

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
        _ => Err(failure(context, args, &report, &typed).into()),
    }
}

fn failure(context: &Context<'_>, args: &DoctorArgs, report: &Report, typed: &Typed) -> Failure {
    let failure = Failure::new(Class::Findings, counted(report.counted() as u64, "finding"));
    let fixable = report.findings.iter().filter(|finding| finding.fixable == Fixable::Yes).count();
    if fixable == 0 {
        return failure.hint("each finding names the command that mends it");
    }
    let fix = typed.authctl("doctor --fix");
    if args.fix && !context.global.dry_run {
        return failure.hint(format!("more can be mended now: {fix}"));
    }
    failure.hint(format!("{fix} mends {fixable} of them, after asking"))
}

/// The whole look, before and after mending.
fn examine(context: &mut Context<'_>, args: &DoctorArgs) -> anyhow::Result<Report> {
    let around = around(context, args)?;
    let report = doctor::look_around(&around);
    let (now, path) = (context.now(), &around.path);
    let reader;
    let database = match Reader::open(path, context.busy_timeout, ReadAccess::NeverWrite) {
        Ok(Opened { store, notes }) => {
            context.say_notes(&notes, path);
            reader = store;
            Database::Open(&reader)
        }
        Err(StoreError::HotInDryRun { .. }) => Database::HotJournal,
        Err(StoreError::Damaged { detail }) => Database::Damaged(detail),
        Err(error) => return Err(Refused::from(error).into()),
    };
    let key = context.chain_key().ok().flatten();
    Ok(doctor::examine(report, database, &context.settings, key, now).map_err(Refused)?)
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
        audit_key: context.audit_key_error().map(audit_key),
        path,
    })
}

/// What is wrong with the key of the event log.
fn audit_key(error: &AuditKeyError) -> (AuditKeyFault, PathBuf, String) {
    let fault = match error {
        AuditKeyError::Missing(_) => AuditKeyFault::Missing,
        AuditKeyError::Empty(_) | AuditKeyError::Short { .. } => AuditKeyFault::Weak,
        AuditKeyError::Open { mode, .. } => AuditKeyFault::Open(mode & OWNERS),
        AuditKeyError::Unreadable { .. } => AuditKeyFault::Unreadable,
    };
    (fault, error.path().to_owned(), error.to_string())
}

/// What is wrong with the signing key. The built-in one is a finding also where it is allowed.
fn key(context: &Context<'_>, args: &DoctorArgs) -> Option<(KeyFault, KeyPlace)> {
    let wanted = KeyArgs { secret_file: args.key.secret_file.clone(), insecure_default_key: false };
    let fault = match context.try_key(&wanted) {
        Ok(resolved) => match resolved.warnings.first()? {
            KeyWarning::Weak { bytes } => KeyFault::Short(*bytes),
            KeyWarning::BuiltIn => KeyFault::Default,
        },
        Err(KeyError::Missing) => KeyFault::Missing,
        Err(KeyError::Empty { .. }) => KeyFault::Empty,
        Err(KeyError::Default { .. }) => KeyFault::Default,
        Err(error @ KeyError::Unusable { .. }) => KeyFault::Unusable(error.to_string()),
        Err(error @ (KeyError::Unreadable { .. } | KeyError::Expansion { .. })) => {
            KeyFault::Unreadable(error.to_string())
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
