//! A command on a pseudo-terminal: `interop/pty_drive.py` plays the shell and the person in front of it.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Plays a job (the command, its environment, the steps), and gives what the driver tells of it.
///
/// # Panics
/// Without `python3`, or where the driver itself fails.
pub fn drive(job: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/pty_drive.py");
    let mut driver = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 must be installed for the tests on a pseudo-terminal");
    let mut stdin = driver.stdin.take().expect("stdin is piped");
    stdin.write_all(job.to_string().as_bytes()).expect("the driver reads its job");
    drop(stdin);
    let output = driver.wait_with_output().expect("the driver ends");
    assert!(output.status.success(), "pty_drive.py failed");
    serde_json::from_slice(&output.stdout).expect("the driver tells one JSON object")
}
