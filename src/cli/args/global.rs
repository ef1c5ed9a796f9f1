//! Options of every command.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]
    #[arg(long, value_name = "PATH", global = true, value_hint = clap::ValueHint::FilePath)]
    pub database: Option<OsString>,

    /// The configuration file [default: ./authctl.toml, then the platform's directory]
    #[arg(long, value_name = "FILE", global = true, value_hint = clap::ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// How results are printed
    #[arg(long, short, value_enum, value_name = "FORMAT", global = true)]
    pub output: Option<OutputFormat>,

    /// Short for --output json: one document on stdout, errors as JSON on stderr
    #[arg(long, global = true, conflicts_with = "output")]
    pub json: bool,

    /// In CSV, print texts as they are: not escaped, not guarded against formulas
    #[arg(long, global = true)]
    pub csv_raw: bool,

    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', global = true)]
    pub columns: Option<Vec<String>>,

    /// Say nothing but results, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,

    /// Say more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]
    #[arg(long, value_enum, value_name = "WHEN", global = true)]
    pub color: Option<ColorWhen>,

    /// Run the whole transaction, then roll it back; the file stays byte for byte as it is
    #[arg(long, short = 'n', global = true)]
    pub dry_run: bool,

    /// Answer every confirmation with yes
    #[arg(long, short, global = true)]
    pub yes: bool,

    /// Never ask: exit 2 where an answer is missing
    #[arg(long, global = true)]
    pub no_input: bool,

    /// Why; recorded in the event
    #[arg(long, value_name = "TEXT", global = true)]
    pub reason: Option<String>,

    /// How long to wait for a lock of another process [default: 5s]
    #[arg(long, value_name = "DUR", global = true)]
    pub busy_timeout: Option<String>,

    /// Refuse to write where the table users has triggers
    #[arg(long, global = true)]
    pub no_triggers: bool,
}

/// What `-o` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// CSV with a header
    Csv,
}

/// What `--color` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal that can show them
    Auto,
    /// Even into a file
    Always,
    /// Nowhere
    Never,
}
