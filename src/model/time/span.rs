//! Durations: `30m` as people type it, "30 minutes" as they read it.
//!
//! What a newcomer would get wrong: a day is 24 hours and a week seven days, always. Everything is UTC, so
//! no clock change makes a day longer; months and years are not offered because they have no fixed length.

use std::fmt;

use super::{TimeError, Timestamp};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;
/// From the first to the last representable instant, in microseconds.
const CALENDAR: i64 = Timestamp::MAX.0 - Timestamp::MIN.0;

/// The units in words, the largest first. Weeks are read but not written: "14 days" is plain enough.
const WORDS: [(i64, &str); 4] = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];

/// A length of time in microseconds, negative when it points to the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Twenty-four hours.
    pub const DAY: Self = Self(DAY);

    /// So many microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// So many seconds, cut at the ends of an `i64` of microseconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// The length in microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The length in whole seconds, cut towards zero.
    pub const fn seconds(self) -> i64 {
        self.0 / SECOND
    }
}

/// In words, the two largest units: "30 minutes", "2 days 3 hours"; less than a second is "0 seconds".
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.seconds() < 0 { "minus " } else { "" };
        write!(f, "{sign}{}", in_words(self.0, 2))
    }
}

/// The `most` largest units of a length, its sign left aside.
fn in_words(micros: i64, most: usize) -> String {
    let mut rest = micros.unsigned_abs();
    let mut parts = Vec::new();
    for (unit, word) in WORDS {
        let count = rest / unit.unsigned_abs();
        rest %= unit.unsigned_abs();
        if count > 0 && parts.len() < most {
            parts.push(format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if parts.is_empty() {
        return "0 seconds".to_owned();
    }
    parts.join(" ")
}

/// A time as seen from now, to the nearest second: "in 29 minutes", "in 1 hour 59 minutes", "3 days ago", "just
/// now". Hours come with their minutes: a lock of two hours must not read as one when a moment has passed.
///
/// Ask [`Timestamp::is_forever`] first: this would count the days to the year 9999.
pub fn relative(ts: Timestamp, now: Timestamp) -> String {
    let distance = ts.since(now).0;
    let seconds = distance.saturating_add(distance.signum() * (SECOND / 2)) / SECOND;
    let rounded = seconds.saturating_mul(SECOND);
    let units = if (HOUR..DAY).contains(&rounded.saturating_abs()) { 2 } else { 1 };
    match seconds {
        0 => "just now".to_owned(),
        1.. => format!("in {}", in_words(rounded, units)),
        _ => format!("{} ago", in_words(rounded, units)),
    }
}

/// Reads a duration such as `90s`, `30m`, `2h`, `7d`, `2w` or `1h30m` (`cli.md`, rule 9).
///
/// # Errors
/// Signs, blanks, fractions, other units, a unit given twice or out of order, a bare number, a zero, and
/// more than the calendar holds.
pub fn parse_duration(text: &str) -> Result<Span, TimeError> {
    let malformed = || TimeError::Duration(text.to_owned());
    let mut rest = text;
    let mut total: i64 = 0;
    let mut previous = i64::MAX;
    while !rest.is_empty() || previous == i64::MAX {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let Some(letter) = tail.chars().next() else {
            let bare = digits > 0 && digits == text.len();
            return Err(if bare { TimeError::DurationUnit(text.to_owned()) } else { malformed() });
        };
        let unit = unit(letter).filter(|unit| digits > 0 && *unit < previous).ok_or_else(malformed)?;
        if number.bytes().all(|digit| digit == b'0') {
            return Err(TimeError::DurationZero(text.to_owned()));
        }
        let part = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
        total = part
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= CALENDAR)
            .ok_or_else(|| TimeError::DurationTooLong(text.to_owned()))?;
        previous = unit;
        rest = &tail[letter.len_utf8()..];
    }
    Ok(Span(total))
}

/// Microseconds in the unit that a letter stands for.
fn unit(letter: char) -> Option<i64> {
    match letter {
        's' => Some(SECOND),
        'm' => Some(MINUTE),
        'h' => Some(HOUR),
        'd' => Some(DAY),
        'w' => Some(WEEK),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1800),
            ("2h", 7200),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1h30m", 5400),
            ("1w2d3h4m5s", 604_800 + 172_800 + 10_800 + 240 + 5),
            ("007d", 604_800),
        ] {
            assert_eq!(parse_duration(text), Ok(Span::from_seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn malformed_durations_are_refused() {
        for text in [
            "", " ", "m", "+30m", "-30m", "30 m", " 30m", "30m ", "1.5h", "30M", "30min", "1mo", "30m1h", "1h1h",
            "1h30", "30µ", "²h", "٣h", "1h+30m", "30mm", "PT30M", "m30",
        ] {
            assert!(matches!(parse_duration(text), Err(TimeError::Duration(_))), "{text}");
        }
    }

    #[test]
    fn bare_numbers_zeros_and_endless_ones_say_what_is_wrong() {
        let text = parse_duration("30").expect_err("no unit").to_string();
        assert_eq!(text, "the duration '30' has no unit: write 30s, 30m, 30h, 30d or 30w");
        for zero in ["0s", "00m", "1h0m"] {
            assert_eq!(parse_duration(zero), Err(TimeError::DurationZero(zero.to_owned())));
        }
        for long in ["3652059d", "99999999999999999999s", "9223372036854775807w", "521722w4d86400000000h"] {
            assert_eq!(parse_duration(long), Err(TimeError::DurationTooLong(long.to_owned())), "{long}");
        }
        assert!(parse_duration("3652058d").is_ok());
    }

    #[test]
    fn words_are_the_two_largest_units() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (1800, "30 minutes"),
            (86_400 * 2 + 3 * 3600 + 59, "2 days 3 hours"),
            (86_400 + 300, "1 day 5 minutes"),
            (1_209_600, "14 days"),
            (-61, "minus 1 minute 1 second"),
        ] {
            assert_eq!(Span::from_seconds(seconds).to_string(), words);
        }
        assert_eq!(Span::from_micros(-999_999).to_string(), "0 seconds");
    }

    #[test]
    fn relative_times_look_both_ways() {
        let now = Timestamp::from_micros(1_795_571_728_000_000).expect("in range");
        for (micros, words) in [
            (0, "just now"),
            (-499_999, "just now"),
            (29 * MINUTE + 59 * SECOND, "in 29 minutes"),
            (2 * HOUR - 17_000, "in 2 hours"),
            (2 * HOUR - SECOND, "in 1 hour 59 minutes"),
            (-3 * HOUR - 5 * MINUTE, "3 hours 5 minutes ago"),
            (SECOND, "in 1 second"),
            (-DAY, "1 day ago"),
        ] {
            assert_eq!(relative(now.saturating_add(Span(micros)), now), words);
        }
    }
}
