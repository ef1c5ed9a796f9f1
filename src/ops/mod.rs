//! The shared auth core: one function per verb, over the store, the policies and the crypto.
//!
//! What a newcomer would get wrong: Argon2 and prompts stand outside the write transaction, and after Argon2 the
//! row is read again.

pub mod account;
pub mod add;
pub mod audit;
pub mod census;
pub mod delete;
pub mod doctor;
mod each;
pub mod edit;
pub mod error;
pub mod export;
pub mod import;
mod last_admin;
pub mod list;
pub mod lock;
pub mod login;
pub mod nearest;
pub mod password;
pub mod pick;
pub mod resolve;
mod rule;
pub mod schema;
pub mod session;
pub mod settings;
mod stop;
pub mod token;
pub mod why;

pub use each::Written;
pub use error::Error;
pub use settings::Settings;
