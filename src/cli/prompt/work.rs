//! Signals while a long work goes on: it is asked to stop, and cleans up before the process ends.
//!
//! What a newcomer would get wrong: a process that INT or TERM ends by default drops nothing, so a half-made copy
//! of all accounts would stay on the disk.

use super::signals::{Event, Watch, end_by};

/// While it lives, ^C and TERM are noted, and wait until the work has cleaned up.
pub struct LongWork {
    watch: Option<Watch>,
}

impl LongWork {
    /// From here on; where no handler can be set, signals do what they do by default.
    pub fn begin() -> Self {
        Self { watch: Watch::begin().ok() }
    }

    /// Whether somebody asked to stop. ^Z stops the process here, and it goes on after that; a terminal that
    /// hung up stops nothing, since the work needs none.
    pub fn must_stop(&self) -> bool {
        let Some(watch) = &self.watch else { return false };
        match watch.event() {
            None => false,
            Some(Event::Stop) => {
                watch.forget(Event::Stop);
                end_by(Event::Stop);
                self.must_stop()
            }
            Some(Event::End(number)) => number != signal_hook::consts::signal::SIGHUP,
            Some(Event::Interrupt) => true,
        }
    }

    /// The same while a write lock is held: ^Z waits until the end of the work, since a stopped process would keep
    /// the lock.
    pub fn must_stop_under_lock(&self) -> bool {
        let saw = |event| self.watch.as_ref().is_some_and(|watch| watch.saw(event));
        [Event::Interrupt, Event::TERMINATE, Event::QUIT].into_iter().any(saw)
    }

    /// Gives signals their default again; where TERM or QUIT stopped the work, the process ends by it now.
    pub fn end(mut self, stopped: Stopped) {
        let event = self.watch.take().and_then(Watch::end);
        match (stopped, event) {
            (Stopped::Early, Some(event @ Event::End(_))) => end_by(event),
            (Stopped::Early, Some(Event::Interrupt | Event::Stop) | None) | (Stopped::Not, _) => {}
        }
    }
}

impl Drop for LongWork {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take()
            && watch.saw(Event::Stop)
        {
            watch.forget(Event::Stop);
            end_by(Event::Stop);
        }
    }
}

/// Whether the work ended because it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It was cleaned up half-way.
    Early,
    /// It is done, or failed by itself.
    Not,
}
