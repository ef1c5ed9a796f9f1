//! The tokens that people and scripts give: operands, a file, standard input.
//!
//! What a newcomer would get wrong: an empty text is a mistake in the call, such as a variable that is not set. It is
//! refused as one, and never judged.

use std::path::Path;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::cli::args::InspectArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::input;
use crate::model::secret::SignedToken;
use crate::model::text;
use crate::policy::token::{Removed, clean};

/// Longest input that is read as one token: more is too long in any case.
const MAX_INPUT: u64 = 1024 * 1024;

/// Longest list of tokens on standard input, in bytes.
const MAX_LIST: u64 = 64 * 1024 * 1024;

const ON_STDIN: &str = "on standard input";
const GIVEN: &str = "in the argument";

/// The one token of `token inspect`.
///
/// # Errors
/// It cannot be read, or there is none.
pub fn pasted(context: &mut Context<'_>, args: &InspectArgs) -> anyhow::Result<SignedToken> {
    let bytes = match (&args.token, &args.file) {
        (Some(token), _) if token != "-" => return Ok(cleaned(context, token, GIVEN)?),
        (_, Some(path)) => read_file(&context.world.cwd.join(path))?,
        (Some(_) | None, None) => context.read_stdin(MAX_INPUT)?,
    };
    let place = if args.file.is_some() { "in the file" } else { ON_STDIN };
    // Bytes that are not UTF-8 make it no token; the judge says so.
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    Ok(cleaned(context, &text, place)?)
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    use std::io::Read;
    // The beginning of a longer one will do: it is too long in any case.
    let read = std::fs::File::open(path).and_then(|file| input::whole(file.take(MAX_INPUT), MAX_INPUT));
    let read = read.map_err(|error| Failure::usage(format!("cannot read '{}': {error}", text::path(path))))?;
    Ok(read.unwrap_or_default())
}

fn say_removed(context: &mut Context<'_>, removed: &[Removed]) {
    let names: Vec<&str> = removed.iter().filter(|what| **what != Removed::LineEnd).map(|what| what.name()).collect();
    if !names.is_empty() {
        context.console().note(&format!("taken away around the token: {}", names.join(", ")));
    }
}

/// The tokens of `token verify`: operands, and on standard input one per line, or what `token issue` and `login` print
/// for machines.
///
/// # Errors
/// It cannot be read, or there is none.
pub fn listed(context: &mut Context<'_>, operands: &[String]) -> anyhow::Result<Vec<SignedToken>> {
    let mut tokens = Vec::new();
    for operand in operands {
        if operand == "-" {
            let bytes = context.read_stdin(MAX_LIST)?;
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            for one in split(&text) {
                tokens.push(cleaned(context, &one, ON_STDIN)?);
            }
        } else {
            tokens.push(cleaned(context, operand, GIVEN)?);
        }
    }
    if tokens.is_empty() {
        return Err(none(ON_STDIN).into());
    }
    Ok(tokens)
}

/// One document or an array of them, else lines.
fn split(text: &str) -> Vec<Zeroizing<String>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(_)) => vec![text.to_owned().into()],
        Ok(Value::Array(items)) => items.iter().map(|item| item.to_string().into()).collect(),
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
            text.lines().filter(|line| !line.trim().is_empty()).map(|line| line.to_owned().into()).collect()
        }
    }
}

/// The token alone; what was taken away around it is said.
fn cleaned(context: &mut Context<'_>, text: &str, place: &str) -> Result<SignedToken, Failure> {
    let cleaned = clean(text);
    say_removed(context, &cleaned.removed);
    if cleaned.token.expose().is_empty() { Err(none(place)) } else { Ok(cleaned.token) }
}

/// Nothing is no token that could be judged.
fn none(place: &str) -> Failure {
    Failure::usage(format!("there is no token {place}"))
        .hint("is it a variable that is not set, or a command that failed?")
}
