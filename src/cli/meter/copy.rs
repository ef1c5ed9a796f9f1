//! A copy in pages, in one phase or several: nothing for a short one, a line at each tenth where there is no bar.
//!
//! What a newcomer would get wrong: a restore copies more than once, and each phase counts from nothing again.

use std::ops::ControlFlow;

use super::{Bar, Look, style};
use crate::cli::console::Console;
use crate::cli::context::Context;
use crate::cli::prompt::{LongWork, Stopped};
use crate::store::{Act, BackupProgress, Phase, StoreError, Watch};

/// A copy of fewer pages is done before anybody wonders.
const LONG_COPY_PAGES: i32 = 25_000;

/// The bar with the time spent and the time left.
const TEMPLATE: &str = "{msg}: [{wide_bar}] {percent} % · {elapsed} · {eta} left";

/// Runs a long work of the store with a meter, and lets ^C stop it between two steps.
///
/// # Errors
/// The work's; `Interrupted` where it was stopped.
pub fn metered<T>(
    context: &mut Context<'_>,
    word: &'static str,
    work: impl FnOnce(&Act<'_>, Watch<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let stderr = context.world.terminal.stderr;
    let (act, mut console) = context.act_and_console();
    let form = match Look::of(stderr, console.verbosity()) {
        Look::Bar => Form::Bar(None),
        Look::Lines => Form::Lines(0),
    };
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
    Bar(Option<Bar>),
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
                let bar = bar.get_or_insert_with(|| Bar::drawn(style(TEMPLATE)));
                bar.0.set_message(word);
                bar.show(progress.done.unsigned_abs().into(), progress.total.unsigned_abs().into());
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
