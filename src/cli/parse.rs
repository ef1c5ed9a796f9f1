//! From the arguments to [`Cli`], with clap's errors in our words.
//!
//! What a newcomer would get wrong: somebody may have typed a password where there is no place for one; an
//! argument that is not an option is never repeated on the terminal.

mod typed;
mod words;

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use self::typed::Typed;
use super::args::Cli;
use super::console::{ErrorForm, Verbosity, Voice};
use super::failure::Failure;
use super::output::color::Color;
use super::output::escape::quote;
use crate::model::nearest::nearest;

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
    let text = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (invalid, usage) = (text(ContextKind::InvalidArg), usage(&text(ContextKind::Usage)));
    match error.kind() {
        ErrorKind::UnknownArgument if !invalid.starts_with('-') => {
            Failure::usage("an argument too many (not shown: it could be a secret)").hint(typed.operand_hint(&usage))
        }
        ErrorKind::UnknownArgument if typed.has(&invalid) => {
            let place = if typed.is_operand(&invalid) { "behind '--'" } else { "in front of its command" };
            Failure::usage(format!("{} is no option {place}", quote(&invalid))).hint(typed.option_hint(&invalid))
        }
        ErrorKind::UnknownArgument if invalid.starts_with("--password") => {
            Failure::usage("there is no option that takes a password: everybody on this machine could read it")
                .hint(typed.password_hint(&invalid))
        }
        ErrorKind::UnknownArgument => Failure::usage(format!("{} has no option {}", typed.path, quote(&invalid)))
            .hint(typed.option_hint(&invalid)),
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand);
            Failure::usage(format!("{} has no command {}", typed.path, quote(&word))).hint(typed.command_hint(&word))
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(missing)) => missing.join(" "),
                _ => invalid,
            };
            Failure::usage(format!("{} wants {missing}", typed.path)).hint(format!("{usage}; more: {}", typed.help()))
        }
        ErrorKind::TooManyValues => {
            Failure::usage(format!("'{invalid}' takes no value (the one given is not shown: it could be a secret)"))
                .hint(usage)
        }
        _ => as_clap_says(error, typed),
    }
}

/// clap's message without its tips: they suggest words that are hardly alike, or make an operand of an option.
fn as_clap_says(error: &clap::Error, typed: &Typed) -> Failure {
    let text = error.render().to_string();
    let message = one_line(text.split("\n\n").next().unwrap_or_default());
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let meant = match error.kind() {
        // The usage would allow what was just refused.
        ErrorKind::ArgumentConflict => Some("give one or the other; ".to_owned()),
        ErrorKind::InvalidValue => value_meant(error).map(|value| format!("did you mean {}? ", quote(&value))),
        _ => None,
    };
    Failure::usage(message).hint(format!("{}more: {}", meant.unwrap_or_default(), typed.help()))
}

/// The one of the possible values that is nearest to the given one.
fn value_meant(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidValue) else { return None };
    let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) else { return None };
    nearest(given, values.iter().map(String::as_str))
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

/// The ways to call a command in one line.
fn usage(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" or ")
}

/// A text of several lines as one.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
