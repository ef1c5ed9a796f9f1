//! `token issue`, `inspect` and `verify`.

use std::path::Path;

use crate::cli::args::{InspectArgs, KeyArgs, TokenCommand, TokenKind, VerifyArgs};
use crate::cli::context::{Context, key_failure};
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::{Emitter, Format, emit_one};
use crate::cli::settings::key::{KeyError, ResolvedKey};
use crate::cli::view::{Claims, JudgedView, UserView};
use crate::model::text;
use crate::model::time::parse_duration;
use crate::model::token::TokenType;
use crate::ops::error::Class;
use crate::ops::token::{self, Bench, Judged};
use crate::policy::token::{KeyState, Options, Removed, Verdict, clean};

mod issue;
mod words;

/// Longest input that is read as one token: more is too long in any case.
const MAX_INPUT: u64 = 1024 * 1024;

/// Longest list of tokens on standard input, in bytes.
const MAX_LIST: u64 = 64 * 1024 * 1024;

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

/// The key for judging, and what it is worth; a missing one is no failure here.
fn judging_key(context: &Context<'_>, args: &KeyArgs) -> anyhow::Result<(Option<ResolvedKey>, KeyState)> {
    match context.try_key(args) {
        Ok(resolved) => {
            let state = resolved.state;
            Ok((Some(resolved), state))
        }
        Err(KeyError::Missing) => Ok((None, KeyState::Missing)),
        Err(KeyError::Empty { .. }) => Ok((None, KeyState::Empty)),
        Err(KeyError::Default { .. }) => Ok((None, KeyState::Default)),
        Err(KeyError::Unusable { reason, .. }) => Ok((None, KeyState::Unusable(reason))),
        Err(error @ (KeyError::Unreadable { .. } | KeyError::Expansion { .. })) => Err(key_failure(&error).into()),
    }
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
    let pasted = pasted(context, args)?;
    let cleaned = clean(&pasted);
    say_removed(context, &cleaned.removed);
    let (key, key_state) = judging_key(context, &args.key)?;
    let reader = context.reader_if_any()?;
    if reader.is_none() {
        let why = if context.entry.sees_rows() {
            "no database is named and there is no ./app.db"
        } else {
            "that needs an admin's session, and no --no-verify"
        };
        context.console().note(&format!("not compared with an account: {why}"));
    }
    let now = context.now();
    let bench = Bench {
        key: key.as_ref().map(|resolved| &resolved.key),
        key_state,
        view: reader.as_ref().map(crate::store::Reader::view),
        options,
    };
    let judged = token::judge(&bench, &context.settings, cleaned.token.expose(), now).map_err(Refused)?;
    let decodes = judged.judgement.header.is_some() && judged.judgement.claims.is_some();
    let verdict = judged.judgement.verdict;
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
    let failure = Failure::new(Class::TokenRejected, format!("the token is {}", verdict.as_str()));
    Err(match key {
        Some(_) => failure.hint("what stands on stdout says why"),
        None => failure.hint("give the app's key: SECRET_KEY, .env, or --secret-file FILE"),
    }
    .into())
}

fn pasted(context: &mut Context<'_>, args: &InspectArgs) -> anyhow::Result<String> {
    let bytes = match (&args.token, &args.file) {
        (Some(token), _) if token != "-" => return Ok(token.clone()),
        (_, Some(path)) => read_file(&context.world.cwd.join(path))?,
        (Some(_) | None, None) => context.read_stdin(MAX_INPUT)?,
    };
    // Bytes that are not UTF-8 make it no token; the judge says so.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let failed = |error: std::io::Error| Failure::usage(format!("cannot read '{}': {error}", text::path(path)));
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(failed)?.take(MAX_INPUT).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn say_removed(context: &mut Context<'_>, removed: &[Removed]) {
    let names: Vec<&str> = removed.iter().filter(|what| **what != Removed::LineEnd).map(|what| what.name()).collect();
    if !names.is_empty() {
        context.console().note(&format!("taken away around the token: {}", names.join(", ")));
    }
}

fn view(context: &Context<'_>, judged: Judged, claims: Claims) -> JudgedView {
    let (now, format) = (context.now(), context.settings.time_format);
    let user = judged.user.map(|user| UserView::of(user, now, format));
    JudgedView::new(judged.judgement, user, claims)
}

fn verify(context: &mut Context<'_>, args: &VerifyArgs) -> anyhow::Result<u8> {
    let options = Options { expected: Some(token_type(args.kind)), leeway_seconds: leeway(&args.leeway)? };
    let resolved = context.key(&args.key)?;
    let tokens = listed(context, &args.tokens)?;
    let reader = context.reader_if_any()?;
    let now = context.now();
    let bench = Bench {
        key: Some(&resolved.key),
        key_state: resolved.state,
        view: reader.as_ref().map(crate::store::Reader::view),
        options,
    };
    let mut views = Vec::with_capacity(tokens.len());
    let mut bad = 0_usize;
    for token in &tokens {
        let cleaned = clean(token);
        say_removed(context, &cleaned.removed);
        let judged = token::judge(&bench, &context.settings, cleaned.token.expose(), now).map_err(Refused)?;
        bad += usize::from(judged.judgement.verdict != Verdict::Accepted);
        views.push(view(context, judged, Claims::Left));
    }
    print_verified(context, &views)?;
    if bad == 0 {
        return Ok(DONE);
    }
    let message = match views.len() {
        1 => "the token is rejected".to_owned(),
        all => format!("{bad} of {all} tokens are rejected"),
    };
    Err(Failure::new(Class::TokenRejected, message).hint("authctl token inspect tells all about one").into())
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

fn listed(context: &mut Context<'_>, operands: &[String]) -> anyhow::Result<Vec<String>> {
    let mut tokens = Vec::new();
    for operand in operands {
        if operand == "-" {
            let bytes = context.read_stdin(MAX_LIST)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            tokens.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        } else {
            tokens.push(operand.clone());
        }
    }
    if tokens.is_empty() {
        return Err(Failure::usage("there is no token on standard input").into());
    }
    Ok(tokens)
}
