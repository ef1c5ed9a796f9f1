//! Passwords of the rows: made where there are none, and hashed on all cores, outside any transaction.

use std::ops::ControlFlow;

use super::write::Ready;
use super::{Planned, Source};
use crate::crypto::password::{Made, NewHash, make_many};
use crate::crypto::random;
use crate::ops::error::Error;
use crate::ops::password;
use crate::ops::settings::Settings;

/// In the place of a hash in a dry run: of the app's form, so that the row fits where a real one fits.
const NO_HASH: &str =
    "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// The salt beside it.
const NO_SALT: &str = "00000000000000000000000000000000";

/// Makes a password for each row that has none.
///
/// # Errors
/// `Unexpected` where the operating system gives no random bytes.
pub fn generate(settings: &Settings, rows: &mut [Planned], random: &mut random::Source<'_>) -> Result<(), Error> {
    for row in rows.iter_mut().filter(|row| matches!(row.source, Source::Missing)) {
        row.source = Source::Generated(password::generate(settings, random)?);
    }
    Ok(())
}

/// Hashes the passwords of all rows; `None` where `tick` said stop. It is called with how many are done, at least
/// every 50 ms.
///
/// # Errors
/// `Unexpected` where the operating system gives no random bytes or no memory.
pub fn hash(
    settings: &Settings,
    rows: Vec<Planned>,
    random: &mut random::Source<'_>,
    tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Result<Option<Vec<Ready>>, Error> {
    let passwords: Vec<_> = rows.iter().filter_map(Planned::to_hash).collect();
    let made = make_many(&passwords, settings.hash, random, tick).map_err(password::not_made)?;
    Ok(match made {
        Made::Stopped => None,
        Made::All(hashes) => Some(joined(rows, hashes)),
    })
}

/// The rows of a dry run, which keeps nothing: hashes take long, and none is needed.
pub fn unhashed(rows: Vec<Planned>) -> Vec<Ready> {
    let hashes: Vec<NewHash> = rows
        .iter()
        .filter_map(Planned::to_hash)
        .map(|_| NewHash { hash: NO_HASH.to_owned(), salt: NO_SALT.to_owned() })
        .collect();
    joined(rows, hashes)
}

fn joined(rows: Vec<Planned>, hashes: Vec<NewHash>) -> Vec<Ready> {
    let mut hashes = hashes.into_iter();
    rows.into_iter()
        .map(|mut row| {
            let hash = row.to_hash().and_then(|_| hashes.next());
            if hash.is_some() {
                // The password has done its work: wiped before the transaction begins.
                row.source = Source::Missing;
            }
            Ready { row, hash }
        })
        .collect()
}
