//! `user why`.

use crate::cli::args::WhyArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn why(_context: &mut Context<'_>, _args: &WhyArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
