//! The exact command that mends what keeps an account out: one line to paste.
//!
//! What a newcomer would get wrong: a username that another account has too, or that a shell would take apart,
//! names nobody in a command; its id does.

use super::args::Global;
use super::message::{address, shell, shell_text};
use super::output::personal::{self, Personal};
use crate::ops::why::{Asked, FileState, NameUse};
use crate::policy::why::Remedy;

/// What stands in a command where the operator must know better.
const ADDRESS: &str = "ADDRESS";

/// A name to type that means this account and no other.
fn name(asked: &Asked) -> String {
    match asked.name {
        NameUse::Enough => address(&asked.user),
        NameUse::Ambiguous => format!("id:{}", asked.user.id.0),
    }
}

/// The command that mends it, with the database that this run was pointed at.
pub fn command(asked: &Asked, remedy: &Remedy, global: &Global) -> String {
    let (name, place) = (name(asked), place(global));
    let migrate = format!("authctl migrate{place}");
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
        FileState::Migrated => format!("authctl {verb}{place}"),
        FileState::Pending => format!("{migrate} && authctl {verb}{place}"),
    }
}

/// The command that ends the tokens of an account, or of several.
pub fn deactivate(asked: &[&Asked], global: &Global) -> String {
    let name = match asked {
        [one] => name(one),
        _ => "USER".to_owned(),
    };
    format!("authctl user deactivate {name}{}", place(global))
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
