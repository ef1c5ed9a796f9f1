//! The binary: everything happens in `cli::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    authctl::cli::harden();
    authctl::cli::run(std::env::args_os(), &mut authctl::cli::World::real())
}
