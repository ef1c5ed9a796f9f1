//! Canaries: a password, a signing key, tokens and generated passwords go through every command, and are looked for
//! wherever they must not be: arguments, environment, files, journal, WAL, log, events, messages.
//!
//! What a newcomer would get wrong: looking into the files afterwards is not enough, since a journal is gone by then.
//! Every byte that a process writes anywhere is recorded while it runs, and every program that it starts.

mod process;
mod traced;

use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::scale::figure;
use crate::shim;
use crate::stand::{Ran, Stand, fed};
use crate::support::{Journal, Stage};

const PASSWORD: &str = "Canary-Quill#73Lantern";
const OTHER: &str = "Canary-Wharf#58Meadow";
const KEY: &str = "canary-key-4f9b1c7e0d2a8356-quiet-harbour";

/// One command, what it reads, and which secrets it may put on its standard output, and into which files.
struct Case {
    args: &'static [&'static str],
    stdin: &'static str,
    /// Files that are there to hold a secret, by the end of their names.
    files: &'static [&'static str],
    /// Whether standard output is where a new secret belongs.
    prints: bool,
}

const fn quiet(args: &'static [&'static str], stdin: &'static str) -> Case {
    Case { args, stdin, files: &[], prints: false }
}

const fn printing(args: &'static [&'static str], stdin: &'static str) -> Case {
    Case { args, stdin, files: &[], prints: true }
}

const IMPORT: &str = "username,email,password\nimp-one,imp@example.org,Canary-Wharf#58Meadow\n";

/// In an order in which each has something to do.
const CASES: [Case; 38] = [
    quiet(&["migrate", "--no-backup"], ""),
    quiet(&["user", "add", "can-one", "--email", "c@example.org", "--password-stdin"], PASSWORD),
    printing(&["user", "add", "can-two", "--email", "d@example.org", "--generate"], ""),
    quiet(&["user", "passwd", "can-one", "--password-stdin"], OTHER),
    quiet(&["user", "passwd", "can-one", "--password-stdin"], PASSWORD),
    quiet(&["user", "passwd", "can-one", "--password-stdin"], "Canary-Quill#73Lantern\u{7}"),
    quiet(&["user", "passwd", "can-one", "--password-stdin"], "Canary-Quill#73Lantern\nCanary-Wharf#58Meadow\n"),
    quiet(&["user", "passwd", "can-one", "--password-stdin", "--password-stdin"], PASSWORD),
    quiet(&["user", "passwd", "can-one", "--password-file", "missing"], ""),
    printing(&["user", "passwd", "can-two", "--generate"], ""),
    quiet(&["user", "import", "-"], IMPORT),
    quiet(&["user", "import", "-", "--json"], IMPORT),
    quiet(
        &["user", "import", "-"],
        "username,email,password\nimp-two,imp2@example.org,Canary-Quill#73Lantern,Canary-Wharf#58Meadow\n",
    ),
    Case {
        args: &["user", "import", "-", "--generate", "--credentials-out", "made.csv"],
        stdin: "username,email\nimp-three,imp3@example.org\n",
        files: &["made.csv"],
        prints: false,
    },
    printing(&["login", "can-one", "--password-stdin"], PASSWORD),
    quiet(&["login", "can-one", "--password-stdin"], OTHER),
    quiet(&["login", "nobody-there", "--password-stdin"], PASSWORD),
    Case {
        args: &["login", "can-one", "--password-stdin", "--save"],
        stdin: PASSWORD,
        files: &[".json", "sessions/"],
        prints: false,
    },
    quiet(&["whoami"], ""),
    quiet(&["user", "show", "can-one", "--as-session"], ""),
    quiet(&["user", "why", "can-one", "--password-stdin"], PASSWORD),
    quiet(&["user", "why", "can-one", "--password-stdin"], OTHER),
    printing(&["token", "issue", "can-one"], ""),
    quiet(&["token", "inspect", "-"], "TOKEN"),
    quiet(&["token", "verify", "-"], "TOKEN"),
    quiet(&["lock", "can-one", "--reason", "canary test"], ""),
    quiet(&["unlock", "can-one"], ""),
    quiet(&["set-role", "can-one", "therapist"], ""),
    quiet(&["user", "list", "-v"], ""),
    quiet(&["user", "export"], ""),
    quiet(&["audit", "list", "-o", "json"], ""),
    quiet(&["audit", "export"], ""),
    quiet(&["db", "backup", "copy.db"], ""),
    quiet(&["db", "restore", "copy.db", "--yes"], ""),
    quiet(&["doctor", "-v"], ""),
    quiet(&["config", "show"], ""),
    printing(&["secret", "generate"], ""),
    quiet(&["logout"], ""),
];

fn canaries() -> Vec<Vec<u8>> {
    let plain = [PASSWORD, OTHER, KEY];
    let mut all: Vec<Vec<u8>> = plain.iter().map(|text| text.as_bytes().to_vec()).collect();
    // As somebody would find it in a dump: base64 in its three phases, hexadecimal, UTF-16.
    for text in plain {
        for skip in 0..3 {
            let whole = STANDARD.encode(&text.as_bytes()[skip..skip + 15]);
            all.push(whole.into_bytes());
        }
        all.push(text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes());
        all.push(text.bytes().flat_map(|byte| [byte, 0]).collect());
    }
    all
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && bytes.windows(part.len()).any(|window| window == part)
}

/// What a process wrote, by the file that it wrote to; standard output under `1`, standard error under `2`.
fn written(dump: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(dump).unwrap_or_default();
    let (mut rest, mut found) = (bytes.as_slice(), Vec::new());
    while let Some(at) = rest.iter().skip(1).position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&rest[1..=at]).into_owned();
        let (fd, head) = head.split_once(' ').expect("a descriptor");
        let (path, length) = head.rsplit_once(' ').expect("a length");
        let length: usize = length.parse().expect("a number");
        let body = &rest[at + 2..at + 2 + length];
        let name = if ["1", "2"].contains(&fd) { fd.to_owned() } else { path.to_owned() };
        found.push((name, body.to_vec()));
        rest = &rest[at + 2 + length..];
    }
    found
}

fn prepared(stand: &Stand, case: &Case) -> Command {
    let mut command = stand.command(case.args);
    command.env("SECRET_KEY", KEY).env("XDG_STATE_HOME", stand.path("home/state"));
    command
}

/// Secrets that came up on the way: generated passwords, tokens, keys.
fn fresh(case: &Case, ran: &Ran, stand: &Stand) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if case.prints && ran.code == Some(0) {
        let parts = ran.out.split(['"', '\n', ' ']).filter(|part| part.len() > 20);
        found.extend(parts.map(|part| part.as_bytes().to_vec()));
        assert!(!found.is_empty(), "{:?} made no secret: {ran:?}", case.args);
    }
    if case.files.contains(&"made.csv") {
        let text = std::fs::read_to_string(stand.path("made.csv")).expect("the credentials");
        let password = text.lines().nth(1).and_then(|line| line.rsplit(',').next()).expect("a password");
        found.push(password.trim_matches('"').as_bytes().to_vec());
    }
    found
}

/// The secrets of a run so far, and the token that the next commands read.
struct Secrets {
    all: Vec<Vec<u8>>,
    token: String,
}

impl Secrets {
    fn new() -> Self {
        Self { all: canaries(), token: String::new() }
    }

    /// What the case reads.
    fn stdin<'a>(&'a self, case: &'a Case) -> &'a str {
        if case.stdin == "TOKEN" { &self.token } else { case.stdin }
    }

    /// Takes note of what came up in a run; that.
    fn note(&mut self, case: &Case, ran: &Ran, stand: &Stand) -> Vec<Vec<u8>> {
        assert!(ran.code.is_some_and(|code| code != 1 && code != 101), "{:?}: {ran:?}", case.args);
        let fresh = fresh(case, ran, stand);
        self.all.extend(fresh.iter().cloned());
        if case.args.starts_with(&["token", "issue"]) {
            self.token = ran.out.trim_end().to_owned();
        }
        fresh
    }

    /// Fails the test where bytes that left the process hold a secret that does not belong there.
    #[track_caller]
    fn assert_none(&self, case: &Case, fresh: &[Vec<u8>], name: &str, body: &[u8]) {
        let belongs = |secret: &Vec<u8>| {
            (name == "1" && case.prints && fresh.contains(secret)) || case.files.iter().any(|file| name.contains(file))
        };
        let leaked = self.all.iter().find(|secret| holds(body, secret) && !belongs(secret));
        let shown = leaked.map(|secret| String::from_utf8_lossy(secret).into_owned());
        assert_eq!(shown, None, "{:?} gave it to {name}", case.args);
    }

    /// Nor does what is there afterwards, free pages of the database included.
    fn assert_none_is_left(&self, stand: &Stand) {
        for name in stand.files().iter().filter(|name| !name.contains("sessions/") && *name != "made.csv") {
            let held = std::fs::read(stand.path(name)).expect("a file");
            let leaked = self.all.iter().find(|secret| holds(&held, secret));
            assert_eq!(leaked.map(|secret| String::from_utf8_lossy(secret).into_owned()), None, "in {name}");
        }
    }

    /// How many, in words.
    fn count(&self) -> String {
        format!("{} secrets in {} forms", self.all.len() - canaries().len() + 3, self.all.len())
    }
}

fn canary_run(journal: Journal) {
    let stand = Stand::at(Stage::Live, journal);
    let mut secrets = Secrets::new();
    let (mut bytes, mut writes) = (0, 0);
    for case in &CASES {
        let log = tempfile::NamedTempFile::new().expect("a log");
        let dump = tempfile::NamedTempFile::new().expect("a dump");
        let mut command = prepared(&stand, case);
        shim::record(&mut command, log.path(), dump.path());
        let ran = fed(command, secrets.stdin(case));
        let fresh = secrets.note(case, &ran, &stand);
        let records = written(dump.path());
        if case.prints && ran.code == Some(0) {
            let on_stdout = records.iter().any(|(name, body)| name == "1" && holds(body, &fresh[0]));
            assert!(on_stdout, "{:?}: what it printed was not recorded", case.args);
        }
        for (name, body) in records {
            bytes += body.len();
            writes += 1;
            secrets.assert_none(case, &fresh, &name, &body);
        }
    }
    secrets.assert_none_is_left(&stand);
    let value = format!(
        "{} looked for in {writes} writes of {} commands ({bytes} bytes): only where they must be",
        secrets.count(),
        CASES.len()
    );
    figure(&format!("canaries, journal {journal:?}"), &value);
}

#[test]
fn secrets_are_written_only_where_they_must_be() {
    canary_run(Journal::Delete);
    canary_run(Journal::Wal);
}

#[test]
fn no_command_starts_a_program_or_opens_a_socket() {
    let stand = Stand::at(Stage::Live, Journal::Delete);
    for case in &CASES {
        let mut command = prepared(&stand, case);
        shim::alone(&mut command);
        let ran = fed(command, case.stdin);
        assert!(ran.code.is_some(), "{:?} started a program or opened a socket: {ran:?}", case.args);
        assert_ne!(ran.code, Some(99), "{ran:?}");
    }
    figure("commands that start a program or open a socket", &format!("0 of {}", CASES.len()));
}

/// Without that, the test above could not fail.
#[test]
fn what_starts_a_program_or_opens_a_socket_is_ended() {
    for script in ["/bin/true; true", "exec /bin/true"] {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped());
        shim::alone(&mut command);
        assert_eq!(fed(command, "").code, None, "{script}");
    }
    let mut command = Command::new(crate::support::interop_python());
    command.args(["-c", "import socket; socket.socket()"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    shim::alone(&mut command);
    assert_eq!(fed(command, "").code, None, "a socket");
}

#[test]
fn new_files_are_the_owners_alone_under_any_mask() {
    use std::os::unix::fs::PermissionsExt;
    let made: [(&str, &[&str]); 6] = [
        ("new.db", &["init", "--database", "new.db"]),
        ("copy.db", &["db", "backup", "copy.db"]),
        (".env", &["secret", "generate", "--write"]),
        ("made.csv", &["user", "import", "people.csv", "--generate", "--credentials-out", "made.csv"]),
        ("events.jsonl", &["audit", "prune", "--before=-1s", "--export", "events.jsonl"]),
        ("home/state/authctl/sessions", &["login", "pia_one", "--password-file", "password", "--save"]),
    ];
    for mask in ["000", "022", "077", "777"] {
        let stand = Stand::migrated(Stage::Live, Journal::Delete);
        stand.write("people.csv", "username,email\nlena,lena@example.org\n");
        stand.write("password", crate::support::PASSWORD);
        stand.run(&["lock", "theo_one"]).expect(0);
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        for (file, args) in made {
            // Under a mask that takes the owner's own rights away, directories and lists cannot be made either.
            if mask == "777" && !["new.db", "copy.db", ".env"].contains(&file) {
                continue;
            }
            let inner = prepared(&stand, &quiet(&[], ""));
            let mut command = Command::new("sh");
            command.args(["-c", "umask $0 && exec \"$@\"", mask]).arg(inner.get_program()).args(args);
            command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.current_dir(stand.dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
            fed(command, "").expect(0);
            for name in stand.files().into_iter().filter(|name| name.starts_with(file)) {
                let mode = stand.path(&name).metadata().expect("the file").permissions().mode() & 0o7777;
                assert_eq!(format!("{mode:04o}"), "0600", "{name} under {mask}");
            }
        }
    }
}
