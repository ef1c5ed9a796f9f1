//! Which names are nearest to one that was mistyped: for a hint, never to act on.
//!
//! What a newcomer would get wrong: nearness is counted in typing slips (a character too many, too few, another one,
//! two swapped), and how many are allowed grows with the length; of short names everything would be near.

use strsim::osa_distance;

/// The most names that are suggested.
const MOST: usize = 3;
/// The longest text that anything is looked up for, in characters: more was not typed by hand.
const LONGEST: usize = 128;

/// Collects the names nearest to a given one, upper and lower case ignored.
#[derive(Clone, Debug)]
pub struct Nearest {
    given: String,
    length: usize,
    signature: u64,
    /// The most slips that a name may still have; `None`: no name can take a place.
    farthest: Option<usize>,
    /// Slips and name, nearest first; of equally near ones the first offered.
    found: Vec<(usize, String)>,
    lowered: String,
}

impl Nearest {
    /// Looks for names like this one.
    pub fn new(given: &str) -> Self {
        let given = given.to_lowercase();
        let length = given.chars().count();
        let farthest = match length {
            0..=1 => None,
            2..=5 => Some(1),
            6..=9 => Some(2),
            10..=LONGEST => Some(3),
            _ => None,
        };
        let signature = signature(&given);
        Self { given, length, signature, farthest, found: Vec::new(), lowered: String::new() }
    }

    /// Considers a name.
    pub fn offer(&mut self, name: &str) {
        let Some(farthest) = self.farthest else { return };
        // A character has at most four bytes, so a longer text cannot be near.
        if name.len() > 4 * (self.length + farthest) {
            return;
        }
        self.lowered.clear();
        if name.is_ascii() {
            self.lowered.push_str(name);
            self.lowered.make_ascii_lowercase();
        } else {
            self.lowered.push_str(&name.to_lowercase());
        }
        let too_long = self.lowered.chars().count().abs_diff(self.length) > farthest;
        // One slip changes at most two bits: one character goes, another one comes.
        let others = (signature(&self.lowered) ^ self.signature).count_ones() as usize;
        if too_long || others > 2 * farthest || self.found.iter().any(|(_, known)| known == name) {
            return;
        }
        let slips = osa_distance(&self.given, &self.lowered);
        if slips > farthest {
            return;
        }
        let at = self.found.partition_point(|(known, _)| *known <= slips);
        self.found.insert(at, (slips, name.to_owned()));
        self.found.truncate(MOST);
        if let (MOST, Some((worst, _))) = (self.found.len(), self.found.last()) {
            // From now on only a nearer one can take a place.
            self.farthest = worst.checked_sub(1);
        }
    }

    /// The names found, nearest first. Where one is very near, those much farther away are not meant: two e-mails have
    /// their domain in common, and are near to each other for that.
    pub fn found(self) -> Vec<String> {
        let first = self.found.first().map_or(0, |(slips, _)| *slips);
        self.found.into_iter().filter(|(slips, _)| *slips <= first + 1).map(|(_, name)| name).collect()
    }
}

/// The one name that is nearest, if any is near.
pub fn nearest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut nearest = Nearest::new(given);
    for name in names {
        nearest.offer(name);
    }
    nearest.found().into_iter().next()
}

/// Which characters occur, one bit for each (some share a bit).
fn signature(text: &str) -> u64 {
    text.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(given: &str, names: &[&str]) -> Vec<String> {
        let mut nearest = Nearest::new(given);
        for name in names {
            nearest.offer(name);
        }
        nearest.found()
    }

    #[test]
    fn one_slip_of_each_kind_is_near() {
        for given in ["thrapist", "therapistt", "therapost", "theraipst", "THERAPISS"] {
            assert_eq!(near(given, &["patient", "therapist", "admin"]), ["therapist"], "{given}");
        }
    }

    #[test]
    fn the_nearest_come_first_and_at_most_three() {
        let names = ["bob.stane", "bob.stahne", "bob.ston", "bob.stone.jr", "bob.stone1", "zoe"];
        assert_eq!(near("bob.stone", &names), ["bob.stane", "bob.ston", "bob.stone1"]);
        assert_eq!(near("bob.stone", &["bob.stahne", "zoe"]), ["bob.stahne"]);
    }

    #[test]
    fn the_name_in_another_case_comes_first_however_many_are_near() {
        assert_eq!(near("bob", &["bop", "bot", "boa", "box", "BOB"]), ["BOB", "bop", "bot"]);
        assert_eq!(near("bob", &["BOB", "Bob", "bOb", "boB", "bop"]), ["BOB", "Bob", "bOb"]);
    }

    #[test]
    fn what_is_not_near_is_not_suggested() {
        assert_eq!(near("ghost", &["gus", "hana", "ann"]), [""; 0]);
        // Of one character everything would be near, and of two almost everything.
        assert_eq!(near("x", &["y", ""]), [""; 0]);
        assert_eq!(near("al", &["bo", "all", "la"]), ["all", "la"]);
        assert_eq!(near("", &["", "a"]), [""; 0]);
    }

    #[test]
    fn beside_one_that_is_very_near_those_far_away_are_left_out() {
        let emails = ["ann@example.org", "hana@example.org", "jan@example.org"];
        assert_eq!(near("hana@exmaple.org", &emails), ["hana@example.org"]);
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert_eq!(near("élodi", &["ÉLODIE"]), ["ÉLODIE"]);
        assert_eq!(near("漢字漢字", &["漢字漢字字"]), ["漢字漢字字"]);
    }

    #[test]
    fn a_text_that_nobody_typed_costs_nothing() {
        let long = "x".repeat(100_000);
        assert_eq!(near(&long, &[&long[1..]]), [""; 0]);
        assert_eq!(near("xxx", &[&long]), [""; 0]);
    }

    #[test]
    fn one_name_is_the_nearest() {
        assert_eq!(nearest("emial", ["username", "email"]).as_deref(), Some("email"));
        assert_eq!(nearest("salt", ["username", "email"]), None);
    }
}
