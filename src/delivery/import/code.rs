//! Code that sends a request, and is more than one call: the headers are an object in the code, and the body is a string
//! with a name. Code is never a body.

use super::diagnostics::Diagnostics;
use super::lines::{NONE, contains, contains_word, run_length, skip_whitespace, split_first_line};
use super::notation::parse_string;
use super::printed;
use super::result::ImportItem;
use super::word::lossy;
use crate::issue::{ByteSpan, Code, Severity};

/// The names that code gives to a body.
const BODY_NAMES: &str = "payload data body raw_body rawBody content postData";

const CALLS: [&str; 7] = ["requests.", "httpx.", "axios", "fetch(", ".request(", ".post(", "http.post("];

/// More quotes without an end are no code.
const MAX_FAILURES: usize = 8;

/// A longer name is none of a body.
const MAX_NAME: usize = 64;

/// A longer text before a call is not searched.
const MAX_LINES: usize = 20;

/// Parses the code around the headers at this offset. Returns `None` if no code is around them.
pub(super) fn parse(text: &[u8], start: usize) -> Option<ImportItem> {
    let (length, is_whole) = printed::find_headers(&text[start..])?;
    let end = start + length;
    (!is_whole && is_code(&text[end..])).then_some(())?;
    let mut delivery = printed::parse_headers_alone(&text[start..end])?;
    let find = |names: &str| find_string(text, names);
    delivery.url = find("url").map(|url| lossy(&url));
    delivery.method = find("method").map(|method| lossy(&method).to_ascii_uppercase());
    let mut diagnostics = Diagnostics::new(text);
    let span = ByteSpan { start, end };
    if let Some(body) = find(BODY_NAMES) {
        delivery.body = body;
        let message = "Parsed the headers of the code, and the string that is the body.";
        diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, message, None);
    } else {
        let message = "Expected a string that is the body in the code, got another expression. The body was not parsed.";
        let hint = "Print the raw body where the code sends the request, and pass the headers and this body.";
        diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, span, message, Some(hint));
    }
    Some(ImportItem { delivery: Some(delivery), issues: diagnostics.issues })
}

/// Whether the text after an object of headers continues the code: the end of an object around the headers, or a call.
fn is_code(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    match rest {
        [b'}', ..] => return true,
        [b',', next @ ..] if split_first_line(next).0.trim_ascii().is_empty() => return true,
        [b'{' | b'[' | b'"' | b'<', ..] => return false,
        _ => {}
    }
    rest.split(|byte| *byte == b'\n').take(MAX_LINES).any(|line| {
        let name = line.iter().position(|byte| *byte == b'(').map(|end| &line[..=end]);
        name.is_some_and(|name| {
            name.iter().all(|byte| byte.is_ascii_alphanumeric() || b" \t_=.(".contains(byte))
                && CALLS.iter().any(|call| contains(name, call))
        })
    })
}

/// Returns the one string that code gives one of these names. `None`: a name has another value, or several have.
fn find_string(text: &[u8], names: &str) -> Option<Vec<u8>> {
    let mut found: Option<Vec<u8>> = None;
    let (mut offset, mut failures) = (0, 0);
    while offset < text.len() {
        if matches!(text[offset], b'"' | b'\'' | b'`') {
            let length = parse_string(&text[offset..]).map(|(_, length)| length);
            failures += usize::from(length.is_none());
            (failures < MAX_FAILURES).then_some(())?;
            offset += length.unwrap_or(1);
            continue;
        }
        let name = word(&text[offset..]);
        offset += name.len().max(1);
        let mark = skip_whitespace(text, offset.min(text.len()));
        let is_named = std::str::from_utf8(name).is_ok_and(|name| contains_word(names, name))
            && matches!(text[mark..], [b':' | b'=', next, ..] if !matches!(next, b'=' | b'>'));
        if !is_named {
            continue;
        }
        let value = skip_whitespace(text, mark + 1);
        let rest = &text[value..];
        // Another name: its string is elsewhere.
        let other = word(rest);
        if !other.is_empty() && ends_value(&rest[other.len()..]) {
            offset = value;
            continue;
        }
        let (string, length) = parse_string(rest).filter(|(_, length)| ends_value(&rest[*length..]))?;
        if found.as_ref().is_some_and(|found| *found != string) {
            return None;
        }
        found = Some(string);
        offset = value + length;
    }
    found
}

fn word(text: &[u8]) -> &[u8] {
    &text[..run_length(text, MAX_NAME, u8::is_ascii_alphanumeric, b"_")]
}

/// Whether an expression ends here, after its conversion to bytes or not.
fn ends_value(rest: &[u8]) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| b"\r\n,;)}".contains(byte));
    let spaces = run_length(rest, MAX_NAME, NONE, b" ");
    is_end(rest.get(spaces)) || rest.starts_with(b".encode(")
}
