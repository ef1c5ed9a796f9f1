//! `secret generate`.
//!
//! What a newcomer would get wrong: with `--write` the key is shown nowhere; and whether the file holds it is asked
//! of the file after it was written, by the reader that all other commands use.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize, Zeroizing};

use crate::cli::args::{SecretArgs, SecretCommand, SecretGenerateArgs};
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::output::{Format, emit_one};
use crate::cli::settings::dotenv;
use crate::cli::settings::env_file::{EnvFile, WriteError};
use crate::cli::settings::trusted::ReadError;
use crate::cli::view::SecretView;
use crate::model::text;
use crate::model::user::StoredUser;
use crate::ops::error::Class;
use crate::ops::list::{self, ListQuery};
use crate::store::other_owner;

/// The name that the app reads (`app-facts`, Tokens).
const NAME: &str = "SECRET_KEY";
/// As many bytes as HMAC-SHA-256 can use at least (RFC 7518 §3.2).
const KEY_BYTES: usize = 32;

/// Runs one of them.
pub fn run(context: &mut Context<'_>, args: &SecretArgs) -> anyhow::Result<u8> {
    match &args.command {
        SecretCommand::Generate(args) => generate(context, args),
    }
}

fn generate(context: &mut Context<'_>, args: &SecretGenerateArgs) -> anyhow::Result<u8> {
    let key = new_key(context)?;
    if args.write {
        return write(context, &key, args);
    }
    if context.global.dry_run {
        context.console().done("would print a new signing key");
        document(context, &SecretView::Printed { key: None })?;
        return Ok(DONE);
    }
    match context.style.format {
        Format::Table => context.print(&key)?,
        Format::Json | Format::Jsonl | Format::Csv => document(context, &SecretView::Printed { key: Some(&key) })?,
    }
    context.console().hint("set it as SECRET_KEY for the app and for authctl; --write puts it into the .env file");
    Ok(DONE)
}

/// Random bytes as text that needs no quotes anywhere.
fn new_key(context: &Context<'_>) -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    (context.world.random)(&mut *bytes).map_err(|error| Failure::new(Class::Unexpected, error.to_string()))?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
}

fn write(context: &mut Context<'_>, key: &str, args: &SecretGenerateArgs) -> anyhow::Result<u8> {
    let accounts = active_accounts(context)?;
    let path = dotenv_path(context)?;
    if !context.global.dry_run {
        EnvFile::sweep(&path);
    }
    let file = EnvFile::read(&path).map_err(|error| unreadable(&path, &error))?;
    let old = key_in(context, &path, &file.text)?;
    let replaced = old.as_ref().is_some_and(|old| !old.is_empty());
    if replaced && !args.force {
        return Err(Failure::new(Class::Exists, format!("'{}' has a SECRET_KEY already", text::path(&path)))
            .hint(format!("--force replaces it: {}", logged_out(accounts)))
            .into());
    }
    if !file.is_there() {
        require_owner(context, &path)?;
    }
    let text = dotenv::with_value(&file.text, NAME, key);
    if key_in(context, &path, &text)?.is_none_or(|found| *found != key) {
        return Err(Failure::new(Class::KeyUnusable, format!("'{}' cannot be edited safely", text::path(&path)))
            .hint("look for an open quote above or below its SECRET_KEY, and set the key by hand")
            .into());
    }
    if !context.global.dry_run {
        put(context, &path, &file, &text, key)?;
    }
    say_written(context, &path, &file, replaced, accounts);
    document(context, &SecretView::Written { changed: true, path: text::exact(&path), replaced })?;
    Ok(DONE)
}

/// How many accounts can be logged out; `None` where there is no database yet.
fn active_accounts(context: &mut Context<'_>) -> anyhow::Result<Option<u64>> {
    let Some(reader) = context.reader_if_any()? else { return Ok(None) };
    let mut active = 0;
    let mut count = |user: &StoredUser| {
        active += u64::from(user.is_active.is_on());
        Ok::<_, Refused>(())
    };
    list::list(&reader, &context.settings, context.now(), &ListQuery::default(), &mut count)?;
    Ok(Some(active))
}

/// `.env` beside the database, where the key is looked for first.
fn dotenv_path(context: &Context<'_>) -> anyhow::Result<PathBuf> {
    let located = context.locate()?;
    let directory = located.path.parent().map(|parent| context.world.cwd.join(parent));
    Ok(directory.unwrap_or_else(|| context.world.cwd.clone()).join(".env"))
}

/// The value in a `.env` text, as every command reads it.
fn key_in(context: &Context<'_>, path: &Path, text: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    let env = |name: &str| (context.world.env)(name).map(|value| value.to_string_lossy().into_owned());
    let bindings = dotenv::parse(text, &env).map_err(|error| {
        Failure::new(Class::KeyUnusable, format!("cannot edit '{}': {error}", text::path(path)))
            .hint("check the ${…} in the file")
    })?;
    let mut key = None;
    for (name, mut value) in bindings {
        if name == NAME {
            key = value.map(Zeroizing::new);
        } else {
            value.zeroize();
        }
    }
    Ok(key)
}

fn unreadable(path: &Path, error: &ReadError) -> Failure {
    let hint = match error {
        ReadError::NotRegular => "make it a regular file, or a link to one",
        ReadError::Absent | ReadError::Owner(_) | ReadError::EverybodyWrites(_) => {
            error.hint().unwrap_or("check the file")
        }
        ReadError::TooLarge { .. } | ReadError::NotUtf8 | ReadError::Io(_) => "check the file, or set the key by hand",
    };
    Failure::new(Class::KeyUnusable, format!("cannot edit '{}': {error}", text::path(path))).hint(hint)
}

/// A new file that the app's user could not read would stop the app, or have it sign with its built-in key.
fn require_owner(context: &Context<'_>, path: &Path) -> anyhow::Result<()> {
    let located = context.locate()?;
    let Some(owner) = other_owner(&located.path) else { return Ok(()) };
    Err(Failure::new(
        Class::DbOwner,
        format!("the database belongs to {owner}, who could not read a new '{}' of yours", text::path(path)),
    )
    .hint("run authctl as that user: sudo -u USER authctl secret generate --write")
    .into())
}

fn put(context: &mut Context<'_>, path: &Path, file: &EnvFile, text: &str, key: &str) -> anyhow::Result<()> {
    let mut random = [0; 8];
    (context.world.random)(&mut random).map_err(|error| Failure::new(Class::Unexpected, error.to_string()))?;
    file.replace(text, random).map_err(|error| {
        let hint = match &error {
            WriteError::HardLinks(_) => "set the key by hand",
            WriteError::Owner { .. } => "run authctl as that user, or as root",
            WriteError::ChangedMeanwhile => "look at the file, and run the command again",
            WriteError::NotSynced(_) => "the key is in the file: restart the app, and look again after a power cut",
            WriteError::Io(_) => "make its directory writable, and see that the disk has room",
        };
        Failure::new(Class::OutputFailed, format!("cannot write '{}': {error}", text::path(path))).hint(hint)
    })?;
    let again = EnvFile::read(path).map_err(|error| unreadable(path, &error))?;
    if key_in(context, path, &again.text)?.is_none_or(|found| *found != key) {
        return Err(Failure::new(Class::Unexpected, format!("'{}' does not hold the new key", text::path(path)))
            .hint("somebody else wrote it at the same time: look at it")
            .into());
    }
    Ok(())
}

fn say_written(context: &mut Context<'_>, path: &Path, file: &EnvFile, replaced: bool, accounts: Option<u64>) {
    let shown = text::path(path);
    let did = match (file.is_there(), replaced) {
        (false, _) => context.would("made", "make"),
        (true, true) => context.would("replaced the SECRET_KEY in", "replace the SECRET_KEY in"),
        (true, false) => context.would("added a SECRET_KEY to", "add a SECRET_KEY to"),
    };
    let what = if file.is_there() { format!("{did} '{shown}'") } else { format!("{did} '{shown}' with a SECRET_KEY") };
    context.console().done(&what);
    let beaten = (context.world.env)(NAME).is_some();
    let mut console = context.console();
    console.note(&format!("the app reads the file when it starts: restart it; then {}", logged_out(accounts)));
    if beaten {
        console.warn("SECRET_KEY is set in the environment here: where the app has it too, it wins over the file");
    }
}

fn logged_out(accounts: Option<u64>) -> String {
    let everybody = "every token signed with the key that the app has now is refused";
    match accounts {
        None | Some(0) => everybody.to_owned(),
        Some(1) => format!("{everybody}, and the 1 active account must log in again"),
        Some(count) => format!("{everybody}, and all {count} active accounts must log in again"),
    }
}

/// For machines; a table has nothing more to tell.
fn document(context: &mut Context<'_>, view: &SecretView<'_>) -> anyhow::Result<()> {
    if context.style.format == Format::Table {
        return Ok(());
    }
    emit_one(&mut *context.world.stdout, &context.style, view).map_err(Failure::from)?;
    Ok(())
}
