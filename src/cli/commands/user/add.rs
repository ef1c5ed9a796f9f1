//! `user add`.

use crate::cli::args::{AddArgs, Global, NewPassword};
use crate::cli::commands::{after, report};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{shell_text, whom};
use crate::cli::output::personal::{self, Personal};
use crate::cli::password_source::{self, New};
use crate::cli::remedy;
use crate::model::user::{Flag, StoredUser};
use crate::ops::add::{self, AddRequest, Added, IfPresent, ValidUser};
use crate::ops::error::Error;
use crate::ops::password;
use crate::ops::why::PasswordNow;
use crate::store::{Changed, Store};

/// Adds an account.
pub fn add(context: &mut Context<'_>, args: &AddArgs) -> anyhow::Result<u8> {
    require_parts(context, args)?;
    let mut store = context.store()?;
    if args.customer.is_some() && !store.schema().has("customer_id") {
        return Err(Failure::usage("this database has no customers").hint("leave --customer away").into());
    }
    let (request, asked) = request(context, args, &store)?;
    let checked = add::check(&context.settings, store.schema(), &request);
    let if_present = if args.if_missing { IfPresent::Accept } else { IfPresent::Refuse };
    if let (Ok(valid), IfPresent::Accept) = (&checked, if_present)
        && let Some(user) = add::present(store.view(), valid, if_present).map_err(Refused)?
    {
        say_equivalent(context, args, &request, asked);
        return present(context, user);
    }
    let (valid, new) = checked_with_password(context, args, checked)?;
    let mut random = context.world.random;
    let applied =
        add::add(&mut store, &context.act(), &context.settings, &valid, new.password(), if_present, &mut random)
            .map_err(Refused)?;
    say_equivalent(context, args, &request, asked);
    context.say_triggers(applied.triggers.as_ref());
    match applied.value {
        Added::Present(user) => present(context, user),
        Added::New(user) => added(context, &store, user, &new),
    }
}

/// Where nobody can be asked every part must be there before anything is opened.
fn require_parts(context: &Context<'_>, args: &AddArgs) -> Result<(), Failure> {
    let missing = |what: &str, how: &str| context.require_person(&format!("{what} is missing"), &format!("give {how}"));
    match (&args.username, &args.email) {
        (None, _) => {
            let command = context.authctl("user add USERNAME --email E");
            missing("the username", &format!("it as the first argument: {command}"))
        }
        (_, None) => missing("the e-mail", "--email E"),
        (Some(_), Some(_)) if !args.if_missing && !password_source::is_named(&args.password) => {
            missing("the password", "--password-stdin, --password-file FILE or --generate")
        }
        (Some(_), Some(_)) => Ok(()),
    }
}

/// Whether a part was asked for on the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// What was asked for; missing parts are asked for on the terminal.
fn request(context: &mut Context<'_>, args: &AddArgs, store: &Store) -> anyhow::Result<(AddRequest, Asked)> {
    let asked = args.username.is_none() || args.email.is_none();
    let mut line =
        |prompt: &str, default: Option<&str>| context.world.prompter.line(prompt, default).map_err(Failure::from);
    let username = match &args.username {
        Some(username) => username.clone(),
        None => line("Username", None)?,
    };
    let email = match &args.email {
        Some(email) => email.clone(),
        None => line("E-mail", None)?,
    };
    let (mut role, mut full_name) = (args.role.clone(), args.full_name.clone());
    if asked && role.is_none() {
        let roles = context.settings.roles(store.schema());
        let default = context.settings.role_instead(store.schema());
        let offered: Vec<&str> = roles.iter().map(crate::model::role::RoleName::as_str).collect();
        let mut line =
            |prompt: &str, default: Option<&str>| context.world.prompter.line(prompt, default).map_err(Failure::from);
        role = Some(line(&format!("Role ({})", offered.join(", ")), Some(default.as_str()))?);
        if full_name.is_none() {
            full_name = Some(line("Full name (may be empty)", None)?).filter(|name| !name.is_empty());
        }
    }
    let request = AddRequest {
        username,
        email,
        full_name,
        role,
        customer: args.customer,
        active: if args.inactive { Flag::Off } else { Flag::On },
        verified: if args.verified { Flag::On } else { Flag::Off },
    };
    Ok((request, if asked { Asked::Yes } else { Asked::No }))
}

/// What was typed was good: from now on it needs no questions, but for a password without a source.
fn say_equivalent(context: &mut Context<'_>, args: &AddArgs, request: &AddRequest, asked: Asked) {
    if asked == Asked::No || personal::of_run() == Personal::Hidden {
        return;
    }
    let equivalent = equivalent(context.global, args, request);
    let what = if args.if_missing || password_source::is_named(&args.password) {
        "the same without questions"
    } else {
        "the same, which asks for the password alone"
    };
    context.console().hint(&format!("{what}: {equivalent}"));
}

fn equivalent(global: &Global, args: &AddArgs, request: &AddRequest) -> String {
    let NewPassword { password_stdin, password_file, generate } = &args.password;
    let customer = request.customer.map(|id| id.to_string());
    let values = [
        ("email", Some(&request.email)),
        ("role", request.role.as_ref()),
        ("full-name", request.full_name.as_ref()),
        ("customer", customer.as_ref()),
    ];
    let switches = [
        (" --inactive", args.inactive),
        (" --verified", args.verified),
        (" --if-missing", args.if_missing),
        (" --generate", *generate),
    ];
    let mut options: String =
        values.iter().filter_map(|(name, value)| Some(remedy::option(name, value.as_ref()?))).collect();
    options.extend(switches.iter().filter(|(_, given)| *given).map(|(option, _)| *option));
    options.push_str(&remedy::password_source(*password_stdin, password_file.as_deref()));
    let username = shell_text(&request.username);
    // Behind `--` nothing is an option, so that one comes last.
    if request.username.starts_with('-') {
        format!("{} -- {username}", remedy::again(global, &format!("user add{options}")))
    } else {
        remedy::again(global, &format!("user add {username}{options}"))
    }
}

/// All problems at once; but nobody types a password for a name that is refused anyway.
fn checked_with_password(
    context: &mut Context<'_>,
    args: &AddArgs,
    checked: Result<ValidUser, Vec<crate::ops::error::Refusal>>,
) -> anyhow::Result<(ValidUser, New)> {
    let mut refusals = match checked {
        Ok(valid) => return Ok((valid, password_source::new(context, &args.password)?)),
        Err(refusals) => refusals,
    };
    if args.password.password_stdin || args.password.password_file.is_some() {
        let new = password_source::new(context, &args.password)?;
        if let Err(Error::Refused(more)) = password::check(&context.settings, new.password()) {
            refusals.extend(more);
        }
    }
    Err(Refused(Error::Refused(refusals)).into())
}

fn present(context: &mut Context<'_>, user: StoredUser) -> anyhow::Result<u8> {
    context.console().done(&format!("unchanged: {} is there already", whom(&user)));
    document(context, Changed::No, user, None)
}

fn added(context: &mut Context<'_>, store: &Store, user: StoredUser, new: &New) -> anyhow::Result<u8> {
    let did = context.would("added", "add");
    context.console().done(&format!("{did} {}", whom(&user)));
    if store.schema().has_customers() && user.customer_id.value().is_none() {
        homeless(context, &user);
    }
    after::blocked(context, store, [&user], PasswordNow::JustSet);
    let printed = new.to_print(context);
    document(context, Changed::Yes, user, printed)
}

/// A second `user add` would be refused, since the account is there; but for a dry run.
fn homeless(context: &mut Context<'_>, user: &StoredUser) {
    let way = if context.global.dry_run {
        "--customer ID".to_owned()
    } else {
        context.authctl(&format!("user edit {} --customer ID", remedy::name(context, user)))
    };
    context.console().warn(&format!("it belongs to no customer; {way} names one"));
}

fn document(
    context: &mut Context<'_>,
    changed: Changed,
    user: StoredUser,
    password: Option<&str>,
) -> anyhow::Result<u8> {
    report::one(context, changed, user, password)?;
    Ok(crate::cli::exit::DONE)
}
