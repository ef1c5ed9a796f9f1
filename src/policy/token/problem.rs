//! What can be wrong with a token, and which of the app's libraries would let it pass.

use serde_json::Value;

use crate::model::token::json;

/// Characters of a quoted value that a message shows.
const QUOTED_CHARS: usize = 60;

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub code: ProblemCode,
    /// For people: lower case, no full stop, values quoted as ASCII-only JSON.
    pub message: String,
}

impl Problem {
    /// A problem with its message.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Whether it makes the token unacceptable.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The token is not accepted.
    Error,
    /// The token may well be accepted.
    Warning,
}

impl Severity {
    /// The text in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident, $text:literal, $severity:ident;)*) => {
        /// The kinds of problem; the list is part of the command line's contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// The text in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// How much it weighs.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }
        }
    };
}

problem_codes! {
    /// `exp` has passed.
    Expired, "expired", Error;
    /// `nbf` has not come.
    NotYetValid, "not_yet_valid", Error;
    /// `iat` has not come.
    IatFuture, "iat_future", Error;
    /// There is no `exp`.
    ExpMissing, "exp_missing", Error;
    /// `exp` is not a time.
    ExpInvalid, "exp_invalid", Error;
    /// The algorithm is not HS256.
    Alg, "alg", Error;
    /// The signature does not fit.
    Signature, "signature", Error;
    /// Not the form of a token, or of a claim in it.
    Malformed, "malformed", Error;
    /// A key stands twice in one object.
    DuplicateKey, "duplicate_key", Error;
    /// The header asks for an extension.
    Crit, "crit", Error;
    /// `type` is not the one that was asked for, or none that the app issues.
    Type, "type", Error;
    /// There is an `aud`.
    Aud, "aud", Error;
    /// `sub` is not a string.
    Sub, "sub", Error;
    /// `jti` is not a string.
    Jti, "jti", Error;
    /// More than 8 KiB.
    TooLong, "too_long", Error;
    /// There is a key, and it is not one to check a token with.
    KeyRefused, "key_refused", Error;
    /// No such user.
    UserGone, "user_gone", Error;
    /// The user may not use the app.
    UserInactive, "user_inactive", Error;
    /// The user is locked, which ends no token.
    UserLocked, "user_locked", Warning;
    /// The row has another role by now.
    RoleChanged, "role_changed", Warning;
    /// The row has another e-mail by now.
    EmailChanged, "email_changed", Warning;
    /// A short key.
    WeakKey, "weak_key", Warning;
    /// The app's built-in key.
    DefaultKey, "default_key", Warning;
    /// The app takes what is odd or wrong here.
    AppAccepts, "app_accepts", Warning;
}

/// Which of the app's libraries take something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenBy {
    Both,
    PyJwt,
    Jose,
    Neither,
}

impl TakenBy {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Both, taken) | (taken, Self::Both) => taken,
            (Self::PyJwt, Self::PyJwt) => Self::PyJwt,
            (Self::Jose, Self::Jose) => Self::Jose,
            (Self::PyJwt | Self::Jose | Self::Neither, _) => Self::Neither,
        }
    }

    fn names(self) -> Option<&'static str> {
        match self {
            Self::Both => Some("with PyJWT and with python-jose"),
            Self::PyJwt => Some("with PyJWT"),
            Self::Jose => Some("with python-jose"),
            Self::Neither => None,
        }
    }
}

/// The problems of one token, and the account of what the app would make of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    taken_by: TakenBy,
    /// Why the app lets pass what we noted.
    reasons: Vec<String>,
    /// The times that only the leeway makes good; the app has none.
    pub(super) by_leeway: Vec<&'static str>,
}

impl Findings {
    pub(super) fn new() -> Self {
        Self { problems: Vec::new(), taken_by: TakenBy::Both, reasons: Vec::new(), by_leeway: Vec::new() }
    }

    /// An error that neither library lets pass, or a warning about something else than the token's form.
    pub(super) fn add(&mut self, code: ProblemCode, message: impl Into<String>) {
        self.problems.push(Problem::new(code, message));
        match code.severity() {
            Severity::Error => self.taken_by = TakenBy::Neither,
            Severity::Warning => {}
        }
    }

    /// An error that `taken_by` let pass, for the reason `because`.
    pub(super) fn add_unless_app(
        &mut self,
        code: ProblemCode,
        message: impl Into<String>,
        taken_by: TakenBy,
        because: impl Into<String>,
    ) {
        self.problems.push(Problem::new(code, message));
        self.taken_by = self.taken_by.and(taken_by);
        self.reasons.push(because.into());
    }

    /// What the app takes only in part, where we raise no problem.
    pub(super) fn limit(&mut self, taken_by: TakenBy) {
        self.taken_by = self.taken_by.and(taken_by);
    }

    /// Something odd that we take as the app does.
    pub(super) fn note(&mut self, because: impl Into<String>) {
        self.reasons.push(because.into());
    }

    /// The warning `app_accepts`, where there is anything to warn of.
    pub(super) fn app_accepts(&self) -> Option<Problem> {
        let names = self.taken_by.names()?;
        if self.reasons.is_empty() {
            return None;
        }
        let message = format!("the app accepts this token {names}: {}", self.reasons.join("; "));
        Some(Problem::new(ProblemCode::AppAccepts, message))
    }
}

/// The value as ASCII-only JSON, cut where it is long.
pub(super) fn quote(value: &Value) -> String {
    let text = json::render(value);
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// A text as [`quote`] shows it.
pub(super) fn quote_text(text: &str) -> String {
    quote(&Value::String(text.to_owned()))
}
