//! Timestamps in headers, and the timestamp tolerance.

/// The unit of a timestamp that counts from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Whole seconds.
    #[default]
    Seconds,
    /// Whole milliseconds.
    Milliseconds,
}

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
    fn formats_whole_units_rounded_down() {
        assert_eq!(TimestampUnit::Seconds.format(1_999).as_deref(), Some("1"));
        assert_eq!(TimestampUnit::Milliseconds.format(1_999).as_deref(), Some("1999"));
        assert_eq!(TimestampUnit::Seconds.format(-1), None);
    }
}
