//! Exit codes and error codes: the contract of `cli.md`, in one total match.
//!
//! What a newcomer would get wrong: the match has no wildcard, so that a new class does not compile without its code;
//! but the table for people below is written by hand, and broken by hand for 80 columns.

use crate::ops::error::Class;

/// Everything went well, or there was nothing to do.
pub const DONE: u8 = 0;

/// The code in `error.code` and the exit code of a class.
pub fn codes(class: Class) -> (&'static str, u8) {
    match class {
        Class::Usage => ("usage", 2),
        Class::WouldPrompt => ("would_prompt", 2),
        Class::NotFound => ("not_found", 3),
        Class::Exists => ("exists", 4),
        Class::Ambiguous => ("ambiguous", 4),
        Class::LastAdmin => ("last_admin", 4),
        Class::ExpectUnmet => ("expect_unmet", 4),
        Class::PolicyPassword => ("policy_password", 5),
        Class::PolicyUsername => ("policy_username", 5),
        Class::PolicyEmail => ("policy_email", 5),
        Class::PolicyFullName => ("policy_full_name", 5),
        Class::PolicyRole => ("policy_role", 5),
        Class::KeyMissing => ("key_missing", 5),
        Class::KeyEmpty => ("key_empty", 5),
        Class::KeyDefault => ("key_default", 5),
        Class::KeyUnusable => ("key_unusable", 5),
        Class::NotAllowed => ("not_allowed", 5),
        Class::WrongCredentials => ("wrong_credentials", 6),
        Class::HashUnsupported => ("hash_unsupported", 6),
        Class::TokenRejected => ("token_rejected", 6),
        Class::Locked => ("locked", 7),
        Class::Inactive => ("inactive", 7),
        Class::DbMissing => ("db_missing", 8),
        Class::DbNotSqlite => ("db_not_sqlite", 8),
        Class::DbForeign => ("db_foreign", 8),
        Class::DbBusy => ("db_busy", 8),
        Class::DbUnreadable => ("db_unreadable", 8),
        Class::DbReadonly => ("db_readonly", 8),
        Class::DbOwner => ("db_owner", 8),
        Class::Pending => ("pending", 9),
        Class::Drift => ("drift", 9),
        Class::Partial => ("partial", 10),
        Class::Findings => ("findings", 11),
        Class::OutputFailed => ("output_failed", 1),
        Class::Unexpected => ("unexpected", 1),
        Class::Interrupted => ("interrupted", 130),
    }
}

/// The exit code of a class.
pub fn exit(class: Class) -> u8 {
    codes(class).1
}

/// The table in `--help` and the README.
pub const HELP_TABLE: &str = "\
Exit codes (and error.code with --json):
  0    done, or unchanged
  1    unexpected failure (unexpected, output_failed)
  2    usage, or would have to ask (usage, would_prompt)
  3    no such user (not_found)
  4    conflict (exists, ambiguous, last_admin, expect_unmet)
  5    refused by policy (policy_password, policy_username, policy_email,
       policy_full_name, policy_role, key_missing, key_empty, key_default,
       key_unusable, not_allowed)
  6    wrong credentials or token not acceptable (wrong_credentials,
       hash_unsupported, token_rejected)
  7    account locked or inactive (locked, inactive)
  8    database (db_missing, db_not_sqlite, db_foreign, db_busy, db_unreadable,
       db_readonly, db_owner)
  9    schema (pending, drift)
  10   some of many failed (partial)
  11   findings (findings)
  130  interrupted (interrupted)";
