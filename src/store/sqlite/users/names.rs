//! The names of all accounts, one after the other.
//!
//! What a newcomer would get wrong: a page is handed on while it is read, so what is done with a name must be quick;
//! the app cannot write a rollback-journal file meanwhile.

use std::ops::ControlFlow;

use rusqlite::{Connection, named_params};

use crate::store::sqlite::order::Order;
use crate::store::sqlite::{StoreError, View};

/// Rows read under one lock.
const PAGE: u32 = 10_000;

/// How a page ended.
enum Page {
    /// Where the next one begins.
    Next(i64),
    /// There is no more, or no more is wanted.
    Last,
}

impl View<'_> {
    /// Hands username and e-mail of every account to `visit`, in ascending order of id, page by page, until it returns
    /// `Break`. A name that is no text is `None`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn each_name(
        &self,
        mut visit: impl FnMut(Option<&str>, Option<&str>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut from = i64::MIN;
        while let Page::Next(next) = page(self.conn, from, &mut visit).map_err(|error| self.fail(error))? {
            from = next;
        }
        Ok(())
    }
}

fn page(
    conn: &Connection,
    from: i64,
    visit: &mut impl FnMut(Option<&str>, Option<&str>) -> ControlFlow<()>,
) -> rusqlite::Result<Page> {
    let mut statement =
        conn.prepare_cached("SELECT id, username, email FROM users WHERE id >= :from ORDER BY id LIMIT :page")?;
    let mut rows = statement.query(named_params! { ":from": from, ":page": PAGE })?;
    let (mut read, mut last, mut order) = (0, from, Order::above(from.checked_sub(1)));
    while let Some(row) = rows.next()? {
        let (username, email) = (row.get_ref(1)?.as_str().ok(), row.get_ref(2)?.as_str().ok());
        if visit(username, email).is_break() {
            return Ok(Page::Last);
        }
        (read, last) = (read + 1, row.get(0)?);
        order.see(last)?;
    }
    Ok(match last.checked_add(1) {
        Some(next) if read == PAGE => Page::Next(next),
        Some(_) | None => Page::Last,
    })
}
