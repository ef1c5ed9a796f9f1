//! Times and durations as people type them, and as the columns hold them.

use authctl::model::time::{
    Span, StoredTime, TimeError, Timestamp, parse_duration, parse_input, parse_python, relative,
};

use super::{class, shape, text};

/// 2026-11-25T01:30:30Z.
const NOW: i64 = 1_795_570_230_000_000;

fn now() -> Timestamp {
    Timestamp::from_micros(NOW).expect("in range")
}

/// A time that was typed: written and read again it is the same, and Python reads the same where it reads it.
pub fn time_input(data: &[u8]) -> u64 {
    let given = text(data);
    let read = match parse_input(&given, now()) {
        Ok(read) => read,
        Err(error) => return class(("refused", kind(&error), shape(&error.to_string()))),
    };
    assert!(Timestamp::from_micros(read.micros()).is_some(), "{given:?}");
    assert_eq!(parse_input(&read.to_rfc3339(), now()), Ok(read), "{given:?}");
    if given.starts_with('+') {
        assert!(read > now(), "{given:?}");
    } else if let Some(python) = parse_python(&given) {
        assert_eq!(python.instant(), read, "{given:?}");
    } else {
        assert!(given.contains(['t', 'z']), "Python refuses {given:?}");
    }
    class(("read", given.len(), read.is_forever()))
}

/// A duration: the sum of its parts, more than nothing, and within the calendar.
pub fn duration(data: &[u8]) -> u64 {
    let given = text(data);
    let read = match parse_duration(&given) {
        Ok(read) => read,
        Err(error) => {
            assert!(!matches!(error, TimeError::Form(_) | TimeError::NoSuchMoment(_)), "{error:?}");
            return class(("refused", kind(&error)));
        }
    };
    assert!(read > Span::ZERO, "{given:?}");
    assert!(read <= Timestamp::MAX.since(Timestamp::MIN), "{given:?}");
    assert_eq!(i128::from(read.micros()), sum(&given), "{given:?}");
    assert!(!read.to_string().starts_with("minus"), "{given:?}");
    for at in [Timestamp::MIN, now(), Timestamp::MAX] {
        assert!(at.saturating_add(read) >= at && at.saturating_sub(read) <= at, "{given:?}");
    }
    class(("read", given.bytes().filter(u8::is_ascii_alphabetic).collect::<Vec<_>>(), given.len().min(12)))
}

/// The sum in microseconds, without bound.
fn sum(given: &str) -> i128 {
    given
        .split_inclusive(|c: char| c.is_ascii_alphabetic())
        .map(|part| {
            let (number, unit) = part.split_at(part.len() - 1);
            let seconds = match unit {
                "s" => 1,
                "m" => 60,
                "h" => 3_600,
                "d" => 86_400,
                "w" => 604_800,
                other => panic!("the unit {other:?} was read in {given:?}"),
            };
            number.parse::<i128>().expect("a whole number") * seconds * 1_000_000
        })
        .sum()
}

/// A time of a column: inside the calendar, and the same when it is written as the app writes it.
pub fn stored_date(data: &[u8]) -> u64 {
    let given = text(data);
    let Some(read) = parse_python(&given) else {
        return class(("refused", given.len().min(40), given.is_ascii()));
    };
    let at = read.instant();
    assert!((Timestamp::MIN..=Timestamp::MAX).contains(&at), "{given:?}");
    assert_eq!(parse_python(&at.to_app_naive()), Some(StoredTime::Naive(at)), "{given:?}");
    assert_eq!(parse_python(&at.to_app_offset()), Some(StoredTime::Aware(at)), "{given:?}");
    assert!(!relative(at, now()).contains('-'), "{given:?}");
    assert!(given.as_bytes()[..4].iter().all(u8::is_ascii_digit), "{given:?}");
    let kind = matches!(read, StoredTime::Aware(_));
    class(("read", kind, given.len().min(60), at.is_forever(), at == Timestamp::MIN))
}

fn kind(error: &TimeError) -> std::mem::Discriminant<TimeError> {
    std::mem::discriminant(error)
}
