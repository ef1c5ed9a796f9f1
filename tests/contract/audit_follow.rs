//! `audit list --follow` as a real process: it sees what others write, and ends when it is told to.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::harness::Desk;
use crate::process::Real;

/// Longer than any machine needs, short enough for a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);

struct Follower {
    child: Child,
    lines: Receiver<String>,
}

impl Follower {
    fn start(desk: &Desk, args: &[&str]) -> Self {
        let mut child = Real::new(desk).command(&[&["audit", "list", "-f"], args].concat()).spawn().expect("it starts");
        let (sender, lines) = channel();
        let stdout: BufReader<ChildStdout> = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    fn event(&self) -> Value {
        serde_json::from_str(&self.line()).expect("a line of JSON")
    }

    /// Ends it; what is left on its stdout, and what it said.
    fn end(mut self, signal: Signal) -> (ExitStatus, Vec<String>, String) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it runs");
        let since = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None if since.elapsed() > PATIENCE => panic!("it goes on after {signal:?}"),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        let mut stderr = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
        (status, self.lines.iter().collect(), stderr)
    }
}

#[test]
fn events_of_other_processes_are_printed_as_they_come_until_the_interrupt() {
    for signal in [Signal::INT, Signal::TERM] {
        let desk = Desk::usual();
        let other = Real::new(&desk);
        for _ in 0..6 {
            desk.ok(&["lock", "bob"]);
            desk.ok(&["unlock", "bob"]);
        }
        let follower = Follower::start(&desk, &["-o", "jsonl"]);
        let backlog: Vec<i64> = (0..10).map(|_| follower.event()["id"].as_i64().expect("an id")).collect();
        assert_eq!(backlog, (3..=12).collect::<Vec<_>>(), "the newest ten");
        for (id, args) in [(13, ["lock", "cleo"]), (14, ["unlock", "cleo"]), (15, ["lock", "hana"])] {
            let out = other.run(&args, "");
            assert_eq!(out.code, 0, "nothing is locked meanwhile: {out:?}");
            assert_eq!(follower.event()["id"], id);
        }
        let (status, rest, stderr) = follower.end(signal);
        assert_eq!((status.code(), rest.as_slice(), stderr.as_str()), (Some(130), &[][..], ""), "{signal:?}");
    }
}

#[test]
fn a_follower_filters_and_shows_a_table_that_grows() {
    let desk = Desk::usual();
    let other = Real::new(&desk);
    desk.ok(&["lock", "cleo"]);
    desk.ok(&["lock", "bob"]);
    let follower = Follower::start(&desk, &["--user", "cleo", "--limit", "1"]);
    let heading = follower.line();
    assert!(heading.trim_start().starts_with("EVENT"), "the heading first: {heading}");
    let line = follower.line();
    assert!(line.contains("account_locked") && line.contains("cleo"), "{line}");
    other.run(&["unlock", "bob"], "");
    other.run(&["unlock", "cleo"], "");
    assert!(follower.line().contains("account_unlocked"), "no second heading");
    let (status, rest, stderr) = follower.end(Signal::INT);
    assert_eq!((status.code(), rest.as_slice(), stderr.as_str()), (Some(130), &[][..], ""));

    let follower = Follower::start(&desk, &["-o", "csv", "--columns", "id,event", "--limit", "1"]);
    assert_eq!([follower.line(), follower.line()], ["id,event", "4,account_unlocked"]);
    follower.end(Signal::INT);
}

#[test]
fn a_follower_goes_on_where_the_file_is_exchanged_and_ends_where_it_is_gone() {
    let desk = Desk::usual();
    let other = Real::new(&desk);
    desk.ok(&["lock", "bob"]);
    std::fs::copy(desk.db(), desk.path("older.db")).expect("a copy");
    desk.ok(&["unlock", "bob"]);
    desk.ok(&["lock", "cleo"]);
    let follower = Follower::start(&desk, &["-o", "jsonl", "--limit", "1"]);
    assert_eq!(follower.event()["id"], 3);
    std::fs::rename(desk.path("older.db"), desk.db()).expect("exchanged");
    assert_eq!(follower.event()["id"], 1, "the last event of the older file");
    other.run(&["lock", "hana"], "");
    assert_eq!(follower.event()["target_username"], "hana");
    std::fs::remove_file(desk.db()).expect("removed");
    let mut child = follower.child;
    assert_eq!(child.wait().expect("it ends").code(), Some(8));
}
