//! The other side of the contract for integration tests: the reference app, the pinned Python libraries, fixture databases.
//!
//! Nothing here can be skipped: without a fitting Python, or when the install fails, the test panics and says so.

// Every test binary takes in the whole module and uses its own part of it.
#![allow(dead_code, unused_imports)]

mod app;
mod database;
mod http;
mod oracle;
mod program;
mod python;
mod vectors;

pub use app::{App, AppKind, FALLBACK_KEY, TokenLib};
pub use database::{Cell, Journal, PASSWORD, Stage, TWIN_PASSWORD, make_db, make_db_in, rows, sqlite};
pub use oracle::Oracle;
pub use program::copy_program;
pub use python::{interop_python, script};
pub use vectors::vectors;
