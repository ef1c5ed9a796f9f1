//! Sessions: whose token it is, whether it still counts, and what is recorded of a refusal.
//!
//! What a newcomer would get wrong: the app takes nothing but the id from a token, and ids are used again. Here
//! the e-mail of the token must be that of the row too, and a lock ends a session, which in the app it does not.

use super::error::Error;
use super::login::judge_gate;
use super::settings::Settings;
use super::token::{Bench, judge};
use crate::model::event::{Acting, EventDraft, EventName};
use crate::model::scope::Scope;
use crate::model::secret::SigningKey;
use crate::model::time::Timestamp;
use crate::model::token::TokenType;
use crate::model::user::StoredUser;
use crate::policy::login::Closed;
use crate::policy::role::{Ranks, Reach, Standing};
use crate::policy::token::{KeyState, Options, Problem, ProblemCode, Severity, seconds};
use crate::store::{Act, Change, Reader, Store, StoreError};

/// The account of a session, judged now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Its row, and the end of its token.
    pub acting: Acting,
    /// What it is at the desk.
    pub standing: Standing,
    /// The roles that have rights on this file.
    pub ranks: Ranks,
}

/// Why a session does not count.
#[derive(Clone, Debug)]
pub enum Ended {
    /// The token is not accepted: each reason.
    Rejected(Vec<String>),
    /// The account may not log in now.
    Closed(Box<StoredUser>, Closed),
}

/// Judges the token of a session as `token verify` does, leeway 0, then the row as a login does.
///
/// # Errors
/// `Pending` on a file whose accounts have no roles yet; the file's.
pub fn sign_in(
    reader: &Reader,
    settings: &Settings,
    key: &SigningKey,
    key_state: KeyState,
    token: &str,
    now: Timestamp,
) -> Result<Result<SignedIn, Ended>, Error> {
    let schema = reader.schema();
    if !(schema.has("role") && schema.has("is_active")) {
        return Err(StoreError::Pending { missing: schema.missing() }.into());
    }
    reader.at_once(|view| {
        let options = Options { expected: Some(TokenType::Access), leeway_seconds: 0 };
        let judged = judge(&Bench { key: Some(key), key_state, view: Some(view), options }, settings, token, now)?;
        let reasons: Vec<String> =
            judged.judgement.problems.iter().filter(|problem| ends(problem)).map(|one| one.message.clone()).collect();
        let claims = judged.judgement.claims.unwrap_or_default();
        let (Some(row), Some(until), true) = (judged.user, seconds(&claims, "exp"), reasons.is_empty()) else {
            return Ok(Err(Ended::Rejected(reasons)));
        };
        if claims.get("email").and_then(serde_json::Value::as_str) != row.email.value().map(String::as_str) {
            let reason = format!("it was issued for another e-mail than id {} has now", row.id.0);
            return Ok(Err(Ended::Rejected(vec![reason])));
        }
        if let Err(closed) = judge_gate(view, &row, now)? {
            return Ok(Err(Ended::Closed(Box::new(row), closed)));
        }
        let ranks = settings.ranks(schema);
        let standing = ranks.standing(row.role.value().map(String::as_str));
        let until = Timestamp::from_micros(until.saturating_mul(1_000_000)).unwrap_or(Timestamp::MAX);
        Ok(Ok(SignedIn { acting: Acting { row, until }, standing, ranks }))
    })
}

/// An inactive account has its own words, which the row decides.
fn ends(problem: &Problem) -> bool {
    problem.severity() == Severity::Error && problem.code != ProblemCode::UserInactive
}

impl SignedIn {
    /// The accounts that a reach means here.
    #[must_use]
    pub fn scope(&self, reach: Reach) -> Scope {
        match reach {
            Reach::Everybody => Scope::All,
            Reach::Patients => Scope::Role(self.ranks.patient.as_str().to_owned()),
            Reach::Themselves => Scope::Only(self.acting.row.id),
        }
    }
}

/// What a session was refused.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// The account of the session.
    pub acting: &'a StoredUser,
    /// The command, as it is typed.
    pub verb: &'static str,
    /// The rule, in words.
    pub rule: &'a str,
    /// The account that was out of reach, where it was one.
    pub target: Option<&'a StoredUser>,
}

/// Records a refusal. `act` is that of the operating-system user: a session that was refused acts no more, and
/// stands in the details alone.
///
/// # Errors
/// The file's.
pub fn record(store: &mut Store, act: &Act<'_>, refused: Refused<'_>) -> Result<(), Error> {
    let mut event =
        EventDraft::new(EventName::SessionRefused).detail("verb", refused.verb).detail("rule", refused.rule);
    event.target_id = refused.target.map(|user| user.id.0);
    event.target_username = refused.target.and_then(|user| user.username.value().cloned());
    event.details.extend(Acting::details(refused.acting));
    store.change(act, |_tx, _now| Ok::<_, Error>(Change::Done((), vec![event])))?;
    Ok(())
}
