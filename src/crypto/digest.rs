//! SHA-256 as a name: of things that are compared, not hidden.
//!
//! What a newcomer would get wrong: this is no place for passwords, which want a slow hash with a salt.

use sha2::{Digest, Sha256};

use crate::model::text::hex;

/// The SHA-256 of the bytes, 64 lower-case hexadecimal digits (FIPS 180-4).
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two vectors of FIPS 180-2, appendix B.1, and of the empty message.
    #[test]
    fn the_standards_own_vectors_come_out() {
        for (text, digest) in [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ] {
            assert_eq!(sha256_hex(text.as_bytes()), digest, "{text:?}");
        }
    }
}
