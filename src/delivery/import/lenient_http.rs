//! HTTP requests that lost line breaks, as documentation prints them and chats paste them: headers run together, and the
//! empty line before the body may be missing.

use super::diagnostics::Diagnostics;
use super::http_message::{decode_header_value, parse_body, target_url};
use super::line_kinds::is_signature_name;
use super::result::ImportedDelivery;
use crate::delivery::headers::{Headers, is_token};
use crate::issue::{ByteSpan, Code, Severity};

/// Recovers the request that starts at this offset. A header value ends at white space followed by a name and a colon;
/// the body starts after an empty line, or at the first bracket that looks like JSON.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>, start: usize) -> Option<ImportedDelivery> {
    let text = diagnostics.text;
    let mut words = Words { text, offset: start };
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let headers_start = version.end;
    let body_start = find_body(text, headers_start);
    let headers_end = body_start.unwrap_or(text.len());
    let mut headers = Headers::new();
    let mut pending_header: Option<(String, usize)> = None;
    for word in (Words { text: &text[..headers_end], offset: headers_start }) {
        let bytes = &text[word.start..word.end];
        let name = bytes.strip_suffix(b":").and_then(|name| std::str::from_utf8(name).ok());
        if let Some(name) = name.filter(|name| is_token(name) && name.as_bytes()[0].is_ascii_alphabetic())
            && let Some((name, value_start)) = pending_header.replace((name.to_owned(), word.end))
        {
            let value = unfold_value(&name, &text[value_start..word.start]);
            headers.push(name, value);
        }
    }
    if let Some((name, value_start)) = pending_header {
        let value = unfold_value(&name, &text[value_start..headers_end]);
        headers.push(name, value);
    }
    let span = ByteSpan { start, end: headers_end };
    if headers.is_empty() && body_start.is_none() {
        let message = "Expected headers or a body after the request line, got neither.";
        let hint = "Put each header on its own line, and an empty line before the body.";
        diagnostics.add(Code::HTTP_SYNTAX, Severity::Error, span, message, Some(hint));
        return None;
    }
    let problem = match body_start {
        Some(_) => "Malformed HTTP request: expected one header per line and an empty line before the body.",
        None => "Incomplete HTTP request: expected an empty line and a body, got the end of the text.",
    };
    let message = format!("{problem} Headers recovered: {}.", headers.len());
    let hint = "Capture the raw request: a signature does not match after white space was lost or changed.";
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Warning, span, &message, Some(hint));
    let part = |span: ByteSpan| String::from_utf8_lossy(&text[span.start..span.end]);
    Some(ImportedDelivery {
        body: body_start.map(|start| parse_body(diagnostics, &headers, start)).unwrap_or_default(),
        url: target_url(&part(target), &headers),
        method: Some(part(method).to_ascii_uppercase()),
        headers,
    })
}

/// Returns the length of the request line and the headers at the start of a text.
pub(super) fn head_length(text: &[u8]) -> usize {
    let start = (Words { text, offset: 0 }).nth(2).map_or(text.len(), |version| version.end);
    find_body(text, start).unwrap_or(text.len())
}

/// Decodes a header value that may span lines: each line break becomes one space (RFC 9112, section 5.2). A signature has no
/// spaces, so that a line break in it is one of a narrow window.
pub(super) fn unfold_value(name: &str, bytes: &[u8]) -> String {
    let parts = bytes
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .map(<[u8]>::trim_ascii)
        .filter(|part| !part.is_empty());
    let is_signature = is_signature_name(&name.to_ascii_lowercase());
    let mut value = Vec::new();
    for part in parts {
        // The next signature of a list starts with its version.
        let is_next = matches!(part, [b'v', digit, b',' | b'=', ..] if digit.is_ascii_digit());
        if !value.is_empty() && (!is_signature || is_next && !value.ends_with(b",")) {
            value.push(b' ');
        }
        value.extend_from_slice(part);
    }
    decode_header_value(&value)
}

/// Returns the offset of the body: after the first empty line, or at the first bracket that looks like JSON.
fn find_body(text: &[u8], start: usize) -> Option<usize> {
    let mut offset = start;
    while offset < text.len() {
        if matches!(text[offset], b'{' | b'[') && text[offset - 1].is_ascii_whitespace() {
            let next = text[offset + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
            if next.is_none_or(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
                return Some(offset);
            }
        }
        if text[offset] == b'\n' {
            match &text[offset + 1..] {
                [b'\n', ..] => return Some(offset + 2),
                [b'\r', b'\n', ..] => return Some(offset + 3),
                _ => {}
            }
        }
        offset += 1;
    }
    None
}

/// Iterates over the spans of words between white space.
struct Words<'t> {
    text: &'t [u8],
    offset: usize,
}

impl Iterator for Words<'_> {
    type Item = ByteSpan;

    #[inline(never)]
    fn next(&mut self) -> Option<ByteSpan> {
        let rest = &self.text[self.offset..];
        let start = self.offset + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let length = self.text[start..].iter().position(u8::is_ascii_whitespace);
        let end = length.map_or(self.text.len(), |length| start + length);
        self.offset = end;
        Some(ByteSpan { start, end })
    }
}
