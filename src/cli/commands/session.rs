//! `whoami` and `logout`.

use crate::cli::args::{LogoutArgs, WhoamiArgs};
use crate::cli::context::Context;
use crate::cli::failure::Failure;

/// `whoami`.
pub fn whoami(_context: &mut Context<'_>, _args: &WhoamiArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}

/// `logout`.
pub fn logout(_context: &mut Context<'_>, _args: &LogoutArgs) -> anyhow::Result<u8> {
    Err(Failure::usage("pending").into())
}
