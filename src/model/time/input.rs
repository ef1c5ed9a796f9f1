//! Times as people type them at the command line.
//!
//! What a newcomer would get wrong: this is not the reader of the app's columns. A person's slip must be
//! refused with a message, whereas [`super::parse_python`] must take every oddity that the app takes.

use jiff::civil::{DateTime, Time};

use super::{Span, TimeError, Timestamp, parse_duration};

/// Microseconds in a minute of offset.
const OFFSET_MINUTE: i64 = 60_000_000;

/// Reads a time: RFC 3339 with any offset, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS[.f]]` (UTC), or `+2h` from
/// `now` (`cli.md`, rule 9).
///
/// Digits of the fraction beyond the sixth are cut off. A leap second is refused, as the app cannot store it.
///
/// # Errors
/// Another form, a date or clock time that does not exist, or one outside the years 1 to 9999.
pub fn parse_input(text: &str, now: Timestamp) -> Result<Timestamp, TimeError> {
    if let Some(duration) = text.strip_prefix('+') {
        let micros = now.micros().saturating_add(parse_duration(duration)?.micros());
        return Timestamp::from_micros(micros).ok_or_else(|| TimeError::OutOfRange(text.to_owned()));
    }
    let fields = Fields::scan(text.as_bytes()).ok_or_else(|| TimeError::Form(text.to_owned()))?;
    let civil = fields.civil().ok_or_else(|| TimeError::NoSuchMoment(text.to_owned()))?;
    let micros_of_day = civil.time().duration_since(Time::midnight()).as_micros();
    i64::try_from(micros_of_day)
        .ok()
        .and_then(|micros| Timestamp::on(civil.date(), micros))
        .and_then(|local| Timestamp::from_micros(local.micros() - fields.offset().micros()))
        .ok_or_else(|| TimeError::OutOfRange(text.to_owned()))
}

/// The numbers of a written time, not yet checked against the calendar.
#[derive(Default)]
struct Fields {
    year: i16,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    /// 1 east of Greenwich, -1 west of it, 0 for UTC.
    offset_sign: i64,
    offset_hour: i8,
    offset_minute: i8,
}

impl Fields {
    /// The fields, where the whole text has one of the forms.
    fn scan(text: &[u8]) -> Option<Self> {
        let mut scan = Scan(text);
        let mut fields = Self { year: scan.digits(4)?, ..Self::default() };
        scan.eat(b"-")?;
        fields.month = scan.two()?;
        scan.eat(b"-")?;
        fields.day = scan.two()?;
        if scan.0.is_empty() {
            return Some(fields);
        }
        scan.eat(b" Tt")?;
        fields.hour = scan.two()?;
        scan.eat(b":")?;
        fields.minute = scan.two()?;
        if scan.eat(b":").is_some() {
            fields.second = scan.two()?;
            if scan.eat(b".").is_some() {
                fields.nanosecond = scan.fraction()?;
            }
        }
        fields.scan_offset(&mut scan)?;
        scan.0.is_empty().then_some(fields)
    }

    fn scan_offset(&mut self, scan: &mut Scan<'_>) -> Option<()> {
        if scan.0.is_empty() || scan.eat(b"Zz").is_some() {
            return Some(());
        }
        self.offset_sign = if scan.eat(b"+-")? == b'-' { -1 } else { 1 };
        self.offset_hour = scan.two()?;
        scan.eat(b":")?;
        self.offset_minute = scan.two()?;
        Some(())
    }

    /// The local calendar time, where there is one and the offset is one too (RFC 3339 §5.6).
    fn civil(&self) -> Option<DateTime> {
        if self.offset_hour > 23 || self.offset_minute > 59 {
            return None;
        }
        let Self { year, month, day, hour, minute, second, nanosecond, .. } = *self;
        DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()
    }

    fn offset(&self) -> Span {
        let minutes = i64::from(self.offset_hour) * 60 + i64::from(self.offset_minute);
        Span::from_micros(self.offset_sign * minutes * OFFSET_MINUTE)
    }
}

/// What is left of the text.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    /// One byte out of `set`.
    fn eat(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        set.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of exactly `count` ASCII digits, at most four.
    fn digits(&mut self, count: usize) -> Option<i16> {
        let (head, rest) = self.0.split_at_checked(count)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(head.iter().fold(0, |value, digit| value * 10 + i16::from(digit - b'0')))
    }

    fn two(&mut self) -> Option<i8> {
        self.digits(2).and_then(|value| i8::try_from(value).ok())
    }

    /// One or more digits after the point, as nanoseconds that are whole microseconds.
    fn fraction(&mut self) -> Option<i32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let micros = (0..6).fold(0, |value, at| value * 10 + digits.get(at).map_or(0, |d| i32::from(d - b'0')));
        (count > 0).then_some(micros * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-25T01:55:28Z";

    fn read(text: &str) -> Result<String, TimeError> {
        let zero = Timestamp::from_micros(0).expect("in range");
        let now = parse_input(NOW, zero).expect("a time");
        parse_input(text, now).map(Timestamp::to_rfc3339)
    }

    #[test]
    fn every_form_of_the_contract_is_read() {
        for (text, instant) in [
            (NOW, NOW),
            ("2026-11-25t01:55:28z", NOW),
            ("2026-11-25T03:25:28+01:30", NOW),
            ("2026-11-24T20:55:28-05:00", NOW),
            ("2026-11-25 01:55:28.000000+00:00", NOW),
            ("2026-11-25", "2026-11-25T00:00:00Z"),
            ("2026-11-25 01:55", "2026-11-25T01:55:00Z"),
            ("2026-11-25 01:55:28", NOW),
            ("2026-11-25 01:55:28.5", "2026-11-25T01:55:28.500000Z"),
            ("2026-11-25T01:55:28.1234567899Z", "2026-11-25T01:55:28.123456Z"),
            ("+2h", "2026-11-25T03:55:28Z"),
            ("+1h30m", "2026-11-25T03:25:28Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(instant), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "now",
            "tomorrow",
            "1795571728",
            "2026-11-25T",
            "2026-11-25 1:55",
            "2026/11/25",
            "20261125",
            "26-11-25",
            "2026-11-25  01:55",
            " 2026-11-25",
            "2026-11-25 ",
            "2026-11-25 01:55:28.",
            "2026-11-25 01",
            "2026-11-25Z",
            "2026-11-25 01:55 UTC",
            "2026-11-25T01:55:28+0100",
            "2026-11-25T01:55:28+01",
            "2026-11-25T01:55:28,5Z",
            "2026-11-25T01:55:28ZZ",
            "-2h",
            "2h",
            "2026-W48-3",
            "２026-11-25",
        ] {
            assert!(matches!(read(text), Err(TimeError::Form(_))), "{text}");
        }
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-11-25 24:00",
            "2026-11-25 23:60",
            "2026-11-25 23:59:60",
            "2026-11-25T01:55:28+24:00",
            "2026-11-25T01:55:28+01:60",
        ] {
            assert_eq!(read(text), Err(TimeError::NoSuchMoment(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn moments_beyond_the_calendar_are_refused() {
        for text in ["0000-01-01", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "+3652000d"] {
            assert_eq!(read(text), Err(TimeError::OutOfRange(text.to_owned())), "{text}");
        }
        assert!(matches!(read("+2"), Err(TimeError::DurationUnit(_))));
    }
}
