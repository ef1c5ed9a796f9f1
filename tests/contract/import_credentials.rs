//! `user import --generate`: the file of passwords, and what becomes of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::fixture::PASSWORD;
use crate::harness::{Desk, KEY};

const FILE: &str = "username,email\nlena,lena@example.org\nmax,max@example.org\n";

fn import<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["user", "import", "-", "--generate", "--credentials-out", "out.csv"], more].concat()
}

/// The passwords by e-mail, read with the csv crate.
fn credentials(desk: &Desk) -> Vec<[String; 3]> {
    let bytes = fs::read(desk.path("out.csv")).expect("a credentials file");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers().expect("a header"), &csv::StringRecord::from(vec!["username", "email", "password"]));
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| [row[0].to_owned(), row[1].to_owned(), row[2].to_owned()]).collect()
}

#[test]
fn passwords_are_made_written_for_the_owner_alone_and_log_in() {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", KEY);
    let out = desk.ok_with(&import(&["--json"]), FILE);
    let path = desk.path("out.csv");
    assert_eq!(out.json()["credentials"], json!(path.to_str()));
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    let made = credentials(&desk);
    assert_eq!(made.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["lena", "max"]);
    for [_, email, password] in &made {
        assert!(!out.stdout.contains(password) && !out.stderr.contains(password), "{out:?}");
        desk.ok_with(&["login", email, "--password-stdin"], password);
    }
    assert_ne!(made[0][2], made[1][2]);
    let database = &desk.snapshot()["app.db"];
    assert!(!database.windows(25).any(|part| part == made[0][2].as_bytes()));
}

#[test]
fn only_rows_without_a_password_get_one() {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", KEY);
    let file = format!(
        "username,email,password,created_at\nlena,lena@example.org,{PASSWORD},\nold,old@example.org,,2024-02-03\nmax,max@example.org,,\n"
    );
    desk.ok_with(&import(&[]), &file);
    assert_eq!(credentials(&desk).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["old", "max"]);
    desk.ok_with(&["login", "lena", "--password-stdin"], PASSWORD);
    assert_eq!(desk.user("old", "created_at"), "2024-02-03");
}

#[test]
fn no_file_is_left_where_no_password_was_made() {
    let desk = Desk::usual();
    let file = format!("username,email,password\nlena,lena@example.org,{PASSWORD}\n");
    let out = desk.ok_with(&import(&["--json"]), &file).json();
    assert_eq!(out["credentials"], json!(null));
    assert!(!desk.path("out.csv").exists());
    desk.ok_with(&import(&["--if-missing"]), &file);
    assert!(!desk.path("out.csv").exists());
    desk.ok_with(&import(&["-n"]), "username,email\nmax,max@example.org\n");
    assert!(!desk.path("out.csv").exists());
}

#[test]
fn an_existing_file_is_never_touched() {
    let desk = Desk::usual();
    desk.write("out.csv", "precious");
    desk.refused_with(&import(&[]), FILE, 4, "exists").names(&["'", "out.csv"]).advises(&["only copy"]);
    desk.refused_with(&import(&["-n"]), FILE, 4, "exists");
    fs::remove_file(desk.path("out.csv")).expect("removed");
    std::os::unix::fs::symlink("nowhere", desk.path("out.csv")).expect("a link");
    let out = desk.run_with(&import(&[]), FILE);
    assert_eq!(out.code, 4, "{out:?}");
    assert!(!desk.path("nowhere").exists());
    assert_eq!(desk.cell("SELECT count(*) FROM users"), "10");
}

#[test]
fn the_two_options_go_together_and_the_directory_must_be_there() {
    let desk = Desk::usual();
    desk.refused_with(&["user", "import", "-", "--generate"], FILE, 2, "usage").names(&["--credentials-out"]);
    desk.refused_with(&["user", "import", "-", "--credentials-out", "c.csv"], FILE, 2, "usage").names(&["--generate"]);
    desk.refused_with(&["user", "import", "-", "--generate", "--credentials-out", "-"], FILE, 2, "usage")
        .names(&["not written to standard output"]);
    let args = ["user", "import", "-", "--generate", "--credentials-out", "no/where/c.csv"];
    desk.refused_with(&args, FILE, 2, "usage").names(&["no/where"]);
}

#[test]
fn the_file_is_gone_when_the_write_is_refused() {
    let desk = Desk::usual();
    // What only the table itself refuses is found in the transaction.
    desk.sql(
        "CREATE TRIGGER no_more BEFORE INSERT ON users WHEN NEW.username = 'max' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let before = desk.cells("SELECT username FROM users");
    let out = desk.run_with(&import(&[]), FILE);
    assert_ne!(out.code, 0, "{out:?}");
    assert!(!desk.path("out.csv").exists());
    assert_eq!(desk.cells("SELECT username FROM users"), before);
    assert!(desk.events().is_empty());
}

#[test]
fn cells_that_look_like_formulas_are_guarded_unless_the_exact_value_is_wanted() {
    let file = "username,email\n-dash,+plus@example.org\n";
    let desk = Desk::usual();
    desk.ok_with(&import(&[]), file);
    assert_eq!(credentials(&desk)[0][..2], ["'-dash", "'+plus@example.org"]);
    let desk = Desk::usual();
    desk.ok_with(&import(&["--csv-raw"]), file);
    assert_eq!(credentials(&desk)[0][..2], ["-dash", "+plus@example.org"]);
}

#[test]
fn the_example_spreadsheet_imports_as_it_is() {
    let desk = Desk::usual();
    let example = include_bytes!("../../examples/therapists.csv");
    desk.write("therapists.csv", example);
    desk.ok(&["user", "import", "therapists.csv", "--generate", "--credentials-out", "out.csv"]);
    let lines = String::from_utf8_lossy(example).lines().count();
    assert_eq!(credentials(&desk).len(), lines - 1);
    assert_eq!(desk.user("pat-oneil", "full_name || ' ' || role || ' ' || is_verified"), "Pat O'Neil-Frey therapist 0");
}
