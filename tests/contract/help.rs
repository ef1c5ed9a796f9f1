//! The help of each command: what stands below its options can be read on a narrow terminal, and copied.
//!
//! What a newcomer would get wrong: clap breaks lines that are wider than the terminal, those made by hand too, and a
//! line of shell that is broken runs something else.

use clap::Command;

/// Columns of a narrow terminal.
const COLUMNS: usize = 80;

/// Every command by its full name, with the text below its options.
fn collect(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
    let texts = [command.get_after_help(), command.get_after_long_help()];
    let text: Vec<String> = texts.into_iter().flatten().map(ToString::to_string).collect();
    found.push((path.to_owned(), text.join("\n")));
    for below in command.get_subcommands() {
        collect(below, &format!("{path} {}", below.get_name()), found);
    }
}

fn all() -> Vec<(String, String)> {
    let mut definition = authctl::cli::definition();
    definition.build();
    let mut found = Vec::new();
    collect(&definition, "authctl", &mut found);
    found
}

/// What `--help` prints, in one line.
fn help(path: &str) -> String {
    let args = ["authctl"].into_iter().chain(path.split(' ')).chain(["--help"]);
    let help = authctl::cli::definition().try_get_matches_from(args).expect_err("the help").to_string();
    help.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_line_below_the_options_is_broken_by_the_terminal() {
    for (path, text) in all() {
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS, "{path}: {line}");
        }
    }
}

/// The words of a line of shell from `authctl` to what is not its own; `None` for a line that runs something else.
fn words(line: &str) -> Option<Vec<String>> {
    let command = &line[line.find("authctl ")?..];
    let end = [" | ", " > ", " < ", " && ", "   #"].into_iter().filter_map(|sign| command.find(sign)).min();
    let (mut words, mut quoted) = (vec![String::new()], None);
    for c in command[..end.unwrap_or(command.len())].trim_end_matches(')').chars() {
        match quoted {
            Some(quote) if quote == c => quoted = None,
            None if matches!(c, '\'' | '"') => quoted = Some(c),
            None if c == ' ' => words.push(String::new()),
            Some(_) | None => words.last_mut().expect("there is one").push(c),
        }
    }
    Some(words)
}

#[test]
fn every_example_can_be_typed() {
    let mut count = 0;
    for (path, text) in all() {
        for line in text.lines().filter(|line| line.starts_with("  ")) {
            let Some(words) = words(line) else { continue };
            let parsed = authctl::cli::definition().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{path}: {line}: {words:?}: {parsed:?}");
            count += 1;
        }
    }
    assert!(count > 40, "{count} examples were found");
}

#[test]
fn the_commands_of_every_day_have_examples() {
    let with: Vec<String> =
        all().into_iter().filter(|(_, text)| text.contains("Example")).map(|(path, _)| path).collect();
    for path in [
        "init",
        "user add",
        "user list",
        "user show",
        "user passwd",
        "user activate",
        "user deactivate",
        "user verify",
        "user edit",
        "user delete",
        "user why",
        "user import",
        "user export",
        "login",
        "lock",
        "unlock",
        "set-role",
        "token issue",
        "token inspect",
        "token verify",
        "secret generate",
        "completions",
        "db backup",
    ] {
        assert!(with.contains(&format!("authctl {path}")), "{path} has no example");
    }
}

#[test]
fn the_help_says_where_the_key_comes_from() {
    for path in ["login", "token issue", "token inspect", "token verify", "whoami", "doctor"] {
        let help = help(path);
        assert!(help.contains("[default: SECRET_KEY, then .env beside the database, then ./.env]"), "{path}: {help}");
    }
}

#[test]
fn the_help_says_how_a_name_is_told_from_an_address() {
    for path in ["login", "lock", "unlock", "set-role", "token issue", "user show", "user passwd", "user why"] {
        let help = help(path);
        assert!(help.contains("user:NAME") && help.contains("email:ADDRESS"), "{path}: {help}");
    }
}
