//! The shared auth core: one function per verb, over the store, the policies and the crypto.
//!
//! What a newcomer would get wrong: Argon2 and prompts stand outside the write transaction, and after Argon2 the
//! row is read again.

pub mod account;
pub mod add;
pub mod doctor;
mod each;
pub mod error;
pub mod list;
pub mod lock;
pub mod login;
pub mod password;
pub mod resolve;
pub mod schema;
pub mod settings;
pub mod token;

pub use each::Written;
pub use error::Error;
pub use settings::Settings;
