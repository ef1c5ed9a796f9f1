//! Which command was typed, as far as the arguments say, and what was probably meant by the word that did not fit.
//!
//! What a newcomer would get wrong: clap's own suggestions know one level of commands and any word that is a little
//! alike, and its tip to pass an option "as a value" is never what was meant. Here a wrong word is looked for among
//! all commands, and a wrong option gets the list of the right ones. And the nearest word may mean the contrary:
//! `reactivate` is one letter from `deactivate`, which ends tokens.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory};

use super::words::{EVERYWHERE, IN_A_GROUP, OF_THE_DATABASE, OPTIONS, PREFIXES, SURPLUS, SYNONYMS, USER_OPTIONS};
use crate::cli::args::Cli;
use crate::model::nearest::nearest;

/// The command that was typed, with all that belongs to it.
pub(super) struct Typed {
    /// `authctl audit list`.
    pub(super) path: String,
    command: Command,
    /// `authctl` with everything below it.
    root: Command,
    /// What stands behind `--`.
    operands: Vec<String>,
}

impl Typed {
    /// Follows the names of commands through the arguments, the program's name first.
    pub(super) fn of(arguments: &[OsString]) -> Self {
        let mut root = Cli::command();
        // The commands of a group are defined only where they are needed.
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
        let operands = arguments.iter().skip_while(|word| *word != "--").skip(1);
        let operands = operands.map(|word| word.to_string_lossy().into_owned()).collect();
        Self { path, command: at.clone(), root, operands }
    }

    /// Its name without the program's: `audit list`.
    fn name(&self) -> &str {
        self.path.strip_prefix("authctl").unwrap_or_default().trim_start()
    }

    /// Where everything about it is written.
    pub(super) fn help(&self) -> String {
        format!("{} --help", self.path)
    }

    /// What stands in the place of `--password`, which nothing has.
    pub(super) fn password_hint(&self, given: &str) -> String {
        if let Some(hint) = self.of_other_tools(given) {
            return hint.to_owned();
        }
        if given != "--password"
            && let Some(meant) = self.option_meant(given)
        {
            return format!("did you mean {meant}? {} lists them all", self.help());
        }
        match (self.has("--password-stdin"), self.has("--generate")) {
            (false, _) => format!("leave it away; {} lists its options", self.help()),
            (true, false) => "leave it away to be asked, or give --password-stdin or --password-file FILE".to_owned(),
            (true, true) => {
                "leave it away to be asked, or give --password-stdin, --password-file FILE or --generate".to_owned()
            }
        }
    }

    /// What to say to an option that it does not have, or that stands where none can.
    pub(super) fn option_hint(&self, given: &str) -> String {
        if self.has(given) {
            return match self.is_operand(given) {
                true => format!("options stand in front of '--': {} {given} … -- NAME", self.path),
                false => format!("it belongs behind {}", self.path),
            };
        }
        if let Some(hint) = self.of_other_tools(given) {
            return hint.to_owned();
        }
        if let (true, Some(user)) = (USER_OPTIONS.contains(&given), self.user_operand()) {
            return format!("{user} stands without an option: {} NAME", self.path);
        }
        if let Some(meant) = self.option_meant(given) {
            return format!("did you mean {meant}? {} lists them all", self.help());
        }
        let below = visible(&self.command).filter(|below| below.get_arguments().any(|arg| named(arg, given)));
        let below: Vec<String> = below.map(|below| format!("{} {}", self.path, below.get_name())).collect();
        if !below.is_empty() {
            return format!("it belongs behind {}", below.join(" or "));
        }
        if let Some((_, hint)) = EVERYWHERE.iter().find(|(options, _)| options.contains(&given)) {
            return (*hint).to_owned();
        }
        if given[1..].starts_with(|c: char| c.is_ascii_digit()) {
            return "a number or a duration cannot be negative here".to_owned();
        }
        let own: Vec<String> = self.command.get_arguments().filter(|arg| is_own(arg)).filter_map(long).collect();
        match own.is_empty() {
            true => format!("it has none but those of every command: {}", self.help()),
            false => format!("its own options: {}; more: {}", own.join(", "), self.help()),
        }
    }

    /// What does what this command of other tools has an option for.
    fn of_other_tools(&self, given: &str) -> Option<&'static str> {
        let known = OPTIONS.iter().find(|(command, options, _)| *command == self.name() && options.contains(&given));
        known.map(|(_, _, hint)| *hint)
    }

    fn option_meant(&self, given: &str) -> Option<String> {
        let all: Vec<String> = self.command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(long).collect();
        if let Some(whole) = all.iter().find(|word| given.len() > "--x".len() && word.starts_with(given)) {
            return Some(whole.clone());
        }
        // Two dashes alike make no likeness.
        let bare = all.iter().map(|word| word.trim_start_matches('-'));
        let name = nearest_of_one_sense(given.trim_start_matches('-'), bare)?;
        Some(format!("--{name}"))
    }

    /// What to say to an operand that has no place.
    pub(super) fn operand_hint(&self, usage: &str) -> String {
        if OF_THE_DATABASE.contains(&self.name()) {
            return format!("the database is named with --database PATH; {usage}");
        }
        match SURPLUS.iter().find(|(command, _)| *command == self.name()) {
            Some((_, hint)) if hint.contains("authctl ") => (*hint).to_owned(),
            Some((_, hint)) => format!("{hint}; {usage}"),
            None => usage.to_owned(),
        }
    }

    /// What to say to a word where a command should stand.
    pub(super) fn command_hint(&self, given: &str) -> String {
        let given = given.to_lowercase();
        match given.as_str() {
            "help" => return format!("{} lists the commands", self.help()),
            "version" => return "authctl --version prints the version".to_owned(),
            _ => {}
        }
        let below: Vec<&str> = visible(&self.command).map(Command::get_name).collect();
        if let [only] = below.as_slice() {
            return format!("there is one alone: {} {only}; {} says what it does", self.path, self.help());
        }
        let here =
            |(group, words, _): &&(&str, &[&str], &str)| *group == self.name() && words.contains(&given.as_str());
        if let Some((_, _, command)) = IN_A_GROUP.iter().find(here) {
            return format!("did you mean authctl {command}?");
        }
        let mut meant = Vec::new();
        collect(&self.root, "authctl", &given, &mut meant);
        if meant.is_empty() && ["", "user"].contains(&self.name()) {
            let synonym = SYNONYMS.iter().find(|(words, _)| words.contains(&given.as_str()));
            meant.extend(synonym.map(|(_, command)| format!("authctl {command}")));
        }
        if meant.is_empty() {
            meant.extend(
                nearest_of_one_sense(&given, below.iter().copied()).map(|name| format!("{} {name}", self.path)),
            );
        }
        match meant.is_empty() {
            true => format!("there are: {}; {} says what they do", below.join(", "), self.help()),
            false => format!("did you mean {}?", meant.join(" or ")),
        }
    }

    /// Whether it has this option: `--long` or `-s`.
    pub(super) fn has(&self, option: &str) -> bool {
        let (long, short) = (option.strip_prefix("--"), option.strip_prefix('-'));
        self.command.get_arguments().any(|argument| match (long, short) {
            (Some(long), _) => argument.get_long() == Some(long),
            (None, Some(short)) => argument.get_short().is_some_and(|own| short.chars().eq([own])),
            (None, None) => false,
        })
    }

    /// Whether this stands behind `--`, where nothing is an option.
    pub(super) fn is_operand(&self, option: &str) -> bool {
        self.operands.iter().any(|word| word.split('=').next() == Some(option))
    }

    /// How the help calls the account that it takes without an option.
    fn user_operand(&self) -> Option<&'static str> {
        self.command.get_positionals().find_map(|argument| match argument.get_id().as_str() {
            "user" | "users" => Some("USER"),
            "username" => Some("USERNAME"),
            _ => None,
        })
    }
}

/// The nearest of these words that does not turn the sense of the given one about.
fn nearest_of_one_sense<'a>(given: &str, words: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(given, words.filter(|word| !turns_about(given, word)))
}

/// Whether two words are told apart by what stands before them alone: `active` and `inactive`.
fn turns_about(given: &str, word: &str) -> bool {
    let parts = |word: &str| PREFIXES.iter().find(|prefix| word.starts_with(**prefix)).map_or(0, |prefix| prefix.len());
    let (one, other) = (given.split_at(parts(given)), word.split_at(parts(word)));
    // `reactivat`, too, but `elete` is a slip in `delete`.
    let alike = one.1 == other.1 || (!one.0.is_empty() && nearest(one.1, [other.1]).is_some());
    one.0 != other.0 && alike
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help")
}

/// Every command that is called `word`, by its full name.
fn collect(group: &Command, path: &str, word: &str, found: &mut Vec<String>) {
    for command in visible(group) {
        let full = format!("{path} {}", command.get_name());
        if command.get_name() == word {
            found.push(full.clone());
        }
        collect(command, &full, word, found);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        Typed::of(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn every_synonym_is_no_command_and_stands_for_one() {
        for (words, command) in SYNONYMS {
            let path = format!("authctl {command}");
            assert_eq!(typed(&path).path, path);
            for word in words {
                assert_eq!(typed("authctl").command_hint(word), format!("did you mean {path}?"), "{word}");
            }
        }
    }

    #[test]
    fn what_the_tables_name_is_there() {
        let commands = OPTIONS.map(|(command, _, _)| command).into_iter().chain(SURPLUS.map(|(command, _)| command));
        for command in commands.chain(OF_THE_DATABASE) {
            let path = format!("authctl {command}");
            assert_eq!(typed(&path).path, path);
        }
        for (group, words, command) in IN_A_GROUP {
            assert_eq!(typed(&format!("authctl {group}")).name(), group);
            assert_eq!(typed(&format!("authctl {command}")).name(), command);
            for word in words {
                let hint = typed(&format!("authctl {group}")).command_hint(word);
                assert_eq!(hint, format!("did you mean authctl {command}?"), "{group} {word}");
                assert_eq!(typed(&format!("authctl {group} {word}")).name(), group, "{word} is a command of {group}");
            }
        }
        for (command, options, _) in OPTIONS {
            for option in options {
                assert!(!typed(&format!("authctl {command}")).has(option), "{command} has {option}");
            }
        }
    }

    #[test]
    fn a_word_that_turns_the_sense_about_is_not_near() {
        for (given, word) in [
            ("reactivate", "deactivate"),
            ("reactivat", "deactivate"),
            ("active", "inactive"),
            ("unverify", "verify"),
            ("unverif", "verify"),
            ("relock", "unlock"),
        ] {
            assert!(turns_about(given, word), "{given} {word}");
        }
        for (given, word) in [("deactivte", "deactivate"), ("unlok", "unlock"), ("elete", "delete"), ("ntil", "until")]
        {
            assert!(!turns_about(given, word), "{given} {word}");
        }
    }

    #[test]
    fn the_value_of_an_option_is_no_command() {
        assert_eq!(typed("authctl --database user audit --since -2h list").path, "authctl audit list");
        assert_eq!(typed("authctl user show -- user").path, "authctl user show");
    }
}
