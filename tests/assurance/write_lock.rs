//! How long a verb on one account keeps the others out.
//!
//! What a newcomer would get wrong: the time of a sync belongs to the disk, and a busy machine holds every lock longer.
//! What is measured is our own doing: without syncs, and the best of several runs.

use std::time::Duration;

use crate::concurrency::{accounts, stage};
use crate::scale::{figure, scaled};
use crate::shim;
use crate::stand::Stand;
use crate::support::{Journal, PASSWORD};

/// Longer than this no verb on one account may keep the others out.
const LIMIT: Duration = Duration::from_millis(50);

/// Enough rows for a statement that reads them all to be seen.
const MANY: u64 = 10_000;

const VERBS: [(&str, &[&str]); 12] = [
    ("", &["lock", "some_10"]),
    ("", &["unlock", "ola_stuck"]),
    ("", &["set-role", "some_11", "admin"]),
    ("", &["user", "deactivate", "some_12"]),
    ("", &["user", "activate", "ian_off"]),
    ("", &["user", "verify", "some_13"]),
    ("", &["user", "edit", "some_14", "--full-name", "Some Body"]),
    ("", &["user", "add", "nia-two", "--email", "nia@example.org", "--generate"]),
    (PASSWORD, &["user", "passwd", "some_15", "--password-stdin"]),
    (PASSWORD, &["login", "some_16", "--password-stdin"]),
    ("", &["token", "issue", "some_17"]),
    ("", &["user", "delete", "some_18", "--yes"]),
];

/// A file system in memory, where there is one: a sync costs nothing there, and what is left is our own doing.
fn memory() -> Option<std::path::PathBuf> {
    let memory = std::path::PathBuf::from("/dev/shm");
    tempfile::tempdir_in(&memory).ok().map(|_| memory)
}

/// How often a verb is tried, since the machine may be busy with something else: a lock that is held for long by our
/// own doing is held for long each time.
const TRIES: usize = 20;

/// How long each verb holds the lock, in microseconds: the best of several runs, which end once it is within the limit.
fn held(stand: &Stand, directory: &std::path::Path) -> Vec<(u64, String)> {
    let one = |stdin: &str, args: &[&str]| {
        let copy = stand.copy_in(directory);
        let (ran, spans) = shim::held(copy.command(args), stdin);
        let ran = ran.expect(0);
        assert!(!ran.err.contains("unchanged"), "{ran:?}");
        spans.into_iter().max().unwrap_or_else(|| panic!("the library saw no lock of {args:?}"))
    };
    let best = |stdin: &str, args: &[&str]| {
        let mut best = u64::MAX;
        let least = usize::try_from(scaled(1, 15)).unwrap_or(1);
        for tried in 1..=TRIES {
            best = best.min(one(stdin, args));
            if u128::from(best) <= LIMIT.as_micros() && tried >= least {
                break;
            }
        }
        best
    };
    VERBS.iter().map(|(stdin, args)| (best(stdin, args), args[..2].join(" "))).collect()
}

#[test]
fn no_verb_on_one_account_holds_the_write_lock_for_long() {
    for journal in [Journal::Delete, Journal::Wal] {
        let stand = stage(journal);
        accounts(&stand, &(0..MANY).map(|n| format!("some_{n}")).collect::<Vec<_>>());
        let disk = std::env::temp_dir();
        let verbs = held(&stand, &memory().unwrap_or_else(|| disk.clone()));
        let (longest, verb) = verbs.into_iter().max().expect("verbs");
        let name = format!("write lock of a verb on one account among {MANY}, journal {journal:?}");
        figure(&name, &format!("at most {} ms, by '{verb}', without the device's syncs", longest.div_ceil(1000)));
        assert!(u128::from(longest) <= LIMIT.as_micros(), "'{verb}' held the write lock for {longest} µs");
        if scaled(0, 1) == 1 {
            let (longest, verb) = held(&stand, &disk).into_iter().max().expect("verbs");
            figure(&name, &format!("at most {} ms, by '{verb}', with this disk's syncs", longest.div_ceil(1000)));
        }
    }
}

/// To find that nobody is called so, every name is compared: not while the app waits.
#[test]
fn a_name_that_is_nobodys_never_takes_the_lock() {
    let stand = stage(Journal::Delete);
    for args in [
        &["lock", "own_9"][..],
        &["unlock", "OWN_1"],
        &["set-role", "own_9", "admin"],
        &["user", "deactivate", "own_1", "own_9"],
        &["user", "edit", "own_9", "--full-name", "Some Body"],
        &["user", "passwd", "own_9", "--generate"],
        &["user", "delete", "own_9", "--yes"],
        &["token", "issue", "own_9"],
    ] {
        let (ran, spans) = shim::held(stand.command(args), "");
        assert!(matches!(ran.code, Some(3 | 4)), "{args:?}: {ran:?}");
        assert!(spans.is_empty(), "{args:?} held the write lock for {spans:?} µs");
    }
    let (ran, spans) = shim::held(stand.command(&["lock", "own_1"]), "");
    assert_eq!(ran.expect(0).code.map(|_| spans.len()), Some(1), "the library sees the lock of what writes");
}
