//! The commands under `user`, and `set-role`.

mod add;
mod change;
mod list;
mod show;

pub use add::add;
pub use change::{activate, deactivate, passwd, set_role, verify};
pub use list::list;
pub use show::show;
