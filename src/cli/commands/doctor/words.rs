//! Whom or what a finding is about, in words.
//!
//! What a newcomer would get wrong: every name and every text of the file is escaped here, since the words go to
//! people.

use crate::cli::output::escape::{escape, quote};
use crate::cli::output::personal::{MASK, Personal};
use crate::model::text;
use crate::ops::delete;
use crate::ops::doctor::{Account, Address, Fault, Finding, KeyPlace};

/// Accounts that are named for people; machines get them all.
const NAMED: usize = 5;

/// Whom or what it is about: an account, a number of them, a file, a part of the file.
pub fn subject(finding: &Finding, personal: Personal) -> String {
    match finding.accounts.as_slice() {
        [] => of_file(&finding.fault),
        [one] => name(one, &finding.fault, personal),
        several => format!("{} accounts", several.len()),
    }
}

/// The first accounts by name, where there are several.
pub fn names(finding: &Finding, personal: Personal) -> Option<String> {
    if finding.accounts.len() < 2 {
        return None;
    }
    let named: Vec<String> =
        finding.accounts.iter().take(NAMED).map(|one| name(one, &finding.fault, personal)).collect();
    let more = finding.accounts.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(", and {more} more") };
    Some(named.join(", ") + &rest)
}

fn name(account: &Account, fault: &Fault, personal: Personal) -> String {
    let username = match (&account.username, personal) {
        (None, _) => "-".into(),
        (Some(_), Personal::Hidden) => MASK.into(),
        (Some(name), Personal::Shown) => escape(name),
    };
    let name = format!("id:{} {username}", account.id);
    let is_name = matches!(
        fault,
        Fault::EmailCannotLogin(_) | Fault::ExactTwin { .. } | Fault::CaseTwin { .. } | Fault::UnicodeTwin { .. }
    );
    if is_name && personal == Personal::Hidden {
        return name;
    }
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
        Fault::AuditKey { file, .. } => file.as_deref().map_or_else(|| "audit_key_file".to_owned(), text::path),
        Fault::Triggers { names } => listed(names),
        Fault::SchemaPending { steps, .. } | Fault::MissingIndex { steps, .. } => listed(steps),
        Fault::OrphanRows(rows) => escape(&delete::column(&rows.table, &rows.columns)).into_owned(),
        Fault::EventChain(fault) => format!("event {}", fault.id),
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

/// Names of the schema, one after the other.
pub fn listed(names: &[String]) -> String {
    names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
}
