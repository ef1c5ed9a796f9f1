//! From bytes to text: a bound, UTF-8, and what to do about a file that was saved as something else.
//!
//! What a newcomer would get wrong: a spreadsheet saves "CSV" in the code page of the machine unless told otherwise,
//! and names with accents are then not UTF-8. Guessing the code page would store wrong names.

use std::io::Read;

use zeroize::{Zeroize, Zeroizing};

use crate::cli::failure::Failure;
use crate::model::text::without_mark;

/// Most bytes of one file: 64 MiB, some 500,000 accounts.
const MAX_BYTES: usize = 64 << 20;
/// The same in words.
const MAX_WORDS: &str = "64 MiB";
/// First buffer for a source whose length nobody knows.
const FIRST: usize = 64 << 10;
/// How many bytes tell whether a file is UTF-16 without a mark.
const SAMPLE: usize = 64;

/// The bytes of a file that may hold passwords: wiped on drop.
pub type Bytes = Zeroizing<Vec<u8>>;

/// Reads all of it, leaving no copies behind where the buffer grows.
///
/// # Errors
/// Usage: the stream's, and more than 64 MiB.
pub fn read_bytes(source: &mut dyn Read, name: &str, length: Option<u64>) -> Result<Bytes, Failure> {
    let expected = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(FIRST);
    let mut bytes: Bytes = Zeroizing::new(vec![0; expected.min(MAX_BYTES) + 1]);
    let mut filled = 0;
    loop {
        if filled == bytes.len() {
            if filled > MAX_BYTES {
                return Err(Failure::usage(format!("{name} is longer than {MAX_WORDS}"))
                    .hint("import it in parts; each part is one transaction"));
            }
            let mut larger = Zeroizing::new(vec![0; (filled * 2).min(MAX_BYTES + 1)]);
            larger[..filled].copy_from_slice(&bytes);
            bytes = larger;
        }
        match source.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::usage(format!("cannot read {name}: {error}"))),
        }
    }
    bytes[filled..].zeroize();
    bytes.truncate(filled);
    Ok(bytes)
}

/// The text behind a byte order mark, if there is one.
///
/// # Errors
/// Usage: anything but UTF-8, with the way to save it right.
pub(super) fn text(bytes: &Bytes) -> Result<&str, Failure> {
    let wrong = |what: &str| {
        Failure::usage(format!("the file is {what}, not UTF-8"))
            .hint("save it as 'CSV UTF-8' (Excel), or as CSV with the character set UTF-8 (LibreOffice)")
    };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Failure::usage("the file is a workbook of a spreadsheet program").hint(
            "open it there and save it as 'CSV UTF-8' (Excel), or as CSV with the character set UTF-8 (LibreOffice)",
        ));
    }
    if bytes.starts_with(b"SQLite format 3\0") {
        return Err(Failure::usage("the file is a database, not a file of rows")
            .hint("authctl --database FILE user export --with-hashes prints its accounts as rows that import reads"));
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = sample.iter().filter(|byte| **byte == 0).count();
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || zeros * 3 > sample.len() {
        return Err(wrong("UTF-16"));
    }
    let body = without_mark(bytes);
    let text = std::str::from_utf8(body).map_err(|error| {
        let line = body[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        wrong(&format!("in an older character set such as Latin-1 or Windows-1252 (line {line})"))
    })?;
    if let Some(at) = text.find('\0') {
        let line = text[..at].matches('\n').count() + 1;
        return Err(Failure::usage(format!("the file holds a NUL character on line {line}: it is no text")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, like a slow pipe.
    struct Slow(Vec<u8>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() || buffer.is_empty() {
                return Ok(0);
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }

    fn hint(bytes: &[u8]) -> (String, String) {
        let failure = text(&Zeroizing::new(bytes.to_vec())).expect_err("refused");
        (failure.message, failure.hint.unwrap_or_default())
    }

    #[test]
    fn all_bytes_come_through_whatever_the_length_was_thought_to_be() {
        let wanted: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        for length in [None, Some(0), Some(10), Some(1_000), Some(5_000)] {
            let read = read_bytes(&mut Slow(wanted.clone()), "it", length).expect("read");
            assert_eq!(*read, wanted, "{length:?}");
        }
    }

    #[test]
    fn more_than_the_bound_is_refused_by_its_length() {
        let failure = read_bytes(&mut std::io::repeat(b'a'), "standard input", None).expect_err("endless");
        assert_eq!(failure.message, "standard input is longer than 64 MiB");
        let whole = read_bytes(&mut std::io::repeat(b'a').take(64 << 20), "it", None).expect("just fits");
        assert_eq!(whole.len(), 64 << 20);
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let bytes = Zeroizing::new("\u{feff}username,email".as_bytes().to_vec());
        assert_eq!(text(&bytes).expect("UTF-8"), "username,email");
    }

    #[test]
    fn other_character_sets_are_named_with_the_way_to_save_it_right() {
        let (message, advice) = hint(b"username;full_name\nana;Ana\nzoe;Zo\xeb\n");
        assert!(message.contains("Latin-1") && message.contains("line 3"), "{message}");
        assert!(advice.contains("CSV UTF-8"), "{advice}");
        let little: Vec<u8> = "username,email\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xff, 0xfe], little.as_slice()].concat();
        for bytes in [little, marked] {
            assert!(hint(&bytes).0.contains("UTF-16"));
        }
        assert!(hint(b"PK\x03\x04rest").0.contains("workbook"));
        assert!(hint(b"SQLite format 3\0rest").1.contains("user export"));
        assert!(hint(b"username,email\na\0b,c\n").0.contains("line 2"));
    }
}
