//! The event log: its chain as another implementation computes it, its ids, and its place in the transaction.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::*;
use crate::support::{Cell, Stage, interop_python, make_db};

/// The canonical bytes as documented, with Python's sqlite3 and hashlib: prints each row's id, whether its hash is
/// that of its bytes, and whether it goes on from the row before.
const CHAIN: &str = r#"
import hashlib, json, sqlite3, sys
COLUMNS = ("id at event outcome target_id target_username before after details reason actor_uid actor_name "
           "actor_login_uid actor_sudo_user actor_terminal actor_host version prev_hash").split()
def part(name, value):
    if value is None:
        return name.encode() + b"=n\n"
    if isinstance(value, int):
        return name.encode() + b"=i%d\n" % value
    text = value.encode()
    return name.encode() + b"=t%d:" % len(text) + text + b"\n"
db, before, out = sqlite3.connect(sys.argv[1]), "0" * 64, []
for *row, stored in db.execute(f"SELECT {', '.join(COLUMNS)}, hash FROM security_events ORDER BY id"):
    canonical = b"authctl-event-v1\n" + b"".join(map(part, COLUMNS, row))
    out.append([row[0], hashlib.sha256(canonical).hexdigest() == stored, row[-1] == before])
    before = stored
print(json.dumps(out))
"#;

fn chain(db: &Path) -> Value {
    let done = Command::new(interop_python()).arg("-c").arg(CHAIN).arg(db).output().expect("python starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("the script prints JSON")
}

fn intact(ids: impl IntoIterator<Item = i64>) -> Value {
    ids.into_iter().map(|id| json!([id, true, true])).collect()
}

/// A file with an event of most kinds.
fn eventful() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = scratch();
    let db = make_db(Stage::Live, dir.path());
    for (args, code) in [
        (&["migrate", "--reason", "naïve 'quotes' ☂\nand a line"][..], 0),
        (&["user", "add", "newcomer", "--email", "new@example.org", "--generate"], 0),
        (&["user", "deactivate", "newcomer", "pia_one", "id:5"], 0),
        (&["user", "activate", "newcomer", "--reason", "back"], 0),
        (&["user", "verify", "newcomer"], 0),
        (&["lock", "newcomer", "--for", "2h"], 0),
        (&["unlock", "newcomer"], 0),
        (&["set-role", "newcomer", "therapist"], 0),
        (&["set-role", "ann_admin", "patient"], 4),
        (&["unlock", "--expired"], 0),
    ] {
        run(&db, args).expect(code);
    }
    (dir, db)
}

fn last_id(db: &Path) -> i64 {
    match query(&connection(db), "SELECT max(id) FROM security_events").remove(0).remove(0) {
        Cell::Integer(id) => id,
        other => panic!("no id: {other:?}"),
    }
}

#[test]
fn the_chain_is_what_the_documented_bytes_hash_to() {
    let (_dir, db) = eventful();
    let events = texts(&connection(&db), "SELECT DISTINCT event FROM security_events");
    assert!(events.len() >= 9, "{events:?}");
    assert_eq!(chain(&db), intact(1..=last_id(&db)));
}

#[test]
fn a_changed_row_is_seen() {
    let (_dir, db) = eventful();
    execute(&db, "UPDATE security_events SET reason = 'another' WHERE id = 2");
    let seen = chain(&db);
    assert_eq!(
        (&seen[0], &seen[1], &seen[2]),
        (&json!([1, true, true]), &json!([2, false, true]), &json!([3, true, true]))
    );
    execute(&db, "DELETE FROM security_events WHERE id = 4");
    assert_eq!(chain(&db)[3], json!([5, true, false]));
}

#[test]
fn ids_are_never_used_again() {
    let (_dir, db) = eventful();
    let last = last_id(&db);
    execute(&db, &format!("DELETE FROM security_events WHERE id > {}", last - 2));
    run(&db, &["user", "deactivate", "newcomer"]).expect(0);
    assert_eq!(last_id(&db), last + 1);
    execute(&db, "DELETE FROM security_events");
    run(&db, &["user", "activate", "newcomer"]).expect(0);
    assert_eq!(query(&connection(&db), "SELECT id FROM security_events"), [[Cell::Integer(last + 2)]]);
    assert_eq!(chain(&db), intact([last + 2]));
}

#[test]
fn without_its_event_nothing_is_changed() {
    let (_dir, db) = eventful();
    execute(
        &db,
        "CREATE TRIGGER t_refuse BEFORE INSERT ON security_events BEGIN SELECT RAISE(ABORT, 'the log is closed'); END",
    );
    let held = bytes(&db);
    for args in [
        &["user", "deactivate", "newcomer"][..],
        &["user", "add", "another", "--email", "another@example.org", "--generate"],
        &["lock", "newcomer", "pia_one"],
        &["set-role", "newcomer", "patient"],
        &["unlock", "--all-locked", "--yes"],
        // A refused login would be counted, and so would leave an event.
        &["set-role", "ann_admin", "patient"],
    ] {
        let ran = run(&db, args).says("t_refuse");
        assert!(ran.code == 9, "{args:?}: {ran:?}");
        assert_eq!(ran.out, "");
        assert!(bytes(&db) == held, "{args:?} changed the file");
    }
}

#[test]
fn a_migration_that_could_not_leave_its_event_is_refused() {
    let dir = scratch();
    let db = make_db(Stage::Preauth, dir.path());
    run(&db, &["migrate", "--no-backup"]).expect(0);
    execute(
        &db,
        "CREATE TRIGGER t_refuse BEFORE INSERT ON security_events BEGIN SELECT RAISE(ABORT, 'the log is closed'); END;
         DROP INDEX ix_users_email",
    );
    let before = bytes(&db);
    run(&db, &["migrate"]).expect(9).says("t_refuse");
    assert!(bytes(&db) == before, "the file changed");
    assert_eq!(backups(dir.path()), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_somebody_made_of_the_log_stops_nobody() {
    let (_dir, db) = eventful();
    execute(
        &db,
        "UPDATE security_events SET hash = x'00ff', reason = 7, actor_uid = 'many', at = x'ff' WHERE id = (SELECT max(id) FROM security_events);
         UPDATE sqlite_sequence SET seq = 'many' WHERE name = 'security_events'",
    );
    let last = last_id(&db);
    execute(&db, "UPDATE security_events SET target_id = 1 WHERE id > 3");
    run(&db, &["user", "show", "id:1"]).expect(0);
    run(&db, &["user", "deactivate", "newcomer"]).expect(0);
    assert_eq!(last_id(&db), last + 1);
    execute(&db, &format!("UPDATE security_events SET id = {} WHERE id = {}", i64::MAX, last + 1));
    let held = bytes(&db);
    run(&db, &["user", "activate", "newcomer"]).expect(8).says("security_events has no ids left");
    assert!(bytes(&db) == held);
}
