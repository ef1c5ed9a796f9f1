//! Arguments of the commands on a file of accounts: import and export.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Global;

/// What the columns of a file mean.
pub(super) const IMPORT_HELP: &str = "\
Columns, in any order and case; only the first two must be there:
  username, email
  full_name, role, verified, active, customer_id
  password             the password in plain text
  password_hash, salt  the app's own hash, as an export writes it; the two only
                       together
  created_at           the account existed before: it is taken over as it is,
                       also without a password, with last_login,
                       failed_login_attempts and locked_until
  id, state            ignored

All rows are checked first, and every error is named by line and column. Then
all rows are written in one transaction, or none (see --partial).

Examples:
  authctl user import staff.csv --generate --credentials-out passwords.csv
  authctl --database old.db user export --with-hashes | authctl user import -";

/// What an export is good for.
pub(super) const EXPORT_HELP: &str = "\
The values are exact: in CSV they are neither escaped nor guarded against being
run as formulas by a spreadsheet. NULL is an empty cell, an empty text is \"\".
CSV unless -o says otherwise; on a terminal, texts are escaped.

Examples:
  authctl user export > accounts.csv
  (umask 077; authctl user export --with-hashes -o jsonl > accounts.jsonl)";

/// Forms of a file of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// A header, then one account a line; comma, semicolon or tab
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// Add many accounts from a spreadsheet (CSV) or JSON lines
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; - reads standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub file: PathBuf,

    /// Its form [default: by its name, else by its first character]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<RowFormat>,

    /// Import the good rows and report the others (exit 10)
    #[arg(long)]
    pub partial: bool,

    /// The same account being there already is no error
    #[arg(long)]
    pub if_missing: bool,

    /// Make a password for each account that has none in the file
    #[arg(long, requires = "credentials_out")]
    pub generate: bool,

    /// Where the generated passwords are written, as CSV; the file must not exist
    #[arg(long, value_name = "FILE", requires = "generate", value_hint = clap::ValueHint::FilePath)]
    pub credentials_out: Option<PathBuf>,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Print all accounts in the form that import reads
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// With password hashes and salts: whoever has the file can try passwords against them
    #[arg(long)]
    pub with_hashes: bool,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
