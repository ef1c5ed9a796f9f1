//! The configured rules, as the verbs need them.
//!
//! What a newcomer would get wrong: which roles there are depends on the file as well, since the app with customers
//! has others; and the admin's role is compared in the configured spelling.

use crate::crypto::password::HashParams;
use crate::model::role::RoleName;
use crate::model::time::{Span, TimeFormat};
use crate::policy::password::Limits;
use crate::policy::role::{Ranks, Roles};
use crate::store::Schema;

/// The role that may do everything, as the app spells it (`app-facts`).
const ADMIN: &str = "admin";

/// The configured rules.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Roles of the configuration; `None`: those of the app that the file belongs to.
    pub roles: Option<Roles>,
    /// Bounds of a new password, in code points.
    pub password: Limits,
    /// Failed logins that lock.
    pub lockout_attempts: i64,
    /// How long they lock.
    pub lockout_duration: Span,
    /// How `locked_until` is written.
    pub time_format: TimeFormat,
    /// Lifetime of an access token.
    pub access_ttl: Span,
    /// Lifetime of a refresh token.
    pub refresh_ttl: Span,
    /// Cost of a new hash.
    pub hash: HashParams,
}

impl Settings {
    /// The roles that are offered on this file.
    pub fn roles(&self, schema: &Schema) -> Roles {
        match &self.roles {
            Some(roles) => roles.clone(),
            None if schema.has("customer_id") => Roles::of_app_with_customers(),
            None => Roles::of_app(),
        }
    }

    /// The role for somebody for whom none is known: the file's default where it is offered, else the first one
    /// offered.
    pub fn role_instead(&self, schema: &Schema) -> RoleName {
        let offered = self.roles(schema);
        let default = offered.default_for(schema.default_role().as_deref());
        if offered.offers(&default) { default } else { offered.default_for(None) }
    }

    /// The admin's role, in the configured spelling.
    pub fn admin_role(&self) -> RoleName {
        self.spelled(ADMIN)
    }

    /// The roles that have rights in a session on this file, in the configured spelling.
    pub fn ranks(&self, schema: &Schema) -> Ranks {
        let (therapist, patient) =
            if schema.has("customer_id") { ("moderator", "user") } else { ("therapist", "patient") };
        Ranks { admin: self.admin_role(), therapist: self.spelled(therapist), patient: self.spelled(patient) }
    }

    fn spelled(&self, role: &str) -> RoleName {
        let configured = self.roles.as_ref().and_then(|roles| roles.map(role).ok().cloned());
        configured.or_else(|| RoleName::new(role)).expect("a literal that is not empty")
    }
}
