//! What `doctor` claims of the app ("answers 500", "no login") is what the app does, and after the command that the
//! finding names it does not any more.

use authctl::crypto::password::{HashParams, make};
use authctl::crypto::random;
use authctl::model::secret::Password;
use serde_json::Value;

use crate::pair::{Form, Pair, WRONG, text};
use crate::support::{AppKind, PASSWORD};

/// What the app answers to one account: its login, a wrong password, its own page, the list of all users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Answers {
    login: u16,
    wrong: u16,
    me: u16,
    list: u16,
}

const WELL: Answers = Answers { login: 200, wrong: 401, me: 200, list: 200 };

/// Who is asked about, with a token from before anything was wrong.
struct Patient<'p> {
    pair: &'p Pair,
    name: &'static str,
    email: String,
    token: String,
}

impl<'p> Patient<'p> {
    fn new(pair: &'p Pair, name: &'static str) -> Self {
        let email = pair.account(name);
        let token = pair.token(&email);
        Self { pair, name, email, token }
    }

    fn answers(&self) -> Answers {
        let app = &self.pair.app;
        let login = app.login(&self.email, PASSWORD).0;
        Answers { login, wrong: app.login(&self.email, WRONG).0, me: app.me(&self.token).0, list: app.users().0 }
    }

    /// The findings about it, ids and commands; its hash is a cheap one, and that is found with everything else.
    fn findings(&self) -> Vec<(String, String)> {
        let id: i64 = self.pair.cell(self.name, "id").parse().expect("an id");
        let document = self.pair.tool.run(&["doctor"]).document();
        let about = |finding: &&Value| {
            let accounts = finding["accounts"].as_array().expect("accounts");
            finding["id"] != "outdated-hash" && accounts.iter().any(|account| account["id"] == id)
        };
        let found = document["findings"].as_array().expect("findings").iter().filter(about);
        found
            .map(|finding| {
                (text(&finding["id"]).to_owned(), finding["command"].as_str().unwrap_or_default().to_owned())
            })
            .collect()
    }

    /// Something is written behind the back of both, the app answers so, and the tool finds this.
    #[track_caller]
    fn falls_ill(&self, assignment: &str, answers: Answers, id: &str) {
        self.pair.set(self.name, assignment);
        assert_eq!(self.answers(), answers, "{}: {assignment}\n{}", self.name, self.pair.app.log());
        self.pair.set(self.name, assignment);
        let found = self.findings();
        assert!(found.iter().any(|(found, _)| found == id), "{}: {assignment}: {found:?}", self.name);
    }

    /// Runs a command of ours.
    #[track_caller]
    fn is_mended_by(&self, args: &[&str]) {
        self.pair.tool.run(args).done();
        assert_eq!(self.findings(), [], "{} after {args:?}", self.name);
        assert_eq!(self.answers(), WELL, "{} after {args:?}\n{}", self.name, self.pair.app.log());
    }

    /// What the tool has no command for.
    #[track_caller]
    fn is_mended_with(&self, assignment: &str) {
        self.pair.set(self.name, assignment);
        assert_eq!((self.findings(), self.answers()), (vec![], WELL), "{} after {assignment}", self.name);
    }
}

/// Every lock that the app writes is one that it cannot read.
fn a_stuck_lock(pair: &Pair) {
    let stuck = Answers { login: 500, wrong: 500, ..WELL };
    let one = Patient::new(pair, "doc-stuck");
    for lock in ["2020-06-07 10:00:00.000000", "2099-01-01 00:00:00.000000"] {
        one.falls_ill(&format!("locked_until = '{lock}', failed_login_attempts = 0"), stuck, "stuck-lock");
        one.is_mended_by(&["unlock", one.name]);
    }
}

/// One failure more locks, for ever; a lock that has run out does not start the count again.
fn a_hair_trigger(pair: &Pair) {
    let one = Patient::new(pair, "doc-hair");
    for lock in ["NULL", "'2020-06-07 10:00:00.000000+00:00'"] {
        pair.set(one.name, &format!("failed_login_attempts = 5, locked_until = {lock}"));
        assert_eq!(one.findings()[0].0, "hair-trigger");
        assert_eq!(pair.app.login(&one.email, WRONG).0, 401);
        assert_eq!(pair.app.login(&one.email, PASSWORD).0, 500, "{lock}");
        assert_eq!(one.findings()[0].0, "stuck-lock");
        one.is_mended_by(&["unlock", one.name]);
    }
    // Just below the limit nothing happens.
    pair.set(one.name, "failed_login_attempts = 3");
    assert_eq!(one.findings(), []);
    assert_eq!((pair.app.login(&one.email, WRONG).0, pair.app.login(&one.email, PASSWORD).0), (401, 200));
}

fn nulls_and_cells(pair: &Pair) {
    let one = Patient::new(pair, "doc-null");
    let attempts = Answers { wrong: 500, ..WELL };
    pair.set(one.name, "failed_login_attempts = NULL");
    assert_eq!(pair.app.login(&one.email, WRONG).0, attempts.wrong);
    assert_eq!(one.findings()[0].0, "null-breaks-app");
    one.is_mended_by(&["unlock", one.name]);
    one.falls_ill("role = NULL", Answers { me: 500, ..WELL }, "null-breaks-app");
    one.is_mended_by(&["set-role", one.name, pair.form.roles()[0]]);
}

fn times(pair: &Pair) {
    let unreadable = Answers { login: 500, wrong: 500, me: 500, list: 500 };
    let one = Patient::new(pair, "doc-time");
    for text in ["", "soon", "2026-1-1", "2026/01/01 00:00:00"] {
        one.falls_ill(&format!("locked_until = '{text}', failed_login_attempts = 0"), unreadable, "unreadable-date");
        one.is_mended_by(&["unlock", one.name]);
        one.falls_ill(&format!("last_login = '{text}'"), unreadable, "unreadable-date");
        one.is_mended_with("last_login = NULL");
        one.falls_ill(&format!("created_at = '{text}'"), unreadable, "unreadable-date");
        one.is_mended_with("created_at = CURRENT_TIMESTAMP");
    }
}

fn roles(pair: &Pair) {
    let one = Patient::new(pair, "doc-role");
    let me = match pair.form.kind {
        AppKind::Head => 200,
        AppKind::Seed => 500,
    };
    for role in ["Admin", "nurse", ""] {
        one.falls_ill(&format!("role = '{role}'"), Answers { me, ..WELL }, "unknown-role");
        one.is_mended_by(&["set-role", one.name, pair.form.roles()[0]]);
    }
}

fn addresses(pair: &Pair) {
    let one = Patient::new(pair, "doc-mail");
    // Looked for in its normal form, which no row has.
    pair.set(one.name, "email = 'doc-mail@EXAMPLE.org'");
    assert_eq!(one.findings()[0].0, "email-cannot-login");
    assert_eq!(pair.app.login("doc-mail@EXAMPLE.org", PASSWORD).0, 401);
    assert_eq!((pair.app.me(&one.token).0, pair.app.users().0), (200, 200));
    pair.set(one.name, "email = 'doc-mail@localhost'");
    assert_eq!(one.findings()[0].0, "email-cannot-login");
    assert_eq!(pair.app.login("doc-mail@localhost", PASSWORD).0, 422);
    assert_eq!((pair.app.me(&one.token).0, pair.app.users().0), (500, 500));
    one.is_mended_with("email = 'doc-mail@example.org'");
}

fn hashes(pair: &Pair) {
    let one = Patient::new(pair, "doc-hash");
    let new = make(&Password::new(PASSWORD.to_owned()), HashParams::default(), &mut random::fill).expect("a hash");
    let whole = format!("password_hash = '{}', salt = '{}', failed_login_attempts = 0", new.hash, new.salt);
    let none = Answers { login: 401, ..WELL };
    for (assignment, id) in [
        ("password_hash = ''", "legacy-no-password"),
        ("password_hash = 'plain'", "unsupported-hash"),
        ("password_hash = '$2x$12$KK5nrrbFEiyPqSrlHYpUFeYgeyzfBqdRxbhzCyrhJh0mfm3NLbMG2'", "unsupported-hash"),
        ("password_hash = replace(password_hash, 'm=', 'm=0')", "unsupported-hash"),
    ] {
        pair.set(one.name, &whole);
        one.falls_ill(&format!("{assignment}, failed_login_attempts = 0"), none, id);
    }
    one.is_mended_with(&whole);
}

/// The first of two rows is the one that a login takes.
fn twins(pair: &Pair) {
    let first = Patient::new(pair, "doc-twin");
    let second = Patient::new(pair, "doc-twin2");
    pair.set(second.name, "email = 'doc-twin@example.org'");
    assert!(second.findings().iter().any(|(id, _)| id == "exact-twin"), "{:?}", second.findings());
    let token = pair.token(&first.email);
    assert_eq!(pair.app.me(&token).1["username"], "doc-twin");
    let id = pair.cell(second.name, "id");
    assert!(second.findings().iter().any(|(_, line)| line.contains(&format!("user edit id:{id} --email ADDRESS"))));
    pair.set(second.name, "email = 'doc-twin2@example.org'");
    assert!(!second.findings().iter().any(|(id, _)| id == "exact-twin"));
}

/// Anybody can register as an admin in the app; no event says so.
fn an_admin_that_registered(pair: &Pair) {
    let mut body = serde_json::json!({
        "username": "doc-admin", "email": "doc-admin@example.org", "password": PASSWORD, "role": "admin"
    });
    if pair.form.kind == AppKind::Head {
        body["customer_id"] = 1.into();
    }
    assert_eq!(pair.app.post("/api/v1/auth/register", &body).0, 201);
    let one = Patient {
        pair,
        name: "doc-admin",
        email: "doc-admin@example.org".into(),
        token: pair.token("doc-admin@example.org"),
    };
    assert!(one.findings().iter().any(|(id, _)| id == "unexplained-admin"), "{:?}", one.findings());
    pair.tool.run(&["set-role", "doc-admin", pair.form.roles()[0], "--force"]).done();
    assert!(!one.findings().iter().any(|(id, _)| id == "unexplained-admin"), "{:?}", one.findings());
    pair.tool.run(&["set-role", "doc-admin", "admin"]).done();
    assert!(!one.findings().iter().any(|(id, _)| id == "unexplained-admin"), "{:?}", one.findings());
}

fn what_is_claimed_is_true(form: Form) {
    let pair = Pair::start(form);
    a_stuck_lock(&pair);
    a_hair_trigger(&pair);
    nulls_and_cells(&pair);
    times(&pair);
    roles(&pair);
    addresses(&pair);
    hashes(&pair);
    an_admin_that_registered(&pair);
    if form.kind == AppKind::Head {
        twins(&pair);
    }
}

#[test]
fn what_is_claimed_is_true_of_a_live_file() {
    what_is_claimed_is_true(Form::LIVE);
}

#[test]
fn what_is_claimed_is_true_of_the_later_layout() {
    what_is_claimed_is_true(Form::LATER);
}

#[test]
fn what_is_claimed_is_true_of_the_newest_layout() {
    what_is_claimed_is_true(Form::NEWEST);
}
