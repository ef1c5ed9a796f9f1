//! The file of generated passwords: complete and on the disk before the first account exists, gone where none does.
//!
//! What a newcomer would get wrong: it is written before the accounts, not after them. A crash in between leaves
//! passwords without accounts, which harms nobody; the other way round nobody could log in.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::Failure;
use super::output::{CsvText, csv_line};
use crate::model::secret::Password;
use crate::model::text;
use crate::ops::error::Class;
use crate::store::partial::OWNER_ONLY;

/// Room for one line: a username, an e-mail and a password of the longest kind, quoted.
const LINE_BYTES: usize = 1024;

/// A file of passwords that goes away again unless it is kept.
#[derive(Debug)]
pub struct Credentials {
    path: PathBuf,
    kept: bool,
}

/// One line of it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Username.
    pub username: &'a str,
    /// E-mail, with which the person logs in.
    pub email: &'a str,
    /// The password that was made.
    pub password: &'a Password,
}

impl Credentials {
    /// Whether the file may be made: an existing one is never touched.
    ///
    /// # Errors
    /// `Exists`; usage where its directory is not there.
    pub fn check(path: &Path) -> Result<(), Failure> {
        if path.file_name().is_some_and(|name| name == "-") {
            return Err(Failure::usage("passwords are not written to standard output")
                .hint("name a file that does not exist yet"));
        }
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let directory = directory(path);
        if directory.is_dir() {
            return Ok(());
        }
        Err(Failure::usage(format!("there is no directory '{}' for the credentials file", text::path(directory)))
            .hint("make it first, or name another place with --credentials-out"))
    }

    /// Writes the file, mode 0600, and waits until it is on the disk.
    ///
    /// # Errors
    /// `Exists`; whatever keeps it from being written; nothing is left of it then.
    pub fn write<'a>(path: &Path, style: CsvText, lines: impl Iterator<Item = Line<'a>>) -> Result<Self, Failure> {
        let made = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path);
        let mut file = made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(path),
            _ => cannot(path, &error),
        })?;
        let file_of = Self { path: path.to_owned(), kept: false };
        fill(&mut file, style, lines)
            .and_then(|()| file.sync_all())
            .and_then(|()| File::open(directory(path))?.sync_all())
            .map_err(|error| cannot(path, &error))?;
        Ok(file_of)
    }

    /// Leaves it where it is, and says where.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        self.path.clone()
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        if !self.kept {
            // A file that cannot be removed holds passwords that open nothing.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn fill<'a>(file: &mut File, style: CsvText, lines: impl Iterator<Item = Line<'a>>) -> io::Result<()> {
    file.write_all(b"username,email,password\n")?;
    for line in lines {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LINE_BYTES));
        csv_line(&mut bytes, style, &[line.username, line.email, line.password.expose()]);
        file.write_all(&bytes)?;
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> Failure {
    if path.is_dir() {
        return Failure::new(Class::Exists, format!("'{}' is a directory, not a credentials file", text::path(path)))
            .hint("name a file in it that does not exist yet");
    }
    Failure::new(Class::Exists, format!("the credentials file '{}' is there already", text::path(path)))
        .hint("it may hold the only copy of passwords that are in use: name another one, or remove it yourself")
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Class::OutputFailed, format!("cannot write the credentials file '{}': {error}", text::path(path)))
        .hint("name another place with --credentials-out; nothing was imported")
}
