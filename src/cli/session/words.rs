//! The words of a session's refusals: the rule first, then whom it met.
//!
//! What a newcomer would get wrong: roles come from rows, and a row may hold anything, so they are escaped.

use super::{PLACE, file_failure};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::message::{customer, until, whom};
use crate::cli::output::escape::{escape, quote};
use crate::cli::output::personal;
use crate::cli::remedy::name;
use crate::cli::settings::session::{SessionError, SessionFile};
use crate::model::text;
use crate::model::user::{Field, StoredUser};
use crate::ops::error::Class;
use crate::ops::session::{Ended, SignedIn};
use crate::policy::login::Closed;
use crate::policy::role::{Ranks, Reach, Right, Standing, Verb, reach, right};

/// What is left to do.
fn ask(context: &Context<'_>) -> String {
    format!("ask an admin; {} shows what this session may do", context.authctl("whoami"))
}

/// How to sign in to this database.
pub fn sign_in(context: &Context<'_>) -> String {
    context.authctl("login NAME --save")
}

/// Nothing is saved, and something must be.
pub fn none_saved(context: &Context<'_>) -> anyhow::Result<Failure> {
    let why = if context.global.as_session { "--as-session" } else { "require_session in the configuration" };
    let Some(file) = super::file(context)? else {
        return Ok(Failure::new(
            Class::NotAllowed,
            format!("{why} needs a saved session, and there is no place for one"),
        )
        .hint(PLACE));
    };
    let message = format!("{why} needs a saved session, and there is none for '{}'", text::path(file.database()));
    Ok(Failure::new(Class::NotAllowed, message).hint(sign_in(context)))
}

/// A file that does not exist yet has no accounts.
pub fn no_session_yet(context: &Context<'_>) -> Failure {
    let hint = if context.global.as_session {
        "leave --as-session away"
    } else {
        "run it with a configuration that does not require a session: --config FILE"
    };
    Failure::new(Class::NotAllowed, "'init' makes a new database, in which nobody can have a session yet").hint(hint)
}

/// Nobody can sign in to a file that is not migrated.
pub fn not_migrated(context: &Context<'_>, missing: Vec<String>) -> Failure {
    let message = format!("nobody can sign in: the database is not migrated: {} missing", missing.join(", "));
    let migrate = format!("run {} first", context.authctl("migrate"));
    Failure::new(Class::Pending, message).hint(if context.needs_session() {
        format!("{migrate}, without --as-session and with a configuration that does not require a session")
    } else {
        migrate
    })
}

/// A saved file that is not used.
pub fn unusable(context: &Context<'_>, file: &SessionFile, error: &SessionError) -> Failure {
    let failure = file_failure(file, "is not used", error);
    let again = format!("{}, then {}", context.authctl("logout"), sign_in(context));
    match error {
        SessionError::Mode(_) | SessionError::Owner(_) => {
            failure.hint(format!("its token may be known to others: {again}"))
        }
        SessionError::Link | SessionError::NotRegular | SessionError::Form | SessionError::OtherDatabase(_) => {
            failure.hint(again)
        }
        SessionError::Directory(_) | SessionError::Io(_) => failure,
    }
}

/// A session that does not count any more.
pub fn ended(context: &Context<'_>, ended: &Ended) -> Failure {
    let now = context.now();
    match ended {
        Ended::Rejected(reasons) => {
            let reasons: Vec<_> = reasons.iter().map(|reason| escape(reason)).collect();
            Failure::new(Class::TokenRejected, format!("the saved session does not count: {}", reasons.join("; ")))
                .hint(sign_in(context))
        }
        Ended::Closed(row, closed) => {
            let on = |verb: &str| context.authctl(&format!("{verb} {}", name(context, row)));
            let (class, state, hint) = match closed {
                Closed::Locked { until: end } => {
                    let hint = format!("an admin frees it: {}", on("unlock"));
                    (Class::Locked, format!("is locked {}", until(*end, now)), hint)
                }
                Closed::Inactive => {
                    let hint = format!("an admin lets it in again: {}", on("user activate"));
                    (Class::Inactive, "is inactive".to_owned(), hint)
                }
                Closed::Customer(state) => {
                    let hint = "the app keeps its users out until the row of the table 'customers' says otherwise";
                    (Class::Inactive, format!("is kept out: {}", customer(*state)), hint.to_owned())
                }
            };
            Failure::new(class, format!("the session's account {} {state}", whom(row))).hint(hint)
        }
    }
}

/// The rule of a session whose account may not log in, for the event.
pub fn closed_rule(closed: Closed) -> &'static str {
    match closed {
        Closed::Locked { .. } => "the account of the session is locked",
        Closed::Inactive => "the account of the session is inactive",
        Closed::Customer(_) => "the customer of the session's account keeps it out",
    }
}

/// A command that the account may not run at all.
pub fn verb_refused(context: &Context<'_>, signed_in: &SignedIn, verb: Verb) -> Failure {
    let Ranks { admin, therapist, patient } = &signed_in.ranks;
    let who_may = match right(verb) {
        Right::Desk => format!("{} may, and {} on {}s", a(admin.as_str()), a(therapist.as_str()), patient),
        Right::Own => format!("{} may, and {} on their own account", a(admin.as_str()), a(patient.as_str())),
        Right::Admin | Right::Free | Right::Anybody => format!("only {} may", a(admin.as_str())),
    };
    let message = format!("{} may not run '{}': {who_may}", actor(signed_in), verb.as_str());
    let failure = Failure::new(Class::NotAllowed, message);
    match verb.as_str().split_once(" --") {
        Some((_, option)) if reach(signed_in.standing, verb.plain()).is_some() => {
            failure.hint(format!("leave --{option} away, or {}", ask(context)))
        }
        Some(_) | None => failure.hint(ask(context)),
    }
}

/// The rule that an account met, and the refusal.
pub fn out_of_reach(
    context: &Context<'_>,
    signed_in: &SignedIn,
    reach: Reach,
    verb: Verb,
    target: &StoredUser,
) -> (String, Failure) {
    let who = actor(signed_in);
    let name = quote(&personal::name(target.username.value().map_or("", String::as_str)));
    let (rule, found) = match reach {
        Reach::Themselves => {
            (format!("{who} may change their own password only"), format!("{name} is another account"))
        }
        Reach::Patients | Reach::Everybody => {
            let rule = format!("{who} may {} {}s only", deed(verb), escape(signed_in.ranks.patient.as_str()));
            let found = match &target.role {
                Field::Value(role) => format!("{name} is {}", a(role)),
                Field::Null | Field::Absent => format!("{name} has no role"),
                Field::Bad(_) => format!("the role of {name} cannot be read"),
            };
            (rule, found)
        }
    };
    let failure = Failure::new(Class::NotAllowed, format!("{rule}; {found}")).hint(ask(context));
    (rule, failure)
}

/// Why a list is shorter than the table.
pub fn only_patients(signed_in: &SignedIn, role: &str) -> String {
    format!("only {}s are listed, since {} is signed in", escape(role), actor(signed_in))
}

/// What a command does to an account, after "may".
fn deed(verb: Verb) -> String {
    let typed = verb.as_str();
    if matches!(verb, Verb::Lock | Verb::Unlock) {
        typed.to_owned()
    } else if matches!(verb, Verb::UserShow | Verb::UserWhy | Verb::UserList) {
        "look at".to_owned()
    } else {
        format!("run '{typed}' on")
    }
}

/// Who acts: `a therapist`.
fn actor(signed_in: &SignedIn) -> String {
    let role = signed_in.acting.row.role.value();
    match (signed_in.standing, role) {
        (Standing::Admin | Standing::Therapist | Standing::Patient, Some(role)) => a(role),
        (Standing::Other, Some(role)) => format!("an account with the role {}", quote(role)),
        (Standing::Admin | Standing::Therapist | Standing::Patient | Standing::Other, None) => {
            "an account without a role".to_owned()
        }
    }
}

/// With its article; `user` is said with a y.
fn a(role: &str) -> String {
    let vowel = role.starts_with(|c: char| "aeioAEIO".contains(c));
    format!("{} {}", if vowel { "an" } else { "a" }, escape(role))
}
