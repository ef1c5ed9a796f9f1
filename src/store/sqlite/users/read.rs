//! Look-ups of accounts.
//!
//! What a newcomer would get wrong: exact means byte for byte, whatever collation the column has.

use rusqlite::{Connection, OptionalExtension, named_params};

use super::row;
use crate::model::user::{Customer, CustomerState, StoredPassword, StoredUser, UserId};
use crate::store::sqlite::schema::Schema;
use crate::store::sqlite::{StoreError, View};

/// The most candidates that an ambiguous name lists.
const CANDIDATES: u32 = 20;

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

    /// All accounts within reach with a non-NULL `locked_until`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn users_with_lock(&self) -> Result<Vec<StoredUser>, StoreError> {
        let all = with_lock(self.conn, self.schema).map_err(|error| self.fail(error))?;
        Ok(all.into_iter().filter(|user| self.scope.holds(user)).collect())
    }
}

fn user(conn: &Connection, schema: &Schema, id: UserId) -> rusqlite::Result<Option<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE id = :id");
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    statement.query_row(named_params! { ":id": id.0 }, |row| row::convert(row, &layout)).optional()
}

/// One look into each index: with `username = … OR email = … ORDER BY id` SQLite would rather walk along the table, and a
/// UNION of both takes longer to compile than the two.
fn named(conn: &Connection, schema: &Schema, kind: NameKind, text: &str) -> rusqlite::Result<Vec<StoredUser>> {
    let mut found = Vec::new();
    for column in columns(kind) {
        let (sql, layout) = (named_sql(schema, column), row::Layout::of(schema));
        let mut statement = conn.prepare_cached(&sql)?;
        let values = named_params! { ":text": text, ":most": CANDIDATES };
        for user in statement.query_map(values, |row| row::convert(row, &layout))? {
            found.push(user?);
        }
    }
    found.sort_by_key(|user: &StoredUser| user.id);
    found.dedup_by_key(|user| user.id);
    found.truncate(CANDIDATES as usize);
    Ok(found)
}

fn columns(kind: NameKind) -> &'static [&'static str] {
    match kind {
        NameKind::Username => &["username"],
        NameKind::Email => &["email"],
        NameKind::Either => &["username", "email"],
    }
}

fn named_sql(schema: &Schema, column: &str) -> String {
    format!("{} WHERE {column} = :text COLLATE BINARY ORDER BY id LIMIT :most", row::select(schema))
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
        if ids.len() == CANDIDATES as usize {
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

fn find_with_role(
    conn: &Connection,
    schema: &Schema,
    role: &str,
    mut wanted: impl FnMut(&StoredUser) -> bool,
) -> rusqlite::Result<Option<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE role = :role COLLATE BINARY");
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    let mut rows = statement.query(named_params! { ":role": role })?;
    while let Some(row) = rows.next()? {
        let user = row::convert(row, &layout)?;
        if wanted(&user) {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

fn with_lock(conn: &Connection, schema: &Schema) -> rusqlite::Result<Vec<StoredUser>> {
    let mut sql = row::select(schema);
    sql.push_str(" WHERE locked_until IS NOT NULL ORDER BY id");
    let (mut statement, layout) = (conn.prepare_cached(&sql)?, row::Layout::of(schema));
    let rows = statement.query_map([], |row| row::convert(row, &layout))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::schema;

    #[test]
    fn a_name_is_alike_in_every_script_and_across_them() {
        for (cell, text, alike) in [
            ("BOB", "bob", true),
            ("ÄNNE", "änne", true),
            // The sign of Kelvin is no K of ASCII, and has its small letter.
            ("\u{212a}im", "kim", true),
            ("kim", "\u{212a}im", true),
            ("änne", "anne", false),
        ] {
            assert_eq!(same_but_case(cell, text, &text.to_lowercase()), alike, "{cell} {text}");
        }
    }

    #[test]
    fn no_look_up_by_name_walks_along_the_table() {
        let conn = Connection::open_in_memory().expect("a database in memory");
        conn.execute_batch(include_str!("../../../../schema.sql")).expect("the schema of a new file");
        let schema = schema::read(&conn).expect("its schema");
        for column in columns(NameKind::Either) {
            let sql = String::from("EXPLAIN QUERY PLAN ") + &named_sql(&schema, column);
            let mut statement = conn.prepare(&sql).expect("a statement");
            let steps = statement.query_map(named_params! { ":text": "ann" }, |row| row.get(3)).expect("a plan");
            let plan: Vec<String> = steps.collect::<Result<_, _>>().expect("its steps");
            let walks = |step: &String| step.starts_with("SCAN");
            assert!(
                plan.iter().any(|step| step.contains("USING") && step.contains("INDEX ix_users_")),
                "{column}: {plan:?}"
            );
            assert!(!plan.iter().any(walks), "{column}: {plan:?}");
        }
    }
}
