//! How long a trigger of the file may run while we hold the write lock.
//!
//! What a newcomer would get wrong: a statement of ours takes less than a millisecond, but the triggers of `users` run
//! inside it, and one without end would lock the app out for ever. The app gives up on a lock after 5 s.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// The longest statement that triggers may make.
pub(super) const LIMIT: Duration = Duration::from_secs(3);
/// Steps of SQLite's machine between two looks at the clock: a few times in a millisecond.
const STEPS: i32 = 10_000;
/// No statement with triggers is running.
const OFF: u64 = u64::MAX;

/// Ends a statement that runs for longer than [`LIMIT`], as long as it lives.
pub(super) struct Patience {
    begun: Instant,
    /// Milliseconds after `begun` at which it ends; [`OFF`]: never.
    end: Arc<AtomicU64>,
}

impl Patience {
    /// Watches the statements of a connection, each from [`Patience::begin`] to [`Patience::end`].
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn watch(conn: &mut Connection) -> rusqlite::Result<Self> {
        let patience = Self { begun: Instant::now(), end: Arc::new(AtomicU64::new(OFF)) };
        let (begun, end) = (patience.begun, Arc::clone(&patience.end));
        conn.progress_handler(STEPS, Some(move || millis(begun.elapsed()) > end.load(Ordering::Relaxed)))?;
        Ok(patience)
    }

    /// A statement begins in which triggers of `users` may run: it has its own time.
    pub(super) fn begin(&self) {
        self.end.store(millis(self.begun.elapsed() + LIMIT), Ordering::Relaxed);
    }

    /// It has ended: whatever comes next runs no trigger of `users`, and may take its time.
    pub(super) fn end(&self) {
        self.end.store(OFF, Ordering::Relaxed);
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        self.end();
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(OFF - 1)
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;
    use crate::model::event::{Actor, EventDraft, EventName};
    use crate::model::time::{FixedClock, Timestamp};
    use crate::store::sqlite::create::create;
    use crate::store::{Act, Change, Mode, StoreError, TriggerRule};

    /// Enough steps that the clock is looked at.
    const LONG: &str =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT sum(i) FROM n";

    /// The events of a large import take longer than any trigger may.
    #[test]
    fn reads_and_events_are_not_blamed_on_a_trigger_that_runs_in_none_of_them() {
        let directory = tempfile::tempdir().expect("a scratch directory");
        let clock = FixedClock(Timestamp::MIN);
        let (mode, triggers) = (Mode::Commit, TriggerRule::Fire);
        let act =
            Act { clock: &clock, actor: Actor::default(), acting: None, chain_key: None, reason: None, mode, triggers };
        let done = create(&directory.path().join("app.db"), Mode::DryRun, |store| {
            let trigger = "CREATE TRIGGER own AFTER UPDATE ON users BEGIN SELECT 1; END";
            store.conn.execute_batch(trigger).expect("a trigger");
            store.change(&act, |tx, _| {
                sleep(LIMIT + Duration::from_millis(100));
                tx.tx.query_row(LONG, [], |row| row.get::<_, i64>(0)).map_err(|error| tx.fail(error))?;
                let events = (0..2000).map(|_| EventDraft::new(EventName::UserVerified)).collect();
                Ok::<_, StoreError>(Change::Done((), events))
            })
        });
        assert!(done.is_ok(), "{:?}", done.err());
    }

    #[test]
    fn a_limit_holds_from_one_statement_to_the_next_and_goes_with_the_change() {
        let mut conn = Connection::open_in_memory().expect("a database");
        let patience = Patience::watch(&mut conn).expect("it can be watched");
        let works = || conn.query_row(LONG, [], |row| row.get::<_, i64>(0)).is_ok();
        assert!(works(), "nothing is timed yet");
        patience.begin();
        assert!(works(), "in time");
        sleep(LIMIT + Duration::from_millis(100));
        assert!(!works(), "too late");
        patience.end();
        assert!(works(), "no trigger runs");
        patience.begin();
        assert!(works(), "the next one has its own time");
        drop(patience);
        sleep(LIMIT + Duration::from_millis(100));
        assert!(works(), "the change is over");
    }
}
