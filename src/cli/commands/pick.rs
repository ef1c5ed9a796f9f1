//! Choosing without typing: a verb that is given no USER on a terminal offers the accounts that fit it.
//!
//! What a newcomer would get wrong: a list of a million rows helps nobody; above [`MOST`] a part of the name is asked
//! for first. And what was picked is written only after a confirmation that names it in full.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::escape::{quote, show};
use crate::cli::output::{personal, truncate};
use crate::cli::prompt::PromptError;
use crate::cli::remedy;
use crate::model::role::RoleName;
use crate::model::time::{Timestamp, relative};
use crate::model::user::{Field, PasswordPresence, StoredUser, UserSpec};
use crate::ops::Settings;
use crate::ops::error::Class;
use crate::ops::pick::{Cut, Fit, fitting, hair_trigger, same};
use crate::policy::state::{State, state};
use crate::store::{Reader, Schema, Store};

/// Rows offered to pick from.
const MOST: usize = 1000;
/// Widest name in a row, in terminal columns.
const NAME_WIDTH: usize = 20;
/// Widest e-mail in a row, in terminal columns.
const EMAIL_WIDTH: usize = 30;

/// What the account is picked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `unlock`.
    Unlock,
    /// `lock`.
    Lock,
    /// `set-role`.
    SetRole,
    /// `user show`.
    Show,
    /// `user why`.
    Why,
}

impl Purpose {
    fn fit(self) -> Fit {
        match self {
            Self::Unlock => Fit::Locked,
            Self::Lock => Fit::Lockable,
            Self::SetRole | Self::Show | Self::Why => Fit::All,
        }
    }

    fn question(self) -> &'static str {
        match self {
            Self::Unlock => "Whom to unlock",
            Self::Lock => "Whom to lock",
            Self::SetRole => "Whose role to change",
            Self::Show => "Whom to show",
            Self::Why => "Who cannot log in",
        }
    }

    /// The same command without a terminal.
    fn without_asking(self, context: &Context<'_>) -> String {
        let ours = |rest: &str| context.authctl(rest);
        match self {
            Self::Unlock => {
                format!("name a USER, or give --expired or --all-locked; {} shows them", ours("user list --locked"))
            }
            Self::Lock | Self::Show | Self::Why => {
                format!("name a USER: a username, an e-mail, or id:57; {} shows them", ours("user list"))
            }
            Self::SetRole => format!(
                "name USER and ROLE, as in {}; {} shows them",
                ours("set-role id:57 therapist"),
                ours("user list")
            ),
        }
    }

    fn nobody(self, context: &Context<'_>) -> Failure {
        let ours = |rest: &str| context.authctl(rest);
        if context.entry.acting().is_some() {
            let hint = format!("{} says whose session it is, and what it may do", ours("whoami"));
            return Failure::new(Class::NotFound, "no account fits that this session may reach").hint(hint);
        }
        let (message, hint) = match self {
            Self::Unlock => (
                "no account is locked",
                format!("an account that cannot log in for another reason: {} says which", ours("user why USER")),
            ),
            Self::Lock => ("no account is active and not locked", format!("{} shows all accounts", ours("user list"))),
            Self::SetRole | Self::Show | Self::Why => {
                ("there are no accounts", format!("{} adds one", ours("user add USERNAME")))
            }
        };
        Failure::new(Class::NotFound, message).hint(hint)
    }

    fn writes(self) -> bool {
        match self {
            Self::Unlock | Self::Lock | Self::SetRole => true,
            Self::Show | Self::Why => false,
        }
    }
}

/// Lets the person at the terminal pick one of the accounts that fit; nothing is confirmed yet. To a session only the
/// accounts within its reach are offered.
///
/// # Errors
/// Would prompt; nobody fits; interrupted; the file's.
pub fn one(context: &mut Context<'_>, purpose: Purpose) -> anyhow::Result<StoredUser> {
    if !context.can_ask() {
        let question = lower_first(purpose.question());
        return Err(Failure::new(Class::WouldPrompt, format!("no USER is given: {question}?"))
            .hint(purpose.without_asking(context))
            .into());
    }
    let reader = context.reader()?;
    if purpose.writes() {
        writable(context, &reader)?;
    }
    let users = offered(context, &reader, purpose)?;
    drop(reader);
    let items = rows(&users, context.now(), &context.settings);
    let picked = pick(context, purpose.question(), &items)?;
    users.into_iter().nth(picked).ok_or_else(|| Failure::new(Class::Unexpected, "nothing was picked").into())
}

/// A file that must be migrated first is refused before anything is asked.
///
/// # Errors
/// Pending, drift.
pub fn writable(context: &mut Context<'_>, reader: &Reader) -> anyhow::Result<()> {
    if !reader.schema().missing().is_empty() {
        context.store()?;
    }
    Ok(())
}

/// Picks for a verb that writes: says the same command without questions, and asks for a confirmation.
///
/// # Errors
/// As [`one`]; not confirmed.
pub fn confirmed(
    context: &mut Context<'_>,
    purpose: Purpose,
    verb: &str,
    command: impl Fn(&UserSpec) -> String,
) -> anyhow::Result<StoredUser> {
    let user = one(context, purpose)?;
    same_command(context, &command(&UserSpec::Id(user.id)));
    context.confirm(&format!("{verb} {}?", whom(&user)))?;
    Ok(user)
}

/// Says the command that needs no questions, from what stands behind `authctl`.
pub fn same_command(context: &mut Context<'_>, rest: &str) {
    let command = remedy::again(context.global, rest);
    context.console().hint(&format!("the same without questions: {command}"));
}

/// Lets the person at the terminal pick one of the roles that are offered; `current` is the one that the account has.
///
/// # Errors
/// Would prompt; interrupted.
pub fn role(context: &mut Context<'_>, schema: &Schema, current: Option<&str>) -> anyhow::Result<String> {
    let roles = context.settings.roles(schema);
    let offered: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
    if !context.can_ask() {
        return Err(Failure::new(Class::WouldPrompt, "no ROLE is given: which role?")
            .hint(format!("give one of: {}", show(&offered.join(", "))))
            .into());
    }
    let item = |name: &&str| match current {
        Some(current) if current == *name => format!("{} (as it is)", show(name)),
        Some(_) | None => show(name).into_owned(),
    };
    let items: Vec<String> = offered.iter().map(item).collect();
    let picked = pick(context, "Which role", &items)?;
    let name = offered.get(picked).ok_or_else(|| Failure::new(Class::Unexpected, "nothing was picked"))?;
    Ok((*name).to_owned())
}

/// Refuses where the account is no longer the one that was picked.
///
/// # Errors
/// Changed meanwhile; gone; the file's.
pub fn still(store: &Store, picked: Option<&StoredUser>) -> anyhow::Result<()> {
    if let Some(user) = picked {
        same(store, user).map_err(Refused)?;
    }
    Ok(())
}

fn pick(context: &mut Context<'_>, question: &str, items: &[String]) -> Result<usize, Failure> {
    context.world.prompter.pick(question, items).map_err(ended)
}

/// Whoever ends the input at a choice gives it up, as with ^C.
fn ended(error: PromptError) -> Failure {
    match error {
        PromptError::EndOfInput => PromptError::Interrupted.into(),
        other => other.into(),
    }
}

/// The accounts that fit, few enough for a list.
fn offered(context: &mut Context<'_>, reader: &Reader, purpose: Purpose) -> anyhow::Result<Vec<StoredUser>> {
    let mut text: Option<String> = None;
    loop {
        let found =
            fitting(reader, &context.settings, context.now(), purpose.fit(), text.as_deref(), MOST).map_err(Refused)?;
        match (found.cut, found.users.is_empty(), &text) {
            (Cut::No, false, _) => return Ok(found.users),
            (Cut::No, true, None) => return Err(purpose.nobody(context).into()),
            (Cut::No, true, Some(text)) => {
                let note = format!("no account that fits has {} in its username, e-mail or full name", quote(text));
                context.console().note(&note);
            }
            (Cut::Yes, _, _) => context.console().note(&format!("more than {MOST} accounts fit")),
        }
        let answer = context.world.prompter.line("A part of the username, e-mail or full name", None).map_err(ended)?;
        text = Some(answer).filter(|answer| !answer.is_empty());
    }
}

/// One row each: username, e-mail, state, role, last login, in columns.
fn rows(users: &[StoredUser], now: Timestamp, settings: &Settings) -> Vec<String> {
    let cells: Vec<[String; 5]> = users.iter().map(|user| cells(user, now, settings)).collect();
    let widest = |at: usize| cells.iter().map(|row| row[at].width()).max().unwrap_or(0);
    let widths = [widest(0), widest(1), widest(2), widest(3), 0];
    let padded = |(cell, width): (&String, usize)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())));
    let row =
        |row: &[String; 5]| row.iter().zip(widths).map(padded).collect::<Vec<_>>().join("  ").trim_end().to_owned();
    cells.iter().map(row).collect()
}

fn cells(user: &StoredUser, now: Timestamp, settings: &Settings) -> [String; 5] {
    let name = |field: &Field<String>, width: usize| truncate(&text(field, personal::name), width).into_owned();
    [
        name(&user.username, NAME_WIDTH),
        name(&user.email, EMAIL_WIDTH),
        condition(user, now, settings),
        truncate(&text(&user.role, |role| role.into()), NAME_WIDTH).into_owned(),
        last_login(user, now),
    ]
}

fn text(field: &Field<String>, seen: impl Fn(&str) -> Cow<'_, str>) -> String {
    match field {
        Field::Value(text) => show(&seen(text)).into_owned(),
        Field::Null | Field::Absent => "-".to_owned(),
        Field::Bad(_) => "(unreadable)".to_owned(),
    }
}

fn condition(user: &StoredUser, now: Timestamp, settings: &Settings) -> String {
    let judged = state(user, now, settings.time_format);
    match judged {
        State::Locked { until } if until.is_forever() => "locked without end".to_owned(),
        State::Locked { until } => format!("locked, ends {}", relative(until, now)),
        State::Active if hair_trigger(user, settings) => "next failure locks".to_owned(),
        State::Active if user.password == PasswordPresence::Missing => "no password".to_owned(),
        State::Active | State::Stuck { .. } | State::Inactive => judged.as_str().to_owned(),
    }
}

fn last_login(user: &StoredUser, now: Timestamp) -> String {
    match &user.last_login {
        Field::Value(at) => format!("seen {}", relative(at.instant(), now)),
        Field::Null => "never seen".to_owned(),
        Field::Absent => "-".to_owned(),
        Field::Bad(_) => "seen (unreadable)".to_owned(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
