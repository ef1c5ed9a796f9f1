//! What can be typed. clap yields raw text; what it means is parsed at the door of `ops`.
//!
//! What a newcomer would get wrong: there is no `--password VALUE`, since every process on the machine can read
//! the arguments of every other.

mod audit;
mod database;
mod examples;
mod global;
mod lock;
mod number;
mod rows;
mod session;
mod token;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use audit::{
    AuditArgs, AuditCommand, AuditExportArgs, AuditHeadArgs, AuditListArgs, AuditPruneArgs, AuditShowArgs,
    AuditVerifyArgs, EventFilterArgs,
};
pub use database::{
    BackupArgs, ConfigArgs, ConfigCommand, DbArgs, DbCommand, DoctorArgs, RestoreArgs, SecretArgs, SecretCommand,
    SecretGenerateArgs,
};
pub use global::{ColorWhen, Global, OutputFormat};
pub use lock::{LockArgs, UnlockArgs};
pub use rows::{ExportArgs, ImportArgs, RowFormat};
pub use session::{LogoutArgs, WhoamiArgs};
pub use token::{BrokenKind, InspectArgs, IssueArgs, KeyArgs, TokenArgs, TokenCommand, TokenKind, VerifyArgs};
pub use user::{
    ActivateArgs, AddArgs, DeactivateArgs, DeleteArgs, EditArgs, ListArgs, PasswdArgs, SetRoleArgs, ShowArgs, UserArgs,
    UserCommand, UsersArgs, VerifyUsersArgs, WhyArgs,
};

/// Run the accounts of a FastAPI + SQLite app: migrate, users, lockout, roles, tokens
#[derive(Debug, Parser)]
#[command(
    name = "authctl",
    bin_name = "authctl",
    disable_version_flag = true,
    disable_help_subcommand = true,
    after_long_help = super::exit::HELP_TABLE,
    after_help = "Errors, exit codes and the configuration file: authctl --help",
    max_term_width = 100
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Print the version (with -v: commit and SQLite version)
    #[arg(long, short = 'V')]
    pub version: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Create a new database, with the first admin in the same step
    #[command(after_help = examples::INIT)]
    Init(InitArgs),
    /// Bring an existing database up to date, after a verified backup
    Migrate(MigrateArgs),
    /// Add, list, show and change accounts
    User(UserArgs),
    /// Log in as the app does, and print its two tokens as JSON
    #[command(after_help = examples::LOGIN)]
    Login(LoginArgs),
    /// Lock accounts for a time
    #[command(after_help = examples::LOCK)]
    Lock(LockArgs),
    /// Free locked accounts: lock and counter together
    #[command(after_help = examples::UNLOCK)]
    Unlock(UnlockArgs),
    /// Give an account another role
    #[command(after_help = examples::SET_ROLE)]
    SetRole(SetRoleArgs),
    /// Issue, inspect and verify tokens
    Token(TokenArgs),
    /// Show whose session is saved, and what it may do
    Whoami(WhoamiArgs),
    /// Forget the saved session
    Logout(LogoutArgs),
    /// Look at the event log, verify it, export and prune it
    Audit(AuditArgs),
    /// Back the database up, restore it, check it
    Db(DbArgs),
    /// Look for everything that is wrong, each with the command that mends it; exit 11 with findings
    Doctor(DoctorArgs),
    /// Make signing keys
    Secret(SecretArgs),
    /// Show the configuration
    Config(ConfigArgs),
    /// Print the completion script of a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the man page, or write all of them into a directory
    Man(ManArgs),
}

impl Cli {
    /// The options of every command, from all the places where they may stand.
    pub fn all_global(&self) -> Global {
        match &self.command {
            None => self.global.clone(),
            Some(command) => command.global().over(&self.global),
        }
    }
}

impl Command {
    /// The options of every command that were given behind the command's name.
    fn global(&self) -> Global {
        match self {
            Self::Init(args) => args.global.clone(),
            Self::Migrate(args) => match &args.view {
                None => args.global.clone(),
                Some(MigrateView::Status(view)) => view.global.over(&args.global),
                Some(MigrateView::Plan(view)) => view.global.over(&args.global),
                Some(MigrateView::Check(view)) => view.global.over(&args.global),
                Some(MigrateView::Rehearse(view)) => view.global.over(&args.global),
            },
            Self::User(args) => args.command.global().over(&args.global),
            Self::Login(args) => args.global.clone(),
            Self::Lock(args) => args.global.clone(),
            Self::Unlock(args) => args.global.clone(),
            Self::SetRole(args) => args.global.clone(),
            Self::Token(args) => args.command.global().over(&args.global),
            Self::Whoami(args) => args.global.clone(),
            Self::Logout(args) => args.global.clone(),
            Self::Audit(args) => args.command.global().over(&args.global),
            Self::Db(args) => args.command.global().over(&args.global),
            Self::Doctor(args) => args.global.clone(),
            Self::Secret(args) => args.command.global().over(&args.global),
            Self::Config(args) => args.command.global().over(&args.global),
            Self::Completions(args) => args.global.clone(),
            Self::Man(args) => args.global.clone(),
        }
    }
}

/// Where a new password comes from; without one of these it is asked for on the terminal.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct NewPassword {
    /// Read the password from standard input (one line)
    #[arg(long)]
    pub password_stdin: bool,

    /// Read the password from a file (one line)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,

    /// Make a password and print it once, alone, on stdout
    #[arg(long)]
    pub generate: bool,
}

/// Where a password to try comes from; without one of these it is asked for on the terminal.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct GivenPassword {
    /// Read the password from standard input (one line)
    #[arg(long)]
    pub password_stdin: bool,

    /// Read the password from a file (one line)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
}

/// Create a new database, with the first admin in the same step
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Username of the first admin
    #[arg(long, value_name = "U", requires = "admin_email")]
    pub admin_username: Option<String>,

    /// E-mail of the first admin
    #[arg(long, value_name = "E", requires = "admin_username")]
    pub admin_email: Option<String>,

    /// Its password; a generated one unless another source is named.
    #[command(flatten)]
    pub password: NewPassword,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Bring an existing database up to date, after a verified backup
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Do not make a backup first
    #[arg(long)]
    pub no_backup: bool,

    /// Only look.
    #[command(subcommand)]
    pub view: Option<MigrateView>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// The read-only faces of `migrate`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum MigrateView {
    /// Show each step, applied or pending
    Status(StatusArgs),
    /// Print the exact SQL that would run
    Plan(PlanArgs),
    /// Exit 0 where the database is up to date, 9 where not
    Check(CheckArgs),
    /// Migrate a copy: what would change, how long it takes, whether all is well afterwards
    Rehearse(RehearseArgs),
}

/// Show each step, applied or pending
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print the exact SQL that would run
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Exit 0 where the database is up to date, 9 where not
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Migrate a copy: what would change, how long it takes, whether all is well afterwards
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Log in as the app does, and print its two tokens as JSON
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which)
    #[arg(value_name = "USER")]
    pub user: String,

    /// Its password.
    #[command(flatten)]
    pub password: GivenPassword,

    /// Replace an outdated hash after a successful login
    #[arg(long)]
    pub rehash: bool,

    /// Keep the access token as the session of --as-session, instead of printing it
    #[arg(long)]
    pub save: bool,

    /// The signing key.
    #[command(flatten)]
    pub key: KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print the completion script of a shell
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print the man page, or write all of them into a directory
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write one page per command into this directory
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub out: Option<PathBuf>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
