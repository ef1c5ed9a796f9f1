//! A kill, a full disk, a failing device and a signal at every call by which a command changes a file: the old state
//! or the new one, never between; and the command, run again, comes to its end.
//!
//! What a newcomer would get wrong: a change that was acknowledged must be there, but one that was refused may be
//! there only where the message says so. Both are asked of every single run.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;

use crate::scale::{Random, figure, scaled, seed};
use crate::scenarios::*;
use crate::shim::{self, Call, Fault};
use crate::stand::{Picture, Ran, Stand, fed};
use crate::support::Journal;

/// What is there after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    Old,
    /// A first step that stands for itself, where a command has two.
    Begun,
    New,
}

/// One command, and how its states are told apart.
pub struct Scenario {
    pub name: &'static str,
    pub args: &'static [&'static str],
    pub stdin: &'static str,
    /// The place before the command.
    pub stand: Stand,
    /// Says what is there; panics on anything between.
    pub judge: fn(&Stand, &Before) -> Found,
    /// The exit codes of a second run on the new state.
    pub again: &'static [i32],
    /// Files that may be there afterwards, besides those from before: names, or names with a `*`.
    pub files: &'static [&'static str],
    /// The same after a kill, or where a file could not be removed, until the next run.
    pub litter: &'static [&'static str],
}

/// The state before the command.
pub struct Before {
    pub picture: Picture,
    pub files: BTreeSet<String>,
}

/// What a sweep over all calls saw.
#[derive(Default)]
struct Tally {
    hits: u64,
    in_window: u64,
    outcomes: BTreeMap<Found, u64>,
    in_doubt: u64,
}

impl Before {
    fn of(stand: &Stand) -> Self {
        let copy = stand.copy();
        let picture = if copy.db().exists() { Picture::of(&copy.db()) } else { Picture::default() };
        Self { picture, files: stand.files().into_iter().collect() }
    }
}

fn fits(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| {
        let (first, rest) = pattern.split_once('*').unwrap_or((pattern, ""));
        let Some(mut left) = name.strip_prefix(first) else { return false };
        for part in rest.split('*').filter(|part| !part.is_empty()) {
            let Some(at) = left.rfind(part) else { return false };
            left = &left[at + part.len()..];
        }
        left.is_empty() || pattern.ends_with('*')
    })
}

/// Whether the call touches a file, which may lie in memory, and not a stream of the process.
fn in_window(call: &Call) -> bool {
    call.path.starts_with('/') && (!call.path.starts_with("/dev/") || call.path.starts_with("/dev/shm/"))
}

/// The calls of an undisturbed run.
fn undisturbed(scenario: &Scenario) -> Vec<Call> {
    let stand = scenario.stand.copy();
    let log = tempfile::NamedTempFile::new().expect("a log");
    let mut command = stand.command(scenario.args);
    shim::watch(&mut command, log.path());
    fed(command, scenario.stdin).expect(0);
    let before = Before::of(&scenario.stand);
    assert_eq!((scenario.judge)(&stand, &before), Found::New, "{}", scenario.name);
    let calls = shim::calls(log.path());
    assert!(calls.len() > 3, "{}: the library saw {calls:?}", scenario.name);
    calls
}

/// One run with a fault at one call; what it left, and the call.
fn one(scenario: &Scenario, before: &Before, fault: Fault, at: usize, tally: &mut Tally) {
    let stand = scenario.stand.copy();
    let log = tempfile::NamedTempFile::new().expect("a log");
    let mut command = stand.command(scenario.args);
    shim::hit(&mut command, log.path(), fault, at);
    let ran = fed(command, scenario.stdin);
    let calls = shim::calls(log.path());
    let Some(call) = calls.get(at - 1) else { return };
    let what = format!("{}: {fault:?} at call {at}, {} {}: {ran:?}", scenario.name, call.name, call.path);
    assert_eq!(ran.code.is_none(), fault.kills(), "{what}");
    let litter = if fault.kills() || call.name == "unlink" { scenario.litter } else { &[] };
    names(&stand, scenario, before, litter, &what);
    let found = catch_unwind(AssertUnwindSafe(|| (scenario.judge)(&stand.copy(), before)));
    let found = found.unwrap_or_else(|panic| panic!("{}: {what}", said(&*panic)));
    acknowledged(&ran, found, &what);
    if !fault.kills() && ran.code != Some(0) {
        backups_are_named(&stand, before, &ran, &what);
    }
    tally.hits += 1;
    tally.in_window += u64::from(in_window(call));
    *tally.outcomes.entry(found).or_default() += 1;
    tally.in_doubt += u64::from(ran.code.is_some_and(|code| code != 0) && found == Found::New);
    let stuck = if call.name == "unlink" && !fault.kills() { litter } else { &[] };
    converges(&stand, scenario, before, found, (stuck, &what));
}

/// A backup that an error leaves is found by its name in the message, and by no other way.
fn backups_are_named(stand: &Stand, before: &Before, ran: &Ran, what: &str) {
    for name in stand.files().into_iter().filter(|name| fits(name, &["app.db.backup-*Z*"])) {
        assert!(before.files.contains(&name) || ran.err.contains(&name), "{name:?} is not named: {what}");
    }
}

/// No name that nobody expects, and nothing that looks like a database and is none.
fn names(stand: &Stand, scenario: &Scenario, before: &Before, litter: &[&str], what: &str) {
    for name in stand.files() {
        let side = fits(&name, &["app.db-journal", "app.db-wal"]);
        let known = before.files.contains(&name) || side || fits(&name, litter) || fits(&name, scenario.files);
        assert!(known, "{what} left {name:?}");
        let looks = std::fs::read(stand.path(&name)).expect("a file").starts_with(b"SQLite format 3\0");
        // Those that have a name which nobody takes for a database may be half.
        if looks && !name.contains("partial") {
            Picture::of(&stand.copy().path(&name));
        }
    }
}

/// Words by which a message says that the change is there in spite of the error.
const TOLD: [&str; 6] = ["is not known", "was created", "was added", "could not be verified", "was made", "added id:"];

/// What was said is so.
fn acknowledged(ran: &Ran, found: Found, what: &str) {
    match ran.code {
        Some(0) => assert_eq!(found, Found::New, "acknowledged and lost: {what}"),
        Some(_) if found == Found::New => {
            let told = TOLD.iter().any(|words| ran.err.contains(words));
            assert!(told, "refused and done: {what}");
        }
        Some(_) | None => {}
    }
}

/// The command again, without a fault.
fn converges(stand: &Stand, scenario: &Scenario, before: &Before, found: Found, (stuck, what): (&[&str], &str)) {
    let ran = stand.run_with(scenario.args, scenario.stdin);
    match found {
        Found::Old | Found::Begun => assert_eq!(ran.code, Some(0), "the next run: {ran:?} after {what}"),
        Found::New => {
            assert!(ran.code.is_some_and(|code| scenario.again.contains(&code)), "the next run: {ran:?} after {what}");
        }
    }
    if found != Found::New {
        assert_eq!((scenario.judge)(&stand.copy(), before), Found::New, "after the next run: {what}");
    }
    for name in stand.files() {
        let known = [&["app.db-wal"], scenario.files, stuck].iter().any(|patterns| fits(&name, patterns));
        let known = known || before.files.contains(&name);
        assert!(known, "{name:?} is still there after the next run: {what}");
    }
    if stand.path("app.db").exists() {
        stand.run(&["audit", "verify", "--json"]).expect(0);
    }
}

/// The text of a panic.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// The calls that are hit, from 1: all in the long form. In the short one the first of each row of like calls is
/// killed, and every fourth of those is let fail, from a place that the seed chooses, and each sync.
fn chosen(calls: &[Call], fault: Fault, random: &mut Random) -> Vec<usize> {
    let all = 1..=calls.len();
    if scaled(0, 1) == 1 {
        return all.collect();
    }
    let first_of_its_kind = |at: &usize| *at == 1 || calls[at - 1] != calls[at - 2];
    let heads = all.filter(first_of_its_kind);
    match fault {
        Fault::Kill => heads.collect(),
        Fault::Half | Fault::Full | Fault::Io | Fault::Interrupted => {
            let skipped = usize::try_from(random.below(4)).unwrap_or_default();
            // A sync that fails says that what was done may not last: each message is looked at.
            let is_chosen = |(number, at): &(usize, usize)| {
                number % 4 == skipped || (fault == Fault::Io && calls[at - 1].name.contains("sync"))
            };
            heads.enumerate().filter(is_chosen).map(|(_, at)| at).collect()
        }
    }
}

/// Every fault at the chosen calls.
fn sweep(scenario: &Scenario) {
    let calls = undisturbed(scenario);
    let before = Before::of(&scenario.stand);
    let mut random = Random::new(seed());
    let mut tally = Tally::default();
    let mut wrong = Vec::new();
    for fault in Fault::ALL {
        for at in chosen(&calls, fault, &mut random) {
            let run = AssertUnwindSafe(|| one(scenario, &before, fault, at, &mut tally));
            wrong.extend(catch_unwind(run).err().map(|panic| said(&*panic)));
        }
    }
    assert!(wrong.is_empty(), "{}: {} wrong, as {:#?}", scenario.name, wrong.len(), &wrong[..wrong.len().min(6)]);
    let Tally { hits, in_window, outcomes, in_doubt } = tally;
    let value = format!(
        "{hits} faults, {in_window} inside the write window, left {outcomes:?}; {in_doubt} times an error said that the \
         change is there or may be there, and it was"
    );
    figure(&format!("faults at the calls of `{}`", scenario.name), &value);
    assert!(outcomes.len() > 1, "{}: only one outcome was seen: {outcomes:?}", scenario.name);
    assert!(in_window * 5 >= hits, "{}: fewer than a fifth fell into the write window", scenario.name);
}

/// The same command where no file may grow beyond a limit, for many limits.
fn limited(scenario: &Scenario) {
    let before = Before::of(&scenario.stand);
    let mut outcomes: BTreeMap<Found, u64> = BTreeMap::new();
    // In blocks of 512 bytes (POSIX, ulimit); the files here have up to some 130.
    let step = usize::try_from(scaled(12, 1)).unwrap_or(1);
    for blocks in (0..=144).step_by(step) {
        let stand = scenario.stand.copy();
        let inner = stand.command(scenario.args);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "ulimit -f $0 && exec \"$@\"", &blocks.to_string()]).arg(inner.get_program());
        command.args(inner.get_args()).env_clear().current_dir(stand.dir.path());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let ran = fed(command, scenario.stdin);
        let what = format!("{}: {blocks} blocks: {ran:?}", scenario.name);
        assert!(ran.code.is_some(), "a signal ended it: {what}");
        names(&stand, scenario, &before, &[], &what);
        let found = (scenario.judge)(&stand.copy(), &before);
        acknowledged(&ran, found, &what);
        *outcomes.entry(found).or_default() += 1;
        converges(&stand, scenario, &before, found, (&[], &what));
    }
    figure(&format!("file-size limits under `{}`", scenario.name), &format!("{outcomes:?}"));
    assert!(outcomes.len() > 1, "{}: only one outcome was seen: {outcomes:?}", scenario.name);
}

/// Both journal modes in the long form; in the short one, which keeps to the app's own.
fn modes() -> Vec<Journal> {
    if scaled(0, 1) == 1 { vec![Journal::Delete, Journal::Wal] } else { vec![Journal::Delete] }
}

#[test]
fn migrate_under_faults() {
    modes().into_iter().for_each(|journal| sweep(&migrate(journal)));
}

#[test]
fn init_under_faults() {
    sweep(&init());
}

#[test]
fn user_add_under_faults() {
    modes().into_iter().for_each(|journal| sweep(&add(journal)));
}

#[test]
fn user_import_under_faults() {
    modes().into_iter().for_each(|journal| sweep(&import(journal)));
}

#[test]
fn unlock_under_faults() {
    sweep(&unlock(Journal::Delete));
}

#[test]
fn unlock_in_wal_mode_under_faults() {
    sweep(&unlock(Journal::Wal));
}

#[test]
fn db_backup_under_faults() {
    modes().into_iter().for_each(|journal| sweep(&backup(journal)));
}

#[test]
fn db_restore_under_faults() {
    modes().into_iter().for_each(|journal| sweep(&restore(journal)));
}

#[test]
fn audit_prune_under_faults() {
    sweep(&prune(Journal::Delete));
}

/// A commit whose sync fails may be in the WAL all the same, though our own connection still sees the rows.
#[test]
fn audit_prune_in_wal_mode_under_faults() {
    sweep(&prune(Journal::Wal));
}

#[test]
fn secret_generate_under_faults() {
    sweep(&secret());
    sweep(&secret_in_a_new_file());
}

#[test]
fn login_save_under_faults() {
    sweep(&login_save(Journal::Delete));
}

#[test]
fn file_size_limits_end_no_command_between_old_and_new() {
    for scenario in [migrate(Journal::Delete), add(Journal::Delete), backup(Journal::Delete), secret()] {
        limited(&scenario);
    }
    if scaled(0, 1) == 1 {
        for scenario in [init(), import(Journal::Wal), restore(Journal::Delete), prune(Journal::Delete)] {
            limited(&scenario);
        }
    }
}

/// `init` names its file by a system call of its own, which only the kernel can refuse.
#[test]
fn init_whose_new_name_is_refused_leaves_nothing() {
    for (number, says) in [(28, "No space left"), (5, "Input/output error"), (122, "quota")] {
        let scenario = init();
        let mut command = scenario.stand.command(scenario.args);
        shim::without_links(&mut command, number);
        let ran = fed(command, "");
        assert_eq!(ran.code, Some(8), "{ran:?}");
        assert!(ran.err.to_lowercase().contains(&says.to_lowercase()), "{ran:?}");
        assert_eq!(scenario.stand.files(), ["authctl.toml"]);
    }
}
