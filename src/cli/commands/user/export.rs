//! `user export`.

use crate::cli::args::ExportArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn export(_context: &mut Context<'_>, _args: &ExportArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
