//! Instants, durations, and the ways in which the app and people write them.
//!
//! What a newcomer would get wrong: text without an offset is UTC, never local time, and the last
//! representable moment ([`FOREVER`]) lies beyond what jiff's own `Timestamp` holds. So an instant is a
//! count of microseconds of our own, and jiff only supplies the calendar.

mod input;
mod iso;
mod span;

use jiff::SignedDuration;
use jiff::civil::Date;

use super::text::defuse;

pub use input::parse_input;
pub use iso::{StoredTime, parse_python};
pub use span::{Span, parse_duration, relative};

/// 1970-01-01, the calendar's side of microsecond zero.
const EPOCH: Date = Date::constant(1970, 1, 1);
const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Why a time or a duration given by a person is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text has none of the accepted forms.
    #[error(
        "cannot read the time '{}': give RFC 3339 (2026-11-25T01:55:28Z), YYYY-MM-DD, YYYY-MM-DD HH:MM[:SS] \
         (UTC), or +2h",
        defuse(.0)
    )]
    Form(String),
    /// The form is right, but the calendar or the clock has no such moment.
    #[error("there is no such date or time: '{}'", defuse(.0))]
    NoSuchMoment(String),
    /// The moment lies outside the years 1 to 9999, UTC.
    #[error("the time '{}' is outside the years 1 to 9999 (UTC)", defuse(.0))]
    OutOfRange(String),
    /// A duration that is not a row of number-unit pairs.
    #[error(
        "cannot read the duration '{}': give whole numbers with the units w, d, h, m or s, the largest first, as \
         in 90s, 30m, 1h30m, 7d",
        defuse(.0)
    )]
    Duration(String),
    /// A duration that is a bare number.
    #[error("the duration '{d}' has no unit: write {d}s, {d}m, {d}h, {d}d or {d}w", d = defuse(.0))]
    DurationUnit(String),
    /// A duration of zero, or with a part that is zero.
    #[error("the duration '{}' has a zero in it: every number must be 1 or more", defuse(.0))]
    DurationZero(String),
    /// A duration longer than the calendar.
    #[error("the duration '{}' is too long: the calendar ends with the year 9999", defuse(.0))]
    DurationTooLong(String),
}

/// An instant: microseconds since 1970-01-01 00:00:00 UTC, within the years 1 to 9999.
///
/// The range and the resolution are those of Python's `datetime`, through which the app reads every time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The end of a lock that never ends: 9999-12-31 23:59:59.999999 UTC (`cli.md`, rule 9).
pub const FOREVER: Timestamp = Timestamp::MAX;

impl Timestamp {
    /// 0001-01-01 00:00:00 UTC.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31 23:59:59.999999 UTC.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The instant this many microseconds after the epoch; `None` outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        let ts = Self(micros);
        (Self::MIN <= ts && ts <= Self::MAX).then_some(ts)
    }

    /// Microseconds since the epoch.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded towards the past, as `exp` and `iat` of a token count them.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The instant `span` later, at most [`Timestamp::MAX`] and at least [`Timestamp::MIN`].
    pub fn saturating_add(self, span: Span) -> Self {
        Self::clamp_micros(self.0.saturating_add(span.micros()))
    }

    /// The instant `span` earlier, at most [`Timestamp::MAX`] and at least [`Timestamp::MIN`].
    pub fn saturating_sub(self, span: Span) -> Self {
        Self::clamp_micros(self.0.saturating_sub(span.micros()))
    }

    /// The time from `earlier` to this instant, negative when `earlier` is the later one.
    pub fn since(self, earlier: Self) -> Span {
        Span::from_micros(self.0 - earlier.0)
    }

    /// Whether this is the end of a lock without an end: any moment of 9999-12-31.
    ///
    /// The whole day counts, since others write the last second without its fraction (`app-facts`, Login
    /// and lockout), and people write the date alone.
    pub fn is_forever(self) -> bool {
        self > FOREVER.saturating_sub(Span::DAY)
    }

    /// As the app writes a time without offset: `2026-11-25 01:55:28.000000`, always six digits.
    pub fn to_app_naive(self) -> String {
        written(|out| Written::push(self, b' ', out).fraction(6))
    }

    /// The same with `+00:00`, the form in which a lock really ends (`app-facts`, Login and lockout).
    pub fn to_app_offset(self) -> String {
        self.to_app_naive() + "+00:00"
    }

    /// RFC 3339 in UTC: `2026-11-25T01:55:28Z`, with six digits of fraction where there is one.
    pub fn to_rfc3339(self) -> String {
        written(|out| self.push_rfc3339(out))
    }

    /// The same, behind what `out` holds already.
    pub fn push_rfc3339(self, out: &mut Vec<u8>) {
        let mut text = Written::push(self, b'T', out);
        if text.micros != 0 {
            text.fraction(6);
        }
        out.push(b'Z');
    }

    /// RFC 3339 in UTC with exactly three digits of fraction, cut off, as events are stamped.
    pub fn to_rfc3339_millis(self) -> String {
        written(|out| Written::push(self, b'T', out).fraction(3)) + "Z"
    }

    /// For tables: `2026-11-25 01:55:28 UTC`.
    pub fn to_table(self) -> String {
        written(|out| {
            Written::push(self, b' ', out);
        }) + " UTC"
    }

    fn clamp_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The instant so many microseconds after a day's midnight in UTC; `None` before the year 1.
    fn on(date: Date, micros_of_day: i64) -> Option<Self> {
        Self::from_micros(date.duration_since(EPOCH).as_secs() * MICROS_PER_SECOND + micros_of_day)
    }

    /// The day in UTC, and the microseconds since its midnight.
    fn day(self) -> (Date, i64) {
        let days = SignedDuration::from_hours(self.0.div_euclid(MICROS_PER_DAY) * 24);
        let date = EPOCH.checked_add(days).expect("the years 1 to 9999 are within jiff's civil range");
        (date, self.0.rem_euclid(MICROS_PER_DAY))
    }
}

/// The text that `write` makes.
fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = Vec::with_capacity("2026-11-25T01:55:28.000000+00:00".len());
    write(&mut bytes);
    String::from_utf8(bytes).expect("a time is written in ASCII")
}

/// A time being written, two digits at a time: a list of a million accounts has three million times, and `format!`
/// takes ten times as long.
struct Written<'o> {
    out: &'o mut Vec<u8>,
    micros: u32,
}

impl<'o> Written<'o> {
    /// Writes date and time of day, with this character between the two.
    fn push(ts: Timestamp, between: u8, out: &'o mut Vec<u8>) -> Self {
        let (date, micros_of_day) = ts.day();
        let (seconds, micros) = (micros_of_day / MICROS_PER_SECOND, micros_of_day % MICROS_PER_SECOND);
        let year = date.year().unsigned_abs();
        let [y1, y2] = [year / 100, year % 100].map(|part| pair(part.into()));
        let [month, day] = [date.month(), date.day()].map(|part| pair(part.unsigned_abs().into()));
        let [hour, minute, second] = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(|part| pair(part as u32));
        out.extend_from_slice(&[
            y1[0], y1[1], y2[0], y2[1], b'-', month[0], month[1], b'-', day[0], day[1], between, hour[0], hour[1],
            b':', minute[0], minute[1], b':', second[0], second[1],
        ]);
        Self { out, micros: micros as u32 }
    }

    /// The fraction of the second, cut off after so many digits, six at most.
    fn fraction(&mut self, count: usize) {
        let [a, b, c] = [self.micros / 10_000, self.micros / 100 % 100, self.micros % 100].map(pair);
        self.out.push(b'.');
        self.out.extend_from_slice(&[a[0], a[1], b[0], b[1], c[0], c[1]][..count]);
    }
}

/// Two digits of a number below 100.
fn pair(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b'0' + digit as u8)
}

/// How `locked_until` is written: the app that reads offsets, or the one that does not (`cli.md`, Config).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2026-11-25 01:55:28.000000+00:00`.
    Offset,
    /// `2026-11-25 01:55:28.000000`.
    Naive,
}

impl TimeFormat {
    /// The text that goes into the column.
    pub fn text(self, ts: Timestamp) -> String {
        match self {
            Self::Offset => ts.to_app_offset(),
            Self::Naive => ts.to_app_naive(),
        }
    }
}

/// Where the time comes from; passed in, so that tests fix it and nothing else can.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// A clock that stands still, for tests.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).expect("in range")
    }

    #[test]
    fn the_ends_are_those_of_pythons_datetime() {
        assert_eq!(Timestamp::MIN.to_app_naive(), "0001-01-01 00:00:00.000000");
        assert_eq!(FOREVER.to_app_offset(), "9999-12-31 23:59:59.999999+00:00");
        assert_eq!(Timestamp::from_micros(Timestamp::MAX.micros() + 1), None);
        assert_eq!(Timestamp::from_micros(Timestamp::MIN.micros() - 1), None);
        assert_eq!(Timestamp::from_micros(i64::MIN), None);
    }

    #[test]
    fn every_output_form_has_its_digits() {
        let whole = ts(1_795_571_728_000_000);
        assert_eq!(whole.to_app_naive(), "2026-11-25 01:55:28.000000");
        assert_eq!(whole.to_app_offset(), "2026-11-25 01:55:28.000000+00:00");
        assert_eq!(whole.to_rfc3339(), "2026-11-25T01:55:28Z");
        assert_eq!(whole.to_rfc3339_millis(), "2026-11-25T01:55:28.000Z");
        assert_eq!(whole.to_table(), "2026-11-25 01:55:28 UTC");
        let split = ts(1_795_571_728_001_999);
        assert_eq!(split.to_rfc3339(), "2026-11-25T01:55:28.001999Z");
        assert_eq!(split.to_rfc3339_millis(), "2026-11-25T01:55:28.001Z");
        assert_eq!(TimeFormat::Naive.text(split), split.to_app_naive());
        assert_eq!(TimeFormat::Offset.text(split), split.to_app_offset());
    }

    #[test]
    fn seconds_round_towards_the_past_before_the_epoch_too() {
        assert_eq!(ts(-1).seconds(), -1);
        assert_eq!(ts(-1).to_app_naive(), "1969-12-31 23:59:59.999999");
        assert_eq!(ts(1_999_999).seconds(), 1);
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        assert_eq!(FOREVER.saturating_add(Span::DAY), FOREVER);
        assert_eq!(Timestamp::MIN.saturating_sub(Span::DAY), Timestamp::MIN);
        assert_eq!(Timestamp::MIN.saturating_add(FOREVER.since(Timestamp::MIN)), FOREVER);
        assert_eq!(ts(5).since(ts(7)).micros(), -2);
    }

    #[test]
    fn the_last_day_is_for_ever_and_the_day_before_is_not() {
        assert!(FOREVER.is_forever());
        let midnight = parse_input("9999-12-31", ts(0)).expect("a date");
        assert!(midnight.is_forever());
        assert!(!ts(midnight.micros() - 1).is_forever());
    }
}
