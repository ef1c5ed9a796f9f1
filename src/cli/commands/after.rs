//! What a change means now: whether the login works, what else is in the way, and which tokens live on.
//!
//! What a newcomer would get wrong: the change is committed when this is said, so nothing here may fail the run; and
//! a lock, a role or a password ends no token, while `is_active` ends all of them, and revives them.

use crate::cli::context::Context;
use crate::cli::message::whom;
use crate::cli::remedy;
use crate::cli::view::why as words;
use crate::model::user::{Flag, StoredUser};
use crate::ops::Written;
use crate::ops::why::{self, Asked, PasswordNow};
use crate::policy::role::Verb;
use crate::policy::why::{ActiveFinding, Finding, Outcome, Remedy, StepId};
use crate::store::{Changed, Reader};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// `lock`.
    Lock,
    /// `lock --deactivate`.
    LockAndDeactivate,
    /// `unlock`.
    Unlock,
    /// `unlock --reactivate`.
    UnlockAndActivate,
    /// `user activate`.
    Activate,
    /// `user deactivate`.
    Deactivate,
    /// `set-role`.
    SetRole,
    /// `user passwd`.
    SetPassword,
}

/// Says what it means now, on stderr.
pub fn say(context: &mut Context<'_>, reader: &Reader, written: &[Written], did: Did) {
    let password = match did {
        Did::SetPassword => PasswordNow::JustSet,
        Did::Lock
        | Did::LockAndDeactivate
        | Did::Unlock
        | Did::UnlockAndActivate
        | Did::Activate
        | Did::Deactivate
        | Did::SetRole => PasswordNow::Stored,
    };
    let now = context.now();
    let judge = |user: &StoredUser| why::after(reader, &context.settings, user.clone(), password, now);
    let Ok(asked) = written.iter().map(|one| judge(&one.after)).collect::<Result<Vec<Asked>, _>>() else {
        context.console().warn("the change was made, and whether the login works now could not be read");
        return;
    };
    match did {
        Did::Lock | Did::LockAndDeactivate | Did::Deactivate => closed(context, &asked, written, did),
        Did::Unlock | Did::UnlockAndActivate | Did::Activate | Did::SetRole | Did::SetPassword => {
            open(context, &asked, did);
        }
    }
    tokens(context, &asked, written, did);
}

/// Says of accounts that are looked at, or were changed otherwise, what keeps them out, if anything, and what helps.
pub fn blocked<'a>(
    context: &mut Context<'_>,
    reader: &Reader,
    users: impl IntoIterator<Item = &'a StoredUser>,
    password: PasswordNow,
) {
    let now = context.now();
    for user in users {
        let Ok(one) = why::after(reader, &context.settings, user.clone(), password, now) else {
            context.console().warn(&format!("whether {} can log in could not be read", whom(user)));
            continue;
        };
        if one.diagnosis.can_login == Some(false) {
            let text = shut_out(context, &one);
            context.console().warn(&text);
        }
    }
}

/// Who cannot log in, why, and what helps.
fn shut_out(context: &Context<'_>, one: &Asked) -> String {
    let reasons = words::reasons(&one.diagnosis, context.now());
    format!("{} cannot log in: {reasons}{}", whom(&one.user), way_out(context, one))
}

/// Accounts that are meant to get in: those that do not are named one by one.
fn open(context: &mut Context<'_>, asked: &[Asked], did: Did) {
    let (now, mut free) = (context.now(), 0_usize);
    for one in asked {
        let risky = one.diagnosis.steps.iter().any(|step| step.outcome == Outcome::Risk);
        let said = match (one.diagnosis.can_login, risky) {
            (Some(true), false) => None,
            (Some(true), true) | (None, _) => {
                let verdict = words::verdict(&one.diagnosis, now);
                Some(format!("{}: {verdict}{}", whom(&one.user), way_out(context, one)))
            }
            (Some(false), _) => Some(shut_out(context, one)),
        };
        if one.diagnosis.can_login == Some(true) {
            free += 1;
        }
        if let Some(said) = said {
            context.console().warn(&said);
        }
    }
    let which = if did == Did::SetPassword { "new" } else { "right" };
    let when = if context.global.dry_run { "then" } else { "now" };
    match (free, asked.len()) {
        (0, _) => {}
        (1, 1) => context.console().note(&format!("it can log in {when}, with the {which} password")),
        (free, all) if free == all => {
            let them = if all == 2 { "both".to_owned() } else { format!("all {all}") };
            context.console().note(&format!("{them} can log in {when}, with the {which} passwords"));
        }
        (free, _) => context.console().note(&format!("the other {free} can log in {when}, with the {which} passwords")),
    }
}

/// What helps, behind a semicolon; empty where nothing does. Where no command mends all, the others' part comes first.
fn way_out(context: &Context<'_>, one: &Asked) -> String {
    let mut text: String = words::others(one).iter().map(|text| format!("; {text}")).collect();
    if let Some(mend) = &one.diagnosis.remedy {
        let command = remedy::command(one, mend, context.global);
        let what = if text.is_empty() { "helps" } else { "helps then" };
        text.push_str(&format!("; {}", context.entry.advice(verb(mend), &command, what)));
    }
    text
}

/// The row of a remedy in the table of rights.
fn verb(remedy: &Remedy) -> Verb {
    match remedy {
        Remedy::Migrate => Verb::Migrate,
        Remedy::Unlock => Verb::Unlock,
        Remedy::UnlockAndActivate => Verb::UnlockReactivate,
        Remedy::Activate => Verb::UserActivate,
        Remedy::NewPassword => Verb::UserPasswd,
        Remedy::Role(_) => Verb::SetRole,
        Remedy::Email(_) | Remedy::Username | Remedy::NoFullName | Remedy::CustomerId => Verb::UserEdit,
    }
}

/// Accounts that are meant to stay out, and what would keep them out besides.
fn closed(context: &mut Context<'_>, asked: &[Asked], written: &[Written], did: Did) {
    let now = context.now();
    let locked = did != Did::Deactivate;
    let meant = |id: StepId| (id == StepId::Lock && locked) || (id == StepId::Active && did != Did::Lock);
    for one in asked {
        let others: Vec<String> =
            one.diagnosis.blocking().filter(|step| !meant(step.id)).map(|step| words::reason(step, now)).collect();
        if !others.is_empty() {
            context.console().note(&format!("{} cannot log in anyway: {}", whom(&one.user), others.join("; ")));
        }
    }
    if !written.iter().any(|one| one.changed == Changed::Yes) {
        return;
    }
    let enters = |one: &Asked| {
        one.diagnosis.steps.iter().any(|step| step.finding == Finding::Active(ActiveFinding::OffAfterLogin))
    };
    let (its, it) = if asked.len() == 1 { ("its", "it") } else { ("their", "them") };
    let text = match (locked, asked.iter().any(enters)) {
        (true, false) if did == Did::LockAndDeactivate => {
            let are = if asked.len() == 1 { "it is" } else { "they are" };
            format!("the app refuses {its} logins while the lock holds, and then until {are} activated")
        }
        (true, _) => format!("the app refuses {its} logins while the lock holds"),
        (false, true) => {
            format!("the app with customers still lets {it} log in, and refuses every request after it")
        }
        (false, false) => format!("the app refuses {its} logins"),
    };
    context.console().note(&text);
}

/// Whether the account was inactive and is not any more.
pub(super) fn is_revived(one: &Written) -> bool {
    one.before.is_active == Flag::Off && one.after.is_active.is_on()
}

/// Which tokens live on, and how long at most.
fn tokens(context: &mut Context<'_>, asked: &[Asked], written: &[Written], did: Did) {
    let changed = |index: usize| written.get(index).is_some_and(|one| one.changed == Changed::Yes);
    let revived = written.iter().filter(|one| is_revived(one)).count();
    let changed: Vec<&Asked> =
        asked.iter().enumerate().filter(|(index, _)| changed(*index)).map(|(_, one)| one).collect();
    if changed.is_empty() {
        return;
    }
    let (access, refresh) = (context.settings.access_ttl, context.settings.refresh_ttl);
    let life = format!("access within {access}, refresh within {refresh}");
    let (its, are) = if changed.len() == 1 { ("its", "it is") } else { ("their", "they are") };
    let ended = changed.iter().all(|one| one.user.is_active == Flag::Off);
    let text = match (did, ended) {
        (Did::Deactivate | Did::LockAndDeactivate, _) => format!(
            "the app refuses {its} tokens from the next request on; activating revives those not expired then ({life})"
        ),
        (Did::Lock | Did::Unlock | Did::SetRole | Did::SetPassword, true) => {
            format!("tokens issued before are refused while {are} inactive")
        }
        (Did::Activate | Did::UnlockAndActivate, _) if revived > 0 => {
            let whose = if revived == changed.len() { "" } else { " to those that were inactive" };
            format!("tokens issued before{whose} work again until they expire: {life}")
        }
        (Did::Unlock | Did::Activate | Did::UnlockAndActivate, _) => {
            format!("the lock ended no token; those issued before expire by themselves: {life}")
        }
        (Did::SetRole, false) => {
            context.console().note("the role holds from the next request on, also for tokens issued before");
            format!("tokens issued before stay valid until they expire: {life}")
        }
        (Did::Lock | Did::SetPassword, false) => format!("tokens issued before stay valid until they expire: {life}"),
    };
    context.console().note(&text);
    if !ended && matches!(did, Did::Lock | Did::SetPassword) {
        let command = remedy::deactivate(&changed, context.global);
        let text = context.entry.advice(Verb::UserDeactivate, &command, "ends them at once");
        context.console().hint(&text);
    }
}
