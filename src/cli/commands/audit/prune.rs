//! `audit prune`.
//!
//! What a newcomer would get wrong: the rows are on disk in another file, synced, before the first one is
//! removed; and that file is taken away again only where it is certain that none was.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{events, moment, verify};
use crate::cli::args::AuditPruneArgs;
use crate::cli::commands::long_lock;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused, Stop};
use crate::cli::output::{Format, check_columns, emit_one, write_json};
use crate::cli::view::{EventRowView, PruneView};
use crate::model::text;
use crate::model::time::Timestamp;
use crate::ops::audit::{self, Plan, Pruned};
use crate::ops::error::Class;
use crate::store::partial::{self, Partial};
use crate::store::{Store, StoreError};

/// What the name of an export has after the database's, and at its end.
const MARK: &str = ".events-";
const END: &str = ".jsonl";
/// What the name has until the export is whole: a killed run must leave nothing that looks like one.
const PARTIAL: &str = ".authctl-partial";

/// `audit prune`.
pub fn prune(context: &mut Context<'_>, args: &AuditPruneArgs) -> anyhow::Result<u8> {
    check_columns::<PruneView>(&context.style).map_err(Failure::from)?;
    let before = before(context, &args.before)?;
    if let Some(path) = &args.export {
        require_free(context, &context.world.cwd.join(path))?;
    }
    let mut store = context.store()?;
    let Some(plan) = audit::plan(&store, before).map_err(Refused)? else {
        return unchanged(context, &store, before);
    };
    let instead = "prune in smaller steps with an earlier --before, or choose a quiet hour and give --yes";
    long_lock::announce(context, audit::expected_lock(&plan), instead)?;
    let verdict = audit::verify(&store, context.chain_key()?, &[]).map_err(Refused)?;
    if let Some(failure) = verify::failure(context, &verdict) {
        let message = format!("the log is not pruned: {}", failure.message);
        return Err(Failure { message, ..failure }.into());
    }
    let export = if context.global.dry_run { None } else { Some(export(context, args, &store, &plan)?) };
    let pruned = audit::prune(&mut store, &context.act(), &plan);
    if let Err(error) = &pruned {
        let whole = match error {
            crate::ops::Error::Store(
                StoreError::Busy { .. } | StoreError::ChainKeyNeeded | StoreError::ChainKeyWrong { .. },
            ) => true,
            // We may see the rows, and whoever opens the file next plays in a log in which they are gone.
            crate::ops::Error::Store(StoreError::InDoubt { .. }) => false,
            // The log tells, unless it cannot be read any more.
            _ => audit::is_whole(&store, &plan).unwrap_or(false),
        };
        give_up(context, export.as_deref(), if whole { Fate::Kept } else { Fate::Unknown });
    }
    finish(context, &plan, export, pruned)
}

/// What became of rows whose removal failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// They are in the log.
    Kept,
    /// The log cannot be read any more.
    Unknown,
}

/// After a removal that failed: the file goes where the log has its rows, and is named where that is not certain.
fn give_up(context: &mut Context<'_>, export: Option<&Path>, fate: Fate) {
    let Some(path) = export else { return };
    match fate {
        // Litter that cannot be removed is no reason to hide the error that led here.
        Fate::Kept => drop(std::fs::remove_file(path)),
        Fate::Unknown => {
            context.console().warn(&format!("the events may be in '{}' alone: keep that file", text::path(path)));
        }
    }
}

fn unchanged(context: &mut Context<'_>, store: &Store, before: Timestamp) -> anyhow::Result<u8> {
    context.console().done(&format!("unchanged: there is no event from before {} to remove", before.to_table()));
    if let Some(id) = audit::in_the_way(store, before).map_err(Refused)? {
        context.console().note(&format!(
            "older events stand behind event {id}, which is from then or later (was the clock set back?); only the \
             beginning of the log can be removed"
        ));
    }
    print(context, &PruneView { changed: false, rows: 0, first_id: None, last_id: None, export: None })
}

fn before(context: &Context<'_>, text: &str) -> Result<Timestamp, Failure> {
    let before = moment("--before", text, context.now())?;
    if before > context.now() {
        return Err(Failure::usage(format!("--before: {} is still to come", before.to_table()))
            .hint("give a time that has passed, as in --before=-90d"));
    }
    Ok(before)
}

/// Refuses a name that is taken before anything else is done.
fn require_free(context: &Context<'_>, path: &Path) -> Result<(), Failure> {
    if path.file_name().is_some_and(|name| name == "-") {
        return Err(Failure::usage("--export wants a file that lasts, not standard output")
            .hint(format!("{} prints the log; give a path here", context.authctl("audit export"))));
    }
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(exists(path)),
        Err(_) => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::new(Class::Exists, format!("'{}' exists already", text::path(path))).hint("give --export another name")
}

/// Writes the rows of the plan to a new file and syncs it; nothing has its name where that fails.
fn export(context: &Context<'_>, args: &AuditPruneArgs, store: &Store, plan: &Plan) -> anyhow::Result<PathBuf> {
    let (path, partial) = match &args.export {
        Some(path) => {
            let path = context.world.cwd.join(path);
            let partial = begin(&path).map_err(|error| cannot_write(&path, &error))?;
            (path, partial)
        }
        None => claim(&context.database_path()?, context.now())?,
    };
    let fail = |error: io::Error| cannot_write(&path, &error);
    let mut out = BufWriter::new(partial.file());
    let same = audit::check_export(store, context.chain_key()?, plan, |event| -> Result<(), Stop> {
        write_json(&mut out, &EventRowView(event))
            .and_then(|()| out.write_all(b"\n"))
            .map_err(|error| Stop::Failed(fail(error)))
    })?;
    if !same {
        return Err(changed_meanwhile().into());
    }
    out.into_inner().map_err(|error| fail(error.into_error()))?;
    partial.publish(&path).map_err(fail)?;
    Ok(path)
}

/// The file under the name that it has until it is whole; what a killed run left of that name is removed.
fn begin(path: &Path) -> io::Result<Partial> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(PARTIAL);
    let beside = path.with_file_name(&name);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    partial::sweep(directory, |other| name.to_str() == Some(other));
    Partial::create(beside)
}

/// A free name beside the database: `app.db.events-20261125T020000Z.jsonl`.
fn claim(database: &Path, now: Timestamp) -> anyhow::Result<(PathBuf, Partial)> {
    let database = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    sweep_beside(&database);
    let stamp: String =
        now.to_rfc3339().chars().take_while(|c| *c != '.' && *c != 'Z').filter(|c| *c != '-' && *c != ':').collect();
    for number in 1_u32.. {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let mut name = database.as_os_str().to_owned();
        name.push(format!("{MARK}{stamp}Z{again}{END}"));
        let path = PathBuf::from(name);
        match begin(&path) {
            // Looked at while the partial name is ours: nobody else can be about to give this name away.
            Ok(partial) if std::fs::symlink_metadata(&path).is_err() => return Ok((path, partial)),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot_write(&path, &error).into()),
        }
    }
    Err(Failure::new(Class::Exists, "every name for the export is taken").into())
}

/// Removes what killed runs left under names of an earlier time.
fn sweep_beside(database: &Path) {
    let (Some(directory), Some(name)) = (database.parent(), database.file_name().and_then(|name| name.to_str())) else {
        return;
    };
    partial::sweep(directory, |other| {
        let rest = other.strip_prefix(name).and_then(|rest| rest.strip_prefix(MARK));
        rest.and_then(|rest| rest.strip_suffix(PARTIAL)?.strip_suffix(END)).is_some()
    });
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists {
        return exists(path);
    }
    Failure::new(Class::OutputFailed, format!("cannot write '{}': {error}", text::path(path)))
        .hint("nothing was removed; name another place with --export FILE")
}

fn changed_meanwhile() -> Failure {
    Failure::new(Class::DbBusy, "the log was changed by another process at the same time; nothing was removed")
        .hint("run the command again")
}

fn finish(
    context: &mut Context<'_>,
    plan: &Plan,
    export: Option<PathBuf>,
    pruned: Result<crate::store::Applied<Pruned>, crate::ops::Error>,
) -> anyhow::Result<u8> {
    match pruned {
        Ok(applied) if applied.value == Pruned::Done => {}
        Ok(_) => {
            give_up(context, export.as_deref(), Fate::Kept);
            return Err(changed_meanwhile().into());
        }
        Err(error) => return Err(Refused(error).into()),
    }
    let did = context.would("removed", "remove");
    let (rows, first, last) = (plan.rows, plan.first_id, plan.last_id);
    let which = if rows == 1 { first.to_string() } else { format!("{first} to {last}") };
    context.console().done(&format!("{did} {rows} {}: {which}", events(rows)));
    if let Some(path) = &export {
        context.console().done(&format!("they are in '{}'", text::path(path)));
        let head = context.authctl("audit head");
        context
            .console()
            .hint(&format!("a head that was kept before may be of a removed event: {head} prints the new one"));
    }
    let absolute = export.map(|path| text::exact(&std::path::absolute(&path).unwrap_or(path)));
    print(context, &PruneView { changed: true, rows, first_id: Some(first), last_id: Some(last), export: absolute })
}

fn print(context: &mut Context<'_>, view: &PruneView) -> anyhow::Result<u8> {
    match context.style.format {
        Format::Table => {}
        Format::Json | Format::Jsonl | Format::Csv => {
            emit_one(&mut *context.world.stdout, &context.style, view).map_err(Failure::from)?;
        }
    }
    Ok(DONE)
}
