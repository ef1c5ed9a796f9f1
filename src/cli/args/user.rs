//! Arguments of the commands on accounts.

use clap::{Args, Subcommand};

use super::examples;
use super::rows::{EXPORT_HELP, ExportArgs, IMPORT_HELP, ImportArgs};
use super::{GivenPassword, Global, NewPassword};

/// Add, list, show and change accounts
#[derive(Debug, Args)]
pub struct UserArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// Commands on accounts.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum UserCommand {
    /// Add an account
    #[command(after_help = examples::USER_ADD)]
    Add(AddArgs),
    /// List accounts
    #[command(after_help = examples::USER_LIST)]
    List(ListArgs),
    /// Show everything about accounts but hash and salt
    #[command(after_help = examples::USER_SHOW)]
    Show(ShowArgs),
    /// Set a new password
    #[command(after_help = examples::USER_PASSWD)]
    Passwd(PasswdArgs),
    /// Let accounts log in again
    #[command(after_help = examples::USER_ACTIVATE)]
    Activate(ActivateArgs),
    /// Keep accounts out, and end their tokens at once
    #[command(after_help = examples::USER_DEACTIVATE)]
    Deactivate(DeactivateArgs),
    /// Mark the e-mail of accounts as verified
    #[command(after_help = examples::USER_VERIFY)]
    Verify(VerifyUsersArgs),
    /// Change the name, e-mail, full name or customer of an account
    #[command(after_help = examples::USER_EDIT)]
    Edit(EditArgs),
    /// Delete accounts for good; deactivating is usually better
    #[command(after_help = examples::USER_DELETE)]
    Delete(DeleteArgs),
    /// Say why an account cannot log in, step by step, and what helps
    #[command(after_help = examples::USER_WHY)]
    Why(WhyArgs),
    /// Add many accounts from a spreadsheet (CSV) or JSON lines
    #[command(after_help = IMPORT_HELP)]
    Import(ImportArgs),
    /// Print all accounts in the form that import reads
    #[command(after_help = EXPORT_HELP)]
    Export(ExportArgs),
}

impl UserCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::Add(args) => &args.global,
            Self::List(args) => &args.global,
            Self::Show(args) => &args.global,
            Self::Passwd(args) => &args.global,
            Self::Activate(args) => &args.global,
            Self::Deactivate(args) => &args.global,
            Self::Verify(args) => &args.global,
            Self::Edit(args) => &args.global,
            Self::Delete(args) => &args.global,
            Self::Why(args) => &args.global,
            Self::Import(args) => &args.global,
            Self::Export(args) => &args.global,
        }
    }
}

/// One or more accounts.
#[derive(Debug, Args)]
pub struct UsersArgs {
    /// Usernames, e-mails, or id:57 (user:NAME or email:ADDRESS says which); - reads them from standard input, one per
    /// line
    #[arg(value_name = "USER", required = true)]
    pub users: Vec<String>,
}

/// One or more accounts, or one that is picked on the terminal.
#[derive(Debug, Args)]
pub struct PickedUsersArgs {
    /// Usernames, e-mails, or id:57 (user:NAME or email:ADDRESS says which); - reads them from standard input; on a
    /// terminal without any: pick one
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
}

/// Show everything about accounts but hash and salt
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Whom.
    #[command(flatten)]
    pub users: PickedUsersArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Let accounts log in again
#[derive(Debug, Args)]
pub struct ActivateArgs {
    /// Whom.
    #[command(flatten)]
    pub users: UsersArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Mark the e-mail of accounts as verified
#[derive(Debug, Args)]
pub struct VerifyUsersArgs {
    /// Whom.
    #[command(flatten)]
    pub users: UsersArgs,

    /// Take it back: mark the e-mail as not verified
    #[arg(long)]
    pub undo: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Keep accounts out, and end their tokens at once
#[derive(Debug, Args)]
pub struct DeactivateArgs {
    /// Whom.
    #[command(flatten)]
    pub users: UsersArgs,

    /// Even the last active admin
    #[arg(long)]
    pub force: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Add an account
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Username: 3 to 50 letters, digits, hyphens and underscores
    #[arg(value_name = "USERNAME")]
    pub username: Option<String>,

    /// E-mail, by which the app looks the account up
    #[arg(long, value_name = "E")]
    pub email: Option<String>,

    /// Role [default: the column's default, else the first of those offered]
    #[arg(long, value_name = "R")]
    pub role: Option<String>,

    /// Full name
    #[arg(long, value_name = "N")]
    pub full_name: Option<String>,

    /// Customer, on a database that has customers
    #[arg(long, value_name = "ID", value_parser = customer_id, allow_negative_numbers = true)]
    pub customer: Option<i64>,

    /// Add it inactive
    #[arg(long)]
    pub inactive: bool,

    /// Add it with its e-mail verified
    #[arg(long)]
    pub verified: bool,

    /// The same account being there already is no error
    #[arg(long)]
    pub if_missing: bool,

    /// Its password.
    #[command(flatten)]
    pub password: NewPassword,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// List accounts
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only this role
    #[arg(long, value_name = "R")]
    pub role: Option<String>,

    /// Only locked accounts, stuck ones among them
    #[arg(long)]
    pub locked: bool,

    /// Only stuck accounts: the app answers 500 on their logins
    #[arg(long)]
    pub stuck: bool,

    /// Only inactive accounts
    #[arg(long)]
    pub inactive: bool,

    /// Only accounts whose e-mail is not verified
    #[arg(long)]
    pub unverified: bool,

    /// Only accounts without a password
    #[arg(long)]
    pub no_password: bool,

    /// Only accounts with this text in username, e-mail or full name
    #[arg(long, value_name = "TEXT")]
    pub r#match: Option<String>,

    /// Order: id, username, email, role, created_at, last_login, failed_login_attempts, locked_until
    #[arg(long, value_name = "KEY[:desc]")]
    pub sort: Option<String>,

    /// At most this many
    #[arg(long, value_name = "N", value_parser = super::number::count, allow_negative_numbers = true)]
    pub limit: Option<u64>,

    /// Only ids above this one: the next page
    #[arg(long, value_name = "ID", value_parser = super::number::id, allow_negative_numbers = true)]
    pub after: Option<i64>,

    /// Print only how many there are
    #[arg(long)]
    pub count: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Set a new password
#[derive(Debug, Args)]
pub struct PasswdArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which)
    #[arg(value_name = "USER")]
    pub user: String,

    /// The new password.
    #[command(flatten)]
    pub password: NewPassword,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Give an account another role
#[derive(Debug, Args)]
pub struct SetRoleArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which); on a terminal without any: pick one
    #[arg(value_name = "USER")]
    pub user: Option<String>,

    /// The new role; on a terminal without one: pick from those offered
    #[arg(value_name = "ROLE")]
    pub role: Option<String>,

    /// Only if the account has this role now
    #[arg(long, value_name = "OLD")]
    pub expect: Option<String>,

    /// Even the last active admin
    #[arg(long)]
    pub force: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Change the name, e-mail, full name or customer of an account
#[derive(Debug, Args)]
pub struct EditArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which)
    #[arg(value_name = "USER")]
    pub user: String,

    /// The new username
    #[arg(long, value_name = "U")]
    pub username: Option<String>,

    /// The new e-mail
    #[arg(long, value_name = "E")]
    pub email: Option<String>,

    /// The new full name; '' removes it
    #[arg(long, value_name = "N")]
    pub full_name: Option<String>,

    /// The new customer, on a database that has customers
    #[arg(long, value_name = "ID", value_parser = customer_id, allow_negative_numbers = true)]
    pub customer: Option<i64>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Delete accounts for good; deactivating is usually better
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Whom.
    #[command(flatten)]
    pub users: UsersArgs,

    /// Even the last active admin
    #[arg(long)]
    pub force: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Say why an account cannot log in, step by step, and what helps
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which); on a terminal without any: pick one
    #[arg(value_name = "USER")]
    pub user: Option<String>,

    /// A password to try.
    #[command(flatten)]
    pub password: GivenPassword,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

fn customer_id(text: &str) -> Result<i64, &'static str> {
    text.parse().map_err(|_| "a customer is named by its id, a whole number")
}
