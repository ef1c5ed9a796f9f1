//! The table `users`: its rows and their conversion (`row`), look-ups (`read`), what the app could not read
//! (`readable`), lists (`list`), whole-table passes (`bulk`), the few writes (`write`).
//!
//! What a newcomer would get wrong: a file that is not migrated lacks columns, so each SELECT is put together
//! from constant parts: the column's name, or NULL in its place.

mod bulk;
mod delete;
mod edit;
mod filter;
mod list;
mod names;
mod prefix;
mod read;
mod readable;
mod row;
mod survey;
mod write;

pub use delete::{Dependents, IdReuse, Link};
pub use filter::{Filter, LockFilter, PasswordFilter, Sort, SortKey, SortOrder};
pub use list::Visit;
pub use prefix::Named;
pub use read::NameKind;
pub(super) use read::data_version;
pub use survey::{Likeness, NameColumn, Surveyed, Twin};
pub use write::{Failure, FailureCount, FailureOutcome};
