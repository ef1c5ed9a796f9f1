//! The way on from words that are no command, and from options that this command does not have.
//!
//! What a newcomer would get wrong: most of these are right words in the wrong place: `authctl list` for
//! `authctl user list`. So the whole definition is looked through, not only the group that was typed.

use std::ffi::OsString;

use clap::Command;

use crate::cli::args::Cli;

/// Words that other tools use, and what they are here.
const SYNONYMS: [(&str, &str); 17] = [
    ("signin", "login"),
    ("sign-in", "login"),
    ("signout", "logout"),
    ("sign-out", "logout"),
    ("session", "whoami"),
    ("ls", "user list"),
    ("users", "user list"),
    ("create", "user add"),
    ("new", "user add"),
    ("update", "user edit"),
    ("rename", "user edit"),
    ("rm", "user delete"),
    ("remove", "user delete"),
    ("password", "user passwd"),
    ("reset-password", "user passwd"),
    ("role", "set-role"),
    ("log", "audit list"),
];

/// The command that was typed, as far as it is one.
pub struct Typed {
    /// `authctl user`, as it is typed.
    pub path: String,
    command: Command,
}

impl Typed {
    /// Follows the words as far as they name commands; values of options are taken for words, too.
    pub fn of(arguments: &[OsString]) -> Self {
        let mut command = <Cli as clap::CommandFactory>::command();
        command.build();
        let mut typed = Self { path: "authctl".to_owned(), command };
        for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
            let Some(sub) = typed.command.find_subcommand(word) else { continue };
            typed.path = format!("{} {}", typed.path, sub.get_name());
            typed.command = sub.clone();
        }
        typed
    }

    /// Where everything is listed that can be typed here.
    pub fn help(&self) -> String {
        let what = if self.command.has_subcommands() { "the commands" } else { "its options" };
        format!("{} --help lists {what}", self.path)
    }

    /// What stands in the place of `--password`, which nothing has.
    pub fn instead_of_password(&self) -> String {
        let has = |id: &str| self.command.get_arguments().any(|argument| argument.get_id() == id);
        match (has("password_stdin"), has("generate")) {
            (false, _) => format!("leave it away; {}", self.help()),
            (true, false) => "leave it away to be asked, or give --password-stdin or --password-file FILE".to_owned(),
            (true, true) => {
                "leave it away to be asked, or give --password-stdin, --password-file FILE or --generate".to_owned()
            }
        }
    }
}

/// The commands that a word was probably meant for, as they are typed; empty where there is none.
pub fn commands(word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let mut root = <Cli as clap::CommandFactory>::command();
    root.build();
    let mut found = Vec::new();
    named(&root, &word, "authctl", &mut found);
    if found.is_empty() {
        let meant = SYNONYMS.iter().find(|(synonym, _)| *synonym == word);
        found.extend(meant.map(|(_, command)| format!("authctl {command}")));
    }
    found
}

fn named(command: &Command, word: &str, path: &str, into: &mut Vec<String>) {
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        if sub.get_name() == word {
            into.push(path.clone());
        }
        named(sub, word, &path, into);
    }
}

/// The command that does what an option of another command was tried for.
pub fn option(option: &str) -> Option<&'static str> {
    match option {
        "--role" => Some("a role is changed with authctl set-role USER ROLE"),
        "--active" | "--inactive" => Some("see authctl user activate and authctl user deactivate"),
        "--verified" => Some("an e-mail is marked as verified with authctl user verify USER"),
        "--name" => Some("give --username U or --full-name N"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_is_no_command_and_stands_for_one() {
        for (synonym, command) in SYNONYMS {
            assert_eq!(commands(synonym), [format!("authctl {command}")]);
            let words = ["authctl".to_owned(), command.to_owned()].join(" ");
            let typed: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            assert_eq!(Typed::of(&typed).path, words);
        }
    }
}
