//! Text of unknown origin, made safe for a message.
//!
//! What a newcomer would get wrong: [`defuse`] leaves backslashes alone and may be done twice, also behind the escaping
//! of names (`cli::output::escape`). That one doubles backslashes: it is done once, and never behind this one.

use std::borrow::Cow;
use std::path::Path;

/// A path for machines: exactly as it is, so that it opens the file; one that is not UTF-8, which no JSON can hold,
/// as for a message.
pub fn exact(path: &Path) -> String {
    path.to_str().map_or_else(|| self::path(path), str::to_owned)
}

/// The bytes behind the mark that some programs put in front of UTF-8; it is no part of the text.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Whether a terminal may act on the character, or show nothing for it: controls, C1, bidi controls,
/// zero-width and otherwise invisible ones, noncharacters (`security`, Output).
pub fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control() || is_invisible(c) || is_noncharacter(c)
}

/// Escapes what a terminal may act on, a line end too, and leaves backslashes alone, so that doing it twice changes
/// nothing: for a text inside a message, and the last net under texts whose parts should have been escaped already, as
/// prompts.
pub fn defuse(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match is_hostile(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Characters that show nothing of their own (Unicode `Default_Ignorable_Code_Point`, line and paragraph
/// separator, interlinear annotation), bidi controls among them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(bytes.iter().flat_map(digits));
    text
}

/// A path for a message: bytes that are not UTF-8, and what a terminal may act on or hide, are escaped.
pub fn path(path: &Path) -> String {
    path.as_os_str()
        .as_encoded_bytes()
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid: String = chunk
                .valid()
                .chars()
                .map(|c| if is_hostile(c) { c.escape_unicode().to_string() } else { c.to_string() })
                .collect();
            let invalid: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")).collect();
            [valid, invalid]
        })
        .collect()
}
