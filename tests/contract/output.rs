//! Rules 1, 9 and 10: formats, columns, escaping, colours, widths.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use authctl::cli::{Stream, Terminal};

use crate::fixture;
use crate::harness::{Desk, open};

/// Control, C1, bidi, zero-width (`cli.md`, rule 10).
const HOSTILE: &str = "a\u{1b}[31m\u{7}\u{9b}2J\u{202e}\u{2066}\u{200b}\u{feff}\r\t\n\u{7f}b";

fn hostile(c: char) -> bool {
    matches!(c, '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn with_name(name: &str) -> Desk {
    let desk = Desk::usual();
    open(&desk.db())
        .execute("UPDATE users SET full_name = ?1, username = ?1 WHERE id = 2", [name])
        .expect("a hostile name");
    desk
}

/// A path in a document opens the file, whatever its directory is called: people read it escaped, scripts do not.
#[test]
fn paths_in_json_are_exact() {
    let desk = Desk::empty();
    std::fs::create_dir(desk.path("a\u{200d}b")).expect("a directory");
    desk.write("a\u{200d}b/key", "");
    desk.write("a\u{200d}b/authctl.toml", "audit_key_file = \"key\"");
    fixture::preauth(&desk.path("a\u{200d}b/old.db"));
    let rows = "username,email\nnina,n@example.org\n";
    let run = |words: &str| {
        let args: Vec<&str> = words.split(' ').chain(["--json"]).collect();
        desk.ok_with(&args, rows).json()
    };
    let exact = |path: &Value| {
        let path = path.as_str().unwrap_or_else(|| panic!("no path: {path}"));
        assert!(path.contains("a\u{200d}b/") && desk.dir.path().join(path).is_file(), "{path:?}");
    };
    exact(&run("init --database a\u{200d}b/app.db")["database"]);
    exact(&run("db info --database a\u{200d}b/app.db")["database"]);
    exact(&run("db backup --database a\u{200d}b/app.db")["backup"]);
    exact(&run("db backup a\u{200d}b/chosen.db --database a\u{200d}b/app.db")["backup"]);
    exact(&run("migrate --database a\u{200d}b/old.db")["backup"]);
    exact(&run("secret generate --write --database a\u{200d}b/app.db")["path"]);
    let import = "user import - --generate --credentials-out a\u{200d}b/out.csv --database a\u{200d}b/app.db";
    exact(&run(import)["credentials"]);
    let settings = run("config show --config a\u{200d}b/authctl.toml --database a\u{200d}b/app.db");
    for key in ["config_file", "database", "audit_key_file"] {
        let setting = settings.as_array().and_then(|all| all.iter().find(|setting| setting["key"] == key));
        exact(&setting.unwrap_or_else(|| panic!("{key}: {settings}"))["value"]);
    }
}

#[test]
fn hostile_text_is_escaped_wherever_a_person_reads_it() {
    let desk = with_name(HOSTILE);
    for args in [
        &["user", "list"][..],
        &["user", "list", "-o", "csv"],
        &["user", "list", "-o", "json"],
        &["user", "list", "-o", "jsonl"],
        &["user", "show", "id:2"],
        &["user", "show", "id:2", "-o", "csv"],
        &["lock", "id:2"],
        &["lock", "id:2", "-o", "csv"],
        &["unlock", "id:2", "--json"],
        &["set-role", "id:2", "therapist"],
    ] {
        let out = desk.ok(args);
        assert!(!out.stdout.contains(hostile) && !out.stderr.contains(hostile), "{args:?}: {out:?}");
    }
    // No row is forged by a line end.
    assert_eq!(desk.ok(&["user", "list"]).stdout.lines().count(), 11);
    assert_eq!(desk.ok(&["user", "list", "-o", "csv"]).stdout.lines().count(), 11);
    let given = format!("x{HOSTILE}");
    for args in
        [&["lock", given.as_str()][..], &["user", "list", "--sort", &given], &["user", "list", "--columns", &given]]
    {
        let out = desk.run(args);
        assert!(out.code != 0 && !out.stderr.contains(hostile), "{args:?}: {out:?}");
        let out = desk.run(&[&["--json"], args].concat());
        assert!(!out.stderr.contains(hostile), "{args:?}: {out:?}");
    }
}

#[test]
fn json_and_csv_raw_give_the_exact_value() {
    let desk = with_name(HOSTILE);
    assert_eq!(desk.json(&["user", "show", "id:2"])["full_name"], HOSTILE);
    let raw = desk.ok(&["user", "show", "id:2", "-o", "csv", "--csv-raw", "--columns", "full_name"]).stdout;
    let mut rows = csv::Reader::from_reader(raw.as_bytes());
    let row = rows.records().next().expect("a row").expect("CSV");
    assert_eq!(&row[0], HOSTILE);
    let safe = desk.ok(&["user", "show", "id:2", "-o", "csv", "--columns", "full_name"]).stdout;
    assert!(safe.contains(r"a\u{1b}[31m\u{7}\u{9b}2J\u{202e}"), "{safe}");
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_guarded_in_csv() {
    for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        let desk = with_name(formula);
        let cell = |more: &[&str]| {
            let out = desk.ok(&[&["user", "show", "id:2", "-o", "csv", "--columns", "full_name"], more].concat());
            let mut rows = csv::Reader::from_reader(out.stdout.as_bytes());
            rows.records().next().expect("a row").expect("CSV")[0].to_owned()
        };
        assert!(cell(&[]).starts_with('\''), "{formula:?}: {:?}", cell(&[]));
        assert_eq!(cell(&["--csv-raw"]), formula);
        assert_eq!(desk.json(&["user", "show", "id:2"])["full_name"], formula);
    }
}

#[test]
fn csv_has_a_header_the_exact_names_and_rfc_3339() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "list", "-o", "csv"]).stdout;
    let mut rows = csv::Reader::from_reader(out.as_bytes());
    let header: Vec<String> = rows.headers().expect("a header").iter().map(str::to_owned).collect();
    assert_eq!(
        header,
        [
            "id",
            "username",
            "email",
            "full_name",
            "role",
            "is_active",
            "is_verified",
            "created_at",
            "last_login",
            "failed_login_attempts",
            "locked_until",
            "state"
        ]
    );
    let rows: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("CSV")).collect();
    assert_eq!(rows.len(), 10);
    assert_eq!(&rows[0][8], "2026-01-02T03:04:05.678901Z");
    assert_eq!((&rows[1][3], &rows[2][3], &rows[5][5]), ("Bob Stone", "", "false"));
    assert_eq!((&rows[3][10], &rows[4][11]), ("2099-01-01T00:00:00Z", "stuck"));
}

#[test]
fn jsonl_is_one_document_a_line() {
    let desk = Desk::usual();
    let out = desk.ok(&["user", "list", "-o", "jsonl"]).stdout;
    for line in out.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
    assert_eq!(out.lines().count(), 10);
    assert_eq!(desk.ok(&["lock", "bob", "cleo", "-o", "jsonl"]).stdout.lines().count(), 2);
    // Errors are JSON there too.
    let out = desk.run(&["user", "show", "ghost", "-o", "jsonl"]);
    out.refusal(&[], 3, "not_found");
}

#[test]
fn columns_choose_in_their_order() {
    let desk = Desk::usual();
    assert_eq!(
        desk.ok(&["user", "list", "--columns", "username,id", "-o", "csv", "--limit", "1"]).stdout,
        "username,id\nann,1\n"
    );
    assert_eq!(
        desk.ok(&["user", "list", "--columns", "email,id", "-o", "jsonl", "--limit", "1"]).stdout,
        "{\"email\":\"ann@example.org\",\"id\":1}\n"
    );
    let table = desk.ok(&["user", "list", "--columns", "created_at,username", "--limit", "1"]).stdout;
    assert!(table.starts_with("CREATED") && table.contains("2025-03-01 08:00:00 UTC"), "{table}");
    desk.refused(&["user", "list", "--columns", "id,nope"], 2, "usage").names(&["nope", "username"]);
    desk.refused(&["user", "list", "--columns", "id,id"], 2, "usage").names(&["id"]);
    desk.refused(&["user", "list", "--columns", ""], 2, "usage");
    desk.refused(&["user", "list", "--columns", "customer_id"], 2, "usage");
}

/// A wrong name must not be found out after the change was made.
#[test]
fn a_wrong_column_stops_a_write_before_anything_changes() {
    let desk = Desk::keyed();
    for args in [
        &["lock", "bob"][..],
        &["unlock", "emil"],
        &["unlock", "--expired"],
        &["set-role", "bob", "admin"],
        &["user", "deactivate", "bob"],
        &["user", "verify", "bob"],
        &["user", "passwd", "bob", "--generate"],
        &["user", "add", "nina", "--email", "n@example.org", "--generate"],
        &["token", "issue", "bob"],
    ] {
        for format in [&["--json"][..], &["-o", "csv"], &[]] {
            let before = desk.snapshot();
            let out = desk.run_with(&[args, &["--columns", "nope"], format].concat(), crate::fixture::PASSWORD);
            assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{args:?} {format:?}: {out:?}");
            assert!(out.stderr.contains("nope"), "{out:?}");
            assert_eq!(desk.snapshot(), before, "{args:?} {format:?}");
        }
    }
}

#[test]
fn times_in_tables_are_utc_and_relative() {
    let desk = Desk::usual();
    desk.ok(&["lock", "bob"]);
    let table = desk.ok(&["user", "list", "--columns", "username,locked_until,last_login"]).stdout;
    assert!(table.contains("2026-11-25 02:30:00 UTC (in 30 minutes)"), "{table}");
    assert!(table.contains("2026-01-02 03:04:0") && table.contains("ago)"), "{table}");
    desk.ok(&["lock", "bob", "--forever"]);
    let table = desk.ok(&["user", "list", "--columns", "username,locked_until"]).stdout;
    assert!(table.contains("without end"), "{table}");
    assert_eq!(desk.json(&["user", "show", "bob"])["locked_until"], "9999-12-31T23:59:59.999999Z");
}

/// Arguments, environment, what stdout and stderr are, and whether there is colour.
type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], Stream, bool);

/// Field report A26.
#[test]
fn no_escape_byte_unless_stdout_is_a_terminal_or_colour_is_forced() {
    let other = Stream::Other;
    let terminal = Stream::Terminal;
    let cases: [Case; 10] = [
        (&[], &[("TERM", "xterm")], other, false),
        (&[], &[("TERM", "xterm")], terminal, true),
        (&[], &[("TERM", "dumb")], terminal, false),
        (&[], &[("TERM", "xterm"), ("NO_COLOR", "1")], terminal, false),
        (&[], &[("CLICOLOR_FORCE", "1")], other, true),
        (&[], &[("CLICOLOR_FORCE", "0")], other, false),
        (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], other, false),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")], terminal, false),
        (&["--color", "always"], &[("NO_COLOR", "1")], other, true),
        (&["--color", "auto"], &[("TERM", "xterm")], other, false),
    ];
    for (args, env, stream, coloured) in cases {
        let mut desk = Desk::usual();
        for (name, value) in env {
            desk.set(name, value);
        }
        desk.terminal = Terminal { stdin: other, stdout: stream, stderr: stream, width: Some(200) };
        let out = desk.ok(&[&["user", "list", "--limit", "3"], args].concat());
        assert_eq!(out.stdout.contains('\u{1b}'), coloured, "{args:?} {env:?}: {out:?}");
        let error = desk.run(&[&["user", "show", "ghost"], args].concat());
        assert_eq!(error.stderr.contains('\u{1b}'), coloured, "{args:?} {env:?}: {error:?}");
        // A document stays one, whatever is forced.
        let out = desk.ok(&[&["user", "list", "--json"], args].concat());
        assert!(!out.stdout.contains('\u{1b}'));
        out.json();
    }
    // stdout and stderr are two questions.
    let mut desk = Desk::usual();
    desk.set("TERM", "xterm");
    desk.terminal = Terminal { stdin: terminal, stdout: other, stderr: terminal, width: None };
    let out = desk.run(&["user", "show", "ivo", "ghost"]);
    assert!(!out.stdout.contains('\u{1b}') && out.stderr.contains('\u{1b}'), "{out:?}");
}

#[test]
fn a_narrow_terminal_gets_fewer_columns_and_no_line_is_wider() {
    let mut desk = Desk::usual();
    desk.sql("UPDATE users SET full_name = '山田太郎山田太郎山田太郎', username = '漢字名前' WHERE id = 3");
    for width in [20_u16, 30, 40, 60, 80, 100, 132, 200] {
        let terminal = Stream::Terminal;
        desk.terminal = Terminal { stdin: terminal, stdout: terminal, stderr: terminal, width: Some(width) };
        let table = desk.ok(&["user", "list"]).stdout;
        for line in table.lines() {
            assert!(line.width() <= usize::from(width), "{width}: {} {line:?}", line.width());
        }
        assert_eq!(table.lines().count(), 11, "{width}: one line each");
        assert!(table.trim_start().starts_with("ID  USERNAME"), "{width}: {table}");
    }
    // Into a file nothing is cut.
    desk.terminal.stdout = Stream::Other;
    desk.terminal.width = None;
    assert!(desk.ok(&["user", "list"]).stdout.contains("山田太郎山田太郎山田太郎"));
}

#[test]
fn wide_characters_keep_the_columns_straight() {
    let desk = Desk::usual();
    desk.sql(
        "UPDATE users SET username = '漢字' WHERE id = 1; UPDATE users SET username = 'e\u{301}a' WHERE id = 2;
              UPDATE users SET username = '🙂x' WHERE id = 3",
    );
    let table = desk.ok(&["user", "list", "--columns", "username,email", "--limit", "4"]).stdout;
    let at: Vec<usize> = table
        .lines()
        .skip(1)
        .map(|line| {
            line[..line.find('@').expect("an e-mail")].rfind(' ').map(|end| line[..end].width()).expect("a gap")
        })
        .collect();
    assert!(at.windows(2).all(|pair| pair[0] == pair[1]), "{at:?}\n{table}");
}
