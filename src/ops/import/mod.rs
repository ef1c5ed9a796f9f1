//! Adding many accounts: every row is judged first, then passwords are hashed, then all is written in one
//! transaction.
//!
//! What a newcomer would get wrong: a row with `created_at` is an account that existed before. It is taken over as
//! it is, also where it breaks today's rules for new accounts or has no password; only what the app could not have
//! written is refused.

mod clash;
mod column;
mod hash;
mod row;
mod write;

use std::collections::BTreeSet;
use std::fmt;

use crate::model::secret::Password;
use crate::model::user::{Flag, History, StoredUser};
use crate::ops::add::IfPresent;
use crate::ops::error::{Class, Error};
use crate::ops::settings::Settings;
use crate::policy::password::is_nfc;
use crate::store::Reader;

pub use column::{Column, Kind};
pub use hash::{generate, hash, unhashed};
pub use row::UNREADABLE;
pub use write::{Ending, Outcome, Ready, write};

/// One row as it stands in the file.
pub struct Candidate {
    /// The line on which it begins, from 1.
    pub line: u64,
    cells: [Option<String>; Column::ALL.len()],
    password: Option<Password>,
}

/// A cell may hold a hash.
impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("line", &self.line).finish_non_exhaustive()
    }
}

impl Candidate {
    /// A row without cells.
    pub fn new(line: u64) -> Self {
        Self { line, cells: std::array::from_fn(|_| None), password: None }
    }

    /// Fills a cell; an empty text is not the same as no value.
    pub fn set(&mut self, column: Column, text: String) {
        if column == Column::Password {
            self.password = Some(Password::new(text));
        } else {
            self.cells[column as usize] = Some(text);
        }
    }

    /// The cell's text; never a password.
    pub fn get(&self, column: Column) -> Option<&str> {
        self.cells[column as usize].as_deref()
    }

    /// The cell's text, where it is not empty.
    fn filled(&self, column: Column) -> Option<&str> {
        self.get(column).filter(|text| !text.is_empty())
    }
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The line on which the row begins.
    pub line: u64,
    /// The column; `None`: the row as a whole.
    pub column: Option<Column>,
    /// The rule that it breaks.
    pub class: Class,
    /// What is wrong, in words; may hold text from the file, but no name.
    pub message: String,
    /// The name that it is about.
    pub about: About,
}

/// A name that belongs to a fault: apart from its words, since a run may hide names.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// None.
    Nothing,
    /// The cell, as it was given: what is wrong with it is said behind it.
    Cell(String),
    /// The account that is met: named at the end of the words.
    Account(Box<StoredUser>),
}

/// Whether passwords are made for rows that have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generate {
    /// `--generate`.
    Missing,
    /// Such rows are refused.
    Never,
}

/// Where the password of a new row comes from.
pub enum Source {
    /// The file has it in plain text: to be hashed.
    Password(Password),
    /// The file has a ready hash.
    Ready {
        /// PHC string.
        hash: String,
        /// Text of the column `salt`.
        salt: String,
    },
    /// Made here.
    Generated(Password),
    /// Nowhere: the account existed before without one.
    Missing,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password",
            Self::Ready { .. } => "Ready",
            Self::Generated(_) => "Generated",
            Self::Missing => "Missing",
        })
    }
}

/// A row that may be written.
#[derive(Debug)]
pub struct Planned {
    /// The line on which it begins.
    pub line: u64,
    /// Username.
    pub username: String,
    /// E-mail in normal form; of an account that existed before: as it was.
    pub email: String,
    /// Where its password comes from.
    pub source: Source,
    full_name: Option<String>,
    role: String,
    wanted_role: Option<String>,
    is_active: Flag,
    is_verified: Flag,
    customer_id: Option<i64>,
    history: Option<History>,
    /// What keeps it from being written like a new account, where it existed before and breaks today's rules.
    odd: Vec<String>,
}

impl Planned {
    /// Which of today's rules an account that existed before does not keep to.
    pub fn odd(&self) -> &[String] {
        &self.odd
    }

    /// Whether it has no password and none is made for it so far.
    pub fn is_without_password(&self) -> bool {
        matches!(self.source, Source::Missing)
    }

    /// Whether its password holds characters that another keyboard may type differently.
    pub fn is_typed_differently(&self) -> bool {
        self.to_hash().is_some_and(|password| !is_nfc(password.expose()))
    }

    /// The password that was made for it.
    pub fn generated(&self) -> Option<&Password> {
        match &self.source {
            Source::Generated(password) => Some(password),
            Source::Password(_) | Source::Ready { .. } | Source::Missing => None,
        }
    }

    /// Whether there is a password that is to be hashed.
    pub fn has_password_to_hash(&self) -> bool {
        self.to_hash().is_some()
    }

    /// The password that is to be hashed.
    fn to_hash(&self) -> Option<&Password> {
        match &self.source {
            Source::Password(password) | Source::Generated(password) => Some(password),
            Source::Ready { .. } | Source::Missing => None,
        }
    }
}

/// What the rows of a file come to.
#[derive(Debug)]
pub struct Plan {
    /// To be written, in the order of the file.
    pub rows: Vec<Planned>,
    /// There already, with `--if-missing`: line and account.
    pub present: Vec<(u64, StoredUser)>,
    /// Everything that is wrong, in the order of the file.
    pub faults: Vec<Fault>,
    /// How many rows are at fault.
    pub failed: usize,
    /// Which state of the file was looked at.
    pub looked_at: LookedAt,
}

/// A state of the file, to be told from a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookedAt(i64);

/// Judges all rows against the rules, each other and the accounts in the file.
///
/// `faults` are those that reading the file found already.
///
/// # Errors
/// The file's.
pub fn judge(
    reader: &Reader,
    settings: &Settings,
    candidates: Vec<Candidate>,
    mut faults: Vec<Fault>,
    if_present: IfPresent,
    generate: Generate,
) -> Result<Plan, Error> {
    let looked_at = LookedAt(reader.view().data_version()?);
    let schema = reader.schema();
    let judged: Vec<row::Judged> =
        candidates.into_iter().map(|candidate| row::judge(settings, schema, candidate)).collect();
    faults.extend(clash::within(schema, &judged));
    let mut meeting = clash::against(reader.view(), &clash::names(schema, &judged), if_present)?;
    faults.append(&mut meeting.faults);
    let present: BTreeSet<u64> = meeting.present.iter().map(|(line, _)| *line).collect();
    let mut rows = Vec::with_capacity(judged.len());
    for one in judged {
        let is_present = present.contains(&one.line);
        if one.lacks_password && !is_present && generate == Generate::Never {
            faults.push(row::no_password(one.line));
        }
        faults.extend(one.faults);
        rows.extend(one.row.filter(|_| !is_present));
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    let bad: BTreeSet<u64> = faults.iter().map(|fault| fault.line).collect();
    rows.retain(|row| !bad.contains(&row.line));
    meeting.present.retain(|(line, _)| !bad.contains(line));
    Ok(Plan { rows, present: meeting.present, failed: bad.len(), faults, looked_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::password::NewHash;
    use crate::model::user::{NewUser, RawCell, RawUser, StoredPassword, UserId};

    /// A line of a log or of a panic is read by more people than the database is.
    #[test]
    fn no_hash_and_no_salt_is_printed_for_debugging() {
        let canary = || "canary".to_owned();
        let mut candidate = Candidate::new(7);
        candidate.set(Column::PasswordHash, canary());
        candidate.set(Column::Salt, canary());
        let mut cells = [const { None }; RawUser::COLUMNS.len()];
        cells[RawUser::COLUMNS.len() - 1] = Some(RawCell::Text(canary()));
        let user = NewUser {
            username: "bob".to_owned(),
            email: "bob@example.org".to_owned(),
            full_name: None,
            role: "patient".to_owned(),
            is_active: Flag::On,
            is_verified: Flag::On,
            customer_id: None,
            password_hash: canary(),
            salt: canary(),
            history: None,
        };
        for printed in [
            format!("{candidate:?}"),
            format!("{:?}", Source::Ready { hash: canary(), salt: canary() }),
            format!("{:?}", NewHash { hash: canary(), salt: canary() }),
            format!("{:?}", StoredPassword { hash: Some(canary()), salt: Some(canary()) }),
            format!("{:?}", RawUser { id: UserId(1), cells, is_active: Flag::On, is_verified: Flag::On }),
            format!("{user:?}"),
        ] {
            assert!(!printed.contains("canary"), "{printed}");
        }
    }
}
