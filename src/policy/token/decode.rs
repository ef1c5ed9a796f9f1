//! From compact text to header, claims and signature, without judging them.
//!
//! What a newcomer would get wrong: the app's libraries throw away every character that is not base64, so
//! texts decode for them that are no tokens at all. We read them the same way, to show what is in them,
//! and keep for the judge that a strict reader would have refused.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::problem::{Findings, ProblemCode, TakenBy, quote_text};
use crate::model::token::json::{self, Inexact};

/// Longest token that is looked at (`security`, Tokens).
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// The one algorithm that is accepted (`security`, Tokens).
pub(super) const ALGORITHM: &str = "HS256";

/// A token in its parts, as far as it has them.
pub struct Decoded<'t>(Result<Parts<'t>, Whole>);

/// What is wrong with the text as a whole.
enum Whole {
    TooLong(usize),
    NotThreeSegments,
}

struct Parts<'t> {
    signing_input: &'t str,
    header: Result<Segment, String>,
    claims: Result<Segment, String>,
    signature: Result<Vec<u8>, String>,
    /// Segments that only a lax base64 reader takes.
    lax: Vec<Lax>,
}

/// A segment that only a lax base64 reader takes.
struct Lax {
    segment: &'static str,
    /// What there is in it that does not belong there, in words after those of the refusal.
    foreign: String,
}

/// What a signature check needs.
pub struct Signed<'d> {
    /// The first two segments with the dot, as they were written.
    pub signing_input: &'d str,
    /// The signature's bytes.
    pub signature: &'d [u8],
}

/// What is in a token: shown together or not at all.
pub(super) enum Content {
    Shown {
        header: Map<String, Value>,
        claims: Map<String, Value>,
    },
    /// JSON cannot express all of it; the row can be compared all the same.
    Hidden {
        claims: Map<String, Value>,
    },
    Nothing,
}

/// One JSON object, and how it was written.
struct Segment {
    members: Map<String, Value>,
    encoding: Encoding,
    duplicate_keys: Vec<String>,
    inexact: Vec<Inexact>,
}

/// How the text of a segment is encoded; PyJWT reads all of these, python-jose the first alone.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf8WithMark,
    Utf16,
}

/// Takes a token apart; it never fails, the judge says what is missing.
#[must_use]
pub fn decode(token: &str) -> Decoded<'_> {
    if token.len() > MAX_TOKEN_BYTES {
        return Decoded(Err(Whole::TooLong(token.len())));
    }
    // The last dot and the first one, as both libraries split.
    let split = token.rsplit_once('.').and_then(|(signing_input, signature)| {
        signing_input.split_once('.').map(|(header, claims)| (signing_input, header, claims, signature))
    });
    let Some((signing_input, header, claims, signature)) = split else {
        return Decoded(Err(Whole::NotThreeSegments));
    };
    let mut lax = Vec::new();
    let header = bytes("header", header, &mut lax).and_then(|bytes| object("header", &bytes));
    let claims = bytes("payload", claims, &mut lax).and_then(|bytes| object("payload", &bytes));
    let signature = bytes("signature", signature, &mut lax);
    Decoded(Ok(Parts { signing_input, header, claims, signature, lax }))
}

impl Decoded<'_> {
    /// What to check the signature of; `None` where the token does not decode or the algorithm is not ours.
    #[must_use]
    pub fn signed(&self) -> Option<Signed<'_>> {
        if self.header()?.get("alg")?.as_str()? != ALGORITHM {
            return None;
        }
        let parts = self.0.as_ref().ok()?;
        let (Ok(_), Ok(signature)) = (&parts.claims, &parts.signature) else {
            return None;
        };
        Some(Signed { signing_input: parts.signing_input, signature })
    }

    /// The header, if it can be read.
    pub(super) fn header(&self) -> Option<&Map<String, Value>> {
        let segment = self.0.as_ref().ok()?.header.as_ref().ok()?;
        Some(&segment.members)
    }

    /// The claims, if they can be read.
    pub(super) fn claims(&self) -> Option<&Map<String, Value>> {
        let segment = self.0.as_ref().ok()?.claims.as_ref().ok()?;
        Some(&segment.members)
    }

    /// Header and claims of a token that decodes, to show or not.
    pub(super) fn into_content(self) -> Content {
        let Ok(Parts { header: Ok(header), claims: Ok(claims), signature: Ok(_), .. }) = self.0 else {
            return Content::Nothing;
        };
        if header.inexact.is_empty() && claims.inexact.is_empty() {
            Content::Shown { header: header.members, claims: claims.members }
        } else {
            Content::Hidden { claims: claims.members }
        }
    }

    /// Everything that is wrong with the form.
    pub(super) fn report(&self, findings: &mut Findings) {
        let parts = match &self.0 {
            Ok(parts) => parts,
            Err(Whole::TooLong(length)) => {
                let message = format!("the token has {length} bytes, more than {MAX_TOKEN_BYTES}");
                return findings.add(ProblemCode::TooLong, message);
            }
            Err(Whole::NotThreeSegments) => {
                return findings
                    .add(ProblemCode::Malformed, "the token does not have three segments with dots between");
            }
        };
        for segment in &parts.lax {
            let Lax { segment, foreign } = segment;
            let message = format!("the {segment} is not strict base64url, strict readers refuse it{foreign}");
            findings.add_unless_app(ProblemCode::Malformed, message, TakenBy::Both, "it reads base64 laxly");
        }
        if let Err(message) = &parts.signature {
            findings.add(ProblemCode::Malformed, message.as_str());
        }
        for (name, segment) in [("header", &parts.header), ("payload", &parts.claims)] {
            match segment {
                Ok(segment) => segment.report(name, findings),
                Err(message) => findings.add(ProblemCode::Malformed, message.as_str()),
            }
        }
    }
}

impl Segment {
    fn report(&self, name: &str, findings: &mut Findings) {
        let mark = match self.encoding {
            Encoding::Utf8 => None,
            Encoding::Utf8WithMark => Some("begins with a byte order mark"),
            Encoding::Utf16 => Some("is UTF-16"),
        };
        if let Some(mark) = mark {
            let message = format!("the {name} {mark}");
            findings.add_unless_app(ProblemCode::Malformed, message, TakenBy::PyJwt, "PyJWT guesses the encoding");
        }
        for key in &self.duplicate_keys {
            let message = format!("the {name} has the key {} twice", quote_text(key));
            let because = "it takes the last value of a key";
            findings.add_unless_app(ProblemCode::DuplicateKey, message, TakenBy::Both, because);
        }
        for inexact in &self.inexact {
            let what = match inexact {
                Inexact::LoneSurrogate => "half of a surrogate pair",
                Inexact::NonFinite => "NaN or Infinity",
            };
            let message = format!("the {name} has {what}, which is not JSON");
            findings.add_unless_app(ProblemCode::Malformed, message, TakenBy::Both, "Python reads it");
        }
    }
}

fn bytes(name: &'static str, segment: &str, lax: &mut Vec<Lax>) -> Result<Vec<u8>, String> {
    if let Ok(bytes) = URL_SAFE_NO_PAD.decode(segment) {
        return Ok(bytes);
    }
    let foreign = foreign(segment);
    let bytes = decode_laxly(segment.as_bytes()).ok_or_else(|| format!("the {name} is not base64url{foreign}"))?;
    lax.push(Lax { segment: name, foreign });
    Ok(bytes)
}

/// The first thing in a segment that a token never has there, so that people find it; padding is none.
fn foreign(segment: &str) -> String {
    let own = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '='].contains(&c);
    match segment.chars().find(|c| !own(*c)) {
        None => String::new(),
        Some('\n' | '\r') => ": there is a line end in it".to_owned(),
        Some(' ' | '\t') => ": there is a blank in it".to_owned(),
        Some(c) => format!(": there is {} in it", quote_text(c.encode_utf8(&mut [0; 4]))),
    }
}

/// Base64 as Python reads it by default: both alphabets, foreign characters skipped, the end at a full padding.
fn decode_laxly(segment: &[u8]) -> Option<Vec<u8>> {
    // The libraries complete the padding by the length that the text has with its foreign characters.
    let missing = segment.len().next_multiple_of(4) - segment.len();
    let mut decoded = Vec::with_capacity(segment.len());
    let (mut held, mut count, mut pads) = (0_u32, 0, 0);
    for byte in segment.iter().copied().chain(std::iter::repeat_n(b'=', missing)) {
        if byte == b'=' && count >= 2 {
            pads += 1;
            if count + pads >= 4 {
                return Some(decoded);
            }
        }
        let Some(value) = sextet(byte) else {
            continue;
        };
        pads = 0;
        held = held << 6 | value;
        count = (count + 1) % 4;
        if count != 1 {
            let unread = 2 * ((4 - count) % 4);
            decoded.push((held >> unread & 0xff) as u8);
        }
    }
    (count == 0).then_some(decoded)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn object(name: &str, bytes: &[u8]) -> Result<Segment, String> {
    let (text, encoding) = text(bytes).ok_or_else(|| format!("the {name} is not UTF-8"))?;
    let parsed = json::parse(&text).map_err(|error| format!("the {name} is {error}"))?;
    let Value::Object(members) = parsed.value else {
        return Err(format!("the {name} is not a JSON object"));
    };
    let (duplicate_keys, inexact) = (parsed.duplicate_keys, parsed.inexact);
    Ok(Segment { members, encoding, duplicate_keys, inexact })
}

/// The text of a segment; an object in UTF-16 begins with a mark, or with a brace beside a NUL.
fn text(bytes: &[u8]) -> Option<(Cow<'_, str>, Encoding)> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks();
        let text = String::from_utf16(&pairs.iter().copied().map(unit).collect::<Vec<_>>()).ok()?;
        rest.is_empty().then_some((Cow::Owned(text), Encoding::Utf16))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Some((str::from_utf8(rest).ok()?.into(), Encoding::Utf8WithMark)),
        [0xff, 0xfe, rest @ ..] | rest @ [b'{', 0, ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] | rest @ [0, b'{', ..] => utf16(rest, u16::from_be_bytes),
        plain => Some((str::from_utf8(plain).ok()?.into(), Encoding::Utf8)),
    }
}
