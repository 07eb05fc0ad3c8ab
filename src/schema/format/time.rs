//! Dates, times and durations of RFC 3339.

use crate::instant::{full_date, instant, is_full_time};

/// `date-time`. PERF: the common form is checked first and without the grammar.
pub(super) fn is_date_time(text: &[u8]) -> bool {
    matches_common_form(text) || instant(text).is_some()
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
    is_full_time(text.as_bytes())
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

    #[test]
    fn the_common_form_is_a_part_of_the_grammar() {
        let text = "2021-01-15T14:33:30.929534+00:00";
        let mut common = 0;
        for at in 0..text.len() {
            for byte in 0..=127u8 {
                let mut changed = text.as_bytes().to_vec();
                changed[at] = byte;
                common += usize::from(matches_common_form(&changed));
                assert!(!matches_common_form(&changed) || instant(&changed).is_some(), "{changed:?}");
            }
            let cut = &text.as_bytes()[..at];
            assert!(!matches_common_form(cut) || instant(cut).is_some(), "{cut:?}");
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
