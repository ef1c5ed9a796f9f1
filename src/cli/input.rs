//! Whole inputs that may hold a password, a key or a token, up to a bound.
//!
//! What a newcomer would get wrong: a buffer that grows by itself leaves copies behind that nobody wipes. This one is
//! wiped whenever it is outgrown.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// Room for most inputs.
const FIRST_ROOM: usize = 4096;

/// All bytes of the source; `None` where there are more than `most`.
///
/// # Errors
/// The source's.
pub fn whole(mut source: impl Read, most: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(FIRST_ROOM));
    loop {
        let room = bytes.capacity() - bytes.len();
        if source.by_ref().take(room as u64).read_to_end(&mut bytes)? < room {
            return Ok((bytes.len() as u64 <= most).then_some(bytes));
        }
        if bytes.len() as u64 > most {
            return Ok(None);
        }
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * bytes.capacity()));
        larger.extend_from_slice(&bytes);
        bytes = larger;
    }
}

/// Removes one line end, `\n` or `\r\n`, and nothing else.
pub fn cut_line_end(bytes: &mut Vec<u8>) {
    let line_end = if bytes.ends_with(b"\r\n") { 2 } else { usize::from(bytes.ends_with(b"\n")) };
    bytes.truncate(bytes.len() - line_end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_of_any_length_is_read_whole_or_not_at_all() {
        for length in [0, 1, FIRST_ROOM - 1, FIRST_ROOM, FIRST_ROOM + 1, 4 * FIRST_ROOM, 5 * FIRST_ROOM + 7] {
            let input: Vec<u8> = (0..length).map(|number| number.to_le_bytes()[0]).collect();
            let read = |most: usize| whole(&*input, most as u64).expect("it can be read").map(|bytes| bytes.to_vec());
            assert_eq!(read(length), Some(input.clone()), "{length}");
            assert_eq!(read(length + 1), Some(input.clone()), "{length}");
            assert_eq!(length.checked_sub(1).and_then(read), None, "{length}");
        }
    }

    /// The room is never outgrown inside a read: the buffer would move, and what it leaves would not be wiped.
    #[test]
    fn no_read_makes_the_buffer_move() {
        struct Slow(usize);
        impl Read for Slow {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let read = buffer.len().min(self.0).min(1000);
                self.0 -= read;
                Ok(read)
            }
        }
        let bytes = whole(Slow(5 * FIRST_ROOM), u64::MAX).expect("it can be read").expect("there is no bound");
        assert_eq!((bytes.len(), bytes.capacity()), (5 * FIRST_ROOM, 8 * FIRST_ROOM), "it was doubled by us alone");
    }
}
