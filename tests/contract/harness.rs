//! A desk for one test: a scratch directory with `app.db`, an environment, a clock that stands still, and a way to
//! run command lines and to look at what they left.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use authctl::cli::prompt::{PromptError, Prompter};
use authctl::cli::{Stream, Terminal, World, run_for_code};
use authctl::crypto::random;
use authctl::model::event::Actor;
use authctl::model::secret::Password;
use authctl::model::time::{Clock, Timestamp};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture;

/// 2026-11-25 02:00:00 UTC, in seconds since 1970.
pub const NOW: i64 = 1_795_572_000;
/// A key of 32 bytes.
pub const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Cheap hashes: the floor of what the configuration allows.
pub const CHEAP: &str = "[hash]\nmemory_kib = 19456\ntime_cost = 2\n";

/// Everything around one command line.
pub struct Desk {
    pub dir: TempDir,
    pub env: BTreeMap<String, OsString>,
    pub stdin: Vec<u8>,
    pub terminal: Terminal,
    pub answers: Vec<Answer>,
    pub micros: i64,
    /// SQL that somebody else runs while the command reads its standard input.
    pub meanwhile: Option<&'static str>,
    /// Microseconds that pass while the command reads its standard input.
    pub pause: i64,
}

/// What the person at the terminal does, in order.
#[derive(Clone, Debug)]
pub enum Answer {
    Text(&'static str),
    Yes,
    No,
    Pick(usize),
    /// Picks the row at this place, where the rows offered begin with these.
    PickOf(&'static [&'static str], usize),
    /// Yes to a question that holds this.
    YesTo(&'static str),
    Interrupt,
    /// Somebody else runs this SQL while the question stands; then the text is typed, or yes.
    Meanwhile(&'static str, &'static str),
}

/// What a command line came to.
#[derive(Debug)]
pub struct Out {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
}

/// The error document of a refusal.
#[derive(Debug)]
pub struct Refusal {
    pub message: String,
    pub hint: String,
}

struct Fixed(Rc<Cell<i64>>);

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.get()).expect("a time in range")
    }
}

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("output is UTF-8")
    }
}

/// Standard input during which time passes, and somebody else writes into the database, once.
struct Meanwhile {
    sql: Option<&'static str>,
    database: PathBuf,
    pause: i64,
    clock: Rc<Cell<i64>>,
    input: Cursor<Vec<u8>>,
}

impl Read for Meanwhile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(sql) = self.sql.take() {
            open(&self.database).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        self.clock.set(self.clock.get() + std::mem::take(&mut self.pause));
        self.input.read(buffer)
    }
}

/// Answers from a list; without one left it fails the test, since nothing may prompt then. Beside it the database.
struct Person(VecDeque<Answer>, PathBuf);

impl Person {
    fn next(&mut self, question: &str) -> Answer {
        self.0.pop_front().unwrap_or_else(|| panic!("a question that nobody expected: {question}"))
    }
}

impl Prompter for Person {
    fn password(&mut self, prompt: &str) -> Result<Password, PromptError> {
        match self.next(prompt) {
            Answer::Text(text) => Ok(Password::new(text.to_owned())),
            Answer::Interrupt => Err(PromptError::Interrupted),
            other => panic!("{prompt} was answered with {other:?}"),
        }
    }

    fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        match self.next(question) {
            Answer::Yes => Ok(true),
            Answer::YesTo(part) => {
                assert!(question.contains(part), "{question}");
                Ok(true)
            }
            Answer::Meanwhile(sql, _) => {
                open(&self.1).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
                Ok(true)
            }
            Answer::No => Ok(false),
            Answer::Interrupt => Err(PromptError::Interrupted),
            other => panic!("{question} was answered with {other:?}"),
        }
    }

    fn line(&mut self, prompt: &str, default: Option<&str>) -> Result<String, PromptError> {
        match self.next(prompt) {
            Answer::Text("") => Ok(default.unwrap_or_default().to_owned()),
            Answer::Text(text) => Ok(text.to_owned()),
            Answer::Interrupt => Err(PromptError::Interrupted),
            Answer::Meanwhile(sql, text) => {
                open(&self.1).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
                Ok(text.to_owned())
            }
            other => panic!("{prompt} was answered with {other:?}"),
        }
    }

    fn pick(&mut self, prompt: &str, items: &[String]) -> Result<usize, PromptError> {
        match self.next(prompt) {
            Answer::Pick(index) if index < items.len() => Ok(index),
            Answer::PickOf(rows, index) => {
                let fit = |(item, row): (&String, &&str)| item.split("  ").next() == Some(row);
                assert!(items.len() == rows.len() && items.iter().zip(rows).all(fit), "{prompt}: {items:?}");
                Ok(index)
            }
            Answer::Interrupt => Err(PromptError::Interrupted),
            other => panic!("{prompt} was answered with {other:?}"),
        }
    }
}

impl Desk {
    /// No database; hashes are cheap.
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        fs::write(dir.path().join("authctl.toml"), CHEAP).expect("a configuration");
        let other = Stream::Other;
        Self {
            dir,
            env: BTreeMap::new(),
            stdin: Vec::new(),
            terminal: Terminal { stdin: other, stdout: other, stderr: other, width: None },
            answers: Vec::new(),
            micros: NOW * 1_000_000,
            meanwhile: None,
            pause: 0,
        }
    }

    /// With `app.db` made by `fixture`.
    pub fn with(fixture: fn(&Path)) -> Self {
        let desk = Self::empty();
        fixture(&desk.db());
        desk
    }

    /// With a migrated `app.db` and the usual accounts.
    pub fn usual() -> Self {
        Self::with(fixture::usual)
    }

    /// The same with a signing key.
    pub fn keyed() -> Self {
        let mut desk = Self::usual();
        desk.set("SECRET_KEY", KEY);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("app.db")
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("a file is written");
        path
    }

    /// A configuration on top of the cheap hashes.
    pub fn config(&self, text: &str) {
        self.write("authctl.toml", format!("{text}\n{CHEAP}"));
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// A person sits there and answers.
    pub fn attended(&mut self, answers: &[Answer]) {
        let terminal = Stream::Terminal;
        self.terminal = Terminal { stdin: terminal, stdout: Stream::Other, stderr: terminal, width: None };
        self.answers = answers.to_vec();
    }

    pub fn run(&self, args: &[&str]) -> Out {
        self.run_os(args.iter().map(OsString::from).collect())
    }

    pub fn run_with(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Out {
        self.run_in(args.iter().map(OsString::from).collect(), stdin.as_ref().to_vec())
    }

    pub fn run_os(&self, args: Vec<OsString>) -> Out {
        self.run_in(args, self.stdin.clone())
    }

    /// What a person sees: both streams in the order in which they are written.
    pub fn screen(&self, args: &[&str]) -> String {
        let both = Shared::default();
        self.run_into(args.iter().map(OsString::from).collect(), Vec::new(), &both, &both);
        both.text()
    }

    fn run_in(&self, args: Vec<OsString>, stdin: Vec<u8>) -> Out {
        let (stdout, stderr) = (Shared::default(), Shared::default());
        let code = self.run_into(args, stdin, &stdout, &stderr);
        Out { code, stdout: stdout.text(), stderr: stderr.text() }
    }

    fn run_into(&self, args: Vec<OsString>, stdin: Vec<u8>, stdout: &Shared, stderr: &Shared) -> u8 {
        let env = self.env.clone();
        let clock = Rc::new(Cell::new(self.micros));
        let meanwhile = Meanwhile {
            sql: self.meanwhile,
            database: self.db(),
            pause: self.pause,
            clock: Rc::clone(&clock),
            input: Cursor::new(stdin),
        };
        let mut world = World {
            stdin: Box::new(meanwhile),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminal: self.terminal,
            env: Box::new(move |name| env.get(name).cloned()),
            cwd: self.dir.path().to_owned(),
            config_directory: None,
            state_directory: Some(self.path("state")),
            clock: Box::new(Fixed(clock)),
            random: random::fill,
            prompter: Box::new(Person(self.answers.clone().into(), self.db())),
            actor: Box::new(actor),
        };
        run_for_code(std::iter::once("authctl".into()).chain(args), &mut world)
    }

    /// Runs and expects exit 0.
    pub fn ok(&self, args: &[&str]) -> Out {
        self.ok_with(args, &self.stdin)
    }

    pub fn ok_with(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Out {
        let out = self.run_with(args, stdin);
        assert_eq!(out.code, 0, "{args:?}: {out:?}");
        out
    }

    /// Runs with `--json`, expects exit 0, and gives the one document.
    pub fn json(&self, args: &[&str]) -> Value {
        self.ok(&[args, &["--json"]].concat()).json()
    }

    /// A refusal that changes no byte: the same message in words and as JSON, nothing on stdout.
    pub fn refused(&self, args: &[&str], exit: u8, code: &str) -> Refusal {
        self.refused_with(args, &self.stdin, exit, code)
    }

    /// A usage error of a line of words: its message names this, its hint that.
    pub fn misused(&self, line: &str, names: &str, advice: &str) -> Refusal {
        let args: Vec<&str> = line.split(' ').collect();
        self.refused(&args, 2, "usage").names(&[names]).advises(&[advice])
    }

    pub fn refused_with(&self, args: &[&str], stdin: impl AsRef<[u8]>, exit: u8, code: &str) -> Refusal {
        let before = self.snapshot();
        let words = self.run_with(args, &stdin);
        let refusal = self.refused_in_json(args, &stdin, exit, code);
        assert_eq!(self.snapshot(), before, "{args:?} left the directory changed");
        assert_eq!((words.code, words.stdout.as_str()), (exit, ""), "{args:?}: {words:?}");
        assert!(words.stderr.contains(&format!("error: {}", refusal.message)), "{args:?}: {words:?} {refusal:?}");
        refusal
    }

    /// A refusal with `--json`, whatever it does to the file.
    pub fn refused_in_json(&self, args: &[&str], stdin: impl AsRef<[u8]>, exit: u8, code: &str) -> Refusal {
        // In front of the rest, where no `--` can make an operand of it.
        let out = self.run_with(&[&["--json"], args].concat(), stdin);
        assert_eq!(out.stdout, "", "{args:?}: {out:?}");
        out.refusal(args, exit, code)
    }

    /// Every file in the directory with its bytes, side files of the database included.
    pub fn snapshot(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.dir.path()).expect("the scratch directory");
        let files = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        files
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, fs::read(&path).expect("a readable file"))
            })
            .collect()
    }

    pub fn sql(&self, sql: &str) {
        let db = open(&self.db());
        db.execute_batch(&fixture::filled(sql)).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The first cell of each row, as text; NULL is `NULL`.
    pub fn cells(&self, sql: &str) -> Vec<String> {
        cells(&self.db(), sql)
    }

    pub fn cell(&self, sql: &str) -> String {
        let mut cells = self.cells(sql);
        assert_eq!(cells.len(), 1, "{sql}: {cells:?}");
        cells.remove(0)
    }

    /// One column of one account.
    pub fn user(&self, username: &str, column: &str) -> String {
        self.cell(&format!("SELECT {column} FROM users WHERE username = '{username}'"))
    }

    /// `event outcome target username before after details`, one line each, oldest first.
    pub fn events(&self) -> Vec<String> {
        let sql = "SELECT event || ' ' || outcome || ' ' || coalesce(target_id, '-') || ' ' ||
                          coalesce(target_username, '-') || ' ' || coalesce(before, '-') || ' ' ||
                          coalesce(after, '-') || ' ' || coalesce(details, '-')
                     FROM security_events ORDER BY id";
        self.cells(sql)
    }

    /// A token for somebody, with the key of the desk.
    pub fn token(&self, args: &[&str]) -> String {
        self.ok(&[&["token", "issue"], args].concat()).stdout.trim_end().to_owned()
    }
}

impl Out {
    /// The one document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last line of stderr as the error of the contract, compact, and the only text about it.
    pub fn refusal(&self, args: &[&str], exit: u8, code: &str) -> Refusal {
        let line = self.stderr.lines().last().unwrap_or_else(|| panic!("{args:?}: nothing on stderr: {self:?}"));
        let document: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{args:?}: {error}: {self:?}"));
        assert!(self.stderr.ends_with(&format!("{line}\n")), "{args:?}: {self:?}");
        assert!(line.starts_with(r#"{"error":{"code":""#), "not compact: {line}");
        let error = &document["error"];
        assert_eq!(
            (error["code"].as_str(), error["exit"].as_u64()),
            (Some(code), Some(exit.into())),
            "{args:?}: {self:?}"
        );
        assert_eq!(self.code, exit, "{args:?}: {self:?}");
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let refusal = Refusal { message: text("message"), hint: text("hint") };
        assert!(!self.stderr.contains("error: "), "{args:?}: two texts for one error: {self:?}");
        assert_eq!(self.stderr.matches(r#"{"error":"#).count(), 1, "{args:?}: {self:?}");
        // The full stops of e-mail refusals are the words of the app's own library.
        let stopped = code != "policy_email" && refusal.message.ends_with('.') && !refusal.message.ends_with("...");
        assert!(!refusal.message.is_empty() && !stopped, "{args:?}: {refusal:?}");
        refusal
    }
}

impl Refusal {
    /// The message names all of this.
    pub fn names(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.message.contains(part), "{part:?} is not in the message of {self:?}");
        }
        self
    }

    /// The hint names all of this.
    pub fn advises(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.hint.contains(part), "{part:?} is not in the hint of {self:?}");
        }
        self
    }
}

fn actor() -> Actor {
    Actor {
        uid: Some(1000),
        name: Some("olga".to_owned()),
        login_uid: Some(1001),
        sudo_user: Some("otto".to_owned()),
        terminal: Some("/dev/pts/7".to_owned()),
        host: Some("desk".to_owned()),
    }
}

/// A connection as the app has one.
pub fn open(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    db.pragma_update(None, "foreign_keys", false).expect("foreign keys off");
    db
}

/// The first cell of each row, as text; NULL is `NULL`.
pub fn cells(path: &Path, sql: &str) -> Vec<String> {
    use rusqlite::types::Value as Cell;
    let db = open(path);
    let mut statement = db.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement
        .query_map([], |row| {
            Ok(match row.get::<_, Cell>(0)? {
                Cell::Null => "NULL".to_owned(),
                Cell::Integer(number) => number.to_string(),
                Cell::Real(number) => number.to_string(),
                Cell::Text(text) => text,
                Cell::Blob(bytes) => format!("{bytes:02x?}"),
            })
        })
        .expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}
