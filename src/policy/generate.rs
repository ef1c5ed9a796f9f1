//! New passwords that are easy to dictate: groups of four, no `0 O 1 l I`, one special character at the end.
//!
//! What a newcomer would get wrong: `-` is not in the app's list of special characters, so the groups alone
//! would not pass. Unfit candidates are thrown away whole; mending one would favour some passwords.

use thiserror::Error;
use zeroize::Zeroizing;

use super::password::{Limits, check};
use crate::model::secret::Password;

/// The length of a generated password, in characters, unless the limits ask for more: five groups of four
/// (116 bits before unfit ones are thrown away), four hyphens, one special character.
pub const GENERATED_LENGTH: usize = 25;

/// Letters and digits that nobody mistakes for another when they are read aloud or copied by hand.
const ALPHABET: &[u8; 57] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
/// The special characters, all of them in the app's list.
const ENDINGS: &[u8; 6] = b"!@#%*?";
/// Characters from one hyphen to the next, that hyphen included.
const GROUP: usize = 5;
/// More than nine candidates in ten pass, so that this many fail only where the source is not random.
const CANDIDATES: usize = 1_000;
/// More than five bytes in six are used, so that this many in a row are unfit only where the source is not random.
const BYTES_PER_CHARACTER: usize = 1_000;

/// Why no password was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GenerateError<E> {
    /// The source of randomness failed.
    #[error("{0}")]
    Source(E),
    /// The source of randomness gives the same bytes over and over.
    #[error("the source of randomness is not random")]
    NotRandom,
}

/// A password of `max(25, minimum)` characters that passes the policy, each such one equally likely.
///
/// # Errors
/// The source of randomness fails, or is not random at all.
pub fn generate<E>(
    fill: &mut dyn FnMut(&mut [u8]) -> Result<(), E>,
    limits: &Limits,
) -> Result<Password, GenerateError<E>> {
    for _ in 0..CANDIDATES {
        let candidate = Password::new(candidate(fill, limits)?);
        if check(candidate.expose(), limits).is_ok() {
            return Ok(candidate);
        }
    }
    Err(GenerateError::NotRandom)
}

fn candidate<E>(fill: &mut dyn FnMut(&mut [u8]) -> Result<(), E>, limits: &Limits) -> Result<String, GenerateError<E>> {
    // `Limits` holds that the maximum is at least both of these.
    let length = GENERATED_LENGTH.max(limits.min_length());
    let mut text = Zeroizing::new(String::with_capacity(length));
    for at in 1..length {
        let is_last = at == length - 1;
        let next = match at % GROUP {
            0 if !is_last => '-',
            _ => pick(fill, ALPHABET)?,
        };
        text.push(next);
    }
    text.push(pick(fill, ENDINGS)?);
    Ok(std::mem::take(&mut *text))
}

/// One of the characters, each equally likely: bytes beyond the last whole multiple are thrown away.
fn pick<E>(fill: &mut dyn FnMut(&mut [u8]) -> Result<(), E>, characters: &[u8]) -> Result<char, GenerateError<E>> {
    let usable = 256 - 256 % characters.len();
    for _ in 0..BYTES_PER_CHARACTER {
        let mut byte = Zeroizing::new([0u8]);
        fill(byte.as_mut_slice()).map_err(GenerateError::Source)?;
        let number = usize::from(byte[0]);
        if number < usable {
            return Ok(char::from(characters[number % characters.len()]));
        }
    }
    Err(GenerateError::NotRandom)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::convert::Infallible;

    use super::*;

    /// A small generator of Marsaglia's xorshift kind: the tests must not depend on chance.
    fn source(mut state: u64) -> impl FnMut(&mut [u8]) -> Result<(), Infallible> {
        move |bytes| {
            for byte in bytes {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = (state >> 32) as u8;
            }
            Ok(())
        }
    }

    fn many(limits: &Limits) -> Vec<String> {
        let mut fill = source(0x9e37_79b9_7f4a_7c15);
        let one = |_| generate(&mut fill, limits).expect("random").expose().to_owned();
        (0..2_000).map(one).collect()
    }

    #[test]
    fn every_password_passes_and_has_groups_and_an_ending() {
        let limits = Limits::default();
        let passwords = many(&limits);
        for text in &passwords {
            assert_eq!(check(text, &limits), Ok(()), "{text}");
            assert_eq!(text.len(), GENERATED_LENGTH);
            let (ending, groups) = text.as_bytes().split_last().expect("not empty");
            assert!(ENDINGS.contains(ending), "{text}");
            for group in groups.split(|byte| *byte == b'-') {
                assert_eq!(group.len(), 4, "{text}");
                assert!(group.iter().all(|byte| ALPHABET.contains(byte)), "{text}");
            }
        }
        let distinct: HashSet<&String> = passwords.iter().collect();
        assert_eq!(distinct.len(), passwords.len());
    }

    #[test]
    fn nothing_that_is_mistaken_for_another_is_used() {
        for unclear in b"0O1lI" {
            assert!(!ALPHABET.contains(unclear));
        }
        let distinct: HashSet<&u8> = ALPHABET.iter().collect();
        assert_eq!(distinct.len(), ALPHABET.len());
    }

    #[test]
    fn every_character_comes_about_equally_often() {
        let all: String = many(&Limits::default()).concat();
        let count = |c: u8| all.bytes().filter(|byte| *byte == c).count();
        // 2,000 passwords of 20 characters over 57: about 702 each, standard deviation 26.
        for c in ALPHABET {
            assert!((540..=860).contains(&count(*c)), "{}: {}", *c, count(*c));
        }
        for c in ENDINGS {
            assert!((260..=410).contains(&count(*c)), "{}: {}", *c, count(*c));
        }
    }

    /// The last bytes, which would give some characters once more than the others, are thrown away.
    #[test]
    fn each_character_stands_for_as_many_bytes_as_every_other() {
        for characters in [ALPHABET.as_slice(), ENDINGS] {
            let mut counts = std::collections::BTreeMap::new();
            for byte in 0..=u8::MAX {
                let mut first = Some(byte);
                let mut once = |bytes: &mut [u8]| first.take().map(|byte| bytes.fill(byte)).ok_or(());
                *counts.entry(pick(&mut once, characters).ok()).or_insert(0) += 1;
            }
            assert_eq!(counts.remove(&None), Some(256 % characters.len()), "thrown away");
            assert_eq!(counts.len(), characters.len());
            assert!(counts.values().all(|count| *count == 256 / characters.len()), "{counts:?}");
        }
    }

    #[test]
    fn the_length_follows_the_limits_and_no_hyphen_touches_the_ending() {
        for (min, max, length) in [(1, 25, 25), (26, 26, 26), (27, 128, 27), (40, 64, 40)] {
            let limits = Limits::new(min, max).expect("fits");
            let password = generate(&mut source(7), &limits).expect("random");
            let text = password.expose();
            assert_eq!(text.len(), length, "{text}");
            assert!(!text[..length - 1].ends_with('-'), "{text}");
            assert!(!text.contains("--"), "{text}");
        }
    }

    #[test]
    fn a_source_that_fails_or_repeats_itself_ends() {
        let limits = Limits::default();
        let mut failing = |_: &mut [u8]| Err("no entropy");
        let failed = generate(&mut failing, &limits).expect_err("fails");
        assert_eq!(failed, GenerateError::Source("no entropy"));
        for constant in [0u8, 255] {
            let mut same = |bytes: &mut [u8]| -> Result<(), Infallible> {
                bytes.fill(constant);
                Ok(())
            };
            let failed = generate(&mut same, &limits).expect_err("not random");
            assert_eq!(failed, GenerateError::NotRandom);
        }
    }
}
