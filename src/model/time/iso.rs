//! The times in the app's columns, read exactly as Python 3.11's `datetime.fromisoformat` reads them.
//!
//! What a newcomer would get wrong: "ISO 8601" is not the rule, Python is. A text that Python refuses makes
//! the app answer 500 on every query that touches the row (`app-facts`, Login and lockout), and Python 3.11
//! takes more than it documents: any character between date and time, one stray character before an offset,
//! a NUL as the end. `tests/vectors/fromisoformat.json` holds Python's verdicts.

use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::{Span, Timestamp};

/// Offsets must stay below 24 hours (Python, `datetime.timezone`), in microseconds.
const OFFSET_LIMIT: i64 = 86_400_000_000;

/// A time as the app would hold it: Python refuses to compare one kind with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredTime {
    /// Written without an offset; the instant is that of the same text in UTC.
    Naive(Timestamp),
    /// Written with an offset; an instant outside the years 1 to 9999 is moved to the nearest end.
    Aware(Timestamp),
}

impl StoredTime {
    /// The instant meant.
    pub fn instant(self) -> Timestamp {
        match self {
            Self::Naive(ts) | Self::Aware(ts) => ts,
        }
    }
}

/// What Python makes of the text; `None` where `datetime.fromisoformat` raises.
pub fn parse_python(text: &str) -> Option<StoredTime> {
    // The shortest form is YYYYWww; Python counts characters here, and bytes from here on.
    text.chars().nth(6)?;
    let text = Bytes(text.as_bytes());
    let date_end = date_end(text)?;
    let date = date(text, date_end)?;
    if text.len() == date_end {
        return naive(date, Clock::default());
    }
    let start = date_end + character_width(text.at(date_end));
    let zone = (start..text.len()).find(|at| matches!(text.at(*at), b'+' | b'-' | b'Z'));
    let clock = clock(text, start, zone.unwrap_or(text.len()))?;
    match zone {
        // Before an offset, a leftover goes unnoticed.
        None if clock.leftover => None,
        None => naive(date, clock),
        Some(zone) => aware(date, clock, offset(text, zone)?),
    }
}

/// The text as Python's parser sees it: bytes, and NUL behind the last.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn len(self) -> usize {
        self.0.len()
    }

    fn at(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    fn is_digit(self, at: usize) -> bool {
        self.at(at).is_ascii_digit()
    }

    /// The number that exactly `count` digits (at most six) at `at` make.
    #[inline]
    fn digits(self, at: usize, count: usize) -> Option<i32> {
        let digits = self.0.get(at..at + count)?;
        let add = |value, digit: &u8| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    }
}

/// Where the date ends, judged by its first characters alone; `None` where no form fits.
fn date_end(text: Bytes<'_>) -> Option<usize> {
    if text.len() == 7 {
        return Some(7);
    }
    match (text.at(4), text.at(5)) {
        (b'-', b'W') if text.at(8) == b'-' => match text.len() {
            9 => None,
            // YYYY-Www-12…: a blank-like hyphen before the hour is likelier than a digit behind the day.
            11.. if text.is_digit(10) => Some(8),
            _ => Some(10),
        },
        (b'-', b'W') => Some(8),
        (b'-', _) => Some(10),
        (b'W', _) => Some(basic_week_end(text)),
        _ => Some(8),
    }
}

/// The end of `YYYYWww` or `YYYYWwwd`: the digits of a time come in pairs, so the day is the odd one.
fn basic_week_end(text: Bytes<'_>) -> usize {
    let digits_end = (7..text.len()).find(|at| !text.is_digit(*at)).unwrap_or(text.len());
    match digits_end {
        ..9 => digits_end,
        even if even % 2 == 0 => 7,
        _ => 8,
    }
}

fn date(text: Bytes<'_>, end: usize) -> Option<Date> {
    let year = i16::try_from(text.digits(0, 4)?).ok()?;
    let hyphens = text.at(4) == b'-';
    let at = if hyphens { 5 } else { 4 };
    if text.at(at) == b'W' {
        return week_date(text, year, at + 1, end);
    }
    let month = text.digits(at, 2)?;
    if hyphens && text.at(at + 2) != b'-' {
        return None;
    }
    let day_at = if hyphens { at + 3 } else { at + 2 };
    let day = text.digits(day_at, 2)?;
    if day_at + 2 != end {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The date of a week and, where the text goes on, a weekday; Monday otherwise.
fn week_date(text: Bytes<'_>, year: i16, at: usize, end: usize) -> Option<Date> {
    let week = i8::try_from(text.digits(at, 2)?).ok()?;
    let hyphens = text.at(4) == b'-';
    let weekday = match at + 2 {
        day_at if day_at >= end => 1,
        hyphen_at if hyphens && text.at(hyphen_at) != b'-' => return None,
        hyphen_at if hyphens => text.digits(hyphen_at + 1, 1)?,
        day_at => text.digits(day_at, 1)?,
    };
    let weekday = Weekday::from_monday_one_offset(i8::try_from(weekday).ok()?).ok()?;
    ISOWeekDate::new(year, week, weekday).ok().map(ISOWeekDate::date)
}

/// Bytes of the UTF-8 character that starts with `first`.
fn character_width(first: u8) -> usize {
    match first {
        ..0x80 => 1,
        0xe0..0xf0 => 3,
        0xf0.. => 4,
        _ => 2,
    }
}

/// Hours, minutes, seconds and microseconds, of a time of day or of an offset; ranges not yet checked.
#[derive(Default)]
struct Clock {
    fields: [i32; 3],
    micros: i32,
    /// Something stands between the last field and the end.
    leftover: bool,
}

/// Reads `HH[:MM[:SS[.f]]]` or `HH[MM[SS[.f]]]` from `start` to `end`.
fn clock(text: Bytes<'_>, start: usize, end: usize) -> Option<Clock> {
    let mut clock = Clock::default();
    let mut at = start;
    let colons = text.at(start + 2) == b':';
    for field in &mut clock.fields {
        *field = text.digits(at, 2)?;
        at += 2;
        let next = text.at(at);
        if at + 1 >= end {
            clock.leftover = next != 0;
            return Some(clock);
        }
        match next {
            b':' if colons => at += 1,
            b'.' | b',' => {
                at += 1;
                break;
            }
            _ if colons => return None,
            _ => {}
        }
    }
    // Whatever introduced it, what follows the seconds is their fraction.
    let count = (end - at).min(6);
    let scale = (count..6).fold(1, |scale, _| scale * 10);
    clock.micros = text.digits(at, count)? * scale;
    at += count;
    while text.is_digit(at) {
        at += 1;
    }
    clock.leftover = text.at(at) != 0;
    Some(clock)
}

/// The offset that starts at `at` with its sign or is `Z`.
fn offset(text: Bytes<'_>, at: usize) -> Option<Span> {
    if text.at(at) == b'Z' {
        return (text.at(at + 1) == 0).then_some(Span::ZERO);
    }
    let clock = clock(text, at + 1, text.len())?;
    if clock.leftover {
        return None;
    }
    let [hours, minutes, seconds] = clock.fields.map(i64::from);
    let whole = hours * 3600 + minutes * 60 + seconds;
    // Python takes an offset below one second for UTC.
    let micros = if whole == 0 { 0 } else { whole * 1_000_000 + i64::from(clock.micros) };
    let signed = if text.at(at) == b'-' { -micros } else { micros };
    (micros < OFFSET_LIMIT).then_some(Span::from_micros(signed))
}

fn local(date: Date, clock: Clock) -> Option<Timestamp> {
    let [hour, minute, second] = clock.fields;
    let micros = i64::from(hour * 3600 + minute * 60 + second) * 1_000_000 + i64::from(clock.micros);
    if hour < 24 && minute < 60 && second < 60 { Timestamp::on(date, micros) } else { None }
}

fn naive(date: Date, clock: Clock) -> Option<StoredTime> {
    local(date, clock).map(StoredTime::Naive)
}

fn aware(date: Date, clock: Clock, offset: Span) -> Option<StoredTime> {
    local(date, clock).map(|local| StoredTime::Aware(local.saturating_sub(offset)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_the_app_writes_are_read() {
        let naive = parse_python("2026-11-25 01:55:28.000000");
        let aware = parse_python("2026-11-25 01:55:28.000000+00:00");
        let instant = Timestamp::from_micros(1_795_571_728_000_000).expect("in range");
        assert_eq!(naive, Some(StoredTime::Naive(instant)));
        assert_eq!(aware, Some(StoredTime::Aware(instant)));
        assert_eq!(naive.map(StoredTime::instant), Some(instant));
    }

    #[test]
    fn an_instant_outside_the_calendar_is_moved_to_its_end() {
        assert_eq!(parse_python("0001-01-01 00:00+23:59"), Some(StoredTime::Aware(Timestamp::MIN)));
        assert_eq!(parse_python("9999-12-31 23:59-23:59"), Some(StoredTime::Aware(Timestamp::MAX)));
    }

    #[test]
    fn what_makes_the_app_answer_500_is_refused() {
        for text in [
            "",
            "never",
            "1795571728",
            "2026-11-25T01:55:28z",
            " 2026-11-25",
            "2026-11-25 ",
            "2026-1-5",
            "2026/11/25",
            "2026-11-25 24:00",
            "2026-11-25 23:59:60",
            "10000-01-01",
            "0000-01-01",
            "2026-02-30",
        ] {
            assert_eq!(parse_python(text), None, "{text:?}");
        }
    }
}
