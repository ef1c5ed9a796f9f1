//! From the name of a column to the column.
//!
//! What a newcomer would get wrong: a file without a header has somebody's data, maybe a password, where the header
//! should be. Unknown names are repeated only where the line is a header beyond doubt.

use crate::cli::failure::Failure;
use crate::cli::output::escape::quote;
use crate::model::nearest::nearest;
use crate::ops::import::Column;

/// Names that stand for a column besides its own.
const ALIASES: [(&str, Column); 3] =
    [("verified", Column::IsVerified), ("active", Column::IsActive), ("customer", Column::CustomerId)];
/// Names that other tools give to a column: suggested, never taken, since one of them may mean something else here.
const MEANT: [(&str, Column); 9] = [
    ("user", Column::Username),
    ("login", Column::Username),
    ("mail", Column::Email),
    ("emailaddress", Column::Email),
    ("name", Column::FullName),
    ("displayname", Column::FullName),
    ("pass", Column::Password),
    ("hash", Column::PasswordHash),
    ("passwordsalt", Column::Salt),
];

/// The column of this name, whatever its case, with or without its blanks, hyphens and underscores.
///
/// # Errors
/// No column is called that; the nearest one.
pub(super) fn column(name: &str) -> Result<Column, Option<Column>> {
    let own = Column::ALL.into_iter().map(|column| (column.name(), column));
    if let Some((_, column)) = own.clone().chain(ALIASES).find(|(known, _)| folded(known).eq(folded(name))) {
        return Ok(column);
    }
    if let Some(meant) = meant(name) {
        return Err(Some(meant));
    }
    let known = own.chain(ALIASES).map(|(name, column)| (folded(name).collect(), column));
    let known: Vec<(String, Column)> = known.collect();
    let near = nearest(&folded(name).collect::<String>(), known.iter().map(|(name, _)| name.as_str()));
    Err(near.and_then(|near| known.iter().find(|(name, _)| *name == near).map(|(_, column)| *column)))
}

/// The column and its name here, where that is not its own.
pub(super) fn heading(name: &str) -> Option<(Column, &'static str)> {
    ALIASES.into_iter().find(|(known, _)| folded(known).eq(folded(name))).map(|(known, column)| (column, known))
}

/// What is said about a name that is no column.
pub(super) fn unknown(what: &str, name: &str, nearest: Option<Column>) -> String {
    match nearest {
        Some(column) => format!("there is no {what} {}; did you mean '{}'?", quote(name), column.name()),
        None => format!("there is no {what} {}", quote(name)),
    }
}

/// The columns of a header, in its order; `None` for a cell without a name.
pub(super) fn columns<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Option<Column>>, Failure> {
    let names: Vec<&str> = names.map(str::trim).collect();
    let found: Vec<_> = names.iter().map(|name| column(name)).collect();
    let is_name = |column: &Column| matches!(column, Column::Username | Column::Email);
    // Two cells that are columns, or nearly, make a header beyond doubt.
    let likely = names.iter().zip(&found).filter(|(name, found)| found.is_ok() || meant(name).is_some()).count();
    if !found.iter().flatten().any(is_name) && likely < 2 {
        return Err(no_header(&names));
    }
    let unknown_names = unknown_names(&names, &found);
    if !unknown_names.is_empty() {
        return Err(Failure::usage(unknown_names).hint(hint()));
    }
    let mut columns = Vec::with_capacity(names.len());
    for found in found {
        let column = match found {
            Ok(column) if columns.contains(&Some(column)) => {
                return Err(
                    Failure::usage(format!("the column '{}' is there twice", column.name())).hint("remove one of them")
                );
            }
            Ok(column) => Some(column),
            Err(_) => None,
        };
        columns.push(column);
    }
    for wanted in [Column::Username, Column::Email] {
        if !columns.contains(&Some(wanted)) {
            return Err(Failure::usage(format!("the column '{}' is missing", wanted.name())).hint(hint()));
        }
    }
    Ok(columns)
}

/// The column that other tools call so.
fn meant(name: &str) -> Option<Column> {
    MEANT.iter().find(|(known, _)| known.chars().eq(folded(name))).map(|(_, meant)| *meant)
}

/// Every name that is no column, in one sentence; empty where there is none.
fn unknown_names(names: &[&str], found: &[Result<Column, Option<Column>>]) -> String {
    let unknown = names.iter().zip(found).filter_map(|(name, found)| match found {
        Err(nearest) if !name.is_empty() => Some(unknown("column", name, *nearest)),
        Ok(_) | Err(_) => None,
    });
    unknown.collect::<Vec<_>>().join("; ")
}

/// The first line names neither of the columns that must be there. What it says is not repeated.
fn no_header(names: &[&str]) -> Failure {
    let failure = Failure::usage("the first line is not a header: it names neither 'username' nor 'email'");
    let splits = |by: char| {
        names.iter().any(|name| {
            let parts = || name.split(by).map(|part| column(part.trim().trim_matches('"')));
            parts().count() > 1 && parts().flatten().any(|part| matches!(part, Column::Username | Column::Email))
        })
    };
    match ['|', ':', ' '].into_iter().find(|by| splits(*by)) {
        Some(' ') => failure.hint("its columns stand apart by blanks: save the file with commas, semicolons or tabs"),
        Some(by) => {
            failure.hint(format!("its columns stand apart by '{by}': save the file with commas, semicolons or tabs"))
        }
        None => failure.hint(hint()),
    }
}

/// The columns that there are.
pub(super) fn hint() -> String {
    let others = Column::ALL.into_iter().filter(|column| !matches!(column, Column::Username | Column::Email));
    let names = others.map(|column| match ALIASES.iter().find(|(_, known)| *known == column) {
        Some((alias, _)) => format!("{} (or {alias})", column.name()),
        None => column.name().to_owned(),
    });
    let names = names.collect::<Vec<_>>().join(", ");
    format!(
        "the first line names the columns, with commas, semicolons or tabs between: username and email, and any of {names}"
    )
}

/// A name as it is compared: small letters, without blanks, hyphens and underscores.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Result<Vec<&'static str>, String> {
        let columns = columns(names.iter().copied()).map_err(|failure| failure.message)?;
        Ok(columns.into_iter().map(|column| column.map_or("", Column::name)).collect())
    }

    #[test]
    fn names_fit_in_any_order_case_and_spelling_of_the_gaps() {
        assert_eq!(
            named(&["E-Mail", " Full Name", "USERNAME", "verified"]),
            Ok(vec!["email", "full_name", "username", "is_verified"])
        );
        assert_eq!(named(&["username", "email", "", " "]), Ok(vec!["username", "email", "", ""]));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_and_a_double_one_by_its_name() {
        let of = |extra: &'static str| named(&["username", "email", extra]).expect_err(extra);
        assert_eq!(of("pasword"), "there is no column 'pasword'; did you mean 'password'?");
        assert_eq!(of("fullnme"), "there is no column 'fullnme'; did you mean 'full_name'?");
        assert_eq!(of("zip"), "there is no column 'zip'");
        assert_eq!(
            named(&["username", "email", "zip", "roel"]),
            Err("there is no column 'zip'; there is no column 'roel'; did you mean 'role'?".to_owned())
        );
        assert_eq!(of("E-MAIL"), "the column 'email' is there twice");
        assert_eq!(
            named(&["username", "email", "verified", "is_verified"]),
            Err("the column 'is_verified' is there twice".to_owned())
        );
        assert_eq!(
            named(&["user", "mail"]),
            Err(
                "there is no column 'user'; did you mean 'username'?; there is no column 'mail'; did you mean 'email'?"
                    .to_owned()
            )
        );
        assert_eq!(named(&["username", "role"]), Err("the column 'email' is missing".to_owned()));
    }

    #[test]
    fn a_separator_that_is_none_is_named() {
        for (line, by) in
            [("username|email|role", "'|'"), ("\"username\":\"email\"", "':'"), ("email username", "blanks")]
        {
            let failure = columns([line].into_iter()).expect_err(line);
            assert!(failure.hint.is_some_and(|hint| hint.contains(by)), "{line}");
        }
    }

    #[test]
    fn a_line_of_data_is_not_repeated() {
        let refused = named(&["lena", "lena@example.org", "Quiet-River#48Lamp"]).expect_err("no header");
        assert!(!refused.contains("lena") && !refused.contains("Quiet"), "{refused}");
    }
}
