//! The sentences. They name keys, types and what the contract wants; never what was received, which
//! may be health data.

use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::{Key, Kind, TokenKind, Value};

use super::plan::{EnumValues, Literal, Number, Property, quoted, types};

/// The key and the text by which documentation says that there is more.
pub(super) const ELLIPSIS: &str = "...";

/// The hint beside a placeholder.
pub(super) const PLACEHOLDER_HINT: &str =
    "It looks like a placeholder that was copied from documentation: put a real value there.";

/// The severity is filled in by the validator, which knows the profile.
fn draft(code: Code, place: Location, message: impl Into<String>) -> PendingIssue {
    PendingIssue::new(code, Severity::Error, place, message)
}

/// What stands there, by its kind and never by its content.
fn received(value: Value<'_>) -> String {
    let many = |count: usize, one: &str| match count {
        0 => format!("no {one}s"),
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    match value.kind() {
        Kind::String => match value.as_str().map_or(0, |text| text.chars().count()) {
            0 => "an empty string".into(),
            count => format!("a string of {}", many(count, "character")),
        },
        Kind::Array if value.len() == 0 => "an empty array".into(),
        Kind::Array => format!("an array of {}", many(value.len(), "item")),
        Kind::Object if value.len() == 0 => "an empty object".into(),
        Kind::Object => format!("an object of {}", count(value.len(), "property", "properties")),
        other => other.name().into(),
    }
}

#[inline(never)]
fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// More alternatives than these are counted, and not listed.
const MOST_LISTED: usize = 12;

/// "a, b or c", where these are the first of so many.
fn alternatives(words: &[String], count: usize) -> String {
    if count > words.len() {
        return format!("{} or one of {} more", words.join(", "), count - words.len());
    }
    match words {
        [] => "nothing".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
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

/// What a value is called beside a list of types: a number is one that is not whole where whole ones are wanted.
fn kind_name(wanted: u8, value: Value<'_>) -> &'static str {
    match value.kind() {
        Kind::Number if wanted & types::INTEGER != 0 => "a number with a fraction",
        other => other.name(),
    }
}

pub(super) fn wrong_type(wanted: u8, value: Value<'_>) -> PendingIssue {
    let (names, kind) = (type_names(wanted), kind_name(wanted, value));
    draft(Code::TYPE, value.place(), format!("This must be {names}, and is {kind}."))
        .expected(names)
        .received(kind)
}

pub(super) fn not_allowed(value: Value<'_>) -> PendingIssue {
    draft(Code::NOT_ALLOWED, value.place(), "The contract allows no value here: leave it out.")
        .expected("nothing")
        .received(received(value))
}

pub(super) fn constant(literal: &Literal, value: Value<'_>) -> PendingIssue {
    let wanted = literal.describe();
    draft(Code::CONST, value.place(), format!("This must be {wanted}."))
        .expected(wanted)
        .received(received(value))
}

pub(super) fn choice(choice: &EnumValues, value: Value<'_>) -> PendingIssue {
    let words = choice.words.values().iter().map(|word| quoted(word));
    let words = words.chain(choice.others.values().iter().map(Literal::describe));
    let count = choice.words.values().len() + choice.others.values().len();
    let wanted = alternatives(&words.take(MOST_LISTED).collect::<Vec<_>>(), count);
    let message = match count {
        0 => "The contract lists no value that may stand here.".into(),
        _ => format!("This must be {wanted}."),
    };
    draft(Code::ENUM, value.place(), message).expected(wanted).received(received(value))
}

pub(super) fn format(expected: &str, value: Value<'_>) -> PendingIssue {
    draft(Code::FORMAT, value.place(), format!("This is not {expected}."))
        .expected(expected)
        .received(received(value))
}

pub(super) fn pattern(source: &str, expected: Option<&str>, value: Value<'_>) -> PendingIssue {
    let (message, expected) = match expected {
        Some(words) => (format!("This must be {words}."), words.to_owned()),
        None => (
            format!("This does not match the pattern of the contract: {source}"),
            format!("a string that matches {source}"),
        ),
    };
    draft(Code::PATTERN, value.place(), message).expected(expected).received(received(value))
}

pub(super) fn minimum(relation: &str, limit: &Number, value: Value<'_>) -> PendingIssue {
    number(Code::MINIMUM, "too small", relation, limit, value)
}

pub(super) fn maximum(relation: &str, limit: &Number, value: Value<'_>) -> PendingIssue {
    number(Code::MAXIMUM, "too large", relation, limit, value)
}

fn number(code: Code, verdict: &str, relation: &str, limit: &Number, value: Value<'_>) -> PendingIssue {
    let wanted = format!("{relation} {}", limit.text());
    draft(code, value.place(), format!("This number is {verdict}: it must be {wanted}."))
        .expected(wanted)
        .received("a number")
}

pub(super) fn multiple(step: &Number, value: Value<'_>) -> PendingIssue {
    let wanted = format!("a multiple of {}", step.text());
    draft(Code::MULTIPLE_OF, value.place(), format!("This number must be {wanted}."))
        .expected(wanted)
        .received("a number")
}

pub(super) fn too_short(min: usize, length: usize, value: Value<'_>) -> PendingIssue {
    let wanted = format!("at least {}", count(min, "character", "characters"));
    draft(
        Code::LENGTH,
        value.place(),
        format!("This string is too short: it must have {wanted}, and has {length}."),
    )
    .expected(wanted)
    .received(received(value))
}

pub(super) fn too_long(max: usize, length: usize, value: Value<'_>) -> PendingIssue {
    let wanted = format!("at most {}", count(max, "character", "characters"));
    draft(
        Code::LENGTH,
        value.place(),
        format!("This string is too long: it must have {wanted}, and has {length}."),
    )
    .expected(wanted)
    .received(received(value))
}

pub(super) fn too_few_items(min: usize, value: Value<'_>) -> PendingIssue {
    size(Code::ITEMS, "array", &format!("at least {}", count(min, "item", "items")), value)
}

pub(super) fn too_many_items(max: usize, value: Value<'_>) -> PendingIssue {
    size(Code::ITEMS, "array", &format!("at most {}", count(max, "item", "items")), value)
}

pub(super) fn too_few_properties(min: usize, value: Value<'_>) -> PendingIssue {
    size(Code::PROPERTIES, "object", &format!("at least {}", count(min, "property", "properties")), value)
}

pub(super) fn too_many_properties(max: usize, value: Value<'_>) -> PendingIssue {
    size(Code::PROPERTIES, "object", &format!("at most {}", count(max, "property", "properties")), value)
}

fn size(code: Code, thing: &str, wanted: &str, value: Value<'_>) -> PendingIssue {
    let has = value.len();
    draft(code, value.place(), format!("This {thing} must have {wanted}, and has {has}."))
        .expected(wanted)
        .received(received(value))
}

pub(super) fn extra_item(prefix: usize, item: Value<'_>) -> PendingIssue {
    let most = count(prefix, "item", "items");
    let message = if prefix == 0 {
        "This array must be empty: no item may stand here.".into()
    } else {
        format!("This array has at most {most}: no item may stand here.")
    };
    draft(Code::ITEMS, item.place(), message).expected(format!("at most {most}")).received(received(item))
}

pub(super) fn contains_too_few(min: usize, fitting: usize, value: Value<'_>) -> PendingIssue {
    let wanted = format!("at least {} of the kind the contract describes", count(min, "item", "items"));
    draft(Code::ITEMS, value.place(), format!("This array must have {wanted}, and has {fitting}."))
        .expected(wanted)
        .received(received(value))
}

pub(super) fn contains_too_many(max: usize, value: Value<'_>) -> PendingIssue {
    let wanted = format!("at most {} of the kind the contract describes", count(max, "item", "items"));
    draft(Code::ITEMS, value.place(), format!("This array must have {wanted}, and has more."))
        .expected(wanted)
        .received(received(value))
}

pub(super) fn repeated(first: usize, item: Value<'_>) -> PendingIssue {
    draft(
        Code::UNIQUE,
        item.place(),
        format!("This item is the same as item {first}, and no two may be the same."),
    )
    .expected("items that all differ")
    .received(received(item))
}

pub(super) fn required(name: &str, object: Value<'_>) -> PendingIssue {
    let name = quoted(name);
    draft(Code::REQUIRED, object.place(), format!("The required key {name} is missing."))
        .expected(format!("the key {name}"))
        .received(received(object))
}

pub(super) fn dependent(present: &str, needed: &str, object: Value<'_>) -> PendingIssue {
    let (present, needed) = (quoted(present), quoted(needed));
    draft(
        Code::DEPENDENT,
        object.place(),
        format!("The key {needed} is missing, which has to stand beside {present}."),
    )
    .expected(format!("the key {needed}"))
    .received(received(object))
}

pub(super) fn property_name(key: Key<'_>, why: Option<PendingIssue>) -> PendingIssue {
    let out = draft(
        Code::PROPERTY_NAME,
        key.place(),
        match &why {
            Some(why) => format!("The contract does not allow this key. {}", why.message),
            None => "The contract does not allow this key.".into(),
        },
    )
    .received("a key");
    match why.and_then(|why| why.expected) {
        Some(allowed) => out.expected(allowed),
        None => out,
    }
}

pub(super) fn unknown_field(key: Key<'_>, object: Value<'_>, known: &[Property]) -> PendingIssue {
    let text = key.text();
    let out = draft(
        Code::UNKNOWN_FIELD,
        key.place(),
        format!("The contract does not know the key {}.", quoted(&text)),
    )
    .received("an unknown key");
    match suggest_key(&text, object, known) {
        Some(name) => out.hint(format!("Did you mean {}?", quoted(name))),
        None => out,
    }
}

/// The known key that is closest to what was written, if one is close and not there itself.
fn suggest_key<'k>(text: &str, object: Value<'_>, known: &'k [Property]) -> Option<&'k str> {
    const MAX_SUGGESTION_BYTES: usize = 64;
    const MAX_LISTED: usize = 256;
    if text.len() > MAX_SUGGESTION_BYTES || known.len() > MAX_LISTED || object.len() > MAX_LISTED {
        return None;
    }
    let bare = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| !b"_- ".contains(byte)).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let written = bare(text);
    let allowed = (written.len() / 4).clamp(1, 3);
    let close = known
        .iter()
        .filter(|property| property.node.is_some() && property.name.len() <= MAX_SUGGESTION_BYTES)
        .filter(|property| property.name.len() + allowed >= written.len())
        .map(|property| (distance(&written, &bare(&property.name), allowed), &*property.name))
        .filter(|(distance, name)| *distance <= allowed && *distance < name.len());
    let mut candidates: Vec<(usize, &str)> = close.collect();
    candidates.retain(|(_, name)| object.get(name).is_none());
    candidates.into_iter().min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// The name that a text is likely to be a slip of.
pub(crate) fn closest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let near = |name: &&'n str| (text.len() <= 64).then(|| distance(text.as_bytes(), name.as_bytes(), 2));
    let candidates = names.iter().filter_map(|name| Some((near(name)?, *name)));
    candidates
        .filter(|(distance, name)| *distance <= 2 && *distance * 2 < name.len())
        .min()
        .map(|(_, name)| name)
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between two texts; more than `most`
/// where that is as good an answer: only so far from the diagonal is looked at.
fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let far = most + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![far; b.len() + 1];
        row[0] = i + 1;
        let mut nearest = row[0];
        for j in i.saturating_sub(most)..b.len().min(i + most + 1) {
            let y = b[j];
            let mut least = (above[j] + usize::from(*x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least;
            nearest = nearest.min(least);
        }
        if nearest > most {
            return far;
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

pub(super) fn no_type(wanted: u8, value: Value<'_>, one: bool) -> PendingIssue {
    let (names, kind) = (type_names(wanted), kind_name(wanted, value));
    let code = if one { Code::ONE_OF } else { Code::ANY_OF };
    draft(
        code,
        value.place(),
        format!("This fits none of the alternatives: it must be {names}, and is {kind}."),
    )
    .expected(names)
    .received(kind)
}

pub(super) fn any_of(value: Value<'_>) -> PendingIssue {
    none_fits(Code::ANY_OF, value)
}

pub(super) fn one_of_none(value: Value<'_>) -> PendingIssue {
    none_fits(Code::ONE_OF, value)
}

fn none_fits(code: Code, value: Value<'_>) -> PendingIssue {
    draft(
        code,
        value.place(),
        "This fits none of the alternatives. What the closest one misses is listed as issues of its own.",
    )
    .expected("one of the alternatives")
    .received(received(value))
}

pub(super) fn one_of_several(first: usize, second: usize, value: Value<'_>) -> PendingIssue {
    draft(
        Code::ONE_OF,
        value.place(),
        format!("This fits alternatives {first} and {second} (counted from 0), and must fit exactly one."),
    )
    .expected("exactly one of the alternatives")
    .received(received(value))
}

pub(super) fn not(value: Value<'_>) -> PendingIssue {
    draft(Code::NOT, value.place(), "This fits what the contract excludes here.")
        .expected("a value that does not fit what \"not\" describes")
        .received(received(value))
}

/// Whether a string is what documentation writes where a value belongs: `...` or `<word>`.
pub(super) fn is_placeholder(value: Value<'_>) -> bool {
    let (TokenKind::Ascii | TokenKind::Utf8) = value.tag() else { return false };
    match value.string_bytes() {
        b"..." => true,
        [b'<', word @ .., b'>'] => {
            !word.is_empty() && word.len() <= 64 && !word.iter().any(|byte| b"<>".contains(byte))
        }
        other => other == "…".as_bytes(),
    }
}

pub(super) fn placeholder_value(expected: Option<String>, value: Value<'_>) -> PendingIssue {
    let out = draft(Code::PLACEHOLDER, value.place(), "A placeholder stands here where a value should.")
        .received("a placeholder")
        .hint(PLACEHOLDER_HINT);
    match expected {
        Some(expected) => out.expected(expected),
        None => out,
    }
}

pub(super) fn placeholder_key(key: Key<'_>) -> PendingIssue {
    draft(
        Code::PLACEHOLDER,
        key.place(),
        "The key \"...\" says that keys were left out: this object is a shortened example.",
    )
    .received("a placeholder")
    .hint("It looks copied from documentation: a real delivery has every key.")
}

pub(super) fn limit_exceeded(value: Value<'_>) -> PendingIssue {
    draft(
        Code::JSON_TOO_DEEP,
        value.place(),
        "Judging this by its contract takes more steps, or goes deeper, than the limits allow, so it counts as wrong.",
    )
    .hint("Nest less deeply, or simplify the schema where it refers to itself.")
}
