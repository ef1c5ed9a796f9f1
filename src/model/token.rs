//! What the app puts into a token, byte for byte.
//!
//! What a newcomer would get wrong: the order of the claims is part of the contract with the app, and
//! `customer_id` stands in the middle, where only the newest app version has it.

use serde_json::{Map, Value};

use super::text::{defuse, hex};

pub mod json;

/// Header of every token of the app (`app-facts`, Tokens).
pub const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Claims that the app sets itself, and that no extra claim may replace.
const OWN_CLAIMS: [&str; 8] = ["user_id", "email", "role", "customer_id", "exp", "iat", "type", "jti"];

/// The two kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// Opens the app.
    Access,
    /// Gets a new access token.
    Refresh,
}

impl TokenType {
    /// The text of the claim `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }

    /// The type that a claim names, if it is one of the two.
    #[must_use]
    pub fn from_claim(text: &str) -> Option<Self> {
        [Self::Access, Self::Refresh].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The claim `jti`: 32 lower-case hex characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenId(String);

impl TokenId {
    /// The id that 16 random bytes stand for.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(hex(&bytes))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose token it is; the two types say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// An access token names e-mail and role.
    Access {
        /// As in the row.
        email: String,
        /// As in the row, where it may be NULL.
        role: Option<String>,
    },
    /// A refresh token names neither.
    Refresh,
}

impl Holder {
    /// The type of the token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::Access { .. } => TokenType::Access,
            Self::Refresh => TokenType::Refresh,
        }
    }
}

/// The claim `customer_id`, which depends on the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerClaim {
    /// The table has no such column: no claim.
    NoColumn,
    /// The column is NULL: a null claim.
    Null,
    /// The customer.
    Id(i64),
}

/// Claims that the operator adds, after the app's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraClaims(Map<String, Value>);

/// An extra claim that cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Not `NAME=VALUE`.
    #[error("claim '{}' is not of the form name=value", defuse(.0))]
    Form(String),
    /// The part after `=` is not exact JSON.
    #[error("the value of claim '{}' is not JSON: {reason}", defuse(name))]
    Json {
        /// The claim.
        name: String,
        /// In the reader's words.
        reason: String,
    },
    /// One of the app's own.
    #[error("claim '{}' is set by the token itself", defuse(.0))]
    Own(String),
    /// Given before.
    #[error("claim '{}' is given twice", defuse(.0))]
    Twice(String),
}

impl ExtraClaims {
    /// Adds `NAME=TEXT`, the value as a JSON string.
    ///
    /// # Errors
    /// When the form is wrong, or the name is taken.
    pub fn add_text(&mut self, argument: &str) -> Result<(), ClaimError> {
        let (name, text) = split(argument)?;
        self.add(name, Value::String(text.to_owned()))
    }

    /// Adds `NAME=JSON`.
    ///
    /// # Errors
    /// When the form is wrong, the value is not JSON that reads the same everywhere, or the name is taken.
    pub fn add_json(&mut self, argument: &str) -> Result<(), ClaimError> {
        let (name, text) = split(argument)?;
        let refuse = |reason: String| ClaimError::Json { name: name.to_owned(), reason };
        let parsed = json::parse(text).map_err(|error| refuse(error.to_string()))?;
        if let Some(key) = parsed.duplicate_keys.first() {
            return Err(refuse(format!("key '{key}' stands twice")));
        }
        match parsed.inexact.first() {
            Some(json::Inexact::LoneSurrogate) => Err(refuse("half of a surrogate pair".to_owned())),
            Some(json::Inexact::NonFinite) => Err(refuse("NaN and Infinity are not JSON".to_owned())),
            None => self.add(name, parsed.value),
        }
    }

    /// Whether there is a claim of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn add(&mut self, name: &str, value: Value) -> Result<(), ClaimError> {
        if OWN_CLAIMS.contains(&name) {
            return Err(ClaimError::Own(name.to_owned()));
        }
        match self.0.insert(name.to_owned(), value) {
            Some(_) => Err(ClaimError::Twice(name.to_owned())),
            None => Ok(()),
        }
    }
}

fn split(argument: &str) -> Result<(&str, &str), ClaimError> {
    match argument.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name, value)),
        Some(_) | None => Err(ClaimError::Form(argument.to_owned())),
    }
}

/// From when and until when a token is good, in whole seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// The claim `iat`.
    pub issued_at_seconds: i64,
    /// The claim `exp`.
    pub expires_at_seconds: i64,
}

impl Lifetime {
    /// Begins at the whole second that has begun: rounded up, the app would see a future `iat` (field report A15).
    #[must_use]
    pub fn starting(now_micros: i64, ttl_seconds: i64) -> Self {
        let issued_at_seconds = now_micros.div_euclid(1_000_000);
        Self { issued_at_seconds, expires_at_seconds: issued_at_seconds.saturating_add(ttl_seconds) }
    }
}

/// All claims of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The row's id.
    pub user_id: i64,
    /// Type, and what depends on it.
    pub holder: Holder,
    /// The row's customer, in files that have one.
    pub customer: CustomerClaim,
    /// `iat` and `exp`.
    pub lifetime: Lifetime,
    /// `jti`.
    pub jti: TokenId,
    /// What the operator added.
    pub extra: ExtraClaims,
}

impl Claims {
    /// The payload as the app would write it, in the app's order (`app-facts`, Tokens).
    #[must_use]
    pub fn payload_json(&self) -> String {
        json::render(&Value::Object(self.payload()))
    }

    /// The same as a value, in that order.
    #[must_use]
    pub fn payload(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("user_id", self.user_id.into());
        match &self.holder {
            Holder::Access { email, role } => {
                put("email", email.as_str().into());
                put("role", role.as_deref().into());
            }
            Holder::Refresh => {}
        }
        match self.customer {
            CustomerClaim::NoColumn => {}
            CustomerClaim::Null => _ = put("customer_id", Value::Null),
            CustomerClaim::Id(id) => _ = put("customer_id", id.into()),
        }
        put("exp", self.lifetime.expires_at_seconds.into());
        put("iat", self.lifetime.issued_at_seconds.into());
        put("type", self.holder.token_type().as_str().into());
        put("jti", self.jti.as_str().into());
        claims.extend(self.extra.0.clone());
        claims
    }
}
