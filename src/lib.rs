//! authctl runs the accounts of an app that keeps them in one SQLite file, beside the running app.
//!
//! The layers, imports run downwards only (`tests/layers.rs` checks it):
//!
//! ```text
//! main    ExitCode from cli::run
//! cli     the terminal: arguments, prompts, output, exit codes
//! ops     the shared auth core, one function per verb
//! policy  facts in, verdict out    crypto  hashes, tokens, randomness    store  the only home of SQL
//! model   values; no I/O, no clock, no randomness
//! ```

pub mod cli;
pub mod crypto;
pub mod model;
pub mod ops;
pub mod policy;
pub mod store;
