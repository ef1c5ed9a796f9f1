//! The signing key: `--secret-file`, `SECRET_KEY` in the environment, then in `.env`.
//!
//! What a newcomer would get wrong: the first place that has the key decides, also when that key is
//! unusable. Falling through to the next place would sign with another key than the app does. A `.env` line
//! `SECRET_KEY` without `=` sets nothing, `SECRET_KEY=` sets the empty key, which is refused.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::{Zeroize, Zeroizing};

use super::trusted::{self, ReadError};
use super::{Env, dotenv};
use crate::model::secret::SigningKey;
use crate::policy::token::{APP_FALLBACK_KEY, DefaultKey, KeyKind, KeyState, KeyStrength, UnusableKey, appraise};

const NAME: &str = "SECRET_KEY";

/// What the command line says about the key.
#[derive(Debug, Clone, Default)]
pub struct KeySource {
    /// `--secret-file`.
    pub secret_file: Option<PathBuf>,
    /// `--insecure-default-key`: the app's built-in key may be used.
    pub default: DefaultKey,
}

/// Where a key was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyOrigin {
    /// The file of the option.
    #[error("--secret-file '{}'", crate::model::text::path(.0))]
    SecretFile(PathBuf),
    /// The variable.
    #[error("{NAME} in the environment")]
    Environment,
    /// The line of such a file.
    #[error("{NAME} in '{}'", crate::model::text::path(.0))]
    DotEnv(PathBuf),
    /// Nowhere: the one that the app falls back to.
    #[error("the app's built-in key")]
    BuiltIn,
}

/// A key that can sign, and what people should know about it.
#[derive(Debug)]
pub struct ResolvedKey {
    /// The key.
    pub key: SigningKey,
    /// Where it comes from, for messages.
    pub origin: KeyOrigin,
    /// What it is worth to the judge of tokens.
    pub state: KeyState,
    /// What is wrong with it that does not stop the work.
    pub warnings: Vec<KeyWarning>,
}

/// What is wrong with a key that works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyWarning {
    /// Shorter than the hash that it keys.
    #[error("the signing key has {bytes} bytes: below 32 it can be guessed from a token")]
    Weak {
        /// Its length.
        bytes: usize,
    },
    /// The key that is printed in the app's source.
    #[error("the signing key is the app's built-in one: everybody can make tokens with it")]
    BuiltIn,
}

/// Why there is no key; never holds the text of one.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No place has one.
    #[error("no signing key: SECRET_KEY is not set, neither in the environment nor in a .env file")]
    Missing,
    /// Set to nothing.
    #[error("the signing key is empty: {origin}")]
    Empty {
        /// Where it was found.
        origin: KeyOrigin,
    },
    /// The built-in key, and it is not allowed.
    #[error("the signing key is the app's built-in one, which everybody knows: {origin}")]
    Default {
        /// Where it was found.
        origin: KeyOrigin,
    },
    /// A text that the app's libraries refuse, or that cannot be a key of theirs.
    #[error("the signing key {reason}: {origin}")]
    Unusable {
        /// Where it was found.
        origin: KeyOrigin,
        /// What is wrong with it.
        reason: UnusableKey,
    },
    /// The file of the key is there, or should be, and is not used.
    #[error("cannot take the signing key from '{}': {reason}", crate::model::text::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: ReadError,
    },
    /// The `.env` file multiplies its values beyond any sense.
    #[error("cannot take the signing key from '{}': {reason}", crate::model::text::path(path))]
    Expansion {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: dotenv::TooLarge,
    },
}

impl KeyError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing => "set SECRET_KEY as the app has it, or give --secret-file FILE",
            Self::Empty { origin: KeyOrigin::SecretFile(_) } => {
                "write the key that the app has into that file, or leave --secret-file away to take SECRET_KEY"
            }
            Self::Default { origin: KeyOrigin::SecretFile(_) } => {
                "give the app a key of its own, and this file the same; --insecure-default-key goes on with the built-in key"
            }
            Self::Unusable { origin: KeyOrigin::SecretFile(_), .. } => {
                "give the file whose text is the app's SECRET_KEY; both need a random text of 32 characters or more"
            }
            Self::Empty { .. } => "set SECRET_KEY as the app has it; the app itself should not run with an empty one",
            Self::Default { .. } => {
                "set SECRET_KEY for the app and for this command; --insecure-default-key goes on with the built-in key"
            }
            Self::Unusable { .. } => "set SECRET_KEY to a random text of 32 characters or more, for the app too",
            Self::Unreadable { reason, .. } => {
                reason.hint().unwrap_or("check the file, or give another with --secret-file FILE")
            }
            Self::Expansion { .. } => "check the ${…} in the file, or give --secret-file FILE",
        }
    }
}

/// A text found, and where; wiped on drop.
struct Found {
    bytes: Zeroizing<Vec<u8>>,
    origin: KeyOrigin,
}

/// The key to sign and verify with, from the first place that has one (`cli.md`, the signing key).
///
/// `database` is the database file, beside which `.env` is looked for before `cwd`.
///
/// # Errors
/// Each [`KeyError`].
pub fn resolve(
    source: &KeySource,
    env: &Env<'_>,
    database: Option<&Path>,
    cwd: &Path,
) -> Result<ResolvedKey, KeyError> {
    let found = match find(source, env, database, cwd)? {
        Some(found) => found,
        None if source.default == DefaultKey::Allowed => {
            Found { bytes: Zeroizing::new(APP_FALLBACK_KEY.as_bytes().to_vec()), origin: KeyOrigin::BuiltIn }
        }
        None => return Err(KeyError::Missing),
    };
    judge(found, source)
}

/// Refuses what cannot or must not sign, and gathers what to warn of.
fn judge(mut found: Found, source: &KeySource) -> Result<ResolvedKey, KeyError> {
    let origin = found.origin;
    let state = appraise(Some(&found.bytes), source.default);
    let (strength, kind) = match state {
        KeyState::Missing => return Err(KeyError::Missing),
        KeyState::Empty => return Err(KeyError::Empty { origin }),
        KeyState::Default => return Err(KeyError::Default { origin }),
        KeyState::Unusable(reason) => return Err(KeyError::Unusable { origin, reason }),
        KeyState::Usable { strength, kind } => (strength, kind),
    };
    let mut warnings = Vec::new();
    match kind {
        KeyKind::Own => {}
        KeyKind::AppFallback => warnings.push(KeyWarning::BuiltIn),
    }
    match strength {
        KeyStrength::Enough => {}
        KeyStrength::Short { bytes } => warnings.push(KeyWarning::Weak { bytes }),
    }
    Ok(ResolvedKey { key: SigningKey::new(std::mem::take(&mut *found.bytes)), origin, state, warnings })
}

fn find(source: &KeySource, env: &Env<'_>, database: Option<&Path>, cwd: &Path) -> Result<Option<Found>, KeyError> {
    if let Some(path) = &source.secret_file {
        return read_secret_file(&cwd.join(path)).map(Some);
    }
    if let Some(text) = env(NAME) {
        let bytes = Zeroizing::new(text.into_encoded_bytes());
        return Ok(Some(Found { bytes, origin: KeyOrigin::Environment }));
    }
    let beside = database.and_then(Path::parent).map(|directory| cwd.join(directory));
    for directory in [beside.as_deref(), Some(cwd)].into_iter().flatten() {
        if let Some(found) = read_dotenv(&directory.join(".env"), env)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Reads a key file, one line end removed; a pipe will do, so that a password store can fill it, but a file must be
/// one that nobody else can write.
fn read_secret_file(path: &Path) -> Result<Found, KeyError> {
    let unreadable = |reason| KeyError::Unreadable { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| {
        unreadable(match error.kind() {
            io::ErrorKind::NotFound => ReadError::Absent,
            _ => ReadError::Io(error),
        })
    })?;
    let metadata = file.metadata().map_err(|error| unreadable(ReadError::Io(error)))?;
    if metadata.is_file() {
        trusted::judge(&metadata).map_err(unreadable)?;
    }
    let bytes = trusted::key(file).map_err(unreadable)?;
    Ok(Found { bytes, origin: KeyOrigin::SecretFile(path.to_owned()) })
}

/// The key in a `.env` file; `None` where there is no such file or it does not set the key.
fn read_dotenv(path: &Path, env: &Env<'_>) -> Result<Option<Found>, KeyError> {
    let text = match trusted::read(path) {
        Ok(text) => text,
        // python-dotenv passes over whatever is not a file.
        Err(ReadError::Absent | ReadError::NotRegular) => return Ok(None),
        Err(reason) => {
            return Err(KeyError::Unreadable { path: path.to_owned(), reason });
        }
    };
    let origin = KeyOrigin::DotEnv(path.to_owned());
    let broken = Cell::new(false);
    let lookup = |name: &str| {
        let value = env(name)?;
        // The text goes on without the bytes, and is refused below if it is the key's.
        broken.set(broken.get() || value.to_str().is_none());
        Some(value.to_string_lossy().into_owned())
    };
    let bindings =
        dotenv::parse(&text, &lookup).map_err(|reason| KeyError::Expansion { path: path.to_owned(), reason })?;
    let Some(value) = take_key(bindings) else {
        return Ok(None);
    };
    if broken.get() && value.contains(char::REPLACEMENT_CHARACTER) {
        return Err(KeyError::Unusable { origin, reason: UnusableKey::NotUtf8 });
    }
    Ok(Some(Found { bytes: Zeroizing::new(value.into_bytes()), origin }))
}

/// The key among the bindings, the others wiped.
fn take_key(bindings: Vec<dotenv::Binding>) -> Option<String> {
    let mut key = None;
    for (name, mut value) in bindings {
        if name == NAME {
            key = value;
        } else {
            value.zeroize();
        }
    }
    key
}

#[cfg(test)]
mod tests;
