//! Facts of a body that no combination explains: whose serializer writes exactly such a text, and what a decoder or
//! JavaScript's numbers may have changed.

use super::causes;
use super::definition::CauseDefinition;
use crate::issue::{Code, Location};
use crate::json::{Document, Kind, Value};

/// Returns the observations of data that is lost. `is_shorter`: Content-Length declares more bytes.
pub fn lost_data(document: &Document<'_>, is_shorter: bool) -> Vec<&'static CauseDefinition> {
    let mut facts = Vec::new();
    facts.extend(
        has_replaced_characters(document.bytes(), is_shorter).then_some(&causes::BODY_QUESTION_MARKS),
    );
    let has_rounded = values(document).any(|value| is_rounded(document, value));
    facts.extend(has_rounded.then_some(&causes::BODY_NUMBERS_ROUNDED));
    facts
}

/// Texts that programs write where they have no body, and why.
const PLACEHOLDERS: [(&str, &str); 7] = [
    ("{}", NOT_PARSED),
    ("[]", NOT_PARSED),
    ("null", NO_VALUE),
    ("undefined", NO_VALUE),
    ("None", NO_VALUE),
    ("nil", NO_VALUE),
    ("[object Object]", "JavaScript converts every object to this text, such as a parsed body"),
];
const NOT_PARSED: &str =
    "Frameworks give an empty object or list where no parser has read the body, as for another Content-Type";
const NO_VALUE: &str = "Programs write this for a missing value, such as a body that nothing has read";

/// Returns what a body is instead of an event, and what may have written it. SECURITY: never the value itself.
pub fn placeholder(body: &[u8], document: Option<&Document<'_>>) -> Option<(&'static str, &'static str)> {
    let text = body.trim_ascii();
    PLACEHOLDERS.into_iter().find(|(known, _)| known.as_bytes() == text).or_else(|| {
        let is_event = matches!(document?.root().kind(), Kind::Object | Kind::Array);
        (!is_event).then_some((
            "a single JSON value",
            "A part of the body, or a body serialized twice, is such a value",
        ))
    })
}

/// Returns the observation of the serializer whose exact output the body is.
pub fn serializer(document: &Document<'_>) -> Option<&'static CauseDefinition> {
    let layout = TextFacts::of(document.bytes());
    // A body without separators is the same text of every serializer.
    if !layout.has_separators {
        None
    } else if layout.is_js {
        is_js_data(document).then_some(&causes::BODY_JSON_STRINGIFY_OUTPUT)
    } else {
        (layout.is_python && is_python_data(document)).then_some(&causes::BODY_PYTHON_OUTPUT)
    }
}

fn values<'d>(document: &'d Document<'d>) -> impl Iterator<Item = Value<'d>> {
    (0..).map_while(|index| document.value_at(index))
}

/// What the white space and the escapes of a JSON text show.
struct TextFacts {
    has_separators: bool,
    /// As JSON.stringify writes it: no white space, and no escape that is not needed.
    is_js: bool,
    /// As Python's json.dumps writes it: a space after each separator, and either all characters escaped or none.
    is_python: bool,
}

impl TextFacts {
    fn of(text: &[u8]) -> Self {
        let mut facts = Self { has_separators: false, is_js: true, is_python: true };
        let (mut is_inside, mut has_raw, mut has_escaped) = (false, false, false);
        let mut offset = 0;
        while let Some(&byte) = text.get(offset) {
            offset += 1;
            match byte {
                b'"' => is_inside = !is_inside,
                b'\\' => {
                    let escape = text.get(offset).copied().unwrap_or_default();
                    offset += 1;
                    if escape == b'u' {
                        let digits = text.get(offset..offset + 4).unwrap_or_default();
                        offset += 4;
                        let is_lower = !digits.iter().any(u8::is_ascii_uppercase);
                        let unit =
                            std::str::from_utf8(digits).ok().and_then(|d| u32::from_str_radix(d, 16).ok());
                        let is_control =
                            unit.is_some_and(|unit| unit < 0x20 && ![8, 9, 10, 12, 13].contains(&unit));
                        facts.is_js &= is_lower && is_control;
                        has_escaped |= !is_control;
                        facts.is_python &= is_lower && (is_control || unit.is_some_and(|unit| unit > 0x7e));
                    } else if escape == b'/' {
                        (facts.is_js, facts.is_python) = (false, false);
                    }
                }
                0x7f.. => has_raw = true,
                b',' | b':' if !is_inside => {
                    facts.has_separators = true;
                    if text.get(offset) == Some(&b' ') {
                        facts.is_js = false;
                        offset += 1;
                    } else {
                        facts.is_python = false;
                    }
                }
                b' ' | b'\n' | b'\r' | b'\t' if !is_inside => (facts.is_js, facts.is_python) = (false, false),
                _ => {}
            }
        }
        facts.is_python &= !(has_raw && has_escaped);
        facts
    }
}

/// Returns whether JavaScript keeps the data as it is: every number in its shortest text, index-like keys first and in
/// order, no key twice.
fn is_js_data(document: &Document<'_>) -> bool {
    document.diagnostics().is_empty()
        && values(document).all(|value| match value.kind() {
            Kind::Number => is_js_number(value.raw_bytes()),
            Kind::Object => has_js_order(value),
            _ => true,
        })
}

fn is_python_data(document: &Document<'_>) -> bool {
    // Python keeps the digits of every integer.
    let is_exact = document.diagnostics().iter().all(|issue| {
        let Location::Value(index) = issue.location else { return false };
        issue.code == Code::NUMBER_PRECISION
            && document.value_at(index).is_some_and(|value| is_integer(value.raw_bytes()))
    });
    let is_number =
        |value: Value<'_>| is_integer(value.raw_bytes()) || is_fraction(value.raw_bytes(), 3, 16, true);
    is_exact && values(document).all(|value| value.kind() != Kind::Number || is_number(value))
}

fn is_integer(raw: &[u8]) -> bool {
    raw.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
}

/// Digits that are not exact are an issue of the document. Numbers with an exponent do not count.
fn is_js_number(raw: &[u8]) -> bool {
    let digits = raw.iter().filter(|byte| byte.is_ascii_digit()).count();
    is_integer(raw) && raw != b"-0" && digits <= 21 || is_fraction(raw, 5, 21, false)
}

/// Returns whether a number has a fraction without needless zeros, at most so many zeros after "0.", and at most so many
/// digits before the point. `has_zero`: ".0" is needed.
fn is_fraction(raw: &[u8], max_zeros: usize, max_whole: usize, has_zero: bool) -> bool {
    let raw = raw.strip_prefix(b"-").unwrap_or(raw);
    let Some(point) = raw.iter().position(|byte| *byte == b'.') else { return false };
    let (whole, fraction) = (&raw[..point], &raw[point + 1..]);
    let zeros = fraction.iter().take_while(|digit| **digit == b'0').count();
    is_integer(whole)
        && is_integer(fraction)
        && whole.len() <= max_whole
        && if fraction == b"0" {
            has_zero
        } else {
            !fraction.ends_with(b"0") && (whole != b"0" || zeros <= max_zeros)
        }
}

/// JavaScript puts keys such as "7" before all others, in ascending order.
fn has_js_order(object: Value<'_>) -> bool {
    let mut last = Some(None);
    object.members().all(|(key, _)| {
        let text = key.as_value().string_bytes();
        let index = std::str::from_utf8(text)
            .ok()
            .filter(|text| *text == "0" || !text.starts_with(['0', '+']))
            .and_then(|text| text.parse::<u32>().ok().filter(|index| *index < u32::MAX));
        let is_in_order = match (last, index) {
            (Some(last), Some(index)) => last.is_none_or(|last: u32| last < index),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        last = index.map(Some);
        is_in_order
    })
}

/// Returns whether a number is an integer above 2^53 as JavaScript writes it after rounding: 16 or 17 digits, and zeros.
fn is_rounded(document: &Document<'_>, value: Value<'_>) -> bool {
    if value.kind() != Kind::Number || !is_integer(value.raw_bytes()) {
        return false;
    }
    let raw = value.raw_bytes();
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    let is_changed = |location: &Location| *location == Location::Value(value.index());
    (18..=21).contains(&digits.len())
        && zeros > 0
        && (16..=17).contains(&(digits.len() - zeros))
        && !document.diagnostics().iter().any(|issue| is_changed(&issue.location))
}

/// Returns whether an ASCII text has question marks where letters are expected: between letters, or several of them at
/// the start of a word. A URL has both, so strings with a slash or "=" do not count. `is_shorter`: any question mark counts.
fn has_replaced_characters(text: &[u8], is_shorter: bool) -> bool {
    if !text.is_ascii() {
        return false;
    }
    // Escaped quotes end a string early, which only makes it shorter.
    text.split(|byte| *byte == b'"').skip(1).step_by(2).any(|string| {
        if string.iter().any(|byte| b"/=&\\".contains(byte)) {
            return false;
        }
        let mut offset = 0;
        while let Some(start) = string[offset..].iter().position(|byte| *byte == b'?').map(|at| offset + at) {
            let end = start + string[start..].iter().take_while(|byte| **byte == b'?').count();
            let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
            let before = start.checked_sub(1).and_then(|index| string.get(index));
            let is_between = is_letter(before) && is_letter(string.get(end));
            let is_word = end - start > 1 && before.is_none_or(|byte| *byte == b' ');
            if is_shorter || is_between || is_word {
                return true;
            }
            offset = end;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Vec<&'static str> {
        let document = Document::parse(text.as_bytes()).expect("JSON");
        let mut facts = lost_data(&document, false);
        facts.extend(serializer(&document));
        facts.iter().map(|cause| cause.code).collect()
    }

    #[test]
    fn knows_the_output_of_serializers() {
        let (js, python) = (&["body-json-stringify-output"][..], &["body-python-output"][..]);
        for (text, expected) in [
            (r#"{"a":1,"b":[1.5,null,true],"c":"é\n\u001f\"\\"}"#, js),
            (r#"{"7":0,"12":0,"a":0}"#, js),
            (r#"{"a":0,"7":0}"#, &[]),
            (r#"{"12":0,"7":0}"#, &[]),
            (r#"{"a":1,"a":2}"#, &[]),
            (r#"{"a":1.0,"b":2}"#, &[]),
            (r#"{"a":1e2,"b":2}"#, &[]),
            (r#"{"a":-0,"b":2}"#, &[]),
            (r#"{"a":0.000001,"b":2}"#, js),
            (r#"{"a":0.0000001,"b":2}"#, &[]),
            (r#"{"a":9007199254740993,"b":2}"#, &[]),
            (r#"{"a":"x\/y","b":2}"#, &[]),
            (r#"{"a":"\u00e9"}"#, &[]),
            (r#"{"a":"\u001F"}"#, &[]),
            (r#"{"a":"\u000a"}"#, &[]),
            ("{\"a\":1}\n", &[]),
            (r#"{"a": 1, "b": [1.0, 2.5], "c": "\u00e9\n"}"#, python),
            (r#"{"a": "é"}"#, python),
            (r#"{"a": "é\u00e9"}"#, &[]),
            (r#"{"a": "\u00E9"}"#, &[]),
            (r#"{"a": 9007199254740993}"#, python),
            (r#"{"a": 1.50}"#, &[]),
            (r#"{"a": 0.00001}"#, &[]),
            (r#"{"a":1, "b": 2}"#, &[]),
            ("[]", &[]),
        ] {
            assert_eq!(facts(text), expected, "{text}");
        }
    }

    #[test]
    fn sees_rounded_integers_and_lost_characters() {
        for (number, is_rounded) in [
            ("1234567890123456800", true),
            ("123456789012345680", true),
            ("1234567890123456789", false),
            ("1000000000000000000", false),
            ("12345678901234560", false),
            ("123456789012345670", false),
        ] {
            let found = facts(&format!("[{number} ]")).contains(&"body-numbers-rounded");
            assert_eq!(found, is_rounded, "{number}");
        }
        for (text, is_lost) in [
            ("gold ??", true),
            ("??", true),
            ("Pla?a", true),
            ("Zo??y", true),
            ("What?", false),
            ("What??", false),
            ("Really? Yes", false),
            ("/path?a", false),
            ("https://h?a=b", false),
            ("a ? b", false),
            ("Plaça ??", false),
        ] {
            let found = facts(&format!("[ \"{text}\"]")).contains(&"body-question-marks");
            assert_eq!(found, is_lost, "{text}");
        }
        let short = Document::parse(b"[\"gold ?\"]").expect("JSON");
        assert_eq!(lost_data(&short, true).len(), 1);
    }
}
