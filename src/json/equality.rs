//! Equality of JSON values as JSON Schema has it: 1 equals 1.0, and members have no order. Texts are compared by
//! their exact form, in which halves of surrogate pairs differ.

use super::sort::{same_hash, sort_by};
use super::table::mix;
use super::{Decimal, Kind, TokenKind, Value};

/// Whether two values are the same value.
///
/// ```
/// use hookseal::json::{Document, values_equal};
///
/// let a = Document::parse(br#"{ "a": 1, "b": "\u00e9" }"#)?;
/// let b = Document::parse("{\"b\":\"é\",\"a\":1.0}".as_bytes())?;
/// assert!(values_equal(a.root(), b.root()));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
#[must_use]
pub fn values_equal(a: Value<'_>, b: Value<'_>) -> bool {
    // Recursion ends at MAX_DEPTH, which the parser has enforced on both.
    match (a.kind(), b.kind()) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Boolean, Kind::Boolean) => a.tag() == b.tag(),
        (Kind::Number, Kind::Number) => a.raw_bytes() == b.raw_bytes() || a.as_decimal() == b.as_decimal(),
        (Kind::String, Kind::String) => {
            a.string_bytes() == b.string_bytes() || (escaped(a, b) && a.decoded_bytes() == b.decoded_bytes())
        }
        (Kind::Array, Kind::Array) if size(a) == size(b) && a.len() == b.len() => {
            a.elements().zip(b.elements()).all(|(a, b)| values_equal(a, b))
        }
        (Kind::Object, Kind::Object) if size(a) == size(b) && a.len() == b.len() => {
            // Most writers keep the order of the keys.
            let mut pairs = a.members().zip(b.members());
            if pairs.all(|((a, _), (b, _))| a.key_eq(b)) {
                return a.members().zip(b.members()).all(|((_, x), (_, y))| values_equal(x, y));
            }
            canonical(a) == canonical(b)
        }
        _ => false,
    }
}

/// Only with an escape can texts be equal that are spelled differently.
fn escaped(a: Value<'_>, b: Value<'_>) -> bool {
    a.tag() == TokenKind::Escaped || b.tag() == TokenKind::Escaped
}

/// How many tokens a value has: equal values have equally many.
fn size(value: Value<'_>) -> u64 {
    u64::from(value.token().next_index(value.index()) - value.index())
}

/// A hash that is equal for equal values. Anybody can find values that share one: nothing may take longer than
/// it should because they do.
#[must_use]
pub fn hash(value: Value<'_>) -> u64 {
    let seed = value.kind() as u64 + 1;
    match value.kind() {
        Kind::Null => blend(seed, 0),
        Kind::Boolean => blend(seed, u64::from(value.tag() == TokenKind::True)),
        Kind::Number => {
            let number = value.as_decimal().map_or(0, Decimal::fingerprint);
            blend(seed, number)
        }
        Kind::String => blend(seed, mix(&value.decoded_bytes())),
        Kind::Array => value.elements().fold(seed, |all, item| blend(all, hash(item))),
        // Members have no order, and neither has a sum.
        Kind::Object => blend(
            seed,
            value
                .members()
                .map(|(key, value)| blend(mix(&key.decoded_bytes()), hash(value)))
                .fold(0, u64::wrapping_add),
        ),
    }
}

/// Takes one more number into a hash.
fn blend(hash: u64, next: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

/// Bytes that are equal for equal values, and only for those.
fn canonical(value: Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    canonical_into(value, &mut out);
    out
}

fn canonical_into(value: Value<'_>, out: &mut Vec<u8>) {
    // Each part tells where it ends, so that no two values are written alike.
    match value.kind() {
        Kind::Null | Kind::Boolean => out.push(value.tag() as u8),
        Kind::Number => {
            out.push(TokenKind::Number as u8);
            if let Some(number) = value.as_decimal() {
                number.canonical_into(out);
            }
        }
        Kind::String => text_into(&value.decoded_bytes(), out),
        Kind::Array => {
            out.push(TokenKind::Array as u8);
            value.elements().for_each(|item| canonical_into(item, out));
            out.push(TokenKind::Close as u8);
        }
        Kind::Object => {
            out.push(TokenKind::Object as u8);
            let mut members: Vec<_> =
                value.members().map(|(key, value)| (key.decoded_bytes(), value)).collect();
            sort_by(&mut members, |(a, _), (b, _)| a.cmp(b));
            for (key, value) in members {
                text_into(&key, out);
                canonical_into(value, out);
            }
            out.push(TokenKind::Close as u8);
        }
    }
}

fn text_into(text: &[u8], out: &mut Vec<u8>) {
    out.push(TokenKind::Utf8 as u8);
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(text);
}

/// The items of an array that are there more than once: of each such value the index of the first, and the second.
///
/// Whatever the text says, it takes time in proportion to n log n. A long value is hashed only beside another of as
/// many tokens, so that values are not hashed again at every level of arrays within arrays; and values that share a
/// hash are sorted, and not compared each with each.
pub(crate) fn repeated(array: Value<'_>) -> Vec<(usize, Value<'_>)> {
    let items: Vec<(Value<'_>, usize)> = array.elements().zip(0..).collect();
    let mut found = Vec::new();
    if items.len() < 2 {
        return found;
    }
    // Nearly always they are what they seem: one value.
    let same_value = |alike: &[(u32, u32)]| {
        let (first, at) = items[alike[0].1 as usize];
        let same = alike[1..].iter().all(|(_, at)| values_equal(first, items[*at as usize].0));
        same.then(|| (at, items[alike[1].1 as usize].0))
    };
    same_hash((0..).zip(&items).map(|(at, (item, _))| (size(*item), at)), &mut |alike| {
        if let Some(pair) = same_value(alike) {
            found.push(pair);
            return;
        }
        let hashed = alike.iter().map(|(_, at)| (hash(items[*at as usize].0), *at));
        same_hash(hashed, &mut |alike| {
            if let Some(pair) = same_value(alike) {
                found.push(pair);
                return;
            }
            let all = alike.iter().map(|(_, at)| items[*at as usize]);
            let mut written: Vec<_> = all.map(|(item, at)| (canonical(item), at, item)).collect();
            sort_by(&mut written, |a, b| a.0.cmp(&b.0));
            let groups = written.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1);
            found.extend(groups.map(|alike| (alike[0].1, alike[1].2)));
        });
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn check(a: &str, b: &str) -> bool {
        let (a, b) = (Document::parse(a.as_bytes()).unwrap(), Document::parse(b.as_bytes()).unwrap());
        let equal = values_equal(a.root(), b.root());
        assert_eq!(equal, values_equal(b.root(), a.root()));
        if equal {
            assert_eq!(hash(a.root()), hash(b.root()));
        }
        equal
    }

    #[test]
    fn values_are_equal_by_meaning_and_not_by_spelling() {
        assert!(check("[1, 2.0, 1e2]", "[1.0,2,100]"));
        assert!(check(r#"{"a":1,"b":[null]}"#, r#"{ "b": [null], "\u0061": 1.0 }"#));
        assert!(check(r#""\u00e9""#, "\"é\""));
        let many: Vec<String> = (0..20).map(|n| format!("\"k{n}\":{n}")).collect();
        let back: Vec<String> = (0..20).rev().map(|n| format!("\"k{n}\":{n}.0")).collect();
        assert!(check(&format!("{{{}}}", many.join(",")), &format!("{{{}}}", back.join(","))));
    }

    #[test]
    fn different_values_differ() {
        for (a, b) in [
            ("1", "true"),
            ("0", "false"),
            ("null", "false"),
            ("\"1\"", "1"),
            ("[1,2]", "[2,1]"),
            ("[]", "{}"),
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
            ("true", "false"),
            (r#""\ud800""#, r#""\ud801""#),
            (r#""\ud800""#, r#""\ufffd""#),
            (r#"{"\udc00":1}"#, r#"{"\udc01":1}"#),
            (r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2}"#),
        ] {
            assert!(!check(a, b), "{a} {b}");
        }
    }
}
