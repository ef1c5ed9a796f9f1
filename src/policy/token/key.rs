//! What a signing key is worth.
//!
//! What a newcomer would get wrong: the key is the text of `SECRET_KEY` as it stands. It looks like base64
//! or hex often enough, and is never decoded (field report A17).

mod form;

use super::problem::{Problem, ProblemCode};

use form::unusable;

pub use form::UnusableKey;

/// The key of an app that was started without `SECRET_KEY` (`app-facts`, Tokens): everybody knows it.
pub const APP_FALLBACK_KEY: &str = "your-secret-key-change-in-production-mental-health-app";

/// Bytes below which an HMAC-SHA-256 key is too short (RFC 7518 §3.2).
const MIN_KEY_BYTES: usize = 32;

/// Whether the app's built-in key may be used (`--insecure-default-key`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DefaultKey {
    /// It may not.
    #[default]
    Refused,
    /// The operator said so.
    Allowed,
}

/// What there is to check a signature with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// No key was found.
    Missing,
    /// A key of no bytes.
    Empty,
    /// The app's built-in key, which was not allowed.
    Default,
    /// A text that the app's libraries refuse as an HMAC secret, or that cannot be one.
    Unusable(UnusableKey),
    /// A key to check with.
    Usable {
        /// Its length.
        strength: KeyStrength,
        /// Whose it is.
        kind: KeyKind,
    },
}

/// Whether a key is long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStrength {
    /// 32 bytes or more.
    Enough,
    /// Fewer.
    Short {
        /// How many.
        bytes: usize,
    },
}

/// Whether a key is secret at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The operator's.
    Own,
    /// The app's built-in one.
    AppFallback,
}

/// Judges a key, given as the bytes of its text.
#[must_use]
pub fn appraise(key: Option<&[u8]>, default: DefaultKey) -> KeyState {
    let Some(key) = key else {
        return KeyState::Missing;
    };
    if key.is_empty() {
        return KeyState::Empty;
    }
    if let Some(reason) = unusable(key) {
        return KeyState::Unusable(reason);
    }
    let kind = if key == APP_FALLBACK_KEY.as_bytes() { KeyKind::AppFallback } else { KeyKind::Own };
    if (kind, default) == (KeyKind::AppFallback, DefaultKey::Refused) {
        return KeyState::Default;
    }
    let strength = match key.len() {
        bytes @ ..MIN_KEY_BYTES => KeyStrength::Short { bytes },
        _ => KeyStrength::Enough,
    };
    KeyState::Usable { strength, kind }
}

impl KeyState {
    /// What a judgement says of the key.
    #[must_use]
    pub fn problems(self) -> Vec<Problem> {
        let refused = |message: &str| vec![Problem::new(ProblemCode::KeyRefused, message)];
        let (strength, kind) = match self {
            Self::Missing => return Vec::new(),
            Self::Empty => return refused("the key is empty"),
            Self::Default => {
                return refused("the key is the app's built-in one, which everybody knows");
            }
            Self::Unusable(reason) => return refused(&format!("the key {reason}")),
            Self::Usable { strength, kind } => (strength, kind),
        };
        let mut problems = Vec::new();
        if let KeyStrength::Short { bytes } = strength {
            let message = format!("the key has {bytes} bytes, fewer than {MIN_KEY_BYTES}");
            problems.push(Problem::new(ProblemCode::WeakKey, message));
        }
        match kind {
            KeyKind::Own => {}
            KeyKind::AppFallback => {
                let message = "the key is the app's built-in one: anybody can sign such a token";
                problems.push(Problem::new(ProblemCode::DefaultKey, message));
            }
        }
        problems
    }
}
