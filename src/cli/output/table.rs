//! Tables for people, in chunks: the first hundred rows decide the widths, the rest keep them.
//!
//! What a newcomer would get wrong: comfy-table passes every byte on and wraps what is too wide. It only
//! ever gets texts that are escaped and that fit, one line each.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};
use unicode_width::UnicodeWidthStr;

use super::Style;
use super::color::{Color, paint};
use super::escape::{ABSENT, show};
use super::layout::{GAP, Layout, Rows, decide, truncate};
use super::personal;
use super::record::{Align, Cell, Column, Escaping, Mark, Record};
use super::select::{Origin, Selection};
use super::sink::Sink;

/// Rows that are held at a time.
const CHUNK: usize = 100;

/// A cell as it will be seen, without colour.
struct Shown {
    text: String,
    mark: Mark,
}

impl Shown {
    fn new(column: &Column, cell: Cell<'_>) -> Self {
        let text = match cell.text {
            Some(text) => {
                let text = personal::value(column.name, text);
                if cell.escaping == Escaping::Done { text.into_owned() } else { show(&text).into_owned() }
            }
            None => ABSENT.to_owned(),
        };
        Self { text, mark: cell.mark }
    }

    fn title(text: &str) -> Self {
        Self { text: text.to_owned(), mark: Mark::Title }
    }
}

/// Writes a list.
pub(super) struct TableWriter<'w> {
    sink: Sink<'w>,
    /// Indexes into `Record::columns`, and the columns there.
    indexes: Vec<usize>,
    columns: Vec<&'static Column>,
    origin: Origin,
    width: Option<usize>,
    color: Color,
    layout: Option<Layout>,
    held: Vec<Vec<Shown>>,
}

impl<'w> TableWriter<'w> {
    pub(super) fn list<R: Record>(sink: Sink<'w>, style: &Style, selection: &Selection) -> Self {
        let wanted =
            |index: &usize| selection.origin == Origin::Named || R::columns()[*index].keep != Column::ON_REQUEST;
        let indexes: Vec<usize> = selection.indexes.iter().copied().filter(wanted).collect();
        Self {
            sink,
            columns: indexes.iter().map(|index| &R::columns()[*index]).collect(),
            indexes,
            origin: selection.origin,
            width: style.width.filter(|width| *width > 0).map(usize::from),
            color: style.color,
            layout: None,
            held: Vec::with_capacity(CHUNK),
        }
    }

    pub(super) fn push<R: Record>(&mut self, record: &R) {
        self.held
            .push(self.indexes.iter().map(|index| Shown::new(&R::columns()[*index], record.cell(*index))).collect());
        if self.held.len() == CHUNK {
            self.write_held();
        }
    }

    pub(super) fn settle(&mut self) -> io::Result<()> {
        self.sink.settle()
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.write_held();
        self.sink.flush()
    }

    /// Writes the rest; gives the names of the columns that did not fit.
    pub(super) fn finish(mut self) -> io::Result<Vec<&'static str>> {
        self.write_held();
        self.sink.finish()?;
        Ok(self.layout.map_or_else(Vec::new, |layout| layout.hidden))
    }

    fn write_held(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let mut rows = Vec::with_capacity(CHUNK + 1);
        let layout = match self.layout.take() {
            Some(layout) => layout,
            None => {
                rows.push(self.columns.iter().map(|column| Shown::title(column.title)).collect());
                let natural = natural_widths(&self.columns, &self.held);
                let more = self.held.len() == CHUNK || self.sink.is_live();
                let seen = if more { Rows::First } else { Rows::All };
                decide(&self.columns, &natural, seen, self.width, self.origin)
            }
        };
        rows.append(&mut self.held);
        let grid = Grid::new(&self.columns, &layout, self.color);
        let rows = rows.into_iter().map(|row| fitted(row, &self.columns, &layout, self.width));
        grid.write(self.sink.held(), rows);
        self.layout = Some(layout);
    }
}

fn natural_widths(columns: &[&'static Column], rows: &[Vec<Shown>]) -> Vec<usize> {
    let widest = |at: usize| rows.iter().map(|row| row[at].text.width()).max().unwrap_or(0);
    columns.iter().enumerate().map(|(at, column)| widest(at).max(column.title.width())).collect()
}

/// The cells of a row that are shown; words are cut where there is a terminal, a cut number would be
/// another number.
fn fitted(row: Vec<Shown>, columns: &[&'static Column], layout: &Layout, width: Option<usize>) -> Vec<Shown> {
    let mut cells: Vec<Option<Shown>> = row.into_iter().map(Some).collect();
    let mut shown = Vec::with_capacity(layout.shown.len());
    for (at, column_width) in layout.shown.iter().zip(&layout.widths) {
        let Some(mut cell) = cells[*at].take() else {
            continue;
        };
        if width.is_some() && columns[*at].align == Align::Left {
            cell.text = truncate(&cell.text, *column_width).into_owned();
        }
        shown.push(cell);
    }
    shown
}

/// The frame into which rows are set.
struct Grid {
    aligns: Vec<Align>,
    widths: Vec<usize>,
    color: Color,
}

impl Grid {
    fn new(columns: &[&'static Column], layout: &Layout, color: Color) -> Self {
        let aligns = layout.shown.iter().map(|at| columns[*at].align).collect();
        Self { aligns, widths: layout.widths.clone(), color }
    }

    /// Writes rows in order; those that jut out of their columns are set loosely, one by one.
    fn write(&self, out: &mut Vec<u8>, rows: impl Iterator<Item = Vec<Shown>>) {
        let mut fitting = Vec::new();
        for row in rows {
            if row.iter().zip(&self.widths).all(|(cell, width)| cell.text.width() <= *width) {
                fitting.push(row);
                continue;
            }
            self.write_fitting(out, &fitting);
            fitting.clear();
            self.write_loose(out, &row);
        }
        self.write_fitting(out, &fitting);
    }

    fn write_fitting(&self, out: &mut Vec<u8>, rows: &[Vec<Shown>]) {
        if rows.is_empty() {
            return;
        }
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        for row in rows {
            table.add_row(row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>());
        }
        let last = self.widths.len().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            // `decide` keeps widths far below the limit of u16.
            let width = u16::try_from(self.widths[at]).unwrap_or(u16::MAX);
            let gap = if at == last { 0 } else { GAP as u16 };
            column.set_padding((0, gap)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + gap)));
            column.set_cell_alignment(match self.aligns[at] {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
        for (line, row) in table.lines().zip(rows) {
            write_line(out, line.trim_end_matches(' '), row, self.color);
        }
    }

    fn write_loose(&self, out: &mut Vec<u8>, row: &[Shown]) {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            let blanks = " ".repeat(self.widths[at].saturating_sub(cell.text.width()));
            match self.aligns[at] {
                Align::Left => line.extend([cell.text.as_str(), &blanks]),
                Align::Right => line.extend([&blanks, cell.text.as_str()]),
            }
            line.push_str("  ");
        }
        write_line(out, line.trim_end_matches(' '), row, self.color);
    }
}

/// Writes a set line, colouring its cells. They stand in it in order with only blanks between them, and no
/// shown text begins with a blank.
fn write_line(bytes: &mut Vec<u8>, line: &str, cells: &[Shown], color: Color) {
    let mut out = String::with_capacity(line.len() + 16 * cells.len());
    let mut rest = line;
    for cell in cells {
        let text = rest.trim_start_matches(' ');
        let Some(after) = text.strip_prefix(cell.text.as_str()) else {
            break;
        };
        out.push_str(&rest[..rest.len() - text.len()]);
        paint(&mut out, &cell.text, cell.mark, color);
        rest = after;
    }
    out.push_str(rest);
    out.push('\n');
    bytes.extend_from_slice(out.as_bytes());
}

/// Writes one record as a line for each column, nothing cut.
pub(super) fn write_fields<R: Record>(
    mut sink: Sink<'_>,
    color: Color,
    record: &R,
    selection: &Selection,
) -> io::Result<()> {
    const FIELDS: [&Column; 2] =
        [&Column::left("field", "FIELD", Column::ALWAYS), &Column::left("value", "VALUE", Column::ALWAYS)];
    let field = |index: &usize| {
        let column = &R::columns()[*index];
        vec![Shown { text: column.title.to_owned(), mark: Mark::Dim }, Shown::new(column, record.cell(*index))]
    };
    let rows: Vec<Vec<Shown>> = selection.indexes.iter().map(field).collect();
    let layout = decide(&FIELDS, &natural_widths(&FIELDS, &rows), Rows::All, None, Origin::All);
    Grid::new(&FIELDS, &layout, color).write(sink.held(), rows.into_iter());
    sink.finish()
}
