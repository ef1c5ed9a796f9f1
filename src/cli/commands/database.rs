//! The commands under `db`.

use crate::cli::args::DbArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn run(_context: &mut Context<'_>, _args: &DbArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
