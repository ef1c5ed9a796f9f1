//! How far long work has come: a bar on a terminal, a line every few seconds elsewhere.
//!
//! What a newcomer would get wrong: a bar that is not cleared stays behind the next line on a terminal, so it is
//! cleared on drop, whatever ended the work.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::console::{Console, Verbosity, Voice};
use super::output::color::Stream;

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
    bar: Option<ProgressBar>,
}

impl Meter {
    /// Begins at nothing of `total`; `-q` keeps it silent. `what` is a word such as `hashing`.
    pub fn begin(what: &'static str, total: usize, stderr: Stream, voice: Voice) -> Self {
        let is_wanted = voice.verbosity >= Verbosity::Usual && total > 0;
        let bar = (is_wanted && stderr == Stream::Terminal).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> ").with_key("rate", rate).with_key("left", left));
            bar.set_message(what);
            bar
        });
        let now = Instant::now();
        Self { what, total, begun: now, said: now, bar }
    }

    /// Shows that `done` pieces are ready.
    pub fn show(&mut self, done: usize, console: &mut Console<'_>) {
        if let Some(bar) = &self.bar {
            bar.set_position(done as u64);
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

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
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
