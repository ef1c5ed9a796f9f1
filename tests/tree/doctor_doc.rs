//! `docs/doctor.md`: its table is the list of checks of the program, and every id has a test.

use authctl::ops::doctor::Check;

use super::{files_below, read, root};

/// The cells of each row of the table.
fn rows() -> Vec<Vec<String>> {
    let document = read(&root().join("docs/doctor.md"));
    let lines = document.lines().filter(|line| line.starts_with("| `"));
    let cells = |line: &str| -> Vec<String> { line.split('|').map(|cell| cell.trim().to_owned()).collect() };
    lines.map(|line| cells(line)[1..=5].to_vec()).collect()
}

#[test]
fn the_documented_checks_are_those_of_the_program() {
    let documented: Vec<[String; 3]> = rows()
        .iter()
        .map(|row| {
            let [id, severity, .., fix] = row.as_slice() else { panic!("{row:?}") };
            [id.trim_matches('`').to_owned(), severity.clone(), fix.clone()]
        })
        .collect();
    let real: Vec<[String; 3]> = Check::ALL
        .iter()
        .map(|check| {
            let fix = if check.is_safe_to_mend() { "safe" } else { "by hand" };
            [check.id().to_owned(), check.severity().as_str().to_owned(), fix.to_owned()]
        })
        .collect();
    assert_eq!(documented, real);
}

#[test]
fn every_check_says_what_it_means() {
    for row in rows() {
        let [_, _, means, command, _] = row.as_slice() else { panic!("{row:?}") };
        assert!(means.ends_with(['.', ')']), "{row:?}");
        assert!(!command.is_empty() || row[1] == "notice", "{row:?}");
    }
}

#[test]
fn ids_are_kebab_case_and_different() {
    let mut ids: Vec<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), Check::ALL.len());
}

/// The tests of the commands find each fault in a file that has it.
#[test]
fn every_check_has_a_test() {
    let tests: String = files_below("tests/contract")
        .iter()
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("doctor")))
        .map(|path| read(path))
        .collect();
    for check in Check::ALL {
        assert!(tests.contains(&format!("\"{}\"", check.id())), "no test finds {}", check.id());
    }
}
