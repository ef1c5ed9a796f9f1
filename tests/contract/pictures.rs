//! The pictures of the README: what a terminal shows, drawn from the program's own output.
//!
//! What a newcomer would get wrong: the clock stands still and the accounts are made here, so that a picture
//! changes only where the program does; `AUTHCTL_BLESS=1 cargo test` draws them anew.

use std::path::Path;

use authctl::cli::{Stream, Terminal};

use crate::compare::compare;
use crate::harness::Desk;
use crate::import_signals::{on_a_terminal, rows};

/// Signed by PyJWT with the key of the desk, for bob, good for 25 more minutes.
const GOOD: &str = concat!(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoyLCJlbWFpbCI6ImJvYkBleGFtcGxlLm9yZyIsI",
    "nJvbGUiOiJwYXRpZW50IiwiZXhwIjoxNzk1NTczNTAwLCJpYXQiOjE3OTU1NzE3MDAsInR5cGUiOiJhY2Nlc3MiLCJ",
    "qdGkiOiIzZjFjMmI5YTdkNWU0ZjYwYTFiMmMzZDRlNWY2MDcxOCJ9.6_6EyF6tJPHIefwYMT5Ra3K-JiYqf89i0LIs",
    "5whiuuA",
);
/// Signed by PyJWT with another key, for bob as an admin, and expired a day ago.
const BAD: &str = concat!(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoyLCJlbWFpbCI6ImJvYkBleGFtcGxlLm9yZyIsI",
    "nJvbGUiOiJhZG1pbiIsImV4cCI6MTc5NTQ4NTYwMCwiaWF0IjoxNzk1NDgzODAwLCJ0eXBlIjoiYWNjZXNzIiwianR",
    "pIjoiOWE3ZDVlNGY2MGExYjJjM2Q0ZTVmNjA3MTgzZjFjMmIifQ.VbsM0bIt4tLK0EescBO9CS2XVFClKn-vyknEDy",
    "hBHXM",
);
/// Columns of the terminal that is drawn.
const WIDTH: u16 = 132;

/// A desk whose streams are a terminal that shows colours.
fn desk() -> Desk {
    let mut desk = Desk::usual();
    let terminal = Stream::Terminal;
    desk.terminal = Terminal { stdin: terminal, stdout: terminal, stderr: terminal, width: Some(WIDTH) };
    desk.set("TERM", "xterm-256color");
    desk.set("SECRET_KEY", "picture-key-picture-key-picture-key");
    desk
}

/// The command lines as somebody types them, each with what it shows.
fn session(desk: &Desk, commands: &[&[&str]]) -> String {
    let mut shown = String::new();
    for (number, command) in commands.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        let typed: Vec<String> = command.iter().map(|word| shortened(word)).collect();
        shown += &format!("{gap}\x1b[1m$ authctl {}\x1b[0m\n{}", typed.join(" "), desk.screen(command));
    }
    shown
}

/// A token is too long to be read in a picture.
fn shortened(word: &str) -> String {
    match word.char_indices().nth(24) {
        Some((end, _)) if word.starts_with("eyJ") => format!("{}…", &word[..end]),
        Some(_) | None => word.to_owned(),
    }
}

fn draw(desk: &Desk, name: &str, shown: &str) {
    let here = desk.dir.path().display().to_string();
    let svg = anstyle_svg::Term::new().render_svg(&shown.replace(&here, "/srv/app"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures").join(name);
    compare(&path, &svg);
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README");
    assert!(readme.contains(&format!("(docs/pictures/{name})")), "the README does not show {name}");
}

#[test]
fn the_picture_of_the_list_is_what_the_list_shows() {
    let desk = desk();
    draw(
        &desk,
        "user-list.svg",
        &session(&desk, &[&["user", "list"], &["user", "list", "--stuck", "--columns", "id,username,state"]]),
    );
}

#[test]
fn the_picture_of_tokens_is_what_inspect_shows() {
    let desk = desk();
    draw(&desk, "token-inspect.svg", &session(&desk, &[&["token", "inspect", GOOD], &["token", "inspect", BAD]]));
}

#[test]
fn the_picture_of_why_is_what_why_shows() {
    let desk = desk();
    draw(&desk, "user-why.svg", &session(&desk, &[&["user", "why", "emil"]]));
}

#[test]
fn the_picture_of_doctor_is_what_doctor_shows() {
    let desk = desk();
    private(&desk);
    draw(&desk, "doctor.svg", &session(&desk, &[&["doctor"]]));
}

/// The rights that a healthy directory has, whatever the umask of the tests is.
fn private(desk: &Desk) {
    use std::os::unix::fs::PermissionsExt;
    for name in ["app.db", "authctl.toml"] {
        std::fs::set_permissions(desk.path(name), std::fs::Permissions::from_mode(0o600)).expect("our own file");
    }
}

#[test]
fn the_picture_of_an_import_is_what_import_shows() {
    let desk = desk();
    desk.write("many.csv", rows(200));
    let steps = serde_json::json!([{"expect": "left"}, {"send": "\u{3}"}]);
    let run = on_a_terminal(&desk, &steps);
    let bar = half_way(run["terminal"].as_str().expect("a text"));
    desk.write("therapists.csv", include_bytes!("../../examples/therapists.csv"));
    let command = ["user", "import", "therapists.csv", "--generate", "--credentials-out", "passwords.csv"];
    let done = session(&desk, &[&command]);
    draw(&desk, "user-import.svg", &format!("\x1b[2m# while it works, with 200 rows\x1b[0m\n{bar}\n\n{done}"));
}

/// The bar in the layout that the terminal showed, as it stands half-way: how far it came, its rate and the time left
/// are different in every run.
fn half_way(terminal: &str) -> String {
    let shown = terminal.split(['\r', '\n']).rev().find(|line| line.contains(" left")).expect("a bar was shown");
    let start = shown.find("hashing [").expect("the bar begins with its word");
    let end = shown.find(" left").expect("it ends with the time left") + " left".len();
    let (head, rest) = shown[start..end].split_once('[').expect("a bar");
    let (bar, numbers) = rest.split_once("] ").expect("the bar ends");
    let filled = bar.chars().count() / 2;
    let bar = format!("{}>{}", "=".repeat(filled), " ".repeat(bar.chars().count() - filled - 1));
    let [place, rate, left] = numbers.split("  ").collect::<Vec<_>>()[..] else { panic!("three parts: {shown}") };
    assert!(place.ends_with("/200"), "{shown}");
    assert!(rate.strip_suffix("/s").is_some_and(|rate| rate.parse::<f64>().is_ok()), "{shown}");
    // Seconds, or minutes where the machine has other work.
    let units = ["second left", "seconds left", "minute left", "minutes left"];
    let left = left.split_once(' ').expect("a number and its unit");
    assert!(left.0.parse::<u32>().is_ok() && units.contains(&left.1), "{shown}");
    format!("{head}[{bar}] 100/200  14.3/s  7 seconds left")
}
