//! Rows of CSV as RFC 4180 and spreadsheets write it.
//!
//! What a newcomer would get wrong: one quote that is never closed swallows the rest of the file. Readers that are
//! kind to such a file import half of it; this one refuses it, naming the line. It also tells an empty cell from a
//! quoted empty one, which an export needs for full names, and keeps all text in the one buffer that is wiped.

use std::borrow::Cow;

use super::{Sheet, header};
use crate::cli::failure::Failure;
use crate::ops::import::{Candidate, Column};

/// One record and the line on which it begins.
#[derive(Debug, PartialEq, Eq)]
struct Record<'a> {
    line: u64,
    cells: Vec<Cell<'a>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Cell<'a> {
    text: Cow<'a, str>,
    quoted: bool,
}

/// What is left of the text.
struct Records<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

/// Reads header and rows.
pub(super) fn read(text: &str) -> Result<Sheet, Failure> {
    if text.trim_start().starts_with('{') {
        return Err(Failure::usage("the file holds JSON, not CSV").hint("give --format jsonl"));
    }
    let mut records = Records::new(text);
    let first = records.next_filled()?.ok_or_else(|| Failure::usage("the file is empty").hint(header::hint()))?;
    let columns = header::columns(first.cells.iter().map(|cell| cell.text.as_ref()))?;
    let headings = first.cells.iter().filter_map(|cell| header::heading(&cell.text)).collect();
    let mut sheet = Sheet { headings, ..Sheet::default() };
    while let Some(record) = records.next_filled()? {
        if let Some(candidate) = candidate(&columns, record, &mut sheet)? {
            sheet.push(candidate)?;
        }
    }
    Ok(sheet)
}

fn candidate(columns: &[Option<Column>], record: Record<'_>, sheet: &mut Sheet) -> Result<Option<Candidate>, Failure> {
    let (wanted, found) = (columns.len(), record.cells.len());
    if found != wanted {
        let cells = if found == 1 { "cell" } else { "cells" };
        let advice = match found < wanted {
            true => "an empty cell keeps its delimiter",
            false => "a cell with a delimiter or a line end in it stands in double quotes",
        };
        let text = format!("the row has {found} {cells}, the header {wanted}: {advice}");
        sheet.fault(record.line, None, text)?;
        return Ok(None);
    }
    let mut candidate = Candidate::new(record.line);
    for (at, (column, cell)) in columns.iter().zip(record.cells).enumerate() {
        match column {
            None if cell.text.is_empty() => {}
            None => {
                sheet.fault(record.line, None, format!("cell {} has no name above it in the header", at + 1))?;
                return Ok(None);
            }
            Some(_) if cell.text.is_empty() && !cell.quoted => {}
            Some(column) => {
                sheet.has_passwords |= *column == Column::Password && !cell.text.is_empty();
                candidate.set(*column, cell.text.into_owned());
            }
        }
    }
    Ok(Some(candidate))
}

impl<'a> Records<'a> {
    /// Finds the delimiter: named by a first line `sep=;`, as Excel takes it, else the one that the header holds
    /// most of.
    fn new(text: &'a str) -> Self {
        for delimiter in [',', ';', '\t'] {
            let mark = ["sep=", delimiter.encode_utf8(&mut [0; 4])].concat();
            let rest = text.get(..mark.len()).filter(|start| start.eq_ignore_ascii_case(&mark));
            let rest = rest.and_then(|_| text[mark.len()..].trim_start_matches('\r').strip_prefix('\n'));
            if let Some(rest) = rest {
                return Self { rest, line: 2, delimiter };
            }
        }
        let head = text.trim_start_matches(['\r', '\n']);
        let head = &head[..head.find(['\r', '\n']).unwrap_or(head.len())];
        let count = |delimiter: char| head.matches(delimiter).count();
        let delimiter = [';', '\t'].into_iter().filter(|one| count(*one) > count(',')).max_by_key(|one| count(*one));
        Self { rest: text, line: 1, delimiter: delimiter.unwrap_or(',') }
    }

    /// The next record that is not empty: spreadsheets save rows that were once used.
    fn next_filled(&mut self) -> Result<Option<Record<'a>>, Failure> {
        while let Some(record) = self.next()? {
            if record.cells.iter().any(|cell| !cell.text.is_empty()) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> Result<Option<Record<'a>>, Failure> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (line, mut cells) = (self.line, Vec::new());
        loop {
            cells.push(if self.rest.starts_with('"') { self.quoted()? } else { self.bare() });
            if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
                self.rest = rest;
                continue;
            }
            self.end_line();
            return Ok(Some(Record { line, cells }));
        }
    }

    fn bare(&mut self) -> Cell<'a> {
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Cell { text: Cow::Borrowed(text), quoted: false }
    }

    fn quoted(&mut self) -> Result<Cell<'a>, Failure> {
        let begun = self.line;
        let inner = &self.rest[1..];
        let mut from = 0;
        let end = loop {
            let Some(at) = inner[from..].find('"').map(|at| from + at) else {
                return Err(Failure::usage(format!(
                    "the double quote that begins a cell on line {begun} is never closed"
                ))
                .hint("a double quote inside a cell is written twice, and the cell stands in double quotes"));
            };
            if !inner[at + 1..].starts_with('"') {
                break at;
            }
            from = at + 2;
        };
        let (text, rest) = (&inner[..end], &inner[end + 1..]);
        self.line += line_ends(text);
        if !(rest.is_empty() || rest.starts_with([self.delimiter, '\r', '\n'])) {
            return Err(Failure::usage(format!(
                "there is text behind the closing double quote of a cell on line {}",
                self.line
            ))
            .hint("a double quote inside a cell is written twice, and the cell stands in double quotes"));
        }
        self.rest = rest;
        let text = if text.contains('"') { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) };
        Ok(Cell { text, quoted: true })
    }

    fn end_line(&mut self) {
        let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
        self.rest = rest.strip_prefix('\n').unwrap_or(rest);
        self.line += 1;
    }
}

/// Line ends of any kind.
fn line_ends(text: &str) -> u64 {
    let all = text.matches(['\r', '\n']).count() - text.matches("\r\n").count();
    all as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Result<Vec<(u64, Vec<String>)>, String> {
        let mut records = Records::new(text);
        let mut all = Vec::new();
        while let Some(record) = records.next_filled().map_err(|failure| failure.message)? {
            all.push((record.line, record.cells.into_iter().map(|cell| cell.text.into_owned()).collect()));
        }
        Ok(all)
    }

    fn owned(rows: &[(u64, &[&str])]) -> Result<Vec<(u64, Vec<String>)>, String> {
        Ok(rows.iter().map(|(line, cells)| (*line, cells.iter().map(|cell| (*cell).to_owned()).collect())).collect())
    }

    #[test]
    fn comma_semicolon_and_tab_are_told_by_the_header() {
        for text in ["a,b;x\n1,2;3", "a;b,x\n", "a\tb\n", "sep=;\r\na;b\n", "a"] {
            let read = records(text).expect("read");
            let wanted: usize = if text == "a" { 1 } else { 2 };
            assert_eq!(read[0].1.len(), wanted, "{text:?}");
        }
        assert_eq!(records("sep=;\r\na;b\n1;2"), owned(&[(2, &["a", "b"]), (3, &["1", "2"])]));
    }

    #[test]
    fn records_are_numbered_by_the_line_on_which_they_begin() {
        let text = "a,b\r\n\r\n\"one\r\ntwo\nthree\",x\r\n,\r\n4,\"say \"\"hi\"\"\"\n5,";
        let wanted: [(u64, &[&str]); 4] =
            [(1, &["a", "b"]), (3, &["one\r\ntwo\nthree", "x"]), (7, &["4", "say \"hi\""]), (8, &["5", ""])];
        assert_eq!(records(text), owned(&wanted));
        assert_eq!(records("a,b\r1,2\r"), owned(&[(1, &["a", "b"]), (2, &["1", "2"])]));
    }

    #[test]
    fn a_quoted_empty_cell_is_told_from_an_empty_one() {
        let mut records = Records::new(",\"\"\n");
        let record = records.next().expect("read").expect("a record");
        assert_eq!(record.cells.iter().map(|cell| cell.quoted).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn broken_quotes_are_refused_by_line() {
        assert_eq!(
            records("a,b\n1,\"x\ny\n").expect_err("open"),
            "the double quote that begins a cell on line 2 is never closed"
        );
        assert_eq!(
            records("a,b\n\"x\ny\" z,2\n").expect_err("text behind"),
            "there is text behind the closing double quote of a cell on line 3"
        );
        assert_eq!(records("a,b\n5\" disk,2"), owned(&[(1, &["a", "b"]), (2, &["5\" disk", "2"])]));
    }

    /// Whatever another writer writes comes back.
    #[test]
    fn what_the_csv_crate_writes_reads_back() {
        let alphabet = ["a", "\"", ",", ";", "\t", "\n", "\r\n", " ", "é", "'"];
        let mut state = 1_u64;
        let mut next = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for delimiter in [b',', b';', b'\t'] {
            let mut writer = ::csv::WriterBuilder::new()
                .delimiter(delimiter)
                .terminator(::csv::Terminator::CRLF)
                .from_writer(Vec::new());
            let mut wanted = vec![vec!["h1".to_owned(), "h2".to_owned(), "h3".to_owned()]];
            for _ in 0..500 {
                let mut cell = || (0..next(6)).map(|_| alphabet[next(alphabet.len())]).collect::<String>();
                wanted.push(vec!["x".to_owned() + &cell(), cell(), cell()]);
            }
            for row in &wanted {
                writer.write_record(row).expect("written");
            }
            let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8");
            let read: Vec<Vec<String>> = records(&text).expect("read").into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(read, wanted);
        }
    }
}
