//! The one buffer between the emitter and the stream.
//!
//! What a newcomer would get wrong: dropping it writes nothing. A command that fails before the buffer was
//! full leaves stdout empty, as the contract wants.

use std::io::{self, Write};

/// Bytes that are written once they are held.
const CAPACITY: usize = 64 * 1024;

/// What a flush in between does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flush {
    /// Nothing: what is held waits for the end.
    Hold,
    /// It writes what is held, for a reader who waits for it.
    Write,
}

/// Collects 64 KiB and more for a stream; only [`Sink::finish`] writes the rest.
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

    /// What is held: rows are appended to it.
    pub(super) fn held(&mut self) -> &mut Vec<u8> {
        &mut self.held
    }

    /// Writes what is held once it is much.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        if self.held.len() < CAPACITY {
            return Ok(());
        }
        self.write()
    }

    /// Writes what is held if it is live.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self.flush {
            Flush::Hold => Ok(()),
            Flush::Write => {
                self.write()?;
                self.stream.flush()
            }
        }
    }

    /// Writes what is held and flushes the stream.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write()?;
        self.stream.flush()
    }

    fn write(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }
}
