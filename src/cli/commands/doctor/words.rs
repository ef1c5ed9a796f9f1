//! What a finding means, in words: whom it is about, and what the app or the tool does because of it.
//!
//! What a newcomer would get wrong: every name and every text of the file is escaped here, since the words go to
//! people.

use crate::cli::message::shell;
use crate::cli::output::escape::{escape, quote};
use crate::model::text;
use crate::ops::doctor::{
    Account, Address, AdminWay, CellColumn, ChainFault, Closed, Fault, FileKind, Finding, KeyFault, KeyPlace,
    NullColumn, Ownership, RoleReader, Standing, TimeColumn,
};
use crate::store::NameColumn;

/// Accounts that are named for people; machines get them all.
const NAMED: usize = 5;

/// Whom or what it is about: an account, a number of them, a file, a part of the file.
pub fn subject(finding: &Finding) -> String {
    match finding.accounts.as_slice() {
        [] => of_file(&finding.fault),
        [one] => name(one, &finding.fault),
        several => format!("{} accounts", several.len()),
    }
}

/// The first accounts by name, where there are several.
pub fn names(finding: &Finding) -> Option<String> {
    if finding.accounts.len() < 2 {
        return None;
    }
    let named: Vec<String> = finding.accounts.iter().take(NAMED).map(|one| name(one, &finding.fault)).collect();
    let more = finding.accounts.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(", and {more} more") };
    Some(named.join(", ") + &rest)
}

fn name(account: &Account, fault: &Fault) -> String {
    let username = account.username.as_deref().map_or("-".into(), escape);
    let name = format!("id:{} {username}", account.id);
    match (&account.detail, fault) {
        (Some(detail), Fault::UnsupportedHash) => format!("{name} ({})", escape(detail)),
        (Some(detail), Fault::EmailCannotLogin(Address::NotNormal)) => {
            format!("{name} (should be {})", quote(detail))
        }
        (Some(detail), _) => format!("{name} ({})", quote(detail)),
        (None, _) => name,
    }
}

fn of_file(fault: &Fault) -> String {
    match fault {
        Fault::Mode { path, .. }
        | Fault::DirectoryMode { path, .. }
        | Fault::DatabaseOwner { path, .. }
        | Fault::SideFileOwner { path, .. }
        | Fault::FreeDisk { directory: path, .. } => text::path(path),
        Fault::Key { place, .. } => match place {
            KeyPlace::File(path) => text::path(path),
            KeyPlace::Environment => "SECRET_KEY in the environment".to_owned(),
            KeyPlace::DotEnv => "SECRET_KEY".to_owned(),
        },
        Fault::Triggers { names } => listed(names),
        Fault::SchemaPending { steps } | Fault::MissingIndex { steps } => listed(steps),
        Fault::OrphanRows(rows) => format!("{}.{}", escape(&rows.table), escape(&rows.column)),
        Fault::EventChain { id, .. } => format!("event {id}"),
        Fault::NoActiveAdmin { .. } => "users".to_owned(),
        Fault::HotJournal
        | Fault::Damaged { .. }
        | Fault::SchemaDrift { .. }
        | Fault::WalMode
        | Fault::SqliteVersion { .. }
        | Fault::StuckLock
        | Fault::HairTrigger { .. }
        | Fault::NullBreaksApp { .. }
        | Fault::UnreadableDate { .. }
        | Fault::UnreadableCell { .. }
        | Fault::UnknownRole { .. }
        | Fault::EmailCannotLogin(_)
        | Fault::LegacyNoPassword
        | Fault::UnsupportedHash
        | Fault::BcryptHash
        | Fault::OutdatedHash
        | Fault::ExactTwin { .. }
        | Fault::CaseTwin { .. }
        | Fault::UnicodeTwin { .. }
        | Fault::UnexplainedAdmin { .. }
        | Fault::CustomerMissing { .. }
        | Fault::CustomerClosed { .. } => "the database".to_owned(),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}

/// What it means.
pub fn message(finding: &Finding) -> String {
    match &finding.fault {
        Fault::HotJournal => {
            "a crash left an unfinished transaction; nothing else can be looked at before it is undone".to_owned()
        }
        Fault::Damaged { complaints, .. } => format!("the file is damaged: {}", listed(complaints)),
        Fault::SchemaPending { .. } => {
            "missing: authctl cannot write, and without its own columns the app answers 500".to_owned()
        }
        Fault::SchemaDrift { faults } => format!("authctl cannot write: {}", listed(faults)),
        Fault::MissingIndex { .. } => "missing: look-ups and logins read the whole table".to_owned(),
        Fault::Triggers { .. } => {
            "triggers on the table users change more than a command asks for; the app has none: look at them first"
                .to_owned()
        }
        Fault::EventChain { fault, .. } => match fault {
            ChainFault::Row => "the row is not the one that was written: somebody changed it".to_owned(),
            ChainFault::Link => "rows before it were removed, inserted or moved".to_owned(),
        },
        Fault::OrphanRows(rows) => format!(
            "{} of accounts that are gone: ids are used again, and the next account with such an id gets them",
            counted(rows.rows, "row")
        ),
        Fault::Mode { kind, mode, .. } => mode_words(*kind, *mode),
        Fault::DirectoryMode { mode, .. } => {
            format!("everybody may put another database in the place of this one (mode {mode:04o})")
        }
        Fault::DatabaseOwner { owner, ownership, .. } => match ownership {
            Ownership::NotOurs => {
                format!("it belongs to {}, not to you: files that SQLite makes beside it would be yours", quote(owner))
            }
            Ownership::RootInForeignDirectory => format!(
                "it belongs to root, and its directory to {}: an app that runs as that user cannot write",
                quote(owner)
            ),
        },
        Fault::SideFileOwner { database, owner, wanted, .. } => format!(
            "it belongs to {} and {} to {}: the app may not be able to write",
            quote(owner),
            shell(database),
            quote(wanted)
        ),
        Fault::Key { fault, place } => key_words(fault, place),
        Fault::FreeDisk { free, wanted, .. } => {
            format!("{} free: a backup and its way back want {}", size(*free), size(*wanted))
        }
        Fault::WalMode => {
            "the file is in WAL mode, the app's own are not: copy it with authctl db backup, never with cp".to_owned()
        }
        Fault::SqliteVersion { ours } => format!(
            "authctl writes with SQLite {ours}; 3.7.0 to 3.51.2 can corrupt a WAL file that two processes write: \
             look which one the app has"
        ),
        of_accounts => account_words(of_accounts),
    }
}

fn account_words(fault: &Fault) -> String {
    match fault {
        Fault::StuckLock => "the app answers 500 at every login: it cannot read its own form of the lock".to_owned(),
        Fault::HairTrigger { threshold } => format!(
            "{threshold} failed logins or more are counted and nothing is locked: one more locks, in a form that the \
             app cannot read"
        ),
        Fault::NullBreaksApp { column, .. } => null_words(*column).to_owned(),
        Fault::UnreadableDate { column } => format!(
            "{} cannot be read: the app answers 500 to its login and to the list of all users",
            match column {
                TimeColumn::LockedUntil => "the end of its lock",
                TimeColumn::LastLogin => "last_login",
                TimeColumn::CreatedAt => "created_at",
            }
        ),
        Fault::UnreadableCell { column, .. } => cell_words(*column).to_owned(),
        Fault::UnknownRole { app, .. } => match app {
            RoleReader::Fails => "a role that is not offered: the app answers 500 when it looks at itself".to_owned(),
            RoleReader::Shows => "a role that is not offered: nobody knows what it may do".to_owned(),
        },
        Fault::EmailCannotLogin(Address::NotNormal) => {
            "the address is not in the form in which the app looks for it: no login finds it".to_owned()
        }
        Fault::EmailCannotLogin(Address::Refused) => {
            "the app refuses the address: no login, and it answers 500 to the list of all users".to_owned()
        }
        Fault::LegacyNoPassword => {
            "no password: no login, and five tries lock; user deactivate for those who need none".to_owned()
        }
        Fault::UnsupportedHash => "no password fits the stored hash".to_owned(),
        Fault::BcryptHash => "bcrypt: logs in only where the app has the package bcrypt below 5.0".to_owned(),
        Fault::OutdatedHash => {
            "the hash is weaker than a new one; authctl login USER --rehash replaces it, too".to_owned()
        }
        Fault::ExactTwin { column: NameColumn::Email } => {
            "the same e-mail: the app's login takes the first, the others never get in".to_owned()
        }
        Fault::ExactTwin { column: NameColumn::Username } => "the same username: it names nobody".to_owned(),
        Fault::CaseTwin { column } => {
            format!("{} that differ in case alone; look at both before you take one away", plural(*column))
        }
        Fault::UnicodeTwin { column } => {
            format!("{} that look alike; look at both before you take one away", plural(*column))
        }
        Fault::NoActiveAdmin { way, role } => match way {
            AdminWay::Unlock => format!("nobody can act as {}: every active one is locked", quote(role)),
            AdminWay::Activate => format!("nobody can act as {}: every one is inactive", quote(role)),
            AdminWay::Appoint => format!("nobody has the role {}", quote(role)),
        },
        Fault::UnexplainedAdmin { standing, admin, .. } => {
            let what = format!("{} by no event: anybody can register as one in the app", quote(admin));
            match standing {
                Standing::OneOfSeveral => {
                    format!("{what}; one that should be it gets the role again: an event then says by whom")
                }
                Standing::TheOnlyOne => format!("{what}; if it is who it should be, give it the role again"),
            }
        }
        Fault::CustomerMissing { customer } => format!("there is no customer {customer}: authctl login refuses it"),
        Fault::CustomerClosed { customer, state } => match state {
            Closed::Inactive => format!("customer {customer} is not active: the app keeps its accounts out"),
            Closed::Unpaid => {
                format!("the subscription of customer {customer} has run out: the app keeps its accounts out")
            }
        },
        _ => String::new(),
    }
}

fn plural(column: NameColumn) -> &'static str {
    match column {
        NameColumn::Username => "usernames",
        NameColumn::Email => "e-mails",
    }
}

fn null_words(column: NullColumn) -> &'static str {
    match column {
        NullColumn::Username => "username is NULL: the app answers 500 to the list of all users",
        NullColumn::Email => "email is NULL: the app answers 500 to the list of all users",
        NullColumn::Role => "role is NULL: the app answers 500 when it looks at itself",
        NullColumn::Attempts => "failed_login_attempts is NULL: the app answers 500 to a wrong password",
    }
}

fn cell_words(column: CellColumn) -> &'static str {
    match column {
        CellColumn::Username => "username is not a text that can be read",
        CellColumn::Email => "email is not a text that can be read",
        CellColumn::FullName => "full_name is not a text that can be read",
        CellColumn::Role => "role is not a text that can be read",
        CellColumn::Attempts => "failed_login_attempts is not a whole number",
    }
}

fn mode_words(kind: FileKind, mode: u32) -> String {
    let what = match kind {
        FileKind::Database | FileKind::Side | FileKind::Backup => "the accounts and their hashes",
        FileKind::Env | FileKind::Key => "the signing key",
        FileKind::Config => return format!("its group may change what authctl does (mode {mode:04o})"),
    };
    let who = if mode & 0o007 == 0 { "its group" } else { "everybody on this machine" };
    let may = if mode & 0o022 == 0 { "read" } else { "read or write" };
    format!("{who} may {may} {what} (mode {mode:04o})")
}

fn key_words(fault: &KeyFault, place: &KeyPlace) -> String {
    let found = match fault {
        KeyFault::Missing => {
            return "no signing key where authctl looks: an app started like this signs with its built-in one, which \
                    everybody knows"
                .to_owned();
        }
        KeyFault::Empty => "it is empty: the app signs with no key at all".to_owned(),
        KeyFault::Default => "it is the app's built-in one: everybody can make tokens".to_owned(),
        KeyFault::Unusable(why) => escape(why).into_owned(),
        KeyFault::Short(bytes) => format!("{} are too few: below 32 it can be guessed", counted(*bytes as u64, "byte")),
    };
    let where_else = match place {
        KeyPlace::Environment => "; the app's environment wants the new one, too",
        KeyPlace::File(_) | KeyPlace::DotEnv => "",
    };
    format!("{found}; a new one logs everybody out{where_else}")
}

/// A number with its noun.
pub fn counted(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{s}")
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KiB", "MiB", "GiB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 10_240 && unit + 1 < UNITS.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{value} {}", UNITS[unit])
}
