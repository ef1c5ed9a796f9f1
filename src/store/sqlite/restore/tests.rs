//! What a restore leaves that fails.

use std::ops::ControlFlow;

use super::*;
use crate::model::event::Actor;
use crate::model::time::FixedClock;
use crate::store::{Mode, TriggerRule};

/// A disk that is full while the file is put in place: SQLite takes everything back.
#[test]
fn a_restore_that_is_undone_for_certain_leaves_no_copy_behind() {
    let directory = tempfile::tempdir().expect("a scratch directory");
    let [database, old] = ["app.db", "old.db"].map(|name| directory.path().join(name));
    for path in [&database, &old] {
        create::create(path, Mode::Commit, |_| Ok::<_, StoreError>(())).expect("a database");
    }
    let large = "CREATE TABLE large (bytes); INSERT INTO large VALUES (zeroblob(1000000))";
    Connection::open(&old).and_then(|conn| conn.execute_batch(large)).expect("a larger backup");
    let (mode, triggers) = (Mode::Commit, TriggerRule::Fire);
    let clock = FixedClock(Timestamp::MIN);
    let act =
        Act { clock: &clock, actor: Actor::default(), acting: None, chain_key: None, reason: None, mode, triggers };
    let mut on = |_| ControlFlow::Continue(());
    let before = std::fs::read(&database).expect("the file");
    let backup = BackupFile::open(&old, Duration::ZERO).expect("a backup");
    let place = Place::new(&database, Duration::ZERO);
    let shape = Shape::of(&place).expect("a shape");
    let staged = Staged::make(&backup, &place, Some(&shape), &act, Timestamp::MIN, &mut on).expect("it is staged");
    let mut locked = Locked::take(&place).expect("nobody has it");
    let (kept, _) = keep(&locked.reader, Timestamp::MIN, &mut on).expect("it is kept");
    locked.reader.conn.pragma_update(None, "max_page_count", 1).expect("no page more");
    let error = locked.put(&staged, &mut on).map_err(|error| not_put(error, &kept)).expect_err("there is no room");
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    drop((locked, staged, backup));
    assert!(!kept.exists(), "its copy is only litter");
    assert_eq!(std::fs::read(&database).expect("the file"), before);
}
