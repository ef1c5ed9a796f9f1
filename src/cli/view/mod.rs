//! The JSON contract: what each command's document holds, apart from `model`, so that a change there cannot
//! change it unseen. Fields are only ever added.

mod audit;
mod backup;
mod check;
mod delete;
mod event;
mod export;
mod finding;
mod import;
mod info;
mod migration;
mod rehearsal;
mod restore;
mod secret;
mod session;
mod setting;
mod shown;
mod token;
mod user;
mod verdict;
pub mod why;
mod write;

pub use audit::{AuditView, EventRowView, Since};
pub use backup::BackupView;
pub use check::{CheckView, CheckedView};
pub use delete::DeleteView;
pub use event::EventView;
pub use export::ExportView;
pub use finding::{AccountView, AccountViews, DoctorView, FindingView};
pub use import::{ImportView, ImportedView};
pub use info::InfoView;
pub use migration::MigrationView;
pub use rehearsal::RehearsalView;
pub use restore::RestoreView;
pub use secret::SecretView;
pub use session::{SessionView, SessionWords};
pub use setting::SettingView;
pub use shown::{CountView, EVENTS_COLUMN, HashView, ShownView};
pub use token::{Claims, IssuedView, JudgedView, LoginView, severity_mark, verdict_mark};
pub use user::UserView;
pub use verdict::{HeadView, PruneView, VerdictView, words as fault_words};
pub use why::WhyView;
pub use write::WriteView;
