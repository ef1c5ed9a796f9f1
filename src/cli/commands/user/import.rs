//! `user import`.

use crate::cli::args::ImportArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn import(_context: &mut Context<'_>, _args: &ImportArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
