//! Which roles may be given, and how a typed role becomes one of them.
//!
//! What a newcomer would get wrong: a role is stored in the offered spelling, never in the typed one; the
//! app answers 500 on a spelling that it does not know.

use thiserror::Error;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(names: &[&str]) -> Roles {
        Roles::new(names.iter().filter_map(|name| RoleName::new(*name))).expect("not empty")
    }

    fn mapped(roles: &Roles, given: &str) -> Result<String, String> {
        let role = roles.map(given).map_err(|refusal| refusal.to_string())?;
        Ok(role.to_string())
    }

    #[test]
    fn case_is_mapped_onto_the_offered_spelling() {
        let offered = roles(&["ADMIN", "Ärztin"]);
        assert_eq!(mapped(&offered, "admin"), Ok("ADMIN".to_owned()));
        assert_eq!(mapped(&offered, "äRZTIN"), Ok("Ärztin".to_owned()));
        assert_eq!(mapped(&offered, "ADMIN"), Ok("ADMIN".to_owned()));
    }

    #[test]
    fn an_exact_role_wins_over_its_twin_in_another_case() {
        let offered = roles(&["Admin", "admin", "ADMIN", "user", "user"]);
        assert_eq!(mapped(&offered, "admin"), Ok("admin".to_owned()));
        assert_eq!(mapped(&offered, "USER"), Ok("user".to_owned()));
        assert_eq!(
            mapped(&offered, "aDMIN"),
            Err("role 'aDMIN' fits several offered ones, choose one of: Admin, admin, ADMIN".to_owned())
        );
    }

    #[test]
    fn an_unknown_role_is_refused_with_the_offered_ones() {
        for given in ["wizard", "", " admin", "administrator"] {
            assert_eq!(
                mapped(&Roles::of_app(), given),
                Err(format!("role '{given}' is not offered, choose one of: patient, therapist, admin"))
            );
        }
    }

    #[test]
    fn the_columns_default_wins_over_the_first_offered() {
        let offered = Roles::of_app_with_customers();
        assert_eq!(offered.default_for(Some("patient")).as_str(), "patient");
        assert_eq!(offered.default_for(Some("")).as_str(), "user");
        assert_eq!(offered.default_for(None).as_str(), "user");
        let patient = RoleName::new("patient").expect("not empty");
        assert!(!offered.offers(&patient));
        assert!(Roles::of_app().offers(&patient));
    }

    #[test]
    fn no_roles_are_no_offer() {
        assert_eq!(Roles::new([]), None);
    }
}
