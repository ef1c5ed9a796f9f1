//! Which roles may be given, how a typed role becomes one of them, and what the account of a session may do.
//!
//! What a newcomer would get wrong: a role is stored in the offered spelling, never in the typed one; the
//! app answers 500 on a spelling that it does not know. And rights are looked at in a session alone: without
//! one, whoever may write the file may do everything.

mod verb;

use thiserror::Error;

pub use verb::Verb;

use crate::model::role::RoleName;

/// The roles of the app up to its newest version (`app-facts`, Login and lockout).
const APP: [&str; 3] = ["patient", "therapist", "admin"];
/// The roles of the newest version, whose `users` has `customer_id` (`app-facts`, Stages of the database).
const APP_WITH_CUSTOMERS: [&str; 3] = ["user", "moderator", "admin"];

/// The offered roles, in the order in which they are shown; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    first: RoleName,
    others: Vec<RoleName>,
}

/// Why a typed role is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// None of the offered ones.
    #[error("role '{given}' is not offered, choose one of: {offered}")]
    NotOffered {
        /// What was typed.
        given: String,
        /// The offered roles, in order, with commas between.
        offered: String,
    },
    /// Only the case differs from two or more of the offered ones, and nothing says which is meant.
    #[error("role '{given}' fits several offered ones, choose one of: {offered}")]
    Ambiguous {
        /// What was typed.
        given: String,
        /// The roles that it fits, in order, with commas between.
        offered: String,
    },
}

impl Roles {
    /// The roles of a configuration, in its order; `None` if there are none. A repeated one counts once.
    pub fn new(offered: impl IntoIterator<Item = RoleName>) -> Option<Self> {
        let mut offered = offered.into_iter();
        let first = offered.next()?;
        let mut others: Vec<RoleName> = Vec::new();
        for role in offered {
            if role != first && !others.contains(&role) {
                others.push(role);
            }
        }
        Some(Self { first, others })
    }

    /// What is offered without a configuration: patient, therapist, admin.
    pub fn of_app() -> Self {
        Self::literal(APP)
    }

    /// What is offered without a configuration where `users` has `customer_id`: user, moderator, admin.
    pub fn of_app_with_customers() -> Self {
        Self::literal(APP_WITH_CUSTOMERS)
    }

    fn literal(names: [&str; 3]) -> Self {
        let roles = Self::new(names.into_iter().filter_map(RoleName::new));
        roles.expect("the literals above are not empty")
    }

    /// The offered roles, in order.
    pub fn iter(&self) -> impl Iterator<Item = &RoleName> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether exactly this spelling is offered.
    pub fn offers(&self, role: &RoleName) -> bool {
        self.iter().any(|offered| offered == role)
    }

    /// The offered role that is meant: the exact one, else the only one that differs in case alone.
    ///
    /// # Errors
    /// None is meant, or two or more.
    pub fn map(&self, given: &str) -> Result<&RoleName, Refusal> {
        if let Some(exact) = self.iter().find(|role| role.as_str() == given) {
            return Ok(exact);
        }
        let lower = given.to_lowercase();
        let fits = |role: &&RoleName| role.as_str().to_lowercase() == lower;
        let fitting: Vec<&RoleName> = self.iter().filter(fits).collect();
        match fitting.as_slice() {
            [one] => Ok(one),
            [] => Err(Refusal::NotOffered { given: given.to_owned(), offered: listed(self.iter()) }),
            several => Err(Refusal::Ambiguous { given: given.to_owned(), offered: listed(several.iter().copied()) }),
        }
    }

    /// The role of a user for whom none was given: the column's default (without SQL quotes) if it has one
    /// that is not empty, else the first offered.
    pub fn default_for(&self, column_default: Option<&str>) -> RoleName {
        column_default.and_then(RoleName::new).unwrap_or_else(|| self.first.clone())
    }
}

fn listed<'a>(roles: impl Iterator<Item = &'a RoleName>) -> String {
    roles.map(RoleName::as_str).collect::<Vec<_>>().join(", ")
}

/// Who may run a command in a session: the one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// No session is looked at: nothing of the accounts is read or written, or it is the way to a session.
    Free,
    /// Every account that has a session.
    Anybody,
    /// Admins; therapists on patients.
    Desk,
    /// Admins; patients on their own account.
    Own,
    /// Admins alone.
    Admin,
}

/// The row of a command. There is no wildcard: a new command does not compile until it has its row.
#[must_use]
pub fn right(verb: Verb) -> Right {
    match verb {
        Verb::Login | Verb::Logout | Verb::InspectUnverified | Verb::ConfigShow | Verb::Completions | Verb::Man => {
            Right::Free
        }
        Verb::Whoami => Right::Anybody,
        Verb::UserList | Verb::UserShow | Verb::UserWhy | Verb::Lock | Verb::Unlock => Right::Desk,
        Verb::UserPasswd => Right::Own,
        // Trying passwords without being counted, and ending or reviving an account, are more than a desk needs.
        Verb::UserWhyPassword | Verb::LockDeactivate | Verb::UnlockReactivate => Right::Admin,
        Verb::Init
        | Verb::Migrate
        | Verb::MigrateStatus
        | Verb::MigratePlan
        | Verb::MigrateCheck
        | Verb::MigrateRehearse
        | Verb::UserAdd
        | Verb::UserActivate
        | Verb::UserDeactivate
        | Verb::UserVerify
        | Verb::UserEdit
        | Verb::UserDelete
        | Verb::UserImport
        | Verb::UserExport
        | Verb::SetRole
        | Verb::TokenIssue
        | Verb::TokenInspect
        | Verb::TokenVerify
        | Verb::AuditList
        | Verb::AuditShow
        | Verb::AuditVerify
        | Verb::AuditExport
        | Verb::AuditHead
        | Verb::AuditPrune
        | Verb::DbBackup
        | Verb::DbRestore
        | Verb::DbCheck
        | Verb::DbInfo
        | Verb::Doctor
        | Verb::SecretGenerate => Right::Admin,
    }
}

/// What an account is at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// May do everything.
    Admin,
    /// `therapist`, or `moderator` in the newest app.
    Therapist,
    /// `patient`, or `user` in the newest app.
    Patient,
    /// No role, or another one.
    Other,
}

/// Which accounts a command may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    Everybody,
    /// Those of patients.
    Patients,
    /// Their own.
    Themselves,
}

/// What somebody may do with a command, and on whom; `None`: nothing.
#[must_use]
pub fn reach(standing: Standing, verb: Verb) -> Option<Reach> {
    match (right(verb), standing) {
        (Right::Free, _) | (_, Standing::Admin) => Some(Reach::Everybody),
        (Right::Anybody, _) | (Right::Own, Standing::Patient) => Some(Reach::Themselves),
        (Right::Desk, Standing::Therapist) => Some(Reach::Patients),
        (Right::Desk | Right::Own | Right::Admin, Standing::Therapist | Standing::Patient | Standing::Other) => None,
    }
}

/// The roles that have rights, in the spelling of the file's app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranks {
    /// [`Standing::Admin`].
    pub admin: RoleName,
    /// [`Standing::Therapist`].
    pub therapist: RoleName,
    /// [`Standing::Patient`].
    pub patient: RoleName,
}

impl Ranks {
    /// What an account with this role is; the spelling counts, as in the app.
    #[must_use]
    pub fn standing(&self, role: Option<&str>) -> Standing {
        let is = |rank: &RoleName| role == Some(rank.as_str());
        if is(&self.admin) {
            Standing::Admin
        } else if is(&self.therapist) {
            Standing::Therapist
        } else if is(&self.patient) {
            Standing::Patient
        } else {
            Standing::Other
        }
    }
}

#[cfg(test)]
mod tests;
