//! `user delete`.
//!
//! What a newcomer would get wrong: everything that a person should know before the answer is said before the
//! question, and after the deletion only where there was no question.

use crate::cli::args::DeleteArgs;
use crate::cli::commands::long_lock;
use crate::cli::commands::report;
use crate::cli::commands::select::{self, Shape};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::Format;
use crate::cli::output::escape::{escape, is_hostile, quote};
use crate::cli::output::personal::{self, Personal};
use crate::cli::remedy;
use crate::cli::view::{DeleteView, UserView};
use crate::model::user::{Field, StoredUser};
use crate::ops::delete::{self, Doomed};
use crate::ops::error::Class;
use crate::ops::lock::Force;
use crate::store::{IdReuse, Link};

/// Deletes accounts, after a question.
pub fn delete(context: &mut Context<'_>, args: &DeleteArgs) -> anyhow::Result<u8> {
    let (specs, shape) = select::users(context, &args.users.users)?;
    long_lock::list(context, &specs)?;
    let force = if args.force { Force::Yes } else { Force::No };
    let mut store = context.store()?;
    let seen = delete::look(store.view(), &specs).map_err(Refused)?;
    let asked = ask(context, &seen)?;
    let targets: Vec<StoredUser> = seen.into_iter().map(|one| one.user).collect();
    let applied = delete::delete(&mut store, &context.act(), &context.settings, &targets, force).map_err(Refused)?;
    for one in &applied.value {
        let text = format!("{} {}", context.would("deleted", "delete"), whom(&one.user));
        context.console().done(&text);
    }
    if asked == Asked::No {
        consequences(context, &applied.value);
    }
    if applied.value.is_empty() {
        context.console().done("unchanged: nothing to do");
    } else if context.global.dry_run {
        instead(context, &applied.value);
    }
    context.say_triggers(applied.triggers.as_ref());
    documents(context, applied.value, shape)?;
    Ok(DONE)
}

/// Whether there was a question.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// Has each username typed; `--yes` answers, a dry run asks nothing.
fn ask(context: &mut Context<'_>, seen: &[Doomed]) -> anyhow::Result<Asked> {
    if context.global.yes || context.global.dry_run || seen.is_empty() {
        return Ok(Asked::No);
    }
    if !context.can_ask() {
        let names: Vec<String> = seen.iter().map(|one| whom(&one.user)).collect();
        return Err(Failure::new(
            Class::WouldPrompt,
            format!("deleting needs a confirmation, and there is no terminal to ask on: {}", names.join(", ")),
        )
        .hint(format!(
            "look first with -n, then give --yes; to keep rows and id and end all tokens at once: {}",
            deactivate(context, seen)
        ))
        .into());
    }
    for one in seen {
        let text = format!("about to delete {} for good", whom(&one.user));
        context.console().done(&text);
    }
    consequences(context, seen);
    instead(context, seen);
    for one in seen {
        let wanted = typed_name(&one.user);
        let question = format!("Type {wanted} to delete {}", whom(&one.user));
        let answer = context.world.prompter.line(&question, None).map_err(Failure::from)?;
        if answer != wanted {
            return Err(Failure::new(
                Class::Interrupted,
                format!("not confirmed: {} is not {wanted}; nothing was deleted", quote(&personal::name(&answer))),
            )
            .into());
        }
    }
    Ok(Asked::Yes)
}

/// What has to be typed: the username, or the id where that cannot be typed.
fn typed_name(user: &StoredUser) -> String {
    match &user.username {
        Field::Value(_) if personal::of_run() == Personal::Hidden => format!("id:{}", user.id.0),
        Field::Value(name) if !name.trim().is_empty() && name.trim() == name && !name.chars().any(is_hostile) => {
            name.clone()
        }
        Field::Value(_) | Field::Null | Field::Absent | Field::Bad(_) => format!("id:{}", user.id.0),
    }
}

/// What stays behind of each, and what becomes of the ids.
fn consequences(context: &mut Context<'_>, doomed: &[Doomed]) {
    for one in doomed {
        orphans(context, one);
    }
    let mut dependents = doomed.iter().flat_map(|one| &one.dependents);
    if dependents.any(|one| one.link == Link::ForeignKey) {
        context.console().note(
            "foreign keys are off here, as in the app: nothing is deleted or set to NULL together with an account",
        );
    }
    let with = |reuse: IdReuse| -> Vec<i64> {
        doomed.iter().filter(|one| one.id_reuse == reuse).map(|one| one.user.id.0).collect()
    };
    let (access, refresh) = (context.settings.access_ttl, context.settings.refresh_ttl);
    if let Some(ids) = listed(&with(IdReuse::Soon)) {
        let text = format!(
            "{ids}: no account that stays has a higher id, so new accounts get it again, and tokens issued before open \
             the new account until they expire (at most {access} for access, {refresh} for refresh)"
        );
        context.console().warn(&text);
    }
    if let Some(ids) = listed(&with(IdReuse::Later)) {
        let text = format!(
            "{ids}: the app refuses tokens issued before; but once no account has a higher id it is used again, and \
             those that have not expired open the new account"
        );
        context.console().note(&text);
    }
    if let Some(ids) = listed(&with(IdReuse::Never)) {
        let text =
            format!("{ids}: the app refuses tokens issued before; ids are never used again here (AUTOINCREMENT)");
        context.console().note(&text);
    }
}

/// Ids for a sentence; of many only the first ones.
fn listed(ids: &[i64]) -> Option<String> {
    const SHOWN: usize = 5;
    let first: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("id:{id}")).collect();
    match ids.len() {
        0 => None,
        all if all > SHOWN => Some(format!("{} and {} more", first.join(", "), all - SHOWN)),
        _ => Some(first.join(", ")),
    }
}

fn orphans(context: &mut Context<'_>, doomed: &Doomed) {
    let id = doomed.user.id.0;
    for dependents in &doomed.dependents {
        let column = escape(&delete::column(&dependents.table, &dependents.columns)).into_owned();
        let (rows, refers, stays) = match dependents.rows {
            1 => ("1 row".to_owned(), "refers", "it stays as an orphan"),
            rows => (format!("{rows} rows"), "refer", "they stay as orphans"),
        };
        let text = match dependents.link {
            Link::ForeignKey => format!("{rows} in {column} {refers} to id:{id}; {stays}"),
            Link::ByName => format!("{rows} in {column} may refer to id:{id} (no foreign key says so); {stays}"),
        };
        context.console().warn(&text);
    }
}

/// The better way, as long as there is a choice.
fn instead(context: &mut Context<'_>, doomed: &[Doomed]) {
    let deactivate = deactivate(context, doomed);
    context
        .console()
        .hint(&format!("{deactivate} keeps the rows and the id, ends all tokens at once, and can be undone"));
}

fn deactivate(context: &Context<'_>, doomed: &[Doomed]) -> String {
    let names = remedy::names(context, doomed.iter().map(|one| &one.user));
    context.authctl(&format!("user deactivate {names}"))
}

fn documents(context: &mut Context<'_>, doomed: Vec<Doomed>, shape: Shape) -> anyhow::Result<()> {
    if context.style.format == Format::Table {
        return Ok(());
    }
    let (now, format) = (context.now(), context.settings.time_format);
    let changed = delete::changed(&doomed);
    let views =
        doomed.into_iter().map(|one| DeleteView::new(changed, UserView::of(one.user, now, format), one.dependents));
    report::shaped(context, views, shape)
}
