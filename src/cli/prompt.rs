//! Questions to the person at the terminal.
//!
//! What a newcomer would get wrong: dialoguer leaves the cursor hidden on ^C, and its fuzzy list spins for
//! ever without a terminal. It is called only here, between a check and a restore; secrets never go through it.

mod hidden;
mod signals;
mod terminal;
mod work;

use std::borrow::Cow;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use dialoguer::{Confirm, FuzzySelect, Input};
use rustix::termios::tcgetwinsize;

use self::signals::{Event, Watch, again, end_by};
use self::terminal::{Cursor, SavedTerminal, is_attended, say, stop};
pub use self::work::{LongWork, Stopped};
use crate::cli::output::color::Color;
use crate::cli::output::escape::defuse;
use crate::cli::output::truncate;
use crate::model::secret::Password;

/// How often a new password may be typed before the prompt gives up.
const ATTEMPTS: usize = 3;
/// How long dialoguer may take to notice a signal by itself.
const GRACE: Duration = Duration::from_millis(100);
/// How many such waits in a row it may take before the process is ended from beside it.
const PATIENCE: u32 = 3;
/// The terminal's width where it does not tell one.
const USUAL_WIDTH: u16 = 80;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// ^C, or Escape in a list: exit 130.
    #[error("interrupted")]
    Interrupted,
    /// ^D on an empty line, or the terminal hung up. In a list ^D is nothing: dialoguer takes no key but those it
    /// knows, and reads them with line editing off; ^C and Escape end a list.
    #[error("the input ended at the prompt")]
    EndOfInput,
    /// stdin or stderr is no terminal.
    #[error("there is no terminal to ask on")]
    NoTerminal,
    /// Bytes that are not UTF-8; they are never replaced.
    #[error("what was typed is not UTF-8")]
    NotUtf8,
    /// More than 64 KiB.
    #[error("what was typed is longer than 65536 bytes")]
    TooLong,
    /// A new password was typed differently each time.
    #[error("the two passwords differ")]
    Mismatch,
    /// A choice among nothing.
    #[error("there is nothing to choose from")]
    NothingToPick,
    /// The terminal failed.
    #[error("cannot use the terminal: {0}")]
    Io(#[from] io::Error),
}

/// Someone who answers questions: the person at the terminal, or a test.
///
/// Prompts are program text. Names in them come through [`crate::cli::output::escape::quote`].
pub trait Prompter {
    /// A secret, typed once, exactly as typed; it may be empty or hold control characters.
    ///
    /// # Errors
    /// When there is no answer, or it is not UTF-8 or longer than 64 KiB.
    fn password(&mut self, prompt: &str) -> Result<Password, PromptError>;

    /// Yes or no; Enter alone is no.
    ///
    /// # Errors
    /// When there is no answer.
    fn confirm(&mut self, question: &str) -> Result<bool, PromptError>;

    /// A line of text; Enter alone takes the default, or the empty text without one.
    ///
    /// # Errors
    /// When there is no answer.
    fn line(&mut self, prompt: &str, default: Option<&str>) -> Result<String, PromptError>;

    /// The index of one item, found by typing parts of it.
    ///
    /// # Errors
    /// When there is no answer, or no item.
    fn pick(&mut self, prompt: &str, items: &[String]) -> Result<usize, PromptError>;
}

/// Asks for a new password, typed twice; up to three times where the two differ.
///
/// # Errors
/// As [`Prompter::password`], and when the two differed each time.
pub fn new_password(prompter: &mut dyn Prompter, prompt: &str, again: &str) -> Result<Password, PromptError> {
    for attempt in 0..ATTEMPTS {
        let first = match attempt {
            0 => prompter.password(prompt)?,
            _ => prompter.password(&format!("the two passwords differ; {prompt}"))?,
        };
        let second = prompter.password(again)?;
        if first.expose() == second.expose() {
            return Ok(first);
        }
    }
    Err(PromptError::Mismatch)
}

/// The terminal behind stdin and stderr. Prompts go to stderr, never to stdout.
#[derive(Debug)]
pub struct TerminalPrompter {
    color: Color,
}

impl TerminalPrompter {
    /// A prompter that uses colour on stderr or not.
    pub fn new(color: Color) -> Self {
        Self { color }
    }
}

impl Prompter for TerminalPrompter {
    fn password(&mut self, prompt: &str) -> Result<Password, PromptError> {
        if !is_attended() {
            return Err(PromptError::NoTerminal);
        }
        hidden::read_password(&format!("{}: ", defuse(prompt)))
    }

    fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        let question = defuse(question);
        self.ask(|| Confirm::new().with_prompt(&*question).default(false).wait_for_newline(true).interact())
    }

    fn line(&mut self, prompt: &str, default: Option<&str>) -> Result<String, PromptError> {
        let (prompt, shown) = (defuse(prompt), default.map(defuse));
        let answer: String = self.ask(|| {
            let input = Input::new().with_prompt(&*prompt).allow_empty(true);
            match &shown {
                Some(shown) => input.default(shown.clone().into_owned()).interact_text(),
                None => input.interact_text(),
            }
        })?;
        match (default, shown) {
            // The default is shown escaped, and given back exact.
            (Some(default), Some(shown)) if answer == shown => Ok(default.to_owned()),
            (Some(_) | None, _) => Ok(answer),
        }
    }

    fn pick(&mut self, prompt: &str, items: &[String]) -> Result<usize, PromptError> {
        if items.is_empty() {
            return Err(PromptError::NothingToPick);
        }
        let prompt = defuse(prompt);
        let width = tcgetwinsize(io::stderr()).map_or(0, |size| size.ws_col);
        let items = distinct(items, if width == 0 { USUAL_WIDTH } else { width });
        let picked = self.ask(|| FuzzySelect::new().with_prompt(&*prompt).items(&items).default(0).interact_opt())?;
        picked.ok_or(PromptError::Interrupted)
    }
}

impl TerminalPrompter {
    /// Runs one of dialoguer's prompts, and leaves the terminal as it was in every case.
    fn ask<T>(&self, prompt: impl Fn() -> dialoguer::Result<T>) -> Result<T, PromptError> {
        if !is_attended() {
            return Err(PromptError::NoTerminal);
        }
        dialoguer::console::set_colors_enabled_stderr(self.color == Color::On);
        loop {
            let watch = Watch::begin()?;
            let answer = {
                let saved = SavedTerminal::save(Cursor::Hidden)?;
                saved.only_keys()?;
                guarded(&watch, &saved, &prompt)
            };
            let event = watch.end();
            if answer.is_err() || event.is_some() {
                say("\n");
            }
            match event {
                Some(Event::Stop) if answer.is_err() => stop()?,
                Some(Event::Stop) | None => return answer.map_err(from_dialoguer),
                Some(Event::Interrupt) => return Err(PromptError::Interrupted),
                Some(event @ Event::End(_)) => {
                    end_by(event);
                    return Err(PromptError::Interrupted);
                }
            }
        }
    }
}

/// Runs a prompt beside a watcher. A signal usually wakes dialoguer's wait for a key; one that arrives
/// just before that wait begins does not, and the watcher sees to it then.
fn guarded<T>(watch: &Watch, saved: &SavedTerminal, prompt: impl FnOnce() -> T) -> T {
    let (running, ended) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || wake_or_end(watch, saved, &ended));
        let answer = prompt();
        drop(running);
        answer
    })
}

fn wake_or_end(watch: &Watch, saved: &SavedTerminal, ended: &Receiver<()>) {
    let mut ignored = 0;
    while ended.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
        let Some(event) = watch.event() else { continue };
        ignored += 1;
        match event {
            Event::End(_) | Event::Interrupt if ignored >= PATIENCE => {
                saved.restore();
                end_by(event);
            }
            Event::End(_) | Event::Interrupt | Event::Stop => again(event),
        }
    }
}

fn from_dialoguer(error: dialoguer::Error) -> PromptError {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        io::ErrorKind::Interrupted => PromptError::Interrupted,
        io::ErrorKind::UnexpectedEof => PromptError::EndOfInput,
        io::ErrorKind::NotConnected => PromptError::NoTerminal,
        _ => PromptError::Io(error),
    }
}

/// Items as a list can show them: harmless, no wider than the terminal, and, since dialoguer finds the
/// picked one by its text, no two alike.
fn distinct(items: &[String], width: u16) -> Vec<String> {
    /// The mark before each item, and a spare column so that no line wraps.
    const MARGIN: usize = 3;
    let room = usize::from(width).saturating_sub(MARGIN).max(1);
    let shown: Vec<Cow<'_, str>> = items.iter().map(|item| defuse(item)).collect();
    let cut: Vec<String> = shown.iter().map(|item| truncate(item, room).into_owned()).collect();
    let mut sorted: Vec<&String> = cut.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).all(|pair| pair[0] != pair[1]) {
        return cut;
    }
    let numbered = shown.iter().enumerate().map(|(at, item)| format!("{}. {item}", at + 1));
    numbered.map(|item| truncate(&item, room).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types what it was given, in order.
    struct Typist(Vec<&'static str>);

    impl Prompter for Typist {
        fn password(&mut self, _prompt: &str) -> Result<Password, PromptError> {
            if self.0.is_empty() {
                return Err(PromptError::EndOfInput);
            }
            Ok(Password::new(self.0.remove(0).to_owned()))
        }

        fn confirm(&mut self, _question: &str) -> Result<bool, PromptError> {
            Err(PromptError::NoTerminal)
        }

        fn line(&mut self, _prompt: &str, _default: Option<&str>) -> Result<String, PromptError> {
            Err(PromptError::NoTerminal)
        }

        fn pick(&mut self, _prompt: &str, _items: &[String]) -> Result<usize, PromptError> {
            Err(PromptError::NoTerminal)
        }
    }

    fn typed(texts: &[&'static str]) -> Result<String, PromptError> {
        new_password(&mut Typist(texts.to_vec()), "New password", "Again").map(|password| password.expose().to_owned())
    }

    #[test]
    fn a_new_password_is_typed_twice_and_asked_for_again_where_the_two_differ() {
        assert_eq!(typed(&["a", "a"]).ok().as_deref(), Some("a"));
        assert_eq!(typed(&["a", "b", "c ", "c "]).ok().as_deref(), Some("c "));
        assert_eq!(typed(&["a", "b", "c", "d", "e", "e"]).ok().as_deref(), Some("e"));
        assert!(matches!(typed(&["a", "b", "c", "d", "e", "f", "g", "g"]), Err(PromptError::Mismatch)));
        assert!(matches!(typed(&["a"]), Err(PromptError::EndOfInput)));
    }

    #[test]
    fn listed_items_are_harmless_narrow_and_no_two_alike() {
        let items = ["ann\u{1b}[2J".to_owned(), "漢字漢字漢字".to_owned()];
        assert_eq!(distinct(&items, 80), [r"ann\u{1b}[2J", "漢字漢字漢字"]);
        assert_eq!(distinct(&items, 12), [r"ann\u{1b…", "漢字漢字…"]);
        let alike = ["ann".to_owned(), "ann".to_owned()];
        assert_eq!(distinct(&alike, 80), ["1. ann", "2. ann"]);
        let long = ["a-long-name-1".to_owned(), "a-long-name-2".to_owned()];
        assert_eq!(distinct(&long, 13), ["1. a-long…", "2. a-long…"]);
    }
}
