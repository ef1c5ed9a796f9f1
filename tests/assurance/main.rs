//! Proof under faults: damaged files, hostile input, kills, full disks, other users, terminals.
//!
//! What a newcomer would get wrong: every test here has two sizes. `cargo test` runs the short one with a fixed seed;
//! `tests/long` runs the long one, and prints each figure with its seed, so that `docs/assurance.md` can state it.

mod clock;
mod concurrency;
mod crashes;
mod damaged;
mod differential;
mod doubt;
mod fuzz;
mod handmade;
mod inside;
mod names;
mod owners;
#[path = "../support/pty.rs"]
mod pty;
mod scale;
mod scenarios;
mod secrets;
mod shim;
mod stand;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod write_lock;
