//! `user show`.

use crate::cli::args::ShowArgs;
use crate::cli::commands::after;
use crate::cli::commands::pick::{self, Purpose};
use crate::cli::commands::report;
use crate::cli::commands::select::{self, Shape};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{explain, finder};
use crate::cli::output::{Format, emit_all, emit_one};
use crate::cli::suggest;
use crate::cli::view::{EVENTS_COLUMN, EventView, HashView, ShownView, UserView};
use crate::model::time::{TimeFormat, Timestamp};
use crate::ops::error::{Class, Error};
use crate::ops::list::{self, Shown};
use crate::ops::why::PasswordNow;

/// Shows everything but hash and salt.
pub fn show(context: &mut Context<'_>, args: &ShowArgs) -> anyhow::Result<u8> {
    let operands = &args.users.users;
    let picked = if operands.is_empty() { Some(pick::one(context, Purpose::Show)?) } else { None };
    if let Some(user) = &picked {
        pick::same_command(context, &format!("user show id:{}", user.id.0));
    }
    let (specs, shape) = select::picked_or(context, picked.as_ref(), operands)?;
    let reader = context.reader()?;
    let list::Found { shown, mut missing } = list::show(&reader, &context.settings, &specs).map_err(Refused)?;
    let any = !shown.is_empty();
    if !any && let Some(first) = missing.pop_if(|_| shape == Shape::One) {
        return Err(Refused(first).into());
    }
    if !any && !missing.is_empty() {
        // An error with nothing to show: stdout stays empty.
        return finish(context, missing, any);
    }
    let (now, format) = (context.now(), context.settings.time_format);
    let views: Vec<ShownView> = shown.into_iter().map(|one| view(one, now, format)).collect();
    print(context, &views, shape)?;
    // On a file that is not migrated nobody can log in, and the hint below says so once.
    if reader.schema().missing().is_empty() {
        after::blocked(context, &reader, views.iter().map(ShownView::stored), PasswordNow::Stored);
    }
    context.say_pending(reader.schema());
    finish(context, missing, any)
}

fn view(shown: Shown, now: Timestamp, format: TimeFormat) -> ShownView {
    let user = UserView::of(shown.user, now, format);
    let events = shown.events.into_iter().map(EventView::from).collect();
    ShownView::new(user, shown.hash.map(HashView::from), events)
}

fn print(context: &mut Context<'_>, views: &[ShownView], shape: Shape) -> anyhow::Result<()> {
    let stdout = &mut *context.world.stdout;
    if context.style.format == Format::Table {
        let mut account = context.style.clone();
        if account.columns.is_none() {
            account.lacking.push(EVENTS_COLUMN.name);
        }
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                stdout.write_all(b"\n").map_err(crate::cli::output::OutputError::Io).map_err(Failure::from)?;
            }
            emit_one(stdout, &account, view).map_err(Failure::from)?;
            if context.style.columns.is_none() && !view.events().is_empty() {
                stdout.write_all(b"\n").map_err(crate::cli::output::OutputError::Io).map_err(Failure::from)?;
                emit_all(stdout, &context.style, view.events()).map_err(Failure::from)?;
            }
        }
        return Ok(());
    }
    report::shaped(context, views, shape)
}

/// 10 where some were found, the first one's exit where none was.
fn finish(context: &Context<'_>, missing: Vec<Error>, any: bool) -> anyhow::Result<u8> {
    let Some(first) = missing.first() else { return Ok(crate::cli::exit::DONE) };
    let class = if any { Class::Partial } else { first.class() };
    let messages: Vec<String> = missing.iter().map(|error| explain(context, error).message).collect();
    let failure = Failure::new(class, messages.join("\n")).hint(finder(context));
    Err(match suggest::users(context, &missing) {
        Some(suggestion) => suggest::with(failure, &suggestion).into(),
        None => failure.into(),
    })
}
