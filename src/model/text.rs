//! Text of unknown origin, made safe for a message.

use std::path::Path;

/// A path for machines: exactly as it is, so that it opens the file; one that is not UTF-8, which no JSON can hold,
/// as for a message.
pub fn exact(path: &Path) -> String {
    path.to_str().map_or_else(|| self::path(path), str::to_owned)
}

/// A path for a message: bytes that are not UTF-8 and control characters are escaped.
pub fn path(path: &Path) -> String {
    path.as_os_str()
        .as_encoded_bytes()
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid: String = chunk
                .valid()
                .chars()
                .map(|c| if c.is_control() { c.escape_unicode().to_string() } else { c.to_string() })
                .collect();
            let invalid: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")).collect();
            [valid, invalid]
        })
        .collect()
}
