//! Lists and single accounts, for reading.
//!
//! What a newcomer would get wrong: whether an account is locked or stuck is judged here, not in SQL, which can only
//! leave out rows without a lock. So `--limit` counts what is shown, and cannot stand in the query.

use std::ops::ControlFlow;

use super::error::Error;
use super::resolve;
use super::settings::Settings;
use super::stop::Stop;
use crate::crypto::password::needs_update;
use crate::crypto::phc::Scheme;
use crate::model::event::EventRow;
use crate::model::time::Timestamp;
use crate::model::user::{Flag, StoredUser, UserSpec};
use crate::policy::state::{is_locked_or_stuck, stuck};
use crate::store::{Filter, LockFilter, PasswordFilter, Reader, Sort, View, Visit};

/// Which locks a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockWish {
    /// All accounts.
    #[default]
    Any,
    /// `--locked`: locked and stuck.
    LockedOrStuck,
    /// `--stuck`.
    Stuck,
}

/// Whether a flag is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlagWish {
    /// All accounts.
    #[default]
    Any,
    /// Only those whose flag is off.
    Off,
}

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Exactly this role ([`role_meant`]).
    pub role: Option<String>,
    /// Which locks.
    pub lock: LockWish,
    /// `--inactive`.
    pub active: FlagWish,
    /// `--unverified`.
    pub verified: FlagWish,
    /// `--no-password`.
    pub password: PasswordFilter,
    /// Case-blind part of username, e-mail or full name.
    pub text: Option<String>,
    /// `None`: by id.
    pub sort: Option<Sort>,
    /// At most this many rows.
    pub limit: Option<u64>,
    /// Only ids above this one.
    pub after: Option<i64>,
}

/// How a list ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListEnd {
    /// Rows shown.
    pub shown: u64,
    /// The `--after` of the next page, where there is one.
    pub next: Option<i64>,
    /// Whether the limit cut the list.
    pub more: More,
}

/// Whether the limit cut a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum More {
    /// All rows were shown.
    #[default]
    No,
    /// There is at least one more.
    Yes,
}

/// Whoever shows the accounts of a list.
pub trait Show<E> {
    /// Takes one account, while the file is locked for reading: nothing slow may happen here.
    ///
    /// # Errors
    /// Its own, which end the list.
    fn user(&mut self, user: &StoredUser) -> Result<(), E>;

    /// Takes its time between two pages.
    ///
    /// # Errors
    /// Its own, which end the list.
    fn pause(&mut self) -> Result<(), E> {
        Ok(())
    }
}

impl<E, F: FnMut(&StoredUser) -> Result<(), E>> Show<E> for F {
    fn user(&mut self, user: &StoredUser) -> Result<(), E> {
        self(user)
    }
}

/// Hands every account of the query to `show`, in constant memory where sorted by id.
///
/// # Errors
/// The file's, or what `show` returns.
pub fn list<E: From<Error>>(
    reader: &Reader,
    settings: &Settings,
    now: Timestamp,
    query: &ListQuery,
    show: &mut impl Show<E>,
) -> Result<ListEnd, E> {
    let filter = filter(query);
    let needle = query.text.as_deref().map(str::to_lowercase);
    let wanted = |user: &StoredUser| wanted(query, settings, now, needle.as_deref(), user);
    let mut judge = Judge { wanted, limit: query.limit, show, end: ListEnd::default(), last: None };
    let result = match query.sort {
        None => reader.view().each_user(&filter, &mut judge),
        Some(sort) => reader.view().each_user_sorted(&filter, sort, &mut judge),
    };
    result.map(|()| judge.end).map_err(Stop::into_error)
}

/// Lets through what is wanted, up to the limit.
struct Judge<'s, W, S> {
    wanted: W,
    limit: Option<u64>,
    show: &'s mut S,
    end: ListEnd,
    /// The last id that was shown.
    last: Option<i64>,
}

impl<E, W: Fn(&StoredUser) -> bool, S: Show<E>> Visit<Stop<E>> for Judge<'_, W, S> {
    fn row(&mut self, user: &StoredUser) -> Result<ControlFlow<()>, Stop<E>> {
        if !(self.wanted)(user) {
            return Ok(ControlFlow::Continue(()));
        }
        if self.limit.is_some_and(|limit| self.end.shown >= limit) {
            self.end.more = More::Yes;
            self.end.next = self.last;
            return Ok(ControlFlow::Break(()));
        }
        self.end.shown += 1;
        self.last = Some(user.id.0);
        self.show.user(user).map_err(Stop::Show)?;
        Ok(ControlFlow::Continue(()))
    }

    fn pause(&mut self) -> Result<(), Stop<E>> {
        self.show.pause().map_err(Stop::Show)
    }
}

/// How many accounts the query would show; SQLite counts them alone where it needs no judge of their state.
///
/// # Errors
/// The file's.
pub fn count(reader: &Reader, settings: &Settings, now: Timestamp, query: &ListQuery) -> Result<u64, Error> {
    let judged = query.lock != LockWish::Any || query.active != FlagWish::Any || query.verified != FlagWish::Any;
    if judged || query.text.is_some() || query.limit.is_some() {
        return Ok(list(reader, settings, now, query, &mut |_: &StoredUser| Ok::<_, Error>(()))?.shown);
    }
    Ok(reader.view().count_users(&filter(query))?)
}

/// The role that is looked for: exactly the one typed if an account has it, else the offered one that is meant; a
/// spelling that is not offered may stand in rows, and must be found.
///
/// # Errors
/// The file's.
pub fn role_meant(reader: &Reader, settings: &Settings, given: String) -> Result<String, Error> {
    match settings.roles(reader.schema()).map(&given) {
        Ok(offered) if offered.as_str() != given => {
            let exactly = Filter { role: Some(given.clone()), ..Filter::default() };
            let stands = reader.view().count_users(&exactly)? > 0;
            Ok(if stands { given } else { offered.as_str().to_owned() })
        }
        Ok(_) | Err(_) => Ok(given),
    }
}

/// What of the query SQLite can decide.
fn filter(query: &ListQuery) -> Filter {
    Filter {
        role: query.role.clone(),
        with_lock: match query.lock {
            LockWish::Any => LockFilter::Any,
            LockWish::LockedOrStuck | LockWish::Stuck => LockFilter::Set,
        },
        password: query.password,
        after: query.after,
    }
}

fn wanted(query: &ListQuery, settings: &Settings, now: Timestamp, needle: Option<&str>, user: &StoredUser) -> bool {
    let lock = match query.lock {
        LockWish::Any => true,
        LockWish::LockedOrStuck => is_locked_or_stuck(user, now, settings.time_format),
        LockWish::Stuck => stuck(user, settings.time_format).is_some(),
    };
    let off = |wish: FlagWish, flag: Flag| wish == FlagWish::Any || !flag.is_on();
    let text = needle.is_none_or(|needle| names_hold(user, needle));
    lock && off(query.active, user.is_active) && off(query.verified, user.is_verified) && text
}

/// Whether username, e-mail or full name hold this text, given in lower case: what `--match` means.
pub(super) fn names_hold(user: &StoredUser, needle: &str) -> bool {
    let fields = [&user.username, &user.email, &user.full_name];
    fields.into_iter().filter_map(|field| field.value()).any(|text| text.to_lowercase().contains(needle))
}

/// The stored hash, described without showing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashFacts {
    /// `argon2id`, `bcrypt`, `none`, …
    pub scheme: &'static str,
    /// Whether it has today's parameters; `None` where there is nothing to say.
    pub current: Option<bool>,
}

/// One account with what `user show` tells besides its columns.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The account.
    pub user: StoredUser,
    /// Its hash; `None` on a file without the column.
    pub hash: Option<HashFacts>,
    /// Its last events, newest first.
    pub events: Vec<EventRow>,
}

/// The events that `user show` lists.
const LAST_EVENTS: u32 = 5;

/// What a look at several accounts found.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that are there, in the order named.
    pub shown: Vec<Shown>,
    /// Why the others are not: no such account, or more than one.
    pub missing: Vec<Error>,
}

/// Everything about the accounts named but hash and salt, on one state of the file.
///
/// # Errors
/// The file's.
pub fn show(reader: &Reader, settings: &Settings, specs: &[UserSpec]) -> Result<Found, Error> {
    reader.at_once(|view| {
        let mut found = Found::default();
        for spec in specs {
            match resolve::one(view, spec) {
                Ok(user) => found.shown.push(shown(view, settings, user)?),
                Err(error @ (Error::UnknownUser { .. } | Error::Ambiguous { .. })) => found.missing.push(error),
                Err(other) => return Err(other),
            }
        }
        Ok(found)
    })
}

fn shown(view: View<'_>, settings: &Settings, user: StoredUser) -> Result<Shown, Error> {
    let hash = view.password(user.id)?.map(|stored| match stored.hash {
        Some(hash) => HashFacts {
            scheme: Scheme::of(&hash).name(),
            current: needs_update(&hash, settings.hash).map(|outdated| !outdated),
        },
        None => HashFacts { scheme: "unreadable", current: None },
    });
    let events = view.events_of(user.id.0, LAST_EVENTS)?;
    Ok(Shown { user, hash, events })
}
