//! Holds the command line to its contract: whole command lines, most of them in process with a fixed clock, and
//! the real binary where the process itself matters.
//!
//! What a newcomer would get wrong: expected values come from the contract, from what was observed of the app,
//! or from the fixtures below, never from what the tool printed yesterday.

mod completion;
mod errors;
mod field_reports;
mod files;
mod fixture;
mod globals;
mod harness;
mod init_migrate;
mod listing;
mod lock;
mod login;
mod output;
mod passwords;
mod pick;
mod process;
mod resolve;
mod role;
mod streams;
mod suggest;
mod tokens;
mod triggers;
mod users;
