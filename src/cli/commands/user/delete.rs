//! `user delete`.

use crate::cli::args::DeleteArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn delete(_context: &mut Context<'_>, _args: &DeleteArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
