//! Options of every command, before or behind its name.
//!
//! What a newcomer would get wrong: they are not clap's `global` arguments, which clap copies into every command
//! on the way, a third of the work of a short run. Each level has its own, and [`Global::over`] joins them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The database: a path or sqlite:///… [env: AUTHCTL_DATABASE, DATABASE_URL] [default: ./app.db]
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub database: Option<OsString>,

    /// The configuration file [default: ./authctl.toml, then the platform's directory]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// How results are printed
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub output: Option<OutputFormat>,

    /// Short for --output json: one document on stdout, errors as JSON on stderr
    #[arg(long, conflicts_with = "output")]
    pub json: bool,

    /// In CSV, print texts as they are: not escaped, not guarded against formulas
    #[arg(long)]
    pub csv_raw: bool,

    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,

    /// Say nothing but results, warnings and errors
    #[arg(long, short)]
    pub quiet: bool,

    /// Say more
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Colours: NO_COLOR and CLICOLOR_FORCE are honoured [default: auto]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<ColorWhen>,

    /// Run the whole transaction, then roll it back; the file stays byte for byte as it is
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// Answer every confirmation with yes
    #[arg(long, short)]
    pub yes: bool,

    /// Never ask: exit 2 where an answer is missing
    #[arg(long)]
    pub no_input: bool,

    /// Why; recorded in the event
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,

    /// How long to wait for a lock of another process [default: 5s]
    #[arg(long, value_name = "DUR")]
    pub busy_timeout: Option<String>,

    /// Refuse to write where the table users has triggers
    #[arg(long)]
    pub no_triggers: bool,

    /// Act as the account of the saved session (login --save), with its rights
    #[arg(long)]
    pub as_session: bool,

    /// Hide names and e-mails in what people read: tables, CSV, messages; JSON and --csv-raw stay exact
    #[arg(long)]
    pub mask_personal: bool,
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

impl Global {
    /// These options laid over those given before the command's name; what stands nearer to the end wins.
    #[must_use]
    pub fn over(&self, outer: &Self) -> Self {
        Self {
            database: self.database.clone().or_else(|| outer.database.clone()),
            config: self.config.clone().or_else(|| outer.config.clone()),
            output: self.output.or(outer.output),
            json: self.json || outer.json,
            csv_raw: self.csv_raw || outer.csv_raw,
            columns: self.columns.clone().or_else(|| outer.columns.clone()),
            quiet: self.quiet || outer.quiet,
            verbose: self.verbose.saturating_add(outer.verbose),
            color: self.color.or(outer.color),
            dry_run: self.dry_run || outer.dry_run,
            yes: self.yes || outer.yes,
            no_input: self.no_input || outer.no_input,
            reason: self.reason.clone().or_else(|| outer.reason.clone()),
            busy_timeout: self.busy_timeout.clone().or_else(|| outer.busy_timeout.clone()),
            no_triggers: self.no_triggers || outer.no_triggers,
            as_session: self.as_session || outer.as_session,
            mask_personal: self.mask_personal || outer.mask_personal,
        }
    }
}
