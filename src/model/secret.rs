//! Passwords, keys and tokens: values that are wiped on drop and cannot be printed by accident.
//!
//! What a newcomer would get wrong: there is no `Display`, `Clone` or `Serialize` here on purpose. The one
//! way to the text is [`Secret::expose`], which is easy to search for.

use std::fmt;

use zeroize::Zeroize;

/// A value that is wiped from memory on drop, with a redacted `Debug`.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes the value over.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for hashing, signing, or the one place that prints it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A password as it was given: no trimming, no case folding, no normalisation (`app-facts`, Passwords).
#[derive(Debug)]
pub struct Password(Secret<String>);

impl Password {
    /// Takes the text over as it is.
    pub fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The key of the event log's hash chain: the bytes of `audit_key_file`, one line end removed.
#[derive(Debug)]
pub struct ChainKey(Secret<Vec<u8>>);

impl ChainKey {
    /// Takes the bytes over as they are.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// The bytes that sign tokens: the text of `SECRET_KEY` as UTF-8 (`app-facts`, Tokens).
#[derive(Debug)]
pub struct SigningKey(Secret<Vec<u8>>);

impl SigningKey {
    /// Takes the bytes over as they are.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// A signed token in compact form, three segments.
#[derive(Debug)]
pub struct SignedToken(Secret<String>);

impl SignedToken {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}
