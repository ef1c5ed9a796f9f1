//! Arguments of the commands on the event log.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Global;

/// Look at the event log, verify it, export and prune it
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// Commands on the event log.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum AuditCommand {
    /// List events
    List(AuditListArgs),
    /// Show one event whole
    Show(AuditShowArgs),
    /// Verify the hash chain; exit 11 where a row was changed, added, removed or moved
    Verify(AuditVerifyArgs),
    /// Print all events as JSON lines
    Export(AuditExportArgs),
    /// Print the end of the chain: keep it elsewhere, for audit verify --head
    Head(AuditHeadArgs),
    /// Remove old events, after they were exported, and leave an anchor for the chain
    Prune(AuditPruneArgs),
}

impl AuditCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::List(args) => &args.global,
            Self::Show(args) => &args.global,
            Self::Verify(args) => &args.global,
            Self::Export(args) => &args.global,
            Self::Head(args) => &args.global,
            Self::Prune(args) => &args.global,
        }
    }
}

/// Which events.
#[derive(Debug, Args)]
pub struct EventFilterArgs {
    /// Only events about this account, also a deleted one: a username, e-mail, or id:57
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,

    /// Only events by this actor: a name or uid of the operating system, or the account of a session
    #[arg(long, value_name = "ACTOR")]
    pub actor: Option<String>,

    /// Only events of this name, as login_failed; may be repeated
    #[arg(long, value_name = "NAME")]
    pub event: Vec<String>,

    /// Only events from this time on: RFC 3339, YYYY-MM-DD [HH:MM[:SS]] (UTC), or -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,

    /// Only events before this time, given likewise
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
}

/// List events
#[derive(Debug, Args)]
pub struct AuditListArgs {
    /// Which.
    #[command(flatten)]
    pub filter: EventFilterArgs,

    /// At most this many: the newest [default with --follow: 10]
    #[arg(long, value_name = "N", value_parser = super::number::count, allow_negative_numbers = true)]
    pub limit: Option<u64>,

    /// Go on and print new events as they come, until ^C
    #[arg(long, short)]
    pub follow: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Show one event whole
#[derive(Debug, Args)]
pub struct AuditShowArgs {
    /// Id of the event
    #[arg(value_name = "ID", value_parser = super::number::event, allow_negative_numbers = true)]
    pub id: i64,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Verify the hash chain; exit 11 where a row was changed, added, removed or moved
#[derive(Debug, Args)]
pub struct AuditVerifyArgs {
    /// What audit head printed earlier: finds a cut tail, too; - reads it from standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub head: Option<PathBuf>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print all events as JSON lines
#[derive(Debug, Args)]
pub struct AuditExportArgs {
    /// Which.
    #[command(flatten)]
    pub filter: EventFilterArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print the end of the chain: keep it elsewhere, for audit verify --head
#[derive(Debug, Args)]
pub struct AuditHeadArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Remove old events, after they were exported, and leave an anchor for the chain
#[derive(Debug, Args)]
pub struct AuditPruneArgs {
    /// Remove the events before this time: RFC 3339, YYYY-MM-DD [HH:MM[:SS]] (UTC), or -90d
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub before: String,

    /// Where they are written first, as JSON lines; a new file [default: beside the database]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub export: Option<PathBuf>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
