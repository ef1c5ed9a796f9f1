//! `db restore`.

use std::path::{Path, PathBuf};

use super::loss;
use super::words::{counted, operand, way_back};
use crate::cli::args::RestoreArgs;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{explain, shell};
use crate::cli::meter::metered;
use crate::cli::output::escape::escape;
use crate::cli::output::{Format, check_columns, emit_one};
use crate::cli::view::RestoreView;
use crate::model::text;
use crate::ops;
use crate::ops::error::Class;
use crate::store::{
    BackupFile, Loss, OpenNote, Reader, Restored, StoreError, other_owner, require_unused, require_writable, same_file,
};

/// The file in whose place the backup goes.
enum Present {
    /// There is none.
    Missing,
    /// It is one of the app's, and what would be lost of it; `None`: it is too damaged to tell.
    There(Option<Loss>),
}

/// Looks the backup through, shows what would be lost, asks, and puts it in place.
pub fn run(context: &mut Context<'_>, args: &RestoreArgs) -> anyhow::Result<u8> {
    check_columns::<RestoreView>(&context.style).map_err(Failure::from)?;
    // The event is written into a copy that no store opens, so nothing else asks for the key.
    context.chain_key()?;
    let file = operand(context, &args.file)?;
    let database = context.database_path()?;
    if same_file(&file, &database) {
        let shown = escape(&text::path(&file)).into_owned();
        return Err(Failure::usage(format!("'{shown}' is the database itself, not a backup of it"))
            .hint("name the backup; the database to put it in place of is named by --database")
            .into());
    }
    let backup =
        BackupFile::open(&file, context.busy_timeout).map_err(|error| backup_refusal(context, &file, error))?;
    let rule = context.trigger_rule();
    backup.schema().follow(rule).map_err(|error| backup_refusal(context, &file, error))?;
    let present = look(context, &database, &backup)?;
    loss::say_backup(context, &file, &backup)?;
    let question = match &present {
        Present::Missing => {
            context.console().note(&format!("there is no file '{}': it would be made", text::path(&database)));
            format!("Make '{}' from this backup?", text::path(&database))
        }
        Present::There(loss) => {
            loss::say(context, &database, loss.as_ref())?;
            format!("Put this backup in the place of '{}'?", text::path(&database))
        }
    };
    backup.let_go().map_err(|error| backup_refusal(context, &file, error))?;
    context.confirm(&question)?;
    if context.global.dry_run {
        let words = format!("would restore {} from '{}'", accounts(backup.users()), text::path(&file));
        context.console().done(&words);
        return print(context, &database, &file, &backup, &present, None);
    }
    let restored = put(context, &database, &backup, &present)?;
    say(context, &database, &file, &backup, &restored);
    say_head(context, &backup, &present);
    print(context, &database, &file, &backup, &present, restored.kept.as_deref())
}

fn accounts(count: i64) -> String {
    counted(count.unsigned_abs(), "account")
}

/// Opens the present file, sees that nobody uses it, and compares.
fn look(context: &mut Context<'_>, database: &Path, backup: &BackupFile) -> anyhow::Result<Present> {
    let opened = match Reader::open(database, context.busy_timeout, context.access()) {
        Ok(opened) => opened,
        Err(StoreError::Missing { .. }) if std::fs::symlink_metadata(database).is_err() => {
            backup.require_new(database).map_err(|error| present_refusal(context, database, error))?;
            return Ok(Present::Missing);
        }
        Err(error) => return Err(present_refusal(context, database, error).into()),
    };
    context.say_notes(&opened.notes, database);
    opened.store.schema().follow(context.trigger_rule()).map_err(Refused::from)?;
    let owner = other_owner(database).map(OpenNote::OtherOwner);
    context.say_notes(owner.as_slice(), database);
    // Before anything is shown or asked: no answer would help.
    require_writable(database).map_err(|error| present_refusal(context, database, error))?;
    let hidden = require_unused(database).map_err(|error| present_refusal(context, database, error))?;
    if hidden > 0 {
        context.console().warn(
            "the processes of other users cannot be looked at: if the app runs in one of them, stop it first; root sees \
             them all",
        );
    }
    // A plain backup in the place of a keyed log would be a plain log from here on. A file too damaged to tell can
    // still be restored.
    if context.chain_key()?.is_none() && opened.store.needs_chain_key().unwrap_or(false) {
        return Err(Refused::from(StoreError::ChainKeyNeeded).into());
    }
    match backup.loss(&opened.store) {
        Ok(loss) => Ok(Present::There(Some(loss))),
        Err(StoreError::Damaged { .. } | StoreError::Unreadable { .. }) => Ok(Present::There(None)),
        Err(error) => Err(Refused::from(error).into()),
    }
}

fn put(context: &mut Context<'_>, database: &Path, backup: &BackupFile, present: &Present) -> anyhow::Result<Restored> {
    let result = metered(context, "restore", |act, watch| match present {
        Present::Missing => backup.restore_as_new(database, act, watch),
        Present::There(loss) => backup.restore_over(database, act, loss.as_ref(), watch),
    });
    Ok(result.map_err(|error| present_refusal(context, database, error))?)
}

/// What is wrong with the operand; the usual hints are about the database.
fn backup_refusal(context: &Context<'_>, file: &Path, error: StoreError) -> Failure {
    let shown = escape(&text::path(file)).into_owned();
    let other = "name another backup; nothing was changed";
    let (class, message, hint) = match &error {
        StoreError::Missing { .. } => (
            Class::DbMissing,
            format!("there is no backup at '{shown}'"),
            format!(
                "{} names what it makes; those beside the database end in .backup- and the time",
                context.authctl("db backup")
            ),
        ),
        StoreError::Damaged { detail } => {
            (Class::DbUnreadable, format!("the backup '{shown}' is damaged: {}", escape(detail)), other.to_owned())
        }
        StoreError::Triggers { names } => (
            Class::Drift,
            format!("the table 'users' of the backup '{shown}' has triggers: {}", escape(&names.join(", "))),
            "look at them, then leave --no-triggers away; or name another backup".to_owned(),
        ),
        StoreError::Directory { .. } => {
            (Class::DbNotSqlite, format!("'{shown}' is a directory, not a backup"), "name the file in it".to_owned())
        }
        StoreError::Empty { .. } => {
            (Class::DbNotSqlite, format!("'{shown}' is an empty file, not a backup"), other.to_owned())
        }
        StoreError::HotJournal { .. } => (
            Class::DbUnreadable,
            format!("the backup '{shown}' holds an unfinished transaction: its journal lies beside it"),
            format!("let SQLite undo it: authctl --database {} db check; or name another backup", shell(file)),
        ),
        _ => {
            let failure = explain(context, &ops::Error::from(error));
            return Failure { hint: Some(other.to_owned()), ..failure };
        }
    };
    Failure::new(class, message).hint(hint)
}

/// What is wrong with the present file.
fn present_refusal(context: &Context<'_>, database: &Path, error: StoreError) -> Failure {
    let aside = || {
        let (from, to) = (shell(database), shell(&aside(database)));
        format!("if it is to be replaced, move it away first: mv {from} {to}; then db restore makes it anew")
    };
    let hint = match &error {
        StoreError::NotSqlite { .. }
        | StoreError::Empty { .. }
        | StoreError::Foreign { .. }
        | StoreError::Damaged { .. } => aside(),
        StoreError::Exists { path } => {
            let (from, to) = (shell(path), shell(&self::aside(path)));
            format!("it would be taken for a part of the restored file; move it away: mv {from} {to}")
        }
        StoreError::InUse { .. } => {
            "stop the app (systemctl status PID names its service), then run the command again".to_owned()
        }
        StoreError::Backup { .. } => "make room beside the database; nothing was changed".to_owned(),
        _ => return explain(context, &ops::Error::from(error)),
    };
    Failure { hint: Some(hint), ..explain(context, &ops::Error::from(error)) }
}

fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".aside");
    PathBuf::from(name)
}

fn say(context: &mut Context<'_>, database: &Path, file: &Path, backup: &BackupFile, restored: &Restored) {
    let (users, from) = (accounts(restored.users), text::path(file));
    context.console().done(&format!("restored '{}': {users} from '{from}', verified", text::path(database)));
    match &restored.kept {
        None => context
            .console()
            .hint("the file is new: it belongs to you alone (mode 0600); give it to the user that the app runs as"),
        Some(kept) => {
            context.console().done(&format!("the file that was there before is in '{}'", text::path(kept)));
            match &restored.damage {
                None => {
                    let back = way_back(context, kept);
                    context.console().hint(&format!("the way back: {back}"));
                }
                Some(damage) => {
                    context.console().warn(&format!("that copy is as damaged as the file was: {}", escape(damage)));
                }
            }
        }
    }
    if !backup.schema().missing().is_empty() {
        let migrate = context.authctl("migrate");
        context.console().hint(&format!("this backup is from before a migration: run {migrate} next"));
    }
    context.console().hint("start the app again; tokens issued before are judged by the restored accounts");
}

/// A head that was kept of an event which went never fits again.
fn say_head(context: &mut Context<'_>, backup: &BackupFile, present: &Present) {
    let may_be_gone = match present {
        Present::Missing | Present::There(None) => true,
        Present::There(Some(loss)) => loss.events.count > 0,
    };
    if may_be_gone && backup.schema().has_events() {
        let head = context.authctl("audit head");
        let text = format!("a head that was kept before may be of an event that is gone: keep a new one by {head}");
        context.console().hint(&text);
    }
}

fn print(
    context: &mut Context<'_>,
    database: &Path,
    file: &Path,
    backup: &BackupFile,
    present: &Present,
    kept: Option<&Path>,
) -> anyhow::Result<u8> {
    if context.style.format != Format::Table {
        let loss = match present {
            Present::There(loss) => loss.as_ref(),
            Present::Missing => None,
        };
        let view = RestoreView::new(database, file, backup, loss, kept);
        emit_one(&mut *context.world.stdout, &context.style, &view)
            .map_err(|error| Failure::from(error).hint("the database was restored; stderr says how"))?;
    }
    Ok(DONE)
}
