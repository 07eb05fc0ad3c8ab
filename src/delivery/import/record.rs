//! Records: a JSON object of headers and body, as logs and test suites keep deliveries, and the events that AWS API
//! Gateway, load balancers and function URLs pass to a Lambda function. Also the JSON of webhook.site, of ngrok's inspector
//! and of services that keep requests in the same way; the executions of n8n and Make, and the messages of Smee.

use super::http_message::target_url;
use super::result::ImportedDelivery;
use super::shortened;
use super::spacing::set_spacing;
use crate::delivery::headers::{Headers, has_control, is_token};
use crate::issue::{Code, Location, PendingIssue, Severity};
use crate::json::{Kind, Value};
use crate::text::{self, eq_ignore_ascii_case};

/// The last one is the key of Make.
const HEADER_KEYS: [&str; 4] = ["multiValueHeaders", "headers", "rawHeaders", MAKE_HEADERS];
const MAKE_HEADERS: &str = "__IMTHEADERS__";
/// `bodyRaw` is the key of Pipedream, `content` of webhook.site, `value` of Make, `payload` of GitHub, and `raw` of ngrok:
/// the whole request as base64.
const BODY_KEYS: [&str; 10] = [
    "bodyBase64",
    "body_base64",
    "rawBody",
    "raw_body",
    "bodyRaw",
    "body",
    "content",
    "raw",
    "value",
    "payload",
];

/// Members that hold the request: of GitHub's API and ngrok's inspector, of Hookdeck and the CLI of Svix, of Pipedream, and
/// of n8n.
const WRAPPERS: [&str; 5] = ["request", "req", "data", "event", "json"];

/// Whether a JSON value has headers and a body, and so is no payload.
pub(super) fn is_record(value: Value<'_>) -> bool {
    find_request(value).is_some()
}

fn has_headers_and_body(value: Value<'_>) -> bool {
    let body = BODY_KEYS.iter().find(|name| member(value, name).is_some());
    let has_body = body.is_some_and(|name| match *name {
        "content" | "raw" => is_request(value),
        "value" => member(value, MAKE_HEADERS).is_some(),
        "payload" => false,
        _ => true,
    });
    has_body && has_headers(value) || is_flat(value)
}

/// Whether an object is a message of Smee, which has the headers next to the body.
#[inline(never)]
fn is_flat(value: Value<'_>) -> bool {
    let is_string = |name: &&str| member(value, name).is_some_and(|value| value.kind() == Kind::String);
    ["content-type", "user-agent"].iter().all(is_string) && member(value, "body").is_some()
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
        || starts_with("webhookUrl", |letter| letter == 'h')
        || member(value, MAKE_HEADERS).is_some()
}

/// Returns the request of a record: the record itself, or a member of an object that describes more than the request.
#[inline(never)]
fn find_request(value: Value<'_>) -> Option<Value<'_>> {
    if has_headers(value) || is_flat(value) {
        return has_headers_and_body(value).then_some(value);
    }
    let inner = WRAPPERS.iter().find_map(|name| member(value, name))?;
    // Loggers keep the headers in `req`, and the body next to it.
    let is_logged = member(value, "req").is_some() && find_body(value).is_some();
    let is_wrapped = is_request(inner) && (has_headers_and_body(inner) || has_headers(inner) && is_logged)
        || is_github_delivery(value) && has_headers(inner) && member(inner, "payload").is_some();
    is_wrapped.then_some(inner)
}

/// Whether an object is a delivery as the REST API of GitHub returns it.
#[inline(never)]
fn is_github_delivery(value: Value<'_>) -> bool {
    ["guid", "delivered_at"].iter().all(|name| member(value, name).is_some())
}

/// Returns the list of requests in a document: the document itself, or what webhook.site and ngrok export.
fn request_list(value: Value<'_>) -> Option<Value<'_>> {
    let lists = [Some(value), member(value, "data"), member(value, "requests")];
    lists.into_iter().flatten().find(|list| {
        list.kind() == Kind::Array
            && list.elements().next().is_some_and(|first| find_request(first).is_some_and(is_request))
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
    let record = find_request(value).unwrap_or(value);
    let mut headers = Headers::new();
    let headers_value =
        HEADER_KEYS.iter().filter_map(|name| member(record, name)).find(|v| !v.is_null() && v.len() > 0);
    if let Some(headers_value) = headers_value {
        parse_headers(headers_value, &mut headers, pending);
        if headers.iter().any(|(name, value)| shortened::is_hidden(name, value)) {
            let location = headers_value.location();
            let issue = PendingIssue::new(Code::TYPE, Severity::Warning, location, shortened::HIDDEN_HEADER);
            pending.push(issue.hint(shortened::HIDDEN_HEADER_HINT));
        }
    } else if is_flat(record) {
        let is_header = |(name, value): &(_, Value<'_>)| {
            let name: &crate::json::Key<'_> = name;
            value.kind() == Kind::String && !matches!(&*name.text(), "body" | "timestamp")
        };
        for (name, value) in record.members().filter(is_header) {
            add_header(&name.text(), value, &mut headers, pending);
        }
    }
    let body = parse_body(if find_body(record).is_some() { record } else { value }, pending)?;
    let text = |pointers: &[&str]| pointers.iter().find_map(|pointer| to_string(resolve(record, pointer)));
    let outer_url = || to_string(member(value, "url")).filter(|_| is_github_delivery(value));
    let url = text(&["/url", "/rawUrl", "/webhookUrl"]).or_else(outer_url).or_else(|| {
        let target = text(&["/rawPath", "/requestContext/path", "/path", "/uri"])?;
        let query = text(&["/rawQueryString"]).filter(|query| !query.is_empty());
        let target = query.map_or(target.clone(), |query| format!("{target}?{query}"));
        target_url(&target, &headers)
    });
    let method = text(&["/method", "/httpMethod", "/requestContext/http/method", "/__IMTMETHOD__"]);
    Some(ImportedDelivery { headers, body, url, method: method.map(|method| method.to_ascii_uppercase()) })
}

/// Returns the member that has the body, with its name.
fn find_body(record: Value<'_>) -> Option<(&'static str, Value<'_>)> {
    BODY_KEYS.iter().find_map(|name| Some((*name, member(record, name)?)))
}

fn parse_body(record: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<Vec<u8>> {
    let (name, body) = find_body(record)?;
    // A parsed body next to the raw one is no other body.
    let is_other = |other: &Value<'_>| other.as_str().is_some() && other.as_str() != body.as_str();
    let names = ["rawBody", "raw_body", "body"];
    let other = names.iter().filter_map(|other| member(record, other)).find(is_other);
    if let Some(other) = other.filter(|_| names.contains(&name)) {
        let message = "Expected one body, got several members that differ. One was ignored.";
        let issue = PendingIssue::new(Code::INPUT_IGNORED, Severity::Warning, other.location(), message);
        pending.push(issue.hint("Remove the member that is not the raw body."));
    }
    let is_base64 = matches!(name, "bodyBase64" | "body_base64" | "raw")
        || ["isBase64Encoded", "base64"]
            .iter()
            .any(|flag| member(record, flag).and_then(Value::as_bool) == Some(true))
        || ["encoding", "bodyEncoding"].iter().any(|name| {
            to_string(member(record, name)).is_some_and(|encoding| eq_ignore_ascii_case(&encoding, "base64"))
        });
    // The relay of Svix keeps base64 without a word about it. No text of JSON is base64.
    let is_base64 = is_base64 || is_request(record) && is_encoded_json(body);
    let body = decode_body(body, is_base64, pending)?;
    Some(if name == "raw" { split_body(body) } else { body })
}

/// Whether a body is the base64 of an object or array of JSON.
#[inline(never)]
fn is_encoded_json(body: Value<'_>) -> bool {
    let text = body.string_bytes();
    matches!(text, [b'e', b'y' | b'w', ..] | [b'W', b'3' | b'y', ..])
        && text.len().is_multiple_of(4)
        && decode_base64(text).is_some_and(|json| crate::json::Document::parse(&json).is_ok())
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
    if let Some(bytes) = parse_buffer(body) {
        return Some(bytes);
    }
    let Some(text) = body.as_str() else {
        let json = body.raw_bytes();
        // The JSON text of a parsed body may or may not be what was signed: kept, so that the signature decides. The
        // indentation of an export is surely not the sender's.
        let is_indented = json.contains(&b'\n');
        let message = if is_indented {
            "Expected the body as a string, got a parsed value. The body is the JSON text without its white space, and not \
             the sender's bytes."
        } else {
            "Expected the body as a string, got a parsed value. The JSON text was kept."
        };
        let hint = "Record the raw text in \"body\", or its base64 in \"bodyBase64\": the signature matches only the \
                    sender's white space and escapes.";
        pending.push(
            PendingIssue::new(Code::BODY_NOT_RAW, Severity::Warning, body.location(), message).hint(hint),
        );
        return Some(if is_indented { set_spacing(json, false) } else { json.to_vec() });
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
    if shortened::find_mark(text.as_bytes()).is_some() {
        let location = body.location();
        let issue =
            PendingIssue::new(Code::BODY_LOSSY, Severity::Warning, location, shortened::SHORTENED_BODY);
        pending.push(issue.hint(shortened::SHORTENED_BODY_HINT));
    }
    Some(text.into_owned().into_bytes())
}

/// Returns the bytes of a Buffer of Node.js, as `JSON.stringify` writes it.
#[inline(never)]
pub(super) fn parse_buffer(value: Value<'_>) -> Option<Vec<u8>> {
    let data = member(value, "data").filter(|data| data.kind() == Kind::Array && value.len() == 2)?;
    member(value, "type")?.as_str().filter(|name| name == "Buffer")?;
    elements(data).into_iter().map(|byte| u8::try_from(byte.as_i64()?).ok()).collect()
}

/// Whether an item of a list is switched off: Postman and Insomnia, Thunder Client, Bruno, Hoppscotch.
pub(super) fn is_disabled(item: Value<'_>) -> bool {
    let is = |name: &str, flag: bool| member(item, name).and_then(Value::as_bool) == Some(flag);
    is("disabled", true) || is("isDisabled", true) || is("enabled", false) || is("active", false)
}

/// Decodes base64 in either alphabet, with or without padding and line breaks.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
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

/// Adds a header, or one for each element of an array.
#[inline(never)]
fn add_header(name: &str, value: Value<'_>, headers: &mut Headers<'static>, pending: &mut Vec<PendingIssue>) {
    for value in if value.kind() == Kind::Array { value.elements().collect() } else { vec![value] } {
        // undici keeps the name with the value.
        let value = member(value, "value").unwrap_or(value);
        match scalar_to_string(value) {
            // Pseudo-headers of HTTP/2, such as `:path`, are no headers.
            _ if name.starts_with(':') => {}
            Some(text) if is_token(name) && !has_control(&text) => headers.push(name.to_owned(), text),
            _ if value.is_null() => {}
            _ => pending.push(invalid_header_issue(value.location())),
        }
    }
}

/// Parses headers from any usual container: an object of values or arrays, an array of pairs, a flat array of names and
/// values, or an array of objects with `name` or `key` and `value`.
pub(super) fn parse_headers(
    container: Value<'_>,
    headers: &mut Headers<'static>,
    pending: &mut Vec<PendingIssue>,
) {
    if container.kind() == Kind::Object {
        for (name, value) in container.members() {
            add_header(&name.text(), value, headers, pending);
        }
        return;
    }
    let mut pending_name: Option<String> = None;
    for item in container.elements() {
        if let Some(text) = item.as_str() {
            match pending_name.take() {
                None => pending_name = Some(text.into_owned()),
                Some(name) => add_header(&name, item, headers, pending),
            }
            continue;
        }
        let pair = match item.kind() {
            Kind::Array => (to_string(item.elements().next()), item.elements().nth(1)),
            _ if is_disabled(item) => continue,
            _ => (to_string(member(item, "name").or_else(|| member(item, "key"))), member(item, "value")),
        };
        match pair {
            (Some(name), Some(value)) => add_header(&name, value, headers, pending),
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
