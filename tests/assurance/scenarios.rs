//! The commands that `crashes` runs under faults: what each changes, and how its states are told apart.
//!
//! What a newcomer would get wrong: "new" is not only that the new row is there, but that everything else is as it was.

use crate::crashes::{Before, Found, Scenario};
use crate::stand::{Picture, Stand, connection};
use crate::support::{Cell, Journal, PASSWORD, Stage};

/// Rows of `after` that `before` does not have; fails the test where one of `before` is gone.
fn added<'a>(before: &'a Picture, after: &'a Picture, table: &str) -> Vec<&'a Vec<Cell>> {
    let gone = before.rows(table).iter().find(|row| !after.rows(table).contains(row));
    assert_eq!(gone, None, "a row of {table} is gone");
    after.rows(table).iter().filter(|row| !before.rows(table).contains(row)).collect()
}

fn migrated(journal: Journal) -> Stand {
    Stand::migrated(Stage::Live, journal)
}

/// Old, or so many accounts and events more, and nothing else.
fn grown(stand: &Stand, before: &Before, users: usize, events: usize) -> Found {
    let now = Picture::of(&stand.db());
    if now == before.picture {
        return Found::Old;
    }
    assert_eq!(now.differs_in(&before.picture), ["users"]);
    let counts = (added(&before.picture, &now, "users").len(), added(&before.picture, &now, "security_events").len());
    assert_eq!(counts, (users, events), "between old and new");
    Found::New
}

pub fn add(journal: Journal) -> Scenario {
    Scenario {
        name: "user add",
        args: &["user", "add", "nia-two", "--email", "nia@example.org", "--generate"],
        stdin: "",
        stand: migrated(journal),
        judge: |stand, before| grown(stand, before, 1, 1),
        again: &[4],
        files: &[],
        litter: &[],
    }
}

pub fn import(journal: Journal) -> Scenario {
    let stand = migrated(journal);
    let lines: Vec<String> = (1..=3).map(|n| format!("import-{n},import{n}@example.org,{PASSWORD}\n")).collect();
    stand.write("people.csv", &format!("username,email,password\n{}", lines.concat()));
    Scenario {
        name: "user import",
        args: &["user", "import", "people.csv"],
        stdin: "",
        stand,
        judge: |stand, before| grown(stand, before, 3, 3),
        again: &[4],
        files: &[],
        litter: &[],
    }
}

pub fn unlock(journal: Journal) -> Scenario {
    Scenario {
        name: "unlock",
        args: &["unlock", "ola_stuck"],
        stdin: "",
        stand: migrated(journal),
        judge: |stand, before| {
            let now = Picture::of(&stand.db());
            if now == before.picture {
                return Found::Old;
            }
            assert_eq!(now.differs_in(&before.picture), ["users"]);
            let kept = now.rows("users").iter().filter(|row| before.picture.rows("users").contains(row)).count();
            let total = before.picture.count("users");
            assert_eq!((now.count("users"), kept), (total, total - 1), "one account is another");
            assert_eq!(added(&before.picture, &now, "security_events").len(), 1);
            let free = "SELECT failed_login_attempts, locked_until FROM users WHERE username = 'ola_stuck'";
            let free = crate::stand::rows(&connection(&stand.db()), free);
            assert_eq!(free, [[Cell::Integer(0), Cell::Null]]);
            Found::New
        },
        again: &[0],
        files: &[],
        litter: &[],
    }
}

pub fn migrate(journal: Journal) -> Scenario {
    Scenario {
        name: "migrate",
        args: &["migrate"],
        stdin: "",
        stand: Stand::at(Stage::Preauth, journal),
        judge: |stand, before| {
            let now = Picture::of(&stand.db());
            if now == before.picture {
                return Found::Old;
            }
            assert_eq!(now.count("users"), before.picture.count("users"));
            assert_eq!((now.rows("users")[0].len(), now.count("security_events")), (13, 1), "half a schema");
            assert_eq!(now.rows("items"), before.picture.rows("items"));
            Found::New
        },
        again: &[0],
        files: &["app.db.backup-*Z", "app.db.backup-*Z-2"],
        litter: &["app.db.backup-*Z.partial"],
    }
}

pub fn init() -> Scenario {
    Scenario {
        name: "init",
        args: &["init", "--admin-username", "boss", "--admin-email", "boss@example.org"],
        stdin: "",
        stand: Stand::empty(),
        judge: |stand, _| {
            if !stand.db().exists() {
                return Found::Old;
            }
            let now = Picture::of(&stand.db());
            assert_eq!((now.count("users"), now.count("security_events")), (1, 2));
            Found::New
        },
        again: &[4],
        files: &["app.db"],
        litter: &[],
    }
}

pub fn backup(journal: Journal) -> Scenario {
    Scenario {
        name: "db backup",
        args: &["db", "backup", "copy.db"],
        stdin: "",
        stand: migrated(journal),
        judge: |stand, before| {
            assert_eq!(Picture::of(&stand.db()), before.picture);
            let copy = stand.path("copy.db");
            if !copy.exists() {
                return Found::Old;
            }
            assert_eq!(Picture::of(&copy), before.picture);
            Found::New
        },
        again: &[4],
        files: &["copy.db"],
        litter: &["copy.db.authctl-partial*"],
    }
}

pub fn restore(journal: Journal) -> Scenario {
    let stand = migrated(journal);
    stand.run(&["db", "backup", "old.db"]).expect(0);
    stand.run(&["lock", "theo_one"]).expect(0);
    stand.sql("DELETE FROM users WHERE username = 'pia_one'");
    Scenario {
        name: "db restore",
        args: &["db", "restore", "old.db", "--yes"],
        stdin: "",
        stand,
        judge: |stand, before| {
            let now = Picture::of(&stand.db());
            if now == before.picture {
                return Found::Old;
            }
            let old = Picture::of(&stand.path("old.db"));
            assert_eq!(now.differs_in(&old), Vec::<String>::new());
            assert_eq!(added(&old, &now, "security_events").len(), 1);
            Found::New
        },
        again: &[0],
        files: &["app.db.before-restore-*Z", "app.db.before-restore-*Z-2"],
        litter: &["app.db.before-restore-*.partial*", "app.db.restoring-*.partial*"],
    }
}

pub fn prune(journal: Journal) -> Scenario {
    let stand = migrated(journal);
    for user in ["theo_one", "pia_one", "ola_stuck"] {
        stand.run(&["lock", user]).expect(0);
    }
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    Scenario {
        name: "audit prune",
        args: &["audit", "prune", "--before=-1s"],
        stdin: "",
        stand,
        judge: |stand, before| {
            let now = Picture::of(&stand.db());
            if now == before.picture {
                return Found::Old;
            }
            assert_eq!(now.differs_in(&before.picture), Vec::<String>::new());
            // Its last row stays, and the anchor follows it.
            assert_eq!(now.count("security_events"), 2);
            let exports = stand.files().into_iter().filter(|name| name.starts_with("app.db.events-"));
            let lines = |name: String| std::fs::read_to_string(stand.path(&name)).expect("the export").lines().count();
            assert!(exports.map(lines).any(|lines| lines + 1 == before.picture.count("security_events")), "no export");
            Found::New
        },
        again: &[0],
        files: &["app.db.events-*.jsonl"],
        litter: &["app.db.events-*.authctl-partial"],
    }
}

const ENV_BEFORE: &str = "DEBUG=1\n# the app's own\nNAME='a b'\n";

pub fn secret() -> Scenario {
    let stand = migrated(Journal::Delete);
    stand.write(".env", ENV_BEFORE);
    Scenario {
        name: "secret generate --write",
        args: &["secret", "generate", "--write"],
        stdin: "",
        stand,
        judge: |stand, _| {
            let text = std::fs::read_to_string(stand.path(".env")).expect("the file");
            if text == ENV_BEFORE {
                return Found::Old;
            }
            let rest = text.strip_prefix(ENV_BEFORE).unwrap_or_else(|| panic!("between: {text:?}"));
            let key = rest.strip_prefix("SECRET_KEY=").and_then(|key| key.strip_suffix('\n'));
            assert_eq!(key.map(str::len), Some(43), "{text:?}");
            Found::New
        },
        again: &[4],
        files: &[],
        litter: &[".env.*.new"],
    }
}

pub fn secret_in_a_new_file() -> Scenario {
    Scenario {
        name: "secret generate --write, new file",
        args: &["secret", "generate", "--write"],
        stdin: "",
        stand: migrated(Journal::Delete),
        judge: |stand, _| match std::fs::read_to_string(stand.path(".env")) {
            Err(_) => Found::Old,
            Ok(text) => {
                assert_eq!((text.len(), text.starts_with("SECRET_KEY=")), (55, true), "{text:?}");
                Found::New
            }
        },
        again: &[4],
        files: &[".env"],
        litter: &[".env.*.new"],
    }
}

pub fn login_save(journal: Journal) -> Scenario {
    let stand = migrated(journal);
    // A hash that costs as little as the configuration allows.
    stand.run_with(&["user", "passwd", "pia_one", "--password-stdin"], PASSWORD).expect(0);
    Scenario {
        name: "login --save",
        args: &["login", "pia_one", "--password-stdin", "--save"],
        stdin: PASSWORD,
        stand,
        judge: |stand, before| {
            let now = Picture::of(&stand.db());
            let sessions =
                stand.files().into_iter().filter(|name| name.starts_with("home/") && name.ends_with(".json"));
            let sessions: Vec<String> = sessions.filter(|name| !name.contains("sessions/.")).collect();
            if now == before.picture {
                assert_eq!(sessions, Vec::<String>::new(), "a session without a login");
                return Found::Old;
            }
            assert_eq!(now.differs_in(&before.picture), ["users"]);
            let Some(session) = sessions.first() else { return Found::Begun };
            let text = std::fs::read_to_string(stand.path(session)).expect("the session");
            let saved: serde_json::Value = serde_json::from_str(&text).expect("a whole document");
            assert_eq!(saved["token"].as_str().map(|token| token.split('.').count()), Some(3));
            Found::New
        },
        again: &[0],
        files: &["home/.local/state/authctl/sessions/*.json"],
        litter: &["home/.local/state/authctl/sessions/.*"],
    }
}
