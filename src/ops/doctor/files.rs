//! The files around the database: who may read and write them, whose they are, and how much room there is.
//!
//! What a newcomer would get wrong: this runs before SQLite opens the database. Looking into a copy that is a hard
//! link to it would drop the locks of an open connection (sqlite.org/howtocorrupt §2.2).

use std::cmp::Reverse;
use std::fs::Metadata;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Around;
use super::fault::Fault;
use super::finding::{FileKind, Finding, Node, Ownership};
use crate::store::{BEFORE_RESTORE, ReadAccess, Reader};

/// Rights of everybody.
const OTHERS: u32 = 0o007;
/// Rights of everybody but the owner.
const NOT_OWNER: u32 = 0o077;
const GROUP_WRITE: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;
/// In such a directory nobody can replace the files of others.
const STICKY: u32 = 0o1000;
const PERMISSIONS: u32 = 0o7777;
/// What a database starts with (sqlite.org/fileformat §1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How often the size of the database must be free: the copy, and its journal when it is put back.
const ROOM: u64 = 2;

/// What was seen around the database.
pub(super) struct Looked {
    pub(super) findings: Vec<Finding>,
    /// The copies beside it, the best first.
    pub(super) copies: Vec<PathBuf>,
}

/// Looks at all of them.
pub(super) fn look(around: &Around) -> Looked {
    let (mut findings, mut ranked) = (Vec::new(), Vec::new());
    // What is opened, and beside which SQLite puts its files, is the file behind links.
    let real = std::fs::canonicalize(&around.path).unwrap_or_else(|_| around.path.clone());
    findings.extend(mode(FileKind::Database, &real));
    if let Ok(database) = std::fs::metadata(&real) {
        let directory = real.parent().unwrap_or(Path::new("/"));
        findings.extend(owner(&real, &database, directory));
        findings.extend(directory_mode(directory));
        findings.extend(free_disk(directory, database.len()));
        for suffix in SIDE_FILES {
            let path = beside(&real, suffix);
            findings.extend(mode(FileKind::Side, &path));
            findings.extend(side_owner(&path, &real, &database));
        }
        let copies = copies(&real, directory);
        findings.extend(copies.iter().filter_map(|path| mode(FileKind::Backup, path)));
        ranked = ranking(copies, &real, Node::of(&database));
    }
    findings.extend(around.env_files.iter().filter_map(|path| mode(FileKind::Env, path)));
    findings.extend(around.secret_file.iter().filter_map(|path| mode(FileKind::Key, path)));
    findings.extend(around.config.iter().filter_map(|path| mode(FileKind::Config, path)));
    Looked { findings, copies: ranked }
}

const SIDE_FILES: [&str; 3] = ["-wal", "-shm", "-journal"];

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn mode(kind: FileKind, path: &Path) -> Option<Finding> {
    let metadata = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
    let mode = metadata.mode() & PERMISSIONS;
    let wanted = wanted_mode(kind, mode)?;
    let fault = Fault::Mode { kind, path: path.to_owned(), node: Node::of(&metadata), mode, wanted };
    let finding = Finding::new(fault, Vec::new());
    Some(if metadata.uid() == us() { finding } else { finding.by_hand() })
}

/// The mode that a file should have; `None` where its own will do. A group that may write is there on purpose: the
/// app may run as one of its members.
fn wanted_mode(kind: FileKind, mode: u32) -> Option<u32> {
    match kind {
        FileKind::Database | FileKind::Side | FileKind::Env | FileKind::Key => {
            let kept = if mode & GROUP_WRITE == 0 { 0o600 } else { 0o660 };
            (mode & OTHERS != 0).then_some(mode & kept)
        }
        FileKind::Backup => (mode & NOT_OWNER != 0).then_some(mode & 0o600),
        FileKind::Config => (mode & GROUP_WRITE != 0).then_some(mode & 0o755),
    }
}

fn us() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn owner(path: &Path, database: &Metadata, directory: &Path) -> Option<Finding> {
    let root = 0;
    let directory = std::fs::metadata(directory).ok()?.uid();
    let ownership = if us() != root && database.uid() != us() {
        Ownership::NotOurs
    } else if database.uid() == root && directory != root {
        Ownership::RootInForeignDirectory
    } else {
        return None;
    };
    let owner = match ownership {
        Ownership::NotOurs => user_name(database.uid()),
        Ownership::RootInForeignDirectory => user_name(directory),
    };
    Some(Finding::new(Fault::DatabaseOwner { path: path.to_owned(), owner, ownership }, Vec::new()))
}

fn side_owner(path: &Path, database_path: &Path, database: &Metadata) -> Option<Finding> {
    let side = std::fs::metadata(path).ok()?;
    let other = side.uid() != database.uid();
    other.then(|| {
        let fault = Fault::SideFileOwner {
            path: path.to_owned(),
            database: database_path.to_owned(),
            owner: user_name(side.uid()),
            wanted: user_name(database.uid()),
        };
        Finding::new(fault, Vec::new())
    })
}

/// A name for people, the number where there is none.
fn user_name(uid: u32) -> String {
    match nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => uid.to_string(),
    }
}

fn directory_mode(directory: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(directory).ok()?.mode() & PERMISSIONS;
    let open = mode & OTHERS_WRITE != 0 && mode & STICKY == 0;
    open.then(|| Finding::new(Fault::DirectoryMode { path: directory.to_owned(), mode }, Vec::new()))
}

fn free_disk(directory: &Path, bytes: u64) -> Option<Finding> {
    let volume = rustix::fs::statvfs(directory).ok()?;
    let free = volume.f_bavail.saturating_mul(volume.f_frsize);
    let wanted = bytes.saturating_mul(ROOM);
    (free < wanted).then(|| Finding::new(Fault::FreeDisk { directory: directory.to_owned(), free, wanted }, Vec::new()))
}

/// Databases beside this one whose names start with its name: backups, by whatever tool.
fn copies(database: &Path, directory: &Path) -> Vec<PathBuf> {
    let (Some(name), Ok(entries)) = (database.file_name(), std::fs::read_dir(directory)) else {
        return Vec::new();
    };
    let start = name.as_encoded_bytes();
    let is_side = |rest: &[u8]| SIDE_FILES.iter().any(|suffix| rest == suffix.as_bytes());
    let mut copies: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !is_side(rest))
        })
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()) && is_database(&entry.path()))
        .map(|entry| entry.path())
        .collect();
    copies.sort();
    copies
}

/// The newest first. What `db restore` kept of the file that it replaced comes last: it was replaced for a reason. A hard
/// link to the database is no copy of it.
fn ranking(mut copies: Vec<PathBuf>, database: &Path, node: Node) -> Vec<PathBuf> {
    let start = beside(database, BEFORE_RESTORE);
    let was_replaced =
        |path: &Path| path.as_os_str().as_encoded_bytes().starts_with(start.as_os_str().as_encoded_bytes());
    let modified = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    copies.retain(|path| std::fs::metadata(path).is_ok_and(|metadata| Node::of(&metadata) != node));
    copies.sort_by_key(|path| (was_replaced(path), Reverse(modified(path))));
    copies
}

/// The first of the copies that is sound; none of them is the database itself, which may be open by now.
pub(super) fn sound_copy(copies: &[PathBuf]) -> Option<PathBuf> {
    copies.iter().find(|path| is_sound(path)).cloned()
}

/// A quick look that changes nothing, not even what a crash left.
fn is_sound(path: &Path) -> bool {
    Reader::open(path, Duration::ZERO, ReadAccess::NeverWrite)
        .and_then(|opened| opened.store.complaints())
        .is_ok_and(|complaints| complaints.is_empty())
}

fn is_database(path: &Path) -> bool {
    let mut start = [0; MAGIC.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *MAGIC
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_loses_all_and_a_group_that_may_write_keeps_it() {
        for kind in [FileKind::Database, FileKind::Side, FileKind::Env, FileKind::Key] {
            for (mode, wanted) in [
                (0o600, None),
                (0o640, None),
                (0o660, None),
                (0o400, None),
                (0o644, Some(0o600)),
                (0o666, Some(0o660)),
                (0o664, Some(0o660)),
                (0o444, Some(0o400)),
                (0o755, Some(0o600)),
            ] {
                assert_eq!(wanted_mode(kind, mode), wanted, "{kind:?} {mode:o}");
            }
        }
    }

    #[test]
    fn a_backup_is_its_owners_alone_and_the_configuration_is_nobody_elses_to_write() {
        for (mode, wanted) in [(0o600, None), (0o400, None), (0o640, Some(0o600)), (0o444, Some(0o400))] {
            assert_eq!(wanted_mode(FileKind::Backup, mode), wanted, "{mode:o}");
        }
        for (mode, wanted) in [(0o644, None), (0o640, None), (0o664, Some(0o644)), (0o660, Some(0o640))] {
            assert_eq!(wanted_mode(FileKind::Config, mode), wanted, "{mode:o}");
        }
    }
}
