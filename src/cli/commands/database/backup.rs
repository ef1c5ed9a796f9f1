//! `db backup`.

use std::path::{Path, PathBuf};

use super::words::{counted, operand, size, way_back};
use crate::cli::args::BackupArgs;
use crate::cli::context::Context;
use crate::cli::exit::DONE;
use crate::cli::failure::{Failure, Refused};
use crate::cli::message::{explain, shell};
use crate::cli::meter::metered;
use crate::cli::output::escape::escape;
use crate::cli::output::{Format, check_columns, emit_one};
use crate::cli::view::BackupView;
use crate::model::text;
use crate::ops;
use crate::ops::error::Class;
use crate::store::{BackupMade, Reader, StoreError, digest, remove_backup};

/// Makes a backup, then removes old ones where `--keep` says so.
pub fn run(context: &mut Context<'_>, args: &BackupArgs) -> anyhow::Result<u8> {
    check_columns::<BackupView>(&context.style).map_err(Failure::from)?;
    let keep = args.keep;
    if keep == Some(0) {
        return Err(Failure::usage("--keep 0 would remove the backup that is being made")
            .hint("give the number of backups that shall be there afterwards: 1 or more")
            .into());
    }
    if keep.is_some() && args.file.is_some() {
        return Err(Failure::usage("--keep is for backups with the time in their name; FILE has a name of its own")
            .hint("leave one of the two away")
            .into());
    }
    let target = args.file.as_deref().map(|file| operand(context, file)).transpose()?;
    let reader = context.reader()?;
    if let Some(target) = &target {
        require_new_name(target, &context.database_path()?)?;
    }
    if context.global.dry_run {
        return would(context, &reader, target, keep);
    }
    let made = metered(context, "backup", |act, watch| reader.back_up(target.as_deref(), act.clock.now(), watch))
        .map_err(|error| refusal(context, error))?;
    context.console().done(&format!(
        "backed up {} ({}, verified) to '{}'",
        counted(made.users.unsigned_abs(), "account"),
        size(made.bytes),
        text::path(&made.path)
    ));
    let back = way_back(context, &made.path);
    context.console().hint(&format!("the way back: stop the app, then {back}"));
    let old = keep.map(|keep| reader.older_backups(&made.path, keep)).unwrap_or_default();
    let (removed, failed) = remove(context, old);
    print(context, &made, &removed)?;
    if failed > 0 {
        let what = counted(failed, "older backup");
        return Err(Failure::new(Class::Partial, format!("the backup was made, but {what} could not be removed"))
            .hint("remove them by hand, or run authctl as the owner of the directory")
            .into());
    }
    Ok(DONE)
}

/// The name must be new, and none that SQLite itself gives to files beside the database.
fn require_new_name(target: &Path, database: &Path) -> Result<(), Failure> {
    let shown = escape(&text::path(target)).into_owned();
    if target.is_dir() {
        let inside = target.join("app.db");
        return Err(Failure::new(Class::Exists, format!("'{shown}' is a directory"))
            .hint(format!("name a new file in it, as in {}", shell(&inside))));
    }
    let real = |path: &Path| {
        let directory = path.parent().map(|parent| std::fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned()));
        directory.unwrap_or_default().join(path.file_name().unwrap_or_default())
    };
    let database = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let taken = ["-wal", "-shm", "-journal"].iter().any(|suffix| {
        let mut name = database.clone().into_os_string();
        name.push(suffix);
        real(target).as_os_str() == name
    });
    if taken {
        return Err(Failure::usage(format!("'{shown}' is the name of a file that SQLite keeps beside the database"))
            .hint("choose another name, or leave FILE away: the name then holds the time"));
    }
    Ok(())
}

fn refusal(context: &Context<'_>, error: StoreError) -> Failure {
    let hint = match &error {
        StoreError::Exists { .. } => "choose another name, or leave FILE away: the name then holds the time",
        StoreError::Backup { .. } | StoreError::ReadOnly { .. } => {
            "name a FILE in a directory that you may write and that has room; nothing was left there"
        }
        StoreError::Interrupted => {
            return Failure::new(Class::Interrupted, "interrupted; no backup was made");
        }
        StoreError::Damaged { detail } => {
            let message = format!("the database is damaged, so no backup was made of it: {}", escape(detail));
            let (check, restore) = (context.authctl("db check"), context.authctl("db restore FILE"));
            return Failure::new(Class::DbUnreadable, message)
                .hint(format!("{check} lists the damage; {restore} goes back to an older backup"));
        }
        StoreError::Busy { .. } => "something writes all the time; wait longer: --busy-timeout 30s",
        _ => return explain(context, &ops::Error::from(error)),
    };
    Failure { hint: Some(hint.to_owned()), ..explain(context, &ops::Error::from(error)) }
}

/// What a run without `--dry-run` would do, as far as can be told beforehand.
fn would(context: &mut Context<'_>, reader: &Reader, target: Option<PathBuf>, keep: Option<u64>) -> anyhow::Result<u8> {
    let path = target.unwrap_or_else(|| reader.backup_name(context.now()));
    reader.require_backup_name(&path).map_err(|error| refusal(context, error))?;
    let users = reader.count_users().map_err(Refused::from)?;
    let accounts = counted(users.unsigned_abs(), "account");
    context.console().done(&format!("would back up {accounts} to '{}'", text::path(&path)));
    let old = keep.map(|keep| reader.older_backups(&path, keep)).unwrap_or_default();
    for path in &old {
        context.console().done(&format!("would remove the older backup '{}'", text::path(path)));
    }
    if context.style.format != Format::Table {
        let view = BackupView::planned(&path, users, &old);
        emit_one(&mut *context.world.stdout, &context.style, &view).map_err(Failure::from)?;
    }
    Ok(DONE)
}

/// Removes them; how many could not be.
fn remove(context: &mut Context<'_>, old: Vec<PathBuf>) -> (Vec<PathBuf>, u64) {
    let (mut removed, mut failed) = (Vec::new(), 0);
    for path in old {
        match remove_backup(&path) {
            Ok(()) => {
                context.console().done(&format!("removed the older backup '{}'", text::path(&path)));
                removed.push(path);
            }
            Err(error) => {
                failed += 1;
                context.console().warn(&format!("cannot remove the older backup '{}': {error}", text::path(&path)));
            }
        }
    }
    (removed, failed)
}

fn print(context: &mut Context<'_>, made: &BackupMade, removed: &[PathBuf]) -> anyhow::Result<()> {
    let lost = |failure: Failure| failure.hint("the backup was made; stderr names it");
    if context.style.format == Format::Table {
        let line = escape(&text::path(&made.path)).into_owned();
        return Ok(context.try_print(&line).map_err(|error| lost(Failure::from(error)))?);
    }
    let sum = digest(&made.path)
        .map_err(|error| Failure::new(Class::Unexpected, format!("cannot read the backup again: {error}")))?;
    let view = BackupView::made(made, &sum, removed);
    emit_one(&mut *context.world.stdout, &context.style, &view).map_err(|error| lost(Failure::from(error)))?;
    Ok(())
}
