//! The terminal's modes around a prompt: kept before it, put back after it, whatever happens.
//!
//! What a newcomer would get wrong: a process that nobody could continue must not stop itself. The kernel
//! ignores ^Z for such orphans, and so do we.

use std::io::{self, IsTerminal, Write};

use rustix::process::{getppid, getsid};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::signal::SIGSTOP;
use signal_hook::low_level::raise;

/// Whether the prompt may have hidden the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    Untouched,
    Hidden,
}

/// The modes of stdin's terminal as they were; put back on drop.
pub(super) struct SavedTerminal {
    modes: Termios,
    cursor: Cursor,
}

impl SavedTerminal {
    pub(super) fn save(cursor: Cursor) -> io::Result<Self> {
        Ok(Self { modes: tcgetattr(io::stdin())?, cursor })
    }

    /// The modes as they were, to derive others from.
    pub(super) fn modes(&self) -> &Termios {
        &self.modes
    }

    /// Turns echo, line editing and signal keys off, for a prompt that reads key by key: ^C between two
    /// reads is then a key that waits, not a signal that is missed.
    pub(super) fn only_keys(&self) -> io::Result<()> {
        let mut modes = self.modes.clone();
        modes.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &modes)?;
        Ok(())
    }

    /// Puts the modes back and shows the cursor. What was typed but not read is dropped, so that the rest
    /// of a pasted secret never reaches the shell.
    pub(super) fn restore(&self) {
        // A terminal that is gone cannot be restored, and needs not be.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.modes);
        match self.cursor {
            Cursor::Hidden => say("\u{1b}[?25h"),
            Cursor::Untouched => {}
        }
    }
}

impl Drop for SavedTerminal {
    fn drop(&mut self) {
        self.restore();
    }
}

/// Whether stdin and stderr are both terminals (`cli`, ground rule 5).
pub(super) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Writes to stderr at once. A terminal that is gone shows up when the answer is read.
pub(super) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Stops this process until it is continued, as ^Z does; an orphan goes on at once.
pub(super) fn stop() -> io::Result<()> {
    let session = getsid(None)?;
    let has_shell = getppid().is_some_and(|parent| getsid(Some(parent)) == Ok(session));
    if has_shell {
        // To this very thread: sent to the process, it could reach another thread first, and this one
        // would hide the typing again before it stops.
        raise(SIGSTOP)?;
    }
    Ok(())
}
