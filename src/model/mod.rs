//! Values that every layer speaks: users, roles, times, secrets, events. No I/O, no clock, no randomness.
//!
//! What a newcomer would get wrong: a row of the app's table need not follow the app's own rules, so a
//! user is read as [`user::StoredUser`], whose cells may be unreadable and are shown as they are.

pub mod chain;
pub mod event;
pub mod nearest;
pub mod role;
pub mod scope;
pub mod secret;
pub mod text;
pub mod time;
pub mod token;
pub mod user;
