//! The JSON contract: what each command's document holds, apart from `model`, so that a change there cannot
//! change it unseen. Fields are only ever added.

mod audit;
mod event;
mod migration;
mod shown;
mod token;
mod user;
mod verdict;
mod write;

pub use audit::{AuditView, ExportView, Since};
pub use event::EventView;
pub use migration::MigrationView;
pub use shown::{CountView, HashView, ShownView};
pub use token::{Claims, IssuedView, JudgedView, LoginView, severity_mark, verdict_mark};
pub use user::UserView;
pub use verdict::{HeadView, PruneView, VerdictView, words as fault_words};
pub use write::WriteView;
