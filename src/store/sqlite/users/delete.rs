//! Deleting an account, and which rows of other tables refer to it.
//!
//! What a newcomer would get wrong: foreign keys are off, as in the app, so no CASCADE runs and nothing stops a
//! delete. A key may name `users` in any case, may leave the parent's column out (then it means the primary key),
//! and may point at another column than `id`.

use std::collections::HashSet;

use rusqlite::{Connection, MAIN_DB, ToSql, named_params};

use crate::model::user::UserId;
use crate::store::sqlite::copy::identifier;
use crate::store::sqlite::{StoreError, Tx, View};

/// Rows of one table that refer to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependents {
    /// The table.
    pub table: String,
    /// The columns that refer; more than one in a composite key.
    pub columns: Vec<String>,
    /// How the reference is known.
    pub link: Link,
    /// How many rows.
    pub rows: i64,
}

/// How it is known that a column refers to accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The table declares a foreign key to `users`.
    ForeignKey,
    /// It is only called `user_id`.
    ByName,
}

/// When the id of a deleted account is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdReuse {
    /// Never: the table is AUTOINCREMENT.
    Never,
    /// By one of the next accounts, since no account has a higher id.
    Soon,
    /// When no account has a higher id any more.
    Later,
}

/// One column that refers to accounts.
struct Reference {
    table: String,
    /// Columns of the table, and those of `users` that they point at.
    pairs: Vec<(String, String)>,
    link: Link,
}

/// A deletion of some accounts, and what it leaves behind.
pub struct Deletion<'v> {
    view: View<'v>,
    references: Vec<Reference>,
    /// The highest id that stays; `None` where ids are never used again.
    highest: Option<Option<UserId>>,
}

impl<'v> View<'v> {
    /// What the deletion of these accounts would leave behind.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn deletion(self, gone: &HashSet<UserId>) -> Result<Deletion<'v>, StoreError> {
        let (references, highest) = self.around(gone).map_err(|error| self.fail(error))?;
        Ok(Deletion { view: self, references, highest })
    }

    fn around(&self, gone: &HashSet<UserId>) -> rusqlite::Result<(Vec<Reference>, Option<Option<UserId>>)> {
        let references = references(self.conn, |column| self.schema.has(column))?;
        let (_, _, _, _, autoincrement) = self.conn.column_metadata(Some(MAIN_DB), c"users", c"id")?;
        let highest = if autoincrement { None } else { Some(highest_but(self.conn, gone)?) };
        Ok((references, highest))
    }
}

impl Deletion<'_> {
    /// Rows of all tables that refer to the account, tables without any left out.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn dependents(&self, id: UserId) -> Result<Vec<Dependents>, StoreError> {
        let mut found = Vec::new();
        for reference in &self.references {
            let rows = count(self.view.conn, reference, id).map_err(|error| self.view.fail(error))?;
            if rows > 0 {
                let columns = reference.pairs.iter().map(|(column, _)| column.clone()).collect();
                found.push(Dependents { table: reference.table.clone(), columns, link: reference.link, rows });
            }
        }
        Ok(found)
    }

    /// When the id of one of the accounts is used again.
    pub fn id_reuse(&self, id: UserId) -> IdReuse {
        match self.highest {
            None => IdReuse::Never,
            Some(Some(highest)) if highest > id => IdReuse::Later,
            Some(_) => IdReuse::Soon,
        }
    }
}

impl Tx<'_> {
    /// Deletes the account.
    ///
    /// # Errors
    /// `TriggerInTheWay` or `Damaged` where something else happened to the row.
    pub fn delete_user(&self, id: UserId) -> Result<(), StoreError> {
        self.update_one(
            "the deletion",
            "DELETE FROM users WHERE id = :id",
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = :id)",
            named_params! { ":id": id.0 },
        )
    }
}

/// The highest id among the accounts that stay.
fn highest_but(conn: &Connection, gone: &HashSet<UserId>) -> rusqlite::Result<Option<UserId>> {
    let mut statement = conn.prepare_cached("SELECT id FROM users ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = UserId(row.get(0)?);
        if !gone.contains(&id) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Every reference to `users`: the declared keys, then columns called `user_id` without one.
fn references(conn: &Connection, users_has: impl Fn(&str) -> bool) -> rusqlite::Result<Vec<Reference>> {
    let mut references = Vec::new();
    for table in tables(conn)? {
        let mut keys = foreign_keys(conn, &table)?;
        keys.retain(|key| key.pairs.iter().all(|(_, parent)| users_has(parent)));
        let named = column_called_user_id(conn, &table)?;
        let by_name = named.filter(|column| {
            let declared = |(from, _): &(String, String)| from.eq_ignore_ascii_case(column);
            !table.eq_ignore_ascii_case("users") && !keys.iter().any(|key| key.pairs.iter().any(declared))
        });
        references.append(&mut keys);
        if let Some(column) = by_name {
            references.push(Reference { table, pairs: vec![(column, "id".to_owned())], link: Link::ByName });
        }
    }
    Ok(references)
}

fn tables(conn: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT name FROM pragma_table_list
          WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
          ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut tables = Vec::new();
    while let Some(row) = rows.next()? {
        // A name that is not UTF-8 is none of the app's, and must not keep an account from being deleted.
        tables.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
    }
    Ok(tables)
}

/// The keys of a table that name `users`, by number; a key of several columns is one.
fn foreign_keys(conn: &Connection, table: &str) -> rusqlite::Result<Vec<Reference>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, \"from\", coalesce(\"to\", 'id') FROM pragma_foreign_key_list(:table)
          WHERE \"table\" = 'users' COLLATE NOCASE ORDER BY id, seq",
    )?;
    let mut rows = statement.query(named_params! { ":table": table })?;
    let mut keys: Vec<(i64, Reference)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, pair) = (row.get::<_, i64>(0)?, (row.get(1)?, row.get(2)?));
        match keys.last_mut() {
            Some((last, key)) if *last == id => key.pairs.push(pair),
            Some(_) | None => {
                let key = Reference { table: table.to_owned(), pairs: vec![pair], link: Link::ForeignKey };
                keys.push((id, key));
            }
        }
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

fn column_called_user_id(conn: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let mut statement =
        conn.prepare_cached("SELECT name FROM pragma_table_xinfo(:table) WHERE name = 'user_id' COLLATE NOCASE")?;
    let mut rows = statement.query(named_params! { ":table": table })?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// Rows that refer to the account, compared as a foreign key does: with the parent's affinity and collation.
/// Names of tables and columns cannot be parameters, so they are quoted into the text.
fn count(conn: &Connection, reference: &Reference, id: UserId) -> rusqlite::Result<i64> {
    let mut sql = String::from("SELECT count(*) FROM users AS parent JOIN ");
    sql.push_str(&identifier(&reference.table));
    sql.push_str(" AS child ON ");
    for (index, (column, parent)) in reference.pairs.iter().enumerate() {
        if index > 0 {
            sql.push_str(" AND ");
        }
        sql.push_str("parent.");
        sql.push_str(&identifier(parent));
        sql.push_str(" = child.");
        sql.push_str(&identifier(column));
    }
    sql.push_str(" WHERE parent.id = :id");
    if reference.table.eq_ignore_ascii_case("users") {
        sql.push_str(" AND child.id <> :id");
    }
    let values: &[(&str, &dyn ToSql)] = named_params! { ":id": id.0 };
    conn.prepare(&sql)?.query_row(values, |row| row.get(0))
}
