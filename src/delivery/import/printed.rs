//! Headers as programs print them, followed by the body: `console.log` and `util.inspect`, dicts and lists of Python,
//! `print_r` and `var_dump` of PHP, hashes of Ruby and maps of Go. Also calls of `fetch` and axios.

use super::body_text::{body_start, label_end, parse_body};
use super::diagnostics::Diagnostics;
use super::labels::MAX_LABEL;
use super::lines::{find_byte, run_length, skip_whitespace, split_first_line, strip_bom};
use super::log_prefix;
use super::notation::{Transcoded, transcode_with_gaps};
use super::plain_maps::transcode_plain;
use super::record;
use super::result::{ImportItem, ImportedDelivery};
use crate::delivery::headers::Headers;
use crate::issue::{ByteSpan, Code, PendingIssue, Severity};
use crate::json::{Document, Kind, Value};
use crate::text::into_owned_outlined;

/// A longer line is no object of headers.
pub(super) const MAX_HEADER_LINE: usize = 1 << 16;

/// The functions whose calls are parsed.
const CALLS: [&str; 6] = ["fetch", "axios", "axios.request", "axios.post", "axios.put", "axios.patch"];

/// A value in the text, as JSON.
struct Printed {
    json: Vec<u8>,
    span: ByteSpan,
    /// The name of the function, if the text is a call of `fetch` or axios.
    call: Option<&'static str>,
    /// The location of the first ellipsis or comment in place of elements.
    gap: Option<usize>,
}

/// Whether a text has headers in one of the notations.
pub(super) fn looks_like_printed(text: &[u8]) -> bool {
    parse(text).is_some()
}

/// Parses headers and body. Returns `None` for any other text, and no delivery if its body cannot be decoded.
pub(super) fn parse(text: &[u8]) -> Option<ImportItem> {
    let mut diagnostics = Diagnostics::new(text);
    let printed = find(text)?;
    let document = Document::parse(&printed.json).ok()?;
    let value = document.root();
    let mut pending = Vec::new();
    let delivery = if let Some(call) = printed.call {
        Some(parse_call(call, value, &mut pending)?)
    } else if record::is_record(value) {
        record::parse(value, &mut pending)
    } else if let Some((mut delivery, body)) = parse_pair(value) {
        delivery.body = record::decode_body(body, false, &mut pending)?;
        Some(delivery)
    } else {
        let mut delivery = parse_headers(value)?;
        let rest = skip_shared_prefix(text, &printed, body_start(text, printed.span.end));
        let is_end = text[rest..].trim_ascii().is_empty();
        if is_end || matches!(text[rest], b',' | b')' | b'}') {
            let message = if is_end {
                "Expected a body after the headers, got the end of the text."
            } else {
                "Expected a body after the headers, got the rest of a value or of code."
            };
            let hint = "Put the raw body after the headers.";
            diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, printed.span, message, Some(hint));
        } else {
            delivery.body = parse_body(&mut diagnostics, &delivery.headers, rest);
            remove_line_break(&mut diagnostics, &mut delivery, rest);
        }
        Some(delivery)
    };
    for issue in pending {
        diagnostics.add(issue.code, issue.severity, printed.span, &issue.message, issue.hint.as_deref());
    }
    let message = match printed.call {
        Some(_) => "Parsed the request of a call in JavaScript.",
        None => "Missing request line: parsed the headers as a program has printed them.",
    };
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, printed.span, message, None);
    if let Some(start) = printed.gap {
        let span = ByteSpan { start, end: start + split_first_line(&text[start..]).0.len() };
        let message = "Ignored an ellipsis or a comment, in place of which headers may be missing.";
        let hint = Some("Copy the whole value, if a header of the signature is missing.");
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Warning, span, message, hint);
    }
    Some(ImportItem { delivery, issues: diagnostics.issues })
}

/// Returns the offset of the body after the name of a logger, which the line of the headers has, too.
fn skip_shared_prefix(text: &[u8], printed: &Printed, start: usize) -> usize {
    let prefix = log_prefix::parse(split_first_line(&text[start..]).0, usize::MAX).1;
    for start in [start, start + prefix] {
        let pairs = text[printed.span.start..].iter().zip(&text[start..]).take(MAX_LABEL);
        let shared = pairs.take_while(|(a, b)| a == b && !b"{[('\"\n".contains(a)).count();
        if let Some(space) = text[start..start + shared].iter().rposition(|byte| *byte == b' ') {
            let start = start + space + 1;
            return label_end(text, start).unwrap_or(start);
        }
    }
    start
}

/// Removes the line break that a program prints after the body.
fn remove_line_break(diagnostics: &mut Diagnostics<'_>, delivery: &mut ImportedDelivery, start: usize) {
    let text = diagnostics.text;
    if delivery.body != text[start..] || delivery.headers.get("content-length").is_some() {
        return;
    }
    let body = text[start..].strip_suffix(b"\n").unwrap_or(&text[start..]);
    let body = body.strip_suffix(b"\r").filter(|_| text.ends_with(b"\n")).unwrap_or(body);
    if body.len() < delivery.body.len() {
        delivery.body.truncate(body.len());
        let span = ByteSpan { start: start + body.len(), end: text.len() };
        let message = "Removed the line break that the program has printed after the body.";
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, message, None);
    }
}

/// Finds the value at the start of a text, after a label or the name of a function.
fn find(text: &[u8]) -> Option<Printed> {
    let start = skip_whitespace(text, text.len() - strip_bom(text).len());
    let line = split_first_line(&text[start..]).0;
    if let Some(parenthesis) = find_byte(&line[..line.len().min(MAX_LABEL)], b'(') {
        let before = &line[..parenthesis];
        let name = before.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        let call = CALLS.into_iter().find(|call| call.as_bytes() == name);
        if let Some(call) = call
            && run_length(before, MAX_LABEL, u8::is_ascii_alphanumeric, b" _=.") == before.len()
            && let Some(value) = transcode_with_gaps(&text[start + parenthesis..])
        {
            let end = start + parenthesis + value.length;
            let gap = value.gap.map(|gap| start + parenthesis + gap);
            return Some(Printed { json: value.json, span: ByteSpan { start, end }, call: Some(call), gap });
        }
    }
    // Further attempts are after a label: `Headers: {`, `headers = {`, `request headers {`.
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let label = run_length(line, MAX_LABEL, is_letter, b" _.:=>-*#$\t");
    let separator = line[..label].iter().position(|byte| matches!(byte, b':' | b'='));
    let attempts = [Some(0), separator.map(|length| length + 1), Some(label)];
    attempts.into_iter().enumerate().find_map(|(index, length)| {
        let length = length.filter(|length| index == 0 || *length > 0)?;
        let offset = skip_whitespace(text, start + length);
        let value = &text[offset..];
        let plain = transcode_plain(value).map(|(json, length)| Transcoded { json, length, gap: None });
        let Transcoded { json, length, gap } = plain.or_else(|| transcode_with_gaps(value))?;
        let mut end = offset + length;
        // The end of a statement of Perl or PHP.
        end += usize::from(text.get(end) == Some(&b';'));
        let gap = gap.map(|gap| offset + gap);
        Some(Printed { json, span: ByteSpan { start, end }, call: None, gap })
    })
}

/// Parses the arguments of `fetch(url, options)`, `axios.post(url, data, options)` or `axios(options)`.
fn parse_call(call: &str, arguments: Value<'_>, pending: &mut Vec<PendingIssue>) -> Option<ImportedDelivery> {
    let mut delivery = ImportedDelivery::default();
    let verb = call.strip_prefix("axios.").filter(|verb| *verb != "request");
    let mut data = None;
    let mut method = verb.map(into_owned_outlined);
    for (index, argument) in record::elements(arguments).into_iter().enumerate() {
        if index == 1 && verb.is_some() {
            data = Some(argument);
        } else if argument.kind() == Kind::Object {
            if let Some(headers) = record::member(argument, "headers") {
                record::parse_headers(headers, &mut delivery.headers, pending);
            }
            let text = |name: &str| record::to_string(record::member(argument, name));
            data = record::member(argument, "body").or_else(|| record::member(argument, "data")).or(data);
            method = text("method").or(method);
            delivery.url = text("url").or(delivery.url);
        } else {
            delivery.url = record::to_string(Some(argument));
        }
    }
    delivery.url.as_ref()?;
    delivery.method =
        Some(method.map_or_else(|| into_owned_outlined("GET"), |method| method.to_ascii_uppercase()));
    if let Some(data) = data {
        delivery.body = record::decode_body(data, false, pending)?;
    }
    Some(delivery)
}

/// The members in which classes of headers keep them: node-fetch, undici and others.
const CONTAINERS: [&str; 7] = [
    "Symbol(map)",
    "Symbol(headers list)",
    "Symbol(headers map)",
    "Symbol(headers)",
    "headersList",
    "_headers",
    "raw",
];

/// Returns the headers in an object of a class, or the value itself.
fn unwrap_headers(mut value: Value<'_>) -> Value<'_> {
    for _ in 0..4 {
        let only = record::elements(value);
        let inner = if let [only] = only[..] {
            matches!(only.kind(), Kind::Object | Kind::Array).then_some(only).filter(|only| {
                only.elements().all(|element| element.kind() == Kind::Array) || only.kind() == Kind::Object
            })
        } else {
            CONTAINERS.iter().find_map(|name| record::member(value, name))
        };
        match inner.filter(|inner| matches!(inner.kind(), Kind::Object | Kind::Array)) {
            Some(inner) => value = inner,
            None => break,
        }
    }
    value
}

/// Parses a tuple of headers and a body.
fn parse_pair(value: Value<'_>) -> Option<(ImportedDelivery, Value<'_>)> {
    let parts = record::elements(value);
    let [headers, body] = parts[..] else { return None };
    let is_pair = headers.kind() != Kind::String && body.kind() == Kind::String;
    Some((is_pair.then(|| parse_headers(headers))??, body))
}

/// Parses an object or a list of headers. Returns `None` if it is something else, such as a payload.
fn parse_headers(value: Value<'_>) -> Option<ImportedDelivery> {
    let value = unwrap_headers(value);
    let mut pending = Vec::new();
    let mut headers = Headers::new();
    record::parse_headers(value, &mut headers, &mut pending);
    let mut delivery = ImportedDelivery::default();
    // The environment of a request (CGI, RFC 3875; WSGI, Rack, $_SERVER) has headers and much else.
    if headers.iter().any(|(name, _)| name.starts_with("HTTP_")) {
        delivery.method = headers.get("REQUEST_METHOD").map(into_owned_outlined);
        for (name, value) in headers.iter() {
            let name = name
                .strip_prefix("HTTP_")
                .or(matches!(name, "CONTENT_TYPE" | "CONTENT_LENGTH").then_some(name));
            if let Some(name) = name {
                delivery.headers.push(header_name(name), into_owned_outlined(value));
            }
        }
        return Some(delivery);
    }
    (pending.is_empty() && headers.iter().any(|(name, _)| is_header_name(name))).then_some(())?;
    delivery.headers = headers;
    Some(delivery)
}

/// Converts the name of a variable: `X_HUB_SIGNATURE` becomes `X-Hub-Signature`.
#[inline(never)]
fn header_name(variable: &str) -> String {
    let mut name = variable.to_ascii_lowercase().into_bytes();
    let mut is_start = true;
    for letter in &mut name {
        let is_first = std::mem::replace(&mut is_start, *letter == b'_');
        if is_start {
            *letter = b'-';
        } else if is_first {
            letter.make_ascii_uppercase();
        }
    }
    String::from_utf8_lossy(&name).into_owned()
}

/// Whether a name is that of a header, and unlikely in a payload.
#[inline(never)]
fn is_header_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "content-type" | "user-agent" | "content-length" | "accept-encoding" | "webhook-id"
    ) || name.starts_with("x-")
        || name.ends_with("-signature")
}

/// Whether a line can be the first one of printed headers.
pub(super) fn can_start(line: &[u8]) -> bool {
    line.starts_with(b"Array")
        || line[..line.len().min(MAX_LABEL)].iter().any(|byte| matches!(byte, b'{' | b'[' | b'('))
}

/// Parses a text of printed headers alone.
pub(super) fn parse_headers_alone(text: &[u8]) -> Option<ImportedDelivery> {
    let printed = find(text).filter(|printed| printed.call.is_none())?;
    text[printed.span.end..].trim_ascii().is_empty().then_some(())?;
    let document = Document::parse(&printed.json).ok()?;
    if record::is_record(document.root()) { None } else { parse_headers(document.root()) }
}

/// Whether a line is a JSON object of headers.
pub(super) fn is_header_object(line: &[u8]) -> bool {
    line.len() <= MAX_HEADER_LINE
        && Document::parse(line).is_ok_and(|document| {
            let value = document.root();
            value.kind() == Kind::Object && !record::is_record(value) && parse_headers(value).is_some()
        })
}

/// Returns the length of the headers or the request that a program has printed at the start of a text, and whether the
/// body is among them.
pub(super) fn find_headers(text: &[u8]) -> Option<(usize, bool)> {
    let printed = find(text)?;
    let document = Document::parse(&printed.json).ok()?;
    let is_whole = match printed.call {
        Some(call) => {
            parse_call(call, document.root(), &mut Vec::new())?;
            true
        }
        None => record::is_record(document.root()) || parse_pair(document.root()).is_some(),
    };
    if !is_whole {
        parse_headers(document.root())?;
    }
    Some((printed.span.end, is_whole))
}
