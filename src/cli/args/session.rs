//! Arguments of the commands on the saved session.

use clap::Args;

use super::{Global, KeyArgs};

/// Show whose session is saved, and what it may do
#[derive(Debug, Args)]
pub struct WhoamiArgs {
    /// The signing key.
    #[command(flatten)]
    pub key: KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Forget the saved session
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
