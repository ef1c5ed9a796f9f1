//! Completion in a shell: the scripts that register it, and the answers to what they ask.
//!
//! What a newcomer would get wrong: the person is in the middle of typing. Nothing is written, waited for, asked or
//! said, whatever is wrong; stdout carries the candidates alone. It all hangs on [`VARIABLE`] and a `--` in front, so
//! that no other run is touched by it.

mod values;
mod words;

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::Shell;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use self::values::{Accounts, Source, events, sort_keys};
use self::words::{Given, meant, option};
use super::World;
use super::context::settings;
use super::output::escape::is_hostile;
use super::settings::config;
use super::settings::database::locate;

/// Names the shell that asks; set by the scripts for their own call alone.
pub const VARIABLE: &str = "AUTHCTL_COMPLETE";
/// Between two candidates for bash: in no name that is offered, and hardly ever in a path.
const BETWEEN: char = '\u{b}';

/// A shell that asks while its line is being typed; the other shells have a script that knows all words beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    Bash,
    Zsh,
    Fish,
}

/// The completion script of a shell.
pub fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => include_str!("authctl.bash").to_owned(),
        Shell::Zsh => include_str!("authctl.zsh").to_owned(),
        Shell::Fish => include_str!("authctl.fish").to_owned(),
        other => {
            let mut script = Vec::new();
            clap_complete::generate(other, &mut super::definition(), "authctl", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    }
}

/// Answers a script: `AUTHCTL_COMPLETE=SHELL authctl -- WORD…`, where the last word is the one being typed. `None` for
/// every other run; the exit code is 0 whatever happens.
pub fn answered(arguments: &[OsString], world: &mut World) -> Option<u8> {
    let shell = match (world.env)(VARIABLE)?.to_str()? {
        "bash" => Asking::Bash,
        "zsh" => Asking::Zsh,
        "fish" => Asking::Fish,
        _ => return None,
    };
    let [_, dashes, typed @ ..] = arguments else { return None };
    if dashes != "--" {
        return None;
    }
    let text = written(shell, &candidates(typed, world));
    // Nobody may be listening any more.
    let _ = world.stdout.write_all(text.as_bytes()).and_then(|()| world.stdout.flush());
    Some(super::exit::DONE)
}

fn candidates(typed: &[OsString], world: &World) -> Vec<CompletionCandidate> {
    let home = (world.env)("HOME");
    let known: Vec<Option<OsString>> = typed.iter().map(|word| meant(word, home.as_deref())).collect();
    let Some((Some(current), before)) = known.split_last() else { return Vec::new() };
    let source = Arc::new(source(before, world));
    let mut definition = super::definition();
    definition.build();
    let mut definition = with_values(definition, &source);
    let words: Vec<OsString> =
        known.iter().zip(typed).map(|(known, raw)| known.as_ref().unwrap_or(raw).clone()).collect();
    let last = words.len() - 1;
    let mut found = complete(&mut definition, words, last, Some(&world.cwd)).unwrap_or_default();
    found.retain(|candidate| !candidate.is_hide_set());
    // Where a value is due, the options come only to whoever types a dash.
    let is_option = |candidate: &CompletionCandidate| candidate.get_value().as_encoded_bytes().starts_with(b"-");
    if current.is_empty() && found.iter().any(|candidate| !is_option(candidate)) {
        found.retain(|candidate| !is_option(candidate));
    }
    found
}

/// Which file and which rules the words before the cursor mean.
fn source(before: &[Option<OsString>], world: &World) -> Source {
    let nothing = Source { database: None, roles: None, accounts: Accounts::Kept };
    let explicit = match option(before, "--config") {
        Given::No => None,
        Given::As(path) => Some(Path::new(path)),
        Given::Unknown => return nothing,
    };
    let Ok((config, _)) = config::load(explicit, &world.cwd, world.config_directory.as_deref()) else { return nothing };
    let named = match option(before, "--database") {
        Given::No => None,
        Given::As(path) => Some(path),
        Given::Unknown => return nothing,
    };
    let session = config.require_session || before.iter().flatten().any(|word| word == "--as-session");
    let database = locate(named, &world.env, config.database.as_deref(), &world.cwd).ok().map(|located| located.path);
    Source {
        database,
        roles: settings(config).ok().and_then(|settings| settings.roles),
        accounts: if session { Accounts::Kept } else { Accounts::Told },
    }
}

/// The command line with values for those arguments whose values the file or a closed list knows.
fn with_values(command: Command, source: &Arc<Source>) -> Command {
    command.mut_args(|arg| valued(arg, source)).mut_subcommands(|command| with_values(command, source))
}

fn valued(arg: Arg, source: &Arc<Source>) -> Arg {
    let name = arg.get_value_names().and_then(|names| names.first()).map(|name| name.to_string());
    let source = Arc::clone(source);
    match name.as_deref() {
        Some("USER") => arg.add(ArgValueCompleter::new(move |typed: &OsStr| source.users(typed))),
        Some("ROLE" | "R" | "OLD") => arg.add(ArgValueCompleter::new(move |typed: &OsStr| source.roles(typed))),
        Some("KEY[:desc]") => arg.add(ArgValueCompleter::new(sort_keys)),
        Some("NAME") if arg.get_long() == Some("event") => arg.add(ArgValueCompleter::new(events)),
        _ => arg,
    }
}

/// The candidates in the form that the script of the shell reads.
fn written(shell: Asking, candidates: &[CompletionCandidate]) -> String {
    let mut text = String::new();
    for candidate in candidates {
        // A path that is not UTF-8 cannot be offered, nor one that the terminal would act on.
        let Some(value) = candidate.get_value().to_str().filter(|value| !value.chars().any(is_hostile)) else {
            continue;
        };
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.lines().next().unwrap_or_default();
        let (mark, value) = match shell {
            Asking::Bash => (None, value.to_owned()),
            Asking::Zsh => (Some(':'), value.replace('\\', "\\\\").replace(':', "\\:")),
            Asking::Fish => (Some('\t'), value.to_owned()),
        };
        let end = if shell == Asking::Bash { BETWEEN } else { '\n' };
        let done = match mark {
            Some(mark) if !help.is_empty() => write!(text, "{value}{mark}{help}{end}"),
            Some(_) | None => write!(text, "{value}{end}"),
        };
        debug_assert!(done.is_ok(), "a String takes everything");
    }
    text
}
