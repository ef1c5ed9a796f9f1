//! What happens inside the process, beside the app's own libraries doing the same: `cargo bench`.
//!
//! A line shows the median, minimum and maximum of ours / theirs, in CPU time for each call, over 9 pairs that run in
//! turn, A B A B …; the first is a control, ours against ours. `benches/peers.py` is the other side.

use std::env;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::Command;

use authctl::crypto::jwt;
use authctl::crypto::password::{HashParams, make};
use authctl::crypto::random;
use authctl::model::secret::{Password, SigningKey};
use authctl::model::time::parse_python;
use authctl::ops::token::signature;
use authctl::policy::email::Email;
use authctl::policy::token::{DefaultKey, KeyState, Options, Verdict, appraise, decode, judge};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

const PAIRS: usize = 9;
/// 2026-11-25T01:30:30Z, in microseconds.
const NOW: i64 = 1_795_570_230_000_000;
/// A token of the app that ends in the year 2096.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str = r#"{"user_id":500,"email":"user.500@example.org","role":"patient","exp":3990000000,"iat":1795570000,"type":"access","jti":"0123456789abcdef0123456789abcdef"}"#;

/// One line of the table.
struct Work {
    name: &'static str,
    target: Option<f64>,
    /// What `benches/peers.py` calls the same work; `None`: ours against ours.
    peer: Option<&'static str>,
    calls: u32,
    peer_calls: u32,
    run: fn(&Input),
}

/// What the work is done on.
struct Input {
    key: SigningKey,
    state: KeyState,
    token: String,
    password: Password,
}

const WORKS: [Work; 5] = [
    Work { name: "control: token / token", target: None, peer: None, calls: 20_000, peer_calls: 20_000, run: token },
    Work {
        name: "token, decoded and judged / PyJWT",
        target: Some(0.025),
        peer: Some("token"),
        calls: 20_000,
        peer_calls: 2_000,
        run: token,
    },
    Work { name: "one hash / argon2-cffi", target: Some(0.85), peer: Some("hash"), calls: 2, peer_calls: 2, run: hash },
    Work {
        name: "an e-mail / email_validator",
        target: None,
        peer: Some("email"),
        calls: 20_000,
        peer_calls: 2_000,
        run: email,
    },
    Work {
        name: "a stored date / datetime.fromisoformat",
        target: None,
        peer: Some("date"),
        calls: 200_000,
        peer_calls: 200_000,
        run: date,
    },
];

fn token(input: &Input) {
    let decoded = decode(black_box(&input.token));
    let signature = signature(&decoded, &input.key);
    let judged = judge(decoded, input.state, signature, NOW, Options::default());
    assert_eq!(judged.verdict, Verdict::Accepted);
}

fn hash(input: &Input) {
    let params = HashParams { memory_kib: 65_536, time_cost: 3, parallelism: 1 };
    black_box(make(&input.password, params, &mut random::fill)).expect("a hash");
}

fn email(_: &Input) {
    black_box(Email::parse(black_box("anna.maria@example.org"))).expect("an e-mail");
}

fn date(_: &Input) {
    black_box(parse_python(black_box("2026-11-25 01:55:28.000000+00:00"))).expect("a date");
}

/// CPU seconds of this process so far, user and system.
fn spent() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system tells");
    (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6
}

fn ours(work: &Work, input: &Input) -> f64 {
    let before = spent();
    (0..work.calls).for_each(|_| (work.run)(input));
    (spent() - before) / f64::from(work.calls)
}

fn theirs(work: &Work, input: &Input) -> f64 {
    let Some(peer) = work.peer else { return ours(work, input) };
    let printed = peers(&[peer, &work.peer_calls.to_string()], &input.token);
    printed.trim().parse().expect("a number of seconds")
}

fn peers(words: &[&str], token: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers.py");
    let output = Command::new("python3").arg("-B").arg(script).args(words).env("TOKEN", token).output();
    let output = output.expect("python3");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn main() -> io::Result<()> {
    jwt::install();
    let key = SigningKey::new(vec![b'k'; 40]);
    let token = jwt::sign_compact(HEADER, CLAIMS, &key).expose().to_owned();
    let state = appraise(Some(key.expose()), DefaultKey::Refused);
    let input = Input { key, state, token, password: Password::new("Quiet-River#48Lamp".to_owned()) };
    peers(&["-"], "");
    let mut out = io::stdout();
    writeln!(out, "{:<44} {:>8} {:>8} {:>8} {:>8}", "CPU, ratio ours / theirs", "median", "min", "max", "target")?;
    for work in WORKS {
        let mut ratios: Vec<f64> = (0..PAIRS).map(|_| ours(&work, &input) / theirs(&work, &input)).collect();
        ratios.sort_by(f64::total_cmp);
        let target = work.target.map(|target| format!("{target:>8}")).unwrap_or_default();
        let (median, least, most) = (ratios[PAIRS / 2], ratios[0], ratios[PAIRS - 1]);
        writeln!(out, "{:<44} {median:>8.3} {least:>8.3} {most:>8.3} {target}", work.name)?;
    }
    Ok(())
}
