//! Which other processes have a database open, as far as the system tells.
//!
//! What a newcomer would get wrong: an app that waits for requests holds its file open without any lock, so locks
//! alone say nothing. On Linux `/proc` tells, but of other users' processes only to root.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use super::files;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holders {
    /// `uvicorn (pid 4711)`, by number.
    pub(super) named: Vec<String>,
    /// Processes of other users that could not be looked at.
    pub(super) hidden: usize,
}

/// Device and inode: what a file is, whatever its name.
pub(super) type Identity = (u64, u64);

pub(super) fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// How often is looked before a process counts: a child that is being started holds for a moment what its parent
/// has open, and a command such as `sqlite3 app.db .dump` may be about to end.
const LOOKS: u32 = 10;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks at every process but this one; none where there is no `/proc`.
pub(super) fn holders(database: &Path) -> Holders {
    for _ in 1..LOOKS {
        let found = look(database);
        if found.named.is_empty() {
            return found;
        }
        std::thread::sleep(PAUSE);
    }
    look(database)
}

fn look(database: &Path) -> Holders {
    let wanted: BTreeSet<Identity> = ["", "-wal", "-shm", "-journal"]
        .iter()
        .filter_map(|suffix| identity(&files::side_file(database, suffix)))
        .collect();
    let ours = std::process::id();
    let mut pids: Vec<u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != ours)
        .collect();
    pids.sort_unstable();
    let mut found = Holders::default();
    for pid in pids {
        match has_open(pid, &wanted) {
            Some(true) => found.named.push(name(pid)),
            Some(false) => {}
            None => found.hidden += 1,
        }
    }
    found
}

/// `None`: its descriptors may not be looked at.
fn has_open(pid: u32, wanted: &BTreeSet<Identity>) -> Option<bool> {
    match std::fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(descriptors) => Some(
            descriptors.flatten().any(|entry| identity(&entry.path()).is_some_and(|found| wanted.contains(&found))),
        ),
        // Threads of the kernel, which have no command line, hold no files; and whoever is gone has none.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if command.is_empty() { Some(false) } else { None }
        }
        Err(_) => Some(false),
    }
}

/// The short name alone: arguments may hold secrets.
fn name(pid: u32) -> String {
    let command = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    let command = String::from_utf8_lossy(&command);
    match command.trim_end() {
        "" => format!("a process (pid {pid})"),
        command => format!("{command} (pid {pid})"),
    }
}
