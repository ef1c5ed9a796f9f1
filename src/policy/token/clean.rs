//! What people paste around a token.
//!
//! What a newcomer would get wrong: only what stands *around* the token is taken away. A line end or blank
//! inside stays, and makes the token malformed, as it does for the app.

use serde_json::Value;

use crate::model::secret::SignedToken;
use crate::model::token::json;

/// Bytes of a pasted document that are looked into: two tokens of 8 KiB, and room around them.
const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// Quotation marks of shells, JSON, Markdown and word processors.
const QUOTES: [char; 8] = ['"', '\'', '`', '“', '”', '„', '‘', '’'];

/// The token alone.
#[derive(Debug)]
pub struct Cleaned {
    /// What is left; whether it is a token is for the judge to say.
    pub token: SignedToken,
    /// What was taken away, each kind once, from the outside in.
    pub removed: Vec<Removed>,
}

/// Something that stood around the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// One line end after it, as a pipe adds: not worth a word.
    LineEnd,
    /// Any other white space, or a byte order mark.
    WhiteSpace,
    /// Quotation marks.
    Quotes,
    /// `Authorization:`.
    AuthorizationHeader,
    /// `Bearer`.
    BearerPrefix,
    /// The answer to a login, of which the access token was taken.
    LoginDocument,
    /// What `token issue` prints for machines.
    IssuedDocument,
}

impl Removed {
    /// The words for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LineEnd => "line end",
            Self::WhiteSpace => "white space",
            Self::Quotes => "quotation marks",
            Self::AuthorizationHeader => "'Authorization:'",
            Self::BearerPrefix => "'Bearer'",
            Self::LoginDocument => "the login answer around the access token",
            Self::IssuedDocument => "the document of 'token issue' around the token",
        }
    }
}

/// Takes away what stands around a token (field report A16).
#[must_use]
pub fn clean(text: &str) -> Cleaned {
    let mut removed = Vec::new();
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_some() {
        removed.push(Removed::LineEnd);
    }
    let text = peel(line.unwrap_or(text), &mut removed);
    let Some((token, document)) = token_within(text) else {
        return Cleaned { token: SignedToken::new(text.to_owned()), removed };
    };
    note(&mut removed, document);
    let token = SignedToken::new(token);
    let inner = peel(token.expose(), &mut removed).to_owned();
    Cleaned { token: SignedToken::new(inner), removed }
}

fn note(removed: &mut Vec<Removed>, what: Removed) {
    if !removed.contains(&what) {
        removed.push(what);
    }
}

/// Peels until nothing comes off.
fn peel<'t>(text: &'t str, removed: &mut Vec<Removed>) -> &'t str {
    let mut text = text;
    loop {
        let layers = [
            (text.trim_matches(is_blank), Removed::WhiteSpace),
            (text.trim_matches(QUOTES), Removed::Quotes),
            (without_prefix(text, "authorization:"), Removed::AuthorizationHeader),
            (without_bearer(text), Removed::BearerPrefix),
        ];
        let Some((inner, what)) = layers.into_iter().find(|(inner, _)| inner.len() < text.len()) else {
            return text;
        };
        note(removed, what);
        text = inner;
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

fn without_prefix<'t>(text: &'t str, prefix: &str) -> &'t str {
    match text.split_at_checked(prefix.len()) {
        Some((head, rest)) if head.eq_ignore_ascii_case(prefix) => rest,
        Some(_) | None => text,
    }
}

fn without_bearer(text: &str) -> &str {
    let rest = without_prefix(text, "bearer");
    // Alone it stands before a token that is not there.
    if rest.is_empty() || rest.starts_with(char::is_whitespace) { rest } else { text }
}

/// The token in a login answer or in the document of `token issue`, if the text is one.
fn token_within(text: &str) -> Option<(String, Removed)> {
    if !text.starts_with('{') || text.len() > MAX_DOCUMENT_BYTES {
        return None;
    }
    let Value::Object(mut members) = json::parse(text).ok()?.value else {
        return None;
    };
    let of = |(name, document)| match members.remove(name)? {
        Value::String(token) => Some((token, document)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    [("access_token", Removed::LoginDocument), ("token", Removed::IssuedDocument)].into_iter().find_map(of)
}
