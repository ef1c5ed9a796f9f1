//! The command that mends a finding, ready to be pasted into a shell.
//!
//! What a newcomer would get wrong: names come from the database, so none of them goes into a command unless it is
//! plain; an account is `id:57` otherwise. Words in capitals (`ADDRESS`) are what only the operator knows.

use std::path::{Path, PathBuf};

use super::sql;
use crate::cli::context::Context;
use crate::cli::message::{is_plain, shell, shell_text};
use crate::cli::output::personal::Personal;
use crate::cli::remedy::place;
use crate::ops::doctor::{
    Account, Address, AdminWay, AuditKeyFault, CellColumn, Fault, Finding, KeyFault, KeyPlace, LogForm, NullColumn,
    Ownership, Report, Share, Standing, TimeColumn, Usernames, Way,
};
use crate::store::NameColumn;

/// Accounts that one command names; those beyond are there at the next look.
const MOST_NAMED: usize = 50;

/// Makes the command for one account, from it and the word that names it.
type CommandOf<'a> = Box<dyn Fn(&Account, &str) -> String + 'a>;

/// What mends a finding.
enum Remedy<'a> {
    /// No command does.
    Nothing,
    /// One command, whoever it is about.
    Once(String),
    /// A verb that takes all accounts.
    Several(&'static str),
    /// A command for each account, from the account and its name.
    Each(CommandOf<'a>),
}

/// How commands are typed on this file.
pub struct Typed {
    /// ` --database …` and ` --config …`, as they were given.
    options: String,
    /// The database, absolute.
    database: PathBuf,
    /// Whether the report hides names.
    pub personal: Personal,
}

/// How accounts are named in commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By username where that is plain.
    Names,
    /// By id: usernames are not unique in this file, or hidden.
    Ids,
}

impl Naming {
    /// What fits the file.
    pub fn of(report: &Report, personal: Personal) -> Self {
        match (report.usernames, personal) {
            (Usernames::Unique, Personal::Shown) => Self::Names,
            (Usernames::Shared, _) | (_, Personal::Hidden) => Self::Ids,
        }
    }

    fn word(self, account: &Account) -> String {
        match &account.username {
            Some(name) if self == Self::Names && is_plain(name) => name.to_string(),
            Some(_) | None => format!("id:{}", account.id),
        }
    }
}

impl Typed {
    /// What was named on this command line is named again.
    ///
    /// # Errors
    /// Usage.
    pub fn new(context: &Context<'_>) -> anyhow::Result<Self> {
        let located = context.locate()?;
        let options = place(context.global);
        Ok(Self { options, database: located.path, personal: context.style.personal() })
    }

    /// A command of ours on this file.
    pub fn authctl(&self, rest: &str) -> String {
        format!("authctl {rest}{}", self.options)
    }

    fn sqlite(&self, sql: &str) -> String {
        format!("sqlite3 {} {}", shell(&self.database), shell_text(sql))
    }

    /// The command for the whole finding, where one does it; else the first account's.
    pub fn whole(&self, finding: &Finding, naming: Naming) -> Option<String> {
        let mended = || finding.accounts.iter().filter(|account| account.share == Share::Mended);
        match self.remedy(&finding.fault) {
            Remedy::Nothing => None,
            Remedy::Once(command) => Some(command),
            Remedy::Several(verb) => {
                let accounts = mended().take(MOST_NAMED);
                let words = accounts.fold(verb.to_owned(), |line, account| format!("{line} {}", naming.word(account)));
                Some(self.authctl(&words))
            }
            Remedy::Each(command) => mended().next().map(|account| command(account, &naming.word(account))),
        }
    }

    /// The command for one of the accounts of a finding.
    pub fn each(&self, fault: &Fault, account: &Account, naming: Naming) -> Option<String> {
        if account.share == Share::Keeps {
            return None;
        }
        match self.remedy(fault) {
            Remedy::Nothing => None,
            Remedy::Once(command) => Some(command),
            Remedy::Several(verb) => Some(self.authctl(&format!("{verb} {}", naming.word(account)))),
            Remedy::Each(command) => Some(command(account, &naming.word(account))),
        }
    }

    /// Whether the finding's command mends all of its accounts.
    pub fn mends_all(&self, finding: &Finding) -> bool {
        let mended = finding.accounts.iter().filter(|account| account.share == Share::Mended).count();
        match self.remedy(&finding.fault) {
            Remedy::Nothing | Remedy::Once(_) => true,
            Remedy::Several(_) => mended <= MOST_NAMED,
            Remedy::Each(_) => mended <= 1,
        }
    }

    fn remedy<'a>(&'a self, fault: &'a Fault) -> Remedy<'a> {
        match fault {
            Fault::StuckLock => Remedy::Once(self.authctl("unlock --expired")),
            Fault::HairTrigger { .. } => Remedy::Several("unlock"),
            Fault::CaseTwin { .. } | Fault::UnicodeTwin { .. } => Remedy::Several("user deactivate"),
            Fault::LegacyNoPassword | Fault::UnsupportedHash | Fault::BcryptHash | Fault::OutdatedHash => {
                Remedy::Each(Box::new(|_, who| self.authctl(&format!("user passwd {who} --generate"))))
            }
            Fault::NullBreaksApp { column, instead } => self.null(*column, instead),
            Fault::UnreadableCell { column, instead } => self.cell(*column, instead),
            Fault::UnreadableDate { column } => self.date(*column),
            Fault::UnknownRole { instead, .. } => self.role(instead),
            Fault::EmailCannotLogin(address) => self.address(*address),
            Fault::ExactTwin { column: NameColumn::Email } => self.edit("email", "ADDRESS"),
            Fault::ExactTwin { column: NameColumn::Username } => self.edit("username", "NAME"),
            Fault::CustomerMissing { .. } => self.edit("customer", "ID"),
            Fault::NoActiveAdmin { way, role } => self.no_admin(*way, role),
            Fault::UnexplainedAdmin { standing, admin, instead } => self.unexplained(*standing, admin, instead),
            Fault::HotJournal => Remedy::Once(self.authctl("user list --count")),
            Fault::Damaged { backup, .. } => Remedy::Once(self.damaged(backup.as_deref())),
            Fault::SchemaPending { way, .. } | Fault::MissingIndex { way, .. } => Remedy::Once(self.migrate(*way)),
            Fault::SchemaDrift { triggers, .. } if triggers.is_empty() => Remedy::Once(self.migrate(Way::Drifted)),
            Fault::SchemaDrift { triggers: names, .. } => Remedy::Once(self.sqlite(&sql::drop_triggers(names))),
            Fault::EventChain(_) => Remedy::Once(self.authctl("audit verify")),
            Fault::Triggers { names } => Remedy::Once(self.sqlite(&sql::drop_triggers(names))),
            Fault::OrphanRows(rows) => {
                sql::orphans(rows).map_or(Remedy::Nothing, |sql| Remedy::Once(self.sqlite(&sql)))
            }
            Fault::Key { fault, place } => self.key(fault, place),
            Fault::AuditKey { fault, file, log, .. } => Remedy::Once(self.audit_key(*fault, file.as_deref(), *log)),
            Fault::Mode { path, wanted, .. } => Remedy::Once(format!("chmod {wanted:o} {}", shell(path))),
            Fault::DirectoryMode { path, .. } => Remedy::Once(format!("chmod o-w {}", shell(path))),
            Fault::DatabaseOwner { path, owner, ownership } => Remedy::Once(owned(path, owner, *ownership)),
            Fault::SideFileOwner { path, wanted, .. } => Remedy::Once(chown(wanted, path)),
            Fault::FreeDisk { directory, .. } => Remedy::Once(format!("df -h {}", shell(directory))),
            Fault::SqliteVersion { .. } => Remedy::Once(APP_VERSION.to_owned()),
            Fault::WalMode | Fault::CustomerClosed { .. } => Remedy::Nothing,
        }
    }

    /// Where something stands in the way `migrate` would only refuse.
    fn migrate(&self, way: Way) -> String {
        self.authctl(match way {
            Way::Free => "migrate",
            Way::Drifted => "migrate status",
        })
    }

    fn damaged(&self, backup: Option<&Path>) -> String {
        match backup {
            Some(backup) => self.authctl(&format!("db restore {}", shell(backup))),
            None => self.authctl("db check"),
        }
    }

    fn null<'a>(&'a self, column: NullColumn, role: &'a str) -> Remedy<'a> {
        match column {
            NullColumn::Attempts => Remedy::Several("unlock"),
            NullColumn::Role => self.role(role),
            NullColumn::Username => self.edit("username", "NAME"),
            NullColumn::Email => self.edit("email", "ADDRESS"),
        }
    }

    fn cell<'a>(&'a self, column: CellColumn, role: &'a str) -> Remedy<'a> {
        match column {
            CellColumn::Attempts => Remedy::Several("unlock"),
            CellColumn::Role => self.role(role),
            CellColumn::Username => self.edit("username", "NAME"),
            CellColumn::Email => self.edit("email", "ADDRESS"),
            CellColumn::FullName => self.edit("full-name", "NAME"),
        }
    }

    fn date(&self, column: TimeColumn) -> Remedy<'_> {
        match column {
            TimeColumn::LockedUntil => Remedy::Several("unlock"),
            // A time that nobody can read is forgotten; the other column must hold some time.
            TimeColumn::LastLogin => self.set("last_login = NULL"),
            TimeColumn::CreatedAt => self.set("created_at = CURRENT_TIMESTAMP"),
        }
    }

    fn address(&self, address: Address) -> Remedy<'_> {
        match address {
            Address::Refused => self.edit("email", "ADDRESS"),
            Address::NotNormal => Remedy::Each(Box::new(|account, who| {
                let shown = account.detail.as_deref().filter(|_| self.personal == Personal::Shown);
                let address = shown.unwrap_or("ADDRESS");
                self.authctl(&format!("user edit {who} --email {}", shell_text(address)))
            })),
        }
    }

    fn edit<'a>(&'a self, option: &'static str, value: &'static str) -> Remedy<'a> {
        Remedy::Each(Box::new(move |_, who| self.authctl(&format!("user edit {who} --{option} {value}"))))
    }

    fn role<'a>(&'a self, role: &'a str) -> Remedy<'a> {
        Remedy::Each(Box::new(move |_, who| self.authctl(&format!("set-role {who} {}", shell_text(role)))))
    }

    fn set<'a>(&'a self, assignment: &'static str) -> Remedy<'a> {
        Remedy::Each(Box::new(move |account, _| {
            self.sqlite(&format!("UPDATE users SET {assignment} WHERE id = {}", account.id))
        }))
    }

    fn no_admin<'a>(&'a self, way: AdminWay, role: &str) -> Remedy<'a> {
        match way {
            AdminWay::Unlock => Remedy::Several("unlock"),
            AdminWay::Activate => Remedy::Several("unlock --reactivate"),
            AdminWay::Appoint => Remedy::Once(self.authctl(&format!("set-role USER {}", shell_text(role)))),
        }
    }

    /// The only admin gets its role a second time: then an event says who decided that.
    fn unexplained<'a>(&'a self, standing: Standing, admin: &'a str, instead: &'a str) -> Remedy<'a> {
        match standing {
            Standing::OneOfSeveral => self.role(instead),
            Standing::TheOnlyOne => Remedy::Each(Box::new(move |_, who| {
                let down = self.authctl(&format!("set-role {who} {} --force", shell_text(instead)));
                let up = self.authctl(&format!("set-role {who} {}", shell_text(admin)));
                format!("{down} && {up}")
            })),
        }
    }

    fn key(&self, fault: &KeyFault, place: &KeyPlace) -> Remedy<'_> {
        // What stands in the file is replaced only with --force; an empty key is none.
        let write = self.authctl("secret generate --write");
        let replace = self.authctl("secret generate --write --force");
        match (fault, place) {
            // Its file has a finding of its own, or is another than was meant.
            (KeyFault::Unreadable(_), _) => Remedy::Nothing,
            (_, KeyPlace::File(path)) => {
                Remedy::Once(format!("(umask 077; {} >{})", self.authctl("secret generate"), shell(path)))
            }
            (_, KeyPlace::Environment) => Remedy::Once(format!("unset SECRET_KEY; {write}")),
            (KeyFault::Missing | KeyFault::Empty, KeyPlace::DotEnv) => Remedy::Once(write),
            (KeyFault::Default | KeyFault::Unusable(_) | KeyFault::Short(_), KeyPlace::DotEnv) => Remedy::Once(replace),
        }
    }

    /// A new key does only for a log without keyed rows; an old one must be brought back to where it is looked for.
    fn audit_key(&self, fault: AuditKeyFault, file: Option<&Path>, log: LogForm) -> String {
        match (fault, file, log) {
            (AuditKeyFault::Open(mode), Some(file), _) => format!("chmod {mode:o} {}", shell(file)),
            (AuditKeyFault::Missing | AuditKeyFault::Weak, Some(file), LogForm::Plain) => {
                format!("(umask 077; {} >{})", self.authctl("secret generate"), shell(file))
            }
            (AuditKeyFault::Unreadable, Some(file), _) => format!("ls -lL {}", shell(file)),
            (_, _, LogForm::Keyed | LogForm::Plain | LogForm::Unknown) => self.authctl("config show"),
        }
    }
}

/// Which SQLite the app's Python has.
const APP_VERSION: &str = "python3 -c 'import sqlite3; print(sqlite3.sqlite_version)'";

fn owned(path: &Path, owner: &str, ownership: Ownership) -> String {
    match ownership {
        Ownership::NotOurs => format!("sudo -u {} authctl doctor --database {}", shell_text(owner), shell(path)),
        Ownership::RootInForeignDirectory => chown(owner, path),
    }
}

fn chown(owner: &str, path: &Path) -> String {
    format!("chown {} {}", shell_text(owner), shell(path))
}
