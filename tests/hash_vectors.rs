//! Every verdict of the app on stored hashes, and the caps that keep a hostile row cheap.

use std::time::{Duration, Instant};

use authctl::crypto::password::{self, Fitness, HashParams, Unsupported, Verdict};
use authctl::crypto::phc::{self, Argon2Text, Scheme, Variant};
use authctl::crypto::random::{self, RandomError};
use authctl::model::secret::Password;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

const VECTORS: &str = include_str!("vectors/hashes.json");
const PASSWORD: &str = "Quiet-River#48Lamp";
const SALT: &str = "061bfcb3cb394feee2471a2319dd3eed";

fn rows() -> Vec<Value> {
    let document: Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
    document["hashes"].as_array().expect("a list of hashes").clone()
}

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} of {row} is text"))
}

fn tail(parameters: &str) -> String {
    format!("$argon2id$v=19${parameters}$MDEyMzQ1Njc4OWFiY2RlZg$nYJ6hH5TG5vrrVvWuUnkHmSFLBKJmmhfZXh0Lwi2iVM")
}

#[test]
fn every_vector_verifies_as_in_the_app() {
    let rows = rows();
    assert_eq!(rows.len(), 60);
    for row in &rows {
        let password = Password::new(text(row, "password").to_owned());
        let verdict = password::verify(&password, text(row, "salt"), text(row, "hash"));
        let expected = match row["app_verify"].as_bool() {
            Some(true) => Verdict::Match,
            Some(false) => Verdict::Mismatch,
            None => panic!("app_verify of {row} is a bool"),
        };
        assert_eq!(verdict, expected, "{}", text(row, "name"));
    }
}

#[test]
fn every_vector_is_as_outdated_as_in_the_app() {
    for row in &rows() {
        let answer = password::needs_update(text(row, "hash"), HashParams::default());
        assert_eq!(answer, row["needs_update"].as_bool(), "{}", text(row, "name"));
    }
}

#[test]
fn parameters_above_the_caps_are_unsupported_and_cost_nothing() {
    let cases = [
        ("m=1048577,t=1,p=1", Unsupported::Memory(1_048_577)),
        ("m=2097152,t=3,p=1", Unsupported::Memory(2_097_152)),
        ("m=4294967295,t=1,p=1", Unsupported::Memory(u32::MAX)),
        ("m=64,t=21,p=1", Unsupported::TimeCost(21)),
        ("m=64,t=4294967295,p=1", Unsupported::TimeCost(u32::MAX)),
        ("m=1024,t=1,p=17", Unsupported::Parallelism(17)),
        ("m=1048576,t=5,p=1", Unsupported::Work(5 * 1_048_576)),
        ("m=262144,t=17,p=1", Unsupported::Work(17 * 262_144)),
    ];
    let start = Instant::now();
    for (parameters, reason) in cases {
        let verdict = password::verify(&Password::new(PASSWORD.to_owned()), SALT, &tail(parameters));
        assert_eq!(verdict, Verdict::Unsupported(reason), "{parameters}");
        assert_eq!(password::needs_update(&tail(parameters), HashParams::default()), Some(true));
    }
    for dearest in ["m=1048576,t=4,p=16", "m=209715,t=20,p=1"] {
        assert_eq!(password::fitness(&tail(dearest)), Fitness::Fit(Scheme::of(&tail(dearest))), "{dearest}");
    }
    // passlib wants 8 KiB for each lane before it computes.
    for (parameters, fits) in [
        ("m=8,t=1,p=1", true),
        ("m=31,t=1,p=4", false),
        ("m=+64,t=1,p=1", false),
        ("m=32,t=1,p=4", true),
        ("m=127,t=1,p=16", false),
    ] {
        assert_eq!(password::fitness(&tail(parameters)) != Fitness::Useless, fits, "{parameters}");
    }
    let bcrypt = |cost: &str| format!("$2b${cost}$WS3J/SaGTd3ACgFOqqFRk.UkNqGb9chBHbuQIxpkDfeWvVds1xiqa");
    for (cost, fitness) in [
        ("03", Fitness::Useless),
        ("04", Fitness::Fit(Scheme::Bcrypt)),
        ("16", Fitness::Fit(Scheme::Bcrypt)),
        ("17", Fitness::Unsupported(Unsupported::BcryptCost(17))),
    ] {
        assert_eq!(password::fitness(&bcrypt(cost)), fitness, "{cost}");
    }
    let costly = "$2b$17$WS3J/SaGTd3ACgFOqqFRk.UkNqGb9chBHbuQIxpkDfeWvVds1xiqa";
    let verdict = password::verify(&Password::new(PASSWORD.to_owned()), SALT, costly);
    assert_eq!(verdict, Verdict::Unsupported(Unsupported::BcryptCost(17)));
    assert!(start.elapsed() < Duration::from_secs(1), "took {:?}", start.elapsed());
}

#[test]
fn an_unknown_argon2_version_is_unsupported_not_wrong() {
    let hash = tail("m=64,t=1,p=1").replace("v=19", "v=17");
    let verdict = password::verify(&Password::new(PASSWORD.to_owned()), SALT, &hash);
    assert_eq!(verdict, Verdict::Unsupported(Unsupported::Argon2Version(17)));
    // passlib raises.
    assert_eq!(password::needs_update(&hash, HashParams::default()), None);
    assert_eq!(password::needs_update(&tail("m=064,t=1,p=1").replace("v=19", "v=17"), HashParams::default()), None);
    assert_eq!(password::needs_update("$2$12$anything", HashParams::default()), Some(true));
}

#[test]
fn text_that_neither_reader_takes_is_a_mismatch() {
    let good = tail("m=64,t=1,p=1");
    let broken = [
        tail("t=1,m=64,p=1"),
        tail("m=64,t=1"),
        tail("m=64,t=1,p=1,"),
        tail("m=64,t=1,p=1,data="),
        tail("m=64,t=1,p=1,data=AA,data=AA"),
        tail("m=7,t=1,p=1"),
        tail("m=64,t=1,p=9"),
        tail("m=64,t=1,p=0"),
        tail("m=4294967296,t=1,p=1"),
        tail("m=+64,t=1,p=1"),
        tail("m= 64,t=1,p=1"),
        tail("m=64,t=1,p=1\u{0663}"),
        format!("{good}$"),
        format!("{good}=="),
        format!("{good}\n\n"),
        good.replace("$v=19", "$v="),
        good.replace("$v=19", ""),
        "$argon2id$".to_owned(),
        "$argon2id$é$é".to_owned(),
        "$2b$é".to_owned(),
        "$2b$04$short".to_owned(),
        "$2b$4$ATkbsPDkrv8qrtoNlNoU1uu4XjdhzJifX71ZhCg78NdvvbawyTlD.".to_owned(),
        "$2b$03$ATkbsPDkrv8qrtoNlNoU1uu4XjdhzJifX71ZhCg78NdvvbawyTlD.".to_owned(),
        "$2b$04$ATkbsPDkrv8qrtoNlNoU1uu4XjdhzJifX71ZhCg78NdvvbawyTlD.\n".to_owned(),
    ];
    for hash in broken {
        let verdict = password::verify(&Password::new(PASSWORD.to_owned()), SALT, &hash);
        assert_eq!(verdict, Verdict::Mismatch, "{hash:?}");
    }
}

/// passlib leaves the padding to Python, which skips bytes that are not base64; asked of passlib 1.7.4.
#[test]
fn what_passlib_alone_decodes_counts_as_outdated() {
    let good = tail("m=64,t=1,p=1");
    let (front, tag) = good.rsplit_once('$').expect("a tag");
    for (hash, outdated) in [
        (format!("{front}${}!{}", &tag[..8], &tag[9..]), None),
        (format!("{front}${}!!!!{}", &tag[..8], &tag[8..]), Some(true)),
        (format!("{front}${}\u{10852d}{}", &tag[..8], &tag[8..]), Some(true)),
        (format!("{front}$${tag}"), None),
        (format!("{front}$AAAA=="), Some(true)),
        (format!("{front}$A===="), None),
        (format!("{front}$"), None),
        ("$argon2id$v=19$m=64,t=1,p=1".to_owned(), None),
        // A salt of 7 bytes.
        (good.replace("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1Ng"), None),
        (good.replace("MDEyMzQ1Njc4OWFiY2RlZg", "MDEyMzQ1Njc"), Some(true)),
        // The same with bytes between that are skipped.
        (good.replace("MDEyMzQ1Njc4OWFiY2RlZg", "MDEy!!!!MzQ1Ng"), None),
        (good.replace("MDEyMzQ1Njc4OWFiY2RlZg", "MDEy!!!!MzQ1Njc"), Some(true)),
        (good.replace("MDEyMzQ1Njc4OWFiY2RlZg", "MDEy!!!!MzQ1Njc4"), Some(true)),
        (tail("m=64,t=1,p=1,data=A"), None),
        (tail("m=64,t=1,p=1,data=AA"), Some(true)),
    ] {
        assert_eq!(password::needs_update(&hash, HashParams::default()), outdated, "{hash:?}");
        let verdict = password::verify(&Password::new(PASSWORD.to_owned()), SALT, &hash);
        assert_eq!(verdict, Verdict::Mismatch, "{hash:?}");
    }
}

#[test]
fn a_new_hash_has_the_shape_of_the_app_and_verifies() {
    let password = Password::new("Pâsswörd mit € und 😀".to_owned());
    let mut next = 0_u8;
    let mut counting = |buffer: &mut [u8]| {
        for byte in buffer {
            *byte = next;
            next += 1;
        }
        Ok(())
    };
    let made = password::make(&password, HashParams::default(), &mut counting).expect("a hash");
    assert_eq!(made.salt, "000102030405060708090a0b0c0d0e0f");
    assert_eq!(made.hash.len(), 97);
    assert!(made.hash.starts_with("$argon2id$v=19$m=65536,t=3,p=1$EBESExQVFhcYGRobHB0eHw$"), "{}", made.hash);
    assert_eq!(password::verify(&password, &made.salt, &made.hash), Verdict::Match);
    assert_eq!(password::needs_update(&made.hash, HashParams::default()), Some(false));
    let other = HashParams { time_cost: 4, ..HashParams::default() };
    assert_eq!(password::needs_update(&made.hash, other), Some(true));
}

#[test]
fn two_hashes_of_one_password_share_nothing() {
    let password = Password::new(PASSWORD.to_owned());
    let small = HashParams { memory_kib: 64, time_cost: 1, parallelism: 1 };
    let first = password::make(&password, small, &mut random::fill).expect("a hash");
    let second = password::make(&password, small, &mut random::fill).expect("a hash");
    assert_ne!(first.salt, second.salt);
    assert_ne!(first.hash, second.hash);
    let Some(Argon2Text::Exact(hash)) = phc::read(&first.hash) else {
        panic!("our own hash is exact");
    };
    let column: Vec<u8> = hash.salt.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    assert_ne!(column, first.salt.as_bytes(), "the two salts of a row are independent");
}

#[test]
fn no_randomness_and_refused_parameters_are_errors() {
    let password = Password::new(PASSWORD.to_owned());
    let mut dry = |_: &mut [u8]| Err(RandomError::new("dry"));
    let error = password::make(&password, HashParams::default(), &mut dry).expect_err("no bytes");
    assert_eq!(error.to_string(), "no randomness: dry");
    let tiny = HashParams { memory_kib: 7, time_cost: 1, parallelism: 1 };
    assert!(password::make(&password, tiny, &mut random::fill).is_err());
    let huge = HashParams { memory_kib: 1 << 21, time_cost: 1, parallelism: 1 };
    assert!(password::make(&password, huge, &mut random::fill).is_err());
}

#[test]
fn input_of_more_than_4096_characters_is_a_mismatch() {
    let small = HashParams { memory_kib: 64, time_cost: 1, parallelism: 1 };
    for (length, expected) in [(4064, Verdict::Match), (4065, Verdict::Mismatch)] {
        let password = Password::new("é".repeat(length));
        let made = password::make(&password, small, &mut random::fill).expect("a hash");
        assert_eq!(password::verify(&password, &made.salt, &made.hash), expected, "{length}");
    }
}

#[test]
fn bcrypt_prefixes_verify_alike_except_2x() {
    let rows = rows();
    let row = rows.iter().find(|row| text(row, "name") == "bcrypt_2a").expect("the 2a row");
    let password = Password::new(text(row, "password").to_owned());
    for (prefix, expected) in [
        ("$2a$", Verdict::Match),
        ("$2b$", Verdict::Match),
        ("$2y$", Verdict::Match),
        ("$2x$", Verdict::Mismatch),
        ("$2$", Verdict::Mismatch),
    ] {
        let hash = text(row, "hash").replacen("$2a$", prefix, 1);
        assert_eq!(password::verify(&password, text(row, "salt"), &hash), expected, "{prefix}");
    }
}

#[test]
fn a_tag_with_the_same_error_twice_does_not_match() {
    let rows = rows();
    let fits = |row: &&Value| row["app_verify"] == true && text(row, "hash").starts_with("$argon2id$");
    let row = rows.iter().find(fits).expect("a row that matches");
    let (head, tag) = text(row, "hash").rsplit_once('$').expect("a tag");
    let mut bytes = STANDARD_NO_PAD.decode(tag).expect("base64");
    let verify = |bytes: &[u8]| {
        let hash = format!("{head}${}", STANDARD_NO_PAD.encode(bytes));
        password::verify(&Password::new(text(row, "password").to_owned()), text(row, "salt"), &hash)
    };
    assert_eq!(verify(&bytes), Verdict::Match);
    for at in [0, 1] {
        bytes[at] ^= 0x55;
        assert_eq!(verify(&bytes), Verdict::Mismatch);
    }
}

/// passlib refuses a NUL in what bcrypt is to look at; the library alone would take it.
#[test]
fn no_password_with_a_nul_fits_a_bcrypt_hash() {
    for (password, verdict) in [("ab", Verdict::Match), ("a\0b", Verdict::Mismatch)] {
        let made = bcrypt::hash_with_salt(format!("{password}{SALT}"), 4, [7; 16]).expect("a hash");
        let hash = made.format_for_version(bcrypt::Version::TwoB);
        assert_eq!(password::verify(&Password::new(password.to_owned()), SALT, &hash), verdict, "{password:?}");
    }
}

#[test]
fn bcrypt_looks_at_72_bytes_of_password_and_salt() {
    let rows = rows();
    let row = rows.iter().find(|row| text(row, "name") == "bcrypt_pw80_other_salt").expect("the 80 byte row");
    let password = text(row, "password");
    let first_72 = Password::new(password[..72].to_owned());
    assert_eq!(password::verify(&first_72, "", text(row, "hash")), Verdict::Match);
    let first_71 = Password::new(password[..71].to_owned());
    assert_eq!(password::verify(&first_71, "", text(row, "hash")), Verdict::Mismatch);
}

#[test]
fn schemes_are_named_by_their_prefix() {
    for (hash, scheme, name) in [
        ("$argon2id$v=19$", Scheme::Argon2(Variant::Id), "argon2id"),
        ("$argon2i$x", Scheme::Argon2(Variant::I), "argon2i"),
        ("$argon2d$x", Scheme::Argon2(Variant::D), "argon2d"),
        ("$2y$12$", Scheme::Bcrypt, "bcrypt"),
        ("$2x$12$", Scheme::BcryptX, "bcrypt ($2x$)"),
        ("", Scheme::Empty, "none"),
        ("$ARGON2ID$", Scheme::Unknown, "unknown"),
        ("!", Scheme::Unknown, "unknown"),
    ] {
        assert_eq!(Scheme::of(hash), scheme, "{hash}");
        assert_eq!(scheme.name(), name);
    }
}

#[test]
fn an_unknown_name_costs_about_what_a_wrong_password_costs() {
    let password = Password::new(PASSWORD.to_owned());
    let params = HashParams { memory_kib: 16_384, time_cost: 4, parallelism: 1 };
    let made = password::make(&password, params, &mut random::fill).expect("a hash");
    let known = Instant::now();
    assert_eq!(password::verify(&Password::new("wrong".to_owned()), &made.salt, &made.hash), Verdict::Mismatch);
    let known = known.elapsed();
    let unknown = Instant::now();
    password::burn(&Password::new("wrong".to_owned()), params);
    let unknown = unknown.elapsed();
    // A shared machine is noisy: only an order of magnitude would mean that the work is missing.
    assert!(unknown * 10 > known, "{unknown:?} against {known:?}");
}
