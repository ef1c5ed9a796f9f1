//! The words of each refusal: what is wrong, and what to do.
//!
//! What a newcomer would get wrong: names come from the database and may hold anything, so every one of them
//! is escaped here.

mod store;

use std::path::Path;

use super::context::Context;
use super::failure::{Failure, Refused};
use super::output::escape::{escape, is_hostile, quote};
use super::output::personal::{self, Personal};
use super::remedy::name;
use crate::model::time::{Timestamp, relative};
use crate::model::user::{CustomerState, Field, StoredUser};
use crate::ops::Error;
use crate::ops::error::{self, Ambiguity, Clash, Class};

/// Whom something is about: id, username, e-mail, role, escaped.
pub fn whom(user: &StoredUser) -> String {
    escape(&naming(user, personal::of_run())).into_owned()
}

/// The same, shown or hidden, not yet escaped.
pub fn naming(user: &StoredUser, personal: Personal) -> String {
    match personal {
        Personal::Shown => error::naming(user),
        Personal::Hidden => {
            let (name, email) = (hidden(&user.username), hidden(&user.email));
            format!("id:{} {name} <{email}> ({})", user.id.0, role(user))
        }
    }
}

/// A hidden name; that there is none is not hidden.
fn hidden(field: &Field<String>) -> &'static str {
    match field {
        Field::Value(_) | Field::Bad(_) => personal::MASK,
        Field::Null | Field::Absent => "-",
    }
}

fn role(user: &StoredUser) -> String {
    match &user.role {
        Field::Value(role) => role.clone(),
        Field::Null | Field::Absent => "-".to_owned(),
        Field::Bad(_) => "(unreadable)".to_owned(),
    }
}

/// What was typed to name an account, quoted; an id is nobody's name.
fn typed(given: &str) -> String {
    if given.starts_with("id:") { quote(given) } else { quote(&personal::name(given)) }
}

/// A name, an e-mail or a full name of an account in a sentence, quoted and escaped.
pub fn shown(field: &Field<String>) -> String {
    match field {
        Field::Value(text) => quote(&personal::name(text)),
        Field::Null | Field::Absent => "none".to_owned(),
        Field::Bad(_) => "unreadable".to_owned(),
    }
}

/// A name to type for this account: its username where that is enough, else its id.
pub fn address(user: &StoredUser) -> String {
    match &user.username {
        Field::Value(name) if personal::of_run() == Personal::Shown && is_plain(name) => name.clone(),
        Field::Value(_) | Field::Null | Field::Absent | Field::Bad(_) => format!("id:{}", user.id.0),
    }
}

/// Whether a name can be typed in a shell as it is.
pub fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !name.is_empty() && name.bytes().all(plain) && !name.starts_with('-')
}

/// An instant for people: UTC and relative.
pub fn when(at: Timestamp, now: Timestamp) -> String {
    if at.is_forever() { "without end".to_owned() } else { format!("{} ({})", at.to_table(), relative(at, now)) }
}

/// The end of a lock for people.
pub fn until(end: Option<Timestamp>, now: Timestamp) -> String {
    match end {
        Some(end) if end.is_forever() => "without end".to_owned(),
        Some(end) => format!("until {}", when(end, now)),
        None => "until a time that cannot be read".to_owned(),
    }
}

/// What ends the run, in words.
pub fn failure(context: &Context<'_>, error: anyhow::Error) -> Failure {
    match error.downcast::<Failure>() {
        Ok(failure) => failure,
        Err(error) => match error.downcast::<Refused>() {
            Ok(Refused(refusal)) => explain(context, &refusal),
            Err(error) => Failure::new(Class::Unexpected, format!("{error:#}")),
        },
    }
}

/// Where a name that is nobody's can be looked up.
pub fn finder(context: &Context<'_>) -> String {
    format!("{} finds accounts by a part of a name", context.authctl("user list --match TEXT"))
}

/// Message and hint of a refusal.
pub fn explain(context: &Context<'_>, error: &Error) -> Failure {
    let (class, now) = (error.class(), context.now());
    let on = |verb: &str, user: &StoredUser| context.authctl(&format!("{verb} {}", name(context, user)));
    let say = |message: String| Failure::new(class, message);
    match error {
        Error::Store(error) => {
            let failure = say(escape(&error.to_string()).into_owned());
            match store::hint(context, error) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
        Error::Usage(message) | Error::Unexpected(message) => say(message.clone()),
        Error::TokenUnsound { reasons } => say(format!("such a token would be refused: {}", reasons.join("; ")))
            .hint("change or leave away the claim; --broken KIND makes tokens with one thing wrong"),
        Error::UnknownUser { given } => say(format!("there is no user {}", typed(given))).hint(finder(context)),
        Error::UnknownCustomer { id } => {
            say(format!("there is no customer with id {id}")).hint("give the id of a row of the table 'customers'")
        }
        Error::Ambiguous { given, why, candidates } => ambiguous(say, given, *why, candidates),
        Error::Unresolved(errors) => {
            let messages: Vec<String> = errors.iter().map(|error| explain(context, error).message).collect();
            say(format!("{}\nnothing was changed", messages.join("\n"))).hint(ways(context, errors))
        }
        Error::Exists { field, existing, why } => exists(context, say, field, existing.as_deref(), *why),
        Error::LastAdmin { user, verb } => {
            say(format!("cannot {verb} {}: no admin would be left that is active and unlocked", whom(user))).hint(
                format!(
                    "make another account an admin first ({}), or give --force",
                    context.authctl(&format!("set-role USER {}", shell_text(context.settings.admin_role().as_str())))
                ),
            )
        }
        Error::ExpectUnmet { user, expected } => {
            say(format!("{} does not have the role {}; nothing was changed", whom(user), quote(expected)))
                .hint(format!("look at it: {}", on("user show", user)))
        }
        Error::Refused(refusals) => {
            let messages: Vec<String> = refusals.iter().map(|refusal| escape(&refusal.message).into_owned()).collect();
            say(messages.join("\n"))
        }
        Error::WrongCredentials { locked } => wrong_credentials(context, say, locked.as_ref()),
        Error::HashUnsupported { user, reason } => {
            say(format!("the password hash of {} is not supported: {reason}", whom(user)))
                .hint(format!("set a new password: {}", on("user passwd", user)))
        }
        Error::Locked { user, until: end } => {
            say(format!("{} is locked {}", whom(user), until(*end, now))).hint(on("unlock", user))
        }
        Error::Inactive { user } => say(format!("{} is inactive", whom(user))).hint(on("user activate", user)),
        Error::CustomerRefused { user, state } => say(format!("{}: {}", whom(user), customer(*state)))
            .hint("the app keeps its users out until the row of the table 'customers' says otherwise"),
        Error::OutOfReach { user } => say(format!("the session's account may not reach {}", whom(user)))
            .hint(format!("{} says whose session it is, and what it may do", context.authctl("whoami"))),
        Error::ChangedMeanwhile { user } => {
            say(format!("{} was changed by somebody else at the same time", whom(user))).hint("run the command again")
        }
    }
}

/// What is wrong with the customer of an account.
pub fn customer(state: CustomerState) -> &'static str {
    match state {
        CustomerState::Good => "its customer is in order",
        CustomerState::Inactive => "its customer is not active",
        CustomerState::Unpaid => "the subscription of its customer has run out",
        CustomerState::Missing => "its customer does not exist",
    }
}

fn ambiguous(say: impl Fn(String) -> Failure, given: &str, why: Ambiguity, candidates: &[StoredUser]) -> Failure {
    let reason = match why {
        Ambiguity::CaseOnly => "matches only if upper and lower case are ignored",
        Ambiguity::Several => "is the name of more than one account",
    };
    let list: Vec<String> = candidates.iter().map(|user| format!("  {}", whom(user))).collect();
    say(format!("{} {reason}:\n{}", typed(given), list.join("\n"))).hint(exactly(candidates))
}

fn exactly(candidates: &[StoredUser]) -> String {
    let example = candidates.first().map_or(0, |user| user.id.0);
    format!("name one of them exactly, as in id:{example}")
}

/// What helps where several names do not resolve, each in its own way.
fn ways(context: &Context<'_>, errors: &[Error]) -> String {
    let ambiguous = errors.iter().find_map(|error| match error {
        Error::Ambiguous { candidates, .. } => Some(exactly(candidates)),
        _ => None,
    });
    let unknown = errors.iter().any(|error| matches!(error, Error::UnknownUser { .. }));
    let ways: Vec<String> = ambiguous.into_iter().chain(unknown.then(|| finder(context))).collect();
    ways.join("; ")
}

fn exists(
    context: &Context<'_>,
    say: impl Fn(String) -> Failure,
    field: &str,
    existing: Option<&StoredUser>,
    why: Clash,
) -> Failure {
    let Some(user) = existing else {
        return say(format!("{field} is already taken"));
    };
    let how = match why {
        Clash::Same => "is already taken by",
        Clash::CaseOnly => "differs only in upper and lower case from that of",
        Clash::OtherRole => "is not that of the account that is there already:",
    };
    let name = name(context, user);
    let hint = match why {
        Clash::Same | Clash::CaseOnly => format!("look at it: {}", context.authctl(&format!("user show {name}"))),
        Clash::OtherRole => format!("{} changes it", context.authctl(&format!("set-role {name} ROLE"))),
    };
    say(format!("the {field} {how} {}", whom(user))).hint(hint)
}

fn wrong_credentials(
    context: &Context<'_>,
    say: impl Fn(String) -> Failure,
    locked: Option<&(Box<StoredUser>, Timestamp)>,
) -> Failure {
    let failure = say("wrong user or password".to_owned());
    match locked {
        None => failure.hint("the password is taken exactly as given, blanks included"),
        Some((user, end)) => failure.hint(format!(
            "too many failures: {} is now locked {}; {} frees it",
            whom(user),
            until(Some(*end), context.now()),
            context.authctl(&format!("unlock {}", name(context, user)))
        )),
    }
}

/// A path as one word of a shell (bash, zsh and ksh where it holds bytes that cannot be typed).
pub fn shell(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-./:@+".contains(b);
    match path.to_str() {
        Some(text) if !bytes.is_empty() && bytes.iter().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(is_hostile) => format!("'{}'", text.replace('\'', "'\\''")),
        Some(_) | None => {
            let inner: String = bytes
                .iter()
                .map(|b| if plain(b) { char::from(*b).to_string() } else { format!("\\x{b:02x}") })
                .collect();
            format!("$'{inner}'")
        }
    }
}

/// A text as one word of a shell.
pub fn shell_text(text: &str) -> String {
    shell(Path::new(text))
}
