//! `lock` and `unlock`.

use super::report;
use super::select::{self, Shape};
use crate::cli::args::{LockArgs, UnlockArgs};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{until, whom};
use crate::cli::output::escape::show;
use crate::model::time::{FOREVER, Timestamp, parse_duration, parse_input};
use crate::model::user::{Field, StoredUser, UserSpec};
use crate::ops::error::Class;
use crate::ops::list::{ListQuery, LockWish};
use crate::ops::lock::{self, Force, Reactivate, Sweep, Swept, TokensToo, Until};
use crate::ops::{Written, list};
use crate::store::Changed;

/// `lock`.
pub fn lock(context: &mut Context<'_>, args: &LockArgs) -> anyhow::Result<u8> {
    let end = end(context, args)?;
    let (specs, shape) = select::users(context, &args.users.users)?;
    let tokens = if args.deactivate { TokensToo::End } else { TokensToo::Keep };
    let force = if args.force { Force::Yes } else { Force::No };
    let mut store = context.store()?;
    let applied =
        lock::lock(&mut store, &context.act(), &context.settings, &specs, end, tokens, force).map_err(Refused)?;
    let survivors: Vec<StoredUser> = match tokens {
        TokensToo::Keep => changed(&applied.value),
        TokensToo::End => Vec::new(),
    };
    let code = report::written(context, applied, shape, |context, one| {
        let moved = match old_end(&one.before) {
            Some(old) => format!("; was locked {}", until(old, context.now())),
            None => String::new(),
        };
        let did = context.would("locked", "lock");
        format!("{did} {} {}{moved}", whom(&one.after), until(old_end(&one.after).flatten(), context.now()))
    })?;
    if let Some(user) = survivors.first() {
        report::tokens_survive(context, user);
    }
    Ok(code)
}

fn end(context: &Context<'_>, args: &LockArgs) -> Result<Until, Failure> {
    if args.forever {
        return Ok(Until::At(FOREVER));
    }
    if let Some(text) = &args.r#for {
        let span = parse_duration(text).map_err(|error| Failure::usage(format!("--for: {error}")))?;
        return Ok(Until::For(span));
    }
    let Some(text) = &args.until else {
        return Ok(Until::For(context.settings.lockout_duration));
    };
    let now = context.now();
    let end = parse_input(text, now).map_err(|error| Failure::usage(format!("--until: {error}")))?;
    if end <= now {
        return Err(Failure::usage(format!("--until: {} has passed already", end.to_table()))
            .hint("give a time to come, or --for 30m"));
    }
    Ok(Until::At(end))
}

fn changed(written: &[Written]) -> Vec<StoredUser> {
    written.iter().filter(|one| one.changed == Changed::Yes).map(|one| one.after.clone()).collect()
}

/// The end of the lock that the account has; `Some(None)` where it cannot be read.
fn old_end(user: &StoredUser) -> Option<Option<Timestamp>> {
    match &user.locked_until {
        Field::Null | Field::Absent => None,
        Field::Value(end) => Some(Some(end.instant())),
        Field::Bad(_) => Some(None),
    }
}

/// `unlock`.
pub fn unlock(context: &mut Context<'_>, args: &UnlockArgs) -> anyhow::Result<u8> {
    if args.expired {
        return sweep(context, Sweep::Expired);
    }
    if args.all_locked {
        context.confirm("Free all locked accounts?")?;
        return sweep(context, Sweep::All);
    }
    let (specs, shape) =
        if args.users.is_empty() { (vec![pick(context)?], Shape::One) } else { select::users(context, &args.users)? };
    let reactivate = if args.reactivate { Reactivate::Yes } else { Reactivate::No };
    let mut store = context.store()?;
    let applied = lock::unlock(&mut store, &context.act(), &context.settings, &specs, reactivate).map_err(Refused)?;
    let freed: Vec<StoredUser> = applied.value.iter().map(|one| one.after.clone()).collect();
    let code = report::written(context, applied, shape, freed_words)?;
    for user in freed {
        report::blocked(context, &user);
    }
    Ok(code)
}

/// What was freed, and from what.
pub(super) fn freed_words(context: &Context<'_>, one: &Written) -> String {
    let was = match old_end(&one.before) {
        Some(end) => format!("was locked {}", until(end, context.now())),
        None => "was not locked".to_owned(),
    };
    let failures = match &one.before.failed_login_attempts {
        Field::Value(0) => String::new(),
        Field::Value(1) => ", with 1 failed login".to_owned(),
        Field::Value(count) => format!(", with {count} failed logins"),
        Field::Null | Field::Absent | Field::Bad(_) => ", with an unreadable count of failed logins".to_owned(),
    };
    format!("{} {}; {was}{failures}", context.would("unlocked", "unlock"), whom(&one.after))
}

fn sweep(context: &mut Context<'_>, wish: Sweep) -> anyhow::Result<u8> {
    let mut store = context.store()?;
    let applied = lock::sweep(&mut store, &context.act(), &context.settings, wish).map_err(Refused)?;
    let written = say_swept(context, applied.value);
    if written.is_empty() {
        context.console().done("unchanged: nothing to do");
    }
    context.say_triggers(applied.triggers.as_ref());
    report::documents(context, written, Shape::Many)?;
    Ok(crate::cli::exit::DONE)
}

/// Says what a sweep did to each account.
pub(super) fn say_swept(context: &mut Context<'_>, swept: Vec<(Written, Swept)>) -> Vec<Written> {
    let mut written = Vec::with_capacity(swept.len());
    let mut unreadable = 0_usize;
    for (one, swept) in swept {
        let now = context.now();
        let text = match swept {
            Swept::Freed => freed_words(context, &one),
            Swept::Rewritten => format!(
                "{} the lock of {} in a form that the app can read; it is locked {}",
                context.would("rewrote", "rewrite"),
                whom(&one.after),
                until(old_end(&one.after).flatten(), now)
            ),
            Swept::Unreadable => {
                unreadable += 1;
                format!("left {} as it is: the end of its lock cannot be read", whom(&one.after))
            }
        };
        context.console().done(&text);
        written.push(one);
    }
    if unreadable > 0 {
        context.console().hint("free unreadable ones by name, or with authctl unlock --all-locked");
    }
    written
}

/// Rows offered to pick from.
const PICKABLE: u64 = 1000;

/// Lets the person at the terminal pick one of the locked accounts.
fn pick(context: &mut Context<'_>) -> anyhow::Result<UserSpec> {
    if !context.can_ask() {
        return Err(Failure::new(Class::WouldPrompt, "whom to unlock?")
            .hint("name a USER, or give --expired or --all-locked")
            .into());
    }
    let reader = context.reader()?;
    let query = ListQuery { lock: LockWish::LockedOrStuck, limit: Some(PICKABLE), ..ListQuery::default() };
    let now = context.now();
    let mut users = Vec::new();
    list::list(&reader, &context.settings, now, &query, |user| {
        users.push(user);
        Ok::<_, Refused>(())
    })?;
    drop(reader);
    if users.is_empty() {
        return Err(Failure::new(Class::NotFound, "no account is locked")
            .hint("an account that cannot log in for another reason: authctl user show USER")
            .into());
    }
    let items: Vec<String> = users
        .iter()
        .map(|user| {
            let name = user.username.value().map_or("-", String::as_str);
            format!("{} · {}", show(name), whom(user)) + " · locked " + &until(old_end(user).flatten(), now)
        })
        .collect();
    let picked = context.world.prompter.pick("Whom to unlock", &items).map_err(Failure::from)?;
    let user = users.get(picked).ok_or_else(|| Failure::new(Class::Unexpected, "nothing was picked"))?;
    context.confirm(&format!("Unlock {}?", whom(user)))?;
    Ok(UserSpec::Id(user.id))
}
