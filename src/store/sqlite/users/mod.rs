//! The table `users`: its rows and their conversion (`row`), look-ups (`read`), lists (`list`), the few writes
//! (`write`).
//!
//! What a newcomer would get wrong: a file that is not migrated lacks columns, so each SELECT is put together
//! from constant parts: the column's name, or NULL in its place.

mod list;
mod read;
mod row;
mod survey;
mod write;

pub use list::{Filter, LockFilter, PasswordFilter, Sort, SortKey, SortOrder};
pub use read::NameKind;
pub(super) use read::data_version;
pub use survey::{Likeness, NameColumn, Surveyed, Twin};
pub use write::{Failure, FailureCount, FailureOutcome};
