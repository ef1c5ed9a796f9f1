//! Tokens with one thing wrong, so that the tests of an API can see each refusal.
//!
//! What a newcomer would get wrong: everything else about such a token is right, or a test would pass for another
//! reason. And some of them open the app, which looks at neither `type` nor, with python-jose, at `iat`
//! (`app-facts`, Tokens): so they live for five minutes at most, and are on record as any other.

use crate::crypto::jwt;
use crate::crypto::random::Source;
use crate::model::secret::{SignedToken, SigningKey};
use crate::model::time::Span;
use crate::model::token::{Claims, HEADER, TokenType, json};
use crate::model::user::UserId;
use crate::ops::Error;
use crate::store::View;

/// The longest that a broken token may live (`security.md`, Tokens).
pub const BROKEN_TTL: Span = Span::from_seconds(300);
/// By how far times are missed, in seconds: no leeway of an API is this long.
const FAR: i64 = 3_600;
/// The smallest whole number that JavaScript cannot tell from its neighbour: 2^53 + 1.
const BEYOND_EXACT: i64 = 9_007_199_254_740_993;
/// The header of a token that nobody signed (RFC 7519 §6).
const UNSIGNED_HEADER: &str = r#"{"alg":"none","typ":"JWT"}"#;

/// The one thing that is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// `exp` was an hour ago.
    Expired,
    /// `nbf` is in an hour, long after `exp`.
    NotYet,
    /// Signed with a random key.
    Signature,
    /// Not signed at all.
    AlgNone,
    /// The claim `type` names the other type.
    Type,
    /// `user_id` is above 2^53, and no account has it.
    NoUser,
    /// `iat` is as late as `exp`, so that it never comes in the token's life.
    FutureIat,
}

impl Broken {
    /// The word on the command line, in JSON and in the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::Signature => "signature",
            Self::AlgNone => "alg-none",
            Self::Type => "type",
            Self::NoUser => "no-user",
            Self::FutureIat => "future-iat",
        }
    }
}

/// A flaw and what making it takes, drawn before any transaction.
pub(super) struct Flaw {
    kind: Broken,
    other_key: SigningKey,
}

impl Flaw {
    pub(super) fn new(kind: Broken, random: &mut Source<'_>) -> Result<Self, Error> {
        let mut bytes = vec![0; 32];
        random(&mut bytes).map_err(|error| Error::Unexpected(error.to_string()))?;
        Ok(Self { kind, other_key: SigningKey::new(bytes) })
    }

    /// The claims with what is wrong about them, and the claim `exp` and the type that they then have.
    pub(super) fn claims(&self, claims: &Claims, no_user: i64) -> BrokenClaims {
        let mut payload = claims.payload();
        let (iat, exp) = (claims.lifetime.issued_at_seconds, claims.lifetime.expires_at_seconds);
        let (mut end, mut token_type) = (exp, claims.holder.token_type());
        match self.kind {
            Broken::Expired => {
                end = iat - FAR;
                payload["exp"] = end.into();
                payload["iat"] = (end - (exp - iat)).into();
            }
            Broken::NotYet => _ = payload.insert("nbf".to_owned(), (iat + FAR).into()),
            Broken::Type => {
                token_type = match token_type {
                    TokenType::Access => TokenType::Refresh,
                    TokenType::Refresh => TokenType::Access,
                };
                payload["type"] = token_type.as_str().into();
            }
            Broken::NoUser => payload["user_id"] = no_user.into(),
            Broken::FutureIat => payload["iat"] = exp.into(),
            Broken::Signature | Broken::AlgNone => {}
        }
        BrokenClaims { payload_json: json::render(&payload.into()), expires_at_seconds: end, token_type }
    }

    /// The token of such claims.
    pub(super) fn sign(&self, claims: &BrokenClaims, key: &SigningKey) -> SignedToken {
        match self.kind {
            Broken::AlgNone => jwt::unsigned(UNSIGNED_HEADER, &claims.payload_json),
            Broken::Signature => jwt::sign_compact(HEADER, &claims.payload_json, &self.other_key),
            Broken::Expired | Broken::NotYet | Broken::Type | Broken::NoUser | Broken::FutureIat => {
                jwt::sign_compact(HEADER, &claims.payload_json, key)
            }
        }
    }
}

/// What [`Flaw::claims`] made.
pub(super) struct BrokenClaims {
    payload_json: String,
    pub(super) expires_at_seconds: i64,
    pub(super) token_type: TokenType,
}

/// An id above 2^53 that no account has; without a file, the first of them.
pub(super) fn no_user(view: Option<View<'_>>) -> Result<i64, Error> {
    let mut id = BEYOND_EXACT;
    while let Some(view) = view
        && view.user(UserId(id))?.is_some()
    {
        id += 1;
    }
    Ok(id)
}
