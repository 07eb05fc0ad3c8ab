//! The same conversions by the standard library, which is exact too.

#![allow(clippy::cast_precision_loss, clippy::float_cmp)] // it is what is tested

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::super::number::{Decimal, js_value_if_lossy};
use super::Double;

/// Runs this many cases, or as many as `PROPTEST_CASES` says if that is more.
fn run<S: Strategy>(cases: u32, strategy: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config {
        cases: std::env::var("PROPTEST_CASES").map_or(cases, |more| more.parse().expect("a number")),
        rng_seed: RngSeed::Fixed(0x64_6F75_626C),
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(strategy, check) {
        panic!("{error}");
    }
}

/// The number without its sign.
fn nearest(text: &str) -> Double {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(rest.bytes()).map(|digit| digit - b'0');
    let first = digits().position(|digit| digit != 0).expect("more than zero");
    let magnitude = exponent.parse::<i64>().unwrap() + super::signed(whole.len()) - 1 - super::signed(first);
    Double::nearest(digits().skip(first), magnitude)
}

fn read(text: &str) -> f64 {
    nearest(text).value
}

/// A finite double with an exponent, and without one. Of two shortest that are equally near std takes the larger one
/// here, and JavaScript the even one, as std does too where it is told how many digits to write.
fn written_by_std(double: f64) -> (String, String) {
    let even = |shortest: String, even: String| if even.parse() == Ok(double) { even } else { shortest };
    let written = format!("{double:e}");
    let digits = written.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let written = even(written, format!("{double:.*e}", digits - 1));
    let whole = format!("{double}");
    match whole.split_once('.') {
        Some((_, rest)) => (written, even(whole.clone(), format!("{double:.*}", rest.len()))),
        None => (written, whole),
    }
}

/// What becomes of a number where the standard library reads and writes it.
fn lost_by_std(text: &str) -> Option<String> {
    let exact = Decimal::parse(text.as_bytes());
    let double: f64 = text.parse().expect("a number");
    if double.is_infinite() {
        return Some("Infinity".to_owned());
    }
    let (written, whole) = written_by_std(double);
    if Decimal::parse(written.as_bytes()) == exact {
        return None;
    }
    #[allow(clippy::cast_possible_truncation)] // below 1e38 it is exact, and above it is not used
    if double.abs() < 1e38 && exact == Decimal::parse((double as i128).to_string().as_bytes()) {
        return None;
    }
    Some(if double.abs() >= 1e21 || (double != 0.0 && double.abs() < 1e-6) { written } else { whole })
}

/// Doubles above zero: of any bits, subnormal, beside powers of two and of ten, whole, and with few bits.
fn double() -> impl Strategy<Value = f64> {
    let beside = |bits: u64, by: i64| f64::from_bits(bits.saturating_add_signed(by).max(1));
    let finite = |double: f64| if double.is_finite() && double > 0.0 { double } else { f64::MAX };
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        1 => (1u64..1 << 52).prop_map(f64::from_bits),
        1 => (0u32..52, any::<u64>()).prop_map(|(bits, any)| f64::from_bits(any % (2 << bits) + 1)),
        2 => (1u64..2047, -3i64..=3).prop_map(move |(power, by)| beside(power << 52, by)),
        2 => (-323i32..=308, -3i64..=3)
            .prop_map(move |(power, by)| beside(format!("1e{power}").parse::<f64>().unwrap().to_bits(), by)),
        1 => (any::<u64>(), 0u32..64).prop_map(|(any, by)| (any >> by) as f64),
        1 => ((1u64 << 49)..(1 << 53), 0i32..8).prop_map(|(any, by)| any as f64 / f64::from(1 << by)),
        1 => (any::<u64>(), 0u32..52).prop_map(|(any, by)| f64::from_bits(any >> by << by)),
        1 => prop::sample::select(vec![1e308, f64::MAX, 5e-324, 2.225_073_858_507_201e-308, f64::MIN_POSITIVE]),
    ]
    .prop_map(move |double| finite(double.abs()))
}

/// All digits of a double before and behind the point, of which 1080 stand behind it. What comes after the largest
/// is 2^1024 here.
fn in_full(double: f64) -> Vec<u8> {
    if double.is_infinite() {
        let half = in_full(2f64.powi(1023));
        return sum(&half, &half);
    }
    format!("{double:01500.1080}").bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect()
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut digits = a.to_vec();
    for (place, b) in b.iter().enumerate().rev() {
        digits[place] += b;
        if digits[place] > 9 {
            digits[place] -= 10;
            digits[place - 1] += 1;
        }
    }
    digits
}

/// Exactly what lies halfway between a double and the next.
fn halfway(double: f64) -> Vec<u8> {
    let mut digits = sum(&in_full(double), &in_full(double.next_up()));
    let mut rest = 0;
    for digit in &mut digits {
        let number = rest * 10 + *digit;
        (*digit, rest) = (number / 2, number % 2);
    }
    assert_eq!(rest, 0);
    digits
}

/// A number as JSON has it, from what `in_full` gives and what follows that.
fn text(digits: &[u8], more: &str) -> String {
    let text: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
    let (whole, rest) = text.split_at(text.len() - 1080);
    format!("{:0>1}.{rest}{more}", whole.trim_start_matches('0'))
}

#[test]
fn a_double_written_with_any_number_of_digits_is_read_as_std_reads_it() {
    run(3000, &(double(), 0usize..40), |(double, digits)| {
        let text = format!("{double:.digits$e}");
        prop_assert_eq!(read(&text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
        Ok(())
    });
}

#[test]
fn any_digits_and_exponent_are_read_as_std_reads_them() {
    run(3000, &("[1-9][0-9]{0,40}", -400i32..350), |(digits, exponent)| {
        let text = format!("{digits}e{exponent}");
        prop_assert_eq!(read(&text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
        Ok(())
    });
}

#[test]
fn what_lies_halfway_is_even_and_any_digit_beyond_decides() {
    run(100, &(double(), 0usize..2000), |(double, zeros)| {
        let next = double.next_up();
        let even = if double.to_bits() % 2 == 0 { double } else { next };
        let halfway = halfway(double);
        let last = halfway.iter().rposition(|digit| *digit > 0).unwrap();
        let mut below = halfway.clone();
        below[last] -= 1;
        below[last + 1..].fill(9);
        for (text, expected) in [
            (text(&halfway, ""), even),
            (text(&halfway, &format!("{}1", "0".repeat(zeros))), next),
            (text(&below, &"9".repeat(zeros + 1)), double),
            (text(&below, ""), double),
        ] {
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), expected.to_bits(), "{}", text);
            prop_assert_eq!(read(&text).to_bits(), expected.to_bits(), "{}", text);
        }
        Ok(())
    });
}

#[test]
fn a_number_is_a_double_exactly_where_all_its_digits_are() {
    run(100, &(double(), 1usize..800), |(double, digits)| {
        let full = text(&in_full(double), "");
        prop_assert_eq!((nearest(&full).value, nearest(&full).is_exact), (double, true));
        let rounded = format!("{double:.digits$e}");
        let nearest = nearest(&rounded);
        let same = nearest.value.is_finite() && {
            let full = text(&in_full(nearest.value), "");
            Decimal::parse(full.as_bytes()) == Decimal::parse(rounded.as_bytes())
        };
        prop_assert_eq!(nearest.is_exact, same, "{}", rounded);
        Ok(())
    });
}

/// However many digits it was read from.
#[test]
fn the_digits_written_are_the_shortest_and_nearest_as_std_finds_them() {
    run(3000, &(double(), any::<bool>(), 17usize..40), |(double, negative, digits)| {
        let signed = if negative { -double } else { double };
        let (written, whole) = written_by_std(signed);
        let expected = if (1e-6..1e21).contains(&double) { whole } else { written };
        for text in [format!("{double:e}"), format!("{double:.digits$e}")] {
            prop_assert_eq!(nearest(&text).to_js_string(negative), &expected[..], "{}", text);
        }
        Ok(())
    });
}

#[test]
fn what_javascript_makes_of_a_number_is_what_std_makes_of_it() {
    let near = (double(), 0usize..40).prop_map(|(double, digits)| format!("{double:.digits$e}"));
    let whole = any::<u64>().prop_map(|number| (number as f64 * 4.0).to_string());
    let text = prop_oneof![
        2 => r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
        1 => r"-?[1-9][0-9]{0,3}(\.[0-9]{1,16})?[eE](-3[0-4][0-9]|30[0-9])",
        1 => r"-?[1-9][0-9]{14,17}",
        1 => near,
        1 => whole,
    ];
    run(3000, &text, |text| {
        prop_assert_eq!(js_value_if_lossy(text.as_bytes()), lost_by_std(&text), "{}", text);
        Ok(())
    });
}

#[test]
fn the_ends_of_what_a_double_reaches_are_read_and_written_as_std_does() {
    let edge = "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096\
        330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069\
        855571366959622842914819860834936475292719074168444365510704342711559699508093042880";
    let below = format!("{}79", &edge[..edge.len() - 2]);
    for text in [
        "1e308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        edge,
        &below,
        "1e309",
        "1e400",
        "1e999999999999",
        "5e-324",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2e-324",
        "3e-324",
        "1e-324",
        "1e-325",
        "1e-400",
        "1e-999999999999",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "9007199254740993",
        "9007199254740993.00000000000000000000000000000000000001",
        "1125899906842624.25",
        "1125899906842624.75",
        "99999999999999997748809823456034029568",
        "1e38",
        "1e21",
        "999999999999999900000",
        "0.000001",
        "9.999999999999999e-7",
        "5.684341886080802e-14",
    ] {
        let double = text.parse::<f64>().unwrap();
        assert_eq!(read(text).to_bits(), double.to_bits(), "{text}");
        assert_eq!(js_value_if_lossy(text.as_bytes()), lost_by_std(text), "{text}");
        assert_eq!(
            js_value_if_lossy(format!("-{text}").as_bytes()),
            lost_by_std(&format!("-{text}")),
            "{text}"
        );
    }
}

#[test]
fn a_million_digits_are_read() {
    let half = "9007199254740993".to_owned() + "." + &"0".repeat(1_000_000);
    assert_eq!(read(&half), 9_007_199_254_740_992.0);
    assert_eq!(read(&(half + "1")), 9_007_199_254_740_994.0);
    assert_eq!(read(&("0.".to_owned() + &"0".repeat(1_000_000) + "1e1000001")), 1.0);
    assert!(read(&"9".repeat(1_000_000)).is_infinite());
    for text in ["9.99e-324", "7.41e-324", "4.94e-324", "1.79e308", "2.22e-308"] {
        let (mantissa, exponent) = text.split_once('e').unwrap();
        let long = format!("{mantissa}{}e{exponent}", "9".repeat(2000));
        assert_eq!(read(&long).to_bits(), long.parse::<f64>().unwrap().to_bits(), "{text}");
        assert_eq!(js_value_if_lossy(long.as_bytes()), lost_by_std(&long), "{text}");
    }
}

/// As V8 does, and as ECMA-262 recommends.
#[test]
fn of_two_shortest_that_are_equally_near_the_even_one_is_written() {
    for (text, written) in [
        ("1125899906842624.25", "1125899906842624.2"),
        ("1125899906842624.75", "1125899906842624.8"),
        ("1631915513370907.25", "1631915513370907.2"),
        ("140737488355328.15625", "140737488355328.16"),
        ("140737488355328.09375", "140737488355328.1"),
        ("140737488355328.125", "140737488355328.12"),
    ] {
        assert_eq!(nearest(text).to_js_string(false), written, "{text}");
        assert_eq!(js_value_if_lossy(written.as_bytes()), None, "{written}");
    }
}
