//! `user why`: gathers what decides about a login, and judges it. Nothing is written, nothing is counted.
//!
//! What a newcomer would get wrong: the password is tried outside the snapshot, since Argon2 takes long and the app
//! must be able to write meanwhile; so everything is read first, on one state of the file.

use super::error::Error;
use super::password;
use super::resolve;
use super::settings::Settings;
use crate::crypto;
use crate::crypto::password::{Fitness, Verdict};
use crate::crypto::phc::Scheme;
use crate::model::secret::Password;
use crate::model::time::Timestamp;
use crate::model::user::{StoredPassword, StoredUser, UserId, UserSpec};
use crate::policy::email::Email;
use crate::policy::role::Roles;
use crate::policy::why::{self, Age, App, CustomerFacts, Diagnosis, Facts, Hash, Salt, Tried};
use crate::store::{NameKind, Reader, Schema, View};

/// An account with its diagnosis.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The account.
    pub user: StoredUser,
    /// Why it can or cannot log in.
    pub diagnosis: Diagnosis,
    /// Whether its username alone names it.
    pub name: NameUse,
    /// Whether the file can be written as it is.
    pub file: FileState,
}

/// Whether the username of an account means that account and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameUse {
    /// It does.
    Enough,
    /// Another account has it too, or has it as its e-mail.
    Ambiguous,
}

/// Whether writes are possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// They are.
    Migrated,
    /// `migrate` comes first.
    Pending,
}

/// The password that an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordNow {
    /// The one in the file.
    Stored,
    /// One that was set a moment ago; in a dry run the file does not have it.
    JustSet,
}

/// What was read, apart from the account.
struct Surroundings {
    stored: Option<StoredPassword>,
    undecodable: Vec<&'static str>,
    same_email: Vec<UserId>,
    normal_owner: Option<UserId>,
    customer: Option<CustomerFacts>,
    name: NameUse,
}

/// Says why an account can or cannot log in; a password that is given is tried, and not counted.
///
/// # Errors
/// `UnknownUser`, `Ambiguous`, the file's.
pub fn why(
    reader: &Reader,
    settings: &Settings,
    spec: &UserSpec,
    given: Option<&Password>,
    now: Timestamp,
) -> Result<Asked, Error> {
    let (user, around) = reader.at_once(|view| {
        let user = resolve::one(view, spec)?;
        let around = surroundings(view, reader.schema(), &user)?;
        Ok::<_, Error>((user, around))
    })?;
    let tried = match (given, &around.stored) {
        (None, _) => Tried::Not,
        (Some(given), Some(stored)) => tried(stored, given),
        (Some(_), None) => Tried::CannotTell,
    };
    Ok(judged(reader.schema(), settings, user, around, tried, now))
}

/// The same for an account that was just changed, without a password to try.
///
/// # Errors
/// The file's.
pub fn after(
    reader: &Reader,
    settings: &Settings,
    user: StoredUser,
    password: PasswordNow,
    now: Timestamp,
) -> Result<Asked, Error> {
    let mut around = reader.at_once(|view| surroundings(view, reader.schema(), &user))?;
    let tried = match password {
        PasswordNow::Stored => Tried::Not,
        PasswordNow::JustSet => {
            around.stored = None;
            around.undecodable.retain(|column| !matches!(*column, "password_hash" | "salt"));
            Tried::Right
        }
    };
    Ok(judged(reader.schema(), settings, user, around, tried, now))
}

fn surroundings(view: View<'_>, schema: &Schema, user: &StoredUser) -> Result<Surroundings, Error> {
    let customer = match (user.customer_id.value(), schema.has_customers()) {
        (Some(id), true) => view.customer(*id)?.zip(Some(view.unreadable_customer_dates(*id)?)),
        (Some(_) | None, _) => None,
    };
    Ok(Surroundings {
        stored: view.password(user.id)?,
        undecodable: view.undecodable_columns(user.id)?,
        same_email: same_email(view, user)?,
        normal_owner: normal_owner(view, user)?,
        customer: customer.map(|(customer, unreadable)| CustomerFacts { customer, unreadable }),
        name: name_use(view, user)?,
    })
}

/// Whether the username of an account means it and no other; a dry run may ask about one that is not there.
///
/// # Errors
/// The file's.
pub fn name_use(view: View<'_>, user: &StoredUser) -> Result<NameUse, Error> {
    Ok(match user.username.value() {
        Some(name) if view.users_named(NameKind::Either, name)?.iter().all(|found| found.id == user.id) => {
            NameUse::Enough
        }
        Some(_) | None => NameUse::Ambiguous,
    })
}

fn same_email(view: View<'_>, user: &StoredUser) -> Result<Vec<UserId>, Error> {
    let Some(email) = user.email.value() else { return Ok(Vec::new()) };
    let all = view.users_named(NameKind::Email, email)?;
    Ok(all.into_iter().map(|other| other.id).filter(|id| *id != user.id).collect())
}

/// Who is found when somebody types an e-mail that is not stored in normal form.
fn normal_owner(view: View<'_>, user: &StoredUser) -> Result<Option<UserId>, Error> {
    match user.email.value().map(|stored| (stored, Email::parse(stored))) {
        Some((stored, Ok(normal))) if normal.as_str() != stored => {
            let found = view.users_named(NameKind::Email, normal.as_str())?;
            Ok(found.first().map(|other| other.id))
        }
        Some(_) | None => Ok(None),
    }
}

fn judged(
    schema: &Schema,
    settings: &Settings,
    user: StoredUser,
    around: Surroundings,
    tried: Tried,
    now: Timestamp,
) -> Asked {
    let roles: Roles = settings.roles(schema);
    let (hash, salt) = match (&around.stored, tried) {
        (Some(stored), _) => (hash(stored, settings), salt(stored)),
        (None, Tried::Right) => (Hash::Argon2 { scheme: "argon2id", age: Age::Current }, Salt::Text),
        (None, Tried::Not | Tried::Wrong | Tried::CannotTell) => (Hash::NoColumn, Salt::Text),
    };
    let missing = schema.missing();
    let facts = Facts {
        user: &user,
        app: if schema.has("customer_id") { App::WithCustomers } else { App::Older },
        lacking: missing.iter().filter_map(|name| name.strip_prefix("users.")).map(str::to_owned).collect(),
        undecodable: around.undecodable,
        same_email: around.same_email,
        normal_owner: around.normal_owner,
        customer: around.customer,
        hash,
        salt,
        tried,
        default_role: settings.role_instead(schema),
        roles: &roles,
        attempts: settings.lockout_attempts,
        format: settings.time_format,
        now,
    };
    let diagnosis = why::diagnose(&facts);
    let file = if missing.is_empty() { FileState::Migrated } else { FileState::Pending };
    Asked { diagnosis, user, name: around.name, file }
}

fn hash(stored: &StoredPassword, settings: &Settings) -> Hash {
    let Some(text) = stored.hash.as_deref() else { return Hash::Bytes };
    if text.is_empty() {
        return Hash::Missing;
    }
    match crypto::password::fitness(text) {
        Fitness::Useless => Hash::Useless,
        Fitness::Unsupported(reason) => Hash::TooCostly(reason.to_string()),
        Fitness::Fit(Scheme::Bcrypt) => Hash::Bcrypt,
        Fitness::Fit(scheme) => {
            let outdated = crypto::password::needs_update(text, settings.hash) == Some(true);
            Hash::Argon2 { scheme: scheme.name(), age: if outdated { Age::Outdated } else { Age::Current } }
        }
    }
}

fn salt(stored: &StoredPassword) -> Salt {
    match stored.salt.as_deref() {
        None => Salt::Bytes,
        Some("") => Salt::Missing,
        Some(_) => Salt::Text,
    }
}

/// Tries a password on a hash that some password can fit.
fn tried(stored: &StoredPassword, given: &Password) -> Tried {
    let fit = stored.hash.as_deref().map(crypto::password::fitness);
    match (fit, &stored.salt) {
        (Some(Fitness::Fit(_)), Some(_)) => match password::verdict(stored, given) {
            Verdict::Match => Tried::Right,
            Verdict::Mismatch => Tried::Wrong,
            Verdict::Unsupported(_) => Tried::CannotTell,
        },
        (Some(_) | None, _) => Tried::CannotTell,
    }
}
