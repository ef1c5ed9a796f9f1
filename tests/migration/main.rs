//! The store on real files: migration at every stage, refusals, crashes, owners, paths, journals, new files,
//! events, and damaged files.
//!
//! What a newcomer would get wrong: a connection of the test to a WAL file checkpoints it when it ends, so files
//! are compared byte for byte before the test itself looks into them.

#![expect(clippy::print_stdout, reason = "what was seen: libtest shows it where a test fails, and on demand")]

#[path = "../support/mod.rs"]
mod support;

mod backups;
mod bench;
mod cases;
mod events;
mod fixtures;
mod heavy;
mod hostile;
mod init;
mod journals;
mod killed;
mod moments;
mod owners;
mod paths;
mod refused;
mod restores;
mod restores_killed;
mod schema_file;
mod stages;
mod together;
