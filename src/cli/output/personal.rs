//! Personal data in what people read, shown or hidden (`--mask-personal`): usernames, e-mails, full names.
//!
//! What a newcomer would get wrong: a sentence about an account is put together far from the options, and by many
//! commands. So whether names are hidden is a fact of the run, set once where it starts and read where a name is put
//! into a sentence or a cell; a command that forgot to pass it on would show them. JSON and `--csv-raw` are for
//! machines and stay exact.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Map, Value};

/// What stands in the place of any name: always as long, so that nothing can be told from it.
pub const MASK: &str = "p••••••";

/// Columns, claims and fields of events that hold personal data.
const FIELDS: [&str; 5] = ["username", "email", "full_name", "target_username", "session_username"];

/// Whether personal data is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Personal {
    /// As it is.
    #[default]
    Shown,
    /// `--mask-personal`.
    Hidden,
}

thread_local! {
    /// Of the run on this thread; whole command lines run side by side in tests.
    static OF_RUN: Cell<Personal> = const { Cell::new(Personal::Shown) };
}

/// A run; when it is dropped, the next one on this thread begins with nothing hidden.
#[derive(Debug)]
pub struct Run(());

impl Run {
    /// Begins a run.
    #[must_use]
    pub fn begin(personal: Personal) -> Self {
        OF_RUN.set(personal);
        Self(())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        OF_RUN.set(Personal::Shown);
    }
}

/// Whether this run hides personal data.
pub fn of_run() -> Personal {
    OF_RUN.get()
}

/// A name or an e-mail as this run shows it, not yet escaped.
pub fn name(text: &str) -> Cow<'_, str> {
    match of_run() {
        Personal::Shown => Cow::Borrowed(text),
        Personal::Hidden => Cow::Borrowed(MASK),
    }
}

/// A value as this run shows it where it belongs to a column, a claim or a field of this name.
pub fn value<'a>(field: &str, text: Cow<'a, str>) -> Cow<'a, str> {
    match of_run() {
        Personal::Hidden if FIELDS.contains(&field) && !text.is_empty() => Cow::Borrowed(MASK),
        Personal::Hidden | Personal::Shown => text,
    }
}

/// An object as this run shows it: the texts of its personal fields hidden.
pub fn object(object: &Map<String, Value>) -> Map<String, Value> {
    let shown = |(name, cell): (&String, &Value)| {
        let cell = match cell {
            Value::String(text) => value(name, Cow::Borrowed(text)).into_owned().into(),
            // Nobody writes such a thing there, and nobody knows what it holds.
            Value::Array(_) | Value::Object(_) if of_run() == Personal::Hidden && FIELDS.contains(&name.as_str()) => {
                MASK.into()
            }
            other => other.clone(),
        };
        (name.clone(), cell)
    };
    object.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_hides_all_alike_and_the_next_one_shows_again() {
        let run = Run::begin(Personal::Hidden);
        assert_eq!((name("ann"), name("a-much-longer-name")), (MASK.into(), MASK.into()));
        assert_eq!(value("email", "a@example.org".into()), MASK);
        assert_eq!(value("role", "admin".into()), "admin");
        assert_eq!(value("email", "".into()), "", "nothing is nobody's");
        drop(run);
        assert_eq!(name("ann"), "ann");
    }
}
