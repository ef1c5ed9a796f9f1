//! The way on after arguments that do not parse: what somebody who has not read the help meant by them.
//!
//! What a newcomer would get wrong: clap offers to pass an unknown option "as a value", which is never what was
//! meant by `--all`, and it looks for a misspelt command only in the group where it was typed.

use std::ffi::OsString;

use clap::Command;

/// Where on the command line something went wrong: the commands that were named, as in `user why`.
pub(super) struct Place {
    definition: Command,
    path: Vec<String>,
}

impl Place {
    /// Finds the commands among the arguments, the program's name first.
    pub(super) fn of(mut definition: Command, arguments: &[OsString]) -> Self {
        // The commands of a group are defined only where they are needed.
        definition.build();
        let mut path = Vec::new();
        let mut at = &definition;
        for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
            if let Some(command) = at.get_subcommands().find(|command| command.get_name() == word) {
                path.push(word.to_owned());
                at = command;
            }
        }
        Self { definition, path }
    }

    /// `authctl user why --help`.
    pub(super) fn help(&self) -> String {
        format!("{} --help", self.command())
    }

    fn command(&self) -> String {
        [&["authctl".to_owned()], self.path.as_slice()].concat().join(" ")
    }

    fn name(&self) -> String {
        self.path.join(" ")
    }

    /// What was probably meant by a word that is no command here.
    pub(super) fn command_meant(&self, word: &str) -> Option<String> {
        let word = word.to_lowercase();
        let word = word.as_str();
        if let Some((_, text)) = TEXTS.iter().find(|(known, _)| *known == word) {
            return Some((*text).to_owned());
        }
        let mut elsewhere = Vec::new();
        collect(&self.definition, "", word, &mut elsewhere);
        let synonym = || match self.path.first().map(String::as_str) {
            None | Some("user") => SYNONYMS.iter().find(|(known, _)| known.contains(&word)),
            Some(_) => None,
        };
        match (elsewhere.as_slice(), synonym()) {
            ([], Some((_, command))) => Some(format!("did you mean authctl {command}?")),
            ([], None) => None,
            (found, _) => Some(format!("did you mean authctl {}?", found.join(" or authctl "))),
        }
    }

    /// What does what an unknown option was tried for.
    pub(super) fn option_meant(&self, option: &str) -> Option<String> {
        let name = self.name();
        let own = OPTIONS.iter().find(|(command, options, _)| *command == name && options.contains(&option));
        if let Some((_, _, hint)) = own {
            return Some((*hint).to_owned());
        }
        if USER_OPTIONS.contains(&option) && self.takes_user() {
            return Some(format!("USER stands without an option: {} NAME", self.command()));
        }
        if let Some((_, hint)) = EVERYWHERE.iter().find(|(options, _)| options.contains(&option)) {
            return Some((*hint).to_owned());
        }
        option[1..].starts_with(|c: char| c.is_ascii_digit()).then(|| "numbers and durations begin at 0".to_owned())
    }

    /// Why there is an argument too many, and where what it says belongs.
    pub(super) fn surplus(&self) -> Option<&'static str> {
        let name = self.name();
        SURPLUS.iter().find(|(command, _)| *command == name).map(|(_, hint)| *hint)
    }

    /// What stands in the place of `--password`, which nothing has.
    pub(super) fn instead_of_password(&self) -> String {
        let has = |id: &str| self.typed().get_arguments().any(|argument| argument.get_id() == id);
        match (has("password_stdin"), has("generate")) {
            (false, _) => format!("leave it away: no password is wanted here; {} lists the options", self.help()),
            (true, false) => "leave it away to be asked, or give --password-stdin or --password-file FILE".to_owned(),
            (true, true) => {
                "leave it away to be asked, or give --password-stdin, --password-file FILE or --generate".to_owned()
            }
        }
    }

    /// The command as far as it was named.
    fn typed(&self) -> &Command {
        self.path.iter().fold(&self.definition, |at, word| at.find_subcommand(word).unwrap_or(at))
    }

    fn takes_user(&self) -> bool {
        self.typed().get_positionals().any(|argument| matches!(argument.get_id().as_str(), "user" | "users"))
    }
}

/// Every command that is called `word`, by its full name.
fn collect(group: &Command, path: &str, word: &str, found: &mut Vec<String>) {
    for command in group.get_subcommands().filter(|command| !command.is_hide_set()) {
        let full =
            if path.is_empty() { command.get_name().to_owned() } else { format!("{path} {}", command.get_name()) };
        if command.get_name() == word {
            found.push(full.clone());
        }
        collect(command, &full, word, found);
    }
}

/// Words that other tools have as commands and this one as options.
const TEXTS: [(&str, &str); 2] =
    [("help", "authctl --help lists the commands"), ("version", "authctl --version prints the version")];

/// Words of other tools for our commands on accounts and on sessions.
const SYNONYMS: [(&[&str], &str); 16] = [
    (&["rm", "remove", "del", "drop"], "user delete"),
    (&["new", "create", "register", "useradd", "adduser"], "user add"),
    (&["ls", "users"], "user list"),
    (&["get", "view"], "user show"),
    (&["rename", "update", "modify", "change", "set", "usermod"], "user edit"),
    (&["password", "reset-password", "set-password", "change-password", "reset"], "user passwd"),
    (&["enable"], "user activate"),
    (&["disable"], "user deactivate"),
    (&["ban", "block"], "lock"),
    (&["unban", "unblock"], "unlock"),
    (&["role", "promote", "demote"], "set-role"),
    (&["explain", "diagnose"], "user why"),
    (&["signin", "sign-in"], "login"),
    (&["signout", "sign-out"], "logout"),
    (&["session"], "whoami"),
    (&["log", "logs", "events"], "audit list"),
];

/// Options by which other tools name the account.
const USER_OPTIONS: [&str; 5] = ["--user", "--username", "--email", "--id", "--name"];

/// Command, options that it does not have, and what does it.
const OPTIONS: [(&str, &[&str], &str); 16] = [
    ("user import", &["--role"], "a column 'role' gives each account its role"),
    ("user import", &["--verified", "--active", "--inactive"], "the columns 'verified' and 'active' say it, yes or no"),
    (
        "user import",
        &["--delimiter", "--separator", "--sep", "-d"],
        "comma, semicolon and tab are told apart without an option",
    ),
    ("user import", &["--file", "--input", "-f", "-i"], "the file stands without an option: authctl user import FILE"),
    (
        "user import",
        &["--force", "--update", "--overwrite", "--skip-existing", "--ignore-existing"],
        "an import changes no account that is there already; --if-missing accepts those that are the same",
    ),
    ("user import", &["--encoding", "--charset"], "the file must be UTF-8"),
    ("user export", &["--out", "--file", "--output-file", "-f"], "stdout is the export: authctl user export > FILE"),
    ("user export", &["--format"], "-o csv (the default), -o json or -o jsonl names the form"),
    (
        "user export",
        &["--role", "--locked", "--inactive", "--match", "--limit", "--sort", "--after"],
        "an export is of all accounts; authctl user list prints some of them, with -o csv too",
    ),
    ("user edit", &["--password"], "a password is changed with authctl user passwd USER"),
    ("user edit", &["--name"], "give --username U or --full-name N"),
    ("user why", &["--fix"], "user why changes nothing; it ends with the command that helps"),
    ("user why", &["--generate"], "a new password is set with authctl user passwd USER --generate"),
    ("user delete", &["--all"], "name each USER, or give - and a list on standard input"),
    ("user delete", &["-f", "--confirm", "--yes-really"], "-y answers the question"),
    ("lock", &["--duration", "--minutes", "--time"], "the time is given with --for 30m or --until TIME"),
];

/// Options of any command, and what does it.
const EVERYWHERE: [(&[&str], &str); 4] = [
    (&["--role"], "a role is changed with authctl set-role USER ROLE"),
    (&["--active", "--inactive"], "see authctl user activate and authctl user deactivate"),
    (&["--verified"], "an e-mail is marked as verified with authctl user verify USER"),
    (&["--db", "--db-path", "--file"], "the database is named with --database PATH"),
];

/// Commands after which people write one argument too many.
const SURPLUS: [(&str, &str); 6] = [
    ("user export", "an export goes to stdout, and is of all accounts: authctl user export > FILE"),
    ("user import", "one FILE at a time: authctl user import FILE"),
    ("user edit", "one USER at a time, and new values behind options: --username U, --email E, --full-name N"),
    ("user why", "one USER at a time: authctl user why NAME; a password to try comes from --password-stdin"),
    ("user passwd", "one USER alone: a password is asked for, or comes from --password-stdin or --generate"),
    ("login", "one USER alone: a password is asked for, or comes from --password-stdin"),
];
