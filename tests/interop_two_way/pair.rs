//! One file with the app running on it and the tool pointed at it.

use std::path::PathBuf;
use std::sync::OnceLock;

use authctl::crypto::password::{HashParams, NewHash, make};
use authctl::crypto::random;
use authctl::model::secret::Password;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{App, AppKind, PASSWORD, Stage, TokenLib, make_db, sqlite};
use crate::tool::{KEY, Tool};

/// A password that fits no account.
pub const WRONG: &str = "Garnet*Leaf37/Wolf";

/// The three refusals of the app's login.
pub const REFUSED: &str = "Invalid email or password";
pub const LOCKED: &str = "Account is temporarily locked due to multiple failed login attempts";
pub const INACTIVE: &str = "Account is inactive";

/// A stage of the file, the app that belongs to it, and the library that the app signs with.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    pub stage: Stage,
    pub kind: AppKind,
    pub lib: TokenLib,
}

impl Form {
    /// From before accounts had passwords.
    pub const FROM_PREAUTH: Form = Form { stage: Stage::Preauth, kind: AppKind::Seed, lib: TokenLib::Jose };
    /// With accounts that the app made.
    pub const LIVE: Form = Form { stage: Stage::Live, kind: AppKind::Seed, lib: TokenLib::Jose };
    /// Without SQL defaults.
    pub const LATER: Form = Form { stage: Stage::Later, kind: AppKind::Seed, lib: TokenLib::PyJwt };
    /// With customers.
    pub const NEWEST: Form = Form { stage: Stage::Head, kind: AppKind::Head, lib: TokenLib::Jose };

    /// The same form, signing with another library.
    pub const fn with(self, lib: TokenLib) -> Form {
        Form { lib, ..self }
    }

    /// The roles that the app knows, the default one first.
    pub fn roles(self) -> [&'static str; 3] {
        match self.kind {
            AppKind::Seed => ["patient", "therapist", "admin"],
            AppKind::Head => ["user", "moderator", "admin"],
        }
    }
}

/// A migrated file, the running app, the tool.
pub struct Pair {
    pub form: Form,
    pub app: App,
    pub tool: Tool,
    pub db: PathBuf,
    _dir: TempDir,
}

impl Pair {
    /// Migrates a file of that form and starts the app on it.
    pub fn start(form: Form) -> Pair {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let db = make_db(form.stage, dir.path());
        let tool = Tool::on(&db);
        tool.run(&["migrate"]).done();
        let app = App::start_with(form.kind, form.lib, &db, Some(KEY));
        Pair { form, app, tool, db, _dir: dir }
    }

    /// Registers an account in the app, with the default role, in the first customer where there are customers.
    pub fn register(&self, username: &str, email: &str, password: &str) -> (u16, Value) {
        let mut body = json!({"username": username, "email": email, "password": password});
        if self.form.kind == AppKind::Head {
            body["customer_id"] = json!(1);
        }
        self.app.post("/api/v1/auth/register", &body)
    }

    /// Puts an account with [`PASSWORD`] into the file, and returns its e-mail. Its hash is a cheap one, as both sides
    /// take it: locks and changes are what such an account is for, not hashes.
    pub fn account(&self, username: &str) -> String {
        static HASH: OnceLock<NewHash> = OnceLock::new();
        let NewHash { hash, salt } = HASH.get_or_init(|| {
            let cheap = HashParams { memory_kib: 1_024, time_cost: 1, parallelism: 1 };
            make(&Password::new(PASSWORD.to_owned()), cheap, &mut random::fill).expect("a hash")
        });
        let (column, customer) = match self.form.kind {
            AppKind::Seed => ("", ""),
            AppKind::Head => (", customer_id", ", 1"),
        };
        let (email, role) = (format!("{username}@example.org"), self.form.roles()[0]);
        let insert = format!(
            "INSERT INTO users (username, email, password_hash, salt, role, is_active, is_verified, \
             failed_login_attempts, created_at{column}) \
             VALUES ('{username}', '{email}', '{hash}', '{salt}', '{role}', 1, 0, 0, '2026-01-01 00:00:00.250000'{customer})"
        );
        sqlite(&self.db, &insert);
        email
    }

    /// The app's access token for an account with [`PASSWORD`].
    #[track_caller]
    pub fn token(&self, email: &str) -> String {
        let (status, answer) = self.app.login(email, PASSWORD);
        assert_eq!(status, 200, "{answer}");
        text(&answer["access_token"]).to_owned()
    }

    /// One cell of an account, as text.
    pub fn cell(&self, username: &str, column: &str) -> String {
        sqlite(&self.db, &format!("SELECT {column} FROM users WHERE username = '{username}'"))[0][0].clone()
    }

    /// Counter and lock of an account.
    pub fn lock_cells(&self, username: &str) -> (String, String) {
        (self.cell(username, "failed_login_attempts"), self.cell(username, "locked_until"))
    }

    /// Writes to an account behind the back of both.
    pub fn set(&self, username: &str, assignments: &str) {
        sqlite(&self.db, &format!("UPDATE users SET {assignments} WHERE username = '{username}'"));
    }
}

/// No failures, no lock: what both leave after a success.
pub fn free() -> (String, String) {
    ("0".to_owned(), "NULL".to_owned())
}

/// The body of a refusal.
pub fn detail(text: &str) -> Value {
    json!({ "detail": text })
}

/// The text in a JSON value.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// `YYYY-MM-DD HH:MM:SS.ffffff`: six digits always, never an offset.
pub fn is_naive_with_micros(text: &str) -> bool {
    text.len() == 26 && has_shape(text, "dddd-dd-dd dd:dd:dd.dddddd")
}

/// The same with `+00:00`.
pub fn is_aware_with_micros(text: &str) -> bool {
    text.strip_suffix("+00:00").is_some_and(is_naive_with_micros)
}

fn has_shape(text: &str, shape: &str) -> bool {
    text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
        b'd' => byte.is_ascii_digit(),
        other => byte == other,
    })
}
