//! The notation of definitions and of a sender's options for statuses and delays.

/// 31 bits of milliseconds, 24 days: the longest delay that a timer of JavaScript can wait.
pub const MAX_DELAY_MS: u32 = 0x7fff_ffff;

/// Parses a class of statuses (`2xx`) or a range (`200-399`) into its first and last status.
pub fn parse_status_range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = match text.as_bytes() {
        [class, b'x', b'x'] => (parse_status(&[*class, b'0', b'0'])?, parse_status(&[*class, b'9', b'9'])?),
        range => {
            let [first, last] = [range.get(..3)?, range.get(4..)?].map(parse_status);
            (first?, last.filter(|_| range[3] == b'-')?)
        }
    };
    (first <= last).then_some((first, last))
}

/// Parses the three digits of a status: 100 to 599.
fn parse_status(digits: &[u8]) -> Option<u16> {
    let status = u16::try_from(parse_digits(digits)?).ok()?;
    (digits.len() == 3 && (100..600).contains(&status)).then_some(status)
}

/// Parses a duration such as `500ms`, `30s`, `5m`, `2h` or `7d` into milliseconds, [`MAX_DELAY_MS`] at most.
pub fn parse_duration_ms(text: &str) -> Option<u32> {
    let (count, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    parse_digits(count.as_bytes())?.checked_mul(factor).filter(|ms| *ms <= MAX_DELAY_MS)
}

/// Parses up to nine digits.
fn parse_digits(digits: &[u8]) -> Option<u32> {
    if !(1..=9).contains(&digits.len()) {
        return None;
    }
    let mut number = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_status_classes_and_ranges() {
        for (text, expected) in [
            ("2xx", Some((200, 299))),
            ("5xx", Some((500, 599))),
            ("200-399", Some((200, 399))),
            ("204-204", Some((204, 204))),
            ("399-200", None),
            ("0xx", None),
            ("6xx", None),
            ("xxx", None),
            ("2XX", None),
            ("2xx ", None),
            ("099-200", None),
            ("200-600", None),
            ("20a-299", None),
            ("200_299", None),
            ("02xx", None),
            ("0200-299", None),
            ("200-0299", None),
            ("200-", None),
            ("é00-299", None),
            ("+20-299", None),
            ("200", None),
            ("ok", None),
            ("", None),
        ] {
            assert_eq!(parse_status_range(text), expected, "{text:?}");
        }
    }

    #[test]
    fn parses_durations_of_every_unit() {
        for (text, expected) in [
            ("0ms", Some(0)),
            ("500ms", Some(500)),
            ("30s", Some(30_000)),
            ("5m", Some(300_000)),
            ("2h", Some(7_200_000)),
            ("24d", Some(24 * 86_400_000)),
            ("999999999ms", Some(999_999_999)),
            ("1000000000ms", None),
            ("2147483s", Some(2_147_483_000)),
            ("2147484s", None),
            ("25d", None),
            ("999999999d", None),
            ("99999999999999s", None),
            ("s", None),
            ("30", None),
            ("-1s", None),
            ("+1s", None),
            ("1.5s", None),
            ("1 s", None),
            ("1S", None),
            ("1sé", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse_duration_ms(text), expected, "{text:?}");
        }
    }
}
