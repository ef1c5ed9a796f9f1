//! The commands under `audit`.

mod follow;
mod list;
mod prune;
mod verify;

use crate::cli::args::{AuditArgs, AuditCommand, AuditExportArgs, AuditShowArgs, EventFilterArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused, Stop};
use crate::cli::output::escape::quote;
use crate::cli::output::{CsvText, Emitter, Format, Style, emit_one};
use crate::cli::view::{AuditView, EventRowView, Since};
use crate::model::event::EventName;
use crate::model::nearest::nearest;
use crate::model::time::{Timestamp, parse_duration, parse_input};
use crate::ops::audit::{self, By, EventQuery};
use crate::ops::error::Class;
use crate::store::Reader;

/// Runs one of them.
pub fn run(context: &mut Context<'_>, args: &AuditArgs) -> anyhow::Result<u8> {
    match &args.command {
        AuditCommand::List(args) => list::list(context, args),
        AuditCommand::Show(args) => show(context, args),
        AuditCommand::Verify(args) => verify::verify(context, args),
        AuditCommand::Export(args) => export(context, args),
        AuditCommand::Head(args) => verify::head(context, args),
        AuditCommand::Prune(args) => prune::prune(context, args),
    }
}

fn show(context: &mut Context<'_>, args: &AuditShowArgs) -> anyhow::Result<u8> {
    let reader = context.reader()?;
    let Some(event) = audit::show(&reader, args.id).map_err(Refused)? else {
        return Err(no_event(context, &reader, args.id)?.into());
    };
    let unreadable = !event.bad.is_empty();
    let view = AuditView::new(event, Since::Said(context.now()), context.style.personal());
    emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
    say_unreadable(context, u64::from(unreadable));
    Ok(DONE)
}

fn no_event(context: &Context<'_>, reader: &Reader, id: i64) -> Result<Failure, Refused> {
    let (first, last) = audit::ends(reader).map_err(Refused)?;
    let hint = match (first, last) {
        (Some(first), Some(last)) if id < first && id > 0 => {
            format!("the log begins at {first} and goes to {last}; audit prune writes what it removes to a file")
        }
        (_, Some(last)) => format!("the last one is {last}; {} shows them", context.authctl("audit list")),
        (_, None) => "the log is empty".to_owned(),
    };
    Ok(Failure::new(Class::NotFound, format!("there is no event {id}")).hint(hint))
}

/// Rows in exact form; JSON lines unless another form for machines is asked for.
fn export(context: &mut Context<'_>, args: &AuditExportArgs) -> anyhow::Result<u8> {
    let wanted = Wanted::parse(context, &args.filter)?;
    let reader = context.reader()?;
    let query = wanted.query(&reader)?;
    let style = exact_style(&context.style);
    let whole = is_whole(&args.filter) && style.columns.is_none();
    let mut emitter = Emitter::new::<EventRowView>(&mut *context.world.stdout, &style).map_err(Failure::from)?;
    let (mut before, mut gap) = (None, None);
    let end = audit::each(&reader, &query, None, None, |event| -> Result<(), Stop> {
        let id = event.row.id;
        if before.is_some_and(|before: i64| before.checked_add(1) != Some(id)) {
            gap = gap.or(Some(id));
        }
        before = Some(id);
        emitter.push(&EventRowView(event)).map_err(Stop::from)
    })?;
    emitter.finish().map_err(Failure::from)?;
    context.console().done(&format!("{} {}", end.shown, events(end.shown)));
    if let (true, Some(id)) = (whole, gap) {
        // No lock is held while the reader of stdout takes its time, so a prune can come between two pages.
        context.console().warn(&format!(
            "events are missing before event {id}: if they were pruned meanwhile, export again; audit verify says more"
        ));
    }
    if !whole {
        context.console().note("a part of the log cannot be verified as a chain: export the whole for that");
    }
    say_unreadable(context, end.unreadable);
    Ok(DONE)
}

/// The style of an export: never for people, never escaped.
fn exact_style(style: &Style) -> Style {
    let format = match style.format {
        Format::Table | Format::Jsonl => Format::Jsonl,
        Format::Json => Format::Json,
        Format::Csv => Format::Csv,
    };
    Style { format, csv: CsvText::Exact, ..style.clone() }
}

fn is_whole(filter: &EventFilterArgs) -> bool {
    let EventFilterArgs { user, actor, event, since, until } = filter;
    user.is_none() && actor.is_none() && event.is_empty() && since.is_none() && until.is_none()
}

fn events(count: u64) -> &'static str {
    if count == 1 { "event" } else { "events" }
}

fn say_unreadable(context: &mut Context<'_>, unreadable: u64) {
    if unreadable > 0 {
        let verify = context.authctl("audit verify");
        context.console().warn(&format!(
            "{unreadable} {} cells that authctl never writes; {verify} says more",
            if unreadable == 1 { "event holds" } else { "events hold" }
        ));
    }
}

/// Which events were asked for, checked as far as that goes without the file.
struct Wanted {
    user: Option<crate::model::user::UserSpec>,
    query: EventQuery,
}

impl Wanted {
    fn parse(context: &Context<'_>, args: &EventFilterArgs) -> Result<Self, Failure> {
        let now = context.now();
        let time =
            |option: &str, text: &Option<String>| text.as_ref().map(|text| moment(option, text, now)).transpose();
        let (since, until) = (time("--since", &args.since)?, time("--until", &args.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            return Err(Failure::usage(format!(
                "--since {} is not before --until {}",
                since.to_table(),
                until.to_table()
            ))
            .hint("give the earlier time to --since"));
        }
        let names = args.event.iter().map(|name| event_name(name)).collect::<Result<_, _>>()?;
        let user = args.user.as_deref().map(super::select::user).transpose()?;
        let by = match args.actor.as_deref() {
            None => None,
            Some("") => return Err(Failure::usage("--actor is empty").hint("give a name or a uid")),
            Some(text) => Some(By { text: text.to_owned() }),
        };
        Ok(Self { user, query: EventQuery { about: None, by, names, since, until } })
    }

    /// With the account looked up.
    fn query(&self, reader: &Reader) -> Result<EventQuery, Refused> {
        let about = self.user.as_ref().map(|spec| audit::about(reader, spec)).transpose().map_err(Refused)?;
        Ok(EventQuery { about, ..self.query.clone() })
    }
}

/// How times of the log are given.
const TIMES: &str = "give 2026-11-25, '2026-11-25 01:55' (UTC), or -2h for two hours ago";

/// A time of the log: as everywhere, and `-2h` for two hours ago.
fn moment(option: &str, text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("{option}: {error}")).hint(TIMES);
    if let Some(ago) = text.strip_prefix('-') {
        return parse_duration(ago).map(|span| now.saturating_sub(span)).map_err(|error| wrong(&error));
    }
    if let Some(ahead) = text.strip_prefix('+')
        && parse_duration(ahead).is_ok()
    {
        return Err(
            wrong(&format!("{} is still to come", quote(text))).hint(format!("{option}=-{ahead} is {ahead} ago"))
        );
    }
    if parse_duration(text).is_ok() {
        return Err(wrong(&format!("{} is a duration, not a time", quote(text)))
            .hint(format!("{option}=-{text} is {text} ago")));
    }
    match parse_input(text, now) {
        Ok(time) => Ok(time),
        // A misspelt time; one that there cannot be is explained as it stands.
        Err(error) if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('-') => Err(wrong(&error)),
        Err(_) => Err(wrong(&format!("cannot read the time {}", quote(text)))),
    }
}

/// The name of an event, as it is stored.
fn event_name(text: &str) -> Result<EventName, Failure> {
    if let Some(name) = EventName::ALL.into_iter().find(|name| name.as_str() == text) {
        return Ok(name);
    }
    let all: Vec<&str> = EventName::ALL.into_iter().map(EventName::as_str).collect();
    let near = nearest(&text.replace(['-', ' '], "_"), all.iter().copied());
    let message = format!("--event: there is no event {}", quote(text));
    Err(Failure::usage(message).hint(match near {
        None => format!("one of: {}", all.join(", ")),
        Some(near) => format!("did you mean {near}? all of them: {}", all.join(", ")),
    }))
}
