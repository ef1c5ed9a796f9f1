//! The hash of a row of the event log, plain or keyed.
//!
//! What a newcomer would get wrong: both forms cover the same canonical bytes, so a row can be written again by
//! any later version; only who has the key can make the keyed form.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest, Sha256};

use crate::model::chain::KEYED;
use crate::model::event::EventRow;
use crate::model::secret::ChainKey;

/// SHA-256 of the canonical bytes, or with a key their HMAC-SHA-256 (RFC 2104) behind `hmac-sha256:`
/// (`docs/events.md`).
pub fn row_hash(row: &EventRow, key: Option<&ChainKey>) -> String {
    let bytes = row.canonical();
    match key {
        None => {
            let mut text = String::with_capacity(64);
            push_hex(&mut text, &Sha256::digest(&bytes));
            text
        }
        Some(key) => {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length (RFC 2104)");
            mac.update(&bytes);
            let mut text = KEYED.to_owned();
            push_hex(&mut text, &mac.finalize().into_bytes());
            text
        }
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}
