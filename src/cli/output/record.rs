//! What a command hands over to be shown: records of named columns, a word for people and one for machines.
//!
//! What a newcomer would get wrong: a record gives its texts **unescaped**. Escaping is the emitter's work,
//! so that no command can forget it or do it twice.

use std::borrow::Cow;
use std::io;

use super::datum::Datum;
use super::json::write_json;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name for machines: the JSON key, the CSV header, and what `--columns` takes.
    pub name: &'static str,
    /// The heading in a table.
    pub title: &'static str,
    /// The side on which cells stand.
    pub align: Align,
    /// How long the column is kept on a narrow terminal: the lowest goes first, of equals the rightmost.
    /// [`Column::ON_REQUEST`] keeps it out of lists for people unless `--columns` names it.
    pub keep: u8,
}

impl Column {
    /// Never dropped from a table.
    pub const ALWAYS: u8 = u8::MAX;
    /// In a list for people only when `--columns` names it; machines and single records have it anyway.
    pub const ON_REQUEST: u8 = 0;

    /// A column of words.
    pub const fn left(name: &'static str, title: &'static str, keep: u8) -> Self {
        Self { name, title, align: Align::Left, keep }
    }

    /// A column of numbers.
    pub const fn right(name: &'static str, title: &'static str, keep: u8) -> Self {
        Self { name, title, align: Align::Right, keep }
    }
}

/// What a cell means; only colour shows it, so the text must say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing special.
    Plain,
    /// As it should be: active, verified.
    Good,
    /// In the way: locked, inactive, unreadable.
    Bad,
    /// Worth a look.
    Warn,
    /// Beside the point, or absent.
    Dim,
    /// The name of a column.
    Title,
}

/// What a person reads in one cell, unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    pub(super) text: Option<Cow<'a, str>>,
    pub(super) mark: Mark,
    pub(super) escaping: Escaping,
}

/// Whether a text is still as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escaping {
    Needed,
    Done,
}

impl<'a> Cell<'a> {
    /// A text without a mark.
    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::marked(text, Mark::Plain)
    }

    /// A text with a mark.
    pub fn marked(text: impl Into<Cow<'a, str>>, mark: Mark) -> Self {
        Self { text: Some(text.into()), mark, escaping: Escaping::Needed }
    }

    /// A text that was escaped already.
    pub fn escaped(text: String, mark: Mark) -> Self {
        Self { text: Some(text.into()), mark, escaping: Escaping::Done }
    }

    /// No value: shown as a dim `-`, which a text never looks like.
    pub fn absent() -> Self {
        Self { text: None, mark: Mark::Dim, escaping: Escaping::Needed }
    }
}

/// Something that can be shown as a table row, a JSON object or a CSV row. Its `Serialize` is the JSON;
/// the keys that `--columns` may choose are the names of its columns.
pub trait Record: serde::Serialize {
    /// All columns, in the order in which they are shown.
    fn columns() -> &'static [Column];

    /// What a person reads in the column with this index, unescaped.
    fn cell(&self, index: usize) -> Cell<'_>;

    /// What a machine reads in CSV in the column with this index.
    fn value(&self, index: usize) -> Datum<'_>;

    /// Appends the JSON, safe to look at: by serde, or by a record itself of which there may be millions.
    ///
    /// # Errors
    /// When the record has no JSON form.
    fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        write_json(out, self)
    }

    /// JSON keys that are no columns and that `--columns` never drops, such as `raw`.
    fn kept_keys() -> &'static [&'static str] {
        &[]
    }
}

impl<R: Record> Record for &R {
    fn columns() -> &'static [Column] {
        R::columns()
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        (**self).cell(index)
    }

    fn value(&self, index: usize) -> Datum<'_> {
        (**self).value(index)
    }

    fn push_json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        (**self).push_json(out)
    }

    fn kept_keys() -> &'static [&'static str] {
        R::kept_keys()
    }
}
