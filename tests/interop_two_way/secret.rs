//! `secret generate --write` against python-dotenv and the app: they read the key that was written.

use std::path::PathBuf;

use authctl::cli::settings::dotenv::parse;
use serde_json::Value;

use crate::pair::text;
use crate::support::{App, AppKind, FALLBACK_KEY, PASSWORD, Stage, make_db, script};
use crate::tool::Tool;

/// Files in which python-dotenv finds no key, one, or several, with what editors leave around it.
const FILES: [&str; 14] = [
    "",
    "# nothing\n",
    "A=1",
    "SECRET_KEY=old\n",
    "SECRET_KEY=old",
    "A=1\r\nSECRET_KEY=old # why\r\nB='x'\r\n",
    "\u{feff}SECRET_KEY=old\nA=1\n",
    "\u{feff}A=1\r\nSECRET_KEY=old\r\n",
    "SECRET_KEY=one\nSECRET_KEY='two'\nexport SECRET_KEY = \"three\nlines\"\n",
    "SECRET_KEY\n",
    "SECRET_KEY=\n",
    "SECRET_KEY='open\nA=1\n",
    "SECRET_KEY=${HOME}-x\n'SECRET_KEY'=y",
    "SECRET_KEY=a\rB=2\r",
];

#[test]
fn python_dotenv_reads_the_key_that_was_written() {
    let homes: Vec<_> = FILES.iter().map(|_| tempfile::tempdir().expect("a directory")).collect();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (home, before) in homes.iter().zip(FILES) {
        let db = make_db(Stage::Live, home.path());
        let path = home.path().join(".env");
        std::fs::write(&path, before).expect("a file");
        Tool::on(&db).without_key().run(&["secret", "generate", "--write", "--force"]).done();
        paths.push(path);
    }
    let output = script("dotenv_value.py").args(&paths).output().expect("Python runs");
    assert!(output.status.success(), "{output:?}");
    let python: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list");
    for ((path, before), value) in paths.iter().zip(FILES).zip(python) {
        let after = std::fs::read_to_string(path).expect("the file");
        let value = value.as_str().unwrap_or_else(|| panic!("python-dotenv reads no key: {before:?} became {after:?}"));
        assert!(value.len() == 43 && !before.contains(value), "{before:?} became {after:?}");
        let ours = parse(&after, &|_| None).expect("small").into_iter().find(|(name, _)| name == "SECRET_KEY");
        assert_eq!(ours.and_then(|(_, value)| value).as_deref(), Some(value), "{after:?}");
    }
}

#[test]
fn the_app_signs_with_it_and_refuses_what_was_signed_before() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let db = make_db(Stage::Live, dir.path());
    let tool = Tool::on(&db).without_key();
    tool.run(&["migrate"]).done();
    let before = App::start(AppKind::Seed, &db, None);
    let old = before.login("pia@example.org", PASSWORD).1;
    assert_eq!(before.me(text(&old["access_token"])).0, 200, "signed with {FALLBACK_KEY}");
    drop(before);

    let ran = tool.run(&["secret", "generate", "--write"]).done();
    assert!(ran.stderr.contains("restart it") && ran.stderr.contains("must log in again"), "{ran:#?}");
    let app = App::start(AppKind::Seed, &db, None);
    assert_eq!(app.me(text(&old["access_token"])).0, 401);
    let ours = tool.login("pia@example.org", PASSWORD).done().document();
    assert_eq!(app.me(text(&ours["access_token"])).0, 200);
    let theirs = app.login("pia@example.org", PASSWORD).1;
    tool.run(&["token", "verify", text(&theirs["access_token"])]).done();
}
