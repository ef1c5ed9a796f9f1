//! The text of a configuration file, read and checked against the ranges.
//!
//! What a newcomer would get wrong: numbers are read as `i64` although none may be negative, so that `-1`
//! is answered with the range like any other number, not with the name of a Rust type.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Config, ConfigProblem, HashConfig, LockoutConfig, PasswordConfig, TokensConfig};
use crate::model::text::defuse;
use crate::model::time::{Span, TimeFormat, parse_duration};

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

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// Each [`ConfigProblem`] but the one of the file.
    pub fn parse(text: &str) -> Result<Self, ConfigProblem> {
        let written: Written = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        Ok(Self {
            database: written.database,
            roles: written.roles.map(checked_roles).transpose()?,
            require_session: written.require_session.unwrap_or(false),
            audit_key_file: written.audit_key_file.map(PathBuf::from),
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
    require_session: Option<bool>,
    audit_key_file: Option<String>,
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
    let Some(value) = given else {
        return Ok(default);
    };
    match u32::try_from(value) {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(ConfigProblem::Range { key, range, value }),
    }
}

fn duration(key: &'static str, given: Option<&str>, default: Span) -> Result<Span, ConfigProblem> {
    let Some(text) = given else {
        return Ok(default);
    };
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
    // It repeats keys of the file.
    ConfigProblem::Syntax { line, message: defuse(error.message()).into_owned() }
}
