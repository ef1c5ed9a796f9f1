//! Look-ups and pages of accounts.
//!
//! What a newcomer would get wrong: a list must not keep a statement open while its reader is slow; in a
//! rollback-journal file that would keep the app from writing. Lists are read in pages.

use rusqlite::{Connection, OptionalExtension, ToSql, named_params};

use super::row;
use crate::model::user::{Customer, CustomerState, StoredPassword, StoredUser, UserId};
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: usize = 1000; // the LIMIT of `page`

/// The most candidates that an ambiguous name lists.
const CANDIDATES: usize = 20;

/// Which rows a list starts from; what needs the judge of state is left to the caller.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Exactly this role.
    pub role: Option<String>,
    /// Only rows with a non-NULL `locked_until`.
    pub with_lock: LockFilter,
    /// Only rows without a password.
    pub password: PasswordFilter,
    /// Only ids above this one.
    pub after: Option<i64>,
}

/// Whether only rows with a lock are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockFilter {
    /// All rows.
    #[default]
    Any,
    /// `locked_until` is not NULL.
    Set,
}

/// Whether only rows without a password are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordFilter {
    /// All rows.
    #[default]
    Any,
    /// `password_hash` is empty, NULL or not there yet.
    Missing,
}

/// Order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which end first.
    pub order: SortOrder,
}

/// What a list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// Row id.
    Id,
    /// Username.
    Username,
    /// E-mail.
    Email,
    /// Role.
    Role,
    /// Creation.
    CreatedAt,
    /// Last login.
    LastLogin,
    /// Failed logins.
    FailedLoginAttempts,
    /// End of the lock.
    LockedUntil,
}

impl SortKey {
    /// All keys, as `--sort` offers them.
    pub const ALL: [Self; 8] = [
        Self::Id,
        Self::Username,
        Self::Email,
        Self::Role,
        Self::CreatedAt,
        Self::LastLogin,
        Self::FailedLoginAttempts,
        Self::LockedUntil,
    ];

    /// The column's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Email => "email",
            Self::Role => "role",
            Self::CreatedAt => "created_at",
            Self::LastLogin => "last_login",
            Self::FailedLoginAttempts => "failed_login_attempts",
            Self::LockedUntil => "locked_until",
        }
    }
}

/// Which end of a list comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// How a name was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A username.
    Username,
    /// An e-mail.
    Email,
    /// Either.
    Either,
}

impl View<'_> {
    /// The account with this id.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn user(&self, id: UserId) -> Result<Option<StoredUser>, StoreError> {
        user(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }

    /// Accounts whose username or e-mail is exactly this text, byte for byte.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn users_named(&self, kind: NameKind, text: &str) -> Result<Vec<StoredUser>, StoreError> {
        named(self.conn, self.schema, kind, text).map_err(|error| self.fail(error))
    }

    /// Accounts whose username or e-mail differs from this text at most by case. Reads the whole table.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn users_named_case_blind(&self, kind: NameKind, text: &str) -> Result<Vec<StoredUser>, StoreError> {
        case_blind(self.conn, self.schema, kind, text).map_err(|error| self.fail(error))
    }

    /// Hash and salt of an account.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn password(&self, id: UserId) -> Result<Option<StoredPassword>, StoreError> {
        password(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }

    /// What the customer's row says, and until when it is paid.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn customer(&self, id: i64) -> Result<Option<Customer>, StoreError> {
        customer(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }

    /// SQLite's counter of changes by other connections.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        data_version(self.conn).map_err(|error| self.fail(error))
    }

    /// Hands every row of the filter to `visit`, page by page, in ascending order of id; stops when `visit`
    /// returns `Break`.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_user<E: From<StoreError>>(
        &self,
        filter: &Filter,
        mut visit: impl FnMut(StoredUser) -> Result<std::ops::ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut after = filter.after;
        loop {
            let page = page(self.conn, self.schema, filter, after).map_err(|error| self.fail(error))?;
            let full = page.len() == PAGE;
            after = page.last().map(|user| user.id.0).or(after);
            for user in page {
                if visit(user)?.is_break() {
                    return Ok(());
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// The same in another order: the ids are sorted first (8 bytes each), then the rows are read in pages.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_user_sorted<E: From<StoreError>>(
        &self,
        filter: &Filter,
        sort: Sort,
        mut visit: impl FnMut(StoredUser) -> Result<std::ops::ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let ids = sorted_ids(self.conn, self.schema, filter, sort).map_err(|error| self.fail(error))?;
        for id in ids {
            let Some(user) = self.user(id)? else { continue };
            if visit(user)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The first account with this role for which `wanted` holds.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn find_with_role(
        &self,
        role: &str,
        wanted: impl FnMut(&StoredUser) -> bool,
    ) -> Result<Option<StoredUser>, StoreError> {
        find_with_role(self.conn, self.schema, role, wanted).map_err(|error| self.fail(error))
    }

    /// All accounts with a non-NULL `locked_until`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn users_with_lock(&self) -> Result<Vec<StoredUser>, StoreError> {
        with_lock(self.conn, self.schema).map_err(|error| self.fail(error))
    }
}

fn user(conn: &Connection, schema: &Schema, id: UserId) -> rusqlite::Result<Option<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE id = :id");
    let mut statement = conn.prepare_cached(&sql)?;
    statement.query_row(named_params! { ":id": id.0 }, |row| row::convert(row, schema)).optional()
}

fn named(conn: &Connection, schema: &Schema, kind: NameKind, text: &str) -> rusqlite::Result<Vec<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(match kind {
        NameKind::Username => " WHERE username = :text COLLATE BINARY",
        NameKind::Email => " WHERE email = :text COLLATE BINARY",
        NameKind::Either => " WHERE username = :text COLLATE BINARY OR email = :text COLLATE BINARY",
    });
    sql.push_str(" ORDER BY id LIMIT 20");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(named_params! { ":text": text }, |row| row::convert(row, schema))?;
    rows.collect()
}

fn case_blind(conn: &Connection, schema: &Schema, kind: NameKind, text: &str) -> rusqlite::Result<Vec<StoredUser>> {
    let lowered = text.to_lowercase();
    let mut statement = conn.prepare_cached("SELECT id, username, email FROM users")?;
    let mut rows = statement.query([])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let matches = |index: usize| -> rusqlite::Result<bool> {
            Ok(row.get_ref(index)?.as_str().is_ok_and(|cell| same_but_case(cell, text, &lowered)))
        };
        let hit = match kind {
            NameKind::Username => matches(1)?,
            NameKind::Email => matches(2)?,
            NameKind::Either => matches(1)? || matches(2)?,
        };
        if hit {
            ids.push(UserId(row.get(0)?));
        }
        if ids.len() == CANDIDATES {
            break;
        }
    }
    let users = ids.into_iter().map(|id| user(conn, schema, id));
    users.filter_map(Result::transpose).collect()
}

fn same_but_case(cell: &str, text: &str, lowered: &str) -> bool {
    if cell.is_ascii() && text.is_ascii() { cell.eq_ignore_ascii_case(text) } else { cell.to_lowercase() == lowered }
}

fn password(conn: &Connection, schema: &Schema, id: UserId) -> rusqlite::Result<Option<StoredPassword>> {
    if !(schema.has("password_hash") && schema.has("salt")) {
        return Ok(None);
    }
    let mut statement = conn.prepare_cached("SELECT password_hash, salt FROM users WHERE id = :id")?;
    statement.query_row(named_params! { ":id": id.0 }, row::password).optional()
}

fn customer(conn: &Connection, schema: &Schema, id: i64) -> rusqlite::Result<Option<Customer>> {
    if !schema.has_customers() {
        return Ok(None);
    }
    let mut statement =
        conn.prepare_cached("SELECT is_active, subscription_expires_at FROM customers WHERE id = :id")?;
    let found = statement.query_row(named_params! { ":id": id }, row::customer).optional()?;
    Ok(Some(found.unwrap_or(Customer { state: CustomerState::Missing, paid_until: None })))
}

pub(in crate::store::sqlite) fn data_version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA data_version", [], |row| row.get(0))
}

/// A statement under construction: constant parts and the values that they name.
struct Query<'a> {
    sql: String,
    values: Vec<(&'static str, &'a dyn ToSql)>,
}

impl<'a> Query<'a> {
    /// `start … WHERE id > :after` and the filter's other conditions; a condition on a column that the file
    /// lacks holds for the column's default in the app (no lock, no password) or for no row (role).
    fn filtered(start: String, schema: &Schema, filter: &'a Filter, after: &'a i64) -> Self {
        let mut query = Self { sql: start, values: vec![(":after", after)] };
        query.sql.push_str(" WHERE id > :after");
        if let Some(role) = &filter.role {
            if schema.has("role") {
                query.sql.push_str(" AND role = :role COLLATE BINARY");
                query.values.push((":role", role));
            } else {
                query.sql.push_str(" AND 0");
            }
        }
        match (filter.with_lock, schema.has("locked_until")) {
            (LockFilter::Any, _) => {}
            (LockFilter::Set, true) => query.sql.push_str(" AND locked_until IS NOT NULL"),
            (LockFilter::Set, false) => query.sql.push_str(" AND 0"),
        }
        match (filter.password, schema.has("password_hash")) {
            (PasswordFilter::Missing, true) => {
                query.sql.push_str(" AND (password_hash IS NULL OR password_hash = '')");
            }
            (PasswordFilter::Any, _) | (PasswordFilter::Missing, false) => {}
        }
        query
    }
}

fn page(conn: &Connection, schema: &Schema, filter: &Filter, after: Option<i64>) -> rusqlite::Result<Vec<StoredUser>> {
    let after = after.unwrap_or(i64::MIN);
    let mut query = Query::filtered(row::select(schema), schema, filter, &after);
    query.sql.push_str(" ORDER BY id LIMIT 1000");
    let mut statement = conn.prepare_cached(&query.sql)?;
    let rows = statement.query_map(query.values.as_slice(), |row| row::convert(row, schema))?;
    rows.collect()
}

fn sorted_ids(conn: &Connection, schema: &Schema, filter: &Filter, sort: Sort) -> rusqlite::Result<Vec<UserId>> {
    let after = filter.after.unwrap_or(i64::MIN);
    let mut query = Query::filtered("SELECT id FROM users".to_owned(), schema, filter, &after);
    let key = sort.key.as_str();
    query.sql.push_str(" ORDER BY ");
    query.sql.push_str(if schema.has(key) { key } else { "NULL" });
    query.sql.push_str(match sort.order {
        SortOrder::Ascending => ", id",
        SortOrder::Descending => " DESC, id DESC",
    });
    let mut statement = conn.prepare_cached(&query.sql)?;
    let rows = statement.query_map(query.values.as_slice(), |row| row.get(0).map(UserId))?;
    rows.collect()
}

fn find_with_role(
    conn: &Connection,
    schema: &Schema,
    role: &str,
    mut wanted: impl FnMut(&StoredUser) -> bool,
) -> rusqlite::Result<Option<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE role = :role COLLATE BINARY");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(named_params! { ":role": role })?;
    while let Some(row) = rows.next()? {
        let user = row::convert(row, schema)?;
        if wanted(&user) {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

fn with_lock(conn: &Connection, schema: &Schema) -> rusqlite::Result<Vec<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE locked_until IS NOT NULL ORDER BY id");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| row::convert(row, schema))?;
    rows.collect()
}
