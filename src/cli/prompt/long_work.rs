//! Long work without a prompt that a signal stops cleanly.
//!
//! What a newcomer would get wrong: while it lives no signal ends the process by itself, so the work must ask again
//! and again, and clean up when it is told to end. ^Z stops the process only where it asks: not inside a transaction.

use std::io;

use super::signals::{Event, Watch, end_by};

/// While it lives, INT, TERM, HUP and QUIT are noted, and TSTP stops the process as usual.
pub struct LongWork {
    watch: Watch,
}

impl LongWork {
    /// Begins to note signals.
    ///
    /// # Errors
    /// The system's.
    pub fn begin() -> io::Result<Self> {
        Ok(Self { watch: Watch::begin()? })
    }

    /// Whether the work is to end, where nothing may be put away in between: a write lock is held.
    pub fn must_end(&self) -> bool {
        [Event::Interrupt, Event::TERMINATE, Event::HANG_UP, Event::QUIT].into_iter().any(|event| self.watch.saw(event))
    }

    /// Whether the work is to end.
    pub fn is_interrupted(&self) -> bool {
        match self.watch.event() {
            None => false,
            Some(Event::Interrupt | Event::End(_)) => true,
            Some(Event::Stop) => {
                // ^Z: nothing but the process is to be put away, and it goes on from here.
                self.watch.forget(Event::Stop);
                end_by(Event::Stop);
                self.is_interrupted()
            }
        }
    }
}

impl Drop for LongWork {
    fn drop(&mut self) {
        if self.watch.saw(Event::Stop) {
            self.watch.forget(Event::Stop);
            end_by(Event::Stop);
        }
    }
}
