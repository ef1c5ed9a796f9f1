//! Why a pass over rows ended early.
//!
//! What a newcomer would get wrong: the store's error and that of whoever looks at the rows must stay apart until the
//! pass is over, since the store knows only its own.

use super::error::Error;
use crate::store::StoreError;

/// What ended it.
pub(super) enum Stop<E> {
    /// The file cannot be read.
    Store(StoreError),
    /// Whoever looks at the rows has had enough.
    Show(E),
}

impl<E> From<StoreError> for Stop<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<E: From<Error>> Stop<E> {
    /// The error of the verb.
    pub(super) fn into_error(self) -> E {
        match self {
            Self::Store(error) => Error::from(error).into(),
            Self::Show(error) => error,
        }
    }
}
