//! Lists of accounts, in pages.
//!
//! What a newcomer would get wrong: a list must not keep a statement open while its reader is slow; in a
//! rollback-journal file that would keep the app from writing. So a page is looked at under the lock, and what came
//! of it is shown in the pause behind it.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::ToSql;

use super::filter::{Filter, LockFilter, PasswordFilter, Sort, SortOrder};
use super::row;
use crate::model::scope::Scope;
use crate::model::user::{StoredUser, UserId};
use crate::store::sqlite::order::Order;
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: u32 = 1000;

/// Whoever looks at the rows of a list.
pub trait Visit<E> {
    /// Looks at one row, while the file is locked for reading: nothing slow may happen here. The next row takes the
    /// place of this one.
    ///
    /// # Errors
    /// Its own, which end the list.
    fn row(&mut self, user: &StoredUser) -> Result<ControlFlow<()>, E>;

    /// Takes its time between two pages.
    ///
    /// # Errors
    /// Its own, which end the list.
    fn pause(&mut self) -> Result<(), E> {
        Ok(())
    }
}

impl<E, F: FnMut(&StoredUser) -> Result<ControlFlow<()>, E>> Visit<E> for F {
    fn row(&mut self, user: &StoredUser) -> Result<ControlFlow<()>, E> {
        self(user)
    }
}

impl View<'_> {
    /// Hands every row of the filter to `visit`, page by page, in ascending order of id; stops when `visit`
    /// returns `Break`.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_user<E: From<StoreError>>(&self, filter: &Filter, visit: &mut impl Visit<E>) -> Result<(), E> {
        let mut page = Page { after: filter.after, rows: 0, ended: ControlFlow::Continue(()) };
        let mut user = StoredUser::blank();
        loop {
            page.rows = 0;
            page.read(self, filter, &mut user, visit)?;
            visit.pause()?;
            if page.ended.is_break() || page.rows < PAGE {
                return Ok(());
            }
        }
    }

    /// How many rows the filter holds.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn count_users(&self, filter: &Filter) -> Result<u64, StoreError> {
        count(self, filter).map_err(|error| self.fail(error))
    }

    /// The same in another order: the ids are sorted first (8 bytes each), then the rows are read, a page at a time.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_user_sorted<E: From<StoreError>>(
        &self,
        filter: &Filter,
        sort: Sort,
        visit: &mut impl Visit<E>,
    ) -> Result<(), E> {
        let ids = sorted_ids(self, filter, sort).map_err(|error| self.fail(error))?;
        for page in ids.chunks(PAGE as usize) {
            let users = these(self, page).map_err(|error| self.fail(error))?;
            for user in page.iter().filter_map(|id| users.get(id)) {
                if visit.row(user)?.is_break() {
                    return visit.pause();
                }
            }
            visit.pause()?;
        }
        Ok(())
    }
}

/// A page of a list: one statement, and so one lock.
struct Page {
    /// The last id that was read.
    after: Option<i64>,
    rows: u32,
    ended: ControlFlow<()>,
}

impl Page {
    fn read<E: From<StoreError>>(
        &mut self,
        view: &View<'_>,
        filter: &Filter,
        user: &mut StoredUser,
        visit: &mut impl Visit<E>,
    ) -> Result<(), E> {
        let fail = |error| view.fail(error);
        let after = self.after;
        let mut query = Query::filtered(view, row::select(view.schema), filter, after.as_ref());
        query.sql.push_str(" ORDER BY id LIMIT :page");
        query.values.push((":page", &PAGE));
        let (layout, mut order) = (row::Layout::of(view.schema), Order::above(after));
        let mut statement = view.conn.prepare_cached(&query.sql).map_err(fail)?;
        let mut rows = statement.query(query.values.as_slice()).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            row::fill(row, &layout, user).map_err(fail)?;
            order.see(user.id.0).map_err(fail)?;
            self.after = Some(user.id.0);
            self.rows += 1;
            self.ended = visit.row(user)?;
            if self.ended.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// A statement under construction: constant parts and the values that they name.
struct Query<'a> {
    sql: String,
    values: Vec<(&'static str, &'a dyn ToSql)>,
}

impl<'a> Query<'a> {
    /// `start … WHERE` the filter's conditions hold; a condition on a column that the file
    /// lacks holds for the column's default in the app (no lock, no password) or for no row (role).
    fn filtered(view: &View<'a>, start: String, filter: &'a Filter, after: Option<&'a i64>) -> Self {
        let schema = view.schema;
        let mut query = Self { sql: start, values: Vec::new() };
        query.sql.push_str(" WHERE 1");
        query.keep_within(view.scope, schema);
        if let Some(after) = after {
            query.sql.push_str(" AND id > :after");
            query.values.push((":after", after));
        }
        if let Some(role) = &filter.role {
            if schema.has("role") {
                query.sql.push_str(" AND role = :role COLLATE BINARY");
                query.values.push((":role", role));
            } else {
                query.sql.push_str(" AND 0");
            }
        }
        match (&filter.with_lock, schema.has("locked_until")) {
            (LockFilter::Any, _) => {}
            (LockFilter::Set, true) => query.sql.push_str(" AND locked_until IS NOT NULL"),
            (LockFilter::SetOrFailed(least), true) if schema.has("failed_login_attempts") => {
                query.sql.push_str(" AND (locked_until IS NOT NULL OR failed_login_attempts >= :least)");
                query.values.push((":least", least));
            }
            (LockFilter::SetOrFailed(_), true) => query.sql.push_str(" AND locked_until IS NOT NULL"),
            (LockFilter::Set | LockFilter::SetOrFailed(_), false) => query.sql.push_str(" AND 0"),
        }
        match (filter.password, schema.has("password_hash")) {
            (PasswordFilter::Missing, true) => {
                query.sql.push_str(" AND (password_hash IS NULL OR password_hash = '')");
            }
            (PasswordFilter::Any, _) | (PasswordFilter::Missing, false) => {}
        }
        query
    }

    /// Only the accounts within reach; without the column nobody has a role.
    fn keep_within(&mut self, scope: &'a Scope, schema: &Schema) {
        match scope {
            Scope::All => {}
            Scope::Role(role) => {
                if schema.has("role") {
                    self.sql.push_str(" AND role = :scope COLLATE BINARY");
                    self.values.push((":scope", role));
                } else {
                    self.sql.push_str(" AND 0");
                }
            }
            Scope::Only(id) => {
                self.sql.push_str(" AND id = :scope");
                self.values.push((":scope", &id.0));
            }
        }
    }
}

fn sorted_ids(view: &View<'_>, filter: &Filter, sort: Sort) -> rusqlite::Result<Vec<UserId>> {
    let View { conn, schema, .. } = *view;
    let mut query = Query::filtered(view, "SELECT id FROM users".to_owned(), filter, filter.after.as_ref());
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

/// The rows with these ids, as far as they are there: one statement, and so one lock, for all of them.
fn these(view: &View<'_>, ids: &[UserId]) -> rusqlite::Result<HashMap<UserId, StoredUser>> {
    let View { conn, schema, .. } = *view;
    let sql = row::select(schema) + " WHERE id IN (SELECT value FROM json_each(:ids))";
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    let numbers: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
    let wanted = format!("[{}]", numbers.join(","));
    let rows = statement.query_map(&[(":ids", &wanted)], |row| row::convert(row, &layout))?;
    rows.map(|user| user.map(|user| (user.id, user))).collect()
}

fn count(view: &View<'_>, filter: &Filter) -> rusqlite::Result<u64> {
    let query = Query::filtered(view, "SELECT count(*) FROM users".to_owned(), filter, filter.after.as_ref());
    let mut statement = view.conn.prepare_cached(&query.sql)?;
    let rows: i64 = statement.query_row(query.values.as_slice(), |row| row.get(0))?;
    Ok(rows.unsigned_abs())
}
