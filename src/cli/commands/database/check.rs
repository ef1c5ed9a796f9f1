//! `db check`.

use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn run(_context: &mut Context<'_>) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
