//! `token issue`, `inspect` and `verify`.

use std::path::Path;

use super::select;
use crate::cli::args::{InspectArgs, IssueArgs, KeyArgs, TokenCommand, TokenKind, VerifyArgs};
use crate::cli::context::{Context, key_failure};
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::{Emitter, Format, emit_one};
use crate::cli::settings::key::{KeyError, ResolvedKey};
use crate::cli::view::{Claims, IssuedView, JudgedView, UserView};
use crate::model::text;
use crate::model::time::{Span, parse_duration};
use crate::model::token::{ExtraClaims, TokenType};
use crate::ops::error::Class;
use crate::ops::lock::Force;
use crate::ops::token::{self, Bench, IssueRequest, Issued, Judged, OfflineHolder};
use crate::policy::token::{KeyState, Options, Removed, Verdict, clean};

mod words;

/// A token may be issued for this long without a further word.
const LONG_TTL: Span = Span::DAY;

/// Longest input that is read as one token: more is too long in any case.
const MAX_INPUT: u64 = 1024 * 1024;

/// Longest list of tokens on standard input, in bytes.
const MAX_LIST: u64 = 64 * 1024 * 1024;

/// Runs one of them.
pub fn run(context: &mut Context<'_>, command: &TokenCommand) -> anyhow::Result<u8> {
    match command {
        TokenCommand::Issue(args) => issue(context, args),
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

fn issue(context: &mut Context<'_>, args: &IssueArgs) -> anyhow::Result<u8> {
    let request = request(context, args)?;
    let key = context.key(&args.key)?.key;
    let mut random = context.world.random;
    let issued = match (&args.user, args.user_id, &args.email, &args.role) {
        (None, Some(user_id), Some(email), Some(role)) => {
            let holder = OfflineHolder { user_id, email: email.clone(), role: role.clone() };
            let now = context.now();
            token::issue_offline(&context.settings, holder, &request, now, &key, &mut random).map_err(Refused)?
        }
        (Some(user), ..) => {
            let spec = select::user(user)?;
            let mut store = context.store()?;
            let applied =
                token::issue(&mut store, &context.act(), &context.settings, &spec, &request, &key, &mut random)
                    .map_err(Refused)?;
            let (user, issued) = applied.value;
            context.say_triggers(applied.triggers.as_ref());
            let did = context.would("issued", "issue");
            let (kind, end) = (issued.token_type.as_str(), issued.expires_at.to_table());
            context.console().done(&format!("{did} {kind} token for {}, good until {end}", whom(&user)));
            issued
        }
        _ => {
            return Err(
                Failure::usage("whose token? name a USER, or --offline with --user-id, --email and --role").into()
            );
        }
    };
    print_issued(context, &issued, args)
}

fn print_issued(context: &mut Context<'_>, issued: &Issued, args: &IssueArgs) -> anyhow::Result<u8> {
    if context.global.dry_run && !args.offline {
        return Ok(DONE);
    }
    let result = match context.style.format {
        Format::Table => context.try_print(issued.token.expose()),
        Format::Json | Format::Jsonl | Format::Csv => {
            emit_one(&mut *context.world.stdout, &context.style, &IssuedView::from(issued))
        }
    };
    result.map_err(Failure::from)?;
    Ok(DONE)
}

fn request(context: &Context<'_>, args: &IssueArgs) -> Result<IssueRequest, Failure> {
    let kind = token_type(args.kind);
    let ttl = match &args.ttl {
        None => None,
        Some(text) => {
            let ttl = parse_duration(text).map_err(|error| Failure::usage(format!("--ttl: {error}")))?;
            if ttl > LONG_TTL && ttl > context.settings.ttl(kind) && !args.allow_long_ttl {
                return Err(Failure::usage(format!(
                    "--ttl: {ttl} is longer than 24 hours and than the configured {}",
                    context.settings.ttl(kind)
                ))
                .hint("give --allow-long-ttl if that is meant"));
            }
            Some(ttl)
        }
    };
    let mut extra = ExtraClaims::default();
    for claim in &args.claim {
        extra.add_text(claim).map_err(|error| Failure::usage(format!("--claim: {error}")))?;
    }
    for claim in &args.claim_json {
        extra.add_json(claim).map_err(|error| Failure::usage(format!("--claim-json: {error}")))?;
    }
    let force = if args.force { Force::Yes } else { Force::No };
    Ok(IssueRequest { token_type: kind, ttl, extra, force })
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
    if text == "0" || text == "0s" {
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
    let user = judged.user.map(|user| UserView::new(user, now, format));
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
    let mut emitter = Emitter::new(&mut *context.world.stdout, &context.style).map_err(Failure::from)?;
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
