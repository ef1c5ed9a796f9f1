//! How far long work has come: a bar on a terminal, a line now and then elsewhere, nothing with `-q`.
//!
//! What a newcomer would get wrong: the bar belongs to stderr, and a bar that is not cleared stays in front of the
//! next word there; so it is cleared on drop, whatever ended the work.

mod copy;
mod pieces;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Verbosity;
use super::output::color::Stream;

pub use copy::metered;
pub use pieces::Meter;

/// How often a bar is drawn, per second.
const DRAWS_PER_SECOND: u8 = 10;

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Bar,
    Lines,
}

impl Look {
    /// A bar where a person sees it; lines are silent by themselves with `-q`.
    fn of(stderr: Stream, verbosity: Verbosity) -> Self {
        if stderr == Stream::Terminal && verbosity >= Verbosity::Usual { Self::Bar } else { Self::Lines }
    }
}

/// A bar on stderr, gone when it is dropped.
struct Bar(ProgressBar);

impl Bar {
    fn drawn(style: ProgressStyle) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
        bar.set_style(style.progress_chars("=> "));
        Self(bar)
    }

    fn show(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A style of ours; indicatif's own where it cannot be read.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
