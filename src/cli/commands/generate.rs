//! `completions` and `man`: made from the same definition as the parser.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs, ManArgs};
use crate::cli::complete;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::text;
use crate::ops::error::Class;

/// Prints a completion script.
pub fn completions(context: &mut Context<'_>, args: &CompletionsArgs) -> anyhow::Result<u8> {
    let script = complete::script(args.shell);
    write(context, script.as_bytes())
}

/// Prints the man page, or writes one per command.
pub fn man(context: &mut Context<'_>, args: &ManArgs) -> anyhow::Result<u8> {
    let Some(directory) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        return write(context, &page);
    };
    let directory = context.world.cwd.join(directory);
    let failed = |error: std::io::Error| {
        let message = format!("cannot write into '{}': {error}", text::path(&directory));
        Failure::new(Class::OutputFailed, message)
    };
    if !context.global.dry_run {
        std::fs::create_dir_all(&directory).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &directory).map_err(failed)?;
    }
    let did = context.would("wrote", "write");
    context.console().done(&format!("{did} the man pages into '{}'", text::path(&directory)));
    Ok(crate::cli::exit::DONE)
}

fn write(context: &mut Context<'_>, bytes: &[u8]) -> anyhow::Result<u8> {
    let out = &mut *context.world.stdout;
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::from(crate::cli::output::OutputError::Io(error)))?;
    Ok(crate::cli::exit::DONE)
}
