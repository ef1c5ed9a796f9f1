//! The `.env` file as a whole: read with its rights, replaced in one step.
//!
//! What a newcomer would get wrong: the new text is written beside the file and takes its name by a rename, so that
//! the app never reads half a file; and owner and mode are given to it before that, or the app could not read its key.

use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Uid};
use zeroize::Zeroizing;

use super::trusted::{self, ReadError};
use crate::store::partial::{self, OWNER_ONLY, Partial};

/// The end of its name until it takes the other's.
const NEW: &str = ".new";

/// A `.env` file that is there, or not yet.
pub struct EnvFile {
    /// The file behind links.
    real: PathBuf,
    /// Its text; empty where there is no file.
    pub text: Zeroizing<String>,
    found: Option<Metadata>,
}

/// Why it cannot be replaced.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A rename would part it from its other names.
    #[error("it has {0} hard links, and replacing it would part them")]
    HardLinks(u64),
    /// Its owner or group could not be kept.
    #[error("the new file could not be given to its owner (uid {uid}, gid {gid})")]
    Owner {
        /// Of the file.
        uid: u32,
        /// Of the file.
        gid: u32,
    },
    /// Somebody wrote it since it was read.
    #[error("it was changed by somebody else at the same time")]
    ChangedMeanwhile,
    /// It has its new text, and a power cut may bring the old one back.
    #[error("it was replaced, but whether that outlasts a power cut is not known: {0}")]
    NotSynced(io::Error),
    /// The system's own reason.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl EnvFile {
    /// Reads the file, where there is one.
    ///
    /// # Errors
    /// Each [`ReadError`] but `Absent`; a link to nothing is [`ReadError::NotRegular`].
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        match trusted::read_with_metadata(path) {
            Ok((text, metadata)) => {
                let real = std::fs::canonicalize(path).map_err(ReadError::Io)?;
                Ok(Self { real, text, found: Some(metadata) })
            }
            Err(ReadError::Absent) if std::fs::symlink_metadata(path).is_err() => {
                Ok(Self { real: path.to_owned(), text: Zeroizing::new(String::new()), found: None })
            }
            Err(ReadError::Absent) => Err(ReadError::NotRegular),
            Err(error) => Err(error),
        }
    }

    /// Whether there is a file.
    pub fn is_there(&self) -> bool {
        self.found.is_some()
    }

    /// Puts `text` in its place: a new file has mode 0600, an existing one keeps owner and mode.
    ///
    /// # Errors
    /// Each [`WriteError`]; the file is as it was then, save for `NotSynced`.
    pub fn replace(&self, text: &str, random: [u8; 8]) -> Result<(), WriteError> {
        if let Some(links) = self.found.as_ref().map(Metadata::nlink).filter(|links| *links > 1) {
            return Err(WriteError::HardLinks(links));
        }
        self.write(Partial::create(self.beside(random))?, text)
    }

    /// Removes what killed runs left beside it: each holds a key.
    pub fn sweep(path: &Path) {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (Some(directory), Some(name)) = (real.parent(), real.file_name().and_then(|name| name.to_str())) else {
            return;
        };
        partial::sweep(directory, |other| {
            let number = other.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(NEW));
            number.is_some_and(|number| number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit()))
        });
    }

    fn beside(&self, random: [u8; 8]) -> PathBuf {
        let mut name = self.real.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}{NEW}", u64::from_ne_bytes(random)));
        self.real.with_file_name(name)
    }

    fn write(&self, beside: Partial, text: &str) -> Result<(), WriteError> {
        let mut file = beside.file();
        file.write_all(text.as_bytes())?;
        let mode = match &self.found {
            Some(found) => {
                give(file, found)?;
                found.mode() & 0o7777
            }
            // The mask of the process may have taken more away.
            None => OWNER_ONLY,
        };
        file.set_permissions(Permissions::from_mode(mode))?;
        match &self.found {
            Some(found) if is_same(&std::fs::metadata(&self.real)?, found) => beside.replace(&self.real)?,
            Some(_) => return Err(WriteError::ChangedMeanwhile),
            // Unlike a rename, a link never replaces what somebody made meanwhile.
            None => return Ok(beside.publish(&self.real)?),
        }
        partial::sync_directory(&self.real).map_err(WriteError::NotSynced)
    }
}

fn is_same(now: &Metadata, then: &Metadata) -> bool {
    let facts = |one: &Metadata| (one.dev(), one.ino(), one.len(), one.mtime(), one.mtime_nsec());
    facts(now) == facts(then)
}

/// Owner and group of the file that is replaced.
fn give(file: &File, found: &Metadata) -> Result<(), WriteError> {
    let made = file.metadata()?;
    let (uid, gid) = (found.uid(), found.gid());
    if (made.uid(), made.gid()) == (uid, gid) {
        return Ok(());
    }
    let owner = |ours: u32, wanted: u32| (ours != wanted).then_some(wanted);
    let uid_to_set = owner(made.uid(), uid).map(Uid::from_raw);
    let gid_to_set = owner(made.gid(), gid).map(Gid::from_raw);
    rustix::fs::fchown(file, uid_to_set, gid_to_set).map_err(|_| WriteError::Owner { uid, gid })
}
