//! Why can this account not log in? The app's login path, step by step: facts in, a diagnosis out.
//!
//! What a newcomer would get wrong: the app's answer is the first refusal on *its* path, not the first bad step
//! of the list. An unreadable date in `created_at` comes before a lock, a lock before a wrong password; so each
//! refusal carries its [`Stage`], and the earliest one is what the app says.

mod finding;
mod row;
mod secret;
mod step;

pub use finding::{
    ActiveFinding, CounterFinding, CustomerFinding, EmailFinding, Finding, HashFinding, LockFinding, RoleFinding,
    RowFinding, TwinsFinding,
};
pub use step::{Effect, Outcome, Remedy, Stage, Step, StepId};

use crate::model::role::RoleName;
use crate::model::time::{TimeFormat, Timestamp};
use crate::model::user::{Customer, StoredUser, UserId};
use crate::policy::role::Roles;

/// Which app runs on the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// Without customers: login looks at `is_active`, and roles outside its list break `/auth/me`.
    Older,
    /// With customers: login looks at the customer instead, and roles are plain text.
    WithCustomers,
}

/// What is known of the stored hash; it is never shown itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hash {
    /// The table has no such column yet.
    NoColumn,
    /// `''` or NULL: a row from before the migration.
    Missing,
    /// Stored as bytes.
    Bytes,
    /// No password ever fits: not a hash, or one that the app cannot read.
    Useless,
    /// Argon2.
    Argon2 {
        /// `argon2id`, `argon2i`, `argon2d`.
        scheme: &'static str,
        /// Whether with today's parameters.
        age: Age,
    },
    /// bcrypt, which not every installation of the app can verify.
    Bcrypt,
    /// Computing it would cost too much; why.
    TooCostly(String),
}

/// Whether a hash has today's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It has.
    Current,
    /// It has others.
    Outdated,
}

/// What is known of the `salt` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Salt {
    /// A text that is not empty.
    Text,
    /// `''`.
    Missing,
    /// NULL, or stored as bytes: the app cannot put it behind the password.
    Bytes,
}

/// What trying a password came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// None was given.
    Not,
    /// It is the password.
    Right,
    /// It is not.
    Wrong,
    /// It could not be computed.
    CannotTell,
}

/// A row's customer (newest app).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFacts {
    /// Its state and end.
    pub customer: Customer,
    /// Dates of its row that the app cannot read.
    pub unreadable: Vec<&'static str>,
}

/// Everything that decides.
pub struct Facts<'a> {
    /// The account.
    pub user: &'a StoredUser,
    /// Which app runs on the file.
    pub app: App,
    /// Columns of `users` that the file lacks.
    pub lacking: Vec<String>,
    /// Columns whose text is not UTF-8: the app fails on the whole row.
    pub undecodable: Vec<&'static str>,
    /// Other accounts with the same e-mail, the smallest id first.
    pub same_email: Vec<UserId>,
    /// Who is stored under the normal form of the e-mail, where that is another text.
    pub normal_owner: Option<UserId>,
    /// The customer, where the row names one and the file has customers.
    pub customer: Option<CustomerFacts>,
    /// The stored hash.
    pub hash: Hash,
    /// The salt.
    pub salt: Salt,
    /// The password that was tried.
    pub tried: Tried,
    /// The offered roles.
    pub roles: &'a Roles,
    /// The role that a new account gets.
    pub default_role: RoleName,
    /// Failed logins that lock.
    pub attempts: i64,
    /// The form of locks that the app can read.
    pub format: TimeFormat,
    /// Now.
    pub now: Timestamp,
}

impl Facts<'_> {
    /// Whether the text of this column is not UTF-8: the row's step says so, and no other one again.
    fn is_lost(&self, column: &str) -> bool {
        self.undecodable.contains(&column)
    }
}

/// What the app answers: a status, where it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// To a login with the right password, or with the one that was tried.
    pub login: Option<u16>,
    /// To `/auth/me` with a token of the account that has not expired.
    pub me: Option<u16>,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Every step, in the order of the app's path.
    pub steps: Vec<Step>,
    /// What the app answers.
    pub answers: Answers,
    /// Whether the account can log in and work then, given the right password; `None`: nobody can tell.
    pub can_login: Option<bool>,
    /// The one command that helps most.
    pub remedy: Option<Remedy>,
}

impl Diagnosis {
    /// The steps that are in the way.
    pub fn blocking(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.outcome == Outcome::No)
    }
}

/// Judges an account.
#[must_use]
pub fn diagnose(facts: &Facts<'_>) -> Diagnosis {
    let mut steps = vec![row::row(facts), row::email(facts), row::twins(facts), row::lock(facts), row::active(facts)];
    steps.extend(row::customer(facts));
    steps.extend([secret::hash(facts), secret::password(facts), row::role(facts), row::counter(facts)]);
    let answers = Answers { login: answer(&steps, |step| step.login), me: answer(&steps, |step| step.me) };
    let (can_login, remedy) = (can_login(&steps), remedy(&steps));
    Diagnosis { steps, answers, can_login, remedy }
}

/// The earliest refusal on the app's path.
fn answer(steps: &[Step], of: impl Fn(&Step) -> Option<Effect>) -> Option<u16> {
    const OK: u16 = 200;
    let first = steps.iter().filter_map(of).min_by_key(|effect| effect.stage);
    first.map_or(Some(OK), |effect| effect.status)
}

fn can_login(steps: &[Step]) -> Option<bool> {
    if steps.iter().any(|step| step.outcome == Outcome::No) {
        return Some(false);
    }
    let open = |step: &Step| step.outcome == Outcome::Unknown && step.finding != Finding::Password(Tried::Not);
    if steps.iter().any(open) { None } else { Some(true) }
}

/// The command for the first step in the way that one can mend; then for what nobody can tell, then for a risk.
fn remedy(steps: &[Step]) -> Option<Remedy> {
    let wanted = |id: StepId, outcomes: &[Outcome]| {
        steps.iter().any(|step| step.id == id && step.remedy.is_some() && outcomes.contains(&step.outcome))
    };
    let first = [Outcome::No, Outcome::Unknown, Outcome::Risk]
        .into_iter()
        .find_map(|outcome| steps.iter().filter(|step| step.outcome == outcome).find_map(|step| step.remedy.clone()))?;
    let unlock = wanted(StepId::Lock, &[Outcome::No]) || wanted(StepId::Counter, &[Outcome::No, Outcome::Risk]);
    let activate = wanted(StepId::Active, &[Outcome::No]);
    match first {
        Remedy::Unlock | Remedy::Activate if unlock && activate => Some(Remedy::UnlockAndActivate),
        other => Some(other),
    }
}
