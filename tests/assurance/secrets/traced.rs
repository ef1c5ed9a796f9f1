//! The same commands under `strace -f`: every system call with all that goes into it, in every thread.
//!
//! What a newcomer would get wrong: what a process reads holds its secrets, and must. Everything that goes the other way
//! is looked at: what is written, but names of files, arguments and attributes too.

use std::process::{Command, Stdio};

use super::{CASES, Case, Secrets, holds, prepared};
use crate::scale::figure;
use crate::stand::{Stand, fed};
use crate::support::{Journal, Stage};

/// Calls whose bytes come from the kernel.
const READING: [&str; 6] = ["read", "readv", "pread64", "preadv", "preadv2", "getrandom"];

/// Calls by which something leaves the process another way, or another one starts.
const FORBIDDEN: [&str; 7] = ["socket", "socketpair", "connect", "fork", "vfork", "ptrace", "process_vm_writev"];

/// Where the C library asks for the name of a user first, if the machine has that service (nscd).
const NAMES: &[u8] = b"/var/run/nscd/socket";

/// One system call.
struct Call {
    name: String,
    /// The file behind its first argument; `1` and `2` for the standard streams.
    file: String,
    /// The whole line, its texts as they are.
    bytes: Vec<u8>,
}

/// A line of the log without its escapes; strace writes each byte of a text as `\x..`.
fn plain(line: &str) -> Vec<u8> {
    let mut parts = line.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// The calls in a log of `strace -f`; notes about signals and ends are none.
fn calls(log: &str) -> Vec<Call> {
    let call = |line: &str| {
        let (_, call) = line.trim_start().split_once(' ')?;
        let (name, rest) = call.trim_start().trim_start_matches("<... ").split_once(['(', ' '])?;
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        let number = rest.split(['<', ',', ')']).next().unwrap_or_default();
        let path = rest.split_once('<').and_then(|(_, path)| path.split_once('>')).map_or("", |(path, _)| path);
        let path = String::from_utf8_lossy(&plain(path)).into_owned();
        let file = if ["1", "2"].contains(&number) { number.to_owned() } else { path };
        Some(Call { name: name.to_owned(), file, bytes: plain(line) })
    };
    log.lines().filter_map(call).collect()
}

/// Whether something could leave the process by the call, or another one start.
fn is_forbidden(call: &Call) -> bool {
    let of_names = match call.name.as_str() {
        "socket" => holds(&call.bytes, b"(AF_UNIX,"),
        "connect" => holds(&call.bytes, NAMES),
        _ => false,
    };
    // What was given to it stands in the line in which it began.
    let resumed = holds(&call.bytes, b" resumed>");
    !resumed && !of_names && (FORBIDDEN.contains(&call.name.as_str()) || makes_a_process(call))
}

/// Whether more than a thread is what a call makes.
fn makes_a_process(call: &Call) -> bool {
    call.name.starts_with("clone") && !holds(&call.bytes, b"CLONE_THREAD")
}

fn traced(stand: &Stand, case: &Case, log: &std::path::Path) -> Command {
    let inner = prepared(stand, case);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-y", "-xx", "-s", "16777216", "-o"]).arg(log).arg(inner.get_program()).args(case.args);
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir(stand.dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn every_call(journal: Journal) {
    let stand = Stand::at(Stage::Live, journal);
    let mut secrets = Secrets::new();
    let (mut seen, mut bytes, mut read_key) = (0, 0, false);
    for case in &CASES {
        let log = tempfile::NamedTempFile::new().expect("a log");
        let ran = fed(traced(&stand, case, log.path()), secrets.stdin(case));
        let fresh = secrets.note(case, &ran, &stand);
        let calls = calls(&std::fs::read_to_string(log.path()).expect("a log of text"));
        let started = calls.iter().filter(|call| call.name.starts_with("execve")).count();
        assert_eq!(started, 1, "{:?} started a program", case.args);
        let forbidden = calls.iter().find(|call| is_forbidden(call));
        assert!(forbidden.is_none(), "{:?}: {}", case.args, forbidden.map_or("", |call| &call.name));
        if case.prints && ran.code == Some(0) {
            let on_stdout = calls.iter().any(|call| call.file == "1" && holds(&call.bytes, &fresh[0]));
            assert!(on_stdout, "{:?}: what it printed was not seen", case.args);
        }
        read_key |= calls.iter().any(|call| call.name == "read" && holds(&call.bytes, case.stdin.as_bytes()));
        for call in calls.iter().filter(|call| !READING.contains(&call.name.as_str())) {
            (seen, bytes) = (seen + 1, bytes + call.bytes.len());
            secrets.assert_none(case, &fresh, &call.file, &call.bytes);
        }
    }
    assert!(read_key, "strace shows what a process reads, so that it would show what it writes");
    secrets.assert_none_is_left(&stand);
    let value = format!(
        "{} looked for in {seen} system calls of {} commands ({bytes} bytes of log): only where they must be; no \
         socket, no other process",
        secrets.count(),
        CASES.len()
    );
    figure(&format!("every system call, journal {journal:?}"), &value);
}

#[test]
#[ignore = "needs strace: tests/long runs it"]
fn no_system_call_carries_a_secret_to_where_it_must_not_be() {
    every_call(Journal::Delete);
    every_call(Journal::Wal);
}

#[test]
fn a_log_of_strace_is_read_call_by_call() {
    let log = "17 execve(\"\\x2f\\x61\", [\"\\x61\"], 0x7ffd /* 3 vars */) = 0\n\
               17 write(1<\\x70\\x69\\x70\\x65>, \"\\x6b\\x65\\x79\", 3) = 3\n\
               17 pwrite64(4</tmp/\\x78>, \"a\\x00\", 2, 0 <unfinished ...>\n\
               18 <... pwrite64 resumed>) = 2\n\
               17 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7f}, 88) = 19\n\
               17 +++ exited with 0 +++\n";
    let calls = calls(log);
    let names: Vec<(&str, &str)> = calls.iter().map(|call| (call.name.as_str(), call.file.as_str())).collect();
    assert_eq!(names, [("execve", ""), ("write", "1"), ("pwrite64", "/tmp/x"), ("pwrite64", ""), ("clone3", "")]);
    assert!(holds(&calls[1].bytes, b"\"key\"") && holds(&calls[2].bytes, b"\"a\0\""));
    assert!(!calls.iter().any(is_forbidden));
    for forbidden in
        ["clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD)", "socket(AF_INET, SOCK_STREAM, 0)", "vfork()"]
    {
        assert!(self::calls(&format!("17 {forbidden} = 18\n")).iter().all(is_forbidden), "{forbidden}");
    }
}
