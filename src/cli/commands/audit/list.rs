//! `audit list`.

use super::follow::Watch;
use super::{Wanted, events, say_unreadable};
use crate::cli::args::AuditListArgs;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Stop};
use crate::cli::output::{Emitter, Format};
use crate::cli::view::{AuditView, Since};
use crate::ops::audit;

/// How many of the newest stand above those that are waited for.
const BACKLOG: u64 = 10;

/// Lists events, page by page, in constant memory.
pub fn list(context: &mut Context<'_>, args: &AuditListArgs) -> anyhow::Result<u8> {
    if args.follow && context.style.format == Format::Json {
        return Err(Failure::usage("--follow has no end, and --json is one document").hint("give -o jsonl").into());
    }
    let wanted = Wanted::parse(context, &args.filter)?;
    let reader = context.reader()?;
    let query = wanted.query(&reader)?;
    if args.follow {
        let watch = Watch::begin()?;
        return watch.follow(context, reader, &query, args.limit.unwrap_or(BACKLOG));
    }
    let personal = context.style.personal();
    let mut emitter = Emitter::new::<AuditView>(&mut *context.world.stdout, &context.style).map_err(Failure::from)?;
    let end = audit::each(&reader, &query, args.limit, None, |event| -> Result<(), Stop> {
        emitter.push(&AuditView::new(event, Since::Unsaid, personal)).map_err(Stop::from)
    })?;
    let summary = emitter.finish().map_err(Failure::from)?;
    context.console().done(&format!("{} {}", end.shown, events(end.shown)));
    if args.limit == Some(end.shown) && end.shown > 0 {
        context.console().hint("these are the newest; there may be more: raise --limit");
    }
    say_unreadable(context, end.unreadable);
    if !summary.hidden.is_empty() && context.style.format == Format::Table {
        let text = format!("the terminal is too narrow for: {}; --columns chooses", summary.hidden.join(", "));
        context.console().detail(&text);
    }
    Ok(DONE)
}
