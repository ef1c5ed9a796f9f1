//! Where a password comes from: standard input, a file, the terminal, or the generator.
//!
//! What a newcomer would get wrong: exactly one line end is removed and nothing else; blanks are part of a
//! password (field report A01).

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::args::{GivenPassword, NewPassword};
use super::context::Context;
use super::failure::{Failure, Refused};
use super::input;
use super::prompt::new_password;
use crate::model::secret::Password;
use crate::model::text;
use crate::ops::password::generate;
use crate::policy::password::is_nfc;

/// Longest password input, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// What nobody can be asked for.
const NEEDED: &str = "a password is needed";

/// A new password and where it came from.
pub enum New {
    /// Given by the operator.
    Given(Password),
    /// Made here: to be printed once.
    Generated(Password),
}

impl New {
    /// The password.
    pub fn password(&self) -> &Password {
        match self {
            Self::Given(password) | Self::Generated(password) => password,
        }
    }

    /// What is to be printed: a generated one, unless nothing is kept.
    pub fn to_print(&self, context: &Context<'_>) -> Option<&str> {
        match self {
            Self::Generated(password) if !context.global.dry_run => Some(password.expose()),
            Self::Given(_) | Self::Generated(_) => None,
        }
    }
}

/// Whether a password source was named; without one it is asked for.
pub fn is_named(source: &NewPassword) -> bool {
    source.generate || source.password_stdin || source.password_file.is_some()
}

/// A new password.
///
/// # Errors
/// Usage, would prompt, interrupted.
pub fn new(context: &mut Context<'_>, source: &NewPassword) -> anyhow::Result<New> {
    if source.generate {
        return generated(context);
    }
    let password = match read(context, source.password_stdin, source.password_file.as_ref())? {
        Some(password) => password,
        None => {
            context.require_person(NEEDED, "give --password-stdin, --password-file FILE or --generate")?;
            let prompter = &mut *context.world.prompter;
            let typed = new_password(prompter, "New password", "The same again").map_err(Failure::from)?;
            checked(typed, TYPED)?
        }
    };
    if !is_nfc(password.expose()) {
        context.console().warn(
            "the password holds characters that another keyboard may type differently (its text is not in Unicode \
             normal form C)",
        );
    }
    Ok(New::Given(password))
}

/// One that is made here; somebody must be able to read it.
///
/// # Errors
/// Output failed: stdout leads nowhere.
pub fn generated(context: &Context<'_>) -> anyhow::Result<New> {
    context.require_reader("password")?;
    let mut random = context.world.random;
    Ok(New::Generated(generate(&context.settings, &mut random).map_err(Refused)?))
}

/// A password to try.
///
/// # Errors
/// Usage, would prompt, interrupted.
pub fn given(context: &mut Context<'_>, source: &GivenPassword) -> anyhow::Result<Password> {
    if let Some(password) = read(context, source.password_stdin, source.password_file.as_ref())? {
        return Ok(password);
    }
    context.require_person(NEEDED, "give --password-stdin or --password-file FILE")?;
    let typed = context.world.prompter.password("Password").map_err(Failure::from)?;
    Ok(checked(typed, TYPED)?)
}

fn read(context: &mut Context<'_>, stdin: bool, file: Option<&PathBuf>) -> anyhow::Result<Option<Password>> {
    let bytes = match (stdin, file) {
        (true, _) => read_all(&mut *context.world.stdin, "standard input")?,
        (false, Some(path)) => read_file(&context.world.cwd.join(path))?,
        (false, None) => return Ok(None),
    };
    Ok(Some(one_line(&bytes)?))
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let name = format!("'{}'", text::path(path));
    let mut file = std::fs::File::open(path)
        .map_err(|error| Failure::usage(format!("cannot read the password file {name}: {error}")))?;
    read_all(&mut file, &name)
}

fn read_all(source: &mut dyn Read, name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let read = input::whole(source, MAX_BYTES)
        .map_err(|error| Failure::usage(format!("cannot read the password from {name}: {error}")))?;
    read.ok_or_else(|| Failure::usage(format!("the password from {name} is longer than {MAX_BYTES} bytes")))
}

/// Removes one line end; anything behind it, a NUL, nothing at all, or text that is not UTF-8 is an error.
fn one_line(bytes: &[u8]) -> Result<Password, Failure> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Failure::usage("the password is not UTF-8").hint("save the file as UTF-8"))?;
    let line = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.contains('\n') {
        return Err(Failure::usage("the password input holds more than one line").hint("give the password alone"));
    }
    checked(Password::new(line.to_owned()), READ)
}

/// What to do about an empty one that was read.
const READ: &str = "give it as one line: on standard input with --password-stdin, or in the file";
/// What to do about an empty one that was typed.
const TYPED: &str = "run the command again and type it where it is asked for; nothing is shown meanwhile";

fn checked(password: Password, if_empty: &str) -> Result<Password, Failure> {
    if password.expose().is_empty() {
        return Err(Failure::usage("the password is empty").hint(if_empty));
    }
    if password.expose().contains('\0') {
        return Err(Failure::usage("the password holds a NUL character"));
    }
    Ok(password)
}
