//! Tokens: issue, and judge with key and row.
//!
//! What a newcomer would get wrong: the event with the token's id is committed before the token is printed, so
//! that no token is in the world that the log does not know (save `--offline`, which looks at no database).

use super::each::about;
use super::error::Error;
use super::lock::Force;
use super::resolve;
use super::settings::Settings;
use crate::crypto::jwt::{self, SignatureCheck};
use crate::crypto::random::Source;
use crate::model::event::EventName;
use crate::model::secret::{SignedToken, SigningKey};
use crate::model::time::{Span, Timestamp};
use crate::model::token::{
    self as token_model, Claims, CustomerClaim, ExtraClaims, Holder, Lifetime, TokenId, TokenType,
};
use crate::model::user::{Field, Flag, StoredUser, UserId, UserSpec};
use crate::policy::state::{Lock, lock, stuck};
use crate::policy::token::{self, Judgement, KeyState, Options, Row, RowState, SignatureFact};
use crate::store::{Act, Applied, Change, Schema, Store, View};

/// What to issue.
#[derive(Clone, Debug)]
pub struct IssueRequest {
    /// Access or refresh.
    pub token_type: TokenType,
    /// Lifetime; `None`: the configured one.
    pub ttl: Option<Span>,
    /// Claims after the app's own.
    pub extra: ExtraClaims,
    /// Even for a locked or inactive account.
    pub force: Force,
}

/// A token that was issued.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: SignedToken,
    /// Its type.
    pub token_type: TokenType,
    /// The claim `exp`.
    pub expires_at: Timestamp,
    /// The claim `jti`.
    pub jti: TokenId,
}

/// Both tokens of a login.
#[derive(Debug)]
pub struct LoginTokens {
    /// Opens the app.
    pub access: SignedToken,
    /// Gets a new access token.
    pub refresh: SignedToken,
    /// Lifetime of the access token.
    pub expires_in: Span,
}

/// Whose token it is, where no database is looked at.
#[derive(Clone, Debug)]
pub struct OfflineHolder {
    /// The claim `user_id`.
    pub user_id: i64,
    /// The claim `email`.
    pub email: String,
    /// The claim `role`.
    pub role: String,
}

impl Settings {
    /// The configured lifetime.
    pub fn ttl(&self, token_type: TokenType) -> Span {
        match token_type {
            TokenType::Access => self.access_ttl,
            TokenType::Refresh => self.refresh_ttl,
        }
    }
}

/// Issues a token for an account and commits its event.
///
/// # Errors
/// Those of resolving; `Locked` and `Inactive` unless `--force`; the file's.
pub fn issue(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    spec: &UserSpec,
    request: &IssueRequest,
    key: &SigningKey,
    random: &mut Source<'_>,
) -> Result<Applied<(StoredUser, Issued)>, Error> {
    let jti = new_id(random)?;
    let ttl = request.ttl.unwrap_or_else(|| settings.ttl(request.token_type));
    store.change(act, |tx, now| {
        let user = resolve::one(tx.view(), spec)?;
        if request.force == Force::No {
            may_have_token(&user, now)?;
        }
        let claims = claims_of(tx.schema(), &user, request, now, ttl, jti)?;
        let event = about(EventName::TokenIssued, &user)
            .detail("jti", claims.jti.as_str())
            .detail("type", request.token_type.as_str())
            .detail("ttl_seconds", ttl.seconds());
        let issued = sign(claims, key);
        Ok(Change::Done((user, issued), vec![event]))
    })
}

/// Issues a token without a database: no event.
///
/// # Errors
/// `Unexpected` where the operating system gives no random bytes.
pub fn issue_offline(
    settings: &Settings,
    holder: OfflineHolder,
    request: &IssueRequest,
    now: Timestamp,
    key: &SigningKey,
    random: &mut Source<'_>,
) -> Result<Issued, Error> {
    let ttl = request.ttl.unwrap_or_else(|| settings.ttl(request.token_type));
    let claims = Claims {
        user_id: holder.user_id,
        holder: match request.token_type {
            TokenType::Access => Holder::Access { email: holder.email, role: Some(holder.role) },
            TokenType::Refresh => Holder::Refresh,
        },
        customer: CustomerClaim::NoColumn,
        lifetime: Lifetime::starting(now.micros(), ttl.seconds()),
        jti: new_id(random)?,
        extra: request.extra.clone(),
    };
    Ok(sign(claims, key))
}

/// The two tokens that follow a login.
///
/// # Errors
/// `Unexpected` where the operating system gives no random bytes.
pub fn after_login(
    schema: &Schema,
    settings: &Settings,
    user: &StoredUser,
    at: Timestamp,
    key: &SigningKey,
    random: &mut Source<'_>,
) -> Result<LoginTokens, Error> {
    let mut make = |token_type: TokenType| -> Result<SignedToken, Error> {
        let request = IssueRequest { token_type, ttl: None, extra: ExtraClaims::default(), force: Force::No };
        let jti = new_id(random)?;
        Ok(sign(claims_of(schema, user, &request, at, settings.ttl(token_type), jti)?, key).token)
    };
    Ok(LoginTokens {
        access: make(TokenType::Access)?,
        refresh: make(TokenType::Refresh)?,
        expires_in: settings.access_ttl,
    })
}

fn new_id(random: &mut Source<'_>) -> Result<TokenId, Error> {
    let mut bytes = [0; 16];
    random(&mut bytes).map_err(|error| Error::Unexpected(error.to_string()))?;
    Ok(TokenId::from_random(bytes))
}

fn may_have_token(user: &StoredUser, now: Timestamp) -> Result<(), Error> {
    let boxed = || Box::new(user.clone());
    match lock(user, now) {
        Lock::Until { until } => return Err(Error::Locked { user: boxed(), until: Some(until) }),
        Lock::Unreadable => return Err(Error::Locked { user: boxed(), until: None }),
        Lock::None | Lock::Expired { .. } => {}
    }
    if user.is_active == Flag::Off { Err(Error::Inactive { user: boxed() }) } else { Ok(()) }
}

fn claims_of(
    schema: &Schema,
    user: &StoredUser,
    request: &IssueRequest,
    now: Timestamp,
    ttl: Span,
    jti: TokenId,
) -> Result<Claims, Error> {
    let holder = match request.token_type {
        TokenType::Refresh => Holder::Refresh,
        TokenType::Access => Holder::Access {
            email: user.email.value().cloned().ok_or_else(|| unreadable("e-mail"))?,
            role: match &user.role {
                Field::Value(role) => Some(role.clone()),
                Field::Null | Field::Absent => None,
                Field::Bad(_) => return Err(unreadable("role")),
            },
        },
    };
    let customer = match (&user.customer_id, schema.has("customer_id")) {
        (_, false) => CustomerClaim::NoColumn,
        (Field::Value(id), true) => CustomerClaim::Id(*id),
        (Field::Null | Field::Absent, true) => CustomerClaim::Null,
        (Field::Bad(_), true) => return Err(unreadable("customer_id")),
    };
    let lifetime = Lifetime::starting(now.micros(), ttl.seconds());
    Ok(Claims { user_id: user.id.0, holder, customer, lifetime, jti, extra: request.extra.clone() })
}

fn unreadable(what: &str) -> Error {
    Error::Usage(format!("the account's {what} cannot be read, so no token can name it"))
}

fn sign(claims: Claims, key: &SigningKey) -> Issued {
    let expires_at = claims.lifetime.expires_at_seconds.saturating_mul(1_000_000);
    Issued {
        token: jwt::sign_compact(token_model::HEADER, &claims.payload_json(), key),
        token_type: claims.holder.token_type(),
        expires_at: Timestamp::from_micros(expires_at).unwrap_or(Timestamp::MAX),
        jti: claims.jti,
    }
}

/// What there is to judge a token with.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The key, where it is usable.
    pub key: Option<&'a SigningKey>,
    /// What the key is worth.
    pub key_state: KeyState,
    /// The rows, where there is a database.
    pub view: Option<View<'a>>,
    /// What the token is for.
    pub options: Options,
}

/// A judged token with the row that it speaks of.
#[derive(Debug)]
pub struct Judged {
    /// The judgement, row included.
    pub judgement: Judgement,
    /// The row, where it was looked at and is there.
    pub user: Option<StoredUser>,
}

/// Judges one token: form, signature, times, and the row.
///
/// # Errors
/// The file's.
pub fn judge(bench: &Bench<'_>, settings: &Settings, text: &str, now: Timestamp) -> Result<Judged, Error> {
    let decoded = token::decode(text);
    let signature = match (bench.key, decoded.signed()) {
        (Some(key), Some(signed)) => match jwt::check(signed.signing_input, signed.signature, key) {
            SignatureCheck::Valid => SignatureFact::Valid,
            SignatureCheck::Invalid => SignatureFact::Invalid,
            SignatureCheck::FitsDecodedKey => SignatureFact::FitsDecodedKey,
        },
        (None, _) | (_, None) => SignatureFact::Unchecked,
    };
    let judgement = token::judge(&decoded, bench.key_state, signature, now.micros(), bench.options);
    let (Some(view), Some(id)) = (bench.view, judgement.user_id) else {
        return Ok(Judged { judgement, user: None });
    };
    let Some(user) = view.user(UserId(id))? else {
        return Ok(Judged { judgement: judgement.with_row(&Row::Gone), user: None });
    };
    let row = Row::Found {
        state: row_state(&user, settings, now),
        role: user.role.value().map(String::as_str),
        email: user.email.value().map(String::as_str),
    };
    Ok(Judged { judgement: judgement.with_row(&row), user: Some(user) })
}

fn row_state(user: &StoredUser, settings: &Settings, now: Timestamp) -> RowState {
    if user.is_active == Flag::Off {
        RowState::Inactive
    } else if stuck(user, settings.time_format).is_some() || matches!(lock(user, now), Lock::Until { .. }) {
        RowState::Locked
    } else {
        RowState::Active
    }
}
