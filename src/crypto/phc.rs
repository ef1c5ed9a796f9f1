//! What a stored hash is: its scheme, and for Argon2 its parameters, salt and tag.
//!
//! What a newcomer would get wrong: the app reads a hash twice, by two different readers. Verifying goes
//! through the strict reader of the Argon2 reference library; the question "is it outdated?" goes through
//! passlib's laxer one. A hash with a leading zero in `t=01` can never match, and still has an answer to
//! the second question. [`read`] keeps the two apart as [`Argon2Text`].

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest parallelism that Argon2 knows (RFC 9106 §3.1: 2^24 − 1).
const MAX_LANES: u32 = 0x00ff_ffff;
/// Memory per lane in KiB below which Argon2 is not defined (RFC 9106 §3.1).
const MIN_KIB_PER_LANE: u64 = 8;
/// Shortest salt that both of the app's readers take, in bytes.
const MIN_SALT_BYTES: usize = 8;
/// Shortest tag (RFC 9106 §3.1), in bytes.
const MIN_TAG_BYTES: usize = 4;
/// What a hash without `v=` was made with (the reference library's reading).
const VERSION_WHEN_OMITTED: u32 = 16;

const STRICT: GeneralPurpose = base64_engine(&alphabet::STANDARD, false);
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BCRYPT: GeneralPurpose = base64_engine(&alphabet::BCRYPT, true);

const fn base64_engine(alphabet: &alphabet::Alphabet, trailing_bits: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(trailing_bits);
    GeneralPurpose::new(alphabet, config)
}

/// How a stored hash was made, by its prefix alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `$argon2id$`, `$argon2i$` or `$argon2d$`.
    Argon2(Variant),
    /// `$2a$`, `$2b$` or `$2y$`, which verify alike.
    Bcrypt,
    /// `$2x$`: the app refuses it, whatever the password.
    BcryptX,
    /// No hash at all: a row from before the migration.
    Empty,
    /// Anything else.
    Unknown,
}

/// The three kinds of Argon2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Data-dependent.
    D,
    /// Data-independent.
    I,
    /// Both in turn: what the app writes.
    Id,
}

impl Scheme {
    /// Recognises the scheme; case matters, as it does for the app.
    #[must_use]
    pub fn of(hash: &str) -> Self {
        const PREFIXES: [(&str, Scheme); 7] = [
            ("$argon2id$", Scheme::Argon2(Variant::Id)),
            ("$argon2i$", Scheme::Argon2(Variant::I)),
            ("$argon2d$", Scheme::Argon2(Variant::D)),
            ("$2a$", Scheme::Bcrypt),
            ("$2b$", Scheme::Bcrypt),
            ("$2y$", Scheme::Bcrypt),
            ("$2x$", Scheme::BcryptX),
        ];
        if hash.is_empty() {
            return Self::Empty;
        }
        let known = PREFIXES.iter().find(|(prefix, _)| hash.starts_with(prefix));
        known.map_or(Self::Unknown, |(_, scheme)| *scheme)
    }

    /// The name that people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Argon2(Variant::D) => "argon2d",
            Self::Argon2(Variant::I) => "argon2i",
            Self::Argon2(Variant::Id) => "argon2id",
            Self::Bcrypt => "bcrypt",
            Self::BcryptX => "bcrypt ($2x$)",
            Self::Empty => "none",
            Self::Unknown => "unknown",
        }
    }
}

/// An Argon2 hash as the strict reader takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argon2Hash {
    /// The kind.
    pub variant: Variant,
    /// 16 or 19 in practice; any number can stand there.
    pub version: u32,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub time_cost: u32,
    /// Lanes.
    pub parallelism: u32,
    /// The salt inside the hash, not the one of the `salt` column.
    pub salt: Vec<u8>,
    /// The tag to compare with.
    pub tag: Vec<u8>,
}

/// What the app's two readers make of an Argon2 hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argon2Text {
    /// Both take it: it can be verified.
    Exact(Argon2Hash),
    /// passlib's reader alone takes it: it never matches, and counts as outdated.
    Loose,
}

/// Reads an Argon2 hash; `None` where neither of the app's readers takes it.
#[must_use]
pub fn read(hash: &str) -> Option<Argon2Text> {
    let Scheme::Argon2(variant) = Scheme::of(hash) else {
        return None;
    };
    // passlib's pattern ends in `$`, which also fits before one trailing line end.
    let (text, mut exact) = match hash.strip_suffix('\n') {
        Some(text) => (text, false),
        None => (hash, true),
    };
    let body = text.splitn(3, '$').nth(2)?;
    let (mut field, mut rest) = cut(body);
    let mut version = VERSION_WHEN_OMITTED;
    if let Some(digits) = field.strip_prefix("v=") {
        version = number(digits, &mut exact)?;
        (field, rest) = cut(rest?);
    }
    let [memory_kib, time_cost, parallelism] = parameters(field, &mut exact)?;
    let (salt, tag) = cut(rest?);
    // passlib's `.` is no line end.
    if tag.is_some_and(|tag| tag.contains('\n')) {
        return None;
    }
    let salt = segment(Some(salt), &mut exact)?;
    let tag = segment(tag, &mut exact)?;
    let hash = Argon2Hash { variant, version, memory_kib, time_cost, parallelism, salt, tag };
    if hash.salt.len() < MIN_SALT_BYTES || !in_range(&hash) || !(exact || is_known_version(version)) {
        return None;
    }
    exact &= hash.tag.len() >= MIN_TAG_BYTES;
    Some(if exact { Argon2Text::Exact(hash) } else { Argon2Text::Loose })
}

/// The versions that Argon2 ever had; passlib's reader refuses others, the strict one leaves them to Argon2.
pub(super) fn is_known_version(version: u32) -> bool {
    matches!(version, 0x10 | 0x13)
}

/// `m=`, `t=`, `p=` in this order alone, and `data=`, which only passlib's reader takes.
fn parameters(field: &str, exact: &mut bool) -> Option<[u32; 3]> {
    let mut parts = field.split(',');
    let mut values = [0; 3];
    for (value, name) in values.iter_mut().zip(["m=", "t=", "p="]) {
        *value = number(parts.next()?.strip_prefix(name)?, exact)?;
    }
    match (parts.next(), parts.next()) {
        (None, _) => {}
        (Some(data), None) if data.strip_prefix("data=").is_some_and(|text| passlib_bytes(text).is_some()) => {
            *exact = false;
        }
        (Some(_), _) => return None,
    }
    Some(values)
}

/// Decimal digits up to 2^32 − 1; a leading zero is for passlib's reader alone.
fn number(digits: &str, exact: &mut bool) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *exact &= digits.len() == 1 || !digits.starts_with('0');
    digits.parse().ok()
}

/// What stands before the first `$`, and behind it.
fn cut(text: &str) -> (&str, Option<&str>) {
    match text.split_once('$') {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// Unpadded base64. A missing tag, and what only passlib's reader makes bytes of, leave nothing to verify with: of those
/// bytes the number alone counts.
fn segment(text: Option<&str>, exact: &mut bool) -> Option<Vec<u8>> {
    let strict = text.and_then(|text| STRICT.decode(text).ok()).filter(|bytes| !bytes.is_empty());
    if let Some(bytes) = strict {
        return Some(bytes);
    }
    *exact = false;
    text.map_or(Some(0), passlib_bytes).map(|count| vec![0; count])
}

/// How many bytes passlib decodes: it completes the padding by the length of the text, and Python skips every byte that
/// is not base64, and stops at a full padding (`binascii.a2b_base64`).
fn passlib_bytes(text: &str) -> Option<usize> {
    let missing = match text.len() % 4 {
        0 if text.is_empty() => return None,
        0 => 0,
        1 => return None,
        odd => 4 - odd,
    };
    let (mut decoded, mut count, mut pads) = (0, 0, 0);
    for byte in text.bytes().chain(std::iter::repeat_n(b'=', missing)) {
        if byte == b'=' && count >= 2 {
            pads += 1;
            if count + pads >= 4 {
                return Some(decoded);
            }
        }
        if !ALPHABET.contains(&byte) {
            continue;
        }
        pads = 0;
        count = (count + 1) % 4;
        if count != 1 {
            decoded += 1;
        }
    }
    (count == 0).then_some(decoded)
}

fn in_range(hash: &Argon2Hash) -> bool {
    let lanes = hash.parallelism;
    hash.time_cost >= 1
        && (1..=MAX_LANES).contains(&lanes)
        && u64::from(hash.memory_kib) >= MIN_KIB_PER_LANE * u64::from(lanes)
}

/// A bcrypt hash in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BcryptHash {
    /// Rounds as a power of two.
    pub cost: u32,
    /// 16 bytes of salt.
    pub salt: [u8; 16],
    /// 23 bytes to compare with.
    pub tag: [u8; 23],
}

/// Reads a `$2a$`, `$2b$` or `$2y$` hash; `None` where the app's reader refuses it.
///
/// Stray bits in the last characters of salt and tag are dropped, as passlib drops them.
#[must_use]
pub fn read_bcrypt(hash: &str) -> Option<BcryptHash> {
    if Scheme::of(hash) != Scheme::Bcrypt {
        return None;
    }
    let (cost, data) = hash.get(4..)?.split_once('$')?;
    if cost.len() != 2 || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let salt = BCRYPT.decode(data.get(..22)?).ok()?;
    let tag = BCRYPT.decode(data.get(22..)?).ok()?;
    Some(BcryptHash { cost: cost.parse().ok()?, salt: salt.try_into().ok()?, tag: tag.try_into().ok()? })
}
