//! The name of a role: what the app keeps in `users.role`.
//!
//! What a newcomer would get wrong: roles are no enum. The versions of the app offer different ones, the
//! configuration may name others, and a row may hold one that nobody offers; it is shown as it is.

use std::fmt;

/// The name of a role, never empty, in the spelling in which it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// Takes any text but the empty one, which gives `None`.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (!text.is_empty()).then_some(Self(text))
    }

    /// The text, as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_text_is_no_role() {
        assert_eq!(RoleName::new(""), None);
        assert_eq!(RoleName::new("patient").map(|role| role.to_string()), Some("patient".to_owned()));
    }
}
