//! The gate of a run: whether a session acts, what it may do, and what becomes of a refusal.
//!
//! What a newcomer would get wrong: the gate is not the last word. The account that acts is read again inside
//! the write transaction, and an account that is named is judged there too, on its row as it is then. What comes
//! back refused from there ends up here, in [`settle`], to be recorded and put into words.

mod words;

pub use words::sign_in;

use super::args::KeyArgs;
use super::context::{Context, key_failure};
use super::failure::{Failure, Refused};
use super::message;
use super::settings::session::{SessionError, SessionFile};
use crate::model::event::Acting;
use crate::model::scope::Scope;
use crate::model::text;
use crate::model::user::StoredUser;
use crate::ops;
use crate::ops::error::Class;
use crate::ops::session::{self, Ended, SignedIn};
use crate::policy::role::{Reach, Right, Verb, reach, right};
use crate::store::{OpenNote, Opened, Reader, StoreError};

/// Where sessions are kept is for the environment to say.
pub const PLACE: &str = "set HOME, or XDG_STATE_HOME, to a directory of yours";

/// How a command was let in.
#[derive(Debug, Default)]
pub enum Entry {
    /// No session is asked for: the operating-system user acts, with whatever rights the file gives.
    #[default]
    OperatingSystem,
    /// A session is asked for, but not by this command, which looks at no account.
    Free,
    /// The account of a session acts.
    Account(Box<Session>),
}

/// A session that was let in.
#[derive(Debug)]
pub struct Session {
    signed_in: SignedIn,
    reach: Reach,
}

impl Entry {
    /// The account that acts.
    pub fn acting(&self) -> Option<Acting> {
        match self {
            Self::OperatingSystem | Self::Free => None,
            Self::Account(session) => Some(session.signed_in.acting.clone()),
        }
    }

    /// The accounts that the command may touch.
    pub fn scope(&self) -> Scope {
        match self {
            Self::OperatingSystem | Self::Free => Scope::All,
            Self::Account(session) => session.signed_in.scope(session.reach),
        }
    }

    /// Whether whoever acts may run a command, at least on some account: what is advised must be possible.
    pub fn may(&self, verb: Verb) -> bool {
        match self {
            Self::OperatingSystem | Self::Free => true,
            Self::Account(session) => reach(session.signed_in.standing, verb).is_some(),
        }
    }

    /// A command that helps, for those who may run it or for those who must ask.
    pub fn advice(&self, verb: Verb, command: &str, what: &str) -> String {
        if self.may(verb) { format!("{command} {what}") } else { format!("ask an admin: {command} {what}") }
    }

    /// Whether rows may be looked at beside the command's own work.
    pub fn sees_rows(&self) -> bool {
        match self {
            Self::Free => false,
            Self::OperatingSystem | Self::Account(_) => true,
        }
    }
}

/// Lets the command in, or not; from here on `context` acts as the account of the session.
///
/// # Errors
/// No session, a session that does not count, or one whose account may not do this.
pub fn enter(context: &mut Context<'_>, verb: Verb, key: Option<&KeyArgs>) -> anyhow::Result<()> {
    if !context.needs_session() {
        return Ok(());
    }
    match right(verb) {
        Right::Free => {
            context.entry = Entry::Free;
            return Ok(());
        }
        // It reads the session itself, whether or not one is asked for.
        Right::Anybody => return Ok(()),
        Right::Desk | Right::Own | Right::Admin => {}
    }
    if verb == Verb::Init {
        return Err(words::no_session_yet(context).into());
    }
    let signed_in = match current(context, key)? {
        Some(signed_in) => signed_in,
        None => return Err(words::none_saved(context)?.into()),
    };
    let signed_in = match signed_in {
        Ok(signed_in) => signed_in,
        Err(ended) => return Err(turned_away(context, verb, &ended).into()),
    };
    let Some(reach) = reach(signed_in.standing, verb) else {
        let failure = words::verb_refused(context, &signed_in, verb);
        let rule = failure.message.clone();
        record(context, &signed_in.acting.row, verb, &rule, None);
        return Err(failure.into());
    };
    if verb == Verb::UserList
        && let Scope::Role(role) = signed_in.scope(reach)
    {
        context.console().note(&words::only_patients(&signed_in, &role));
    }
    context.entry = Entry::Account(Box::new(Session { signed_in, reach }));
    Ok(())
}

/// The saved session of this database, judged now; `None` where nothing is saved.
///
/// # Errors
/// The file's, the key's, and a saved file that is not used.
pub fn current(context: &mut Context<'_>, key: Option<&KeyArgs>) -> anyhow::Result<Option<Result<SignedIn, Ended>>> {
    let located = context.locate()?;
    let Opened { store: reader, notes } =
        Reader::open(&located.path, context.busy_timeout, context.access()).map_err(Refused::from)?;
    // The command itself says the others again when it opens the file.
    let notes: Vec<OpenNote> = notes.into_iter().filter(|note| *note == OpenNote::Recovered).collect();
    context.say_notes(&notes, &located.path);
    let saved = match file(context)? {
        Some(file) => file.read().map_err(|error| words::unusable(context, &file, &error))?,
        None => None,
    };
    let Some(token) = saved else {
        let missing = reader.schema().missing();
        return if missing.is_empty() { Ok(None) } else { Err(words::not_migrated(context, missing).into()) };
    };
    let usual = KeyArgs { secret_file: None, insecure_default_key: false };
    let key = context.try_key(key.unwrap_or(&usual)).map_err(|error| key_failure(&error))?;
    let now = context.now();
    let judged = session::sign_in(&reader, &context.settings, &key.key, key.state, token.expose(), now);
    Ok(Some(judged.map_err(Refused)?))
}

/// Where the session of this database is kept; `None` where the platform has no place for it.
///
/// # Errors
/// Usage: a URL of another kind.
pub fn file(context: &Context<'_>) -> anyhow::Result<Option<SessionFile>> {
    let database = context.locate()?.path;
    Ok(context.world.state_directory.as_deref().map(|state| SessionFile::of(state, &database)))
}

/// What a refusal deep inside means for a session: it is recorded, and says the rule.
pub fn settle(context: &mut Context<'_>, verb: Verb, key: Option<&KeyArgs>, error: anyhow::Error) -> anyhow::Error {
    let Entry::Account(session) = std::mem::take(&mut context.entry) else { return error };
    match error.downcast::<Refused>() {
        Ok(Refused(ops::Error::OutOfReach { user })) => {
            let (rule, failure) = words::out_of_reach(context, &session.signed_in, session.reach, verb, &user);
            record(context, &session.signed_in.acting.row, verb, &rule, Some(&user));
            failure.into()
        }
        // It was let in, and is no more what it was then: the gate says what has become of it.
        Ok(Refused(ops::Error::Store(StoreError::ActingChanged))) => match enter(context, verb, key) {
            Err(refusal) => refusal,
            Ok(()) => Refused(ops::Error::ChangedMeanwhile { user: Box::new(session.signed_in.acting.row) }).into(),
        },
        Ok(other) => other.into(),
        Err(error) => error,
    }
}

/// The words for a session that does not count; that of a known account is recorded.
pub fn turned_away(context: &mut Context<'_>, verb: Verb, ended: &Ended) -> Failure {
    let failure = words::ended(context, ended);
    match ended {
        Ended::Rejected(_) => {}
        Ended::Closed(row, closed) => record(context, row, verb, words::closed_rule(*closed), None),
    }
    failure
}

/// Records a refusal; where that cannot be done it is said, and the refusal stands.
fn record(context: &mut Context<'_>, acting: &StoredUser, verb: Verb, rule: &str, target: Option<&StoredUser>) {
    if context.global.dry_run {
        return;
    }
    context.entry = Entry::OperatingSystem;
    let refused = session::Refused { acting, verb: verb.as_str(), rule, target };
    let recorded = context.store().and_then(|mut store| {
        session::record(&mut store, &context.act(), refused).map_err(|error| Refused(error).into())
    });
    if let Err(error) = recorded {
        let failure = message::failure(context, error);
        context.console().warn(&format!("this refusal is not in the event log: {}", failure.message));
    }
}

/// A saved file that is not used, or cannot be saved.
pub fn file_failure(file: &SessionFile, what: &str, error: &SessionError) -> Failure {
    let class = match error {
        SessionError::Io(_) | SessionError::Directory(_) => Class::OutputFailed,
        SessionError::Link
        | SessionError::NotRegular
        | SessionError::Owner(_)
        | SessionError::Mode(_)
        | SessionError::Form
        | SessionError::OtherDatabase(_) => Class::TokenRejected,
    };
    let failure = Failure::new(class, format!("the saved session '{}' {what}: {error}", text::path(&file.path())));
    if class == Class::OutputFailed { failure.hint(PLACE) } else { failure }
}
