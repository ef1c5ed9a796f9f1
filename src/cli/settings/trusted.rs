//! Files that are believed: the configuration, `.env` and the file of the signing key.
//!
//! What a newcomer would get wrong: the file is judged after it was opened, through its descriptor, so that
//! it cannot be exchanged between the look and the read. Root is not bound to its own files only, but a file
//! of another ordinary user is refused for root as well: that user would decide what root does.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use zeroize::{Zeroize, Zeroizing};

use crate::cli::input;

/// A configuration is a page of text; anything beyond this is not one.
const LIMIT_BYTES: u64 = 1024 * 1024;
/// A key file beyond this is another file.
const KEY_LIMIT_BYTES: u64 = 64 * 1024;
/// The mode bit that lets everybody write.
const OTHERS_WRITE: u32 = 0o002;
const ROOT: u32 = 0;

/// Why a file's content is not used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    Absent,
    /// A directory, a pipe or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// The owner is neither root nor the user who runs this.
    #[error("it belongs to another user (uid {0}), who could steer this command by it")]
    Owner(u32),
    /// The mode lets everybody write.
    #[error("everybody may write it (mode {0:04o})")]
    EverybodyWrites(u32),
    /// Larger than such a file can sensibly be.
    #[error("it is larger than {limit_kib} KiB")]
    TooLarge {
        /// The limit that it passes.
        limit_kib: u64,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// The system's own reason.
    #[error("{0}")]
    Io(io::Error),
}

impl ReadError {
    /// What to do about it, where that is not plain from the message.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Owner(_) => Some("chown it to yourself or to root after checking what it says"),
            Self::EverybodyWrites(_) => Some("chmod o-w it after checking what it says"),
            Self::NotUtf8 => Some("save it as UTF-8"),
            Self::Absent | Self::NotRegular | Self::TooLarge { .. } | Self::Io(_) => None,
        }
    }
}

/// Reads the text of a regular file that only root or the user who runs this may write.
///
/// # Errors
/// Each [`ReadError`]; `path` is not in it, the caller names it.
pub fn read(path: &Path) -> Result<Zeroizing<String>, ReadError> {
    read_with_metadata(path).map(|(text, _)| text)
}

/// The same with owner, mode and times of the file that was read.
///
/// # Errors
/// As [`read`].
pub fn read_with_metadata(path: &Path) -> Result<(Zeroizing<String>, Metadata), ReadError> {
    let file = open(path)?;
    let metadata = file.metadata().map_err(ReadError::Io)?;
    judge(&metadata)?;
    let mut bytes = whole(file, LIMIT_BYTES)?;
    let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
        error.into_bytes().zeroize();
        ReadError::NotUtf8
    })?;
    Ok((Zeroizing::new(text), metadata))
}

/// The bytes of a key file, one line end removed; a pipe will do, so that a password store can fill it.
///
/// # Errors
/// `TooLarge`, `Io`.
pub(super) fn key(file: File) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut bytes = whole(file, KEY_LIMIT_BYTES)?;
    input::cut_line_end(&mut bytes);
    Ok(bytes)
}

fn whole(file: File, limit: u64) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    input::whole(file, limit).map_err(ReadError::Io)?.ok_or(ReadError::TooLarge { limit_kib: limit / 1024 })
}

/// Opens without waiting, since a pipe that somebody planted would never be filled.
pub(super) fn open(path: &Path) -> Result<File, ReadError> {
    let nonblock = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(nonblock).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Absent,
        _ => ReadError::Io(error),
    })
}

/// Whether a file is a regular one that only root or the user who runs this may write.
///
/// # Errors
/// `NotRegular`, `Owner` and `EverybodyWrites`.
pub(super) fn judge(metadata: &Metadata) -> Result<(), ReadError> {
    if !metadata.is_file() {
        return Err(ReadError::NotRegular);
    }
    judge_rights(metadata.uid(), metadata.mode(), rustix::process::geteuid().as_raw())
}

/// The rule on its own: owner, mode, and the user who runs this.
fn judge_rights(owner: u32, mode: u32, us: u32) -> Result<(), ReadError> {
    if owner != us && owner != ROOT {
        return Err(ReadError::Owner(owner));
    }
    if mode & OTHERS_WRITE != 0 {
        return Err(ReadError::EverybodyWrites(mode & 0o7777));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn another_users_file_and_everybodys_file_are_refused() {
        assert!(judge_rights(1000, 0o644, 1000).is_ok());
        assert!(judge_rights(ROOT, 0o664, 1000).is_ok());
        assert!(judge_rights(ROOT, 0o600, ROOT).is_ok());
        assert!(matches!(judge_rights(1001, 0o600, 1000), Err(ReadError::Owner(1001))));
        assert!(matches!(judge_rights(1000, 0o600, ROOT), Err(ReadError::Owner(1000))));
        assert!(matches!(judge_rights(1000, 0o100_646, 1000), Err(ReadError::EverybodyWrites(0o646))));
    }

    #[test]
    fn a_file_is_read_or_refused_for_what_it_is() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let path = dir.path().join("f");
        assert!(matches!(read(&path), Err(ReadError::Absent)));
        assert!(matches!(read(dir.path()), Err(ReadError::NotRegular)));
        fs::write(&path, "grüße").expect("written");
        assert_eq!(read(&path).expect("ours").as_str(), "grüße");
        assert!(matches!(read(&path.join("below")), Err(ReadError::Absent)));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o602)).expect("chmod");
        assert_eq!(read(&path).expect_err("writable").to_string(), "everybody may write it (mode 0602)");
    }

    #[test]
    fn binary_and_oversized_files_are_refused() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let path = dir.path().join("f");
        fs::write(&path, b"\xff\xfe").expect("written");
        assert!(matches!(read(&path), Err(ReadError::NotUtf8)));
        fs::write(&path, vec![b' '; 1024 * 1024 + 1]).expect("written");
        assert!(matches!(read(&path), Err(ReadError::TooLarge { limit_kib: 1024 })));
    }

    #[test]
    fn a_planted_pipe_is_refused_without_waiting() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let path = dir.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).expect("a pipe");
        assert!(matches!(read(&path), Err(ReadError::NotRegular)));
    }
}
