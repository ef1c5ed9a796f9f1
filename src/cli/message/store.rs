//! The way out of what is wrong with the file.

use super::shell;
use crate::cli::context::Context;
use crate::store::{EVENT_TRIGGER, StoreError};

/// What to do about it; `None` where nothing helps.
pub(super) fn hint(context: &Context<'_>, error: &StoreError) -> Option<String> {
    let ours = |rest: &str| context.authctl(rest);
    let hint = match error {
        StoreError::Missing { .. } => {
            return Some(format!("name the app's file with --database PATH, or make a new one with {}", ours("init")));
        }
        StoreError::Directory { .. } => "name the file inside it: --database DIR/app.db",
        StoreError::Empty { .. } => {
            return Some(format!("remove it and run {}, or name the app's file with --database PATH", ours("init")));
        }
        StoreError::NotSqlite { .. } => "name the app's file with --database PATH",
        StoreError::Foreign { .. } => {
            "authctl works on the app's main file, the one in its DATABASE_URL; nothing was changed"
        }
        StoreError::Damaged { .. } => "stop the app, copy the file with its -wal and -journal, and restore a backup",
        StoreError::Unreadable { .. } => "run authctl as the user that the app runs as",
        StoreError::HotJournal { .. } => {
            "run authctl once as the user that the app runs as, with write access to the file and its directory"
        }
        StoreError::HotInDryRun { .. } => {
            return Some(format!(
                "give the command without --dry-run, or undo it first by a reading one: {}",
                ours("user list --count")
            ));
        }
        StoreError::ReadOnly { .. } => "make the file and its directory writable, and see that the disk has room",
        StoreError::InDoubt { .. } => {
            return Some(format!("see whether it is there before you run it again: {}", ours("audit list --limit 1")));
        }
        StoreError::OtherOwner { .. } => "run authctl as that user: sudo -u USER authctl …",
        StoreError::Busy { .. } => "try again, or wait longer: --busy-timeout 30s",
        StoreError::LongLock { .. } => {
            return Some(format!(
                "stop the app or choose a quiet hour, then give --yes; or make the backup first ({}), then run {}; nothing \
                 was changed",
                ours("db backup"),
                ours("migrate --no-backup")
            ));
        }
        StoreError::InUse { .. } => "stop it, then run the command again",
        StoreError::Changed { .. } => "stop whatever writes to it, then run the command again",
        StoreError::Restored { kept, .. } => {
            return Some(format!("the file that was there before is in {}", shell(kept)));
        }
        StoreError::Pending { .. } => {
            return Some(format!("run {} ({} shows the SQL)", ours("migrate"), ours("migrate plan")));
        }
        StoreError::Drift { faults } => return Some(drift(context, faults)),
        StoreError::Triggers { .. } => "look at them, then leave --no-triggers away",
        StoreError::TriggerInTheWay { .. } => {
            "look at the trigger in the file's schema, and drop it if nobody needs it; nothing was changed"
        }
        StoreError::Check(_) => "the table's own CHECK says which values it takes",
        StoreError::Exists { path } if path.is_dir() => "it is a directory; name a file in it: --database DIR/app.db",
        StoreError::Exists { path } if context.database_path().is_ok_and(|database| database == *path) => {
            return Some(format!("to bring an existing database up to date: {}", ours("migrate")));
        }
        StoreError::Exists { .. } => {
            "an earlier database left it, and it would be taken for a part of the new one: move it away"
        }
        StoreError::Backup { .. } => "make room, or skip the backup with --no-backup; nothing was changed",
        StoreError::ActingChanged => {
            return Some(format!("{} says whose session it is, and what it may do", ours("whoami")));
        }
        StoreError::ChainKeyNeeded => "name the file of its key as audit_key_file in authctl.toml; nothing was changed",
        StoreError::ChainKeyWrong { .. } => {
            return Some(format!(
                "bring the key of this log back, no other will do; with the right one, {} names the altered event; \
                 nothing was changed",
                ours("audit verify")
            ));
        }
        StoreError::WrongCount { .. } | StoreError::NotKept(_) => {
            "a trigger of the table may be in the way; nothing was changed"
        }
        StoreError::Other(_) => return Some(format!("nothing was changed; {} looks at the file", ours("db check"))),
        StoreError::Conflict(_) | StoreError::Interrupted => return None,
    };
    Some(hint.to_owned())
}

fn drift(context: &Context<'_>, faults: &[String]) -> String {
    if faults.iter().all(|fault| fault.starts_with(EVENT_TRIGGER)) {
        "look at the trigger (sqlite3 FILE .schema), and drop it by SQL (DROP TRIGGER NAME); nothing was changed"
            .to_owned()
    } else {
        let check = context.authctl("migrate check");
        format!("mend it by SQL, authctl adds only what is missing; {check} shows each step; nothing was changed")
    }
}
