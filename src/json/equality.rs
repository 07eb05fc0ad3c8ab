//! Equality of JSON values as JSON Schema defines it: 1 equals 1.0, and members have no order. Strings are compared by
//! their lossless decoding, in which different halves of surrogate pairs differ.

use super::sort::{same_hash, sort_by};
use super::table::mix;
use super::{Decimal, Kind, TokenKind, Value};

/// Whether two values are equal.
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
    // INVARIANT: the parser has limited the depth of both, and so the recursion, to MAX_DEPTH.
    match (a.kind(), b.kind()) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Boolean, Kind::Boolean) => a.token_kind() == b.token_kind(),
        (Kind::Number, Kind::Number) => a.raw_bytes() == b.raw_bytes() || a.as_decimal() == b.as_decimal(),
        (Kind::String, Kind::String) => {
            a.string_bytes() == b.string_bytes()
                || (has_escapes(a, b) && a.decoded_bytes() == b.decoded_bytes())
        }
        (Kind::Array, Kind::Array) if token_count(a) == token_count(b) && a.len() == b.len() => {
            a.elements().zip(b.elements()).all(|(a, b)| values_equal(a, b))
        }
        (Kind::Object, Kind::Object) if token_count(a) == token_count(b) && a.len() == b.len() => {
            // PERF: most serializers keep the order of the keys.
            let mut pairs = a.members().zip(b.members());
            if pairs.all(|((a, _), (b, _))| a.key_eq(b)) {
                return a.members().zip(b.members()).all(|((_, x), (_, y))| values_equal(x, y));
            }
            canonical(a) == canonical(b)
        }
        _ => false,
    }
}

/// Whether one of two strings has an escape: without one, equal strings have equal bytes.
fn has_escapes(a: Value<'_>, b: Value<'_>) -> bool {
    a.token_kind() == TokenKind::Escaped || b.token_kind() == TokenKind::Escaped
}

/// The number of tokens of a value. Equal values have equal numbers.
fn token_count(value: Value<'_>) -> u64 {
    u64::from(value.token().next_index(value.index()) - value.index())
}

/// A hash that is equal for equal values. SECURITY: a sender can craft values that share a hash, so that no caller may
/// depend on few collisions.
#[must_use]
pub fn hash(value: Value<'_>) -> u64 {
    let seed = value.kind() as u64 + 1;
    match value.kind() {
        Kind::Null => blend(seed, 0),
        Kind::Boolean => blend(seed, u64::from(value.token_kind() == TokenKind::True)),
        Kind::Number => {
            let number = value.as_decimal().map_or(0, Decimal::fingerprint);
            blend(seed, number)
        }
        Kind::String => blend(seed, mix(&value.decoded_bytes())),
        Kind::Array => value.elements().fold(seed, |all, item| blend(all, hash(item))),
        // Members have no order; a sum does not depend on one.
        Kind::Object => blend(
            seed,
            value
                .members()
                .map(|(key, value)| blend(mix(&key.decoded_bytes()), hash(value)))
                .fold(0, u64::wrapping_add),
        ),
    }
}

/// Adds a number to a hash.
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
    // INVARIANT: every part is self-delimiting, so that different values have different bytes.
    match value.kind() {
        Kind::Null | Kind::Boolean => out.push(value.token_kind() as u8),
        Kind::Number => {
            out.push(TokenKind::Number as u8);
            if let Some(number) = value.as_decimal() {
                number.canonical_into(out);
            }
        }
        Kind::String => string_into(&value.decoded_bytes(), out),
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
                string_into(&key, out);
                canonical_into(value, out);
            }
            out.push(TokenKind::Close as u8);
        }
    }
}

fn string_into(text: &[u8], out: &mut Vec<u8>) {
    out.push(TokenKind::Utf8 as u8);
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(text);
}

/// Finds duplicate items of an array: for each repeated value the index of its first item, and its second item.
///
/// SECURITY: takes O(n log n), whatever the items are. Only items with equal token counts are hashed, so that nested arrays
/// are not hashed again at every level; items with equal hashes are sorted instead of compared in pairs.
pub(crate) fn find_repeated_items(array: Value<'_>) -> Vec<(usize, Value<'_>)> {
    let items: Vec<(Value<'_>, usize)> = array.elements().zip(0..).collect();
    let mut found = Vec::new();
    if items.len() < 2 {
        return found;
    }
    // PERF: items with equal hashes are nearly always equal.
    let repeated_value = |alike: &[(u32, u32)]| {
        let (first, index) = items[alike[0].1 as usize];
        let all_equal = alike[1..].iter().all(|(_, n)| values_equal(first, items[*n as usize].0));
        all_equal.then(|| (index, items[alike[1].1 as usize].0))
    };
    same_hash((0..).zip(&items).map(|(n, (item, _))| (token_count(*item), n)), &mut |alike| {
        if let Some(pair) = repeated_value(alike) {
            found.push(pair);
            return;
        }
        let hashed = alike.iter().map(|(_, n)| (hash(items[*n as usize].0), *n));
        same_hash(hashed, &mut |alike| {
            if let Some(pair) = repeated_value(alike) {
                found.push(pair);
                return;
            }
            let all = alike.iter().map(|(_, n)| items[*n as usize]);
            let mut sorted: Vec<_> = all.map(|(item, index)| (canonical(item), index, item)).collect();
            sort_by(&mut sorted, |a, b| a.0.cmp(&b.0));
            let groups = sorted.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1);
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
