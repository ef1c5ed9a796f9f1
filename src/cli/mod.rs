//! The terminal: arguments in, words, documents and an exit code out.
//!
//! What a newcomer would get wrong: everything outside the process comes in through [`World`], so that a test
//! can run a whole command line in process.

mod args;
mod commands;
pub mod complete;
mod console;
mod context;
mod credentials;
mod exit;
mod failure;
mod harden;
mod input;
mod message;
mod meter;
pub mod output;
mod parse;
mod password_source;
pub mod prompt;
mod remedy;
mod session;
pub mod settings;
pub mod sheet;
mod suggest;
mod version;
mod view;
mod world;

use std::ffi::OsString;
use std::process::ExitCode;

pub use harden::harden;
pub use world::{Fill, Terminal, World};

use self::console::Console;
use self::context::{Context, voice};
use self::failure::Failure;
use self::output::OutputError;
use self::output::personal::{Personal, Run};
use self::parse::Parsed;
use crate::ops::error::Class;

pub use output::color::Stream;

/// The definition of the command line: what completions, man pages and the reference are made from.
pub fn definition() -> clap::Command {
    <args::Cli as clap::CommandFactory>::command()
}

/// Runs one command line.
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: &mut World) -> ExitCode {
    ExitCode::from(run_for_code(arguments, world))
}

/// The same, with the exit code as a number.
pub fn run_for_code(arguments: impl IntoIterator<Item = OsString>, world: &mut World) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = complete::answered(&arguments, world) {
        return code;
    }
    let parsed = match parse::parse(&arguments) {
        Parsed::Cli(cli) => cli,
        Parsed::Help(text, voice) => return print_text(world, voice, &text),
        Parsed::Wrong(failure, voice) => return end(world, voice, failure),
    };
    let global = parsed.all_global();
    let voice = voice(&global, world);
    let _run = Run::begin(if global.mask_personal { Personal::Hidden } else { Personal::Shown });
    if parsed.version {
        let text = version::text(&global);
        return print_text(world, voice, &text);
    }
    let Some(command) = &parsed.command else {
        return end(world, voice, parse::no_command());
    };
    let result = Context::new(world, &global, voice, commands::needs(command)).and_then(|mut context| {
        commands::run(&mut context, command).map_err(|error| suggest::improved(&context, command, error).into())
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            // Whatever comes from a command is one already.
            let unexpected = |error: anyhow::Error| Failure::new(Class::Unexpected, format!("{error:#}"));
            end(world, voice, error.downcast().unwrap_or_else(unexpected))
        }
    }
}

/// Prints the failure that ends the run; a closed pipe ends it quietly.
fn end(world: &mut World, voice: console::Voice, failure: Failure) -> u8 {
    if failure.class == Class::OutputFailed && failure.closed_pipe {
        return exit::DONE;
    }
    Console::new(&mut *world.stderr, voice).error(&failure);
    exit::exit(failure.class)
}

/// Prints a text that was asked for.
fn print_text(world: &mut World, voice: console::Voice, text: &str) -> u8 {
    let out = &mut *world.stdout;
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit::DONE,
        Err(error) => end(world, voice, OutputError::Io(error).into()),
    }
}
