//! All accounts as they are stored.

use super::error::Error;
use crate::model::user::RawUser;
use crate::store::{Reader, StoreError};

/// Hands every account to `show` in ascending order of id, in constant memory.
///
/// # Errors
/// The file's, or what `show` returns.
pub fn export<E: From<Error>>(reader: &Reader, mut show: impl FnMut(RawUser) -> Result<(), E>) -> Result<(), E> {
    let result = reader.view().each_raw_user(|user| show(user).map_err(Stop::Show));
    result.map_err(|stop| match stop {
        Stop::Show(error) => error,
        Stop::Store(error) => Error::from(error).into(),
    })
}

enum Stop<E> {
    Store(StoreError),
    Show(E),
}

impl<E> From<StoreError> for Stop<E> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
