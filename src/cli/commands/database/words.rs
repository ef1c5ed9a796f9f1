//! Words that the commands on the file share: paths of operands, sizes, the way back.

use std::path::{Path, PathBuf};

use indicatif::BinaryBytes;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::message::shell;

/// A file operand, counted from the working directory.
///
/// # Errors
/// Usage: none at all, or `-`.
pub fn operand(context: &Context<'_>, file: &Path) -> Result<PathBuf, Failure> {
    if file.as_os_str().is_empty() {
        return Err(Failure::usage("the name of the file is empty").hint("name a file, as in backups/app.db"));
    }
    if file.as_os_str() == "-" {
        return Err(Failure::usage("a database is a file: '-' is not one").hint("name a file, as in backups/app.db"));
    }
    Ok(context.world.cwd.join(file))
}

/// A size for people.
pub fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

/// A count with its noun.
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The command that puts a backup in place of the database.
pub fn way_back(context: &Context<'_>, backup: &Path) -> String {
    context.authctl(&format!("db restore {}", shell(backup)))
}
