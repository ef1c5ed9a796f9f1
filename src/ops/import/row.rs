//! One row by itself: its texts, flags, numbers and times against the rules.
//!
//! What a newcomer would get wrong: SQLite turns a text that looks like a number into one in the columns of times,
//! and the app cannot read that. So a time must be readable for the app *as it will be stored*.

use super::{About, Candidate, Column, Fault, Planned, Source};
use crate::crypto::password::{check_ready, check_ready_salt};
use crate::model::secret::Password;
use crate::model::time::parse_python;
use crate::model::user::{Flag, History};
use crate::ops::account::offered_role;
use crate::ops::add::default_role;
use crate::ops::error::Class;
use crate::ops::settings::Settings;
use crate::policy;
use crate::policy::email::{Email, is_normal_form};
use crate::policy::username::Username;
use crate::store::Schema;

/// How an export marks a cell that has no form as text.
pub const UNREADABLE: &str = "(unreadable ";

/// A row with everything that is wrong with it.
pub(super) struct Judged {
    pub(super) line: u64,
    /// Valid, or of an account that existed before.
    pub(super) username: Option<String>,
    /// The same of the e-mail.
    pub(super) email: Option<String>,
    pub(super) customer_id: Option<i64>,
    pub(super) wanted_role: Option<String>,
    pub(super) existed: bool,
    /// A new account without a password.
    pub(super) lacks_password: bool,
    pub(super) faults: Vec<Fault>,
    /// `None` where something is wrong.
    pub(super) row: Option<Planned>,
}

/// A row under judgement.
struct Court<'a> {
    settings: &'a Settings,
    schema: &'a Schema,
    given: &'a Candidate,
    faults: Vec<Fault>,
    odd: Vec<String>,
    existed: bool,
}

/// Judges one row.
pub(super) fn judge(settings: &Settings, schema: &Schema, mut given: Candidate) -> Judged {
    let password = given.password.take().filter(|password| !password.expose().is_empty());
    let existed = given.filled(Column::CreatedAt).is_some();
    let mut court = Court { settings, schema, given: &given, faults: Vec::new(), odd: Vec::new(), existed };
    court.unreadable();
    let history = court.history();
    let (username, email) = (court.username(), court.email());
    let full_name = court.full_name();
    let (role, wanted_role) = court.role();
    let (is_active, is_verified) = (court.flag(Column::IsActive, Flag::On), court.flag(Column::IsVerified, Flag::Off));
    let customer_id = court.customer();
    let source = court.source(password);
    let is_half_ready = given.filled(Column::PasswordHash).is_some() || given.filled(Column::Salt).is_some();
    let lacks_password = !existed && !is_half_ready && matches!(source, Source::Missing);
    let Court { faults, odd, .. } = court;
    let row = match (&username, &email) {
        (Some(username), Some(email)) if faults.is_empty() => Some(Planned {
            line: given.line,
            username: username.clone(),
            email: email.clone(),
            source,
            full_name,
            role,
            wanted_role: wanted_role.clone(),
            is_active,
            is_verified,
            customer_id,
            history,
            odd,
        }),
        (Some(_) | None, Some(_) | None) => None,
    };
    Judged { line: given.line, username, email, customer_id, wanted_role, existed, lacks_password, faults, row }
}

/// The fault of a row that has no password and gets none.
pub(super) fn no_password(line: u64) -> Fault {
    let message = "there is no password".to_owned();
    Fault { line, column: Some(Column::Password), class: Class::PolicyPassword, message, about: About::Nothing }
}

impl Court<'_> {
    fn fault(&mut self, column: Column, class: Class, message: impl Into<String>) {
        self.add(column, class, message.into(), About::Nothing);
    }

    fn add(&mut self, column: Column, class: Class, message: String, about: About) {
        self.faults.push(Fault { line: self.given.line, column: Some(column), class, message, about });
    }

    /// The same about a name, which is shown: blanks and look-alikes are seen nowhere else.
    fn name_fault(&mut self, column: Column, class: Class, message: String) {
        let text = self.given.get(column).unwrap_or_default().to_owned();
        self.add(column, class, message, About::Cell(text));
    }

    /// A rule for new accounts; one that existed before is taken over all the same.
    fn rule(&mut self, column: Column, class: Class, message: String) {
        if self.existed {
            self.odd.push(format!("{}: {message}", column.name()));
        } else if matches!(column, Column::Username | Column::FullName) {
            self.name_fault(column, class, message);
        } else {
            self.fault(column, class, message);
        }
    }

    fn unreadable(&mut self) {
        for column in Column::ALL {
            if self.given.get(column).is_some_and(|text| text.starts_with(UNREADABLE)) {
                self.fault(column, Class::Usage, "the export could not read this cell; put its value here");
            }
        }
    }

    fn username(&mut self) -> Option<String> {
        let Some(text) = self.given.filled(Column::Username).map(str::to_owned) else {
            self.fault(Column::Username, Class::PolicyUsername, "there is no username");
            return None;
        };
        match Username::parse(&text) {
            Ok(_) => return Some(text),
            Err(refusal) => self.rule(Column::Username, Class::PolicyUsername, refusal.to_string()),
        }
        self.existed.then_some(text)
    }

    fn email(&mut self) -> Option<String> {
        let Some(text) = self.given.filled(Column::Email).map(str::to_owned) else {
            self.fault(Column::Email, Class::PolicyEmail, "there is no e-mail");
            return None;
        };
        if self.existed {
            if !is_normal_form(&text) {
                self.odd.push("email: not in normal form, so that it can never log in".to_owned());
            }
            return Some(text);
        }
        match Email::parse(&text) {
            Ok(email) => Some(email.as_str().to_owned()),
            Err(refusal) => {
                self.name_fault(Column::Email, Class::PolicyEmail, refusal.to_string());
                None
            }
        }
    }

    /// An empty text is kept for an account that existed before; the app stores both.
    fn full_name(&mut self) -> Option<String> {
        let text = match self.existed {
            true => self.given.get(Column::FullName),
            false => self.given.filled(Column::FullName),
        };
        if let Err(refusal) = policy::full_name::check(text) {
            self.rule(Column::FullName, Class::PolicyFullName, refusal.to_string());
        }
        text.map(str::to_owned)
    }

    /// The role, and the one that was asked for.
    fn role(&mut self) -> (String, Option<String>) {
        let default = default_role(self.settings, self.schema).as_str().to_owned();
        let Some(given) = self.given.filled(Column::Role).map(str::to_owned) else { return (default, None) };
        match offered_role(self.settings, self.schema, &given) {
            Ok(role) if !self.existed => (role.as_str().to_owned(), Some(role.as_str().to_owned())),
            Ok(role) => {
                if role.as_str() != given {
                    self.odd.push(format!("role: '{given}' is not the offered spelling '{}'", role.as_str()));
                }
                (given.clone(), Some(given))
            }
            Err(refusal) => {
                self.rule(Column::Role, Class::PolicyRole, refusal.message);
                (given.clone(), Some(given))
            }
        }
    }

    fn flag(&mut self, column: Column, default: Flag) -> Flag {
        let Some(text) = self.given.filled(column).map(|text| text.trim().to_owned()) else { return default };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Flag::On,
            "false" | "no" | "n" | "0" => Flag::Off,
            _ => {
                self.fault(column, Class::Usage, format!("'{text}' is neither true nor false (nor yes, no, 1, 0)"));
                default
            }
        }
    }

    fn number(&mut self, column: Column) -> Option<i64> {
        let text = self.given.filled(column)?.trim().to_owned();
        match text.parse() {
            Ok(number) if number >= 0 => Some(number),
            Ok(_) | Err(_) => {
                self.fault(column, Class::Usage, format!("'{text}' is not a whole number from 0 up"));
                None
            }
        }
    }

    fn customer(&mut self) -> Option<i64> {
        let number = self.number(Column::CustomerId)?;
        if !self.schema.has("customer_id") {
            self.fault(Column::CustomerId, Class::Usage, "this database has no customers: leave the cell empty");
        }
        Some(number)
    }

    /// What an account that existed before brings along.
    fn history(&mut self) -> Option<History> {
        if !self.existed {
            for column in [Column::LastLogin, Column::FailedLoginAttempts, Column::LockedUntil] {
                if self.given.filled(column).is_some() {
                    let text = "only an account that existed before has this; give its created_at too";
                    self.fault(column, Class::Usage, text);
                }
            }
            return None;
        }
        Some(History {
            created_at: self.time(Column::CreatedAt)?,
            last_login: self.time(Column::LastLogin),
            failed_login_attempts: self.number(Column::FailedLoginAttempts).unwrap_or(0),
            locked_until: self.time(Column::LockedUntil),
        })
    }

    /// A time in a text that the app reads, kept as it is.
    fn time(&mut self, column: Column) -> Option<String> {
        let text = self.given.filled(column)?;
        let is_number = text.parse::<f64>().is_ok();
        if parse_python(text).is_some() && !is_number {
            return Some(text.to_owned());
        }
        let message = format!("'{text}' is not a time that the app reads; write it as 2026-11-25 14:05:00");
        self.fault(column, Class::Usage, message);
        None
    }

    /// The ready hash and its salt.
    fn ready(&mut self) -> Option<(String, String)> {
        let hash = self.given.filled(Column::PasswordHash).map(str::to_owned);
        let salt = self.given.filled(Column::Salt).map(str::to_owned);
        let (hash, salt) = match (hash, salt) {
            (None, None) => return None,
            (Some(hash), Some(salt)) => (hash, salt),
            (Some(hash), None) if self.existed => (hash, String::new()),
            (Some(_), None) => {
                self.fault(Column::Salt, Class::PolicyPassword, "a password_hash needs its salt beside it");
                return None;
            }
            (None, Some(_)) => {
                self.fault(Column::PasswordHash, Class::PolicyPassword, "a salt needs its password_hash beside it");
                return None;
            }
        };
        if let Err(refusal) = check_ready(&hash) {
            self.rule(Column::PasswordHash, Class::PolicyPassword, refusal.to_string());
        }
        if let Err(refusal) = check_ready_salt(&salt) {
            self.rule(Column::Salt, Class::PolicyPassword, refusal.to_string());
        }
        Some((hash, salt))
    }

    /// Where the password comes from.
    fn source(&mut self, password: Option<Password>) -> Source {
        match (password, self.ready()) {
            (Some(password), ready) => {
                self.password(password.expose(), ready.as_ref());
                Source::Password(password)
            }
            (None, Some((hash, salt))) => Source::Ready { hash, salt },
            (None, None) => Source::Missing,
        }
    }

    /// A password in plain text is a new one, whenever the account began.
    fn password(&mut self, text: &str, ready: Option<&(String, String)>) {
        if ready.is_some() {
            self.fault(
                Column::Password,
                Class::Usage,
                "there is a password and a password_hash: one of them is too many",
            );
        }
        if text.contains('\0') {
            self.fault(Column::Password, Class::PolicyPassword, "holds a NUL character");
        } else if let Err(refusal) = policy::password::check(text, &self.settings.password) {
            self.fault(Column::Password, Class::PolicyPassword, refusal.to_string());
        }
    }
}
