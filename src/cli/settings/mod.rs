//! What a run is told by its surroundings: the configuration file, the environment, `.env`, the key.
//!
//! What a newcomer would get wrong: nothing here reads the process environment or the working directory,
//! save the platform's directories ([`config::platform_directory`], [`session::platform_state_directory`]), which
//! the real world asks once. All are passed in (a directory should be absolute), so that whole command lines run
//! side by side in tests. A file is believed only after its owner and mode were looked at.

use std::ffi::OsString;

pub mod audit_key;
pub mod config;
pub mod database;
pub mod dotenv;
pub mod env_file;
pub mod key;
pub mod session;
pub mod trusted;

/// Looks a variable of the environment up.
pub type Env<'a> = dyn Fn(&str) -> Option<OsString> + 'a;
