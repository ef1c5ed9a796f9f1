//! `user edit`.

use crate::cli::args::EditArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn edit(_context: &mut Context<'_>, _args: &EditArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
