//! `user why`.

use crate::cli::args::WhyArgs;
use crate::cli::commands::pick::{self, Purpose};
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// Runs it.
pub fn why(context: &mut Context<'_>, args: &WhyArgs) -> anyhow::Result<u8> {
    if args.user.is_none() {
        let user = pick::one(context, Purpose::Why)?;
        pick::same_command(context, &format!("authctl user why id:{}", user.id.0));
    }
    Err(Failure::usage("pending").into())
}
