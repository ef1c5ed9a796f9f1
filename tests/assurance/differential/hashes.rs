//! Hashes and passwords against passlib, both ways.

use authctl::crypto::password::{self, HashParams, Unsupported, Verdict};
use authctl::crypto::random;
use authctl::model::secret::Password;
use serde_json::{Value, json};

use super::{Listed, Tally};
use crate::fuzz::mutate::Mutator;
use crate::scale::{Random, scaled, seed};
use crate::support::{Oracle, vectors};

const HASHES: [Listed; 1] = [(
    "verify: a version of Argon2 that there never was",
    "refused either way; what cannot be computed is no wrong password, and is not counted as one",
)];
const PASSWORDS: [Listed; 0] = [];
const PASSWORD: &str = "Quiet-River#48Lamp";
const SALT: &str = "061bfcb3cb394feee2471a2319dd3eed";
const SMALL: HashParams = HashParams { memory_kib: 64, time_cost: 1, parallelism: 1 };

fn made(password: &str) -> password::NewHash {
    password::make(&Password::new(password.to_owned()), SMALL, &mut random::fill).expect("a hash")
}

/// Neither side may be asked for much work: no number of more than three digits.
fn is_cheap(hash: &str) -> bool {
    let parameters = hash.rsplitn(3, '$').last().unwrap_or(hash);
    let longest = parameters.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    let is_slow_bcrypt = hash.starts_with("$2") && !["$04$", "$05$", "$06$"].iter().any(|cost| hash.contains(cost));
    longest.unwrap_or(0) <= 3 && !is_slow_bcrypt
}

#[test]
fn stored_hashes_are_judged_as_passlib_judges_them() {
    let count = scaled(100, 2_000);
    let mut seeds: Vec<Vec<u8>> = vectors("hashes.json", "hashes")
        .iter()
        .filter_map(|row| row["hash"].as_str())
        .filter(|hash| is_cheap(hash))
        .map(|hash| hash.as_bytes().to_vec())
        .collect();
    let salt = SALT.to_owned();
    for _ in 0..8 {
        let own = made(PASSWORD).hash;
        // The salt of the column is the same for all: the password in front of it is what differs.
        seeds.push(own.into_bytes());
    }
    let mut mutator = Mutator::new(Random::new(seed()), seeds);
    let mut hashes = Vec::new();
    while (hashes.len() as u64) < count {
        let hash = String::from_utf8_lossy(&mutator.next()).into_owned();
        if is_cheap(&hash) {
            hashes.push(hash);
        }
    }
    let verify =
        hashes.iter().map(|hash| json!({"op": "hash_verify", "password": PASSWORD, "salt": salt, "hash": hash}));
    let update = hashes.iter().map(|hash| json!({"op": "needs_update", "hash": hash}));
    let questions: Vec<Value> = verify.chain(update).collect();
    let answers = Oracle::start().ask_all(&questions);
    let (verified, updates) = answers.split_at(hashes.len());
    let mut tally = Tally::new("passlib 1.7.4 (hashes)", &HASHES);
    for ((hash, verified), update) in hashes.iter().zip(verified).zip(updates) {
        let ours = password::verify(&Password::new(PASSWORD.to_owned()), &salt, hash);
        let theirs = verified["ok"].as_bool().unwrap_or(false);
        if (ours == Verdict::Match) != theirs || matches!(ours, Verdict::Unsupported(_)) {
            let kind = match ours {
                Verdict::Unsupported(Unsupported::Argon2Version(_)) if !theirs => HASHES[0].0.to_owned(),
                Verdict::Match | Verdict::Mismatch | Verdict::Unsupported(_) => format!("verify: {ours:?}"),
            };
            tally.differ(kind, || format!("{hash:?}: {verified}"));
        }
        let outdated = password::needs_update(hash, HashParams::default());
        if outdated != update["needs_update"].as_bool() {
            tally.differ(format!("needs_update: {outdated:?}"), || format!("{hash:?}: {update}"));
        }
    }
    tally.finish(count);
}

/// A password of 1 to 40 characters from the whole of Unicode.
fn password_of(random: &mut Random) -> String {
    let length = 1 + random.below(40);
    let characters = (0..length).map(|_| {
        let bound = [0x80, 0x400, 0x3000, 0x11_0000][random.below(4) as usize];
        char::from_u32(random.below(bound) as u32).unwrap_or('\u{301}')
    });
    characters.collect()
}

#[test]
fn passwords_of_any_characters_verify_on_both_sides() {
    let count = scaled(8, 500);
    let mut random = Random::new(seed());
    let passwords: Vec<String> = (0..count).map(|_| password_of(&mut random)).collect();
    let ours: Vec<password::NewHash> = passwords.iter().map(|password| made(password)).collect();
    let verify = passwords.iter().zip(&ours).map(
        |(password, made)| json!({"op": "hash_verify", "password": password, "salt": made.salt, "hash": made.hash}),
    );
    let make = passwords.iter().map(|password| json!({"op": "hash_make", "password": password, "salt": SALT}));
    let questions: Vec<Value> = verify.chain(make).collect();
    let answers = Oracle::start().ask_all(&questions);
    let (verified, theirs) = answers.split_at(passwords.len());
    let mut tally = Tally::new("passlib 1.7.4 (passwords)", &PASSWORDS);
    for ((password, verified), theirs) in passwords.iter().zip(verified).zip(theirs) {
        if verified["ok"] != true {
            tally.differ("passlib refuses our hash".to_owned(), || format!("{password:?}: {verified}"));
        }
        let Some(hash) = theirs["hash"].as_str() else {
            tally.differ("passlib makes no hash".to_owned(), || format!("{password:?}: {theirs}"));
            continue;
        };
        let right = password::verify(&Password::new(password.clone()), SALT, hash);
        let wrong = password::verify(&Password::new(format!("{password}x")), SALT, hash);
        if (right, wrong) != (Verdict::Match, Verdict::Mismatch) {
            tally.differ("we misjudge passlib's hash".to_owned(), || format!("{password:?}: {right:?} {wrong:?}"));
        }
    }
    tally.finish(count);
}
