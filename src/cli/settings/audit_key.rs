//! The key of the event log's hash chain: the file that `audit_key_file` of the configuration names.
//!
//! What a newcomer would get wrong: whoever reads the key can forge the log, so unlike the configuration this
//! file must be closed to everybody else; its group may read it, where several operators share one key.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::trusted::{self, ReadError};
use crate::model::secret::ChainKey;
use crate::model::text;

/// As long as the hash that it keys (RFC 2104 §3).
const LEAST_BYTES: usize = 32;
/// Everything but the owner's bits and reading by the group.
const TOO_OPEN: u32 = 0o037;
const ROOT: u32 = 0;

/// Why there is no key; never holds the text of one.
#[derive(Debug, thiserror::Error)]
pub enum AuditKeyError {
    /// There is no such file.
    #[error("there is no file '{}', which audit_key_file names", text::path(.0))]
    Missing(PathBuf),
    /// It holds nothing.
    #[error("the audit key file '{}' is empty", text::path(.0))]
    Empty(PathBuf),
    /// It can be guessed.
    #[error("the audit key in '{}' has {bytes} bytes, fewer than {LEAST_BYTES}", text::path(path))]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length without the line end.
        bytes: usize,
    },
    /// Others may read or write it.
    #[error("the audit key file '{}' is open to others (mode {mode:04o})", text::path(path))]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file is there and is not used.
    #[error("cannot take the audit key from '{}': {reason}", text::path(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: ReadError,
    },
}

impl AuditKeyError {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path) | Self::Empty(path) => path,
            Self::Short { path, .. } | Self::Open { path, .. } | Self::Unreadable { path, .. } => path,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing(_) => "bring the key back, or correct audit_key_file in authctl.toml; nothing was changed",
            Self::Empty(_) | Self::Short { .. } => {
                "bring the key of this log back, no other will do; only for a log without keyed events a new one: \
                 umask 077 && openssl rand -hex 32 >FILE"
            }
            Self::Open { .. } => {
                "chmod 600 it (640 where a group shares it), and make sure that nobody else has read it"
            }
            Self::Unreadable { reason, .. } => {
                reason.hint().unwrap_or("check the file that audit_key_file in authctl.toml names")
            }
        }
    }
}

/// Reads the key; `path` is relative to the directory of the configuration file.
///
/// # Errors
/// Each [`AuditKeyError`].
pub fn read(path: &Path) -> Result<ChainKey, AuditKeyError> {
    let unreadable = |reason| AuditKeyError::Unreadable { path: path.to_owned(), reason };
    let file = match trusted::open(path) {
        Ok(file) => file,
        Err(ReadError::Absent) => return Err(AuditKeyError::Missing(path.to_owned())),
        Err(other) => return Err(unreadable(other)),
    };
    let metadata = file.metadata().map_err(|error| unreadable(ReadError::Io(error)))?;
    judge(path, &metadata, rustix::process::geteuid().as_raw())?;
    let mut bytes = trusted::key(file).map_err(unreadable)?;
    match bytes.len() {
        0 => Err(AuditKeyError::Empty(path.to_owned())),
        bytes @ 1..LEAST_BYTES => Err(AuditKeyError::Short { path: path.to_owned(), bytes }),
        LEAST_BYTES.. => Ok(ChainKey::new(std::mem::take(&mut *bytes))),
    }
}

fn judge(path: &Path, metadata: &Metadata, us: u32) -> Result<(), AuditKeyError> {
    let unreadable = |reason| AuditKeyError::Unreadable { path: path.to_owned(), reason };
    if !metadata.is_file() {
        return Err(unreadable(ReadError::NotRegular));
    }
    if metadata.uid() != us && metadata.uid() != ROOT {
        return Err(unreadable(ReadError::Owner(metadata.uid())));
    }
    match metadata.mode() & 0o7777 {
        mode if mode & TOO_OPEN != 0 => Err(AuditKeyError::Open { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn file(bytes: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let path = dir.path().join("audit.key");
        fs::write(&path, bytes).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("chmod");
        (dir, path)
    }

    #[test]
    fn one_line_end_is_removed_and_nothing_else() {
        let key = [b'k'; 32];
        for end in ["", "\n", "\r\n"] {
            let (_dir, path) = file(&[&key[..], end.as_bytes()].concat(), 0o600);
            assert_eq!(read(&path).expect("a key").expose(), key);
        }
        let (_dir, path) = file(&[&key[..], b"\n\n"].concat(), 0o640);
        assert_eq!(read(&path).expect("a key").expose(), [&key[..], b"\n"].concat());
    }

    #[test]
    fn a_file_that_is_missing_empty_short_or_too_large_is_refused() {
        let (dir, path) = file(b"\n", 0o600);
        assert!(matches!(read(&path), Err(AuditKeyError::Empty(_))));
        assert!(matches!(read(&dir.path().join("none")), Err(AuditKeyError::Missing(_))));
        assert!(matches!(read(dir.path()), Err(AuditKeyError::Unreadable { reason: ReadError::NotRegular, .. })));
        let (_dir, path) = file(&[b'k'; 31], 0o600);
        assert!(matches!(read(&path), Err(AuditKeyError::Short { bytes: 31, .. })));
        let (_dir, path) = file(&[b'k'; 64 * 1024 + 1], 0o600);
        assert!(matches!(read(&path), Err(AuditKeyError::Unreadable { reason: ReadError::TooLarge { .. }, .. })));
    }

    #[test]
    fn a_file_that_is_open_to_others_is_refused() {
        for mode in [0o604, 0o602, 0o601, 0o620, 0o610, 0o666] {
            let (_dir, path) = file(&[b'k'; 32], mode);
            assert!(matches!(read(&path), Err(AuditKeyError::Open { mode: shown, .. }) if shown == mode), "{mode:o}");
        }
    }
}
