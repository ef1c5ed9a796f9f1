//! `docs/events.md`: its worked example, its DDL and its names are those of the program.

use authctl::model::event::{Actor, EventName, EventRow, GENESIS};
use sha2::{Digest, Sha256};

use super::{read, root};

fn blocks(document: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    document
        .split(&opening)
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block has an end").to_owned())
        .collect()
}

/// The row of the worked example.
fn example() -> EventRow {
    EventRow {
        id: 2,
        at: "2026-11-25T01:55:28.123Z".into(),
        event: "role_changed".into(),
        outcome: "done".into(),
        target_id: Some(6),
        target_username: Some("pat_one".into()),
        before: Some(r#"{"role":"patient"}"#.into()),
        after: Some(r#"{"role":"therapist"}"#.into()),
        details: None,
        reason: Some("Überweisung, Zeile 2".into()),
        actor: Actor {
            uid: Some(1000),
            name: Some("ops".into()),
            login_uid: None,
            sudo_user: None,
            terminal: Some("/dev/pts/3".into()),
            host: Some("desk".into()),
        },
        version: "0.1.0".into(),
        prev_hash: GENESIS.into(),
    }
}

#[test]
fn the_worked_example_has_the_bytes_and_the_hash_that_the_program_makes() {
    let document = read(&root().join("docs/events.md"));
    let texts = blocks(&document, "text");
    let [bytes, hash] = texts.as_slice() else { panic!("two blocks of text: the bytes and their hash") };
    let row = example();
    assert_eq!(String::from_utf8(row.canonical()).expect("this row is UTF-8"), *bytes);
    let digest: String = Sha256::digest(bytes.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, hash.trim());
}

/// The HMAC stands in the document; it was computed with Python's hmac module.
#[test]
fn the_keyed_hash_of_the_example_is_the_one_that_the_program_makes() {
    use authctl::model::secret::ChainKey;
    let document = read(&root().join("docs/events.md"));
    let row = example();
    let hash =
        authctl::store::chain::row_hash(&row, Some(&ChainKey::new(b"0123456789abcdef0123456789abcdef".to_vec())));
    assert_eq!(blocks(&document, "hmac"), [format!("{hash}\n")]);
    let plain = authctl::store::chain::row_hash(&row, None);
    assert_eq!(blocks(&document, "text").last().map(|text| text.trim()), Some(plain.as_str()));
}

#[test]
fn a_text_cannot_pass_for_another_column() {
    let row = |reason: Option<&str>, terminal: Option<&str>| EventRow {
        id: 1,
        at: "t".into(),
        event: "e".into(),
        outcome: "done".into(),
        target_id: None,
        target_username: None,
        before: None,
        after: None,
        details: None,
        reason: reason.map(str::to_owned),
        actor: Actor { terminal: terminal.map(str::to_owned), ..Actor::default() },
        version: "0".into(),
        prev_hash: GENESIS.into(),
    };
    let forged = "x\nactor_uid=n\nactor_name=n\nactor_login_uid=n\nactor_sudo_user=n\nactor_terminal=t1:y";
    assert_ne!(row(Some(forged), None).canonical(), row(Some("x"), Some("y")).canonical());
    assert_ne!(row(Some(""), None).canonical(), row(None, None).canonical());
}

#[test]
fn the_documented_names_are_the_closed_list() {
    let document = read(&root().join("docs/events.md"));
    let names = document.split("## The names").nth(1).and_then(|rest| rest.split("## ").next()).expect("the section");
    let documented: Vec<&str> = names.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let real: Vec<&str> = EventName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(documented, real);
}

#[test]
fn the_documented_table_is_that_of_the_migration_and_of_a_new_file() {
    let document = read(&root().join("docs/events.md"));
    let sql = blocks(&document, "sql").remove(0);
    let migration = read(&root().join("src/store/sqlite/migrations/security_events.sql"));
    assert!(sql.starts_with(migration.trim_end()), "{sql}\n---\n{migration}");
    let schema = read(&root().join("schema.sql"));
    assert!(schema.contains(sql.trim_end()), "schema.sql has another security_events");
}
