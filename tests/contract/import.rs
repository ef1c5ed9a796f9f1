//! `user import`: how a file is read, what each row is judged by, and what is written.

use serde_json::{Value, json};

use crate::fixture::{self, OTHER, PASSWORD, SALT};
use crate::harness::{Desk, Out};

/// What a row is refused for.
pub type Found = (u64, Option<String>, String);

/// `error.rows` of a refusal: line, column, code.
pub fn rows(out: &Out) -> Vec<Found> {
    let line = out.stderr.lines().last().unwrap_or_else(|| panic!("{out:?}"));
    let document: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {out:?}"));
    let rows = document["error"]["rows"].as_array().unwrap_or_else(|| panic!("no rows: {out:?}"));
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    rows.iter()
        .map(|row| {
            assert!(text(row, "message").is_some_and(|message| !message.is_empty()), "{row}");
            (row["line"].as_u64().expect("a line"), text(row, "column"), text(row, "code").expect("a code"))
        })
        .collect()
}

fn found(line: u64, column: &str, code: &str) -> Found {
    (line, Some(column).filter(|column| !column.is_empty()).map(str::to_owned), code.to_owned())
}

/// Refuses the file, changes nothing, and names these rows.
#[track_caller]
fn refused(desk: &Desk, file: &str, args: &[&str], exit: u8, wanted: &[Found]) -> Out {
    let before = desk.snapshot();
    let out = desk.run_with(&[&["user", "import", "-", "--json"], args].concat(), file);
    out.refusal(args, exit, &wanted[0].2);
    assert_eq!(rows(&out), wanted);
    let words = desk.run_with(&[&["user", "import", "-"], args].concat(), file);
    assert_eq!((words.code, words.stdout.as_str()), (exit, ""), "{words:?}");
    for (line, column, _) in wanted {
        // People read the heading that the file has.
        let heading =
            |column: &String| if file.contains("verified") { column.replace("is_", "") } else { column.clone() };
        let column = column.as_ref().map(|column| format!(", {}", heading(column))).unwrap_or_default();
        assert!(words.stderr.contains(&format!("line {line}{column}: ")), "{words:?}");
    }
    assert_eq!(desk.snapshot(), before);
    words
}

fn count(desk: &Desk) -> String {
    desk.cell("SELECT count(*) FROM users")
}

#[test]
fn a_spreadsheet_with_a_mark_semicolons_and_other_line_ends_is_read_in_any_order() {
    let desk = Desk::usual();
    let file = format!(
        "\u{feff}E-Mail;PASSWORD;Full Name;Username;verified;ROLE\r\n\
         Lena <Lena@EXAMPLE.org>;{PASSWORD};Lena Stone;lena;yes;THERAPIST\r\n\
         ;;;;;\r\n\
         max@example.org;{OTHER};;max;0;\r\n"
    );
    let out = desk.ok_with(&["user", "import", "-", "--json"], &file).json();
    let users = json!([
        {"line": 2, "changed": true, "id": 11, "username": "lena", "email": "Lena@example.org"},
        {"line": 4, "changed": true, "id": 12, "username": "max", "email": "max@example.org"},
    ]);
    assert_eq!(
        out,
        json!({"changed": true, "imported": 2, "unchanged": 0, "failed": 0, "credentials": null, "users": users, "errors": []})
    );
    let row = |name: &str| {
        desk.cell(&format!(
            "SELECT email || '|' || coalesce(full_name, 'NULL') || '|' || role || '|' || is_active || is_verified || \
             failed_login_attempts || '|' || coalesce(locked_until, last_login, 'NULL') || '|' || created_at || '|' || \
             length(password_hash) || '|' || length(salt) FROM users WHERE username = '{name}'"
        ))
    };
    let tail = "|NULL|2026-11-25 02:00:00.000000|97|32";
    assert_eq!(row("lena"), format!("Lena@example.org|Lena Stone|therapist|110{tail}"));
    assert_eq!(row("max"), format!("max@example.org|NULL|patient|100{tail}"));
    let mut keyed = desk;
    keyed.set("SECRET_KEY", crate::harness::KEY);
    keyed.ok_with(&["login", "Lena@example.org", "--password-stdin"], PASSWORD);
    keyed.ok_with(&["login", "max", "--password-stdin"], OTHER);
}

#[test]
fn one_event_for_each_account_and_all_in_one_transaction() {
    let desk = Desk::usual();
    let file = format!("username,email,password\nlena,lena@example.org,{PASSWORD}\nmax,max@example.org,{OTHER}\n");
    desk.ok_with(&["user", "import", "-", "--reason", "new clinic"], &file);
    let created = |id: i64, name: &str| {
        format!(
            "user_created done {id} {name} {{\"email\":null,\"is_active\":null,\"is_verified\":null,\"role\":null}} \
             {{\"email\":\"{name}@example.org\",\"is_active\":1,\"is_verified\":0,\"role\":\"patient\"}} -"
        )
    };
    let events: Vec<String> = desk.events();
    assert_eq!(events.len(), 2, "{events:?}");
    for (event, wanted) in events.iter().zip([created(11, "lena"), created(12, "max")]) {
        assert_eq!(event.split(' ').take(4).collect::<Vec<_>>(), wanted.split(' ').take(4).collect::<Vec<_>>());
    }
    assert_eq!(desk.cells("SELECT DISTINCT reason FROM security_events"), ["new clinic"]);
    let secrets = desk.cell(
        "SELECT group_concat(coalesce(before,'') || coalesce(after,'') || coalesce(details,'')) FROM security_events",
    );
    assert!(!secrets.contains("argon2") && !secrets.contains(PASSWORD), "{secrets}");
}

#[test]
fn every_error_of_every_row_is_named_by_the_line_on_which_the_row_begins() {
    let desk = Desk::usual();
    let file = "username,email,full_name,role,verified,password\r\n\
                lena,lena@example.org,,,,Quiet-River#48Lamp\r\n\
                \"li\nne\",bad,x1,wizard,maybe,short\r\n\
                LENA,bob@example.org,,,,\r\n\
                ANN,ok@example.org,,,,Quiet-River#48Lamp\r\n\
                few,cells\r\n";
    let wanted = [
        found(3, "username", "policy_username"),
        found(3, "email", "policy_email"),
        found(3, "full_name", "policy_full_name"),
        found(3, "role", "policy_role"),
        found(3, "is_verified", "usage"),
        found(3, "password", "policy_password"),
        found(5, "username", "exists"),
        found(5, "email", "exists"),
        found(5, "password", "policy_password"),
        found(6, "username", "exists"),
        found(7, "", "usage"),
    ];
    let words = refused(&desk, file, &[], 5, &wanted);
    for part in [
        "11 errors in 4 of 5 rows; nothing was imported",
        "that on line 2",
        "id:2 bob",
        "id:1 ann",
        "--partial",
        "--generate",
    ] {
        assert!(words.stderr.contains(part), "{part}: {words:?}");
    }
}

#[test]
fn partial_imports_the_good_rows_and_reports_the_others() {
    let desk = Desk::usual();
    let file = format!(
        "username,email,password\nlena,lena@example.org,{PASSWORD}\nbob,new@example.org,{PASSWORD}\nmax,max@example.org,short\n"
    );
    let out = desk.run_with(&["user", "import", "-", "--partial", "--json"], &file);
    out.refusal(&["--partial"], 10, "partial");
    let wanted = [found(3, "username", "exists"), found(4, "password", "policy_password")];
    assert_eq!(rows(&out), wanted);
    let document = out.json();
    assert_eq!((&document["imported"], &document["failed"]), (&json!(1), &json!(2)));
    assert_eq!(document["errors"].as_array().map(Vec::len), Some(2));
    assert_eq!(document["errors"][0]["line"], 3);
    assert_eq!(count(&desk), "11");
    // Where no row is good, it is the plain refusal.
    refused(
        &desk,
        &file,
        &["--partial"],
        4,
        &[vec![found(2, "username", "exists"), found(2, "email", "exists")], wanted.to_vec()].concat(),
    );
}

/// Rows that were there already were not imported.
#[test]
fn what_is_said_of_the_other_rows_of_a_partial_import_is_what_became_of_them() {
    let desk = Desk::usual();
    let header = "username,email,role,password\n";
    let (there, bad) = ("bob,bob@example.org,,\n", "bad,x,patient,\n");
    let new = format!("lena,lena@example.org,,{PASSWORD}\n");
    let args = ["user", "import", "-", "--partial", "--if-missing"];
    for (rows, said) in [
        (format!("{there}{bad}"), "nothing was imported, the accounts of the other rows are there already"),
        (format!("{new}{there}{bad}"), "the other rows would be imported or are there already"),
        (format!("{new}{bad}"), "the other rows would be imported"),
    ] {
        let out = desk.run_with(&[&args[..], &["-n", "--json"]].concat(), format!("{header}{rows}"));
        assert!(out.refusal(&args, 10, "partial").message.ends_with(&format!("; {said}")), "{out:?}");
    }
    let out = desk.run_with(&args, format!("{header}{new}{there}{bad}"));
    assert!(out.stderr.contains("; the other rows were imported or are there already\n"), "{out:?}");
}

#[test]
fn if_missing_takes_the_same_account_for_done_and_needs_no_password() {
    let desk = Desk::usual();
    let file = "username,email,role,password\nbob,bob@example.org,patient,\ncleo,Cleo.M@example.org,,\n";
    let before = desk.snapshot();
    let out = desk.ok_with(&["user", "import", "-", "--if-missing", "--json"], file).json();
    assert_eq!((&out["changed"], &out["unchanged"], &out["imported"]), (&json!(false), &json!(2), &json!(0)));
    assert_eq!(
        out["users"][1],
        json!({"line": 3, "changed": false, "id": 3, "username": "cleo", "email": "Cleo.M@example.org"})
    );
    assert_eq!(desk.snapshot(), before);
    let words = desk.ok_with(&["user", "import", "-", "--if-missing"], file);
    assert!(words.stderr.contains("unchanged: 2 accounts are there already"), "{words:?}");
    // Another role, another pair, another case: not the same account.
    for row in ["bob,bob@example.org,admin,", "bob,ann@example.org,,", "BOB,bob@example.org,,"] {
        let file = format!("username,email,role,password\n{row}{PASSWORD}\n");
        let out = desk.run_with(&["user", "import", "-", "--if-missing", "--json"], &file);
        assert_eq!(out.code, 4, "{row}: {out:?}");
    }
    // New ones beside it are added.
    let file = format!("{file}lena,lena@example.org,,{PASSWORD}\n");
    let out = desk.ok_with(&["user", "import", "-", "--if-missing", "--json"], &file).json();
    assert_eq!((&out["imported"], &out["unchanged"]), (&json!(1), &json!(2)));
}

#[test]
fn a_dry_run_changes_no_byte_and_says_would() {
    let desk = Desk::usual();
    let file = format!("username,email,password\nlena,lena@example.org,{PASSWORD}\n");
    let before = desk.snapshot();
    let out = desk.ok_with(&["-n", "user", "import", "-", "--json"], &file);
    assert_eq!(out.json()["users"][0]["username"], "lena");
    assert_eq!(out.json()["changed"], true);
    assert!(desk.ok_with(&["-n", "user", "import", "-"], &file).stderr.contains("would import 1 account"));
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn json_lines_are_read_and_judged_alike() {
    let desk = Desk::usual();
    let file = format!(
        "{{\"username\":\"lena\",\"email\":\"lena@example.org\",\"verified\":true,\"password\":\"{PASSWORD}\",\"full_name\":null}}\r\n\n\
         {{\"email\":\"max@example.org\",\"role\":\"admin\",\"username\":\"max\",\"password\":\"{OTHER}\",\"is_active\":false}}\n"
    );
    let out = desk.ok_with(&["user", "import", "-", "--json"], &file).json();
    assert_eq!((&out["users"][0]["line"], &out["users"][1]["line"]), (&json!(1), &json!(3)));
    assert_eq!((desk.user("lena", "is_verified"), desk.user("max", "is_active")), ("1".to_owned(), "0".to_owned()));
    let file = "{\"username\":\"a1x\",\"email\":\"a@example.org\",\"pasword\":\"Quiet-River#48Lamp\"}\n\
                {\"username\":\"b1x\",\"username\":\"b2x\",\"email\":\"b@example.org\"}\nnothing\n{\"username\":7}\n";
    let wanted =
        [found(1, "", "usage"), found(2, "username", "usage"), found(3, "", "usage"), found(4, "username", "usage")];
    let words = refused(&desk, file, &["--format", "jsonl"], 2, &wanted);
    assert!(words.stderr.contains("'pasword'; did you mean 'password'?"), "{words:?}");
    assert!(!words.stderr.contains("Quiet-River"), "{words:?}");
}

#[test]
fn the_form_is_told_by_name_else_by_the_first_character() {
    let desk = Desk::usual();
    let line = format!("{{\"username\":\"lena\",\"email\":\"lena@example.org\",\"password\":\"{PASSWORD}\"}}\n");
    desk.write("a.jsonl", &line);
    desk.write("b.txt", &line);
    desk.write("c.csv", &line);
    desk.ok(&["-n", "user", "import", "a.jsonl"]);
    desk.ok(&["-n", "user", "import", "b.txt"]);
    desk.refused(&["user", "import", "c.csv"], 2, "usage").advises(&["--format jsonl"]);
    desk.refused(&["user", "import", "b.txt", "--format", "csv"], 2, "usage").advises(&["--format jsonl"]);
    desk.refused_with(&["user", "import", "-"], format!("[{line}]"), 2, "usage").advises(&["jq -c"]);
}

#[test]
fn files_that_cannot_be_read_are_refused_with_the_way_out() {
    let desk = Desk::usual();
    let import = ["user", "import", "-"];
    for (bytes, message, hint) in [
        (&b""[..], "is empty", "username and email"),
        (b"username,email\r\n", "no rows", "below the header"),
        (b"username,email\n,\n", "no rows", "below the header"),
        (b"username;full_name;email\nzoe;Zo\xeb;z@example.org\n", "Latin-1", "CSV UTF-8"),
        (b"\xff\xfeu\0s\0", "UTF-16", "CSV UTF-8"),
        (b"PK\x03\x04\x14\0", "workbook", "CSV UTF-8"),
        (b"SQLite format 3\0\x10", "is a database", "user export"),
        (b"lena,lena@example.org,Quiet-River#48Lamp\n", "not a header", "username and email"),
        (b"username,role\nlena,admin\n", "'email' is missing", "username and email"),
        (b"username,email,Email\nlena,a@example.org,b@example.org\n", "'email' is there twice", "remove one"),
        (b"username,email,pasword\nlena,l@example.org,x\n", "did you mean 'password'?", "username and email"),
        (b"username,email\n\"lena,l@example.org\nmax,m@example.org\n", "line 2 is never closed", "written twice"),
        (b"username,email\n\"le\"na,l@example.org\n", "behind the closing double quote", "written twice"),
        (b"username,email\nle\0na,l@example.org\n", "NUL character on line 2", ""),
    ] {
        let refusal = desk.refused_with(&import, bytes, 2, "usage").names(&[message]).advises(&[hint]);
        assert!(!refusal.message.contains("Quiet-River"), "{refusal:?}");
    }
    desk.refused(&["user", "import", "nowhere.csv"], 2, "usage").names(&["'nowhere.csv'"]);
    desk.refused(&["user", "import", "."], 2, "usage").names(&["is a directory"]);
}

#[test]
fn a_file_beyond_the_bound_is_refused() {
    let desk = Desk::usual();
    let mut file = b"username,email\n".to_vec();
    file.resize((64 << 20) + 1, b'a');
    desk.refused_with(&["user", "import", "-"], &file, 2, "usage").names(&["64 MiB"]);
}

#[test]
fn ready_hashes_are_taken_as_they_are_and_log_in() {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", crate::harness::KEY);
    let hash = fixture::hash(PASSWORD, SALT);
    let file = format!("username;email;password_hash;salt\nlena;lena@example.org;{hash};{SALT}\n");
    desk.ok_with(&["user", "import", "-"], &file);
    assert_eq!((desk.user("lena", "password_hash"), desk.user("lena", "salt")), (hash, SALT.to_owned()));
    desk.ok_with(&["login", "lena", "--password-stdin"], PASSWORD);
}

#[test]
fn ready_hashes_are_judged_strictly_and_come_with_their_salt_alone() {
    let desk = Desk::usual();
    let hash = fixture::hash(PASSWORD, SALT);
    let huge = hash.replace("m=64,", "m=2097152,");
    let order = hash.replace("m=64,t=1", "t=1,m=64");
    let bcrypt = "$2b$12$abcdefghijklmnopqrstuuJ8Wv1Hf4ZSsT8pCzDIvJd0o4yNn8oXW";
    let file = format!(
        "username;email;password_hash;salt;password\n\
         aaa;a@example.org;{hash};;\n\
         bbb;b@example.org;;{SALT};\n\
         ccc;c@example.org;{huge};{SALT};\n\
         ddd;d@example.org;{order};{SALT};\n\
         eee;e@example.org;{bcrypt};{SALT};\n\
         fff;f@example.org;{hash};0f1e;\n\
         ggg;g@example.org;{hash};{SALT};{PASSWORD}\n"
    );
    let wanted = [
        found(2, "salt", "policy_password"),
        found(3, "password_hash", "policy_password"),
        found(4, "password_hash", "policy_password"),
        found(5, "password_hash", "policy_password"),
        found(6, "password_hash", "policy_password"),
        found(7, "salt", "policy_password"),
        found(8, "password", "usage"),
    ];
    refused(&desk, &file, &[], 5, &wanted);
}

#[test]
fn an_account_that_existed_before_is_taken_over_as_it_is() {
    let desk = Desk::usual();
    let file = "username,email,full_name,role,is_active,is_verified,created_at,last_login,failed_login_attempts,locked_until\n\
                dana q,Dana@EXAMPLE.org,\"\",wizard,0,1,2024-02-03 04:05:06,2024-03-04 05:06:07.000008,3,2099-01-01 00:00:00.000000\n";
    let out = desk.ok_with(&["user", "import", "-"], file);
    let row = desk.cell(
        "SELECT email || '|' || full_name || '|' || role || '|' || is_active || is_verified || '|' || created_at || '|' \
         || last_login || '|' || failed_login_attempts || '|' || locked_until || '|' || password_hash || salt \
         FROM users WHERE username = 'dana q'",
    );
    assert_eq!(
        row,
        "Dana@EXAMPLE.org||wizard|01|2024-02-03 04:05:06|2024-03-04 05:06:07.000008|3|2099-01-01 00:00:00.000000|"
    );
    for part in ["line 2: taken over as it was", "without a password", "app answers 500"] {
        assert!(out.stderr.contains(part), "{part}: {out:?}");
    }
}

#[test]
fn what_the_app_could_not_have_written_is_refused_for_old_accounts_too() {
    let desk = Desk::usual();
    let head = "username,email,created_at,last_login,failed_login_attempts,locked_until,customer_id";
    let file = format!(
        "{head}\n\
         aaa,a@example.org,yesterday,,,,\n\
         bbb,b@example.org,20240203,,,,\n\
         ccc,c@example.org,2024-02-03,soon,-1,2024-02-03 24:00:00,\n\
         ddd,d@example.org,2024-02-03,,,,1\n\
         eee,e@example.org,,2024-02-03,1,2024-02-03,\n\
         (unreadable blob 0xff),f@example.org,2024-02-03,,,,\n\
         bob,g@example.org,2024-02-03,,,,\n"
    );
    let wanted = [
        found(2, "created_at", "usage"),
        found(3, "created_at", "usage"),
        found(4, "last_login", "usage"),
        found(4, "failed_login_attempts", "usage"),
        found(4, "locked_until", "usage"),
        found(5, "customer_id", "usage"),
        found(6, "last_login", "usage"),
        found(6, "failed_login_attempts", "usage"),
        found(6, "locked_until", "usage"),
        found(6, "password", "policy_password"),
        found(7, "username", "usage"),
        found(8, "username", "exists"),
    ];
    refused(&desk, &file, &[], 2, &wanted);
}

#[test]
fn customers_are_named_by_id_and_must_exist() {
    let desk = Desk::with(fixture::head);
    let file =
        |customer: &str| format!("username,email,customer_id,password\nlena,lena@example.org,{customer},{PASSWORD}\n");
    refused(&desk, &file("9"), &[], 3, &[found(2, "customer_id", "not_found")]);
    let out = desk.ok_with(&["-n", "user", "import", "-"], file(""));
    assert!(out.stderr.contains("without a customer"), "{out:?}");
    let out = desk.ok_with(&["user", "import", "-"], file("1"));
    assert!(!out.stderr.contains("without a customer"), "{out:?}");
    assert_eq!((desk.user("lena", "customer_id"), desk.user("lena", "role")), ("1".to_owned(), "user".to_owned()));
}

#[test]
fn old_accounts_of_two_customers_may_share_a_name_and_new_ones_may_not() {
    let desk = Desk::with(fixture::head);
    let old = |customer: i64| format!("twin,twin@example.org,{customer},2024-02-03 00:00:00\n");
    let head = "username,email,customer_id,created_at\n";
    desk.ok_with(&["user", "import", "-"], format!("{head}{}{}", old(2), old(3)));
    assert_eq!(desk.cells("SELECT customer_id FROM users WHERE username = 'twin' ORDER BY id"), ["1", "2", "3"]);
    refused(
        &desk,
        &format!("{head}{}", old(3)),
        &[],
        4,
        &[found(2, "username", "exists"), found(2, "email", "exists")],
    );
    let new = format!("username,email,customer_id,password\ntwin,other@example.org,3,{PASSWORD}\n");
    refused(&desk, &new, &[], 4, &[found(2, "username", "exists")]);
}

#[test]
fn names_from_file_and_database_are_escaped_in_what_is_said() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET full_name = NULL, role = 'x' || char(27) || '[2J' WHERE id = 2");
    let file = format!("username,email,role,password\nbob,b@example.org,a\u{1b}[0m,{PASSWORD}\n");
    let out = desk.run_with(&["user", "import", "-"], &file);
    assert!(!out.stderr.contains('\u{1b}'), "{out:?}");
    let out = desk.run_with(&["user", "import", "-", "--json"], &file);
    assert!(!out.stderr.contains('\u{1b}'), "{out:?}");
}

#[test]
fn an_import_that_holds_the_lock_long_wants_a_yes() {
    let desk = Desk::usual();
    let mut file = String::from("username,email,created_at\n");
    for number in 0..45_000 {
        file.push_str(&format!("u{number},u{number}@example.org,2024-02-03 00:00:00\n"));
    }
    let refusal = desk.refused_with(&["user", "import", "-"], &file, 2, "would_prompt");
    refusal.names(&["about 4 s"]).advises(&["--yes"]);
}
