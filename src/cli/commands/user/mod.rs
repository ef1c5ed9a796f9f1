//! The commands under `user`, and `set-role`.

mod add;
mod change;
mod delete;
mod edit;
mod export;
mod import;
mod list;
mod show;
mod why;

pub use add::add;
pub use change::{activate, deactivate, passwd, set_role, verify};
pub use delete::delete;
pub use edit::edit;
pub use export::export;
pub use import::import;
pub use list::list;
pub use show::show;
pub use why::why;
