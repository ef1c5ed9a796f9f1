//! Generated inputs against the app's own libraries: PyJWT, python-jose, passlib, email_validator, python-dotenv and
//! Python's `datetime.fromisoformat`.
//!
//! What a newcomer would get wrong: some disagreements are meant. Each kind stands in a table with its reason. One
//! that is not listed fails; in the long form, one that is listed and does not occur any more fails as well.

mod dates;
mod dotenv;
mod emails;
mod hashes;
mod tokens;

use std::collections::BTreeMap;

use crate::scale::{figure, scaled};

/// A kind of disagreement, and why it is meant.
type Listed = (&'static str, &'static str);

/// The disagreements of one comparison.
struct Tally {
    what: &'static str,
    listed: &'static [Listed],
    found: BTreeMap<String, (u64, String)>,
}

impl Tally {
    fn new(what: &'static str, listed: &'static [Listed]) -> Self {
        Self { what, listed, found: BTreeMap::new() }
    }

    /// Notes a disagreement of a kind, with an example.
    fn differ(&mut self, kind: String, example: impl FnOnce() -> String) {
        let (count, _) = self.found.entry(kind).or_insert_with(|| (0, example()));
        *count += 1;
    }

    /// Compares the kinds found with those listed.
    fn finish(self, compared: u64) {
        let is_listed = |kind: &String| self.listed.iter().any(|(listed, _)| listed == kind);
        let unlisted: Vec<String> = self
            .found
            .iter()
            .filter(|(kind, _)| !is_listed(kind))
            .map(|(kind, (count, example))| format!("{kind}\n    {count} times, as: {example}"))
            .collect();
        assert!(unlisted.is_empty(), "{}: disagreements that are not listed:\n{}", self.what, unlisted.join("\n"));
        let gone: Vec<&str> =
            self.listed.iter().map(|(kind, _)| *kind).filter(|kind| !self.found.contains_key(*kind)).collect();
        // Few inputs do not reach every kind.
        assert!(scaled(1, 0) == 1 || gone.is_empty(), "{}: listed, and not found any more: {gone:#?}", self.what);
        assert!(self.listed.iter().all(|(_, reason)| !reason.is_empty()));
        let differing: u64 = self.found.values().map(|(count, _)| count).sum();
        let kinds = self.found.len();
        figure(
            &format!("compared with {}", self.what),
            &format!("{compared} inputs, {differing} disagreements of {kinds} listed kinds, 0 others"),
        );
    }
}
