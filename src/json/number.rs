//! Numbers as the text has them: exact decimals, compared without ever becoming binary.

use std::cmp::Ordering;
use std::fmt;

use super::double::Double;

/// A JSON number, exact: sign, significant digits and the power of ten of the first digit.
#[derive(Clone, Copy)]
pub struct Decimal<'a> {
    negative: bool,
    /// From the first digit that is not zero to the last; a point may stand in between. Empty: zero.
    digits: &'a [u8],
    /// The power of ten of the first digit: 0 for 7, 2 for 123, -1 for 0.5.
    magnitude: i64,
    /// How many digits, without the point.
    length: i64,
}

/// Says how long the number is, and not which: it may be health data.
impl fmt::Debug for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({} digits)", self.length)
    }
}

impl<'a> Decimal<'a> {
    /// Reads a number of the JSON grammar. What is not one gives some number, never a panic.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let (negative, text) = match text.split_first() {
            Some((b'-', rest)) => (true, rest),
            _ => (false, text),
        };
        let mark = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (mantissa, exponent) = match mark {
            Some(at) => (&text[..at], exponent(&text[at + 1..])),
            None => (text, 0),
        };
        let point = mantissa.iter().position(|&byte| byte == b'.');
        let whole = point.unwrap_or(mantissa.len());
        let significant = |byte: &u8| matches!(byte, b'1'..=b'9');
        let (Some(first), Some(last)) =
            (mantissa.iter().position(significant), mantissa.iter().rposition(significant))
        else {
            return Self { negative: false, digits: &[], magnitude: 0, length: 0 };
        };
        let inside = point.is_some_and(|point| first < point && point < last);
        let place =
            if first < whole { offset(whole) - offset(first) - 1 } else { offset(whole) - offset(first) };
        Self {
            negative,
            digits: &mantissa[first..=last],
            magnitude: exponent.saturating_add(place),
            length: offset(last - first + 1) - i64::from(inside),
        }
    }

    fn digits(self) -> impl Iterator<Item = u8> + 'a {
        self.digits.iter().filter(|&&byte| byte != b'.').map(|byte| byte - b'0')
    }

    /// Whether JavaScript holds it at a glance: of no more digits than these, no two numbers are read as one double,
    /// unless that is subnormal.
    pub(super) fn is_trivially_exact(&self) -> bool {
        self.length <= 15 && (-307..308).contains(&self.magnitude)
    }

    /// The same for equal numbers.
    pub(super) fn fingerprint(self) -> u64 {
        let start = self.magnitude.cast_unsigned() << 1 | u64::from(self.negative);
        self.digits().fold(start, |hash, digit| {
            (hash.rotate_left(5) ^ u64::from(digit)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
    }

    /// Appends bytes that are the same for equal numbers, and only for those, and say where they end.
    pub(super) fn canonical_into(self, out: &mut Vec<u8>) {
        out.push(u8::from(self.negative));
        out.extend(self.digits().map(|digit| b'0' + digit));
        out.push(b'.');
        // Few numbers are large: seven bits a byte, as long as there are any.
        let mut rest = (self.magnitude << 1 ^ self.magnitude >> 63).cast_unsigned();
        while rest > 0x7f {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }

    fn is_zero(self) -> bool {
        self.digits.is_empty()
    }

    /// The digits without a point, if they are nineteen at the most.
    fn digits_as_u64(self) -> u64 {
        self.digits().fold(0, |total, digit| total.wrapping_mul(10).wrapping_add(digit.into()))
    }

    /// The power of ten of the last digit.
    fn last_digit_exponent(self) -> i64 {
        self.magnitude + 1 - self.length
    }

    /// Whether the number is whole: 1.0 and 1e2 are.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.is_zero() || self.magnitude + 1 >= self.length
    }

    /// The number as an `i64`, if it is whole and fits.
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        if !self.is_integer() || self.magnitude > 18 {
            return None;
        }
        let sign = if self.negative { -1 } else { 1 };
        let mut total = 0i64;
        for digit in self.digits() {
            total = total.checked_mul(10)?.checked_add(sign * i64::from(digit))?;
        }
        for _ in self.length..=self.magnitude {
            total = if self.is_zero() { 0 } else { total.checked_mul(10)? };
        }
        Some(total)
    }

    /// Whether the number is `step` times a whole number, exactly.
    #[must_use]
    pub fn is_multiple_of(self, step: &Divisor) -> bool {
        if self.is_zero() {
            return true;
        }
        // self = A * 10^a and step = M * 10^m, neither A nor M divisible by ten.
        let shift = (self.magnitude + 1 - self.length).saturating_sub(step.exponent);
        if shift < 0 {
            return false;
        }
        let modulus = u128::from(step.mantissa);
        // As many digits at once as 64 bits hold: a division by 128 bits takes long.
        let (mut rest, mut digits, mut scale) = (0u128, 0u64, 1u64);
        for digit in self.digits() {
            (digits, scale) = (digits * 10 + u64::from(digit), scale * 10);
            if scale == 10u64.pow(19) {
                rest = (rest * u128::from(scale) + u128::from(digits)) % modulus;
                (digits, scale) = (0, 1);
            }
        }
        rest = (rest * u128::from(scale) + u128::from(digits)) % modulus;
        let (mut power, mut base, mut left) = (1 % modulus, 10 % modulus, shift);
        while left > 0 {
            if left & 1 == 1 {
                power = power * base % modulus;
            }
            base = base * base % modulus;
            left >>= 1;
        }
        (rest * power).is_multiple_of(modulus)
    }
}

fn offset(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn exponent(text: &[u8]) -> i64 {
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, text),
    };
    // A thousand million is further than any text that fits in memory reaches by itself.
    digits.iter().fold(0i64, |total, digit| (total * 10 + i64::from(digit.wrapping_sub(b'0'))).min(1 << 40))
        * sign
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal<'_> {}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let size = self.magnitude.cmp(&other.magnitude).then_with(|| self.digits().cmp(other.digits()));
            if self.negative { size.reverse() } else { size }
        })
    }
}

/// The step of `multipleOf`, ready to divide by.
#[derive(Clone, Copy, Debug)]
pub struct Divisor {
    mantissa: u64,
    exponent: i64,
}

impl Divisor {
    /// Prepares a step. `None` where it is not above zero or has more than 19 significant digits.
    #[must_use]
    pub fn of(number: Decimal<'_>) -> Option<Self> {
        if number.negative || number.is_zero() {
            return None;
        }
        let mantissa = number
            .digits()
            .try_fold(0u64, |total, digit| total.checked_mul(10)?.checked_add(u64::from(digit)))?;
        Some(Self { mantissa, exponent: number.magnitude + 1 - number.length })
    }

    /// Whether every whole number is a multiple, as of 1 and 0.01.
    #[must_use]
    pub fn divides_integers(self) -> bool {
        self.mantissa == 1 && self.exponent <= 0
    }
}

/// Whether JavaScript cannot represent a number exactly.
///
/// It can where the double nearest to the number is the number itself, or is written back with
/// the same digits, as 0.1 is.
pub fn is_lossy(text: &[u8]) -> bool {
    let exact = Decimal::parse(text);
    if exact.is_trivially_exact() {
        return false;
    }
    let double = Double::nearest(exact.digits(), exact.magnitude);
    // A whole number can be exact although fewer digits are enough to name it: 2^60.
    if double.value.is_infinite() || double.is_exact && double.value < 1e38 && exact.is_integer() {
        return double.value.is_infinite();
    }
    // Seventeen digits tell every double from the next.
    exact.length > 17 || (exact.digits_as_u64(), exact.last_digit_exponent()) != double.shortest
}

/// What JavaScript makes of a number it cannot represent.
#[cfg(test)]
pub fn js_value_if_lossy(text: &[u8]) -> Option<String> {
    let exact = Decimal::parse(text);
    let double = || Double::nearest(exact.digits(), exact.magnitude);
    is_lossy(text).then(|| match double() {
        double if double.value.is_infinite() => "Infinity".to_owned(),
        double => double.to_js_string(exact.negative),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal<'_> {
        Decimal::parse(text.as_bytes())
    }

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        for group in [
            &["0", "-0", "0.000", "0e99", "-0.0E-7"][..],
            &["1", "1.0", "1e0", "10e-1", "0.1e1", "0.0001E4", "1000E-3"],
            &["-120", "-1.2e2", "-12e1", "-120.00"],
            &["9007199254740993", "9.007199254740993e15", "90071992547409930e-1"],
        ] {
            for a in group {
                for b in group {
                    assert_eq!(decimal(a), decimal(b), "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn numbers_are_ordered_beyond_what_a_double_can_tell() {
        let ordered = [
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-0.1",
            "0",
            "1e-400",
            "0.1",
            "0.10000000000000000001",
            "1",
            "1.5",
            "2",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e400",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(decimal(a).cmp(&decimal(b)), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn whole_numbers_are_recognised() {
        for (text, whole) in [
            ("1.0", true),
            ("1e2", true),
            ("1.5e1", true),
            ("0.0", true),
            ("1.05e1", false),
            ("1e-1", false),
            ("1e400", true),
        ] {
            assert_eq!(decimal(text).is_integer(), whole, "{text}");
        }
        for (text, value) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("12e1", Some(120)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("1e19", None),
            ("1.5", None),
            ("0e9", Some(0)),
        ] {
            assert_eq!(decimal(text).to_i64(), value, "{text}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        for (number, step, expected) in [
            ("0.3", "0.1", true),
            ("0.35", "0.1", false),
            ("1.1", "0.01", true),
            ("19.99", "0.01", true),
            ("1e308", "0.123456789", false),
            ("1e308", "5", true),
            ("0", "7", true),
            ("-4.5", "1.5", true),
            ("12345678901234567890123456789", "1", true),
            ("12345678901234567890123456789", "2", false),
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("1e999999999999", "3", false),
            ("1e999999999999", "2", true),
        ] {
            let step = Divisor::of(decimal(step)).expect("a step");
            assert_eq!(decimal(number).is_multiple_of(&step), expected, "{number}");
            assert!(expected || !step.divides_integers() || number.contains(['.', 'e', 'E']), "{number}");
        }
        assert!(Divisor::of(decimal("0")).is_none());
        assert!(Divisor::of(decimal("-1")).is_none());
    }

    #[test]
    fn precision_is_lost_where_javascript_loses_it() {
        for held in [
            "0.1",
            "9007199254740992",
            "1152921504606846976",
            "1e21",
            "1.7976931348623157e308",
            "0.30000000000000004",
            "5e-324",
            "123456789012345680000",
        ] {
            assert_eq!(js_value_if_lossy(held.as_bytes()), None, "{held}");
        }
        for (text, read) in [
            ("9007199254740993", "9007199254740992"),
            ("12345678901234567890", "12345678901234567000"),
            ("0.1000000000000000055", "0.1"),
            ("1e400", "Infinity"),
            ("1e-400", "0"),
        ] {
            assert_eq!(js_value_if_lossy(text.as_bytes()).as_deref(), Some(read), "{text}");
        }
    }
}
