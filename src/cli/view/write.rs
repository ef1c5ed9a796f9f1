//! What a write changed, for machines.

use serde::Serialize;
use zeroize::Zeroize;

use super::UserView;
use crate::cli::output::{Cell, Column, Datum, Record};
use crate::store::Changed;

/// The result of a write: `{"changed","user"}`, with `password` where one was generated.
#[derive(Debug, Serialize)]
pub struct WriteView {
    changed: bool,
    user: UserView<'static>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

const WRITE_COLUMNS: [Column; 8] = [
    Column::left("changed", "CHANGED", Column::ALWAYS),
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("username", "USERNAME", Column::ALWAYS),
    Column::left("email", "EMAIL", 80),
    Column::left("role", "ROLE", 60),
    Column::left("state", "STATE", 90),
    Column::left("password", "PASSWORD", Column::ALWAYS),
    // Columns are only ever added behind the others.
    Column::left("locked_until", "LOCKED UNTIL", 90),
];

impl WriteView {
    /// A write and, where one was generated, the password.
    pub fn new(changed: Changed, user: UserView<'static>, password: Option<&str>) -> Self {
        let changed = changed == Changed::Yes;
        Self { changed, user, password: password.map(str::to_owned) }
    }
}

impl Drop for WriteView {
    fn drop(&mut self) {
        self.password.zeroize();
    }
}

impl Record for WriteView {
    fn columns() -> &'static [Column] {
        &WRITE_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match WRITE_COLUMNS[index].name {
            "changed" => self.changed.to_string().into(),
            "password" => self.password.as_deref().unwrap_or_default().into(),
            of_user => self.user.named(of_user),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["changed", "user", "password"]
    }
}
