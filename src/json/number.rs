//! Exact decimal numbers, compared without a conversion to binary.

use std::cmp::Ordering;
use std::fmt;

use super::js_number::js_text;

/// An exact JSON number: sign, significant digits and the power of ten of the first digit.
#[derive(Clone, Copy)]
pub struct Decimal<'a> {
    negative: bool,
    /// The bytes from the first nonzero digit to the last, which may include a decimal point. Empty for zero.
    digits: &'a [u8],
    /// The power of ten of the first digit: 0 for 7, 2 for 123, -1 for 0.5.
    magnitude: i64,
    /// The number of digits, without the decimal point.
    length: i64,
}

/// SECURITY: prints the number of digits only. The number may be health data.
impl fmt::Debug for Decimal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({} digits)", self.length)
    }
}

impl<'a> Decimal<'a> {
    /// Parses a number of the JSON grammar. Other text gives an unspecified number, never a panic.
    pub(crate) fn parse(text: &'a [u8]) -> Self {
        let (negative, text) = match text.split_first() {
            Some((b'-', rest)) => (true, rest),
            _ => (false, text),
        };
        let exponent_sign = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (mantissa, exponent) = match exponent_sign {
            Some(end) => (&text[..end], parse_exponent(&text[end + 1..])),
            None => (text, 0),
        };
        let point = mantissa.iter().position(|&byte| byte == b'.');
        let point_offset = point.unwrap_or(mantissa.len());
        let is_significant = |byte: &u8| matches!(byte, b'1'..=b'9');
        let (Some(first), Some(last)) =
            (mantissa.iter().position(is_significant), mantissa.iter().rposition(is_significant))
        else {
            return Self { negative: false, digits: &[], magnitude: 0, length: 0 };
        };
        let has_inner_point = point.is_some_and(|point| first < point && point < last);
        let distance = signed(point_offset) - signed(first);
        let first_exponent = if first < point_offset { distance - 1 } else { distance };
        Self {
            negative,
            digits: &mantissa[first..=last],
            magnitude: exponent.saturating_add(first_exponent),
            length: signed(last - first + 1) - i64::from(has_inner_point),
        }
    }

    fn digits(self) -> impl Iterator<Item = u8> + 'a {
        self.digits.iter().filter(|&&byte| byte != b'.').map(|byte| byte - b'0')
    }

    /// Whether the number of digits alone shows that JavaScript keeps the number: no two numbers of up to 15 digits have the
    /// same nearest double, unless that is subnormal.
    pub(super) fn is_trivially_exact(&self) -> bool {
        self.length <= 15 && (-307..308).contains(&self.magnitude)
    }

    /// A hash that is equal for equal numbers.
    pub(super) fn fingerprint(self) -> u64 {
        let start = self.magnitude.cast_unsigned() << 1 | u64::from(self.negative);
        self.digits().fold(start, |hash, digit| {
            (hash.rotate_left(5) ^ u64::from(digit)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
    }

    /// Appends a self-delimiting encoding that is equal for equal numbers only.
    pub(super) fn canonical_into(self, out: &mut Vec<u8>) {
        out.push(u8::from(self.negative));
        out.extend(self.digits().map(|digit| b'0' + digit));
        out.push(b'.');
        // The magnitude as a zigzag varint: seven bits per byte, and one byte for most numbers.
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

    /// Whether the number is an integer below 1e38 and a double: one of at most 53 bits, before zero bits. Above, JavaScript
    /// writes an integer with an exponent, and its 17 digits decide.
    fn is_integer_double(self) -> bool {
        if !self.is_integer() || self.magnitude >= 38 {
            return false;
        }
        let digits = self.digits().fold(0u128, |total, digit| total * 10 + u128::from(digit));
        let integer = (self.length..=self.magnitude).fold(digits, |total, _| total * 10);
        integer.leading_zeros() + integer.trailing_zeros() >= u128::BITS - 53
    }

    /// Whether the number is an integer, as 1.0 and 1e2 are.
    #[must_use]
    pub fn is_integer(self) -> bool {
        self.is_zero() || self.magnitude + 1 >= self.length
    }

    /// The number as an `i64`, if it is an integer in that range.
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

    /// Whether the number is an integer multiple of `divisor`, exactly.
    #[must_use]
    pub fn is_multiple_of(self, divisor: &Divisor) -> bool {
        if self.is_zero() {
            return true;
        }
        // self = A * 10^a and divisor = M * 10^m, and neither A nor M is divisible by ten.
        let shift = (self.magnitude + 1 - self.length).saturating_sub(divisor.exponent);
        if shift < 0 {
            return false;
        }
        let modulus = divisor.mantissa;
        // PERF: divide once per 19 digits, as many as 64 bits hold.
        let (mut rest, mut digits, mut scale) = (0, 0u64, 1u64);
        for digit in self.digits() {
            (digits, scale) = (digits * 10 + u64::from(digit), scale * 10);
            if scale == 10u64.pow(19) {
                rest = remainder(rest, scale, digits, modulus);
                (digits, scale) = (0, 1);
            }
        }
        rest = remainder(rest, scale, digits, modulus);
        let (mut power, mut base, mut left) = (1 % modulus, 10 % modulus, shift);
        while left > 0 {
            if left & 1 == 1 {
                power = remainder(power, base, 0, modulus);
            }
            base = remainder(base, base, 0, modulus);
            left >>= 1;
        }
        remainder(rest, power, 0, modulus) == 0
    }
}

/// `(a * b + c) % modulus`. PERF: a 128-bit division is slow, and the numbers of most schemas need none.
fn remainder(a: u64, b: u64, c: u64, modulus: u64) -> u64 {
    match a.checked_mul(b).and_then(|product| product.checked_add(c)) {
        Some(sum) => sum % modulus,
        None => {
            u64::try_from((u128::from(a) * u128::from(b) + u128::from(c)) % u128::from(modulus)).unwrap_or(0)
        }
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn parse_exponent(text: &[u8]) -> i64 {
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, text),
    };
    // 2^40 is more than the digits of any document can compensate.
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

/// The value of the keyword `multipleOf`, as an integer times a power of ten.
#[derive(Clone, Copy, Debug, Default)]
pub struct Divisor {
    mantissa: u64,
    exponent: i64,
}

impl Divisor {
    /// Returns `None` for a number that is not positive or has more than 19 significant digits.
    #[must_use]
    pub fn new(number: Decimal<'_>) -> Option<Self> {
        if number.negative || number.is_zero() {
            return None;
        }
        let mantissa = number
            .digits()
            .try_fold(0u64, |total, digit| total.checked_mul(10)?.checked_add(u64::from(digit)))?;
        Some(Self { mantissa, exponent: number.magnitude + 1 - number.length })
    }

    /// Whether all integers are multiples, as of 1 and 0.01.
    #[must_use]
    pub fn divides_integers(self) -> bool {
        self.mantissa == 1 && self.exponent <= 0
    }
}

/// Whether JavaScript changes a number: its nearest double is another number, and JavaScript writes that double with other
/// digits. 0.1 is no double, but JavaScript writes the nearest one as 0.1.
pub(super) fn is_lossy(text: &[u8]) -> bool {
    let number = Decimal::parse(text);
    if number.is_trivially_exact() || number.is_integer_double() {
        return false;
    }
    // PERF: JavaScript never writes more than 17 significant digits.
    if number.length > 17 {
        return true;
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    Decimal::parse(js_text(text).as_bytes()) != number
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
    fn numbers_are_ordered_beyond_the_precision_of_a_double() {
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
    fn integers_are_recognized() {
        for (text, is_integer) in [
            ("1.0", true),
            ("1e2", true),
            ("1.5e1", true),
            ("0.0", true),
            ("1.05e1", false),
            ("1e-1", false),
            ("1e400", true),
        ] {
            assert_eq!(decimal(text).is_integer(), is_integer, "{text}");
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
        for (number, divisor, expected) in [
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
            let divisor = Divisor::new(decimal(divisor)).expect("a divisor");
            assert_eq!(decimal(number).is_multiple_of(&divisor), expected, "{number}");
            assert!(expected || !divisor.divides_integers() || number.contains(['.', 'e', 'E']), "{number}");
        }
        assert!(Divisor::new(decimal("0")).is_none());
        assert!(Divisor::new(decimal("-1")).is_none());
    }
}
