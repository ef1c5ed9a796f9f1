//! The judge of tokens: is this text a token that the app issued, and is it good now?
//!
//! The steps: [`clean`] what was pasted, [`decode`] it, let the caller check the signature of
//! [`Decoded::signed`] with a key that [`appraise`] found usable, then [`judge`], then compare with the row.
//!
//! What a newcomer would get wrong: the two libraries that the app may run on, PyJWT and python-jose, do not
//! agree with each other. We refuse what either of them refuses, refuse a few things that both take, and
//! keep the account of who would take the token after all: that is the warning `app_accepts`.

mod claims;
mod clean;
mod decode;
mod judge;
mod key;
mod problem;
mod row;
mod times;

pub use clean::{Cleaned, Removed, clean};
pub use decode::{Decoded, MAX_TOKEN_BYTES, Signed, decode};
pub use judge::{Judgement, Options, Signature, SignatureFact, Verdict, judge};
pub use key::{APP_FALLBACK_KEY, DefaultKey, KeyKind, KeyState, KeyStrength, UnusableKey, appraise};
pub use problem::{Problem, ProblemCode, Severity};
pub use row::{Row, RowState, compare};
pub use times::seconds;
