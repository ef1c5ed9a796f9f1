//! `token issue`, `inspect` and `verify`.

use crate::cli::args::{InspectArgs, TokenCommand, TokenKind, VerifyArgs};
use crate::cli::context::{Context, key_failure};
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::failure;
use crate::cli::output::{Emitter, Format, emit_one};
use crate::cli::settings::database::Origin;
use crate::cli::settings::key::{KeyError, ResolvedKey};
use crate::cli::view::{Claims, JudgedView, UserView};
use crate::model::time::parse_duration;
use crate::model::token::TokenType;
use crate::ops::error::Class;
use crate::ops::token::{self, Bench, Judged};
use crate::policy::token::{KeyState, Options, Verdict};
use crate::store::Reader;

mod input;
mod issue;
mod words;

/// Runs one of them.
pub fn run(context: &mut Context<'_>, command: &TokenCommand) -> anyhow::Result<u8> {
    match command {
        TokenCommand::Issue(args) => issue::issue(context, args),
        TokenCommand::Inspect(args) => inspect(context, args),
        TokenCommand::Verify(args) => verify(context, args),
    }
}

fn token_type(kind: TokenKind) -> TokenType {
    match kind {
        TokenKind::Access => TokenType::Access,
        TokenKind::Refresh => TokenType::Refresh,
    }
}

/// The key for judging, and what it is worth; a missing one is no failure here, and where nothing is to be judged
/// none is.
fn judging_key(context: &mut Context<'_>, args: &InspectArgs) -> anyhow::Result<(Option<ResolvedKey>, KeyState)> {
    let state = match context.try_key(&args.key) {
        Ok(resolved) => {
            let state = resolved.state;
            return Ok((Some(resolved), state));
        }
        Err(KeyError::Missing) => KeyState::Missing,
        Err(KeyError::Empty { .. }) => KeyState::Empty,
        Err(KeyError::Default { .. }) => KeyState::Default,
        Err(KeyError::Unusable { reason, .. }) => KeyState::Unusable(reason),
        Err(error @ (KeyError::Unreadable { .. } | KeyError::Expansion { .. })) if args.no_verify => {
            context.console().warn(&error.to_string());
            KeyState::Missing
        }
        Err(error @ (KeyError::Unreadable { .. } | KeyError::Expansion { .. })) => {
            return Err(key_failure(&error).into());
        }
    };
    Ok((None, state))
}

/// The rows to compare with; that there are none is said, and what the file lacks.
fn rows(context: &mut Context<'_>, no_verify: bool) -> anyhow::Result<Option<Reader>> {
    let reader = match context.reader_if_any() {
        Err(error) if no_verify && context.locate()?.origin == Origin::Default => {
            let why = failure(context, error).message;
            context.console().warn(&format!("not compared with an account: {why}"));
            return Ok(None);
        }
        found => found?,
    };
    match &reader {
        Some(reader) => context.say_pending(reader.schema()),
        None => {
            let why = if context.entry.sees_rows() {
                "no database is named and there is no ./app.db"
            } else {
                "that needs an admin's session, and no --no-verify"
            };
            context.console().note(&format!("not compared with an account: {why}"));
        }
    }
    Ok(reader)
}

fn leeway(text: &str) -> Result<u32, Failure> {
    // No leeway is one, while a lifetime or a lock of no time is not: `parse_duration` refuses every zero.
    let number = text.strip_suffix(['s', 'm', 'h', 'd', 'w']).unwrap_or(text);
    if !number.is_empty() && number.bytes().all(|digit| digit == b'0') {
        return Ok(0);
    }
    let span = parse_duration(text).map_err(|error| Failure::usage(format!("--leeway: {error}")))?;
    u32::try_from(span.seconds()).map_err(|_| Failure::usage(format!("--leeway: {span} is too long")))
}

fn inspect(context: &mut Context<'_>, args: &InspectArgs) -> anyhow::Result<u8> {
    let options = Options { expected: args.kind.map(token_type), leeway_seconds: leeway(&args.leeway)? };
    let token = input::pasted(context, args)?;
    let (key, key_state) = judging_key(context, args)?;
    let reader = rows(context, args.no_verify)?;
    let now = context.now();
    let bench = Bench {
        key: key.as_ref().map(|resolved| &resolved.key),
        key_state,
        view: reader.as_ref().map(Reader::view),
        options,
    };
    let judged = token::judge(&bench, &context.settings, token.expose(), now).map_err(Refused)?;
    let decodes = judged.judgement.header.is_some() && judged.judgement.claims.is_some();
    let verdict = judged.judgement.verdict;
    if let (Verdict::Accepted, [_, ..]) = (verdict, judged.judgement.by_leeway.as_slice()) {
        let times = judged.judgement.by_leeway.join(" and ");
        context.console().note(&format!("accepted by --leeway alone ({times}): the app has none"));
    }
    match context.style.format {
        Format::Table => words::print(context, &judged)?,
        Format::Json | Format::Jsonl | Format::Csv => {
            let view = view(context, judged, Claims::Shown);
            emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
        }
    }
    let good = if args.no_verify { decodes } else { verdict == Verdict::Accepted };
    if good {
        return Ok(DONE);
    }
    let hint = match (verdict, key_state) {
        (Verdict::Unverified, KeyState::Default) => {
            "give the app's own key: SECRET_KEY, .env, or --secret-file FILE; --insecure-default-key goes on with the \
             built-in one"
        }
        (Verdict::Unverified, _) => "give the app's key: SECRET_KEY, .env, or --secret-file FILE",
        (Verdict::Accepted | Verdict::Rejected, _) => "what stands on stdout says why",
    };
    Err(Failure::new(Class::TokenRejected, format!("the token is {}", verdict.as_str())).hint(hint).into())
}

fn view(context: &Context<'_>, judged: Judged, claims: Claims) -> JudgedView {
    let (now, format) = (context.now(), context.settings.time_format);
    let user = judged.user.map(|user| UserView::of(user, now, format));
    JudgedView::new(judged.judgement, user, claims)
}

fn verify(context: &mut Context<'_>, args: &VerifyArgs) -> anyhow::Result<u8> {
    let options = Options { expected: Some(token_type(args.kind)), leeway_seconds: leeway(&args.leeway)? };
    let resolved = context.key(&args.key)?;
    let tokens = input::listed(context, &args.tokens)?;
    let reader = rows(context, false)?;
    let now = context.now();
    let bench =
        Bench { key: Some(&resolved.key), key_state: resolved.state, view: reader.as_ref().map(Reader::view), options };
    let mut views = Vec::with_capacity(tokens.len());
    let (mut bad, mut stretched) = (0_usize, 0_usize);
    for token in &tokens {
        let judged = token::judge(&bench, &context.settings, token.expose(), now).map_err(Refused)?;
        let accepted = judged.judgement.verdict == Verdict::Accepted;
        bad += usize::from(!accepted);
        stretched += usize::from(accepted && !judged.judgement.by_leeway.is_empty());
        views.push(view(context, judged, Claims::Left));
    }
    if stretched > 0 {
        let text = format!("accepted by --leeway alone: {stretched} of {}; the app has none", views.len());
        context.console().note(&text);
    }
    print_verified(context, &views)?;
    if bad == 0 {
        return Ok(DONE);
    }
    let message = match views.len() {
        1 => "the token is rejected".to_owned(),
        all => format!("{bad} of {all} tokens are rejected"),
    };
    Err(Failure::new(Class::TokenRejected, message)
        .hint(format!("{} tells all about one", context.authctl("token inspect")))
        .into())
}

fn print_verified(context: &mut Context<'_>, views: &[JudgedView]) -> anyhow::Result<()> {
    if context.style.format == Format::Table {
        for view in views {
            context.print(&view.line())?;
        }
        return Ok(());
    }
    let mut emitter = Emitter::new::<JudgedView>(&mut *context.world.stdout, &context.style).map_err(Failure::from)?;
    for view in views {
        emitter.push(view).map_err(Failure::from)?;
    }
    emitter.finish().map_err(Failure::from)?;
    Ok(())
}
