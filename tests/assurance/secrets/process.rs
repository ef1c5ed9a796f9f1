//! A process that waits with the password in its memory: what its user, or anybody else, sees of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{KEY, PASSWORD, holds, prepared, quiet};
use crate::scale::figure;
use crate::stand::{Ran, Stand};
use crate::support::{Journal, Stage};

#[test]
fn a_process_shows_no_secret_and_cannot_be_looked_into() {
    let stand = Stand::migrated(Stage::Live, Journal::Delete);
    let holder = crate::stand::connection(&stand.db());
    holder.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    // It has the password and the key, and waits for the lock.
    let mut command = prepared(&stand, &quiet(&["user", "passwd", "pia_one", "--password-stdin"], ""));
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the binary starts");
    let mut input = child.stdin.take().expect("stdin is piped");
    std::io::Write::write_all(&mut input, PASSWORD.as_bytes()).expect("it reads");
    drop(input);
    std::thread::sleep(std::time::Duration::from_millis(700));
    let proc = PathBuf::from(format!("/proc/{}", child.id()));
    for file in ["cmdline", "environ", "comm"] {
        let held = std::fs::read(proc.join(file)).unwrap_or_default();
        assert!(!holds(&held, PASSWORD.as_bytes()), "{file}");
        assert!(file == "environ" || !holds(&held, KEY.as_bytes()), "{file}");
    }
    let limits = std::fs::read_to_string(proc.join("limits")).unwrap_or_default();
    let core = limits.lines().find(|line| line.starts_with("Max core file size"));
    let core: Vec<&str> = core.unwrap_or_default().split_whitespace().collect();
    assert!(core.is_empty() || core[4..6] == ["0", "0"], "{core:?}");
    let status = std::fs::read_to_string(proc.join("status")).unwrap_or_default();
    // What a dump would hold: copies of the password in the memory of the process, published and not asserted.
    let copies = copies_in_memory(&proc, PASSWORD.as_bytes());
    assert!(status.contains("State"), "it is still there: {status}");
    holder.execute_batch("ROLLBACK").expect("the lock is given back");
    Ran::of(child.wait_with_output().expect("it ends")).expect(0);
    figure(
        "copies of the password in the memory of `user passwd` once it is hashed (one is kept to verify what was written)",
        &copies.map_or("not readable here".into(), |n| n.to_string()),
    );
}

/// How often a text is in the memory of a process; `None` where the system lets nobody look.
fn copies_in_memory(proc: &Path, text: &[u8]) -> Option<usize> {
    use std::os::unix::fs::FileExt;
    let maps = std::fs::read_to_string(proc.join("maps")).ok()?;
    let memory = std::fs::File::open(proc.join("mem")).ok()?;
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_once(' ')?.0.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(to - from).ok()?];
        if memory.read_at(&mut bytes, from).is_ok() {
            found += bytes.windows(text.len()).filter(|window| *window == text).count();
        }
    }
    Some(found)
}
