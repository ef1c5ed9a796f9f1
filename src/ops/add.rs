//! Adding an account: rules first, then the hash, then existence inside the transaction.
//!
//! What a newcomer would get wrong: a name that differs from an existing one only by case is refused in every
//! file (field report A06). Finding that out reads the whole table, so it is done before the lock is taken, and
//! again inside only if somebody wrote in between.

use super::account::offered_role;
use super::each::about;
use super::error::{Clash, Error, Part, Refusal};
use super::password;
use super::rule;
use super::settings::Settings;
use crate::crypto::random::Source;
use crate::model::event::{EventDraft, EventName, EventValue};
use crate::model::role::RoleName;
use crate::model::secret::Password;
use crate::model::user::{CustomerState, Flag, NewUser, StoredUser};
use crate::policy;
use crate::policy::email::Email;
use crate::policy::username::Username;
use crate::store::{Act, Applied, Change, NameKind, Schema, Store, View};

/// What was asked for, as typed.
#[derive(Clone, Debug)]
pub struct AddRequest {
    /// Username.
    pub username: String,
    /// E-mail.
    pub email: String,
    /// Full name.
    pub full_name: Option<String>,
    /// Role; `None`: the file's default.
    pub role: Option<String>,
    /// Customer, on a file that has customers.
    pub customer: Option<i64>,
    /// Active or not.
    pub active: Flag,
    /// Verified or not.
    pub verified: Flag,
}

/// A request that passed the rules.
#[derive(Clone, Debug)]
pub struct ValidUser {
    username: Username,
    email: Email,
    full_name: Option<String>,
    role: RoleName,
    wanted_role: Option<RoleName>,
    customer: Option<i64>,
    active: Flag,
    verified: Flag,
}

/// Whether an account that is there already is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfPresent {
    /// Exit 4.
    Refuse,
    /// `--if-missing`: the same account is "unchanged".
    Accept,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Added {
    /// A new account.
    New(StoredUser),
    /// It was there already.
    Present(StoredUser),
}

/// Checks everything but the password: all problems, in the order of the contract.
///
/// # Errors
/// The refusals.
pub fn check(settings: &Settings, schema: &Schema, request: &AddRequest) -> Result<ValidUser, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut refuse = |part: Part, message: String| refusals.push(Refusal { part, message });
    let email = Email::parse(&request.email).map_err(|refusal| refuse(Part::Email, format!("e-mail: {refusal}"))).ok();
    let username =
        Username::parse(&request.username).map_err(|refusal| refuse(Part::Username, refusal.to_string())).ok();
    if let Err(refusal) = policy::full_name::check(request.full_name.as_deref()) {
        refuse(Part::FullName, refusal.to_string());
    }
    let wanted_role = match request.role.as_deref().map(|role| offered_role(settings, schema, role)) {
        None => None,
        Some(Ok(role)) => Some(role),
        Some(Err(refusal)) => {
            refuse(refusal.part, refusal.message);
            None
        }
    };
    match (email, username, refusals.is_empty()) {
        (Some(email), Some(username), true) => Ok(ValidUser {
            username,
            email,
            full_name: request.full_name.clone(),
            role: wanted_role.clone().unwrap_or_else(|| default_role(settings, schema)),
            wanted_role,
            customer: request.customer,
            active: request.active,
            verified: request.verified,
        }),
        _ => Err(refusals),
    }
}

pub(super) fn default_role(settings: &Settings, schema: &Schema) -> RoleName {
    settings.roles(schema).default_for(schema.default_role().as_deref())
}

/// The account that `--if-missing` takes for the wanted one.
///
/// # Errors
/// `Exists` for any other clash; the file's.
pub fn present(view: View<'_>, user: &ValidUser, if_present: IfPresent) -> Result<Option<StoredUser>, Error> {
    let named = view.users_named(NameKind::Username, user.username.as_str())?;
    let mailed = view.users_named(NameKind::Email, user.email.as_str())?;
    let same = |found: &StoredUser| mailed.iter().any(|other| other.id == found.id);
    match (if_present, named.as_slice(), mailed.as_slice()) {
        (_, [], []) => Ok(None),
        (IfPresent::Accept, [found], [_]) if same(found) && role_fits(found, user) => Ok(Some(found.clone())),
        (IfPresent::Accept, [found], [_]) if same(found) => Err(exists("role", found, Clash::OtherRole)),
        (IfPresent::Accept | IfPresent::Refuse, [found, ..], _) => Err(exists("username", found, Clash::Same)),
        (IfPresent::Accept | IfPresent::Refuse, [], [found, ..]) => Err(exists("e-mail", found, Clash::Same)),
    }
}

fn role_fits(found: &StoredUser, user: &ValidUser) -> bool {
    let role = found.role.value().map(String::as_str);
    user.wanted_role.as_ref().is_none_or(|wanted| role == Some(wanted.as_str()))
}

pub(super) fn exists(field: &'static str, found: &StoredUser, why: Clash) -> Error {
    Error::Exists { field, existing: Some(Box::new(found.clone())), why }
}

/// # Errors
/// `Exists` where only the case differs.
fn no_twin(view: View<'_>, user: &ValidUser) -> Result<(), Error> {
    if let Some(found) = view.users_named_case_blind(NameKind::Username, user.username.as_str())?.first() {
        return Err(exists("username", found, Clash::CaseOnly));
    }
    if let Some(found) = view.users_named_case_blind(NameKind::Email, user.email.as_str())?.first() {
        return Err(exists("e-mail", found, Clash::CaseOnly));
    }
    Ok(())
}

/// Adds the account.
///
/// # Errors
/// `Refused` by the password rules, `Exists`, `UnknownCustomer`, the file's.
pub fn add(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    user: &ValidUser,
    new: &Password,
    if_present: IfPresent,
    random: &mut Source<'_>,
) -> Result<Applied<Added>, Error> {
    password::check(settings, new)?;
    let hash = password::make(settings, new, random)?;
    let looked_at = store.view().data_version()?;
    let twins = no_twin(store.view(), user);
    store.change(act, |tx, now| {
        let view = tx.view();
        if let Some(found) = present(view, user, if_present)? {
            return Ok(Change::Nothing(Added::Present(found)));
        }
        if view.data_version()? == looked_at {
            twins?
        } else {
            no_twin(view, user)?
        };
        known_customer(view, user.customer)?;
        let row = NewUser {
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            full_name: user.full_name.clone(),
            role: user.role.as_str().to_owned(),
            is_active: user.active,
            is_verified: user.verified,
            customer_id: user.customer,
            password_hash: hash.hash,
            salt: hash.salt,
            history: None,
        };
        let added = tx.insert_user(&row, now).map_err(rule::of_row)?;
        let event = created(&row, &added);
        Ok(Change::Done(Added::New(added), vec![event]))
    })
}

/// The event of a new account.
pub(super) fn created(row: &NewUser, added: &StoredUser) -> EventDraft {
    about(EventName::UserCreated, added)
        .change("email", EventValue::Null, row.email.as_str())
        .change("role", EventValue::Null, row.role.as_str())
        .change("is_active", EventValue::Null, i64::from(row.is_active.is_on()))
        .change("is_verified", EventValue::Null, i64::from(row.is_verified.is_on()))
}

/// # Errors
/// `UnknownCustomer`; the file's.
pub(super) fn known_customer(view: View<'_>, customer: Option<i64>) -> Result<(), Error> {
    let Some(id) = customer else { return Ok(()) };
    match view.customer(id)?.map(|customer| customer.state) {
        Some(CustomerState::Good | CustomerState::Inactive | CustomerState::Unpaid) => Ok(()),
        Some(CustomerState::Missing) | None => Err(Error::UnknownCustomer { id }),
    }
}
