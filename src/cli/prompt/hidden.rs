//! The prompt for secrets: nothing of what is typed is shown, kept in a buffer that grows, or replaced.
//!
//! What a newcomer would get wrong: the terminal's own line editing cannot be used, since it cuts a line
//! after 4,095 bytes without a word. So bytes are read one by one and the editing keys are ours.

use std::io;
use std::time::Duration;

use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, SpecialCodes, Termios, isatty, tcsetattr};
use zeroize::{Zeroize, Zeroizing};

use super::PromptError;
use super::signals::{Event, Watch, end_by};
use super::terminal::{Cursor, SavedTerminal, say, stop};
use crate::model::secret::Password;

/// The longest secret in bytes (`cli`, ground rule 4).
const LONGEST: usize = 64 * 1024;
/// How long a read waits before signals are looked at, in tenths of a second.
const TICK: u8 = 1;

/// How a line ended.
enum Line {
    Entered,
    EndOfInput,
    TooLong,
    /// By a signal: what was typed is dropped.
    Broken,
}

/// Asks for a secret on the terminal of stdin; `prompt` is shown on stderr as it is.
pub(super) fn read_password(prompt: &str) -> Result<Password, PromptError> {
    loop {
        let watch = Watch::begin()?;
        let mut typed = Zeroizing::new(Vec::with_capacity(LONGEST));
        let line = {
            let saved = SavedTerminal::save(Cursor::Untouched)?;
            let keys = hide(&saved)?;
            say(prompt);
            read_line(&mut typed, &keys, &watch)
        };
        say("\n");
        match watch.end() {
            Some(Event::Stop) => stop()?,
            Some(Event::Interrupt) => return Err(PromptError::Interrupted),
            Some(event @ Event::End(_)) => {
                typed.zeroize();
                end_by(event);
                return Err(PromptError::Interrupted);
            }
            None => {}
        }
        match line? {
            Line::Entered => return password(&mut typed),
            Line::EndOfInput => return Err(PromptError::EndOfInput),
            Line::TooLong => return Err(PromptError::TooLong),
            Line::Broken => {}
        }
    }
}

/// Turns echo and line editing off; signal keys stay, so that ^C and ^Z reach the whole pipeline.
fn hide(saved: &SavedTerminal) -> io::Result<SpecialCodes> {
    let mut modes: Termios = saved.modes().clone();
    let keys = modes.special_codes.clone();
    modes.local_modes -= LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::IEXTEN;
    modes.local_modes |= LocalModes::ISIG;
    modes.special_codes[SpecialCodeIndex::VMIN] = 0;
    modes.special_codes[SpecialCodeIndex::VTIME] = TICK;
    tcsetattr(io::stdin(), OptionalActions::Flush, &modes)?;
    Ok(keys)
}

fn read_line(typed: &mut Vec<u8>, keys: &SpecialCodes, watch: &Watch) -> Result<Line, PromptError> {
    let mut too_long = false;
    loop {
        if watch.event().is_some() {
            return Ok(Line::Broken);
        }
        let Some(byte) = read_byte()? else { continue };
        match key(byte, keys) {
            Key::Enter if too_long => return Ok(Line::TooLong),
            Key::Enter => return Ok(Line::Entered),
            Key::End if typed.is_empty() => return Ok(Line::EndOfInput),
            Key::End => {}
            Key::Erase => erase_character(typed),
            Key::Kill => {
                typed.zeroize();
                too_long = false;
            }
            // The rest of a long line is read on and dropped: it must not be taken for commands.
            Key::Byte if typed.len() == LONGEST => too_long = true,
            Key::Byte => typed.push(byte),
        }
    }
}

/// One byte, or `None` after a tick without one.
fn read_byte() -> Result<Option<u8>, PromptError> {
    let mut byte = Zeroizing::new([0_u8; 1]);
    match rustix::io::read(io::stdin(), &mut byte[..]) {
        Ok(0) if isatty(io::stdin()) => Ok(None),
        // A terminal that hung up reads as the end, or as an I/O error.
        Ok(0) | Err(Errno::IO) => Err(PromptError::EndOfInput),
        Ok(_) => Ok(Some(byte[0])),
        Err(Errno::INTR) => Ok(None),
        Err(Errno::AGAIN) => {
            // Another process has made the terminal non-blocking; the tick is ours to wait, then.
            std::thread::sleep(Duration::from_millis(100 * u64::from(TICK)));
            Ok(None)
        }
        Err(error) => Err(PromptError::Io(error.into())),
    }
}

enum Key {
    Enter,
    End,
    Erase,
    Kill,
    Byte,
}

/// What a byte does; the keys are the user's own (`stty erase`, `kill`, `eof`). Both bytes that
/// backspace keys send erase.
fn key(byte: u8, keys: &SpecialCodes) -> Key {
    /// The code of a key that is turned off (`_POSIX_VDISABLE`).
    const OFF: u8 = 0;
    let is = |index| keys[index] == byte && byte != OFF;
    match byte {
        b'\n' | b'\r' => Key::Enter,
        0x08 | 0x7f => Key::Erase,
        _ if is(SpecialCodeIndex::VERASE) => Key::Erase,
        _ if is(SpecialCodeIndex::VKILL) => Key::Kill,
        _ if is(SpecialCodeIndex::VEOF) => Key::End,
        _ => Key::Byte,
    }
}

/// Takes back the last character: its continuation bytes and the one that leads them.
fn erase_character(typed: &mut Vec<u8>) {
    while let Some(byte) = typed.pop() {
        if byte & 0b1100_0000 != 0b1000_0000 {
            return;
        }
    }
}

fn password(typed: &mut Zeroizing<Vec<u8>>) -> Result<Password, PromptError> {
    if std::str::from_utf8(typed).is_err() {
        return Err(PromptError::NotUtf8);
    }
    // The buffer itself becomes the password, so that no copy is left behind.
    let Ok(text) = String::from_utf8(std::mem::take(&mut **typed)) else {
        return Err(PromptError::NotUtf8);
    };
    Ok(Password::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erasing_takes_a_whole_character() {
        let mut typed = "aü漢🙂".as_bytes().to_vec();
        for left in ["aü漢", "aü", "a", "", ""] {
            erase_character(&mut typed);
            assert_eq!(typed, left.as_bytes());
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_not_replaced() {
        let mut typed = Zeroizing::new(b"caf\xe9".to_vec());
        assert!(matches!(password(&mut typed), Err(PromptError::NotUtf8)));
        let mut typed = Zeroizing::new("pässword ".as_bytes().to_vec());
        assert!(password(&mut typed).is_ok_and(|password| password.expose() == "pässword "));
    }
}
