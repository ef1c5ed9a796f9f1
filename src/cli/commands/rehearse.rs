//! `migrate rehearse`.

use crate::cli::args::RehearseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn run(_context: &mut Context<'_>, _args: &RehearseArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
