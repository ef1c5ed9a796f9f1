//! The event log: the bytes that a hash covers, the forms of a hash, and heads that were kept.

use authctl::model::chain::{Anchor, HEAD_LABEL, HashForm, Head, KEYED, StoredEvent};
use authctl::model::event::{Actor, EventName, EventRow};

use super::{class, rough, text};

/// What separates the columns of an input.
const BETWEEN: u8 = 0xff;
/// The columns in the order of the canonical bytes; `true`: a number.
const COLUMNS: [(&str, bool); 18] = [
    ("id", true),
    ("at", false),
    ("event", false),
    ("outcome", false),
    ("target_id", true),
    ("target_username", false),
    ("before", false),
    ("after", false),
    ("details", false),
    ("reason", false),
    ("actor_uid", true),
    ("actor_name", false),
    ("actor_login_uid", true),
    ("actor_sudo_user", false),
    ("actor_terminal", false),
    ("actor_host", false),
    ("version", false),
    ("prev_hash", false),
];

/// The canonical bytes of any row can be read back: two rows never have the same.
pub fn event(data: &[u8]) -> u64 {
    let mut cells = data.split(|byte| *byte == BETWEEN).map(|cell| text(cell).into_owned());
    // Nothing between two marks is NULL, a NUL is an empty text.
    let given = row(&mut || cells.next().filter(|cell| !cell.is_empty()).map(|cell| cell.replace('\0', "")));
    let bytes = given.canonical();
    let read = columns(&bytes);
    let mut read = read
        .iter()
        .map(|cell| cell.clone().map(String::into_bytes))
        .map(|cell| cell.map(|bytes| String::from_utf8(bytes).expect("it was text")));
    let again = row(&mut || read.next().flatten());
    assert_eq!(again, given);
    let hash = given.prev_hash.clone();
    let form = HashForm::of(&hash);
    let digits = hash.strip_prefix(KEYED).unwrap_or(&hash);
    let is_hash = digits.len() == 64 && digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    assert_eq!(form != HashForm::Other, is_hash, "{hash:?}");
    let anchor = Anchor::of(&StoredEvent { row: given.clone(), hash, bad: Vec::new() });
    assert!(anchor.is_none() || given.event == EventName::EventsPruned.as_str());
    let filled =
        [given.target_id.is_some(), given.reason.is_some(), given.details.is_some(), given.actor.uid.is_some()];
    class((filled, anchor.is_some(), form == HashForm::Other, rough(bytes.len())))
}

/// A row from its columns in their order; what is missing or no number where one must be is empty or 0.
fn row(next: &mut dyn FnMut() -> Option<String>) -> EventRow {
    let number = |cell: Option<String>| cell.and_then(|cell| cell.parse().ok());
    EventRow {
        id: number(next()).unwrap_or(0),
        at: next().unwrap_or_default(),
        event: next().unwrap_or_default(),
        outcome: next().unwrap_or_default(),
        target_id: number(next()),
        target_username: next(),
        before: next(),
        after: next(),
        details: next(),
        reason: next(),
        actor: Actor {
            uid: number(next()),
            name: next(),
            login_uid: number(next()),
            sudo_user: next(),
            terminal: next(),
            host: next(),
        },
        version: next().unwrap_or_default(),
        prev_hash: next().unwrap_or_default(),
    }
}

/// A reader of the canonical bytes, from their description in `docs/events.md`.
fn columns(bytes: &[u8]) -> Vec<Option<String>> {
    let mut rest = bytes.strip_prefix(b"authctl-event-v1\n").expect("the label");
    let mut cells = Vec::new();
    for (name, is_number) in COLUMNS {
        rest = rest.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")).expect("the name");
        if let Some(behind) = rest.strip_prefix(b"n\n") {
            cells.push(None);
            rest = behind;
        } else if is_number {
            let end = rest.iter().position(|byte| *byte == b'\n').expect("a line end");
            cells.push(Some(String::from_utf8(rest[1..end].to_vec()).expect("digits")));
            rest = &rest[end + 1..];
        } else {
            let colon = rest.iter().position(|byte| *byte == b':').expect("a colon");
            let length: usize = std::str::from_utf8(&rest[1..colon]).expect("digits").parse().expect("a length");
            let (cell, behind) = rest[colon + 1..].split_at(length);
            cells.push(Some(String::from_utf8(cell.to_vec()).expect("text")));
            rest = behind.strip_prefix(b"\n").expect("a line end");
        }
    }
    assert!(rest.is_empty());
    cells
}

/// A head that was kept: of one of our forms, and read again as itself in words and as JSON.
pub fn head(data: &[u8]) -> u64 {
    let given = text(data);
    let Some(head) = Head::parse(given.trim()) else {
        return class(("refused", given.starts_with('{'), given.starts_with(HEAD_LABEL), rough(given.len())));
    };
    assert!(head.id >= 0 && HashForm::of(&head.hash) != HashForm::Other, "{given:?}");
    let words = format!("{HEAD_LABEL} id={} hash={} rows=1 keyed=no", head.id, head.hash);
    let document = format!(r#"{{"id":{},"hash":"{}"}}"#, head.id, head.hash);
    for line in [words, document] {
        assert_eq!(Head::parse(&line).as_ref(), Some(&head), "{given:?}");
    }
    class(("read", HashForm::of(&head.hash) == HashForm::Keyed, given.starts_with('{'), rough(head.id as usize)))
}
