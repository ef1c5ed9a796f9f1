//! How far a long copy has come: a bar on a terminal, a line at each tenth elsewhere, nothing for a short one.
//!
//! What a newcomer would get wrong: the bar belongs to stderr, and must be gone before the next word is said there.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::{Console, Verbosity};
use super::context::Context;
use super::output::color::Stream;
use super::prompt::{LongWork, Stopped};
use crate::store::{Act, BackupProgress, Phase, StoreError, Watch};

/// A copy of fewer pages is done before anybody wonders.
const LONG_COPY_PAGES: i32 = 25_000;

/// How often the bar is drawn, per second.
const DRAWS_PER_SECOND: u8 = 10;

/// Runs a long work of the store with a meter, and lets ^C stop it between two steps.
///
/// # Errors
/// The work's; `Interrupted` where it was stopped.
pub fn metered<T>(
    context: &mut Context<'_>,
    word: &'static str,
    work: impl FnOnce(&Act<'_>, Watch<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let on_terminal = context.world.terminal.stderr == Stream::Terminal;
    let (act, mut console) = context.act_and_console();
    let form = if on_terminal && console.verbosity() >= Verbosity::Usual { Form::Bar(None) } else { Form::Lines(0) };
    let mut meter = Meter { word, phase: Phase::Copy, form };
    let signals = LongWork::begin();
    let result = work(&act, &mut |progress| {
        meter.show(progress, &mut console);
        if signals.must_stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    drop(meter);
    signals.end(if matches!(result, Err(StoreError::Interrupted)) { Stopped::Early } else { Stopped::Not });
    result
}

struct Meter {
    /// For a work of one copy.
    word: &'static str,
    phase: Phase,
    form: Form,
}

enum Form {
    /// Drawn from the first step of a long copy on.
    Bar(Option<ProgressBar>),
    /// The tenth that was said last.
    Lines(i32),
}

impl Meter {
    fn show(&mut self, progress: BackupProgress, console: &mut Console<'_>) {
        if progress.total < LONG_COPY_PAGES {
            return;
        }
        let word = match progress.phase {
            Phase::Copy => self.word,
            Phase::Prepare => "preparing",
            Phase::Keep => "keeping the present file",
            Phase::Put => "putting in place",
        };
        let new_phase = std::mem::replace(&mut self.phase, progress.phase) != progress.phase;
        match &mut self.form {
            Form::Bar(bar) => {
                let bar = bar.get_or_insert_with(drawn);
                bar.set_message(word);
                bar.set_length(progress.total.unsigned_abs().into());
                bar.set_position(progress.done.unsigned_abs().into());
            }
            Form::Lines(said) => {
                let tenth = i32::try_from(i64::from(progress.done) * 10 / i64::from(progress.total)).unwrap_or(0);
                if new_phase {
                    *said = 0;
                }
                if tenth > *said {
                    *said = tenth;
                    console.done(&format!("{word}: {} %", tenth * 10));
                }
            }
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Form::Bar(Some(bar)) = &self.form {
            bar.finish_and_clear();
        }
    }
}

fn drawn() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
    let style = ProgressStyle::with_template("{msg}: [{wide_bar}] {percent} % · {elapsed} · {eta} left");
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
