//! `init`: a whole file or none, private, never in the place of another.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::bench::*;

const ADMIN: [&str; 5] = ["init", "--admin-username", "root_one", "--admin-email", "root@example.org"];

#[test]
fn a_new_file_is_private_whatever_the_umask() {
    for umask in ["022", "000", "077", "277"] {
        let dir = scratch();
        let db = dir.path().join("app.db");
        let done = surroundless(Path::new("sh"))
            .args(["-c", "umask $1; exec \"$2\" --database \"$3\" init", "sh", umask])
            .args([Path::new(env!("CARGO_BIN_EXE_authctl")), &db])
            .output()
            .expect("sh starts");
        Ran::of(done).expect(0).says("created");
        assert_eq!(mode(&db), 0o600, "umask {umask}");
        assert_eq!(entries(dir.path()).len(), 1);
    }
}

#[test]
fn an_existing_name_is_never_taken() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    let make: [(&str, &dyn Fn()); 6] = [
        ("app.db", &|| std::fs::write(&db, "some text").expect("a file can be written")),
        ("app.db", &|| std::fs::write(&db, "").expect("a file can be written")),
        ("app.db", &|| std::fs::create_dir(&db).expect("a directory can be made")),
        ("app.db", &|| std::os::unix::fs::symlink("nowhere", &db).expect("a link can be made")),
        // SQLite would play these back into the new file.
        ("app.db-journal", &|| std::fs::write(beside(&db, "-journal"), "x").expect("a file can be written")),
        ("app.db-wal", &|| std::fs::write(beside(&db, "-wal"), "x").expect("a file can be written")),
    ];
    for (name, make) in make {
        make();
        let held = contents(dir.path());
        for args in [&["init", "--json"][..], &["init", "--json", "--dry-run"], &[&ADMIN[..], &["--json"]].concat()] {
            let ran = run(&db, args).expect(4).says(&format!("{name}' exists already"));
            assert_eq!((ran.error_code().as_str(), ran.out.as_str()), ("exists", ""));
        }
        assert_eq!(contents(dir.path()), held);
        let path = dir.path().join(name);
        if std::fs::remove_file(&path).is_err() {
            std::fs::remove_dir(&path).expect("it can be removed");
        }
    }
}

#[test]
fn a_missing_directory_is_named_and_not_made() {
    let dir = scratch();
    let ran = run(&dir.path().join("none/app.db"), &["init", "--json"]).expect(8).says("there is no directory");
    assert_eq!(ran.error_code(), "db_readonly");
    assert!(entries(dir.path()).is_empty());
}

#[test]
fn what_fails_or_is_only_tried_leaves_no_file() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    let weak = dir.path().join("weak");
    std::fs::write(&weak, "password\n").expect("a file can be written");
    let weak = weak.to_str().expect("a path in UTF-8");
    let cases: [(&[&str], i32); 8] = [
        (&["--dry-run"], 0),
        (&["--admin-username", "ann", "--admin-email", "ann@example.org", "--dry-run"], 0),
        (&["--admin-username", "ann", "--admin-email", "ann@example.org", "--password-file", "/nonexistent"], 2),
        (&["--admin-username", "ann", "--admin-email", "ann@example.org", "--password-stdin"], 2),
        (&["--admin-username", "ann", "--admin-email", "ann@example.org", "--password-file", weak], 5),
        (&["--admin-username", "a", "--admin-email", "ann@example.org"], 5),
        (&["--admin-username", "ann", "--admin-email", "nobody"], 5),
        (&["--admin-username", "ann"], 2),
    ];
    for (args, code) in cases {
        let ran = run(&db, &[&["init"], args].concat()).expect(code);
        assert_eq!(ran.out, "", "{args:?}");
        assert_eq!(entries(dir.path()).len(), 1, "{args:?}: {:?}", entries(dir.path()));
    }
}

#[test]
fn the_first_admin_comes_with_the_file() {
    let dir = scratch();
    let db = dir.path().join("app.db");
    let document = run(&db, &[&ADMIN[..], &["--json"]].concat()).expect(0).json();
    assert_eq!((&document["user"]["role"], &document["user"]["state"]), (&"admin".into(), &"active".into()));
    assert!(document["password"].as_str().is_some_and(|password| password.len() >= 12));
    let events = texts(&connection(&db), "SELECT event FROM security_events ORDER BY id");
    assert_eq!(events, ["database_created", "user_created"]);
}

#[test]
fn of_many_at_once_one_makes_the_file() {
    for _ in 0..5 {
        let dir = scratch();
        let db = dir.path().join("app.db");
        let start = |_| on(&db, &["init"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let all: Vec<_> = (0..6).map(start).collect();
        let mut codes: Vec<i32> =
            all.into_iter().map(|child| Ran::of(child.wait_with_output().expect("it ends")).code).collect();
        codes.sort_unstable();
        assert_eq!(codes, [0, 4, 4, 4, 4, 4]);
        run(&db, &["migrate", "check"]).expect(0);
        assert_eq!(entries(dir.path()).len(), 1);
    }
}

#[test]
fn a_killed_init_leaves_no_file_or_a_whole_one() {
    let mut dice = Dice::new(99);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for args in [&["init"][..], &ADMIN] {
        let timed = scratch();
        let begun = Instant::now();
        run(&timed.path().join("app.db"), args).expect(0);
        let whole_run = begun.elapsed();
        for _ in 0..24 {
            let dir = scratch();
            let db = dir.path().join("app.db");
            let mut child = on(&db, args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            std::thread::sleep(pause(whole_run, &mut dice));
            child.kill().expect("it can be killed");
            child.wait().expect("it is gone");
            if entries(dir.path()).is_empty() {
                *seen.entry("nothing").or_default() += 1;
                run(&db, args).expect(0);
            } else {
                *seen.entry("a file").or_default() += 1;
                run(&db, args).expect(4);
            }
            assert_eq!(entries(dir.path()).len(), 1, "{:?}", entries(dir.path()));
            assert_eq!(mode(&db), 0o600);
            run(&db, &["migrate", "check"]).expect(0);
            let conn = connection(&db);
            assert_sound(&conn);
            let admins = if args.len() > 1 { "Integer(1)" } else { "Integer(0)" };
            assert_eq!(texts(&conn, "SELECT count(*) FROM users"), [admins]);
        }
    }
    println!("kills left {seen:?}");
    assert_eq!(seen.len(), 2, "only one outcome was seen: {seen:?}");
}

fn pause(whole_run: Duration, dice: &mut Dice) -> Duration {
    whole_run * u32::try_from(40 + dice.below(80)).expect("small") / 100
}
