//! The messages of validation issues. They quote property names, JSON types, lengths and constants of the schema.
//!
//! SECURITY: no message quotes a value of the payload, which can be health data.

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::{Key, Kind, TokenKind, Value};

use super::compiled::{EnumValues, Literal, Number, Property, quoted, types};

/// The key and the value by which documentation shows that it left something out.
pub(super) const ELLIPSIS: &str = "...";

/// The hint of an issue about a placeholder value.
pub(super) const PLACEHOLDER_HINT: &str = "Replace the placeholder from the documentation with a real value.";

/// The hint of an issue about a placeholder key.
const SHORTENED_HINT: &str = "Send the complete object. This one looks copied from documentation.";

/// Creates an issue. The validator, which knows the profile, sets its severity.
#[inline(never)]
fn pending_issue(code: Code, location: Location, message: String) -> PendingIssue {
    PendingIssue::new(code, Severity::Error, location, message)
}

/// Creates the issue "Expected …, got …." about a value.
#[inline(never)]
fn mismatch(code: Code, value: Value<'_>, expected: String, received: String) -> PendingIssue {
    let message = format!("Expected {expected}, got {received}.");
    pending_issue(code, value.location(), message).expected(expected).received(received)
}

/// Creates the same issue with the description of the value as the part after "got".
#[inline(never)]
fn unexpected(code: Code, value: Value<'_>, expected: String) -> PendingIssue {
    mismatch(code, value, expected, describe(value))
}

/// Describes a value by its type and its length.
#[inline(never)]
fn describe(value: Value<'_>) -> String {
    let (empty, relation, length, one, several) = match value.kind() {
        Kind::String => {
            let length = value.as_str().map_or(0, |text| text.chars().count());
            ("an empty string", "a string of", length, "character", "characters")
        }
        Kind::Array => ("an empty array", "an array of", value.len(), "item", "items"),
        Kind::Object => ("an empty object", "an object of", value.len(), "property", "properties"),
        other => return other.name().into(),
    };
    if length == 0 { empty.into() } else { limit(relation, length, one, several) }
}

/// Writes a limit or a length, such as "at least 1 item".
#[inline(never)]
fn limit(relation: &str, number: usize, one: &str, several: &str) -> String {
    format!("{relation} {number} {}", if number == 1 { one } else { several })
}

/// The number of alternatives that a message lists. The others are counted.
const MAX_LISTED: usize = 12;

/// Joins words as "a, b or c". `count` is the number of all alternatives, `words` are the first of them.
#[inline(never)]
fn alternatives(words: &[String], count: usize) -> String {
    let (first, last) = match words {
        [] => return "no value".into(),
        [one] if count == 1 => return one.clone(),
        _ if count > words.len() => (words, format!("one of {} more", count - words.len())),
        [first @ .., last] => (first, last.clone()),
    };
    format!("{} or {last}", first.join(", "))
}

fn type_names(set: u8) -> String {
    let number = if set & types::NUMBER == types::INTEGER {
        (types::INTEGER, "an integer")
    } else {
        (types::NUMBER, "a number")
    };
    let names = [
        (types::STRING, "a string"),
        number,
        (types::BOOLEAN, "a boolean"),
        (types::OBJECT, "an object"),
        (types::ARRAY, "an array"),
        (types::NULL, "null"),
    ];
    let words: Vec<String> =
        names.into_iter().filter(|(bits, _)| set & bits != 0).map(|(_, name)| name.into()).collect();
    alternatives(&words, words.len())
}

/// Names the type of a value. A number is called one "with a fraction" where the schema allows integers.
fn type_name(expected: u8, value: Value<'_>) -> String {
    match value.kind() {
        Kind::Number if expected & types::INTEGER != 0 => "a number with a fraction".into(),
        other => other.name().into(),
    }
}

pub(super) fn wrong_type(expected: u8, value: Value<'_>) -> PendingIssue {
    no_type(Code::TYPE, expected, value)
}

/// The issue of `anyOf` or `oneOf` where no alternative allows the type of the value.
#[inline(never)]
pub(super) fn no_type(code: Code, expected: u8, value: Value<'_>) -> PendingIssue {
    mismatch(code, value, type_names(expected), type_name(expected, value))
}

pub(super) fn not_allowed(value: Value<'_>) -> PendingIssue {
    let document = value.document();
    let before = document.bytes()[..value.span().start].trim_ascii_end();
    let noun = match before.last() {
        Some(b':') => "property",
        Some(_) => "item",
        None => "value",
    };
    remove(Code::NOT_ALLOWED, noun, value, "nothing".into())
}

#[inline(never)]
fn remove(code: Code, noun: &str, value: Value<'_>, expected: String) -> PendingIssue {
    let message = format!("This {noun} is not allowed. Remove it.");
    pending_issue(code, value.location(), message).expected(expected).received(describe(value))
}

pub(super) fn constant(literal: &Literal, value: Value<'_>) -> PendingIssue {
    unexpected(Code::CONST, value, literal.describe())
}

pub(super) fn enumeration(allowed: &EnumValues, value: Value<'_>) -> PendingIssue {
    let strings = allowed.strings.values().iter().map(|text| quoted(text));
    let texts = strings.chain(allowed.others.values().iter().map(Literal::describe));
    let count = allowed.strings.values().len() + allowed.others.values().len();
    let expected = alternatives(&texts.take(MAX_LISTED).collect::<Vec<_>>(), count);
    unexpected(Code::ENUM, value, expected)
}

pub(super) fn format(expected: &str, value: Value<'_>) -> PendingIssue {
    unexpected(Code::FORMAT, value, expected.to_owned())
}

pub(super) fn pattern(source: &str, expected: Option<&str>, value: Value<'_>) -> PendingIssue {
    let expected = match expected {
        Some(words) => words.to_owned(),
        None => format!("a string that matches the pattern {source}"),
    };
    unexpected(Code::PATTERN, value, expected)
}

pub(super) fn minimum(relation: &str, limit: &Number, value: Value<'_>) -> PendingIssue {
    number(Code::MINIMUM, relation, limit, "a number that is too small", value)
}

pub(super) fn maximum(relation: &str, limit: &Number, value: Value<'_>) -> PendingIssue {
    number(Code::MAXIMUM, relation, limit, "a number that is too large", value)
}

pub(super) fn multiple(divisor: &Number, value: Value<'_>) -> PendingIssue {
    number(Code::MULTIPLE_OF, "a multiple of", divisor, "a number that is not", value)
}

#[inline(never)]
fn number(code: Code, relation: &str, limit: &Number, received: &str, value: Value<'_>) -> PendingIssue {
    mismatch(code, value, format!("{relation} {}", limit.text()), received.to_owned())
}

/// The issue of a string with a wrong number of characters. `relation` is "at least" or "at most".
pub(super) fn length(relation: &str, count: usize, value: Value<'_>) -> PendingIssue {
    unexpected(Code::LENGTH, value, limit(relation, count, "character", "characters"))
}

/// The issue of an array with a wrong number of items.
pub(super) fn items(relation: &str, count: usize, value: Value<'_>) -> PendingIssue {
    unexpected(Code::ITEMS, value, limit(relation, count, "item", "items"))
}

/// The issue of an object with a wrong number of properties.
pub(super) fn properties(relation: &str, count: usize, value: Value<'_>) -> PendingIssue {
    unexpected(Code::PROPERTIES, value, limit(relation, count, "property", "properties"))
}

/// The issue of an item after those that `prefixItems` allows.
pub(super) fn extra_item(prefix: usize, item: Value<'_>) -> PendingIssue {
    remove(Code::ITEMS, "item", item, limit("at most", prefix, "item", "items"))
}

pub(super) fn contains_too_few(min: usize, matching: usize, value: Value<'_>) -> PendingIssue {
    let expected = limit("at least", min, "matching item", "matching items");
    mismatch(Code::ITEMS, value, expected, matching.to_string())
}

pub(super) fn contains_too_many(max: usize, value: Value<'_>) -> PendingIssue {
    let expected = limit("at most", max, "matching item", "matching items");
    mismatch(Code::ITEMS, value, expected, "more".into())
}

pub(super) fn repeated(first: usize, item: Value<'_>) -> PendingIssue {
    let message = format!("Duplicate item: equal to item {first}, and items must be unique.");
    pending_issue(Code::UNIQUE, item.location(), message)
        .expected("unique items".to_owned())
        .received(describe(item))
}

pub(super) fn required(name: &str, object: Value<'_>) -> PendingIssue {
    missing(Code::REQUIRED, name, format!("Missing required property {}.", quoted(name)), object)
}

pub(super) fn dependent(present: &str, needed: &str, object: Value<'_>) -> PendingIssue {
    let message = format!("Property {} requires property {}.", quoted(present), quoted(needed));
    missing(Code::DEPENDENT, needed, message, object)
}

#[inline(never)]
fn missing(code: Code, name: &str, message: String, object: Value<'_>) -> PendingIssue {
    pending_issue(code, object.location(), message)
        .expected(format!("the property {}", quoted(name)))
        .received(describe(object))
}

pub(super) fn property_name(key: Key<'_>, reason: Option<&PendingIssue>) -> PendingIssue {
    let mut message = "This property name is not allowed.".to_owned();
    if let Some(reason) = reason {
        message.push(' ');
        message.push_str(&reason.message);
    }
    let mut out =
        pending_issue(Code::PROPERTY_NAME, key.location(), message).received("a property name".to_owned());
    out.expected = reason.and_then(|reason| reason.expected.clone());
    out
}

pub(super) fn unknown_field(key: Key<'_>, object: Value<'_>, known: &[Property]) -> PendingIssue {
    let text = key.text();
    let message = format!("Unknown property {}.", quoted(&text));
    let mut out = pending_issue(Code::UNKNOWN_FIELD, key.location(), message)
        .received("an unknown property".to_owned());
    out.hint = suggest_key(&text, object, known).map(|name| format!("Did you mean {}?", quoted(name)));
    out
}

/// Finds the property of the schema whose name is most similar to an unknown key and that the object does not have.
fn suggest_key<'k>(text: &str, object: Value<'_>, known: &'k [Property]) -> Option<&'k str> {
    // PERF: the comparison takes time by the product of these, and a payload decides two of them.
    const MAX_SUGGESTION_BYTES: usize = 64;
    const MAX_COMPARED: usize = 256;
    if text.len() > MAX_SUGGESTION_BYTES || known.len() > MAX_COMPARED || object.len() > MAX_COMPARED {
        return None;
    }
    let normalize = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| !b"_- ".contains(byte)).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let unknown = normalize(text);
    let allowed = (unknown.len() / 4).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for property in known {
        if property.node.is_none() || property.name.len() > MAX_SUGGESTION_BYTES {
            continue;
        }
        let distance = edit_distance(&unknown, &normalize(&property.name), allowed);
        if distance <= best.map_or(allowed, |(least, _)| least - 1)
            && distance < property.name.len()
            && object.get(&property.name).is_none()
        {
            best = Some((distance, &property.name));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, name)| name)
}

/// Finds the name that a text is probably a misspelling of.
pub(crate) fn closest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let near =
        |name: &&'n str| (text.len() <= 64).then(|| edit_distance(text.as_bytes(), name.as_bytes(), 2));
    let candidates = names.iter().filter_map(|name| Some((near(name)?, *name)));
    candidates
        .filter(|(distance, name)| *distance <= 2 && *distance * 2 < name.len())
        .min()
        .map(|(_, name)| name)
}

/// The number of insertions, deletions, replacements and swaps of neighbors that turn one text into the other, or
/// `max + 1` if there are more. PERF: only the cells within `max` of the diagonal are computed.
#[inline(never)]
fn edit_distance(a: &[u8], b: &[u8], max: usize) -> usize {
    let too_far = max + 1;
    if a.len().abs_diff(b.len()) > max {
        return too_far;
    }
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![too_far; b.len() + 1];
        row[0] = i + 1;
        let mut row_min = row[0];
        for j in i.saturating_sub(max)..b.len().min(i + max + 1) {
            let y = b[j];
            let mut cost = (previous[j] + usize::from(*x != y)).min(previous[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == y {
                cost = cost.min(before_previous[j - 1] + 1);
            }
            row[j + 1] = cost;
            row_min = row_min.min(cost);
        }
        if row_min > max {
            return too_far;
        }
        before_previous = std::mem::replace(&mut previous, row);
    }
    previous.last().copied().unwrap_or(0)
}

/// The issue of `anyOf` or `oneOf` where no alternative matches.
#[inline(never)]
pub(super) fn no_alternative(code: Code, value: Value<'_>) -> PendingIssue {
    let message =
        "Does not match any of the allowed alternatives. The issues of the closest one follow.".to_owned();
    pending_issue(code, value.location(), message)
        .expected("one of the alternatives".to_owned())
        .received(describe(value))
}

pub(super) fn one_of_several(first: usize, second: usize, value: Value<'_>) -> PendingIssue {
    let message =
        format!("Matches alternatives {first} and {second} (counted from 0). Exactly one must match.");
    pending_issue(Code::ONE_OF, value.location(), message)
        .expected("exactly one of the alternatives".to_owned())
        .received(describe(value))
}

pub(super) fn not(value: Value<'_>) -> PendingIssue {
    let expected = "a value that does not match the schema under \"not\"".to_owned();
    mismatch(Code::NOT, value, expected, "one that matches".to_owned())
}

/// Whether a string is a placeholder of documentation: `...`, `…` or `<word>`.
pub(super) fn is_placeholder(value: Value<'_>) -> bool {
    let (TokenKind::Ascii | TokenKind::Utf8) = value.token_kind() else { return false };
    match value.string_bytes() {
        b"..." => true,
        [b'<', word @ .., b'>'] => {
            !word.is_empty() && word.len() <= 64 && !word.iter().any(|byte| b"<>".contains(byte))
        }
        other => other == "…".as_bytes(),
    }
}

pub(super) fn placeholder_value(expected: Option<String>, value: Value<'_>) -> PendingIssue {
    let mut out = placeholder(value.location(), "This is a placeholder, not a value.", PLACEHOLDER_HINT);
    out.expected = expected;
    out
}

pub(super) fn placeholder_key(key: Key<'_>) -> PendingIssue {
    let message = "The key \"...\" is a placeholder for omitted properties.";
    placeholder(key.location(), message, SHORTENED_HINT)
}

#[inline(never)]
fn placeholder(location: Location, message: &str, hint: &str) -> PendingIssue {
    pending_issue(Code::PLACEHOLDER, location, message.to_owned())
        .received("a placeholder".to_owned())
        .hint(hint.to_owned())
}

pub(super) fn limit_exceeded(value: Value<'_>) -> PendingIssue {
    let message = "Validation limit exceeded (steps or nesting depth). The value is treated as invalid.";
    pending_issue(Code::JSON_TOO_DEEP, value.location(), message.to_owned())
        .hint("Nest less deeply, or simplify the schema where it refers to itself.".to_owned())
}
