//! Command lines of somebody who has not read the help: the message alone gets them on.

use crate::harness::Desk;

/// Without a database: nothing here may look for one.
fn refused(line: &str, message: &str, hint: &str) {
    let refusal = Desk::empty().misused(line, message, hint);
    assert!(!refusal.hint.contains("as a value, use"), "the tip leads astray: {refusal:?}");
}

#[test]
fn a_command_in_the_wrong_place_is_shown_in_the_right_one() {
    refused("list", "'list'", "did you mean authctl user list or authctl audit list?");
    refused("passwd bob", "'passwd'", "did you mean authctl user passwd?");
    refused("user lock bob", "'lock'", "did you mean authctl lock?");
    refused("db prune", "'prune'", "did you mean authctl audit prune?");
    refused("Whoami", "'Whoami'", "did you mean authctl whoami?");
    refused("USER list", "'USER'", "did you mean authctl user?");
}

#[test]
fn words_of_other_tools_are_understood() {
    refused("signin bob", "'signin'", "did you mean authctl login?");
    refused("session", "'session'", "did you mean authctl whoami?");
    refused("user role bob admin", "'role'", "did you mean authctl set-role?");
    refused("ls", "'ls'", "did you mean authctl user list?");
}

#[test]
fn for_all_other_words_the_way_to_the_list_of_commands_is_named() {
    refused("frobnicate", "'frobnicate'", "authctl --help");
    refused("secret rotate", "'rotate'", "authctl secret --help");
    refused("config list", "'list'", "there is one alone: authctl config show");
    refused("secret gen", "'gen'", "generate");
    refused("secret gen", "'gen'", "authctl secret --help");
}

#[test]
fn an_unknown_option_leads_to_the_options_of_its_command() {
    refused("login bob -s", "'-s'", "authctl login --help");
    refused("login bob --keep", "'--keep'", "authctl login --help");
    refused("whoami --ttl 5m", "'--ttl'", "authctl whoami --help");
    refused("token issue bob --oops", "'--oops'", "authctl token issue --help");
    refused("migrate --dry", "'--dry'", "did you mean --dry-run?");
    refused("lock bob --untill 2h", "'--untill'", "--until");
}

#[test]
fn in_the_place_of_a_password_stands_what_this_command_has() {
    let message = "there is no option that takes a password";
    refused(
        "login bob --password=x",
        message,
        "leave it away to be asked, or give --password-stdin or --password-file",
    );
    let desk = Desk::empty();
    let refusal = desk.refused(&["login", "bob", "--password", "x"], 2, "usage");
    assert!(!refusal.hint.contains("--generate"), "a login generates nothing: {refusal:?}");
    refused("user passwd bob --password x", message, "--password-file FILE or --generate");
    refused("lock bob --password x", message, "authctl lock --help lists its options");
}

#[test]
fn a_value_that_does_not_fit_is_told_what_would() {
    for count in ["0", "1001", "-1", "abc", "2.5", "99999999999"] {
        let line = format!("token issue bob --count {count}");
        refused(
            &line,
            &format!("'{count}' for '--count <N>': give a whole number from 1 to 1000"),
            "authctl token issue",
        );
    }
    refused("user list --limit ten", "'ten' for '--limit <N>': a whole number is wanted", "authctl user list --help");
    refused("token issue bob --broken noexp", "possible values: expired, not-yet", "authctl token issue --help");
    refused("completions tcsh", "possible values: bash", "'zsh'");
}

#[test]
fn a_line_end_in_what_is_quoted_is_escaped_so_that_a_message_stays_one_line() {
    let desk = Desk::keyed();
    let given = "x\n{\"error\":{}}=1";
    for args in [
        &["user", "list", "--busy-timeout", given][..],
        &["user", "list", "--config", given],
        &["user", "list", "--role-admin", given],
        &["lock", "bob", "--for", given],
        &["lock", "bob", "--until", given],
        &["lock", given],
        &["set-role", "bob", given],
        &["user", "show", &format!("id:{given}")],
        &["token", "issue", "bob", "--claim", "x\n{\"error\":{}}"],
        &["token", "issue", "bob", "--claim-json", "x\n{\"error\":{}}=no"],
        &["token", "issue", "bob", "--secret-file", given],
        &["audit", "list", "--since", given],
    ] {
        let out = desk.run(args);
        assert_ne!(out.code, 0, "{args:?}: {out:?}");
        assert!(!out.stderr.lines().any(|line| line.starts_with('{')), "{args:?}: {out:?}");
    }
    // A key of a file is repeated by the library that reads it; TOML takes any text between quotes for a key.
    desk.write("odd.toml", "\"x\\n{\\\"error\\\":{}}\" = 1\n[lockout]\n");
    let out = desk.run(&["config", "show", "--config", "odd.toml"]);
    assert_eq!(out.code, 2, "{out:?}");
    assert!(out.stderr.contains("x\\n{") && !out.stderr.lines().any(|line| line.starts_with('{')), "{out:?}");
}
