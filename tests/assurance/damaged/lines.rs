//! All commands, one line each: what reads, and what would change the account with the id 7.

use crate::inside::Line;
use crate::inside::fixture::{OTHER, PASSWORD};

/// A command line and what it gets on its standard input.
pub type Given = (&'static [&'static str], &'static str);

/// `TOKEN` stands for an access token of id 7.
pub const READS: [Given; 38] = [
    (&["user", "list"], ""),
    (&["user", "list", "--sort", "email:desc", "--match", "e", "-o", "csv"], ""),
    (&["user", "list", "--locked", "--sort", "locked_until"], ""),
    (&["user", "list", "--stuck", "--limit", "3", "-o", "jsonl"], ""),
    (&["user", "list", "--no-password", "--role", "admin", "--inactive", "--unverified"], ""),
    (&["user", "list", "--count"], ""),
    (&["user", "list", "--after", "250"], ""),
    (&["user", "show", "id:7", "user0009", "user0010@example.org"], ""),
    (&["user", "show", "-"], "user0001\nnobody\n"),
    (&["user", "show", "USER0007"], ""),
    (&["user", "export"], ""),
    (&["user", "export", "--with-hashes", "-o", "jsonl"], ""),
    (&["user", "why", "id:7"], ""),
    (&["user", "why", "user0007", "--password-stdin"], PASSWORD),
    (&["migrate", "status"], ""),
    (&["migrate", "plan"], ""),
    (&["migrate", "check"], ""),
    (&["audit", "list"], ""),
    (&["audit", "list", "--user", "id:7", "--event", "account_locked", "--limit", "5", "-o", "csv"], ""),
    (&["audit", "list", "--since", "2026-01-01", "--actor", "op"], ""),
    (&["audit", "show", "5"], ""),
    (&["audit", "verify"], ""),
    (&["audit", "export"], ""),
    (&["audit", "head"], ""),
    (&["db", "check"], ""),
    (&["db", "info"], ""),
    (&["doctor"], ""),
    (&["token", "inspect", "TOKEN"], ""),
    (&["token", "verify", "TOKEN"], ""),
    (&["config", "show"], ""),
    (&["whoami"], ""),
    (&["migrate", "-n"], ""),
    (&["migrate", "rehearse"], ""),
    (&["lock", "id:7", "-n"], ""),
    (&["user", "delete", "id:7", "-n"], ""),
    (&["set-role", "user0007", "therapist", "-n"], ""),
    (&["unlock", "--all-locked", "-n", "-y"], ""),
    (&["doctor", "--fix", "-n", "-y"], ""),
];

/// What changes id 7 alone, or adds accounts.
pub const WRITES: [Given; 19] = [
    (&["lock", "id:7"], ""),
    (&["lock", "user0007", "--forever", "--deactivate", "--reason", "why not"], ""),
    (&["unlock", "id:7", "--reactivate"], ""),
    (&["unlock", "user0007@example.org"], ""),
    (&["user", "activate", "id:7"], ""),
    (&["user", "deactivate", "id:7"], ""),
    (&["user", "verify", "-"], "id:7\n"),
    (&["user", "edit", "id:7", "--full-name", "Gus Stone"], ""),
    (&["user", "edit", "id:7", "--username", "gus", "--email", "gus@example.org"], ""),
    (&["user", "passwd", "id:7", "--generate"], ""),
    (&["user", "passwd", "user0007", "--password-stdin"], OTHER),
    (&["user", "add", "newone", "--email", "new@example.org", "--generate"], ""),
    (&["user", "delete", "id:7", "-y"], ""),
    (&["user", "import", "-", "--partial"], "username,email\nimp1,imp1@example.org\nimp2,imp2@example.org\n"),
    (&["set-role", "id:7", "therapist"], ""),
    (&["token", "issue", "id:7"], ""),
    (&["login", "user0007@example.org", "--password-stdin"], PASSWORD),
    (&["login", "user0007", "--password-stdin"], OTHER),
    (&["login", "id:7", "--password-stdin", "--rehash"], PASSWORD),
];

/// What changes more.
pub const SWEEPS: [Given; 9] = [
    (&["unlock", "--expired"], ""),
    (&["unlock", "--all-locked", "-y"], ""),
    (&["migrate", "-y"], ""),
    (&["migrate", "--no-backup", "-y"], ""),
    (&["audit", "prune", "--before", "2026-11-24", "-y"], ""),
    (&["db", "backup"], ""),
    (&["db", "restore", "good.db", "-y"], ""),
    (&["doctor", "--fix", "-y"], ""),
    (&["lock", "-", "--force"], "id:7\nid:8\nid:300\n"),
];

/// The line, with a token where one belongs.
pub fn line(given: Given, token: &str) -> Line {
    let args: Vec<&str> = given.0.iter().map(|arg| if *arg == "TOKEN" { token } else { arg }).collect();
    Line::of(&args).stdin(given.1)
}
