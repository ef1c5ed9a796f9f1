//! Imports run downwards only, and each library is used where it belongs (`src/lib.rs`).

use super::{files_below, read, root};

/// Layer, and the layers that it may use.
const LAYERS: [(&str, &[&str]); 6] = [
    ("cli", &["cli", "ops", "policy", "crypto", "store", "model"]),
    ("ops", &["ops", "policy", "crypto", "store", "model"]),
    ("policy", &["policy", "model"]),
    ("crypto", &["crypto", "model"]),
    ("store", &["store", "model"]),
    ("model", &["model"]),
];

/// A library, and the only paths under `src/` that may name it.
const HOMES: [(&str, &[&str]); 9] = [
    ("rusqlite", &["store/sqlite/"]),
    ("dialoguer", &["cli/prompt.rs"]),
    ("clap", &["cli/"]),
    ("comfy_table", &["cli/output/"]),
    ("anyhow", &["cli/"]),
    ("argon2", &["crypto/"]),
    ("jsonwebtoken", &["crypto/"]),
    ("directories", &["cli/settings/"]),
    ("std::env", &["cli/world.rs", "main.rs"]),
];

fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    files_below("src")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.strip_prefix(&src).expect("below src").to_str().expect("a plain name").to_owned();
            (name, read(&path))
        })
        .collect()
}

/// Lines of code: without comments, and without the tests at the end of a file.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// The names that follow `crate::` in a line.
fn used_layers(line: &str) -> Vec<&str> {
    line.split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
        .collect()
}

#[test]
fn imports_run_downwards_only() {
    let mut checked = 0;
    for (name, text) in sources() {
        let Some((layer, allowed)) = LAYERS.iter().find(|(layer, _)| name.starts_with(&format!("{layer}/"))) else {
            assert!(name == "lib.rs" || name == "main.rs", "{name} belongs to no layer");
            continue;
        };
        for line in code(&text) {
            for used in used_layers(line) {
                if LAYERS.iter().any(|(layer, _)| *layer == used) {
                    checked += 1;
                    assert!(allowed.contains(&used), "{layer} uses {used} in {name}: {line}");
                }
            }
        }
    }
    assert!(checked > 200, "only {checked} imports were looked at");
}

#[test]
fn each_library_stays_in_its_home() {
    for (library, homes) in HOMES {
        let mut seen = 0;
        for (name, text) in sources() {
            let named = code(&text).filter(|line| line.contains(&format!("{library}::")));
            for line in named {
                seen += 1;
                assert!(homes.iter().any(|home| name.starts_with(home)), "{library} in {name}: {line}");
            }
        }
        assert!(seen > 0, "{library} is used nowhere: is it still a dependency?");
    }
}

/// A command that is typed again without the options that name the file works on another one; `cli::remedy::authctl`
/// repeats them, so nothing else spells such a command out.
#[test]
fn a_command_that_is_printed_is_made_where_the_file_is_known() {
    // The help and what is said of lines that could not be read, whose options nobody knows; and what only tells of a
    // command, or of one on another file.
    const OTHERS: [&str; 6] =
        ["cli/args/", "cli/parse", "cli/complete/", "cli/remedy.rs", "cli/view/why/words.rs", "cli/commands/doctor/"];
    const WITHOUT_A_FILE: [&str; 3] = ["man", "completions", "secret"];
    let definition = authctl::cli::definition();
    let verbs = || definition.get_subcommands().map(clap::Command::get_name);
    assert!(verbs().count() > 12);
    for (name, text) in sources() {
        for line in code(&text).filter(|_| !OTHERS.iter().any(|other| name.starts_with(other))) {
            for rest in line.split("authctl ").skip(1) {
                let word = rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default();
                let works_on_a_file = verbs().any(|verb| verb == word) && !WITHOUT_A_FILE.contains(&word);
                assert!(!works_on_a_file && rest != "\\", "{name}: {line}: context.authctl(\"{word} …\") makes it");
            }
        }
    }
}

#[test]
fn there_is_one_unsafe_with_its_reason_and_nothing_unfinished() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        // Here the tests of a file count too.
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let unsafe_ones = lines.filter(|line| {
            ["unsafe {", "unsafe fn", "unsafe impl", "unsafe_code"].iter().any(|word| line.contains(word))
        });
        found.extend(unsafe_ones.map(|line| format!("{name}: {}", line.trim())));
        for line in code(&text) {
            for word in ["todo!", "unimplemented!", "println!", "eprintln!", "process::exit"] {
                assert!(!line.contains(word), "{word} in {name}: {line}");
            }
        }
        for mark in ["TODO", "FIXME"] {
            assert!(!text.contains(mark), "{mark} in {name}");
        }
    }
    let wanted = [
        r#"crypto/password/pages.rs: #[expect(unsafe_code, reason = "madvise has no safe form; see SAFETY")]"#,
        "crypto/password/pages.rs: let _ = unsafe { madvise(start.cast(), length, Advice::LinuxHugepage) };",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    for (name, text) in sources() {
        assert!(text.starts_with("//! ") || name.ends_with("tests.rs"), "{name} does not say what it is for");
    }
}
