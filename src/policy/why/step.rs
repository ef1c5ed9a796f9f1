//! A step of the app's login path, with its outcome and what mends it.

use super::finding::Finding;
use crate::model::role::RoleName;

/// The steps, in the order of the app's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepId {
    /// The row, as the app's query reads it.
    Row,
    /// The e-mail, by which the app looks it up.
    Email,
    /// Other rows with the same e-mail.
    Twins,
    /// `locked_until`.
    Lock,
    /// `is_active`.
    Active,
    /// The customer's row.
    Customer,
    /// `password_hash` and `salt`.
    Hash,
    /// The password that was given.
    Password,
    /// `role`.
    Role,
    /// `failed_login_attempts`.
    Counter,
}

impl StepId {
    /// The word of the JSON contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Email => "email",
            Self::Twins => "twins",
            Self::Lock => "lock",
            Self::Active => "active",
            Self::Customer => "customer",
            Self::Hash => "hash",
            Self::Password => "password",
            Self::Role => "role",
            Self::Counter => "counter",
        }
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not in the way.
    Ok,
    /// Not in the way, but one wrong password away from it.
    Risk,
    /// In the way.
    No,
    /// Nobody can tell.
    Unknown,
}

impl Outcome {
    /// The word of the JSON contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok | Self::Risk => "ok",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// Where on its path the app refuses: of several, the earliest is its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The request's own form.
    Request,
    /// The query itself fails.
    Table,
    /// Nobody, or somebody else, is found.
    LookUp,
    /// The row cannot be read.
    Load,
    /// The lock.
    Lock,
    /// `is_active`, or the customer.
    Admit,
    /// The password.
    Password,
    /// The answer cannot be written.
    Reply,
}

/// A refusal of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Where on its path.
    pub stage: Stage,
    /// Its status; `None`: nobody can tell.
    pub status: Option<u16>,
}

/// What mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// `migrate`.
    Migrate,
    /// `unlock`.
    Unlock,
    /// `unlock --reactivate`.
    UnlockAndActivate,
    /// `user activate`.
    Activate,
    /// `user passwd`.
    NewPassword,
    /// `set-role`.
    Role(RoleName),
    /// `user edit --email`; `None`: the operator must know which.
    Email(Option<String>),
    /// `user edit --username`.
    Username,
    /// `user edit --full-name ''`.
    NoFullName,
    /// `user edit --customer`.
    CustomerId,
}

/// One step with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which.
    pub id: StepId,
    /// What it came to.
    pub outcome: Outcome,
    /// What was found.
    pub finding: Finding,
    /// The command that mends it, if one does.
    pub remedy: Option<Remedy>,
    /// What the app's login says to it.
    pub login: Option<Effect>,
    /// What the app says to the account's tokens.
    pub me: Option<Effect>,
}

impl Step {
    pub(super) fn ok(id: StepId, finding: Finding) -> Self {
        Self { id, outcome: Outcome::Ok, finding, remedy: None, login: None, me: None }
    }

    pub(super) fn no(id: StepId, finding: Finding) -> Self {
        Self { outcome: Outcome::No, ..Self::ok(id, finding) }
    }

    pub(super) fn unknown(id: StepId, finding: Finding) -> Self {
        Self { outcome: Outcome::Unknown, ..Self::ok(id, finding) }
    }

    pub(super) fn risk(id: StepId, finding: Finding) -> Self {
        Self { outcome: Outcome::Risk, ..Self::ok(id, finding) }
    }

    pub(super) fn mended_by(self, remedy: Remedy) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// The app's login answers this.
    pub(super) fn login(self, stage: Stage, status: impl Into<Option<u16>>) -> Self {
        Self { login: Some(Effect { stage, status: status.into() }), ..self }
    }

    /// The app answers this to a token.
    pub(super) fn me(self, stage: Stage, status: impl Into<Option<u16>>) -> Self {
        Self { me: Some(Effect { stage, status: status.into() }), ..self }
    }
}
