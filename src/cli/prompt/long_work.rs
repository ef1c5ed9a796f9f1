//! Long work without a prompt that a signal stops cleanly.
//!
//! What a newcomer would get wrong: while it lives no signal ends the process by itself, so the work must ask again
//! and again, and clean up when it is told to stop.

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

    /// Whether the work is to stop.
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
