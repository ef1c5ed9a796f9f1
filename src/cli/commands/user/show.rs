//! `user show`.

use crate::cli::args::ShowArgs;
use crate::cli::commands::select::{self, Shape};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::explain;
use crate::cli::output::{Emitter, Format, emit_one};
use crate::cli::view::{EventView, HashView, ShownView, UserView};
use crate::model::user::{StoredUser, UserSpec};
use crate::ops::error::{Class, Error};
use crate::ops::{list, resolve};
use crate::store::Reader;

/// Shows everything but hash and salt.
pub fn show(context: &mut Context<'_>, args: &ShowArgs) -> anyhow::Result<u8> {
    let (specs, shape) = select::users(context, &args.users.users)?;
    let reader = context.reader()?;
    let (found, missing) = resolve(&reader, &specs)?;
    let (mut missing, any) = (missing, !found.is_empty());
    if !any && let Some(first) = missing.pop_if(|_| shape == Shape::One) {
        return Err(Refused(first).into());
    }
    let views = found.into_iter().map(|user| view(context, &reader, user)).collect::<anyhow::Result<Vec<_>>>()?;
    print(context, &views, shape)?;
    context.say_pending(reader.schema());
    finish(context, missing, any)
}

type Resolved = (Vec<StoredUser>, Vec<Error>);

fn resolve(reader: &Reader, specs: &[UserSpec]) -> anyhow::Result<Resolved> {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for spec in specs {
        match resolve::one(reader.view(), spec) {
            Ok(user) => found.push(user),
            Err(error @ (Error::UnknownUser { .. } | Error::Ambiguous { .. })) => missing.push(error),
            Err(other) => return Err(Refused(other).into()),
        }
    }
    Ok((found, missing))
}

fn view(context: &Context<'_>, reader: &Reader, user: StoredUser) -> anyhow::Result<ShownView> {
    let shown = list::show(reader, &context.settings, user).map_err(Refused)?;
    let user = UserView::new(shown.user, context.now(), context.settings.time_format);
    let events = shown.events.into_iter().map(EventView::from).collect();
    Ok(ShownView::new(user, shown.hash.map(HashView::from), events))
}

fn print(context: &mut Context<'_>, views: &[ShownView], shape: Shape) -> anyhow::Result<()> {
    let stdout = &mut *context.world.stdout;
    if context.style.format == Format::Table {
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                stdout.write_all(b"\n").map_err(crate::cli::output::OutputError::Io).map_err(Failure::from)?;
            }
            emit_one(stdout, &context.style, view).map_err(Failure::from)?;
            if context.style.columns.is_none() && !view.events().is_empty() {
                stdout.write_all(b"\n").map_err(crate::cli::output::OutputError::Io).map_err(Failure::from)?;
                let mut emitter = Emitter::new(stdout, &context.style).map_err(Failure::from)?;
                for event in view.events() {
                    emitter.push(event).map_err(Failure::from)?;
                }
                emitter.finish().map_err(Failure::from)?;
            }
        }
        return Ok(());
    }
    match (shape, views) {
        (Shape::One, [view]) => emit_one(stdout, &context.style, view).map_err(Failure::from)?,
        _ => {
            let mut emitter = Emitter::new(stdout, &context.style).map_err(Failure::from)?;
            for view in views {
                emitter.push(view).map_err(Failure::from)?;
            }
            emitter.finish().map_err(Failure::from)?;
        }
    }
    Ok(())
}

/// 10 where some were found, the first one's exit where none was.
fn finish(context: &Context<'_>, missing: Vec<Error>, any: bool) -> anyhow::Result<u8> {
    let Some(first) = missing.first() else { return Ok(crate::cli::exit::DONE) };
    let class = if any { Class::Partial } else { first.class() };
    let messages: Vec<String> = missing.iter().map(|error| explain(error, context.now()).message).collect();
    Err(Failure::new(class, messages.join("\n"))
        .hint("authctl user list --match TEXT finds accounts by a part of a name")
        .into())
}
