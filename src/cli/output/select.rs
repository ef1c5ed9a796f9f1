//! Which columns are shown: all of them, or those that `--columns` names, in that order.

use super::record::{Column, Record};
use super::{OutputError, Style};

/// The columns of one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// Indexes into `Record::columns`.
    pub(super) indexes: Vec<usize>,
    pub(super) origin: Origin,
}

/// Who chose the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nobody: all that there are.
    All,
    /// `--columns`: none of them may be dropped.
    Named,
}

/// Chooses the columns that the style asks for.
pub(super) fn select<R: Record>(style: &Style) -> Result<Selection, OutputError> {
    let present = |column: &Column| !style.lacking.contains(&column.name);
    let all = R::columns().iter().enumerate().filter(|(_, column)| present(column));
    let Some(names) = &style.columns else {
        return Ok(Selection { indexes: all.map(|(index, _)| index).collect(), origin: Origin::All });
    };
    let mut indexes = Vec::with_capacity(names.len());
    for name in names {
        let name = name.trim();
        let Some((index, _)) = all.clone().find(|(_, column)| column.name == name) else {
            let valid = all.map(|(_, column)| column.name).collect();
            return Err(OutputError::UnknownColumn { name: name.to_owned(), valid });
        };
        if indexes.contains(&index) {
            return Err(OutputError::ColumnTwice { name: name.to_owned() });
        }
        indexes.push(index);
    }
    Ok(Selection { indexes, origin: Origin::Named })
}
