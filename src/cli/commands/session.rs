//! `whoami` and `logout`, and the saving part of `login`.

use crate::cli::args::{LogoutArgs, WhoamiArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::Failure;
use crate::cli::message::{self, when};
use crate::cli::output::{Format, emit_document, emit_one};
use crate::cli::remedy;
use crate::cli::session::{self, PLACE, file_failure};
use crate::cli::settings::session::SessionFile;
use crate::cli::view::{SessionView, SessionWords, UserView};
use crate::model::event::Acting;
use crate::model::secret::SignedToken;
use crate::model::text;
use crate::model::time::{Span, Timestamp};
use crate::model::user::StoredUser;
use crate::ops::Settings;
use crate::ops::error::Class;
use crate::ops::session::SignedIn;
use crate::policy::role::{Right, Standing, Verb, reach, right};
use crate::store::Schema;

/// `whoami`.
pub fn whoami(context: &mut Context<'_>, args: &WhoamiArgs) -> anyhow::Result<u8> {
    let signed_in = match session::current(context, Some(&args.key))? {
        None => return Err(nobody(context)?.into()),
        Some(Err(ended)) => return Err(session::turned_away(context, Verb::Whoami, &ended).into()),
        Some(Ok(signed_in)) => signed_in,
    };
    print(context, signed_in)?;
    Ok(DONE)
}

fn print(context: &mut Context<'_>, signed_in: SignedIn) -> Result<(), Failure> {
    let now = context.now();
    let rights = rights(&signed_in);
    let words = SessionWords {
        whom: message::naming(&signed_in.acting.row, context.style.personal()),
        rights: in_words(&signed_in, &rights),
    };
    let Acting { row, until } = signed_in.acting;
    let user = UserView::of(row, now, context.settings.time_format);
    let view = SessionView::new(user, until, rights, words, now);
    emit_one(&mut *context.world.stdout, &context.style, &view)?;
    Ok(())
}

/// The commands of the table that the session opens, as they are typed.
fn rights(signed_in: &SignedIn) -> Vec<&'static str> {
    let needs_one = |verb: &&Verb| match right(**verb) {
        Right::Free => false,
        // A new file has no sessions, whoever asks.
        Right::Anybody | Right::Desk | Right::Own | Right::Admin => **verb != Verb::Init,
    };
    let granted = |verb: &&Verb| reach(signed_in.standing, **verb).is_some();
    Verb::ALL.iter().filter(needs_one).filter(granted).map(|verb| verb.as_str()).collect()
}

fn in_words(signed_in: &SignedIn, rights: &[&str]) -> String {
    let listed = rights.join(", ");
    match signed_in.standing {
        Standing::Admin => "everything".to_owned(),
        Standing::Therapist => format!("{listed} ({}s only)", signed_in.ranks.patient),
        Standing::Patient => format!("{listed} (the own account only)"),
        Standing::Other => listed,
    }
}

fn nobody(context: &Context<'_>) -> anyhow::Result<Failure> {
    let database = text::path(&context.database_path()?);
    Ok(Failure::new(Class::NotFound, format!("nobody is signed in to '{database}'"))
        .hint(format!("{}; without a session the operating-system user acts", session::sign_in(context))))
}

/// `logout`.
pub fn logout(context: &mut Context<'_>, _args: &LogoutArgs) -> anyhow::Result<u8> {
    let file = session::file(context)?;
    let removed = match &file {
        None => false,
        Some(file) if context.global.dry_run => file.exists(),
        Some(file) => file.remove().map_err(|error| file_failure(file, "cannot be removed", &error))?,
    };
    let database = text::path(&context.database_path()?);
    if removed {
        let did = context.would("forgot", "forget");
        context.console().done(&format!("{did} the session for '{database}'"));
        context.console().note("its token stays valid for the app until it expires");
    } else {
        context.console().done(&format!("unchanged: nobody was signed in to '{database}'"));
    }
    match context.style.format {
        Format::Table | Format::Csv => {}
        Format::Json | Format::Jsonl => {
            let document = serde_json::json!({ "changed": removed });
            emit_document(&mut *context.world.stdout, &document).map_err(Failure::from)?;
        }
    }
    Ok(DONE)
}

/// Where `login --save` will keep the session: found out before the password is looked at.
///
/// # Errors
/// There is no place, or it cannot be made.
pub fn place(context: &Context<'_>) -> anyhow::Result<SessionFile> {
    let Some(file) = session::file(context)? else {
        return Err(Failure::usage("--save: there is no place for a session").hint(PLACE).into());
    };
    if !context.global.dry_run {
        file.prepare().map_err(|error| file_failure(&file, "cannot be saved", &error))?;
    }
    Ok(file)
}

/// Keeps the access token of a login, says so, and prints to machines what `whoami` would.
///
/// # Errors
/// The file or the document cannot be written; the login stays.
pub fn save(
    context: &mut Context<'_>,
    file: &SessionFile,
    access: &SignedToken,
    signed_in: SignedIn,
) -> anyhow::Result<()> {
    file.save(access).map_err(|error| file_failure(file, "cannot be saved, though the login was made", &error))?;
    let (now, until) = (context.now(), signed_in.acting.until);
    let (database, whom) = (text::path(file.database()), message::whom(&signed_in.acting.row));
    context.console().done(&format!("signed in to '{database}' as {whom} until {}", when(until, now)));
    let (place, logout) = (remedy::place(context.global), context.authctl("logout"));
    context.console().hint(&format!("authctl --as-session{place} COMMAND acts as this account; {logout} ends it"));
    saved(context, signed_in)
}

/// The document of the session that is, or would be, saved; a table has nothing more to tell.
///
/// # Errors
/// Output failed.
pub fn saved(context: &mut Context<'_>, signed_in: SignedIn) -> anyhow::Result<()> {
    match context.style.format {
        Format::Table => Ok(()),
        Format::Json | Format::Jsonl | Format::Csv => Ok(print(context, signed_in)?),
    }
}

/// The session that a login at that time opens.
pub fn opened(settings: &Settings, schema: &Schema, row: StoredUser, at: Timestamp) -> SignedIn {
    let ranks = settings.ranks(schema);
    let standing = ranks.standing(row.role.value().map(String::as_str));
    SignedIn { acting: Acting { row, until: end(at, settings.access_ttl) }, standing, ranks }
}

/// When an access token that was issued then expires: times in tokens are whole seconds.
fn end(issued: Timestamp, lifetime: Span) -> Timestamp {
    let seconds = Timestamp::from_micros(issued.seconds().saturating_mul(1_000_000)).unwrap_or(issued);
    seconds.saturating_add(lifetime)
}
