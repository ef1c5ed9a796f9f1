//! Holds the command line to its contract: whole command lines, most of them in process with a fixed clock, and
//! the real binary where the process itself matters.
//!
//! What a newcomer would get wrong: expected values come from the contract, from what was observed of the app,
//! or from the fixtures below, never from what the tool printed yesterday.

mod after;
mod audit;
mod audit_follow;
mod audit_keyed;
mod audit_tampering;
mod broken;
#[path = "../support/compare.rs"]
mod compare;
mod completion;
mod config_show;
mod db_backup;
mod db_check;
mod db_restore;
mod db_restore_told;
mod db_restore_who;
mod delete;
mod doctor;
mod doctor_around;
mod doctor_desk;
mod doctor_file;
mod doctor_fix;
mod doctor_many;
mod edit;
mod errors;
mod export;
mod field_reports;
mod files;
mod fixture;
mod globals;
mod harness;
mod help;
mod hints;
mod import;
mod import_credentials;
mod import_signals;
mod init_migrate;
mod listing;
mod lock;
mod login;
mod long_lock;
mod masked;
mod masked_desk;
mod output;
mod passwords;
mod pick;
mod pictures;
mod process;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/pty.rs"]
mod pty;
mod rehearse;
mod resolve;
mod role;
mod secret;
mod session;
mod session_file;
mod session_rights;
mod streams;
mod suggest;
mod tokens;
mod triggers;
mod usage;
mod users;
mod why;
mod wrong_uses;
mod wrong_words;
