//! Issuing tokens: with an event, without a database, after a login.
//!
//! What a newcomer would get wrong: where a database is looked at, the event is committed before anybody sees the
//! token. A token without its event would be one that nobody knows of; an event without its token harms nobody.

use std::num::NonZeroU32;

use super::broken::{self, BROKEN_TTL, Broken, Flaw};
use crate::crypto::jwt;
use crate::crypto::random::Source;
use crate::model::event::EventName;
use crate::model::secret::{SignedToken, SigningKey};
use crate::model::time::{Span, Timestamp};
use crate::model::token::{
    self as token_model, Claims, CustomerClaim, ExtraClaims, Holder, Lifetime, TokenId, TokenType,
};
use crate::model::user::{Field, StoredUser, UserSpec};
use crate::ops::each::about;
use crate::ops::lock::Force;
use crate::ops::login::{judge_gate, refusal};
use crate::ops::resolve;
use crate::ops::{Error, Settings};
use crate::policy::token::{self as judge, KeyKind, KeyState, KeyStrength, Options, Severity};
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
    /// The one thing that is to be wrong with it; it lives for [`super::BROKEN_TTL`] at most then.
    pub broken: Option<Broken>,
    /// How many.
    pub count: NonZeroU32,
}

impl IssueRequest {
    /// One token as the app makes them.
    pub fn usual(token_type: TokenType) -> Self {
        Self {
            token_type,
            ttl: None,
            extra: ExtraClaims::default(),
            force: Force::No,
            broken: None,
            count: NonZeroU32::MIN,
        }
    }

    fn ttl(&self, settings: &Settings) -> Span {
        let ttl = self.ttl.unwrap_or_else(|| settings.ttl(self.token_type));
        if self.broken.is_some() { ttl.min(BROKEN_TTL) } else { ttl }
    }
}

/// A token that was issued.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: SignedToken,
    /// The claim `type`.
    pub token_type: TokenType,
    /// The claim `exp`.
    pub expires_at: Timestamp,
    /// The claim `jti`.
    pub jti: TokenId,
    /// What is wrong with it, where something is to be.
    pub broken: Option<Broken>,
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

/// Issues tokens for an account, and commits an event for each.
///
/// # Errors
/// Those of resolving; `Locked`, `Inactive` and `CustomerRefused` unless `--force`; `TokenUnsound`; the file's.
pub fn issue(
    store: &mut Store,
    act: &Act<'_>,
    settings: &Settings,
    spec: &UserSpec,
    request: &IssueRequest,
    key: &SigningKey,
    random: &mut Source<'_>,
) -> Result<Applied<(StoredUser, Vec<Issued>)>, Error> {
    let ids = new_ids(request, random)?;
    let bench = Signing::new(request, key, random)?;
    let ttl = request.ttl(settings);
    // A name that is nobody's is compared with all names: before the lock.
    resolve::one(store.view(), spec)?;
    store.change(act, |tx, now| {
        let user = resolve::one(tx.view(), spec)?;
        if request.force == Force::No {
            may_have_token(tx.view(), &user, now)?;
        }
        let no_user = broken::no_user((request.broken == Some(Broken::NoUser)).then(|| tx.view()))?;
        let mut all = Vec::with_capacity(ids.len());
        let mut events = Vec::with_capacity(ids.len());
        for jti in ids {
            let issued = bench.sign(claims_of(tx.schema(), &user, request, now, ttl, jti)?, no_user);
            bench.check(&issued, now)?;
            let event = about(EventName::TokenIssued, &user)
                .detail("jti", issued.jti.as_str())
                .detail("type", issued.token_type.as_str())
                .detail("ttl_seconds", ttl.seconds());
            events.push(match request.broken {
                Some(broken) => event.detail("broken", broken.as_str()),
                None => event,
            });
            all.push(issued);
        }
        Ok(Change::Done((user, all), events))
    })
}

/// Issues tokens without a database: no event.
///
/// # Errors
/// `TokenUnsound`; `Unexpected` where the operating system gives no random bytes.
pub fn issue_offline(
    settings: &Settings,
    holder: &OfflineHolder,
    request: &IssueRequest,
    now: Timestamp,
    key: &SigningKey,
    random: &mut Source<'_>,
) -> Result<Vec<Issued>, Error> {
    let ids = new_ids(request, random)?;
    let bench = Signing::new(request, key, random)?;
    let (ttl, no_user) = (request.ttl(settings), broken::no_user(None)?);
    let claims = |jti| Claims {
        user_id: holder.user_id,
        holder: match request.token_type {
            TokenType::Access => Holder::Access { email: holder.email.clone(), role: Some(holder.role.clone()) },
            TokenType::Refresh => Holder::Refresh,
        },
        customer: CustomerClaim::NoColumn,
        lifetime: Lifetime::starting(now.micros(), ttl.seconds()),
        jti,
        extra: request.extra.clone(),
    };
    ids.into_iter()
        .map(|jti| {
            let issued = bench.sign(claims(jti), no_user);
            bench.check(&issued, now)?;
            Ok(issued)
        })
        .collect()
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
        let request = IssueRequest::usual(token_type);
        let jti = new_id(random)?;
        let claims = claims_of(schema, user, &request, at, settings.ttl(token_type), jti)?;
        Ok(jwt::sign_compact(token_model::HEADER, &claims.payload_json(), key))
    };
    Ok(LoginTokens {
        access: make(TokenType::Access)?,
        refresh: make(TokenType::Refresh)?,
        expires_in: settings.access_ttl,
    })
}

fn new_ids(request: &IssueRequest, random: &mut Source<'_>) -> Result<Vec<TokenId>, Error> {
    (0..request.count.get()).map(|_| new_id(random)).collect()
}

fn new_id(random: &mut Source<'_>) -> Result<TokenId, Error> {
    let mut bytes = [0; 16];
    random(&mut bytes).map_err(|error| Error::Unexpected(error.to_string()))?;
    Ok(TokenId::from_random(bytes))
}

/// As a login would have it.
fn may_have_token(view: View<'_>, user: &StoredUser, now: Timestamp) -> Result<(), Error> {
    match judge_gate(view, user, now)? {
        Ok(_) => Ok(()),
        Err(closed) => Err(refusal(closed, Box::new(user.clone()))),
    }
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

/// The key, and what is to go wrong.
struct Signing<'a> {
    key: &'a SigningKey,
    flaw: Option<(Broken, Flaw)>,
}

impl<'a> Signing<'a> {
    fn new(request: &IssueRequest, key: &'a SigningKey, random: &mut Source<'_>) -> Result<Self, Error> {
        let flaw = match request.broken {
            Some(broken) => Some((broken, Flaw::new(broken, random)?)),
            None => None,
        };
        Ok(Self { key, flaw })
    }

    /// A token in which nothing is to be wrong must be one that the app and `token verify` take.
    fn check(&self, issued: &Issued, now: Timestamp) -> Result<(), Error> {
        if self.flaw.is_some() {
            return Ok(());
        }
        let decoded = judge::decode(issued.token.expose());
        let signature = super::signature(&decoded, self.key);
        // It was found usable before; what else there is to say of it is no matter of the token's.
        let key = KeyState::Usable { strength: KeyStrength::Enough, kind: KeyKind::Own };
        let options = Options { expected: Some(issued.token_type), leeway_seconds: 0 };
        let problems = judge::judge(decoded, key, signature, now.micros(), options).problems;
        let against = problems.into_iter().filter(|problem| problem.severity() == Severity::Error);
        let reasons: Vec<String> = against.map(|problem| problem.message).collect();
        if reasons.is_empty() { Ok(()) } else { Err(Error::TokenUnsound { reasons }) }
    }

    fn sign(&self, claims: Claims, no_user: i64) -> Issued {
        let (token, token_type, end) = match &self.flaw {
            None => {
                let token = jwt::sign_compact(token_model::HEADER, &claims.payload_json(), self.key);
                (token, claims.holder.token_type(), claims.lifetime.expires_at_seconds)
            }
            Some((_, flaw)) => {
                let wrong = flaw.claims(&claims, no_user);
                (flaw.sign(&wrong, self.key), wrong.token_type, wrong.expires_at_seconds)
            }
        };
        let expires_at = Timestamp::from_micros(end.saturating_mul(1_000_000)).unwrap_or(Timestamp::MAX);
        Issued { token, token_type, expires_at, jti: claims.jti, broken: self.flaw.as_ref().map(|(kind, _)| *kind) }
    }
}
