//! Dates, times and durations of RFC 3339, and the instant of a date-time.

/// A point in time in UTC, to compare date-times with different offsets.
///
/// Exact to the nanosecond: digits after the ninth are dropped. A leap second is later than the second before it and
/// earlier than the second after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) seconds: i64,
    /// 0 to 999,999,999, plus 1,000,000,000 within a leap second.
    pub(crate) nanos: u32,
}

/// Parses an RFC 3339 date-time.
///
/// ```text
/// date-time    = full-date "T" full-time        ; "T" and "Z" in either case (section 5.6)
/// full-date    = 4DIGIT "-" 2DIGIT "-" 2DIGIT   ; a day of the Gregorian calendar (section 5.7)
/// full-time    = partial-time time-offset
/// partial-time = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ]
/// time-offset  = "Z" / ( "+" / "-" ) 2DIGIT ":" 2DIGIT
/// ```
pub(crate) fn instant(text: &str) -> Option<Instant> {
    instant_of(text.as_bytes())
}

fn instant_of(bytes: &[u8]) -> Option<Instant> {
    let (date, rest) = bytes.split_first_chunk::<10>()?;
    let (&separator, time) = rest.split_first()?;
    if separator | 0x20 != b't' {
        return None;
    }
    let days = full_date(date)?;
    let time = full_time(time)?;
    Some(Instant { seconds: days * 86_400 + time.seconds, nanos: time.nanos })
}

/// `date-time`. PERF: the common form is checked first and without the grammar.
pub(super) fn is_date_time(text: &[u8]) -> bool {
    matches_common_form(text) || instant_of(text).is_some()
}

/// `date-time` with at most nine digits after the seconds. `YYYY-MM-DDThh:mm:ss.` is 20 bytes long.
pub(super) fn is_date_time_nanos(text: &[u8]) -> bool {
    let is_short_enough = !text.get(20..30).is_some_and(|ten| ten.iter().all(u8::is_ascii_digit));
    is_short_enough && is_date_time(text)
}

/// Whether a text is a date-time in the common form: uppercase letters, `Z` or `+00:00`, no day after the 28th, no leap
/// second. PERF: eight bytes are compared at once. XOR with `0000-00-` and `00T00:00` turns digits into 0 to 9 and the
/// characters between them into 0.
#[inline]
fn matches_common_form(text: &[u8]) -> bool {
    let Some((front, [b':', tens, ones, rest @ ..])) = text.split_first_chunk::<16>() else { return false };
    let word = |at: usize, shape: &[u8; 8]| {
        let bytes = std::array::from_fn(|index| front[at + index]);
        u64::from_le_bytes(bytes) ^ u64::from_le_bytes(*shape)
    };
    let (date, time) = (word(0, b"0000-00-"), word(8, b"00T00:00"));
    let above = |word: u64| (word | word.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    if above(date) | above(time) | (date & 0xff00_00ff_0000_0000) | (time & 0x0000_ff00_00ff_0000) != 0 {
        return false;
    }
    let two = |word: u64, at: u32| (word >> (8 * at) & 15) * 10 + (word >> (8 * at + 8) & 15);
    let (month, day) = (two(date, 5), two(time, 0));
    let (hour, minute) = (two(time, 3), two(time, 6));
    let rest = match rest {
        [b'.', digit, rest @ ..] if digit.is_ascii_digit() => {
            let more = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            &rest[more..]
        }
        _ => rest,
    };
    month.wrapping_sub(1) < 12
        && day.wrapping_sub(1) < 28
        && hour < 24
        && minute < 60
        && tens.wrapping_sub(b'0') < 6
        && ones.is_ascii_digit()
        && matches!(rest, b"Z" | b"+00:00")
}

/// `full-date` alone.
pub(super) fn is_date(text: &str) -> bool {
    <&[u8; 10]>::try_from(text.as_bytes()).is_ok_and(|date| full_date(date).is_some())
}

/// `full-time` alone: the offset is part of it.
pub(super) fn is_time(text: &str) -> bool {
    full_time(text.as_bytes()).is_some()
}

/// Parses a date to the number of days since 1970-01-01.
fn full_date(date: &[u8; 10]) -> Option<i64> {
    let (century, rest, month, day) =
        (two_digits(date, 0), two_digits(date, 2), two_digits(date, 5), two_digits(date, 8));
    let year = century * 100 + rest;
    let digits = century.max(rest) <= 99 && date[4] == b'-' && date[7] == b'-';
    if !digits || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    Some(day_number(i64::from(year), i64::from(month), i64::from(day)))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        // April, June, September and November: the even ones up to July, the odd ones after it.
        _ => 30 + ((month ^ (month >> 3)) & 1),
    }
}

/// The days since 1970-01-01. Years start in March here, so that the leap day is the last day of a year.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let years = if month > 2 { year } else { year - 1 };
    let since_march = (month + 9) % 12;
    let day_of_year = (153 * since_march + 2) / 5 + day - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400) + day_of_year - 719_468
}

struct Time {
    /// Seconds in UTC since midnight of the local day.
    seconds: i64,
    nanos: u32,
}

fn full_time(text: &[u8]) -> Option<Time> {
    let (clock, mut rest) = text.split_first_chunk::<8>()?;
    let (hour, minute, second) = (two_digits(clock, 0), two_digits(clock, 3), two_digits(clock, 6));
    if clock[2] != b':' || clock[5] != b':' || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanos = 0;
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let mut scale = 100_000_000;
        for &digit in fraction[..digits].iter().take(9) {
            nanos += u32::from(digit - b'0') * scale;
            scale /= 10;
        }
        rest = &fraction[digits..];
    }
    let offset = match *rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), ref clock @ ..] => {
            let clock = <&[u8; 5]>::try_from(clock).ok()?;
            let (hours, minutes) = (two_digits(clock, 0), two_digits(clock, 3));
            if clock[2] != b':' || hours > 23 || minutes > 59 {
                return None;
            }
            let offset = i64::from(hours * 3600 + minutes * 60);
            if sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    let seconds = i64::from(hour * 3600 + minute * 60 + second) - offset;
    if second < 60 {
        return Some(Time { seconds, nanos });
    }
    // A leap second is the last of a day in UTC, whatever the local clock says (section 5.7).
    (seconds.rem_euclid(86_400) == 0).then_some(Time { seconds: seconds - 1, nanos: nanos + 1_000_000_000 })
}

/// The number of the two digits at an index, or 100 if they are not digits.
#[inline]
fn two_digits<const N: usize>(text: &[u8; N], index: usize) -> u32 {
    let [tens, ones] = [text[index], text[index + 1]].map(|byte| u32::from(byte.wrapping_sub(b'0')));
    if tens.max(ones) > 9 { 100 } else { tens * 10 + ones }
}

/// RFC 3339, appendix A. The letters are uppercase, as in ISO 8601.
///
/// ```text
/// dur-time = "T" (dur-hour / dur-minute / dur-second)
/// dur-hour = 1*DIGIT "H" [dur-minute]    dur-minute = 1*DIGIT "M" [dur-second]   dur-second = 1*DIGIT "S"
/// dur-year = 1*DIGIT "Y" [dur-month]     dur-month  = 1*DIGIT "M" [dur-day]      dur-day    = 1*DIGIT "D"
/// dur-date = (dur-day / dur-month / dur-year) [dur-time]          dur-week = 1*DIGIT "W"
/// duration = "P" (dur-date / dur-time / dur-week)
/// ```
pub(super) fn is_duration(text: &str) -> bool {
    let Some(rest) = text.as_bytes().strip_prefix(b"P") else { return false };
    if let [digits @ .., b'W'] = rest {
        return !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    }
    let (date, time) = match rest.iter().position(|&byte| byte == b'T') {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    match time {
        Some(time) => (date.is_empty() || is_run_of_units(date, *b"YMD")) && is_run_of_units(time, *b"HMS"),
        None => is_run_of_units(date, *b"YMD"),
    }
}

/// One or more `1*DIGIT unit`. The units are consecutive elements of `units`.
fn is_run_of_units(mut text: &[u8], units: [u8; 3]) -> bool {
    let mut previous: Option<usize> = None;
    loop {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let Some(unit) = text.get(digits) else { return false };
        let Some(unit) = units.iter().position(|known| known == unit) else { return false };
        if digits == 0 || previous.is_some_and(|previous| previous + 1 != unit) {
            return false;
        }
        previous = Some(unit);
        text = &text[digits + 1..];
        if text.is_empty() {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        instant(text).unwrap_or_else(|| panic!("{text} is a date-time"))
    }

    #[test]
    fn a_date_time_is_an_instant_for_every_offset_and_fraction() {
        assert_eq!(at("1970-01-01T00:00:00Z"), Instant { seconds: 0, nanos: 0 });
        assert_eq!(at("1970-01-01t01:30:00.5+01:30"), Instant { seconds: 0, nanos: 500_000_000 });
        assert_eq!(at("1969-12-31T23:59:59.25z"), Instant { seconds: -1, nanos: 250_000_000 });
        assert_eq!(at("2021-01-14T12:10:47.17502+00:00").nanos, 175_020_000);
        assert_eq!(at("2024-02-29T23:59:59.123456789-08:00").seconds, 1_709_279_999);
        assert_eq!(at("0000-01-01T00:00:00Z").seconds, -62_167_219_200);
        assert_eq!(at("9999-12-31T23:59:59Z").seconds, 253_402_300_799);
        assert_eq!(at("2000-01-01T00:00:00.1234567899Z"), at("2000-01-01T00:00:00.1234567890000Z"));
        assert!(at("2000-01-01T00:00:00.000000001Z") > at("2000-01-01T00:00:00-00:00"));
        assert!(at("2024-01-02T03:04:05+02:00") < at("2024-01-02T03:04:05+01:00"));
    }

    #[test]
    fn the_common_form_is_a_part_of_the_grammar() {
        let text = "2021-01-15T14:33:30.929534+00:00";
        let mut common = 0;
        for at in 0..text.len() {
            for byte in 0..=127u8 {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                common += usize::from(matches_common_form(&changed));
                assert!(!matches_common_form(&changed) || instant_of(&changed).is_some(), "{changed:?}");
            }
            let cut = &text.as_bytes()[..at];
            assert!(!matches_common_form(cut) || instant_of(cut).is_some(), "{cut:?}");
        }
        assert!(common > 80);
        assert!(
            matches_common_form(b"2021-12-28T23:59:59Z") && matches_common_form(b"0000-01-01T00:00:00.0Z")
        );
        for other in
            ["2021-01-29T00:00:00Z", "2021-01-01t00:00:00Z", "2021-01-01T00:00:00.Z", "2021-01-01T00:00:60Z"]
        {
            assert!(!matches_common_form(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_leap_second_is_between_its_neighbors() {
        assert!(at("2016-12-31T23:59:59.999999999Z") < at("2016-12-31T23:59:60Z"));
        assert!(at("2016-12-31T23:59:60.999999999Z") < at("2017-01-01T00:00:00Z"));
        assert_eq!(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:59:60+01:00"));
    }

    #[test]
    fn every_day_of_eight_centuries_has_the_next_number() {
        let mut number = full_date(b"1600-01-01").expect("a date");
        for year in 1600..2400 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, days) in (1..).zip([31, 28 + u32::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
            {
                for day in 0..=32 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    let expected = (1..=days).contains(&day).then_some(number);
                    assert_eq!(full_date(text.as_bytes().try_into().expect("ten bytes")), expected, "{text}");
                    number += i64::from(expected.is_some());
                }
            }
        }
    }

    #[test]
    fn a_date_time_satisfies_the_grammar_and_the_clock() {
        for text in [
            "",
            "2024-01-02",
            "2024-01-02T",
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05.Z",
            "2024-01-02T03:04:05,5Z",
            "2024-01-02 03:04:05Z",
            "2024-01-02\u{14}03:04:05Z",
            "2024-01-02T03:04Z",
            "2024-01-02T24:00:00Z",
            "2024-01-02T03:60:00Z",
            "2024-01-02T03:04:61Z",
            "2024-01-02T03:04:60Z",
            "2024-01-02T23:59:60+01:00",
            "2024-01-02T03:04:05+24:00",
            "2024-01-02T03:04:05+00:60",
            "2024-01-02T03:04:05+0100",
            "2024-01-02T03:04:05+01",
            "2024-01-02T03:04:05ZZ",
            "2024-01-02T03:04:05Z\n",
            "2024-1-02T03:04:05Z",
            "24-01-02T03:04:05Z",
            "12024-01-02T03:04:05Z",
            "2023-02-29T03:04:05Z",
            "2024-13-02T03:04:05Z",
            "2024/01/02T03:04:05Z",
            "2024-01-02T03.04.05Z",
            "2024-01-02T0\u{9ea}:04:05Z",
            "202:-01-02T03:04:05Z",
        ] {
            assert_eq!(instant(text), None, "{text:?}");
        }
        for text in
            ["2024-01-02T03:04:05Z", "2024-01-02t03:04:05z", "2024-01-02T03:04:05.0000000000001-23:59"]
        {
            assert!(instant(text).is_some(), "{text}");
        }
    }

    #[test]
    fn a_time_has_an_offset_and_a_date_has_none() {
        assert!(is_time("23:29:60+23:30") && is_time("00:29:60-23:30") && is_time("03:04:05.6z"));
        assert!(!is_time("03:04:05") && !is_time("3:04:05Z") && !is_time("2024-01-02T03:04:05Z"));
        assert!(is_date("2000-02-29") && is_date("0000-02-29") && is_date("0001-01-01"));
        assert!(!is_date("1900-02-29") && !is_date("2024-01-02Z") && !is_date("20240102"));
    }

    #[test]
    fn a_duration_has_consecutive_units_in_order() {
        for text in ["P1Y", "P1Y2M3D", "P1M2D", "PT1H2M3S", "PT36H", "P1DT12H", "P01W", "PT0S", "P1YT1S"] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "P1DT",
            "1D",
            "P1Y2D",
            "PT1H2S",
            "P1Y2W",
            "P1WT1H",
            "PW",
            "PT1D",
            "P1H",
            "P2D1Y",
            "-P1D",
            "P-1D",
            "PT0.5S",
            "P1D ",
            "p1d",
            "P1DT1HT1M",
            "P\u{9e7}D",
            "P1D1D",
        ] {
            assert!(!is_duration(text), "{text:?}");
        }
    }
}
