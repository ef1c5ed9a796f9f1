//! Whom a command is about: operands, and `-` for standard input.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::text::without_mark;
use crate::model::user::{StoredUser, UserSpec};

/// Longest list on standard input, in bytes.
const MAX_LIST: u64 = 64 * 1024 * 1024;

/// Whether the result is one document or an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One operand: an object.
    One,
    /// Two or more, `-`, or a sweep: an array.
    Many,
}

/// The accounts named, and the shape of the answer.
///
/// # Errors
/// Usage: `id:` without a number, a list that is not UTF-8.
pub fn users(context: &mut Context<'_>, operands: &[String]) -> anyhow::Result<(Vec<UserSpec>, Shape)> {
    let mut specs = Vec::new();
    let mut shape = if operands.len() == 1 { Shape::One } else { Shape::Many };
    for operand in operands {
        if operand == "-" {
            shape = Shape::Many;
            specs.extend(from_stdin(context)?);
        } else {
            specs.push(user(operand)?);
        }
    }
    Ok((specs, shape))
}

/// The account that was picked, or else those that are named, and the shape of the answer.
///
/// # Errors
/// As [`users`].
pub fn picked_or(
    context: &mut Context<'_>,
    picked: Option<&StoredUser>,
    operands: &[String],
) -> anyhow::Result<(Vec<UserSpec>, Shape)> {
    match picked {
        Some(user) => Ok((vec![UserSpec::Id(user.id)], Shape::One)),
        None => users(context, operands),
    }
}

/// One account named.
///
/// # Errors
/// Usage: `id:` without a number; no name at all, alone or after `user:` or `email:`, which is what a shell makes of a
/// variable that is not set, and must not hit the account whose username or e-mail is empty.
pub fn user(operand: &str) -> Result<UserSpec, Failure> {
    let spec = UserSpec::parse(operand).map_err(|error| Failure::usage(error.to_string()))?;
    match &spec {
        UserSpec::Username(name) | UserSpec::Email(name) | UserSpec::Either(name) if name.is_empty() => {
            Err(Failure::usage(format!("the name '{operand}' is empty"))
                .hint("is it a variable that is not set? an account without a name is named by its id, as in id:57"))
        }
        UserSpec::Id(_) | UserSpec::Username(_) | UserSpec::Email(_) | UserSpec::Either(_) => Ok(spec),
    }
}

fn from_stdin(context: &mut Context<'_>) -> anyhow::Result<Vec<UserSpec>> {
    let bytes = context.read_stdin(MAX_LIST)?;
    let list = without_mark(&bytes);
    let text = std::str::from_utf8(list).map_err(|error| {
        let line = list[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::usage(format!("line {line} of the list on standard input is not UTF-8"))
            .hint("save the list as UTF-8, or name the accounts by their ids, as in id:57")
    })?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(user).collect::<Result<_, _>>()?)
}
