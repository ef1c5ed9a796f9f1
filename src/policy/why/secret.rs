//! The steps on the password (`app-facts`, Passwords).

use super::finding::{Finding, HashFinding};
use super::step::{Remedy, Stage, Step, StepId};
use super::{Age, Facts, Hash, Salt, Tried};
use crate::model::user::{Field, RawCell};

/// Whether any password can fit what is stored.
pub(super) fn hash(facts: &Facts<'_>) -> Step {
    let id = StepId::Hash;
    if facts.is_lost("password_hash") || facts.is_lost("salt") {
        return Step::unknown(id, Finding::SeeRow);
    }
    let step = match (&facts.hash, facts.salt) {
        (Hash::NoColumn, _) => return Step::unknown(id, Finding::NoColumn),
        (Hash::Missing, _) => refusing(facts, Step::no(id, Finding::Hash(HashFinding::Missing))),
        (Hash::Useless, _) => refusing(facts, Step::no(id, Finding::Hash(HashFinding::Useless))),
        (_, Salt::Bytes) => refusing(facts, Step::no(id, Finding::Hash(HashFinding::SaltBytes))),
        (Hash::Bytes, _) => open(facts, Finding::Hash(HashFinding::Bytes)),
        (Hash::TooCostly(why), _) => open(facts, Finding::Hash(HashFinding::TooCostly(why.clone()))),
        (Hash::Bcrypt, _) => open(facts, Finding::Hash(HashFinding::Bcrypt)),
        (Hash::Argon2 { .. }, Salt::Missing) => match facts.tried {
            Tried::Right => return Step::ok(id, Finding::Hash(HashFinding::NoSalt)),
            Tried::Not | Tried::Wrong | Tried::CannotTell => open(facts, Finding::Hash(HashFinding::NoSalt)),
        },
        (Hash::Argon2 { scheme, age: Age::Current }, Salt::Text) => {
            return Step::ok(id, Finding::Hash(HashFinding::Current(scheme)));
        }
        (Hash::Argon2 { scheme, age: Age::Outdated }, Salt::Text) => {
            return Step::ok(id, Finding::Hash(HashFinding::Outdated(scheme)));
        }
    };
    step.mended_by(Remedy::NewPassword)
}

/// What the password that was given came to.
pub(super) fn password(facts: &Facts<'_>) -> Step {
    let id = StepId::Password;
    match facts.tried {
        Tried::Not => Step::unknown(id, Finding::Password(Tried::Not)),
        Tried::Right => Step::ok(id, Finding::Password(Tried::Right)),
        Tried::Wrong => refusing(facts, Step::no(id, Finding::Password(Tried::Wrong))).mended_by(Remedy::NewPassword),
        Tried::CannotTell => {
            let step = Step::unknown(id, Finding::Password(Tried::CannotTell)).mended_by(Remedy::NewPassword);
            step.login(Stage::Password, None)
        }
    }
}

/// A wrong password is counted, and a counter that is no number makes the app answer 500.
fn refusing(facts: &Facts<'_>, step: Step) -> Step {
    let status = match &facts.user.failed_login_attempts {
        Field::Value(_) | Field::Bad(RawCell::Real(_)) => 401,
        Field::Null | Field::Absent | Field::Bad(_) => 500,
    };
    step.login(Stage::Password, status)
}

/// The app might let it in, unless the password that was tried is wrong in any case.
fn open(facts: &Facts<'_>, finding: Finding) -> Step {
    let step = Step::unknown(StepId::Hash, finding);
    match facts.tried {
        Tried::Wrong => step,
        Tried::Not | Tried::Right | Tried::CannotTell => step.login(Stage::Password, None),
    }
}
