//! Backups: verified copies under names of their own, and which of them are old.
//!
//! What a newcomer would get wrong: a copy gets its name last, by a link that fails where the name is taken; what
//! looks like a backup is one, whenever its maker was killed.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::copy::{Watch, copy_and_verify, count, failed};
use super::{Place, Reader, StoreError, create, files};
use crate::model::text::hex;
use crate::model::time::{Timestamp, parse_input};
use crate::store::partial::Partial;

/// What a backup's name has after the database's, before the time.
const MARK: &str = ".backup-";

/// The same for the copy that a restore keeps of the file that was there.
pub const BEFORE_RESTORE: &str = ".before-restore-";

/// The same for the file that a restore is about to put in place; it never gets that name itself.
pub(super) const STAGING: &str = ".restoring-";

/// What the name has until the copy is verified: nobody takes that for a database.
pub(super) const PARTIAL: &str = ".partial";

/// Bytes read at once for a digest.
const DIGEST_CHUNK: usize = 1 << 20;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupMade {
    /// Where it lies, absolute.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many accounts it holds.
    pub users: i64,
}

/// Copies the database to a new file beside it, mode 0600, and verifies the copy before it gets its name.
///
/// # Errors
/// `Backup` where the copy cannot be written or differs, `Damaged` where the database itself is unsound; no
/// backup is left then.
pub(super) fn backup(place: &Place, now: Timestamp, watch: Watch<'_>) -> Result<PathBuf, StoreError> {
    beside(&Reader::again(place)?, now, watch).map(|made| made.path)
}

fn beside(source: &Reader, now: Timestamp, watch: Watch<'_>) -> Result<BackupMade, StoreError> {
    let database = &source.place.real;
    sweep(database);
    let (target, partial) = claim_copy(database, MARK, now)?;
    copy_and_verify(source, &partial, watch)?;
    let made = BackupMade::of(&partial, target)?;
    partial.publish(&made.path).map_err(|error| failed(&made.path, error))?;
    Ok(made)
}

impl BackupMade {
    /// What is told of the copy, read before it gets its name: once it has that, nothing may fail any more.
    fn of(partial: &Partial, target: PathBuf) -> Result<Self, StoreError> {
        let copy = Reader::open_immutable(&partial.path)?;
        let users = count(&copy.conn, "users").map_err(|error| failed(&target, error))?;
        let bytes = partial.file().metadata().map_err(|error| failed(&target, error))?.len();
        Ok(Self { path: target, bytes, users })
    }
}

impl Reader {
    /// Makes a verified copy, mode 0600: at `target`, or beside the database with the time in its name.
    ///
    /// # Errors
    /// `Exists` where the name, or that of a journal beside it, is taken; `ReadOnly` where the directory is
    /// missing or cannot be written; `Backup`, `Damaged`, `Busy`, `Interrupted`. No file is left then.
    pub fn back_up(&self, target: Option<&Path>, now: Timestamp, watch: Watch<'_>) -> Result<BackupMade, StoreError> {
        let made = match target {
            None => beside(self, now, watch)?,
            Some(target) => self.at(target, watch)?,
        };
        let path = std::path::absolute(&made.path).unwrap_or(made.path);
        Ok(BackupMade { path, ..made })
    }

    fn at(&self, target: &Path, watch: Watch<'_>) -> Result<BackupMade, StoreError> {
        // Before the name is looked at: a run that was killed after it gave the name left the other one, too.
        create::sweep(target);
        create::require_free(target)?;
        let partial = create::begin(target)?;
        copy_and_verify(self, &partial, watch)?;
        let made = BackupMade::of(&partial, target.to_owned())?;
        partial.publish(target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: target.to_owned() },
            _ => failed(target, error),
        })?;
        Ok(made)
    }

    /// How many accounts the file holds.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn count_users(&self) -> Result<i64, StoreError> {
        count(&self.conn, "users").map_err(|error| self.fail(error))
    }

    /// Whether [`Reader::back_up`] could make a file of this name.
    ///
    /// # Errors
    /// `Exists`, `ReadOnly`.
    pub fn require_backup_name(&self, target: &Path) -> Result<(), StoreError> {
        create::require_free(target)
    }

    /// Where [`Reader::back_up`] without a target would put its copy, if nobody takes the name before.
    pub fn backup_name(&self, now: Timestamp) -> PathBuf {
        let database = &self.place.real;
        let free = |path: &PathBuf| std::fs::symlink_metadata(path).is_err();
        let names = (1_u32..).map(|number| named(database, MARK, now, number));
        let path = names.into_iter().find(free).unwrap_or_else(|| named(database, MARK, now, 1));
        std::path::absolute(&path).unwrap_or(path)
    }

    /// The backups beside the database that are older than the newest `keep`, oldest first: regular files alone,
    /// with exactly the names that `authctl` gives. `made` counts as the newest, whatever the clock says.
    pub fn older_backups(&self, made: &Path, keep: u64) -> Vec<PathBuf> {
        let database = &self.place.real;
        let directory = files::directory(database);
        let mut found: Vec<(String, u32, PathBuf)> = std::fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let (stamp, number) = stamp_of(database, &entry.file_name())?;
                let regular = entry.file_type().is_ok_and(|kind| kind.is_file());
                let path = directory.join(entry.file_name());
                let path = std::path::absolute(&path).unwrap_or(path);
                (regular && path != made).then_some((stamp, number, path))
            })
            .collect();
        found.sort();
        let others = usize::try_from(keep).unwrap_or(usize::MAX).saturating_sub(1);
        found.truncate(found.len().saturating_sub(others));
        found.into_iter().map(|(_, _, path)| path).collect()
    }
}

/// Removes one of the [`Reader::older_backups`]; a link that took its place since is left alone.
///
/// # Errors
/// The operating system's.
pub fn remove_backup(path: &Path) -> io::Result<()> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file any more"));
    }
    std::fs::remove_file(path)
}

/// The SHA-256 of a backup, 64 lower-case hexadecimal digits.
///
/// # Errors
/// The operating system's.
pub fn digest(backup: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = std::fs::File::open(backup)?;
    let mut chunk = vec![0_u8; DIGEST_CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            read => hasher.update(&chunk[..read]),
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// The time and the number in the name of a backup of `database`; `None` for every other name.
fn stamp_of(database: &Path, name: &std::ffi::OsStr) -> Option<(String, u32)> {
    let rest = name.as_encoded_bytes().strip_prefix(database.file_name()?.as_encoded_bytes())?;
    let rest = std::str::from_utf8(rest).ok()?.strip_prefix(MARK)?;
    let (stamp, again) = rest.split_once('Z')?;
    let shape = |(at, c): (usize, char)| if at == 8 { c == 'T' } else { c.is_ascii_digit() };
    if stamp.len() != "20261125T020000".len() || !stamp.chars().enumerate().all(shape) || !is_time(stamp) {
        return None;
    }
    let number = match again.strip_prefix('-') {
        None if again.is_empty() => 1,
        Some(digits) if !digits.starts_with(['0', '+']) => digits.parse().ok().filter(|number| *number > 1)?,
        None | Some(_) => return None,
    };
    Some((stamp.to_owned(), number))
}

/// Whether there is such a time: `20261125T020000`, and not `99999999T999999`.
fn is_time(stamp: &str) -> bool {
    let part = |from: usize, to: usize| stamp.get(from..to).unwrap_or_default();
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    let (hour, minute, second) = (part(9, 11), part(11, 13), part(13, 15));
    parse_input(&format!("{year}-{month}-{day} {hour}:{minute}:{second}"), Timestamp::MIN).is_ok()
}

fn named(database: &Path, mark: &str, now: Timestamp, number: u32) -> PathBuf {
    let stamp: String =
        now.to_rfc3339().chars().take_while(|c| *c != '.' && *c != 'Z').filter(|c| *c != '-' && *c != ':').collect();
    let again = if number == 1 { String::new() } else { format!("-{number}") };
    files::side_file(database, &format!("{mark}{stamp}Z{again}"))
}

/// Finds a name that is free: the database's with the time, and a number where that is taken.
pub(super) fn claim(database: &Path, mark: &str, now: Timestamp) -> io::Result<(PathBuf, Partial)> {
    for number in 1_u32.. {
        let target = named(database, mark, now, number);
        match Partial::create(files::side_file(&target, PARTIAL)) {
            // Looked at while the partial name is ours: nobody else can be about to give this name away.
            Ok(partial) if std::fs::symlink_metadata(&target).is_err() => return Ok((target, partial)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The same for a copy of the database: where no name can be had, the copy is named, and not the database.
pub(super) fn claim_copy(database: &Path, mark: &str, now: Timestamp) -> Result<(PathBuf, Partial), StoreError> {
    claim(database, mark, now).map_err(|error| failed(&named(database, mark, now, 1), error))
}

/// Removes what a killed run left: partial copies of ours that no living process has locked.
pub(super) fn sweep(database: &Path) {
    let Some(name) = database.file_name() else { return };
    let Ok(entries) = std::fs::read_dir(files::directory(database)) else { return };
    let starts: Vec<Vec<u8>> = [MARK, BEFORE_RESTORE, STAGING]
        .iter()
        .map(|mark| [name.as_encoded_bytes(), mark.as_bytes()].concat())
        .collect();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        if starts.iter().any(|start| bytes.starts_with(start)) && bytes.ends_with(PARTIAL.as_bytes()) {
            drop(Partial::dead(entry.path()));
        }
    }
}
