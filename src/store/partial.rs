//! A file in the making, under a name that nobody takes for the finished one.
//!
//! What a newcomer would get wrong: a process that is killed removes nothing. Its maker holds a lock on the file as
//! long as it lives, so that the next run can tell what a dead one left, and take that away. It may be a database, so
//! SQLite's files beside it go with it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// The mode of what holds secrets or personal data.
pub const OWNER_ONLY: u32 = 0o600;

/// Removed when it is dropped, unless it got its name.
#[derive(Debug)]
pub struct Partial {
    pub(in crate::store) path: PathBuf,
    file: File,
}

impl Partial {
    /// Makes the file, mode 0600; an existing one is never opened.
    ///
    /// # Errors
    /// The system's.
    pub fn create(path: PathBuf) -> io::Result<Self> {
        let file = create_private(&path)?;
        let partial = Self { path, file };
        partial.file.lock()?;
        // Between the two a sweep may have taken it for a dead one.
        if partial.is_there() { Ok(partial) } else { Err(io::ErrorKind::AlreadyExists.into()) }
    }

    /// The one at `path`, where it is ours and its maker is gone; dropping it removes it.
    pub(in crate::store) fn dead(path: PathBuf) -> Option<Self> {
        let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).ok()?;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let ours = metadata.is_file() && metadata.uid() == rustix::process::geteuid().as_raw();
        if !ours || file.try_lock().is_err() {
            return None;
        }
        // Only now: dropping one removes it, and a living one must stay.
        Some(Self { path, file })
    }

    /// What is written to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives it a name that must be free, and makes that last: no file has it where this fails.
    ///
    /// # Errors
    /// The system's.
    pub fn publish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::hard_link(&self.path, target)?;
        drop(self);
        sync_directory(target).inspect_err(|_| {
            // The error that is told is the first one.
            let _ = std::fs::remove_file(target);
        })
    }

    /// Takes the place of the file of that name, whatever it is; the directory is not synced yet.
    ///
    /// # Errors
    /// The system's.
    pub fn replace(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, target)
    }

    fn is_there(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let named = std::fs::symlink_metadata(&self.path).map(identity);
        matches!((named, self.file.metadata().map(identity)), (Ok(named), Ok(ours)) if named == ours)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.is_there() {
            // What cannot be removed is swept by the next run.
            let _ = std::fs::remove_file(&self.path);
            for suffix in ["-wal", "-shm", "-journal"] {
                let mut beside = self.path.clone().into_os_string();
                beside.push(suffix);
                let _ = std::fs::remove_file(beside);
            }
        }
    }
}

/// Removes what killed runs left in a directory: regular files of ours with such a name that no living process has
/// locked.
pub fn sweep(directory: &Path, is_ours: impl Fn(&str) -> bool) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(&is_ours) {
            drop(Partial::dead(entry.path()));
        }
    }
}

/// Makes a new name in the directory of `path` last over a power cut.
///
/// # Errors
/// The system's.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Creates a file that only its owner may read; an existing one is never opened.
///
/// # Errors
/// The system's.
fn create_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    // A umask may have taken away our own rights, too.
    rustix::fs::fchmod(&file, rustix::fs::Mode::from_raw_mode(OWNER_ONLY))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_takes_what_the_dead_left_and_leaves_what_the_living_hold() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let [living, dead, other] = ["a.new", "b.new", "c"].map(|name| directory.path().join(name));
        let held = Partial::create(living.clone()).expect("it can be made");
        let theirs = directory.path().join("d.new");
        std::fs::write(&theirs, "left").expect("a file");
        // Only root can make a file of somebody else.
        let foreign = std::os::unix::fs::chown(&theirs, Some(65_534), None).is_ok();
        for path in [&dead, &other] {
            std::fs::write(path, "left").expect("a file");
        }
        let (link, pipe) = (directory.path().join("e.new"), directory.path().join("f.new"));
        std::os::unix::fs::symlink(&other, &link).expect("a link");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("a pipe");
        sweep(directory.path(), |name| name.ends_with(".new"));
        assert_eq!([&living, &dead, &other].map(|path| path.exists()), [true, false, true]);
        assert_eq!(theirs.exists(), foreign);
        assert!(link.is_symlink() && pipe.exists(), "neither is followed or waited for");
        drop(held);
        assert!(!living.exists(), "its maker removes it");
    }
}
