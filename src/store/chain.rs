//! The hash of a row of the event log, plain or keyed.
//!
//! What a newcomer would get wrong: both forms cover the same canonical bytes, so a row can be written again by
//! any later version; only who has the key can make the keyed form.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256};

use crate::model::chain::KEYED;
use crate::model::event::EventRow;
use crate::model::secret::ChainKey;
use crate::model::text::hex;

/// SHA-256 of the canonical bytes, or with a key their HMAC-SHA-256 (RFC 2104) behind `hmac-sha256:`
/// (`docs/events.md`).
pub fn row_hash(row: &EventRow, key: Option<&ChainKey>) -> String {
    let bytes = row.canonical();
    match key {
        None => hex(&Sha256::digest(&bytes)),
        Some(key) => {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length (RFC 2104)");
            mac.update(&bytes);
            KEYED.to_owned() + &hex(&mac.finalize().into_bytes())
        }
    }
}
