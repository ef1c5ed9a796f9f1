//! A copy of the binary for a user who may not look where it lies.
//!
//! What a newcomer would get wrong: a file that this process writes is open in every child that another test starts at that
//! moment, and running it then fails with "text file busy". So another process copies.

use std::path::Path;
use std::process::Command;

/// Copies the binary to `path`.
pub fn copy_program(path: &Path) {
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_authctl")).arg(path).status().expect("cp starts");
    assert!(copied.success(), "the binary can be copied to {}", path.display());
}
