//! The words of each refusal: what is wrong, and what to do.
//!
//! What a newcomer would get wrong: names come from the database and may hold anything, so every one of them
//! is escaped here.

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
use crate::store::StoreError;

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
        Field::Value(name)
            if personal::of_run() == Personal::Shown
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
                && !name.starts_with('-') =>
        {
            name.clone()
        }
        Field::Value(_) | Field::Null | Field::Absent | Field::Bad(_) => format!("id:{}", user.id.0),
    }
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
            match store_hint(context, error) {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
        Error::Usage(message) | Error::Unexpected(message) => say(message.clone()),
        Error::UnknownUser { given } => say(format!("there is no user {}", typed(given))).hint(finder(context)),
        Error::UnknownCustomer { id } => {
            say(format!("there is no customer with id {id}")).hint("give the id of a row of the table 'customers'")
        }
        Error::Ambiguous { given, why, candidates } => ambiguous(say, given, *why, candidates),
        Error::Unresolved(errors) => {
            let messages: Vec<String> = errors.iter().map(|error| explain(context, error).message).collect();
            say(format!("{}\nnothing was changed", messages.join("\n"))).hint(finder(context))
        }
        Error::Exists { field, existing, why } => exists(context, say, field, existing.as_deref(), *why),
        Error::LastAdmin { user, verb } => {
            say(format!("cannot {verb} {}: no other admin is active and unlocked", whom(user))).hint(format!(
                "make another account an admin first ({}), or give --force",
                context.authctl(&format!("set-role USER {}", shell_text(context.settings.admin_role().as_str())))
            ))
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
    let example = candidates.first().map_or(0, |user| user.id.0);
    say(format!("{} {reason}:\n{}", typed(given), list.join("\n")))
        .hint(format!("name one of them exactly, as in id:{example}"))
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
    };
    let look = context.authctl(&format!("user show {}", name(context, user)));
    say(format!("the {field} {how} {}", whom(user))).hint(format!("look at it: {look}"))
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

fn store_hint(context: &Context<'_>, error: &StoreError) -> Option<String> {
    let ours = |rest: &str| context.authctl(rest);
    let hint = match error {
        StoreError::Missing { .. } => "name the app's file with --database PATH, or make a new one with authctl init",
        StoreError::Directory { .. } => "name the file inside it: --database DIR/app.db",
        StoreError::Empty { .. } => "remove it and run authctl init, or name the app's file with --database PATH",
        StoreError::NotSqlite { .. } => "name the app's file with --database PATH",
        StoreError::Foreign { .. } => {
            "authctl works on the app's main file, the one in its DATABASE_URL; nothing was changed"
        }
        StoreError::Damaged { .. } => "stop the app, copy the file with its -wal and -journal, and restore a backup",
        StoreError::Unreadable { .. } => "run authctl as the user that the app runs as",
        StoreError::HotJournal { .. } => {
            "run authctl once as the user that the app runs as, with write access to the file and its directory"
        }
        StoreError::ReadOnly { .. } => "make the file and its directory writable, and see that the disk has room",
        StoreError::InDoubt { .. } => {
            return Some(format!("see whether it is there before you run it again: {}", ours("audit list --limit 1")));
        }
        StoreError::OtherOwner { .. } => "run authctl as that user: sudo -u USER authctl …",
        StoreError::Busy { .. } => "try again, or wait longer: --busy-timeout 30s",
        StoreError::InUse { .. } => "stop it, then run the command again",
        StoreError::Changed { .. } => "stop whatever writes to it, then run the command again",
        StoreError::Restored { kept, .. } => {
            return Some(format!("the file that was there before is in {}", shell(kept)));
        }
        StoreError::Pending { .. } => {
            return Some(format!("run {} ({} shows the SQL)", ours("migrate"), ours("migrate plan")));
        }
        StoreError::Drift { .. } => {
            return Some(format!("{} names every difference; nothing was changed", ours("migrate status")));
        }
        StoreError::Triggers { .. } => "look at them, then leave --no-triggers away",
        StoreError::TriggerInTheWay { .. } => {
            "look at the trigger in the file's schema, and drop it if nobody needs it; nothing was changed"
        }
        StoreError::Check(_) => "the table's own CHECK says which values it takes",
        StoreError::Exists { .. } => {
            return Some(format!("to bring an existing database up to date: {}", ours("migrate")));
        }
        StoreError::Backup { .. } => "make room, or skip the backup with --no-backup; nothing was changed",
        StoreError::ActingChanged => {
            return Some(format!("{} says whose session it is, and what it may do", ours("whoami")));
        }
        StoreError::ChainKeyNeeded => "name the file of its key as audit_key_file in authctl.toml; nothing was changed",
        StoreError::WrongCount { .. } | StoreError::NotKept(_) => {
            "a trigger of the table may be in the way; nothing was changed"
        }
        StoreError::Other(_) => return Some(format!("nothing was changed; {} looks at the file", ours("db check"))),
        StoreError::Conflict(_) | StoreError::Interrupted => return None,
    };
    Some(hint.to_owned())
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
