//! The steps on the row itself (`app-facts`, Login and lockout; Input rules).
//!
//! What a newcomer would get wrong: the app breaks in three places. A date that it cannot read, or text that is
//! not UTF-8, breaks the query (every route answers 500); a naive lock breaks the comparison (login alone); a NULL
//! name or an unknown role breaks the answer (`/auth/me` alone).

use super::finding::{
    ActiveFinding, CounterFinding, CustomerFinding, EmailFinding, Finding, LockFinding, RoleFinding, RowFinding,
    TwinsFinding,
};
use super::step::{Remedy, Stage, Step, StepId};
use super::{App, CustomerFacts, Facts};
use crate::model::role::RoleName;
use crate::model::time::{StoredTime, Timestamp};
use crate::model::user::{CustomerState, Field, Flag, RawCell};
use crate::policy::email::Email;
use crate::policy::login;
use crate::policy::state::{self, Lock};

/// Whether the app's query can read the row.
pub(super) fn row(facts: &Facts<'_>) -> Step {
    let id = StepId::Row;
    if !facts.lacking.is_empty() {
        return Step::no(id, Finding::Row(RowFinding::Lacking(facts.lacking.clone())))
            .mended_by(Remedy::Migrate)
            .login(Stage::Table, 500)
            .me(Stage::Table, 500);
    }
    let unreadable = unreadable(facts);
    if !unreadable.is_empty() {
        let remedy = unreadable.iter().find_map(|column| mend(facts, column));
        let step =
            Step::no(id, Finding::Row(RowFinding::Unreadable(unreadable))).login(Stage::Load, 500).me(Stage::Load, 500);
        return Step { remedy, ..step };
    }
    let refused = refused(facts);
    if !refused.is_empty() {
        let remedy = refused.iter().find_map(|column| mend(facts, column));
        return Step { remedy, ..Step::no(id, Finding::Row(RowFinding::Refused(refused))).me(Stage::Reply, 500) };
    }
    Step::ok(id, Finding::Row(RowFinding::Readable))
}

/// Cells on which the query fails. The lock has a step of its own.
fn unreadable(facts: &Facts<'_>) -> Vec<&'static str> {
    let user = facts.user;
    let mut columns = facts.undecodable.clone();
    for (name, time) in [("last_login", &user.last_login), ("created_at", &user.created_at)] {
        if time.bad().is_some() && !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns.retain(|column| *column != "locked_until");
    columns
}

/// Cells that the app's answer cannot hold. pydantic takes bytes that are UTF-8 for a text.
fn refused(facts: &Facts<'_>) -> Vec<&'static str> {
    let user = facts.user;
    let is_text = |field: &Field<String>| match field {
        Field::Value(_) | Field::Absent => true,
        Field::Null => false,
        Field::Bad(RawCell::Blob(bytes)) => std::str::from_utf8(bytes).is_ok(),
        Field::Bad(RawCell::Integer(_) | RawCell::Real(_) | RawCell::Text(_) | RawCell::BrokenText(_)) => false,
    };
    let mut columns = Vec::new();
    if !is_text(&user.username) {
        columns.push("username");
    }
    if user.full_name != Field::Null && !is_text(&user.full_name) {
        columns.push("full_name");
    }
    columns
}

/// The command that writes a column anew.
fn mend(facts: &Facts<'_>, column: &str) -> Option<Remedy> {
    match column {
        "role" => Some(Remedy::Role(facts.default_role.clone())),
        "password_hash" | "salt" => Some(Remedy::NewPassword),
        "failed_login_attempts" => Some(Remedy::Unlock),
        "username" => Some(Remedy::Username),
        "full_name" => Some(Remedy::NoFullName),
        "email" => Some(Remedy::Email(None)),
        "customer_id" => Some(Remedy::CustomerId),
        _ => None,
    }
}

/// Whether the e-mail that is typed finds the e-mail that is stored.
pub(super) fn email(facts: &Facts<'_>) -> Step {
    let id = StepId::Email;
    if facts.is_lost("email") {
        return Step::unknown(id, Finding::SeeRow);
    }
    let Field::Value(stored) = &facts.user.email else {
        let step = Step::no(id, Finding::Email(EmailFinding::Missing)).mended_by(Remedy::Email(None));
        return step.login(Stage::LookUp, None).me(Stage::Reply, 500);
    };
    let stored = stored.clone();
    match Email::parse(&stored) {
        Err(why) => Step::no(id, Finding::Email(EmailFinding::Refused { stored, why }))
            .mended_by(Remedy::Email(None))
            .login(Stage::Request, 422)
            .me(Stage::Reply, 500),
        Ok(normal) if normal.as_str() == stored => Step::ok(id, Finding::Email(EmailFinding::Normal)),
        Ok(normal) => {
            let (normal, owner) = (normal.as_str().to_owned(), facts.normal_owner);
            let (free, status) = match owner {
                None => (Some(normal.clone()), Some(401)),
                Some(_) => (None, None),
            };
            Step::no(id, Finding::Email(EmailFinding::Other { stored, normal, owner }))
                .mended_by(Remedy::Email(free))
                .login(Stage::LookUp, status)
        }
    }
}

/// Whether the look-up finds this row and not another one: it takes the first.
pub(super) fn twins(facts: &Facts<'_>) -> Step {
    let id = StepId::Twins;
    match facts.same_email.first() {
        None => Step::ok(id, Finding::Twins(TwinsFinding::None)),
        Some(first) if *first < facts.user.id => Step::no(id, Finding::Twins(TwinsFinding::Behind(*first)))
            .mended_by(Remedy::Email(None))
            .login(Stage::LookUp, None),
        Some(_) => Step::ok(id, Finding::Twins(TwinsFinding::First(facts.same_email.clone()))),
    }
}

/// The lock, as [`state`] judges it.
pub(super) fn lock(facts: &Facts<'_>) -> Step {
    let id = StepId::Lock;
    if facts.user.locked_until == Field::Absent {
        return Step::unknown(id, Finding::NoColumn);
    }
    let step = match (state::lock(facts.user, facts.now), state::stuck(facts.user, facts.format)) {
        (Lock::Unreadable, _) | (_, Some(None)) => {
            Step::no(id, Finding::Lock(LockFinding::Unreadable)).login(Stage::Load, 500).me(Stage::Load, 500)
        }
        (_, Some(Some(until))) => Step::no(id, Finding::Lock(LockFinding::Stuck(until))).login(Stage::Lock, 500),
        (Lock::Until { until }, None) => Step::no(id, Finding::Lock(LockFinding::Holds(until))).login(Stage::Lock, 401),
        (Lock::Expired { until }, None) => return Step::ok(id, Finding::Lock(LockFinding::Expired(until))),
        (Lock::None, None) => return Step::ok(id, Finding::Lock(LockFinding::None)),
    };
    step.mended_by(Remedy::Unlock)
}

/// `is_active`, judged on every file as the older app does.
pub(super) fn active(facts: &Facts<'_>) -> Step {
    let id = StepId::Active;
    match (facts.user.is_active, facts.app) {
        (Flag::On, _) => Step::ok(id, Finding::Active(ActiveFinding::On)),
        (Flag::Absent, _) => Step::unknown(id, Finding::NoColumn),
        (Flag::Off, App::Older) => Step::no(id, Finding::Active(ActiveFinding::Off))
            .mended_by(Remedy::Activate)
            .login(Stage::Admit, 400)
            .me(Stage::Admit, 400),
        (Flag::Off, App::WithCustomers) => Step::no(id, Finding::Active(ActiveFinding::OffAfterLogin))
            .mended_by(Remedy::Activate)
            .me(Stage::Admit, 400),
    }
}

/// The customer, on a file that has customers.
pub(super) fn customer(facts: &Facts<'_>) -> Option<Step> {
    let id = StepId::Customer;
    let customer_id = match &facts.user.customer_id {
        Field::Absent => return None,
        Field::Null => return Some(Step::ok(id, Finding::Customer(CustomerFinding::None))),
        Field::Bad(RawCell::BrokenText(_)) => return Some(Step::unknown(id, Finding::SeeRow)),
        Field::Bad(RawCell::Blob(_)) => {
            let step = Step::no(id, Finding::Customer(CustomerFinding::IdRefused)).mended_by(Remedy::CustomerId);
            return Some(step.login(Stage::Reply, 500).me(Stage::Reply, None));
        }
        Field::Bad(_) => {
            let step = Step::no(id, Finding::Customer(CustomerFinding::IdRefused)).mended_by(Remedy::CustomerId);
            return Some(step.me(Stage::Reply, 500));
        }
        Field::Value(customer_id) => *customer_id,
    };
    Some(match &facts.customer {
        Some(found) => customer_row(customer_id, found, facts.now),
        None => Step::ok(id, Finding::Customer(CustomerFinding::None)),
    })
}

/// What the customer's row says.
fn customer_row(customer: i64, found: &CustomerFacts, now: Timestamp) -> Step {
    let unreadable = |columns| {
        let finding = CustomerFinding::Unreadable(customer, columns);
        Step::no(StepId::Customer, Finding::Customer(finding)).login(Stage::Admit, 500)
    };
    let closed = |finding| Step::no(StepId::Customer, Finding::Customer(finding)).login(Stage::Admit, 403);
    let open = |finding| Step::ok(StepId::Customer, Finding::Customer(finding));
    if !found.unreadable.is_empty() {
        return unreadable(found.unreadable.clone());
    }
    match (login::customer_state(found.customer, now), found.customer.paid_until) {
        (CustomerState::Missing, _) => open(CustomerFinding::Gone(customer)),
        (CustomerState::Inactive, _) => closed(CustomerFinding::Inactive(customer)),
        // The app compares it with a naive now.
        (CustomerState::Good | CustomerState::Unpaid, Some(StoredTime::Aware(_))) => {
            unreadable(vec!["subscription_expires_at"])
        }
        (CustomerState::Unpaid, end) => closed(CustomerFinding::Unpaid(customer, end.map(StoredTime::instant))),
        (CustomerState::Good, _) => open(CustomerFinding::Good(customer)),
    }
}

/// Whether the app knows the role.
pub(super) fn role(facts: &Facts<'_>) -> Step {
    let id = StepId::Role;
    let default = || Remedy::Role(facts.default_role.clone());
    let role = match &facts.user.role {
        Field::Absent => return Step::unknown(id, Finding::NoColumn),
        Field::Null => {
            return Step::no(id, Finding::Role(RoleFinding::Missing)).mended_by(default()).me(Stage::Reply, 500);
        }
        Field::Bad(RawCell::BrokenText(_)) => return Step::unknown(id, Finding::SeeRow),
        Field::Bad(_) => {
            let step = Step::no(id, Finding::Role(RoleFinding::Unreadable)).mended_by(default());
            return step.login(Stage::Reply, 500).me(Stage::Reply, None);
        }
        Field::Value(role) => role,
    };
    if RoleName::new(role.clone()).is_some_and(|name| facts.roles.offers(&name)) {
        return Step::ok(id, Finding::Role(RoleFinding::Known(role.clone())));
    }
    match facts.app {
        App::WithCustomers => Step::ok(id, Finding::Role(RoleFinding::NotOffered(role.clone()))),
        App::Older => {
            let meant = facts.roles.map(role).ok().cloned().unwrap_or_else(|| facts.default_role.clone());
            Step::no(id, Finding::Role(RoleFinding::Unknown(role.clone())))
                .mended_by(Remedy::Role(meant))
                .me(Stage::Reply, 500)
        }
    }
}

/// What the next wrong password would do.
pub(super) fn counter(facts: &Facts<'_>) -> Step {
    let id = StepId::Counter;
    let locked = !matches!(state::lock(facts.user, facts.now), Lock::None | Lock::Expired { .. })
        || state::stuck(facts.user, facts.format).is_some();
    match &facts.user.failed_login_attempts {
        Field::Absent => Step::unknown(id, Finding::NoColumn),
        Field::Value(count) if *count >= facts.attempts && locked => {
            Step::ok(id, Finding::Counter(CounterFinding::BehindLock(*count)))
        }
        Field::Value(count) if *count >= facts.attempts => {
            Step::risk(id, Finding::Counter(CounterFinding::AtThreshold(*count))).mended_by(Remedy::Unlock)
        }
        Field::Value(count) => Step::ok(id, Finding::Counter(CounterFinding::Low(*count))),
        Field::Bad(RawCell::BrokenText(_)) => Step::unknown(id, Finding::SeeRow),
        Field::Null | Field::Bad(_) => {
            Step::risk(id, Finding::Counter(CounterFinding::Unreadable)).mended_by(Remedy::Unlock)
        }
    }
}
