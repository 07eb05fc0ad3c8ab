//! Constants of a schema: the values of `enum`, `const` and the limits of numbers.

use std::cmp::Ordering;

use crate::blob::{Blob, Reader, Writer, blob};
use crate::json::{Decimal, Document, Kind, TokenKind, Value, bytes_equal, escape_into, sort_by};

/// A JSON value of the schema that does not borrow from its text.
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

blob!(enum Literal {
    0 => Null,
    1 => Boolean(value),
    2 => Number(number),
    3 => Text(text),
    4 => Array(items),
    5 => Object(members),
});

impl Literal {
    pub fn from_value(value: Value<'_>) -> Self {
        // INVARIANT: the parser limits the depth of the schema, and so of this recursion.
        match value.kind() {
            Kind::Null => Literal::Null,
            Kind::Boolean => Literal::Boolean(value.token_kind() == TokenKind::True),
            Kind::Number => Literal::Number(Number::from_value(value)),
            Kind::String => Literal::Text(value.as_str().unwrap_or_default().into()),
            Kind::Array => Literal::Array(value.elements().map(Literal::from_value).collect()),
            Kind::Object => {
                let mut members: Vec<(Box<str>, Literal)> = value
                    .members()
                    .map(|(key, value)| (key.text().into(), Literal::from_value(value)))
                    .collect();
                sort_by(&mut members, |(a, _), (b, _)| a.cmp(b));
                Literal::Object(members)
            }
        }
    }

    pub fn matches(&self, value: Value<'_>) -> bool {
        self.compare(value) == Ordering::Equal
    }

    /// Compares a literal to a value in a total order of JSON values: by type, then by length, then by content.
    fn compare(&self, value: Value<'_>) -> Ordering {
        let order = |value: Value<'_>| value.kind() as u8;
        (self.kind() as u8).cmp(&order(value)).then_with(|| match self {
            Literal::Null => Ordering::Equal,
            Literal::Boolean(literal) => literal.cmp(&(value.token_kind() == TokenKind::True)),
            Literal::Number(number) => number.compare(value).reverse(),
            Literal::Text(text) => order_texts(text.as_bytes(), &value.decoded_bytes()),
            Literal::Array(items) => items.len().cmp(&value.len()).then_with(|| {
                let pairs = items.iter().zip(value.elements());
                first_difference(pairs.map(|(literal, item)| literal.compare(item)))
            }),
            Literal::Object(members) => members.len().cmp(&value.len()).then_with(|| {
                let mut others: Vec<_> =
                    value.members().map(|(key, value)| (key.decoded_bytes(), value)).collect();
                sort_by(&mut others, |(a, _), (b, _)| a.cmp(b));
                first_difference(members.iter().zip(&others).map(|((name, literal), (key, value))| {
                    name.as_bytes().cmp(key).then_with(|| literal.compare(*value))
                }))
            }),
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

    /// Describes the literal for a message.
    pub fn describe(&self) -> String {
        match self {
            Literal::Null => "null".into(),
            Literal::Boolean(true) => "true".into(),
            Literal::Boolean(false) => "false".into(),
            Literal::Number(number) => number.text().into(),
            Literal::Text(text) => quoted(text),
            Literal::Array(items) if items.is_empty() => "an empty array".into(),
            Literal::Object(members) if members.is_empty() => "an empty object".into(),
            Literal::Array(_) => "the array in the schema".into(),
            Literal::Object(_) => "the object in the schema".into(),
        }
    }
}

fn first_difference(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The values of an `enum` that are no strings, with a binary search over them.
#[derive(Debug)]
pub struct Literals {
    /// In the order of the schema, for messages.
    values: Vec<Literal>,
    /// The indices of `values`, in the order of [`Literal::compare`].
    sorted: Vec<usize>,
}

impl Literals {
    pub fn new(items: &[Value<'_>]) -> Self {
        let values: Vec<Literal> = items.iter().map(|item| Literal::from_value(*item)).collect();
        let mut sorted: Vec<usize> = (0..values.len()).collect();
        sort_by(&mut sorted, |a, b| values[*a].compare(items[*b]));
        Self { values, sorted }
    }

    pub fn has(&self, value: Value<'_>) -> bool {
        self.sorted.binary_search_by(|index| self.values[*index].compare(value)).is_ok()
    }

    pub fn values(&self) -> &[Literal] {
        &self.values
    }
}

impl Blob for Literals {
    fn put(&self, out: &mut Writer) {
        self.values.put(out);
        self.sorted.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let (values, sorted) = <(Vec<Literal>, Vec<usize>)>::get(input);
        input.check(sorted.iter().all(|index| *index < values.len()));
        Self { values, sorted }
    }
}

/// Quotes a text for a message. A long text is cut.
pub fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut out = String::new();
    if text.chars().count() <= MAX_CHARS {
        escape_into(&mut out, text);
    } else {
        let cut: String = text.chars().take(MAX_CHARS).collect();
        escape_into(&mut out, &cut);
        out.pop();
        out.push_str("…\"");
    }
    out
}

/// A number of the schema, prepared for comparison.
#[derive(Clone, Debug)]
pub struct Number {
    text: Box<str>,
    /// The value, if it is an integer of 64 bits. PERF: integers are compared without decimal arithmetic.
    integer: Option<i64>,
}

/// A JSON integer of at most this many bytes cannot overflow an `i64`.
const MAX_I64_DIGITS: usize = 18;

impl Number {
    pub fn from_value(value: Value<'_>) -> Self {
        Self::new(String::from_utf8_lossy(value.raw_bytes()).into())
    }

    fn new(text: Box<str>) -> Self {
        let integer = Decimal::parse(text.as_bytes()).to_i64();
        Self { text, integer }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn decimal(&self) -> Decimal<'_> {
        Decimal::parse(self.text.as_bytes())
    }

    /// The number as an `i32`, if it is one.
    pub fn as_i32(&self) -> Option<i32> {
        i32::try_from(self.integer?).ok()
    }

    /// Compares a value, which must be a number, to this number.
    pub fn compare(&self, value: Value<'_>) -> Ordering {
        let raw = value.raw_bytes();
        if let Some(integer) = self.integer
            && value.token_kind() == TokenKind::Integer
            && raw.len() <= MAX_I64_DIGITS
        {
            let (is_negative, digits) = match raw {
                [b'-', digits @ ..] => (true, digits),
                digits => (false, digits),
            };
            let magnitude = digits.iter().fold(0i64, |total, digit| total * 10 + i64::from(digit & 15));
            return (if is_negative { -magnitude } else { magnitude }).cmp(&integer);
        }
        Decimal::parse(raw).cmp(&self.decimal())
    }
}

impl Blob for Number {
    fn put(&self, out: &mut Writer) {
        self.text.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        let text = input.text();
        let is_number =
            Document::parse(text.as_bytes()).is_ok_and(|document| document.root().kind() == Kind::Number);
        input.check(is_number);
        Self::new(if is_number { text } else { "0" }.into())
    }
}

/// The strings of an `enum`, with a search over them.
#[derive(Debug, Default)]
pub struct StringSet {
    /// In the order of the schema, for messages.
    values: Vec<Box<str>>,
    /// Sorted by length, then by bytes. Empty if a linear search is faster.
    sorted: Vec<Box<str>>,
}

/// PERF: up to this number of strings, a linear search is faster than a binary search.
const LINEAR_SEARCH_MAX: usize = 8;

impl StringSet {
    pub fn new(values: Vec<Box<str>>) -> Self {
        let mut sorted = Vec::new();
        if values.len() > LINEAR_SEARCH_MAX {
            sorted.clone_from(&values);
            sort_by(&mut sorted, |a, b| order_texts(a.as_bytes(), b.as_bytes()));
        }
        Self { values, sorted }
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

impl Blob for StringSet {
    fn put(&self, out: &mut Writer) {
        self.values.put(out);
    }

    fn get(input: &mut Reader<'_>) -> Self {
        Self::new(Blob::get(input))
    }
}

fn order_texts(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let literal = Literal::from_value(document.root());
            for (others, expected) in [(equal, true), (different, false)] {
                for other in others {
                    let document = Document::parse(other.as_bytes()).unwrap();
                    assert_eq!(literal.matches(document.root()), expected, "{literal:?} {other}");
                }
            }
        }
    }

    #[test]
    fn bytes_nest_literals_to_a_limit_only() {
        let nested = |depth: usize| [&[4, 1].repeat(depth)[..], &[0]].concat();
        assert!(Reader::value_of::<Literal>(&nested(100)).is_some());
        assert!(Reader::value_of::<Literal>(&nested(100_000)).is_none());
    }

    #[test]
    fn a_binary_search_finds_the_same_strings_as_a_linear_search() {
        for count in [1, 8, 9, 500] {
            let words = StringSet::new((0..count).map(|n| format!("word-{n}").into()).collect());
            assert!((0..count).all(|n| words.has(format!("word-{n}").as_bytes())));
            assert!(!words.has(b"word") && !words.has(b"") && !words.has(b"word-501"));
        }
    }
}
