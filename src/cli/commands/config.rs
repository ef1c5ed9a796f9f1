//! `config show`.

use crate::cli::args::ConfigArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn run(_context: &mut Context<'_>, _args: &ConfigArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
