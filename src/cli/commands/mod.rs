//! One file per group of commands: read the arguments, call `ops`, say what was done.

mod after;
mod audit;
mod config;
mod database;
mod doctor;
mod generate;
mod init;
mod lock;
mod login;
mod long_lock;
mod migrate;
mod pick;
mod rehearse;
mod report;
mod secret;
mod select;
mod session;
mod token;
mod user;
mod verb;

use super::args::{Command, TokenCommand, UserCommand};
use super::context::{Context, Needs};
use super::failure::Failure;
use super::output::{self, Style};
use super::session as gate;
use super::view::{DeleteView, IssuedView, SecretView, SessionView, WriteView};

/// What a command needs before it runs.
pub fn needs(command: &Command) -> Needs {
    match command {
        Command::Completions(_) | Command::Man(_) => Needs::Nothing,
        Command::Init(_)
        | Command::Migrate(_)
        | Command::User(_)
        | Command::Login(_)
        | Command::Lock(_)
        | Command::Unlock(_)
        | Command::SetRole(_)
        | Command::Token(_)
        | Command::Whoami(_)
        | Command::Logout(_)
        | Command::Audit(_)
        | Command::Db(_)
        | Command::Doctor(_)
        | Command::Secret(_)
        | Command::Config(_) => Needs::Configuration,
    }
}

/// Runs a command; the exit code of those whose document is the verdict may be another than 0.
///
/// # Errors
/// What ends the run with a message.
pub fn run(context: &mut Context<'_>, command: &Command) -> anyhow::Result<u8> {
    check_columns(&context.style, command)?;
    let (verb, key) = (verb::verb(command), verb::key(command));
    gate::enter(context, verb, key)?;
    dispatch(context, command).map_err(|error| gate::settle(context, verb, key, error))
}

fn dispatch(context: &mut Context<'_>, command: &Command) -> anyhow::Result<u8> {
    match command {
        Command::Init(args) => init::run(context, args),
        Command::Migrate(args) => migrate::run(context, args),
        Command::User(args) => run_user(context, &args.command),
        Command::Login(args) => login::run(context, args),
        Command::Lock(args) => lock::lock(context, args),
        Command::Unlock(args) => lock::unlock(context, args),
        Command::SetRole(args) => user::set_role(context, args),
        Command::Token(args) => token::run(context, &args.command),
        Command::Whoami(args) => session::whoami(context, args),
        Command::Logout(args) => session::logout(context, args),
        Command::Audit(args) => audit::run(context, args),
        Command::Db(args) => database::run(context, args),
        Command::Doctor(args) => doctor::run(context, args),
        Command::Secret(args) => secret::run(context, args),
        Command::Config(args) => config::run(context, args),
        Command::Completions(args) => generate::completions(context, args),
        Command::Man(args) => generate::man(context, args),
    }
}

fn run_user(context: &mut Context<'_>, command: &UserCommand) -> anyhow::Result<u8> {
    match command {
        UserCommand::Add(args) => user::add(context, args),
        UserCommand::List(args) => user::list(context, args),
        UserCommand::Show(args) => user::show(context, args),
        UserCommand::Passwd(args) => user::passwd(context, args),
        UserCommand::Activate(args) => user::activate(context, args),
        UserCommand::Deactivate(args) => user::deactivate(context, args),
        UserCommand::Verify(args) => user::verify(context, args),
        UserCommand::Edit(args) => user::edit(context, args),
        UserCommand::Delete(args) => user::delete(context, args),
        UserCommand::Why(args) => user::why(context, args),
        UserCommand::Import(args) => user::import(context, args),
        UserCommand::Export(args) => user::export(context, args),
    }
}

/// A wrong `--columns` is refused before anything is written; the commands that only read find it out by
/// themselves, when they know which columns the file has.
fn check_columns(style: &Style, command: &Command) -> Result<(), Failure> {
    let checked = match command {
        Command::Lock(_) | Command::Unlock(_) | Command::SetRole(_) => output::check_columns::<WriteView>(style),
        Command::User(args) => match &args.command {
            UserCommand::List(_)
            | UserCommand::Show(_)
            | UserCommand::Why(_)
            | UserCommand::Import(_)
            | UserCommand::Export(_) => Ok(()),
            UserCommand::Delete(_) => output::check_columns::<DeleteView>(style),
            UserCommand::Add(_)
            | UserCommand::Edit(_)
            | UserCommand::Passwd(_)
            | UserCommand::Activate(_)
            | UserCommand::Deactivate(_)
            | UserCommand::Verify(_) => output::check_columns::<WriteView>(style),
        },
        Command::Token(args) => match &args.command {
            TokenCommand::Issue(_) => output::check_columns::<IssuedView<'_>>(style),
            TokenCommand::Inspect(_) | TokenCommand::Verify(_) => Ok(()),
        },
        Command::Login(args) if !args.save => Ok(()),
        Command::Secret(_) => output::check_columns::<SecretView<'_>>(style),
        Command::Whoami(_) | Command::Login(_) => output::check_columns::<SessionView>(style),
        Command::Init(_)
        | Command::Migrate(_)
        | Command::Logout(_)
        | Command::Audit(_)
        | Command::Db(_)
        | Command::Doctor(_)
        | Command::Config(_)
        | Command::Completions(_)
        | Command::Man(_) => Ok(()),
    };
    checked.map_err(Failure::from)
}
