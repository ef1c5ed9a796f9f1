//! The rules: facts in, verdict out. Pure functions; no I/O, no clock, no randomness.
//!
//! What a newcomer would get wrong: a verdict is not only yes or no, it has the app's own words, and where
//! several rules are broken the app's first one. The tables of Unicode are those of the app (version 14),
//! not those of the newest crate; [`unicode14`] keeps the difference.

pub mod admin;
pub mod email;
pub mod full_name;
pub mod generate;
pub mod login;
pub mod password;
pub mod role;
pub mod state;
pub mod token;
pub mod twin;
mod unicode14;
pub mod username;
pub mod why;

pub use unicode14::is_white_space;
