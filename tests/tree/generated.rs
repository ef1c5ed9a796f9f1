//! Generated files: completions, man pages, and the reference in the README.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap_complete::Shell;

use super::compare::compare;
use super::{files_below, read, root};

#[test]
fn completions_are_those_of_the_command_line() {
    let shells = [
        (Shell::Bash, "authctl.bash"),
        (Shell::Zsh, "_authctl"),
        (Shell::Fish, "authctl.fish"),
        (Shell::Elvish, "authctl.elv"),
        (Shell::PowerShell, "_authctl.ps1"),
    ];
    for (shell, name) in shells {
        compare(&root().join("completions").join(name), &authctl::cli::complete::script(shell));
    }
    assert_eq!(files_below("completions").len(), shells.len(), "a file too many in completions/");
}

#[test]
fn man_pages_are_those_of_the_command_line() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    clap_mangen::generate_to(authctl::cli::definition(), scratch.path()).expect("man pages can be written");
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(scratch.path()).expect("it is there").map(|entry| entry.expect("an entry").path()).collect();
    names.sort();
    for page in &names {
        let name = page.file_name().expect("a page has a name");
        compare(&root().join("man").join(name), &read(page));
    }
    assert_eq!(files_below("man").len(), names.len(), "a page too many in man/");
}

/// One line per command: how it is called, and what it does.
fn reference() -> String {
    let mut text = String::from("| command | what it does | its options |\n|---|---|---|\n");
    let mut definition = authctl::cli::definition();
    definition.build();
    describe(&definition, &mut text);
    text
}

fn describe(command: &clap::Command, text: &mut String) {
    for sub in command.get_subcommands() {
        if sub.get_subcommands().next().is_none() || sub.get_name() == "migrate" {
            let usage = sub.clone().render_usage().to_string();
            let usage = usage.lines().next().unwrap_or_default().trim_start_matches("Usage: ").replace('|', "\\|");
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            writeln!(text, "| `{usage}` | {about} | {} |", options(sub)).expect("a string takes text");
        }
        describe(sub, text);
    }
}

/// The options of one command, without those of every command.
fn options(command: &clap::Command) -> String {
    let own = command.get_arguments().filter(|option| {
        !option.is_positional()
            && option.get_help_heading() != Some("Global options")
            && option.get_long() != Some("help")
    });
    let names = own.map(|option| {
        let value = match option.get_action() {
            clap::ArgAction::Set | clap::ArgAction::Append => {
                option.get_value_names().map(|names| format!(" {}", names.join(" "))).unwrap_or_default()
            }
            _ => String::new(),
        };
        format!("`--{}{value}`", option.get_long().unwrap_or_default())
    });
    names.collect::<Vec<_>>().join(" ")
}

/// Compares what stands between two marks of the README, or writes it.
fn compare_section(mark: &str, generated: &str) {
    let path = root().join("README.md");
    let readme = read(&path);
    let (begin, end) = (format!("<!-- begin {mark} -->\n"), format!("<!-- end {mark} -->"));
    let start = readme.find(&begin).unwrap_or_else(|| panic!("README.md has no {begin}")) + begin.len();
    let length = readme[start..].find(&end).unwrap_or_else(|| panic!("README.md has no {end}"));
    let mut whole = readme.clone();
    whole.replace_range(start..start + length, &format!("\n{generated}\n"));
    compare(&path, &whole);
}

#[test]
fn the_readme_has_the_command_line_as_it_is() {
    compare_section("commands", &reference());
    let exits = authctl::cli::definition().get_after_long_help().expect("the table of exit codes").to_string();
    compare_section("exit codes", &format!("```text\n{exits}\n```\n"));
}
