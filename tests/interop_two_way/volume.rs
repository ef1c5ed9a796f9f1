//! Many hashes and tokens through the library, against passlib, PyJWT and python-jose.
//!
//! Exceptions: none. Every verdict and every byte compared here is the same on both sides.

use authctl::crypto::password::{HashParams, Verdict, make, needs_update, verify};
use authctl::crypto::random;
use authctl::model::role::RoleName;
use authctl::model::secret::{Password, SigningKey};
use authctl::model::time::{Span, TimeFormat, Timestamp};
use authctl::model::token::{ExtraClaims, TokenType};
use authctl::ops::Settings;
use authctl::ops::token::{IssueRequest, OfflineHolder, issue_offline};
use authctl::policy::password::Limits;
use authctl::policy::role::Roles;
use serde_json::{Value, json};

use crate::support::Oracle;
use crate::token_shape::parts;

const HASHES: usize = 50;
const UNICODE_PASSWORDS: usize = 100;
const TOKENS: usize = 500;

/// What the password is made of decides here, not the work: the parameters are in the hash.
const CHEAP: HashParams = HashParams { memory_kib: 1_024, time_cost: 1, parallelism: 1 };

/// A small generator of reproducible numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).expect("below a u32")
    }

    /// A text of any characters but NUL, which passlib does not take in bcrypt and nobody types.
    fn text(&mut self, most: u32) -> String {
        let length = 1 + self.below(most);
        (0..length).map(|_| self.character()).collect()
    }

    fn character(&mut self) -> char {
        loop {
            let code = match self.below(6) {
                0 => 0x20 + self.below(0x5f),
                1 => 0xa0 + self.below(0x500),
                2 => 0x300 + self.below(0x70),
                3 => 0x4e00 + self.below(0x5000),
                4 => 0x1f300 + self.below(0x300),
                _ => 1 + self.below(0x10_ffff),
            };
            if let Some(character) = char::from_u32(code) {
                return character;
            }
        }
    }

    fn salt(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

fn ascii_password(numbers: &mut Numbers) -> String {
    (0..12 + numbers.below(40)).map(|_| char::from(b'!' + u8::try_from(numbers.below(94)).expect("ASCII"))).collect()
}

fn other_params(numbers: &mut Numbers) -> HashParams {
    let parallelism = 1 + numbers.below(4);
    HashParams { memory_kib: 19_456 + numbers.below(10_000), time_cost: 2 + numbers.below(2), parallelism }
}

fn secret(text: &str) -> Password {
    Password::new(text.to_owned())
}

#[test]
fn hashes_made_here_verify_there() {
    let (mut numbers, mut oracle) = (Numbers(1), Oracle::start());
    for number in 0..HASHES {
        let password = ascii_password(&mut numbers);
        // Half of them as the app makes them, half with other parameters of the configuration.
        let params = if number % 2 == 0 { HashParams::default() } else { other_params(&mut numbers) };
        let new = make(&secret(&password), params, &mut random::fill).expect("a hash");
        let ask = json!({"op": "hash_verify", "password": password, "salt": new.salt, "hash": new.hash});
        assert_eq!(oracle.ask(ask), json!({"ok": true}), "{password:?} {new:?}");
        let outdated = params != HashParams::default();
        let ask = json!({"op": "needs_update", "hash": new.hash});
        assert_eq!(oracle.ask(ask), json!({"needs_update": outdated}), "{new:?}");
        assert_eq!(needs_update(&new.hash, HashParams::default()), Some(outdated), "{new:?}");
    }
}

#[test]
fn hashes_made_there_verify_here() {
    let (mut numbers, mut oracle) = (Numbers(2), Oracle::start());
    for number in 0..HASHES {
        let (password, salt) = (numbers.text(40), numbers.salt());
        let answer = oracle.ask(json!({"op": "hash_make", "password": password, "salt": salt}));
        let hash = answer["hash"].as_str().expect("a hash");
        assert_eq!(verify(&secret(&password), &salt, hash), Verdict::Match, "{password:?} {salt} {hash}");
        assert_eq!(needs_update(hash, HashParams::default()), Some(false), "{hash}");
        if number % 10 == 0 {
            assert_eq!(verify(&secret(&format!("{password} ")), &salt, hash), Verdict::Mismatch);
        }
    }
}

#[test]
fn unicode_passwords_are_the_same_bytes_on_both_sides() {
    let (mut numbers, mut oracle) = (Numbers(3), Oracle::start());
    let mut asked = Vec::new();
    for _ in 0..UNICODE_PASSWORDS {
        let password = numbers.text(128);
        let new = make(&secret(&password), CHEAP, &mut random::fill).expect("a hash");
        assert_eq!(verify(&secret(&password), &new.salt, &new.hash), Verdict::Match);
        asked.push(json!({"op": "hash_verify", "password": password, "salt": new.salt, "hash": new.hash}));
    }
    for (ask, answer) in asked.iter().zip(oracle.ask_all(&asked)) {
        assert_eq!(answer, json!({"ok": true}), "{ask}");
    }
}

fn settings() -> Settings {
    Settings {
        roles: Some(Roles::of_app()),
        password: Limits::default(),
        lockout_attempts: 5,
        lockout_duration: Span::from_seconds(1_800),
        time_format: TimeFormat::Offset,
        access_ttl: Span::from_seconds(1_800),
        refresh_ttl: Span::from_seconds(604_800),
        hash: HashParams::default(),
    }
}

/// One token with its key, as an offline `token issue` makes it.
fn token(numbers: &mut Numbers, settings: &Settings, now: Timestamp) -> (String, String) {
    let key = numbers.text(60);
    let holder = OfflineHolder {
        user_id: i64::from(numbers.below(u32::MAX)),
        email: format!("{}@{}", numbers.text(30), numbers.text(30)),
        role: RoleName::new(numbers.text(12)).expect("not empty").as_str().to_owned(),
    };
    let mut extra = ExtraClaims::default();
    for number in 0..numbers.below(3) {
        let value = json!([numbers.text(10), i64::from(numbers.below(1_000)) - 500, null, {"deep": [true, 1.5]}]);
        extra.add_text(&format!("text {number} ü={}", numbers.text(20))).expect("a claim");
        extra.add_json(&format!("json{number}={value}")).expect("a claim");
    }
    let token_type = if numbers.below(3) == 0 { TokenType::Refresh } else { TokenType::Access };
    let ttl = (numbers.below(2) == 0).then(|| Span::from_seconds(i64::from(1 + numbers.below(100_000))));
    let request = IssueRequest { ttl, extra, ..IssueRequest::usual(token_type) };
    let signing = SigningKey::new(key.clone().into_bytes());
    let issued = issue_offline(settings, &holder, &request, now, &signing, &mut random::fill).expect("a token");
    (issued[0].token.expose().to_owned(), key)
}

#[test]
fn tokens_made_here_are_read_there_and_byte_for_byte_the_ones_made_there() {
    let (mut numbers, mut oracle) = (Numbers(4), Oracle::start());
    let settings = settings();
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let now = Timestamp::from_micros(i64::try_from(seconds).expect("in range") * 1_000_000).expect("in range");
    let tokens: Vec<(String, String)> = (0..TOKENS).map(|_| token(&mut numbers, &settings, now)).collect();
    for library in ["jose", "pyjwt"] {
        let read: Vec<Value> = tokens
            .iter()
            .map(|(token, key)| json!({"op": format!("{library}_decode"), "token": token, "key": key, "now": seconds}))
            .collect();
        let made: Vec<Value> = tokens
            .iter()
            .map(|(token, key)| json!({"op": "jwt_make", "claims": parts(token).claims, "key": key, "lib": library}))
            .collect();
        let answers = oracle.ask_all(&read).into_iter().zip(oracle.ask_all(&made));
        for ((token, key), (read, made)) in tokens.iter().zip(answers) {
            assert_eq!(read["claims"].to_string(), parts(token).claims.to_string(), "{library} {key:?} {token}");
            assert_eq!(made, json!({"token": token}), "{library} {key:?}");
        }
    }
}
