//! Requests as pages about them show them, copied as text: GitHub's page of a delivery, and the network panel of a browser.

use super::body_text::{body_start, parse_body};
use super::diagnostics::Diagnostics;
use super::header_lines::parse_lines;
use super::lines::{contains, skip_whitespace, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use crate::issue::{ByteSpan, Code, Severity};

/// Whether the first line is one that such pages have, and requests do not.
pub(super) fn looks_like_page(text: &[u8]) -> bool {
    let line = split_first_line(strip_bom(text).trim_ascii_start()).0;
    is_first_line(line)
        || has_name(line, "request method")
        || is_title(line.trim_ascii()) && contains(text, "\nRequest URL:")
}

/// Whether a line is the first one about a request.
pub(super) fn is_first_line(line: &[u8]) -> bool {
    has_name(line, "request url")
}

/// Returns the offset after the line with the URL.
pub(super) fn head_length(text: &[u8]) -> usize {
    let mut offset = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        offset += line.len();
        if is_first_line(line) {
            return offset;
        }
    }
    split_first_line(text).0.len()
}

/// Whether a line starts with this name and a colon, in any case.
#[inline(never)]
fn has_name(line: &[u8], name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()) == Some(&b':')
}

fn is_title(line: &[u8]) -> bool {
    [&b"Request"[..], b"Headers", b"General", b"Request Headers"].contains(&line)
}

/// Parses the lines of a page: the URL and the method, headers, and the body after an empty line or a title.
pub(super) fn parse(diagnostics: &mut Diagnostics<'_>) -> ImportedDelivery {
    let text = diagnostics.text;
    let start = skip_whitespace(text, text.len() - strip_bom(text).len());
    let mut delivery = ImportedDelivery::default();
    let offset = parse_lines(diagnostics, start, &mut delivery, true)
        .map_or(text.len(), |offset| body_start(text, offset));
    let span = ByteSpan { start, end: offset };
    if text[offset..].trim_ascii().is_empty() {
        let message = "Expected a body after the headers, got the end of the text.";
        let hint = "Put the raw body after the headers.";
        diagnostics.add(Code::BODY_NOT_INCLUDED, Severity::Error, span, message, Some(hint));
    } else {
        delivery.body = parse_body(diagnostics, &delivery.headers, offset);
    }
    let message = "Missing request line: parsed the headers as a page shows them.";
    diagnostics.add(Code::HTTP_RECOVERED, Severity::Info, span, message, None);
    delivery
}
