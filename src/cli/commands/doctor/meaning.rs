//! What a finding means: what the app or the tool does because of it.
//!
//! What a newcomer would get wrong: a claim about the app ("answers 500") is one that was seen of it, and the tests
//! that run beside the reference app hold it to that.

use super::words::listed;
use crate::cli::commands::database::words::{counted, size};
use crate::cli::output::escape::{escape, quote};
use crate::cli::view::fault_words;
use crate::model::text;
use crate::ops::audit::{self, Why};
use crate::ops::doctor::{
    Address, AdminWay, AuditKeyFault, CellColumn, Closed, Fault, FileKind, KeyFault, KeyPlace, LogForm, NullColumn,
    Ownership, RoleReader, Standing, TimeColumn, Way,
};
use crate::store::NameColumn;

/// What it means, in one sentence or two.
pub fn meaning(fault: &Fault) -> String {
    match fault {
        Fault::HotJournal => "a crash left an unfinished transaction; undo it before anything else is looked at".into(),
        Fault::Damaged { complaints, .. } => format!("the file is damaged: {}", listed(complaints)),
        Fault::SchemaPending { steps, way } => format!("{}{}", pending(steps), first(*way)),
        Fault::SchemaDrift { faults, .. } => format!("authctl cannot write: {}", listed(faults)),
        Fault::MissingIndex { steps, way } => format!("{}{}", slow(steps), first(*way)),
        Fault::Triggers { .. } => {
            "triggers on users change more than a command asks for; the app has none: look at them first".into()
        }
        Fault::EventChain(fault) => chain(fault),
        Fault::OrphanRows(found) => format!(
            "{} of accounts that are gone: ids are used again, and the next account with such an id gets them",
            counted(found.rows, "row")
        ),
        Fault::StuckLock => "the app answers 500 at every login: it cannot read its own form of the lock".into(),
        Fault::HairTrigger { threshold } => format!(
            "{threshold} failed logins or more are counted and nothing is locked: one more locks, in a form that the \
             app cannot read"
        ),
        Fault::NullBreaksApp { column, .. } => null(*column).into(),
        Fault::UnreadableDate { column } => date(*column).into(),
        Fault::UnreadableCell { column, .. } => cell(*column).into(),
        Fault::UnknownRole { app, .. } => match app {
            RoleReader::Fails => "a role that is not offered: the app answers 500 when it looks at itself".into(),
            RoleReader::Shows => "a role that is not offered".into(),
        },
        Fault::EmailCannotLogin(address) => email(*address).into(),
        Fault::LegacyNoPassword => {
            "no password: no login, and five tries lock it; deactivate those who need none".into()
        }
        Fault::UnsupportedHash => "no password fits what is stored".into(),
        Fault::BcryptHash => "bcrypt: it logs in only where the app has the package bcrypt below 5.0".into(),
        Fault::OutdatedHash => "the hash is weaker than a new one; authctl login USER --rehash replaces it, too".into(),
        Fault::ExactTwin { column: NameColumn::Email } => {
            "the same e-mail: the app's login takes the first, the others never get in".into()
        }
        Fault::ExactTwin { column: NameColumn::Username } => "the same username: it names nobody".into(),
        Fault::CaseTwin { column } => format!("{} that differ in case alone; {LOOK}", names(*column)),
        Fault::UnicodeTwin { column } => format!("{} that look alike; {LOOK}", names(*column)),
        Fault::NoActiveAdmin { way, role } => no_admin(*way, role),
        Fault::UnexplainedAdmin { standing, admin, .. } => unexplained(*standing, admin),
        Fault::CustomerMissing { customer } => format!("there is no customer {customer}: authctl login refuses it"),
        Fault::CustomerClosed { customer, state } => closed(*customer, *state),
        Fault::Mode { kind, mode, .. } => rights(*kind, *mode),
        Fault::DirectoryMode { mode, .. } => {
            format!("everybody may put another database in the place of this one (mode {mode:04o})")
        }
        Fault::DatabaseOwner { owner, ownership, .. } => owned(owner, *ownership),
        Fault::SideFileOwner { database, owner, wanted, .. } => format!(
            "it belongs to {}, and '{}' to {}: the app may not be able to write",
            quote(owner),
            text::path(database),
            quote(wanted)
        ),
        Fault::Key { fault, place } => key(fault, place),
        Fault::AuditKey { fault, why, log, .. } => audit_key(*fault, why, *log),
        Fault::FreeDisk { free, wanted, .. } => {
            format!("{} free: a backup and its way back want {}", size(*free), size(*wanted))
        }
        Fault::WalMode => {
            "the file is in WAL mode, the app's own are not: copy it with authctl db backup, never with cp".into()
        }
        Fault::SqliteVersion { ours } => format!(
            "authctl has SQLite {ours}; 3.7.0 to 3.51.2 can corrupt a WAL file that two processes write: look which one \
             the app has"
        ),
    }
}

const LOOK: &str = "look at both before you take one away";

/// The columns are the app's as well, the log of events is ours alone.
fn pending(steps: &[String]) -> &'static str {
    if steps.iter().any(|step| step.starts_with("users.")) {
        "missing: the app answers 500 to every login, and authctl cannot write"
    } else {
        "missing: authctl cannot write"
    }
}

fn slow(indexes: &[String]) -> &'static str {
    if indexes.iter().any(|name| name.starts_with("index users.")) {
        "missing: look-ups and logins read the whole table"
    } else {
        "missing: whoever asks for the events of one account reads the whole log"
    }
}

fn first(way: Way) -> &'static str {
    match way {
        Way::Free => "",
        Way::Drifted => "; what schema-drift names must be out of the way first",
    }
}

fn null(column: NullColumn) -> &'static str {
    match column {
        NullColumn::Username => "username is NULL: the app answers 500 to the list of all users",
        NullColumn::Email => "email is NULL: the app answers 500 to the list of all users",
        NullColumn::Role => "role is NULL: the app answers 500 when it looks at itself",
        NullColumn::Attempts => "failed_login_attempts is NULL: the app answers 500 to a wrong password",
    }
}

fn date(column: TimeColumn) -> &'static str {
    match column {
        TimeColumn::LockedUntil => "no end of the lock can be read: the app answers 500 to its login and to every list",
        TimeColumn::LastLogin => "last_login cannot be read: the app answers 500 to its login and to every list",
        TimeColumn::CreatedAt => "created_at cannot be read: the app answers 500 to its login and to every list",
    }
}

fn cell(column: CellColumn) -> &'static str {
    match column {
        CellColumn::Username => "username is not a text that can be read",
        CellColumn::Email => "email is not a text that can be read",
        CellColumn::FullName => "full_name is not a text that can be read",
        CellColumn::Role => "role is not a text that can be read",
        CellColumn::Attempts => "failed_login_attempts is not a whole number",
    }
}

fn email(address: Address) -> &'static str {
    match address {
        Address::NotNormal => "the address is not in the form in which the app looks for it: no login finds it",
        Address::Refused => "the app refuses the address: no login, and it answers 500 to the list of all users",
    }
}

fn names(column: NameColumn) -> &'static str {
    match column {
        NameColumn::Username => "usernames",
        NameColumn::Email => "e-mails",
    }
}

fn no_admin(way: AdminWay, role: &str) -> String {
    match way {
        AdminWay::Unlock => format!("nobody can act as {}: every active one is locked", quote(role)),
        AdminWay::Activate => format!("nobody can act as {}: every one is inactive", quote(role)),
        AdminWay::Appoint => format!("nobody has the role {}", quote(role)),
    }
}

fn unexplained(standing: Standing, admin: &str) -> String {
    let what = format!("no event says who made it {}; anybody can register as one in the app", quote(admin));
    match standing {
        Standing::OneOfSeveral => format!("{what}: take the role away, and give it again to those who should have it"),
        Standing::TheOnlyOne => format!("{what}: if it is who it should be, give it the role again"),
    }
}

fn closed(customer: i64, state: Closed) -> String {
    match state {
        Closed::Inactive => format!("customer {customer} is not active: the app keeps its accounts out"),
        Closed::Unpaid => {
            format!("the subscription of customer {customer} has run out: the app keeps its accounts out")
        }
    }
}

fn rights(kind: FileKind, mode: u32) -> String {
    let what = match kind {
        FileKind::Database | FileKind::Side | FileKind::Backup => "the accounts and their hashes",
        FileKind::Env | FileKind::Key => "the signing key",
        FileKind::Config => return format!("its group may change what authctl does (mode {mode:04o})"),
    };
    let (who, theirs) = if mode & 0o007 == 0 { ("its group", 0o020) } else { ("everybody on this machine", 0o002) };
    let may = if mode & theirs == 0 { "read" } else { "read and write" };
    format!("{who} may {may} {what} (mode {mode:04o})")
}

fn owned(owner: &str, ownership: Ownership) -> String {
    let owner = quote(owner);
    match ownership {
        Ownership::NotOurs => {
            format!("it belongs to {owner}, not to you: files that SQLite makes beside it would be yours")
        }
        Ownership::RootInForeignDirectory => {
            format!("it belongs to root, and its directory to {owner}: an app that runs as that user cannot write")
        }
    }
}

fn key(fault: &KeyFault, place: &KeyPlace) -> String {
    let found = match fault {
        KeyFault::Missing => {
            return "no signing key where authctl looks: an app started like this signs with its built-in one, which \
                    everybody knows"
                .into();
        }
        KeyFault::Unreadable(why) => return escape(why).into_owned(),
        KeyFault::Unusable(why) => escape(why).into_owned(),
        KeyFault::Empty => "it is empty: everybody can make tokens".into(),
        KeyFault::Default => "it is the app's built-in one: everybody can make tokens".into(),
        KeyFault::Short(bytes) => format!("{} are too few: below 32 it can be guessed", counted(*bytes as u64, "byte")),
    };
    match place {
        KeyPlace::Environment => {
            format!("{found}; a new one logs everybody out, and the app's own environment wants it, too")
        }
        KeyPlace::File(_) | KeyPlace::DotEnv => format!("{found}; a new one logs everybody out"),
    }
}

fn audit_key(fault: AuditKeyFault, why: &str, log: LogForm) -> String {
    let way = match (fault, log) {
        (AuditKeyFault::NotConfigured, _) => {
            return "the event log is keyed, and no key is configured: authctl writes nothing; name the file of the key \
                    as audit_key_file in authctl.toml"
                .into();
        }
        (AuditKeyFault::Missing | AuditKeyFault::Weak, LogForm::Keyed | LogForm::Unknown) => {
            "; bring the key of this log back, no other will do"
        }
        (AuditKeyFault::Open(_), _) => "; make sure that nobody else has read it",
        (AuditKeyFault::Missing | AuditKeyFault::Weak | AuditKeyFault::Unreadable, _) => "",
    };
    format!("{}: authctl writes nothing{way}", escape(why))
}

/// A key that was configured only now is the harmless reason for a row without one.
fn chain(fault: &audit::Fault) -> String {
    let words = fault_words(fault);
    match fault.why {
        Why::NotKeyed => {
            format!("{words}; where the key was configured only now, the next write begins the keyed part")
        }
        Why::Altered(_)
        | Why::OtherKey
        | Why::MissingBefore(..)
        | Why::Inserted
        | Why::Moved(_)
        | Why::Replaced(_)
        | Why::Back(_)
        | Why::Cut(_)
        | Why::NotTheHead => words,
    }
}
