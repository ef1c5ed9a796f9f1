//! The running reference app: uvicorn on a free port of 127.0.0.1, ended by its own pid on drop.
//!
//! Its working directory is the database's, so a `.env` there is read; the environment's SECRET_KEY goes first.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::http;
use super::python::script;

/// The key that the app signs with when SECRET_KEY is unset.
pub const FALLBACK_KEY: &str = "your-secret-key-change-in-production-mental-health-app";

/// Which form of the app runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppKind {
    /// `users` without customers: migrated files, and the later layout.
    Seed,
    /// The newest form: customers, no uniqueness.
    Head,
}

/// Which library the app signs and reads tokens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenLib {
    /// python-jose 3.5.0, the default.
    Jose,
    /// PyJWT 2.10.1.
    PyJwt,
}

/// A running app; dropping it ends the process.
pub struct App {
    child: Child,
    port: u16,
    log: NamedTempFile,
}

impl App {
    /// Starts the app on a database (created where missing, as the app does); `None` leaves SECRET_KEY unset.
    ///
    /// # Panics
    /// When the app does not start; the message holds its log.
    pub fn start(kind: AppKind, db: &Path, key: Option<&str>) -> App {
        App::start_with(kind, TokenLib::Jose, db, key)
    }

    /// As [`App::start`], with a token library named.
    ///
    /// # Panics
    /// When the app does not start; the message holds its log.
    pub fn start_with(kind: AppKind, lib: TokenLib, db: &Path, key: Option<&str>) -> App {
        let log = NamedTempFile::new().expect("a log file for the app");
        let directory = db.parent().expect("the database lies in a directory");
        let mut command = script("serve.py");
        command
            .arg(match kind {
                AppKind::Seed => "app_seed",
                AppKind::Head => "app_head",
            })
            .env("DATABASE_URL", format!("sqlite:///{}", db.display()))
            .env(
                "TOKEN_LIB",
                match lib {
                    TokenLib::Jose => "jose",
                    TokenLib::PyJwt => "pyjwt",
                },
            )
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log.path()).expect("the app's log can be opened"));
        if let Some(key) = key {
            command.env("SECRET_KEY", key);
        }
        let child = command.spawn().expect("the app's interpreter starts");
        // From here on drop ends the child, whatever panics.
        let mut app = App { child, port: 0, log };
        app.port = app.announced_port();
        // Any answer will do: 404 says that the app is up.
        app.get("/", None);
        app
    }

    /// Returns what the app printed on its standard error: the tracebacks behind its 500s.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap_or_default()
    }

    /// Registers an account with the form's default role.
    pub fn register(&self, username: &str, email: &str, password: &str) -> (u16, Value) {
        self.post("/api/v1/auth/register", &json!({"username": username, "email": email, "password": password}))
    }

    /// Logs in; 200 comes with the token response.
    pub fn login(&self, email: &str, password: &str) -> (u16, Value) {
        self.post("/api/v1/auth/login", &json!({"email": email, "password": password}))
    }

    /// Asks who a token belongs to.
    pub fn me(&self, token: &str) -> (u16, Value) {
        self.get("/api/v1/auth/me", Some(token))
    }

    /// Lists all users, which needs no token.
    pub fn users(&self) -> (u16, Value) {
        self.get("/api/v1/users/", None)
    }

    /// Sends a GET request.
    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        self.ask("GET", path, token, None)
    }

    /// Sends a POST request with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, None, Some(body))
    }

    fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> (u16, Value) {
        match http::ask(self.port, method, path, token, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: {error}\n{}", self.log()),
        }
    }

    fn announced_port(&mut self) -> u16 {
        let mut line = String::new();
        let stdout = self.child.stdout.take().expect("the app's stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the app's stdout can be read");
        let Ok(port) = line.trim().parse() else {
            panic!("the app did not start\n{}", self.log());
        };
        port
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
