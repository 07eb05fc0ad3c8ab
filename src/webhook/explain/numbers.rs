//! Formats of numbers: JavaScript's, and those of other languages that JavaScript does not keep.

use super::shared::joined;
use super::style::Spelling;

/// A number as 0.`digits` times ten to the power of `point`.
struct Parts {
    is_negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
    point: i32,
}

/// Exponents beyond those of a double would make the text long.
const MAX_EXPONENT: i32 = 400;

impl Parts {
    fn parse(raw: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(raw).ok()?;
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent =
            exponent.trim_start_matches('+').parse().ok().filter(|e: &i32| e.abs() < MAX_EXPONENT)?;
        let all = joined(&[whole.as_bytes(), fraction.as_bytes()]);
        let zeros = all.iter().take_while(|digit| **digit == b'0').count();
        let end = all.iter().rposition(|digit| *digit != b'0').map_or(zeros, |last| last + 1);
        let point = i32::try_from(whole.len()).ok()? + exponent - i32::try_from(zeros).ok()?;
        Some(Self { is_negative, digits: all[zeros..end].to_vec(), point })
    }

    /// Writes the number without an exponent, with at least so many digits after the decimal point.
    fn fixed(&self, min_fraction: usize) -> Vec<u8> {
        let mut out = Vec::new();
        if self.is_negative {
            out.push(b'-');
        }
        let digit = |position: i32| {
            usize::try_from(position).ok().and_then(|index| self.digits.get(index)).copied().unwrap_or(b'0')
        };
        out.extend((self.point.min(1) - 1..0).take(1).map(|_| b'0'));
        out.extend((0..self.point).map(digit));
        let count = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        let fraction = (count - self.point).max(0).max(i32::try_from(min_fraction).unwrap_or(0));
        if fraction > 0 {
            out.push(b'.');
            out.extend((self.point..self.point + fraction).map(digit));
        }
        out
    }

    /// Writes the number with an exponent.
    fn scientific(&self, rule: &FloatRule) -> Vec<u8> {
        let (first, rest) = self.digits.split_first().unwrap_or((&b'0', &[]));
        let rest = if rest.is_empty() && rule.has_fraction { b"0" } else { rest };
        let exponent = self.point - 1;
        let sign = match exponent {
            ..0 => "-",
            _ if rule.has_plus => "+",
            _ => "",
        };
        let padding = if rule.pads_exponent && exponent.abs() < 10 { "0" } else { "" };
        joined(&[
            if self.is_negative { b"-" } else { b"" },
            &[*first],
            if rest.is_empty() { b"" } else { b"." },
            rest,
            rule.marker.as_bytes(),
            sign.as_bytes(),
            padding.as_bytes(),
            exponent.unsigned_abs().to_string().as_bytes(),
        ])
    }
}

/// How a language formats floating-point numbers.
struct FloatRule {
    /// Smaller numbers have an exponent.
    min_point: i32,
    /// Larger numbers have an exponent.
    max_point: i32,
    marker: &'static str,
    /// `1.0e-7`, not `1e-7`.
    has_fraction: bool,
    /// `1e+21`, not `1e21`.
    has_plus: bool,
    /// `1e-07`, not `1e-7`.
    pads_exponent: bool,
    /// Integers that are floating-point numbers have a fraction.
    min_fraction: usize,
}

/// ECMA-262, section 6.1.6.1.20.
const JAVASCRIPT: FloatRule = FloatRule {
    min_point: -5,
    max_point: 21,
    marker: "e",
    has_fraction: false,
    has_plus: true,
    pads_exponent: false,
    min_fraction: 0,
};

/// The rules of [`Spelling::Language`].
static LANGUAGES: [FloatRule; LANGUAGE_COUNT as usize] = [
    // Python: float.__repr__.
    FloatRule { min_point: -3, max_point: 16, pads_exponent: true, min_fraction: 1, ..JAVASCRIPT },
    // Java: Double.toString.
    FloatRule {
        min_point: -2,
        max_point: 7,
        marker: "E",
        has_fraction: true,
        has_plus: false,
        min_fraction: 1,
        ..JAVASCRIPT
    },
    // PHP: json_encode.
    FloatRule { min_point: -3, max_point: 17, has_fraction: true, ..JAVASCRIPT },
    // Ruby: Float#to_s.
    FloatRule {
        min_point: -3,
        max_point: 16,
        has_fraction: true,
        pads_exponent: true,
        min_fraction: 1,
        ..JAVASCRIPT
    },
    // .NET: Double.ToString.
    FloatRule { min_point: -3, max_point: 15, marker: "E", pads_exponent: true, ..JAVASCRIPT },
];

/// The number of languages with rules of their own.
pub const LANGUAGE_COUNT: u8 = 5;

fn format_float(parts: &Parts, rule: &FloatRule) -> Vec<u8> {
    if !parts.digits.is_empty() && !(rule.min_point..=rule.max_point).contains(&parts.point) {
        return parts.scientific(rule);
    }
    parts.fixed(rule.min_fraction)
}

/// Formats a number as JavaScript does. `None` from 16 digits on, which would need binary arithmetic, except for a number
/// with an exponent: a serializer wrote the shortest digits already.
pub fn to_js_number(raw: &[u8]) -> Option<Vec<u8>> {
    let parts = Parts::parse(raw)?;
    let has_exponent = raw.iter().any(|byte| matches!(byte, b'e' | b'E'));
    let max_digits = if has_exponent { 17 } else { 15 };
    match parts.digits.len() {
        0 => Some(b"0".to_vec()),
        count if count <= max_digits => Some(format_float(&parts, &JAVASCRIPT)),
        _ => None,
    }
}

/// Returns whether a number is an integer without an exponent.
pub fn is_integer(raw: &[u8]) -> bool {
    !raw.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
}

/// Formats a number in another spelling; `None` if it has none.
pub fn respell(raw: &[u8], spelling: Spelling) -> Option<Vec<u8>> {
    let is_integer = is_integer(raw);
    let marker: &[u8] = match spelling {
        Spelling::Fraction => return is_integer.then(|| joined(&[raw, b".0"])),
        Spelling::FixedFraction(_) if is_integer => return None,
        Spelling::Fixed(digits) | Spelling::FixedFraction(digits) => {
            return Some(Parts::parse(raw)?.fixed(digits.into()));
        }
        Spelling::Language(index) => {
            return Some(format_float(&Parts::parse(raw)?, LANGUAGES.get(usize::from(index))?));
        }
        Spelling::Exponent => b"e",
        Spelling::ExponentUpper => b"E",
        Spelling::ExponentPlus => b"E+",
        Spelling::FractionExponent => b".0E",
    };
    let digits = raw.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    let zeros = raw.len() - digits;
    let bare = &raw[..digits];
    let has_exponent = is_integer && zeros > 0 && bare.last().is_some_and(u8::is_ascii_digit);
    has_exponent.then(|| joined(&[bare, marker, zeros.to_string().as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Option<Vec<u8>>) -> Option<String> {
        bytes.map(|bytes| String::from_utf8(bytes).expect("ASCII"))
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (raw, js) in [
            ("1.0", "1"),
            ("-1.50", "-1.5"),
            ("1e2", "100"),
            ("1E+21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("123e-8", "0.00000123"),
            ("1e-6", "0.000001"),
            ("1e-7", "1e-7"),
            ("12e-9", "1.2e-8"),
            ("-0.0", "0"),
            ("0.10", "0.1"),
            ("120.5e1", "1205"),
            ("1.2345678901234567e+19", "12345678901234567000"),
        ] {
            assert_eq!(text(to_js_number(raw.as_bytes())).as_deref(), Some(js), "{raw}");
        }
        assert_eq!(to_js_number(b"1234567890.1234567"), None);
        assert_eq!(to_js_number(b"1e999999999999"), None);
    }

    #[test]
    fn floating_point_numbers_are_written_as_each_language_writes_them() {
        // Python, Java, PHP, Ruby, .NET.
        for (raw, expected) in [
            ("7", ["7.0", "7.0", "7", "7.0", "7"]),
            ("1e-7", ["1e-07", "1.0E-7", "1.0e-7", "1.0e-07", "1E-07"]),
            ("0.00001", ["1e-05", "1.0E-5", "1.0e-5", "1.0e-05", "1E-05"]),
            ("0.0001", ["0.0001", "1.0E-4", "0.0001", "0.0001", "0.0001"]),
            ("0.001", ["0.001", "0.001", "0.001", "0.001", "0.001"]),
            ("12345678.5", ["12345678.5", "1.23456785E7", "12345678.5", "12345678.5", "12345678.5"]),
            ("1e+25", ["1e+25", "1.0E25", "1.0e+25", "1.0e+25", "1E+25"]),
            ("-1.5", ["-1.5", "-1.5", "-1.5", "-1.5", "-1.5"]),
            ("0", ["0.0", "0.0", "0", "0.0", "0"]),
        ] {
            let written: Vec<_> = (0..LANGUAGE_COUNT)
                .map(|index| text(respell(raw.as_bytes(), Spelling::Language(index))).expect("a number"))
                .collect();
            assert_eq!(written, expected, "{raw}");
        }
    }

    #[test]
    fn spellings_are_those_of_decimals_and_exponents() {
        let respell = |raw: &str, spelling| text(respell(raw.as_bytes(), spelling));
        for (raw, spelling, expected) in [
            ("7", Spelling::Fraction, Some("7.0")),
            ("7.5", Spelling::Fraction, None),
            ("10.5", Spelling::Fixed(2), Some("10.50")),
            ("7", Spelling::Fixed(2), Some("7.00")),
            ("0", Spelling::Fixed(2), Some("0.00")),
            ("-0.5", Spelling::Fixed(3), Some("-0.500")),
            ("0.05", Spelling::Fixed(3), Some("0.050")),
            ("1.234", Spelling::Fixed(2), Some("1.234")),
            ("7", Spelling::FixedFraction(2), None),
            ("7.5", Spelling::FixedFraction(2), Some("7.50")),
            ("100", Spelling::Exponent, Some("1e2")),
            ("100", Spelling::ExponentPlus, Some("1E+2")),
            ("100", Spelling::FractionExponent, Some("1.0E2")),
            ("0", Spelling::Exponent, None),
            ("12", Spelling::Exponent, None),
        ] {
            assert_eq!(respell(raw, spelling).as_deref(), expected, "{raw} {spelling:?}");
        }
    }
}
