//! The rules of `.env` one by one; `tests/dotenv_table.rs` compares whole files with python-dotenv.

use super::*;

fn read(text: &str) -> Vec<(String, Option<String>)> {
    parse(text, &|name| (name == "HOME").then(|| "/home/ann".to_owned())).expect("small")
}

fn value(text: &str) -> Option<String> {
    read(text).pop().and_then(|(_, value)| value)
}

#[test]
fn a_dollar_without_braces_is_literal() {
    assert_eq!(value("K=\"H$ello$World\"").as_deref(), Some("H$ello$World"));
    assert_eq!(value("K='${HOME}'").as_deref(), Some("/home/ann"));
    assert_eq!(value("K=${NOWHERE:-x}${NOWHERE}").as_deref(), Some("x"));
}

#[test]
fn the_environment_beats_the_file_and_the_last_line_wins() {
    let both = read("HOME=here\nK=${HOME}\nK=2");
    assert_eq!(both, [("HOME".into(), Some("here".into())), ("K".into(), Some("2".into()))]);
    assert_eq!(value("HOME=here\nK=${HOME}").as_deref(), Some("/home/ann"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(read("\u{feff}K=v"), [("K".into(), Some("v".into()))]);
}

#[test]
fn an_unclosed_quote_costs_only_its_line() {
    assert_eq!(read("A=\"open\nB=1"), [("B".into(), Some("1".into()))]);
}

#[test]
fn values_that_multiply_are_refused() {
    let text = "A=${A:-12345678}${A:-12345678}\n".repeat(40);
    assert_eq!(parse(&text, &|_| None), Err(TooLarge));
}

#[test]
fn a_large_file_is_read_in_no_time() {
    let many: String = (0..100_000).map(|n| format!("K{n}=${{K{}}}\n", n / 2)).collect();
    assert_eq!(read(&many).len(), 100_000);
    assert_eq!(read(&format!("K={}", "${".repeat(300_000))).len(), 1);
    assert_eq!(read(&format!("K={}}}", "${:".repeat(300_000))).len(), 1);
}

#[test]
fn a_name_without_equals_has_no_value() {
    assert_eq!(read("SECRET_KEY\n"), [("SECRET_KEY".into(), None)]);
}
