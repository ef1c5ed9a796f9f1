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
    let refusal = Desk::empty().misused("completions tcsh", "possible values: bash", "authctl completions --help");
    assert!(!refusal.hint.contains("tip:") && !refusal.hint.contains("zsh"), "two letters are no slip: {refusal:?}");
    refused("user list -o jsno", "'jsno' for '--output <FORMAT>'", "did you mean 'json'?");
    let most = "a whole number is wanted, from 0 to 18446744073709551615";
    refused("user list --limit 99999999999999999999", most, "authctl user list --help");
    refused("user list --limit -1", most, "authctl user list --help");
    refused("user list --after 99999999999999999999", "the id of an account is wanted", "authctl user list --help");
}

/// `reactivate` was answered with `deactivate`, which ends every token.
#[test]
fn what_means_the_contrary_is_not_suggested() {
    refused("user reactivate bob", "'reactivate'", "did you mean authctl user activate?");
    for (line, message, advice, contrary) in [
        ("user unverify bob", "'unverify'", "authctl user --help", "user verify?"),
        ("user reactivat bob", "'reactivat'", "authctl user --help", "deactivate?"),
        ("user list --active", "'--active'", "the column 'state'", "mean --inactive"),
        ("user list --verified", "'--verified'", "--columns username,is_verified", "mean --unverified"),
        ("unlock --unexpired", "'--unexpired'", "authctl unlock --help", "mean --expired"),
    ] {
        let refusal = Desk::empty().misused(line, message, advice);
        assert!(!refusal.hint.contains(contrary), "{line}: {refusal:?}");
    }
}

#[test]
fn a_word_that_a_group_does_not_have_is_looked_for_in_the_group_first() {
    refused("user info bob", "'info'", "did you mean authctl user show?");
    refused("token show x", "'show'", "did you mean authctl token inspect?");
    refused("info", "'info'", "did you mean authctl db info?");
}

/// Each of these hints, when followed, led to the next error.
#[test]
fn a_hint_can_be_followed() {
    refused("token verify --file tok", "'--file'", "authctl token verify - <FILE");
    let offline = "--offline --user-id <N> --email <E> --role <R>";
    let refusal = Desk::empty().misused("token issue --user-id 6", "--offline", offline);
    assert!(!refusal.message.contains("USER>"), "there is no place for one beside --user-id: {refusal:?}");
    refused("token issue bob --user-id 6", "'[USER]' cannot be used with '--user-id <N>'", "give one or the other");
    refused(
        "token issue",
        "wants <USER>",
        "authctl token issue [OPTIONS] <USER> or authctl token issue [OPTIONS] --off",
    );
    refused("token issue --user bob", "'--user'", "USER stands without an option: authctl token issue NAME");
    refused("user add --username bob", "'--username'", "USERNAME stands without an option: authctl user add NAME");
    refused("user add bob --name Bob", "'--name'", "--full-name N");
    refused("user add bob bob@example.org", "an argument too many", "authctl user add NAME --email E");
    refused("user list --name bob", "'--name'", "--match TEXT");
    refused("login -- bob --password-file pw", "'--password-file' is no option behind '--'", "in front of '--'");
    refused(
        "user --force delete bob",
        "'--force' is no option in front of its",
        "it belongs behind authctl user delete",
    );
    refused("login -- bob -q", "'-q' is no option behind '--'", "in front of '--'");
    for line in ["token issue bob --ttl -5m", "token verify x --leeway -5m", "lock bob --for -5m"] {
        refused(line, "'-5'", "a duration cannot be negative");
    }
    let line = "token issue --offline --user-id 6 --email a@example.org --role patient";
    let mut desk = Desk::empty();
    desk.set("SECRET_KEY", crate::harness::KEY);
    desk.ok(&line.split(' ').collect::<Vec<_>>());
}

#[test]
fn the_usage_is_not_shown_where_it_would_allow_what_was_refused() {
    for line in ["unlock --all-locked bob", "unlock --expired --reactivate", "lock bob --for 2h --forever"] {
        let refusal = Desk::empty().misused(line, "cannot be used with", "give one or the other; more: authctl");
        assert!(!refusal.hint.contains("Usage"), "{line}: {refusal:?}");
    }
}

/// A leeway of nothing is the default; a lifetime or a lock of nothing is none.
#[test]
fn no_leeway_is_one_in_every_unit() {
    let desk = Desk::keyed();
    let token = desk.token(&["bob"]);
    for leeway in ["0", "0s", "0m", "00h"] {
        desk.ok(&["token", "verify", &token, "--leeway", leeway]);
    }
    for leeway in ["", "s", "1h0m", "0x"] {
        desk.refused(&["token", "verify", &token, "--leeway", leeway], 2, "usage").names(&["--leeway"]);
    }
    desk.refused(&["lock", "bob", "--for", "0s"], 2, "usage").names(&["every number must be 1 or more"]);
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
