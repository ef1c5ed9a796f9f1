//! Every `error.code` of the contract, each with the command line that shows it.

use std::collections::BTreeSet;

use crate::fixture::{self, OTHER, PASSWORD};
use crate::harness::{Answer, Desk, Refusal};
use crate::{files, process};

/// One code: its exit, and how it comes about.
pub struct Case {
    pub code: &'static str,
    pub exit: u8,
    pub shown: By,
}

/// By this refusal, which leaves the directory as it was or says why not.
pub struct By(fn(u8, &'static str) -> Refusal);

/// The list of `cli.md`, Exit codes, in its order.
pub const CODES: [Case; 36] = [
    Case {
        code: "usage",
        exit: 2,
        shown: By(|exit, code| Desk::usual().refused(&["user", "list", "--nope"], exit, code)),
    },
    Case {
        code: "would_prompt",
        exit: 2,
        shown: By(|exit, code| Desk::usual().refused(&["user", "passwd", "bob"], exit, code)),
    },
    Case { code: "not_found", exit: 3, shown: By(|exit, code| Desk::usual().refused(&["lock", "ghost"], exit, code)) },
    Case { code: "exists", exit: 4, shown: By(|exit, code| Desk::usual().refused(&["init"], exit, code)) },
    Case { code: "ambiguous", exit: 4, shown: By(|exit, code| Desk::usual().refused(&["lock", "BOB"], exit, code)) },
    // Leaves an event: see `lock::the_last_active_admin_is_guarded_everywhere`.
    Case {
        code: "last_admin",
        exit: 4,
        shown: By(|exit, code| Desk::usual().refused_in_json(&["lock", "ann"], "", exit, code)),
    },
    Case {
        code: "expect_unmet",
        exit: 4,
        shown: By(|exit, code| {
            Desk::usual().refused(&["set-role", "bob", "admin", "--expect", "therapist"], exit, code)
        }),
    },
    Case {
        code: "policy_password",
        exit: 5,
        shown: By(|exit, code| {
            Desk::usual().refused_with(&["user", "passwd", "bob", "--password-stdin"], "short", exit, code)
        }),
    },
    Case {
        code: "policy_username",
        exit: 5,
        shown: By(|exit, code| add(&["a b", "--email", "n@example.org"], exit, code)),
    },
    Case {
        code: "policy_email",
        exit: 5,
        shown: By(|exit, code| add(&["nina", "--email", "n@localhost"], exit, code)),
    },
    Case {
        code: "policy_full_name",
        exit: 5,
        shown: By(|exit, code| add(&["nina", "--email", "n@example.org", "--full-name", "4711"], exit, code)),
    },
    Case {
        code: "policy_role",
        exit: 5,
        shown: By(|exit, code| Desk::usual().refused(&["set-role", "bob", "wizard"], exit, code)),
    },
    Case {
        code: "key_missing",
        exit: 5,
        shown: By(|exit, code| Desk::usual().refused(&["token", "issue", "bob"], exit, code)),
    },
    Case { code: "key_empty", exit: 5, shown: By(|exit, code| with_key("", exit, code)) },
    Case {
        code: "key_default",
        exit: 5,
        shown: By(|exit, code| with_key("your-secret-key-change-in-production-mental-health-app", exit, code)),
    },
    Case {
        code: "key_unusable",
        exit: 5,
        shown: By(|exit, code| with_key("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----", exit, code)),
    },
    Case {
        code: "not_allowed",
        exit: 5,
        shown: By(|exit, code| {
            let desk = Desk::usual();
            desk.config("require_session = true");
            desk.refused(&["user", "list"], exit, code)
        }),
    },
    Case { code: "wrong_credentials", exit: 6, shown: By(|exit, code| login("bob", OTHER, exit, code)) },
    Case {
        code: "hash_unsupported",
        exit: 6,
        shown: By(|exit, code| {
            let desk = Desk::keyed();
            let hash = fixture::hash(PASSWORD, fixture::SALT).replace("t=1", "t=21");
            desk.sql(&format!("UPDATE users SET password_hash = '{hash}' WHERE id = 2"));
            desk.refused_in_json(&["login", "bob", "--password-stdin"], PASSWORD, exit, code)
        }),
    },
    Case {
        code: "token_rejected",
        exit: 6,
        shown: By(|exit, code| {
            let args = ["--json", "token", "verify", "no.to.ken"];
            Desk::keyed().run(&args).refusal(&args, exit, code)
        }),
    },
    Case { code: "locked", exit: 7, shown: By(|exit, code| login("dora", PASSWORD, exit, code)) },
    Case { code: "inactive", exit: 7, shown: By(|exit, code| login("finn", PASSWORD, exit, code)) },
    Case { code: "db_missing", exit: 8, shown: By(|exit, code| Desk::empty().refused(&["user", "list"], exit, code)) },
    Case {
        code: "db_not_sqlite",
        exit: 8,
        shown: By(|exit, code| {
            let desk = Desk::empty();
            desk.write("app.db", "id,username\n");
            desk.refused(&["user", "list"], exit, code)
        }),
    },
    Case {
        code: "db_foreign",
        exit: 8,
        shown: By(|exit, code| {
            let desk = Desk::empty();
            fixture::make(&desk.db(), &["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]);
            desk.refused(&["user", "list"], exit, code)
        }),
    },
    Case { code: "db_busy", exit: 8, shown: By(files::busy) },
    Case { code: "db_unreadable", exit: 8, shown: By(files::damaged) },
    Case { code: "db_readonly", exit: 8, shown: By(files::read_only_directory) },
    Case { code: "db_owner", exit: 8, shown: By(files::of_another_owner) },
    Case {
        code: "pending",
        exit: 9,
        shown: By(|exit, code| Desk::with(fixture::preauth).refused(&["lock", "bo_k"], exit, code)),
    },
    Case {
        code: "drift",
        exit: 9,
        shown: By(|exit, code| {
            let desk = Desk::with(fixture::preauth);
            desk.sql("ALTER TABLE users ADD COLUMN role BLOB");
            desk.refused(&["migrate"], exit, code)
        }),
    },
    Case {
        code: "partial",
        exit: 10,
        shown: By(|exit, code| {
            let args = ["--json", "user", "show", "bob", "ghost"];
            Desk::usual().run(&args).refusal(&args, exit, code)
        }),
    },
    Case {
        code: "findings",
        exit: 11,
        shown: By(|exit, code| {
            let args = ["--json", "doctor"];
            Desk::keyed().run(&args).refusal(&args, exit, code)
        }),
    },
    Case { code: "output_failed", exit: 1, shown: By(process::full_disk) },
    Case { code: "unexpected", exit: 1, shown: By(process::unreadable_stdin) },
    Case {
        code: "interrupted",
        exit: 130,
        shown: By(|exit, code| {
            let mut desk = Desk::usual();
            desk.attended(&[Answer::Interrupt]);
            desk.refused(&["user", "passwd", "bob"], exit, code)
        }),
    },
];

fn add(args: &[&str], exit: u8, code: &str) -> Refusal {
    Desk::usual().refused(&[&["user", "add"], args, &["--generate"]].concat(), exit, code)
}

fn with_key(key: &str, exit: u8, code: &str) -> Refusal {
    let mut desk = Desk::usual();
    desk.set("SECRET_KEY", key);
    desk.refused(&["token", "issue", "bob"], exit, code)
}

/// A refused login leaves its counter and its event, and nothing else.
fn login(user: &str, password: &str, exit: u8, code: &str) -> Refusal {
    let desk = Desk::keyed();
    let rest = "SELECT group_concat(id || username || email || role || is_active || password_hash || salt ||
                coalesce(locked_until, '') || coalesce(last_login, '')) FROM users";
    let before = desk.cell(rest);
    let refusal = desk.refused_in_json(&["login", user, "--password-stdin"], password, exit, code);
    assert_eq!((desk.cell(rest), desk.events().len()), (before, 1));
    refusal
}

/// A hint is the way out; the message of these says it: the rule, the roles offered, or that it was the person.
const SAID_BY_THE_MESSAGE: [&str; 4] = ["policy_password", "policy_email", "policy_role", "interrupted"];

#[test]
fn every_code_of_the_contract_is_shown_with_its_exit_and_says_what_to_do() {
    for Case { code, exit, shown: By(show) } in &CODES {
        let refusal = show(*exit, code);
        for word in ["Error", "panicked", "Some(", "None"] {
            assert!(!refusal.message.contains(word), "{code}: {refusal:?}");
        }
        assert_ne!(refusal.hint.is_empty(), !SAID_BY_THE_MESSAGE.contains(code), "{code}: {refusal:?}");
        // Policy speaks the app's words.
        let lower = !refusal.message.starts_with(char::is_uppercase);
        assert!(lower || code.starts_with("policy"), "{code}: {refusal:?}");
    }
    let codes: BTreeSet<&str> = CODES.iter().map(|case| case.code).collect();
    assert_eq!(codes.len(), CODES.len());
}

/// `security.md`: usage, policy, not-found, ambiguous and busy refusals write nothing.
#[test]
fn refusals_without_an_event() {
    let desk = Desk::keyed();
    for (args, exit, code) in [
        (&["lock", "ghost"][..], 3, "not_found"),
        (&["lock", "BOB"], 4, "ambiguous"),
        (&["set-role", "bob", "wizard"], 5, "policy_role"),
        (&["token", "issue", "dora"], 7, "locked"),
        (&["lock", "bob", "--for", "x"], 2, "usage"),
    ] {
        desk.refused(args, exit, code);
    }
    assert!(desk.events().is_empty());
}
