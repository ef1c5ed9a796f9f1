//! Wrong words on the command line: the message names what was typed, and its hint what could have been.

use crate::harness::Desk;

#[test]
fn a_wrong_option_gets_the_right_ones() {
    let desk = Desk::usual();
    for (args, option, advice) in [
        ("audit list --tail 5", "--tail", "--user, --actor, --event, --since, --until, --limit, --follow"),
        ("audit prune --older-than 90d", "--older-than", "--before, --export"),
        ("audit verify --hed FILE", "--hed", "did you mean --head?"),
        ("db restore --force old.db", "--force", "authctl db restore --help"),
        ("db --keep 3 backup", "--keep", "behind authctl db backup"),
        ("doctor --repair", "--repair", "--fix"),
        ("--databse x.db user list", "--databse", "did you mean --database?"),
        ("user deactivate bob --role admin", "--role", "authctl set-role"),
    ] {
        desk.misused(args, option, advice);
    }
}

#[test]
fn a_wrong_command_gets_the_right_ones() {
    let desk = Desk::usual();
    for (args, word, advice) in [
        ("audit lst", "'lst'", "did you mean authctl audit list?"),
        ("audit tail", "'tail'", "list, show, verify, export, head, prune"),
        ("backup", "'backup'", "did you mean authctl db backup?"),
        ("list", "'list'", "authctl user list or authctl audit list"),
        ("db lock bob", "'lock'", "did you mean authctl lock?"),
        ("audit help", "'help'", "authctl audit --help"),
        ("--database x.db frob", "'frob'", "doctor"),
    ] {
        desk.misused(args, word, advice);
    }
}

#[test]
fn an_operand_too_many_is_not_shown_and_the_option_that_takes_it_is_named() {
    let desk = Desk::usual();
    for (args, advice) in [
        ("audit list s3cret-word", "--user USER"),
        ("audit export s3cret-word", ">FILE"),
        ("audit verify s3cret-word", "--head FILE"),
        ("audit prune s3cret-word", "--before TIME"),
        ("doctor s3cret-word", "--database PATH"),
        ("db check s3cret-word", "--database PATH"),
        ("migrate rehearse s3cret-word", "--database PATH"),
        ("user list s3cret-word", "Usage: authctl user list"),
    ] {
        let refusal = desk.misused(args, "", advice);
        assert!(!format!("{refusal:?}").contains("s3cret"), "{refusal:?}");
    }
}

#[test]
fn what_is_missing_or_no_number_is_named() {
    let desk = Desk::usual();
    for (args, message, advice) in [
        ("audit show", "wants <ID>", "Usage: authctl audit show <ID>"),
        ("audit prune", "wants --before <TIME>", "authctl audit prune --help"),
        ("db restore", "wants <FILE>", "authctl db restore --help"),
        ("audit verify --head", "a value is required for '--head <FILE>'", "authctl audit verify --help"),
        ("audit show last", "the number of an event", "authctl audit show --help"),
        ("audit list --limit -3", "a whole number is wanted", "authctl audit list --help"),
        ("db backup --keep ten", "a whole number is wanted", "authctl db backup --help"),
        ("audit list --color red", "[possible values: auto, always, never]", "authctl audit list --help"),
    ] {
        desk.misused(args, message, advice);
    }
    desk.refused(&["audit", "show", "-1"], 3, "not_found").names(&["event -1"]);
    desk.refused(&["db", "backup", "x.db", "--keep", "3"], 2, "usage").names(&["FILE"]).advises(&["leave one"]);
}

/// The log looks back: what is to come, and what no calendar has, is refused with what would do.
#[test]
fn times_of_the_log_are_refused_with_what_would_do() {
    let desk = Desk::usual();
    for command in ["audit list --since", "audit export --until", "audit prune --before"] {
        for (time, advice) in [
            ("yesterday", "-2h for two hours ago"),
            ("now", "-2h for two hours ago"),
            ("24.12.2026", "give 2026-11-25"),
            ("2026-13-01", "give 2026-11-25"),
            ("", "give 2026-11-25"),
            ("90d", "=-90d is 90d ago"),
            ("+2h", "=-2h is 2h ago"),
        ] {
            let args: Vec<&str> = command.split(' ').chain([time]).collect();
            desk.refused(&args, 2, "usage").names(&[args[2]]).advises(&[advice]);
        }
    }
}
