//! The configuration file `authctl.toml`: every key optional, unknown keys refused.
//!
//! What a newcomer would get wrong: messages are ours, not the TOML reader's, which would print the faulty
//! line, and that line may be a database URL with its password. And keys that a later version will know are
//! refused rather than ignored: nobody must believe that sessions are required when they are not.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::trusted::{self, ReadError};
use crate::model::time::{Span, TimeError, TimeFormat, parse_duration};

const FILE_NAME: &str = "authctl.toml";

/// The app refuses a password of more than 4,096 characters with its 32 of salt (`app-facts`, Passwords).
const PASSWORD_LENGTH: RangeInclusive<u32> = 1..=4064;
/// `cli.md`, Config.
const ATTEMPTS: RangeInclusive<u32> = 1..=1_000_000;
/// OWASP's floor for Argon2id, and the cap above which a stored hash is not verified (`security.md`).
const MEMORY_KIB: RangeInclusive<u32> = 19_456..=1_048_576;
/// As above.
const TIME_COST: RangeInclusive<u32> = 2..=20;
/// From one lane to the cap above which a stored hash is not verified (`security.md`).
const PARALLELISM: RangeInclusive<u32> = 1..=16;
/// Memory times passes, the third cap: 4 GiB in KiB (`security.md`).
const MEMORY_PASSES_KIB: u64 = 4 * 1024 * 1024;

/// The settings of a run, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The database as written, path or URL; [`super::database::locate`] reads it when nothing precedes it.
    pub database: Option<String>,
    /// The roles offered; `None` leaves them to the database's columns.
    pub roles: Option<Vec<String>>,
    /// `[password]`.
    pub password: PasswordConfig,
    /// `[lockout]`.
    pub lockout: LockoutConfig,
    /// `[tokens]`.
    pub tokens: TokensConfig,
    /// `[hash]`.
    pub hash: HashConfig,
}

/// Lengths of a new password, in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordConfig {
    /// The shortest allowed.
    pub min_length: u32,
    /// The longest allowed.
    pub max_length: u32,
}

/// When failures lock an account, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutConfig {
    /// The failure that locks.
    pub attempts: u32,
    /// How long the lock lasts.
    pub duration: Span,
    /// How its end is written.
    pub time_format: TimeFormat,
}

/// How long tokens live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokensConfig {
    /// An access token.
    pub access_ttl: Span,
    /// A refresh token.
    pub refresh_ttl: Span,
}

/// The parameters of a new Argon2id hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashConfig {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub time_cost: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// The app's own values (`app-facts`, Passwords, Login and lockout, Tokens).
impl Default for Config {
    fn default() -> Self {
        Self {
            database: None,
            roles: None,
            password: PasswordConfig { min_length: 12, max_length: 128 },
            lockout: LockoutConfig {
                attempts: 5,
                duration: Span::from_seconds(30 * 60),
                time_format: TimeFormat::Offset,
            },
            tokens: TokensConfig {
                access_ttl: Span::from_seconds(30 * 60),
                refresh_ttl: Span::from_seconds(7 * 86_400),
            },
            hash: HashConfig { memory_kib: 65_536, time_cost: 3, parallelism: 1 },
        }
    }
}

/// A configuration file that is not used, and why.
#[derive(Debug, thiserror::Error)]
#[error("the configuration file '{}' is refused: {problem}", path.display())]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: ConfigProblem,
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigProblem {
    /// It cannot be read, or others may write it.
    #[error("{0}")]
    File(ReadError),
    /// It is no TOML, has an unknown key, or a value of another type.
    #[error("line {line}: {message}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// The reason, without the text of the line.
        message: String,
    },
    /// A number outside its range.
    #[error("{key} must be {} to {}, not {value}", range.start(), range.end())]
    Range {
        /// With its table.
        key: &'static str,
        /// What is allowed.
        range: RangeInclusive<u32>,
        /// What was given.
        value: i64,
    },
    /// A duration that cannot be read.
    #[error("{key}: {reason}")]
    Duration {
        /// With its table.
        key: &'static str,
        /// What is wrong with it.
        reason: TimeError,
    },
    /// Values that do not go together, or a list of roles that cannot be used.
    #[error("{0}")]
    Inconsistent(String),
    /// A key of a later version.
    #[error("{0} is not supported by this version")]
    NotYet(&'static str),
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.problem {
            ConfigProblem::File(error) => error.hint(),
            ConfigProblem::NotYet(_) => Some("remove the line: it would have no effect"),
            ConfigProblem::Syntax { .. }
            | ConfigProblem::Range { .. }
            | ConfigProblem::Duration { .. }
            | ConfigProblem::Inconsistent(_) => None,
        }
    }
}

/// The platform's directory for this program's configuration; read from the user's account and environment.
pub fn platform_directory() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "authctl").map(|dirs| dirs.config_dir().to_owned())
}

/// The configuration and the file that it came from: `--config`, else `./authctl.toml`, else the file in the
/// platform's directory, else the defaults.
///
/// # Errors
/// The explicit file does not exist; or the file found is refused by [`ConfigProblem`].
pub fn load(
    explicit: Option<&Path>,
    cwd: &Path,
    platform: Option<&Path>,
) -> Result<(Config, Option<PathBuf>), ConfigError> {
    if let Some(path) = explicit {
        let path = cwd.join(path);
        let text = read(&path)?;
        return parsed(path, &text);
    }
    let places = [Some(cwd), platform];
    for path in places.into_iter().flatten().map(|directory| directory.join(FILE_NAME)) {
        match read(&path) {
            Ok(text) => return parsed(path, &text),
            Err(ConfigError { problem: ConfigProblem::File(ReadError::Absent), .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((Config::default(), None))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    trusted::read(path).map_err(|error| ConfigError { path: path.to_owned(), problem: ConfigProblem::File(error) })
}

fn parsed(path: PathBuf, text: &str) -> Result<(Config, Option<PathBuf>), ConfigError> {
    match Config::parse(text) {
        Ok(config) => Ok((config, Some(path))),
        Err(problem) => Err(ConfigError { path, problem }),
    }
}

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// Each [`ConfigProblem`] but the one of the file.
    pub fn parse(text: &str) -> Result<Self, ConfigProblem> {
        let written: Written = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        for (key, given) in [("require_session", &written.require_session), ("audit_key_file", &written.audit_key_file)]
        {
            if given.is_some() {
                return Err(ConfigProblem::NotYet(key));
            }
        }
        Ok(Self {
            database: written.database,
            roles: written.roles.map(checked_roles).transpose()?,
            password: written.password.checked()?,
            lockout: written.lockout.checked()?,
            tokens: written.tokens.checked()?,
            hash: written.hash.checked()?,
        })
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    database: Option<String>,
    roles: Option<Vec<String>>,
    require_session: Option<IgnoredAny>,
    audit_key_file: Option<IgnoredAny>,
    #[serde(default)]
    password: WrittenPassword,
    #[serde(default)]
    lockout: WrittenLockout,
    #[serde(default)]
    tokens: WrittenTokens,
    #[serde(default)]
    hash: WrittenHash,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenPassword {
    min_length: Option<i64>,
    max_length: Option<i64>,
}

impl WrittenPassword {
    fn checked(&self) -> Result<PasswordConfig, ConfigProblem> {
        let default = Config::default().password;
        let min_length = within("password.min_length", PASSWORD_LENGTH, self.min_length, default.min_length)?;
        let max_length = within("password.max_length", PASSWORD_LENGTH, self.max_length, default.max_length)?;
        if min_length > max_length {
            return Err(ConfigProblem::Inconsistent(format!(
                "password.min_length ({min_length}) is larger than password.max_length ({max_length})"
            )));
        }
        Ok(PasswordConfig { min_length, max_length })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenLockout {
    attempts: Option<i64>,
    duration: Option<String>,
    time_format: Option<WrittenTimeFormat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenTimeFormat {
    Offset,
    Naive,
}

impl WrittenLockout {
    fn checked(&self) -> Result<LockoutConfig, ConfigProblem> {
        let default = Config::default().lockout;
        Ok(LockoutConfig {
            attempts: within("lockout.attempts", ATTEMPTS, self.attempts, default.attempts)?,
            duration: duration("lockout.duration", self.duration.as_deref(), default.duration)?,
            time_format: match self.time_format {
                None => default.time_format,
                Some(WrittenTimeFormat::Offset) => TimeFormat::Offset,
                Some(WrittenTimeFormat::Naive) => TimeFormat::Naive,
            },
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenTokens {
    access_ttl: Option<String>,
    refresh_ttl: Option<String>,
}

impl WrittenTokens {
    fn checked(&self) -> Result<TokensConfig, ConfigProblem> {
        let default = Config::default().tokens;
        Ok(TokensConfig {
            access_ttl: duration("tokens.access_ttl", self.access_ttl.as_deref(), default.access_ttl)?,
            refresh_ttl: duration("tokens.refresh_ttl", self.refresh_ttl.as_deref(), default.refresh_ttl)?,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenHash {
    memory_kib: Option<i64>,
    time_cost: Option<i64>,
    parallelism: Option<i64>,
}

impl WrittenHash {
    fn checked(&self) -> Result<HashConfig, ConfigProblem> {
        let default = Config::default().hash;
        let memory_kib = within("hash.memory_kib", MEMORY_KIB, self.memory_kib, default.memory_kib)?;
        let time_cost = within("hash.time_cost", TIME_COST, self.time_cost, default.time_cost)?;
        let parallelism = within("hash.parallelism", PARALLELISM, self.parallelism, default.parallelism)?;
        if u64::from(memory_kib) * u64::from(time_cost) > MEMORY_PASSES_KIB {
            return Err(ConfigProblem::Inconsistent(format!(
                "hash.memory_kib times hash.time_cost must be at most {MEMORY_PASSES_KIB}, not {memory_kib} times {time_cost}"
            )));
        }
        Ok(HashConfig { memory_kib, time_cost, parallelism })
    }
}

fn within(
    key: &'static str,
    range: RangeInclusive<u32>,
    given: Option<i64>,
    default: u32,
) -> Result<u32, ConfigProblem> {
    let Some(value) = given else { return Ok(default) };
    match u32::try_from(value) {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(ConfigProblem::Range { key, range, value }),
    }
}

fn duration(key: &'static str, given: Option<&str>, default: Span) -> Result<Span, ConfigProblem> {
    let Some(text) = given else { return Ok(default) };
    parse_duration(text).map_err(|reason| ConfigProblem::Duration { key, reason })
}

/// Roles are matched case-blind (`cli.md`, Config), so two that differ in case only would be ambiguous.
fn checked_roles(roles: Vec<String>) -> Result<Vec<String>, ConfigProblem> {
    let mut seen = HashSet::new();
    if roles.is_empty() {
        return Err(ConfigProblem::Inconsistent("roles is empty: name at least one, or remove the line".to_owned()));
    }
    for role in &roles {
        if role.is_empty() || role.trim() != role || role.chars().any(char::is_control) {
            return Err(ConfigProblem::Inconsistent(format!(
                "roles: '{}' is empty, begins or ends with a blank, or has a control character",
                role.escape_debug()
            )));
        }
        if !seen.insert(role.to_lowercase()) {
            return Err(ConfigProblem::Inconsistent(format!("roles: '{role}' is there twice, the case left aside")));
        }
    }
    Ok(roles)
}

fn syntax(text: &str, error: &toml::de::Error) -> ConfigProblem {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = 1 + text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    ConfigProblem::Syntax { line, message: error.message().to_owned() }
}

#[cfg(test)]
mod tests;
