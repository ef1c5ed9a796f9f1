//! The saved session: one small file per database, with the access token alone.
//!
//! What a newcomer would get wrong: the file's name comes from the database's path, but a name proves nothing,
//! since files can be copied and renamed. What is inside binds the token to the path and to the very file that
//! lay there.

use std::borrow::Cow;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cli::input;
use crate::crypto::digest::sha256_hex;
use crate::model::secret::SignedToken;
use crate::model::text;
use crate::store::partial::{self, Partial};

/// The form of the file; a later form gets another number.
const FORM: u32 = 1;
/// A token has at most 8 KiB, a path at most 4.
const LIMIT_BYTES: u64 = 64 * 1024;
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;
/// What nobody but the owner may do, and nobody at all.
const TOO_MUCH: u32 = 0o177;

/// Why a saved session is not used, or not saved.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// A link could lead anywhere.
    #[error("it is a symbolic link")]
    Link,
    /// A directory, a pipe or a device.
    #[error("it is not a regular file")]
    NotRegular,
    /// Somebody else made it.
    #[error("it belongs to another user (uid {0})")]
    Owner(u32),
    /// Somebody else may have read the token.
    #[error("others may read or change it (mode {0:04o}, not 0600)")]
    Mode(u32),
    /// Not what `login --save` writes.
    #[error("it is damaged, or of another version of authctl")]
    Form,
    /// Copied, renamed, or the database was replaced.
    #[error("it belongs to another database: {0}")]
    OtherDatabase(String),
    /// The directory of the sessions is not ours.
    #[error("its directory is not a directory of yours: '{}'", text::path(.0))]
    Directory(PathBuf),
    /// The system's own reason.
    #[error("{0}")]
    Io(io::Error),
}

#[derive(Serialize, Deserialize)]
struct Saved<'a> {
    form: u32,
    #[serde(borrow)]
    database: Cow<'a, str>,
    binding: Cow<'a, str>,
    token: &'a str,
}

/// Where the session of one database is kept.
#[derive(Debug)]
pub struct SessionFile {
    directory: PathBuf,
    name: String,
    database: PathBuf,
}

/// The platform's directory for what a program keeps between runs; read from the user's account and environment.
pub fn platform_state_directory() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "authctl")?;
    Some(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
}

impl SessionFile {
    /// The file of the database at this absolute path, which need not exist (any more).
    pub fn of(state: &Path, database: &Path) -> Self {
        let database = canonical(database);
        let name = format!("{}.json", sha256_hex(database.as_os_str().as_bytes()));
        Self { directory: state.join("sessions"), name, database }
    }

    /// The file itself.
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// The database, links resolved.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// The saved token; `None` where nothing is saved. The file is judged through its descriptor.
    ///
    /// # Errors
    /// Each [`SessionError`]; the caller names the path.
    pub fn read(&self) -> Result<Option<SignedToken>, SessionError> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(self.path()) {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => return Err(SessionError::Link),
            Err(error) => return Err(SessionError::Io(error)),
        };
        judge(&file)?;
        let bytes = input::whole(file, LIMIT_BYTES).map_err(SessionError::Io)?.ok_or(SessionError::Form)?;
        self.token_in(&bytes).map(Some)
    }

    /// The token in the bytes of a saved session, which must be bound to this very database.
    ///
    /// # Errors
    /// `Form` and `OtherDatabase`; `Io` where the database is gone.
    pub fn token_in(&self, bytes: &[u8]) -> Result<SignedToken, SessionError> {
        // The reader would take an array for an object.
        if !bytes.starts_with(b"{") {
            return Err(SessionError::Form);
        }
        // And what it skips it would not look at: the whole must be a text.
        let text = std::str::from_utf8(bytes).map_err(|_| SessionError::Form)?;
        let saved: Saved<'_> = serde_json::from_str(text).map_err(|_| SessionError::Form)?;
        if saved.form != FORM {
            return Err(SessionError::Form);
        }
        if saved.binding != self.binding().map_err(SessionError::Io)? {
            return Err(SessionError::OtherDatabase(self.stranger(&saved.database)));
        }
        Ok(SignedToken::new(saved.token.to_owned()))
    }

    /// In which way the saved session is another database's.
    fn stranger(&self, saved: &str) -> String {
        if saved == text::path(&self.database) {
            "another file lies in the place of the one that was signed in to".to_owned()
        } else {
            crate::cli::output::escape::quote(saved)
        }
    }

    /// Makes the directory, or tightens it.
    ///
    /// # Errors
    /// It cannot be made, or is not ours.
    pub fn prepare(&self) -> Result<(), SessionError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(DIRECTORY_MODE).create(&self.directory).map_err(SessionError::Io)?;
        let found = std::fs::symlink_metadata(&self.directory).map_err(SessionError::Io)?;
        if !found.is_dir() || found.uid() != us() {
            return Err(SessionError::Directory(self.directory.clone()));
        }
        if found.mode() & 0o7777 != DIRECTORY_MODE {
            let mode = Permissions::from_mode(DIRECTORY_MODE);
            std::fs::set_permissions(&self.directory, mode).map_err(SessionError::Io)?;
        }
        Ok(())
    }

    /// Keeps the token in the place of an earlier one: old or new, never between.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, token: &SignedToken) -> Result<(), SessionError> {
        self.write(token).map_err(SessionError::Io)
    }

    fn write(&self, token: &SignedToken) -> io::Result<()> {
        let (database, binding) = (text::path(&self.database), self.binding()?);
        let saved = Saved { form: FORM, database: database.into(), binding: binding.into(), token: token.expose() };
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LIMIT_BYTES).unwrap_or_default()));
        serde_json::to_writer(&mut *bytes, &saved)?;
        self.sweep();
        let partial = Partial::create(self.directory.join(format!(".{}.{}", self.name, std::process::id())))?;
        let mut file = partial.file();
        file.set_permissions(Permissions::from_mode(FILE_MODE))?;
        file.write_all(&bytes)?;
        partial.replace(&self.path())?;
        // A session that a power cut takes along is one login more, and no reason to say that there is none.
        let _ = partial::sync_directory(&self.path());
        Ok(())
    }

    /// Removes what killed runs left: each holds a token.
    fn sweep(&self) {
        let number =
            |name: &str| name.strip_prefix('.')?.strip_prefix(&self.name)?.strip_prefix('.')?.parse::<u32>().ok();
        partial::sweep(&self.directory, |name| number(name).is_some());
    }

    /// Forgets the session, whatever the file is; `false` where there was none.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(&self) -> Result<bool, SessionError> {
        self.sweep();
        match std::fs::remove_file(self.path()) {
            Ok(()) => {
                File::open(&self.directory).and_then(|directory| directory.sync_all()).map_err(SessionError::Io)?
            }
            Err(error) if is_absent(&error) => return Ok(false),
            Err(error) => return Err(SessionError::Io(error)),
        }
        Ok(true)
    }

    /// Whether there is anything of that name.
    pub fn exists(&self) -> bool {
        std::fs::symlink_metadata(self.path()).is_ok()
    }

    /// The path and the very file that lies there, as one text to compare.
    fn binding(&self) -> io::Result<String> {
        let file = std::fs::metadata(&self.database)?;
        let mut bytes = self.database.as_os_str().as_bytes().to_vec();
        bytes.extend_from_slice(format!("\0{} {}", file.dev(), file.ino()).as_bytes());
        Ok(sha256_hex(&bytes))
    }
}

/// Links resolved; of a file that is gone, those of its directory.
fn canonical(path: &Path) -> PathBuf {
    let directory = || Some(std::fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?));
    std::fs::canonicalize(path).ok().or_else(directory).unwrap_or_else(|| path.to_owned())
}

/// Nothing is there, nor can be, where a directory of its path is a file.
fn is_absent(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind())
}

fn us() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn judge(file: &File) -> Result<(), SessionError> {
    let found = file.metadata().map_err(SessionError::Io)?;
    if !found.is_file() {
        return Err(SessionError::NotRegular);
    }
    if found.uid() != us() {
        return Err(SessionError::Owner(found.uid()));
    }
    if found.mode() & TOO_MUCH != 0 {
        return Err(SessionError::Mode(found.mode() & 0o7777));
    }
    Ok(())
}
