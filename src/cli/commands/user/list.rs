//! `user list`.

use crate::cli::args::ListArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused, Stop};
use crate::cli::output::escape::{quote, show};
use crate::cli::output::{Emitter, Format, emit_one};
use crate::cli::suggest;
use crate::cli::view::{CountView, UserView};
use crate::model::role::RoleName;
use crate::model::time::{TimeFormat, Timestamp};
use crate::model::user::StoredUser;
use crate::ops::list::{self, FlagWish, ListEnd, ListQuery, LockWish, More, Show};
use crate::store::{PasswordFilter, Reader, Schema, Sort, SortKey, SortOrder};

/// Lists accounts, page by page, in constant memory.
pub fn list(context: &mut Context<'_>, args: &ListArgs) -> anyhow::Result<u8> {
    let mut query = query(args)?;
    let reader = context.reader()?;
    if let Some(given) = query.role.take() {
        query.role = Some(list::role_meant(&reader, &context.settings, given).map_err(Refused)?);
    }
    let now = context.now();
    if args.count {
        return count(context, &reader, now, &query);
    }
    let (settings, format) = (&context.settings, context.settings.time_format);
    let emitter = Emitter::new::<UserView<'_>>(&mut *context.world.stdout, &context.style).map_err(Failure::from)?;
    let mut printer = Printer { emitter, now, format, unreadable: 0 };
    let end = list::list(&reader, settings, now, &query, &mut printer)?;
    let Printer { emitter, unreadable, .. } = printer;
    let summary = emitter.finish().map_err(Failure::from)?;
    footer(context, &query, end, unreadable, &summary.hidden);
    if end.shown == 0 {
        nobody_with(context, &query, reader.schema());
    }
    context.say_pending(reader.schema());
    Ok(crate::cli::exit::DONE)
}

/// Prints accounts as they come; what is printed reaches the stream when the file is not locked.
struct Printer<'w> {
    emitter: Emitter<'w>,
    now: Timestamp,
    format: TimeFormat,
    unreadable: u64,
}

impl Show<Stop> for Printer<'_> {
    fn user(&mut self, user: &StoredUser) -> Result<(), Stop> {
        let view = UserView::new(user, self.now, self.format);
        self.unreadable += u64::from(!view.is_readable());
        self.emitter.hold(&view).map_err(Stop::from)
    }

    fn pause(&mut self) -> Result<(), Stop> {
        self.emitter.settle().map_err(Stop::from)
    }
}

fn query(args: &ListArgs) -> Result<ListQuery, Failure> {
    // The order by id needs no sorting.
    let by_id = Sort { key: SortKey::Id, order: SortOrder::Ascending };
    let sort = args.sort.as_deref().map(sort).transpose()?.filter(|sort| *sort != by_id);
    if args.after.is_some() && sort.is_some() {
        return Err(Failure::usage("--after goes with the order by id alone").hint("leave --sort away"));
    }
    let off = |wanted: bool| if wanted { FlagWish::Off } else { FlagWish::Any };
    Ok(ListQuery {
        role: args.role.clone(),
        lock: match (args.stuck, args.locked) {
            (true, _) => LockWish::Stuck,
            (false, true) => LockWish::LockedOrStuck,
            (false, false) => LockWish::Any,
        },
        active: off(args.inactive),
        verified: off(args.unverified),
        password: if args.no_password { PasswordFilter::Missing } else { PasswordFilter::Any },
        text: args.r#match.clone(),
        sort,
        limit: args.limit,
        after: args.after,
    })
}

fn sort(text: &str) -> Result<Sort, Failure> {
    let (name, order) = match text.split_once(':') {
        None | Some((_, "asc")) => (text.split(':').next().unwrap_or(text), SortOrder::Ascending),
        Some((name, "desc")) => (name, SortOrder::Descending),
        Some((_, other)) => {
            return Err(Failure::usage(format!("--sort: '{other}' is no order")).hint("give KEY or KEY:desc"));
        }
    };
    match SortKey::ALL.into_iter().find(|key| key.as_str() == name) {
        Some(key) => Ok(Sort { key, order }),
        None => {
            let keys: Vec<&str> = SortKey::ALL.into_iter().map(SortKey::as_str).collect();
            let failure = Failure::usage(format!("--sort: there is no key '{name}'"))
                .hint(format!("one of: {}", keys.join(", ")));
            Err(match suggest::meant(name, keys) {
                Some(suggestion) => suggest::with(failure, &suggestion),
                None => failure,
            })
        }
    }
}

/// A role that is not offered finds nobody, nor does a name with a slip in it.
fn nobody_with(context: &mut Context<'_>, query: &ListQuery, schema: &Schema) {
    let near = query.text.as_deref().and_then(|text| Some((text, suggest::part_of_name(context, text)?)));
    if let Some((text, suggestion)) = near {
        context.console().hint(&format!("nobody has {} in a name; {suggestion}", quote(text)));
    }
    let Some(role) = &query.role else { return };
    let roles = context.settings.roles(schema);
    if roles.map(role).is_ok_and(|offered| offered.as_str() == role) {
        return;
    }
    let offered: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
    let instead = suggest::meant(role, offered.iter().copied())
        .unwrap_or_else(|| format!("those offered are: {}", show(&offered.join(", "))));
    context.console().hint(&format!("no role {} is offered; {instead}", quote(role)));
}

fn count(context: &mut Context<'_>, reader: &Reader, now: Timestamp, query: &ListQuery) -> anyhow::Result<u8> {
    let view = CountView { count: list::count(reader, &context.settings, now, query).map_err(Refused)? };
    if context.style.format == Format::Table {
        context.print(&view.count.to_string())?;
    } else {
        emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
    }
    if view.count == 0 {
        nobody_with(context, query, reader.schema());
    }
    context.say_pending(reader.schema());
    Ok(crate::cli::exit::DONE)
}

fn footer(context: &mut Context<'_>, query: &ListQuery, end: ListEnd, unreadable: u64, hidden: &[&str]) {
    let rows = if end.shown == 1 { "account" } else { "accounts" };
    context.console().done(&format!("{} {rows}", end.shown));
    match (end.more, end.next, &query.sort) {
        (More::Yes, Some(next), None) => {
            context.console().hint(&format!("more with --after {next}"));
        }
        (More::Yes, _, _) => context.console().hint("there are more: raise --limit"),
        (More::No, _, _) => {}
    }
    if unreadable > 0 {
        let hold = if unreadable == 1 { "holds" } else { "hold" };
        let text = format!(
            "{unreadable} of them {hold} cells that cannot be read; -o json shows what is stored under \"raw\""
        );
        context.console().warn(&text);
    }
    if !hidden.is_empty() && context.style.format == Format::Table {
        let text = format!("the terminal is too narrow for: {}; --columns chooses", hidden.join(", "));
        context.console().detail(&text);
    }
}
