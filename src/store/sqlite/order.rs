//! Rows in the order of their ids, page by page.
//!
//! What a newcomer would get wrong: in a damaged file the rows of a table need not stand in their order. A page that
//! ends with a smaller id than the one before it would be followed by the same rows again, without end.

use rusqlite::ffi;

/// The ids of the pages of a list so far, each larger than the one before.
pub(super) struct Order {
    /// The page begins above this id.
    above: Option<i64>,
    /// The last id of this page.
    last: Option<i64>,
}

impl Order {
    /// A page above this id; `None`: from the first row.
    pub(super) fn above(id: Option<i64>) -> Self {
        Self { above: id, last: None }
    }

    /// Takes the next id. A table whose ids need not differ may have the same one twice in a page.
    ///
    /// # Errors
    /// `SQLITE_CORRUPT` where it is out of order.
    pub(super) fn see(&mut self, id: i64) -> rusqlite::Result<()> {
        let is_next = match self.last {
            Some(last) => id >= last,
            None => self.above.is_none_or(|above| id > above),
        };
        self.last = Some(id);
        if is_next {
            return Ok(());
        }
        let what = format!("row {id} is out of order");
        Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(what)))
    }

    /// The same for all ids of a page.
    ///
    /// # Errors
    /// As [`Order::see`].
    pub(super) fn check(mut self, ids: impl IntoIterator<Item = i64>) -> rusqlite::Result<()> {
        ids.into_iter().try_for_each(|id| self.see(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_lead_back_is_damage() {
        assert!(Order::above(None).check([i64::MIN, -1, 0, 5]).is_ok());
        assert!(Order::above(Some(5)).check([6, 7, 7, 9]).is_ok());
        assert!(Order::above(Some(5)).check([]).is_ok());
        for (above, ids) in [(Some(5), vec![5]), (Some(5), vec![3]), (None, vec![1, 3, 2]), (Some(5), vec![6, 9, 2])] {
            let error = Order::above(above).check(ids.clone()).expect_err("out of order");
            assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseCorrupt), "{above:?} {ids:?}");
        }
    }
}
