//! The names of all accounts, one after the other.

use std::ops::ControlFlow;

use rusqlite::{Connection, named_params};

use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: usize = 10_000;

/// Id, username and e-mail, where they are text.
type Names = (i64, Option<String>, Option<String>);

impl View<'_> {
    /// Hands username and e-mail of every account to `visit`, in ascending order of id, page by page; stops when
    /// `visit` returns `Break`. A name that is no text is `None`.
    ///
    /// # Errors
    /// [`StoreError`], or what `visit` returns.
    pub fn each_name<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(Option<&str>, Option<&str>) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let mut from = Some(i64::MIN);
        while let Some(first) = from {
            let page = page(self.conn, first).map_err(|error| self.fail(error))?;
            for (_, username, email) in &page {
                if visit(username.as_deref(), email.as_deref())?.is_break() {
                    return Ok(());
                }
            }
            let full = page.len() == PAGE;
            from = page.last().filter(|_| full).and_then(|(id, ..)| id.checked_add(1));
        }
        Ok(())
    }
}

fn page(conn: &Connection, from: i64) -> rusqlite::Result<Vec<Names>> {
    let mut statement =
        conn.prepare_cached("SELECT id, username, email FROM users WHERE id >= :from ORDER BY id LIMIT 10000")?;
    let rows = statement.query_map(named_params! { ":from": from }, |row| {
        let text = |at: usize| Ok::<_, rusqlite::Error>(row.get_ref(at)?.as_str().ok().map(str::to_owned));
        Ok((row.get(0)?, text(1)?, text(2)?))
    })?;
    rows.collect()
}
