//! Timestamps that stand in headers, and how far they may lie from now.

/// What a timestamp counts, from 1970-01-01T00:00:00Z.
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

    /// How many digits it has, from 2001 to 2286.
    pub(super) const fn digits(self) -> usize {
        match self {
            Self::Seconds => 10,
            Self::Milliseconds => 13,
        }
    }

    /// Reads a timestamp in milliseconds: 1 to 16 digits, no sign, no white space, nothing else.
    pub(crate) fn read(self, text: &str) -> Option<i64> {
        let digits = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        // 16 digits of seconds are 10^19 ms at most, a little more than i64 holds.
        digits.then(|| text.parse::<i64>().ok().map(|count| count.saturating_mul(self.milliseconds())))?
    }

    /// Writes the time as a timestamp. `None` before 1970.
    pub(crate) fn write(self, now: i64) -> Option<String> {
        (now >= 0).then(|| (now / self.milliseconds()).to_string())
    }
}

/// How a timestamp lies to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    WithinTolerance,
    /// Older than the tolerance: by how many milliseconds it lies in the past.
    TooOld(u64),
    /// Newer than the tolerance: by how many milliseconds it lies in the future.
    TooNew(u64),
}

/// Compares a timestamp (ms) with now (ms): exactly the tolerance (s) away is still fresh.
pub(super) fn check_tolerance(timestamp: i64, now: i64, tolerance: u64) -> Age {
    let distance = now.abs_diff(timestamp);
    match distance <= tolerance.saturating_mul(1000) {
        true => Age::WithinTolerance,
        false if timestamp < now => Age::TooOld(distance),
        false => Age::TooNew(distance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_digits_and_nothing_else() {
        assert_eq!(TimestampUnit::Seconds.read("1700000000"), Some(1_700_000_000_000));
        assert_eq!(TimestampUnit::Milliseconds.read("1700000000000"), Some(1_700_000_000_000));
        assert_eq!(TimestampUnit::Seconds.read("0"), Some(0));
        for text in ["", "+1", "-1", " 1", "1 ", "1.0", "1e9", "0x1", "١", "12345678901234567"] {
            assert_eq!(TimestampUnit::Seconds.read(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_longest_timestamp_does_not_wrap_around() {
        assert_eq!(TimestampUnit::Seconds.read("9999999999999999"), Some(i64::MAX));
        assert_eq!(check_tolerance(i64::MAX, i64::MIN, u64::MAX), Age::WithinTolerance);
        assert_eq!(check_tolerance(i64::MAX, i64::MIN, 1), Age::TooNew(u64::MAX));
        assert_eq!(check_tolerance(i64::MIN, i64::MAX, 1), Age::TooOld(u64::MAX));
    }

    #[test]
    fn the_tolerance_holds_both_ways_to_the_millisecond() {
        let signed = 1_700_000_000_000;
        assert_eq!(check_tolerance(signed, signed, 0), Age::WithinTolerance);
        assert_eq!(check_tolerance(signed, signed + 300_000, 300), Age::WithinTolerance);
        assert_eq!(check_tolerance(signed, signed + 300_001, 300), Age::TooOld(300_001));
        assert_eq!(check_tolerance(signed, signed - 300_000, 300), Age::WithinTolerance);
        assert_eq!(check_tolerance(signed, signed - 300_001, 300), Age::TooNew(300_001));
    }

    #[test]
    fn what_is_written_is_the_whole_unit_that_has_passed() {
        assert_eq!(TimestampUnit::Seconds.write(1_999).as_deref(), Some("1"));
        assert_eq!(TimestampUnit::Milliseconds.write(1_999).as_deref(), Some("1999"));
        assert_eq!(TimestampUnit::Seconds.write(-1), None);
    }
}
