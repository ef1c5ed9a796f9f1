//! The built binary on one database, in an environment that holds nothing but HOME and the signing key.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What the app and the tool sign with, unless a test says otherwise.
pub const KEY: &str = "lantern-over-quiet-harbour-0123456789-abcdef";

/// The binary, pointed at a database.
pub struct Tool {
    database: PathBuf,
    home: TempDir,
    key: Option<&'static str>,
    config: Option<PathBuf>,
    busy_timeout: Option<&'static str>,
}

impl Tool {
    /// The tool with [`KEY`] and without a configuration.
    pub fn on(database: &Path) -> Tool {
        let home = tempfile::tempdir().expect("a home directory");
        Tool { database: database.to_owned(), home, key: Some(KEY), config: None, busy_timeout: None }
    }

    /// The same without SECRET_KEY in the environment.
    pub fn without_key(mut self) -> Tool {
        self.key = None;
        self
    }

    /// The same with another key.
    pub fn with_key(mut self, key: &'static str) -> Tool {
        self.key = Some(key);
        self
    }

    /// The same with a configuration file.
    pub fn configured(mut self, toml: &str) -> Tool {
        let file = self.home.path().join("rules.toml");
        std::fs::write(&file, toml).expect("a configuration file");
        self.config = Some(file);
        self
    }

    /// The same with another patience for locks.
    pub fn busy_timeout(mut self, duration: &'static str) -> Tool {
        self.busy_timeout = Some(duration);
        self
    }

    /// The directory that the binary takes for its user's home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs a command with `--json` to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.start("", args).finish()
    }

    /// As [`Tool::run`], with a text on standard input.
    pub fn run_with(&self, stdin: &str, args: &[&str]) -> Ran {
        self.start(stdin, args).finish()
    }

    /// Runs a command without `--json`.
    pub fn run_plain(&self, args: &[&str]) -> Ran {
        self.spawn("", self.command(args)).finish()
    }

    /// Logs in with a password from standard input.
    pub fn login(&self, user: &str, password: &str) -> Ran {
        self.start_login(user, password).finish()
    }

    /// Starts a login.
    pub fn start_login(&self, user: &str, password: &str) -> Running {
        self.start(password, &["login", user, "--password-stdin"])
    }

    /// Starts a command with `--json`, and leaves it running.
    pub fn start(&self, stdin: &str, args: &[&str]) -> Running {
        let mut command = self.command(args);
        command.arg("--json");
        self.spawn(stdin, command)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authctl"));
        command.env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        if let Some(key) = self.key {
            command.env("SECRET_KEY", key);
        }
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        if let Some(duration) = self.busy_timeout {
            command.args(["--busy-timeout", duration]);
        }
        command.arg("--database").arg(&self.database).args(args);
        command
    }

    fn spawn(&self, stdin: &str, mut command: Command) -> Running {
        let line = format!("{:?}", command.get_args().collect::<Vec<_>>());
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the binary starts");
        let mut input = child.stdin.take().expect("stdin is piped");
        // A command that needs no input may be over before it is written.
        let _ = input.write_all(stdin.as_bytes());
        Running { child, line }
    }
}

/// A command on its way.
pub struct Running {
    child: Child,
    line: String,
}

impl Running {
    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the binary can be waited for").is_none()
    }

    /// Waits for its end.
    pub fn finish(self) -> Ran {
        let output = self.child.wait_with_output().expect("the binary ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Ran {
            line: self.line,
            code: output.status.code().expect("the binary ends by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A command that has ended.
pub struct Ran {
    line: String,
    /// The exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What else it said.
    pub stderr: String,
}

impl fmt::Debug for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ran { line, code, stdout, stderr } = self;
        write!(f, "{line} ended with {code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

impl Ran {
    /// Asserts that it worked.
    #[track_caller]
    pub fn done(self) -> Ran {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }

    /// Asserts a refusal: exit code, `error.code`, and nothing on stdout.
    #[track_caller]
    pub fn refused(self, exit: i32, code: &str) -> Ran {
        assert_eq!((self.code, self.error()["code"].as_str()), (exit, Some(code)), "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        self
    }

    /// The error on the last line of stderr; null where there is none.
    pub fn error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str::<Value>(line).map(|mut line| line["error"].take()).unwrap_or_default()
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}
