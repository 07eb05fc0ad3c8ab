//! Values a schema holds for itself: what `enum`, `const` and the limits of numbers compare with.

use std::cmp::Ordering;

use crate::json::{Decimal, Kind, TokenKind, Value, bytes_equal, escape_into, sort_by};

/// A value of the schema, kept after its text is gone.
#[derive(Clone, Debug)]
pub enum Literal {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Box<str>),
    Array(Vec<Literal>),
    /// Sorted by key.
    Object(Vec<(Box<str>, Literal)>),
}

impl Literal {
    pub fn of(value: Value<'_>) -> Self {
        // Recursion ends at the parser's depth.
        match value.kind() {
            Kind::Null => Literal::Null,
            Kind::Boolean => Literal::Boolean(value.tag() == TokenKind::True),
            Kind::Number => Literal::Number(Number::of(value)),
            Kind::String => Literal::Text(value.as_str().unwrap_or_default().into()),
            Kind::Array => Literal::Array(value.elements().map(Literal::of).collect()),
            Kind::Object => {
                let mut members: Vec<(Box<str>, Literal)> =
                    value.members().map(|(key, value)| (key.text().into(), Literal::of(value))).collect();
                sort_by(&mut members, |(a, _), (b, _)| a.cmp(b));
                Literal::Object(members)
            }
        }
    }

    pub fn matches(&self, value: Value<'_>) -> bool {
        self.compare(value) == Ordering::Equal
    }

    /// How the literal stands to a value, in an order of all values: by type, then by size, then by what they hold.
    fn compare(&self, value: Value<'_>) -> Ordering {
        let order = |value: Value<'_>| value.kind() as u8;
        (self.kind() as u8).cmp(&order(value)).then_with(|| match self {
            Literal::Null => Ordering::Equal,
            Literal::Boolean(own) => own.cmp(&(value.tag() == TokenKind::True)),
            Literal::Number(number) => number.compare(value).reverse(),
            Literal::Text(text) => order_texts(text.as_bytes(), &value.decoded_bytes()),
            Literal::Array(items) => items.len().cmp(&value.len()).then_with(|| {
                let pairs = items.iter().zip(value.elements());
                first_difference(pairs.map(|(own, item)| own.compare(item)))
            }),
            Literal::Object(members) => members.len().cmp(&value.len()).then_with(|| {
                let mut others: Vec<_> =
                    value.members().map(|(key, value)| (key.decoded_bytes(), value)).collect();
                sort_by(&mut others, |(a, _), (b, _)| a.cmp(b));
                first_difference(members.iter().zip(&others).map(|((own, literal), (key, value))| {
                    own.as_bytes().cmp(key).then_with(|| literal.compare(*value))
                }))
            }),
        })
    }

    /// The same order between literals.
    fn order(&self, other: &Self) -> Ordering {
        (self.kind() as u8).cmp(&(other.kind() as u8)).then_with(|| match (self, other) {
            (Literal::Boolean(own), Literal::Boolean(other)) => own.cmp(other),
            (Literal::Number(own), Literal::Number(other)) => own.decimal().cmp(&other.decimal()),
            (Literal::Text(own), Literal::Text(other)) => order_texts(own.as_bytes(), other.as_bytes()),
            (Literal::Array(own), Literal::Array(others)) => own
                .len()
                .cmp(&others.len())
                .then_with(|| first_difference(own.iter().zip(others).map(|(own, other)| own.order(other)))),
            (Literal::Object(own), Literal::Object(others)) => own.len().cmp(&others.len()).then_with(|| {
                first_difference(
                    own.iter().zip(others).map(|((a, x), (b, y))| a.cmp(b).then_with(|| x.order(y))),
                )
            }),
            _ => Ordering::Equal,
        })
    }

    pub fn kind(&self) -> Kind {
        match self {
            Literal::Null => Kind::Null,
            Literal::Boolean(_) => Kind::Boolean,
            Literal::Number(_) => Kind::Number,
            Literal::Text(_) => Kind::String,
            Literal::Array(_) => Kind::Array,
            Literal::Object(_) => Kind::Object,
        }
    }

    /// The value as a person reads it in a sentence.
    pub fn describe(&self) -> String {
        match self {
            Literal::Null => "null".into(),
            Literal::Boolean(true) => "true".into(),
            Literal::Boolean(false) => "false".into(),
            Literal::Number(number) => number.text().into(),
            Literal::Text(text) => quoted(text),
            Literal::Array(items) if items.is_empty() => "an empty array".into(),
            Literal::Object(members) if members.is_empty() => "an empty object".into(),
            Literal::Array(_) => "the array the contract gives".into(),
            Literal::Object(_) => "the object the contract gives".into(),
        }
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Values to look one up among, other than texts.
#[derive(Debug)]
pub struct Literals {
    /// In the order of the schema, for sentences.
    values: Vec<Literal>,
    /// Where they stand in that list, in their own order.
    sorted: Vec<usize>,
}

impl Literals {
    pub fn of(listed: Vec<Literal>) -> Self {
        let mut sorted: Vec<usize> = (0..listed.len()).collect();
        sort_by(&mut sorted, |a, b| listed[*a].order(&listed[*b]));
        Self { values: listed, sorted }
    }

    pub fn has(&self, value: Value<'_>) -> bool {
        self.sorted.binary_search_by(|at| self.values[*at].compare(value)).is_ok()
    }

    pub fn values(&self) -> &[Literal] {
        &self.values
    }
}

/// A text in quotes, cut where it is too long for a sentence.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut out = String::new();
    if text.chars().count() <= LONGEST {
        escape_into(&mut out, text);
    } else {
        let cut: String = text.chars().take(LONGEST).collect();
        escape_into(&mut out, &cut);
        out.pop();
        out.push_str("…\"");
    }
    out
}

/// A number of the schema, ready to be compared with.
#[derive(Clone, Debug)]
pub struct Number {
    text: Box<str>,
    /// The number, where it is whole and far from what 64 bits cannot hold.
    as_i32: Option<i64>,
}

/// A JSON integer with at most this many bytes fits 64 bits.
const MAX_I64_DIGITS: usize = 18;

impl Number {
    pub fn of(value: Value<'_>) -> Self {
        let small = value.as_i64();
        Self { text: String::from_utf8_lossy(value.raw_bytes()).into(), as_i32: small }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    fn decimal(&self) -> Decimal<'_> {
        Decimal::parse(self.text.as_bytes())
    }

    /// The number, where it is whole and small.
    pub fn as_i32(&self) -> Option<i32> {
        i32::try_from(self.as_i32?).ok()
    }

    /// How the value, which is a number, stands to this one.
    pub fn compare(&self, value: Value<'_>) -> Ordering {
        let raw = value.raw_bytes();
        if let Some(small) = self.as_i32
            && value.tag() == TokenKind::Integer
            && raw.len() <= MAX_I64_DIGITS
        {
            let (negative, digits) = match raw {
                [b'-', digits @ ..] => (true, digits),
                digits => (false, digits),
            };
            let size = digits.iter().fold(0i64, |total, digit| total * 10 + i64::from(digit & 15));
            return (if negative { -size } else { size }).cmp(&small);
        }
        Decimal::parse(raw).cmp(&self.decimal())
    }
}

/// Texts to look one up among.
#[derive(Debug, Default)]
pub struct StringSet {
    /// In the order of the schema, for sentences.
    values: Vec<Box<str>>,
    /// Sorted by length, then by bytes; empty where there are few.
    sorted: Vec<Box<str>>,
}

/// Up to this many words are compared one after the other.
const LINEAR_SEARCH_MAX: usize = 8;

impl StringSet {
    pub fn of(listed: Vec<Box<str>>) -> Self {
        let mut sorted = Vec::new();
        if listed.len() > LINEAR_SEARCH_MAX {
            sorted.clone_from(&listed);
            sort_by(&mut sorted, |a, b| order_texts(a.as_bytes(), b.as_bytes()));
        }
        Self { values: listed, sorted }
    }

    pub fn has(&self, text: &[u8]) -> bool {
        if self.sorted.is_empty() {
            self.values.iter().any(|word| bytes_equal(word.as_bytes(), text))
        } else {
            self.sorted.binary_search_by(|word| order_texts(word.as_bytes(), text)).is_ok()
        }
    }

    pub fn values(&self) -> &[Box<str>] {
        &self.values
    }
}

fn order_texts(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[test]
    fn literals_are_equal_by_meaning() {
        for (literal, equal, different) in [
            ("null", &["null"][..], &["0", "false", "\"\""][..]),
            ("true", &["true"], &["false", "1"]),
            ("1", &["1", "1.0", "10e-1"], &["true", "\"1\"", "2", "1.00000000000000000001"]),
            ("-3", &["-3", "-3.0"], &["3", "-4"]),
            ("\"é\"", &["\"é\"", "\"\\u00e9\""], &["\"e\""]),
            ("[1,[2]]", &["[1.0,[2]]"], &["[[2],1]", "[1]", "[1,[2],3]"]),
            (
                r#"{"b":1,"a":{}}"#,
                &[r#"{"\u0061":{},"b":1.0}"#],
                &["{}", r#"{"b":1}"#, r#"{"b":1,"c":{}}"#, r#"{"b":1,"a":[]}"#],
            ),
            ("9007199254740993", &["9007199254740993"], &["9007199254740992"]),
        ] {
            let document = Document::parse(literal.as_bytes()).unwrap();
            let literal = Literal::of(document.root());
            for (others, expected) in [(equal, true), (different, false)] {
                for other in others {
                    let document = Document::parse(other.as_bytes()).unwrap();
                    assert_eq!(literal.matches(document.root()), expected, "{literal:?} {other}");
                }
            }
        }
    }

    #[test]
    fn many_words_are_found_like_few() {
        for count in [1, 8, 9, 500] {
            let words = StringSet::of((0..count).map(|n| format!("word-{n}").into()).collect());
            assert!((0..count).all(|n| words.has(format!("word-{n}").as_bytes())));
            assert!(!words.has(b"word") && !words.has(b"") && !words.has(b"word-501"));
        }
    }
}
