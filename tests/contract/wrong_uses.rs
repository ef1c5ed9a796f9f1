//! What somebody types who has not read the help: the message alone has to get them on. Each line is refused, prints
//! nothing on stdout, changes no byte, and names what to type.

use crate::fixture::PASSWORD;
use crate::harness::{Answer, Desk};

/// Arguments, and what the hint has to hold.
type Case = (&'static [&'static str], &'static str);

/// The usage errors of the arguments alone.
const ARGUMENTS: [Case; 38] = [
    (&["why", "bob"], "did you mean authctl user why?"),
    (&["import", "x.csv"], "did you mean authctl user import?"),
    (&["export"], "did you mean authctl user export or authctl audit export?"),
    (&["passwd", "bob"], "did you mean authctl user passwd?"),
    (&["user", "unlock", "bob"], "did you mean authctl unlock?"),
    (&["user", "set-role", "bob", "admin"], "did you mean authctl set-role?"),
    (&["user", "rm", "bob"], "did you mean authctl user delete?"),
    (&["user", "disable", "bob"], "did you mean authctl user deactivate?"),
    (&["user", "reset-password", "bob"], "did you mean authctl user passwd?"),
    (&["ban", "bob"], "did you mean authctl lock?"),
    (&["help"], "authctl --help lists the commands"),
    (&["user", "whi", "bob"], "did you mean authctl user why?"),
    (&["user", "why", "--user", "bob"], "authctl user why NAME"),
    (&["user", "why", "--email", "bob@example.org"], "USER stands without an option"),
    (&["user", "why", "bob", "--fix"], "ends with the command that helps"),
    (&["user", "why", "bob", "--pasword-stdin"], "--password-stdin"),
    (&["user", "why", "bob", "cleo"], "--password-stdin"),
    (&["user", "why", "bob", "--password-file", "nowhere", "--nonsense"], "authctl user why --help"),
    (&["user", "edit", "bob", "robert"], "--username U"),
    (&["user", "edit", "bob", "--password", "x"], "authctl user passwd"),
    (&["user", "edit", "bob", "--name", "x"], "--full-name N"),
    (&["user", "edit", "bob", "--username"], "authctl user edit --help"),
    (&["user", "edit", "bob", "--customer", "x"], "authctl user edit --help"),
    (&["user", "edit", "-", "--username", "robert"], "id:57"),
    (&["user", "delete", "--all"], "- and a list on standard input"),
    (&["user", "delete", "bob", "-f"], "-y answers"),
    (&["user", "delete", "bob", "--confirm"], "-y answers"),
    (&["user", "import", "a.csv", "b.csv"], "one FILE at a time"),
    (&["user", "import", "--file", "a.csv"], "authctl user import FILE"),
    (&["user", "import", "a.csv", "--role", "patient"], "a column 'role'"),
    (&["user", "import", "a.csv", "--delimiter", ";"], "told apart without an option"),
    (&["user", "import", "a.csv", "--force"], "--if-missing"),
    (&["user", "import", "a.csv", "--format", "xlsx"], "authctl user import --help"),
    (&["user", "export", "out.csv"], "authctl user export > FILE"),
    (&["user", "export", "--out", "out.csv"], "authctl user export > FILE"),
    (&["user", "export", "--locked"], "authctl user list"),
    (&["user", "export", "--columns", "id,salt"], "--with-hashes"),
    (&["user", "passwd", "bob", "Quiet-River#48Lamp"], "--password-stdin"),
];

#[test]
fn the_hint_alone_says_what_to_type_next() {
    let desk = Desk::usual();
    for (args, hint) in ARGUMENTS {
        let refusal = desk.refused(args, 2, "usage").advises(&[hint]);
        assert!(!refusal.hint.contains("as a value"), "{args:?}: {refusal:?}");
        assert!(!refusal.message.contains("Quiet-River"), "a password is not repeated: {refusal:?}");
    }
}

#[test]
fn a_variable_that_is_not_set_names_nobody() {
    let desk = Desk::usual();
    desk.sql("UPDATE users SET username = '' WHERE id = 2");
    for args in [&["user", "delete", "-y", ""][..], &["lock", ""], &["user", "why", ""], &["set-role", "", "admin"]] {
        desk.refused(args, 2, "usage").names(&["is empty"]).advises(&["id:57"]);
    }
    assert_eq!(desk.ok(&["user", "delete", "id:2", "-y"]).code, 0, "by its id it can be deleted");
}

#[test]
fn an_option_behind_the_end_of_options_is_told_where_it_belongs() {
    let desk = Desk::usual();
    desk.refused(&["user", "edit", "--", "-rf", "--username", "robert"], 2, "usage").advises(&["in front of '--'"]);
}

#[test]
fn the_words_of_a_trigger_are_told_as_such() {
    let desk = Desk::usual();
    desk.sql("CREATE TRIGGER no BEFORE INSERT ON users BEGIN SELECT RAISE(ABORT, 'accounts are frozen'); END");
    let file = row("username,email,password", &format!("max,max@example.org,{PASSWORD}"));
    for partial in [&["user", "import", "-"][..], &["user", "import", "-", "--partial"]] {
        let refusal = desk.refused_with(partial, &file, 9, "drift");
        refusal.names(&["is in the way: accounts are frozen"]).advises(&["nothing was changed"]);
    }
}

#[test]
fn a_negative_number_and_a_time_without_its_option_are_named() {
    let desk = Desk::usual();
    desk.refused(&["lock", "bob", "--for", "-5m"], 2, "usage").advises(&["cannot be negative"]);
    desk.refused(&["lock", "bob", "30m"], 3, "not_found").advises(&["--for 30m"]);
    desk.refused(&["user", "edit", "bob", "--customer", "1.5"], 2, "usage").names(&["a whole number"]);
}

#[test]
fn an_empty_password_is_refused_with_the_way_to_give_one() {
    let desk = Desk::usual();
    desk.refused_with(&["user", "why", "bob", "--password-stdin"], "", 2, "usage").advises(&["as one line"]);
    let mut desk = Desk::keyed();
    desk.attended(&[Answer::Text("")]);
    let out = desk.run(&["login", "bob"]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{out:?}");
    assert!(
        out.stderr.contains("type it where it is asked for") && !out.stderr.contains("--password-stdin"),
        "{out:?}"
    );
}

/// The words of the app's rule do not say which character it is.
#[test]
fn the_character_that_a_name_cannot_hold_is_named() {
    let desk = Desk::usual();
    let add = ["user", "add", "m\u{fc}ller", "--email", "m@example.org", "--generate"];
    desk.refused(&add, 5, "policy_username").advises(&["'\u{fc}' in 'm\u{fc}ller'", "a to z"]);
    desk.refused(&["user", "edit", "bob", "--username", " bob1 "], 5, "policy_username").advises(&["' ' in ' bob1 '"]);
    desk.refused(&["user", "edit", "bob", "--full-name", "M\u{fc}ller"], 5, "policy_full_name")
        .names(&["Full name contains invalid characters"])
        .advises(&["'\u{fc}' in 'M\u{fc}ller'"]);
    let length = desk.refused(&["user", "edit", "bob", "--username", "b"], 5, "policy_username");
    assert_eq!(length.hint, "", "no character is in the way: {length:?}");
    let masked = desk.run(&["user", "edit", "bob", "--full-name", "M\u{fc}ller", "--mask-personal"]);
    assert!(!masked.stderr.contains("ller"), "{masked:?}");
}

/// In the words of the file: its headings, its spelling, and the advice that fits.
#[test]
fn a_fault_of_a_row_is_told_in_the_words_of_the_file() {
    let desk = Desk::usual();
    let import = ["user", "import", "-"];
    let cells = format!("max,max@example.org,WAHR,{PASSWORD}");
    let file = row("username,email,verified,password", &cells);
    let out = desk.run_with(&import, &file);
    assert!(out.stderr.contains("line 2, verified: 'WAHR' is neither true nor false"), "{out:?}");
    let out = desk.run_with(&[&import[..], &["--json"]].concat(), &file);
    assert!(out.stderr.contains(r#""column":"is_verified""#), "machines get the column's own name: {out:?}");
    let line = format!("{{\"username\":\"max\",\"email\":7,\"active\":\"JA\",\"password\":\"{PASSWORD}\"}}\n");
    let out = desk.run_with(&import, &line);
    assert!(out.stderr.contains("line 1, email: must be a text, in double quotes"), "{out:?}");
    let out = desk.run_with(&import, line.replace('7', "\"max@example.org\""));
    assert!(out.stderr.contains("line 1, active: 'JA' is neither"), "{out:?}");
    for (cells, says) in [
        ("max", "the row has 1 cell, the header 2: an empty cell keeps its delimiter"),
        ("max,m@example.org,x", "the row has 3 cells, the header 2: a cell with a delimiter"),
    ] {
        let out = desk.run_with(&import, row("username,email", cells));
        assert!(out.stderr.contains(says), "{out:?}");
    }
    let hint = desk.refused_with(&import, row("user,mail", "a,b"), 2, "usage").hint;
    assert!(hint.contains("is_active (or active)") && hint.contains("is_verified (or verified)"), "{hint}");
}

#[test]
fn what_is_escaped_is_escaped_once() {
    let desk = Desk::usual();
    desk.refused(&["set-role", "bob", "\u{1b}[31mx"], 5, "policy_role").names(&["role '\\u{1b}[31mx' is not"]);
    desk.sql("UPDATE users SET full_name = CAST(x'fffe41' AS TEXT) WHERE id = 2");
    let out = desk.ok(&["user", "list", "--columns", "id,full_name", "--limit", "2"]);
    assert!(out.stdout.contains("\\xff\\xfeA (unreadable)") && !out.stdout.contains("\\\\xff"), "{out:?}");
}

/// One line says what is missing; a note in front of it speaks of a password that nobody gave.
#[test]
fn without_a_terminal_a_new_password_is_refused_in_one_piece() {
    let desk = Desk::usual();
    let out = desk.run(&["user", "passwd", "bob"]);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{out:?}");
    assert!(out.stderr.starts_with("error: a password is needed") && !out.stderr.contains("note:"), "{out:?}");
}

#[test]
fn a_part_of_a_name_with_a_slip_in_it_gets_the_name() {
    let mut desk = Desk::usual();
    let hint = "nobody has 'cloe' in a name; did you mean 'cleo'?";
    assert!(desk.ok(&["user", "list", "--match", "cloe"]).stderr.contains(hint));
    for args in [&["--match", "cleo", "--inactive"][..], &["--match", "nobody-at-all"], &["--match", "bob"]] {
        let out = desk.ok(&[&["user", "list"], args].concat());
        assert!(!out.stderr.contains("did you mean"), "{args:?}: {out:?}");
    }
    let out = desk.ok(&["user", "list", "--match", "cloe", "--mask-personal"]);
    assert!(!out.stderr.contains("cleo"), "{out:?}");
    desk.set("SECRET_KEY", crate::harness::KEY);
    desk.ok_with(&["login", "ann", "--save", "--password-stdin"], PASSWORD);
    assert!(!desk.ok(&["user", "list", "--match", "cloe", "--as-session"]).stderr.contains("cleo"));
}

#[test]
fn an_export_refuses_to_hide_names_that_it_would_print() {
    let desk = Desk::usual();
    let export = ["user", "export", "--mask-personal"];
    let out = desk.run(&export);
    assert_eq!((out.code, out.stdout.as_str()), (2, ""), "{out:?}");
    assert!(
        out.stderr.contains("--mask-personal cannot hide them\nhint: ") && out.stderr.contains("authctl user list")
    );
    let table = desk.ok(&[&export[..], &["-o", "table"]].concat());
    assert!(!table.stdout.contains("bob"), "a table is for people: {table:?}");
    let json = desk.ok(&[&export[..], &["--json"]].concat());
    assert!(json.stdout.contains("\"bob\""), "JSON is exact everywhere: {json:?}");
}

/// A file of one row.
fn row(header: &str, cells: &str) -> String {
    format!("{header}\n{cells}\n")
}

#[test]
fn a_header_that_is_nearly_one_is_mended_by_the_message() {
    let desk = Desk::usual();
    let import = ["user", "import", "-"];
    let of = |header: &str| desk.refused_with(&import, row(header, "a,b"), 2, "usage");
    of("user,mail").names(&["did you mean 'username'?", "did you mean 'email'?"]);
    of("username,email,zip,roel").names(&["'zip'", "'roel'; did you mean 'role'?"]);
    of("username|email").advises(&["'|'"]);
    of("username,email,name").names(&["did you mean 'full_name'?"]);
}

#[test]
fn a_refused_name_is_shown_so_that_blanks_and_marks_are_seen() {
    let desk = Desk::usual();
    let import = ["user", "import", "-", "--json"];
    let file = row("username,email,password", &format!(" max,m\u{202e}@example.org,{PASSWORD}"));
    let out = desk.run_with(&import, &file);
    assert!(out.stderr.contains("' max': Username can only contain"), "{out:?}");
    assert!(out.stderr.contains("'m\\\\u{202e}@example.org': "), "{out:?}");
    let masked = desk.run_with(&[&import[..], &["--mask-personal"]].concat(), &file);
    assert!(!masked.stderr.contains("max") && !masked.stderr.contains("example.org"), "{masked:?}");
    let long = row("username,email,password", &format!("{},m@example.org,{PASSWORD}", "x".repeat(100_000)));
    let out = desk.run_with(&import, &long);
    assert!(out.stderr.contains("xxx…': Username must be") && out.stderr.len() < 600, "{}", out.stderr.len());
}

#[test]
fn an_account_that_is_there_with_another_role_is_told_from_one_that_is_there() {
    let desk = Desk::usual();
    let import = ["user", "import", "-", "--if-missing"];
    let file = row("username,email,role,password", &format!("bob,bob@example.org,admin,{PASSWORD}"));
    let refusal = desk.refused_with(&import, &file, 4, "exists").advises(&["authctl set-role USER ROLE"]);
    assert!(refusal.message.starts_with("1 error in 1 of 1 row"), "{refusal:?}");
    let words = desk.run_with(&import, &file);
    assert!(
        words.stderr.contains("line 2, role: 'admin' is not the role of the account that is there already: id:2 bob")
    );
}

#[test]
fn a_dry_run_that_would_make_passwords_does_not_say_that_they_are_missing() {
    let desk = Desk::usual();
    let args = ["user", "import", "-", "--generate", "--credentials-out", "c.csv", "-n"];
    let out = desk.run_with(&args, "username,email\nlena,lena@example.org\n");
    assert_eq!((out.code, out.stdout.as_str()), (0, ""), "{out:?}");
    assert!(out.stderr.contains("would make passwords for 1 account") && !out.stderr.contains("warning"), "{out:?}");
}

#[test]
fn of_several_accounts_is_spoken_in_the_plural() {
    let desk = Desk::usual();
    let out = desk.ok(&["lock", "bob", "cleo"]);
    assert!(out.stderr.contains("the app refuses their logins while"), "{out:?}");
    let out = desk.ok(&["user", "deactivate", "bob", "cleo"]);
    assert!(out.stderr.contains("the app refuses their tokens"), "{out:?}");
}
