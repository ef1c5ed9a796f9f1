//! The table `users`: its rows and their conversion (`row`), look-ups and pages (`read`), the few writes (`write`).
//!
//! What a newcomer would get wrong: a file that is not migrated lacks columns, so each SELECT is put together
//! from constant parts: the column's name, or NULL in its place.

mod read;
mod row;
mod write;

pub(super) use read::data_version;
pub use read::{Filter, LockFilter, NameKind, PasswordFilter, Sort, SortKey, SortOrder};
pub use write::{Failure, FailureCount, FailureOutcome};
