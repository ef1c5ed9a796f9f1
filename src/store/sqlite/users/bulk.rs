//! Passes over the whole table: look-ups of many names at once, and rows as they are stored.
//!
//! What a newcomer would get wrong: a look-up that ignores case reads the whole table, so that of two hundred
//! names must be one pass, not two hundred.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, named_params};

use super::row;
use crate::model::user::{RawCell, RawUser, StoredUser, UserId};
use crate::store::sqlite::order::Order;
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: u32 = 1000;

impl View<'_> {
    /// The accounts for whose username and e-mail `wanted` holds, in one pass over the table; a cell that is not
    /// text reads as empty.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn users_where(&self, wanted: impl FnMut(&str, &str) -> bool) -> Result<Vec<StoredUser>, StoreError> {
        let ids = ids_where(self.conn, wanted).map_err(|error| self.fail(error))?;
        let users = ids.into_iter().map(|id| self.user(id));
        users.filter_map(Result::transpose).collect()
    }

    /// Hands every row to `visit` with each cell as it is stored, page by page, in ascending order of id.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_raw_user<E: From<StoreError>>(&self, mut visit: impl FnMut(RawUser) -> Result<(), E>) -> Result<(), E> {
        let mut from = Some(i64::MIN);
        while let Some(first) = from {
            let page = page(self.conn, self.schema, first).map_err(|error| self.fail(error))?;
            let last = page.last().map(|user| user.id.0);
            from = if page.len() == PAGE as usize { last.and_then(|id| id.checked_add(1)) } else { None };
            for user in page {
                visit(user)?;
            }
        }
        Ok(())
    }
}

fn ids_where(conn: &Connection, mut wanted: impl FnMut(&str, &str) -> bool) -> rusqlite::Result<Vec<UserId>> {
    let mut statement = conn.prepare_cached("SELECT id, username, email FROM users ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let (username, email) = (row.get_ref(1)?, row.get_ref(2)?);
        if wanted(username.as_str().unwrap_or_default(), email.as_str().unwrap_or_default()) {
            ids.push(UserId(row.get(0)?));
        }
    }
    Ok(ids)
}

fn page(conn: &Connection, schema: &Schema, from: i64) -> rusqlite::Result<Vec<RawUser>> {
    let mut sql = String::from("SELECT id");
    for column in RawUser::COLUMNS.into_iter().chain(["is_active", "is_verified"]) {
        sql.push_str(", ");
        sql.push_str(if schema.has(column) { column } else { "NULL" });
    }
    sql.push_str(" FROM users WHERE id >= :from ORDER BY id LIMIT :page");
    let mut statement = conn.prepare_cached(&sql)?;
    let values = named_params! { ":from": from, ":page": PAGE };
    let rows = statement.query_map(values, |row| convert(row, schema))?;
    let page = rows.collect::<rusqlite::Result<Vec<RawUser>>>()?;
    Order::above(from.checked_sub(1)).check(page.iter().map(|user| user.id.0))?;
    Ok(page)
}

fn convert(row: &Row<'_>, schema: &Schema) -> rusqlite::Result<RawUser> {
    let mut cells: [Option<RawCell>; RawUser::COLUMNS.len()] = std::array::from_fn(|_| None);
    for (index, cell) in cells.iter_mut().enumerate() {
        *cell = match row.get_ref(index + 1)? {
            ValueRef::Null => None,
            stored => Some(row::raw(stored)),
        };
    }
    let flag = |name: &str, index: usize| -> rusqlite::Result<_> {
        Ok(row::flag(if schema.has(name) { Some(row.get_ref(index)?) } else { None }))
    };
    Ok(RawUser {
        id: UserId(row.get(0)?),
        cells,
        is_active: flag("is_active", RawUser::COLUMNS.len() + 1)?,
        is_verified: flag("is_verified", RawUser::COLUMNS.len() + 2)?,
    })
}
