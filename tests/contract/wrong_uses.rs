//! What somebody types who has not read the help: the message alone has to get them on. Each line is refused, prints
//! nothing on stdout, changes no byte, and names what to type.

use crate::fixture::PASSWORD;
use crate::harness::Desk;

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
    desk.refused(&["lock", "bob", "--for", "-5m"], 2, "usage").advises(&["begin at 0"]);
    desk.refused(&["lock", "bob", "30m"], 3, "not_found").advises(&["--for 30m"]);
    desk.refused(&["user", "edit", "bob", "--customer", "1.5"], 2, "usage").names(&["a whole number"]);
}

#[test]
fn an_empty_password_is_refused_with_the_way_to_give_one() {
    let desk = Desk::usual();
    desk.refused_with(&["user", "why", "bob", "--password-stdin"], "", 2, "usage").advises(&["as one line"]);
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
