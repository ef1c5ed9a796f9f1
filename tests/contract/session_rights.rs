//! The table of rights, cell by cell through the command line: what is allowed works, what is not is refused,
//! recorded, and changes nothing else.

use std::collections::BTreeSet;

use authctl::policy::role::Verb;
use serde_json::json;

use crate::fixture::{self, PASSWORD};
use crate::harness::{Answer, Desk, KEY};
use crate::session_file::{sign_in, signed_in};

/// What a role may do with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// It works.
    Works,
    /// It works, and finds something in the file of the test: exit 11.
    Finds,
    /// It is refused by the rule.
    No,
}
use Cell::{Finds, No, Works};

/// The table of the contract, written down once more: command line, then admin, therapist, patient, and a role
/// without rights. `{token}` is a token of `ann`.
const TABLE: [(&str, &str, [Cell; 4]); 45] = [
    ("migrate", "migrate", [Works, No, No, No]),
    ("migrate status", "migrate status", [Works, No, No, No]),
    ("migrate plan", "migrate plan", [Works, No, No, No]),
    ("migrate check", "migrate check", [Works, No, No, No]),
    ("migrate rehearse", "migrate rehearse", [Works, No, No, No]),
    ("user add", "user add newt --email newt@example.org --generate", [Works, No, No, No]),
    ("user list", "user list", [Works, Works, No, No]),
    ("user show", "user show bob", [Works, Works, No, No]),
    ("user passwd", "user passwd bob --generate", [Works, No, Works, No]),
    ("user activate", "user activate finn", [Works, No, No, No]),
    ("user deactivate", "user deactivate bob", [Works, No, No, No]),
    ("user verify", "user verify bob", [Works, No, No, No]),
    ("user edit", "user edit bob --full-name Bobby", [Works, No, No, No]),
    ("user delete", "user delete bob -y", [Works, No, No, No]),
    ("user why", "user why bob", [Works, Works, No, No]),
    ("user why --password-stdin", "user why bob --password-stdin", [Works, No, No, No]),
    ("user import", "user import new.csv", [Works, No, No, No]),
    ("user export", "user export", [Works, No, No, No]),
    ("login", "login bob --password-stdin", [Works, Works, Works, Works]),
    ("lock", "lock bob", [Works, Works, No, No]),
    ("lock --deactivate", "lock bob --deactivate", [Works, No, No, No]),
    ("unlock", "unlock emil", [Works, Works, No, No]),
    ("unlock --reactivate", "unlock finn --reactivate", [Works, No, No, No]),
    ("set-role", "set-role bob therapist", [Works, No, No, No]),
    ("token issue", "token issue bob", [Works, No, No, No]),
    ("token inspect", "token inspect {token}", [Works, No, No, No]),
    ("token inspect --no-verify", "token inspect --no-verify {token}", [Works, Works, Works, Works]),
    ("token verify", "token verify {token}", [Works, No, No, No]),
    ("whoami", "whoami", [Works, Works, Works, Works]),
    ("logout", "logout", [Works, Works, Works, Works]),
    ("audit list", "audit list", [Works, No, No, No]),
    ("audit show", "audit show 1", [Works, No, No, No]),
    ("audit verify", "audit verify", [Works, No, No, No]),
    ("audit export", "audit export", [Works, No, No, No]),
    ("audit head", "audit head", [Works, No, No, No]),
    ("audit prune", "audit prune --before 2020-01-01", [Works, No, No, No]),
    ("db backup", "db backup another.db", [Works, No, No, No]),
    ("db restore", "db restore copy.db -y", [Works, No, No, No]),
    ("db check", "db check", [Finds, No, No, No]),
    ("db info", "db info", [Works, No, No, No]),
    ("doctor", "doctor", [Finds, No, No, No]),
    ("secret generate", "secret generate", [Works, No, No, No]),
    ("config show", "config show", [Works, Works, Works, Works]),
    ("completions", "completions bash", [Works, Works, Works, Works]),
    ("man", "man", [Works, Works, Works, Works]),
];

/// Who acts in which column: an admin, a therapist, a patient, and somebody with another role.
const ACTORS: [&str; 4] = ["ann", "cleo", "bob", "jan"];

/// Everything in the file but the event log.
fn rows(desk: &Desk) -> Vec<String> {
    let mut rows = Vec::new();
    for table in ["users", "items"] {
        let columns = desk.cells(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        rows.extend(desk.cells(&format!("SELECT {} FROM {table} ORDER BY id", quoted.join(" || ' ' || "))));
    }
    rows
}

fn arguments(desk: &Desk, line: &str) -> Vec<String> {
    let token = || desk.token(&["ann"]);
    line.split(' ').map(|word| if word == "{token}" { token() } else { word.to_owned() }).collect()
}

fn desk_of(column: usize) -> Desk {
    let desk = Desk::keyed();
    desk.sql("UPDATE users SET role = 'nurse', locked_until = NULL, failed_login_attempts = 0 WHERE username = 'jan'");
    desk.write("new.csv", format!("username,email,password\nnewt,newt@example.org,{PASSWORD}\n"));
    desk.ok(&["db", "backup", "copy.db"]);
    sign_in(&desk, ACTORS[column]);
    desk
}

fn check_allowed(column: usize, verb: &str, line: &str, cell: Cell) {
    let desk = desk_of(column);
    let line = arguments(&desk, line);
    let args: Vec<&str> = std::iter::once("--as-session").chain(line.iter().map(String::as_str)).collect();
    let out = desk.run_with(&args, PASSWORD);
    let who = ACTORS[column];
    assert_eq!(out.code, if cell == Finds { 11 } else { 0 }, "{who} {verb}: {out:?}");
    let refused = "SELECT count(*) FROM security_events WHERE event = 'session_refused'";
    assert_eq!(desk.cell(refused), "0", "{who} {verb}");
}

fn check_refused(desk: &Desk, column: usize, verb: &str, line: &str) {
    let line = arguments(desk, line);
    let args: Vec<&str> = std::iter::once("--as-session").chain(line.iter().map(String::as_str)).collect();
    let who = ACTORS[column];
    let (before, events) = (rows(desk), desk.events());
    let refusal = desk.refused_in_json(&args, PASSWORD, 5, "not_allowed");
    let refusal = refusal.names(&[&format!("may not run '{verb}'"), "admin may"]).advises(&["whoami"]);
    if let Some((command, option)) = verb.split_once(" --") {
        let plain = TABLE.iter().find(|(name, ..)| *name == command).expect("the command without the option");
        let advice = format!("leave --{option} away");
        assert_eq!(refusal.hint.contains(&advice), plain.2[column] != No, "{who} {verb}: {refusal:?}");
    }
    assert_eq!(rows(desk), before, "{who} {verb}");
    let after = desk.events();
    assert_eq!((after.len(), &after[..events.len()]), (events.len() + 1, &events[..]), "{who} {verb}");
    let event = &after[events.len()];
    assert!(event.starts_with(&format!(r#"session_refused refused - - - - {{"verb":"{verb}","rule":""#)), "{event}");
    assert!(event.ends_with(&format!(r#""session_username":"{who}"}}"#)), "{event}");
}

fn check_column(column: usize) {
    let desk = desk_of(column);
    for (verb, line, cells) in TABLE {
        match cells[column] {
            No => check_refused(&desk, column, verb, line),
            allowed @ (Works | Finds) => check_allowed(column, verb, line, allowed),
        }
    }
}

#[test]
fn an_admin_may_do_everything() {
    check_column(0);
}

#[test]
fn a_therapist_may_list_show_explain_lock_and_unlock() {
    check_column(1);
}

#[test]
fn a_patient_may_set_the_own_password() {
    check_column(2);
}

#[test]
fn a_role_without_rights_may_ask_who_it_is() {
    check_column(3);
}

#[test]
fn every_command_of_the_command_line_stands_in_the_table() {
    let mut typed = BTreeSet::new();
    leaves(&authctl::cli::definition(), "", &mut typed);
    let named: BTreeSet<String> =
        Verb::ALL.iter().map(|verb| verb.as_str()).filter(|name| !name.contains(" --")).map(str::to_owned).collect();
    assert_eq!(typed, named);
    let tested: BTreeSet<&str> = TABLE.iter().map(|(verb, ..)| *verb).chain(["init"]).collect();
    let all: BTreeSet<&str> = Verb::ALL.iter().map(|verb| verb.as_str()).collect();
    assert_eq!(tested, all);
}

/// Commands that can be run by themselves.
fn leaves(command: &clap::Command, path: &str, into: &mut BTreeSet<String>) {
    let mut command = command.clone();
    command.build();
    let subcommands: Vec<_> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
    if !path.is_empty() && !command.is_subcommand_required_set() {
        into.insert(path.to_owned());
    }
    for sub in subcommands {
        leaves(sub, format!("{path} {}", sub.get_name()).trim(), into);
    }
}

#[test]
fn a_therapist_sees_and_frees_patients_only() {
    let desk = signed_in("cleo");
    desk.sql("UPDATE users SET locked_until = '2099-01-01 00:00:00.000000' WHERE username IN ('ann', 'finn')");
    let names = |args: &[&str]| -> Vec<String> {
        let list = desk.json(&[&["--as-session", "user", "list"], args].concat());
        list.as_array()
            .expect("a list")
            .iter()
            .map(|one| one["username"].as_str().expect("a name").to_owned())
            .collect()
    };
    let patients = ["bob", "dora", "emil", "finn", "gus", "hana", "ivo", "jan"];
    assert_eq!(names(&[]), patients);
    assert_eq!(names(&["--sort", "username:desc"]), patients.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(names(&["--match", "example.org", "--limit", "3", "--after", "2"]), ["dora", "emil", "finn"]);
    assert_eq!(names(&["--role", "admin"]), Vec::<String>::new());
    assert!(!names(&["--locked"]).contains(&"ann".to_owned()));
    assert_eq!(desk.json(&["--as-session", "user", "list", "--count"])["count"], json!(8));
    let out = desk.ok(&["--as-session", "user", "list"]);
    assert!(out.stderr.contains("only patients are listed") && out.stderr.contains("8 accounts"), "{out:?}");

    let freed = desk.json(&["--as-session", "unlock", "--expired"]);
    let rewritten = freed.as_array().expect("an array").iter().filter(|one| one["user"]["username"] == json!("ann"));
    assert_eq!(rewritten.count(), 0, "{freed}");
    desk.ok(&["--as-session", "-y", "unlock", "--all-locked"]);
    assert_eq!(desk.cell("SELECT group_concat(username) FROM users WHERE locked_until IS NOT NULL"), "ann");
}

#[test]
fn a_therapist_picks_from_patients_only() {
    let mut desk = signed_in("cleo");
    desk.sql(
        "UPDATE users SET locked_until = NULL; UPDATE users SET locked_until = 'x' WHERE username IN ('ann', 'emil')",
    );
    desk.attended(&[Answer::Pick(0), Answer::Yes]);
    desk.ok(&["--as-session", "unlock"]);
    assert_eq!(desk.cell("SELECT group_concat(username) FROM users WHERE locked_until IS NOT NULL"), "ann");
}

#[test]
fn a_target_out_of_reach_is_refused_with_the_rule_that_it_met() {
    let desk = signed_in("cleo");
    desk.sql(
        "UPDATE users SET role = NULL WHERE username = 'gus'; UPDATE users SET role = x'ff' WHERE username = 'ivo'",
    );
    for (args, message) in [
        (&["lock", "ann"][..], "a therapist may lock patients only; 'ann' is an admin"),
        (&["unlock", "id:1"], "a therapist may unlock patients only; 'ann' is an admin"),
        (&["user", "show", "cleo"], "a therapist may look at patients only; 'cleo' is a therapist"),
        (
            &["user", "show", "bob", "nobody", "ann@example.org"],
            "a therapist may look at patients only; 'ann' is an admin",
        ),
        (&["lock", "bob", "gus"], "a therapist may lock patients only; 'gus' has no role"),
        (&["lock", "ivo"], "a therapist may lock patients only; the role of 'ivo' cannot be read"),
    ] {
        let (before, events) = (rows(&desk), desk.events().len());
        let refusal = desk.refused_in_json(&[&["--as-session"], args].concat(), "", 5, "not_allowed");
        assert_eq!(refusal.message, message);
        assert_eq!((rows(&desk), desk.events().len()), (before, events + 1), "{args:?}");
    }
    sign_in(&desk, "bob");
    let refusal = desk.refused_in_json(&["--as-session", "user", "passwd", "hana", "--generate"], "", 5, "not_allowed");
    assert_eq!(refusal.message, "a patient may change their own password only; 'hana' is another account");
    let event = desk.events().pop().expect("an event");
    assert!(event.starts_with("session_refused refused 8 hana"), "{event}");
}

/// What is advised is what may be done; what may not be is for an admin.
#[test]
fn a_therapist_is_advised_nothing_that_a_therapist_may_not_run() {
    let desk = signed_in("cleo");
    let stderr = |args: &[&str]| desk.ok(&[&["--as-session"], args].concat()).stderr;
    for (args, advice) in [
        (&["lock", "bob"][..], "ask an admin: authctl user deactivate bob ends them at once"),
        (&["unlock", "finn"], "ask an admin: authctl user activate finn helps"),
        (&["user", "show", "finn"], "ask an admin: authctl user activate finn helps"),
        (&["user", "show", "hana"], "ask an admin: authctl user passwd hana helps"),
        (&["user", "show", "dora"], "; authctl unlock dora helps"),
    ] {
        let said = stderr(args);
        assert!(said.contains(advice), "{args:?}: {said}");
    }
    sign_in(&desk, "ann");
    assert!(!stderr(&["lock", "bob", "--for", "2h"]).contains("ask an admin"));
    assert!(!stderr(&["user", "show", "finn", "hana"]).contains("ask an admin"));
}

#[test]
fn where_nobody_in_reach_fits_a_picker_says_so() {
    let mut desk = signed_in("cleo");
    desk.sql("UPDATE users SET locked_until = NULL, failed_login_attempts = 0 WHERE role = 'patient'");
    desk.attended(&[]);
    desk.refused(&["--as-session", "unlock"], 3, "not_found").names(&["this session"]).advises(&["authctl whoami"]);
}

/// The candidates of an unclear name are accounts too.
#[test]
fn an_unclear_name_shows_no_account_out_of_reach() {
    let desk = signed_in("cleo");
    let refusal = desk.refused(&["--as-session", "user", "show", "ANN"], 3, "not_found");
    assert!(!refusal.message.contains("ann@"), "{refusal:?}");
    desk.refused(&["--as-session", "lock", "ANN"], 3, "not_found");
    desk.refused(&["--as-session", "lock", "BOB"], 4, "ambiguous").names(&["id:2 bob"]);
    desk.refused(&["--as-session", "lock", "nobody"], 3, "not_found");
}

#[test]
fn on_the_newest_files_moderators_stand_for_therapists_and_users_for_patients() {
    let mut desk = Desk::with(fixture::head);
    desk.set("SECRET_KEY", KEY);
    desk.sql("UPDATE users SET customer_id = 1 WHERE username = 'free'");
    sign_in(&desk, "free");
    let list = desk.json(&["--as-session", "user", "list"]);
    assert_eq!(list.as_array().map(Vec::len), Some(3), "{list}");
    assert!(desk.ok(&["whoami"]).stdout.contains("(users only)"));
    desk.ok(&["--as-session", "lock", "twin"]);
    let refusal = desk.refused_in_json(&["--as-session", "lock", "root"], "", 5, "not_allowed");
    assert_eq!(refusal.message, "a moderator may lock users only; 'root' is an admin");
    // The customer keeps its accounts out, as it does in a login.
    desk.sql("UPDATE customers SET is_active = 0 WHERE id = 1");
    desk.refused_in_json(&["--as-session", "user", "list"], "", 7, "inactive").names(&["customer"]);
    desk.sql("UPDATE customers SET is_active = 1 WHERE id = 1; UPDATE users SET role = 'therapist' WHERE id = 5");
    desk.refused_in_json(&["--as-session", "user", "list"], "", 5, "not_allowed").names(&["'therapist'"]);
}

#[test]
fn rights_go_with_the_configured_spelling_of_a_role() {
    let desk = Desk::keyed();
    desk.config("roles = [\"Patient\", \"Therapist\", \"ADMIN\"]");
    desk.sql("UPDATE users SET role = 'Therapist' WHERE id = 3; UPDATE users SET role = 'Patient' WHERE id = 2");
    sign_in(&desk, "cleo");
    let list = desk.json(&["--as-session", "user", "list"]);
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    sign_in(&desk, "ann");
    desk.refused_in_json(&["--as-session", "user", "list"], "", 5, "not_allowed").names(&["'admin'"]);
    desk.sql("UPDATE users SET role = 'ADMIN' WHERE id = 1");
    desk.ok(&["--as-session", "set-role", "bob", "therapist"]);
}

#[test]
fn an_admin_who_locks_the_own_account_ends_the_own_session() {
    let desk = signed_in("ann");
    desk.sql("UPDATE users SET role = 'admin' WHERE id = 2");
    desk.ok(&["--as-session", "lock", "ann"]);
    desk.refused_in_json(&["--as-session", "unlock", "ann"], "", 7, "locked").names(&["id:1 ann"]);
    desk.ok(&["unlock", "ann"]);
    desk.ok(&["--as-session", "user", "list"]);
}
