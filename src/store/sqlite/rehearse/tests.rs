//! What a rehearsal compares, and where it does it.

use std::ops::ControlFlow;

use super::*;

/// What a file holds that was made by this SQL and has the app's table besides; `watch` may stop the look.
fn values(sql: &str, watch: Watch<'_>) -> Result<Vec<Table>, StoreError> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("app.db");
    let users = "CREATE TABLE users (id INTEGER PRIMARY KEY, username, email);";
    Connection::open(&path).and_then(|made| made.execute_batch(&format!("{users}{sql}"))).expect("a file");
    let reader = Reader::open_immutable(&path).expect("it can be read");
    Ok(Values::of(&reader, watch)?.tables)
}

fn notes(rows: &str) -> Vec<Table> {
    let sql = format!("CREATE TABLE notes (a, b); INSERT INTO notes VALUES {rows};");
    values(&sql, &mut |_| ControlFlow::Continue(())).expect("nobody stops it")
}

#[test]
fn a_value_that_is_another_one_shows_and_the_order_of_rows_does_not() {
    let old = notes("(1, 'x'), (2, 'yz')");
    assert_eq!(notes("(2, 'yz'), (1, 'x')"), old);
    for other in ["(1, 'x'), (2, 'yy')", "(1, 'y'), (2, 'xz')", "('1', 'x'), (2, 'yz')", "(1, x'78'), (2, 'yz')"] {
        assert_ne!(notes(other), old, "{other}");
    }
    for other in ["(1, 'x')", "(1, 'x'), (2, NULL)", "(1, 'x'), (2, 'yz'), (2, 'yz')"] {
        assert_ne!(notes(other), old, "{other}");
    }
    // What moves from one cell into the next is another value as well.
    assert_ne!(notes("('a', 'bc')"), notes("('ab', 'c')"));
}

#[test]
fn what_a_killed_rehearsal_left_goes_and_what_is_not_ours_stays() {
    let parent = tempfile::tempdir().expect("a directory");
    let room = |name: &str| {
        let path = parent.path().join(name);
        std::fs::create_dir(&path).expect("a directory");
        path
    };
    let (dead, living) = (room("app.db.rehearsal-7-1"), room("app.db.rehearsal-8-1"));
    let (other, empty) = (room("other.db.rehearsal-7-1"), room("app.db.rehearsal-mine"));
    for path in [&dead, &other] {
        std::fs::write(path.join(COPY), "left").expect("a copy");
    }
    let held = Partial::create(living.join(COPY)).expect("a copy that is being made");
    let file = parent.path().join("app.db.rehearsal-9-1");
    std::fs::write(&file, "no directory").expect("a file");
    sweep(parent.path(), Path::new("/data/app.db"));
    assert_eq!([&dead, &living, &other, &empty, &file].map(|path| path.exists()), [false, true, true, true, true]);
    drop(held);
}

#[test]
fn rows_that_differ_have_sums_that_differ() {
    let table = |n: u32| format!("CREATE TABLE t{n} (a, b); INSERT INTO t{n} VALUES ({n}, 'x');");
    let sql: String = (0..600).map(table).collect();
    let tables = values(&sql, &mut |_| ControlFlow::Continue(())).expect("nobody stops it");
    let sums: std::collections::BTreeSet<u128> = tables.iter().map(|table| table.sum).collect();
    assert_eq!((tables.len(), sums.len()), (601, 601));
    let low: std::collections::BTreeSet<u128> = sums.iter().map(|sum| sum >> 64).collect();
    assert_eq!(low.len(), 601, "each half tells them apart");
}

#[test]
fn two_rehearsals_at_once_have_a_room_each() {
    let parent = tempfile::tempdir().expect("a directory");
    let [one, other] = [(); 2].map(|()| Room::make(parent.path(), Path::new("app.db")).expect("a room"));
    assert_ne!(one.path, other.path);
    for room in [&one, &other] {
        let mode = room.path.metadata().expect("a directory").permissions().mode();
        assert_eq!((mode & 0o7777, room.path.parent()), (PRIVATE, Some(parent.path())));
    }
    drop([one, other]);
    assert_eq!(std::fs::read_dir(parent.path()).expect("a directory").count(), 0);
    let refused = Room::make(&parent.path().join("nowhere"), Path::new("app.db")).err();
    assert!(matches!(refused, Some(StoreError::ReadOnly { .. })), "{refused:?}");
}

#[test]
fn a_long_look_can_be_stopped() {
    let large = "INSERT INTO users VALUES (1, zeroblob(2000000), ''), (2, '', '');";
    let stopped = values(large, &mut |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(StoreError::Interrupted)));
}
