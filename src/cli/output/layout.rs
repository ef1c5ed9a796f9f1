//! How wide the columns of a table are, and which of them stay on a narrow terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::record::{Align, Column};
use super::select::Origin;

/// Blanks between two columns.
pub(super) const GAP: usize = 2;
/// Terminal columns that one long text may claim where nothing is cut; a longer one juts out of its column.
const WIDEST: usize = 120;
/// Below this width a column is not cut as long as another one can be dropped instead.
const COMFORTABLE: usize = 24;

/// What a column of numbers gets at least in a list that goes on: ids grow.
const NUMBER: usize = 7;
/// Spare columns that a column of words gets in a list that goes on, where the terminal has them.
const SPARE: usize = 10;

/// Whether the widest texts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// All rows have been seen.
    All,
    /// Only the first ones: room is left for those that follow.
    First,
}

/// The columns that are shown, and their widths in terminal columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Positions in the rows.
    pub(super) shown: Vec<usize>,
    /// One for each of `shown`.
    pub(super) widths: Vec<usize>,
    /// Names of the columns that were dropped.
    pub(super) hidden: Vec<&'static str>,
}

/// Decides from the widest text of each column; `width` is the terminal's, `None` where nothing is cut.
pub(super) fn decide(
    columns: &[&'static Column],
    natural: &[usize],
    rows: Rows,
    width: Option<usize>,
    origin: Origin,
) -> Layout {
    let wanted = |(column, natural): (&&Column, &usize)| match (rows, column.align) {
        (Rows::First, Align::Right) => (*natural).clamp(NUMBER, WIDEST),
        (Rows::All, _) | (Rows::First, Align::Left) => (*natural).clamp(1, WIDEST),
    };
    let widths = columns.iter().zip(natural).map(wanted).collect();
    let mut layout = Layout { shown: (0..columns.len()).collect(), widths, hidden: Vec::new() };
    if let Some(width) = width {
        if origin == Origin::All {
            layout.drop_columns(columns, width);
        }
        layout.shrink(width);
        if rows == Rows::First {
            layout.spread(columns, width);
        }
    }
    layout
}

impl Layout {
    fn total(&self, most: usize) -> usize {
        let texts: usize = self.widths.iter().map(|width| (*width).min(most)).sum();
        texts + GAP * self.widths.len().saturating_sub(1)
    }

    /// Drops the columns that matter least until the others fit when only the very wide ones are cut.
    fn drop_columns(&mut self, columns: &[&'static Column], width: usize) {
        while self.total(COMFORTABLE) > width {
            let droppable = (0..self.shown.len()).filter(|at| columns[self.shown[*at]].keep < Column::ALWAYS);
            // Of equals the last one: `min_by_key` takes the first, hence the reversal.
            let Some(at) = droppable.rev().min_by_key(|at| columns[self.shown[*at]].keep) else {
                return;
            };
            self.hidden.push(columns[self.shown[at]].name);
            self.shown.remove(at);
            self.widths.remove(at);
        }
    }

    /// Narrows the widest column step by step until all fit, or each is one wide.
    fn shrink(&mut self, width: usize) {
        while self.total(usize::MAX) > width {
            let Some(widest) = self.widths.iter_mut().max_by_key(|width| **width).filter(|width| **width > 1) else {
                return;
            };
            *widest -= 1;
        }
    }

    /// Shares out what the terminal has to spare among the columns of words.
    fn spread(&mut self, columns: &[&'static Column], width: usize) {
        let mut left = width.saturating_sub(self.total(usize::MAX));
        let words = self.shown.iter().zip(&mut self.widths);
        let mut words: Vec<&mut usize> =
            words.filter(|(at, _)| columns[**at].align == Align::Left).map(|(_, width)| width).collect();
        let share = left.checked_div(words.len()).unwrap_or(0).min(SPARE);
        for word in &mut words {
            **word += share;
            left -= share;
        }
        if let Some(last) = words.last_mut() {
            **last += left;
        }
    }
}

/// Cuts a text to a width in terminal columns, with `…` in the place of the rest.
pub(in crate::cli) fn truncate(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    Cow::Owned(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Column = Column::right("id", "ID", Column::ALWAYS);
    const NAME: Column = Column::left("username", "USERNAME", Column::ALWAYS);
    const EMAIL: Column = Column::left("email", "E-MAIL", 5);
    const ROLE: Column = Column::left("role", "ROLE", 3);
    const SEEN: Column = Column::left("last_login", "LAST LOGIN", 3);
    const ALL: [&Column; 5] = [&ID, &NAME, &EMAIL, &ROLE, &SEEN];

    fn shown(width: Option<usize>, origin: Origin) -> Layout {
        decide(&ALL, &[4, 10, 40, 9, 20], Rows::All, width, origin)
    }

    #[test]
    fn without_a_terminal_nothing_is_dropped_or_cut() {
        let layout = shown(None, Origin::All);
        assert_eq!(layout.widths, [4, 10, 40, 9, 20]);
        assert!(layout.hidden.is_empty());
    }

    #[test]
    fn the_least_important_column_goes_first_then_the_widest_is_cut() {
        let layout = shown(Some(70), Origin::All);
        assert_eq!(layout.hidden, ["last_login"]);
        assert_eq!((layout.shown, layout.widths), (vec![0, 1, 2, 3], vec![4, 10, 40, 9]));
        let layout = shown(Some(60), Origin::All);
        assert_eq!((layout.hidden, layout.widths), (vec!["last_login"], vec![4, 10, 31, 9]));
        let layout = shown(Some(20), Origin::All);
        assert_eq!(layout.hidden, ["last_login", "role", "email"]);
    }

    #[test]
    fn named_columns_are_cut_but_never_dropped() {
        let layout = shown(Some(30), Origin::Named);
        assert!(layout.hidden.is_empty());
        assert_eq!(layout.total(usize::MAX), 30);
        assert_eq!(shown(Some(3), Origin::Named).widths, [1, 1, 1, 1, 1]);
    }

    #[test]
    fn a_list_that_goes_on_gets_room_for_what_follows() {
        let first = |width| decide(&ALL, &[4, 10, 20, 9, 20], Rows::First, width, Origin::All).widths;
        assert_eq!(first(None), [7, 10, 20, 9, 20]);
        assert_eq!(first(Some(74)), [7, 10, 20, 9, 20]);
        assert_eq!(first(Some(84)), [7, 12, 22, 11, 24]);
        assert_eq!(first(Some(130)), [7, 20, 30, 19, 46]);
    }

    #[test]
    fn cutting_counts_terminal_columns_not_characters() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdef", 5), "abcd…");
        assert_eq!(truncate("漢字漢字", 8), "漢字漢字");
        assert_eq!(truncate("漢字漢字", 6), "漢字…");
        assert_eq!(truncate("🙂🙂", 3), "🙂…");
        assert_eq!(truncate("漢", 1), "…");
        for width in 1..12 {
            assert!(truncate("ae\u{301}漢🙂 xyz…", width).width() <= width);
        }
    }
}
