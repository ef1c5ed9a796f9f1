//! A failure on its way to the terminal: class, message, way out.
//!
//! What a newcomer would get wrong: message and hint are printed as they are, over a last net that lets line ends
//! through. Whoever puts a text from outside into one escapes it there.

use crate::cli::output::OutputError;
use crate::cli::prompt::PromptError;
use crate::cli::suggest::meant;
use crate::ops;
use crate::ops::error::Class;
use crate::store::StoreError;

/// A failure with its class; carried through `anyhow` to the one place that prints it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The class of the contract.
    pub class: Class,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub hint: Option<String>,
    /// Whether it is only that nobody reads stdout any more.
    pub closed_pipe: bool,
    /// What is wrong with each row of a file, where that is the failure.
    pub rows: Vec<RowFault>,
}

/// What is wrong with one row of a file: `error.rows` of the contract.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RowFault {
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// The column; `None`: the row as a whole.
    pub column: Option<&'static str>,
    /// How the file calls it, where that is another name: for people.
    #[serde(skip)]
    pub heading: Option<&'static str>,
    /// `error.code` of the rule.
    pub code: &'static str,
    /// What is wrong, escaped.
    pub message: String,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), hint: None, closed_pipe: false, rows: Vec::new() }
    }

    /// A usage error.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Class::Usage, message)
    }

    /// The same with what is wrong with each row.
    #[must_use]
    pub fn rows(mut self, rows: Vec<RowFault>) -> Self {
        self.rows = rows;
        self
    }

    /// The same with the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A refusal of `ops` on its way to the terminal, where its message is made.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
pub struct Refused(pub ops::Error);

impl From<ops::Error> for Refused {
    fn from(error: ops::Error) -> Self {
        Self(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

/// Why a list that is written while it is read ended early.
pub enum Stop {
    /// The rows cannot be read.
    Refused(Refused),
    /// They cannot be written.
    Failed(Failure),
}

impl From<ops::Error> for Stop {
    fn from(error: ops::Error) -> Self {
        Self::Refused(Refused(error))
    }
}

impl From<OutputError> for Stop {
    fn from(error: OutputError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Stop> for anyhow::Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refused) => refused.into(),
            Stop::Failed(failure) => failure.into(),
        }
    }
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        let class = match &error {
            PromptError::Interrupted => Class::Interrupted,
            PromptError::EndOfInput | PromptError::NoTerminal => Class::WouldPrompt,
            PromptError::NotUtf8 | PromptError::TooLong | PromptError::Mismatch | PromptError::NothingToPick => {
                Class::Usage
            }
            PromptError::Io(_) => Class::Unexpected,
        };
        Self::new(class, error.to_string())
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        let class = match &error {
            OutputError::UnknownColumn { .. } | OutputError::ColumnTwice { .. } => Class::Usage,
            OutputError::Io(_) => Class::OutputFailed,
        };
        let closed_pipe = matches!(&error, OutputError::Io(io) if io.kind() == std::io::ErrorKind::BrokenPipe);
        let failure = Self { closed_pipe, ..Self::new(class, error.to_string()) };
        match error {
            OutputError::Io(_) => failure.hint("send stdout to another place, or make room on its disk"),
            OutputError::UnknownColumn { name, valid } => match meant(&name, valid) {
                Some(suggestion) => failure.hint(suggestion),
                None => failure,
            },
            OutputError::ColumnTwice { .. } => failure,
        }
    }
}
