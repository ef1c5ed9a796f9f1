//! The one buffer between the emitter and the stream.
//!
//! What a newcomer would get wrong: dropping it writes nothing. A command that fails before the buffer was
//! full leaves stdout empty, as the contract wants.

use std::io::{self, Write};

/// Bytes held back before they are written.
const CAPACITY: usize = 64 * 1024;

/// Collects 64 KiB at a time for a stream; only [`Sink::finish`] writes the rest.
pub(super) struct Sink<'w> {
    stream: &'w mut dyn Write,
    held: Vec<u8>,
}

impl<'w> Sink<'w> {
    pub(super) fn new(stream: &'w mut dyn Write) -> Self {
        Self { stream, held: Vec::with_capacity(CAPACITY) }
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

    /// Holds on to the bytes: the CSV writer flushes whenever it ends, and that is not the end of the run.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
