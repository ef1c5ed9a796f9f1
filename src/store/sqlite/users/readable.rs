//! Cells on which the app's own reading fails, for saying why an account cannot log in.
//!
//! What a newcomer would get wrong: Python's sqlite3 decodes every text of the row at once. One cell that is not
//! UTF-8, in whatever column, breaks each of the app's queries that touch the row.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::row;
use crate::model::time::parse_python;
use crate::model::user::UserId;
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::{StoreError, View};

/// The columns of [`row::select`] behind the id.
const COLUMNS: [&str; 11] = [
    "username",
    "email",
    "full_name",
    "role",
    "is_active",
    "is_verified",
    "created_at",
    "last_login",
    "failed_login_attempts",
    "locked_until",
    "customer_id",
];

/// The dates of a customer's row that the newest app reads.
const CUSTOMER_DATES: [&str; 3] = ["subscription_expires_at", "created_at", "updated_at"];

impl View<'_> {
    /// The columns of an account that hold text which is not UTF-8.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn undecodable_columns(&self, id: UserId) -> Result<Vec<&'static str>, StoreError> {
        undecodable(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }

    /// The dates of a customer's row that Python's `fromisoformat` refuses.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn unreadable_customer_dates(&self, id: i64) -> Result<Vec<&'static str>, StoreError> {
        customer_dates(self.conn, self.schema, id).map_err(|error| self.fail(error))
    }
}

fn undecodable(conn: &Connection, schema: &Schema, id: UserId) -> rusqlite::Result<Vec<&'static str>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE id = :id");
    let mut statement = conn.prepare_cached(&sql)?;
    let found = statement.query_row(named_params! { ":id": id.0 }, |row| broken(row, 1, &COLUMNS)).optional()?;
    let mut columns = found.unwrap_or_default();
    if schema.has("password_hash") && schema.has("salt") {
        let mut statement = conn.prepare_cached("SELECT password_hash, salt FROM users WHERE id = :id")?;
        let names = ["password_hash", "salt"];
        let found = statement.query_row(named_params! { ":id": id.0 }, |row| broken(row, 0, &names)).optional()?;
        columns.extend(found.unwrap_or_default());
    }
    Ok(columns)
}

/// The names of the cells, from an index on, whose text is not UTF-8.
fn broken(row: &rusqlite::Row<'_>, from: usize, names: &[&'static str]) -> rusqlite::Result<Vec<&'static str>> {
    let mut columns = Vec::new();
    for (offset, name) in names.iter().enumerate() {
        if let ValueRef::Text(bytes) = row.get_ref(from + offset)?
            && std::str::from_utf8(bytes).is_err()
        {
            columns.push(*name);
        }
    }
    Ok(columns)
}

fn customer_dates(conn: &Connection, schema: &Schema, id: i64) -> rusqlite::Result<Vec<&'static str>> {
    if !schema.has_customers() {
        return Ok(Vec::new());
    }
    let mut columns = Vec::new();
    for (name, sql) in CUSTOMER_DATES.iter().zip([
        "SELECT subscription_expires_at FROM customers WHERE id = :id",
        "SELECT created_at FROM customers WHERE id = :id",
        "SELECT updated_at FROM customers WHERE id = :id",
    ]) {
        if !customers_have(conn, name)? {
            continue;
        }
        let mut statement = conn.prepare_cached(sql)?;
        let readable =
            statement.query_row(named_params! { ":id": id }, |row| Ok(is_date(row.get_ref(0)?))).optional()?;
        if readable == Some(false) {
            columns.push(*name);
        }
    }
    Ok(columns)
}

fn customers_have(conn: &Connection, column: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) > 0 FROM pragma_table_info('customers') WHERE name = :column COLLATE NOCASE";
    conn.prepare_cached(sql)?.query_row(named_params! { ":column": column }, |row| row.get(0))
}

fn is_date(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => true,
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(parse_python).is_some(),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => false,
    }
}
