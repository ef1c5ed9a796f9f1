//! Instants, durations, and the ways in which the app and people write them.
//!
//! What a newcomer would get wrong: text without an offset is UTC, never local time, and the last
//! representable moment ([`FOREVER`]) lies beyond what jiff's own `Timestamp` holds. So an instant is a
//! count of microseconds of our own, and jiff only supplies the calendar.

mod input;
mod iso;
mod span;

use jiff::SignedDuration;
use jiff::civil::DateTime;

pub use input::parse_input;
pub use iso::{StoredTime, parse_python};
pub use span::{Span, parse_duration, relative};

/// 1970-01-01 00:00:00, the calendar's side of microsecond zero.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const MICROS_PER_SECOND: i64 = 1_000_000;

/// Why a time or a duration given by a person is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text has none of the accepted forms.
    #[error(
        "cannot read the time '{0}': give RFC 3339 (2026-11-25T01:55:28Z), YYYY-MM-DD, YYYY-MM-DD HH:MM[:SS] \
         (UTC), or +2h"
    )]
    Form(String),
    /// The form is right, but the calendar or the clock has no such moment.
    #[error("there is no such date or time: '{0}'")]
    NoSuchMoment(String),
    /// The moment lies outside the years 1 to 9999, UTC.
    #[error("the time '{0}' is outside the years 1 to 9999 (UTC)")]
    OutOfRange(String),
    /// A duration that is not a row of number-unit pairs.
    #[error(
        "cannot read the duration '{0}': give whole numbers with the units w, d, h, m or s, the largest first, as \
         in 90s, 30m, 1h30m, 7d"
    )]
    Duration(String),
    /// A duration that is a bare number.
    #[error("the duration '{0}' has no unit: write {0}s, {0}m, {0}h, {0}d or {0}w")]
    DurationUnit(String),
    /// A duration of zero, or with a part that is zero.
    #[error("the duration '{0}' has a zero in it: every number must be 1 or more")]
    DurationZero(String),
    /// A duration longer than the calendar.
    #[error("the duration '{0}' is too long: the calendar ends with the year 9999")]
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
        let mut text = Written::of(self, ' ');
        text.fraction(6);
        text.end("")
    }

    /// The same with `+00:00`, the form in which a lock really ends (`app-facts`, Login and lockout).
    pub fn to_app_offset(self) -> String {
        self.to_app_naive() + "+00:00"
    }

    /// RFC 3339 in UTC: `2026-11-25T01:55:28Z`, with six digits of fraction where there is one.
    pub fn to_rfc3339(self) -> String {
        let mut text = Written::of(self, 'T');
        if text.micros != 0 {
            text.fraction(6);
        }
        text.end("Z")
    }

    /// RFC 3339 in UTC with exactly three digits of fraction, cut off, as events are stamped.
    pub fn to_rfc3339_millis(self) -> String {
        let mut text = Written::of(self, 'T');
        text.fraction(3);
        text.end("Z")
    }

    /// For tables: `2026-11-25 01:55:28 UTC`.
    pub fn to_table(self) -> String {
        Written::of(self, ' ').end(" UTC")
    }

    fn clamp_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// The instant of a calendar time in UTC; `None` before the year 1.
    fn from_civil(civil: DateTime) -> Option<Self> {
        let micros = i64::try_from(civil.duration_since(EPOCH).as_micros()).ok()?;
        Self::from_micros(micros)
    }

    fn civil(self) -> DateTime {
        EPOCH
            .checked_add(SignedDuration::from_micros(self.0))
            .expect("the years 1 to 9999 are within jiff's civil range")
    }
}

/// A time being written, digit by digit: a list of a million accounts has three million times, and `format!` takes
/// ten times as long.
struct Written {
    text: String,
    micros: u32,
}

impl Written {
    /// Date and time of day, with this character between the two.
    fn of(ts: Timestamp, between: char) -> Self {
        let c = ts.civil();
        let micros = c.subsec_nanosecond().unsigned_abs() / 1000;
        let mut written = Self { text: String::with_capacity("2026-11-25T01:55:28.000000+00:00".len()), micros };
        written.digits(c.year().unsigned_abs().into(), 4);
        let parts = [('-', c.month()), ('-', c.day()), (between, c.hour()), (':', c.minute()), (':', c.second())];
        for (before, part) in parts {
            written.text.push(before);
            written.digits(part.unsigned_abs().into(), 2);
        }
        written
    }

    /// The fraction of the second, cut off after so many digits, six at most.
    fn fraction(&mut self, count: u32) {
        self.text.push('.');
        self.digits(self.micros / 10_u32.pow(6 - count), count);
    }

    fn digits(&mut self, number: u32, count: u32) {
        for place in (0..count).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.text.push(char::from_digit(digit, 10).expect("a remainder of 10 is a digit"));
        }
    }

    fn end(mut self, end: &str) -> String {
        self.text.push_str(end);
        self.text
    }
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
