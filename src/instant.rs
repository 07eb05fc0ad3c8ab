//! An instant, and the date-time that writes it (RFC 3339).

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

impl Instant {
    /// Returns the whole milliseconds since 1970.
    pub(crate) const fn as_millis(self) -> i64 {
        self.seconds * 1000 + (self.nanos / 1_000_000) as i64
    }
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
pub(crate) fn instant(text: &[u8]) -> Option<Instant> {
    parse(text, true)
}

/// Like [`instant`], and without an offset the time is in UTC, as in ISO 8601 notations such as `2024-01-02T03:04:05.678`.
pub(crate) fn instant_or_utc(text: &[u8]) -> Option<Instant> {
    parse(text, false)
}

fn parse(bytes: &[u8], needs_offset: bool) -> Option<Instant> {
    let (date, rest) = bytes.split_first_chunk::<10>()?;
    let (&separator, time) = rest.split_first()?;
    if separator | 0x20 != b't' {
        return None;
    }
    let days = full_date(date)?;
    let time = parse_time(time, needs_offset)?;
    Some(Instant { seconds: days * 86_400 + time.seconds, nanos: time.nanos })
}

/// Parses a date to the number of days since 1970-01-01.
pub(crate) fn full_date(date: &[u8; 10]) -> Option<i64> {
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

/// Returns whether the text is a `full-time`.
pub(crate) fn is_full_time(text: &[u8]) -> bool {
    parse_time(text, true).is_some()
}

fn parse_time(text: &[u8], needs_offset: bool) -> Option<Time> {
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
        [] if !needs_offset => 0,
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

/// Formats a time, in milliseconds since 1970, by RFC 3339, in UTC with milliseconds.
pub(crate) fn format_rfc3339(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // Days are counted from March 1 of year 0 of the Gregorian calendar: a leap day is then the last day of its year.
    // 400 years have 146097 days.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
    let (second, milli) = (rest / 1000 % 60, rest % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}+00:00")
}

const DAYS: &str = "ThuFriSatSunMonTueWed";
const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// Parses an HTTP date in the form that senders have to use (RFC 9110, section 5.6.7): `Tue, 14 Nov 2023 22:13:20 GMT`.
pub(crate) fn http_date(text: &str) -> Option<Instant> {
    let (month, year) = (text.get(8..11)?, text.get(12..16)?);
    let index = MONTHS.find(month).filter(|index| index % 3 == 0)? / 3;
    let number = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"].get(index)?;
    let date = [year, "-", number, "-", text.get(5..7)?, "T", text.get(17..25)?, "Z"].concat();
    // The rest of the form is compared: a time has one text.
    let found = instant(date.as_bytes())?;
    (format_http_date(found.as_millis()) == text).then_some(found)
}

/// Formats a time, in milliseconds since 1970, as an HTTP date.
pub(crate) fn format_http_date(millis: i64) -> String {
    let date = format_rfc3339(millis);
    let name = |names: &'static str, index: i64| {
        let start = usize::try_from(index).unwrap_or_default() * 3;
        names.get(start..start + 3).unwrap_or_default()
    };
    let day = name(DAYS, millis.div_euclid(86_400_000).rem_euclid(7));
    let month = name(MONTHS, date[5..7].parse::<i64>().unwrap_or_default() - 1);
    [day, ", ", &date[8..10], " ", month, " ", &date[..4], " ", &date[11..19], " GMT"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        instant(text.as_bytes()).unwrap_or_else(|| panic!("{text} is a date-time"))
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
            assert_eq!(instant(text.as_bytes()), None, "{text:?}");
        }
        for text in
            ["2024-01-02T03:04:05Z", "2024-01-02t03:04:05z", "2024-01-02T03:04:05.0000000000001-23:59"]
        {
            assert!(instant(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn a_time_is_formatted_by_the_calendar() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (951_782_399_999, "2000-02-28T23:59:59.999+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000+00:00"),
            (1_614_556_800_000, "2021-03-01T00:00:00.000+00:00"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000+00:00"),
            (-1, "1969-12-31T23:59:59.999+00:00"),
        ] {
            assert_eq!(format_rfc3339(millis), text);
        }
    }
}
