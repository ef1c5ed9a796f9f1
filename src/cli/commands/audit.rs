//! The commands under `audit`.

use crate::cli::args::AuditArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn run(_context: &mut Context<'_>, _args: &AuditArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
