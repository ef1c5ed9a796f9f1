//! What is said after a write: whom it changed, what it means now, and the document for machines.
//!
//! What a newcomer would get wrong: the words come first, since the change is committed whatever happens to
//! stdout.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::message::whom;
use crate::cli::output::{Format, Record, emit_all, emit_one};
use crate::cli::remedy;
use crate::cli::view::{UserView, WriteView};
use crate::model::user::StoredUser;
use crate::ops::Written;
use crate::store::{Applied, Changed, Schema};

use super::select::Shape;

/// Says and prints what was done to each account.
///
/// # Errors
/// Output failed.
pub fn written(
    context: &mut Context<'_>,
    applied: Applied<Vec<Written>>,
    shape: Shape,
    say: impl Fn(&Context<'_>, &Written) -> String,
) -> anyhow::Result<u8> {
    for one in &applied.value {
        let text = match one.changed {
            Changed::Yes => say(context, one),
            Changed::No => format!("unchanged: {}", whom(&one.after)),
        };
        context.console().done(&text);
    }
    if applied.value.is_empty() {
        context.console().done("unchanged: nothing to do");
    }
    context.say_triggers(applied.triggers.as_ref());
    documents(context, applied.value, shape)?;
    Ok(crate::cli::exit::DONE)
}

/// The documents for machines; a table has nothing more to tell.
///
/// # Errors
/// Output failed.
pub fn documents(context: &mut Context<'_>, written: Vec<Written>, shape: Shape) -> anyhow::Result<()> {
    if context.style.format == Format::Table {
        return Ok(());
    }
    let (now, format) = (context.now(), context.settings.time_format);
    let views = written.into_iter().map(|one| WriteView::new(one.changed, UserView::of(one.after, now, format), None));
    shaped(context, views, shape)
}

/// One record alone, or a list of them, as the operands were.
///
/// # Errors
/// Output failed.
pub fn shaped<R: Record>(
    context: &mut Context<'_>,
    views: impl IntoIterator<Item = R>,
    shape: Shape,
) -> anyhow::Result<()> {
    let (stdout, style) = (&mut *context.world.stdout, &context.style);
    let mut views = views.into_iter();
    let written = match (shape, views.next()) {
        (Shape::One, Some(view)) => emit_one(stdout, style, &view),
        (Shape::One | Shape::Many, first) => emit_all(stdout, style, first.into_iter().chain(views)),
    };
    Ok(written.map_err(Failure::from)?)
}

/// A role that cannot be read makes `/auth/me` answer 500 whatever the token (`app-facts`).
pub fn without_role(context: &mut Context<'_>, user: &StoredUser) {
    if user.role.value().is_none() {
        let mend = context.authctl(&format!("set-role {} ROLE", remedy::name(context, user)));
        let text = format!("{} has no readable role: the app answers 500 to its requests; {mend} mends it", whom(user));
        context.console().warn(&text);
    }
}

/// On a file of the newest app, how its tokens are made (`app-facts`, HTTP face of the app).
pub fn customers(context: &mut Context<'_>, schema: &Schema) {
    if schema.has_customers() {
        context.console().note(
            "this database has customers: the customer is checked and in the tokens; is_active is judged as in the \
             older app (the newest app does not look at it)",
        );
    }
}

/// The document of one account, with the generated password; a table prints the password alone.
///
/// # Errors
/// Output failed; a change stays, and is said to.
pub fn one(
    context: &mut Context<'_>,
    changed: Changed,
    user: StoredUser,
    password: Option<&str>,
) -> anyhow::Result<()> {
    let way = password.map(|_| context.authctl(&format!("user passwd {}", remedy::name(context, &user))));
    let made = changed == Changed::Yes && !context.global.dry_run;
    let lost = |failure: Failure| match way {
        Some(way) => failure.hint(format!("the change was made; set another password: {way}")),
        None if made => failure.hint("the change was made"),
        None => failure,
    };
    let (now, format) = (context.now(), context.settings.time_format);
    let result = match (context.style.format, password) {
        (Format::Table, None) => Ok(()),
        (Format::Table, Some(password)) => context.try_print(password),
        (Format::Json | Format::Jsonl | Format::Csv, _) => {
            let view = WriteView::new(changed, UserView::of(user, now, format), password);
            emit_one(&mut *context.world.stdout, &context.style, &view)
        }
    };
    result.map_err(|error| lost(Failure::from(error)))?;
    Ok(())
}
