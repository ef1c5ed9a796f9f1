//! Arguments of `lock` and `unlock`.

use clap::Args;

use super::Global;
use super::user::PickedUsersArgs;

/// Lock accounts for a time
#[derive(Debug, Args)]
pub struct LockArgs {
    /// Whom.
    #[command(flatten)]
    pub users: PickedUsersArgs,

    /// For this long: 90s, 30m, 2h, 7d, 2w [default: the configured lockout, 30m]
    #[arg(long, value_name = "DUR", group = "end")]
    pub r#for: Option<String>,

    /// Until this time: RFC 3339, YYYY-MM-DD [HH:MM[:SS]] (UTC), or +2h
    #[arg(long, value_name = "TIME", group = "end")]
    pub until: Option<String>,

    /// Without end
    #[arg(long, group = "end")]
    pub forever: bool,

    /// Deactivate too, which ends tokens at once
    #[arg(long)]
    pub deactivate: bool,

    /// Even the last active admin
    #[arg(long)]
    pub force: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Free locked accounts: lock and counter together
#[derive(Debug, Args)]
pub struct UnlockArgs {
    /// Usernames, e-mails, or id:57 (user:NAME or email:ADDRESS says which); - reads them from standard input; on a
    /// terminal without any: pick one
    #[arg(value_name = "USER", group = "whom")]
    pub users: Vec<String>,

    /// Free those whose time has passed, and rewrite future locks that the app cannot read (for cron)
    #[arg(long, group = "whom")]
    pub expired: bool,

    /// Free all of them
    #[arg(long, group = "whom")]
    pub all_locked: bool,

    /// Activate inactive accounts too
    #[arg(long, conflicts_with_all = ["expired", "all_locked"])]
    pub reactivate: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
