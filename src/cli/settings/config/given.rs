//! Which keys a configuration file sets: what is not among them is a default.

use std::path::Path;

use super::{ConfigError, read};

/// The keys of a file that [`super::load`] took, those of tables with the table's name: `lockout.attempts`.
///
/// # Errors
/// As [`super::load`].
pub fn given(path: &Path) -> Result<Vec<String>, ConfigError> {
    let text = read(path)?;
    // A text that does not parse was refused before.
    let table: toml::Table = toml::from_str(&text).unwrap_or_default();
    let mut keys = Vec::new();
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) => keys.extend(inner.keys().map(|key| format!("{name}.{key}"))),
            _ => keys.push(name),
        }
    }
    Ok(keys)
}
