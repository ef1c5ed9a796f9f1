//! The configuration file `authctl.toml`: every key optional, unknown keys refused.
//!
//! What a newcomer would get wrong: messages are ours, not the TOML reader's, which would print the faulty
//! line, and that line may be a database URL with its password.

mod error;
mod file;
mod given;

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::trusted::{self, ReadError};
use crate::model::time::{Span, TimeFormat};

pub use error::{ConfigError, ConfigProblem};
pub use given::given;

const FILE_NAME: &str = "authctl.toml";

/// The settings of a run, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The database as written, path or URL; [`super::database::locate`] reads it when nothing precedes it.
    pub database: Option<String>,
    /// The roles offered; `None` leaves them to the database's columns.
    pub roles: Option<Vec<String>>,
    /// Whether every command needs the session of an account, as with `--as-session`.
    pub require_session: bool,
    /// The key of the event log's hash chain; a relative path is relative to the configuration file.
    pub audit_key_file: Option<PathBuf>,
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
            require_session: false,
            audit_key_file: None,
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

fn read(path: &Path) -> Result<Zeroizing<String>, ConfigError> {
    trusted::read(path).map_err(|error| ConfigError { path: path.to_owned(), problem: ConfigProblem::File(error) })
}

fn parsed(path: PathBuf, text: &str) -> Result<(Config, Option<PathBuf>), ConfigError> {
    match Config::parse(text) {
        Ok(config) => Ok((config, Some(path))),
        Err(problem) => Err(ConfigError { path, problem }),
    }
}

#[cfg(test)]
mod tests;
