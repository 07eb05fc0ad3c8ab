//! Equality of JSON values as JSON Schema has it: 1 equals 1.0, and members have no order.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Key, Kind, Tag, Value, sort_by};

/// Whether two values are the same value.
///
/// ```
/// use hookseal::json::{Document, same};
///
/// let a = Document::read(br#"{ "a": 1, "b": "\u00e9" }"#)?;
/// let b = Document::read("{\"b\":\"é\",\"a\":1.0}".as_bytes())?;
/// assert!(same(a.root(), b.root()));
/// # Ok::<(), Box<hookseal::Issue>>(())
/// ```
#[must_use]
pub fn same(a: Value<'_>, b: Value<'_>) -> bool {
    // Recursion ends at MAX_DEPTH, which the reader has enforced on both.
    match (a.kind(), b.kind()) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Boolean, Kind::Boolean) => a.tag() == b.tag(),
        (Kind::Number, Kind::Number) => a.raw() == b.raw() || a.as_decimal() == b.as_decimal(),
        (Kind::String, Kind::String) => a.inner() == b.inner() || (escaped(a, b) && a.exact() == b.exact()),
        (Kind::Array, Kind::Array) => {
            a.len() == b.len() && a.elements().zip(b.elements()).all(|(a, b)| same(a, b))
        }
        (Kind::Object, Kind::Object) if a.len() != b.len() => false,
        (Kind::Object, Kind::Object) => {
            // Most writers keep the order of the keys.
            let mut pairs = a.members().zip(b.members());
            if pairs.all(|((a, _), (b, _))| a.same(b)) {
                return a.members().zip(b.members()).all(|((_, x), (_, y))| same(x, y));
            }
            sorted(a).iter().zip(sorted(b)).all(|((a, x), (b, y))| a.same(b) && same(*x, y))
        }
        _ => false,
    }
}

/// Only with an escape can texts be equal that are spelled differently.
fn escaped(a: Value<'_>, b: Value<'_>) -> bool {
    a.tag() == Tag::Escaped || b.tag() == Tag::Escaped
}

/// A hash that is equal for equal values.
#[must_use]
pub fn hash(value: Value<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    feed(value, &mut hasher);
    hasher.finish()
}

fn feed(value: Value<'_>, hasher: &mut DefaultHasher) {
    value.kind().hash(hasher);
    match value.kind() {
        Kind::Null => {}
        Kind::Boolean => value.as_bool().hash(hasher),
        Kind::Number => value.as_decimal().hash(hasher),
        Kind::String => value.as_str().hash(hasher),
        Kind::Array => {
            value.len().hash(hasher);
            value.elements().for_each(|item| feed(item, hasher));
        }
        Kind::Object => {
            value.len().hash(hasher);
            for (key, value) in sorted(value) {
                key.text().hash(hasher);
                feed(value, hasher);
            }
        }
    }
}

fn sorted(object: Value<'_>) -> Vec<(Key<'_>, Value<'_>)> {
    let mut members: Vec<_> = object.members().collect();
    sort_by(&mut members, |(a, _), (b, _)| a.exact().cmp(&b.exact()));
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn check(a: &str, b: &str) -> bool {
        let (a, b) = (Document::read(a.as_bytes()).unwrap(), Document::read(b.as_bytes()).unwrap());
        let equal = same(a.root(), b.root());
        assert_eq!(equal, same(b.root(), a.root()));
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
