//! A JSON object of headers with a body, as logs and test suites keep deliveries; and the events that AWS API
//! Gateway, load balancers and function URLs hand to a Lambda function.

use base64ct::{Base64Unpadded, Encoding as _};

use super::{Imported, body_text};
use crate::delivery::Headers;
use crate::issue::{Code, Draft, Place, Severity};
use crate::json::{Kind, Value};
use crate::text::eq_ignore_ascii_case;

const HEADERS: [&str; 3] = ["multiValueHeaders", "headers", "rawHeaders"];
const BODIES: [&str; 5] = ["bodyBase64", "body_base64", "rawBody", "raw_body", "body"];

/// Whether this is headers with a body, and no payload.
pub(super) fn is_record(value: Value<'_>) -> bool {
    HEADERS
        .iter()
        .any(|name| member(value, name).is_some_and(|it| matches!(it.kind(), Kind::Object | Kind::Array)))
        && BODIES.iter().any(|name| member(value, name).is_some())
}

/// The delivery of a text that is one record.
pub(super) fn single(value: Value<'_>, drafts: &mut Vec<Draft>) -> Vec<Imported> {
    if is_record(value) {
        return read(value, drafts).into_iter().collect();
    }
    let message = "This is no object of headers with a body.";
    let hint = "It has \"headers\", and \"body\", \"rawBody\" or \"bodyBase64\".";
    drafts.push(Draft::new(Code::TYPE, Severity::Error, value.place(), message).hint(hint));
    Vec::new()
}

/// The delivery of a record.
pub(super) fn read(value: Value<'_>, drafts: &mut Vec<Draft>) -> Option<Imported> {
    let mut headers = Headers::new();
    let given =
        HEADERS.iter().filter_map(|name| member(value, name)).find(|it| !it.is_null() && it.len() > 0);
    if let Some(given) = given {
        read_headers(given, &mut headers, drafts);
    }
    let body = read_body(value, drafts)?;
    let text = |pointers: &[&str]| pointers.iter().find_map(|pointer| string(at(value, pointer)));
    let url = text(&["/url", "/rawUrl"]).or_else(|| {
        let target = text(&["/rawPath", "/requestContext/path", "/path"])?;
        let query = text(&["/rawQueryString"]).filter(|query| !query.is_empty());
        let target = query.map_or(target.clone(), |query| format!("{target}?{query}"));
        super::http::url(&target, &headers)
    });
    let method = text(&["/method", "/httpMethod", "/requestContext/http/method"]);
    Some(Imported { headers, body, url, method: method.map(|method| method.to_ascii_uppercase()) })
}

fn read_body(record: Value<'_>, drafts: &mut Vec<Draft>) -> Option<Vec<u8>> {
    let (name, body) = BODIES.iter().find_map(|name| Some((*name, member(record, name)?)))?;
    let encoded = matches!(name, "bodyBase64" | "body_base64")
        || ["isBase64Encoded", "base64"]
            .iter()
            .any(|flag| member(record, flag).and_then(Value::as_bool) == Some(true))
        || ["encoding", "bodyEncoding"]
            .iter()
            .any(|name| string(member(record, name)).is_some_and(|it| eq_ignore_ascii_case(&it, "base64")));
    text_or_bytes(body, encoded, drafts)
}

/// The bytes that a member stands for.
pub(super) fn text_or_bytes(body: Value<'_>, encoded: bool, drafts: &mut Vec<Draft>) -> Option<Vec<u8>> {
    if body.is_null() {
        return Some(Vec::new());
    }
    let Some((text, lossy)) = body_text(body) else {
        // Somebody has parsed it. What stands here may be what was signed, and may be not.
        let message = "The body is not a text but a value: it was taken as it is written here.";
        let hint = "A signature fits only if the sender wrote it with the same white space and escapes. Keep the raw text, \
                    or its base64 in \"bodyBase64\".";
        drafts.push(Draft::new(Code::BODY_NOT_RAW, Severity::Warning, body.place(), message).hint(hint));
        return Some(body.raw().to_vec());
    };
    if encoded {
        let bytes = decode(&text);
        if bytes.is_none() {
            let message = "The body is said to be base64, and is not.";
            drafts.push(Draft::new(Code::BASE64_INVALID, Severity::Error, body.place(), message));
        }
        return bytes;
    }
    if lossy {
        let message = "The body holds the mark that stands for bytes that are no UTF-8: they were lost when it was saved.";
        let hint = "Keep such bodies as base64, in \"bodyBase64\".";
        drafts.push(Draft::new(Code::BODY_LOSSY, Severity::Warning, body.place(), message).hint(hint));
    }
    Some(text)
}

/// Base64 in either alphabet, with or without padding and line breaks.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // Brought into one spelling first: each decoder weighs more than this.
    let text: String = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => '+',
            b'_' => '/',
            other => char::from(*other),
        })
        .collect();
    Base64Unpadded::decode_vec(text.trim_end_matches('=')).ok()
}

// Each of these is used many times, and inlined it would weigh more than all else here.

/// The member of an object with this key.
#[inline(never)]
pub(super) fn member<'d>(value: Value<'d>, key: &str) -> Option<Value<'d>> {
    value.get(key)
}

/// What a JSON Pointer leads to.
#[inline(never)]
fn at<'d>(value: Value<'d>, pointer: &str) -> Option<Value<'d>> {
    value.pointer(pointer)
}

/// The characters of a string.
#[inline(never)]
pub(super) fn string(value: Option<Value<'_>>) -> Option<String> {
    value?.as_str().map(std::borrow::Cow::into_owned)
}

/// Headers in the containers people have them in: an object of values or lists, pairs, a flat list of names and
/// values, objects with `name` and `value`.
pub(super) fn read_headers(given: Value<'_>, headers: &mut Headers<'static>, drafts: &mut Vec<Draft>) {
    let mut add = |name: &str, value: Value<'_>, drafts: &mut Vec<Draft>| {
        for value in if value.kind() == Kind::Array { value.elements().collect() } else { vec![value] } {
            match scalar(value) {
                // What HTTP/2 has beside its headers.
                _ if name.starts_with(':') => {}
                Some(text) if crate::delivery::is_token(name) && !crate::delivery::has_control(&text) => {
                    headers.push(name.to_owned(), text);
                }
                _ if value.is_null() => {}
                _ => drafts.push(no_header(value.place())),
            }
        }
    };
    if given.kind() == Kind::Object {
        for (name, value) in given.members() {
            add(&name.text(), value, drafts);
        }
        return;
    }
    let mut flat: Option<String> = None;
    for item in given.elements() {
        if let Some(word) = item.as_str() {
            match flat.take() {
                None => flat = Some(word.into_owned()),
                Some(name) => add(&name, item, drafts),
            }
            continue;
        }
        let pair = match item.kind() {
            Kind::Array => (string(item.elements().next()), item.elements().nth(1)),
            _ => (string(member(item, "name")), member(item, "value")),
        };
        match pair {
            (Some(name), Some(value)) => add(&name, value, drafts),
            _ => drafts.push(no_header(item.place())),
        }
    }
}

fn scalar(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::String => string(Some(value)),
        Kind::Number | Kind::Boolean => Some(String::from_utf8_lossy(value.raw()).into_owned()),
        _ => None,
    }
}

fn no_header(place: Place) -> Draft {
    let message = "This is no header, which has a name and a text for a value; it was left out.";
    Draft::new(Code::TYPE, Severity::Warning, place, message)
}
