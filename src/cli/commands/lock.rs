//! `lock` and `unlock`.

use super::after::{self, Did};
use super::long_lock;
use super::pick::{self, Purpose};
use super::report;
use super::select::{self, Shape};
use crate::cli::args::{LockArgs, UnlockArgs};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{until, whom};
use crate::cli::remedy::option;
use crate::model::time::{FOREVER, Timestamp, parse_duration, parse_input};
use crate::model::user::{Field, Flag, StoredUser, UserSpec};

use crate::ops::Written;
use crate::ops::lock::{self, Force, Reactivate, Sweep, Swept, TokensToo, Until};

/// `lock`.
pub fn lock(context: &mut Context<'_>, args: &LockArgs) -> anyhow::Result<u8> {
    let end = end(context, args)?;
    let picked = match args.users.users.is_empty() {
        true => Some(pick::confirmed(context, Purpose::Lock, "Lock", |spec| lock_command(spec, args))?),
        false => None,
    };
    let (specs, shape) = select::picked_or(context, picked.as_ref(), &args.users.users)?;
    long_lock::list(context, &specs)?;
    let tokens = if args.deactivate { TokensToo::End } else { TokensToo::Keep };
    let force = if args.force { Force::Yes } else { Force::No };
    let mut store = context.store()?;
    pick::still(&store, picked.as_ref())?;
    let applied =
        lock::lock(&mut store, &context.act(), &context.settings, &specs, end, tokens, force).map_err(Refused)?;
    let written = applied.value.clone();
    let code = report::written(context, applied, shape, |context, one| {
        let moved = match old_end(&one.before) {
            Some(old) => format!("; was locked {}", until(old, context.now())),
            None => String::new(),
        };
        let off = match one.before.is_active.is_on() && one.after.is_active == Flag::Off {
            true => format!("; {} it too", context.would("deactivated", "deactivate")),
            false => String::new(),
        };
        let did = context.would("locked", "lock");
        format!("{did} {} {}{moved}{off}", whom(&one.after), until(old_end(&one.after).flatten(), context.now()))
    })?;
    let did = match tokens {
        TokensToo::Keep => Did::Lock,
        TokensToo::End => Did::LockAndDeactivate,
    };
    after::say(context, &store, &written, did);
    Ok(code)
}

fn lock_command(spec: &UserSpec, args: &LockArgs) -> String {
    let mut command = format!("lock {spec}");
    for (name, value) in [("for", &args.r#for), ("until", &args.until)] {
        command.push_str(&value.as_deref().map_or_else(String::new, |value| option(name, value)));
    }
    for (option, given) in [("--forever", args.forever), ("--deactivate", args.deactivate), ("--force", args.force)] {
        if given {
            command.push_str(&format!(" {option}"));
        }
    }
    command
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
        return sweep(context, Sweep::All);
    }
    let picked = match args.users.is_empty() {
        true => Some(pick::confirmed(context, Purpose::Unlock, "Unlock", |spec| unlock_command(spec, args))?),
        false => None,
    };
    let (specs, shape) = select::picked_or(context, picked.as_ref(), &args.users)?;
    long_lock::list(context, &specs)?;
    let reactivate = if args.reactivate { Reactivate::Yes } else { Reactivate::No };
    let mut store = context.store()?;
    pick::still(&store, picked.as_ref())?;
    let applied = lock::unlock(&mut store, &context.act(), &context.settings, &specs, reactivate).map_err(Refused)?;
    let written = applied.value.clone();
    let code = report::written(context, applied, shape, freed_words)?;
    let did = match reactivate {
        Reactivate::No => Did::Unlock,
        Reactivate::Yes => Did::UnlockAndActivate,
    };
    after::say(context, &store, &written, did);
    Ok(code)
}

fn unlock_command(spec: &UserSpec, args: &UnlockArgs) -> String {
    let reactivate = if args.reactivate { " --reactivate" } else { "" };
    format!("unlock {spec}{reactivate}")
}

/// What was freed, and from what; where nothing was, the activation alone is what was done.
pub(super) fn freed_words(context: &Context<'_>, one: &Written) -> String {
    let activated = after::is_revived(one);
    if activated && one.before.locked_until == Field::Null && one.before.failed_login_attempts == Field::Value(0) {
        return format!("{} {}; it was not locked", context.would("activated", "activate"), whom(&one.after));
    }
    let on = match activated {
        true => format!("; {} it too", context.would("activated", "activate")),
        false => String::new(),
    };
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
    format!("{} {}; {was}{failures}{on}", context.would("unlocked", "unlock"), whom(&one.after))
}

fn sweep(context: &mut Context<'_>, wish: Sweep) -> anyhow::Result<u8> {
    let mut store = context.store()?;
    let count = lock::swept(store.view(), &context.settings, context.now(), wish).map_err(Refused)?;
    long_lock::accounts(context, count, "stop the app or choose a quiet hour, then give --yes")?;
    if wish == Sweep::All {
        context.confirm("Free all locked accounts?")?;
    }
    let applied = lock::sweep(&mut store, &context.act(), &context.settings, wish).map_err(Refused)?;
    let written = say_swept(context, applied.value);
    if written.is_empty() {
        context.console().done("unchanged: nothing to do");
    }
    context.say_triggers(applied.triggers.as_ref());
    if wish == Sweep::All {
        after::say(context, &store, &written, Did::Unlock);
    }
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
        let all = context.authctl("unlock --all-locked");
        context.console().hint(&format!("free unreadable ones by name, or with {all}"));
    }
    written
}
