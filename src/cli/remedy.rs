//! Commands to paste: on the database of this run, about the account that is meant.
//!
//! What a newcomer would get wrong: a username that another account has too, or that a shell would take apart,
//! names nobody in a command; its id does. And without the options that name the file, a command that is pasted
//! works on another one: so every command that a message names is made by [`authctl`].

use std::path::Path;

use super::args::Global;
use super::context::Context;
use super::message::{address, shell, shell_text};
use super::output::personal::{self, Personal};
use crate::model::user::StoredUser;
use crate::ops::why::{Asked, FileState, NameUse, name_use};
use crate::policy::why::Remedy;
use crate::store::Reader;

/// What stands in a command where the operator must know better.
const ADDRESS: &str = "ADDRESS";

/// A command of ours on the database that this run was pointed at.
pub fn authctl(global: &Global, rest: &str) -> String {
    format!("authctl {rest}{}", place(global))
}

/// The same command once more: with every option that changes what it does, not only how it says so.
pub fn again(global: &Global, rest: &str) -> String {
    let mut text = authctl(global, rest);
    for (name, value) in [("reason", &global.reason), ("busy-timeout", &global.busy_timeout)] {
        text.push_str(&value.as_deref().map_or_else(String::new, |value| option(name, value)));
    }
    let switches =
        [("--dry-run", global.dry_run), ("--no-triggers", global.no_triggers), ("--as-session", global.as_session)];
    for (option, given) in switches {
        if given {
            text.push_str(&format!(" {option}"));
        }
    }
    text
}

/// An option with its value, behind a blank; a value that begins with `-` would be taken for another option.
pub fn option(name: &str, value: &str) -> String {
    let between = if value.starts_with('-') { '=' } else { ' ' };
    format!(" --{name}{between}{}", shell_text(value))
}

/// The options that name where a password comes from, as they were given.
pub fn password_source(stdin: bool, file: Option<&Path>) -> String {
    let stdin = if stdin { " --password-stdin" } else { "" };
    let file = file.map_or_else(String::new, |file| format!(" --password-file {}", shell(file)));
    format!("{stdin}{file}")
}

/// A name to type that means this account and no other; of what cannot be looked at only the id does for sure.
pub fn name(context: &Context<'_>, user: &StoredUser) -> String {
    names(context, [user])
}

/// The same of several, side by side.
pub fn names<'a>(context: &Context<'_>, users: impl IntoIterator<Item = &'a StoredUser>) -> String {
    let reader = context.database_path().ok().and_then(|path| Reader::glance(&path).ok());
    let name = |user| {
        let found = reader.as_ref().and_then(|reader| name_use(reader.view(), user).ok());
        named(user, found.unwrap_or(NameUse::Ambiguous))
    };
    users.into_iter().map(name).collect::<Vec<_>>().join(" ")
}

fn named(user: &StoredUser, name: NameUse) -> String {
    match name {
        NameUse::Enough => address(user),
        NameUse::Ambiguous => format!("id:{}", user.id.0),
    }
}

/// The command that mends it, with the database that this run was pointed at.
pub fn command(asked: &Asked, remedy: &Remedy, global: &Global) -> String {
    let name = named(&asked.user, asked.name);
    let migrate = authctl(global, "migrate");
    let verb = match remedy {
        Remedy::Migrate => return migrate,
        Remedy::Unlock => format!("unlock {name}"),
        Remedy::UnlockAndActivate => format!("unlock {name} --reactivate"),
        Remedy::Activate => format!("user activate {name}"),
        Remedy::NewPassword => format!("user passwd {name}"),
        Remedy::Role(role) => format!("set-role {name} {}", shell_text(role.as_str())),
        Remedy::Email(Some(email)) if personal::of_run() == Personal::Shown => {
            format!("user edit {name} --email {}", shell_text(email))
        }
        Remedy::Email(Some(_) | None) => format!("user edit {name} --email {ADDRESS}"),
        Remedy::Username => format!("user edit {name} --username NAME"),
        Remedy::NoFullName => format!("user edit {name} --full-name ''"),
        Remedy::CustomerId => format!("user edit {name} --customer ID"),
    };
    match asked.file {
        FileState::Migrated => authctl(global, &verb),
        FileState::Pending => format!("{migrate} && {}", authctl(global, &verb)),
    }
}

/// The command that ends the tokens of an account, or of several.
pub fn deactivate(asked: &[&Asked], global: &Global) -> String {
    let name = match asked {
        [one] => named(&one.user, one.name),
        _ => "USER".to_owned(),
    };
    authctl(global, &format!("user deactivate {name}"))
}

/// The options that say which file is meant, as they were given.
pub fn place(global: &Global) -> String {
    let mut text = String::new();
    if let Some(database) = &global.database {
        text.push_str(&format!(" --database {}", shell(database.as_ref())));
    }
    if let Some(config) = &global.config {
        text.push_str(&format!(" --config {}", shell(config)));
    }
    text
}
