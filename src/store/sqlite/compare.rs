//! What one file of the app holds that another does not: accounts, events, rows of other tables.
//!
//! What a newcomer would get wrong: ids of accounts are used again, so the same id under another username and
//! another e-mail is another account.

use std::cmp::Ordering;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, Rows, Statement, named_params};

use super::copy::{Counts, counts, identifier};
use super::{Reader, StoreError};

/// Names that are kept of each kind, for people.
const NAMES_KEPT: usize = 5;

/// What putting a backup in the place of the present file changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loss {
    /// Accounts that the backup does not have.
    pub gone: Accounts,
    /// Accounts that read otherwise in the backup.
    pub changed: Accounts,
    /// Accounts that only the backup has.
    pub back: Accounts,
    /// Events that the backup does not have.
    pub events: Events,
    /// Columns of `users` that the backup does not have.
    pub columns: Vec<String>,
    /// Other tables with another number of rows: now, and in the backup; `None`: no such table.
    pub tables: Vec<(String, Option<i64>, Option<i64>)>,
}

/// Some accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// How many.
    pub count: u64,
    /// The usernames of the first of them, as stored.
    pub first: Vec<String>,
}

/// Some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// How many.
    pub count: u64,
    /// Time of the first of them, as stored.
    pub from: Option<String>,
    /// Time of the last of them, as stored.
    pub to: Option<String>,
}

impl Accounts {
    fn add(&mut self, account: &Account) {
        self.count += 1;
        if self.first.len() < NAMES_KEPT {
            self.first.push(account.name());
        }
    }
}

impl Loss {
    /// Compares the present file with a backup.
    ///
    /// # Errors
    /// Where either cannot be read.
    pub(super) fn of(present: &Reader, backup: &Reader) -> Result<Self, StoreError> {
        let read = || -> rusqlite::Result<Self> {
            let mut loss = Self::default();
            let columns = present.schema.column_names();
            let (common, lost) = columns.into_iter().partition::<Vec<_>, _>(|name| backup.schema.has(name));
            loss.columns = lost;
            accounts(&mut loss, &present.conn, &backup.conn, &select(&common))?;
            if present.schema.has_events() {
                loss.events = events(&present.conn, backup.schema.has_events().then_some(&backup.conn))?;
            }
            loss.tables = tables(&counts(&present.conn)?, &counts(&backup.conn)?);
            Ok(loss)
        };
        read().map_err(|error| present.fail(error))
    }
}

/// id, username and e-mail first, then every column that both have.
fn select(columns: &[String]) -> String {
    let mut sql = String::from("SELECT id, username, email");
    for name in columns {
        sql.push_str(", ");
        sql.push_str(&identifier(name));
    }
    sql.push_str(" FROM users ORDER BY id");
    sql
}

/// One account, each cell with its storage class.
struct Account {
    id: i64,
    cells: Vec<(u8, Vec<u8>)>,
}

/// Where username and e-mail stand among the cells.
const USERNAME: usize = 0;
const EMAIL: usize = 1;

impl Account {
    fn read(row: &Row<'_>, columns: usize) -> rusqlite::Result<Self> {
        let cells = (1..columns).map(|index| row.get_ref(index).map(cell)).collect::<rusqlite::Result<_>>()?;
        Ok(Self { id: row.get(0)?, cells })
    }

    fn name(&self) -> String {
        self.cells.get(USERNAME).map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    /// The same person, as far as a row can tell.
    fn same_as(&self, other: &Self) -> bool {
        let same = |index| self.cells.get(index) == other.cells.get(index);
        same(USERNAME) || same(EMAIL)
    }
}

/// The cell's storage class and its bytes.
pub(super) fn cell(value: ValueRef<'_>) -> (u8, Vec<u8>) {
    match value {
        ValueRef::Null => (0, Vec::new()),
        ValueRef::Integer(number) => (1, number.to_be_bytes().to_vec()),
        ValueRef::Real(number) => (2, number.to_bits().to_be_bytes().to_vec()),
        ValueRef::Text(bytes) => (3, bytes.to_vec()),
        ValueRef::Blob(bytes) => (4, bytes.to_vec()),
    }
}

/// Walks through the accounts of one file in the order of their ids.
struct Walk<'a> {
    rows: Rows<'a>,
    columns: usize,
}

impl<'a> Walk<'a> {
    fn begin(statement: &'a mut Statement<'_>) -> rusqlite::Result<Self> {
        let columns = statement.column_count();
        Ok(Self { rows: statement.query([])?, columns })
    }

    fn next(&mut self) -> rusqlite::Result<Option<Account>> {
        let columns = self.columns;
        self.rows.next()?.map(|row| Account::read(row, columns)).transpose()
    }
}

fn accounts(loss: &mut Loss, present: &Connection, backup: &Connection, sql: &str) -> rusqlite::Result<()> {
    let (mut now, mut then) = (present.prepare(sql)?, backup.prepare(sql)?);
    let (mut now, mut then) = (Walk::begin(&mut now)?, Walk::begin(&mut then)?);
    let (mut left, mut right) = (now.next()?, then.next()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(left), Some(right)) => left.id.cmp(&right.id),
        };
        match (order, &left, &right) {
            (Ordering::Equal, Some(one), Some(other)) if one.same_as(other) => {
                if one.cells != other.cells {
                    loss.changed.add(one);
                }
            }
            (_, one, other) => {
                if let Some(one) = one.as_ref().filter(|_| order != Ordering::Greater) {
                    loss.gone.add(one);
                }
                if let Some(other) = other.as_ref().filter(|_| order != Ordering::Less) {
                    loss.back.add(other);
                }
            }
        }
        if order != Ordering::Greater {
            left = now.next()?;
        }
        if order != Ordering::Less {
            right = then.next()?;
        }
    }
}

/// The events of the present file whose id and hash the backup does not have.
fn events(present: &Connection, backup: Option<&Connection>) -> rusqlite::Result<Events> {
    let mut lost = Events::default();
    let mut now = present.prepare("SELECT id, hash, at FROM security_events ORDER BY id")?;
    let mut then = backup
        .map(|backup| backup.prepare("SELECT 1 FROM security_events WHERE id = :id AND hash = :hash"))
        .transpose()?;
    let mut rows = now.query([])?;
    while let Some(row) = rows.next()? {
        let known = match &mut then {
            None => false,
            Some(then) => then.exists(named_params! {
                ":id": ToSqlOutput::Borrowed(row.get_ref(0)?), ":hash": ToSqlOutput::Borrowed(row.get_ref(1)?),
            })?,
        };
        if !known {
            let at = String::from_utf8_lossy(&cell(row.get_ref(2)?).1).into_owned();
            lost.count += 1;
            lost.from.get_or_insert_with(|| at.clone());
            lost.to = Some(at);
        }
    }
    Ok(lost)
}

/// Tables of neither the accounts nor the log nor SQLite itself, where their numbers of rows differ.
fn tables(now: &Counts, then: &Counts) -> Vec<(String, Option<i64>, Option<i64>)> {
    let find = |counts: &Counts, name: &str| {
        counts.iter().find(|(table, _)| table.eq_ignore_ascii_case(name)).map(|(_, rows)| *rows)
    };
    let told_elsewhere = |name: &str| ["users", "security_events"].iter().any(|ours| ours.eq_ignore_ascii_case(name));
    let mut names: Vec<&String> = now.iter().chain(then).map(|(name, _)| name).collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    names
        .into_iter()
        .filter(|name| !name.starts_with("sqlite_") && !told_elsewhere(name))
        .map(|name| (name.clone(), find(now, name), find(then, name)))
        .filter(|(_, now, then)| now != then)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_accounts_the_first_names_are_kept_and_all_are_counted() {
        let mut accounts = Accounts::default();
        for _ in 0..2 * NAMES_KEPT {
            accounts.add(&Account { id: 1, cells: vec![(3, b"bob".to_vec())] });
        }
        assert_eq!((accounts.count, accounts.first), (2 * NAMES_KEPT as u64, vec!["bob".to_owned(); NAMES_KEPT]));
    }

    #[test]
    fn whoever_has_the_old_name_or_the_old_address_is_the_same_person() {
        let account = |username: &str, email: &str| Account {
            id: 1,
            cells: [username, email, "patient"].map(|text| (3, text.as_bytes().to_vec())).to_vec(),
        };
        let bob = account("bob", "bob@example.org");
        assert!(bob.same_as(&account("robert", "bob@example.org")) && bob.same_as(&account("bob", "new@example.org")));
        assert!(
            !bob.same_as(&account("robert", "new@example.org")) && !bob.same_as(&account("bob@example.org", "bob"))
        );
    }

    #[test]
    fn of_other_tables_those_are_told_that_hold_another_number_of_rows() {
        let counts =
            |rows: &[(&str, i64)]| rows.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect::<Counts>();
        let now = counts(&[
            ("users", 3),
            ("security_events", 2),
            ("sqlite_sequence", 1),
            ("items", 2),
            ("gone", 1),
            ("same", 4),
        ]);
        let then = counts(&[
            ("users", 4),
            ("security_events", 1),
            ("sqlite_sequence", 2),
            ("items", 3),
            ("same", 4),
            ("back", 0),
        ]);
        let told = [("back", None, Some(0)), ("gone", Some(1), None), ("items", Some(2), Some(3))];
        assert_eq!(tables(&now, &then), told.map(|(name, now, then)| (name.to_owned(), now, then)));
        // SQLite ignores the case of a name.
        let now = counts(&[("Users", 3), ("SECURITY_EVENTS", 2), ("Items", 2), ("Same", 4)]);
        let then = counts(&[("users", 4), ("Security_Events", 1), ("items", 3), ("same", 4)]);
        assert_eq!(tables(&now, &then), [("Items".to_owned(), Some(2), Some(3))]);
    }
}
