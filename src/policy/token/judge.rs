//! All rules together, and the verdict.
//!
//! What a newcomer would get wrong: without a usable key a token can still be *rejected*, since an expired
//! token stays expired whoever signed it. Only a token with nothing else against it is *unverified*.

use serde_json::{Map, Value};

use super::claims;
use super::decode::{Content, Decoded};
use super::key::KeyState;
use super::problem::{Findings, Problem, ProblemCode, Severity};
use super::row::{Row, compare};
use super::times::{self, Now};
use crate::model::token::TokenType;

/// What the caller found out about the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureFact {
    /// It was not checked.
    Unchecked,
    /// It fits the key.
    Valid,
    /// It does not.
    Invalid,
    /// It does not, but fits what the key's text means as base64 (field report A17).
    FitsDecodedKey,
}

/// What the judgement says of the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It fits.
    Valid,
    /// It does not.
    Invalid,
    /// Nobody looked, or there was nothing to look at.
    Unchecked,
}

impl Signature {
    /// The text in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unchecked => "unchecked",
        }
    }
}

/// The result in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Good now, for the purpose that was asked for.
    Accepted,
    /// Something is wrong with it, whatever the signature.
    Rejected,
    /// Nothing is wrong with it, except that the signature was not checked.
    Unverified,
}

impl Verdict {
    /// The text in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unverified => "unverified",
        }
    }
}

/// What a token is judged for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The type that it must have; without one, either of the app's two.
    pub expected: Option<TokenType>,
    /// Seconds by which `exp`, `nbf` and `iat` may be missed; the app has none.
    pub leeway_seconds: u32,
}

/// Everything that can be said of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In one word.
    pub verdict: Verdict,
    /// The claim `type`, if it is text.
    pub token_type: Option<String>,
    /// The header in its order; `None` where the token does not decode.
    pub header: Option<Map<String, Value>>,
    /// The claims in their order; `None` where the token does not decode.
    pub claims: Option<Map<String, Value>>,
    /// Of the signature.
    pub signature: Signature,
    /// All problems at once.
    pub problems: Vec<Problem>,
    /// The user that the app would look up, also where the form of the claim is refused.
    pub user_id: Option<i64>,
    /// The times that only the leeway makes good, by the names of their claims.
    pub by_leeway: Vec<&'static str>,
    /// The claims that are read but cannot be shown, for the row alone.
    hidden: Option<Map<String, Value>>,
    findings: Findings,
}

/// Judges a token at an instant, in microseconds since 1970.
///
/// The signature counts as unchecked where the key is not usable, or the algorithm is not ours.
#[must_use]
pub fn judge(
    decoded: Decoded<'_>,
    key: KeyState,
    signature: SignatureFact,
    now_micros: i64,
    options: Options,
) -> Judgement {
    let mut findings = Findings::new();
    let mut user_id = None;
    let now = Now { micros: now_micros.into(), leeway_micros: i128::from(options.leeway_seconds) * 1_000_000 };
    decoded.report(&mut findings);
    if let Some(header) = decoded.header() {
        claims::check_header(header, &mut findings);
    }
    let signature = weigh_signature(&decoded, key, signature, &mut findings);
    if let Some(claims) = decoded.claims() {
        times::check_times(claims, now, &mut findings);
        claims::check_names(claims, &mut findings);
        claims::check_type(claims, options.expected, &mut findings);
        user_id = claims::check_user(claims, &mut findings);
    }
    findings.problems.extend(key.problems());
    Judgement::of(decoded, signature, user_id, findings)
}

fn weigh_signature(decoded: &Decoded<'_>, key: KeyState, fact: SignatureFact, findings: &mut Findings) -> Signature {
    let usable = matches!(key, KeyState::Usable { .. }) && decoded.signed().is_some();
    match fact {
        SignatureFact::Valid if usable => Signature::Valid,
        SignatureFact::Invalid if usable => {
            findings.add(ProblemCode::Signature, "the signature does not fit the key");
            Signature::Invalid
        }
        SignatureFact::FitsDecodedKey if usable => {
            let message = "the signature does not fit the key's text; it fits the bytes that the text means as \
                           base64: the signer decoded the key, which the app does not";
            findings.add(ProblemCode::Signature, message);
            Signature::Invalid
        }
        SignatureFact::Unchecked | SignatureFact::Valid | SignatureFact::Invalid | SignatureFact::FitsDecodedKey => {
            Signature::Unchecked
        }
    }
}

impl Judgement {
    fn of(decoded: Decoded<'_>, signature: Signature, user_id: Option<i64>, findings: Findings) -> Self {
        let kind = decoded.claims().and_then(|claims| claims.get("type"));
        let token_type = kind.and_then(Value::as_str).map(str::to_owned);
        let (header, claims, hidden) = match decoded.into_content() {
            Content::Shown { header, claims } => (Some(header), Some(claims), None),
            Content::Hidden { claims } => (None, None, Some(claims)),
            Content::Nothing => (None, None, None),
        };
        let judgement = Self {
            verdict: Verdict::Unverified,
            token_type,
            header,
            claims,
            hidden,
            by_leeway: findings.by_leeway.clone(),
            signature,
            problems: Vec::new(),
            user_id,
            findings,
        };
        judgement.settled()
    }

    /// The same judgement with what the user's row says.
    #[must_use]
    pub fn with_row(mut self, row: &Row<'_>) -> Self {
        let Some(claims) = self.claims.as_ref().or(self.hidden.as_ref()) else {
            return self;
        };
        for problem in compare(claims, row) {
            self.findings.add(problem.code, problem.message);
        }
        self.settled()
    }

    /// Draws the verdict from the findings.
    fn settled(mut self) -> Self {
        self.problems.clone_from(&self.findings.problems);
        if self.signature == Signature::Valid {
            self.problems.extend(self.findings.app_accepts());
        }
        self.verdict = if self.problems.iter().any(rejects) {
            Verdict::Rejected
        } else {
            match self.signature {
                Signature::Valid => Verdict::Accepted,
                // An invalid one is a problem that rejects.
                Signature::Invalid => Verdict::Rejected,
                Signature::Unchecked => Verdict::Unverified,
            }
        };
        self
    }
}

/// A refused key says nothing against the token (`cli`, token inspect: unverified).
fn rejects(problem: &Problem) -> bool {
    problem.severity() == Severity::Error && problem.code != ProblemCode::KeyRefused
}
