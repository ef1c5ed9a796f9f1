//! `login`.

use super::{after, report, select, session};
use crate::cli::args::{KeyArgs, LoginArgs};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::{Format, emit_document};
use crate::cli::password_source;
use crate::cli::view::LoginView;
use crate::ops::login::{self, Rehash, Rehashed};
use crate::ops::token;
use crate::ops::why::PasswordNow;

/// Logs in, and prints the app's token response.
pub fn run(context: &mut Context<'_>, args: &LoginArgs) -> anyhow::Result<u8> {
    let key = context.key(&args.key)?.key;
    let place = if args.save { Some(session::place(context)?) } else { None };
    let spec = select::user(&args.user)?;
    let mut store = context.store()?;
    let given = password_source::given(context, &args.password)?;
    let rehash = if args.rehash { Rehash::Outdated } else { Rehash::No };
    let mut random = context.world.random;
    let done = login::login(&mut store, &context.act(), &context.settings, &spec, &given, rehash, &mut random)
        .map_err(Refused)?;
    // Saving says the same and more.
    if place.is_none() || context.global.dry_run {
        let did = context.would("logged in", "log in");
        context.console().done(&format!("{did} {}", whom(&done.user)));
    }
    match done.rehashed {
        Rehashed::No => {}
        Rehashed::Yes => context.console().done("replaced its outdated hash"),
        Rehashed::Overtaken => context.console().note("its hash was changed by somebody else meanwhile: left alone"),
    }
    report::customers(context, store.schema());
    if context.global.dry_run {
        if place.is_some() {
            context.console().done("would save its access token as the session of this database");
            let opened = session::opened(&context.settings, store.schema(), done.user, done.at);
            session::saved(context, opened)?;
        } else if context.style.format != Format::Table {
            print(context, &LoginView::without_tokens(context.settings.access_ttl))?;
        }
        return Ok(crate::cli::exit::DONE);
    }
    let tokens = token::after_login(store.schema(), &context.settings, &done.user, done.at, &key, &mut random)
        .map_err(Refused)?;
    match &place {
        Some(file) => {
            let opened = session::opened(&context.settings, store.schema(), done.user.clone(), done.at);
            session::save(context, file, &tokens.access, opened)?;
            remember_key(context, &args.key);
        }
        None => print(context, &LoginView::from(&tokens))?,
    }
    // The app may still keep out whom we let in: a row that it cannot read, a role that it does not know.
    after::blocked(context, &store, [&done.user], PasswordNow::Stored);
    Ok(crate::cli::exit::DONE)
}

fn print(context: &mut Context<'_>, view: &LoginView<'_>) -> anyhow::Result<()> {
    Ok(emit_document(&mut *context.world.stdout, view).map_err(Failure::from)?)
}

/// Most commands take no option for the key, and judge the session with the one that they find.
fn remember_key(context: &mut Context<'_>, key: &KeyArgs) {
    if key.secret_file.is_some() || key.insecure_default_key {
        context.console().note(
            "commands without --secret-file and --insecure-default-key look for the key of this session in \
             SECRET_KEY, then in .env",
        );
    }
}
