//! Questions to the person at the terminal, standard input, and lines on stdout.
//!
//! What a newcomer would get wrong: nobody may be asked where stdin or stderr is no terminal, or in a dry run; the
//! refusal names the option that answers instead.

use zeroize::Zeroizing;

use super::Context;
use crate::cli::failure::Failure;
use crate::cli::input;
use crate::cli::output::OutputError;
use crate::cli::output::color::Stream;
use crate::ops::error::Class;

impl Context<'_> {
    /// Whether the person at the terminal can be asked; a dry run asks nothing.
    pub fn can_ask(&self) -> bool {
        self.not_asking().is_none()
    }

    /// Why nobody is asked; `None`: somebody can be.
    fn not_asking(&self) -> Option<&'static str> {
        let terminal = &self.world.terminal;
        if self.global.dry_run {
            Some("a dry run asks nothing")
        } else if self.global.no_input {
            Some("--no-input asks nothing")
        } else if terminal.stdin != Stream::Terminal || terminal.stderr != Stream::Terminal {
            Some("there is no terminal to ask for it on")
        } else {
            None
        }
    }

    /// Refuses where nobody can be asked for what is needed: `needed` begins the sentence, the hint says what to give.
    ///
    /// # Errors
    /// Would prompt.
    pub fn require_person(&self, needed: &str, hint: &str) -> Result<(), Failure> {
        match self.not_asking() {
            None => Ok(()),
            Some(why) => Err(Failure::new(Class::WouldPrompt, format!("{needed}, and {why}")).hint(hint)),
        }
    }

    /// A confirmation; `--yes` answers it, a dry run needs none.
    ///
    /// # Errors
    /// Would prompt; interrupted; the answer no.
    pub fn confirm(&mut self, question: &str) -> anyhow::Result<()> {
        if self.global.yes || self.global.dry_run {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Failure::new(Class::WouldPrompt, format!("this needs a confirmation: {question}"))
                .hint("give --yes")
                .into());
        }
        if self.world.prompter.confirm(question).map_err(Failure::from)? {
            return Ok(());
        }
        Err(Failure::new(Class::Interrupted, "not confirmed; nothing was changed").into())
    }

    /// Whole standard input, up to a bound; wiped on drop.
    ///
    /// # Errors
    /// The stream's; more than `most` bytes.
    pub fn read_stdin(&mut self, most: u64) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let read = input::whole(&mut *self.world.stdin, most).map_err(|error| {
            Failure::new(Class::Unexpected, format!("cannot read standard input: {error}"))
                .hint("give a file with <FILE, or the output of a command")
        })?;
        read.ok_or_else(|| Failure::usage(format!("standard input is longer than {most} bytes")).into())
    }

    /// Refuses, before anything is changed, where stdout leads nowhere and what would be printed there can be had only
    /// once; a dry run prints none of it.
    ///
    /// # Errors
    /// Output failed.
    pub fn require_reader(&self, what: &str) -> Result<(), Failure> {
        if self.global.dry_run || self.world.terminal.stdout != Stream::Nowhere {
            return Ok(());
        }
        let message = format!("cannot write the output: stdout is closed, and the {what} would be lost");
        Err(Failure::new(Class::OutputFailed, message)
            .hint(format!("send stdout to a terminal, a file or a pipe; >/dev/null throws the {what} away on purpose")))
    }

    /// One line on stdout.
    ///
    /// # Errors
    /// Output failed.
    pub fn print(&mut self, line: &str) -> anyhow::Result<()> {
        Ok(self.try_print(line).map_err(Failure::from)?)
    }

    /// The same, for those who have more to say of a failure.
    ///
    /// # Errors
    /// Output failed.
    pub fn try_print(&mut self, line: &str) -> Result<(), OutputError> {
        let out = &mut *self.world.stdout;
        writeln!(out, "{line}").and_then(|()| out.flush()).map_err(OutputError::from)
    }
}
