//! The one pass over all accounts: what is wrong with each, by itself.
//!
//! What a newcomer would get wrong: an account without a fault is not kept. What is: the findings, the admins, names
//! beyond ASCII, and the state of each customer.

use std::collections::{BTreeMap, HashMap};

use super::fault::Fault;
use super::finding::{Account, Address, CellColumn, Closed, Finding, NullColumn, RoleReader, TimeColumn};
use super::look_alikes::LookAlikes;
use crate::crypto::worth::{Worth, worth};
use crate::model::role::RoleName;
use crate::model::time::Timestamp;
use crate::model::user::{CustomerState, Field, StoredUser};
use crate::ops::Settings;
use crate::ops::error::Error;
use crate::policy::admin::is_usable_admin;
use crate::policy::email::Email;
use crate::policy::login::customer_state;
use crate::policy::role::Roles;
use crate::policy::state::{Lock, lock, stuck};
use crate::store::{Schema, Surveyed, View};

/// What the pass found.
pub(super) struct Passed {
    pub(super) findings: Vec<Finding>,
    pub(super) admins: Admins,
    pub(super) look_alikes: LookAlikes,
}

/// The accounts with the admin's role.
#[derive(Default)]
pub(super) struct Admins {
    /// Those that are active, locked or not, and since when they are there, where that can be read.
    pub(super) active: Vec<(Account, Option<Timestamp>)>,
    /// How many can log in now, and the first of them.
    pub(super) usable: u64,
    pub(super) usable_id: Option<i64>,
    /// The first that is active but locked.
    pub(super) locked: Option<Account>,
    /// The first that is inactive.
    pub(super) inactive: Option<Account>,
}

/// Looks at every account.
pub(super) fn pass(view: View<'_>, schema: &Schema, settings: &Settings, now: Timestamp) -> Result<Passed, Error> {
    let mut pass = Pass::new(view, schema, settings, now);
    view.survey_users(|row| pass.account(&row))?;
    let findings = pass.found.into_iter();
    Ok(Passed {
        findings: findings.map(|(fault, accounts)| Finding::new(fault, accounts)).collect(),
        admins: pass.admins,
        look_alikes: pass.look_alikes,
    })
}

struct Pass<'a> {
    view: View<'a>,
    settings: &'a Settings,
    now: Timestamp,
    roles: Roles,
    default_role: RoleName,
    admin: RoleName,
    role_reader: RoleReader,
    customers: HashMap<i64, CustomerState>,
    found: BTreeMap<Fault, Vec<Account>>,
    admins: Admins,
    look_alikes: LookAlikes,
}

impl<'a> Pass<'a> {
    fn new(view: View<'a>, schema: &'a Schema, settings: &'a Settings, now: Timestamp) -> Self {
        Self {
            view,
            settings,
            now,
            roles: settings.roles(schema),
            default_role: settings.role_instead(schema),
            admin: settings.admin_role(),
            role_reader: if schema.has("customer_id") { RoleReader::Shows } else { RoleReader::Fails },
            customers: HashMap::new(),
            found: BTreeMap::new(),
            admins: Admins::default(),
            look_alikes: LookAlikes::default(),
        }
    }

    fn add(&mut self, fault: Fault, account: Account) {
        self.found.entry(fault).or_default().push(account);
    }

    fn account(&mut self, row: &Surveyed) -> Result<(), Error> {
        let user = &row.user;
        self.lock(user);
        self.times(user);
        self.names(user);
        self.email(user);
        self.hash(row);
        self.role(user);
        self.customer(user)?;
        self.look_alikes.note(user);
        Ok(())
    }

    fn lock(&mut self, user: &StoredUser) {
        if user.locked_until.bad().is_some() {
            self.add(Fault::UnreadableDate { column: TimeColumn::LockedUntil }, Account::of(user));
        } else if stuck(user, self.settings.time_format).is_some() {
            self.add(Fault::StuckLock, Account::of(user));
        } else if is_hair_trigger(user, self.settings, self.now) {
            self.add(Fault::HairTrigger { threshold: self.settings.lockout_attempts }, Account::of(user));
        }
        match &user.failed_login_attempts {
            Field::Null => self.null(NullColumn::Attempts, user),
            Field::Bad(_) => self.cell(CellColumn::Attempts, user),
            Field::Value(_) | Field::Absent => {}
        }
    }

    fn times(&mut self, user: &StoredUser) {
        for (cell, column) in [(&user.last_login, TimeColumn::LastLogin), (&user.created_at, TimeColumn::CreatedAt)] {
            if cell.bad().is_some() {
                self.add(Fault::UnreadableDate { column }, Account::of(user));
            }
        }
    }

    fn names(&mut self, user: &StoredUser) {
        for (cell, column) in [(&user.username, NullColumn::Username), (&user.email, NullColumn::Email)] {
            if *cell == Field::Null {
                self.null(column, user);
            }
        }
        for (cell, column) in [
            (&user.username, CellColumn::Username),
            (&user.email, CellColumn::Email),
            (&user.full_name, CellColumn::FullName),
        ] {
            if cell.bad().is_some() {
                self.cell(column, user);
            }
        }
    }

    fn cell(&mut self, column: CellColumn, user: &StoredUser) {
        let instead = self.default_role.as_str().to_owned();
        self.add(Fault::UnreadableCell { column, instead }, Account::of(user));
    }

    fn null(&mut self, column: NullColumn, user: &StoredUser) {
        let instead = self.default_role.as_str().to_owned();
        self.add(Fault::NullBreaksApp { column, instead }, Account::of(user));
    }

    fn email(&mut self, user: &StoredUser) {
        let Field::Value(stored) = &user.email else { return };
        match Email::parse(stored) {
            Ok(normal) if normal.as_str() == stored => {}
            Ok(normal) => {
                self.add(Fault::EmailCannotLogin(Address::NotNormal), Account::with(user, normal.as_str()));
            }
            Err(_) => self.add(Fault::EmailCannotLogin(Address::Refused), Account::with(user, stored)),
        }
    }

    fn hash(&mut self, row: &Surveyed) {
        let user = &row.user;
        let judged = match &row.hash {
            Field::Absent => return,
            Field::Null => Worth::Missing,
            Field::Bad(_) => Worth::Unusable("the hash is not text".to_owned()),
            Field::Value(hash) => worth(hash, self.settings.hash),
        };
        match (judged, &row.salt) {
            (Worth::Missing, _) if user.is_active.is_on() => self.add(Fault::LegacyNoPassword, Account::of(user)),
            (Worth::Missing, _) => {}
            (Worth::Unusable(why), _) => self.add(Fault::UnsupportedHash, Account::with(user, &why)),
            (_, Field::Null) => self.add(Fault::UnsupportedHash, Account::with(user, "the salt is NULL")),
            (_, Field::Bad(_)) => self.add(Fault::UnsupportedHash, Account::with(user, "the salt is not text")),
            (Worth::Bcrypt, _) => self.add(Fault::BcryptHash, Account::of(user)),
            (Worth::Outdated, _) => self.add(Fault::OutdatedHash, Account::of(user)),
            (Worth::Current, _) => {}
        }
    }

    fn role(&mut self, user: &StoredUser) {
        let role = match &user.role {
            Field::Absent => return,
            Field::Null => return self.null(NullColumn::Role, user),
            Field::Bad(_) => return self.cell(CellColumn::Role, user),
            Field::Value(role) => role,
        };
        if !self.roles.iter().any(|offered| offered.as_str() == role) {
            let instead = self.roles.map(role).unwrap_or(&self.default_role).as_str().to_owned();
            self.add(Fault::UnknownRole { instead, app: self.role_reader }, Account::with(user, role));
        }
        if role == self.admin.as_str() {
            self.admin(user);
        }
    }

    fn admin(&mut self, user: &StoredUser) {
        let usable = is_usable_admin(user, self.admin.as_str(), self.now, self.settings.time_format);
        let admins = &mut self.admins;
        if !user.is_active.is_on() {
            admins.inactive.get_or_insert_with(|| Account::of(user));
            return;
        }
        let since = user.created_at.value().map(|at| at.instant());
        admins.active.push((Account::of(user), since));
        if usable {
            admins.usable += 1;
            admins.usable_id.get_or_insert(user.id.0);
        } else {
            admins.locked.get_or_insert_with(|| Account::of(user));
        }
    }

    fn customer(&mut self, user: &StoredUser) -> Result<(), Error> {
        let Some(id) = user.customer_id.value().copied() else { return Ok(()) };
        let state = match self.customers.get(&id) {
            Some(state) => *state,
            None => {
                let Some(facts) = self.view.customer(id)? else { return Ok(()) };
                let state = customer_state(facts, self.now);
                self.customers.insert(id, state);
                state
            }
        };
        if state == CustomerState::Missing {
            self.add(Fault::CustomerMissing { customer: id }, Account::of(user));
        } else if let Some(state) = Closed::of(state) {
            self.add(Fault::CustomerClosed { customer: id, state }, Account::of(user));
        }
        Ok(())
    }
}

/// Whether the app's counter is so high that one more failure locks, although nothing is locked now. The app goes on
/// counting after a lock has run out (`app-facts`, Login and lockout).
pub(super) fn is_hair_trigger(user: &StoredUser, settings: &Settings, now: Timestamp) -> bool {
    let full = matches!(&user.failed_login_attempts, Field::Value(count) if *count >= settings.lockout_attempts);
    let free = match lock(user, now) {
        Lock::None | Lock::Expired { .. } => stuck(user, settings.time_format).is_none(),
        Lock::Until { .. } | Lock::Unreadable => false,
    };
    full && free
}
