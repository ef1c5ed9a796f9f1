//! The words of each step of `user why`.
//!
//! What a newcomer would get wrong: what is in the way has a reason of a few words, which stands alone at the end
//! of other commands too, and then what the app does about it.

use std::borrow::Cow;

use crate::cli::message::{until, when};
use crate::cli::output::escape::quote;
use crate::cli::output::personal;
use crate::model::time::Timestamp;
use crate::model::user::UserId;
use crate::policy::why::{
    ActiveFinding, CounterFinding, CustomerFinding, EmailFinding, Finding, HashFinding, LockFinding, RoleFinding,
    RowFinding, Tried, TwinsFinding,
};

/// What a step found: the reason in a few words, about "it", the account; then what follows, or nothing.
pub struct Words {
    /// A few words.
    pub reason: String,
    /// What the app does about it.
    pub consequence: Cow<'static, str>,
}

impl Words {
    fn new(reason: impl Into<String>, consequence: impl Into<Cow<'static, str>>) -> Self {
        Self { reason: reason.into(), consequence: consequence.into() }
    }

    fn alone(reason: impl Into<String>) -> Self {
        Self::new(reason, "")
    }

    /// Both in one line.
    pub fn line(self) -> String {
        if self.consequence.is_empty() { self.reason } else { format!("{}: {}", self.reason, self.consequence) }
    }
}

/// The words of a finding; texts of the database are escaped.
pub fn words(finding: &Finding, now: Timestamp) -> Words {
    match finding {
        Finding::NoColumn => Words::alone("this file lacks the column"),
        Finding::SeeRow => Words::alone("cannot be read, as said of the row"),
        Finding::Row(found) => row(found),
        Finding::Email(found) => email(found),
        Finding::Twins(found) => twins(found),
        Finding::Lock(found) => lock(*found, now),
        Finding::Active(found) => active(*found),
        Finding::Customer(found) => customer(found, now),
        Finding::Hash(found) => hash(found),
        Finding::Password(found) => password(*found),
        Finding::Role(found) => role(found),
        Finding::Counter(found) => counter(*found),
    }
}

fn row(found: &RowFinding) -> Words {
    match found {
        RowFinding::Readable => Words::alone("the app can read every cell"),
        RowFinding::Lacking(columns) => Words::new(
            "the file is not migrated",
            format!("the app answers 500 to every login, since it lacks {}", columns.join(", ")),
        ),
        RowFinding::Unreadable(columns) => Words::new(
            format!("the app cannot read its {}", columns.join(", ")),
            "it answers 500 to the login, to every request of the account, and to the list of all users",
        ),
        RowFinding::Refused(columns) => Words::new(
            format!("its {} is no text", columns.join(" and its ")),
            "the login works, and the app answers 500 to every request after it",
        ),
    }
}

/// A name of the database in a sentence.
fn name(text: &str) -> String {
    quote(&personal::name(text))
}

fn email(found: &EmailFinding) -> Words {
    match found {
        EmailFinding::Normal => Words::alone("stored as the app looks it up"),
        EmailFinding::Missing => Words::new("it has no e-mail that can be typed", "the app looks up nothing else"),
        EmailFinding::Other { stored, normal, owner: None } => Words::new(
            format!("its e-mail is stored as {}, and the app looks up {}", name(stored), name(normal)),
            "nobody is found, 401",
        ),
        EmailFinding::Other { stored, normal, owner: Some(UserId(id)) } => Words::new(
            format!("its e-mail is stored as {}, and the app looks up {}, id:{id}", name(stored), name(normal)),
            "the login is that account's",
        ),
        EmailFinding::Refused { stored, why } => Words::new(
            format!("its e-mail {} is none for the app ({})", name(stored), why.to_string().trim_end_matches('.')),
            "it answers 422 to the login, and 500 to the account's requests",
        ),
    }
}

fn twins(found: &TwinsFinding) -> Words {
    match found {
        TwinsFinding::None => Words::alone("no other account has its e-mail"),
        TwinsFinding::First(others) => {
            let list: Vec<String> = others.iter().map(|UserId(id)| format!("id:{id}")).collect();
            Words::alone(format!("{} has its e-mail too; the app takes this one, the first", list.join(", ")))
        }
        TwinsFinding::Behind(UserId(id)) => {
            Words::new(format!("id:{id} has the same e-mail and comes first"), "the login is that account's")
        }
    }
}

fn lock(found: LockFinding, now: Timestamp) -> Words {
    match found {
        LockFinding::None => Words::alone("not locked"),
        LockFinding::Expired(end) => Words::alone(format!("its lock has run out: {}", when(end, now))),
        LockFinding::Holds(end) => {
            Words::new(format!("it is locked {}", until(Some(end), now)), "the app answers 401, whatever the password")
        }
        LockFinding::Stuck(end) => Words::new(
            format!("it is stuck: locked {} in a form that the app cannot compare", until(Some(end), now)),
            "the app answers 500, whatever the password, for ever",
        ),
        LockFinding::Unreadable => Words::new(
            "it is stuck on a lock that nobody can read",
            "the app answers 500 to the login, to every request of the account, and to the list of all users",
        ),
    }
}

fn active(found: ActiveFinding) -> Words {
    match found {
        ActiveFinding::On => Words::alone("active"),
        ActiveFinding::Off => Words::new("it is inactive", "the app answers 400, whatever the password"),
        ActiveFinding::OffAfterLogin => Words::new(
            "it is inactive",
            "the app with customers lets it log in all the same, and answers 400 to every request after it",
        ),
    }
}

fn customer(found: &CustomerFinding, now: Timestamp) -> Words {
    match found {
        CustomerFinding::None => Words::alone("it belongs to no customer"),
        CustomerFinding::Good(id) => Words::alone(format!("customer {id} is active and paid")),
        CustomerFinding::Inactive(id) => Words::new(format!("customer {id} is not active"), "the app answers 403"),
        CustomerFinding::Unpaid(id, end) => {
            let end = end.map_or_else(String::new, |end| format!(", {}", when(end, now)));
            Words::new(format!("the subscription of customer {id} has run out{end}"), "the app answers 403")
        }
        CustomerFinding::Gone(id) => {
            Words::alone(format!("there is no customer {id}; the app lets that pass, authctl login does not"))
        }
        CustomerFinding::Unreadable(id, columns) => Words::new(
            format!("the app cannot read {} of customer {id}", columns.join(", ")),
            "it answers 500 to the login",
        ),
        CustomerFinding::IdRefused => {
            Words::new("its customer_id is no whole number", "the app answers 500 to the account's requests")
        }
    }
}

fn hash(found: &HashFinding) -> Words {
    match found {
        HashFinding::Current(scheme) => Words::alone(format!("{scheme} with today's parameters")),
        HashFinding::Outdated(scheme) => Words::alone(format!("{scheme} with older parameters, which the app takes")),
        HashFinding::Bcrypt => Words::alone("bcrypt, which fits only where the app has bcrypt below 5"),
        HashFinding::Missing => Words::new("it has no password", "each login is a failure, and the fifth locks it"),
        HashFinding::Useless => Words::new("its password_hash is none that the app can read", "no password fits, 401"),
        HashFinding::Bytes => Words::alone("its password_hash is stored as bytes, which authctl does not try"),
        HashFinding::TooCostly(why) => Words::alone(format!("{why}; whether the app takes it is not tried")),
        HashFinding::NoSalt => Words::alone("its salt is empty; only a hash that was made without one fits"),
        HashFinding::SaltBytes => Words::new("its salt is no text", "no password fits, 401"),
    }
}

fn password(found: Tried) -> Words {
    match found {
        Tried::Not => Words::alone("not tried; --password-stdin tries one"),
        Tried::Right => Words::alone("it fits"),
        Tried::Wrong => {
            Words::new("the password does not fit", "the app answers 401, and counts it; this trial is not")
        }
        Tried::CannotTell => Words::alone("cannot be tried on what is stored"),
    }
}

fn role(found: &RoleFinding) -> Words {
    match found {
        RoleFinding::Known(role) => Words::alone(quote(role)),
        RoleFinding::Unknown(role) => Words::new(
            format!("its role {} is none that the app knows", quote(role)),
            "the login works, and the app answers 500 to every request after it",
        ),
        RoleFinding::NotOffered(role) => {
            Words::alone(format!("{}, which is not offered; the app with customers takes any", quote(role)))
        }
        RoleFinding::Missing => {
            Words::new("it has no role", "the login works, and the app answers 500 to every request after it")
        }
        RoleFinding::Unreadable => Words::new("its role is no text", "the app answers 500 to the login"),
    }
}

fn counter(found: CounterFinding) -> Words {
    match found {
        CounterFinding::Low(0) => Words::alone("no failed logins"),
        CounterFinding::Low(1) => Words::alone("1 failed login"),
        CounterFinding::Low(count) => Words::alone(format!("{count} failed logins")),
        CounterFinding::BehindLock(count) => Words::alone(format!("{count} failed logins; unlock clears them too")),
        CounterFinding::AtThreshold(count) => {
            Words::new(format!("{count} failed logins"), "the next wrong password makes it stuck")
        }
        CounterFinding::Unreadable => {
            Words::new("the count of failed logins is no number", "the app answers 500 to the next wrong password")
        }
    }
}

/// Who must do what, where no command mends it.
pub fn who_mends(finding: &Finding, user: UserId) -> Option<String> {
    let UserId(id) = user;
    match finding {
        Finding::Row(RowFinding::Unreadable(columns)) => {
            let sets: Vec<String> = columns.iter().map(|column| format!("{column} = {}", value(column))).collect();
            Some(format!(
                "whoever may write the file mends the cell: UPDATE users SET {} WHERE id = {id}",
                sets.join(", ")
            ))
        }
        Finding::Customer(CustomerFinding::Inactive(customer)) => {
            Some(format!("whoever runs the app's customers must make customer {customer} active again"))
        }
        Finding::Customer(CustomerFinding::Unpaid(customer, _)) => {
            Some(format!("whoever runs the app's customers must renew the subscription of customer {customer}"))
        }
        Finding::Customer(CustomerFinding::Unreadable(customer, columns)) => Some(format!(
            "whoever runs the app's customers must store {} of customer {customer} as YYYY-MM-DD HH:MM:SS, without an offset",
            columns.join(", ")
        )),
        Finding::NoColumn
        | Finding::SeeRow
        | Finding::Row(RowFinding::Readable | RowFinding::Lacking(_) | RowFinding::Refused(_))
        | Finding::Email(_)
        | Finding::Twins(_)
        | Finding::Lock(_)
        | Finding::Active(_)
        | Finding::Customer(
            CustomerFinding::None | CustomerFinding::Good(_) | CustomerFinding::Gone(_) | CustomerFinding::IdRefused,
        )
        | Finding::Hash(_)
        | Finding::Password(_)
        | Finding::Role(_)
        | Finding::Counter(_) => None,
    }
}

/// A value that every form of the table takes.
fn value(column: &str) -> &'static str {
    match column {
        "created_at" => "CURRENT_TIMESTAMP",
        "is_active" | "is_verified" => "0",
        _ => "NULL",
    }
}
