//! The real binary beside the running reference app, both writing one file: what one does, the other must see.
//!
//! What a newcomer would get wrong: the app is never restarted between a change here and the look at it there, and
//! a process that waits for nothing proves nothing: where a moment matters, the test makes it (a lock held, a hash
//! that takes long) instead of hoping for it.

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod broken;
mod chain;
mod changes;
mod customers;
mod deleted;
mod doctor;
mod events;
mod import;
mod lockout;
mod meanwhile;
mod pair;
mod parallel;
mod schema;
mod secret;
mod session;
mod stuck;
mod token_shape;
mod tokens;
mod tool;
mod volume;
mod why;
