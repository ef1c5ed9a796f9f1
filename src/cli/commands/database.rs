//! The commands under `db`: the file as a whole.

mod backup;
mod check;
mod info;
mod loss;
mod restore;
pub mod words;

use crate::cli::args::{DbArgs, DbCommand};
use crate::cli::context::Context;

/// Runs it.
pub fn run(context: &mut Context<'_>, args: &DbArgs) -> anyhow::Result<u8> {
    match &args.command {
        DbCommand::Backup(args) => backup::run(context, args),
        DbCommand::Restore(args) => restore::run(context, args),
        DbCommand::Check(_) => check::run(context),
        DbCommand::Info(_) => info::run(context),
    }
}
