//! The table `users`: its rows and their conversion (`row`), look-ups (`read`), lists (`list`), the few writes
//! (`write`).
//!
//! What a newcomer would get wrong: a file that is not migrated lacks columns, so each SELECT is put together
//! from constant parts: the column's name, or NULL in its place.

mod list;
mod names;
mod prefix;
mod read;
mod row;
mod write;

pub use list::{Filter, LockFilter, PasswordFilter, Sort, SortKey, SortOrder};
pub use prefix::Named;
pub use read::NameKind;
pub(super) use read::data_version;
pub use write::{Failure, FailureCount, FailureOutcome};
