//! Requests as pages about them show them, copied as text: GitHub's page of a delivery, and the network panel of a browser.

use super::diagnostics::Diagnostics;
use super::http_message::{decode_header_value, parse_body};
use super::lines::{contains, find_byte, skip_whitespace, split_first_line, strip_bom};
use super::result::ImportedDelivery;
use crate::delivery::headers::is_token;
use crate::issue::{ByteSpan, Code, Severity};

/// Whether the first line is one that such pages have, and requests do not.
pub(super) fn looks_like_page(text: &[u8]) -> bool {
    let line = split_first_line(strip_bom(text).trim_ascii_start()).0;
    has_name(line, "request url")
        || has_name(line, "request method")
        || is_title(line.trim_ascii()) && contains(text, "\nRequest URL:")
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
    let mut offset = start;
    while offset < text.len() {
        let (line, rest) = split_first_line(&text[offset..]);
        let colon = find_byte(line, b':');
        let name = &line[..colon.unwrap_or(0)];
        let value = decode_header_value(colon.map_or(&[][..], |colon| line[colon + 1..].trim_ascii()));
        let line = line.trim_ascii();
        if line.starts_with(b"{") || line.starts_with(b"[") {
            break;
        }
        let next = text.len() - rest.len() + usize::from(!rest.is_empty());
        if line == b"Payload" || line == b"Body" || line.is_empty() && !delivery.headers.is_empty() {
            offset = next;
            // The title may follow the empty line, or the other way round.
            if line.is_empty() && !rest.trim_ascii_start().starts_with(b"Payload") {
                break;
            }
            if !line.is_empty() {
                offset = skip_whitespace(text, offset);
                break;
            }
            continue;
        }
        offset = next;
        if has_name(line, "request url") {
            delivery.url = Some(value);
        } else if has_name(line, "request method") {
            delivery.method = Some(value.to_ascii_uppercase());
        } else if let Some(name) = std::str::from_utf8(name).ok().filter(|name| is_token(name)) {
            delivery.headers.push(name.to_owned(), value);
        }
    }
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
