//! Requests as tools keep them: collections of Postman, Insomnia, Thunder Client, Bruno and Hoppscotch, sessions of Charles.
//! One reader for all of them, because they differ only in the names of members.

use super::http_message::percent_encode;
use super::record::{self, elements, member, to_string};
use super::result::ImportedDelivery;
use crate::delivery::headers::Headers;
use crate::issue::{Code, PendingIssue, Severity};
use crate::json::{Kind, Value};
use crate::text::eq_ignore_ascii_case;

/// Members that list requests, and folders of requests.
const LISTS: [&str; 5] = ["item", "items", "requests", "folders", "resources"];
const BODY_KEYS: [&str; 3] = ["body", "postData", "rawModeData"];
/// Members of a body that are its text.
const TEXT_KEYS: [&str; 4] = ["raw", "text", "body", "encoded"];
/// Members of a body that list the fields of a form.
const FORM_KEYS: [&str; 4] = ["urlencoded", "params", "form", "formUrlEncoded"];

pub(super) const VARIABLE: &str =
    "Expected plain text, got a variable such as {{name}}. The variable was kept as written.";
pub(super) const VARIABLE_HINT: &str =
    "Insert the value of the variable, or capture the request that the tool sends.";

/// A request, and the object around it.
#[derive(Clone, Copy)]
struct Entry<'d> {
    outer: Value<'d>,
    request: Value<'d>,
    is_listed: bool,
}

/// Whether a document has requests as a tool keeps them.
pub(super) fn is_collection(root: Value<'_>) -> bool {
    find_requests(root).into_iter().any(|entry| {
        let headers = headers(entry.request).is_some_and(|headers| {
            entry.is_listed && elements(headers).first().is_some_and(|first| first.kind() == Kind::Object)
        });
        headers || body(entry.request).is_some_and(|body| body.len() > 0 && is_described(body))
    })
}

/// Parses every request of a document.
pub(super) fn parse(root: Value<'_>, pending: &mut Vec<PendingIssue>) -> Vec<ImportedDelivery> {
    find_requests(root).into_iter().filter_map(|entry| parse_entry(entry, pending)).collect()
}

/// Finds the requests in the order of the document. Bounded by its size, because no value is visited twice.
fn find_requests(root: Value<'_>) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut stack = vec![(root, false)];
    while let Some((value, is_listed)) = stack.pop() {
        let start = stack.len();
        if value.kind() == Kind::Array {
            stack.extend(elements(value).into_iter().map(|element| (element, is_listed)));
        } else if value.kind() == Kind::Object {
            let request = member(value, "request").filter(|request| request.kind() == Kind::Object);
            let entry = Entry { outer: value, request: request.unwrap_or(value), is_listed };
            if method(entry).is_some() && url(entry).is_some() {
                entries.push(entry);
                continue;
            }
            let lists = LISTS.iter().filter_map(|name| member(value, name));
            stack.extend(lists.filter(|list| list.kind() == Kind::Array).map(|list| (list, true)));
        }
        stack[start..].reverse();
    }
    entries
}

/// Returns the text of a member.
#[inline(never)]
fn text(value: Value<'_>, name: &str) -> Option<String> {
    to_string(member(value, name))
}

#[inline(never)]
fn method(entry: Entry<'_>) -> Option<String> {
    let method = to_string(member(entry.request, "method").or_else(|| member(entry.outer, "method")))?;
    (method.len() >= 3 && method.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(method)
}

#[inline(never)]
fn url(entry: Entry<'_>) -> Option<String> {
    let url = ["url", "endpoint"].iter().find_map(|name| member(entry.request, name));
    let Some(url) = url else {
        // A session of Charles has the parts.
        let part = |name: &str| text(entry.outer, name);
        let mut url = [part("scheme")?.as_str(), "://", &part("host")?, &part("path")?].concat();
        if let Some(query) = part("query") {
            url.push('?');
            url.push_str(&query);
        }
        return Some(url);
    };
    to_string(Some(url)).or_else(|| text(url, "raw"))
}

#[inline(never)]
fn headers(request: Value<'_>) -> Option<Value<'_>> {
    let headers = member(request, "headers").or_else(|| member(request, "header"))?;
    member(headers, "headers").or(Some(headers))
}

#[inline(never)]
fn body(request: Value<'_>) -> Option<Value<'_>> {
    BODY_KEYS.iter().find_map(|name| member(request, name))
}

/// Whether a body is an object that says how the body is kept, and not a parsed body.
#[inline(never)]
fn is_described(body: Value<'_>) -> bool {
    let has = |name: &str| text(body, name).is_some();
    body.kind() == Kind::Object
        && (body.len() == 0
            || has("mode")
            || has("mimeType")
            || has("encoded")
            || member(body, "contentType").is_some() && member(body, "body").is_some()
            || has("type") && has("raw")
            || has("text") && member(body, "charset").is_some())
}

#[inline(never)]
fn parse_entry(entry: Entry<'_>, pending: &mut Vec<PendingIssue>) -> Option<ImportedDelivery> {
    let mut delivery =
        ImportedDelivery { url: url(entry), method: method(entry), ..ImportedDelivery::default() };
    if let Some(container) = headers(entry.request) {
        parse_headers(container, &mut delivery.headers, pending);
    }
    if let Some(body) = body(entry.request) {
        delivery.body = if is_described(body) {
            parse_body(body, pending)?
        } else {
            record::decode_body(body, false, pending)?
        };
    }
    if has_variable(&delivery) {
        let location = entry.request.location();
        pending.push(
            PendingIssue::new(Code::VARIABLE_UNRESOLVED, Severity::Warning, location, VARIABLE)
                .hint(VARIABLE_HINT),
        );
    }
    Some(delivery)
}

/// Parses a list of headers, or the text that older collections of Postman have.
fn parse_headers(container: Value<'_>, headers: &mut Headers<'static>, pending: &mut Vec<PendingIssue>) {
    let Some(text) = to_string(Some(container)) else {
        return record::parse_headers(container, headers, pending);
    };
    for line in text.lines() {
        if let Some((name, value)) = crate::text::split_once(line, ':')
            && crate::delivery::headers::is_token(name)
        {
            headers.push(name.to_owned(), value.trim().to_owned());
        }
    }
}

/// Whether the URL, a header or the body has a placeholder in the notation of these tools.
fn has_variable(delivery: &ImportedDelivery) -> bool {
    let parts = delivery.headers.iter().map(|(_, value)| value.as_bytes());
    parts
        .chain(delivery.url.as_deref().map(str::as_bytes))
        .chain([delivery.body.as_slice()])
        .any(|text| find_variable(text).is_some())
}

/// Returns the offset of the first `{{name}}`. In JSON, two braces in a row open nothing.
pub(super) fn find_variable(text: &[u8]) -> Option<usize> {
    let is_end = |byte: &u8| matches!(byte, b'{' | b'}' | b'"' | b'\n');
    let mut offset = 0;
    loop {
        offset += text[offset..].windows(2).position(|part| part == b"{{")? + 2;
        let name = &text[offset..];
        let length = name.iter().position(is_end)?;
        if length > 0 && name[length..].starts_with(b"}}") {
            return Some(offset - 2);
        }
    }
}

/// Returns the bytes of a body that the tool describes.
#[inline(never)]
fn parse_body(body: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<Vec<u8>> {
    let text = |name: &str| text(body, name);
    let mode = text("mode").or_else(|| text("mimeType")).or_else(|| text("type")).unwrap_or_default();
    let content = [mode.as_str()].into_iter().chain(TEXT_KEYS).find_map(|name| {
        member(body, name).filter(|value| value.kind() == Kind::String && value.raw_bytes() != b"\"\"")
    });
    if let Some(content) = content {
        let is_base64 = text("encoding").is_some_and(|encoding| eq_ignore_ascii_case(&encoding, "base64"));
        return record::decode_body(content, is_base64, pending);
    }
    let is_form = mode.contains("urlencoded") || mode.contains("UrlEncoded") || mode == "formencoded";
    let fields = FORM_KEYS.iter().find_map(|name| member(body, name)).filter(|fields| fields.len() > 0);
    let has_content = fields.is_some()
        || ["file", "formdata", "multipartForm", "graphql", "fileName", "binary"].iter().any(|name| {
            member(body, name)
                .is_some_and(|value| !value.is_null() && (value.kind() != Kind::Array || value.len() > 0))
        });
    let (severity, message, hint, bytes) = match fields.filter(|_| is_form) {
        Some(fields) => (
            Severity::Warning,
            "Expected the bytes of the body, got the fields of a form. The form was encoded again.",
            "Capture the raw request: senders percent-encode different characters.",
            encode_form(fields),
        ),
        None if has_content => (
            Severity::Error,
            "Expected the bytes of the body, got a file, a form with a random boundary, or a GraphQL query.",
            "Pass the bytes of the body separately (CLI: --body FILE).",
            Vec::new(),
        ),
        None => return Some(Vec::new()),
    };
    let code = if severity == Severity::Error { Code::BODY_NOT_INCLUDED } else { Code::BODY_NOT_RAW };
    pending.push(PendingIssue::new(code, severity, body.location(), message).hint(hint));
    Some(bytes)
}

#[inline(never)]
fn encode_form(fields: Value<'_>) -> Vec<u8> {
    let mut form = Vec::new();
    for field in elements(fields) {
        let text = |name: &str| text(field, name);
        let Some(name) = text("name").or_else(|| text("key")).filter(|_| !record::is_disabled(field)) else {
            continue;
        };
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend(percent_encode(name.as_bytes()));
        form.push(b'=');
        form.extend(percent_encode(text("value").unwrap_or_default().as_bytes()));
    }
    form
}
