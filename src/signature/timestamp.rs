//! Timestamps in headers and bodies, and the timestamp tolerance.

use crate::blob::blob;
use crate::instant::{Instant, format_http_date, format_rfc3339, http_date, instant, instant_or_utc};
use crate::text::split_once;

/// How a timestamp is written: a number that counts from 1970-01-01T00:00:00Z, or a date and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Whole seconds.
    #[default]
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
    /// Whole microseconds.
    Microseconds,
    /// Whole nanoseconds.
    Nanoseconds,
    /// A date and time with offset: `2024-01-02T03:04:05Z`.
    Rfc3339,
    /// A date and time, in UTC where it has no offset: `2024-01-02T03:04:05.678`.
    Iso8601,
    /// A date and time as in HTTP headers (RFC 9110, section 5.6.7): `Tue, 02 Jan 2024 03:04:05 GMT`.
    HttpDate,
}

blob!(enum TimestampUnit {
    0 => Seconds,
    1 => Milliseconds,
    2 => Microseconds,
    3 => Nanoseconds,
    4 => Rfc3339,
    5 => Iso8601,
    6 => HttpDate,
});

/// 9999-12-31T23:59:59.999Z: years have four digits.
const MAX_RFC3339_MS: i64 = 253_402_300_799_999;

impl TimestampUnit {
    /// Returns the unit with this name in definitions.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "s" => Self::Seconds,
            "ms" => Self::Milliseconds,
            "us" => Self::Microseconds,
            "ns" => Self::Nanoseconds,
            "rfc3339" => Self::Rfc3339,
            "iso8601" => Self::Iso8601,
            "http-date" => Self::HttpDate,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
            Self::Rfc3339 => RFC3339,
            Self::Iso8601 => ISO8601,
            Self::HttpDate => HTTP_DATE,
        }
    }

    /// Returns what a message expects: `seconds since 1970`.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970",
            Self::Milliseconds => "milliseconds since 1970",
            Self::Microseconds => "microseconds since 1970",
            Self::Nanoseconds => "nanoseconds since 1970",
            _ => self.name(),
        }
    }

    /// Returns whether the timestamp is a number, and not a date and time.
    pub(crate) const fn is_number(self) -> bool {
        self.digits().is_some()
    }

    /// Returns the number of digits of timestamps from 2001 to 2286; `None` for a date and time, whose form marks where it
    /// begins and ends.
    pub(super) const fn digits(self) -> Option<usize> {
        match self {
            Self::Seconds => Some(10),
            Self::Milliseconds => Some(13),
            Self::Microseconds => Some(16),
            Self::Nanoseconds => Some(19),
            Self::Rfc3339 | Self::Iso8601 | Self::HttpDate => None,
        }
    }

    /// Parses a timestamp to milliseconds: 1 to 16 digits (19 for nanoseconds) without sign or white space, or a date and
    /// time.
    pub(crate) fn parse(self, text: &str) -> Option<i64> {
        let max_digits = if self == Self::Nanoseconds { 19 } else { 16 };
        let count = || {
            let is_valid =
                (1..=max_digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            is_valid.then(|| text.parse::<i64>().ok())?
        };
        match self {
            // 16 digits of seconds are up to 10^19 ms, slightly more than the largest i64.
            Self::Seconds => count().map(|count| count.saturating_mul(1000)),
            Self::Milliseconds => count(),
            Self::Microseconds => count().map(|count| count / 1000),
            Self::Nanoseconds => count().map(|count| count / 1_000_000),
            Self::Rfc3339 => instant(text.as_bytes()).map(Instant::as_millis),
            Self::Iso8601 => instant_or_utc(text.as_bytes()).map(Instant::as_millis),
            Self::HttpDate => http_date(text).map(Instant::as_millis),
        }
    }

    /// Formats a time as a timestamp; `None` before 1970, and after the last time that the unit can express.
    pub(crate) fn format(self, now: i64) -> Option<String> {
        let count = match self {
            _ if now < 0 => return None,
            Self::Seconds => now / 1000,
            Self::Milliseconds => now,
            Self::Microseconds => now.checked_mul(1000)?,
            Self::Nanoseconds => now.checked_mul(1_000_000)?,
            Self::Rfc3339 | Self::Iso8601 | Self::HttpDate => {
                let format = if self == Self::HttpDate { format_http_date } else { format_rfc3339 };
                return (now <= MAX_RFC3339_MS).then(|| format(now));
            }
        };
        Some(count.to_string())
    }
}

const RFC3339: &str = "a date and time with offset, such as 2024-01-02T03:04:05Z (RFC 3339)";
const HTTP_DATE: &str = "a date and time as in HTTP headers, such as Tue, 02 Jan 2024 03:04:05 GMT";
const ISO8601: &str = "a date and time, such as 2024-01-02T03:04:05Z (ISO 8601)";

/// Ten years: in a wrong unit, a current time is decades or millennia away.
const PLAUSIBLE_MS: u64 = 10 * 366 * 24 * 3600 * 1000;

/// Returns what a timestamp in the wrong unit or notation looks like: another unit in which it is a time of this decade, or a
/// notation that is no integer. `None` where neither holds.
#[inline(never)]
pub(crate) fn detect_unit(text: &str, expected: TimestampUnit, now: i64) -> Option<&'static str> {
    let text = text.trim();
    let Ok(count) = text.parse::<u64>() else { return detect_notation(text, expected) };
    let units = [
        ("seconds", count.saturating_mul(1000)),
        ("milliseconds", count),
        ("microseconds", count / 1000),
        ("nanoseconds", count / 1_000_000),
    ];
    let is_plausible =
        |millis: u64| i64::try_from(millis).is_ok_and(|time| now.abs_diff(time) < PLAUSIBLE_MS);
    let (name, _) = units.into_iter().find(|(_, millis)| is_plausible(*millis))?;
    (name != expected.name()).then_some(name)
}

/// Returns the notation of a date and time, or of a number that is no integer.
fn detect_notation(text: &str, expected: TimestampUnit) -> Option<&'static str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let has_date = bytes.get(..10).is_some_and(|date| {
        date.iter()
            .enumerate()
            .all(|(n, byte)| if n == 4 || n == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
    });
    if has_date && bytes.get(10).is_some_and(|byte| b"Tt ".contains(byte)) {
        if expected.is_number() || expected == TimestampUnit::HttpDate {
            return Some("a date and time in the notation of RFC 3339");
        }
        let lacks_offset = expected.parse(text).is_none() && TimestampUnit::Iso8601.parse(text).is_some();
        lacks_offset.then_some("a date and time without offset")
    } else if text.ends_with(" GMT") && text.get(3..5) == Some(", ") {
        (expected != TimestampUnit::HttpDate).then_some("an HTTP date")
    } else {
        let (whole, fraction) = split_once(text, '.')?;
        (is_number(whole) && is_number(fraction)).then_some("a number with a fraction")
    }
}

/// A timestamp compared with the current time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToleranceCheck {
    WithinTolerance,
    /// Outside the tolerance: milliseconds in the past.
    TooOld(u64),
    /// Outside the tolerance: milliseconds in the future.
    TooNew(u64),
}

/// Compares a timestamp (ms) with the current time (ms). A difference equal to the tolerance (s) is within tolerance.
pub(super) fn check_tolerance(timestamp: i64, now: i64, tolerance: u64) -> ToleranceCheck {
    let distance = now.abs_diff(timestamp);
    match distance <= tolerance.saturating_mul(1000) {
        true => ToleranceCheck::WithinTolerance,
        false if timestamp < now => ToleranceCheck::TooOld(distance),
        false => ToleranceCheck::TooNew(distance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_digits_and_nothing_else() {
        assert_eq!(TimestampUnit::Seconds.parse("1700000000"), Some(1_700_000_000_000));
        assert_eq!(TimestampUnit::Milliseconds.parse("1700000000000"), Some(1_700_000_000_000));
        assert_eq!(TimestampUnit::Seconds.parse("0"), Some(0));
        for text in ["", "+1", "-1", " 1", "1 ", "1.0", "1e9", "0x1", "١", "12345678901234567"] {
            assert_eq!(TimestampUnit::Seconds.parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn saturates_at_the_longest_timestamp() {
        assert_eq!(TimestampUnit::Seconds.parse("9999999999999999"), Some(i64::MAX));
        assert_eq!(check_tolerance(i64::MAX, i64::MIN, u64::MAX), ToleranceCheck::WithinTolerance);
        assert_eq!(check_tolerance(i64::MAX, i64::MIN, 1), ToleranceCheck::TooNew(u64::MAX));
        assert_eq!(check_tolerance(i64::MIN, i64::MAX, 1), ToleranceCheck::TooOld(u64::MAX));
    }

    #[test]
    fn applies_the_tolerance_in_both_directions_to_the_millisecond() {
        let timestamp = 1_700_000_000_000;
        assert_eq!(check_tolerance(timestamp, timestamp, 0), ToleranceCheck::WithinTolerance);
        assert_eq!(check_tolerance(timestamp, timestamp + 300_000, 300), ToleranceCheck::WithinTolerance);
        assert_eq!(check_tolerance(timestamp, timestamp + 300_001, 300), ToleranceCheck::TooOld(300_001));
        assert_eq!(check_tolerance(timestamp, timestamp - 300_000, 300), ToleranceCheck::WithinTolerance);
        assert_eq!(check_tolerance(timestamp, timestamp - 300_001, 300), ToleranceCheck::TooNew(300_001));
    }

    #[test]
    fn detects_another_unit_only_where_its_time_is_plausible() {
        let now = 1_700_000_000_000;
        let (seconds, millis) = (TimestampUnit::Seconds, TimestampUnit::Milliseconds);
        for (text, expected, found) in [
            ("1700000000000", seconds, Some("milliseconds")),
            ("1500000000001", seconds, Some("milliseconds")),
            ("1700000000000000", seconds, Some("microseconds")),
            ("1700000000000000000", seconds, Some("nanoseconds")),
            ("1700000000", millis, Some("seconds")),
            ("1700000000000000", millis, Some("microseconds")),
            // The expected unit, or a time that is further away than ten years in every unit.
            ("1700000000", seconds, None),
            ("1700000000000", millis, None),
            ("0", seconds, None),
            ("170000000000", seconds, None),
            ("1000000000000", seconds, None),
            ("99999999999999999999999", seconds, None),
            ("2023-11-14T22:13:20Z", seconds, Some("a date and time in the notation of RFC 3339")),
            ("2023-11-14 22:13:20", seconds, Some("a date and time in the notation of RFC 3339")),
            ("1700000000", TimestampUnit::Rfc3339, Some("seconds")),
            ("1700000000000", TimestampUnit::Iso8601, Some("milliseconds")),
            ("1700000000000", TimestampUnit::Nanoseconds, Some("milliseconds")),
            ("2023-11-14T22:13:20", TimestampUnit::Rfc3339, Some("a date and time without offset")),
            ("2023-11-14T22:13:20", TimestampUnit::Iso8601, None),
            ("2023-11-14T22:13:20Z", TimestampUnit::Rfc3339, None),
            ("2023-11-14 22:13:20", TimestampUnit::Iso8601, None),
            ("Tue, 14 Nov 2023 22:13:20 GMT", seconds, Some("an HTTP date")),
            ("Tue, 14 Nov 2023 22:13:20 GMT", TimestampUnit::Rfc3339, Some("an HTTP date")),
            ("Tue, 14 Nov 2023 22:13:20 GMT", TimestampUnit::HttpDate, None),
            (
                "2023-11-14T22:13:20Z",
                TimestampUnit::HttpDate,
                Some("a date and time in the notation of RFC 3339"),
            ),
            ("1700000000", TimestampUnit::HttpDate, Some("seconds")),
            ("1700000000.123", seconds, Some("a number with a fraction")),
            ("", seconds, None),
            ("soon", seconds, None),
            ("2023-11-14", seconds, None),
            (".5", seconds, None),
        ] {
            assert_eq!(detect_unit(text, expected, now), found, "{text}");
        }
    }

    #[test]
    fn parses_every_unit_to_the_same_time() {
        use TimestampUnit::{Iso8601, Microseconds, Nanoseconds, Rfc3339};
        let time = Some(1_700_000_000_123);
        for (unit, text) in [
            (Microseconds, "1700000000123456"),
            (Nanoseconds, "1700000000123456789"),
            (Rfc3339, "2023-11-14T22:13:20.123456789Z"),
            (Rfc3339, "2023-11-14t23:13:20.1239999999+01:00"),
            (Iso8601, "2023-11-14T22:13:20.123Z"),
            (Iso8601, "2023-11-14T22:13:20.123456"),
            (Iso8601, "2023-11-14T21:13:20.123-01:00"),
        ] {
            assert_eq!(unit.parse(text), time, "{text}");
        }
        for (unit, text) in [
            (Microseconds, "17000000001234567"),
            (Nanoseconds, "9999999999999999999"),
            (Nanoseconds, "17000000001234567890"),
            (Rfc3339, "2023-11-14T22:13:20"),
            (Rfc3339, "2023-11-14 22:13:20Z"),
            (Rfc3339, "1700000000"),
            (Iso8601, "2023-11-14T22:13"),
            (Iso8601, "2023-11-14T22:13:20."),
            (Iso8601, "2023-11-14T22:13:20 "),
            (Iso8601, "2023-11-14"),
            (Iso8601, "20231114T221320Z"),
        ] {
            assert_eq!(unit.parse(text), None, "{text}");
        }
    }

    #[test]
    fn formats_what_it_parses_and_nothing_else() {
        for name in ["s", "ms", "us", "ns", "rfc3339", "iso8601", "http-date"] {
            let unit = TimestampUnit::from_name(name).expect(name);
            let text = unit.format(1_700_000_000_000).expect(name);
            assert_eq!(unit.parse(&text), Some(1_700_000_000_000), "{text}");
            assert_eq!(unit.digits().unwrap_or(text.len()), text.len(), "{text}");
        }
        assert_eq!(TimestampUnit::Rfc3339.format(MAX_RFC3339_MS + 1), None);
        assert_eq!(TimestampUnit::Nanoseconds.format(i64::MAX), None);
        assert_eq!(TimestampUnit::from_name("h"), None);
    }

    #[test]
    fn parses_http_dates_of_one_form() {
        let parse = |text: &str| TimestampUnit::HttpDate.parse(text);
        assert_eq!(
            TimestampUnit::HttpDate.format(1_700_000_000_999).as_deref(),
            Some("Tue, 14 Nov 2023 22:13:20 GMT")
        );
        assert_eq!(parse("Tue, 14 Nov 2023 22:13:20 GMT"), Some(1_700_000_000_000));
        assert_eq!(parse("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800_000));
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for text in [
            "",
            "Mon, 14 Nov 2023 22:13:20 GMT", // another day of the week
            "tue, 14 nov 2023 22:13:20 gmt",
            "Tue, 14 Nov 2023 22:13:20 UTC",
            "Tue, 14 Nov 2023 22:13:20 +0000",
            "Tue, 14 Nov 2023 22:13:20",
            "Tue, 4 Nov 2023 22:13:20 GMT",
            "Wed, 31 Nov 2023 22:13:20 GMT",
            "Tue, 14 Nov 2023 24:13:20 GMT",
            "Tue, 14 Nov 2023 22:13:20 GMT ",
            "Tuesday, 14-Nov-23 22:13:20 GMT",
            "Tue Nov 14 22:13:20 2023",
            "Tue, 14 Noé 2023 22:13:20 GMT",
            "2023-11-14T22:13:20Z",
            "1700000000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn formats_whole_units_rounded_down() {
        assert_eq!(TimestampUnit::Seconds.format(1_999).as_deref(), Some("1"));
        assert_eq!(TimestampUnit::Milliseconds.format(1_999).as_deref(), Some("1999"));
        assert_eq!(TimestampUnit::Seconds.format(-1), None);
    }
}
