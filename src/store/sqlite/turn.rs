//! Several runs of authctl on one file stand in line, and leave the app a gap.
//!
//! What a newcomer would get wrong: SQLite's lock has no line. Whoever waits looks again now and then, the longer it
//! waited the more seldom, down to every 100 ms; so many short-lived writers starve one that waits for long, and the
//! app answers 500 after 5 s. Our own writers therefore take turns by a lock of their own, on the directory, and after
//! some waiting the next one lets the file rest for as long as the app may sleep between two looks.

use std::fs::{File, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Place, files};

/// How often one who stands in line looks.
const LOOK: Duration = Duration::from_millis(10);

/// Standing in line for less than this is no crowd.
const CROWD: Duration = Duration::from_millis(200);

/// The longest sleep of SQLite's busy handler between two looks (100 ms), and something on top.
const GAP: Duration = Duration::from_millis(110);

/// Our turn, until it is dropped; or nothing, where the line is too long or cannot be formed: then SQLite's lock
/// decides alone.
pub(super) struct Turn {
    _directory: Option<File>,
    /// What is left of the busy timeout.
    pub(super) left: Duration,
}

impl Turn {
    /// Waits for our turn, for half of the busy timeout at most: the other half is for SQLite's lock.
    pub(super) fn wait(place: &Place) -> Self {
        let since = Instant::now();
        let directory = File::open(files::directory(&place.real)).ok();
        let turn = directory.filter(|directory| stand_in_line(directory, since, place.busy_timeout / 2));
        if turn.is_some() && since.elapsed() >= CROWD {
            sleep(GAP);
        }
        Self { _directory: turn, left: place.busy_timeout.saturating_sub(since.elapsed()) }
    }
}

/// Whether it came to our turn in that time.
fn stand_in_line(directory: &File, since: Instant, most: Duration) -> bool {
    loop {
        match directory.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if since.elapsed() < most => sleep(LOOK),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(directory: &tempfile::TempDir, busy_timeout: Duration) -> Place {
        Place::new(&directory.path().join("app.db"), busy_timeout)
    }

    #[test]
    fn whoever_stands_in_line_waits_for_the_turn_and_then_leaves_the_app_a_gap() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let first = Turn::wait(&place(&directory, Duration::ZERO));
        assert!(first._directory.is_some(), "nobody was there");
        let patient = place(&directory, Duration::from_secs(20));
        let waiting = std::thread::spawn(move || {
            let since = Instant::now();
            (Turn::wait(&patient)._directory.is_some(), since.elapsed())
        });
        sleep(2 * CROWD);
        drop(first);
        let (turn, waited) = waiting.join().expect("it comes to its turn");
        assert!(turn && waited >= CROWD + GAP, "{waited:?}");
    }

    #[test]
    fn the_line_and_the_lock_share_the_busy_timeout() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let first = Turn::wait(&place(&directory, Duration::ZERO));
        let (since, timeout) = (Instant::now(), Duration::from_millis(200));
        let turn = Turn::wait(&place(&directory, timeout));
        assert!(turn._directory.is_none(), "the line is too long");
        let waited = since.elapsed();
        assert!(waited >= timeout / 2 && turn.left <= timeout / 2, "{waited:?}, then {:?}", turn.left);
        drop(first);
        let turn = Turn::wait(&place(&directory, timeout));
        assert!(turn._directory.is_some());
        assert!(turn.left > timeout.saturating_sub(GAP), "nobody stood in line: no gap");
    }
}
