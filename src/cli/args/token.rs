//! Arguments of the commands on tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Global, examples};

/// Issue, inspect and verify tokens
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,

    /// Which.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// Commands on tokens.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum TokenCommand {
    /// Issue a token for an account: the token alone on stdout
    #[command(after_help = examples::TOKEN_ISSUE, override_usage = ISSUE_USAGE)]
    Issue(IssueArgs),
    /// Show a token in words: verdict, claims, times, all problems
    #[command(after_help = examples::TOKEN_INSPECT)]
    Inspect(InspectArgs),
    /// Judge tokens for scripts: one line each, exit 6 if any is bad
    #[command(after_help = examples::TOKEN_VERIFY)]
    Verify(VerifyArgs),
}

impl TokenCommand {
    /// The options of every command that were given behind this one's name.
    pub fn global(&self) -> &Global {
        match self {
            Self::Issue(args) => &args.global,
            Self::Inspect(args) => &args.global,
            Self::Verify(args) => &args.global,
        }
    }
}

/// Where the signing key comes from: SECRET_KEY in the environment, else in .env, unless a file is named.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// Read the signing key from a file, one line end removed [default: SECRET_KEY, then .env beside the database, then
    /// ./.env]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,

    /// Allow the app's built-in key, which everybody knows
    #[arg(long)]
    pub insecure_default_key: bool,
}

/// What `--type` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TokenKind {
    /// Opens the app
    Access,
    /// Gets a new access token
    Refresh,
}

/// What `--broken` takes; what the app answers is part of the help, since it lets some of them in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BrokenKind {
    /// exp was an hour ago; the app answers 401
    Expired,
    /// nbf is in an hour, after exp; the app answers 401
    NotYet,
    /// Signed with a random key; the app answers 401
    Signature,
    /// Not signed: alg none; the app answers 401
    AlgNone,
    /// The claim type names the other type; the app does not look at it and lets it in
    Type,
    /// A user_id above 2^53 that no account has; the app answers 401
    NoUser,
    /// iat is as late as exp; the app answers 401 with PyJWT, with python-jose it lets it in
    FutureIat,
}

/// The most tokens that one command issues.
const MOST: u32 = 1000;

fn count(text: &str) -> Result<u32, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| format!("give a whole number from 1 to {MOST}"))
}

/// For an account, or for the one that the options describe.
const ISSUE_USAGE: &str = "authctl token issue [OPTIONS] <USER>
       authctl token issue [OPTIONS] --offline --user-id <N> --email <E> --role <R>";

/// What stands in the place of an account.
const OFFLINE: [&str; 4] = ["offline", "user_id", "email", "role"];

/// Issue a token for an account: the token alone on stdout
#[derive(Debug, Args)]
pub struct IssueArgs {
    /// Username, e-mail, or id:57 (user:NAME or email:ADDRESS says which)
    #[arg(value_name = "USER", required_unless_present_any = OFFLINE, conflicts_with_all = OFFLINE)]
    pub user: Option<String>,

    /// The type
    #[arg(long = "type", value_enum, value_name = "TYPE", default_value = "access")]
    pub kind: TokenKind,

    /// Lifetime: 90s, 30m, 2h, 7d [default: the configured one]
    #[arg(long, value_name = "DUR")]
    pub ttl: Option<String>,

    /// Allow a lifetime above 24 hours and above the configured one
    #[arg(long)]
    pub allow_long_ttl: bool,

    /// Add a claim with a text
    #[arg(long, value_name = "K=V")]
    pub claim: Vec<String>,

    /// Add a claim with a JSON value
    #[arg(long, value_name = "K=JSON")]
    pub claim_json: Vec<String>,

    /// Even for a locked or inactive account
    #[arg(long)]
    pub force: bool,

    /// Look at no database and record no event; the three options below say whose token it is
    #[arg(long, requires_all = ["user_id", "email", "role"])]
    pub offline: bool,

    /// With --offline: the claim user_id
    #[arg(long, value_name = "N", value_parser = super::number::id, requires = "offline", allow_negative_numbers = true)]
    pub user_id: Option<i64>,

    /// With --offline: the claim email
    #[arg(long, value_name = "E", requires = "offline")]
    pub email: Option<String>,

    /// With --offline: the claim role
    #[arg(long, value_name = "R", requires = "offline")]
    pub role: Option<String>,

    /// Make a token with one thing wrong, for tests of an API; it lives at most 5 minutes
    #[arg(long, value_enum, value_name = "KIND", conflicts_with = "allow_long_ttl", ignore_case = true)]
    pub broken: Option<BrokenKind>,

    /// Under GitHub Actions (GITHUB_ACTIONS=true), write the line that masks the token in logs to stderr
    #[arg(long)]
    pub mask: bool,

    /// Issue this many, one a line: 1 to 1000
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub count: Option<u32>,

    /// The signing key.
    #[command(flatten)]
    pub key: KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Show a token in words: verdict, claims, times, all problems
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The token, as pasted; - reads it from standard input
    #[arg(value_name = "TOKEN", required_unless_present = "file")]
    pub token: Option<String>,

    /// Read the token from a file
    #[arg(long, value_name = "FILE", conflicts_with = "token", value_hint = clap::ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Do not judge: exit 0 for all that decodes
    #[arg(long)]
    pub no_verify: bool,

    /// The type that it must have
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    pub kind: Option<TokenKind>,

    /// By how much exp, nbf and iat may be missed
    #[arg(long, value_name = "DUR", default_value = "0")]
    pub leeway: String,

    /// The signing key.
    #[command(flatten)]
    pub key: KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Judge tokens for scripts: one line each, exit 6 if any is bad
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Tokens; - reads them from standard input, one per line
    #[arg(value_name = "TOKEN", required = true)]
    pub tokens: Vec<String>,

    /// The type that each must have
    #[arg(long = "type", value_enum, value_name = "TYPE", default_value = "access")]
    pub kind: TokenKind,

    /// By how much exp, nbf and iat may be missed
    #[arg(long, value_name = "DUR", default_value = "0")]
    pub leeway: String,

    /// The signing key.
    #[command(flatten)]
    pub key: KeyArgs,

    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}
