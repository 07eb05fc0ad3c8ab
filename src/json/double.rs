//! Decimals read as doubles and doubles written as decimals, exactly, by integers of any length.
//!
//! The standard library does both faster, by tables and by several algorithms, that every user would download.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod against_std;

/// More significant digits decide nothing: what lies halfway between two doubles ends after 768 of them, which is
/// the length of (2^54 - 1) * 5^1075. Of what follows it counts only whether it is zero.
const MAX_SIGNIFICANT_DIGITS: usize = 768;
/// The bit of a mantissa that is not stored, unless the number is subnormal.
const HIDDEN: u64 = 1 << 52;
/// The power of two of the least bit that a double can have.
const MIN_EXPONENT: i64 = -1074;
/// So many digits are read at first. They are one more than every double can be told by.
const INITIAL_DIGITS: usize = 18;

/// A decimal without its sign, read as JavaScript reads it.
pub struct Double {
    /// The nearest, ties to even.
    pub value: f64,
    /// Whether the value is exactly what was read.
    pub is_exact: bool,
    /// The shortest digits that are read as this value, of those the nearest to it, and the power of ten of the last.
    pub shortest: (u64, i64),
}

impl Double {
    /// Reads digits of which the first is not zero and has this power of ten.
    pub fn nearest(digits: impl Iterator<Item = u8>, magnitude: i64) -> Self {
        if magnitude > 308 {
            return Self { value: f64::INFINITY, is_exact: false, shortest: (0, 0) };
        }
        if magnitude < -324 {
            return Self { value: 0.0, is_exact: false, shortest: (0, 0) };
        }
        let mut digits = digits.fuse();
        let first =
            (0..INITIAL_DIGITS).fold(0, |number, _| number * 10 + u64::from(digits.next().unwrap_or(0)));
        let scale = Scale::of(magnitude + 1 - signed(INITIAL_DIGITS));
        let mut number = BigUint::of(first);
        let mut ten = scale.exponent10;
        for digit in digits.by_ref().take(MAX_SIGNIFICANT_DIGITS - INITIAL_DIGITS) {
            number.mul_add_small(10, digit.into());
            ten -= 1;
        }
        if digits.any(|digit| digit != 0) {
            number.mul_add_small(10, 1);
            ten -= 1;
        }
        let (value, same) = if ten == scale.exponent10 {
            nearest(&number, &scale)
        } else {
            nearest(&number, &Scale::of(ten))
        };
        let shortest = if value == 0.0 || value.is_infinite() { (0, 0) } else { shortest(value, &scale) };
        Self { value, is_exact: same, shortest }
    }

    /// The value as JavaScript writes it (ECMA-262, `Number::toString`), but for the plus sign of an exponent.
    #[cfg(test)]
    pub fn to_js_string(&self, negative: bool) -> String {
        let sign = if negative { "-" } else { "" };
        if self.value.is_infinite() {
            return format!("{sign}Infinity");
        }
        let (digits, ten) = self.shortest;
        let digits = digits.to_string();
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
        let point = ten + signed(digits.len());
        if !(-5..=21).contains(&point) {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            return format!("{sign}{first}{dot}{rest}e{}", point - 1);
        }
        match usize::try_from(point) {
            Ok(point @ 1..) if point < digits.len() => {
                format!("{sign}{}.{}", &digits[..point], &digits[point..])
            }
            Ok(1..) => format!("{sign}{digits}{}", zeros(ten)),
            _ => format!("{sign}0.{}{digits}", zeros(-point)),
        }
    }
}

/// The double nearest to a number of so many powers of ten, and whether it is that number.
#[inline(never)]
fn nearest(number: &BigUint, scale: &Scale) -> (f64, bool) {
    let mut number = scale.factor.product(number);
    // As many bits as fit, but none that is less than a quarter of the least bit of a double.
    let two = (63 + scale.divisor.bits() - number.bits()).min(scale.exponent10 + 2 - MIN_EXPONENT);
    let (quotient, nothing_left) = number.div_shifted(&scale.divisor, two);
    let power = scale.exponent10 - two;
    let length = i64::from(u64::BITS - quotient.leading_zeros());
    let least = (power + length - 53).max(MIN_EXPONENT);
    let unit = 1 << (least - power);
    let (mantissa, rest) = (quotient / unit, quotient % unit);
    let up = rest > unit / 2 || (rest == unit / 2 && (!nothing_left || mantissa % 2 == 1));
    // The hidden bit adds the one that the exponent lacks, and so does a carry out of the mantissa.
    let bits = ((least - MIN_EXPONENT).cast_unsigned() << 52) + mantissa + u64::from(up);
    let double = f64::from_bits(bits.min(f64::INFINITY.to_bits()));
    (double, rest == 0 && nothing_left && double.is_finite())
}

/// The shortest digits that are read as a double above zero, of those the nearest to it, and the power of ten of
/// the last. Between two that are equally near the even one is taken, as JavaScript does.
///
/// In the scale the double has 18 digits before its point, or a little more.
#[inline(never)]
fn shortest(double: f64, scale: &Scale) -> (u64, i64) {
    let bits = double.to_bits();
    let (field, fraction) = ((bits >> 52).cast_signed(), bits % HIDDEN);
    let (mantissa, two) =
        if field == 0 { (fraction, MIN_EXPONENT) } else { (fraction + HIDDEN, field - 1 + MIN_EXPONENT) };

    // The double and the ends of what is read as it, in quarters of its least bit: half a bit up, and half a bit
    // down, but a quarter below a power of two, where the bits begin to be half as large.
    let low = 4 * mantissa - if fraction == 0 && field > 1 { 1 } else { 2 };
    let (middle, high) = (4 * mantissa, 4 * mantissa + 2);
    let [(low, low_whole), (middle, middle_whole), (high, high_whole)] =
        [low, middle, high].map(|quarters| {
            scale
                .divisor
                .product(&BigUint::of(quarters))
                .div_shifted(&scale.factor, two - 2 - scale.exponent10)
        });

    // An end is itself read as the double where the mantissa is even.
    let even = mantissa % 2 == 0;
    let low = low + u64::from(!(low_whole && even));
    let high = high - u64::from(high_whole && !even);
    let (mut unit, mut ten) = (1, scale.exponent10);
    while high / (unit * 10) * (unit * 10) >= low {
        unit *= 10;
        ten += 1;
    }
    let (digits, rest) = (middle / unit, middle % unit);
    let nearer_up = rest * 2 > unit || (rest * 2 == unit && (!middle_whole || digits % 2 == 1));
    let up = digits * unit < low || (nearer_up && (digits + 1) * unit <= high);
    (digits + u64::from(up), ten)
}

/// A power of ten: as much of two, and of five a factor or a divisor, of which the other is one.
struct Scale {
    exponent10: i64,
    factor: BigUint,
    divisor: BigUint,
}

impl Scale {
    fn of(ten: i64) -> Self {
        Self { exponent10: ten, factor: BigUint::pow5(ten), divisor: BigUint::pow5(-ten) }
    }
}

/// Limbs of the longest number there is: the divisor 5^1092, for 769 digits of which the first is the 324th behind
/// the point, takes 80, and what is divided by it two more.
const MAX_LIMBS: usize = 84;

/// A whole number from zero up: limbs, the least first, and zeros behind them.
struct BigUint {
    limbs: [u32; MAX_LIMBS],
    size: usize,
}

impl BigUint {
    fn of(number: u64) -> Self {
        let mut limbs = [0; MAX_LIMBS];
        (limbs[0], limbs[1]) = (low(number), low(number >> 32));
        Self { limbs, size: if limbs[1] > 0 { 2 } else { 1 } }
    }

    /// This power of five, or one where the power is negative.
    fn pow5(power: i64) -> Self {
        if power < 28 {
            return Self::of((0..power).fold(1, |product, _| product * 5));
        }
        let half = Self::pow5(power / 2);
        let mut whole = half.product(&half);
        if power % 2 == 1 {
            whole.mul_add_small(5, 0);
        }
        whole
    }

    /// How many bits it takes, as long as it is above zero.
    fn bits(&self) -> i64 {
        signed(self.size) * 32 - self.unused_bits()
    }

    /// How many bits of the last limb are not used.
    fn unused_bits(&self) -> i64 {
        self.limbs[self.size - 1].leading_zeros().into()
    }

    #[inline(never)]
    fn mul_add_small(&mut self, factor: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for limb in &mut self.limbs[..self.size] {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            self.limbs[self.size] = low(carry);
            self.size += 1;
        }
    }

    #[inline(never)]
    fn product(&self, other: &Self) -> Self {
        let mut product = Self { limbs: [0; MAX_LIMBS], size: self.size + other.size };
        for (place, factor) in other.limbs[..other.size].iter().enumerate() {
            let mut carry = 0;
            for (limb, own) in product.limbs[place..].iter_mut().zip(&self.limbs[..self.size]) {
                carry += u64::from(*own) * u64::from(*factor) + u64::from(*limb);
                *limb = low(carry);
                carry >>= 32;
            }
            product.limbs[place + self.size] = low(carry);
        }
        if product.limbs[product.size - 1] == 0 {
            product.size -= 1;
        }
        product
    }

    /// Times this power of two, rounded down. Says whether nothing was cut off.
    fn shift(&mut self, power: i64) -> bool {
        self.mul_add_small(1 << power.rem_euclid(32), 0);
        let limbs = power.div_euclid(32);
        if let Ok(more) = usize::try_from(limbs) {
            self.limbs.copy_within(..self.size, more);
            self.limbs[..more].fill(0);
            self.size += more;
            return true;
        }
        let fewer = usize::try_from(-limbs).unwrap_or(0).min(self.size);
        let whole = self.limbs[..fewer].iter().all(|limb| *limb == 0);
        self.limbs.copy_within(fewer..self.size, 0);
        self.limbs[self.size - fewer..self.size].fill(0);
        self.size -= fewer;
        whole
    }

    /// Divides this times a power of two, rounded down, and says whether nothing is left. It has to be
    /// less than 2^64.
    #[inline(never)]
    fn div_shifted(&mut self, divisor: &Self, two: i64) -> (u64, bool) {
        let nothing_cut = self.shift(two);
        let (spare, divisor) = (divisor.unused_bits(), &divisor.limbs[..divisor.size]);
        let size = divisor.len();
        // A limb of the quotient is guessed by as many bits as one limb and two hold, from the divisor's first on.
        let below = |limbs: &[u32]| size.checked_sub(2).map_or(0, |place| u64::from(limbs[place]));
        let guide = ((u64::from(divisor[size - 1]) << 32 | below(divisor)) << spare >> 32) + 1;
        let mut quotient = 0;
        for place in [1, 0] {
            let part = &mut self.limbs[place..=place + size];
            let head = (u64::from(part[size]) << 32 | u64::from(part[size - 1])) << spare;
            // Too small by three at the most, and never too large.
            let mut digit = (head | below(part) << spare >> 32) / guide;
            subtract(part, divisor, digit);
            while part[size] > 0 || part[..size].iter().rev().ge(divisor.iter().rev()) {
                subtract(part, divisor, 1);
                digit += 1;
            }
            quotient = quotient << 32 | digit;
        }
        (quotient, nothing_cut && self.limbs[..size].iter().all(|limb| *limb == 0))
    }
}

/// Takes `factor` times `other` from limbs that are one more and do not get less than zero.
fn subtract(limbs: &mut [u32], other: &[u32], factor: u64) {
    let mut borrow = 0;
    for (limb, other) in limbs.iter_mut().zip(other.iter().chain([&0])) {
        let take = u64::from(*other) * factor + borrow;
        let (rest, below) = limb.overflowing_sub(low(take));
        *limb = rest;
        borrow = (take >> 32) + u64::from(below);
    }
}

fn low(wide: u64) -> u32 {
    (wide & 0xFFFF_FFFF) as u32
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
