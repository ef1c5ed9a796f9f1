//! A commit of which nobody knows whether it was kept: what may be the only copy of something stays, and is named.
//!
//! What a newcomer would get wrong: our own connection takes the transaction for undone. Whoever opens the file next
//! may play it in from the WAL, so that what it sees is no witness.

use crate::shim::{self, Fault};
use crate::stand::{Stand, fed};
use crate::support::{Journal, Stage};

#[test]
fn passwords_that_may_be_in_use_are_kept() {
    let people = "username,email\nimport-1,import1@example.org\nimport-2,import2@example.org\n";
    let args = ["user", "import", "people.csv", "--generate", "--credentials-out", "passwords.csv"];
    let stand = Stand::migrated(Stage::Live, Journal::Wal);
    stand.write("people.csv", people);
    let log = tempfile::NamedTempFile::new().expect("a log");
    let undisturbed = stand.copy();
    let mut command = undisturbed.command(&args);
    shim::watch(&mut command, log.path());
    fed(command, "").expect(0);
    let calls = shim::calls(log.path());
    let at = calls.iter().position(|call| call.name.contains("sync") && call.path.ends_with("-wal"));
    let at = at.expect("a commit syncs the WAL") + 1;

    let mut command = stand.command(&args);
    shim::hit(&mut command, log.path(), Fault::Io, at);
    let ran = fed(command, "").expect(8);
    for words in ["whether the change was kept is not known", "passwords.csv' may be in use: keep that file"] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
    let passwords = std::fs::read_to_string(stand.path("passwords.csv")).expect("the passwords are kept");
    let lines: Vec<&str> = passwords.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{passwords}");
    // Here the change was kept, and nobody else has these passwords.
    for line in lines {
        let [_, email, password] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        stand.run_with(&["login", email, "--password-stdin", "-n"], password).expect(0);
    }
}
