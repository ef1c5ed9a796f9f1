//! `user import`.
//!
//! What a newcomer would get wrong: the order. Everything is checked before a password is made, the passwords are on
//! the disk before they are hashed, and all is hashed before the transaction begins.

mod report;
mod work;

use std::path::{Path, PathBuf};

use self::report::{fault_rows, finish, refuse};
use self::work::run;
use crate::cli::args::{ImportArgs, RowFormat};
use crate::cli::commands::long_lock;
use crate::cli::context::Context;
use crate::cli::credentials::Credentials;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::color::Stream;
use crate::cli::sheet::{self, Form, Headings, Sheet};
use crate::model::text;
use crate::ops::add::IfPresent;
use crate::ops::import::{self, Ending, Generate};

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
    let Sheet { candidates, faults, has_passwords, headings } = sheet;
    let total = candidates.len() + fault_rows(&faults);
    let plan = import::judge(&store, &context.settings, candidates, faults, if_present, generate).map_err(Refused)?;
    let ending = if args.partial { Ending::Partial } else { Ending::AllOrNothing };
    let facts = Facts { total, ending, has_passwords, headings, file: &args.file };
    if !plan.faults.is_empty() && (ending == Ending::AllOrNothing || plan.rows.is_empty() && plan.present.is_empty()) {
        return Err(refuse(context, &plan.faults, &facts).into());
    }
    let instead = "import it in parts, or stop the app or choose a quiet hour, then give --yes";
    long_lock::accounts(context, plan.rows.len(), instead)?;
    let finished = run(context, &mut store, plan, Wishes { if_present, ending, generate, credentials })?;
    finish(context, finished, facts)
}

/// What the options ask for.
pub(super) struct Wishes {
    pub(super) if_present: IfPresent,
    pub(super) ending: Ending,
    pub(super) generate: Generate,
    pub(super) credentials: Option<PathBuf>,
}

/// What the report needs to know of the file.
pub(super) struct Facts<'a> {
    /// Rows.
    pub(super) total: usize,
    pub(super) ending: Ending,
    /// Whether there are passwords in plain text.
    pub(super) has_passwords: bool,
    pub(super) headings: Headings,
    pub(super) file: &'a Path,
}

fn read(context: &mut Context<'_>, args: &ImportArgs) -> anyhow::Result<Sheet> {
    let bytes = if args.file == Path::new("-") {
        if context.world.terminal.stdin == Stream::Terminal {
            context.console().note("reading rows from the terminal; ^D on a line of its own ends them");
        }
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
