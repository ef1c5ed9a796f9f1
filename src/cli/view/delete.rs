//! What `user delete` did, for machines.

use serde::Serialize;

use super::UserView;
use crate::cli::output::{Cell, Column, Datum, Record};
use crate::store::{Changed, Dependents, Link};

/// A deletion: `{"changed","user","dependents":[{"table","column","rows","foreign_key"}]}`; the user as it was.
#[derive(Debug, Serialize)]
pub struct DeleteView {
    changed: bool,
    user: UserView<'static>,
    dependents: Vec<DependentsView>,
}

#[derive(Debug, Serialize)]
struct DependentsView {
    table: String,
    column: String,
    rows: i64,
    /// Declared, or else only named like one.
    foreign_key: bool,
}

const DELETE_COLUMNS: [Column; 7] = [
    Column::left("changed", "CHANGED", Column::ALWAYS),
    Column::right("id", "ID", Column::ALWAYS),
    Column::left("username", "USERNAME", Column::ALWAYS),
    Column::left("email", "EMAIL", 80),
    Column::left("role", "ROLE", 60),
    Column::left("state", "STATE", 90),
    Column::right("dependents", "DEPENDENTS", 70),
];

impl DeleteView {
    /// The account as it was, and the rows that stay behind.
    pub fn new(changed: Changed, user: UserView<'static>, dependents: Vec<Dependents>) -> Self {
        let dependents = dependents.into_iter().map(|one| DependentsView {
            table: one.table,
            column: one.columns.join(","),
            rows: one.rows,
            foreign_key: one.link == Link::ForeignKey,
        });
        Self { changed: changed == Changed::Yes, user, dependents: dependents.collect() }
    }
}

impl Record for DeleteView {
    fn columns() -> &'static [Column] {
        &DELETE_COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        Cell::plain(self.value(index))
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match DELETE_COLUMNS[index].name {
            "changed" => self.changed.to_string().into(),
            "dependents" => self.dependents.iter().map(|one| one.rows).sum::<i64>().to_string().into(),
            of_user => self.user.named(of_user),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["changed", "user", "dependents"]
    }
}
