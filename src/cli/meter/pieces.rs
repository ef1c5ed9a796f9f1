//! Work in pieces of about the same cost, such as hashes: their rate, and the time left.
//!
//! What a newcomer would get wrong: without a terminal a line per piece would bury the log, so that one is written
//! every few seconds alone.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressState};

use super::{Bar, Look, style};
use crate::cli::console::{Console, Voice};
use crate::cli::output::color::Stream;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);
/// The bar with its rate and the time left.
const TEMPLATE: &str = "{msg} [{bar:30}] {pos}/{len}{rate}{left}";

/// A meter of work in pieces.
pub struct Meter {
    what: &'static str,
    total: usize,
    begun: Instant,
    said: Instant,
    bar: Option<Bar>,
}

impl Meter {
    /// Begins at nothing of `total`; `-q` keeps it silent. `what` is a word such as `hashing`.
    pub fn begin(what: &'static str, total: usize, stderr: Stream, voice: Voice) -> Self {
        let has_bar = total > 0 && Look::of(stderr, voice.verbosity) == Look::Bar;
        let bar = has_bar.then(|| {
            let bar = Bar::drawn(style(TEMPLATE).with_key("rate", rate).with_key("left", left));
            bar.0.set_message(what);
            bar.show(0, total as u64);
            bar
        });
        let now = Instant::now();
        Self { what, total, begun: now, said: now, bar }
    }

    /// Shows that `done` pieces are ready.
    pub fn show(&mut self, done: usize, console: &mut Console<'_>) {
        if let Some(bar) = &self.bar {
            bar.show(done as u64, self.total as u64);
            return;
        }
        if self.said.elapsed() < EVERY || done == 0 || done == self.total {
            return;
        }
        self.said = Instant::now();
        let rate = done as f64 / self.begun.elapsed().as_secs_f64();
        let left = (self.total - done) as f64 / rate;
        console.done(&format!("{} {done} of {}, {rate:.1}/s, about {left:.0} s left", self.what, self.total));
    }
}

/// Pieces a second, once there is one.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    if state.pos() > 0 {
        // Writing to a string cannot fail.
        let _ = write!(out, "  {:.1}/s", state.per_sec());
    }
}

/// The time left, once the rate is known.
fn left(state: &ProgressState, out: &mut dyn Write) {
    if state.pos() > 0 {
        let _ = write!(out, "  {} left", HumanDuration(state.eta()));
    }
}
