//! When two names look alike to a person although they are different texts.
//!
//! What a newcomer would get wrong: the app compares names byte for byte, so none of this keeps anybody from
//! registering; it only tells the operator whom somebody might be taken for.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Small letters of Cyrillic, Greek and Armenian that are drawn like a Latin one, and that one
/// (Unicode UTS 39, `confusables.txt`, version 16; single letters alone).
const LOOK_ALIKES: [(char, char); 29] = [
    ('ı', 'i'),
    ('ȷ', 'j'),
    ('ɑ', 'a'),
    ('ɡ', 'g'),
    ('α', 'a'),
    ('γ', 'y'),
    ('ι', 'i'),
    ('ν', 'v'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('σ', 'o'),
    ('υ', 'u'),
    ('ϳ', 'j'),
    ('а', 'a'),
    ('г', 'r'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѵ', 'v'),
    ('һ', 'h'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
];

/// What a person takes the name for: compatibility forms, accents composed or not, case, invisible characters and
/// the look-alikes of Latin letters make no difference. For ASCII it is the text in lower case.
#[must_use]
pub fn seen_as(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    folded.nfkc().filter(|c| !is_invisible(*c)).map(latin).collect()
}

fn is_invisible(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::Format | GeneralCategory::Control)
}

fn latin(c: char) -> char {
    LOOK_ALIKES.binary_search_by_key(&c, |(other, _)| *other).map_or(c, |at| LOOK_ALIKES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ascends_and_leads_to_ascii() {
        assert!(LOOK_ALIKES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(LOOK_ALIKES.iter().all(|(other, latin)| !other.is_ascii() && latin.is_ascii_lowercase()));
    }

    #[test]
    fn what_looks_alike_is_seen_as_one() {
        for (name, like) in [
            ("Ann", "ann"),
            ("ａｎｎ", "ann"),
            ("zoe\u{308}", "zo\u{eb}"),
            ("ZO\u{cb}", "zo\u{eb}"),
            ("\u{430}dmin", "admin"),
            ("\u{410}DMIN", "admin"),
            ("ad\u{200b}min", "admin"),
            ("ad\u{ad}min", "admin"),
            ("\u{fb01}nn", "finn"),
        ] {
            assert_eq!(seen_as(name), like, "{name:?}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (left, right) in [("zoe", "zoë"), ("ann", "anna"), ("l1sa", "lisa"), ("мария", "марина")] {
            assert_ne!(seen_as(left), seen_as(right));
        }
    }
}
