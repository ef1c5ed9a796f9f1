//! `user export`.
//!
//! What a newcomer would get wrong: CSV to a file is exact, so that an import writes the same rows again. On a
//! terminal it is escaped like everything else there, since a name may hold anything.

use crate::cli::args::ExportArgs;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Stop};
use crate::cli::output::color::Stream;
use crate::cli::output::personal::{self, Personal};
use crate::cli::output::{CsvText, Emitter, ExactCsv, Format, OutputError};
use crate::cli::view::ExportView;
use crate::ops::error::Class;
use crate::ops::export::export as all;
use crate::store::{Reader, Schema};

/// How many unreadable cells are named one by one.
const NAMED: usize = 10;

/// Prints all accounts, page by page, in constant memory.
pub fn export(context: &mut Context<'_>, args: &ExportArgs) -> anyhow::Result<u8> {
    let reader = context.reader()?;
    if context.global.output.is_none() && !context.global.json {
        context.style.format = Format::Csv;
    }
    context.style.lacking = lacking(reader.schema(), args);
    if let Some(failure) = hidden_in_vain(context) {
        return Err(failure.into());
    }
    warn_hashes(context, args);
    let is_seen = context.world.terminal.stdout == Stream::Terminal && context.style.csv == CsvText::Safe;
    let mut count = Count::default();
    match (context.style.format, is_seen) {
        (Format::Csv, false) => exact(context, &reader, &mut count),
        (Format::Csv, true) | (Format::Table | Format::Json | Format::Jsonl, _) => shown(context, &reader, &mut count),
    }?;
    if context.style.format == Format::Csv && is_seen {
        context.console().note("texts are escaped on a terminal; redirect stdout to a file for the exact values");
    }
    finish(context, &reader, &count)
}

/// An export is exact, so that a name could be hidden only by making it useless. JSON is exact everywhere.
fn hidden_in_vain(context: &Context<'_>) -> Option<Failure> {
    let is_hiding = personal::of_run() == Personal::Hidden;
    (is_hiding && context.style.format == Format::Csv && context.style.csv == CsvText::Safe).then(|| {
        let list = context.authctl("user list -o csv --mask-personal");
        Failure::usage("an export holds names and e-mails as they are: --mask-personal cannot hide them")
            .hint(format!("for a list without names: {list}; for the export leave the option away"))
    })
}

/// The columns that the file does not have, and hash and salt unless asked for.
fn lacking(schema: &Schema, args: &ExportArgs) -> Vec<&'static str> {
    ExportView::optional().filter(|name| !schema.has(name) || (is_secret(name) && !args.with_hashes)).collect()
}

fn is_secret(name: &str) -> bool {
    matches!(name, "password_hash" | "salt")
}

fn warn_hashes(context: &mut Context<'_>, args: &ExportArgs) {
    if !args.with_hashes {
        return;
    }
    if context.world.terminal.stdout == Stream::Terminal {
        let export = context.authctl("user export --with-hashes");
        context.console().warn(&format!(
            "password hashes on a terminal stay in its history; (umask 077; {export} > FILE) keeps them in a file that \
             only you can read"
        ));
    } else {
        context
            .console()
            .note("whoever has these hashes can try passwords against them: keep them where only you can read");
    }
}

/// What was printed.
#[derive(Default)]
struct Count {
    rows: u64,
    unreadable: u64,
    /// The first of them, as `id:5 full_name`.
    named: Vec<String>,
}

impl Count {
    fn add(&mut self, view: &ExportView<'_>) {
        self.rows += 1;
        for column in view.unreadable() {
            self.unreadable += 1;
            if self.named.len() < NAMED {
                self.named.push(format!("id:{} {column}", view.id()));
            }
        }
    }
}

fn exact(context: &mut Context<'_>, reader: &Reader, count: &mut Count) -> Result<(), Stop> {
    let style = &context.style;
    let mut csv = ExactCsv::begin::<ExportView<'_>>(&mut *context.world.stdout, style).map_err(unwritten)?;
    all(reader, |user| {
        let view = ExportView::new(user, &style.lacking);
        count.add(&view);
        csv.push(&view).map_err(unwritten)
    })?;
    csv.finish().map_err(unwritten)
}

fn shown(context: &mut Context<'_>, reader: &Reader, count: &mut Count) -> Result<(), Stop> {
    let style = &context.style;
    let mut emitter = Emitter::new::<ExportView<'_>>(&mut *context.world.stdout, style).map_err(unwritten)?;
    all(reader, |user| {
        let view = ExportView::new(user, &style.lacking);
        count.add(&view);
        emitter.push(&view).map_err(unwritten)
    })?;
    emitter.finish().map(|_| ()).map_err(unwritten)
}

fn finish(context: &mut Context<'_>, reader: &Reader, count: &Count) -> anyhow::Result<u8> {
    let rows = if count.rows == 1 { "account" } else { "accounts" };
    context.console().done(&format!("{} {rows}", count.rows));
    context.say_pending(reader.schema());
    if count.unreadable == 0 {
        return Ok(DONE);
    }
    let (cells, more) = (count.unreadable, count.unreadable - count.named.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "{cells} cell{} could not be read as text: {}{more}",
        if cells == 1 { "" } else { "s" },
        count.named.join(", ")
    );
    Err(Failure::new(Class::Partial, message)
        .hint("they are marked in the output, and import refuses them; put the right values there")
        .into())
}

/// A column that only `--with-hashes` adds is not unknown without a word.
fn unwritten(error: OutputError) -> Stop {
    let secret = matches!(&error, OutputError::UnknownColumn { name, .. } if is_secret(name));
    let failure = Failure::from(error);
    Stop::Failed(if secret { failure.hint("--with-hashes adds password_hash and salt") } else { failure })
}
