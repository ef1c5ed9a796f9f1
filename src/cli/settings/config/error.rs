//! What is said about a configuration file that is refused; never repeats a line of it.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::cli::settings::trusted::ReadError;
use crate::model::time::TimeError;

/// A configuration file that is not used, and why.
#[derive(Debug, thiserror::Error)]
#[error("the configuration file '{}' is refused: {problem}", crate::model::text::path(path))]
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
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.problem {
            ConfigProblem::File(error) => error.hint(),
            ConfigProblem::Syntax { .. }
            | ConfigProblem::Range { .. }
            | ConfigProblem::Duration { .. }
            | ConfigProblem::Inconsistent(_) => None,
        }
    }
}
