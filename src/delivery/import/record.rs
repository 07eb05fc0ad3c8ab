//! Records: a JSON object of headers and body, as logs and test suites keep deliveries, and the events that AWS API
//! Gateway, load balancers and function URLs pass to a Lambda function. Also the JSON of webhook.site, of ngrok's inspector
//! and of services that keep requests in the same way.

use super::http_message::target_url;
use super::result::ImportedDelivery;
use crate::delivery::headers::{Headers, has_control, is_token};
use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::{Kind, Value};
use crate::text::{self, eq_ignore_ascii_case};

const HEADER_KEYS: [&str; 3] = ["multiValueHeaders", "headers", "rawHeaders"];
/// `content` is the key of webhook.site, `raw` that of ngrok: the whole request as base64.
const BODY_KEYS: [&str; 7] = ["bodyBase64", "body_base64", "rawBody", "raw_body", "body", "content", "raw"];

/// Members that hold the request: of ngrok's inspector, of Hookdeck and of Pipedream.
const WRAPPERS: [&str; 4] = ["request", "req", "data", "event"];

/// Whether a JSON value has headers and a body, and so is no payload.
pub(super) fn is_record(value: Value<'_>) -> bool {
    has_headers_and_body(unwrap(value))
}

fn has_headers_and_body(value: Value<'_>) -> bool {
    let body = BODY_KEYS.iter().find(|name| member(value, name).is_some());
    has_headers(value) && body.is_some_and(|name| !matches!(*name, "content" | "raw") || is_request(value))
}

#[inline(never)]
fn has_headers(value: Value<'_>) -> bool {
    HEADER_KEYS
        .iter()
        .any(|name| member(value, name).is_some_and(|v| matches!(v.kind(), Kind::Object | Kind::Array)))
}

/// Whether an object has the method or the path of a request. An e-mail in a payload has headers and a body, too.
#[inline(never)]
fn is_request(value: Value<'_>) -> bool {
    let starts_with = |name: &str, is_start: fn(char) -> bool| {
        to_string(member(value, name)).is_some_and(|text| text.starts_with(is_start))
    };
    let is_slash = |letter| letter == '/';
    starts_with("method", |letter| letter.is_ascii_uppercase())
        || starts_with("path", is_slash)
        || starts_with("uri", is_slash)
}

/// Returns the request in an object that describes more than the request, or the value itself.
fn unwrap(value: Value<'_>) -> Value<'_> {
    if has_headers(value) {
        return value;
    }
    let inner = WRAPPERS.iter().find_map(|name| member(value, name));
    inner.filter(|inner| is_request(*inner) && has_headers_and_body(*inner)).unwrap_or(value)
}

/// Returns the list of requests in a document: the document itself, or what webhook.site and ngrok export.
fn request_list(value: Value<'_>) -> Option<Value<'_>> {
    let lists = [Some(value), member(value, "data"), member(value, "requests")];
    lists.into_iter().flatten().find(|list| {
        list.kind() == Kind::Array
            && list.elements().next().is_some_and(|first| is_record(first) && is_request(unwrap(first)))
    })
}

/// Whether a document is a record, or a list of requests.
pub(super) fn has_records(value: Value<'_>) -> bool {
    is_record(value) || request_list(value).is_some()
}

/// Parses the deliveries of a document that is a record or a list of requests.
pub(super) fn parse_document(value: Value<'_>, pending: &mut Vec<PendingIssue>) -> Vec<ImportedDelivery> {
    let records = request_list(value).map_or_else(|| vec![value], elements);
    let mut deliveries = Vec::new();
    for record in records {
        if is_record(record) {
            deliveries.extend(parse(record, pending));
            continue;
        }
        let message = "Expected an object with headers and a body.";
        let hint = "Add \"headers\", and \"body\", \"rawBody\" or \"bodyBase64\".";
        pending.push(PendingIssue::new(Code::TYPE, Severity::Error, record.location(), message).hint(hint));
    }
    deliveries
}

/// Parses the delivery of a record.
pub(super) fn parse(value: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<ImportedDelivery> {
    let record = unwrap(value);
    let mut headers = Headers::new();
    let headers_value =
        HEADER_KEYS.iter().filter_map(|name| member(record, name)).find(|v| !v.is_null() && v.len() > 0);
    if let Some(headers_value) = headers_value {
        parse_headers(headers_value, &mut headers, pending);
    }
    let body = parse_body(record, pending)?;
    let text = |pointers: &[&str]| pointers.iter().find_map(|pointer| to_string(resolve(record, pointer)));
    let url = text(&["/url", "/rawUrl"]).or_else(|| {
        let target = text(&["/rawPath", "/requestContext/path", "/path", "/uri"])?;
        let query = text(&["/rawQueryString"]).filter(|query| !query.is_empty());
        let target = query.map_or(target.clone(), |query| format!("{target}?{query}"));
        target_url(&target, &headers)
    });
    let method = text(&["/method", "/httpMethod", "/requestContext/http/method"]);
    Some(ImportedDelivery { headers, body, url, method: method.map(|method| method.to_ascii_uppercase()) })
}

fn parse_body(record: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<Vec<u8>> {
    let (name, body) = BODY_KEYS.iter().find_map(|name| Some((*name, member(record, name)?)))?;
    let is_base64 = matches!(name, "bodyBase64" | "body_base64" | "raw")
        || ["isBase64Encoded", "base64"]
            .iter()
            .any(|flag| member(record, flag).and_then(Value::as_bool) == Some(true))
        || ["encoding", "bodyEncoding"].iter().any(|name| {
            to_string(member(record, name)).is_some_and(|encoding| eq_ignore_ascii_case(&encoding, "base64"))
        });
    let body = decode_body(body, is_base64, pending)?;
    Some(if name == "raw" { split_body(body) } else { body })
}

/// Returns the body of a raw request.
fn split_body(mut request: Vec<u8>) -> Vec<u8> {
    let end = request.windows(4).position(|part| part == b"\r\n\r\n").map_or(0, |end| end + 4);
    request.split_off(end)
}

/// Returns the bytes of a body that is kept as a JSON value.
pub(super) fn decode_body(
    body: Value<'_>,
    is_base64: bool,
    pending: &mut Vec<PendingIssue>,
) -> Option<Vec<u8>> {
    if body.is_null() {
        return Some(Vec::new());
    }
    let Some(text) = body.as_str() else {
        // The JSON text of a parsed body may or may not be what was signed: kept, so that the signature decides.
        let message = "Expected the body as a string, got a parsed value. The JSON text was kept.";
        let hint = "Record the raw text in \"body\", or its base64 in \"bodyBase64\": the signature matches only the \
                    sender's white space and escapes.";
        pending.push(
            PendingIssue::new(Code::BODY_NOT_RAW, Severity::Warning, body.location(), message).hint(hint),
        );
        return Some(body.raw_bytes().to_vec());
    };
    if is_base64 {
        let bytes = decode_base64(text.as_bytes());
        if bytes.is_none() {
            let message = "Expected the body as base64, got other text.";
            let hint = "Export the capture again, or correct the member that declares base64.";
            pending.push(
                PendingIssue::new(Code::BASE64_INVALID, Severity::Error, body.location(), message).hint(hint),
            );
        }
        return bytes;
    }
    if text.contains('\u{fffd}') {
        let message =
            "Expected the original bytes of the body, got U+FFFD in place of bytes that are not UTF-8.";
        let hint = "Record such a body as base64, in \"bodyBase64\".";
        pending.push(
            PendingIssue::new(Code::BODY_LOSSY, Severity::Warning, body.location(), message).hint(hint),
        );
    }
    Some(text.into_owned().into_bytes())
}

/// Decodes base64 in either alphabet, with or without padding and line breaks.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    // Normalized first, because each further decoder is larger than this code (wasm size).
    let text: String = text
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => '+',
            b'_' => '/',
            other => char::from(*other),
        })
        .collect();
    text::decode_base64(text.trim_end_matches('='))
}

// The next four are outlined: inlined at each call, they would be larger than the rest of this file (wasm size).

/// Returns the member of an object with this key.
#[inline(never)]
pub(super) fn member<'d>(value: Value<'d>, key: &str) -> Option<Value<'d>> {
    value.get(key)
}

/// Resolves a JSON Pointer.
#[inline(never)]
fn resolve<'d>(value: Value<'d>, pointer: &str) -> Option<Value<'d>> {
    value.pointer(pointer)
}

/// Returns the elements of an array, and none of another value.
#[inline(never)]
pub(super) fn elements(value: Value<'_>) -> Vec<Value<'_>> {
    if value.kind() == Kind::Array { value.elements().collect() } else { Vec::new() }
}

/// Returns the text of a JSON string.
#[inline(never)]
pub(super) fn to_string(value: Option<Value<'_>>) -> Option<String> {
    value?.as_str().map(std::borrow::Cow::into_owned)
}

/// Parses headers from any usual container: an object of values or arrays, an array of pairs, a flat array of names and
/// values, or an array of objects with `name` and `value`.
pub(super) fn parse_headers(
    container: Value<'_>,
    headers: &mut Headers<'static>,
    pending: &mut Vec<PendingIssue>,
) {
    let mut add = |name: &str, value: Value<'_>, pending: &mut Vec<PendingIssue>| {
        for value in if value.kind() == Kind::Array { value.elements().collect() } else { vec![value] } {
            match scalar_to_string(value) {
                // Pseudo-headers of HTTP/2, such as `:path`, are no headers.
                _ if name.starts_with(':') => {}
                Some(text) if is_token(name) && !has_control(&text) => headers.push(name.to_owned(), text),
                _ if value.is_null() => {}
                _ => pending.push(invalid_header_issue(value.location())),
            }
        }
    };
    if container.kind() == Kind::Object {
        for (name, value) in container.members() {
            add(&name.text(), value, pending);
        }
        return;
    }
    let mut pending_name: Option<String> = None;
    for item in container.elements() {
        if let Some(text) = item.as_str() {
            match pending_name.take() {
                None => pending_name = Some(text.into_owned()),
                Some(name) => add(&name, item, pending),
            }
            continue;
        }
        let pair = match item.kind() {
            Kind::Array => (to_string(item.elements().next()), item.elements().nth(1)),
            _ => (to_string(member(item, "name")), member(item, "value")),
        };
        match pair {
            (Some(name), Some(value)) => add(&name, value, pending),
            _ => pending.push(invalid_header_issue(item.location())),
        }
    }
}

fn scalar_to_string(value: Value<'_>) -> Option<String> {
    match value.kind() {
        Kind::String => to_string(Some(value)),
        Kind::Number | Kind::Boolean => Some(String::from_utf8_lossy(value.raw_bytes()).into_owned()),
        _ => None,
    }
}

fn invalid_header_issue(location: Location) -> PendingIssue {
    let message = "Invalid header: expected a name and a string value. The header was ignored.";
    PendingIssue::new(Code::TYPE, Severity::Warning, location, message).hint("Correct or remove the header.")
}
