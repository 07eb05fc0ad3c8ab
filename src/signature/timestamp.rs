//! Timestamps in headers, and the timestamp tolerance.

use crate::blob::blob;
use crate::text::split_once;

/// The unit of a timestamp that counts from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Whole seconds.
    #[default]
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
}

blob!(enum TimestampUnit { 0 => Seconds, 1 => Milliseconds });

impl TimestampUnit {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
        }
    }

    const fn milliseconds(self) -> i64 {
        match self {
            Self::Seconds => 1000,
            Self::Milliseconds => 1,
        }
    }

    /// Returns the number of digits of timestamps from 2001 to 2286.
    pub(super) const fn digits(self) -> usize {
        match self {
            Self::Seconds => 10,
            Self::Milliseconds => 13,
        }
    }

    /// Parses a timestamp to milliseconds: 1 to 16 digits, without sign or white space.
    pub(crate) fn parse(self, text: &str) -> Option<i64> {
        let is_valid = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        // 16 digits of seconds are up to 10^19 ms, slightly more than the largest i64.
        is_valid.then(|| text.parse::<i64>().ok().map(|count| count.saturating_mul(self.milliseconds())))?
    }

    /// Formats a time as a timestamp; `None` before 1970.
    pub(crate) fn format(self, now: i64) -> Option<String> {
        (now >= 0).then(|| (now / self.milliseconds()).to_string())
    }
}

/// Ten years: in a wrong unit, a current time is decades or millennia away.
const PLAUSIBLE_MS: u64 = 10 * 366 * 24 * 3600 * 1000;

/// Returns what a timestamp in the wrong unit or notation looks like: another unit in which it is a time of this decade, or a
/// notation that is no integer. `None` where neither holds.
#[inline(never)]
pub(crate) fn detect_unit(text: &str, expected: TimestampUnit, now: i64) -> Option<&'static str> {
    let text = text.trim();
    let Ok(count) = text.parse::<u64>() else { return detect_notation(text) };
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
fn detect_notation(text: &str) -> Option<&'static str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = text.as_bytes();
    let has_date = bytes.get(..10).is_some_and(|date| {
        date.iter()
            .enumerate()
            .all(|(n, byte)| if n == 4 || n == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
    });
    if has_date && bytes.get(10).is_some_and(|byte| b"Tt ".contains(byte)) {
        Some("a date and time in the notation of RFC 3339")
    } else if text.ends_with(" GMT") && text.get(3..5) == Some(", ") {
        Some("an HTTP date")
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
            ("Tue, 14 Nov 2023 22:13:20 GMT", seconds, Some("an HTTP date")),
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
    fn formats_whole_units_rounded_down() {
        assert_eq!(TimestampUnit::Seconds.format(1_999).as_deref(), Some("1"));
        assert_eq!(TimestampUnit::Milliseconds.format(1_999).as_deref(), Some("1999"));
        assert_eq!(TimestampUnit::Seconds.format(-1), None);
    }
}
