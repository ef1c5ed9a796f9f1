//! The clock set back and forward, time zones, the last year, leap seconds: lockout, expiry and output stay right.
//!
//! What a newcomer would get wrong: no variable may set the time of the binary, so the clock is the library's own
//! argument, and the whole command line runs in this process on it.

use std::cell::Cell;
use std::ffi::OsString;
use std::io::{Cursor, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use authctl::cli::{Stream, Terminal, World, run_for_code};
use authctl::crypto::random;
use authctl::model::event::Actor;
use authctl::model::time::{Clock, Timestamp};
use serde_json::Value;

use crate::scale::figure;
use crate::stand::{KEY, Stand};
use crate::support::{Journal, PASSWORD, Stage};

/// 2026-11-25 02:00:00 UTC, in seconds since 1970.
const NOW: i64 = 1_795_572_000;
const DAY: i64 = 86_400;
const WRONG: &str = "Garnet*Leaf37/Wolf";

struct Hand(Rc<Cell<i64>>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.get()).expect("a time in range")
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A stand whose clock is set by hand.
struct Watch {
    stand: Stand,
    micros: Rc<Cell<i64>>,
}

impl Watch {
    fn new() -> Self {
        let stand = Stand::migrated(Stage::Live, Journal::Delete);
        let watch = Self { stand, micros: Rc::new(Cell::new(NOW * 1_000_000)) };
        // A hash that costs as little as the configuration allows.
        watch.run(&["user", "passwd", "pia_one", "--password-stdin"], PASSWORD, 0);
        watch
    }

    fn set(&self, seconds: i64) {
        self.micros.set(seconds * 1_000_000);
    }

    /// Runs `authctl --json ARGS…` at the time of the clock; both streams as JSON.
    #[track_caller]
    fn run(&self, args: &[&str], stdin: &str, expected: u8) -> Value {
        let (stdout, stderr) = (Shared::default(), Shared::default());
        let mut world = World {
            stdin: Box::new(Cursor::new(stdin.as_bytes().to_vec())),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal { stdin: Stream::Other, stdout: Stream::Other, stderr: Stream::Other, width: None },
            env: Box::new(|name| (name == "SECRET_KEY").then(|| OsString::from(KEY))),
            cwd: self.stand.dir.path().to_owned(),
            config_directory: None,
            state_directory: Some(self.stand.path("home/state")),
            clock: Box::new(Hand(Rc::clone(&self.micros))),
            random: random::fill,
            prompter: Box::new(authctl::cli::prompt::TerminalPrompter::new(authctl::cli::output::color::Color::Off)),
            actor: Box::new(|| Actor {
                uid: None,
                name: None,
                login_uid: None,
                sudo_user: None,
                terminal: None,
                host: None,
            }),
        };
        let line = ["authctl", "--json", "--no-input"].iter().chain(args).map(OsString::from);
        let code = run_for_code(line, &mut world);
        let text = |shared: Shared| String::from_utf8(shared.0.lock().expect("no panic").clone()).expect("UTF-8");
        let (out, err) = (text(stdout), text(stderr));
        assert_eq!(code, expected, "{args:?}: {out} {err}");
        serde_json::from_str(&out)
            .or_else(|_| serde_json::from_str(err.lines().last().unwrap_or("")))
            .unwrap_or(Value::Null)
    }

    fn fail_until_locked(&self) {
        for _ in 0..5 {
            self.run(&["login", "pia_one", "--password-stdin"], WRONG, 6);
        }
        self.run(&["login", "pia_one", "--password-stdin"], PASSWORD, 7);
    }

    fn user(&self) -> Value {
        self.run(&["user", "show", "pia_one"], "", 0)
    }
}

#[test]
fn a_lock_holds_by_its_own_instant_whichever_way_the_clock_is_set() {
    let watch = Watch::new();
    watch.fail_until_locked();
    let until = watch.user()["locked_until"].clone();
    assert_eq!(until, "2026-11-25T02:30:00Z");
    for (seconds, state, login) in [
        // A day back: the lock is longer for it, and never shorter.
        (NOW - DAY, "locked", 7),
        (NOW, "locked", 7),
        (NOW + 1_799, "locked", 7),
        // A day forward: it has run out, as it would have without the jump.
        (NOW + DAY, "active", 0),
    ] {
        watch.set(seconds);
        assert_eq!(watch.user()["state"], state, "{seconds}");
        watch.run(&["login", "pia_one", "--password-stdin"], PASSWORD, login);
    }
    // The success has cleared it: back again, nothing is left of it.
    watch.set(NOW);
    assert_eq!(watch.user()["state"], "active");
    watch.run(&["login", "pia_one", "--password-stdin"], PASSWORD, 0);
    watch.run(&["audit", "verify"], "", 0);
}

#[test]
fn failures_after_an_expired_lock_begin_at_one_whichever_way_the_clock_is_set() {
    let watch = Watch::new();
    watch.fail_until_locked();
    watch.set(NOW + DAY);
    watch.run(&["login", "pia_one", "--password-stdin"], WRONG, 6);
    assert_eq!(
        (watch.user()["failed_login_attempts"].clone(), watch.user()["state"].clone()),
        (1.into(), "active".into())
    );
    // Set back, the count goes on: the lock that had run out is not there any more.
    watch.set(NOW - DAY);
    watch.run(&["login", "pia_one", "--password-stdin"], WRONG, 6);
    assert_eq!(watch.user()["failed_login_attempts"], 2);
    watch.run(&["unlock", "--expired"], "", 0);
    assert_eq!(watch.user()["failed_login_attempts"], 2, "no lock, nothing to sweep");
}

#[test]
fn a_token_is_judged_by_the_clock_of_the_moment() {
    let watch = Watch::new();
    let token = watch.run(&["token", "issue", "pia_one"], "", 0)["token"].as_str().expect("a token").to_owned();
    for (seconds, problem) in [
        (NOW, None),
        (NOW + 1_799, None),
        (NOW + 1_800, Some("expired")),
        (NOW + DAY, Some("expired")),
        // Set back a day, it comes from the future: refused, as PyJWT does.
        (NOW - DAY, Some("iat_future")),
    ] {
        watch.set(seconds);
        let verdict = watch.run(&["token", "verify", &token], "", if problem.is_some() { 6 } else { 0 });
        let codes: Vec<&str> = verdict[0]["problems"]
            .as_array()
            .expect("a list")
            .iter()
            .filter(|one| one["severity"] == "error")
            .filter_map(|one| one["code"].as_str())
            .collect();
        assert_eq!(codes.first().copied(), problem, "{seconds}: {verdict}");
    }
}

#[test]
fn a_session_ends_with_its_token_whichever_way_the_clock_is_set() {
    let watch = Watch::new();
    watch.run(&["login", "pia_one", "--password-stdin", "--save"], PASSWORD, 0);
    for (seconds, code) in [(NOW, 0), (NOW + 1_799, 0), (NOW + 1_800, 6), (NOW + DAY, 6), (NOW - DAY, 6)] {
        watch.set(seconds);
        watch.run(&["whoami"], "", code);
    }
}

#[test]
fn in_the_last_year_everything_still_has_an_end() {
    let watch = Watch::new();
    // 9999-12-31 12:00:00 UTC.
    watch.set(253_402_257_600);
    watch.run(&["lock", "pia_one", "--for", "2w"], "", 0);
    let user = watch.user();
    assert_eq!((&user["state"], &user["locked_until"]), (&"locked".into(), &"9999-12-31T23:59:59.999999Z".into()));
    watch.run(&["unlock", "pia_one"], "", 0);
    watch.fail_until_locked();
    assert_eq!(watch.user()["locked_until"], "9999-12-31T12:30:00Z");
    watch.run(&["unlock", "pia_one"], "", 0);
    watch.run(&["login", "pia_one", "--password-stdin"], PASSWORD, 0);
    watch.run(&["token", "issue", "pia_one", "--type", "refresh"], "", 0);
    watch.run(&["user", "list"], "", 0);
    watch.run(&["audit", "verify"], "", 0);
    watch.run(&["db", "backup", "copy.db"], "", 0);
}

#[test]
fn leap_seconds_and_times_that_no_clock_shows_are_refused_or_shown_as_stored() {
    let watch = Watch::new();
    for text in ["2016-12-31T23:59:60Z", "2026-02-29", "2026-11-25 24:00", "10000-01-01", "2026-11-25T02:00:00+24:00"] {
        let refused = watch.run(&["lock", "pia_one", "--until", text], "", 2);
        assert_eq!(refused["error"]["code"], "usage", "{text}");
    }
    // `datetime.fromisoformat` raises on second 60: the app answers 500, so the account is stuck, and unlock frees it.
    let stored = "2026-12-31 23:59:60+00:00";
    watch.stand.sql(&format!("UPDATE users SET locked_until = '{stored}' WHERE username = 'pia_one'"));
    let user = watch.user();
    assert_eq!((&user["state"], &user["locked_until"]), (&"stuck".into(), &Value::Null));
    assert_eq!(user["raw"]["locked_until"]["text"], stored);
    watch.run(&["login", "pia_one", "--password-stdin"], PASSWORD, 7);
    watch.run(&["unlock", "pia_one"], "", 0);
    watch.run(&["login", "pia_one", "--password-stdin"], PASSWORD, 0);
}

/// In these, midnight does not exist on some days, hours come twice, or the name is nonsense.
const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Cairo",
    ":/etc/passwd",
    "XXX-25:61",
    "\u{1b}[31m",
];

#[test]
fn the_time_zone_of_the_process_changes_nothing() {
    let stand = Stand::migrated(Stage::Live, Journal::Delete);
    let commands: [&[&str]; 4] =
        [&["user", "list"], &["user", "show", "zoe_locked", "--json"], &["audit", "list"], &["user", "export"]];
    for args in commands {
        let seen: Vec<(Option<i32>, String)> = ZONES
            .iter()
            .map(|zone| {
                let mut command = stand.command(args);
                command.env("TZ", zone);
                let ran = crate::stand::Ran::of(command.output().expect("the binary starts"));
                // "3 seconds ago" is of the moment.
                let out = ran.out.lines().map(|line| line.split(" (").next().unwrap_or_default()).collect::<Vec<_>>();
                (ran.code, out.join("\n"))
            })
            .collect();
        assert!(seen.iter().all(|one| *one == seen[0]), "{args:?}: {seen:#?}");
    }
    let mut lock = stand.command(&["lock", "pia_one", "--until", "2099-03-28 02:30", "--json"]);
    lock.env("TZ", "America/New_York");
    let ran = crate::stand::Ran::of(lock.output().expect("the binary starts")).expect(0);
    assert!(ran.out.contains("\"2099-03-28T02:30:00Z\""), "{ran:?}");
    figure("time zones under which the output is the same", &format!("{} of {}", ZONES.len(), ZONES.len()));
}
