//! Hashes, token signatures and randomness: thin typed faces over the crates that do the work.
//!
//! What a newcomer would get wrong: parameters that stand in the database are not ours to trust. They are
//! capped before a single block is allocated, and a hash beyond the caps is *unsupported*, not *wrong*.

pub mod digest;
pub mod jwt;
pub mod password;
pub mod phc;
pub mod random;
pub mod worth;
