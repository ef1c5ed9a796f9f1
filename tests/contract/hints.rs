//! Commands that are printed to be pasted: they work on the file that was named, and on the account that is meant.

use crate::fixture;
use crate::harness::{Answer, Desk, Out, open};

/// `our.toml` and `elsewhere.db`, and nothing where a command without options would look.
fn elsewhere(fixture: fn(&std::path::Path)) -> Desk {
    let mut desk = Desk::with(fixture);
    std::fs::rename(desk.db(), desk.path("elsewhere.db")).expect("moved");
    std::fs::rename(desk.path("authctl.toml"), desk.path("our.toml")).expect("moved");
    desk.set("SECRET_KEY", crate::harness::KEY);
    desk.write("pw", "wrong password 1");
    desk
}

const PLACE: [&str; 4] = ["--database", "elsewhere.db", "--config", "our.toml"];

fn sql(desk: &Desk, sql: &str) {
    open(&desk.path("elsewhere.db")).execute_batch(sql).expect("SQL");
}

/// The commands in a text, each up to where the next one begins.
fn commands(text: &str) -> Vec<&str> {
    let verbs = authctl::cli::definition();
    let is_ours = |rest: &&str| {
        let word = rest.split([' ', '\n']).next().unwrap_or_default();
        verbs.get_subcommands().any(|verb| verb.get_name() == word && !["man", "completions"].contains(&word))
    };
    text.split("authctl ").skip(1).filter(is_ours).collect()
}

/// Every command that was printed carries the place; how many there were.
fn placed(args: &[&str], out: &Out) -> usize {
    let commands = commands(&out.stderr);
    for command in &commands {
        assert!(command.contains(" --database elsewhere.db --config our.toml"), "{args:?}: {command:?} in {out:?}");
    }
    commands.len()
}

#[test]
fn a_command_to_paste_names_the_file_of_this_run() {
    let desk = elsewhere(fixture::usual);
    sql(&desk, "UPDATE users SET last_login = 'soon', role = NULL WHERE id = 9");
    sql(&desk, "UPDATE users SET failed_login_attempts = 4 WHERE username = 'cleo'");
    for args in [
        &["lock", "ghost"][..],
        &["lock", "bob", "ghost"],
        &["lock", "ann"],
        &["lock", "bob"],
        &["lock", "bob", "--deactivate"],
        &["unlock"],
        &["unlock", "finn"],
        &["set-role"],
        &["set-role", "admin", "bob"],
        &["set-role", "bob", "admin", "--expect", "therapist"],
        &["login", "emil", "--password-file", "pw"],
        &["login", "finn", "--password-file", "pw"],
        &["login", "cleo", "--password-file", "pw"],
        &["whoami"],
        &["whoami", "--as-session"],
        &["user", "show", "ghost"],
        &["user", "show", "finn"],
        &["user", "show", "id:9"],
        &["user", "show", "id:9", "ghost"],
        &["user", "why", "finn", "-o", "csv"],
        &["user", "verify", "finn"],
        &["user", "edit", "finn"],
        &["user", "edit", "finn", "--full-name", "Finn F"],
        &["user", "edit", "bob", "--username", "emil"],
        &["user", "add", "bob", "--email", "bob@example.org", "--if-missing", "--role", "admin"],
        &["user", "add", "bob", "--email", "other@example.org", "--generate"],
        &["user", "add", "nina", "--email", "nina@example.org", "--generate", "--inactive"],
        &["user", "delete", "bob"],
        &["user", "delete", "bob", "-n"],
        &["user", "passwd", "finn", "--generate"],
        &["user", "export", "-o", "csv", "--mask-personal"],
        &["audit", "show", "4711"],
        &["audit", "verify"],
        &["audit", "verify", "--head", "pw"],
        &["audit", "prune", "--before", "2020-01-01", "--export", "-"],
        &["token", "verify", "rubbish"],
        &["db", "backup"],
        &["db", "info"],
        &["init"],
    ] {
        let out = desk.run(&[&PLACE[..], args].concat());
        let quiet = matches!(args, ["lock", "bob", "--deactivate"] | ["db", "info"]);
        assert!(placed(args, &out) > 0 || quiet, "no command is printed: {args:?}: {out:?}");
    }
}

#[test]
fn a_file_that_is_not_migrated_is_named_too() {
    let desk = elsewhere(fixture::preauth);
    for args in [
        &["token", "issue", "ann"][..],
        &["lock", "ann"],
        &["user", "list"],
        &["user", "show", "id:1"],
        &["migrate", "status"],
        &["migrate", "check"],
        &["migrate", "rehearse"],
        &["db", "info"],
        &["whoami"],
    ] {
        let out = desk.run(&[&PLACE[..], args].concat());
        assert!(placed(args, &out) > 0, "no command is printed: {args:?}: {out:?}");
    }
}

/// A username of two accounts is refused as ambiguous: what is printed must not be.
#[test]
fn a_name_that_two_accounts_share_is_in_no_command() {
    let mut desk = Desk::usual();
    desk.sql("DROP INDEX IF EXISTS ix_users_username");
    desk.sql("UPDATE users SET username = 'shared' WHERE id IN (5, 6)");
    desk.set("SECRET_KEY", crate::harness::KEY);
    desk.write("pw", "wrong password 1");
    for args in [
        &["login", "id:5", "--password-file", "pw"][..],
        &["login", "id:6", "--password-file", "pw"],
        &["set-role", "id:5", "admin", "--expect", "therapist"],
        &["user", "add", "shared", "--email", "new@example.org", "--generate"],
        &["user", "show", "id:6"],
        &["user", "verify", "id:6"],
        &["user", "delete", "id:6"],
        &["user", "delete", "id:6", "-n"],
        &["user", "passwd", "id:6", "--generate"],
        &["lock", "id:5"],
    ] {
        let out = desk.run(args);
        let commands = commands(&out.stderr);
        assert!(commands.iter().any(|command| command.contains("id:")), "{args:?}: {out:?}");
        let named = |command: &&str| command.split([' ', '\n']).any(|word| word == "shared");
        assert!(!commands.iter().any(named), "{args:?}: {out:?}");
    }
}

/// What is picked is written as it would be without the questions: with its reason, its file, its password.
#[test]
fn the_same_without_questions_is_the_same() {
    let mut desk = elsewhere(fixture::usual);
    desk.attended(&[Answer::Pick(1), Answer::Yes]);
    let all = [&PLACE[..], &["lock", "--for", "2h", "--reason", "ticket 7"]].concat();
    let out = desk.ok(&all);
    let same = "authctl lock id:2 --for 2h --database elsewhere.db --config our.toml --reason 'ticket 7'\n";
    assert!(out.stderr.contains(same), "{out:?}");
    desk.attended(&[Answer::Pick(0)]);
    let out = desk.ok(&[&PLACE[..], &["user", "why", "--password-file", "pw"]].concat());
    assert!(out.stderr.contains(" --password-file pw --database elsewhere.db --config our.toml\n"), "{out:?}");
}
