//! `token issue`: one token or many, sound or broken on purpose.
//!
//! What a newcomer would get wrong: the line that masks a token in the logs of GitHub Actions goes to stderr, since
//! stdout is caught by `T=$(…)`, and before the token, or the log would have it already.

use std::num::NonZeroU32;

use super::token_type;
use crate::cli::args::{BrokenKind, IssueArgs};
use crate::cli::commands::{report, select};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::whom;
use crate::cli::output::{Format, OutputError, emit_all, emit_one};
use crate::cli::view::IssuedView;
use crate::model::time::{Span, parse_duration};
use crate::model::token::{ExtraClaims, TokenType};
use crate::model::user::StoredUser;
use crate::ops::lock::Force;
use crate::ops::token::{self, BROKEN_TTL, Broken, IssueRequest, Issued, OfflineHolder};

/// A token may be issued for this long without a further word.
const LONG_TTL: Span = Span::DAY;

/// Issues them.
pub fn issue(context: &mut Context<'_>, args: &IssueArgs) -> anyhow::Result<u8> {
    let request = request(context, args)?;
    context.require_reader("token")?;
    let key = context.key(&args.key)?.key;
    let mut random = context.world.random;
    let issued = match (&args.user, args.user_id, &args.email, &args.role) {
        (None, Some(user_id), Some(email), Some(role)) => {
            let holder = OfflineHolder { user_id, email: email.clone(), role: role.clone() };
            let now = context.now();
            token::issue_offline(&context.settings, &holder, &request, now, &key, &mut random).map_err(Refused)?
        }
        (Some(user), ..) => {
            let spec = select::user(user)?;
            let mut store = context.store()?;
            let applied =
                token::issue(&mut store, &context.act(), &context.settings, &spec, &request, &key, &mut random)
                    .map_err(Refused)?;
            let (user, issued) = applied.value;
            context.say_triggers(applied.triggers.as_ref());
            say_issued(context, &user, &issued);
            report::customers(context, store.schema());
            report::without_role(context, &user);
            issued
        }
        _ => {
            return Err(
                Failure::usage("whose token? name a USER, or --offline with --user-id, --email and --role").into()
            );
        }
    };
    if let Some(broken) = request.broken {
        context.console().note(what_the_app_does(broken));
    }
    print_issued(context, &issued, args)
}

fn say_issued(context: &mut Context<'_>, user: &StoredUser, issued: &[Issued]) {
    let Some(first) = issued.first() else { return };
    let did = context.would("issued", "issue");
    let (many, plural) = match issued.len() {
        1 => (String::new(), ""),
        many => (format!("{many} "), "s"),
    };
    let end = first.expires_at.to_table();
    let text = match first.broken {
        None => {
            let kind = first.token_type.as_str();
            format!("{did} {many}{kind} token{plural} for {}, good until {end}", whom(user))
        }
        Some(broken) => {
            let kind = broken.as_str();
            format!("{did} {many}broken token{plural} ({kind}) for {}, 'exp' is {end}", whom(user))
        }
    };
    context.console().done(&text);
}

/// What the reference app answers, in a line.
fn what_the_app_does(broken: Broken) -> &'static str {
    match broken {
        Broken::Expired | Broken::NotYet | Broken::Signature | Broken::AlgNone | Broken::NoUser => {
            "the app answers 401 to it"
        }
        Broken::Type => "the app does not look at 'type': it lets this token in",
        Broken::FutureIat => "the app answers 401 to it where it uses PyJWT; with python-jose it lets this token in",
    }
}

fn print_issued(context: &mut Context<'_>, issued: &[Issued], args: &IssueArgs) -> anyhow::Result<u8> {
    let dry = context.global.dry_run && !args.offline;
    if dry && context.style.format == Format::Table {
        return Ok(DONE);
    }
    if args.mask && !dry {
        mask(context, issued)?;
    }
    let lost = |failure: Failure| match args.offline {
        true => failure,
        false => failure.hint("the event is recorded, but the token is lost; issue another"),
    };
    write_issued(context, issued, args).map_err(|error| lost(Failure::from(error)))?;
    Ok(DONE)
}

fn write_issued(context: &mut Context<'_>, issued: &[Issued], args: &IssueArgs) -> Result<(), OutputError> {
    let dry = context.global.dry_run && !args.offline;
    let view = |one| if dry { IssuedView::from(one).withheld() } else { IssuedView::from(one) };
    match (context.style.format, args.count, issued) {
        (Format::Table, ..) => issued.iter().try_for_each(|one| context.try_print(one.token.expose())),
        (Format::Json | Format::Jsonl | Format::Csv, None, [one]) => {
            emit_one(&mut *context.world.stdout, &context.style, &view(one))
        }
        (Format::Json | Format::Jsonl | Format::Csv, ..) => {
            emit_all(&mut *context.world.stdout, &context.style, issued.iter().map(view))
        }
    }
}

/// The lines that make GitHub Actions hide the tokens in its logs; anywhere else they would show them.
fn mask(context: &mut Context<'_>, issued: &[Issued]) -> anyhow::Result<()> {
    if (context.world.env)("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        context.console().note("--mask does nothing here: GITHUB_ACTIONS is not 'true'");
        return Ok(());
    }
    let stderr = &mut *context.world.stderr;
    for one in issued {
        // Without its mask a token must not be printed.
        writeln!(stderr, "::add-mask::{}", one.token.expose()).map_err(OutputError::from).map_err(Failure::from)?;
    }
    stderr.flush().map_err(OutputError::from).map_err(Failure::from)?;
    Ok(())
}

fn request(context: &Context<'_>, args: &IssueArgs) -> Result<IssueRequest, Failure> {
    let token_type = token_type(args.kind);
    let broken = args.broken.map(broken);
    let ttl = match &args.ttl {
        None => None,
        Some(text) => Some(ttl(context, args, token_type, text)?),
    };
    let mut extra = ExtraClaims::default();
    for claim in &args.claim {
        extra.add_text(claim).map_err(|error| Failure::usage(format!("--claim: {error}")))?;
    }
    for claim in &args.claim_json {
        extra.add_json(claim).map_err(|error| Failure::usage(format!("--claim-json: {error}")))?;
    }
    if broken == Some(Broken::NotYet) && extra.has("nbf") {
        return Err(Failure::usage("claim 'nbf' is set by --broken not-yet itself"));
    }
    let force = if args.force { Force::Yes } else { Force::No };
    let count = args.count.and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    Ok(IssueRequest { token_type, ttl, extra, force, broken, count })
}

fn ttl(context: &Context<'_>, args: &IssueArgs, kind: TokenType, text: &str) -> Result<Span, Failure> {
    let ttl = parse_duration(text).map_err(|error| Failure::usage(format!("--ttl: {error}")))?;
    if args.broken.is_some() && ttl > BROKEN_TTL {
        return Err(Failure::usage(format!("--ttl: {ttl} is longer than a broken token may live, {BROKEN_TTL}"))
            .hint("some of them open the app; leave --ttl away, or give at most 5m"));
    }
    if ttl > LONG_TTL && ttl > context.settings.ttl(kind) && !args.allow_long_ttl {
        return Err(Failure::usage(format!(
            "--ttl: {ttl} is longer than 24 hours and than the configured {}",
            context.settings.ttl(kind)
        ))
        .hint("give --allow-long-ttl if that is meant"));
    }
    Ok(ttl)
}

fn broken(kind: BrokenKind) -> Broken {
    match kind {
        BrokenKind::Expired => Broken::Expired,
        BrokenKind::NotYet => Broken::NotYet,
        BrokenKind::Signature => Broken::Signature,
        BrokenKind::AlgNone => Broken::AlgNone,
        BrokenKind::Type => Broken::Type,
        BrokenKind::NoUser => Broken::NoUser,
        BrokenKind::FutureIat => Broken::FutureIat,
    }
}
