//! Changing who an account is: username, e-mail, full name, customer.
//!
//! What a newcomer would get wrong: the rules are those of adding an account, twins that differ only by case
//! included, but an account is never its own twin: `bob` may become `Bob`.

use super::add::{exists, known_customer};
use super::each::{AdminGuard, Written, about, each};
use super::error::{Clash, Error, Part, Refusal};
use super::lock::raw_value;
use super::rule;
use super::settings::Settings;
use crate::model::event::{EventDraft, EventName, EventValue};
use crate::model::user::{Field, StoredUser, UserSpec};
use crate::policy;
use crate::policy::email::Email;
use crate::policy::username::Username;
use crate::store::{Act, Applied, NameKind, Store, Tx, View};

/// What was asked for, as typed; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct EditRequest {
    /// Username.
    pub username: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Full name; the empty text takes it away.
    pub full_name: Option<String>,
    /// Customer, on a file that has customers.
    pub customer: Option<i64>,
}

/// A request that passed the rules.
#[derive(Clone, Debug)]
pub struct ValidEdit {
    username: Option<Username>,
    email: Option<Email>,
    full_name: Option<FullName>,
    customer: Option<i64>,
}

#[derive(Clone, Debug)]
enum FullName {
    Gone,
    Text(String),
}

/// Checks the new values: all problems, in the order of `user add`.
///
/// # Errors
/// The refusals.
pub fn check(request: &EditRequest) -> Result<ValidEdit, Error> {
    let mut refusals = Vec::new();
    let mut refuse = |part: Part, message: String| refusals.push(Refusal { part, message });
    let email = request.email.as_deref().and_then(|email| {
        Email::parse(email).map_err(|refusal| refuse(Part::Email, format!("e-mail: {refusal}"))).ok()
    });
    let username = request.username.as_deref().and_then(|username| {
        Username::parse(username).map_err(|refusal| refuse(Part::Username, refusal.to_string())).ok()
    });
    if let Err(refusal) = policy::full_name::check(request.full_name.as_deref()) {
        refuse(Part::FullName, refusal.to_string());
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let full_name = request.full_name.as_ref().map(|name| match name.as_str() {
        "" => FullName::Gone,
        _ => FullName::Text(name.clone()),
    });
    Ok(ValidEdit { username, email, full_name, customer: request.customer })
}

/// Changes the account; values that it has already are left alone.
///
/// # Errors
/// Those of resolving; `Exists` for a taken name, by case too; `UnknownCustomer`; `Refused` where a CHECK of the
/// table keeps a value out; the file's.
pub fn edit(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    spec: &UserSpec,
    edit: &ValidEdit,
) -> Result<Applied<Vec<Written>>, Error> {
    // Finding twins by case reads the whole table: before the lock, and again inside only if somebody wrote.
    let looked_at = store.view().data_version()?;
    let known = twins(store.view(), edit)?;
    each(store, act, settings, std::slice::from_ref(spec), AdminGuard::Off, |tx, user, _now| {
        let view = tx.view();
        let fresh = if view.data_version()? == looked_at { None } else { Some(twins(view, edit)?) };
        no_twin(fresh.as_ref().unwrap_or(&known), user, edit)?;
        if edit.customer.is_some() && edit.customer != user.customer_id.value().copied() {
            known_customer(view, edit.customer)?;
        }
        apply(tx, user, edit)
    })
}

/// Accounts with a wanted name, by case too, and how they meet it.
#[derive(Default)]
struct Twins(Vec<(&'static str, Clash, StoredUser)>);

fn twins(view: View<'_>, edit: &ValidEdit) -> Result<Twins, Error> {
    let mut twins = Twins::default();
    let wanted = [
        ("username", NameKind::Username, edit.username.as_ref().map(Username::as_str)),
        ("e-mail", NameKind::Email, edit.email.as_ref().map(Email::as_str)),
    ];
    for (field, kind, text) in wanted {
        let Some(text) = text else { continue };
        let same = view.users_named(kind, text)?;
        let by_case = view.users_named_case_blind(kind, text)?;
        twins.0.extend(same.into_iter().map(|user| (field, Clash::Same, user)));
        twins.0.extend(by_case.into_iter().map(|user| (field, Clash::CaseOnly, user)));
    }
    Ok(twins)
}

/// A name that the account has already is nothing new: the newest app has accounts that share theirs.
///
/// # Errors
/// `Exists` where another account has a name that this one would newly get.
fn no_twin(twins: &Twins, user: &StoredUser, edit: &ValidEdit) -> Result<(), Error> {
    let has_name = edit.username.as_ref().is_some_and(|name| holds(&user.username, name.as_str()));
    let has_email = edit.email.as_ref().is_some_and(|email| holds(&user.email, email.as_str()));
    let kept = |field: &str| (field == "username" && has_name) || (field == "e-mail" && has_email);
    match twins.0.iter().find(|(field, _, found)| found.id != user.id && !kept(field)) {
        Some((field, why, found)) => Err(exists(field, found, *why)),
        None => Ok(()),
    }
}

/// Writes what differs; `None` where nothing does.
fn apply(tx: &Tx<'_>, user: &StoredUser, edit: &ValidEdit) -> Result<Option<EventDraft>, Error> {
    let mut event = about(EventName::UserEdited, user);
    if let Some(name) = edit.username.as_ref().map(Username::as_str).filter(|name| !holds(&user.username, name)) {
        tx.set_username(user.id, name).map_err(|error| rule::of_part(error, Part::Username))?;
        event = event.change("username", text_value(&user.username), name);
    }
    if let Some(email) = edit.email.as_ref().map(Email::as_str).filter(|email| !holds(&user.email, email)) {
        tx.set_email(user.id, email).map_err(|error| rule::of_part(error, Part::Email))?;
        event = event.change("email", text_value(&user.email), email);
    }
    let full_name = match &edit.full_name {
        None => None,
        // NULL and the empty text are the same to the app (`app-facts`, Input rules).
        Some(FullName::Gone) if matches!(user.full_name, Field::Null) || holds(&user.full_name, "") => None,
        Some(FullName::Gone) => Some(None),
        Some(FullName::Text(name)) => Some(Some(name.as_str())).filter(|_| !holds(&user.full_name, name)),
    };
    if let Some(name) = full_name {
        tx.set_full_name(user.id, name).map_err(|error| rule::of_part(error, Part::FullName))?;
        event = event.change("full_name", text_value(&user.full_name), name);
    }
    if let Some(id) = edit.customer.filter(|id| user.customer_id.value() != Some(id)) {
        tx.set_customer(user.id, id)?;
        event = event.change("customer_id", number_value(&user.customer_id), id);
    }
    Ok(if event.after.is_empty() { None } else { Some(event) })
}

fn holds(field: &Field<String>, text: &str) -> bool {
    field.value().is_some_and(|stored| stored == text)
}

/// A text for an event: what is stored.
pub(super) fn text_value(field: &Field<String>) -> EventValue {
    match field {
        Field::Null | Field::Absent => EventValue::Null,
        Field::Value(text) => EventValue::Text(text.clone()),
        Field::Bad(raw) => raw_value(raw),
    }
}

/// A number for an event: what is stored.
pub(super) fn number_value(field: &Field<i64>) -> EventValue {
    match field {
        Field::Null | Field::Absent => EventValue::Null,
        Field::Value(number) => EventValue::Integer(*number),
        Field::Bad(raw) => raw_value(raw),
    }
}
