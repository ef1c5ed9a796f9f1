//! Accounts whose name begins with what has been typed so far, found through the indexes.
//!
//! What a newcomer would get wrong: a shell inserts what all candidates have in common. Where a bound cuts them, the
//! last one belongs to them too, or the shell would insert more than is certain.

use rusqlite::{Connection, named_params};

use crate::model::user::UserId;
use crate::store::sqlite::{StoreError, View};

/// The names of an account, where they are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Row id.
    pub id: UserId,
    /// Username.
    pub username: Option<String>,
    /// E-mail.
    pub email: Option<String>,
}

/// Greater than every character that may follow a prefix.
const LAST_CHARACTER: char = char::MAX;

impl View<'_> {
    /// Accounts whose username begins with exactly this text: the first ones in order of username, at most `most`, and
    /// then the last one.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn usernames_beginning(&self, prefix: &str, most: usize) -> Result<Vec<Named>, StoreError> {
        const FIRST: &str = "SELECT id, username, email FROM users
              WHERE username >= :low AND username < :above ORDER BY username LIMIT :most";
        const LAST: &str = "SELECT id, username, email FROM users
              WHERE username >= :low AND username < :above ORDER BY username DESC LIMIT :most";
        self.beginning([FIRST, LAST], prefix, most, |named| named.username.as_deref())
    }

    /// The same of e-mails.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn emails_beginning(&self, prefix: &str, most: usize) -> Result<Vec<Named>, StoreError> {
        const FIRST: &str = "SELECT id, username, email FROM users
              WHERE email >= :low AND email < :above ORDER BY email LIMIT :most";
        const LAST: &str = "SELECT id, username, email FROM users
              WHERE email >= :low AND email < :above ORDER BY email DESC LIMIT :most";
        self.beginning([FIRST, LAST], prefix, most, |named| named.email.as_deref())
    }

    /// Accounts with an id from `low` to `high`, the first ones in order, at most `most`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn ids_between(&self, low: i64, high: i64, most: usize) -> Result<Vec<Named>, StoreError> {
        between(self.conn, low, high, most).map_err(|error| self.fail(error))
    }

    fn beginning(
        &self,
        [first, last]: [&'static str; 2],
        prefix: &str,
        most: usize,
        name: impl Fn(&Named) -> Option<&str>,
    ) -> Result<Vec<Named>, StoreError> {
        let fail = |error| self.fail(error);
        let mut found = from_index(self.conn, first, prefix, most).map_err(fail)?;
        if found.len() == most {
            let mut last = from_index(self.conn, last, prefix, 1).map_err(fail)?;
            last.retain(|last| found.iter().all(|known| known.id != last.id));
            found.append(&mut last);
        }
        // An index without regard to case finds more.
        found.retain(|named| name(named).is_some_and(|name| name.starts_with(prefix)));
        Ok(found)
    }
}

fn from_index(conn: &Connection, sql: &'static str, prefix: &str, most: usize) -> rusqlite::Result<Vec<Named>> {
    let mut statement = conn.prepare_cached(sql)?;
    let above = format!("{prefix}{LAST_CHARACTER}");
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = named_params! { ":low": prefix, ":above": above, ":most": most };
    let rows = statement.query_map(values, named)?;
    rows.collect()
}

fn between(conn: &Connection, low: i64, high: i64, most: usize) -> rusqlite::Result<Vec<Named>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, username, email FROM users WHERE id BETWEEN :low AND :high ORDER BY id LIMIT :most",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = statement.query_map(named_params! { ":low": low, ":high": high, ":most": most }, named)?;
    rows.collect()
}

fn named(row: &rusqlite::Row<'_>) -> rusqlite::Result<Named> {
    let text = |at: usize| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str().ok().map(str::to_owned));
    Ok(Named { id: UserId(row.get(0)?), username: text(1)?, email: text(2)? })
}
