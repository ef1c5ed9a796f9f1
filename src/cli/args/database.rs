//! Arguments of the commands on the file as a whole, its key and its configuration.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Global, examples};

/// Back the database up, restore it, check it
#[derive(Debug, Args)]
pub struct DbArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: DbCommand,
}

/// Commands on the file as a whole.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum DbCommand {
    /// Make a verified copy while the app runs
    Backup(BackupArgs),
    /// Put a verified backup in the place of the database; the present file is kept
    Restore(RestoreArgs),
    /// Check the file: integrity, foreign keys, counts; exit 11 with findings
    Check(DbCheckArgs),
    /// Show what the file is: schema, sizes, counts, modes
    Info(DbInfoArgs),
}

impl DbCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::Backup(args) => &args.global,
            Self::Restore(args) => &args.global,
            Self::Check(args) => &args.global,
            Self::Info(args) => &args.global,
        }
    }
}

/// Make a verified copy while the app runs
#[derive(Debug, Args)]
#[command(after_help = examples::DB_BACKUP)]
pub struct BackupArgs {
    /// A new file [default: beside the database, with the time in its name]
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Remove all but the newest N of the backups that authctl made beside the database
    #[arg(long, value_name = "N", value_parser = super::number::count, allow_negative_numbers = true)]
    pub keep: Option<u64>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Put a verified backup in the place of the database; the present file is kept
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Check the file: integrity, foreign keys, counts; exit 11 with findings
#[derive(Debug, Args)]
pub struct DbCheckArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Show what the file is: schema, sizes, counts, modes
#[derive(Debug, Args)]
pub struct DbInfoArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Look for everything that is wrong, each with the command that mends it; exit 11 with findings
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Mend what can be mended safely; asks first
    #[arg(long)]
    pub fix: bool,

    /// The signing key.
    #[command(flatten)]
    pub key: super::KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Make signing keys
#[derive(Debug, Args)]
pub struct SecretArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: SecretCommand,
}

/// Commands on signing keys.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum SecretCommand {
    /// Make a signing key: alone on stdout, or into the .env file
    #[command(after_help = examples::SECRET_GENERATE)]
    Generate(SecretGenerateArgs),
}

impl SecretCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::Generate(args) => &args.global,
        }
    }
}

/// Make a signing key: alone on stdout, or into the .env file
#[derive(Debug, Args)]
pub struct SecretGenerateArgs {
    /// Write it as SECRET_KEY into the .env file beside the database, and print nothing
    #[arg(long)]
    pub write: bool,

    /// With --write: replace the key that the file has, which logs everybody out
    #[arg(long, requires = "write")]
    pub force: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Show the configuration
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// Commands on the configuration.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ConfigCommand {
    /// Show each setting, its value, and where it comes from
    Show(ConfigShowArgs),
}

impl ConfigCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::Show(args) => &args.global,
        }
    }
}

/// Show each setting, its value, and where it comes from
#[derive(Debug, Args)]
pub struct ConfigShowArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
