//! The running app and eight tools on one file: no acknowledged change is lost, no count is wrong, nobody is told that
//! the file is locked, and the app answers nothing that it would not answer alone.
//!
//! What a newcomer would get wrong: the app reads a counter and writes it back, so a failure that comes in between is
//! lost by the app itself. Exact counts are asked of accounts that the tools alone fail on; where both do, what the app
//! loses is counted and published.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use authctl::crypto::password::{HashParams, make};
use authctl::crypto::random;
use authctl::model::secret::Password;
use rusqlite::named_params;

use crate::scale::{Random, figure, scaled, seed};
use crate::stand::{CHEAP, KEY, Picture, Ran, Stand, connection, rows};
use crate::support::{App, AppKind, Cell, Journal, PASSWORD, Stage};

const TOOLS: u64 = 8;
const WRONG: &str = "Garnet*Leaf37/Wolf";

/// Accounts that the tools alone fail on, and those that one client of the app uses each.
const COUNTED: u64 = 4;
const CLIENTS: u64 = 3;

pub fn stage(journal: Journal) -> Stand {
    let stand = Stand::migrated(Stage::Live, journal);
    stand.write("authctl.toml", &format!("[lockout]\nattempts = 1000000\n{CHEAP}"));
    let counted = (0..COUNTED).map(|n| format!("counted_{n}"));
    let own = (0..TOOLS).map(|n| format!("own_{n}"));
    let clients = (0..CLIENTS).map(|n| format!("client_{n}"));
    let both = std::iter::once("both".to_owned());
    let names: Vec<String> = counted.chain(own).chain(clients).chain(both).collect();
    accounts(&stand, &names);
    stand
}

/// Accounts with [`PASSWORD`] under a hash that costs next to nothing: locks are what is tried here.
pub fn accounts(stand: &Stand, names: &[String]) {
    let cheap = HashParams { memory_kib: 1_024, time_cost: 1, parallelism: 1 };
    let new = make(&Password::new(PASSWORD.to_owned()), cheap, &mut random::fill).expect("a hash");
    let mut conn = connection(&stand.db());
    let tx = conn.transaction().expect("a transaction");
    for name in names {
        tx.execute(
            "INSERT INTO users (username, email, password_hash, salt, role, is_active, is_verified, failed_login_attempts)
             VALUES (:name, :name || '@example.org', :hash, :salt, 'patient', 1, 0, 0)",
            named_params! { ":name": name, ":hash": new.hash, ":salt": new.salt },
        )
        .expect("a row");
    }
    tx.commit().expect("a commit");
}

/// What one tool was told that it did.
#[derive(Default)]
struct Told {
    failed: BTreeMap<String, u64>,
    added: Vec<String>,
    role: Option<&'static str>,
    active: Option<bool>,
    locked: Option<bool>,
    commands: u64,
    unlocks: u64,
}

/// Everything that must not happen, in words.
#[derive(Clone, Default)]
struct Wrong(Arc<Mutex<Vec<String>>>);

impl Wrong {
    fn say(&self, text: String) {
        self.0.lock().expect("no panic").push(text);
    }

    #[track_caller]
    fn assert_none(&self) {
        let wrong = self.0.lock().expect("no panic");
        assert!(wrong.is_empty(), "{} wrong, as {:#?}", wrong.len(), &wrong[..wrong.len().min(8)]);
    }
}

fn one_tool(stand: &Stand, number: u64, steps: u64, wrong: &Wrong) -> Told {
    let mut random = Random::new(seed() ^ (number << 32));
    let (own, mut told) = (format!("own_{number}"), Told::default());
    for step in 0..steps {
        let run = |args: &[&str], stdin: &str, expected: i32| {
            let args = [args, &["--json"]].concat();
            let ran = if stdin.is_empty() { stand.run(&args) } else { stand.run_with(&args, stdin) };
            if ran.code != Some(expected) {
                wrong.say(format!("{args:?} gave {ran:?}"));
            }
            ran.code == Some(expected)
        };
        told.commands += 1;
        let counted = format!("counted_{}", random.below(COUNTED));
        match random.below(14) {
            0..=5 => {
                if run(&["login", &counted, "--password-stdin"], WRONG, 6) {
                    *told.failed.entry(counted).or_default() += 1;
                }
            }
            6 => told.unlocks += u64::from(run(&["unlock", &counted], "", 0)),
            7 | 8 => {
                let lock = told.locked != Some(true);
                if run(&[if lock { "lock" } else { "unlock" }, &own], "", 0) {
                    told.locked = Some(lock);
                    told.unlocks += u64::from(!lock);
                }
            }
            9 => {
                let role = ["patient", "therapist", "admin"][usize::try_from(random.below(3)).expect("small")];
                if run(&["set-role", &own, role, "--force"], "", 0) {
                    told.role = Some(role);
                }
            }
            10 => {
                let active = told.active == Some(false);
                let verb = if active { "activate" } else { "deactivate" };
                if run(&["user", verb, &own, "--force"][..if active { 3 } else { 4 }], "", 0) {
                    told.active = Some(active);
                }
            }
            11 => {
                let name = format!("new-{number}-{step}");
                if run(&["user", "add", &name, "--email", &format!("{name}@example.org"), "--generate"], "", 0) {
                    told.added.push(name);
                }
            }
            12 => drop(run(&["migrate"], "", 0)),
            _ => drop(run(&["login", &format!("client_{}", random.below(CLIENTS)), "--password-stdin"], PASSWORD, 0)),
        }
    }
    told
}

/// What the app answered, counted.
#[derive(Default)]
struct Answers {
    all: AtomicU64,
    /// Wrong logins.
    refused: AtomicU64,
}

/// Fails four times at most in a row, so that the app never sets a lock of its own.
fn one_client(app: &App, number: u64, over: &AtomicBool, answers: &Answers, wrong: &Wrong) {
    let mut random = Random::new(seed() ^ number);
    let email = format!("client_{number}@example.org");
    let mut failures = 0;
    while !over.load(Ordering::Relaxed) {
        let (what, expected, (status, body)) = match random.below(8) {
            0..=3 if failures < 4 => {
                failures += 1;
                ("a wrong login", 401, app.login(&email, WRONG))
            }
            4 => ("the list", 200, app.users()),
            _ => {
                failures = 0;
                ("a login", 200, app.login(&email, PASSWORD))
            }
        };
        answers.all.fetch_add(1, Ordering::Relaxed);
        answers.refused.fetch_add(u64::from(status == 401), Ordering::Relaxed);
        if status != expected {
            wrong.say(format!("{what} of the app gave {status} {body}: {}", app.log()));
        }
    }
}

/// All of them at once; what each tool was told, and what the app answered.
fn storm(stand: &Stand, app: &App, steps: u64, wrong: &Wrong) -> (Vec<Told>, Answers) {
    let (over, answers) = (AtomicBool::new(false), Answers::default());
    let told = std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (over, answers) = (&over, &answers);
            scope.spawn(move || one_client(app, number, over, answers, wrong));
        }
        let tools: Vec<_> =
            (0..TOOLS).map(|number| scope.spawn(move || one_tool(stand, number, steps, wrong))).collect();
        let told = tools.into_iter().map(|tool| tool.join().expect("a tool's thread")).collect();
        over.store(true, Ordering::Relaxed);
        told
    });
    (told, answers)
}

/// What the events make of an account's counter.
fn replayed(stand: &Stand, name: &str) -> i64 {
    let sql = format!("SELECT event FROM security_events WHERE target_username = '{name}' ORDER BY id");
    let events = rows(&connection(&stand.db()), &sql);
    events.iter().fold(0, |count, row| match &row[0] {
        Cell::Text(event) if event == "login_failed" => count + 1,
        Cell::Text(event) if event == "account_unlocked" || event == "login_succeeded" => 0,
        _ => count,
    })
}

fn cell(stand: &Stand, name: &str, column: &str) -> Cell {
    let sql = format!("SELECT {column} FROM users WHERE username = '{name}'");
    rows(&connection(&stand.db()), &sql).remove(0).remove(0)
}

fn everything_told_is_there(stand: &Stand, told: &[Told]) {
    let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
    for (number, one) in told.iter().enumerate() {
        let own = format!("own_{number}");
        one.failed.iter().for_each(|(name, count)| *failed.entry(name).or_default() += count);
        if let Some(role) = one.role {
            assert_eq!(cell(stand, &own, "role"), Cell::Text(role.to_owned()), "{own}");
        }
        if let Some(active) = one.active {
            assert_eq!(cell(stand, &own, "is_active"), Cell::Integer(active.into()), "{own}");
        }
        if let Some(locked) = one.locked {
            assert_eq!(cell(stand, &own, "locked_until IS NOT NULL"), Cell::Integer(locked.into()), "{own}");
        }
        for name in &one.added {
            assert_eq!(cell(stand, name, "count(*)"), Cell::Integer(1), "{name}");
        }
    }
    for number in 0..COUNTED {
        let name = format!("counted_{number}");
        assert_eq!(cell(stand, &name, "failed_login_attempts"), Cell::Integer(replayed(stand, &name)), "{name}");
        let sql =
            format!("SELECT count(*) FROM security_events WHERE event = 'login_failed' AND target_username = '{name}'");
        let events = rows(&connection(&stand.db()), &sql);
        let told = i64::try_from(failed.get(name.as_str()).copied().unwrap_or(0)).expect("small");
        assert_eq!(events, [[Cell::Integer(told)]], "{name}");
    }
}

fn beside_the_app(journal: Journal) {
    let stand = stage(journal);
    let app = App::start(AppKind::Seed, &stand.db(), Some(KEY));
    let wrong = Wrong::default();
    let (told, answers) = storm(&stand, &app, scaled(6, 1_400), &wrong);
    wrong.assert_none();
    everything_told_is_there(&stand, &told);
    stand.run(&["audit", "verify"]).expect(0);
    Picture::of(&stand.db());
    let commands: u64 = told.iter().map(|one| one.commands).sum();
    let failed: u64 = told.iter().flat_map(|one| one.failed.values()).sum();
    let unlocks: u64 = told.iter().map(|one| one.unlocks).sum();
    let value = format!(
        "{commands} commands of {TOOLS} tools ({failed} failed logins, {unlocks} unlocks) beside {} answers of the app \
         ({} failed logins): every counter exact, no acknowledged change lost, none told that the file is locked, no 5xx",
        answers.all.into_inner(),
        answers.refused.into_inner()
    );
    figure(&format!("concurrency, journal {journal:?}"), &value);
    both_sides(&stand, &app);
    last_two_admins(&stand);
}

/// Failures on both sides of one account at the same time: the tool loses none.
fn both_sides(stand: &Stand, app: &App) {
    let (rounds, mut lost) = (scaled(3, 100), 0);
    for round in 0..rounds {
        stand.run(&["unlock", "both"]).expect(0);
        let (status, tools): ((u16, u16), Vec<Ran>) = std::thread::scope(|scope| {
            let tool = || stand.run_with(&["login", "both", "--password-stdin", "--json"], WRONG);
            let tools = [scope.spawn(tool), scope.spawn(tool)];
            let status = (app.login("both@example.org", WRONG).0, app.login("both@example.org", WRONG).0);
            (status, tools.into_iter().map(|tool| tool.join().expect("a tool's thread")).collect())
        });
        assert_eq!(status, (401, 401), "round {round}: {}", app.log());
        tools.into_iter().for_each(|ran| drop(ran.expect(6)));
        let Cell::Integer(count) = cell(stand, "both", "failed_login_attempts") else { panic!("a count") };
        assert!((2..=4).contains(&count), "round {round}: {count} of four failures");
        lost += 4 - count;
    }
    figure("failures on one account from both sides", &format!("{lost} of {} lost by the app's own write", rounds * 4));
}

fn last_two_admins(stand: &Stand) {
    let rounds = scaled(3, 100);
    for _ in 0..rounds {
        stand.sql("UPDATE users SET role = 'patient' WHERE role = 'admin'");
        stand.sql(
            "UPDATE users SET role = 'admin', is_active = 1, locked_until = NULL WHERE username IN ('own_0', 'own_1')",
        );
        let codes: Vec<Option<i32>> = std::thread::scope(|scope| {
            let demote = |name: &'static str| scope.spawn(move || stand.run(&["set-role", name, "patient"]).code);
            [demote("own_0"), demote("own_1")].map(|tool| tool.join().expect("a tool's thread")).to_vec()
        });
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [Some(0), Some(4)]);
        let left = rows(&connection(&stand.db()), "SELECT count(*) FROM users WHERE role = 'admin'");
        assert_eq!(left, [[Cell::Integer(1)]]);
    }
    figure("the last two admins demoted at once", &format!("{rounds} rounds, one refused each time"));
}

#[test]
fn the_app_and_eight_tools_on_one_file() {
    beside_the_app(Journal::Delete);
}

#[test]
fn the_app_and_eight_tools_on_one_file_in_wal_mode() {
    beside_the_app(Journal::Wal);
}
