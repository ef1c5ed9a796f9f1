//! The library that counts the calls by which the binary changes files, and lets one of them fail (`shim.c`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What happens at the call that is hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The process is gone before the call.
    Kill,
    /// A write puts down the half of its bytes, and the process is gone.
    Half,
    /// The disk is full from here on.
    Full,
    /// The device fails once.
    Io,
    /// A signal comes in between once.
    Interrupted,
}

impl Fault {
    /// Every one.
    pub const ALL: [Fault; 5] = [Fault::Kill, Fault::Half, Fault::Full, Fault::Io, Fault::Interrupted];

    /// As `shim.c` takes it; the numbers are Linux's.
    fn told(self) -> &'static str {
        match self {
            Fault::Kill => "kill",
            Fault::Half => "half",
            Fault::Full => "full",
            Fault::Io => "5",
            Fault::Interrupted => "4",
        }
    }

    /// Whether it ends the process.
    pub fn kills(self) -> bool {
        match self {
            Fault::Kill | Fault::Half => true,
            Fault::Full | Fault::Io | Fault::Interrupted => false,
        }
    }
}

/// The library, compiled by the C compiler that SQLite needs anyway.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assurance/shim.c");
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shim.so");
        let fresh = made.with_extension(format!("{}.so", std::process::id()));
        let mut cc = Command::new("cc");
        cc.args(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]).arg(&fresh).arg(source).arg("-ldl");
        let done = cc.output().expect("the C compiler starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        // Another test process may have it loaded: a new file takes the name.
        std::fs::rename(&fresh, &made).expect("the library gets its name");
        made
    })
}

/// Lets a command run under the library, which tells its calls to `log`.
pub fn watch(command: &mut Command, log: &Path) {
    command.env("LD_PRELOAD", library()).env("SHIM_LOG", log);
}

/// The same, and hits one call, counted from 1.
pub fn hit(command: &mut Command, log: &Path, fault: Fault, at: usize) {
    watch(command, log);
    command.env("SHIM_AT", at.to_string()).env("SHIM_DO", fault.told());
}

/// The same without a fault; all that is written goes to `dump` as well.
pub fn record(command: &mut Command, log: &Path, dump: &Path) {
    watch(command, log);
    command.env("SHIM_DUMP", dump);
}

/// Lets a command run where starting a process or a program, or opening a socket, ends it with `SIGSYS`.
pub fn alone(command: &mut Command) {
    command.env("LD_PRELOAD", library()).env("SHIM_ALONE", "1");
}

/// Lets a command run where no file gets a second name: the system answers with the error of that number.
pub fn without_links(command: &mut Command, number: i32) {
    command.env("LD_PRELOAD", library()).env("SHIM_NO_LINK", number.to_string());
}

/// Runs a command; how long it held SQLite's write lock at a time, in microseconds.
pub fn held(mut command: Command, stdin: &str) -> (crate::stand::Ran, Vec<u64>) {
    let log = tempfile::NamedTempFile::new().expect("a log");
    command.env("LD_PRELOAD", library()).env("SHIM_LOCKS", log.path());
    let ran = crate::stand::fed(command, stdin);
    let text = std::fs::read_to_string(log.path()).expect("the log");
    let (mut since, mut spans) = (None, Vec::new());
    for line in text.lines() {
        let (at, what) = line.split_once(' ').expect("two words");
        let at: u64 = at.parse().expect("microseconds");
        match what {
            "locked" => since = since.or(Some(at)),
            _ => spans.extend(since.take().map(|since: u64| at - since)),
        }
    }
    assert_eq!(since, None, "a lock was not given back");
    (ran, spans)
}

/// One call that the library saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `pwrite`, `fsync`, …
    pub name: String,
    /// The file.
    pub path: String,
}

/// What a log holds.
pub fn calls(log: &Path) -> Vec<Call> {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let call = |line: &str| {
        let mut parts = line.splitn(3, ' ');
        parts.next()?.parse::<usize>().ok()?;
        Some(Call { name: parts.next()?.to_owned(), path: parts.next()?.to_owned() })
    };
    text.lines().filter_map(call).collect()
}
