//! What was probably meant by a name that is nobody's, or a role that is not offered: one more word in the hint.
//!
//! What a newcomer would get wrong: a suggestion tells which accounts exist. Never for `login`, never for a session,
//! whose account need not be allowed to list them; and it comes too late to be acted on.

use super::args::{Command, SetRoleArgs, UserArgs, UserCommand};
use super::context::Context;
use super::failure::{Failure, Refused};
use super::message::{self, shell_text};
use super::output::escape::quote;
use super::output::personal::{self, Personal};
use crate::model::nearest::nearest;
use crate::model::role::RoleName;
use crate::model::time::parse_duration;
use crate::model::user::UserSpec;
use crate::ops::error::{Error, Part, Refusal};
use crate::ops::nearest;
use crate::policy::{full_name, username};
use crate::store::Reader;

/// The error of a command in words, with a suggestion where there is one.
pub fn improved(context: &Context<'_>, command: &Command, error: anyhow::Error) -> Failure {
    let suggestion = match error.downcast_ref::<Refused>() {
        Some(Refused(refusal)) => suggestion(context, command, refusal),
        None => None,
    };
    let failure = message::failure(context, error);
    match suggestion {
        None => failure,
        Some(suggestion) => with(failure, &suggestion),
    }
}

fn suggestion(context: &Context<'_>, command: &Command, refusal: &Error) -> Option<String> {
    if matches!(command, Command::Login(_)) {
        return None;
    }
    let unknown = match refusal {
        Error::UnknownUser { .. } => std::slice::from_ref(refusal),
        Error::Unresolved(errors) => errors,
        _ => &[],
    };
    if !unknown.is_empty() {
        return time_for_lock(command, unknown).or_else(|| users(context, unknown));
    }
    let Error::Refused(refusals) = refusal else { return None };
    if let Some(misfit) = misfit(command, refusals) {
        return Some(misfit);
    }
    if refusals.iter().any(|refusal| refusal.part == Part::Role) {
        return swapped(context, command).or_else(|| offered_role(context, typed_role(command)?));
    }
    None
}

/// The failure with the suggestion in front of its hint.
pub fn with(failure: Failure, suggestion: &str) -> Failure {
    let hint = match &failure.hint {
        Some(hint) => format!("{suggestion} {hint}"),
        None => suggestion.to_owned(),
    };
    failure.hint(hint)
}

/// `did you mean …?` for those of the errors that are about an unknown account.
pub fn users(context: &Context<'_>, errors: &[Error]) -> Option<String> {
    if context.needs_session() || personal::of_run() == Personal::Hidden {
        return None;
    }
    let given = errors.iter().filter_map(|error| {
        let Error::UnknownUser { given } = error else { return None };
        UserSpec::parse(given).ok()
    });
    let given: Vec<UserSpec> = given.filter(|spec| !matches!(spec, UserSpec::Id(_))).collect();
    let found = if given.is_empty() { Vec::new() } else { nearest::users(&reader(context)?, &given).ok()? };
    let found: Vec<(&UserSpec, Vec<String>)> = given.iter().zip(found).filter(|(_, names)| !names.is_empty()).collect();
    let several = errors.len() > 1;
    let words = found.iter().map(|(spec, names)| {
        let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
        let names = names.join(" or ");
        if several { format!("{names} for {}", quote(&spec.to_string())) } else { names }
    });
    let words = words.collect::<Vec<_>>().join(", ");
    match (words.is_empty(), given.iter().find_map(bare_number)) {
        (false, _) => Some(format!("did you mean {words}?")),
        (true, Some(number)) => Some(format!("a bare number is a username, the account with that id is id:{number};")),
        (true, None) => None,
    }
}

/// `57`, which many mean as an id.
fn bare_number(spec: &UserSpec) -> Option<u32> {
    match spec {
        UserSpec::Either(text) => text.parse().ok(),
        UserSpec::Id(_) | UserSpec::Username(_) | UserSpec::Email(_) => None,
    }
}

/// `did you mean …?` for a role.
pub fn offered_role(context: &Context<'_>, given: &str) -> Option<String> {
    let reader = reader(context)?;
    let roles = context.settings.roles(reader.schema());
    meant(given, roles.iter().map(RoleName::as_str))
}

/// `did you mean …?` for a word of a closed list.
pub fn meant<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(given, words).map(|word| format!("did you mean {}?", quote(&word)))
}

/// The character of a new name that no name holds: the words of the app's rule do not say which.
fn misfit(command: &Command, refusals: &[Refusal]) -> Option<String> {
    if personal::of_run() == Personal::Hidden {
        return None;
    }
    let (username, full_name) = typed_names(command);
    let is_about = |part: Part| refusals.iter().any(|refusal| refusal.part == part);
    let username = username.filter(|_| is_about(Part::Username)).and_then(|name| {
        let found = quote(&username::misfit(name)?.to_string());
        Some(format!("{found} in {} is none of them: letters are a to z and A to Z", quote(name)))
    });
    let full_name = full_name.filter(|_| is_about(Part::FullName)).and_then(|name| {
        let found = quote(&full_name::misfit(name)?.to_string());
        Some(format!("{found} in {} is not among them: a to z, A to Z, blanks, - ' and . are", quote(name)))
    });
    let said: Vec<String> = [username, full_name].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The username and the full name on the command line, where the command gives them to an account.
fn typed_names(command: &Command) -> (Option<&str>, Option<&str>) {
    match command {
        Command::Init(args) => (args.admin_username.as_deref(), None),
        Command::User(UserArgs { command: UserCommand::Add(args), .. }) => {
            (args.username.as_deref(), args.full_name.as_deref())
        }
        Command::User(UserArgs { command: UserCommand::Edit(args), .. }) => {
            (args.username.as_deref(), args.full_name.as_deref())
        }
        _ => (None, None),
    }
}

/// `did you mean …?` for a part of a name that nobody has.
pub fn part_of_name(context: &Context<'_>, given: &str) -> Option<String> {
    if context.needs_session() || personal::of_run() == Personal::Hidden {
        return None;
    }
    let found = nearest::users(&reader(context)?, &[UserSpec::Either(given.to_owned())]).ok()?;
    // One that has it was left out by another option.
    let holds = |name: &String| name.to_lowercase().contains(&given.to_lowercase());
    let names: Vec<String> = found.into_iter().flatten().filter(|name| !holds(name)).map(|name| quote(&name)).collect();
    (!names.is_empty()).then(|| format!("did you mean {}?", names.join(" or ")))
}

/// `lock bob 30m`.
fn time_for_lock(command: &Command, errors: &[Error]) -> Option<String> {
    let Command::Lock(_) = command else { return None };
    let time = errors.iter().find_map(|error| match error {
        Error::UnknownUser { given } if parse_duration(given).is_ok() => Some(given),
        _ => None,
    })?;
    Some(format!("a time is given with --for {time};"))
}

/// `set-role therapist bob`.
fn swapped(context: &Context<'_>, command: &Command) -> Option<String> {
    let Command::SetRole(SetRoleArgs { user: Some(role), role: Some(user), .. }) = command else { return None };
    let reader = reader(context)?;
    let offered = context.settings.roles(reader.schema()).map(role).is_ok();
    let turned = format!("set-role {} {}", shell_text(user), shell_text(role));
    offered.then(|| format!("USER comes first: {}", context.authctl(&turned)))
}

/// The role on the command line, where the command gives one to an account.
fn typed_role(command: &Command) -> Option<&str> {
    if let Command::SetRole(args) = command {
        return args.role.as_deref();
    }
    if let Command::User(UserArgs { command: UserCommand::Add(args), .. }) = command {
        return args.role.as_deref();
    }
    None
}

/// The file once more; whatever is wrong with it has been said already.
fn reader(context: &Context<'_>) -> Option<Reader> {
    Reader::glance(&context.database_path().ok()?).ok()
}
