//! `user import`.
//!
//! What a newcomer would get wrong: the order. Everything is checked before a password is made, the passwords are on
//! the disk before they are hashed, and all is hashed before the transaction begins.

mod report;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::report::{Finished, fault_rows, finish, refuse};
use crate::cli::args::{ImportArgs, RowFormat};
use crate::cli::console::Console;
use crate::cli::context::Context;
use crate::cli::credentials::{Credentials, Line};
use crate::cli::failure::{Failure, Refused};
use crate::cli::progress::Meter;
use crate::cli::prompt::LongWork;
use crate::cli::sheet::{self, Form, Sheet};
use crate::model::text;
use crate::ops::add::IfPresent;
use crate::ops::error::Class;
use crate::ops::import::{self, Ending, Generate, Plan, Planned, Ready};
use crate::store::Store;

/// The app gives up on a lock after 5 s: longer than this wants a word.
const LONG_LOCK: Duration = Duration::from_secs(4);
/// How long the lock is held for one account: its INSERT, its event and the reading back, rounded up.
const LOCK_PER_ROW: Duration = Duration::from_micros(150);

/// Imports accounts.
pub fn import(context: &mut Context<'_>, args: &ImportArgs) -> anyhow::Result<u8> {
    let sheet = read(context, args)?;
    let credentials = args.credentials_out.as_ref().map(|path| context.world.cwd.join(path));
    if let Some(path) = &credentials {
        Credentials::check(path)?;
    }
    let mut store = context.store()?;
    let if_present = if args.if_missing { IfPresent::Accept } else { IfPresent::Refuse };
    let generate = if args.generate { Generate::Missing } else { Generate::Never };
    let Sheet { candidates, faults, has_passwords } = sheet;
    let total =
        candidates.len() + faults.iter().map(|fault| fault.line).collect::<std::collections::BTreeSet<_>>().len();
    let plan = import::judge(&store, &context.settings, candidates, faults, if_present, generate).map_err(Refused)?;
    let ending = if args.partial { Ending::Partial } else { Ending::AllOrNothing };
    if !plan.faults.is_empty() && (ending == Ending::AllOrNothing || plan.rows.is_empty() && plan.present.is_empty()) {
        return Err(refuse(&plan.faults, total, ending).into());
    }
    announce(context, plan.rows.len())?;
    let finished = run(context, &mut store, plan, Wishes { if_present, ending, generate, credentials })?;
    finish(context, finished, Facts { total, ending, has_passwords, file: &args.file })
}

/// What the options ask for.
struct Wishes {
    if_present: IfPresent,
    ending: Ending,
    generate: Generate,
    credentials: Option<PathBuf>,
}

/// What the report needs to know of the file.
pub(super) struct Facts<'a> {
    /// Rows.
    pub(super) total: usize,
    pub(super) ending: Ending,
    /// Whether there are passwords in plain text.
    pub(super) has_passwords: bool,
    pub(super) file: &'a Path,
}

fn read(context: &mut Context<'_>, args: &ImportArgs) -> anyhow::Result<Sheet> {
    let bytes = if args.file == Path::new("-") {
        sheet::read_bytes(&mut *context.world.stdin, "standard input", None)?
    } else {
        let path = context.world.cwd.join(&args.file);
        let name = format!("'{}'", text::path(&args.file));
        let cannot = |error: &dyn std::fmt::Display| Failure::usage(format!("cannot read {name}: {error}"));
        let mut file = std::fs::File::open(&path).map_err(|error| {
            cannot(&error).hint("give the path of a CSV or JSON lines file, or - for standard input")
        })?;
        let metadata = file.metadata().map_err(|error| cannot(&error))?;
        if metadata.is_dir() {
            return Err(Failure::usage(format!("{name} is a directory")).hint("name the file inside it").into());
        }
        sheet::read_bytes(&mut file, &name, Some(metadata.len()))?
    };
    Ok(sheet::read(&bytes, form(args))?)
}

/// As given, else by the name; `None`: by the first character.
fn form(args: &ImportArgs) -> Option<Form> {
    let ends = |ending: &str| args.file.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending));
    match args.format {
        Some(RowFormat::Csv) => Some(Form::Csv),
        Some(RowFormat::Jsonl) => Some(Form::Jsonl),
        None if ends("jsonl") || ends("ndjson") => Some(Form::Jsonl),
        None if ends("csv") || ends("tsv") => Some(Form::Csv),
        None => None,
    }
}

/// How long the lock will be held; more than the app waits for wants `--yes`.
fn announce(context: &mut Context<'_>, rows: usize) -> anyhow::Result<()> {
    let lock = LOCK_PER_ROW * u32::try_from(rows).unwrap_or(u32::MAX);
    if lock < LONG_LOCK || context.global.dry_run {
        return Ok(());
    }
    let seconds = lock.as_secs();
    if context.global.yes {
        context.console().note(&format!("the write lock will be held for about {seconds} s"));
        return Ok(());
    }
    Err(Failure::new(
        Class::WouldPrompt,
        format!("the write lock would be held for about {seconds} s; the app's logins fail after 5 s"),
    )
    .hint("import it in parts, or stop the app or choose a quiet hour, then give --yes")
    .into())
}

/// Makes, keeps and hashes the passwords, then writes the rows.
fn run(context: &mut Context<'_>, store: &mut Store, mut plan: Plan, wishes: Wishes) -> anyhow::Result<Finished> {
    let odd: Vec<(u64, Vec<String>)> =
        plan.rows.iter().filter(|row| !row.odd().is_empty()).map(|row| (row.line, row.odd().to_vec())).collect();
    let work = LongWork::begin();
    let rows = std::mem::take(&mut plan.rows);
    let (rows, credentials, to_make) = match context.global.dry_run {
        true => {
            let to_make = rows.iter().filter(|row| row.is_without_password()).count();
            (import::unhashed(rows), None, if wishes.generate == Generate::Missing { to_make } else { 0 })
        }
        false => prepare(context, rows, &wishes, &work)?,
    };
    let interrupted = || work.must_stop();
    let written =
        import::write(store, &context.act(), plan.looked_at, rows, wishes.if_present, wishes.ending, &interrupted)
            .map_err(Refused)?;
    if written.value.stopped {
        return Err(stopped().into());
    }
    context.say_triggers(written.triggers.as_ref());
    let mut outcome = written.value;
    plan.failed += fault_rows(&outcome.faults);
    plan.faults.append(&mut outcome.faults);
    plan.present.append(&mut outcome.present);
    if outcome.imported.is_empty() {
        return Ok(Finished { plan, imported: Vec::new(), credentials: None, generated: 0, odd: Vec::new() });
    }
    let path = wishes.credentials.filter(|_| credentials.is_some());
    if let Some(credentials) = credentials {
        credentials.keep();
    }
    Ok(Finished { plan, imported: outcome.imported, credentials: path, generated: to_make, odd })
}

/// Generated passwords into their file, then hashes.
fn prepare(
    context: &mut Context<'_>,
    mut rows: Vec<Planned>,
    wishes: &Wishes,
    work: &LongWork,
) -> anyhow::Result<(Vec<Ready>, Option<Credentials>, usize)> {
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
    let hashed = rows.iter().filter(|row| row.has_password_to_hash()).count();
    let mut meter = Meter::begin("hashing", hashed, context.world.terminal.stderr, context.voice);
    let settings = &context.settings;
    let mut console = Console::new(&mut *context.world.stderr, context.voice);
    let mut tick = |done| {
        meter.show(done, &mut console);
        if work.must_stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ready = import::hash(settings, rows, &mut random, &mut tick).map_err(Refused)?;
    drop(meter);
    let ready = ready.ok_or_else(stopped)?;
    Ok((ready, credentials, generated))
}

fn stopped() -> Failure {
    Failure::new(Class::Interrupted, "interrupted; nothing was imported")
}
