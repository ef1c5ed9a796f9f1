//! The binary: everything happens in `cli::run`.

fn main() {}
