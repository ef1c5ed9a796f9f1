//! Accounts that come from a file log in to the app, and an export is what Python reads in the file.

use std::path::Path;

use serde_json::{Value, json};

use crate::pair::{Form, Pair};
use crate::support::{App, AppKind, Oracle, PASSWORD, Stage, TWIN_PASSWORD, make_db, sqlite};
use crate::tool::{KEY, Tool};

/// The cheapest hashes that the configuration allows.
const CHEAP: &str = "[hash]\nmemory_kib = 19456\ntime_cost = 2\n";

/// As a spreadsheet saves two hundred rows: a byte order mark, semicolons, CRLF, quotes where a cell needs them.
fn spreadsheet(rows: usize) -> String {
    let mut text = String::from("\u{feff}Username;E-Mail;Full Name;Role;Verified\r\n");
    for number in 0..rows {
        let role = if number % 7 == 0 { "Therapist" } else { "" };
        text.push_str(&format!(
            "from-sheet-{number};From.Sheet.{number}@Example.ORG;\"Ada O'Neil-Frey\";{role};TRUE\r\n"
        ));
    }
    text
}

#[test]
fn two_hundred_rows_of_a_spreadsheet_log_in_with_the_credentials_file() {
    let mut pair = Pair::start(Form::LIVE);
    pair.tool = Tool::on(&pair.db).configured(CHEAP);
    let directory = pair.db.parent().expect("a directory");
    let (file, out) = (directory.join("sheet.csv"), directory.join("credentials.csv"));
    std::fs::write(&file, spreadsheet(200)).expect("a file");
    let (file, out) = (file.to_str().expect("UTF-8"), out.to_str().expect("UTF-8"));
    let import = ["user", "import", file, "--generate", "--credentials-out", out];
    let document = pair.tool.run(&import).done().document();
    assert_eq!((&document["imported"], &document["credentials"]), (&json!(200), &json!(out)));

    let mut reader = csv::Reader::from_path(out).expect("a credentials file");
    let mut count = 0;
    for (number, row) in reader.records().enumerate() {
        let row = row.expect("a row");
        assert_eq!(
            (&row[0], &row[1]),
            (&*format!("from-sheet-{number}"), &*format!("From.Sheet.{number}@example.org"))
        );
        let (status, answer) = pair.app.login(&row[1], &row[2]);
        assert_eq!(status, 200, "{row:?}: {answer}");
        count += 1;
    }
    assert_eq!(count, 200);
    assert_eq!(pair.app.users().0, 200, "the app reads every row");
    let (_, tokens) = pair.app.login("From.Sheet.199@example.org", "wrong");
    assert_eq!(tokens, crate::pair::detail(crate::pair::REFUSED));
}

#[test]
fn a_ready_hash_of_the_apps_own_making_logs_in() {
    let pair = Pair::start(Form::LATER);
    let salt = "00112233445566778899aabbccddeeff";
    let made = Oracle::start().ask(json!({"op": "hash_make", "password": PASSWORD, "salt": salt}));
    let row = json!({"username": "ready-1", "email": "ready@example.org", "password_hash": made["hash"], "salt": salt});
    pair.tool.run_with(&format!("{row}\n"), &["user", "import", "-", "--format", "jsonl"]).done();
    assert_eq!(pair.app.login("ready@example.org", PASSWORD).0, 200);
    assert_eq!(pair.app.login("ready@example.org", TWIN_PASSWORD).0, 401);
}

/// Every row with every column but the id, as Python's sqlite3 reads them, storage classes included.
fn read_by_python(oracle: &mut Oracle, database: &Path) -> Value {
    let ask =
        |oracle: &mut Oracle, sql: &str| oracle.ask(json!({"op": "sql", "path": database, "sql": sql}))["rows"].clone();
    let columns = ask(oracle, "SELECT name FROM pragma_table_info('users') WHERE name <> 'id' ORDER BY name");
    let names: Vec<&str> = columns.as_array().expect("rows").iter().filter_map(|row| row[0].as_str()).collect();
    let types: Vec<String> = names.iter().map(|name| format!("typeof({name})")).collect();
    ask(oracle, &format!("SELECT {}, {} FROM users ORDER BY id", names.join(", "), types.join(", ")))
}

#[test]
fn an_export_into_an_empty_database_gives_equal_rows_that_log_in() {
    let mut oracle = Oracle::start();
    for (stage, kind) in [
        (Stage::Altered, AppKind::Seed),
        (Stage::Live, AppKind::Seed),
        (Stage::Later, AppKind::Seed),
        (Stage::Head, AppKind::Head),
    ] {
        for format in ["csv", "jsonl"] {
            let (from, to) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
            let (source, target) = (make_db(stage, from.path()), make_db(stage, to.path()));
            sqlite(&target, "DELETE FROM users");
            let (exporter, importer) = (Tool::on(&source), Tool::on(&target));
            importer.run(&["migrate"]).done();
            exporter.run(&["migrate"]).done();
            let export = exporter.run_plain(&["user", "export", "--with-hashes", "-o", format]).done();
            importer.run_with(&export.stdout, &["user", "import", "-", "--format", format]).done();
            let wanted = read_by_python(&mut oracle, &source);
            assert_ne!(wanted, json!([]));
            assert_eq!(read_by_python(&mut oracle, &target), wanted, "{stage:?} {format}");

            if format == "csv" {
                logins_end_alike(kind, &source, &target, stage != Stage::Altered);
            }
        }
    }
}

/// The app answers the logins of both files alike; some of them with 200 where there are passwords.
fn logins_end_alike(kind: AppKind, source: &Path, target: &Path, has_passwords: bool) {
    let (here, there) = (App::start(kind, source, Some(KEY)), App::start(kind, target, Some(KEY)));
    let emails = sqlite(source, "SELECT DISTINCT email FROM users ORDER BY id");
    let mut successes = 0;
    for row in &emails {
        let (status, _) = here.login(&row[0], PASSWORD);
        assert_eq!(there.login(&row[0], PASSWORD).0, status, "{}", row[0]);
        successes += usize::from(status == 200);
    }
    assert_eq!(successes > 0, has_passwords, "{successes} of {}", emails.len());
}
