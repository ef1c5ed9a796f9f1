//! `user activate`, `deactivate`, `verify`, `passwd`, and `set-role`.

use crate::cli::args::{ActivateArgs, DeactivateArgs, PasswdArgs, SetRoleArgs, UsersArgs, VerifyUsersArgs};
use crate::cli::commands::after::{self, Did};
use crate::cli::commands::long_lock;
use crate::cli::commands::pick::{self, Purpose};
use crate::cli::commands::report;
use crate::cli::commands::select::{self, Shape};
use crate::cli::context::Context;
use crate::cli::failure::Refused;
use crate::cli::message::{shell_text, whom};
use crate::cli::output::escape::quote;
use crate::cli::{password_source, remedy};
use crate::model::user::{Field, Flag, StoredUser, UserSpec};
use crate::ops::lock::Force;
use crate::ops::why::PasswordNow;
use crate::ops::{account, resolve};
use crate::store::Changed;

/// `user activate`.
pub fn activate(context: &mut Context<'_>, args: &ActivateArgs) -> anyhow::Result<u8> {
    set_active(context, &args.users, Flag::On, Force::No)?;
    Ok(crate::cli::exit::DONE)
}

/// `user deactivate`.
pub fn deactivate(context: &mut Context<'_>, args: &DeactivateArgs) -> anyhow::Result<u8> {
    let force = if args.force { Force::Yes } else { Force::No };
    set_active(context, &args.users, Flag::Off, force)?;
    Ok(crate::cli::exit::DONE)
}

fn set_active(context: &mut Context<'_>, users: &UsersArgs, active: Flag, force: Force) -> anyhow::Result<()> {
    let (specs, shape) = select::users(context, &users.users)?;
    long_lock::list(context, &specs)?;
    let mut store = context.store()?;
    let applied =
        account::set_active(&mut store, &context.act(), &context.settings, &specs, active, force).map_err(Refused)?;
    let written = applied.value.clone();
    report::written(context, applied, shape, |context, one| {
        let did = match active {
            Flag::On => context.would("activated", "activate"),
            Flag::Off | Flag::Absent => context.would("deactivated", "deactivate"),
        };
        format!("{did} {}", whom(&one.after))
    })?;
    after::say(context, &store, &written, if active.is_on() { Did::Activate } else { Did::Deactivate });
    Ok(())
}

/// `user verify`.
pub fn verify(context: &mut Context<'_>, args: &VerifyUsersArgs) -> anyhow::Result<u8> {
    let (specs, shape) = select::users(context, &args.users.users)?;
    long_lock::list(context, &specs)?;
    let mut store = context.store()?;
    let verified = if args.undo { Flag::Off } else { Flag::On };
    let applied = account::verify(&mut store, &context.act(), &context.settings, &specs, verified).map_err(Refused)?;
    let written = applied.value.clone();
    let code = report::written(context, applied, shape, |context, one| {
        let did = match verified {
            Flag::On => context.would("marked as verified", "mark as verified"),
            Flag::Off | Flag::Absent => context.would("marked as not verified", "mark as not verified"),
        };
        format!("{did} the e-mail of {}", whom(&one.after))
    })?;
    after::blocked(context, &store, written.iter().map(|one| &one.after), PasswordNow::Stored);
    Ok(code)
}

/// `set-role`.
pub fn set_role(context: &mut Context<'_>, args: &SetRoleArgs) -> anyhow::Result<u8> {
    let Wanted { spec, role, picked } = wanted(context, args)?;
    let force = if args.force { Force::Yes } else { Force::No };
    let mut store = context.store()?;
    pick::still(&store, picked.as_ref())?;
    let expect = args.expect.as_deref();
    let applied = account::set_role(&mut store, &context.act(), &context.settings, &spec, &role, expect, force)
        .map_err(Refused)?;
    let written = applied.value.clone();
    report::written(context, applied, Shape::One, |context, one| {
        let old = match &one.before.role {
            Field::Value(role) => quote(role),
            Field::Null | Field::Absent => "none".to_owned(),
            Field::Bad(_) => "unreadable".to_owned(),
        };
        format!("{} {}; the role was {old}", context.would("changed", "change"), whom(&one.after))
    })?;
    if written.iter().any(|one| one.changed == Changed::Yes) {
        after::say(context, &store, &written, Did::SetRole);
    }
    Ok(crate::cli::exit::DONE)
}

/// Whose role becomes which, and the account where a person picked it or its role.
struct Wanted {
    spec: UserSpec,
    role: String,
    picked: Option<StoredUser>,
}

/// What is not given is picked on the terminal, and then confirmed.
fn wanted(context: &mut Context<'_>, args: &SetRoleArgs) -> anyhow::Result<Wanted> {
    let user = match (&args.user, &args.role) {
        (Some(user), Some(role)) => {
            return Ok(Wanted { spec: select::user(user)?, role: role.clone(), picked: None });
        }
        (Some(user), None) => {
            let (spec, reader) = (select::user(user)?, context.reader()?);
            pick::writable(context, &reader)?;
            resolve::one(reader.view(), &spec).map_err(Refused)?
        }
        (None, _) => pick::one(context, Purpose::SetRole)?,
    };
    let role = match &args.role {
        Some(role) => role.clone(),
        None => {
            let reader = context.reader()?;
            pick::role(context, reader.schema(), user.role.value().map(String::as_str))?
        }
    };
    let spec = UserSpec::Id(user.id);
    let mut command = format!("set-role {spec} {}", shell_text(&role));
    if let Some(old) = &args.expect {
        command.push_str(&remedy::option("expect", old));
    }
    if args.force {
        command.push_str(" --force");
    }
    pick::same_command(context, &command);
    context.confirm(&format!("Give {} the role {}?", whom(&user), quote(&role)))?;
    Ok(Wanted { spec, role, picked: Some(user) })
}

/// `user passwd`.
pub fn passwd(context: &mut Context<'_>, args: &PasswdArgs) -> anyhow::Result<u8> {
    let spec = select::user(&args.user)?;
    let mut store = context.store()?;
    let target = resolve::one(store.view(), &spec).map_err(Refused)?;
    // Where nobody can be asked, the refusal alone is said.
    if !password_source::is_named(&args.password) && context.can_ask() {
        context.console().note(&format!("new password for {}", whom(&target)));
    }
    let new = password_source::new(context, &args.password)?;
    let mut random = context.world.random;
    let applied =
        account::set_password(&mut store, &context.act(), &context.settings, &target, new.password(), &mut random)
            .map_err(Refused)?;
    let written = applied.value;
    let user = written.after.clone();
    let did = context.would("set a new password for", "set a new password for");
    context.console().done(&format!("{did} {}", whom(&user)));
    context.say_triggers(applied.triggers.as_ref());
    after::say(context, &store, std::slice::from_ref(&written), Did::SetPassword);
    let printed = new.to_print(context);
    report::one(context, Changed::Yes, user, printed)?;
    Ok(crate::cli::exit::DONE)
}
