//! `user why` beside the running app: its reason is what the app answers, and its command lets the account in.
//!
//! What a newcomer would get wrong: the command is run by a shell as it was printed, since it is there to be pasted;
//! the test adds nothing but what the command asks for.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::pair::{Form, Pair, WRONG, text};
use crate::support::{App, AppKind, PASSWORD, Stage, TWIN_PASSWORD, make_db, sqlite};
use crate::tool::{KEY, Tool};

/// What the tool sets where it suggests a new password.
const NEW: &str = "Harbor&Lens29=Plum";

/// Most rounds that an account may need: each command mends at least one thing.
const ROUNDS: usize = 4;

/// Cells that break each step of the path, alone and together; the account is named after its place in the list.
const BROKEN: [&str; 34] = [
    "failed_login_attempts = 4",
    "failed_login_attempts = 5",
    "failed_login_attempts = NULL",
    "failed_login_attempts = 'many'",
    "failed_login_attempts = 2.5",
    "failed_login_attempts = CAST(x'ff' AS TEXT)",
    "locked_until = '2099-01-01 00:00:00.000000'",
    "locked_until = '2025-06-07 10:00:00'",
    "locked_until = '2099-01-01T00:00:00+02:00'",
    "locked_until = '2025-06-07 10:00:00+00:00', failed_login_attempts = 5",
    "locked_until = 'soon'",
    "locked_until = 5",
    "locked_until = ''",
    "is_active = 0",
    "is_active = NULL",
    "is_active = ''",
    "is_active = 'false'",
    "is_active = 0, locked_until = '2099-01-01 00:00:00.000000', failed_login_attempts = 5",
    "is_active = 0, failed_login_attempts = 5",
    "password_hash = '', salt = ''",
    "password_hash = 'plain'",
    "password_hash = CAST(x'ff' AS TEXT)",
    "salt = x'00'",
    "salt = NULL",
    "salt = CAST(x'ff' AS TEXT)",
    "role = NULL",
    "role = 'wizard'",
    "role = 'Admin'",
    "role = CAST(x'ff' AS TEXT)",
    "last_login = ''",
    "last_login = 1.5, created_at = 'soon'",
    "created_at = 5, locked_until = '2025-06-07 10:00:00', password_hash = ''",
    "is_verified = CAST(x'ff' AS TEXT)",
    "role = 'wizard', is_active = 0, password_hash = '', failed_login_attempts = NULL",
];

/// Addresses that are stored as the app never looks them up, or that it refuses.
const ADDRESSES: [&str; 9] = [
    "'Ada.One@Example.ORG'",
    "' ada.two@example.org'",
    "'ada.three@example.org' || char(10)",
    "'Ada <ada.four@example.org>'",
    "'ada-e' || char(769) || '@example.org'",
    "'pia@EXAMPLE.ORG'",
    "'ada.five@ward.test'",
    "'ada.six'",
    "x'ff'",
];

/// Cells of the newest form alone; each account has a customer of its own, by the same name.
const BROKEN_CUSTOMERS: [&str; 9] = [
    "is_active = 0",
    "is_active = NULL",
    "subscription_expires_at = NULL",
    "subscription_expires_at = '2025-01-31 00:00:00.000000'",
    "subscription_expires_at = '2099-01-31 00:00:00+00:00'",
    "subscription_expires_at = 'soon'",
    "created_at = 'soon'",
    "id = id + 1000",
    "is_active = 0, subscription_expires_at = 'soon'",
];

/// An account as the test sees it.
struct Account {
    id: String,
    email: String,
    password: &'static str,
}

/// The tool and the app on one file.
struct Ward<'a> {
    app: &'a App,
    tool: &'a Tool,
    db: &'a Path,
}

impl<'a> Ward<'a> {
    fn of(pair: &'a Pair) -> Self {
        Self { app: &pair.app, tool: &pair.tool, db: &pair.db }
    }

    fn why(&self, account: &Account) -> Value {
        let before = fs::read(self.db).expect("the file can be read");
        let document = self.tool.run(&["user", "why", &account.id]).done().document();
        assert!(before == fs::read(self.db).expect("the file can be read"), "{}: a byte was changed", account.id);
        document
    }

    /// What the app answers to a login, and to a token of the account.
    fn answers(&self, account: &Account, password: &str) -> (u16, u16) {
        let issue = ["token", "issue", "--offline", "--user-id", account.id.trim_start_matches("id:")];
        let rest = ["--email", "any@example.org", "--role", "any"];
        let token = self.tool.run(&[&issue[..], &rest].concat()).done().document();
        let me = self.app.me(text(&token["token"])).0;
        (self.app.login(&account.email, password).0, me)
    }

    /// What is predicted is what is answered, with the right password and with a wrong one.
    fn predicts(&self, account: &Account) {
        let id = account.id.trim_start_matches("id:");
        let restore = format!(
            "UPDATE users SET (failed_login_attempts, locked_until, last_login) = \
             (SELECT failed_login_attempts, locked_until, last_login FROM kept WHERE kept.id = users.id) WHERE id = {id}"
        );
        sqlite(self.db, "DROP TABLE IF EXISTS kept");
        sqlite(self.db, "CREATE TABLE kept AS SELECT * FROM users");
        for password in [account.password, WRONG] {
            let alone = self.why(account);
            let tried =
                self.tool.run_with(password, &["user", "why", &account.id, "--password-stdin"]).done().document();
            let (login, me) = self.answers(account, password);
            let told = |document: &Value| {
                let expected = &document["app"];
                assert!(expected["me"] == me, "/auth/me {me}: {document}");
                let login_told = expected["login"].is_null() || expected["login"] == login;
                assert!(login_told, "login {login}: {document}");
                // Where another account is found, its answer says nothing of this one.
                let works = json!(login == 200 && me == 200);
                let open = document["can_login"].is_null() || expected["login"].is_null();
                assert!(open || document["can_login"] == works, "{login} {me}: {document}");
            };
            told(&tried);
            if password == account.password {
                told(&alone);
            }
            sqlite(self.db, &restore);
        }
        sqlite(self.db, "DROP TABLE kept");
    }

    /// Does what is suggested until nothing is left; the app lets the account in then.
    fn mends(&self, account: &Account) {
        let mut password = account.password;
        for _ in 0..ROUNDS {
            let document = self.why(account);
            let Some(command) = document["command"].as_str() else {
                if document["can_login"] == true {
                    break;
                }
                self.somebody_else(account, &document);
                continue;
            };
            if command.contains("user passwd") {
                password = NEW;
                self.paste(&format!("{command} --password-stdin"));
            } else {
                let id = &account.id[3..];
                let given = command.replace("ADDRESS", &format!("new-{id}@example.org"));
                self.paste(&given.replace("NAME", &format!("name-{id}")).replace("--customer ID", "--customer 1"));
            }
        }
        let document = self.why(account);
        assert_eq!((&document["can_login"], &document["command"]), (&json!(true), &Value::Null), "{document}");
        let email = text(&document["user"]["email"]);
        let (status, answer) = self.app.login(email, password);
        assert_eq!(status, 200, "{document}: {answer}");
        let (status, me) = self.app.me(text(&answer["access_token"]));
        assert_eq!((status, format!("id:{}", me["id"])), (200, account.id.clone()), "{document}: {me}");
    }

    /// What no command does: the SQL that is printed, or the customer's row.
    fn somebody_else(&self, account: &Account, document: &Value) {
        let out = self.tool.run_plain(&["user", "why", &account.id]).done().stdout;
        if let Some((_, sql)) = out.split_once("mends the cell: ") {
            sqlite(self.db, sql.lines().next().expect("the statement"));
        } else {
            assert!(out.contains("whoever runs the app's customers must"), "{document}: {out}");
            let good =
                "is_active = 1, subscription_expires_at = '2099-01-31 00:00:00', created_at = '2026-01-01 00:00:00'";
            let customer = &document["user"]["customer_id"];
            sqlite(self.db, &format!("UPDATE customers SET {good} WHERE id = {customer}"));
        }
    }

    /// Runs a command as a person pastes it.
    fn paste(&self, command: &str) {
        let binary = Path::new(env!("CARGO_BIN_EXE_authctl"));
        let home = tempfile::tempdir().expect("a home directory");
        let directory = binary.parent().expect("the binary lies in a directory").display();
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env_clear().env("PATH", format!("{directory}:/usr/bin:/bin"));
        shell.env("HOME", home.path()).current_dir(home.path());
        let password = tempfile::NamedTempFile::new().expect("a file");
        fs::write(password.path(), NEW).expect("a password");
        let stdin = fs::File::open(password.path()).expect("the password");
        let out = shell.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("a shell");
        assert!(out.status.success(), "{command}: {}", String::from_utf8_lossy(&out.stderr));
    }
}

/// Every account of the file, with the password that it had before anything broke.
fn accounts(db: &Path) -> Vec<Account> {
    let twin = "(SELECT min(id) FROM users twin WHERE twin.email = users.email) < id";
    let rows = sqlite(db, &format!("SELECT id, email, {twin} FROM users ORDER BY id"));
    let account = |row: Vec<String>| Account {
        id: format!("id:{}", row[0]),
        email: row[1].clone(),
        password: if row[2] == "1" { TWIN_PASSWORD } else { PASSWORD },
    };
    rows.into_iter().map(account).collect()
}

fn breaks(pair: &Pair) {
    for (index, cells) in BROKEN.iter().enumerate() {
        // The newest app's table takes no NULL there.
        if pair.form.kind == AppKind::Head && *cells == "salt = NULL" {
            continue;
        }
        let username = format!("broken-{index}");
        pair.account(&username);
        pair.set(&username, cells);
    }
    if pair.form.kind == AppKind::Head {
        for (index, cells) in BROKEN_CUSTOMERS.iter().enumerate() {
            let username = format!("customer-{index}");
            pair.account(&username);
            sqlite(
                &pair.db,
                &format!(
                    "INSERT INTO customers (id, company_name, company_email, is_active, admin_first_name, admin_last_name, \
                     admin_email, created_at) VALUES ({}, '{username}', '{username}', 1, 'Sam', 'Ple', 's', '2026-01-01 00:00:00')",
                    100 + index
                ),
            );
            pair.set(&username, &format!("customer_id = {}", 100 + index));
            sqlite(&pair.db, &format!("UPDATE customers SET {cells} WHERE id = {}", 100 + index));
        }
        for (username, cells) in [("no-customer", "customer_id = NULL"), ("gone-customer", "customer_id = 99")] {
            pair.account(username);
            pair.set(username, cells);
        }
    }
}

fn every_account_gets_its_reason_and_then_in(form: Form) {
    let pair = Pair::start(form);
    // The rows of the later layout are those of a live file.
    if form.stage != Stage::Later {
        breaks(&pair);
    }
    let ward = Ward::of(&pair);
    let (twins, accounts): (Vec<_>, Vec<_>) = accounts(&pair.db).into_iter().partition(|one| one.password != PASSWORD);
    for account in accounts.iter().chain(&twins) {
        ward.predicts(account);
    }
    for account in &accounts {
        ward.mends(account);
    }
}

#[test]
fn every_account_of_a_live_file_gets_its_reason_and_then_in() {
    every_account_gets_its_reason_and_then_in(Form::LIVE);
}

#[test]
fn every_account_of_the_later_layout_gets_its_reason_and_then_in() {
    every_account_gets_its_reason_and_then_in(Form::LATER);
}

#[test]
fn every_account_of_the_newest_layout_gets_its_reason_and_then_in() {
    every_account_gets_its_reason_and_then_in(Form::NEWEST);
}

/// Puts an account with each of the addresses into the file.
fn misaddressed(pair: &Pair) -> Vec<Account> {
    for (index, address) in ADDRESSES.iter().enumerate() {
        let username = format!("address-{index}");
        pair.account(&username);
        pair.set(&username, &format!("email = {address}"));
    }
    let ids = sqlite(&pair.db, "SELECT 'id:' || id FROM users WHERE username LIKE 'address-%'");
    let all = accounts(&pair.db).into_iter();
    all.filter(|account| ids.iter().any(|id| id[0] == account.id)).collect()
}

#[test]
fn an_address_that_is_not_in_the_apps_form_is_told_as_the_app_answers() {
    let pair = Pair::start(Form::LIVE);
    for account in misaddressed(&pair) {
        let document = Ward::of(&pair).why(&account);
        assert_eq!(document["can_login"], false, "{document}");
        Ward::of(&pair).predicts(&account);
    }
}

/// The address is edited, to the app's form or to one that the operator gives.
#[test]
fn an_account_that_nobody_can_find_by_its_address_gets_one_and_then_in() {
    let pair = Pair::start(Form::LIVE);
    for account in misaddressed(&pair) {
        Ward::of(&pair).mends(&account);
    }
    let pair = Pair::start(Form::NEWEST);
    for (username, cells) in [
        ("blob-name", "username = x'ff'"),
        ("blob-full", "full_name = CAST(x'ff' AS TEXT)"),
        ("lost", "customer_id = 'x'"),
    ] {
        pair.account(username);
        pair.set(username, cells);
    }
    for account in accounts(&pair.db) {
        Ward::of(&pair).mends(&account);
    }
}

/// The file is as the app left it: columns are missing, or our log of events is.
#[test]
fn on_files_that_nobody_migrated_the_commands_lead_in_too() {
    for stage in [Stage::Preauth, Stage::Half, Stage::Altered, Stage::Live] {
        let dir = tempfile::tempdir().expect("a directory");
        let db = make_db(stage, dir.path());
        let app = App::start(AppKind::Seed, &db, Some(KEY));
        let tool = Tool::on(&db);
        let ward = Ward { app: &app, tool: &tool, db: &db };
        for account in accounts(&db).iter().take(6) {
            let document = ward.why(account);
            let (login, me) = ward.answers(account, PASSWORD);
            assert_eq!(document["app"], json!({"login": login, "me": me}), "{stage:?} {document}");
            ward.mends(account);
        }
    }
}
