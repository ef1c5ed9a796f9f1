//! Whole command lines in this process, with everything that they said, and with panics and hangs as findings.
//!
//! What a newcomer would get wrong: a panic inside a thread of a command, or one that something caught, never reaches
//! the caller. The hook of [`watch_panics`] sees them all.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use authctl::cli::prompt::{PromptError, Prompter};
use authctl::cli::{Stream, Terminal, World, run_for_code};
use authctl::crypto::random;
use authctl::model::event::Actor;
use authctl::model::secret::Password;
use authctl::model::time::{Clock, Timestamp};
use serde_json::Value;

#[allow(dead_code)] // other tests need its other forms
#[path = "../contract/fixture.rs"]
pub mod fixture;

/// 2026-11-25 02:00:00 UTC, in seconds since 1970.
pub const NOW: i64 = 1_795_572_000;
/// A signing key of 32 bytes.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Longer is a hang.
pub const LIMIT: Duration = Duration::from_secs(5);

/// `error.code` and its exit code (`cli.md`, Exit codes).
pub const CODES: [(&str, u8); 36] = [
    ("usage", 2),
    ("would_prompt", 2),
    ("not_found", 3),
    ("exists", 4),
    ("ambiguous", 4),
    ("last_admin", 4),
    ("expect_unmet", 4),
    ("policy_password", 5),
    ("policy_username", 5),
    ("policy_email", 5),
    ("policy_full_name", 5),
    ("policy_role", 5),
    ("key_missing", 5),
    ("key_empty", 5),
    ("key_default", 5),
    ("key_unusable", 5),
    ("not_allowed", 5),
    ("wrong_credentials", 6),
    ("hash_unsupported", 6),
    ("token_rejected", 6),
    ("locked", 7),
    ("inactive", 7),
    ("db_missing", 8),
    ("db_not_sqlite", 8),
    ("db_foreign", 8),
    ("db_busy", 8),
    ("db_unreadable", 8),
    ("db_readonly", 8),
    ("db_owner", 8),
    ("pending", 9),
    ("drift", 9),
    ("partial", 10),
    ("findings", 11),
    ("output_failed", 1),
    ("unexpected", 1),
    ("interrupted", 130),
];

/// One command line and its surroundings.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub args: Vec<OsString>,
    pub stdin: Vec<u8>,
    pub env: BTreeMap<&'static str, OsString>,
    /// Somebody sits at the terminal, says yes, types this, and picks the first.
    pub attended: Option<&'static str>,
    /// The clock stands this many days before [`NOW`].
    pub days_ago: i64,
}

/// What it came to.
#[derive(Debug, Default)]
pub struct Ran {
    pub code: u8,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Every question, and every item that was offered.
    pub asked: Vec<String>,
    pub took: Duration,
}

impl Line {
    /// With the signing key in the environment.
    pub fn of<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Self {
        let args = args.iter().map(|arg| arg.as_ref().to_owned()).collect();
        Self { args, env: BTreeMap::from([("SECRET_KEY", KEY.into())]), ..Self::default() }
    }

    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        bytes.as_ref().clone_into(&mut self.stdin);
        self
    }

    pub fn days_ago(mut self, days: i64) -> Self {
        self.days_ago = days;
        self
    }

    pub fn attended(mut self, text: &'static str) -> Self {
        self.attended = Some(text);
        self
    }

    /// Runs it in a directory, where `app.db` lies.
    ///
    /// # Errors
    /// What a panic said.
    pub fn run(&self, dir: &Path) -> Result<Ran, String> {
        let (stdout, stderr, asked) = (Kept::default(), Kept::default(), Rc::new(RefCell::new(Vec::new())));
        let mut world = self.world(dir, &stdout, &stderr, &asked);
        let begun = Instant::now();
        let arguments = std::iter::once("authctl".into()).chain(self.args.iter().cloned());
        let code = catch_unwind(AssertUnwindSafe(|| run_for_code(arguments, &mut world))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
        })?;
        let took = begun.elapsed();
        drop(world);
        let asked = asked.take();
        Ok(Ran { code, stdout: stdout.0.take(), stderr: stderr.0.take(), asked, took })
    }

    fn world(&self, dir: &Path, stdout: &Kept, stderr: &Kept, asked: &Rc<RefCell<Vec<String>>>) -> World {
        let env = self.env.clone();
        let stream = if self.attended.is_some() { Stream::Terminal } else { Stream::Other };
        World {
            stdin: Box::new(Cursor::new(self.stdin.clone())),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal { stdin: stream, stdout: Stream::Other, stderr: stream, width: None },
            env: Box::new(move |name| env.get(name).cloned()),
            cwd: dir.to_owned(),
            config_directory: None,
            state_directory: Some(dir.join("state")),
            clock: Box::new(Still(NOW - self.days_ago * 86_400)),
            random: random::fill,
            prompter: Box::new(Person { text: self.attended, asked: Rc::clone(asked) }),
            actor: Box::new(actor),
        }
    }
}

impl Ran {
    /// `error.code` of the last line of stderr, where that is an error document; it must agree with the exit code.
    ///
    /// # Errors
    /// What does not agree with the contract.
    pub fn error_code(&self) -> Result<Option<&'static str>, String> {
        let text = String::from_utf8_lossy(&self.stderr);
        let Some(line) = text.lines().last().filter(|line| line.starts_with(r#"{"error":"#)) else { return Ok(None) };
        let document: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
        let code = document["error"]["code"].as_str().unwrap_or_default();
        match CODES.iter().find(|(name, _)| *name == code) {
            Some((name, exit)) if *exit == self.code => Ok(Some(name)),
            Some(_) | None => Err(format!("exit {} with {line}", self.code)),
        }
    }

    pub fn words(&self) -> String {
        format!(
            "exit {}: stdout {:?} stderr {:?}",
            self.code,
            cut(&String::from_utf8_lossy(&self.stdout)),
            cut(&String::from_utf8_lossy(&self.stderr))
        )
    }
}

/// The beginning, and the end, where the error stands.
fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= 800 {
        return text.to_owned();
    }
    let part = |from: usize| text.chars().skip(from).take(400).collect::<String>();
    format!("{} … {}", part(0), part(count - 400))
}

/// What panics said, wherever they happened outside the tests themselves.
pub static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From here on every panic of the product is kept in [`PANICS`].
pub fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if info.location().is_none_or(|place| !place.file().starts_with("tests/")) {
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            }
            before(info);
        }));
    });
}

/// Fails where the product panicked.
pub fn no_panics() {
    let said = PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(said.is_empty(), "{} panics: {said:#?}", said.len());
}

/// A scratch directory with a configuration of cheap hashes.
pub fn scratch() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let cheap = "[hash]\nmemory_kib = 19456\ntime_cost = 2\n";
    std::fs::write(dir.path().join("authctl.toml"), cheap).expect("a configuration");
    dir
}

/// Every file of a directory with its bytes.
pub fn snapshot(dir: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = std::fs::read_dir(dir).expect("the directory").map(|entry| entry.expect("an entry"));
    entries
        .filter(|entry| entry.file_type().expect("a type").is_file())
        .map(|entry| (entry.file_name(), beginning(&entry.path())))
        .collect()
}

/// What a damaged journal claims of the size of its file, SQLite does: up to terabytes of nothing. The length and the
/// first 64 MiB tell such files apart as well.
fn beginning(path: &Path) -> Vec<u8> {
    let file = std::fs::File::open(path).expect("a readable file");
    let mut bytes = file.metadata().expect("its length").len().to_le_bytes().to_vec();
    file.take(64 << 20).read_to_end(&mut bytes).expect("a readable file");
    bytes
}

#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Still(i64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0 * 1_000_000).expect("a time in range")
    }
}

fn actor() -> Actor {
    let text = |text: &str| Some(text.to_owned());
    Actor { uid: Some(1000), name: text("op"), login_uid: None, sudo_user: None, terminal: None, host: text("desk") }
}

/// Says yes, types one text, picks the first, and keeps what it was shown.
struct Person {
    text: Option<&'static str>,
    asked: Rc<RefCell<Vec<String>>>,
}

impl Person {
    fn typed(&self, question: &str) -> Result<String, PromptError> {
        self.asked.borrow_mut().push(question.to_owned());
        self.text.map(str::to_owned).ok_or(PromptError::NoTerminal)
    }
}

impl Prompter for Person {
    fn password(&mut self, prompt: &str) -> Result<Password, PromptError> {
        self.typed(prompt).map(Password::new)
    }

    fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        self.typed(question).map(|_| true)
    }

    fn line(&mut self, prompt: &str, default: Option<&str>) -> Result<String, PromptError> {
        self.asked.borrow_mut().extend(default.map(str::to_owned));
        self.typed(prompt)
    }

    fn pick(&mut self, prompt: &str, items: &[String]) -> Result<usize, PromptError> {
        self.asked.borrow_mut().extend(items.iter().cloned());
        self.typed(prompt).map(|_| 0)
    }
}
