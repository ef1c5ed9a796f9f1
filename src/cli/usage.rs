//! Which command was typed, as far as the arguments say, and what it could have been given.
//!
//! What a newcomer would get wrong: clap's own suggestions know one level of commands and any word that is a little
//! alike. Here a wrong word is looked for among all commands, and a wrong option gets the list of the right ones.

use std::ffi::OsString;

use clap::{Arg, Command};

use crate::model::nearest::nearest;

/// The command that was typed, with all that belongs to it.
pub struct Typed {
    /// `authctl audit list`.
    pub path: String,
    command: Command,
    /// `authctl` with everything below it.
    root: Command,
}

impl Typed {
    /// Follows the names of commands through the arguments, the program's name first.
    pub fn of(mut root: Command, arguments: &[OsString]) -> Self {
        root.build();
        let (mut path, mut at) = (root.get_name().to_owned(), &root);
        let mut words = arguments.iter().skip(1).map(|word| word.to_str().unwrap_or_default());
        while let Some(word) = words.next() {
            if word == "--" {
                break;
            }
            if word.starts_with('-') {
                if takes_next(at, word) {
                    words.next();
                }
            } else if let Some(below) = at.find_subcommand(word) {
                path.push(' ');
                path.push_str(below.get_name());
                at = below;
            } else if at.has_subcommands() {
                break;
            }
        }
        Self { path, command: at.clone(), root }
    }

    /// Where everything about it is written.
    pub fn help(&self) -> String {
        format!("{} --help", self.path)
    }

    /// What to say to an option that it does not have.
    pub fn option_hint(&self, given: &str) -> String {
        let all: Vec<String> = self.command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(long).collect();
        if let Some(meant) = meant(given, all.iter().map(String::as_str)) {
            return format!("did you mean {meant}? {} lists them all", self.help());
        }
        let below = self.visible(&self.command).filter(|below| below.get_arguments().any(|arg| named(arg, given)));
        let below: Vec<String> = below.map(|below| format!("{} {}", self.path, below.get_name())).collect();
        if !below.is_empty() {
            return format!("it belongs behind {}", below.join(" or "));
        }
        let own: Vec<String> = self.command.get_arguments().filter(|arg| is_own(arg)).filter_map(long).collect();
        if own.is_empty() {
            return format!("it has none but those of every command: {}", self.help());
        }
        format!("its own options: {}; more: {}", own.join(", "), self.help())
    }

    /// What to say to an operand that has no place.
    pub fn operand_hint(&self, usage: &str) -> String {
        let named = match self.path.trim_start_matches("authctl ") {
            "audit list" | "audit export" => "an account is named with --user USER, a file to write with >FILE",
            "audit verify" => "a head that was kept is named with --head FILE",
            "audit head" => "it prints to standard output: >FILE keeps it",
            "audit prune" => "the time is named with --before TIME, the file to write with --export FILE",
            "doctor" | "db check" | "db info" | "migrate" | "migrate status" | "migrate plan" | "migrate check"
            | "migrate rehearse" => "the database is named with --database PATH",
            _ => return usage.to_owned(),
        };
        format!("{named}; {usage}")
    }

    /// What to say to a word where a command should stand.
    pub fn command_hint(&self, given: &str) -> String {
        if given == "help" {
            return format!("the help is an option: {}", self.help());
        }
        let below: Vec<&str> = self.visible(&self.command).map(Command::get_name).collect();
        if let Some(meant) = nearest(given, below.iter().copied()) {
            return format!("did you mean {} {meant}?", self.path);
        }
        let elsewhere = self.elsewhere(given);
        if elsewhere.is_empty() {
            format!("there are: {}; {} says what they do", below.join(", "), self.help())
        } else {
            format!("did you mean {}?", elsewhere.join(" or "))
        }
    }

    fn visible<'c>(&self, command: &'c Command) -> impl Iterator<Item = &'c Command> + use<'c> {
        command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help")
    }

    /// Commands of this name in other groups.
    fn elsewhere(&self, given: &str) -> Vec<String> {
        let root = self.root.get_name();
        let top = self.visible(&self.root).filter(|command| command.get_name() == given);
        let top = top.map(|command| format!("{root} {}", command.get_name()));
        let groups = self.visible(&self.root).flat_map(|group| {
            let inside = self.visible(group).filter(|command| command.get_name() == given);
            inside.map(|command| format!("{root} {} {}", group.get_name(), command.get_name())).collect::<Vec<_>>()
        });
        top.chain(groups).collect()
    }
}

fn named(arg: &Arg, given: &str) -> bool {
    given.strip_prefix("--").is_some_and(|given| arg.get_long() == Some(given)) && is_own(arg)
}

/// Whether the word behind this option is its value.
fn takes_next(command: &Command, word: &str) -> bool {
    let is = |arg: &&Arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => arg.get_short().is_some_and(|short| word.chars().skip(1).eq([short])),
    };
    command.get_arguments().find(is).is_some_and(|arg| arg.get_action().takes_values())
}

fn long(arg: &Arg) -> Option<String> {
    arg.get_long().map(|long| format!("--{long}"))
}

/// Whether an option is the command's, not one of every command.
fn is_own(arg: &Arg) -> bool {
    let of_all = arg.get_help_heading() == Some("Global options") || arg.get_id().as_str() == "help";
    !of_all && !arg.is_hide_set()
}

fn meant<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Two dashes alike make no likeness.
    let bare = |word: &'a str| word.trim_start_matches('-');
    let name = nearest(given.trim_start_matches('-'), words.into_iter().map(bare))?;
    Some(format!("--{name}"))
}
