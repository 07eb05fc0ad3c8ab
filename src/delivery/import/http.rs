//! HTTP/1 requests as sent over the wire (RFC 9112), with CRLF or LF, and the other texts of this format.

use super::diagnostics::Diagnostics;
use super::header_lines;
use super::http_message::{decode_header_value, parse_body, target_url};
use super::lenient_http;
use super::line_kinds::{header_name, is_known_header_line, is_request_line};
use super::lines::{split_first_line, strip_bom};
use super::page;
use super::printed;
use super::result::ImportedDelivery;
use crate::delivery::headers::Headers;
use crate::issue::{ByteSpan, Code, Severity};

/// Enough for nearly every request; more headers are parsed again with four times the capacity.
const INITIAL_HEADERS: usize = 32;

/// Whether a text has a request line, or starts with a header or a status line, or is a page about a request.
pub(super) fn looks_like_http(text: &[u8]) -> bool {
    find_request_line(text).is_some() || starts_with_header(text) || page::looks_like_page(text)
}

/// Parses the request of a capture, leniently if it is malformed.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    if let Some(item) = printed::parse(diagnostics.text) {
        diagnostics.issues = item.issues;
        return item.delivery;
    }
    let text = diagnostics.text;
    if page::looks_like_page(text) {
        return Some(page::parse(diagnostics));
    }
    let Some(start) = find_request_line(text) else { return parse_headers_and_body(diagnostics) };
    if !strip_bom(&text[..start]).trim_ascii().is_empty() {
        let message = "Ignored the text before the request line.";
        diagnostics.add(
            Code::INPUT_IGNORED,
            Severity::Info,
            ByteSpan { start: 0, end: start },
            message,
            None,
        );
    }
    let mut capacity = INITIAL_HEADERS;
    loop {
        let mut fields = vec![httparse::EMPTY_HEADER; capacity];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(&text[start..]) {
            Ok(httparse::Status::Complete(length)) => {
                let headers = decode_headers(request.headers);
                let target = request.path.unwrap_or_default();
                return Some(ImportedDelivery {
                    body: parse_body(diagnostics, &headers, start + length),
                    url: target_url(target, &headers),
                    method: request.method.map(str::to_ascii_uppercase),
                    headers,
                });
            }
            Err(httparse::Error::TooManyHeaders) => capacity *= 4,
            Ok(httparse::Status::Partial) | Err(_) => return lenient_http::parse(diagnostics, start),
        }
    }
}

/// Parses headers and body without a request line, as many tools show a request.
fn parse_headers_and_body(diagnostics: &mut Diagnostics<'_>) -> Option<ImportedDelivery> {
    let text = diagnostics.text;
    let start = text.len() - strip_bom(text).trim_ascii_start().len();
    let has_headers = starts_with_header(&text[start..])
        || is_known_header_line(split_first_line(&text[start..]).0)
        || header_lines::starts_with_label(&text[start..]);
    if has_headers
        && !text[start..].starts_with(b"HTTP/")
        && let Some(delivery) = header_lines::parse(diagnostics, start)
    {
        return Some(delivery);
    }
    let end = start + split_first_line(&text[start..]).0.len();
    let (message, hint) = if text[start..].starts_with(b"HTTP/") {
        ("Expected an HTTP request, got a response.", "Copy the request instead of the response.")
    } else {
        (
            "Expected a request line, or headers and an empty line, got neither.",
            "Start the request with a line such as \"POST /path HTTP/1.1\", and put an empty line between headers and body.",
        )
    };
    let span = ByteSpan { start, end };
    diagnostics.add(Code::HTTP_SYNTAX, Severity::Error, span, message, Some(hint));
    None
}

/// Returns the length of the request line and the headers of the message at the start of a text.
pub(super) fn head_length(text: &[u8]) -> usize {
    let mut capacity = INITIAL_HEADERS;
    loop {
        let mut fields = vec![httparse::EMPTY_HEADER; capacity];
        match httparse::Request::new(&mut fields).parse(text) {
            Ok(httparse::Status::Complete(length)) => return length,
            Err(httparse::Error::TooManyHeaders) => capacity *= 4,
            _ => return lenient_http::head_length(text),
        }
    }
}

fn decode_headers(fields: &[httparse::Header<'_>]) -> Headers<'static> {
    fields.iter().map(|field| (field.name.to_owned(), decode_header_value(field.value))).collect()
}

/// Returns the offset of the first line that starts with a method, a target and an HTTP version.
fn find_request_line(text: &[u8]) -> Option<usize> {
    let mut offset = text.len() - strip_bom(text).len();
    while offset < text.len() {
        let line = split_first_line(&text[offset..]).0;
        let indent = line.len() - line.trim_ascii_start().len();
        if is_request_line(&line[indent..]) {
            return Some(offset + indent);
        }
        offset += line.len() + 1;
    }
    None
}

/// Whether the first line is a header or the status line of a response.
fn starts_with_header(text: &[u8]) -> bool {
    text.starts_with(b"HTTP/") || header_name(split_first_line(text).0).is_some()
}
