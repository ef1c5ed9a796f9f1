//! Which events are listed: about whom, by whom, which, and when.
//!
//! What a newcomer would get wrong: ids of accounts are used again and names change, so an account is looked for
//! by its id and by the name that was recorded; a deleted one has nothing but its record.

use std::ops::ControlFlow;

use super::require_log;
use crate::model::chain::StoredEvent;
use crate::model::event::EventName;
use crate::model::time::{Timestamp, parse_input};
use crate::model::user::UserSpec;
use crate::ops::error::Error;
use crate::ops::resolve;
use crate::ops::stop::Stop;
use crate::store::{Direction, Reader, StoreError, View};

/// The account that events are about: either fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: Option<i64>,
    /// The name that was recorded.
    pub username: Option<String>,
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// A name of the operating system, a user id in digits, or the account of a session.
    pub text: String,
}

/// Which events are wanted; what is empty holds for all.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// About this account.
    pub about: Option<About>,
    /// By this actor.
    pub by: Option<By>,
    /// One of these.
    pub names: Vec<EventName>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// How a list ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListedEnd {
    /// Events shown.
    pub shown: u64,
    /// How many of them hold cells that no version of authctl wrote.
    pub unreadable: u64,
    /// The last id that was looked at.
    pub last_id: Option<i64>,
}

impl About {
    fn fits(&self, event: &StoredEvent) -> bool {
        let by_id = self.id.is_some() && event.row.target_id == self.id;
        by_id || (self.username.is_some() && event.row.target_username == self.username)
    }
}

impl By {
    fn fits(&self, event: &StoredEvent) -> bool {
        let actor = &event.row.actor;
        let uid = self.text.parse::<i64>().ok();
        actor.name.as_deref() == Some(&self.text)
            || (uid.is_some() && actor.uid == uid)
            || self.is_session(event.row.details.as_deref())
    }

    /// The account of a session is among the details, each of its fields named `session…`.
    fn is_session(&self, details: Option<&str>) -> bool {
        let Some(Ok(serde_json::Value::Object(details))) = details.map(serde_json::from_str) else { return false };
        details.iter().any(|(key, value)| key.starts_with("session") && value.as_str() == Some(&self.text))
    }
}

impl EventQuery {
    fn fits(&self, event: &StoredEvent) -> bool {
        self.about.as_ref().is_none_or(|about| about.fits(event))
            && self.by.as_ref().is_none_or(|by| by.fits(event))
            && (self.names.is_empty() || self.names.iter().any(|name| name.as_str() == event.row.event))
            && self.fits_time(event)
    }

    /// An event whose time cannot be read is shown whatever was asked for: it must not be hidden that way.
    fn fits_time(&self, event: &StoredEvent) -> bool {
        let Some(at) = time_of(event) else { return true };
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// When it happened; `None` where another hand wrote something else there.
fn time_of(event: &StoredEvent) -> Option<Timestamp> {
    read_time(&event.row.at)
}

/// A time of the log; `None` where it is none.
pub fn read_time(at: &str) -> Option<Timestamp> {
    // A time relative to now has no place there.
    if at.starts_with('+') { None } else { parse_input(at, Timestamp::MIN).ok() }
}

/// Whom `--user` means: an account, or one that only the log still knows.
///
/// # Errors
/// `UnknownUser`, where neither knows it; `Ambiguous`; the file's.
pub fn about(reader: &Reader, spec: &UserSpec) -> Result<About, Error> {
    require_log(reader)?;
    reader.at_once(|view| about_at(view, spec))
}

fn about_at(view: View<'_>, spec: &UserSpec) -> Result<About, Error> {
    let username = match spec {
        UserSpec::Username(name) | UserSpec::Either(name) => Some(name.clone()),
        UserSpec::Id(_) | UserSpec::Email(_) => None,
    };
    match (resolve::one(view, spec), spec) {
        (Ok(user), _) => Ok(About { id: Some(user.id.0), username }),
        (Err(error @ Error::UnknownUser { .. }), UserSpec::Id(id)) => {
            if view.is_recorded(Some(id.0), None)? {
                Ok(About { id: Some(id.0), username })
            } else {
                Err(error)
            }
        }
        (Err(error @ (Error::UnknownUser { .. } | Error::Ambiguous { .. })), _) => {
            if username.is_some() && view.is_recorded(None, username.as_deref())? {
                Ok(About { id: None, username })
            } else {
                Err(error)
            }
        }
        (Err(other), _) => Err(other),
    }
}

/// Hands the wanted events to `show`, the oldest first, in constant memory: all, or the newest `limit`, or those
/// behind the id `after`.
///
/// # Errors
/// The file's, or what `show` returns.
pub fn each<E: From<Error>>(
    reader: &Reader,
    query: &EventQuery,
    limit: Option<u64>,
    after: Option<i64>,
    mut show: impl FnMut(StoredEvent) -> Result<(), E>,
) -> Result<ListedEnd, E> {
    require_log(reader)?;
    let mut end = ListedEnd { last_id: after, ..ListedEnd::default() };
    let start = match limit {
        None => after,
        Some(limit) => newest(reader.view(), query, limit, after).map_err(Error::from)?,
    };
    let result = reader.view().each_event(Direction::Up(start), |event| {
        end.last_id = Some(event.row.id);
        if query.fits(&event) {
            end.shown += 1;
            end.unreadable += u64::from(!event.bad.is_empty() || time_of(&event).is_none());
            show(event).map_err(Stop::Show)?;
        }
        Ok(ControlFlow::Continue(()))
    });
    result.map(|()| end).map_err(Stop::into_error)
}

/// The id behind which the newest `limit` wanted events begin.
fn newest(view: View<'_>, query: &EventQuery, limit: u64, after: Option<i64>) -> Result<Option<i64>, StoreError> {
    let (mut left, mut start) = (limit, None);
    view.each_event(Direction::Down(None), |event| {
        if after.is_some_and(|after| event.row.id <= after) {
            start = after;
            return Ok::<_, StoreError>(ControlFlow::Break(()));
        }
        if left == 0 {
            start = Some(event.row.id);
            return Ok(ControlFlow::Break(()));
        }
        left -= u64::from(query.fits(&event));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(start)
}

/// One event.
///
/// # Errors
/// The file's; `Pending` where there is no log.
pub fn show(reader: &Reader, id: i64) -> Result<Option<StoredEvent>, Error> {
    require_log(reader)?;
    Ok(reader.view().event(id)?)
}
