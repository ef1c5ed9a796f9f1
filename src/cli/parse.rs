//! From the arguments to [`Cli`], with clap's errors in our words.
//!
//! What a newcomer would get wrong: somebody may have typed a password where there is no place for one; an
//! argument that is not an option is never repeated on the terminal.

mod elsewhere;

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use super::args::Cli;
use super::console::{ErrorForm, Verbosity, Voice};
use super::failure::Failure;
use super::output::color::Color;
use super::output::escape::quote;
use elsewhere::Typed;

/// What came of the arguments.
pub enum Parsed {
    /// A command line.
    Cli(Box<Cli>),
    /// A text that was asked for, and how to print an error.
    Help(String, Voice),
    /// A usage error, and how to print it.
    Wrong(Failure, Voice),
}

/// Parses the arguments, the program's name first.
pub fn parse(arguments: &[OsString]) -> Parsed {
    let mut definition = Cli::command();
    let result = definition.try_get_matches_from_mut(arguments).and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches);
        std::mem::forget(matches);
        cli
    });
    // Taking these two apart again costs a tenth of a short command, and the process ends soon.
    std::mem::forget(definition);
    match result {
        Ok(cli) => Parsed::Cli(Box::new(cli)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Parsed::Help(error.render().to_string(), voice(arguments))
            }
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Parsed::Wrong(no_command_in(arguments), voice(arguments))
            }
            _ => Parsed::Wrong(in_our_words(&error, &Typed::of(arguments)), voice(arguments)),
        },
    }
}

/// `authctl` alone.
pub fn no_command() -> Failure {
    Failure::usage("a command is missing").hint("authctl --help lists them; for example: authctl user list")
}

/// The arguments did not parse, so the options that decide the form are looked for by hand.
fn voice(arguments: &[OsString]) -> Voice {
    let options = arguments.iter().skip(1).take_while(|argument| *argument != OsStr::new("--"));
    let words: Vec<&str> = options.filter_map(|argument| argument.to_str()).collect();
    let is_json = |format: &str| format == "json" || format == "jsonl";
    let json = words.iter().enumerate().any(|(at, word)| {
        *word == "--json"
            || output_value(word).is_some_and(|value| match value {
                "" => words.get(at + 1).is_some_and(|next| is_json(next)),
                value => is_json(value),
            })
    });
    let errors = if json { ErrorForm::Json } else { ErrorForm::Words };
    Voice { verbosity: Verbosity::Usual, color: Color::Off, errors }
}

/// What stands behind `-o` or `--output` in the same word, also where short flags stand before it (`-qojson`).
fn output_value(word: &str) -> Option<&str> {
    let value = match word.strip_prefix("--") {
        Some(long) => long.strip_prefix("output")?,
        None => word.strip_prefix('-')?.trim_start_matches(['q', 'v', 'n', 'y', 'V']).strip_prefix('o')?,
    };
    Some(value.strip_prefix('=').unwrap_or(value))
}

fn in_our_words(error: &clap::Error, typed: &Typed) -> Failure {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let invalid = text(ContextKind::InvalidArg);
    let usage = error.get(ContextKind::Usage).map(|usage| usage.to_string()).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument if invalid.starts_with("--password") => {
            Failure::usage("there is no option that takes a password: everybody on this machine could read it")
                .hint(typed.instead_of_password())
        }
        ErrorKind::UnknownArgument if !invalid.starts_with('-') => {
            Failure::usage("an argument too many (not shown: it could be a secret)").hint(one_line(&usage))
        }
        ErrorKind::UnknownArgument if elsewhere::option(&invalid).is_some() => {
            Failure::usage(format!("unexpected argument '{invalid}' found"))
                .hint(elsewhere::option(&invalid).unwrap_or_default())
        }
        ErrorKind::TooManyValues => {
            Failure::usage(format!("'{invalid}' takes no value (the one given is not shown: it could be a secret)"))
                .hint(one_line(&usage))
        }
        ErrorKind::InvalidSubcommand => no_such_command(error, &text(ContextKind::InvalidSubcommand), typed),
        _ => rendered(error, typed),
    }
}

/// A word in the place of a command.
fn no_such_command(error: &clap::Error, word: &str, typed: &Typed) -> Failure {
    let elsewhere = elsewhere::commands(word);
    if elsewhere.is_empty() {
        return rendered(error, typed);
    }
    let message = format!("{} has no command {}", typed.path, quote(word));
    Failure::usage(message).hint(format!("did you mean {}?", elsewhere.join(" or ")))
}

/// clap's own words, without the one tip of it that leads astray: `-- --x` makes an operand of an option.
fn rendered(error: &clap::Error, typed: &Typed) -> Failure {
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n");
    let message = paragraphs.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message).trim_end();
    let tips = paragraphs.flat_map(str::lines).map(str::trim);
    let (tips, rest): (Vec<&str>, Vec<&str>) = tips.partition(|line| line.starts_with("tip: "));
    let tips = tips.into_iter().filter(|tip| !tip.starts_with("tip: to pass "));
    let mut hints: Vec<String> = tips.map(str::to_owned).collect();
    let is_usage = |line: &&str| !line.is_empty() && !line.starts_with("For more information");
    match error.kind() {
        // A similar one need not be the one that was meant.
        ErrorKind::InvalidSubcommand => hints.push(typed.help()),
        ErrorKind::UnknownArgument => {}
        _ => hints.extend(Some(rest.into_iter().filter(is_usage).collect::<Vec<_>>().join(" "))),
    }
    hints.retain(|hint| !hint.is_empty());
    if hints.is_empty() {
        hints.push(typed.help());
    }
    // The standard library's words for a text that is no number.
    let message = message.replace(": invalid digit found in string", ": give a whole number");
    Failure::usage(message).hint(hints.join("; "))
}

/// A group such as `authctl user` alone.
fn no_command_in(arguments: &[OsString]) -> Failure {
    let group = arguments
        .iter()
        .skip(1)
        .filter_map(|argument| argument.to_str())
        .find(|word| Cli::command().get_subcommands().any(|command| command.get_name() == *word));
    match group {
        Some(group) => Failure::usage(format!("a command is missing behind '{group}'"))
            .hint(format!("authctl {group} --help lists them")),
        None => no_command(),
    }
}

/// A text of several lines as one.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
