//! All accounts as they are stored.

use super::error::Error;
use super::stop::Stop;
use crate::model::user::RawUser;
use crate::store::Reader;

/// Hands every account to `show` in ascending order of id, in constant memory.
///
/// # Errors
/// The file's, or what `show` returns.
pub fn export<E: From<Error>>(reader: &Reader, mut show: impl FnMut(RawUser) -> Result<(), E>) -> Result<(), E> {
    reader.view().each_raw_user(|user| show(user).map_err(Stop::Show)).map_err(Stop::into_error)
}
