//! Stored hashes: their two readers, and what a verdict may cost.

use authctl::crypto::password::{self, Fitness, HashParams, Verdict};
use authctl::crypto::phc::{self, Argon2Hash, Argon2Text, Scheme, Variant};
use authctl::model::secret::Password;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{class, text};

/// Hashes that cost more are not computed here.
const MOST_KIB: u64 = 64;

/// The text that is read is the text that is written; what is called useless never matches, what is called too
/// expensive is never computed.
pub fn phc(data: &[u8]) -> u64 {
    let hash = text(data);
    let read = phc::read(&hash);
    if let Some(Argon2Text::Exact(found)) = &read {
        let written = [argon2(found, true), argon2(found, false)];
        assert!(written.iter().any(|one| *one == hash), "{hash:?} is written {written:?}");
        assert!(found.version == 16 || written[0] == hash, "a version is left out for 16 alone: {hash:?}");
        assert!(u64::from(found.memory_kib) >= 8 * u64::from(found.parallelism), "{hash:?}");
        assert!(found.time_cost > 0 && found.parallelism > 0, "{hash:?}");
    }
    if let Some(found) = phc::read_bcrypt(&hash) {
        assert!(hash.len() == 60 && found.cost < 100, "{hash:?}");
    }
    let outdated = password::needs_update(&hash, HashParams::default());
    match (&read, Scheme::of(&hash)) {
        (Some(Argon2Text::Exact(found)), _) => {
            assert_eq!(outdated.is_some(), [16, 19].contains(&found.version), "{hash:?}")
        }
        (Some(Argon2Text::Loose), _) | (None, Scheme::Bcrypt | Scheme::BcryptX) => {
            assert_eq!(outdated, Some(true), "{hash:?}");
        }
        (None, _) => assert_eq!(outdated, hash.starts_with("$2$").then_some(true), "{hash:?}"),
    }
    let fitness = password::fitness(&hash);
    let verify = || password::verify(&Password::new("Quiet-River#48Lamp".to_owned()), "salt", &hash);
    match fitness {
        Fitness::Useless => assert_eq!(verify(), Verdict::Mismatch, "{hash:?}"),
        Fitness::Unsupported(reason) => assert_eq!(verify(), Verdict::Unsupported(reason), "{hash:?}"),
        Fitness::Fit(_) if is_cheap(&read) => assert!(!matches!(verify(), Verdict::Unsupported(_)), "{hash:?}"),
        Fitness::Fit(_) => {}
    }
    let kind = match &read {
        None => 0,
        Some(Argon2Text::Loose) => 1,
        Some(Argon2Text::Exact(_)) => 2,
    };
    class((kind, format!("{fitness:?}").chars().filter(char::is_ascii_alphabetic).collect::<String>(), outdated))
}

fn is_cheap(read: &Option<Argon2Text>) -> bool {
    match read {
        Some(Argon2Text::Exact(found)) => {
            u64::from(found.memory_kib) * u64::from(found.time_cost) <= MOST_KIB && found.tag.len() <= 64
        }
        Some(Argon2Text::Loose) | None => false,
    }
}

/// The form of the reference implementation (`encoding.c` of phc-winner-argon2).
fn argon2(hash: &Argon2Hash, with_version: bool) -> String {
    let name = match hash.variant {
        Variant::D => "argon2d",
        Variant::I => "argon2i",
        Variant::Id => "argon2id",
    };
    let version = if with_version { format!("v={}$", hash.version) } else { String::new() };
    let [salt, tag] = [&hash.salt, &hash.tag].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    let (m, t, p) = (hash.memory_kib, hash.time_cost, hash.parallelism);
    format!("${name}${version}m={m},t={t},p={p}${salt}${tag}")
}
