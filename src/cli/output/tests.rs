use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::escape::is_hostile;
use super::*;

#[derive(Serialize)]
struct Account {
    id: i64,
    username: String,
    role: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'static str>,
}

impl Record for Account {
    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::right("id", "ID", Column::ALWAYS),
            Column::left("username", "USERNAME", Column::ALWAYS),
            Column::left("role", "ROLE", 2),
            Column::left("state", "STATE", 5),
            Column::left("created_at", "CREATED", Column::ON_REQUEST),
        ];
        COLUMNS
    }

    fn cell(&self, index: usize) -> Cell<'_> {
        match index {
            0 => Cell::plain(self.id.to_string()),
            1 => Cell::plain(&self.username),
            2 => self.role.as_deref().map_or_else(Cell::absent, Cell::plain),
            3 => Cell::marked(self.state, Mark::Bad),
            _ => Cell::plain("today"),
        }
    }

    fn value(&self, index: usize) -> Datum<'_> {
        match index {
            0 => self.id.to_string().into(),
            1 => self.username.as_str().into(),
            2 => self.role.as_deref().unwrap_or_default().into(),
            3 => self.state.into(),
            _ => "2026-11-25T00:00:00Z".into(),
        }
    }

    fn kept_keys() -> &'static [&'static str] {
        &["raw"]
    }
}

fn account(id: i64, username: &str) -> Account {
    Account { id, username: username.to_owned(), role: None, state: "active", raw: None }
}

fn style(format: Format) -> Style {
    Style { format, width: None, color: Color::Off, csv: CsvText::Safe, columns: None, lacking: Vec::new() }
}

fn named(format: Format, columns: &[&str]) -> Style {
    Style { columns: Some(columns.iter().map(ToString::to_string).collect()), ..style(format) }
}

fn emitted(style: &Style, rows: &[Account]) -> (String, Summary) {
    let mut out = Vec::new();
    let mut emitter = Emitter::new::<Account>(&mut out, style).expect("the columns exist");
    for row in rows {
        emitter.push(row).expect("memory does not fail");
    }
    let summary = emitter.finish().expect("memory does not fail");
    (text(out), summary)
}

fn one(style: &Style, row: &Account) -> String {
    let mut out = Vec::new();
    emit_one(&mut out, style, row).expect("the columns exist");
    text(out)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("output is UTF-8")
}

#[test]
fn a_table_has_a_header_and_aligned_columns() {
    let (text, summary) = emitted(&style(Format::Table), &[account(1, "ann"), account(12, "bob ")]);
    assert_eq!(text, "ID  USERNAME  ROLE  STATE\n 1  ann       -     active\n12  \"bob \"    -     active\n");
    assert_eq!(summary, Summary { rows: 2, hidden: vec![] });
}

#[test]
fn wide_characters_keep_the_columns_aligned() {
    let (text, _) = emitted(&style(Format::Table), &[account(1, "漢字漢字漢"), account(2, "🙂é"), account(3, "x")]);
    let starts: Vec<usize> =
        text.lines().skip(1).map(|line| line.split_once("-     active").expect("both columns").0.width()).collect();
    assert_eq!(starts, [16, 16, 16]);
}

#[test]
fn nothing_comes_out_of_nothing() {
    assert_eq!(emitted(&style(Format::Json), &[]).0, "[]\n");
    assert_eq!(emitted(&style(Format::Jsonl), &[]).0, "");
    assert_eq!(emitted(&style(Format::Csv), &[]).0, "id,username,role,state,created_at\n");
    assert_eq!(emitted(&style(Format::Table), &[]).0, "");
}

#[test]
fn json_is_one_document_and_json_lines_are_one_each() {
    let rows = [account(1, "ann"), account(2, "bob")];
    let (text, _) = emitted(&style(Format::Json), &rows);
    let document: serde_json::Value = serde_json::from_str(&text).expect("one document");
    assert_eq!(document.as_array().map(Vec::len), Some(2));
    assert_eq!(
        emitted(&style(Format::Jsonl), &rows[..1]).0,
        "{\"id\":1,\"username\":\"ann\",\"role\":null,\"state\":\"active\"}\n"
    );
    assert_eq!(one(&style(Format::Json), &rows[0]), emitted(&style(Format::Jsonl), &rows[..1]).0);
}

#[test]
fn columns_choose_and_order_in_every_format() {
    let mut row = account(1, "ann");
    row.raw = Some("kept");
    let rows = [row];
    assert_eq!(emitted(&named(Format::Csv, &["state", "id"]), &rows).0, "state,id\nactive,1\n");
    assert_eq!(
        emitted(&named(Format::Jsonl, &["state", " id"]), &rows).0,
        "{\"state\":\"active\",\"id\":1,\"raw\":\"kept\"}\n"
    );
    assert_eq!(emitted(&named(Format::Table, &["created_at", "id"]), &rows).0, "CREATED  ID\ntoday     1\n");
    assert_eq!(one(&named(Format::Table, &["state", "id"]), &rows[0]), "STATE  active\nID     1\n");
}

#[test]
fn an_unknown_column_is_refused_with_the_list_of_those_that_there_are() {
    let mut lacking = named(Format::Csv, &["id", "na\u{1b}me"]);
    lacking.lacking = vec!["role"];
    let error = check_columns::<Account>(&lacking).expect_err("not among the columns");
    assert_eq!(error.to_string(), r"unknown column 'na\u{1b}me'; the columns are id, username, state, created_at");
    let error = check_columns::<Account>(&named(Format::Csv, &["id", "id"])).expect_err("not among the columns");
    assert_eq!(error.to_string(), "column 'id' is named twice");
}

#[test]
fn a_column_that_the_database_lacks_is_not_shown() {
    let mut lacking = style(Format::Csv);
    lacking.lacking = vec!["role", "created_at"];
    assert_eq!(emitted(&lacking, &[account(1, "ann")]).0, "id,username,state\n1,ann,active\n");
}

#[test]
fn csv_is_quoted_guarded_and_escaped_unless_raw() {
    let rows = [account(1, "=cmd|' /C calc'!A0"), account(2, "a,\"b\"\n\u{9b}")];
    let columns = named(Format::Csv, &["username"]);
    assert_eq!(emitted(&columns, &rows).0, "username\n'=cmd|' /C calc'!A0\n\"a,\"\"b\"\"\\n\\u{9b}\"\n");
    let raw = Style { csv: CsvText::Exact, ..columns };
    assert_eq!(emitted(&raw, &rows).0, "username\n=cmd|' /C calc'!A0\n\"a,\"\"b\"\"\n\u{9b}\"\n");
}

#[test]
fn a_single_record_is_a_line_for_each_column() {
    assert_eq!(
        one(&style(Format::Table), &account(7, "ann")),
        "ID        7\nUSERNAME  ann\nROLE      -\nSTATE     active\nCREATED   today\n"
    );
    assert_eq!(
        one(&style(Format::Csv), &account(7, "ann")),
        "id,username,role,state,created_at\n7,ann,,active,2026-11-25T00:00:00Z\n"
    );
}

#[test]
fn colour_surrounds_the_cell_and_nothing_else() {
    let colored = Style { color: Color::On, ..style(Format::Table) };
    let (text, _) = emitted(&colored, &[account(1, "ann")]);
    assert_eq!(
        text,
        "\u{1b}[1mID\u{1b}[0m  \u{1b}[1mUSERNAME\u{1b}[0m  \u{1b}[1mROLE\u{1b}[0m  \u{1b}[1mSTATE\u{1b}[0m\n \
         1  ann       \u{1b}[2m-\u{1b}[0m     \u{1b}[31mactive\u{1b}[0m\n"
    );
}

#[test]
fn a_narrow_terminal_drops_columns_then_cuts() {
    let narrow = Style { width: Some(24), ..style(Format::Table) };
    let (text, summary) = emitted(&narrow, &[account(1, "a-rather-long-username"), account(2, "b")]);
    assert_eq!(text, "ID  USERNAME\n 1  a-rather-long-usern…\n 2  b\n");
    assert_eq!(summary.hidden, ["role", "state"]);
    let unknown = Style { width: Some(0), ..style(Format::Table) };
    assert!(emitted(&unknown, &[account(1, &"x".repeat(300))]).0.contains(&"x".repeat(300)));
}

#[test]
fn a_number_is_never_cut() {
    let narrow = Style { width: Some(8), ..style(Format::Table) };
    let (text, _) = emitted(&narrow, &[account(1_234_567_890, "ann")]);
    assert!(text.contains("1234567890"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let names = [
        "漢字漢字漢字漢字漢字漢字漢字",
        "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
        "e\u{301}e\u{301}",
        "\u{202e}\u{1b}[31m",
        "👩🏽",
        "🇩🇪🇩🇪",
    ];
    let rows: Vec<Account> = names.iter().map(|name| account(1, name)).collect();
    for width in 14..60 {
        let narrow = Style { width: Some(width), ..style(Format::Table) };
        let (text, _) = emitted(&narrow, &rows);
        assert_eq!(text.lines().count(), rows.len() + 1);
        assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{width}: {text}");
    }
}

#[test]
fn later_chunks_keep_the_widths_and_a_wider_row_juts_out_whole() {
    let mut rows: Vec<Account> = (0..250).map(|id| account(id, "ann")).collect();
    rows[170].username = "wider-than-the-first-hundred".to_owned();
    rows[3].username = "y".repeat(70_000);
    let (text, summary) = emitted(&style(Format::Table), &rows);
    assert_eq!(text.lines().count(), 251);
    assert_eq!(summary.rows, 250);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1].len(), lines[250].len());
    assert_eq!(lines[0].find("ROLE"), lines[250].find("-  "));
    assert!(lines[250].starts_with("    249  ann "));
    assert!(lines[4].contains(&"y".repeat(70_000)));
    assert!(lines[171].contains("wider-than-the-first-hundred"));
}

#[test]
fn no_format_lets_a_hostile_character_through_but_raw_csv() {
    let hostile: String = (0..0x3000_u32).chain(0xe0000..0xe0080).filter_map(char::from_u32).collect();
    let rows = [account(1, &hostile)];
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv] {
        for text in [emitted(&style(format), &rows).0, one(&style(format), &rows[0])] {
            assert!(!text.chars().any(|c| c != '\n' && is_hostile(c)), "{format:?}");
        }
    }
}

#[test]
fn a_dropped_emitter_leaves_the_stream_empty() {
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv] {
        let mut out = Vec::new();
        let mut emitter = Emitter::new::<Account>(&mut out, &style(format)).expect("all columns");
        emitter.push(&account(1, "ann")).expect("held back");
        drop(emitter);
        assert!(out.is_empty(), "{format:?}");
    }
}

/// Fails as a closed pipe does, after some bytes.
struct ClosedPipe {
    left: usize,
    most: usize,
}

impl Write for ClosedPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.most = self.most.max(bytes.len());
        if self.left == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_an_error_of_its_kind_and_no_write_is_big() {
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv] {
        let mut pipe = ClosedPipe { left: 200_000, most: 0 };
        let mut emitter = Emitter::new::<Account>(&mut pipe, &style(format)).expect("all columns");
        let result = (0..20_000).try_for_each(|id| emitter.push(&account(id, "ann")));
        let Err(OutputError::Io(error)) = result else { panic!("{format:?} went on") };
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        drop(emitter);
        // 64 KiB, and what one row more brings, or a hundred of a table.
        assert!(pipe.most <= 72 * 1024, "{format:?}: {}", pipe.most);
    }
}

#[test]
fn what_is_held_waits_for_the_pause_however_much_it_is() {
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv] {
        let mut pipe = ClosedPipe { left: 0, most: 0 };
        let mut emitter = Emitter::new::<Account>(&mut pipe, &style(format)).expect("all columns");
        (0..5000).try_for_each(|id| emitter.hold(&account(id, "ann"))).expect("nothing is written");
        let Err(OutputError::Io(error)) = emitter.settle() else { panic!("{format:?} wrote nothing") };
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{format:?}");
    }
}
