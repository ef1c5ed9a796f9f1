//! The one buffer between the emitter and the stream.
//!
//! What a newcomer would get wrong: dropping it writes nothing. A command that fails before the buffer was
//! full leaves stdout empty, as the contract wants.

use std::io::{self, Write};

/// Bytes held back before they are written.
const CAPACITY: usize = 64 * 1024;

/// What a flush in between does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flush {
    /// Nothing: what is held waits for the end.
    Hold,
    /// It writes what is held, for a reader who waits for it.
    Write,
}

/// Collects 64 KiB at a time for a stream; only [`Sink::finish`] writes the rest.
pub(super) struct Sink<'w> {
    stream: &'w mut dyn Write,
    held: Vec<u8>,
    flush: Flush,
}

impl<'w> Sink<'w> {
    pub(super) fn new(stream: &'w mut dyn Write) -> Self {
        Self { stream, held: Vec::with_capacity(CAPACITY), flush: Flush::Hold }
    }

    /// One whose flushes in between are meant.
    pub(super) fn live(stream: &'w mut dyn Write) -> Self {
        Self { flush: Flush::Write, ..Self::new(stream) }
    }

    /// Whether flushes in between are meant.
    pub(super) fn is_live(&self) -> bool {
        self.flush == Flush::Write
    }

    /// Writes what is held and flushes the stream.
    pub(super) fn finish(self) -> io::Result<()> {
        self.stream.write_all(&self.held)?;
        self.stream.flush()
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() + bytes.len() > CAPACITY {
            self.stream.write_all(&self.held)?;
            self.held.clear();
        }
        if bytes.len() > CAPACITY {
            self.stream.write_all(bytes)?;
        } else {
            self.held.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    /// JSON comes in pieces of one character: they go straight into what is held.
    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.held.len() + bytes.len() <= CAPACITY {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        self.write(bytes).map(|_| ())
    }

    /// Holds on to the bytes unless it is live: the CSV writer flushes whenever it ends, and that is not the end
    /// of the run.
    fn flush(&mut self) -> io::Result<()> {
        match self.flush {
            Flush::Hold => Ok(()),
            Flush::Write => {
                self.stream.write_all(&self.held)?;
                self.held.clear();
                self.stream.flush()
            }
        }
    }
}
