//! `audit verify` and `audit head`.
//!
//! What a newcomer would get wrong: the document is the verdict, so it stands on stdout whatever it says; the
//! error that ends stderr says the same in one sentence.

use std::path::Path;

use zeroize::Zeroizing;

use super::events;
use crate::cli::args::{AuditHeadArgs, AuditVerifyArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::input;
use crate::cli::output::{Format, emit_one};
use crate::cli::view::{HeadView, VerdictView, fault_words};
use crate::model::chain::Head;
use crate::model::text;
use crate::ops::audit::{self, HeadCheck, Sequence, Verdict, Why};
use crate::ops::error::Class;

/// More than this is no file of heads.
const MOST_BYTES: u64 = 1024 * 1024;

/// `audit verify`.
pub fn verify(context: &mut Context<'_>, args: &AuditVerifyArgs) -> anyhow::Result<u8> {
    let heads = match &args.head {
        None => Vec::new(),
        Some(path) => heads(context, path)?,
    };
    let reader = context.reader()?;
    let verdict = audit::verify(&reader, context.chain_key()?, &heads).map_err(Refused)?;
    emit_one(&mut *context.world.stdout, &context.style, &VerdictView::from(&verdict)).map_err(Failure::from)?;
    if verdict.sequence == Sequence::Changed {
        context.console().warn(
            "SQLite's own record of the highest id (sqlite_sequence) is lower than the last event: somebody changed it, \
             perhaps to hide a tail that was cut off",
        );
    }
    if let Some(failure) = failure(context, &verdict) {
        return Err(failure.into());
    }
    say_what_it_proves(context, &verdict, heads.is_empty());
    Ok(DONE)
}

/// The error that the verdict is; `None` where all is well.
pub(super) fn failure(context: &Context<'_>, verdict: &Verdict) -> Option<Failure> {
    if let Some(fault) = &verdict.fault {
        if let Some(id) = verdict.restored {
            let (show, head) = (context.authctl(&format!("audit show {id}")), context.authctl("audit head"));
            return Some(Failure::new(Class::Findings, fault_words(fault)).hint(format!(
                "event {id} says that a backup was put in place of the log that the head is of: {show}; if that was meant, \
                 keep a new head by {head}"
            )));
        }
        let hint = match fault.why {
            Why::Cut(_) | Why::NotTheHead => {
                "compare with a backup or an export; keep this file as it is for whoever looks into it"
            }
            Why::NotKeyed => {
                "if the key was configured only now, the next write begins the keyed part: verify again after it; \
                 otherwise somebody without the key wrote this, or keyed events were cut off"
            }
            Why::OtherKey => "see that audit_key_file names the key that the log was begun with",
            Why::Altered(_)
            | Why::MissingBefore(..)
            | Why::Inserted
            | Why::Moved(_)
            | Why::Replaced(_)
            | Why::Back(_) => {
                "what stands before it is sound, nothing behind it is proved; compare with a backup or an export"
            }
        };
        return Some(Failure::new(Class::Findings, fault_words(fault)).hint(hint));
    }
    if verdict.unchecked > 0 {
        return Some(
            Failure::new(
                Class::KeyMissing,
                format!(
                    "{} keyed {} cannot be checked without the key; the links fit",
                    verdict.unchecked,
                    events(verdict.unchecked)
                ),
            )
            .hint("name the file of the key as audit_key_file in authctl.toml"),
        );
    }
    (verdict.head_check == Some(HeadCheck::Pruned)).then(|| {
        Failure::new(Class::Findings, "the head cannot be compared: its event was pruned since").hint(format!(
            "find it in the file that audit prune wrote, then keep a new head: {}",
            context.authctl("audit head")
        ))
    })
}

fn say_what_it_proves(context: &mut Context<'_>, verdict: &Verdict, no_head: bool) {
    let (head, verify) = (context.authctl("audit head"), context.authctl("audit verify --head FILE"));
    let mut console = context.console();
    if verdict.rows == 0 {
        console.warn(
            "the log is empty, and nothing is proved: authctl writes a first event when it makes the log, so somebody \
             may have removed them all",
        );
        return;
    }
    console.note(if verdict.keyed > 0 {
        "no event was changed, added, removed or moved by anybody who does not have the key"
    } else {
        "no event was changed, added, removed or moved, unless somebody who can write the file made the whole chain \
         anew; a key (audit_key_file) keeps them from that"
    });
    if no_head {
        console.hint(&format!(
            "a tail that was cut off shows only against a head that was kept elsewhere: {head}, then {verify}"
        ));
    }
}

fn heads(context: &mut Context<'_>, path: &Path) -> anyhow::Result<Vec<Head>> {
    let (bytes, name) = if path == Path::new("-") {
        (context.read_stdin(MOST_BYTES)?, "standard input".to_owned())
    } else {
        let name = format!("'{}'", text::path(path));
        let read = read(&context.world.cwd.join(path));
        let head = context.authctl("audit head");
        let refused = |error| {
            Failure::usage(format!("cannot read the head from {name}: {error}"))
                .hint(format!("name the file that holds what {head} printed; - reads standard input"))
        };
        (read.map_err(refused)?, name)
    };
    let text = String::from_utf8_lossy(text::without_mark(&bytes));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let heads: Option<Vec<Head>> = lines.map(Head::parse).collect();
    match heads {
        Some(heads) if !heads.is_empty() => Ok(heads),
        Some(_) => Err(no_head(context, format!("there is no head in {name}: it is empty"))),
        None => Err(no_head(context, format!("{name} holds something else than heads"))),
    }
}

fn read(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    input::whole(std::fs::File::open(path)?, MOST_BYTES)?
        .ok_or_else(|| std::io::Error::other("it is larger than 1 MiB"))
}

fn no_head(context: &Context<'_>, message: String) -> anyhow::Error {
    Failure::usage(message).hint(format!("give what {} printed, one line each", context.authctl("audit head"))).into()
}

/// `audit head`.
pub fn head(context: &mut Context<'_>, _args: &AuditHeadArgs) -> anyhow::Result<u8> {
    let reader = context.reader()?;
    let (head, rows) = audit::head(&reader).map_err(Refused)?;
    let view = HeadView::new(head, rows);
    match context.style.format {
        Format::Table => context.print(&view.line())?,
        Format::Json | Format::Jsonl | Format::Csv => {
            emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
        }
    }
    context.console().hint("keep it where nobody who can write the database can write; it is not verified by this");
    Ok(DONE)
}
