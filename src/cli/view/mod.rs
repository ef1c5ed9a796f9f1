//! The JSON contract: what each command's document holds, apart from `model`, so that a change there cannot
//! change it unseen. Fields are only ever added.

mod event;
mod finding;
mod migration;
mod shown;
mod token;
mod user;
mod write;

pub use event::EventView;
pub use finding::{AccountView, AccountViews, DoctorView, FindingView};
pub use migration::MigrationView;
pub use shown::{CountView, HashView, ShownView};
pub use token::{Claims, IssuedView, JudgedView, LoginView, severity_mark, verdict_mark};
pub use user::UserView;
pub use write::WriteView;
