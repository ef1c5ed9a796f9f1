//! The signing key of a run.
//!
//! What a newcomer would get wrong: `.env` is looked for beside the database first, so that the key depends on which
//! file is named.

use super::{Context, with_hint};
use crate::cli::args::KeyArgs;
use crate::cli::failure::Failure;
use crate::cli::settings::key::{self, KeyError, KeySource, ResolvedKey};
use crate::ops::error::Class;
use crate::policy::token::DefaultKey;

impl Context<'_> {
    /// The signing key.
    ///
    /// # Errors
    /// Missing, empty, the app's built-in one, or not usable.
    pub fn key(&mut self, wanted: &KeyArgs) -> anyhow::Result<ResolvedKey> {
        let resolved = self.try_key(wanted).map_err(|error| key_failure(&error))?;
        let warnings = resolved.warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
        for warning in warnings {
            self.console().warn(&warning);
        }
        Ok(resolved)
    }

    /// The signing key, without a word about it.
    ///
    /// # Errors
    /// As [`Context::key`].
    pub fn try_key(&self, wanted: &KeyArgs) -> Result<ResolvedKey, KeyError> {
        let default = if wanted.insecure_default_key { DefaultKey::Allowed } else { DefaultKey::Refused };
        let source = KeySource { secret_file: wanted.secret_file.clone(), default };
        let database = self.locate().ok().map(|located| located.path);
        key::resolve(&source, &self.world.env, database.as_deref(), &self.world.cwd)
    }
}

/// A key that is missing or refused, with the way out.
pub fn key_failure(error: &KeyError) -> Failure {
    with_hint(key_class(error), error.to_string(), Some(error.hint()))
}

fn key_class(error: &KeyError) -> Class {
    match error {
        KeyError::Missing => Class::KeyMissing,
        KeyError::Empty { .. } => Class::KeyEmpty,
        KeyError::Default { .. } => Class::KeyDefault,
        KeyError::Unusable { .. } | KeyError::Unreadable { .. } | KeyError::Expansion { .. } => Class::KeyUnusable,
    }
}
