//! Every account with its stored hash, for a look at the whole table; and accounts that share a name.
//!
//! What a newcomer would get wrong: names are compared by SQLite, which sorts on disk what does not fit into
//! memory. A map of a million names would not.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::row;
use crate::model::user::{Field, StoredUser, UserId};
use crate::store::sqlite::order::Order;
use crate::store::sqlite::schema::{Schema, lossy};
use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: u32 = 1000;

/// An account with the two cells that a list never reads.
#[derive(Clone)]
pub struct Surveyed {
    /// The account.
    pub user: StoredUser,
    /// `password_hash` as stored.
    pub hash: Field<String>,
    /// `salt` as stored.
    pub salt: Field<String>,
}

impl std::fmt::Debug for Surveyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surveyed").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A column that names accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameColumn {
    /// `username`.
    Username,
    /// `email`.
    Email,
}

/// How alike two names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Byte for byte; any account.
    Same,
    /// But for the case of ASCII letters; active accounts alone.
    ButForCase,
}

/// One of several accounts that share a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// Row id.
    pub id: UserId,
    /// Its username.
    pub username: Option<String>,
    /// What they share, in lower case where case is not looked at.
    pub shared: String,
    /// The customer within which they share it; empty where that makes no difference.
    pub within: String,
}

impl View<'_> {
    /// The account with this id.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub(super) fn surveyed(&self, id: UserId) -> Result<Option<Surveyed>, StoreError> {
        one(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }

    /// Hands every account to `visit`, page by page, in ascending order of id.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn survey_users<E: From<StoreError>>(&self, mut visit: impl FnMut(Surveyed) -> Result<(), E>) -> Result<(), E> {
        let mut after = i64::MIN;
        loop {
            let page = page(self.conn, self.schema, after).map_err(|error| self.fail(error))?;
            let full = page.len() == PAGE as usize;
            after = page.last().map_or(after, |row| row.user.id.0);
            for row in page {
                visit(row)?;
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The accounts that share a name with another one, those that share it side by side, the oldest first.
    /// Usernames are compared within one customer, where the file has customers.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn twins(&self, column: NameColumn, likeness: Likeness) -> Result<Vec<Twin>, StoreError> {
        twins(self.conn, &twins_sql(self.schema, column, likeness)).map_err(|error| self.fail(error))
    }
}

fn one(conn: &Connection, schema: &Schema, id: UserId) -> rusqlite::Result<Option<Surveyed>> {
    let sql = row::select_with_password(schema) + " WHERE id = ?";
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    statement.query_row([id.0], |row| row::survey(row, &layout)).optional()
}

fn page(conn: &Connection, schema: &Schema, after: i64) -> rusqlite::Result<Vec<Surveyed>> {
    // The smallest id there can be is a row's as well.
    let from = if after == i64::MIN { " WHERE id >= :after" } else { " WHERE id > :after" };
    let sql = row::select_with_password(schema) + from + " ORDER BY id LIMIT :page";
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    let rows =
        statement.query_map(named_params! { ":after": after, ":page": PAGE }, |row| row::survey(row, &layout))?;
    let page = rows.collect::<rusqlite::Result<Vec<Surveyed>>>()?;
    Order::above((after > i64::MIN).then_some(after)).check(page.iter().map(|row| row.user.id.0))?;
    Ok(page)
}

/// `NULL`, 0 and the empty text are false (`app-facts`, Login and lockout).
const ACTIVE: &str = "(is_active IS NOT NULL AND is_active <> 0 AND is_active <> '')";

fn twins_sql(schema: &Schema, column: NameColumn, likeness: Likeness) -> String {
    let name = match (column, likeness) {
        (NameColumn::Username, Likeness::Same) => "username COLLATE BINARY",
        (NameColumn::Email, Likeness::Same) => "email COLLATE BINARY",
        (NameColumn::Username, Likeness::ButForCase) => "lower(username) COLLATE BINARY",
        (NameColumn::Email, Likeness::ButForCase) => "lower(email) COLLATE BINARY",
    };
    let within = match column {
        NameColumn::Username if schema.has("customer_id") => "ifnull(customer_id, '')",
        NameColumn::Username | NameColumn::Email => "''",
    };
    let among = match likeness {
        Likeness::ButForCase if schema.has("is_active") => ACTIVE,
        Likeness::ButForCase | Likeness::Same => "1",
    };
    let several = match (column, likeness) {
        (_, Likeness::Same) => "count(*) > 1",
        (NameColumn::Username, Likeness::ButForCase) => "count(DISTINCT username COLLATE BINARY) > 1",
        (NameColumn::Email, Likeness::ButForCase) => "count(DISTINCT email COLLATE BINARY) > 1",
    };
    [
        "SELECT id, username, ",
        name,
        ", CAST(",
        within,
        " AS TEXT) FROM users WHERE ",
        among,
        " AND (",
        name,
        ", ",
        within,
        ") IN (SELECT ",
        name,
        ", ",
        within,
        " FROM users WHERE ",
        among,
        " GROUP BY 1, 2 HAVING ",
        several,
        ") ORDER BY 3, ",
        within,
        ", id",
    ]
    .concat()
}

fn twins(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<Twin>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| {
        let text = |index: usize| -> rusqlite::Result<Option<String>> { Ok(lossy(row.get_ref(index)?)) };
        Ok(Twin {
            id: UserId(row.get(0)?),
            username: text(1)?,
            shared: text(2)?.unwrap_or_default(),
            within: text(3)?.unwrap_or_default(),
        })
    })?;
    rows.collect()
}
